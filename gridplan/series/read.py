"""An hourly file, whatever its format, as an HourlyTable; every fault of the file before it is refused.

Comes in: an HourlySpec. Goes out: hours in UTC and values in gridplan's unit, with warnings and notes.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from gridplan.errors import Finding, InputError, did_you_mean
from gridplan.series.calendar import in_weather_year
from gridplan.series.clock import beginnings_utc
from gridplan.series.spec import UNITS_OF_KIND, FileFindings, HourlySpec, HourlyTable, RawTable
from gridplan.series.steps import Steps, hourly_table
from gridplan.series.values import check_values, in_own_unit

_BROKEN_LINES = "GP-TAB-003"
"""Lines that were left out, so that gaps would be found where there are none."""

RawReader = Callable[[HourlySpec, FileFindings], RawTable]

#: Ending -> ``module:function``; loaded when asked for.
READERS = {
    ".csv": "gridplan.series.table_csv:read_csv",
    ".csv.gz": "gridplan.series.table_csv:read_csv",
    ".nc": "gridplan.series.table_netcdf:read_netcdf",
    ".parquet": "gridplan.series.table_parquet:read_parquet",
    ".xlsx": "gridplan.series.table_excel:read_excel",
}
_REFUSED = {
    ".xls": ("GP-XLS-001", "the old Excel format .xls is not read", "save it as .csv or .xlsx"),
    ".xlsm": ("GP-XLS-001", "an Excel file with macros is not read", "save it as .csv or .xlsx"),
    ".xlsb": ("GP-XLS-001", "the binary Excel format .xlsb is not read", "save it as .csv or .xlsx"),
    ".pkl": ("GP-SEC-002", "a pickle can run code and is not read", "save it as .csv or .parquet"),
    ".pickle": ("GP-SEC-002", "a pickle can run code and is not read", "save it as .csv or .parquet"),
}


def read_hourly_table(spec: HourlySpec) -> tuple[HourlyTable, tuple[Finding, ...]]:
    """Hours of a file, and warnings and notes about it.

    Raises
    ------
    InputError
        With every fault of the first stage that has any: form of the file and its tokens, clock, steps, year, values.
    FileError
        If the file exists and may not be read.
    """
    findings = FileFindings(spec.path)
    if spec.unit not in UNITS_OF_KIND[spec.kind]:
        known = ", ".join(UNITS_OF_KIND[spec.kind])
        findings.error("GP-UNT-001", f"unit {spec.unit} is none of a {spec.kind} series", f"write one of {known}")
        raise InputError(findings)
    raw = _reader(spec, findings)(spec, findings)
    begin, step_s = beginnings_utc(raw, spec, findings)
    if findings.holds(_BROKEN_LINES):
        raise InputError(findings)
    rows = Steps(begin=begin, values=raw.values, line=raw.line, step_s=step_s)
    table = in_own_unit(hourly_table(rows, raw.names, spec, findings), spec)
    check_values(table, spec, findings)
    if findings.has_errors:
        raise InputError(findings)
    table = in_weather_year(table, spec, findings)
    return table, tuple(findings)


def ending_of(path: Path) -> str:
    """Ending of a file's name, as in ``.csv`` and ``.csv.gz``."""
    return "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _reader(spec: HourlySpec, findings: FileFindings) -> RawReader:
    ending = ending_of(spec.path)
    if ending in READERS:
        module, _, function = READERS[ending].partition(":")
        reader: RawReader = getattr(importlib.import_module(module), function)
        return reader
    if ending in _REFUSED:
        findings.error(*_REFUSED[ending])
        raise InputError(findings)
    message = f"no reader for {spec.path.name}: its ending {ending!r} is none of {', '.join(READERS)}."
    message += did_you_mean(ending, READERS)
    findings.error("GP-NET-001", message, "give the file the ending of its format")
    raise InputError(findings)
