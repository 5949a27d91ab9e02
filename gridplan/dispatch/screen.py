"""Full N-1 screen of solved hours by bound filter.

A pair (branch, outage) can only be violated if
``max_h |f_l| + sum |effect| max_h |state| > limit``; all other pairs are ruled out for the
whole set of hours at once, and the few that remain are checked hour by hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey, middle_mw
from gridplan.network.model import FloatArray

#: Overload below which a limit counts as met [MW].
SCREEN_TOLERANCE_MW = 1.0e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSeries:
    """One pair that could not be ruled out: key and overload in every screened hour, dims (time,) [MW]."""

    key: RowKey
    overload_mw: FloatArray


def suspicious_pairs(grid: Grid, state: FloatArray, margin_frac: float = 1.0) -> list[RowKey]:
    """Pairs whose bound exceeds ``margin_frac`` of the limit, intact ones first."""
    n_branch = grid.outages.layout.n_branch
    largest = np.abs(state).max(axis=0, initial=0.0)
    flow = largest[:n_branch]
    middle = grid.limits.middle_mw
    intact = flow if middle is None else np.abs(state[:, :n_branch] - middle).max(axis=0, initial=0.0)
    found = [(int(b), INTACT) for b in np.flatnonzero(intact > margin_frac * grid.limits.normal_mw)]
    if not grid.outages.contingencies:
        return found
    moved = np.abs(grid.outages.effect) * largest[grid.outages.source]
    bound = flow[:, None] + np.add.reduceat(moved, grid.outages.start[:-1], axis=1)
    pairs = np.argwhere(bound > margin_frac * grid.limit_after_mw)
    return found + [(int(b), int(c)) for b, c in pairs]


def pair_flow_mw(grid: Grid, state: FloatArray, key: RowKey) -> FloatArray:
    """Flow on a branch after an outage in every hour, dims (time,) [MW]."""
    branch, contingency = key
    flow = state[:, branch]
    if contingency == INTACT:
        return flow
    columns = grid.outages.columns(contingency)
    return np.asarray(flow + state[:, grid.outages.source[columns]] @ grid.outages.effect[branch, columns])


def limit_mw(grid: Grid, key: RowKey) -> float:
    """Limit of a pair [MW]: normal rating intact, after an outage that of the contingency."""
    branch, contingency = key
    return float(grid.limits.normal_mw[branch] if contingency == INTACT else grid.limit_after_mw[branch, contingency])


def overloaded_pairs(
    grid: Grid,
    state: FloatArray,
    raised_mw: dict[RowKey, FloatArray] | None = None,
    tolerance_mw: float = SCREEN_TOLERANCE_MW,
) -> list[PairSeries]:
    """Every pair overloaded in at least one of the given hours, with its hourly overload.

    Parameters
    ----------
    state : float, dims (time, state)
    raised_mw : mapping of key to (time,) limits, optional
        Limits of pre-existing violations for the same hours.
    """
    found = []
    for key in suspicious_pairs(grid, state):
        limit = limit_mw(grid, key)
        allowed = np.maximum(raised_mw[key], limit) if raised_mw and key in raised_mw else limit
        overload = np.abs(pair_flow_mw(grid, state, key) - middle_mw(grid, key)) - allowed
        if overload.max(initial=0.0) > tolerance_mw:
            found.append(PairSeries(key=key, overload_mw=overload))
    return found
