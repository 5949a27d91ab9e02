"""Checks a reader of MATPOWER cases makes before it builds anything: fields, columns, whole numbers, name lists.

Comes in: fields and tables as written. Goes out: findings. What the values mean for the grid is left to the rules.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from gridplan.errors import Finding, Place, Severity, did_you_mean
from gridplan.network.matpower.columns import (
    BUS_COLUMNS,
    COLUMNS,
    HELD_COLUMNS,
    LEAST_COLUMNS,
    NAME_FIELDS,
    UNLIMITED_COLUMNS,
    position,
)
from gridplan.network.matpower.rows import NumericTable, TextTable
from gridplan.network.matpower.text import CaseSource, Field
from gridplan.network.model import BoolArray, FloatArray

MAX_BUSES = 200_000
#: Whole numbers beyond are not exact in MATLAB.
MOST_BUS_NUMBER = 2.0**53
TABLES = ("bus", "gen", "branch", "gencost", "dcline")
READ_FIELDS = ("version", "baseMVA", *TABLES, *NAME_FIELDS)
#: Fields that MATPOWER and its extensions know and gridplan has no place for.
FOREIGN_FIELDS: Mapping[str, str] = {
    "areas": "areas with their price reference bus; MATPOWER does not use them",
    "dclinecost": "costs of dc lines",
    "reserves": "reserve zones and requirements",
    "iflims": "interface flow limits",
    "if": "interface flow limits",
    "softlims": "soft limits",
    "dcbus": "buses of dc grids",
    "dcbranch": "branches of dc grids",
    "dcconv": "converters of dc grids",
    "dcpol": "polarity of dc grids",
    "busdc": "buses of dc grids",
    "branchdc": "branches of dc grids",
    "convdc": "converters of dc grids",
    "userfcn": "callback functions",
}
SAVE_REMEDY = "run it in MATPOWER, save with savecase('new.m', loadcase('old.m')) and read the file saved"
_MOST = 20
#: Columns of gen from which MATPOWER takes a case without a version for version 2.
_GEN_COLUMNS = 21


def finding(
    code: str,
    message: str,
    remedy: str,
    path: Path,
    at: tuple[int, int, str] = (0, 0, ""),
    severity: Severity = "error",
) -> Finding:
    """Finding at (line, column, words) of the file."""
    place = Place(file=path, line=at[0], column=at[1], key=at[2])
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)


def check_kind(source: CaseSource, path: Path) -> Iterator[Finding]:
    """Whether the file is a case of version 2 at all; the first fault says it all."""
    names = {field.name for field in source.fields}
    version = next((field for field in source.fields if field.name == "version"), None)
    if source.is_version_1:
        message = "the file is a MATPOWER case of version 1 (single tables instead of one struct)"
        yield finding("GP-ENC-004", message, SAVE_REMEDY, path)
    elif not names & {"bus", "gen", "branch", "baseMVA"}:
        message = "the file holds no MATPOWER case: nothing is assigned to mpc.bus, mpc.gen, mpc.branch or mpc.baseMVA"
        yield finding("GP-ENC-002", message, "give a MATPOWER case file of version 2", path)
    elif version and version.text.strip("'\"") != "2":
        message = f"the case says version {version.text}, gridplan reads version '2'"
        yield finding("GP-ENC-004", message, SAVE_REMEDY, path, (version.line, version.column, "version"))


def check_fields(source: CaseSource, path: Path) -> Iterator[Finding]:
    """Missing tables, tables given twice, names that look like a slip, fields of the wrong kind."""
    first: dict[str, Field] = {}
    for field in source.fields:
        if field.path in READ_FIELDS:
            earlier = first.setdefault(field.path, field)
            if earlier is not field:
                message = f"mpc.{field.path} is given twice, first in line {earlier.line}"
                yield finding(
                    "GP-ENC-005", message, "delete one of the two", path, (field.line, field.column, field.path)
                )
            yield from _wrong_kind(field, path)
        elif field.name not in FOREIGN_FIELDS:
            yield from _slip(field, path)
    others = [field.name for field in source.fields if field.name not in READ_FIELDS]
    for name in ("baseMVA", "bus", "gen", "branch"):
        if name not in first:
            message = f"mpc.{name} is missing.{did_you_mean(name, others)}"
            remedy = "add it; where the file is cut off, copy it again"
            yield finding("GP-ENC-002", message, remedy, path, (0, 0, name))


def check_programs(source: CaseSource, path: Path) -> Iterator[Finding]:
    """One finding for all statements that would have to be run; it stands at the first that changes the case."""
    if not source.programs:
        return
    changing = [s for s in source.programs if s.flat().startswith(f"{source.struct}.")]
    shown = (changing or source.programs)[0]
    lines = sorted({s.pieces[0].line for s in source.programs} - {shown.pieces[0].line})
    more = f"; others stand in lines {_listed(lines)}" if lines else ""
    message = f"the statement `{shown.shown()}` would have to be run, and gridplan runs nothing{more}"
    at = (shown.pieces[0].line, shown.pieces[0].column, "statement")
    yield finding("GP-ENC-003", message, SAVE_REMEDY, path, at)


def check_table(table: NumericTable, path: Path) -> Iterator[Finding]:
    """Columns, bus numbers and numbers without meaning of one table."""
    name, width = table.name, table.values.shape[1]
    if not len(table.values):
        if name in ("bus", "gen"):
            remedy = "fill it; where the file is cut off, copy it again"
            yield finding("GP-ENC-002", f"table {name} is empty", remedy, path, (table.line, 1, name))
        return
    if name == "bus" and len(table.values) > MAX_BUSES:
        message = f"the case has {len(table.values):,} buses, the limit is {MAX_BUSES:,}"
        yield finding("GP-SIZ-001", message, "give a smaller case", path, (table.line, 1, name))
    if width < LEAST_COLUMNS[name]:
        last = COLUMNS[name][LEAST_COLUMNS[name] - 1]
        message = f"table {name} has {width} columns, MATPOWER needs {LEAST_COLUMNS[name]} (up to {last})"
        yield finding("GP-ENC-005", message, f"add the columns up to {last}", path, (table.line, 1, name))
        return
    yield from _check_finite(table, path)
    for column in BUS_COLUMNS.get(name, ()):
        value = table.column(position(name, column))
        whole = np.isfinite(value) & (value == np.floor(value)) & (value > 0) & (value < MOST_BUS_NUMBER)
        yield from _at_rows(
            table, column, ~whole & ~np.isnan(value), path, "{} is not a bus number", "write a whole number above 0"
        )
    if name == "bus":
        kind = table.column(1)
        odd = ~np.isin(kind, (1, 2, 3, 4)) & ~np.isnan(kind)
        yield from _at_rows(
            table,
            "BUS_TYPE",
            odd,
            path,
            "bus type {} is none of 1, 2, 3, 4",
            "write PQ as 1, PV as 2, reference as 3, isolated as 4",
        )
    if name in ("branch", "dcline"):
        status = table.column(position(name, "BR_STATUS"))
        odd = ~np.isin(status, (0, 1)) & ~np.isnan(status)
        yield from _at_rows(
            table,
            "BR_STATUS",
            odd,
            path,
            "status {} is neither 0 nor 1",
            "write 1 for in service, 0 for out of service",
        )


def check_version(source: CaseSource, units: NumericTable | None, path: Path) -> Iterator[Finding]:
    """A case without a version, which MATPOWER takes for version 1 where gen is too narrow for version 2."""
    is_said = any(field.name == "version" for field in source.fields)
    if not is_said and units is not None and len(units.values) and units.values.shape[1] < _GEN_COLUMNS:
        message = f"mpc.version is missing and gen has {units.values.shape[1]} columns: a case of version 1 to MATPOWER"
        remedy = f"add mpc.version = '2'; if the tables are of version 2, else {SAVE_REMEDY}"
        yield finding("GP-ENC-004", message, remedy, path, (units.line, 1, "version"))


def check_names(names: TextTable, of: NumericTable, path: Path) -> Iterator[Finding]:
    """Whether a list of names has one row for each row of its table."""
    count = len(one_each(names))
    if count != len(of.values):
        message = f"mpc.{names.name} has {count} rows, table {of.name} has {len(of.values)}"
        remedy = "give one name a row, or delete the list"
        yield finding("GP-ENC-005", message, remedy, path, (names.line, 1, names.name))


def one_each(names: TextTable) -> tuple[str, ...]:
    """First text of every row; a list written as one row counts as a column."""
    if len(names.rows) == 1:
        return names.rows[0]
    return tuple(row[0] for row in names.rows)


def _check_finite(table: NumericTable, path: Path) -> Iterator[Finding]:
    columns = COLUMNS[table.name]
    unlimited = UNLIMITED_COLUMNS.get(table.name, frozenset())
    held = table.values[:, : HELD_COLUMNS.get(table.name)]
    for index in np.flatnonzero(~np.isfinite(held).all(axis=0)):
        word = columns[index] if index < len(columns) else f"column {index + 1}"
        value = table.column(int(index))
        odd = np.isnan(value) if word in unlimited else ~np.isfinite(value)
        remedy = "write 0 for an unlimited rating" if word.startswith("RATE") else "write a finite number"
        yield from _at_rows(table, word, odd, path, "{} is not a finite number", remedy, value)


def _at_rows(
    table: NumericTable,
    column: str,
    rows: BoolArray,
    path: Path,
    message: str,
    remedy: str,
    values: FloatArray | None = None,
) -> Iterator[Finding]:
    """One finding a row, up to a count, then one for the rest."""
    value = table.column(position(table.name, column)) if values is None else values
    code = "GP-VAL-001"
    found = np.flatnonzero(rows)
    for i in found[:_MOST]:
        at = (int(table.lines[i]), 1, f"{table.name} {column}")
        yield finding(code, message.format(f"{value[i]:g}"), remedy, path, at)
    if len(found) > _MOST:
        at = (int(table.lines[found[_MOST]]), 1, f"{table.name} {column}")
        yield finding(code, f"the same holds for {len(found) - _MOST} more rows", remedy, path, at)


def _wrong_kind(field: Field, path: Path) -> Iterator[Finding]:
    wanted = "cell" if field.path in NAME_FIELDS else "matrix" if field.path in TABLES else ""
    at = (field.line, field.column, field.path)
    if field.path == "baseMVA" and not (field.kind == "number" and math.isfinite(float(field.text))):
        message = (
            f"{_cut(field.text) or 'a table'!r} is not a finite number; gridplan calculates nothing in a case file"
        )
        yield finding("GP-VAL-001", message, "write the base power as a number of MVA", path, at)
    elif wanted and field.kind != wanted:
        brackets = "{ }" if wanted == "cell" else "[ ]"
        found = (
            f"`{_cut(field.text)}`" if field.text else "nothing" if field.kind == "expression" else f"a {field.kind}"
        )
        message = f"mpc.{field.path} is {found}, not a table in {brackets}"
        remedy = f"write its rows between {brackets}; a bracket may be missing"
        yield finding("GP-VAL-001", message, remedy, path, at)


def _slip(field: Field, path: Path) -> Iterator[Finding]:
    near = difflib.get_close_matches(field.name.lower(), [name.lower() for name in READ_FIELDS], n=1, cutoff=0.85)
    if near:
        meant = next(name for name in READ_FIELDS if name.lower() == near[0])
        message = f"mpc.{field.name} is not read; did you mean mpc.{meant}?"
        remedy = f"name it {meant}, or delete it"
        yield finding("GP-ENC-005", message, remedy, path, (field.line, field.column, field.name), "warning")


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


def _listed(lines: list[int]) -> str:
    text = ", ".join(str(line) for line in lines[:8])
    return f"{text} and {len(lines) - 8} more" if len(lines) > 8 else text
