"""Synthetic output of wind plants: a seeded field of wind speeds through a power curve.

Comes in: coordinates, hours and the capacity factor each site is to have. Goes out: output per MW of
capacity. Equations: docs/texas-weather.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from tools.dataset_builders.weather_field import FloatArray, Layer, day_of_year, normal_field, solar_hour

SEED = 20162
WIND_LAYERS = (
    Layer(variance_frac=0.8, length_km=450.0, time_h=12.0),
    Layer(variance_frac=0.2, length_km=80.0, time_h=3.0),
)
WEIBULL_SHAPE = 2.1
CUT_IN_M_PER_S, RATED_M_PER_S, STORM_M_PER_S, CUT_OUT_M_PER_S = 3.0, 11.5, 22.0, 26.0
SPEED_RANGE_M_PER_S = (4.0, 16.0)


def wind_capacity_frac(
    time_utc: npt.NDArray[np.datetime64],
    latitude_degree: FloatArray,
    longitude_degree: FloatArray,
    *,
    is_coastal: npt.NDArray[np.bool_],
    target_frac: FloatArray,
    seed: int = SEED,
) -> FloatArray:
    """Output per MW of capacity, dims (time, site), 0 to 1.

    ``v = v0 season(day) daily(hour) (-ln(1 - Phi(g)))^(1/k)``; v0 of each site is found so that the mean of
    ``power_curve(v)`` over the year is the site's ``target_frac``.
    """
    field = normal_field(latitude_degree, longitude_degree, len(time_utc), WIND_LAYERS, seed)
    relative = (-norm.logsf(field)) ** (1.0 / WEIBULL_SHAPE)
    relative *= season_and_day(time_utc, longitude_degree, is_coastal)
    return power_curve(relative * _speed_scale_m_per_s(relative, target_frac))


def season_and_day(
    time_utc: npt.NDArray[np.datetime64], longitude_degree: FloatArray, is_coastal: npt.NDArray[np.bool_]
) -> FloatArray:
    """Factor on wind speed, dims (time, site): inland nights and springs, coastal afternoons and early summers."""
    day = day_of_year(time_utc)[:, None]
    hour = solar_hour(time_utc + np.timedelta64(1800, "s"), longitude_degree)
    inland = _wave(day, 95.0, 366.0, 0.10) * _wave(hour, 1.0, 24.0, 0.10)
    coastal = _wave(day, 130.0, 366.0, 0.06) * _wave(hour, 17.0, 24.0, 0.12)
    return np.where(is_coastal, coastal, inland)


def power_curve(speed_m_per_s: FloatArray) -> FloatArray:
    """Output per MW of capacity: cubic up to rated speed, falling linearly to zero where storms stop the plant."""
    v = speed_m_per_s
    rise = (v**3 - CUT_IN_M_PER_S**3) / (RATED_M_PER_S**3 - CUT_IN_M_PER_S**3)
    storm = (CUT_OUT_M_PER_S - v) / (CUT_OUT_M_PER_S - STORM_M_PER_S)
    return np.asarray(np.clip(np.minimum(rise, storm), 0.0, 1.0))


def _speed_scale_m_per_s(relative: FloatArray, target_frac: FloatArray) -> FloatArray:
    """Scale of each site by bisection; the capacity factor rises with it over the range searched."""
    low, high = (np.full(relative.shape[1], speed) for speed in SPEED_RANGE_M_PER_S)
    for _ in range(40):
        middle = (low + high) / 2
        is_short = power_curve(relative * middle).mean(axis=0) < target_frac
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return (low + high) / 2


def _wave(value: FloatArray, peak: float, period: float, height: float) -> FloatArray:
    return np.asarray(1.0 + height * np.cos(2 * np.pi * (value - peak) / period))
