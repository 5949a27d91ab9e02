"""From the contract to the MW that are there: delay, ramp from energisation to full load, realisation, refresh.

Comes in: hours of a studied year, the date asked for, parameters by scenario. Goes out: a part of the contract by
scenario and hour. Capacity and firm studies do not come here: they apply the contract.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gridplan.campus.clock import ahead_of_utc_s
from gridplan.campus.workloads.load import Hours

FloatArray = npt.NDArray[np.float64]

DAYS_OF_YEAR = 365.25
_DAYS_OF_MONTH = DAYS_OF_YEAR / 12
_SECONDS_OF_DAY = 86_400.0


def elapsed_days(hours: Hours, start: np.datetime64) -> FloatArray:
    """Days from a date to each hour, dims (time,) [d]; before it they are below 0.

    The hours are those of a weather year. They stand for the studied year: day and hour count from its beginning.
    """
    first_local = hours.time_utc[0] + np.timedelta64(int(ahead_of_utc_s(hours.time_utc[:1], hours.timezone)[0]), "s")
    new_year = first_local.astype("datetime64[Y]").astype("datetime64[s]")
    since_new_year_s = (first_local - new_year).astype(np.int64) + (hours.time_utc - hours.time_utc[0]).astype(np.int64)
    studied = np.datetime64(f"{hours.year:04d}-01-01", "s")
    return np.asarray((since_new_year_s + (studied - start.astype("datetime64[s]")).astype(np.int64)) / _SECONDS_OF_DAY)


def delivered_frac(hours: Hours, start: np.datetime64, draws: Mapping[str, FloatArray]) -> FloatArray:
    """Part of the contract that is delivered, dims (scenario, time) [1].

    ``delivered = clip((date - start - delay) / ramp, 0, 1) realisation``

    Source: equation (9) of docs/load-model.md. ``delay`` is ``facility.in_service_delay_days`` and
    ``facility.deployment_delay_months``; a ramp of 0 is a step.

    Parameters
    ----------
    start : datetime64
        Date on which the contract asks for its first MW.
    """
    delay_days = draws["facility.in_service_delay_days"]
    delay_days = delay_days + _DAYS_OF_MONTH * draws["facility.deployment_delay_months"]
    ramp_days = np.maximum(draws["facility.ramp_years"] * DAYS_OF_YEAR, 1.0 / _SECONDS_OF_DAY)
    grown = (elapsed_days(hours, start) - delay_days[:, None]) / ramp_days[:, None]
    return np.asarray(np.clip(grown, 0.0, 1.0, out=grown) * draws["facility.realisation_frac"][:, None])


def contract_frac(hours: Hours, scenarios: int) -> FloatArray:
    """The contract as it stands, dims (scenario, time) [1]: ``basis: contract``."""
    return np.ones((scenarios, len(hours)))


def refreshed_contract_mw(contract_mw: float, year: int, draws: Mapping[str, FloatArray]) -> FloatArray:
    """Contract a campus needs after its hardware was renewed at the same floor space, dims (scenario,) [MW].

    ``contract gain`` from ``facility.refresh_year`` on, with ``gain`` of ``facility.refresh_density_gain``.
    """
    is_renewed = year >= draws["facility.refresh_year"]
    return np.asarray(contract_mw * np.where(is_renewed, draws["facility.refresh_density_gain"], 1.0))
