"""Seeded random weather: standard normal fields that are correlated in space and time, and the geometry they need.

Comes in: coordinates, correlation lengths, a seed. Goes out: one standard normal number a site and hour.
Equations and parameters stand in docs/texas-weather.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

FloatArray = npt.NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0
SPIN_UP_HOURS = 480


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Part of a field: share of its variance, correlation length [km] and correlation time [h]."""

    variance_frac: float
    length_km: float
    time_h: float


def distance_km(latitude_degree: FloatArray, longitude_degree: FloatArray) -> FloatArray:
    """Great-circle distances between all sites, dims (site, site) [km]."""
    lat, lon = np.radians(latitude_degree), np.radians(longitude_degree)
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def normal_field(
    latitude_degree: FloatArray, longitude_degree: FloatArray, hours: int, layers: tuple[Layer, ...], seed: int
) -> FloatArray:
    """Standard normal field, dims (time, site); sites at one place share their weather.

    ``g_i(t) = sum_l sqrt(s_l) x_li(t)``, ``x_l(t) = 2 phi_l x_l(t - 1) - phi_l^2 x_l(t - 2) + sigma_l C_l e(t)``,
    ``phi_l = exp(-1 h / tau_l)``, ``sigma_l^2 = (1 - phi_l^2)^3 / (1 + phi_l^2)``, ``C_l C_l' = exp(-d / L_l)``,
    e standard normal.
    """
    places, of_site = np.unique(np.column_stack([latitude_degree, longitude_degree]), axis=0, return_inverse=True)
    distance = distance_km(places[:, 0], places[:, 1])
    field = np.zeros((hours, len(places)))
    for number, layer in enumerate(layers):
        noise = np.random.default_rng([seed, number]).standard_normal((SPIN_UP_HOURS + hours, len(places)))
        shocks = noise @ np.linalg.cholesky(np.exp(-distance / layer.length_km)).T
        phi = np.exp(-1.0 / layer.time_h)
        sigma = np.sqrt((1.0 - phi**2) ** 3 / (1.0 + phi**2))
        moving = lfilter([sigma], [1.0, -2.0 * phi, phi**2], shocks, axis=0)
        field += np.sqrt(layer.variance_frac) * moving[SPIN_UP_HOURS:]
    return field[:, np.ravel(of_site)]


def day_of_year(time_utc: npt.NDArray[np.datetime64]) -> FloatArray:
    """Days since 1 January 00:00 UTC of the year the first hour lies in, dims (time,) [d]."""
    start = time_utc[0].astype("datetime64[Y]").astype("datetime64[s]")
    return np.asarray((time_utc - start) / np.timedelta64(86400, "s"), dtype=np.float64)


def solar_hour(time_utc: npt.NDArray[np.datetime64], longitude_degree: FloatArray) -> FloatArray:
    """Local solar time, dims (time, site) [h]: UTC + longitude / 15 + equation of time.

    Source: Spencer (1971), equation of time.
    """
    day = day_of_year(time_utc)
    b = 2 * np.pi * day / 365.25
    equation_h = (
        229.18
        / 60
        * (7.5e-5 + 1.868e-3 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b))
    )
    utc_h = 24 * (day % 1.0)
    return np.asarray((utc_h + equation_h)[:, None] + longitude_degree / 15.0) % 24.0
