"""PyPSA networks (netCDF) as a GridCase, without PyPSA.

Comes in: a file of ``n.export_to_netcdf``. Goes out: the static network, its statuses and costs. Series over snapshots
are counted, never read: no snapshot is picked in silence. Columns that ``write_pypsa`` added come back as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import refuse_errors
from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseLoads,
    CaseShunts,
    CaseStorages,
    GridCase,
    NotCarried,
    Origin,
)
from gridplan.network.faults import Faults
from gridplan.network.hdf5_guard import GuardedFile, guarded_hdf5
from gridplan.network.model import BoolArray, FloatArray, Labels
from gridplan.network.pypsa.branch import lines, transformers
from gridplan.network.pypsa.table import Component, component, series
from gridplan.network.pypsa.unit import generators
from gridplan.network.two_port import TwoPorts, case_branches, case_shunts, joined, remainders
from gridplan.text_file import refused

_WHAT = "PyPSA network (netCDF 4)"
_REMEDY = "write the network with n.export_to_netcdf(file)"
_LISTS = ("buses", "lines", "transformers", "links", "generators", "loads", "shunt_impedances", "storage_units")
_LEFT = {
    "stores": "stores without a limit of their MW",
    "processes": "processes between energy carriers",
    "carriers": "emissions and other facts of carriers; their names stand at units",
    "global_constraints": "global constraints",
    "line_types": "types; their values must stand in the lines",
    "transformer_types": "types; their values must stand in the transformers",
    "shapes": "shapes",
    "sub_networks": "sub-networks, which follow from the branches",
    "investment_periods": "investment periods",
}
_AC = ("AC", "")


@dataclass(frozen=True, kw_only=True)
class _Net:
    file: GuardedFile
    faults: Faults
    base_mva: float
    bus_ids: Labels
    v_nom: FloatArray

    def component(self, name: str) -> Component:
        return component(self.file, name, self.faults)


def read_pypsa(path: Path) -> GridCase:
    """Grid of a PyPSA netCDF file.

    Parameters
    ----------
    path : Path
        File of ``n.export_to_netcdf``, one scenario.

    Returns
    -------
    GridCase
        On 1 MVA, as PyPSA counts, or on the base power that ``write_pypsa`` left in the file. Ids are PyPSA's names.

    Raises
    ------
    InputError
        GP-ENC-002, GP-SIZ-001, GP-SEC-002, or all faults of the components with variable and name.
    """
    with guarded_hdf5(path, what=_WHAT, remedy=_REMEDY) as file:
        faults = Faults(path)
        _check_layout(file, path)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            case = _case(file, path, faults)
    findings = faults.all()
    refuse_errors(findings)
    return replace(case, findings=findings)


def _check_layout(file: GuardedFile, path: Path) -> None:
    if "buses_i" not in file.sets:
        raise refused("GP-ENC-002", path, "the file holds no variable buses_i: it is no PyPSA network", _REMEDY)
    if "scenario" in file.sets or "scenario_weight" in file.sets:
        message = "the file holds several scenarios, and a case is one grid"
        raise file.refused("GP-NET-003", message, "scenario", "export one scenario")


def _case(file: GuardedFile, path: Path, faults: Faults) -> GridCase:
    meta = _meta(file)
    buses = component(file, "buses", faults)
    net = _Net(file=file, faults=faults, base_mva=_base_mva(meta), bus_ids=buses.id, v_nom=_voltages(buses, faults))
    ports = _ports(net)
    branch, parts = case_branches(ports), list(remainders(ports))
    return GridCase(
        name=file.attribute("network_name") or path.stem,
        base_mva=net.base_mva,
        bus=_buses(net, buses),
        load=_loads(net),
        shunt=_joined_shunts(_shunts(net), case_shunts(parts, net.base_mva)),
        generator=generators(net.component("generators"), net.bus_ids),
        branch=_with_ratings(net, branch),
        dc_line=_dc_lines(net),
        storage=_storages(net),
        origin=Origin(file=path, format="PyPSA", words=_WORDS),
        not_carried=tuple(_not_carried(net)),
        is_synthetic=bool(meta.get("is_synthetic", False)),
    )


def _meta(file: GuardedFile) -> dict[str, Any]:
    """What ``write_pypsa`` left in the file; nothing of a file that PyPSA wrote itself is needed."""
    try:
        found = json.loads(file.attribute("meta") or "{}")
    except (ValueError, RecursionError):
        return {}
    own = found.get("gridplan") if isinstance(found, dict) else None
    return own if isinstance(own, dict) else {}


def _base_mva(meta: dict[str, Any]) -> float:
    value = meta.get("base_mva", 1.0)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < 1e9 else 1.0


def _voltages(buses: Component, faults: Faults) -> FloatArray:
    for row, carrier in enumerate(buses.texts("carrier", "AC")):
        if carrier not in _AC:
            message = f"bus {buses.id[row][:60]} carries {carrier[:30]!r}; only AC grids are read"
            remedy = "export the AC buses alone, as in n[n.buses.query('carrier == \"AC\"').index]"
            faults.error("GP-NET-003", message, remedy, buses.key(row, "carrier"))
    return buses.floats("v_nom", 1.0)


def _ports(net: _Net) -> TwoPorts:
    line, trafo = net.component("lines"), net.component("transformers")
    shared = set(line.id) & set(trafo.id)
    parts = [lines(line, net.bus_ids, net.v_nom, net.base_mva), transformers(trafo, net.bus_ids, net.base_mva)]
    if shared:
        message = (
            f"{len(shared)} names stand for a line and a transformer; such transformers are called transformer_NAME"
        )
        net.faults.add("GP-BUS-002", "note", message, "nothing to do", "transformers_i")
        parts[1] = replace(parts[1], id=tuple(f"transformer_{n}" if n in shared else n for n in trafo.id))
    return joined(parts)


def _with_ratings(net: _Net, branch: CaseBranches) -> CaseBranches:
    tables = [net.component(name) for name in ("lines", "transformers")]

    def column(name: str, default: float) -> FloatArray:
        return np.concatenate([table.floats(name, default) for table in tables])

    return replace(
        branch,
        rating_emergency_mva=column("rating_emergency_mva", 0.0),
        rating_short_time_mva=column("rating_short_time_mva", 0.0),
        angle_min_degree=column("v_ang_min", -np.inf),
        angle_max_degree=column("v_ang_max", np.inf),
        is_transformer=branch.is_transformer & ~np.concatenate([table.flags("is_line", False) for table in tables]),
    )


def _buses(net: _Net, table: Component) -> CaseBuses:
    kind = {"Slack": "ref", "PV": "pv"}
    kinds = [kind.get(word, "pq") for word in table.texts("control", "PQ")]
    rank = {"pq": 0, "pv": 1, "ref": 2}
    units = net.component("generators")
    rows, active = units.buses("bus", table.id), units.flags("active", True)
    for row, word, is_active in zip(rows, units.texts("control", "PQ"), active, strict=True):
        own = kind.get(word, "pq")
        if row >= 0 and is_active and rank[own] > rank[kinds[row]]:
            kinds[row] = own
    isolated = table.flags("is_isolated", False)
    longitude, latitude = _coordinates(table)
    return CaseBuses(
        id=table.id,
        name=table.texts("long_name"),
        kind=tuple("isolated" if gone else word for gone, word in zip(isolated, kinds, strict=True)),
        base_kv=net.v_nom,
        area=table.texts("area"),
        zone=table.texts("zone"),
        vm_pu=table.floats("v_mag_pu_set", 1.0),
        va_degree=table.floats("va_degree", 0.0),
        vm_min_pu=table.floats("v_mag_pu_min", 0.0),
        vm_max_pu=table.floats("v_mag_pu_max", np.inf),
        latitude_degree=latitude,
        longitude_degree=longitude,
    )


def _coordinates(table: Component) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude; NaN where both are 0, which is PyPSA's word for none."""
    x, y = table.floats("x", 0.0, empty=0.0), table.floats("y", 0.0, empty=0.0)
    nowhere = (x == 0) & (y == 0)
    return np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y)


def _loads(net: _Net) -> CaseLoads:
    table = net.component("loads")
    rows, sign = table.buses("bus", net.bus_ids), -table.floats("sign", -1.0)
    return CaseLoads(
        id=table.id,
        bus=_names(net, rows),
        p_mw=table.floats("p_set", 0.0) * sign,
        q_mvar=table.floats("q_set", 0.0) * sign,
        in_service=table.flags("active", True),
    )


def _shunts(net: _Net) -> CaseShunts:
    """Shunts in siemens on the nominal voltage of their bus; b above 0 is a capacitor."""
    table = net.component("shunt_impedances")
    rows = table.buses("bus", net.bus_ids)
    square = np.where(rows >= 0, net.v_nom[rows], np.nan) ** 2 if len(net.v_nom) else np.zeros(len(rows))
    return CaseShunts(
        id=table.id,
        bus=_names(net, rows),
        gs_mw=table.floats("g", 0.0) * square,
        bs_mvar=table.floats("b", 0.0) * square,
        in_service=table.flags("active", True),
    )


def _joined_shunts(own: CaseShunts, parts: CaseShunts) -> CaseShunts:
    in_service: BoolArray = np.concatenate([own.in_service, parts.in_service])
    return CaseShunts(
        id=(*own.id, *parts.id),
        bus=(*own.bus, *parts.bus),
        gs_mw=np.concatenate([own.gs_mw, parts.gs_mw]),
        bs_mvar=np.concatenate([own.bs_mvar, parts.bs_mvar]),
        in_service=in_service,
    )


def _dc_lines(net: _Net) -> CaseDcLines:
    """Links between two AC buses: what arrives is ``efficiency`` times what is sent."""
    table = net.component("links")
    start, end = table.buses("bus0", net.bus_ids), table.buses("bus1", net.bus_ids)
    for column in ("bus2", "bus3", "bus4"):
        for row, name in enumerate(table.texts(column)):
            if name:
                message = f"link {table.id[row][:60]} has a third bus, which no dc line has"
                net.faults.error("GP-NET-003", message, "model it by several links", table.key(row, column))
    p_nom = table.floats("p_nom", 0.0)
    return CaseDcLines(
        id=table.id,
        from_bus=_names(net, start),
        to_bus=_names(net, end),
        p_mw=table.floats("p_set", 0.0, empty=0.0),
        p_min_mw=scaled(p_nom, table.floats("p_min_pu", 0.0)),
        p_max_mw=scaled(p_nom, table.floats("p_max_pu", 1.0)),
        loss_mw=table.floats("loss_mw", 0.0),
        loss_frac=1.0 - table.floats("efficiency", 1.0),
        vm_from_pu=table.floats("vm_from_pu", 1.0),
        vm_to_pu=table.floats("vm_to_pu", 1.0),
        q_min_from_mvar=table.floats("q_min_from_mvar", 0.0),
        q_max_from_mvar=table.floats("q_max_from_mvar", 0.0),
        q_min_to_mvar=table.floats("q_min_to_mvar", 0.0),
        q_max_to_mvar=table.floats("q_max_to_mvar", 0.0),
        in_service=table.flags("active", True),
    )


def scaled(p_nom: FloatArray, share: FloatArray) -> FloatArray:
    """Limit in MW; 0 of an infinite power is 0."""
    return np.where(share == 0, 0.0, p_nom * share)


def _storages(net: _Net) -> CaseStorages:
    table = net.component("storage_units")
    rows, p_mw = table.buses("bus", net.bus_ids), table.floats("p_nom", 0.0)
    efficiency = table.floats("efficiency_store", 1.0) * table.floats("efficiency_dispatch", 1.0)
    return CaseStorages(
        id=table.id,
        bus=_names(net, rows),
        p_mw=p_mw,
        e_mwh=p_mw * table.floats("max_hours", 1.0),
        efficiency_roundtrip_frac=efficiency,
        in_service=table.flags("active", True),
    )


def _names(net: _Net, rows: Any) -> Labels:
    return tuple(net.bus_ids[row] if row >= 0 else "?" for row in rows)


#: Series that PyPSA computes; everything else over snapshots is an input.
_OUTPUTS = frozenset(("p", "q", "p0", "p1", "q0", "q1", "v_mag_pu", "v_ang", "marginal_price", "status"))


def _not_carried(net: _Net) -> Iterator[NotCarried]:
    for name in _LISTS:
        for column, count in series(net.file, name):
            if column in _OUTPUTS or column.startswith("mu_"):
                yield NotCarried(section=f"{name}_t_{column}", rows=count, meaning="results over snapshots")
                continue
            yield NotCarried(section=f"{name}_t_{column}", rows=count, meaning="series over snapshots")
            message = f"{count} {name} have {column} by snapshot; no snapshot is picked: the static {column} is used"
            remedy = f"write the values of one snapshot into n.{name}.{column}, or give the series to the study"
            net.faults.add("GP-TIM-006", "warning", message, remedy, f"{name}_t_{column}")
    for name, meaning in _LEFT.items():
        index = f"{name}_i" if f"{name}_i" in net.file.sets else name
        if name == "carriers" and not any(net.component(name).has(word) for word in ("co2_emissions", "max_growth")):
            continue
        if index in net.file.sets and net.file.sets[index].shape:
            yield NotCarried(section=name, rows=int(net.file.sets[index].shape[0]), meaning=meaning)
    yield from _columns_not_carried(net)


def _columns_not_carried(net: _Net) -> Iterator[NotCarried]:
    columns = (
        ("generators", "committable", "unit commitment"),
        ("links", "marginal_cost", "costs of dc lines"),
        ("storage_units", "marginal_cost", "costs of storage"),
        ("lines", "s_nom_extendable", "choices of expansion; s_nom is read"),
        ("transformers", "s_nom_extendable", "choices of expansion; s_nom is read"),
        ("generators", "p_nom_extendable", "choices of expansion; p_nom is read"),
    )
    for name, column, meaning in columns:
        table = net.component(name)
        count = int((table.floats(column, 0.0, empty=0.0) != 0).sum())
        if count:
            yield NotCarried(section=f"{name}_{column}", rows=count, meaning=meaning)


_WORDS = {
    "bus.base_kv": "buses_v_nom",
    "load.p_mw": "loads_p_set",
    "load.q_mvar": "loads_q_set",
    "branch.r_pu": "lines_r, transformers_r",
    "branch.x_pu": "lines_x, transformers_x",
    "branch.b_pu": "lines_b, transformers_b",
    "branch.rating_normal_mva": "lines_s_nom, transformers_s_nom",
    "branch.tap_ratio": "transformers_tap_ratio",
    "branch.shift_degree": "transformers_phase_shift",
    "generator.p_max_mw": "generators_p_nom",
    "generator.p_min_mw": "generators_p_min_pu",
    "generator.cost": "generators_marginal_cost",
    "dc_line.p_max_mw": "links_p_nom",
    "dc_line.loss_frac": "links_efficiency",
}
