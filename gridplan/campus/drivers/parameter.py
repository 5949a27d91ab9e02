"""A parameter of the load model: three points of its distribution, bounds, source and status.

``low`` and ``high`` are P10 and P90, ``mode`` is the central value of the deterministic run. A value is a function of a
probability ``u``, so that a sample in the unit cube becomes a sample of parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gridplan.study.defaults import Status as StudyStatus

FloatArray = npt.NDArray[np.float64]
Distribution = Literal["fixed", "triangular", "lognormal", "loguniform", "uniform", "normal"]
Scope = Literal["world", "campus"]
Status = StudyStatus | Literal["fitted", "calibrated", "pack", "study"]

DISTRIBUTIONS: tuple[str, ...] = get_args(Distribution)
Z_P90 = 1.2815515655446004
"""Standard normal quantile of 0.9."""
_TAIL = 0.1  # probability below P10 and above P90


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter with its spread.

    Parameters
    ----------
    key : str
        Dotted name, as in ``chat.input_tokens``.
    low, mode, high : float [unit]
        P10, central value and P90; for ``uniform`` and ``loguniform`` the ends of the range.
    unit : str
    distribution : one of DISTRIBUTIONS
    least, most : float [unit]
        Physical bounds; a draw beyond them is taken at the bound.
    scope : {"world", "campus"}
        Whether all campuses share one draw (the state of technology), or each has its own.
    source, status, meaning : str
        Where the numbers come from, how good they are, and what they are.
    """

    key: str
    low: float
    mode: float
    high: float
    unit: str
    distribution: Distribution
    source: str
    status: Status
    meaning: str
    least: float = 0.0
    most: float = math.inf
    scope: Scope = "world"

    def __post_init__(self) -> None:
        if not self.low <= self.mode <= self.high:
            raise ValueError(f"{self.key}: {self.low:g}, {self.mode:g}, {self.high:g} do not ascend")
        if self.distribution in ("lognormal", "loguniform") and self.low <= 0:
            raise ValueError(f"{self.key}: a {self.distribution} parameter is above 0")
        if self.distribution == "normal" and not math.isclose(
            self.high - self.mode, self.mode - self.low, abs_tol=1e-9
        ):
            raise ValueError(f"{self.key}: P10 and P90 of a normal parameter lie evenly about its mean")
        if not self.least <= self.mode <= self.most:
            raise ValueError(f"{self.key}: {self.mode:g} lies outside {self.least:g} to {self.most:g}")

    @property
    def is_spread(self) -> bool:
        """Whether the parameter has any width."""
        return self.distribution != "fixed" and self.high > self.low


def fixed(parameter: Parameter, value: float, *, source: str, status: Status) -> Parameter:
    """Parameter at one value, without spread."""
    return Parameter(
        key=parameter.key,
        low=value,
        mode=value,
        high=value,
        unit=parameter.unit,
        distribution="fixed",
        source=source,
        status=status,
        meaning=parameter.meaning,
        least=parameter.least,
        most=parameter.most,
        scope=parameter.scope,
    )


def value_at(parameter: Parameter, u: FloatArray) -> FloatArray:
    """Value of a parameter at probabilities ``u``, inside its bounds, dims of ``u`` [unit of the parameter].

    ``lognormal``: ``mode exp(z s)`` with ``z`` the standard normal quantile of ``u`` and ``s = ln(high/mode)/1.2816``
    above the median, ``ln(mode/low)/1.2816`` below it, so that P10, P50 and P90 are met exactly. ``triangular``: the
    support follows from P10, mode and P90.
    """
    p = parameter
    if not p.is_spread:
        return np.full(np.shape(u), p.mode)
    return np.asarray(np.clip(_QUANTILES[p.distribution](p, u), p.least, p.most))


def _normal_quantile(u: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri(u))


def _lognormal(p: Parameter, u: FloatArray) -> FloatArray:
    z = _normal_quantile(u)
    scale = np.where(z >= 0, math.log(p.high / p.mode), math.log(p.mode / p.low)) / Z_P90
    return np.asarray(p.mode * np.exp(z * scale))


def _normal(p: Parameter, u: FloatArray) -> FloatArray:
    return np.asarray(p.mode + _normal_quantile(u) * (p.high - p.low) / (2 * Z_P90))


def _uniform(p: Parameter, u: FloatArray) -> FloatArray:
    return np.asarray(p.low + u * (p.high - p.low))


def _loguniform(p: Parameter, u: FloatArray) -> FloatArray:
    return np.asarray(p.low * (p.high / p.low) ** u)


def _triangular(p: Parameter, u: FloatArray) -> FloatArray:
    begin, end = triangle_support(p.low, p.mode, p.high)
    split = (p.mode - begin) / (end - begin)
    rising = begin + np.sqrt(u * (end - begin) * (p.mode - begin))
    falling = end - np.sqrt((1 - u) * (end - begin) * (end - p.mode))
    return np.asarray(np.where(u < split, rising, falling))


@cache
def triangle_support(low: float, mode: float, high: float) -> tuple[float, float]:
    """Ends of the triangular distribution with this mode and these P10 and P90.

    With ``x = mode - begin``, ``y = end - mode``: ``(x - (mode - low))^2 = 0.1 (x + y) x`` and likewise on the other
    side; a fixed point from the outside in.
    """
    left, right = mode - low, high - mode
    x, y = 3 * left + right, 3 * right + left
    for _ in range(500):
        before = x, y
        x = left + math.sqrt(_TAIL * (x + y) * x)
        y = right + math.sqrt(_TAIL * (x + y) * y)
        if abs(x - before[0]) + abs(y - before[1]) < 1e-13 * (left + right):
            break
    return mode - x, mode + y


_QUANTILES = {
    "lognormal": _lognormal,
    "loguniform": _loguniform,
    "normal": _normal,
    "triangular": _triangular,
    "uniform": _uniform,
}
