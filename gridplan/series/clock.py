"""Clock times as instants: offsets, zones, the hour that is skipped and the hour that comes twice.

Comes in: ClockTimes and what the study says about them. Goes out: the beginning of every step in UTC, and the length
of the step. A local hour that does not exist, or is not told apart from its twin, is a finding.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from gridplan.errors import InputError
from gridplan.series.spec import FileFindings, HourlySpec, IntArray, RawTable, TimeArray
from gridplan.series.stamps import ClockTimes, read_stamps
from gridplan.study.series_request import OFFSET_IN_STAMPS

HOUR_S = 3600
_UTC = ZoneInfo("UTC")
_UTC_NAMES = {"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "UCT", "Etc/UCT", "Universal", "Etc/Universal"}


def beginnings_utc(raw: RawTable, spec: HourlySpec, findings: FileFindings) -> tuple[TimeArray, int]:
    """Beginning of every row's step, UTC, in the order of the file, and the step [s].

    Raises
    ------
    InputError
        If a stamp cannot be read or placed; every fault of the file is listed.
    """
    before = findings.errors
    times = read_stamps(raw, spec, findings)
    _refuse_mixed_offsets(raw, times, spec, findings)
    if findings.errors > before or not len(times.clock):
        raise InputError(findings)
    if spec.timezone == OFFSET_IN_STAMPS or spec.timezone in _UTC_NAMES:
        ends = times.clock - times.offset_s.astype("timedelta64[s]")
        step_s = most_common_step(ends)
        begins = ends - np.timedelta64(step_s if spec.stamp != "hour_beginning" else 0, "s")
    else:
        # A clock change may part two rows of a short file by two hours; no label is shifted by more than one.
        shift_s = min(most_common_step(times.clock), HOUR_S)
        begins = _from_zone(raw, times.clock, shift_s, spec, findings)
        step_s = most_common_step(begins)
    if findings.errors > before:
        raise InputError(findings)
    return begins, step_s


def most_common_step(times: TimeArray) -> int:
    """Step that most rows follow each other with [s]; an hour where there is one row."""
    steps = np.diff(np.unique(times)).astype(np.int64)
    if not steps.size:
        return HOUR_S
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])


def local_clock(time_utc: TimeArray, zone: str) -> TimeArray:
    """What the clock of a zone shows at these instants."""
    tz = ZoneInfo(zone)
    moments = time_utc.astype("datetime64[s]").tolist()
    return np.array(
        [np.datetime64(m.replace(tzinfo=_UTC).astimezone(tz).replace(tzinfo=None), "s") for m in moments],
        dtype="datetime64[s]",
    )


def _refuse_mixed_offsets(raw: RawTable, times: ClockTimes, spec: HourlySpec, findings: FileFindings) -> None:
    known = ~np.isnat(times.clock)
    has = times.has_offset[known]
    if not has.size:
        return
    asks = spec.timezone == OFFSET_IN_STAMPS
    if has.any() and not has.all():
        first = int(np.flatnonzero(known & (times.has_offset != times.has_offset[np.flatnonzero(known)[0]]))[0])
        words = "carries an offset, the stamps before it do not"
        if not times.has_offset[first]:
            words = "carries no offset, the stamps before it do"
        message = f"mixed offsets: {_shown(raw, first)} {words}"
        _tell(findings, raw, first, "GP-TIM-002", message, "write all stamps with an offset, or none")
    elif asks and not has.any():
        message = f"timezone: {OFFSET_IN_STAMPS} is said, but {_shown(raw, 0)} carries no offset"
        _tell(findings, raw, 0, "GP-TIM-001", message, "write timezone: with the IANA zone of the stamps")
    elif not asks and has.any() and not (spec.timezone in _UTC_NAMES and not times.offset_s[known].any()):
        message = f"timezone: {spec.timezone} is said, but {_shown(raw, 0)} carries an offset"
        _tell(findings, raw, 0, "GP-TIM-002", message, f"write timezone: {OFFSET_IN_STAMPS}")


def _from_zone(raw: RawTable, clock: TimeArray, step_s: int, spec: HourlySpec, findings: FileFindings) -> TimeArray:
    """Beginnings of steps whose stamps show the clock of a zone."""
    step = np.timedelta64(step_s, "s")
    label = clock - step if spec.stamp == "hour_ending" else clock
    zone = ZoneInfo(spec.timezone)
    moments: list[datetime] = label.tolist()
    offsets = np.array([_offsets(moment, zone) for moment in moments], dtype=np.int64).reshape(-1, 2)
    for i in np.flatnonzero(offsets[:, 0] < offsets[:, 1]):
        _skipped(raw, int(i), label[i], spec, findings)
    twice = np.flatnonzero(offsets[:, 0] > offsets[:, 1])
    offset_s = offsets[:, 0].copy()
    if twice.size and spec.dst_duplicates != "error" and not _is_in_order(label, step_s):
        message = f"the clock of {spec.timezone} shows an hour twice, and the rows are not in the order of time, so "
        message += "that first and second cannot be told apart"
        _tell(findings, raw, int(twice[0]), "GP-TIM-001", message, "sort the rows by time, or give offsets")
    elif twice.size:
        _choose_twin(raw, label, twice, offsets, offset_s, spec, findings)
    begins: TimeArray = label - offset_s.astype("timedelta64[s]")
    return begins - step if spec.stamp == "hour_end_instant" else begins


def _is_in_order(label: TimeArray, step_s: int) -> bool:
    """Whether labels rise, but for the step back of an hour that comes twice."""
    steps_s = np.diff(label).astype(np.int64)
    back = steps_s < 0
    return bool((steps_s >= step_s - HOUR_S).all() and back.sum() <= len(label) // 8)


def _offsets(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    first = moment.replace(tzinfo=zone).utcoffset()
    second = moment.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return round(first.total_seconds()), round(second.total_seconds())


def _choose_twin(
    raw: RawTable,
    label: TimeArray,
    twice: IntArray,
    offsets: npt.NDArray[np.int64],
    offset_s: npt.NDArray[np.int64],
    spec: HourlySpec,
    findings: FileFindings,
) -> None:
    """Offsets of hours the clock shows twice: the first row is the first of them, where the study says so."""
    rows_of: dict[np.datetime64, list[int]] = {}
    for i in twice:
        rows_of.setdefault(label[i], []).append(int(i))
    for hour, rows in rows_of.items():
        at = rows[-1]
        if len(rows) != 2:
            message = f"local hour {_minute(hour)} comes twice on the clock of {spec.timezone}, "
            message += f"and {'once' if len(rows) == 1 else f'{len(rows)} times'} in the file"
            remedy = "give both hours; if the file keeps standard time all year, write a zone without summer time, "
            remedy += f"as in {_standard_zone(offsets[at].min())}"
            _tell(findings, raw, at, "GP-TIM-001", message, remedy)
        elif spec.dst_duplicates == "error":
            message = f"local hour {_minute(hour)} stands twice, in lines {raw.line[rows[0]]} and {raw.line[at]}: "
            message += f"the clock of {spec.timezone} shows it twice"
            remedy = "write dst_duplicates: first_then_second if the rows stand in the order of time, or give offsets"
            _tell(findings, raw, at, "GP-TIM-001", message, remedy)
        else:
            offset_s[at] = offsets[at, 1]


def _skipped(raw: RawTable, i: int, hour: np.datetime64, spec: HourlySpec, findings: FileFindings) -> None:
    message = f"local hour {_minute(hour)} of {_shown(raw, i)} does not exist: the clock of {spec.timezone} skips it"
    other = "hour_end_instant" if spec.stamp == "hour_ending" else "hour_ending"
    remedy = "check timezone: and stamp: "
    remedy += f"(stamps at the end of an hour may be {other}); "
    remedy += "if the file keeps standard time all year, name a zone without summer time, as in "
    remedy += _standard_zone(min(_offsets(hour.astype("datetime64[s]").item(), ZoneInfo(spec.timezone))))
    _tell(findings, raw, i, "GP-TIM-001", message, remedy)


def _standard_zone(offset_s: int) -> str:
    """Zone of a fixed offset; IANA counts them west of Greenwich."""
    hours, rest = divmod(-int(offset_s), HOUR_S)
    return f"Etc/GMT{hours:+d}" if not rest else "UTC, with the stamps in UTC"


def _shown(raw: RawTable, i: int) -> str:
    return f"time stamp {str(raw.stamps[i])!r}"


def _minute(when: np.datetime64) -> str:
    return str(when.astype("datetime64[m]")).replace("T", " ")


def _tell(findings: FileFindings, raw: RawTable, i: int, code: str, message: str, remedy: str) -> None:
    findings.error(code, message, remedy, line=int(raw.line[i]), column="time")
