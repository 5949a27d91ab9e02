"""What is said about an hourly file, and the table that comes out of it.

``HourlySpec`` holds every choice the file itself cannot state; none of them has a default that could be wrong in
silence. ``HourlyTable`` is hour-beginning, UTC, one row an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, InputError, Place, Severity

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TimeArray = npt.NDArray[np.datetime64]

Stamp = Literal["hour_beginning", "hour_ending", "hour_end_instant"]
Unit = Literal["MW", "kW", "GW", "frac", "degC", "degF", "K"]
Kind = Literal["load", "availability", "temperature", "campus"]
TimeFormat = Literal["iso", "MM/DD/YYYY HH:MM", "DD/MM/YYYY HH:MM", "DD.MM.YYYY HH:MM", "MM/DD/YYYY hh:MM AM"]

UNITS_OF_KIND: dict[Kind, tuple[Unit, ...]] = {
    "load": ("MW", "kW", "GW"),
    "availability": ("MW", "kW", "GW", "frac"),
    "temperature": ("degC", "degF", "K"),
    "campus": ("MW", "kW", "GW"),
}
SHOWN_PER_CODE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlySpec:
    """One hourly file and how it is meant.

    Parameters
    ----------
    path : Path
        .csv, .csv.gz, .nc, .parquet or .xlsx file.
    kind : {"load", "availability", "temperature", "campus"}
        Decides which values can be true.
    timezone : str
        IANA zone of stamps without offset (``UTC`` is one), or ``offset_in_stamps``.
    stamp : {"hour_beginning", "hour_ending", "hour_end_instant"}
        ``hour_ending``: the label is the clock at the beginning plus one step, so hour 24 ends the day (market
        files). ``hour_end_instant``: the label is the clock at the end; it differs at clock changes only.
    unit : {"MW", "kW", "GW", "frac", "degC", "degF", "K"}
        Unit of the values.
    columns : mapping of str to str
        Name in the network -> column of the file; empty: every column by its own name.
    time_column : str
        Column of the stamps; empty: the first column (``time`` in a netCDF file).
    time_format : str
        Order of day and month in text.
    dst_duplicates : {"error", "first_then_second"}
        Hour the clock shows twice: refused, or its rows stand in the order of time.
    resample : {"error", "mean"}
        Steps of less than one hour: refused, or averaged over each hour.
    leap_day : {"error", "repeat_28_feb", "drop"}
        29 February that only the file or only the weather year has.
    other_year : {"error", "by_calendar"}
        File of another calendar year than the weather year: refused, or moved there by date and clock.
    sheet : str
        Sheet of an .xlsx file; empty: its only visible sheet.
    scenario : str
        Scenario of a netCDF file that holds several; empty: its only one.
    clock : str
        IANA zone on whose clock hours are full, whose leap day and whose year are meant.
    weather_year : int
        Calendar year of the study's series; 0: any.
    """

    path: Path
    kind: Kind
    timezone: str
    stamp: Stamp
    unit: Unit
    columns: Mapping[str, str] = field(default_factory=dict)
    time_column: str = ""
    time_format: TimeFormat = "iso"
    dst_duplicates: Literal["error", "first_then_second"] = "error"
    resample: Literal["error", "mean"] = "error"
    leap_day: Literal["error", "repeat_28_feb", "drop"] = "error"
    other_year: Literal["error", "by_calendar"] = "error"
    sheet: str = ""
    scenario: str = ""
    clock: str = "UTC"
    weather_year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Columns of a file before its clock is known.

    Parameters
    ----------
    stamps : tuple of str, or datetime64[s], dims (row,)
        Text as written, or times the file holds as times.
    is_utc : bool
        The file itself says that its times are instants (Parquet with a time zone).
    values : float, dims (row, column)
        As written, in the file's unit; NaN where a finding was made.
    line : int, dims (row,)
        Line of each row in the file, from 1; for a file without lines, the number of the row.
    """

    names: tuple[str, ...]
    stamps: tuple[str, ...] | TimeArray
    values: FloatArray
    line: IntArray
    is_utc: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyTable:
    """Hourly values in MW, share of capability or degC.

    Parameters
    ----------
    time_utc : datetime64[s], dims (time,)
        Beginning of each hour, UTC, without gaps.
    names : tuple of str
        One name a column.
    values : float, dims (time, name) [MW, 1 or degC]
        ``load``, ``campus``: MW; ``availability``: MW or, with unit ``frac``, share; ``temperature``: degC.
    line : int, dims (time,)
        Line of the file each hour begins in; -1 for an hour the file does not hold (repeated 28 February).
    """

    path: Path
    time_utc: TimeArray
    names: tuple[str, ...]
    values: FloatArray
    line: IntArray


class FileFindings:
    """Findings of one file; beyond twenty of a code they are counted only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: list[Finding] = []
        self._count: dict[tuple[str, Severity], int] = {}
        self._last: dict[tuple[str, Severity], int] = {}

    def __iter__(self) -> Iterator[Finding]:
        """Kept findings, and one that counts the others of a code."""
        yield from self._kept
        for (code, severity), count in self._count.items():
            if count > SHOWN_PER_CODE:
                line = self._last[code, severity]
                message = f"{count - SHOWN_PER_CODE:,} more findings of this kind, the last in line {line}"
                yield self._finding(code, severity, message, "correct the file and read it again", line, "")

    def error(self, code: str, message: str, remedy: str, *, line: int = 0, column: str = "") -> None:
        """Add an error at a line and column of the file."""
        self._add(code, "error", message, remedy, line, column)

    def warning(self, code: str, message: str, remedy: str, *, line: int = 0, column: str = "") -> None:
        """Add a warning at a line and column of the file."""
        self._add(code, "warning", message, remedy, line, column)

    def note(self, code: str, message: str, remedy: str, *, line: int = 0, column: str = "") -> None:
        """Add a note at a line and column of the file."""
        self._add(code, "note", message, remedy, line, column)

    def refusal(self, code: str, message: str, remedy: str, *, column: str = "") -> InputError:
        """Error to raise where nothing more can be read: this finding and all found before."""
        self.error(code, message, remedy, column=column)
        return InputError(self)

    def add(self, findings: tuple[Finding, ...]) -> None:
        """Keep findings that were made elsewhere."""
        self._kept += findings

    @property
    def errors(self) -> int:
        """Count of errors found so far."""
        return sum(finding.severity == "error" for finding in self._kept)

    @property
    def has_errors(self) -> bool:
        """Whether an error was found."""
        return self.errors > 0

    def holds(self, code: str) -> bool:
        """Whether a finding of this code was made."""
        return any(finding.code == code for finding in self._kept)

    def _add(self, code: str, severity: Severity, message: str, remedy: str, line: int, column: str) -> None:
        key = (code, severity)
        self._count[key] = self._count.get(key, 0) + 1
        self._last[key] = line
        if self._count[key] <= SHOWN_PER_CODE:
            self._kept.append(self._finding(code, severity, message, remedy, line, column))

    def _finding(self, code: str, severity: Severity, message: str, remedy: str, line: int, column: str) -> Finding:
        place = Place(file=self.path, line=line, column=1 if line else 0, key=column)
        return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)
