"""Work that waits for its turn: what does not fit into an hour is done in the next ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def served_in_turn(work: FloatArray, capacity: FloatArray) -> FloatArray:
    """Work done in each hour, dims (scenario, time); nothing is lost, nothing is done before it comes.

    ``served_t = min(capacity_t, waiting_t-1 + work_t)``, by Lindley's recursion in closed form: waiting is the sum of
    ``work - capacity`` less its least value so far.

    Parameters
    ----------
    work : float, dims (scenario, time)
        Work that comes in the hour.
    capacity : float, dims (scenario, time), or broadcast to it
        Most that can be done in the hour.
    """
    waiting = np.cumsum(work - capacity, axis=1)
    waiting -= np.minimum(np.minimum.accumulate(waiting, axis=1), 0.0)
    served = work - waiting
    served[:, 1:] += waiting[:, :-1]
    return np.clip(served, 0.0, capacity, out=served)
