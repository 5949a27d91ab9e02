"""Hourly netCDF file: a time coordinate with CF units, and the variables along it.

Comes in: an HourlySpec. Goes out: a RawTable whose stamps are times. Links to other files are refused before
anything is read, so that a file opens nothing but itself.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

import numpy as np

from gridplan.errors import did_you_mean
from gridplan.series.netcdf_columns import MAX_VALUES, netcdf_values
from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, RawTable, TimeArray
from gridplan.text_file import MAX_FILE_BYTES, missing_file

REMEDY = "give a netCDF-4 file with a time coordinate, as in 'hours since 2020-01-01 00:00:00'"
_CF_UNITS = re.compile(
    r"(seconds?|secs?|s|minutes?|mins?|hours?|hrs?|h|days?|d) since (\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[T ](\d{1,2}:\d\d(?::\d\d(?:\.0*)?)?))?\s*(Z|UTC|[-+]\d\d?:?\d\d)?"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: What HDF5 and its readers raise on a damaged file.
_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, OverflowError, MemoryError)
_CALENDARS = {"standard", "gregorian", "proleptic_gregorian"}


def read_netcdf(spec: HourlySpec, findings: FileFindings) -> RawTable:
    """Columns of a netCDF file.

    Raises
    ------
    InputError
        If it is no netCDF-4 file, refers to other files, or lacks a time coordinate or a variable.
    """
    import h5netcdf

    _refuse_foreign(spec, findings)
    try:
        with h5netcdf.File(spec.path, "r", decode_vlen_strings=True) as data:
            stamps, names, values = _table(data, spec, findings)
    except _DAMAGE as reason:
        message = f"the file is no netCDF-4 (HDF5) file, or is damaged: {str(reason)[:80]}"
        raise findings.refusal("GP-ENC-002", message, REMEDY) from None
    line = np.arange(1, len(stamps) + 1)
    for row, k in np.argwhere(~np.isfinite(values)):
        message = f"column {names[k]}: row {row + 1} holds no finite number"
        remedy = "fill the hour from another source; gridplan does not invent values"
        findings.error("GP-VAL-001", message, remedy, line=int(row) + 1, column=names[k])
    return RawTable(names=names, stamps=stamps, values=values, line=line)


def _table(data: Any, spec: HourlySpec, findings: FileFindings) -> tuple[TimeArray, tuple[str, ...], FloatArray]:
    time_name = spec.time_column or "time"
    if time_name not in data.variables:
        message = f"the file has no variable {time_name!r}.{did_you_mean(time_name, data.variables)}"
        raise findings.refusal("GP-TAB-001", message, f"name one of {', '.join(data.variables)}")
    stamps = _times(data.variables[time_name], findings)
    return (stamps, *netcdf_values(data, time_name, spec, findings))


def _refuse_foreign(spec: HourlySpec, findings: FileFindings) -> None:
    """Refuse links, external storage and virtual data, which would open other files."""
    import h5py

    if not spec.path.is_file():
        raise missing_file(spec.path, REMEDY)
    if spec.path.stat().st_size > MAX_FILE_BYTES:
        raise findings.refusal("GP-SIZ-001", f"the file holds more than {MAX_FILE_BYTES:,} bytes", "give fewer data")
    try:
        with h5py.File(spec.path, "r") as data:
            for name in data:
                link = data.get(name, getlink=True)
                if not isinstance(link, h5py.HardLink):
                    message = f"{name!r} is a link, not data of this file"
                    raise findings.refusal("GP-SEC-002", message, "copy the data into the file")
                entry = data[name]
                if isinstance(entry, h5py.Dataset) and (entry.external or entry.is_virtual):
                    message = f"the data of {name!r} lie in another file"
                    raise findings.refusal("GP-SEC-002", message, "copy the data into the file")
    except _DAMAGE as reason:
        message = f"the file is no netCDF-4 (HDF5) file, or is damaged: {str(reason)[:80]}"
        raise findings.refusal("GP-ENC-002", message, REMEDY) from None


def _times(variable: Any, findings: FileFindings) -> TimeArray:
    units, calendar = str(variable.attrs.get("units", "")), str(variable.attrs.get("calendar", "standard")).lower()
    found = _CF_UNITS.fullmatch(units.strip())
    if found is None:
        message = f"time has units {units!r}, which are no CF time units" if units else "time has no units"
        raise findings.refusal("GP-TIM-002", message, "write units such as 'hours since 2020-01-01 00:00:00'")
    if calendar not in _CALENDARS:
        message = f"time has calendar {calendar!r}; only the real calendar has the hours of a grid"
        raise findings.refusal("GP-TIM-003", message, "convert the file to the standard calendar")
    if found[4] and found[4] not in ("Z", "UTC", "+00:00", "-00:00", "+0000", "+0:00"):
        message = f"time units {units!r} carry an offset"
        raise findings.refusal("GP-TIM-002", message, "write the units without offset and state timezone:")
    if math.prod(variable.shape) > MAX_VALUES:
        raise findings.refusal("GP-SIZ-001", f"time holds more than {MAX_VALUES:,} values", "give fewer data")
    counts = np.asarray(variable[...], dtype=np.float64)
    if counts.ndim != 1 or not counts.size or not np.isfinite(counts).all():
        message = "time is empty, has several dimensions, or holds a value that is no number"
        raise findings.refusal("GP-TIM-002", message, REMEDY)
    try:
        first = datetime.fromisoformat(_padded(found[2]) + "T" + _padded_clock(found[3]))
    except ValueError:
        raise findings.refusal("GP-TIM-002", f"time units {units!r} name no date", REMEDY) from None
    seconds = counts * _SECONDS[found[1][0]]
    if np.abs(seconds).max() > 1e11:
        raise findings.refusal("GP-TIM-002", "time lies outside the years 1900 to 2200", "correct the units")
    return np.asarray(np.datetime64(first, "s") + np.round(seconds).astype(np.int64).astype("timedelta64[s]"))


def _padded(day: str) -> str:
    year, month, date = day.split("-")
    return f"{year}-{int(month):02d}-{int(date):02d}"


def _padded_clock(clock: str | None) -> str:
    hour, minute, second = (*(clock or "0:00").split(":"), "0")[:3]
    return f"{int(hour):02d}:{minute}:{int(float(second)):02d}"
