"""Full N-1 screen of solved hours by bound filter.

A pair (branch, outage) can only be violated if ``max_h |f_l| + sum |effect| max_h |state| > limit``. ``Reach`` rules
out whole branches by what it has seen before; of those that are left, pairs are ruled out for the whole set of
hours at once, and the few that remain are checked hour by hour. No array of size (branch, outage) is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey, middle_mw
from gridplan.network.model import FloatArray, IntArray

#: Overload below which a limit counts as met [MW].
SCREEN_TOLERANCE_MW = 1.0e-5
#: Flows looked at together: bounds the memory of a screen, whatever the count of hours.
SCREEN_BLOCK = 2_000_000
#: Branches whose pairs are looked at together.
BRANCH_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSeries:
    """One pair that could not be ruled out: key and overload in every screened hour, dims (time,) [MW]."""

    key: RowKey
    overload_mw: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadBlock:
    """Flow less limit of one branch after some contingencies in every screened hour, dims (time, contingency) [MW]."""

    branch: int
    contingencies: IntArray
    overload_mw: FloatArray


def suspicious_pairs(grid: Grid, state: FloatArray, margin_frac: float = 1.0) -> list[RowKey]:
    """Pairs whose bound exceeds ``margin_frac`` of the limit, intact ones first."""
    intact, pairs = _suspicious(grid, state, margin_frac)
    return [(int(b), INTACT) for b in intact] + [(int(b), int(c)) for b, c in pairs]


def _suspicious(grid: Grid, state: FloatArray, margin_frac: float) -> tuple[IntArray, IntArray]:
    """Branches suspicious as they stand, and suspicious (branch, contingency), dims (pair, 2), by branch."""
    n_branch = grid.outages.layout.n_branch
    largest = np.abs(state).max(axis=0, initial=0.0)
    flow = largest[:n_branch]
    middle = grid.limits.middle_mw
    intact = flow if middle is None else np.abs(state[:, :n_branch] - middle).max(axis=0, initial=0.0)
    found = np.flatnonzero(intact > margin_frac * grid.limits.normal_mw)
    if not grid.outages.contingencies:
        return found, np.zeros((0, 2), dtype=np.int64)
    branches = grid.reach.suspicious(flow, largest, margin_frac)
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for first in range(0, len(branches), BRANCH_BLOCK):
        block = branches[first : first + BRANCH_BLOCK]
        reach = np.abs(grid.outages.effect(block)) * largest[grid.outages.source] @ grid.outages.of_contingency
        found_here = np.argwhere(flow[block, None] + reach > margin_frac * grid.limits_after_mw(block))
        pairs.append(np.column_stack([block[found_here[:, 0]], found_here[:, 1]]))
    return found, np.concatenate(pairs)


def pair_flow_mw(grid: Grid, state: FloatArray, key: RowKey) -> FloatArray:
    """Flow on a branch after an outage in every hour, dims (time,) [MW]."""
    branch, contingency = key
    flow = state[:, branch]
    if contingency == INTACT:
        return flow
    sources = grid.outages.sources(contingency)
    return np.asarray(flow + state[:, grid.outages.source[sources]] @ grid.outages.effect([branch], sources)[0])


def limit_mw(grid: Grid, key: RowKey) -> float:
    """Limit of a pair [MW]: normal intact, after an outage by its rating; infinite where not monitored."""
    branch, contingency = key
    if contingency != INTACT and grid.outages.not_monitored[branch, contingency]:
        return np.inf
    return float(grid.limits.of(grid.rating_of(contingency))[branch])


def overloaded_pairs(
    grid: Grid,
    state: FloatArray,
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
    tolerance_mw: float = SCREEN_TOLERANCE_MW,
) -> list[PairSeries]:
    """Every pair overloaded in at least one of the given hours, with its hourly overload.

    Parameters
    ----------
    state : float, dims (time, state)
    raised_mw : mapping of key to (time,) limits, optional
        Limits of pre-existing violations for the same hours.
    """
    return [
        PairSeries(key=(block.branch, int(block.contingencies[j])), overload_mw=block.overload_mw[:, j].copy())
        for block in overload_blocks(grid, state, raised_mw)
        for j in np.flatnonzero(block.overload_mw.max(axis=0, initial=0.0) > tolerance_mw)
    ]


def overload_blocks(
    grid: Grid, state: FloatArray, raised_mw: Mapping[RowKey, FloatArray] | None = None
) -> Iterator[OverloadBlock]:
    """Flow less limit of all pairs that the filter leaves: intact ones first, then branch by branch.

    One block after another: far from any optimum a million pairs may be over.
    """
    raised = raised_mw or {}
    intact, pairs = _suspicious(grid, state, 1.0)
    for branch in map(int, intact):
        key = (branch, INTACT)
        overload = np.abs(state[:, branch] - middle_mw(grid, key)) - _allowed(grid, raised, key)
        yield OverloadBlock(branch=branch, contingencies=np.array([INTACT]), overload_mw=overload[:, None])
    for branch, contingencies in _by_branch(pairs, most=max(1, SCREEN_BLOCK // max(len(state), 1))):
        flow = np.abs(_flows_after_mw(grid, state, branch, contingencies))
        overload = flow - grid.limits_after_mw([branch])[0, contingencies]
        for j, contingency in enumerate(map(int, contingencies)):
            if (branch, contingency) in raised:
                overload[:, j] = flow[:, j] - _allowed(grid, raised, (branch, contingency))
        yield OverloadBlock(branch=branch, contingencies=contingencies, overload_mw=overload)


def _allowed(grid: Grid, raised: Mapping[RowKey, FloatArray], key: RowKey) -> FloatArray | float:
    limit = limit_mw(grid, key)
    return np.maximum(raised[key], limit) if key in raised else limit


def _by_branch(pairs: IntArray, most: int) -> Iterator[tuple[int, IntArray]]:
    """Contingencies of one branch at a time, at most ``most`` together."""
    if not len(pairs):
        return
    first = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    for begin, end in zip(first, [*first[1:], len(pairs)], strict=True):
        for at in range(begin, end, most):
            yield int(pairs[begin, 0]), pairs[at : min(at + most, end), 1]


def _flows_after_mw(grid: Grid, state: FloatArray, branch: int, contingencies: IntArray) -> FloatArray:
    """Flow on one branch after each of some outages, dims (time, outage) [MW]."""
    table = grid.outages
    effect = table.effect([branch])[0]
    start, end = table.start[contingencies], table.start[contingencies + 1]
    width = end - start
    sources = np.repeat(start - np.cumsum(width) + width, width) + np.arange(width.sum())
    moved = state[:, table.source[sources]] * effect[sources]
    flow = np.repeat(state[:, [branch]], len(contingencies), axis=1)
    has_effect = width > 0
    if has_effect.any():
        flow[:, has_effect] += np.add.reduceat(moved, (np.cumsum(width) - width)[has_effect], axis=1)
    return flow
