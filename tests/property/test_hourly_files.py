"""Hourly files written by the calendar of the standard library and read back: same instants, same bits, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.series.hourly_files import read, read_with_findings, refused

ZONES = (
    "UTC",
    "America/Chicago",
    "America/Phoenix",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "America/Santiago",
    "Pacific/Auckland",
)
FORMATS = {
    "iso": "%Y-%m-%dT%H:%M",
    "MM/DD/YYYY HH:MM": "%m/%d/%Y %H:%M",
    "DD/MM/YYYY HH:MM": "%d/%m/%Y %H:%M",
    "DD.MM.YYYY HH:MM": "%d.%m.%Y %H:%M",
    "MM/DD/YYYY hh:MM AM": "%m/%d/%Y %I:%M %p",
}
HOUR = timedelta(hours=1)
FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
values = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=30, max_size=400)


@st.composite
def hours(draw: st.DrawFn) -> tuple[str, list[datetime], list[float]]:
    """Zone, beginnings (UTC, on full hours of the zone's clock) and values; often across a change of the clock."""
    zone = draw(st.sampled_from(ZONES))
    month, day = draw(st.sampled_from([(1, 1), (2, 27), (3, 6), (3, 28), (4, 3), (10, 2), (10, 24), (10, 31)]))
    year = draw(st.integers(2015, 2030))
    first = datetime(year, month, day, draw(st.integers(5, 20)), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    given_values = draw(values)
    return zone, [first + k * HOUR for k in range(len(given_values))], given_values


def clock(begin: datetime, zone: str, stamp: str) -> datetime:
    """What a file shows for the hour that begins here."""
    if stamp == "hour_end_instant":
        return (begin + HOUR).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    local = begin.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local + HOUR if stamp == "hour_ending" else local


def write(path: Path, stamps: list[str], rows: list[float]) -> Path:
    path.write_text("\n".join(["time,p", *(f"{s},{v!r}" for s, v in zip(stamps, rows, strict=True))]) + "\n")
    return path


def utc(begins: list[datetime]) -> np.ndarray[Any, Any]:
    return np.array([np.datetime64(b.replace(tzinfo=None), "s") for b in begins])


@FAST
@given(
    case=hours(),
    stamp=st.sampled_from(["hour_beginning", "hour_ending", "hour_end_instant"]),
    time_format=st.sampled_from(sorted(FORMATS)),
)
def test_local_file_round_trip(tmp_path: Path, case: Any, stamp: str, time_format: str) -> None:
    zone, begins, rows = case
    stamps = [clock(b, zone, stamp).strftime(FORMATS[time_format]) for b in begins]
    table = read(
        write(tmp_path / "f.csv", stamps, rows),
        timezone=zone,
        clock=zone,
        stamp=stamp,
        time_format=time_format,
        dst_duplicates="first_then_second",
    )
    np.testing.assert_array_equal(table.time_utc, utc(begins))
    assert table.values[:, 0].tolist() == rows
    assert table.line.tolist() == list(range(2, len(rows) + 2))


@FAST
@given(case=hours())
def test_offsets_need_no_rule_for_the_repeated_hour(tmp_path: Path, case: Any) -> None:
    zone, begins, rows = case
    stamps = [b.astimezone(ZoneInfo(zone)).isoformat() for b in begins]
    table = read(write(tmp_path / "f.csv", stamps, rows), timezone="offset_in_stamps", clock=zone)
    np.testing.assert_array_equal(table.time_utc, utc(begins))


@FAST
@given(case=hours(), weeks=st.integers(1, 60))
def test_later_by_whole_weeks_is_later_by_whole_weeks(tmp_path: Path, case: Any, weeks: int) -> None:
    _, begins, rows = case
    one, two = (
        read(
            write(tmp_path / "f.csv", [f"{b + shift:%Y-%m-%dT%H:%MZ}" for b in begins], rows),
            clock="Asia/Kolkata" if begins[0].minute == 30 else "Asia/Kathmandu" if begins[0].minute else "UTC",
        )
        for shift in (timedelta(0), timedelta(weeks=weeks))
    )
    np.testing.assert_array_equal(two.time_utc - one.time_utc, np.timedelta64(weeks * 7 * 86400, "s"))
    np.testing.assert_array_equal(two.values, one.values)


@FAST
@given(case=hours(), seed=st.integers(0, 2**16))
def test_shuffled_rows_give_the_same_hours_with_a_warning(tmp_path: Path, case: Any, seed: int) -> None:
    zone, begins, rows = case
    stamps = [b.astimezone(ZoneInfo(zone)).isoformat() for b in begins]
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    file = write(tmp_path / "f.csv", [stamps[k] for k in order], [rows[k] for k in order])
    table, findings = read_with_findings(file, timezone="offset_in_stamps", clock=zone)
    np.testing.assert_array_equal(table.time_utc, utc(begins))
    assert table.values[:, 0].tolist() == rows
    assert {f.code for f in findings if f.severity == "warning"} <= {"GP-TIM-002", "GP-VAL-005"}
    assert findings or order == sorted(order)


@FAST
@given(case=hours(), at=st.integers(1, 28), damage=st.sampled_from(["gap", "twice", "late", "token"]))
def test_one_damaged_row_is_found_at_its_line(tmp_path: Path, case: Any, at: int, damage: str) -> None:
    zone, begins, rows = case
    lines = [f"{b.astimezone(ZoneInfo(zone)).isoformat()},{v!r}" for b, v in zip(begins, rows, strict=True)]
    late = (begins[at] + timedelta(minutes=20)).astimezone(ZoneInfo(zone)).isoformat()
    changed = {
        "gap": [*lines[:at], *lines[at + 1 :]],
        "twice": [*lines[: at + 1], *lines[at:]],
        "late": [*lines[:at], f"{late},{rows[at]!r}", *lines[at + 1 :]],
        "token": [*lines[:at], lines[at].split(",")[0] + ",x", *lines[at + 1 :]],
    }[damage]
    (tmp_path / "f.csv").write_text("\n".join(["time,p", *changed]) + "\n")
    found = refused(tmp_path / "f.csv", timezone="offset_in_stamps", clock=zone)
    assert at + 2 + (damage == "twice") in {f.place.line for f in found}
    assert all(f.remedy for f in found)


@pytest.mark.parametrize(("unit", "scale"), [("kW", 1e-3), ("GW", 1e3)])
@FAST
@given(case=hours())
def test_unit_scales_and_nothing_else(tmp_path: Path, unit: str, scale: float, case: Any) -> None:
    _, begins, rows = case
    file = write(tmp_path / "f.csv", [f"{k:%Y-%m-%dT%H:%MZ}" for k in begins], rows)
    clock_of = "Asia/Kolkata" if begins[0].minute == 30 else "Asia/Kathmandu" if begins[0].minute else "UTC"
    mega, other = (read(file, unit=word, clock=clock_of) for word in ("MW", unit))
    np.testing.assert_array_equal(other.time_utc, mega.time_utc)
    assert other.values == pytest.approx(mega.values * scale, rel=1e-15)
