"""Failover: what losing one campus puts on another within minutes.

Baselines come in, MW by pair and hour go out. They are data: a baseline is what a campus asks for, so neither the
dispatch nor the plan moves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

NOTHING_MW = 1e-9
"""Rounding of a contract that is drawn in full leaves no room [MW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailoverPair:
    """Losing ``campus`` moves ``share_frac`` of what it drew to the campus ``to``."""

    campus: str
    to: str
    share_frac: float


def failover_mw(
    pairs: Sequence[FailoverPair], campus: Sequence[str], baseline_mw: FloatArray, connected_mw: FloatArray
) -> FloatArray:
    """What each pair raises its second campus by once its first is lost, dims (pair, time) [MW].

    ``r_t = max(0, min(share_frac P_lost_t, connected_mw - P_to_t))``: never above what the second is connected with.

    Parameters
    ----------
    campus : sequence of str
        Ids of the campuses, in the order of the arrays.
    baseline_mw : float, dims (campus, time) [MW]
        Power each campus asks for on the load basis in force.
    connected_mw : float, dims (campus,) [MW]
        Limit at the meter of what is connected.
    """
    at = {name: i for i, name in enumerate(campus)}
    raised_mw = np.zeros((len(pairs), baseline_mw.shape[1]))
    for k, pair in enumerate(pairs):
        lost, to = at[pair.campus], at[pair.to]
        room_mw = connected_mw[to] - baseline_mw[to]
        raised_mw[k] = np.minimum(pair.share_frac * baseline_mw[lost], room_mw)
    return np.where(raised_mw > NOTHING_MW, raised_mw, 0.0)
