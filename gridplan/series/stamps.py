"""Text of time stamps as clock times, with the offset they carry; day and month are never guessed.

Comes in: the stamps of a RawTable as text. Goes out: ``ClockTimes``, or findings with line, text and way out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from gridplan.series.spec import FileFindings, HourlySpec, RawTable, TimeArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ]\s*(?P<H>\d{1,2})(?::(?P<M>\d\d))?(?::(?P<S>\d\d)(?:\.0*)?)?)?"
    r"\s*(?P<offset>Z|z|UTC|[-+]\d\d:?\d\d|[-+]\d\d)?",
    re.ASCII,
)
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?"
_FORMATS: dict[str, re.Pattern[str]] = {
    "iso": _ISO,
    "MM/DD/YYYY HH:MM": re.compile(rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}})\s+{_CLOCK}", re.ASCII),
    "DD/MM/YYYY HH:MM": re.compile(rf"(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})/(?P<y>\d{{4}})\s+{_CLOCK}", re.ASCII),
    "DD.MM.YYYY HH:MM": re.compile(rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}})\s+{_CLOCK}", re.ASCII),
    "MM/DD/YYYY hh:MM AM": re.compile(
        rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}})\s+{_CLOCK}\s*(?P<half>[AaPp][Mm])", re.ASCII
    ),
}
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?", re.ASCII)
_UNIX = re.compile(r"\d{10}(\d{3})?(\.\d+)?", re.ASCII)
_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}.*", re.ASCII)
_DOTS = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}.*", re.ASCII)
_EXCEL_DAY_0 = datetime(1899, 12, 30)
_YEARS = (1900, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTimes:
    """Stamps as clock times.

    Parameters
    ----------
    clock : datetime64[s], dims (row,)
        What the stamp shows, without offset; NaT where it cannot be read.
    offset_s : int, dims (row,)
        Offset from UTC the stamp carries.
    has_offset : bool, dims (row,)
    """

    clock: TimeArray
    offset_s: IntArray
    has_offset: BoolArray


def read_stamps(raw: RawTable, spec: HourlySpec, findings: FileFindings) -> ClockTimes:
    """Clock times of a table; those a file holds as times are taken as they are."""
    if not isinstance(raw.stamps, tuple):
        count = len(raw.stamps)
        is_utc = np.full(count, raw.is_utc)
        return ClockTimes(clock=raw.stamps, offset_s=np.zeros(count, dtype=np.int64), has_offset=is_utc)
    read = _Reader(spec, findings)
    rows = [read(text, int(line)) for text, line in zip(raw.stamps, raw.line, strict=True)]
    return ClockTimes(
        clock=np.array([np.datetime64(when, "s") for when, _ in rows], dtype="datetime64[s]"),
        offset_s=np.array([offset or 0 for _, offset in rows], dtype=np.int64),
        has_offset=np.array([offset is not None for _, offset in rows], dtype=np.bool_),
    )


class _Reader:
    """Reads one stamp after another in the format that was said."""

    def __init__(self, spec: HourlySpec, findings: FileFindings) -> None:
        self.spec = spec
        self.findings = findings
        self.column = spec.time_column or "time"
        self.match: Callable[[str], re.Match[str] | None] = _FORMATS[spec.time_format].fullmatch

    def __call__(self, text: str, line: int) -> tuple[datetime | None, int | None]:
        found = self.match(text)
        if found is None or (found["H"] is None):
            self._refuse_form(text, line)
            return None, None
        part = found.groupdict()
        try:
            when = self._moment(part, text, line)
            offset = _offset_s(part.get("offset"))
        except ValueError:
            message = f"time stamp {text!r} does not exist{_day_month_hint(part, self.spec.time_format)}"
            self.findings.error("GP-TIM-002", message, "correct the date", line=line, column=self.column)
            return None, None
        return when, offset

    def _moment(self, part: dict[str, str | None], text: str, line: int) -> datetime | None:
        year, month, day, hour, minute, second = (int(part[key] or 0) for key in ("y", "m", "d", "H", "M", "S"))
        if not _YEARS[0] <= year <= _YEARS[1]:
            raise ValueError(year)
        if half := part.get("half"):
            if not 1 <= hour <= 12:
                raise ValueError(hour)
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        if hour == 24 and minute == second == 0:
            return self._midnight(datetime(year, month, day), text, line)
        return datetime(year, month, day, hour, minute, second)

    def _midnight(self, day: datetime, text: str, line: int) -> datetime | None:
        """Hour 24, which only a stamp at the end of its hour can be."""
        if self.spec.stamp != "hour_beginning":
            return day + timedelta(days=1)
        message = f"time stamp {text!r} is hour 24, which no hour begins with"
        remedy = "write stamp: hour_ending if the stamps stand at the end of their hour"
        self.findings.error("GP-TIM-002", message, remedy, line=line, column=self.column)
        return None

    def _refuse_form(self, text: str, line: int) -> None:
        code, message, remedy = _other_form(text, self.spec.time_format)
        self.findings.error(code, message, remedy, line=line, column=self.column)


def _offset_s(text: str | None) -> int | None:
    if not text:
        return None
    if text in ("Z", "z", "UTC"):
        return 0
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return (3600 * hours + 60 * minutes) * (-1 if text[0] == "-" else 1)


def _day_month_hint(part: dict[str, str | None], time_format: str) -> str:
    month, day = int(part["m"] or 0), int(part["d"] or 0)
    if time_format != "iso" and 12 < month <= 31 and 1 <= day <= 12:
        return f": there is no month {month}; day and month seem to be the other way round than in {time_format}"
    return ""


def _other_form(text: str, time_format: str) -> tuple[str, str, str]:
    """Code, message and remedy of a stamp that has not the form that was said."""
    if not text:
        return "GP-TIM-002", "the time stamp is empty", "give every row its time stamp"
    if _SERIAL.fullmatch(text):
        day = _EXCEL_DAY_0 + timedelta(seconds=round(float(text) * 24) * 3600)
        message = f"time stamp {text!r} is a serial number of Excel (it would be {day:%Y-%m-%d %H:%M})"
        return "GP-XLS-001", message, "format the column as yyyy-mm-dd hh:mm and save it as CSV again"
    if _UNIX.fullmatch(text):
        message = f"time stamp {text!r} seems to count seconds or milliseconds since 1970"
        return "GP-TIM-002", message, "write the stamps as 2020-01-01T07:00Z"
    is_date_alone = _ISO.fullmatch(text)
    if is_date_alone:
        return "GP-TIM-002", f"time stamp {text!r} has no hour", "write date and hour, as in 2020-01-01T07:00"
    known = "MM/DD/YYYY HH:MM" if _SLASHES.fullmatch(text) else "DD.MM.YYYY HH:MM" if _DOTS.fullmatch(text) else ""
    if known and time_format == "iso":
        message = f"time stamp {text!r} does not tell day from month"
        return "GP-TIM-002", message, f"say the order in the study, as in time_format: {known}"
    form = "YYYY-MM-DDTHH:MM, with or without an offset" if time_format == "iso" else time_format
    return "GP-TIM-002", f"time stamp {text[:40]!r} is not of the form {form}", "write all stamps in one form"
