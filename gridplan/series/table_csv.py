"""Hourly CSV file as stamps and numbers; every token that is no number is named with line and column.

Comes in: an HourlySpec. Goes out: a RawTable whose stamps are text. No clock is known here.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence

import numpy as np

from gridplan.errors import InputError, did_you_mean
from gridplan.network.number_text import cell_value
from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, RawTable
from gridplan.text_file import read_text_file

REMEDY = "give a CSV file with a header, one column of times and one column of numbers for each element"
_MAX_VALUES = 20_000_000
#: Most lines: a year of minutes, and a half more; most columns.
_MAX_LINES, _MAX_COLUMNS = 800_000, 20_000
_MISSING = {"", "-", "--", "n/a", "na", "nan", "null", "none", "#n/a", "?"}
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
_WITH_UNIT = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*([kKMG][Ww]|%|°?C)")

Row = tuple[int, Sequence[str]]


def read_csv(spec: HourlySpec, findings: FileFindings) -> RawTable:
    """Columns of a CSV file.

    Raises
    ------
    InputError
        If the file is no text, has no header, or lacks a column that is named.
    """
    text, warned = read_text_file(spec.path, what="CSV file", remedy=REMEDY, max_lines=_MAX_LINES)
    findings.add(warned)
    rows = _rows(text, findings)
    head = [name.strip() for name in next(rows, (0, ()))[1]]
    _check_head(head, findings)
    time_at, wanted = chosen_columns(spec, head, findings)
    stamps: list[str] = []
    lines: list[int] = []
    values: list[FloatArray] = []
    names = tuple(name for name, _ in wanted)
    width, most = len(head), _MAX_VALUES // max(len(wanted), 1)
    takes = [at for _, at in wanted]
    is_all = takes == [at for at in range(width) if at != time_at]
    for line, row in rows:
        if len(row) != width:
            _wrong_width(line, row, head, findings)
            continue
        cells = [*row[:time_at], *row[time_at + 1 :]] if is_all else [row[at] for at in takes]
        stamps.append(row[time_at].strip())
        lines.append(line)
        values.append(_numbers(cells, line, names, findings))
        if len(lines) > most:
            message = f"the file holds more than {_MAX_VALUES:,} values"
            findings.error("GP-SIZ-001", message, "give fewer columns or a coarser step", line=line)
            raise InputError(findings)
    if not lines and not findings.has_errors:
        findings.error("GP-ENC-002", "the file has a header and no row", REMEDY, line=1)
    return RawTable(
        names=names,
        stamps=tuple(stamps),
        values=np.array(values, dtype=np.float64).reshape(len(lines), len(wanted)),
        line=np.array(lines, dtype=np.int64),
    )


def chosen_columns(spec: HourlySpec, head: Sequence[str], findings: FileFindings) -> tuple[int, list[tuple[str, int]]]:
    """Position of the time column, and name and position of every column of values.

    Raises
    ------
    InputError
        GP-TAB-001, if a column is missing, and GP-TAB-004, if there is none of values.
    """
    names = list(head)
    time_name = spec.time_column or names[0]
    missing = [name for name in (time_name, *spec.columns.values()) if name not in names]
    for name in dict.fromkeys(missing):
        message = f"the file has no column {name!r}.{did_you_mean(name, names)}"
        findings.error("GP-TAB-001", message, f"name one of {', '.join(names[:20])}", line=1, column=name)
    if missing:
        raise InputError(findings)
    time_at = names.index(time_name)
    if spec.columns:
        wanted = [(name, names.index(column)) for name, column in spec.columns.items()]
    else:
        wanted = [(name, at) for at, name in enumerate(names) if at != time_at]
    if not wanted or any(at == time_at for _, at in wanted):
        message = f"the file has no column of values beside {time_name!r}"
        if ";" in names[0] or "\t" in names[0]:
            message = "the header holds no comma; its fields seem to be parted by semicolons or tabs"
        findings.error("GP-TAB-004", message, "part the fields with commas and write decimals with a point", line=1)
        raise InputError(findings)
    return time_at, wanted


def _rows(text: str, findings: FileFindings) -> Iterator[Row]:
    """Fields and line number of every row that is not blank."""
    if '"' not in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        for line, row in enumerate(text.split("\n"), start=1):
            if row.strip(" \t\x1a"):
                yield line, row.split(",")
        return
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    reader = csv.reader((f"{line}\n" for line in text.removesuffix("\n").split("\n")), strict=True)
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield reader.line_num, fields
    except csv.Error as reason:
        findings.error("GP-TAB-003", f"the quotes of the line do not match: {reason}", REMEDY, line=reader.line_num)


def _check_head(head: Sequence[str], findings: FileFindings) -> None:
    if len(head) > _MAX_COLUMNS:
        message = f"the file has {len(head):,} columns, the limit is {_MAX_COLUMNS:,}"
        findings.error("GP-SIZ-001", message, "write one row an hour and one column an element", line=1)
        raise InputError(findings)
    seen: set[str] = set()
    for at, name in enumerate(head):
        if not name:
            findings.error("GP-TAB-002", f"column {at + 1} has no name", "give every column a name", line=1)
        elif name in seen:
            message = f"column {name!r} stands more than once"
            findings.error("GP-TAB-002", message, "keep one column of each name", line=1, column=name)
        seen.add(name)
    if head and all(_is_number(name) for name in head[1:]) and _looks_like_time(head[0]):
        message = f"the file has no header: its first line begins with {head[0]!r}"
        findings.error("GP-TAB-002", message, "write the names of the columns into the first line", line=1)
    if findings.has_errors:
        raise InputError(findings)


def _looks_like_time(token: str) -> bool:
    return bool(re.match(r"\d{4}-\d|\d{1,2}[/.]\d", token))


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


def _wrong_width(line: int, row: Sequence[str], head: Sequence[str], findings: FileFindings) -> None:
    message = f"the line has {len(row)} fields, the header has {len(head)}"
    remedy = "give one value a column; write decimals with a point, not with a comma"
    if len(row) < len(head):
        remedy = "complete the line; the file may have been cut off here"
    findings.error("GP-TAB-003", message, remedy, line=line)


def _numbers(cells: Sequence[str], line: int, names: Sequence[str], findings: FileFindings) -> FloatArray:
    try:
        values = np.array([float(cell) for cell in cells], dtype=np.float64)
    except ValueError:
        values = np.array([cell_value(cell) for cell in cells], dtype=np.float64)
    text = "".join(cells)
    if not math.isfinite(values.sum()) or "_" in text or not text.isascii():
        values = np.array([cell_value(cell) for cell in cells], dtype=np.float64)
    for at in np.flatnonzero(~np.isfinite(values)).tolist():
        bad_token(cells[at], line, names[at], findings)
    return values


def bad_token(token: str, line: int, column: str, findings: FileFindings) -> None:
    """Finding of a token that is no finite number, with the way out its shape suggests."""
    text = token.strip()
    remedy = "write a number with a decimal point"
    if text.lower() in _MISSING:
        message = f"{text!r} stands where a number is expected" if text else "the value is empty"
        remedy = "fill the hour from another source; gridplan does not invent values"
    elif _THOUSANDS.fullmatch(text) and text.count(",") > 1:
        message, remedy = f"{text!r} has thousands separators", "write the number without separators"
    elif _DECIMAL_COMMA.fullmatch(text):
        message = f"{text!r} has a decimal comma, or a separator of thousands"
    elif unit := _WITH_UNIT.fullmatch(text):
        message = f"{text!r} carries a unit"
        remedy = f"write the number alone and say `unit:` in the study ({unit[1]})"
    else:
        message = f"{text[:40]!r} is not a finite number"
    findings.error("GP-VAL-001", f"column {column}: {message}", remedy, line=line, column=column)
