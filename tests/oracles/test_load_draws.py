"""The oracle of samples, noise, medoids and calendar against closed forms."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import NormalDist, fmean, pstdev

import pytest

from tests.oracles import load_draws as draws
from tests.oracles.load_draws import Row

WIDE = (-math.inf, math.inf)
TRIANGLES: list[Row] = [
    (0.0, 0.37, 0.7),
    (0.03, 0.1, 0.25),
    (0.0, 0.05, 0.25),
    (0.0, 0.5, 1.0),
    (4.0, 6.0, 11.7),
    (1, 1, 3),
]


@pytest.mark.parametrize("row", [(600.0, 1150.0, 3000.0), (13.0, 28.0, 250.0), (1e-5, 1.97e-5, 5e-5), (2.0, 2.0, 9.0)])
def test_lognormal_hits_all_three(row: Row) -> None:
    assert [draws.lognormal_quantile(u, row) for u in (0.1, 0.5, 0.9)] == pytest.approx(row)
    inner = [draws.lognormal_quantile(u / 100, row) for u in range(1, 100)]
    assert inner == sorted(inner)


def test_symmetric_lognormal_is_the_ordinary_one() -> None:
    sd = math.log(2) / NormalDist().inv_cdf(0.9)
    for u in (0.01, 0.3, 0.77):
        assert draws.lognormal_quantile(u, (6, 12, 24)) == pytest.approx(12 * math.exp(sd * NormalDist().inv_cdf(u)))


@pytest.mark.parametrize("row", TRIANGLES)
def test_triangle_hits_p10_and_p90_and_keeps_its_mode(row: Row) -> None:
    start, end = draws.triangle_support(row)
    assert start < row[0] <= row[1] < row[2] < end
    assert [draws.triangle_quantile(u, row, WIDE) for u in (0.1, 0.9)] == pytest.approx([row[0], row[2]], abs=1e-12)
    at_mode = (row[1] - start) / (end - start)
    steps = [draws.triangle_quantile(at_mode + du, row, WIDE) for du in (-1e-3, 0.0, 1e-3)]
    assert steps[1] == pytest.approx(row[1], abs=1e-12)
    density = 1e-3 / (steps[2] - steps[1])
    assert density == pytest.approx(2 / (end - start), rel=0.03)


def test_symmetric_triangle_has_a_closed_form() -> None:
    """P10 of a symmetric triangle of half width w lies w (1 - sqrt 0.2) below the mode."""
    start, end = draws.triangle_support((0.0, 0.5, 1.0))
    assert end - 0.5 == pytest.approx(0.5 - start) == pytest.approx(0.5 / (1 - math.sqrt(0.2)))


def test_triangle_clips_to_bounds_and_zero_width_is_a_number() -> None:
    assert draws.triangle_quantile(0.02, (0.0, 0.5, 1.0), (0.0, 1.0)) == 0
    assert draws.triangle_quantile(0.98, (0.0, 0.5, 1.0), (0.0, 1.0)) == 1
    assert {draws.triangle_quantile(u, (3, 3, 3), WIDE) for u in (0.01, 0.5, 0.99)} == {3}


def test_loguniform_and_normal() -> None:
    assert [draws.loguniform_quantile(u, (0.33, 1.5, 5.0)) for u in (0, 0.5, 1)] == pytest.approx(
        [0.33, math.sqrt(1.65), 5]
    )
    assert [draws.normal_quantile(u, (-0.62, -0.52, -0.42)) for u in (0.1, 0.5, 0.9)] == pytest.approx(
        [-0.62, -0.52, -0.42]
    )


def test_noise_has_the_stated_spread_and_memory() -> None:
    source = random.Random(5)
    values = draws.ar1([source.gauss(0, 1) for _ in range(200_000)], 0.8, 0.04)
    assert pstdev(values) == pytest.approx(0.04, rel=0.02)
    lagged = fmean(a * b for a, b in pairwise(values)) / fmean(v * v for v in values)
    assert lagged == pytest.approx(0.8, abs=0.01)
    assert draws.ar1([1.0, 0.0, 1.0], 0.5, 2.0) == pytest.approx([2.0, 1.0, 0.5 + math.sqrt(3)])
    assert draws.ar1([1.0, 2.0], 0.0, 1.0) == [1.0, 2.0]


def test_medoids_of_planted_groups() -> None:
    groups = [(0.0, 0.0), (10.0, 1.0), (20.0, 9.0)]
    points = [(x + dx, y) for x, y in groups for dx in (-0.1, 0.0, 0.1)]
    assert draws.medoids(points, 3) == (1, 4, 7)
    scaled = [(1000 * x - 5, y / 7) for x, y in points]
    assert draws.medoids(scaled, 3) == (1, 4, 7)
    assert draws.medoids([(1.0, 2.0), (1.0, 2.0)], 1) == (0,)


def test_features_of_a_trajectory() -> None:
    assert draws.features([10.0, 20.0, 30.0]) == pytest.approx((60, 30, 2 / 3))
    assert draws.features([0.0, 0.0]) == (0, 0, 0)


WEEK = [float(hour) for hour in range(168)]


def test_hour_of_week_follows_the_clocks() -> None:
    monday = datetime(2024, 1, 1, 0, tzinfo=UTC)
    assert draws.hour_of_week(monday, "UTC") == 0
    assert draws.hour_of_week(monday, "America/Chicago") == 6 * 24 + 18
    assert draws.hour_of_week(monday, "Asia/Kolkata") == 5
    summer = datetime(2024, 7, 1, 0, tzinfo=UTC)
    assert draws.hour_of_week(summer, "America/Chicago") == 6 * 24 + 19


@pytest.mark.parametrize(("year", "hours"), [(2023, 8760), (2024, 8784)])
def test_year_has_its_utc_hours_with_clocks_that_change(year: int, hours: int) -> None:
    assert len(draws.shape_of_year(WEEK, year, "America/Chicago")) == hours


def test_shift_keeps_the_sum_of_a_week() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for zone in ("Asia/Tokyo", "America/Phoenix", "Asia/Kolkata"):
        found = sorted(draws.hour_of_week(start + timedelta(hours=h), zone) for h in range(168))
        assert found == list(range(168))


def test_spring_loses_a_local_hour_and_autumn_repeats_one() -> None:
    def local_hours(day: datetime) -> list[int]:
        return [draws.hour_of_week(day + timedelta(hours=h), "America/Chicago") % 24 for h in range(24)]

    spring = local_hours(datetime(2024, 3, 10, 6, tzinfo=UTC))
    autumn = local_hours(datetime(2024, 11, 3, 5, tzinfo=UTC))
    assert 2 not in spring
    assert autumn.count(1) == 2
