"""Synthetic output of photovoltaic plants: the sun from geometry, the clouds from a seeded field.

Comes in: coordinates and hours. Goes out: output per MW of capacity. Equations: docs/texas-weather.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from tools.dataset_builders.weather_field import FloatArray, Layer, day_of_year, normal_field, solar_hour

SEED = 20161
CLOUD_LAYERS = (
    Layer(variance_frac=0.7, length_km=300.0, time_h=9.0),
    Layer(variance_frac=0.3, length_km=40.0, time_h=1.5),
)
DARKEST_FRAC = 0.15
DC_PER_AC = 1.20
PERFORMANCE_FRAC = 0.80
SAMPLES_PER_HOUR = 6


def solar_capacity_frac(
    time_utc: npt.NDArray[np.datetime64], latitude_degree: FloatArray, longitude_degree: FloatArray, seed: int = SEED
) -> FloatArray:
    """Output per MW of capacity, dims (time, site), 0 to 1: ``min(1, DC/AC * PR * k * I_clear / 1000 W/m2)``."""
    clouds = normal_field(latitude_degree, longitude_degree, len(time_utc), CLOUD_LAYERS, seed)
    index = clear_sky_index(clouds, day_of_year(time_utc), longitude_degree)
    total = np.zeros_like(index)
    for sample in range(SAMPLES_PER_HOUR):
        offset_s = int(3600 * (sample + 0.5) / SAMPLES_PER_HOUR)
        clear = clear_irradiance_w_per_m2(time_utc + np.timedelta64(offset_s, "s"), latitude_degree, longitude_degree)
        total += np.minimum(1.0, DC_PER_AC * PERFORMANCE_FRAC * index * clear / 1000.0)
    return total / SAMPLES_PER_HOUR


def clear_sky_index(field: FloatArray, day: FloatArray, longitude_degree: FloatArray) -> FloatArray:
    """Share of the clear sky's light that passes the clouds, dims (time, site).

    ``k = 1 - (1 - k_min) Phi(g)^p``, p larger (clearer) in the west and in summer.
    """
    p = 3.0 + 0.35 * (-97.0 - longitude_degree) + np.cos(2 * np.pi * (day - 200.0) / 366.0)[:, None]
    return np.asarray(1.0 - (1.0 - DARKEST_FRAC) * norm.cdf(field) ** np.maximum(p, 1.2))


def clear_irradiance_w_per_m2(
    time_utc: npt.NDArray[np.datetime64], latitude_degree: FloatArray, longitude_degree: FloatArray
) -> FloatArray:
    """Clear-sky irradiance on a plane that turns about a north-south axis, dims (time, site) [W/m2]; 0 at night.

    ``cos z = sin phi sin delta + cos phi cos delta cos omega``, beam ``1353 * 0.7^(AM^0.678)`` with
    ``AM = 1 / cos z``, diffuse a tenth of the beam; incidence ``cos t = sqrt(cos^2 z + cos^2 delta sin^2 omega)``.
    Source: Meinel (1976), beam; Duffie and Beckman, Solar Engineering of Thermal Processes, eqs. 1.6.1a, 1.6.5, 1.7.5a.
    """
    day = day_of_year(time_utc)
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284.0 + day + 1.0) / 365.25)
    delta, phi = declination[:, None], np.radians(latitude_degree)
    omega = np.radians(15.0 * (solar_hour(time_utc, longitude_degree) - 12.0))
    cos_z = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(omega)
    is_day = cos_z > 0.0
    air_mass = 1.0 / np.maximum(cos_z, 0.01)
    beam = 1353.0 * 0.7 ** (air_mass**0.678)
    cos_incidence = np.sqrt(np.clip(cos_z**2 + (np.cos(delta) * np.sin(omega)) ** 2, 0.0, 1.0))
    return np.where(is_day, beam * (cos_incidence + 0.1), 0.0)
