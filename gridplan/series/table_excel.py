"""Hourly .xlsx file, read as a zip of XML that may be hostile; no formula is computed and no macro exists.

Comes in: an HourlySpec. Goes out: a RawTable. Serial numbers as dates, formulas without a stored value, merged
headers and hidden sheets are named with sheet and cell.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from gridplan.errors import InputError, did_you_mean
from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, RawTable
from gridplan.series.table_csv import bad_token, chosen_columns
from gridplan.text_file import MAX_FILE_BYTES, missing_file

REMEDY = "save the sheet as CSV, with real dates and numbers, or give an .xlsx file"
_MAX_RATIO = 100
#: Two million cells; more take minutes.
_MAX_UNPACKED_BYTES = 64 * 1024 * 1024
_MAX_ROWS = 110_000
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)\d+"')
#: What a damaged zip raises before its sheets are opened.
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, RuntimeError, ValueError, LookupError, EOFError)
_EPOCH = datetime(1970, 1, 1)
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_excel(spec: HourlySpec, findings: FileFindings) -> RawTable:
    """Columns of one sheet.

    Raises
    ------
    InputError
        GP-SEC-002 or GP-SIZ-001 for a zip that is a bomb or reaches outside, GP-XLS-001 for what a sheet can hide.
    """
    _check_zip(spec, findings)
    import openpyxl

    book = None
    try:
        book = openpyxl.load_workbook(spec.path, read_only=True, data_only=True, keep_links=False)
        return _table(_sheet(book, spec, findings), spec, findings)
    except InputError:
        raise
    except Exception as reason:
        # The library lets errors of zip, XML and its own out; whichever it is, the file is no workbook.
        message = f"the file is no Excel workbook, or is damaged: {str(reason)[:80]}"
        raise findings.refusal("GP-ENC-002", message, REMEDY) from None
    finally:
        if book is not None:
            book.close()


def _check_zip(spec: HourlySpec, findings: FileFindings) -> None:
    if not spec.path.is_file():
        raise missing_file(spec.path, REMEDY)
    if spec.path.stat().st_size > MAX_FILE_BYTES:
        raise findings.refusal("GP-SIZ-001", f"the file holds more than {MAX_FILE_BYTES:,} bytes", "give fewer data")
    try:
        with zipfile.ZipFile(spec.path) as archive:
            _check_members(archive, findings)
    except _DAMAGE as reason:
        message = f"the file is no Excel workbook, or is damaged: {str(reason)[:80]}"
        raise findings.refusal("GP-ENC-002", message, REMEDY) from None


def _check_members(archive: zipfile.ZipFile, findings: FileFindings) -> None:
    total = 0
    for member in archive.infolist():
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")):
            message = f"the workbook holds a member {member.filename!r} that leads out of it"
            raise findings.refusal("GP-SEC-002", message, "save the workbook anew")
        if member.filename.endswith("vbaProject.bin"):
            raise findings.refusal("GP-XLS-001", "the workbook holds macros", "save it as .csv, or as .xlsx anew")
        if member.file_size > _MAX_RATIO * max(member.compress_size, 1) and member.file_size > 1 << 20:
            message = f"member {member.filename!r} unpacks to {member.file_size:,} bytes, "
            message += f"{member.file_size // max(member.compress_size, 1):,} times its size: a zip bomb?"
            raise findings.refusal("GP-SEC-002", message, "save the sheet as CSV")
        total += member.file_size
    if total > _MAX_UNPACKED_BYTES:
        message = f"the workbook unpacks to {total:,} bytes, the limit is {_MAX_UNPACKED_BYTES:,}"
        raise findings.refusal("GP-SIZ-001", message, "save the sheet as CSV")
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as stream:
                if _DTD.search(stream.read(4096)):
                    message = f"member {name!r} declares entities of its own"
                    raise findings.refusal("GP-SEC-002", message, "save the workbook anew")


def _sheet(book: Any, spec: HourlySpec, findings: FileFindings) -> Any:
    names = list(book.sheetnames)
    visible = [name for name in names if book[name].sheet_state == "visible"]
    if spec.sheet and spec.sheet not in names:
        message = f"the workbook has no sheet {spec.sheet!r}.{did_you_mean(spec.sheet, names)}"
        raise findings.refusal("GP-XLS-001", message, f"name one of {', '.join(names)}")
    if spec.sheet and spec.sheet not in visible:
        message = f"sheet {spec.sheet!r} is hidden"
        findings.warning("GP-XLS-001", message, "check that the hidden sheet is meant", column=spec.sheet)
    if not spec.sheet and len(visible) != 1:
        message = f"the workbook has {len(visible)} visible sheets: {', '.join(visible)}"
        raise findings.refusal("GP-XLS-001", message, "name one with sheet:")
    return book[spec.sheet or visible[0]]


def _table(sheet: Any, spec: HourlySpec, findings: FileFindings) -> RawTable:
    # The size a workbook states of its sheet may be wrong, and rows beyond it would be left out.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    head = _head(sheet, next(rows, ()), spec, findings)
    time_at, wanted = chosen_columns(spec, head, findings)
    stamps: list[str] = []
    lines: list[int] = []
    values: list[list[float]] = []
    for line, row in enumerate(rows, start=2):
        if all(cell is None for cell in row):
            continue
        if len(lines) >= _MAX_ROWS:
            raise findings.refusal("GP-SIZ-001", f"the sheet has more than {_MAX_ROWS:,} rows", "save it as CSV")
        cells = (*row, *(None,) * (len(head) - len(row)))
        stamps.append(_stamp(cells[time_at], sheet, time_at, line, findings))
        lines.append(line)
        values.append([_number(cells[at], sheet, at, line, name, findings) for name, at in wanted])
    if not lines:
        findings.error("GP-ENC-002", f"sheet {sheet.title!r} has no row below its header", REMEDY)
    if findings.holds("GP-VAL-001") or findings.holds("GP-TIM-002"):
        _name_formulas(spec, sheet.title, findings)
    if any(not stamp for stamp in stamps) or not lines:
        raise InputError(findings)
    table: FloatArray = np.array(values, dtype=np.float64).reshape(len(lines), len(wanted))
    return RawTable(
        names=tuple(name for name, _ in wanted), stamps=tuple(stamps), values=table, line=np.array(lines, np.int64)
    )


def _head(sheet: Any, row: tuple[Any, ...], spec: HourlySpec, findings: FileFindings) -> list[str]:
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    if not cells:
        raise findings.refusal("GP-ENC-002", f"sheet {sheet.title!r} is empty", REMEDY)
    for first in _merged_in_head(sheet, spec):
        message = f"{_at(sheet, 0, 1, first)}: cells of the header are merged"
        findings.error("GP-XLS-001", message, "give every column a header cell of its own", line=1)
    head = []
    for at, cell in enumerate(cells):
        if cell is None:
            message = f"{_at(sheet, at, 1)}: column {at + 1} has no name (merged cells?)"
            findings.error("GP-XLS-001", message, "give every column a header cell of its own", line=1)
        if isinstance(cell, float) and cell.is_integer():
            message = f"{_at(sheet, at, 1)}: the number {cell} is read as the name {int(cell)}"
            findings.warning("GP-XLS-001", message, "format header cells as text", line=1)
        head.append(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell or "").strip())
    for name in {name for name in head if name and head.count(name) > 1}:
        findings.error("GP-TAB-002", f"column {name!r} stands more than once", "keep one of each name", line=1)
    if findings.has_errors:
        raise InputError(findings)
    return head


def _merged_in_head(sheet: Any, spec: HourlySpec) -> Iterator[str]:
    """First cells of merged ranges that touch the header; a read-only sheet does not tell them."""
    path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    with zipfile.ZipFile(spec.path) as archive:
        if path in archive.namelist():
            for found in _MERGED.finditer(archive.read(path)):
                if found[2] == b"1":
                    yield f"{found[1].decode()}1"


def _stamp(cell: Any, sheet: Any, at: int, line: int, findings: FileFindings) -> str:
    if isinstance(cell, datetime):
        # Excel counts days in binary; an hour comes back a few microseconds early or late.
        return str(np.datetime64(round((cell - _EPOCH).total_seconds()), "s"))
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        message = f"{_at(sheet, at, line)}: the time stamp is the serial number {cell:g}"
        remedy = "format the column as date and time, or save it as CSV with text stamps"
        findings.error("GP-XLS-001", message, remedy, line=line)
    else:
        message = f"{_at(sheet, at, line)}: the time stamp is empty"
        findings.error("GP-TIM-002", message, "give every row its time stamp", line=line)
    return ""


def _number(cell: Any, sheet: Any, at: int, line: int, name: str, findings: FileFindings) -> float:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) or cell is None:
        bad_token(str(cell or ""), line, name, findings)
    else:
        message = f"{_at(sheet, at, line)}, column {name}: {str(cell)[:40]!r} is not a number"
        findings.error("GP-VAL-001", message, "write a number", line=line, column=name)
    return float("nan")


def _name_formulas(spec: HourlySpec, title: str, findings: FileFindings) -> None:
    """Say where an empty value is a formula that was never computed."""
    import openpyxl

    book = openpyxl.load_workbook(spec.path, read_only=True, data_only=False, keep_links=False)
    stored = openpyxl.load_workbook(spec.path, read_only=True, data_only=True, keep_links=False)
    try:
        pairs = zip(book[title].iter_rows(values_only=True), stored[title].iter_rows(values_only=True), strict=False)
        for line, (formulas, values) in enumerate(pairs, start=1):
            for at, (formula, value) in enumerate(zip(formulas, values, strict=False)):
                if value is None and isinstance(formula, str) and formula.startswith("="):
                    message = f"{_at(book[title], at, line)}: formula {formula[:40]!r} has no stored value"
                    remedy = "open the workbook in a spreadsheet program and save it, or save it as CSV"
                    findings.error("GP-XLS-001", message, remedy, line=line)
    finally:
        book.close()
        stored.close()


def _at(sheet: Any, at: int, line: int, cell: str = "") -> str:
    from openpyxl.utils import get_column_letter

    return f"{sheet.title}!{cell or f'{get_column_letter(at + 1)}{line}'}"
