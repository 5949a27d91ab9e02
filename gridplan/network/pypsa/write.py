"""A GridCase as a PyPSA network in netCDF: what PyPSA has a place for in its own columns, the rest in columns beside.

Comes in: a case. Goes out: bytes that ``pypsa.Network(file)`` loads, and a line for everything PyPSA does not use.
Columns beside PyPSA's own (three ratings, Mvar limits, exact costs) are loaded by it and read back by ``read_pypsa``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.errors import Finding, InputError
from gridplan.network.case import GridCase, NotCarried
from gridplan.network.formats import Export
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, positions
from gridplan.network.pypsa.unit import curve_text

#: Version of PyPSA whose layout is written.
LAYOUT_VERSION = "1.2.4"
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    name: str
    id: Labels
    columns: Columns


def write_pypsa(case: GridCase, name: str) -> Export:
    """PyPSA network of a case.

    Parameters
    ----------
    case : GridCase
    name : str
        Name of the file to be.

    Raises
    ------
    InputError
        GP-PU-002 where a line or shunt stands on a bus without nominal voltage, because PyPSA states it in ohm;
        GP-TOP-005 where an element hangs on an unknown bus.
    """
    faults = [*_unknown_buses(case), *_without_voltage(case)]
    if faults:
        raise InputError(faults)
    is_line = _is_line(case)
    lists = (
        _buses(case),
        _carriers(case),
        _lines(case, np.flatnonzero(is_line)),
        _transformers(case, np.flatnonzero(~is_line)),
        _links(case),
        _generators(case),
        _loads(case),
        _shunts(case),
        _storage(case),
    )
    return Export(files={name: _bytes(case, lists)}, not_carried=tuple(_not_carried(case, is_line)))


def _is_line(case: GridCase) -> BoolArray:
    """Branches that PyPSA can hold as a line: no transformer, no tap, no shift, one nominal voltage."""
    branch = case.branch
    start, end = (case.bus.base_kv[positions(ids, case.bus.id)] for ids in (branch.from_bus, branch.to_bus))
    plain = (branch.tap_ratio == 1.0) & (branch.shift_degree == 0.0) & (start == end)
    return np.asarray(~branch.is_transformer & plain)


def _buses(case: GridCase) -> _List:
    bus = case.bus
    control = {"ref": "Slack", "pv": "PV"}
    columns: Columns = {
        "v_nom": bus.base_kv,
        "v_mag_pu_set": bus.vm_pu,
        "v_mag_pu_min": bus.vm_min_pu,
        "v_mag_pu_max": bus.vm_max_pu,
        "control": tuple(control.get(kind, "PQ") for kind in bus.kind),
        "carrier": ("AC",) * len(bus),
        "x": np.nan_to_num(bus.longitude_degree),
        "y": np.nan_to_num(bus.latitude_degree),
        "is_isolated": np.array([kind == "isolated" for kind in bus.kind], dtype=bool),
        "va_degree": bus.va_degree,
        "long_name": bus.name,
        "area": bus.area,
        "zone": bus.zone,
    }
    return _List(name="buses", id=bus.id, columns=columns)


def _carriers(case: GridCase) -> _List:
    names = ("AC", "DC", *sorted(set(case.generator.fuel) - {"", "AC", "DC"}))
    return _List(name="carriers", id=names, columns={"nice_name": names})


def _branch(case: GridCase, rows: IntArray) -> Columns:
    branch = case.branch
    return {
        "bus0": _at(branch.from_bus, rows),
        "bus1": _at(branch.to_bus, rows),
        "active": branch.in_service[rows],
        "length": branch.length_km[rows],
        "v_ang_min": branch.angle_min_degree[rows],
        "v_ang_max": branch.angle_max_degree[rows],
        "rating_emergency_mva": branch.rating_emergency_mva[rows],
        "rating_short_time_mva": branch.rating_short_time_mva[rows],
    }


def _lines(case: GridCase, rows: IntArray) -> _List:
    branch = case.branch
    kv = case.bus.base_kv[positions(_at(branch.from_bus, rows), case.bus.id)]
    base_ohm = kv**2 / case.base_mva
    rating = branch.rating_normal_mva[rows]
    columns = _branch(case, rows) | {
        "r": branch.r_pu[rows] * base_ohm,
        "x": branch.x_pu[rows] * base_ohm,
        "b": branch.b_pu[rows] / base_ohm,
        "s_nom": np.where(rating > 0, rating, np.inf),
        "carrier": ("AC",) * len(rows),
    }
    return _List(name="lines", id=_at(branch.id, rows), columns=columns)


def _transformers(case: GridCase, rows: IntArray) -> _List:
    """Transformers on their own rating; one that is unrated stands on the base power with ``s_max_pu`` infinite."""
    branch = case.branch
    rating = branch.rating_normal_mva[rows]
    s_nom = np.where(rating > 0, rating, case.base_mva)
    scale = s_nom / case.base_mva
    columns = _branch(case, rows) | {
        "model": ("pi",) * len(rows),
        "r": branch.r_pu[rows] * scale,
        "x": branch.x_pu[rows] * scale,
        "b": branch.b_pu[rows] / scale,
        "s_nom": s_nom,
        "s_max_pu": np.where(rating > 0, 1.0, np.inf),
        "tap_ratio": branch.tap_ratio[rows],
        "tap_side": np.zeros(len(rows), dtype=np.int64),
        "phase_shift": branch.shift_degree[rows],
        "is_line": ~branch.is_transformer[rows],
    }
    return _List(name="transformers", id=_at(branch.id, rows), columns=columns)


def _links(case: GridCase) -> _List:
    line = case.dc_line
    p_nom = np.maximum(abs(line.p_min_mw), abs(line.p_max_mw))
    beside = (
        "loss_mw",
        "vm_from_pu",
        "vm_to_pu",
        "q_min_from_mvar",
        "q_max_from_mvar",
        "q_min_to_mvar",
        "q_max_to_mvar",
    )
    columns: Columns = {
        "bus0": line.from_bus,
        "bus1": line.to_bus,
        "carrier": ("DC",) * len(line),
        "p_nom": p_nom,
        "p_min_pu": _share(line.p_min_mw, p_nom, 0.0),
        "p_max_pu": _share(line.p_max_mw, p_nom, 1.0),
        "p_set": line.p_mw,
        "efficiency": 1.0 - line.loss_frac,
        "active": line.in_service,
    }
    return _List(name="links", id=line.id, columns=columns | {word: getattr(line, word) for word in beside})


def _generators(case: GridCase) -> _List:
    unit = case.generator
    p_nom = np.where(unit.p_max_mw > 0, unit.p_max_mw, abs(unit.p_min_mw))
    kinds = dict(zip(case.bus.id, case.bus.kind, strict=True))
    control = {"ref": "Slack", "pv": "PV"}
    holds = unit.q_max_mvar > unit.q_min_mvar
    linear, quadratic = _slopes(case)
    columns: Columns = {
        "bus": unit.bus,
        "control": tuple(
            control.get(kinds[bus], "PQ") if can_hold else "PQ" for bus, can_hold in zip(unit.bus, holds, strict=True)
        ),
        "p_nom": p_nom,
        "p_min_pu": _share(unit.p_min_mw, p_nom, 0.0),
        "p_max_pu": _share(unit.p_max_mw, p_nom, 1.0),
        "p_set": unit.p_mw,
        "q_set": unit.q_mvar,
        "marginal_cost": linear,
        "marginal_cost_quadratic": quadratic,
        "start_up_cost": np.array([curve.startup_usd if curve else 0.0 for curve in unit.cost]),
        "shut_down_cost": np.array([curve.shutdown_usd if curve else 0.0 for curve in unit.cost]),
        "carrier": unit.fuel,
        "type": unit.unit_type,
        "active": unit.in_service,
        "q_min_mvar": unit.q_min_mvar,
        "q_max_mvar": unit.q_max_mvar,
        "vm_setpoint_pu": unit.vm_setpoint_pu,
        "mbase_mva": unit.mbase_mva,
        "cost_curve": tuple(curve_text(curve) for curve in unit.cost),
    }
    return _List(name="generators", id=unit.id, columns=columns)


def _loads(case: GridCase) -> _List:
    load = case.load
    columns: Columns = {"bus": load.bus, "p_set": load.p_mw, "q_set": load.q_mvar, "active": load.in_service}
    return _List(name="loads", id=load.id, columns=columns)


def _shunts(case: GridCase) -> _List:
    shunt = case.shunt
    square = case.bus.base_kv[positions(shunt.bus, case.bus.id)] ** 2
    columns: Columns = {
        "bus": shunt.bus,
        "g": shunt.gs_mw / square,
        "b": shunt.bs_mvar / square,
        "active": shunt.in_service,
    }
    return _List(name="shunt_impedances", id=shunt.id, columns=columns)


def _storage(case: GridCase) -> _List:
    store = case.storage
    one_way = np.sqrt(store.efficiency_roundtrip_frac)
    columns: Columns = {
        "bus": store.bus,
        "p_nom": store.p_mw,
        "max_hours": _share(store.e_mwh, store.p_mw, 0.0),
        "efficiency_store": one_way,
        "efficiency_dispatch": one_way,
        "active": store.in_service,
    }
    return _List(name="storage_units", id=store.id, columns=columns)


def _slopes(case: GridCase) -> tuple[FloatArray, FloatArray]:
    """Linear and quadratic cost; a curve of another kind has the slope of its chord from least to most MW."""
    linear, quadratic = np.zeros(len(case.generator)), np.zeros(len(case.generator))
    for k, curve in enumerate(case.generator.cost):
        if curve is None:
            continue
        if curve.kind == "polynomial" and not any(curve.coefficients[3:]):
            c = (*curve.coefficients, 0.0, 0.0, 0.0)
            linear[k], quadratic[k] = c[1], c[2]
            continue
        low, high = float(case.generator.p_min_mw[k]), float(case.generator.p_max_mw[k])
        if high > low:
            linear[k] = (curve.usd_per_hour(high) - curve.usd_per_hour(low)) / (high - low)
    return linear, quadratic


def _not_carried(case: GridCase, is_line: BoolArray) -> Iterator[NotCarried]:
    branch, unit, line = case.branch, case.generator, case.dc_line
    changed = ~is_line & ~branch.is_transformer
    zero = branch.in_service & (branch.r_pu == 0) & (branch.x_pu == 0)
    curves = [curve for curve in unit.cost if curve is not None]
    odd = [c for c in curves if c.kind == "piecewise" or any(c.coefficients[3:])]
    constant = [c for c in curves if c.kind == "polynomial" and c.coefficients[:1] not in ((), (0.0,))]
    rated = (branch.rating_emergency_mva > 0) | (branch.rating_short_time_mva > 0)
    told = (
        (
            "branch",
            int(changed.sum()),
            "lines with tap, shift or two nominal voltages; PyPSA holds them as transformers",
        ),
        ("branch", int(zero.sum()), "branches without impedance, which PyPSA cannot solve; merge their ends first"),
        ("branch ratings", int(rated.sum()), "emergency and short-time ratings stand beside; PyPSA uses s_nom"),
        ("bus", sum(kind == "isolated" for kind in case.bus.kind), "isolated buses, in service for PyPSA"),
        ("shunt", int((~case.shunt.in_service).sum()), "shunts out of service, which PyPSA's power flow counts in"),
        ("generator.q limits", len(unit), "Mvar limits and voltage setpoints stand beside; PyPSA has none"),
        ("generator.cost", len(odd), "curves that are not quadratic; PyPSA uses their mean slope"),
        ("generator.cost", len(constant), "constant costs, which PyPSA has for committable units only"),
        ("dc_line", int((line.loss_mw != 0).sum()), "constant losses stand beside; PyPSA counts the share alone"),
        ("dc_line", len(line), "Mvar limits and voltages stand beside; a link of PyPSA has none"),
        ("storage", int(((case.storage.p_mw == 0) & (case.storage.e_mwh != 0)).sum()), "MWh of stores without MW"),
    )
    for section, rows, meaning in told:
        if rows:
            yield NotCarried(section=section, rows=rows, meaning=meaning)


def _unknown_buses(case: GridCase) -> Iterator[Finding]:
    for table in ("load", "shunt", "generator", "branch", "dc_line", "storage"):
        elements = getattr(case, table)
        for column in ("from_bus", "to_bus") if hasattr(elements, "from_bus") else ("bus",):
            names = getattr(elements, column)
            for row in np.flatnonzero(positions(names, case.bus.id) < 0):
                message = f"{table} {elements.id[row]} hangs on bus {names[row]}, which does not exist"
                yield case.finding("GP-TOP-005", "error", message, "correct the bus", (table, int(row), column))


def _without_voltage(case: GridCase) -> Iterator[Finding]:
    dead = {bus for bus, kv in zip(case.bus.id, case.bus.base_kv, strict=True) if not kv > 0}
    is_line = _is_line(case)
    lines = tuple(bus if plain else "" for bus, plain in zip(case.branch.from_bus, is_line, strict=True))
    for table, names in {"branch": lines, "shunt": case.shunt.bus}.items():
        for row, bus in enumerate(names):
            if bus in dead:
                message = f"{table} {getattr(case, table).id[row]} stands on bus {bus} without nominal voltage"
                remedy = "state the nominal voltage of the bus: PyPSA states impedances in ohm"
                yield case.finding("GP-PU-002", "error", message, remedy, ("bus", case.bus_row[bus], "base_kv"))


def _bytes(case: GridCase, lists: tuple[_List, ...]) -> bytes:
    import h5netcdf

    stream = io.BytesIO()
    with h5netcdf.File(stream, "w", track_order=False) as file:
        own = {"base_mva": case.base_mva, "is_synthetic": case.is_synthetic}
        file.attrs["network_name"] = case.name
        file.attrs["network_pypsa_version"] = LAYOUT_VERSION
        file.attrs["network__multi_invest"] = 0
        file.attrs["meta"] = json.dumps({"gridplan": own})
        file.attrs["crs"] = "{}"
        file.dimensions = {"snapshots": 1} | {f"{part.name}_i": len(part.id) for part in lists if part.id}
        _put(file, "snapshots", "snapshots", np.zeros(1, dtype=np.int64))
        _put(file, "snapshots_snapshot", "snapshots", ("now",))
        for weight in ("objective", "stores", "generators"):
            _put(file, f"snapshots_{weight}", "snapshots", np.ones(1))
        for part in lists:
            if part.id:
                _put(file, f"{part.name}_i", f"{part.name}_i", part.id)
                for column, values in part.columns.items():
                    _put(file, f"{part.name}_{column}", f"{part.name}_i", values)
    return stream.getvalue()


def _put(file: Any, name: str, dim: str, values: Any) -> None:
    import h5py

    if isinstance(values, tuple):
        texts = np.array([text.encode() for text in values], dtype=object)
        file.create_variable(name, (dim,), dtype=h5py.string_dtype(), data=texts)
        return
    is_flag = values.dtype == bool
    variable = file.create_variable(name, (dim,), data=values.astype(np.int8) if is_flag else values)
    if is_flag:
        # xarray's word for truth values
        variable.attrs["dtype"] = "bool"


def _share(part: FloatArray, whole: FloatArray, otherwise: float) -> FloatArray:
    usable = (whole > 0) & np.isfinite(whole)
    return np.asarray(np.divide(part, whole, out=np.full(len(part), otherwise), where=usable))


def _at(column: Labels, rows: IntArray) -> Labels:
    return tuple(column[i] for i in rows)
