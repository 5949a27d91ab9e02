"""A Network as a case, so that every grid gridplan knows can be written in a format other tools read.

Comes in: a Network. Goes out: a GridCase with everything in service, cost blocks as piecewise linear curves.
"""

from __future__ import annotations

import numpy as np

from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    CaseStorages,
    GridCase,
    Origin,
    numbered_ids,
)
from gridplan.network.cost import CostCurve
from gridplan.network.cost_blocks import block_start_mw
from gridplan.network.model import FloatArray, Labels, Network

#: Voltage limits of a Network, which states none [pu].
VM_LIMITS_PU = (0.9, 1.1)


def case_of_network(network: Network, *, p_mw: FloatArray | None = None, p_dc_mw: FloatArray | None = None) -> GridCase:
    """Case with the loads, units and branches of a Network.

    Parameters
    ----------
    network : Network
    p_mw : float, dims (generator,), optional [MW]
        Operating point of the units; default 0, or ``p_min_mw`` where that is above.
    p_dc_mw : float, dims (dc_line,), optional [MW]
        Flow of the dc lines; default 0 within their limits.
    """
    return GridCase(
        name=network.name,
        base_mva=network.base_mva,
        bus=_buses(network),
        load=_loads(network),
        shunt=_shunts(network),
        generator=_generators(network, p_mw),
        branch=_branches(network),
        dc_line=_dc_lines(network, p_dc_mw),
        storage=_storages(network),
        origin=Origin(format="gridplan"),
        is_synthetic=network.is_synthetic,
    )


def _buses(network: Network) -> CaseBuses:
    bus, n_bus = network.bus, len(network.bus)
    return CaseBuses(
        id=bus.id,
        name=bus.name,
        kind=_kinds(network),
        base_kv=bus.base_kv,
        area=bus.area,
        zone=("1",) * n_bus,
        vm_pu=bus.vm_pu,
        va_degree=np.zeros(n_bus),
        vm_min_pu=np.full(n_bus, VM_LIMITS_PU[0]),
        vm_max_pu=np.full(n_bus, VM_LIMITS_PU[1]),
        latitude_degree=bus.latitude_degree,
        longitude_degree=bus.longitude_degree,
    )


def _kinds(network: Network) -> Labels:
    """Reference at the largest unit, pv at all other units that can hold voltage, pq elsewhere."""
    unit = network.generator
    holds = (unit.p_max_mw > 0) & (unit.q_max_mvar > unit.q_min_mvar)
    kind = np.full(len(network.bus), "pq", dtype=object)
    kind[unit.bus[holds]] = "pv"
    if len(unit):
        kind[unit.bus[int(np.argmax(np.where(holds, unit.p_max_mw, -1.0)))]] = "ref"
    return tuple(kind)


def _loads(network: Network) -> CaseLoads:
    bus = network.bus
    at = np.flatnonzero((bus.p_load_mw != 0) | (bus.q_load_mvar != 0))
    owners = tuple(bus.id[b] for b in at)
    return CaseLoads(
        id=numbered_ids(owners),
        bus=owners,
        p_mw=bus.p_load_mw[at],
        q_mvar=bus.q_load_mvar[at],
        in_service=np.ones(len(at), dtype=bool),
    )


def _shunts(network: Network) -> CaseShunts:
    bus = network.bus
    at = np.flatnonzero((bus.gs_mw != 0) | (bus.bs_mvar != 0))
    owners = tuple(bus.id[b] for b in at)
    return CaseShunts(
        id=numbered_ids(owners),
        bus=owners,
        gs_mw=bus.gs_mw[at],
        bs_mvar=bus.bs_mvar[at],
        in_service=np.ones(len(at), dtype=bool),
    )


def _generators(network: Network, p_mw: FloatArray | None) -> CaseGenerators:
    unit = network.generator
    start = block_start_mw(unit.p_min_mw)
    return CaseGenerators(
        id=unit.id,
        bus=tuple(network.bus.id[b] for b in unit.bus),
        p_mw=np.maximum(unit.p_min_mw, 0.0) if p_mw is None else p_mw,
        q_mvar=np.zeros(len(unit)),
        p_min_mw=unit.p_min_mw,
        p_max_mw=unit.p_max_mw,
        q_min_mvar=unit.q_min_mvar,
        q_max_mvar=unit.q_max_mvar,
        vm_setpoint_pu=unit.vm_setpoint_pu,
        mbase_mva=np.full(len(unit), network.base_mva),
        in_service=np.ones(len(unit), dtype=bool),
        unit_type=unit.unit_type,
        fuel=unit.fuel,
        cost=tuple(
            _curve(float(s), width, cost)
            for s, width, cost in zip(start, unit.block_width_mw, unit.block_cost_usd_per_mwh, strict=True)
        ),
    )


def _curve(start_mw: float, width_mw: FloatArray, cost_usd_per_mwh: FloatArray) -> CostCurve:
    """Curve through the corners of the blocks; a line through the origin where there is one block or none."""
    has_width = width_mw > 0
    width, cost = width_mw[has_width], cost_usd_per_mwh[has_width]
    if len(width) < 2:
        return CostCurve(kind="polynomial", coefficients=(0.0, float(cost[0] if len(cost) else cost_usd_per_mwh[0])))
    corner_mw = start_mw + np.concatenate([[0.0], np.cumsum(width)])
    at_start = start_mw * float(cost[0])
    usd = at_start + np.concatenate([[0.0], np.cumsum(width * cost)])
    return CostCurve(kind="piecewise", points=tuple(zip(corner_mw.tolist(), usd.tolist(), strict=True)))


def _branches(network: Network) -> CaseBranches:
    branch, n_branch = network.branch, len(network.branch)
    return CaseBranches(
        id=branch.id,
        from_bus=tuple(network.bus.id[b] for b in branch.from_bus),
        to_bus=tuple(network.bus.id[b] for b in branch.to_bus),
        r_pu=branch.r_pu,
        x_pu=branch.x_pu,
        b_pu=branch.b_pu,
        tap_ratio=branch.tap_ratio,
        shift_degree=np.rad2deg(branch.shift_rad),
        rating_normal_mva=_stated(branch.rating_normal_mva),
        rating_emergency_mva=_stated(branch.rating_emergency_mva),
        rating_short_time_mva=_stated(branch.rating_short_time_mva),
        angle_min_degree=np.full(n_branch, -np.inf),
        angle_max_degree=np.full(n_branch, np.inf),
        in_service=np.ones(n_branch, dtype=bool),
        is_transformer=branch.is_transformer,
        length_km=branch.length_km,
    )


def _stated(rating_mva: FloatArray) -> FloatArray:
    """Ratings as files state them: 0 where unlimited."""
    return np.where(np.isfinite(rating_mva), rating_mva, 0.0)


def _dc_lines(network: Network, p_dc_mw: FloatArray | None) -> CaseDcLines:
    line, n_line = network.dc_line, len(network.dc_line)
    zero, one = np.zeros(n_line), np.ones(n_line)
    return CaseDcLines(
        id=line.id,
        from_bus=tuple(network.bus.id[b] for b in line.from_bus),
        to_bus=tuple(network.bus.id[b] for b in line.to_bus),
        p_mw=np.clip(0.0, line.p_min_mw, line.p_max_mw) if p_dc_mw is None else p_dc_mw,
        p_min_mw=line.p_min_mw,
        p_max_mw=line.p_max_mw,
        loss_mw=zero,
        loss_frac=line.loss_frac,
        vm_from_pu=one,
        vm_to_pu=one,
        q_min_from_mvar=zero,
        q_max_from_mvar=zero,
        q_min_to_mvar=zero,
        q_max_to_mvar=zero,
        in_service=np.ones(n_line, dtype=bool),
    )


def _storages(network: Network) -> CaseStorages:
    store = network.storage
    return CaseStorages(
        id=store.id,
        bus=tuple(network.bus.id[b] for b in store.bus),
        p_mw=store.p_mw,
        e_mwh=store.e_mwh,
        efficiency_roundtrip_frac=store.efficiency_roundtrip_frac,
        in_service=np.ones(len(store), dtype=bool),
    )
