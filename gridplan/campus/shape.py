"""Demand of a workload class from a shape: mean kept, never above what is installed.

Comes in: a shape's name and the hours. Goes out: relative demand with mean 1, and MW with a stated mean.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.shape_table import HOURS_OF_DAY, SHAPES, Shape
from gridplan.errors import Place, did_you_mean, input_error

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.datetime64]

_BY_NAME = {shape.name: shape for shape in SHAPES}
_MONDAY_BEFORE_1970 = 3  # days from Monday, 29 December 1969, to 1 January 1970
_DAYS_OF_WEEK, _FIRST_WEEKEND_DAY = 7, 5


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
    if name in _BY_NAME:
        return _BY_NAME[name]
    raise input_error(
        "GP-CAM-001",
        f"there is no shape {name!r}.{did_you_mean(name, _BY_NAME)}",
        f"use one of {', '.join(_BY_NAME)}",
        place,
    )


def shape_rel(shape: Shape, time_utc: TimeArray) -> FloatArray:
    """Relative demand of a shape in these hours, dims (time,); its mean over them is 1."""
    hours = time_utc.astype("datetime64[h]").astype(np.int64)
    days = hours // HOURS_OF_DAY
    is_weekend = (days + _MONDAY_BEFORE_1970) % _DAYS_OF_WEEK >= _FIRST_WEEKEND_DAY
    rel = np.array(shape.weekday_rel)[hours % HOURS_OF_DAY] * np.where(is_weekend, shape.weekend_per_weekday, 1.0)
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
