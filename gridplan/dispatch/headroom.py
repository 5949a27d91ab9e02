"""Headroom without redispatch: how many MW fit on top of a given dispatch.

The campus is fed by all dispatchable units in proportion to ``p_max_mw``; a pair (branch, outage)
limits it if its distribution factor is above the cut-off. Pairs are looked at in the order of a
bound on their headroom, so that nearly all of them never are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen import limit_mw, pair_flow_mw
from gridplan.network.contingency import pickup_share
from gridplan.network.model import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """Least headroom of all hours [MW], its hour and its pair (None: nothing limits below ``limit_mw``)."""

    p_mw: float
    hour: int
    key: RowKey | None


def transfer(grid: Grid, point: int) -> FloatArray:
    """Change of the state per MW fed to a plan point by pickup, dims (state,)."""
    share = pickup_share(grid.network)
    at_units = grid.factors[:, grid.network.generator.bus]
    layout = grid.outages.layout
    change = grid.state_of_points[:, point].copy()
    change[: layout.n_branch] += at_units @ share
    change[layout.generator : layout.dc_line] += share
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
    for bound, key, factor in _by_bound(grid, state, change, cutoff_frac):
        if bound >= best.p_mw:
            break
        flow = pair_flow_mw(grid, state, key) * np.sign(factor)
        margin = np.maximum(limit_mw(grid, key) - flow, 0.0) / abs(factor)
        hour = int(margin.argmin())
        if margin[hour] < best.p_mw:
            best = Headroom(p_mw=float(margin[hour]), hour=hour, key=key)
    return best


def _by_bound(
    grid: Grid, state: FloatArray, change: FloatArray, cutoff_frac: float
) -> list[tuple[float, RowKey, float]]:
    """Pairs above the cut-off with a lower bound on their headroom, smallest first."""
    table, n_branch = grid.outages, grid.outages.layout.n_branch
    largest = np.abs(state).max(axis=0, initial=0.0)
    factor = change[:n_branch, None]
    bound = largest[:n_branch, None]
    limit = grid.limits.normal_mw[:, None]
    if table.contingencies:
        moved = np.add.reduceat(table.effect * change[table.source], table.start[:-1], axis=1)
        reach = np.add.reduceat(np.abs(table.effect) * largest[table.source], table.start[:-1], axis=1)
        factor = np.hstack([factor, change[:n_branch, None] + moved])
        bound = np.hstack([bound, largest[:n_branch, None] + reach])
        limit = np.hstack([limit, grid.limit_after_mw])
    counts = (np.abs(factor) >= max(cutoff_frac, 1e-9)) & np.isfinite(limit)
    room = np.where(counts, np.maximum(limit - bound, 0.0) / np.where(counts, np.abs(factor), 1.0), np.inf)
    pairs = np.argwhere(counts)
    order = np.argsort(room[counts], kind="stable")
    return [(float(room[b, c]), (int(b), int(c) - 1 if c else INTACT), float(factor[b, c])) for b, c in pairs[order]]
