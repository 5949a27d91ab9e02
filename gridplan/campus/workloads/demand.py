"""Demand of a service by year: growth, adoption, rebound; and the part of it that programs send by day and night.

Comes in: parameters by scenario, years since the pack's. Goes out: factors on the tasks of a mean hour.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.services import Service
from gridplan.campus.token_energy import trend_factor

FloatArray = npt.NDArray[np.float64]


def growth_factor(service: Service, draws: Draws, years: int) -> FloatArray:
    """Tasks after so many years against those of the reference year of the pack, dims (scenario,).

    ``(1 + g)^y  S / (1 + (S - 1) exp(-r y))  q(y)^-e``: steady growth, logistic adoption up to the saturation ``S``,
    and tasks that are worth it once they take less energy. 1 in the reference year.

    Source: equation (1) of docs/load-model.md.
    """
    steady = (1.0 + draws["demand.growth_per_year"]) ** float(years)
    most = draws["demand.saturation"]
    adopted = most / (1.0 + (most - 1.0) * np.exp(-draws["demand.adoption_rate_per_year"] * years))
    rebound = trend_factor(draws, service.measure, years) ** -draws["demand.rebound"]
    return np.asarray(steady * adopted * rebound)


def traffic_factor(service: Service, draws: Draws) -> FloatArray:
    """Tasks of people and programs against those of people, dims (scenario,)."""
    if not service.has_programs:
        return np.ones(draws.scenarios)
    return draws[f"{service.name}.traffic_factor"]


def with_programs_rel(rel: FloatArray, traffic: FloatArray) -> FloatArray:
    """Hourly tasks over their mean once programs send theirs evenly, in place, dims (scenario, time).

    ``1 + (rel - 1) / m`` with ``m`` the traffic factor, at least 1.
    """
    rel -= 1.0
    rel /= traffic[:, None]
    rel += 1.0
    return rel
