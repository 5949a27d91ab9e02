"""pandapower networks (JSON) as a GridCase: the model that pandapower's power flow computes, read as data.

Comes in: a file of ``pandapower.to_json``. Goes out: the case, notes on every conversion, and a line for every table
that is not carried. pandapower is not imported, nothing in the file is called or looked up by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import InputError
from gridplan.network.case import CaseBuses, CaseShunts, GridCase, NotCarried, Origin
from gridplan.network.json_guard import MAX_JSON_BYTES, guarded_json
from gridplan.network.model import BoolArray, FloatArray, Labels
from gridplan.network.pandapower_cost import costs, costs_not_carried
from gridplan.network.pandapower_line import bus_switches, check_switches, impedances, lines
from gridplan.network.pandapower_load import loads, shunts
from gridplan.network.pandapower_source import DEFAULT_OPTIONS, Source
from gridplan.network.pandapower_table import Faults, Frame, row_count
from gridplan.network.pandapower_trafo import transformers
from gridplan.network.pandapower_trafo3w import star_branches, star_buses, star_losses
from gridplan.network.pandapower_unit import dc_lines, generators, storages
from gridplan.network.two_port import Remainder, TwoPorts, case_branches, case_shunts, joined, remainders
from gridplan.text_file import read_text_file, refused

_WHAT = "pandapower network (JSON)"
_REMEDY = "save the network with pandapower.to_json(net, file)"
_CARRIED = frozenset(
    "bus load sgen gen ext_grid shunt line trafo trafo3w impedance dcline switch ward xward storage motor"
    " asymmetric_load asymmetric_sgen poly_cost pwl_cost bus_geodata"
    " version format_version name f_hz sn_mva converged OPF_converged user_pf_options".split()
)
#: Elements that change the flow and have no model here: refused in service, not carried otherwise.
_UNMODELLED = (
    "svc ssc tcsc vsc vsc_stacked vsc_bipolar b2b_vsc bi_vsc bus_dc line_dc load_dc source_dc switch_dc".split()
)
_WORDS = {
    "bus.base_kv": "bus vn_kv",
    "bus.vm_min_pu": "bus min_vm_pu",
    "bus.vm_max_pu": "bus max_vm_pu",
    "branch.r_pu": "line r_ohm_per_km, trafo vkr_percent",
    "branch.x_pu": "line x_ohm_per_km, trafo vk_percent",
    "branch.b_pu": "line c_nf_per_km, trafo i0_percent",
    "branch.tap_ratio": "trafo vn_hv_kv, vn_lv_kv, tap_pos",
    "branch.shift_degree": "trafo shift_degree",
    "branch.rating_normal_mva": "line max_i_ka, trafo sn_mva",
    "generator.p_max_mw": "gen max_p_mw",
    "generator.p_min_mw": "gen min_p_mw",
    "generator.q_min_mvar": "gen min_q_mvar",
    "generator.q_max_mvar": "gen max_q_mvar",
    "generator.vm_setpoint_pu": "gen vm_pu",
    "generator.cost": "poly_cost, pwl_cost",
    "load.p_mw": "load p_mw",
    "dc_line.p_max_mw": "dcline max_p_mw",
}


def read_pandapower(path: Path) -> GridCase:
    """Grid of a pandapower JSON file.

    Parameters
    ----------
    path : Path
        File of ``pandapower.to_json``, not encrypted.

    Returns
    -------
    GridCase
        Ids are pandapower's own: the number of a bus, ``line_5``, ``trafo_0``, ``gen_3``; ``trafo3w_0_star`` is the
        star point of a three-winding transformer. Closed switches between buses are branches without impedance.

    Raises
    ------
    InputError
        GP-SEC-002 (types outside the list, nesting), GP-SIZ-001, GP-ENC-001/002, or all faults of the tables.
    """
    text, warnings = read_text_file(path, what=_WHAT, remedy=_REMEDY, max_bytes=MAX_JSON_BYTES)
    document = guarded_json(text, path)
    del text
    faults = Faults(path)
    source = _source(_net(document, path), faults, path)
    case = _case(source, path)
    findings = (*warnings, *faults.all())
    if any(finding.severity == "error" for finding in findings):
        raise InputError(findings)
    return replace(case, findings=findings)


def _net(document: Any, path: Path) -> Mapping[str, Any]:
    net = document.get("_object") if isinstance(document, dict) and "_class" in document else document
    is_net = isinstance(net, dict) and "bus" in net and ("version" in net or "format_version" in net)
    if not is_net or not isinstance(net, dict):
        message = "the file is JSON, but no pandapower network: it has no bus table and no version"
        raise refused("GP-ENC-002", path, message, _REMEDY)
    return net


def _source(net: Mapping[str, Any], faults: Faults, path: Path) -> Source:
    options = dict(DEFAULT_OPTIONS)
    given = net.get("user_pf_options")
    if isinstance(given, dict):
        used = {key: given[key] for key in options if key in given and given[key] != "auto"}
        options |= used
        if used:
            told = ", ".join(f"{key} = {json.dumps(value)[:30]}" for key, value in sorted(used.items()))
            message = f"options of the power flow that the file states are used: {told}"
            faults.add("GP-NET-004", "note", message, "nothing to do", "user_pf_options")
    _check_options(options, faults)
    sn_mva = _positive(net, "sn_mva", 1.0, faults)
    return Source(
        document=net, faults=faults, sn_mva=sn_mva, f_hz=_positive(net, "f_hz", 50.0, faults), options=options
    )


def _check_options(options: dict[str, Any], faults: Faults) -> None:
    choices = {"trafo_model": ("t", "pi"), "trafo3w_losses": ("hv", "mv", "lv", "star")}
    for key, default in DEFAULT_OPTIONS.items():
        value = options[key]
        if key in choices:
            is_good = value in choices[key]
        elif isinstance(default, bool):
            is_good = isinstance(value, bool)
        else:
            is_good = isinstance(value, (int, float)) and 0 <= value < 1e6
        if not is_good:
            words = f", not one of {', '.join(choices[key])}" if key in choices else ""
            message = f"user_pf_options.{key} has a value pandapower does not know{words}"
            faults.error("GP-VAL-001", message, "delete the option", f"user_pf_options.{key}")
            options[key] = default


def _positive(net: Mapping[str, Any], key: str, default: float, faults: Faults) -> float:
    value = net.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        faults.error("GP-PU-001", f"{key} is {str(value)[:20]!r}, must be a number above 0", f"correct {key}", key)
        return default
    return float(value)


def _case(source: Source, path: Path) -> GridCase:
    check_switches(source)
    _refuse_unmodelled(source)
    internal = _xward_branches(source)
    ports = joined(
        [lines(source), transformers(source), *star_branches(source), impedances(source), internal, bus_switches(source)]
    )
    parts = [*remainders(ports), *star_losses(source)]
    _tell_parts(source, parts)
    load = loads(source)
    in_service_mw = float(load.p_mw[load.in_service].sum())
    _tell_ratings(source, ports)
    name = source.document.get("name")
    return GridCase(
        name=name if isinstance(name, str) and name else path.stem,
        base_mva=source.sn_mva,
        bus=_buses(source),
        load=load,
        shunt=_together(shunts(source), case_shunts(parts, source.sn_mva)),
        generator=generators(source, costs(source), in_service_mw),
        branch=case_branches(ports),
        dc_line=dc_lines(source),
        storage=storages(source),
        origin=Origin(file=path, format="pandapower", words=_WORDS),
        not_carried=(*costs_not_carried(source), *_not_carried(source)),
    )


def _buses(source: Source) -> CaseBuses:
    table, stars, xward = source.frame("bus"), star_buses(source), source.frame("xward")
    if not len(table):
        source.faults.error("GP-ENC-002", "the network has no buses", _REMEDY, "bus")
    xward_bus = source.bus_rows(xward)
    kind = _kinds(source)
    count = len(stars.id) + len(xward)
    live = (*stars.in_service, *(xward.flags("in_service", True) & source.live(xward_bus)))
    none = np.zeros(len(table), dtype=bool)
    latitude, longitude = _coordinates(source, table)
    no, filler = ("",) * count, np.full(count, np.nan)
    vm, va = _operating_point(source, table)
    return CaseBuses(
        id=(*source.bus_ids, *stars.id, *(f"{name}_internal" for name in xward.ids())),
        name=(*table.texts("name"), *no),
        kind=(*kind, *("pq" if is_live else "isolated" for is_live in live)),
        base_kv=np.concatenate([source.base_kv, stars.base_kv, source.kv(xward_bus)]),
        area=("",) * (len(table) + count),
        zone=(*table.texts("zone"), *no),
        vm_pu=np.concatenate([vm, np.ones(count)]),
        va_degree=np.concatenate([va, np.zeros(count)]),
        vm_min_pu=np.concatenate([table.floats("min_vm_pu", 0.0, none), np.zeros(count)]),
        vm_max_pu=np.concatenate([table.floats("max_vm_pu", 2.0, none), np.full(count, 2.0)]),
        latitude_degree=np.concatenate([latitude, filler]),
        longitude_degree=np.concatenate([longitude, filler]),
    )


def _kinds(source: Source) -> list[str]:
    kind = ["pq" if live else "isolated" for live in source.is_live]
    for name, word in (("gen", "pv"), ("ext_grid", "ref")):
        table = source.frame(name)
        slack, in_service = table.flags("slack", False), table.flags("in_service", True)
        for row, bus in enumerate(source.bus_rows(table)):
            if bus >= 0 and kind[bus] not in ("isolated", "ref") and in_service[row]:
                kind[bus] = "ref" if slack[row] else word
    return kind


def _operating_point(source: Source, table: Frame) -> tuple[FloatArray, FloatArray]:
    """Voltages of the results in the file, by bus; 1 pu and 0 degrees where there are none."""
    results = source.frame("res_bus")
    vm_pu, va_degree = np.ones(len(table)), np.zeros(len(table))
    if not (results.has("vm_pu") and results.has("va_degree")):
        return vm_pu, va_degree
    no = np.zeros(len(results), dtype=bool)
    rows = {index: row for row, index in enumerate(table.index)}
    for index, vm, va in zip(
        results.index, results.floats("vm_pu", None, no), results.floats("va_degree", None, no), strict=True
    ):
        if index in rows and np.isfinite(vm) and np.isfinite(va) and vm > 0:
            vm_pu[rows[index]], va_degree[rows[index]] = vm, va
    return vm_pu, va_degree


def _coordinates(source: Source, table: Frame) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude of the points in ``geo`` (GeoJSON), or of the old table ``bus_geodata``; else NaN."""
    point = np.full((2, len(table)), np.nan)
    old = source.frame("bus_geodata")
    rows = {index: row for row, index in enumerate(table.index)}
    if old.has("x") and old.has("y"):
        no = np.zeros(len(old), dtype=bool)
        for index, x, y in zip(old.index, old.floats("x", None, no), old.floats("y", None, no), strict=True):
            if index in rows:
                point[:, rows[index]] = x, y
    for row, value in enumerate(table.columns.get("geo", [])):
        found = _geojson_point(value)
        if found is not None:
            point[:, row] = found
        elif value not in (None, ""):
            message = f"{table.key(row, 'geo')} is not a GeoJSON point; the bus has no coordinates"
            source.faults.add("GP-GEO-001", "warning", message, "write a GeoJSON point", table.key(row, "geo"))
    return point[1], point[0]


def _geojson_point(value: object) -> tuple[float, float] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, dict) or value.get("type") != "Point":
        return None
    pair = value.get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2 or not all(type(c) in (int, float) for c in pair[:2]):
        return None
    return float(pair[0]), float(pair[1])


def _xward_branches(source: Source) -> TwoPorts:
    """Impedance of each xward between its bus and its inner source."""
    table = source.frame("xward")
    bus = source.bus_rows(table)
    base_ohm = source.kv(bus) ** 2 / source.sn_mva
    nothing, no = np.zeros(len(table)), np.zeros(len(table), dtype=bool)
    return TwoPorts(
        id=table.ids(),
        from_bus=source.names(bus),
        to_bus=tuple(f"{name}_internal" for name in table.ids()),
        r_pu=table.floats("r_ohm") / base_ohm,
        x_pu=table.floats("x_ohm") / base_ohm,
        y_from_pu=nothing.astype(np.complex128),
        y_to_pu=nothing.astype(np.complex128),
        tap_ratio=nothing + 1,
        shift_degree=nothing,
        rating_mva=nothing,
        in_service=table.flags("in_service", True) & source.live(bus),
        open_from=no,
        open_to=no,
        is_transformer=no,
        length_km=nothing,
    )


def _together(first: CaseShunts, second: CaseShunts) -> CaseShunts:
    def column(name: str) -> FloatArray:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    in_service: BoolArray = np.concatenate([first.in_service, second.in_service])
    bus: Labels = (*first.bus, *second.bus)
    return CaseShunts(
        id=(*first.id, *second.id),
        bus=bus,
        gs_mw=column("gs_mw"),
        bs_mvar=column("bs_mvar"),
        in_service=in_service,
    )


def _tell_parts(source: Source, parts: list[Remainder]) -> None:
    for part in parts:
        if part.is_open:
            y = part.y_pu * source.sn_mva
            message = (
                f"{part.branch} is open at one end: it is out of service, and its {y.real:.4g} MW and {y.imag:.4g} Mvar "
                f"of charging at 1 pu stay at bus {part.bus} as shunt {part.id}"
            )
            source.faults.add("GP-TOP-008", "note", message, "nothing to do", part.branch)
    closed = [part for part in parts if not part.is_open and part.in_service]
    if closed:
        mw = sum(part.y_pu.real for part in closed) * source.sn_mva
        message = (
            f"{len({part.branch for part in closed})} branches have losses or charging that differ between their ends: "
            f"{mw:,.4g} MW at 1 pu stand as {len(closed)} shunts at their buses, also while a branch is out"
        )
        source.faults.add("GP-SHN-002", "note", message, "nothing to do")


def _tell_ratings(source: Source, ports: TwoPorts) -> None:
    for table, words in (("line", "sqrt(3) vn_kv max_i_ka df parallel"), ("trafo", "sn_mva df parallel")):
        if len(source.frame(table)):
            message = (
                f"{len(source.frame(table))} rows of {table} have one rating ({words} max_loading_percent / 100) in MVA at "
                f"nominal voltage; emergency and short-time ratings are missing"
            )
            source.faults.add("GP-LIM-008", "note", message, "state emergency ratings in the study", table)


def _refuse_unmodelled(source: Source) -> None:
    for name in _UNMODELLED:
        table = source.frame(name)
        if name in ("bus_dc", "line_dc", "switch_dc"):
            continue
        for row in np.flatnonzero(table.flags("in_service", True)):
            what = "is in service, and gridplan has no model for it"
            source.refuse(table, int(row), what, "replace it by an element the page on network files lists")


def _not_carried(source: Source) -> Iterator[NotCarried]:
    results = sum(row_count(node) for key, node in source.document.items() if key.startswith(("res_", "_empty_res")))
    if results:
        yield NotCarried(section="res_...", rows=results, meaning="results; only voltages are kept, as a start")
    for key, node in source.document.items():
        if key in _CARRIED or key.startswith(("res_", "_")):
            continue
        rows = row_count(node)
        if rows:
            yield NotCarried(section=key, rows=rows, meaning=_MEANINGS.get(key, "no table here holds it"))
    for table, column, meaning in _COLUMNS:
        cells = source.frame(table).texts(column)
        count = sum(cell != "" for cell in cells)
        if count:
            yield NotCarried(section=f"{table}.{column}", rows=count, meaning=meaning)


_MEANINGS = {
    "std_types": "types that lines and transformers were made from; their values stand in the elements",
    "controller": "controllers; taps, shunts and setpoints stay as the file has them",
    "measurement": "measurements for state estimation",
    "group": "groups of elements",
    "characteristic": "curves for controllers",
    "trafo_characteristic_table": "tap tables; a transformer in service that uses one is refused",
    "shunt_characteristic_table": "step tables; a shunt in service that uses one is refused",
    "q_capability_characteristic": "reactive capability curves; fixed limits are used",
    "line_geodata": "courses of lines",
    "profiles": "time series",
}
_COLUMNS = (
    ("line", "name", "names; branches go by table and number"),
    ("line", "geo", "courses of lines"),
    ("trafo", "name", "names; branches go by table and number"),
    ("gen", "name", "names; units go by table and number"),
    ("load", "name", "names; loads go by table and number"),
)
