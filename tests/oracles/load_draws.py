"""Random parts of the load model and its calendar as scalar functions: quantiles, noise, medoids, hour of week.

In: numbers. Out: numbers. Nothing here imports gridplan or numpy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import NormalDist
from zoneinfo import ZoneInfo

Z90 = 1.2815515655446004
"""Quantile 0.9 of the standard normal distribution."""

Row = tuple[float, float, float]
"""P10, mode, P90."""


def lognormal_quantile(u: float, row: Row) -> float:
    """Two-piece lognormal: mode exp(z ln(high/mode)/z90) above the median, mode exp(z ln(mode/low)/z90) below."""
    low, mode, high = row
    z = NormalDist().inv_cdf(u)
    spread = math.log(high / mode) if z >= 0 else math.log(mode / low)
    return mode * math.exp(z * spread / Z90)


@cache
def triangle_support(row: Row) -> tuple[float, float]:
    """Ends (a, b) of the triangle with this mode whose P10 and P90 are low and high.

    With x = mode - a, y = b - mode: (x - p)^2 = 0.1 (x + y) x and (y - q)^2 = 0.1 (x + y) y, where p = mode - low and
    q = high - mode. x(y) is the larger root of the first; the second is solved for y by bisection.
    """
    low, mode, high = row
    p, q = mode - low, high - mode
    if p == 0 and q == 0:
        return mode, mode

    def left(y: float) -> float:
        half = 2 * p + 0.1 * y
        return (half + math.sqrt(max(half * half - 3.6 * p * p, 0.0))) / 1.8

    def excess(y: float) -> float:
        return (y - q) ** 2 - 0.1 * (left(y) + y) * y

    below, above = q, 10 * (p + q)
    while excess(above) < 0:
        above *= 2
    for _ in range(200):
        middle = (below + above) / 2
        below, above = (middle, above) if excess(middle) < 0 else (below, middle)
    return mode - left(above), mode + above


def triangle_quantile(u: float, row: Row, bounds: tuple[float, float]) -> float:
    """Inverse of the triangle's distribution function, clipped to the bounds."""
    start, end = triangle_support(row)
    mode = row[1]
    if start == end:
        return mode
    at_mode = (mode - start) / (end - start)
    if u < at_mode:
        value = start + math.sqrt(u * (end - start) * (mode - start))
    else:
        value = end - math.sqrt((1 - u) * (end - start) * (end - mode))
    return min(max(value, bounds[0]), bounds[1])


def loguniform_quantile(u: float, row: Row) -> float:
    """Support low..high."""
    return float(row[0] * (row[2] / row[0]) ** u)


def normal_quantile(u: float, row: Row) -> float:
    """Mean = mode, sd = (high - low)/(2 z90)."""
    return row[1] + NormalDist().inv_cdf(u) * (row[2] - row[0]) / (2 * Z90)


def ar1(normals: Sequence[float], memory: float, sd: float) -> list[float]:
    """x_0 = sd e_0, x_t = phi x_(t-1) + sd sqrt(1 - phi^2) e_t: stationary from the first hour."""
    values: list[float] = []
    for number, e in enumerate(normals):
        values.append(sd * e if number == 0 else memory * values[-1] + sd * math.sqrt(1 - memory**2) * e)
    return values


def medoids(points: Sequence[Sequence[float]], k: int) -> tuple[int, ...]:
    """Subset of k points with the least sum of distances to the nearest of them; of equal subsets the first.

    Features are standardised (mean 0, population sd 1; a constant feature counts nothing), distances Euclidean.
    """
    columns = []
    for column in zip(*points, strict=True):
        mean = sum(column) / len(column)
        sd = math.sqrt(sum((x - mean) ** 2 for x in column) / len(column))
        columns.append([(x - mean) / sd if sd > 0 else 0.0 for x in column])
    scaled = list(zip(*columns, strict=True))

    def cost(subset: tuple[int, ...]) -> float:
        return sum(min(math.dist(point, scaled[i]) for i in subset) for point in scaled)

    return min(itertools.combinations(range(len(points)), k), key=lambda subset: (round(cost(subset), 12), subset))


def features(hourly_mw: Sequence[float]) -> tuple[float, float, float]:
    """Annual energy [MWh], peak [MW], load factor."""
    energy, peak = math.fsum(hourly_mw), max(hourly_mw)
    return energy, peak, energy / len(hourly_mw) / peak if peak > 0 else 0.0


def hour_of_week(moment: datetime, zone: str) -> int:
    """0..167, hour 0 = Monday 00:00 on the clocks of ``zone`` at the start of the hour.

    Reading: where a zone is not whole hours from UTC the hour that holds the start counts, in full.
    """
    local = moment.astimezone(ZoneInfo(zone))
    return local.weekday() * 24 + local.hour


def shape_of_year(week: Sequence[float], year: int, zone: str) -> list[float]:
    """Value of every UTC hour of a year from a table of 168 local hours."""
    moment, values = datetime(year, 1, 1, tzinfo=UTC), []
    while moment.year == year:
        values.append(week[hour_of_week(moment, zone)])
        moment += timedelta(hours=1)
    return values
