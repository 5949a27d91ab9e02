"""The electrical side of the meter: reactive power and the speed of change.

Comes in: MW at the meter. Goes out: Mvar, MW/min.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_MINUTES_OF_HOUR = 60.0


def reactive_mvar(p_mw: FloatArray, power_factor: FloatArray) -> FloatArray:
    """Reactive power drawn at a lagging power factor, dims of ``p_mw`` (scenario, time) [Mvar].

    ``Q = P sqrt(1 - pf^2) / pf``

    Parameters
    ----------
    power_factor : float, dims (scenario,) [1]
        Above 0, at most 1.
    """
    return np.asarray(p_mw * (np.sqrt(1.0 - power_factor**2) / power_factor)[:, None])


def largest_ramps_mw_per_min(p_mw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fastest rise and fastest fall from one hour to the next, dims (scenario,) [MW/min], both at least 0.

    ``ramp = max |P_t - P_(t-1)| / 60``. Hourly means hide what happens within the hour: the figures are lower bounds.
    """
    steps_mw = np.diff(p_mw, axis=1)
    rise, fall = steps_mw.max(axis=1, initial=0.0), -steps_mw.min(axis=1, initial=0.0)
    return rise / _MINUTES_OF_HOUR, fall / _MINUTES_OF_HOUR
