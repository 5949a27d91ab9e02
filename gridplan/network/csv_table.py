"""CSV tables of a dataset folder as arrays; every fault names file, row, column and value.

Comes in: the path of a .csv or .csv.gz file and the columns it must have. Goes out: one array or
tuple of text per column. Nothing is repaired or guessed here.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.network.number_text import cell_value

Kind = Literal["text", "number", "number_or_inf", "number_or_nan", "flag"]
FloatArray = npt.NDArray[np.float64]

MAX_BYTES = 256 * 1024 * 1024
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def read_text(path: Path) -> str:
    """Text of a .csv or .csv.gz file, UTF-8 with or without byte-order mark.

    Raises
    ------
    InputError
        If the file is missing, damaged, not UTF-8 or larger than 256 MiB.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                data = stream.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise input_error("GP-ENC-002", f"file {path.name} is missing", _FOLDER_REMEDY, Place(file=path)) from None
    except (OSError, EOFError, zlib.error) as reason:
        message = f"file {path.name} cannot be read: {reason}"
        raise input_error("GP-ENC-002", message, "copy the file again", Place(file=path)) from None
    if len(data) > MAX_BYTES:
        message = f"file {path.name} holds more than 256 MiB"
        raise input_error("GP-SIZ-001", message, "give a smaller file", Place(file=path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        message = f"file {path.name} is not UTF-8 text (byte {reason.start})"
        raise input_error("GP-ENC-001", message, "save the file as UTF-8", Place(file=path)) from None


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
    ragged = [_wrong_width(path, i, row, head) for i, row in enumerate(body) if len(row) != len(head)]
    if ragged:
        raise InputError(ragged)
    findings: list[Finding] = []
    table = {name: _column(path, head.index(name), name, body, kind, findings) for name, kind in kinds.items()}
    if findings:
        raise InputError(findings)
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
    text = read_text(path)
    head, _, body = text.partition("\n")
    names = tuple(name.strip() for name in head.split(","))
    _refuse_bad_header(path, names)
    values = np.empty((0, 0))
    if body.strip():
        with contextlib.suppress(ValueError):
            values = np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2, comments=None)
    if values.shape[1] != len(names) or not np.isfinite(values).all():
        table = read_columns(path, dict.fromkeys(names, "number"))
        values = np.column_stack([table[name] for name in names])
    return names, values


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    try:
        rows = [row for row in reader if row]
    except csv.Error as reason:
        message = f"file {path.name} line {reader.line_num} cannot be read: {reason}"
        place = Place(file=path, line=reader.line_num, column=1)
        raise input_error("GP-TAB-003", message, "look for a quote that is not closed", place) from None
    head = [name.strip() for name in rows[0]] if rows else []
    _refuse_bad_header(path, head)
    return head, rows[1:]


def _refuse_bad_header(path: Path, names: Sequence[str]) -> None:
    if not any(names):
        raise input_error("GP-ENC-002", f"file {path.name} is empty", _FOLDER_REMEDY, Place(file=path))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"file {path.name} has column {twice[0]} more than once"
        raise input_error("GP-TAB-002", message, "keep one column of each name", Place(file=path, line=1))


def _column(
    path: Path, position: int, name: str, body: list[list[str]], kind: Kind, findings: list[Finding]
) -> tuple[str, ...] | FloatArray | npt.NDArray[np.bool_]:
    raw = [row[position].strip() for row in body]
    if kind == "text":
        findings.extend(
            _bad_value(path, i, name, body[i], position, "some text") for i, value in enumerate(raw) if not value
        )
        return tuple(raw)
    if kind == "flag":
        flags = [_FLAGS.get(value.lower()) for value in raw]
        bad = [i for i, flag in enumerate(flags) if flag is None]
        findings.extend(_bad_value(path, i, name, body[i], position, "true or false") for i in bad)
        return np.array([bool(flag) for flag in flags], dtype=np.bool_)
    numbers = np.array([cell_value(value) for value in raw], dtype=np.float64)
    wrong = _is_wrong(numbers, raw, kind)
    findings.extend(_bad_value(path, int(i), name, body[i], position, "a number") for i in np.flatnonzero(wrong))
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
