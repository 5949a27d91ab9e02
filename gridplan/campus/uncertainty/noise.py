"""Hourly noise of requests: what campuses share and what each has alone, with a memory of some hours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.streams import EVERY_CAMPUS, Streams

FloatArray = npt.NDArray[np.float64]


def hourly_noise(
    streams: Streams, hours: int, *, sd: FloatArray, memory_h: FloatArray, shared_frac: float
) -> FloatArray:
    """Multiplier of the requests of each hour, mean 1 in expectation, dims (scenario, time).

    ``m = exp(sd x - sd^2/2)``, ``x = sqrt(rho) x_shared + sqrt(1 - rho) x_own``, both
    ``x_t = phi x_{t-1} + sqrt(1 - phi^2) e_t`` with ``phi = exp(-1 h / memory)`` and standard normal ``e``.

    Parameters
    ----------
    streams : Streams
        Of the campus; the shared part is drawn under the name of no campus.
    sd : float, dims (scenario,) [1]
    memory_h : float, dims (scenario,) [h]
    shared_frac : float [1]
        rho, correlation of two campuses.
    """
    everywhere = Streams(seed=streams.seed, campus=EVERY_CAMPUS, scenarios=streams.scenarios)
    x = np.empty((len(streams.scenarios), hours))
    for k in range(len(streams.scenarios)):
        phi = float(np.exp(-1.0 / memory_h[k]))
        own = _path(streams.generator("noise", k), hours, phi) if shared_frac < 1 else 0.0
        shared = _path(everywhere.generator("noise", k), hours, phi) if shared_frac > 0 else 0.0
        x[k] = np.sqrt(shared_frac) * shared + np.sqrt(1.0 - shared_frac) * own
    x *= sd[:, None]
    x -= (0.5 * sd**2)[:, None]
    return np.asarray(np.exp(x, out=x))


def _path(generator: np.random.Generator, hours: int, phi: float) -> FloatArray:
    from scipy.signal import lfilter

    shocks = generator.standard_normal(hours)
    shocks[1:] *= np.sqrt(1.0 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks))
