"""MATPOWER case files (.m, version 2) as a GridCase; the file is read as text and never run.

Comes in: a path. Goes out: everything the file states, in or out of service, with the line of every row, and a
NotCarried row for every field and column no table of gridplan holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gridplan.errors import Finding, InputError, refuse_errors
from gridplan.network.case import (
    BUS_KINDS,
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    GridCase,
    NotCarried,
    Origin,
    no_storages,
    numbered_ids,
)
from gridplan.network.matpower.checks import (
    FOREIGN_FIELDS,
    READ_FIELDS,
    TABLES,
    check_fields,
    check_kind,
    check_names,
    check_programs,
    check_table,
    check_version,
    one_each,
)
from gridplan.network.matpower.columns import COLUMNS, HELD_COLUMNS, NAME_FIELDS, WORDS, position
from gridplan.network.matpower.cost import check_cost_table, cost_curves, rows_with_values_behind
from gridplan.network.matpower.rows import NumericTable, TextTable, count_rows, numeric_table, text_table
from gridplan.network.matpower.text import CaseSource, scan_case
from gridplan.network.model import FloatArray, IntArray, Labels
from gridplan.text_file import read_text_file

_REMEDY = "give a MATPOWER case file (.m) of version 2"
#: Largest case file; 82,000 buses take 23 MB, and reading takes about ten times the size in memory.
MAX_BYTES = 64 * 1024 * 1024
_MOST_DEGREE = 360.0
_UNUSED = {
    "bus": ((13, 17, "prices and multipliers of a solved case"),),
    "gen": (
        (10, 16, "capability curve of P and Q"),
        (16, 20, "ramp rates"),
        (20, 21, "participation factor"),
        (21, 25, "multipliers of a solved case"),
    ),
    "branch": ((13, 17, "flows of a solved case"), (17, 21, "multipliers of a solved case")),
    "dcline": ((17, 23, "multipliers of a solved case"),),
}


@dataclass(kw_only=True)
class _Reading:
    """Tables and name lists of one file as they are read, and every finding so far."""

    path: Path
    tables: dict[str, NumericTable] = field(default_factory=dict)
    names: dict[str, TextTable] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def column(self, table: str, column: str) -> FloatArray:
        return self.tables[table].column(position(table, column))

    def ids(self, table: str, column: str) -> Labels:
        return tuple(str(number) for number in self.column(table, column).astype(np.int64).tolist())

    def texts(self, name: str) -> Labels | None:
        return one_each(self.names[name]) if name in self.names else None


def read_matpower(path: Path) -> GridCase:
    """Grid of a MATPOWER case file.

    Parameters
    ----------
    path : Path
        Text file of version 2; its tables are read, its statements never run.

    Raises
    ------
    InputError
        If the file cannot be read, is no case of version 2, would have to be run, or holds tables with values that
        are no numbers or rows that do not fit; every fault is listed.
    """
    text, warnings = read_text_file(path, what="MATPOWER case", remedy=_REMEDY, max_bytes=MAX_BYTES)
    source = scan_case(text, path)
    reading = _Reading(path=path, findings=list(warnings))
    fatal = list(check_kind(source, path))
    if fatal:
        raise InputError([*warnings, *fatal])
    reading.findings += [*source.findings, *check_fields(source, path), *check_programs(source, path)]
    _read_tables(source, reading)
    refuse_errors(reading.findings)
    return _case(source, reading)


def _read_tables(source: CaseSource, reading: _Reading) -> None:
    path = reading.path
    for found in source.fields:
        if found.path in TABLES and found.kind == "matrix":
            table, faults = numeric_table(found, path)
            reading.findings += faults if table is None else check_table(table, path)
            if table is not None:
                reading.tables[found.path] = table
        elif found.path in NAME_FIELDS and found.kind == "cell":
            names, faults = text_table(found, path)
            reading.findings += faults
            if names is not None and names.rows:
                reading.names[found.path] = names
    reading.findings += check_version(source, reading.tables.get("gen"), path)
    for name, names in reading.names.items():
        if NAME_FIELDS[name] in reading.tables:
            reading.findings += check_names(names, reading.tables[NAME_FIELDS[name]], path)
    if "gencost" in reading.tables and "gen" in reading.tables:
        table, units = reading.tables["gencost"], reading.tables["gen"]
        if table.values.shape[1] >= 4:
            reading.findings += check_cost_table(table, len(units.values), path)


def _case(source: CaseSource, reading: _Reading) -> GridCase:
    base = next(found for found in source.fields if found.path == "baseMVA")
    bus = _buses(reading)
    at_load = np.flatnonzero((reading.column("bus", "PD") != 0) | (reading.column("bus", "QD") != 0))
    at_shunt = np.flatnonzero((reading.column("bus", "GS") != 0) | (reading.column("bus", "BS") != 0))
    return GridCase(
        name=reading.path.stem,
        base_mva=float(base.text),
        bus=bus,
        load=_loads(reading, bus.id, at_load),
        shunt=_shunts(reading, bus.id, at_shunt),
        generator=_generators(reading),
        branch=_branches(reading, bus),
        dc_line=_dc_lines(reading),
        storage=no_storages(),
        origin=_origin(reading, at_load, at_shunt),
        not_carried=tuple(_not_carried(source, reading)),
        findings=tuple(reading.findings),
    )


def _origin(reading: _Reading, at_load: IntArray, at_shunt: IntArray) -> Origin:
    lines = {table: found.lines for table, found in reading.tables.items()}
    nothing = np.zeros(0, dtype=np.int64)
    return Origin(
        file=reading.path,
        format="MATPOWER",
        lines={
            "bus": lines["bus"],
            "load": lines["bus"][at_load],
            "shunt": lines["bus"][at_shunt],
            "generator": lines["gen"],
            **({"generator.cost": lines["gencost"]} if lines.get("gencost", nothing).size else {}),
            "branch": lines["branch"],
            "dc_line": lines.get("dcline", nothing),
        },
        words=WORDS,
    )


def _buses(reading: _Reading) -> CaseBuses:
    def column(name: str) -> FloatArray:
        return reading.column("bus", name)

    ids = reading.ids("bus", "BUS_I")
    unknown = np.full(len(ids), np.nan)
    return CaseBuses(
        id=ids,
        name=reading.texts("bus_name") or ids,
        kind=tuple(BUS_KINDS[int(number) - 1] for number in column("BUS_TYPE")),
        base_kv=column("BASE_KV"),
        area=_labels(column("BUS_AREA")),
        zone=_labels(column("ZONE")),
        vm_pu=column("VM"),
        va_degree=column("VA"),
        vm_min_pu=column("VMIN"),
        vm_max_pu=column("VMAX"),
        latitude_degree=unknown,
        longitude_degree=unknown,
    )


def _loads(reading: _Reading, ids: Labels, rows: IntArray) -> CaseLoads:
    bus = tuple(ids[i] for i in rows)
    return CaseLoads(
        id=numbered_ids(bus),
        bus=bus,
        p_mw=reading.column("bus", "PD")[rows],
        q_mvar=reading.column("bus", "QD")[rows],
        in_service=np.ones(len(rows), dtype=bool),
    )


def _shunts(reading: _Reading, ids: Labels, rows: IntArray) -> CaseShunts:
    bus = tuple(ids[i] for i in rows)
    return CaseShunts(
        id=numbered_ids(bus),
        bus=bus,
        gs_mw=reading.column("bus", "GS")[rows],
        bs_mvar=reading.column("bus", "BS")[rows],
        in_service=np.ones(len(rows), dtype=bool),
    )


def _generators(reading: _Reading) -> CaseGenerators:
    def column(name: str) -> FloatArray:
        return reading.column("gen", name)

    bus = reading.ids("gen", "GEN_BUS")
    blank = ("",) * len(bus)
    costs = reading.tables.get("gencost")
    return CaseGenerators(
        id=_element_ids(reading.texts("gen_name"), numbered_ids(bus)),
        bus=bus,
        p_mw=column("PG"),
        q_mvar=column("QG"),
        p_min_mw=column("PMIN"),
        p_max_mw=column("PMAX"),
        q_min_mvar=column("QMIN"),
        q_max_mvar=column("QMAX"),
        vm_setpoint_pu=column("VG"),
        mbase_mva=column("MBASE"),
        in_service=column("GEN_STATUS") > 0,
        unit_type=reading.texts("gentype") or blank,
        fuel=reading.texts("genfuel") or blank,
        cost=cost_curves(costs, len(bus)) if costs is not None else (None,) * len(bus),
    )


def _branches(reading: _Reading, bus: CaseBuses) -> CaseBranches:
    table = reading.tables["branch"]
    if not len(table.values):
        table = NumericTable(name="branch", line=table.line, values=np.zeros((0, 13)), lines=table.lines)

    def column(name: str) -> FloatArray:
        return table.column(position("branch", name))

    from_bus = tuple(str(number) for number in column("F_BUS").astype(np.int64).tolist())
    to_bus = tuple(str(number) for number in column("T_BUS").astype(np.int64).tolist())
    low, high = _angle_limits(table)
    kv = dict(zip(reversed(bus.id), reversed(bus.base_kv.tolist()), strict=True))
    ends_kv = np.array([(kv.get(f, 0.0), kv.get(t, 0.0)) for f, t in zip(from_bus, to_bus, strict=True)]).reshape(-1, 2)
    changes_level = (ends_kv > 0).all(axis=1) & (ends_kv[:, 0] != ends_kv[:, 1])
    tap, shift = column("TAP"), column("SHIFT")
    return CaseBranches(
        id=_element_ids(reading.texts("branch_name"), numbered_ids(from_bus, to_bus)),
        from_bus=from_bus,
        to_bus=to_bus,
        r_pu=column("BR_R"),
        x_pu=column("BR_X"),
        b_pu=column("BR_B"),
        tap_ratio=np.where(tap == 0, 1.0, tap),
        shift_degree=shift,
        rating_normal_mva=column("RATE_A"),
        rating_emergency_mva=column("RATE_B"),
        rating_short_time_mva=column("RATE_C"),
        angle_min_degree=low,
        angle_max_degree=high,
        in_service=column("BR_STATUS") != 0,
        is_transformer=(tap != 0) | (shift != 0) | changes_level,
        length_km=np.full(len(from_bus), np.nan),
    )


def _angle_limits(table: NumericTable) -> tuple[FloatArray, FloatArray]:
    """Angle limits as MATPOWER takes them: both 0 is unlimited, and so is 360 degrees or more on one side."""
    n_row, width = table.values.shape
    low = table.column(11) if width > 11 else np.zeros(n_row)
    high = table.column(12) if width > 12 else np.zeros(n_row)
    both_zero = (low == 0) & (high == 0)
    return (
        np.where(both_zero | (low <= -_MOST_DEGREE), -np.inf, low),
        np.where(both_zero | (high >= _MOST_DEGREE), np.inf, high),
    )


def _dc_lines(reading: _Reading) -> CaseDcLines:
    table = reading.tables.get("dcline")
    values = table.values if table is not None and len(table.values) else np.zeros((0, 17))

    def column(name: str) -> FloatArray:
        return values[:, position("dcline", name)]

    from_bus = tuple(str(number) for number in column("F_BUS").astype(np.int64).tolist())
    to_bus = tuple(str(number) for number in column("T_BUS").astype(np.int64).tolist())
    return CaseDcLines(
        id=_element_ids(reading.texts("dcline_name"), numbered_ids(from_bus, to_bus)),
        from_bus=from_bus,
        to_bus=to_bus,
        p_mw=column("PF"),
        p_min_mw=column("PMIN"),
        p_max_mw=column("PMAX"),
        loss_mw=column("LOSS0"),
        loss_frac=column("LOSS1"),
        vm_from_pu=column("VF"),
        vm_to_pu=column("VT"),
        q_min_from_mvar=column("QMINF"),
        q_max_from_mvar=column("QMAXF"),
        q_min_to_mvar=column("QMINT"),
        q_max_to_mvar=column("QMAXT"),
        in_service=column("BR_STATUS") != 0,
    )


def _element_ids(names: Labels | None, numbered: Labels) -> Labels:
    """Names of the file where it gives any; an element without one keeps its number."""
    if names is None:
        return numbered
    return tuple(name.strip() or number for name, number in zip(names, numbered, strict=True))


def _labels(numbers: FloatArray) -> Labels:
    return tuple(str(int(number)) if number == int(number) else repr(number) for number in numbers.tolist())


def _not_carried(source: CaseSource, reading: _Reading) -> Iterator[NotCarried]:
    for found in source.fields:
        if found.path not in READ_FIELDS:
            meaning = FOREIGN_FIELDS.get(found.name, "no table of gridplan holds this field")
            yield NotCarried(section=f"mpc.{found.path}", rows=count_rows(found), meaning=meaning)
    for name, groups in _UNUSED.items():
        if name in reading.tables:
            yield from _unused_columns(reading.tables[name], groups)
    yield from _extra_names(reading)
    yield from _cost_leftovers(reading)
    yield from _dc_line_leftovers(reading)


def _unused_columns(table: NumericTable, groups: tuple[tuple[int, int, str], ...]) -> Iterator[NotCarried]:
    columns = COLUMNS[table.name]
    named = [(begin, end, _span(columns[begin], columns[end - 1]), meaning) for begin, end, meaning in groups]
    behind = (len(columns), table.values.shape[1], f"behind {columns[-1]}", "MATPOWER has no name for these columns")
    for begin, end, words, meaning in (*named, behind):
        rows = int(np.any(table.values[:, begin:end] != 0, axis=1).sum())
        if rows and begin >= HELD_COLUMNS[table.name]:
            yield NotCarried(section=f"mpc.{table.name} {words}", rows=rows, meaning=meaning)


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _extra_names(reading: _Reading) -> Iterator[NotCarried]:
    for name, names in reading.names.items():
        rows = sum(1 for row in names.rows if len(row) > 1) if len(names.rows) > 1 else 0
        if rows:
            yield NotCarried(section=f"mpc.{name}", rows=rows, meaning="columns behind the first")


def _cost_leftovers(reading: _Reading) -> Iterator[NotCarried]:
    costs = reading.tables.get("gencost")
    if costs is None or not len(costs.values):
        return
    n_reactive = max(0, len(costs.values) - len(reading.tables["gen"].values))
    if n_reactive:
        yield NotCarried(section="mpc.gencost", rows=n_reactive, meaning="costs of reactive power")
    behind = rows_with_values_behind(costs)
    if behind:
        yield NotCarried(section="mpc.gencost", rows=behind, meaning="values behind the NCOST announced")


def _dc_line_leftovers(reading: _Reading) -> Iterator[NotCarried]:
    table = reading.tables.get("dcline")
    if table is None or not len(table.values):
        return
    rows = int(np.any(table.values[:, 5:7] != 0, axis=1).sum())
    if rows:
        yield NotCarried(section="mpc.dcline QF to QT", rows=rows, meaning="reactive operating point of dc lines")
