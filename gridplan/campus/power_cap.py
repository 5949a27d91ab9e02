"""What a power cap costs: measured throughput at reduced power, as concave segments for a linear program.

Comes in: a class, the largest part of its power that may be capped, the idle power of its servers. Goes out: segments
of power given up, each with the work it costs, cheapest first. Powers are parts of the power at full speed, throughputs
parts of the work done at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Curve = Literal["inference", "fine_tune", "pretrain"]
Points = tuple[tuple[float, float], ...]

LEAST_POWER_FRAC = 0.5
"""Power below which no throughput is credited to a cap: few jobs were measured there."""
SOURCE = (
    "Colangelo et al. 2025 (arXiv 2507.00909), data of the trial of May 2025 (Apache-2.0): A100 of 400 W, mean of the "
    "jobs of a kind, board power and throughput per those at 400 W"
)

# curve: (power, throughput) at caps of 400, 350, 300, 250, 200 and 100 W
MEASURED: dict[Curve, Points] = {
    "inference": (
        (1.0, 1.0), (0.9037, 0.976), (0.7844, 0.9309), (0.6564, 0.8709), (0.5285, 0.7808), (0.2659, 0.2252),
    ),
    "fine_tune": (
        (1.0, 1.0), (0.9255, 0.9738), (0.8329, 0.9441), (0.7024, 0.891), (0.5682, 0.7956), (0.2902, 0.2344),
    ),
    "pretrain": (
        (1.0, 1.0), (0.8821, 0.9226), (0.7623, 0.8667), (0.6415, 0.7837), (0.5147, 0.6291), (0.2658, 0.1855),
    ),
}  # fmt: skip

CURVE_OF: Mapping[str, Curve] = {
    "interactive": "inference",
    "relaxed": "inference",
    "batch": "inference",
    "finetune": "fine_tune",
    "pretrain": "pretrain",
}
PAUSING = ("batch", "finetune", "pretrain")
"""Classes whose servers may stop for a while: idle power, no work."""
_SAME = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class CapSegment:
    """Part of the power of a class that may be given up, and the work one MW of it costs.

    Parameters
    ----------
    width_frac : float [1]
        Width per power at full speed.
    work_per_power : float [1]
        Work lost per power given up, the slope dy/dp of the curve.
    """

    width_frac: float
    work_per_power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCap:
    """Segments of one class of one campus, cheapest first; a class without them loses work as it gives up power."""

    campus: str
    workload: str
    segments: tuple[CapSegment, ...]

    @property
    def shed_frac(self) -> float:
        """Largest part of the power that may be given up."""
        return sum(segment.width_frac for segment in self.segments)


def least_power_frac(workload: str, idle_frac: float) -> float:
    """Power a class may be brought down to: its servers' idle power where they may pause, half of it elsewhere."""
    return min(idle_frac, LEAST_POWER_FRAC) if workload in PAUSING else LEAST_POWER_FRAC


def curve_points(workload: str, idle_frac: float = LEAST_POWER_FRAC) -> Points:
    """Corners (power, throughput) of the concave curve of a class, from full power down.

    The upper hull of what was measured down to half the power: ``y(sum a_k p_k) = sum a_k y_k``. Every point of a hull
    can be run, by capping a part of the servers at each corner; that holds for servers that pause, too. The point at
    half the power lies on the chord to the 100 W cap, so it is a mix of two measured caps and not a guess.
    """
    measured = MEASURED[CURVE_OF[workload]]
    kept = [point for point in measured if point[0] > LEAST_POWER_FRAC]
    power, work = np.array(measured[::-1]).T
    kept.append((LEAST_POWER_FRAC, float(np.interp(LEAST_POWER_FRAC, power, work))))
    if least_power_frac(workload, idle_frac) < LEAST_POWER_FRAC:
        kept.append((idle_frac, 0.0))
    return _hull(kept)


def throughput_frac(workload: str, power_frac: FloatArray | float, idle_frac: float = LEAST_POWER_FRAC) -> FloatArray:
    """Work done per work at full speed at a power, ``y(p)``; NaN below the least power of the class."""
    power, work = np.array(curve_points(workload, idle_frac)[::-1]).T
    return np.asarray(np.interp(power_frac, power, work, left=np.nan))


def cap_segments(workload: str, shed_frac: float, idle_frac: float) -> tuple[CapSegment, ...]:
    """Segments of power that may be given up, cheapest first, in all at most ``shed_frac``.

    ``p = 1 - sum r_k``, ``y = 1 - sum s_k r_k``, ``0 <= r_k <= width_k``: the slopes s_k grow, so that the least loss
    fills the segments in order and no binary is needed.
    """
    points = curve_points(workload, idle_frac)
    left, found = shed_frac, []
    for (p_high, y_high), (p_low, y_low) in pairwise(points):
        width = min(p_high - p_low, left)
        if width <= _SAME:
            break
        found.append(CapSegment(width_frac=width, work_per_power=(y_high - y_low) / (p_high - p_low)))
        left -= width
    return tuple(found)


def _hull(points: list[tuple[float, float]]) -> Points:
    """Upper hull of points in the order of falling power: slopes grow from corner to corner."""
    kept: list[tuple[float, float]] = []
    for point in points:
        while len(kept) > 1 and _slope(kept[-2], kept[-1]) >= _slope(kept[-1], point) - _SAME:
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _slope(high: tuple[float, float], low: tuple[float, float]) -> float:
    return (high[1] - low[1]) / (high[0] - low[0])
