"""From a case to the Network that is studied: what is in service and energised, with ratings and cost blocks.

Comes in: a GridCase that has passed the rules. Goes out: a Network, where each of its rows stood in the case, and a
line for everything left out. Nothing disappears without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gridplan.errors import Finding, refuse_errors
from gridplan.network.case import GridCase, TableName
from gridplan.network.cost_blocks import DEFAULT_BLOCKS, cost_blocks, picks_up
from gridplan.network.energised import Energised, energised
from gridplan.network.model import (
    Branches,
    Buses,
    DcLines,
    FloatArray,
    Generators,
    IntArray,
    Network,
    Storages,
    positions,
)
from gridplan.network.policy import Policy
from gridplan.network.rating import ratings_mva
from gridplan.network.rules import check_case


@dataclass(frozen=True, kw_only=True)
class BuiltNetwork:
    """A Network and where it came from.

    Parameters
    ----------
    network : Network
    case : GridCase
        The case as read, zero-impedance branches merged where that was asked for.
    rows : mapping of table to int, dims (element,)
        Row in the case of each element of the Network.
    findings : tuple of Finding
        Everything found on the way; no errors.
    """

    network: Network
    case: GridCase
    rows: dict[TableName, IntArray]
    findings: tuple[Finding, ...]


def build_network(case: GridCase, policy: Policy | None = None, *, n_block: int = DEFAULT_BLOCKS) -> BuiltNetwork:
    """Network of the part of a case that is in service.

    Parameters
    ----------
    case : GridCase
    policy : Policy, optional
        Choices the file leaves open.
    n_block : int
        Segments that a curved cost is cut into.

    Raises
    ------
    InputError
        If a rule finds an error; all findings of the case stand in it.
    """
    chosen = policy or Policy()
    findings = check_case(case, chosen)
    refuse_errors(findings)
    live = energised(case, chosen)
    findings = (*findings, *live.findings)
    refuse_errors(findings)
    return BuiltNetwork(network=_network(live, chosen, n_block), case=live.case, rows=live.rows, findings=findings)


def _network(live: Energised, policy: Policy, n_block: int) -> Network:
    case = live.case
    bus = _buses(live)
    return Network(
        name=case.name,
        base_mva=case.base_mva,
        bus=bus,
        branch=_branches(live, policy),
        generator=_generators(live, n_block),
        dc_line=_dc_lines(live),
        storage=_storages(live),
        is_synthetic=case.is_synthetic,
    )


def _buses(live: Energised) -> Buses:
    table, rows = live.case.bus, live.rows["bus"]
    load, shunt, dc = live.case.load, live.case.shunt, live.case.dc_line
    at_load, at_shunt = live.at_bus("load"), live.at_bus("shunt")
    n_bus = len(rows)
    p_load_mw = _summed(at_load, load.p_mw[live.rows["load"]], n_bus)
    # The constant loss of a dc line is drawn where it arrives.
    ends = positions([dc.to_bus[i] for i in live.rows["dc_line"]], live.bus_ids)
    p_load_mw += _summed(ends, dc.loss_mw[live.rows["dc_line"]], n_bus)
    return Buses(
        id=live.bus_ids,
        name=_texts(table.name, rows),
        base_kv=table.base_kv[rows],
        area=_texts(table.area, rows),
        latitude_degree=table.latitude_degree[rows],
        longitude_degree=table.longitude_degree[rows],
        p_load_mw=p_load_mw,
        q_load_mvar=_summed(at_load, load.q_mvar[live.rows["load"]], n_bus),
        gs_mw=_summed(at_shunt, shunt.gs_mw[live.rows["shunt"]], n_bus),
        bs_mvar=_summed(at_shunt, shunt.bs_mvar[live.rows["shunt"]], n_bus),
        vm_pu=table.vm_pu[rows],
    )


def _branches(live: Energised, policy: Policy) -> Branches:
    table, rows = live.case.branch, live.rows["branch"]
    normal, emergency, short_time = ratings_mva(live.case, policy)
    return Branches(
        id=_texts(table.id, rows),
        from_bus=positions([table.from_bus[i] for i in rows], live.bus_ids),
        to_bus=positions([table.to_bus[i] for i in rows], live.bus_ids),
        r_pu=table.r_pu[rows],
        x_pu=table.x_pu[rows],
        b_pu=table.b_pu[rows],
        tap_ratio=table.tap_ratio[rows],
        shift_rad=np.deg2rad(table.shift_degree[rows]),
        rating_normal_mva=normal[rows],
        rating_emergency_mva=emergency[rows],
        rating_short_time_mva=short_time[rows],
        is_transformer=table.is_transformer[rows],
        length_km=table.length_km[rows],
    )


def _generators(live: Energised, n_block: int) -> Generators:
    table, rows = live.case.generator, live.rows["generator"]
    width, cost = cost_blocks([table.cost[i] for i in rows], table.p_min_mw[rows], table.p_max_mw[rows], n_block)
    unit_type, fuel = _texts(table.unit_type, rows), _texts(table.fuel, rows)
    return Generators(
        id=_texts(table.id, rows),
        bus=live.at_bus("generator"),
        unit_type=unit_type,
        fuel=fuel,
        p_min_mw=table.p_min_mw[rows],
        p_max_mw=table.p_max_mw[rows],
        q_min_mvar=table.q_min_mvar[rows],
        q_max_mvar=table.q_max_mvar[rows],
        vm_setpoint_pu=table.vm_setpoint_pu[rows],
        forced_outage_rate_frac=np.zeros(len(rows)),
        block_width_mw=width,
        block_cost_usd_per_mwh=cost,
        is_dispatchable=picks_up(unit_type, fuel, table.p_max_mw[rows]),
        is_fixed=np.zeros(len(rows), dtype=bool),
    )


def _dc_lines(live: Energised) -> DcLines:
    table, rows = live.case.dc_line, live.rows["dc_line"]
    return DcLines(
        id=_texts(table.id, rows),
        from_bus=positions([table.from_bus[i] for i in rows], live.bus_ids),
        to_bus=positions([table.to_bus[i] for i in rows], live.bus_ids),
        p_min_mw=table.p_min_mw[rows],
        p_max_mw=table.p_max_mw[rows],
        loss_frac=table.loss_frac[rows],
    )


def _storages(live: Energised) -> Storages:
    table, rows = live.case.storage, live.rows["storage"]
    return Storages(
        id=_texts(table.id, rows),
        bus=live.at_bus("storage"),
        p_mw=table.p_mw[rows],
        e_mwh=table.e_mwh[rows],
        efficiency_roundtrip_frac=table.efficiency_roundtrip_frac[rows],
    )


def _texts(column: tuple[str, ...], rows: Iterable[int]) -> tuple[str, ...]:
    return tuple(column[i] for i in rows)


def _summed(at: IntArray, values: FloatArray, n_bus: int) -> FloatArray:
    return np.bincount(at, weights=values, minlength=n_bus).astype(np.float64)
