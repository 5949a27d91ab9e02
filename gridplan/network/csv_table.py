"""CSV tables of a dataset folder as arrays; every fault names file, row, column and value.

Comes in: the path of a .csv or .csv.gz file and the columns it must have. Goes out: one array or
tuple of text per column. Nothing is repaired or guessed here.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import stat
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.network.number_text import cell_value
from gridplan.text_file import own_member

Kind = Literal["text", "number", "number_or_inf", "number_or_nan", "flag"]
FloatArray = npt.NDArray[np.float64]

#: Largest table of elements and largest hourly table, unpacked [bytes]; a case of 82,000 buses has 10 MiB a table.
MAX_TABLE_BYTES, MAX_HOURLY_BYTES = 32 * 1024 * 1024, 128 * 1024 * 1024
#: Most rows and values of both: more than twelve years of hours, ten times the largest public case.
MAX_TABLE_ROWS, MAX_HOURLY_ROWS = 200_000, 110_000
MAX_TABLE_VALUES, MAX_HOURLY_VALUES = 4_000_000, 20_000_000
#: Most faults told of one table.
MAX_FINDINGS = 100
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def read_text(path: Path, *, max_bytes: int = MAX_TABLE_BYTES) -> str:
    """Text of a .csv or .csv.gz file, UTF-8 with or without byte-order mark.

    Raises
    ------
    InputError
        If the file is missing, no regular file, damaged, not UTF-8 or unpacks to more than ``max_bytes``.
    """
    data = _unpacked(path, max_bytes)
    if len(data) > max_bytes:
        message = f"file {path.name} holds more than {max_bytes // 1024**2} MiB"
        raise input_error("GP-SIZ-001", message, "give a smaller file", Place(file=path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        message = f"file {path.name} is not UTF-8 text (byte {reason.start})"
        raise input_error("GP-ENC-001", message, "save the file as UTF-8", Place(file=path)) from None


def _unpacked(path: Path, max_bytes: int) -> bytes:
    """Bytes of a file, unpacked, and one more than the limit where it holds more."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "no regular file"
            raise input_error("GP-ENC-002", f"{path.name} is {kind}", _FOLDER_REMEDY, Place(file=path))
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return bytes(stream.read(max_bytes + 1))
    except FileNotFoundError:
        raise input_error("GP-ENC-002", f"file {path.name} is missing", _FOLDER_REMEDY, Place(file=path)) from None
    except (OSError, EOFError, zlib.error) as reason:
        message = f"file {path.name} cannot be read: {reason}"
        raise input_error("GP-ENC-002", message, "copy the file again", Place(file=path)) from None


def read_columns(path: Path, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Columns of a table: tuples of text, float arrays or bool arrays, as ``kinds`` asks.

    Raises
    ------
    InputError
        If a column is missing, a row has too few or too many fields, or a value is not of its kind;
        every fault of the file is listed.
    """
    head, body = _rows(path)
    missing = [_missing_column(path, name, head) for name in kinds if name not in head]
    if missing:
        raise InputError(missing)
    ragged = (_wrong_width(path, i, row, head) for i, row in enumerate(body) if len(row) != len(head))
    if told := list(islice(ragged, MAX_FINDINGS)):
        raise InputError(told)
    findings: list[Finding] = []
    table = {name: _column(path, head.index(name), name, body, kind, findings) for name, kind in kinds.items()}
    if findings:
        raise InputError(findings[:MAX_FINDINGS])
    return table


def read_header(path: Path) -> tuple[str, ...]:
    """Column names of a table."""
    return tuple(_rows(path)[0])


def read_hourly(path: Path) -> tuple[tuple[str, ...], FloatArray]:
    """Column names and values of an hourly table.

    Returns
    -------
    names : tuple of str
        One name a column.
    values : float, dims (time, column)
        In the unit the file name carries.

    Raises
    ------
    InputError
        If a value is not a finite number or a row has another count of fields than the header.
    """
    text = read_text(own_member(path), max_bytes=MAX_HOURLY_BYTES)
    _refuse_many(path, text, MAX_HOURLY_ROWS, MAX_HOURLY_VALUES)
    head, *body = text.split("\n")
    del text
    names = tuple(name.strip() for name in head.split(","))
    _refuse_bad_header(path, names)
    values = np.empty((0, 0))
    if any(line.strip() for line in body):
        with contextlib.suppress(ValueError):
            values = np.loadtxt(body, delimiter=",", ndmin=2, comments=None)
    if values.shape[1] != len(names) or not np.isfinite(values).all():
        values = _hours_one_by_one(path, names, body)
    return names, values


def _hours_one_by_one(path: Path, names: Sequence[str], lines: list[str]) -> FloatArray:
    """Values of an hourly table that numpy does not read, or its first faults."""
    findings: list[Finding] = []
    values: list[FloatArray] = []
    for i, row in enumerate(row for row in csv.reader(lines) if row):
        numbers = np.array([cell_value(field) for field in row], dtype=np.float64)
        if len(row) != len(names):
            findings.append(_wrong_width(path, i, row, names))
        else:
            wrong = np.flatnonzero(~np.isfinite(numbers)).tolist()
            findings.extend(_bad_value(path, i, names[at], row, at, "a number") for at in wrong)
        if len(findings) >= MAX_FINDINGS:
            break
        values.append(numbers)
    if findings:
        raise InputError(findings[:MAX_FINDINGS])
    return np.array(values, dtype=np.float64).reshape(len(values), len(names))


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    text = read_text(own_member(path))
    _refuse_many(path, text, MAX_TABLE_ROWS, MAX_TABLE_VALUES)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [row for row in reader if row]
    except csv.Error as reason:
        message = f"file {path.name} line {reader.line_num} cannot be read: {reason}"
        place = Place(file=path, line=reader.line_num, column=1)
        raise input_error("GP-TAB-003", message, "look for a quote that is not closed", place) from None
    head = [name.strip() for name in rows[0]] if rows else []
    _refuse_bad_header(path, head)
    return head, rows[1:]


def _refuse_many(path: Path, text: str, max_rows: int, max_values: int) -> None:
    """Refuse a table before its fields are parted, which takes many times the room of its text."""
    rows = max(text.count("\n"), text.count("\r"))
    for count, most, what in ((rows, max_rows, "rows"), (text.count(",") + rows, max_values, "values")):
        if count > most:
            message = f"file {path.name} has {count:,} {what}, the limit is {most:,}"
            raise input_error("GP-SIZ-001", message, "check whether it is the right file", Place(file=path))


def _refuse_bad_header(path: Path, names: Sequence[str]) -> None:
    if not any(names):
        raise input_error("GP-ENC-002", f"file {path.name} is empty", _FOLDER_REMEDY, Place(file=path))
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        message = f"file {path.name} has column {twice[0]} more than once"
        raise input_error("GP-TAB-002", message, "keep one column of each name", Place(file=path, line=1))


def _column(
    path: Path, position: int, name: str, body: list[list[str]], kind: Kind, findings: list[Finding]
) -> tuple[str, ...] | FloatArray | npt.NDArray[np.bool_]:
    raw = [row[position].strip() for row in body]
    if kind == "text":
        empty = islice((i for i, value in enumerate(raw) if not value), MAX_FINDINGS)
        findings.extend(_bad_value(path, i, name, body[i], position, "some text") for i in empty)
        return tuple(raw)
    if kind == "flag":
        flags = [_FLAGS.get(value.lower()) for value in raw]
        wrong_flags = islice((i for i, flag in enumerate(flags) if flag is None), MAX_FINDINGS)
        findings.extend(_bad_value(path, i, name, body[i], position, "true or false") for i in wrong_flags)
        return np.array([bool(flag) for flag in flags], dtype=np.bool_)
    numbers = np.array([cell_value(value) for value in raw], dtype=np.float64)
    wrong = _is_wrong(numbers, raw, kind)
    findings.extend(
        _bad_value(path, int(i), name, body[i], position, "a number") for i in np.flatnonzero(wrong)[:MAX_FINDINGS]
    )
    return numbers


def _is_wrong(numbers: FloatArray, raw: list[str], kind: Kind) -> npt.NDArray[np.bool_]:
    if kind == "number_or_inf":
        return np.isnan(numbers)
    if kind == "number_or_nan":
        blank = np.array([value.lower() in {"", "nan"} for value in raw], dtype=np.bool_)
        return ~np.isfinite(numbers) & ~blank
    return ~np.isfinite(numbers)


_FOLDER_REMEDY = "give the dataset folder all its files (see datasets/rts_gmlc for the shape)"


def _missing_column(path: Path, name: str, head: Sequence[str]) -> Finding:
    message = f"table {path.name} has no column {name}.{did_you_mean(name, head)}"
    remedy = f"add or rename the column; the file has {', '.join(head[:20])}"
    place = Place(file=path, line=1, key=name)
    return Finding(code="GP-TAB-001", severity="error", message=message, remedy=remedy, place=place)


def _wrong_width(path: Path, i: int, row: list[str], head: Sequence[str]) -> Finding:
    message = f"table {path.name} row {i + 1} has {len(row)} fields, the header has {len(head)}"
    remedy = "give one value a column; write decimals with a point"
    place = Place(file=path, line=i + 2, column=1)
    return Finding(code="GP-TAB-003", severity="error", message=message, remedy=remedy, place=place)


def _bad_value(path: Path, i: int, name: str, row: list[str], position: int, wanted: str) -> Finding:
    message = f"table {path.name} row {i + 1} column {name}: {row[position]!r} is not {wanted}"
    column = 1 + sum(len(field) + 1 for field in row[:position])
    place = Place(file=path, line=i + 2, column=column, key=name)
    return Finding(code="GP-VAL-001", severity="error", message=message, remedy=f"write {wanted}", place=place)
