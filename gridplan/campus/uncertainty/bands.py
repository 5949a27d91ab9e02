"""Bands and typical trajectories: quantiles hour by hour, and medoids of whole years.

A band is pointwise: no trajectory runs along it. What the plan needs are trajectories, and these are medoids.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
_TRIED = 2000
_DIGITS = 9  # costs that differ by less are equal


def pointwise_quantiles(p_mw: npt.NDArray[np.floating], quantiles: Sequence[float]) -> FloatArray:
    """Quantiles over scenarios hour by hour, dims (quantile, time) [MW]; linear between neighbours.

    Parameters
    ----------
    p_mw : float, dims (scenario, time) [MW]
    quantiles : sequence of float [1]
    """
    # Sorting the turned, contiguous array is many times faster than numpy's quantile along the first axis.
    ordered = np.sort(np.ascontiguousarray(p_mw.T), axis=1)
    last = ordered.shape[1] - 1
    rows = []
    for q in quantiles:
        at = q * last
        below = int(np.floor(at))
        above = min(below + 1, last)
        rows.append(ordered[:, below] + (at - below) * (ordered[:, above] - ordered[:, below]))
    return np.array(rows, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a year is known by, dims (scenario,) each: energy [MWh], peak [MW], load factor [1]."""

    energy_mwh: FloatArray
    peak_mw: FloatArray

    @property
    def load_factor(self) -> FloatArray:
        """Mean over peak, in units of the mean of all scenarios; 0 where nothing is drawn."""
        return np.divide(self.energy_mwh, self.peak_mw, out=np.zeros_like(self.peak_mw), where=self.peak_mw > 0)

    def standardised(self) -> FloatArray:
        """Features less their mean over their standard deviation, dims (scenario, feature); a constant one is 0."""
        columns = np.column_stack([self.energy_mwh, self.peak_mw, self.load_factor])
        centred = columns - columns.mean(axis=0)
        spread = columns.std(axis=0)
        is_spread = spread > 1e-12 * np.maximum(np.abs(columns).max(axis=0), 1e-300)
        return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=is_spread))


@dataclass(frozen=True, slots=True, kw_only=True)
class Medoids:
    """Scenarios that stand for all: their numbers, and the part of the scenarios each stands for."""

    scenario: tuple[int, ...]
    weight: tuple[float, ...]


def medoids(features: Features, count: int) -> Medoids:
    """Medoids of scenarios: the least sum of distances in (energy, peak, load factor), in order of energy.

    Few scenarios: every choice is tried. Many: greedy build, then the best swap until none helps (partitioning around
    medoids). Ties go to the lower number.
    """
    points = features.standardised()
    square = np.zeros((len(points), len(points)))
    for column in points.T:
        square += (column[:, None] - column[None, :]) ** 2
    distance = np.sqrt(square, out=square)
    few = min(count, len(points))
    is_small = math.comb(len(points), few) <= _TRIED
    chosen = _best_of_all(distance, few) if is_small else _swapped(distance, _built(distance, few))
    nearest = np.argmin(distance[:, chosen], axis=1)
    weight = np.bincount(nearest, minlength=len(chosen)) / len(points)
    order = sorted(range(len(chosen)), key=lambda k: (features.energy_mwh[chosen[k]], chosen[k]))
    return Medoids(scenario=tuple(int(chosen[k]) for k in order), weight=tuple(float(weight[k]) for k in order))


def _best_of_all(distance: FloatArray, count: int) -> list[int]:
    tried = itertools.combinations(range(len(distance)), count)
    _, best = min((round(float(distance[:, c].min(axis=1).sum()), _DIGITS), c) for c in tried)
    return list(best)


def _built(distance: FloatArray, count: int) -> list[int]:
    chosen = [int(np.argmin(distance.sum(axis=1)))]
    while len(chosen) < count:
        nearest = distance[:, chosen].min(axis=1)
        gain = np.maximum(nearest[:, None] - distance, 0.0).sum(axis=0)
        gain[chosen] = -1.0
        chosen.append(int(np.argmax(gain)))
    return chosen


def _swapped(distance: FloatArray, chosen: list[int]) -> list[int]:
    best = distance[:, chosen].min(axis=1).sum()
    while True:
        step = None
        for k in range(len(chosen)):
            others = [c for i, c in enumerate(chosen) if i != k]
            kept = distance[:, others].min(axis=1) if others else np.full(len(distance), np.inf)
            cost = np.minimum(kept[:, None], distance).sum(axis=0)
            cost[others] = np.inf
            candidate = int(np.argmin(cost))
            if cost[candidate] < best - 1e-9:
                best, step = cost[candidate], (k, candidate)
        if step is None:
            return chosen
        chosen = [step[1] if i == step[0] else c for i, c in enumerate(chosen)]
