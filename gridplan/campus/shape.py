"""Demand of a workload class from a shape: mean kept, never above what is installed.

Comes in: a shape's name and the hours. Goes out: relative demand with mean 1, and MW with a stated mean.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.clock import HOURS_OF_WEEK, SECONDS_OF_HOUR, ahead_of_utc_s, hour_of_week
from gridplan.campus.shape_table import SHAPES, Shape
from gridplan.errors import Place, find_by_name

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TimeArray = npt.NDArray[np.datetime64]

_BY_NAME = {shape.name: shape for shape in SHAPES}


def shape_names() -> tuple[str, ...]:
    """Names a study may give as ``shape``."""
    return tuple(_BY_NAME)


def find_shape(name: str, place: Place | None = None) -> Shape:
    """Shape of this name.

    Raises
    ------
    InputError
        GP-CAM-001, if there is none; the text offers the nearest names.
    """
    return find_by_name(_BY_NAME, name, code="GP-CAM-001", what="shape", place=place)


def week_rel(shape: Shape) -> FloatArray:
    """Relative demand from Monday 0 h to Sunday 23 h by the clock of the table, dims (168,); its mean is 1."""
    rel = np.array(shape.week_rel)
    return np.asarray(rel / rel.mean())


def shape_rel(shape: Shape, time_utc: TimeArray) -> FloatArray:
    """Relative demand of a shape whose clock is read as UTC, dims (time,); its mean over these hours is 1."""
    return _rel_at(week_rel(shape), _seconds(time_utc))


def local_shape_rel(shape: Shape, time_utc: TimeArray, timezone: str) -> FloatArray:
    """Relative demand if the shape's users lived in this IANA zone, dims (time,); its mean over these hours is 1.

    The clock of the users moves to the zone, hour by hour and with daylight saving time: what they ask for at 9 h on a
    Monday comes at 9 h on a Monday there. ``flat`` stays flat.
    """
    local_s = _seconds(time_utc) + ahead_of_utc_s(time_utc, timezone)
    return _rel_at(week_rel(shape), local_s - shape.users_minus_utc_h * SECONDS_OF_HOUR)


def mixed_rel(local: FloatArray, global_: FloatArray, w_local: FloatArray) -> FloatArray:
    """Relative demand of users nearby and everywhere, dims (scenario, time); its mean is 1 where both means are.

    ``rel = w local + (1 - w) global``

    Parameters
    ----------
    local, global_ : float, dims (time,) [1]
    w_local : float, dims (scenario,) [1]
        Share of the requests whose users are near.
    """
    w = np.asarray(w_local)[:, None]
    return np.asarray(w * local + (1.0 - w) * global_)


def _seconds(time_utc: TimeArray) -> IntArray:
    return time_utc.astype("datetime64[s]").astype(np.int64)


def _rel_at(table: FloatArray, clock_s: IntArray) -> FloatArray:
    """Mean of a table over the hours that begin at these moments of its clock, divided by the mean of all of them.

    An hour that begins at 9:30 is half of the hour from 9 and half of the hour from 10.
    """
    first = hour_of_week(clock_s)
    later_frac = clock_s % SECONDS_OF_HOUR / SECONDS_OF_HOUR
    rel = (1.0 - later_frac) * table[first] + later_frac * table[(first + 1) % HOURS_OF_WEEK]
    return np.asarray(rel / rel.mean())


def shaped_demand_mw(rel: FloatArray, mean_mw: float, installed_mw: float) -> FloatArray:
    """Demand of a shape with a stated mean, cut at the installed power, dims (time,) [MW].

    ``p_t = min(installed, s rel_t)`` with the scale ``s`` that makes ``mean(p) = mean_mw``: what is cut from
    the peaks is spread over the other hours in proportion to their demand.

    Parameters
    ----------
    rel : float, dims (time,) [1]
        Relative demand, above 0, with mean 1.
    mean_mw : float [MW]
        Mean of the result, at most ``installed_mw``.
    installed_mw : float [MW]
        Largest demand.
    """
    demand_mw = mean_mw * rel
    if demand_mw.max(initial=0.0) <= installed_mw:
        return np.asarray(demand_mw)
    falling = np.sort(demand_mw)[::-1]
    rest_mwh = np.append(np.cumsum(falling[::-1])[::-1], 0.0)
    count = np.arange(len(falling) + 1)
    room_mwh = rest_mwh[0] - count * installed_mw
    scale = np.divide(room_mwh, rest_mwh, out=np.full_like(room_mwh, np.inf), where=rest_mwh > 0)
    fits = np.append(scale[:-1] * falling <= installed_mw, True)
    return np.asarray(np.minimum(installed_mw, demand_mw * scale[int(np.argmax(fits))]))
