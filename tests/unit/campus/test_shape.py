from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridplan.campus.clock import ahead_of_utc_s
from gridplan.campus.shape import (
    find_shape,
    local_shape_rel,
    mixed_rel,
    shape_names,
    shape_rel,
    shaped_demand_mw,
    week_rel,
)
from gridplan.campus.shape_table import SEGMENT_SHAPES, SHAPES, Shape
from gridplan.errors import InputError
from gridplan.study.defaults import default_row

YEAR = np.datetime64("2020-01-01T07:00:00") + np.arange(8784) * np.timedelta64(3600, "s")


NAMES = [shape.name for shape in SHAPES]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=NAMES)


@each_shape
def test_every_shape_is_whole_positive_and_sourced(shape: Shape) -> None:
    assert len(shape.week_rel) == 168
    assert min(shape.week_rel) > 0
    assert week_rel(shape).mean() == pytest.approx(1.0, abs=1e-14)
    assert shape.source
    assert shape.licence
    assert shape.status == "assumption" or shape.licence != "none needed" or shape.name == "flat"
    assert NAMES.count(shape.name) == 1


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@pytest.mark.parametrize("hours", [1, 24, 100, 168, 8784])
def test_mean_is_one_over_the_studied_hours(shape: Shape, hours: int) -> None:
    assert shape_rel(shape, YEAR[:hours]).mean() == pytest.approx(1.0, abs=1e-13)


def test_default_shape_of_a_study_exists() -> None:
    assert default_row("campuses.workloads.shape").value in shape_names()


MONDAY = np.datetime64("2020-01-06T00:00:00") + np.arange(168) * np.timedelta64(3600, "s")


def test_conversation_shape_is_the_published_day_and_week() -> None:
    rel = shape_rel(find_shape("azure_conversation"), MONDAY)
    # Published of the trace: mean of a working day by UTC hour, weekend per working day, mean of the week per peak.
    day = [1.02, 1.11, 1.09, 0.91, 0.92, 1.00, 1.15, 1.24, 1.27, 1.23, 1.11, 1.18]
    day += [1.32, 1.45, 1.53, 1.42, 1.29, 1.24, 1.23, 1.16, 1.05, 0.88, 0.79, 0.82]
    assert rel[:120].reshape(5, 24).mean(axis=0) == pytest.approx(day, abs=0.006)
    assert rel[120:].mean() / rel[:120].mean() == pytest.approx(0.57, abs=0.005)
    assert 1.0 / rel.max() == pytest.approx(0.604, abs=0.001)


def test_code_shape_is_the_published_week() -> None:
    rel = shape_rel(find_shape("azure_code"), MONDAY)
    assert 1.0 / rel.max() == pytest.approx(0.331, abs=0.001)
    assert rel[120:].mean() / rel[:120].mean() == pytest.approx(0.32, abs=0.005)
    assert set(rel[:120].reshape(5, 24).argmax(axis=1)) == {19}


@pytest.mark.parametrize(
    ("name", "column"), [("azure_conversation", "conv_rel"), ("azure_code", "code_rel"), ("burstgpt_chat", "sum_rel")]
)
def test_measured_shapes_equal_the_tables_they_were_taken_from(name: str, column: str) -> None:
    folder = os.environ.get("GRIDPLAN_TEST_DATA")
    if not folder:
        pytest.skip("GRIDPLAN_TEST_DATA is not set")
    is_azure = name.startswith("azure")
    file = "azure2024_hour_of_week_utc.csv" if is_azure else "burstgpt_conv_shape_local.csv"
    lines = Path(folder, "tables", file).read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    if is_azure:
        assert {(int(row["dow"]), int(row["hour_utc"])) for row in rows} == {
            (d, h) for d in range(7) for h in range(24)
        }
        want = np.array([float(row[column]) for row in rows])
    else:
        by_kind = {k: [float(r[column]) for r in rows if r["kind"] == k] for k in ("hour_local", "dow_mon0")}
        want = np.outer(by_kind["dow_mon0"], by_kind["hour_local"]).ravel()
    assert np.array(find_shape(name).week_rel) == pytest.approx(want, abs=1e-12)


@given(
    shape=st.sampled_from(SHAPES),
    timezone=st.sampled_from(sorted(available_timezones())),
    week=st.integers(0, 51),
)
@settings(max_examples=100, deadline=None)
def test_time_zone_moves_a_week_round_and_keeps_its_sum(shape: Shape, timezone: str, week: int) -> None:
    time = np.datetime64("2024-01-01T00:00:00") + (168 * week + np.arange(168)) * np.timedelta64(3600, "s")
    ahead_s = ahead_of_utc_s(time, timezone)
    assume(len(set(ahead_s.tolist())) == 1)
    hours, rest_s = divmod(int(ahead_s[0]) - 3600 * shape.users_minus_utc_h, 3600)
    table = week_rel(shape)
    moved = np.roll(table, -hours) * (1 - rest_s / 3600) + np.roll(table, -hours - 1) * rest_s / 3600
    assert moved.sum() == pytest.approx(168.0, abs=1e-9)
    assert local_shape_rel(shape, time, timezone) == pytest.approx(moved, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "timezone"),
    [("azure_code", "America/New_York"), ("burstgpt_chat", "Europe/London"), ("ride_hailing", "Australia/Sydney")],
)
def test_year_with_clock_changes_is_read_off_the_calendar(name: str, timezone: str) -> None:
    shape = find_shape(name)
    year = np.datetime64("2021-01-01T00:00:00") + np.arange(8760) * np.timedelta64(3600, "s")
    shift = timedelta(hours=shape.users_minus_utc_h)
    clock = [
        datetime.fromisoformat(str(t)).replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).replace(tzinfo=None) - shift
        for t in year
    ]
    want = np.array([shape.week_rel[24 * t.weekday() + t.hour] for t in clock])
    assert local_shape_rel(shape, year, timezone) == pytest.approx(want / want.mean(), rel=1e-12)


def test_half_an_hour_of_zone_is_half_of_each_hour() -> None:
    rel = week_rel(find_shape("business_hours"))
    # Monday 4:00 UTC is Monday 9:30 in India.
    local = local_shape_rel(find_shape("business_hours"), MONDAY, "Asia/Kolkata")
    assert local[4] == pytest.approx((rel[9] + rel[10]) / 2)


def test_clock_change_moves_the_users_day_by_an_hour_in_utc() -> None:
    year = np.datetime64("2021-01-01T00:00:00") + np.arange(8760) * np.timedelta64(3600, "s")
    rel = local_shape_rel(find_shape("azure_code"), year, "America/New_York")
    assert len(rel) == 8760
    assert rel.mean() == pytest.approx(1.0, abs=1e-13)
    peaks = [
        int(rel[year.astype("datetime64[D]") == np.datetime64(day)].argmax()) for day in ("2021-02-03", "2021-07-07")
    ]
    assert peaks == [20, 19]
    # The trace itself is from May: there the local reading in New York is the UTC reading.
    may = (year >= np.datetime64("2021-05-03")) & (year < np.datetime64("2021-05-10"))
    assert rel[may] / rel[may].mean() == pytest.approx(shape_rel(find_shape("azure_code"), year[may]))


@given(
    w=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    local=st.sampled_from(NAMES),
    global_=st.sampled_from(NAMES),
    hours=st.integers(1, 500),
    timezone=st.sampled_from(["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe"]),
)
@settings(max_examples=60, deadline=None)
def test_mixed_shape_has_mean_one_and_lies_between(
    w: list[float], local: str, global_: str, hours: int, timezone: str
) -> None:
    time = YEAR[:hours]
    near, far = local_shape_rel(find_shape(local), time, timezone), shape_rel(find_shape(global_), time)
    mixed = mixed_rel(near, far, np.array(w))
    assert mixed.shape == (len(w), hours)
    assert mixed.mean(axis=1) == pytest.approx(np.ones(len(w)), abs=1e-12)
    assert (mixed >= np.minimum(near, far) - 1e-12).all()
    assert (mixed <= np.maximum(near, far) + 1e-12).all()


@pytest.mark.parametrize("timezone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_local_clock_is_that_of_the_calendar(timezone: str) -> None:
    stamps = YEAR[:: 7 * 5]
    local = [datetime.fromisoformat(str(t)).replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)) for t in stamps]
    want = [(t.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() for t in local]
    assert (stamps.astype("datetime64[s]").astype(np.int64) + ahead_of_utc_s(stamps, timezone)).tolist() == want


def test_every_segment_has_a_local_shape() -> None:
    assert {find_shape(name).clock for name in SEGMENT_SHAPES.values()} == {"local"}


def test_flat_shape_is_flat() -> None:
    assert shape_rel(find_shape("flat"), YEAR) == pytest.approx(np.ones(8784))


def test_unknown_shape_offers_the_nearest() -> None:
    with pytest.raises(
        InputError, match=r"there is no shape 'azure_conversion'. Did you mean 'azure_conversation', 'azure_code'\?"
    ):
        find_shape("azure_conversion")


@pytest.mark.parametrize("load_factor", [0.01, 0.5, 0.8, 0.95, 0.999, 1.0])
def test_demand_keeps_its_mean_below_the_installed_power(load_factor: float) -> None:
    rel = shape_rel(find_shape("azure_conversation"), YEAR)
    demand_mw = shaped_demand_mw(rel, load_factor * 140.0, 140.0)
    assert demand_mw.sum() == pytest.approx(load_factor * 140.0 * 8784, rel=1e-12)
    assert demand_mw.max() <= 140.0
    assert demand_mw.min() > 0


def test_cut_peaks_raise_the_other_hours_in_proportion() -> None:
    demand_mw = shaped_demand_mw(np.array([2.0, 0.5, 0.5, 1.0]), 60.0, 100.0)
    # 120 MW is cut to 100; the 20 MWh go to 30, 30 and 60 MW in proportion: times 140/120.
    assert demand_mw == pytest.approx([100.0, 35.0, 35.0, 70.0])


def test_raised_hours_are_cut_again_where_they_reach_the_limit() -> None:
    demand_mw = shaped_demand_mw(np.array([2.0, 1.2, 0.4, 0.4]), 80.0, 100.0)
    assert demand_mw == pytest.approx([100.0, 100.0, 60.0, 60.0])


def test_nothing_installed_is_no_demand() -> None:
    assert shaped_demand_mw(np.array([1.5, 0.5]), 0.0, 0.0) == pytest.approx([0.0, 0.0])
