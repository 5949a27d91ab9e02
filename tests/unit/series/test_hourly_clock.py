"""Clock of hourly files against hand-written days: every zone's change, both ends of the hour, other years."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.unit.series.hourly_files import read, read_with_findings, refused, text, utc_hours, write_csv

ROOT = Path(__file__).resolve().parents[3]
CHICAGO = {"timezone": "America/Chicago", "clock": "America/Chicago"}

# Labels of the hours 0:00 to 5:00 of days on which the clock changes, and UTC of the first, written by hand.
SPRING = ["2020-03-08 00:00", "2020-03-08 01:00", "2020-03-08 03:00", "2020-03-08 04:00"]
AUTUMN = ["2020-11-01 00:00", "2020-11-01 01:00", "2020-11-01 01:00", "2020-11-01 02:00"]
DAYS = [
    ("America/Chicago", SPRING, "2020-03-08T06:00"),
    ("America/Chicago", AUTUMN, "2020-11-01T05:00"),
    ("Europe/Berlin", ["2020-03-29 01:00", "2020-03-29 03:00"], "2020-03-29T00:00"),
    ("Europe/Berlin", ["2020-10-25 02:00", "2020-10-25 02:00", "2020-10-25 03:00"], "2020-10-25T00:00"),
    ("America/Phoenix", ["2020-03-08 01:00", "2020-03-08 02:00", "2020-03-08 03:00"], "2020-03-08T08:00"),
    ("Asia/Kolkata", ["2020-03-08 00:00", "2020-03-08 01:00"], "2020-03-07T18:30"),
    ("Asia/Kathmandu", ["2020-03-08 00:00", "2020-03-08 01:00"], "2020-03-07T18:15"),
    # The southern summer ends in April and begins in October.
    ("Australia/Sydney", ["2020-04-05 02:00", "2020-04-05 02:00", "2020-04-05 03:00"], "2020-04-04T15:00"),
    ("Australia/Sydney", ["2020-10-04 01:00", "2020-10-04 03:00"], "2020-10-03T15:00"),
]


@pytest.mark.parametrize(("zone", "stamps", "first"), DAYS, ids=[f"{d[0]}-{d[2]}" for d in DAYS])
def test_local_days_are_the_hours_written_by_hand(tmp_path: Path, zone: str, stamps: list[str], first: str) -> None:
    file = write_csv(tmp_path / "f.csv", stamps)
    table = read(file, timezone=zone, clock=zone, dst_duplicates="first_then_second")
    np.testing.assert_array_equal(table.time_utc, utc_hours(first, len(stamps)))
    assert table.values[:, 0].tolist() == list(range(1, len(stamps) + 1))


FAST_ZONES = {"America/Chicago", "Asia/Kolkata"}


@pytest.mark.parametrize(
    "zone",
    [pytest.param(z, marks=() if z in FAST_ZONES else pytest.mark.slow) for z in sorted({day[0] for day in DAYS})],
)
@pytest.mark.parametrize("stamp", ["hour_beginning", "hour_ending", "hour_end_instant"])
def test_local_year_is_the_utc_year_of_the_same_instants(tmp_path: Path, zone: str, stamp: str) -> None:
    tz = ZoneInfo(zone)
    first = datetime(2020, 1, 1, tzinfo=tz).astimezone(UTC)
    begins = [first + timedelta(hours=h) for h in range(8784)]
    hour = timedelta(hours=1)
    local = {
        "hour_beginning": [b.astimezone(tz).replace(tzinfo=None) for b in begins],
        "hour_ending": [b.astimezone(tz).replace(tzinfo=None) + hour for b in begins],
        "hour_end_instant": [(b + hour).astimezone(tz).replace(tzinfo=None) for b in begins],
    }[stamp]
    naive = write_csv(tmp_path / "naive.csv", [f"{w:%Y-%m-%d %H:%M}" for w in local])
    shift = timedelta(0) if stamp == "hour_beginning" else hour
    utc = write_csv(tmp_path / "utc.csv", [f"{b + shift:%Y-%m-%dT%H:%MZ}" for b in begins])
    offsets = write_csv(tmp_path / "offsets.csv", [(b + shift).astimezone(tz).isoformat() for b in begins])
    one = read(naive, timezone=zone, clock=zone, stamp=stamp, dst_duplicates="first_then_second")
    two = read(utc, timezone="UTC", clock=zone, stamp=stamp)
    three = read(offsets, timezone="offset_in_stamps", clock=zone, stamp=stamp)
    for table in (one, two, three):
        np.testing.assert_array_equal(table.time_utc, utc_hours(f"{first:%Y-%m-%dT%H:%M}", 8784))
        np.testing.assert_array_equal(table.values, one.values)


def test_hour_ending_is_hour_beginning_one_hour_later(tmp_path: Path) -> None:
    begin = text(utc_hours("2020-01-01T00:00", 48))
    end = text(utc_hours("2020-01-01T01:00", 48))
    one = read(write_csv(tmp_path / "b.csv", begin))
    two = read(write_csv(tmp_path / "e.csv", end), stamp="hour_ending")
    np.testing.assert_array_equal(one.time_utc, two.time_utc)
    np.testing.assert_array_equal(one.values, two.values)


def test_hour_24_ends_the_day(tmp_path: Path) -> None:
    stamps = ["01/31/2020 23:00", "01/31/2020 24:00", "02/01/2020 01:00"]
    file = write_csv(tmp_path / "f.csv", stamps)
    table = read(file, stamp="hour_ending", time_format="MM/DD/YYYY HH:MM")
    np.testing.assert_array_equal(table.time_utc, utc_hours("2020-01-31T22:00", 3))


@pytest.mark.parametrize(
    ("time_format", "stamps"),
    [
        ("iso", ["2020-02-01T11:00:00", "2020-02-01 12"]),
        ("MM/DD/YYYY HH:MM", ["02/01/2020 11:00", "2/1/2020 12:00:00"]),
        ("DD/MM/YYYY HH:MM", ["01/02/2020 11:00", "1/2/2020 12:00"]),
        ("DD.MM.YYYY HH:MM", ["01.02.2020 11:00", "1.2.2020 12:00"]),
        ("MM/DD/YYYY hh:MM AM", ["2/1/2020 11:00 AM", "2/1/2020 12:00:00 PM"]),
    ],
)
def test_order_of_day_and_month_is_what_was_said(tmp_path: Path, time_format: str, stamps: list[str]) -> None:
    table = read(write_csv(tmp_path / "f.csv", stamps), time_format=time_format)
    np.testing.assert_array_equal(table.time_utc, utc_hours("2020-02-01T11:00", 2))


def test_market_and_instant_labels_differ_at_clock_changes_only(tmp_path: Path) -> None:
    # The hour from 1:00 to 3:00 on the clock is hour 2 of a market and ends when the clock shows 3:00.
    market = ["2020-03-08 01:00", "2020-03-08 02:00", "2020-03-08 04:00"]
    instant = ["2020-03-08 01:00", "2020-03-08 03:00", "2020-03-08 04:00"]
    one = read(write_csv(tmp_path / "m.csv", market), stamp="hour_ending", **CHICAGO)
    two = read(write_csv(tmp_path / "i.csv", instant), stamp="hour_end_instant", **CHICAGO)
    np.testing.assert_array_equal(one.time_utc, utc_hours("2020-03-08T06:00", 3))
    np.testing.assert_array_equal(one.time_utc, two.time_utc)
    (found, *_) = refused(tmp_path / "i.csv", stamp="hour_ending", **CHICAGO)
    assert (found.code, found.place.line) == ("GP-TIM-001", 3)
    assert "2020-03-08 02:00" in found.message
    assert "hour_end_instant" in found.remedy


@pytest.mark.parametrize(("minutes", "count"), [(15, 4), (30, 2), (5, 12)])
def test_quarter_hours_are_averaged_where_that_is_said(tmp_path: Path, minutes: int, count: int) -> None:
    times = np.datetime64("2020-01-01T00:00", "m") + np.arange(3 * count) * np.timedelta64(minutes, "m")
    values = np.arange(3 * count, dtype=float)
    for stamp, shift in (("hour_beginning", 0), ("hour_ending", minutes)):
        file = write_csv(tmp_path / f"{stamp}.csv", text(times + np.timedelta64(shift, "m")), values.tolist())
        table = read(file, resample="mean", stamp=stamp)
        np.testing.assert_array_equal(table.time_utc, utc_hours("2020-01-01T00:00", 3))
        assert table.values[:, 0] == pytest.approx([np.mean(values[h * count : (h + 1) * count]) for h in range(3)])
        (found,) = refused(file, stamp=stamp)
        assert f"{minutes} min" in found.message


def test_hourly_values_repeated_in_quarters_are_the_same_hours(tmp_path: Path) -> None:
    values = np.random.default_rng(3).uniform(10, 90, 48)
    hourly = read(write_csv(tmp_path / "h.csv", text(utc_hours("2020-01-01T00:00", 48)), values.tolist()))
    times = np.datetime64("2020-01-01T00:00", "m") + np.arange(192) * np.timedelta64(15, "m")
    file = write_csv(tmp_path / "q.csv", text(times), np.repeat(values, 4).tolist())
    np.testing.assert_array_equal(read(file, resample="mean").values, hourly.values)


def test_quarter_hours_through_the_repeated_hour(tmp_path: Path) -> None:
    quarters = [f"2020-11-01 {h:02d}:{m:02d}" for h in (0, 1, 1, 2) for m in (0, 15, 30, 45)]
    file = write_csv(tmp_path / "f.csv", quarters, [v for v in (1, 2, 3, 4) for _ in range(4)])
    table = read(file, resample="mean", dst_duplicates="first_then_second", **CHICAGO)
    np.testing.assert_array_equal(table.time_utc, utc_hours("2020-11-01T05:00", 4))
    assert table.values[:, 0].tolist() == [1, 2, 3, 4]


def test_unsorted_rows_are_sorted_with_a_warning(tmp_path: Path) -> None:
    stamps = ["2020-01-01T02:00", "2020-01-01T00:00", "2020-01-01T01:00"]
    table, (found,) = read_with_findings(write_csv(tmp_path / "f.csv", stamps))
    assert (found.code, found.severity, found.place.line) == ("GP-TIM-002", "warning", 3)
    assert table.values[:, 0].tolist() == [2, 3, 1]
    assert table.line.tolist() == [3, 4, 2]


def test_29_february_is_repeated_where_that_is_said(tmp_path: Path) -> None:
    whole = utc_hours("2020-02-27T06:00", 96)  # 27 February to 1 March, clock of Chicago
    keep = np.r_[:48, 72:96]
    file = write_csv(tmp_path / "f.csv", text(whole[keep]), [float(h) for h in keep])
    (found,) = refused(file, clock="America/Chicago")
    assert (found.code, found.place.line) == ("GP-TIM-003", 50)
    assert "29 February is missing: expected 2020-02-29T06:00Z" in found.message
    table = read(file, clock="America/Chicago", leap_day="repeat_28_feb")
    np.testing.assert_array_equal(table.time_utc, whole)
    assert table.values[48:72, 0].tolist() == [float(h) for h in range(24, 48)]
    assert set(table.line[48:72].tolist()) == {-1}


def test_a_year_moves_by_calendar_and_drops_or_repeats_29_february(tmp_path: Path) -> None:
    phoenix = {"clock": "America/Phoenix", "other_year": "by_calendar", "leap_day": "repeat_28_feb"}
    years = {year: utc_hours(f"{year}-01-01T07:00", 8784 if year == 2020 else 8760) for year in (2019, 2020)}
    files = {y: write_csv(tmp_path / f"{y}.csv", text(t), list(range(len(t)))) for y, t in years.items()}
    longer = read(files[2019], weather_year=2020, **phoenix)
    np.testing.assert_array_equal(longer.time_utc, years[2020])
    day = 59 * 24
    assert longer.values[:, 0].tolist() == [*range(day), *range(day - 24, day), *range(day, 8760)]
    shorter = read(files[2020], weather_year=2019, **{**phoenix, "leap_day": "drop"})
    np.testing.assert_array_equal(shorter.time_utc, years[2019])
    assert shorter.values[:, 0].tolist() == [*range(day), *range(day + 24, 8784)]
    same = read(files[2019], weather_year=2019, **phoenix)
    assert same.values[:, 0].tolist() == list(range(8760))


def test_result_does_not_depend_on_the_clock_of_the_machine(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "f.csv", AUTUMN)
    code = (
        "from pathlib import Path; from tests.unit.series.hourly_files import read;"
        f"t = read(Path({str(file)!r}), timezone='America/Chicago', dst_duplicates='first_then_second');"
        "print(t.time_utc.tobytes().hex(), t.values.tobytes().hex())"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**env, **own}, capture_output=True, check=True)
        for own in ({"TZ": "UTC"}, {"TZ": "Asia/Kolkata", "LC_ALL": "C"})
    ]
    assert told[0].stdout == told[1].stdout != b""
