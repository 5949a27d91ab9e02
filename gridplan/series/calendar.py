"""A table of another calendar year than the weather year, moved there by date and clock where the study says so.

Comes in: an HourlyTable and the weather year. Goes out: the table on the hours of that year, 29 February repeated or
dropped as the study says, or a finding with both counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from gridplan.errors import InputError
from gridplan.series.clock import HOUR_S, local_clock
from gridplan.series.spec import FileFindings, HourlySpec, HourlyTable
from gridplan.series.steps import DAY_H, Steps, insert_day

_LEAP_DAY_AT = 59 * DAY_H
"""Hours of a year before 29 February."""
_HOURS_OF_YEAR = {8760: 365, 8784: 366}


def in_weather_year(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> HourlyTable:
    """Table on the hours of the weather year.

    Raises
    ------
    InputError
        GP-TIM-003, if the file is of another year and is not said to move, or one of the two years has a 29 February
        that the other has not and ``leap_day`` does not say what to do.
    """
    year = int(str(local_clock(table.time_utc[:1], spec.clock)[0])[:4])
    if not spec.weather_year or year == spec.weather_year:
        _refuse_drop(table, spec, findings)
        return table
    begin, end = (_new_year(y, spec.clock) for y in (spec.weather_year, spec.weather_year + 1))
    wanted = int((end - begin).astype(np.int64)) // HOUR_S
    if spec.other_year == "error":
        message = f"the file holds {year} ({len(table.time_utc):,} hours), the weather year is {spec.weather_year}"
        remedy = "give the file of that year, or write other_year: by_calendar to move it by date and clock"
        raise _refused(findings, message, remedy + _leap_day_too(len(table.time_utc), wanted, spec))
    _refuse_part_of_year(table, year, spec, findings)
    return _on_hours(table, begin, wanted, spec, findings)


def _leap_day_too(given: int, wanted: int, spec: HourlySpec) -> str:
    """Rest of a remedy where one of two whole years has a 29 February, so that both are said at once."""
    if given == wanted or given not in _HOURS_OF_YEAR:
        return ""
    rule = "repeat_28_feb" if given < wanted else "drop"
    return "" if spec.leap_day == rule else f", with leap_day: {rule}"


def _on_hours(
    table: HourlyTable, begin: np.datetime64, wanted: int, spec: HourlySpec, findings: FileFindings
) -> HourlyTable:
    given = len(table.time_utc)
    rows = Steps(begin=table.time_utc, values=table.values, line=table.line, step_s=HOUR_S)
    if given < wanted:
        _refuse_unless("repeat_28_feb", given, wanted, spec, findings)
        rows = insert_day(rows, _LEAP_DAY_AT, DAY_H)
    elif given > wanted:
        _refuse_unless("drop", given, wanted, spec, findings)
        keep = np.r_[:_LEAP_DAY_AT, _LEAP_DAY_AT + DAY_H : given]
        rows = replace(rows, begin=rows.begin[keep], values=rows.values[keep], line=rows.line[keep])
    time_utc = begin + np.arange(wanted) * np.timedelta64(HOUR_S, "s")
    message = f"the file of another year stands on the hours of {spec.weather_year}; days of the week are those of "
    message += "the file, and hours between two dates of a clock change are off by one"
    findings.note("GP-TIM-003", message, "give the file of the weather year if days of the week matter")
    return replace(table, time_utc=time_utc, values=rows.values, line=rows.line)


def _refuse_part_of_year(table: HourlyTable, year: int, spec: HourlySpec, findings: FileFindings) -> None:
    count = len(table.time_utc)
    begins = table.time_utc[0] == _new_year(year, spec.clock)
    if count not in _HOURS_OF_YEAR or not begins:
        message = f"the file begins {table.time_utc[0]}Z and holds {count:,} hours; only a whole year of the clock of "
        message += f"{spec.clock}, 8,760 or 8,784 hours, can be moved to {spec.weather_year}"
        raise _refused(findings, message, "give the whole year, from its first local hour to its last")


def _refuse_unless(rule: str, given: int, wanted: int, spec: HourlySpec, findings: FileFindings) -> None:
    if spec.leap_day != rule:
        message = f"the file holds {given:,} hours, weather year {spec.weather_year} has {wanted:,}: 29 February"
        raise _refused(findings, message, f"write leap_day: {rule}, or give the file of the weather year")


def _refuse_drop(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    if spec.leap_day != "drop":
        return
    days = np.unique(local_clock(table.time_utc, spec.clock).astype("datetime64[D]")).astype(str)
    if any(day.endswith("-02-29") for day in days):
        message = "29 February would be dropped, but the weather year has one: a gap would remain"
        raise _refused(findings, message, "delete leap_day: drop")


def _new_year(year: int, clock: str) -> np.datetime64:
    begin = datetime(year, 1, 1, tzinfo=ZoneInfo(clock)).astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(begin, "s")


def _refused(findings: FileFindings, message: str, remedy: str) -> InputError:
    return findings.refusal("GP-TIM-003", message, remedy, column="time")
