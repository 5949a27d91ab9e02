"""Headroom without redispatch: how many MW fit on top of a given dispatch.

The campus is fed by all dispatchable units in proportion to ``p_max_mw``; a pair (branch, outage)
limits it if its distribution factor is above the cut-off. Pairs are looked at some branches at a time, in the
order of a bound on their headroom, so that nearly all of them never are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen import BRANCH_BLOCK, limit_mw, pair_flow_mw
from gridplan.network.contingency import pickup_share
from gridplan.network.model import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """Least headroom of all hours [MW], its hour and its pair (None: nothing limits below ``limit_mw``)."""

    p_mw: float
    hour: int
    key: RowKey | None


def transfer(grid: Grid, point: int) -> FloatArray:
    """Change of the state per MW fed to a plan point by pickup, dims (state,)."""
    table, layout = grid.outages, grid.outages.layout
    injection = table.share.copy()
    injection[grid.points[point].bus] -= 1.0
    change = np.zeros(len(layout))
    change[: layout.n_branch] = grid.factors.flow_mw(injection[None, :])[0]
    change[layout.generator : layout.dc_line] = pickup_share(grid.network)
    change[[layout.campus + c for c, i in enumerate(grid.campus_points) if i == point]] = 1.0
    return change


def headroom(grid: Grid, state: FloatArray, point: int, *, cutoff_frac: float, most_mw: float) -> Headroom:
    """Least MW over the hours of ``state``, dims (time, state), that a point takes without redispatch.

    Parameters
    ----------
    cutoff_frac : float
        Distribution factors below this do not count.
    most_mw : float
        Largest MW looked for.
    """
    change = transfer(grid, point)
    best = Headroom(p_mw=most_mw, hour=0, key=None)
    largest = np.abs(state).max(axis=0, initial=0.0)
    n_branch = grid.outages.layout.n_branch
    for first in range(0, n_branch, BRANCH_BLOCK):
        block = np.arange(first, min(first + BRANCH_BLOCK, n_branch))
        for bound, key, factor in _by_bound(grid, largest, change, block, cutoff_frac):
            if bound >= best.p_mw:
                break
            flow = pair_flow_mw(grid, state, key) * np.sign(factor)
            margin = np.maximum(limit_mw(grid, key) - flow, 0.0) / abs(factor)
            hour = int(margin.argmin())
            if margin[hour] < best.p_mw:
                best = Headroom(p_mw=float(margin[hour]), hour=hour, key=key)
    return best


def _by_bound(
    grid: Grid, largest: FloatArray, change: FloatArray, block: IntArray, cutoff_frac: float
) -> Iterator[tuple[float, RowKey, float]]:
    """Pairs of some branches above the cut-off with a lower bound on their headroom, smallest first."""
    table = grid.outages
    effect = table.effect(block)
    moved = effect * change[table.source] @ table.of_contingency
    reach = np.abs(effect) * largest[table.source] @ table.of_contingency
    factor = np.hstack([change[block, None], change[block, None] + moved])
    bound = np.hstack([largest[block, None], largest[block, None] + reach])
    limit = np.hstack([grid.limits.normal_mw[block, None], grid.limits_after_mw(block)])
    counts = (np.abs(factor) >= max(cutoff_frac, 1e-9)) & np.isfinite(limit)
    room = np.where(counts, np.maximum(limit - bound, 0.0) / np.where(counts, np.abs(factor), 1.0), np.inf)
    pairs = np.argwhere(counts)
    for b, c in pairs[np.argsort(room[counts], kind="stable")]:
        yield float(room[b, c]), (int(block[b]), int(c) - 1 if c else INTACT), float(factor[b, c])
