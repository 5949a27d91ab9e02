"""Rows as hours without gaps: order, duplicates, gaps, uneven steps, shorter steps averaged where that is said.

Comes in: beginnings in UTC and values in the order of the file. Goes out: an HourlyTable. What is missing is a
finding with the expected stamp; only 29 February may be filled in, and only where the study says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridplan.errors import InputError
from gridplan.series.clock import HOUR_S, local_clock
from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, HourlyTable, IntArray, TimeArray
from gridplan.study.series_request import OFFSET_IN_STAMPS

DAY_H = 24
_MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Rows in the order of the file: beginning, values, line, and the step [s] most of them keep."""

    begin: TimeArray
    values: FloatArray
    line: IntArray
    step_s: int


def hourly_table(rows: Steps, names: tuple[str, ...], spec: HourlySpec, findings: FileFindings) -> HourlyTable:
    """Hours of a table, one row each.

    Raises
    ------
    InputError
        If an hour is missing, stands twice, or the step is not what the study says; every fault is listed.
    """
    _refuse_step(rows, spec, findings)
    _refuse_between(rows, spec, findings)
    rows = _sorted(rows, findings)
    rows = _repeated_leap_day(rows, spec) if spec.leap_day == "repeat_28_feb" else rows
    _refuse_duplicates(rows, findings)
    _refuse_gaps(rows, spec, findings)
    if findings.has_errors:
        raise InputError(findings)
    rows = _averaged(rows, findings) if rows.step_s < HOUR_S else rows
    if findings.has_errors:
        raise InputError(findings)
    return HourlyTable(path=spec.path, time_utc=rows.begin, names=names, values=rows.values, line=rows.line)


def step_words(step_s: int) -> str:
    """Words of a step, as in ``15 min``."""
    if step_s % HOUR_S == 0:
        return f"{step_s // HOUR_S} h"
    return f"{step_s // _MINUTE_S} min" if step_s % _MINUTE_S == 0 else f"{step_s} s"


def _refuse_step(rows: Steps, spec: HourlySpec, findings: FileFindings) -> None:
    step_s, step, line = rows.step_s, step_words(rows.step_s), int(rows.line[0])
    if step_s > HOUR_S:
        findings.error("GP-TIM-002", f"the step is {step}; hours are needed", "give a value for every hour", line=line)
    elif HOUR_S % step_s:
        findings.error("GP-TIM-002", f"the step {step} does not divide an hour", "give hourly values", line=line)
    elif step_s < HOUR_S and spec.resample == "error":
        remedy = "write resample: mean to average each hour, or give hourly values"
        findings.error("GP-TIM-002", f"the step is {step}, not one hour", remedy, line=line)


def _refuse_between(rows: Steps, spec: HourlySpec, findings: FileFindings) -> None:
    """Rows that do not begin on a full step of the clock, such as stamps in the middle of their hour."""
    step_s = min(rows.step_s, HOUR_S)
    clock = local_clock(rows.begin, spec.clock)
    rest_s = clock.astype("datetime64[s]").astype(np.int64) % step_s
    wrong = np.flatnonzero(rest_s)
    if not wrong.size:
        return
    i = int(wrong[0])
    minute = str(clock[i].astype("datetime64[m]")).replace("T", " ")
    message = f"a step begins at {minute} on the clock of {spec.clock}, not on a full {step_words(step_s)}; "
    message += f"{wrong.size:,} of {len(rest_s):,} rows stand so"
    remedy = "give beginnings or ends of clock hours; stamps in the middle of an hour must be moved by who made them"
    findings.error("GP-TIM-002", message, remedy, line=int(rows.line[i]), column="time")


def _sorted(rows: Steps, findings: FileFindings) -> Steps:
    back = np.flatnonzero(np.diff(rows.begin).astype(np.int64) < 0)
    if not back.size:
        return rows
    i = int(back[0]) + 1
    message = f"the rows are not in the order of time: {_utc(rows.begin[i])} follows {_utc(rows.begin[i - 1])}; "
    message += f"{back.size:,} such places; the rows were sorted"
    findings.warning("GP-TIM-002", message, "sort the file by time", line=int(rows.line[i]), column="time")
    order = np.argsort(rows.begin, kind="stable")
    return replace(rows, begin=rows.begin[order], values=rows.values[order], line=rows.line[order])


def _refuse_duplicates(rows: Steps, findings: FileFindings) -> None:
    for i in np.flatnonzero(np.diff(rows.begin).astype(np.int64) == 0):
        first, second = sorted((int(rows.line[i]), int(rows.line[i + 1])))
        same = "with the same values" if (rows.values[i] == rows.values[i + 1]).all() else "with other values"
        message = f"duplicate: {_utc(rows.begin[i])} stands in lines {first} and {second}, {same}"
        findings.error("GP-TIM-002", message, "delete one of the two rows", line=second, column="time")


def _refuse_gaps(rows: Steps, spec: HourlySpec, findings: FileFindings) -> None:
    steps_s = np.diff(rows.begin).astype(np.int64)
    for i in np.flatnonzero((steps_s > 0) & (steps_s != rows.step_s)):
        expected = rows.begin[i] + np.timedelta64(rows.step_s, "s")
        line = int(rows.line[i + 1])
        count, rest_s = divmod(int(steps_s[i]) - rows.step_s, rows.step_s)
        if rest_s or count < 0:
            message = f"uneven step: {_utc(rows.begin[i + 1])} follows {step_words(int(steps_s[i]))} after "
            message += f"{_utc(rows.begin[i])}, expected {_utc(expected)}"
            remedy = f"give one row every {step_words(rows.step_s)}"
            findings.error("GP-TIM-002", message, remedy, line=line, column="time")
        elif _is_leap_day(expected, rows.begin[i + 1], spec):
            message = f"29 February is missing: expected {_utc(expected)}, found {_utc(rows.begin[i + 1])}"
            remedy = "give its 24 hours, or write leap_day: repeat_28_feb"
            findings.error("GP-TIM-003", message, remedy, line=line, column="time")
        else:
            message = f"gap of {count:,} steps of {step_words(rows.step_s)}: expected {_utc(expected)}, "
            message += f"found {_utc(rows.begin[i + 1])}"
            remedy = "add the missing rows; gridplan does not invent values"
            if spec.time_format not in ("iso", "DD.MM.YYYY HH:MM"):
                remedy += f"; check that {spec.time_format} is the order of day and month"
            findings.error("GP-TIM-002", message, remedy, line=line, column="time")


def _is_leap_day(first: np.datetime64, after: np.datetime64, spec: HourlySpec) -> bool:
    """Whether the time from ``first`` up to ``after`` is a 29 February of the study's clock, or of the file's."""
    file_clock = spec.clock if spec.timezone == OFFSET_IN_STAMPS else spec.timezone
    for clock in dict.fromkeys((spec.clock, file_clock)):
        begin, end = local_clock(np.array([first, after]), clock)
        day = begin.astype("datetime64[D]")
        if end - begin == np.timedelta64(1, "D") and begin == day and str(day).endswith("-02-29"):
            return True
    return False


def _repeated_leap_day(rows: Steps, spec: HourlySpec) -> Steps:
    """Rows with the day before repeated where exactly 29 February is missing."""
    steps_s = np.diff(rows.begin).astype(np.int64)
    per_day = DAY_H * HOUR_S // rows.step_s
    for i in np.flatnonzero(steps_s == (per_day + 1) * rows.step_s):
        missing = rows.begin[i] + np.timedelta64(rows.step_s, "s")
        if i + 1 >= per_day and _is_leap_day(missing, rows.begin[i + 1], spec):
            return insert_day(rows, int(i) + 1, per_day)
    return rows


def insert_day(rows: Steps, at: int, per_day: int) -> Steps:
    """Rows with the day before position ``at`` repeated there; its lines are -1."""
    again = slice(at - per_day, at)
    begin = rows.begin[again] + np.timedelta64(1, "D")
    return replace(
        rows,
        begin=np.concatenate([rows.begin[:at], begin, rows.begin[at:]]),
        values=np.concatenate([rows.values[:at], rows.values[again], rows.values[at:]]),
        line=np.concatenate([rows.line[:at], np.full(per_day, -1), rows.line[at:]]),
    )


def _averaged(rows: Steps, findings: FileFindings) -> Steps:
    """Hours as the mean of their steps; an hour that is not whole is an error."""
    count = HOUR_S // rows.step_s
    if len(rows.begin) % count:
        line = int(rows.line[-1])
        message = f"{len(rows.begin):,} rows of {step_words(rows.step_s)} are no whole hours"
        findings.error("GP-TIM-002", message, "begin and end the file on a full hour", line=line, column="time")
        return rows
    whole = len(rows.begin) // count
    values = rows.values.reshape(whole, count, -1).mean(axis=1)
    return Steps(begin=rows.begin[::count], values=values, line=rows.line[::count], step_s=HOUR_S)


def _utc(when: np.datetime64) -> str:
    return f"{when.astype('datetime64[m]')}Z"
