"""Screen of one solution after another in about a millisecond: the pairs that can matter, kept as one sparse list.

A pair (branch, outage) is *kept* if the outage can move the branch by more than ``KEPT_FRAC`` of its limit while no
state is above its cap. All kept pairs are worked out for every solution. What the others can do to a branch together
is one number for each branch, so the few branches loaded to within that of their limit are looked at in full, and
the answer is exact. Memory is that of the kept pairs: nothing of size (branch, outage) stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen import BRANCH_BLOCK
from gridplan.dispatch.violations import MOST_ROWS
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: Movement at caps, as part of the limit, from which on a pair is kept.
KEPT_FRAC = 0.05
#: Overload below which a limit counts as met [MW]: less than that of the screen of a year, for MW are compared closely.
SIEVE_TOLERANCE_MW = 1.0e-6
#: Least cap of a state [MW].
LEAST_CAP_MW = 1.0
#: Branches whose effects are kept for looking at them in full.
MOST_FULL = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLimits:
    """Limits of one hour: of branches as they stand (branch,), of kept pairs (pair,), of raised pairs by key [MW]."""

    intact_mw: FloatArray
    pair_mw: FloatArray
    raised_mw: Mapping[RowKey, float]


class PairSieve:
    """Kept pairs of one grid.

    Attributes
    ----------
    branch, contingency : int, dims (pair,)
    limit_mw : float, dims (pair,)
        Ratings after the outage, infinite nowhere.
    others_mw : float, dims (branch,)
        Most that any outage whose pair is not kept moves a branch while every state is at its cap.
    least_after_mw : float, dims (branch,)
        Least limit of a branch after any outage.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        table, n_branch = grid.outages, grid.outages.layout.n_branch
        self.cap_mw = _caps(grid)
        self.others_mw, self.least_after_mw = np.zeros(n_branch), np.full(n_branch, np.inf)
        starts = range(0, n_branch if table.contingencies else 0, BRANCH_BLOCK)
        parts = [self._kept(np.arange(first, min(first + BRANCH_BLOCK, n_branch))) for first in starts]
        self.branch: IntArray = _joined([part[0] for part in parts], np.int64)
        self.contingency: IntArray = _joined([part[1] for part in parts], np.int64)
        self._source: IntArray = _joined([part[2] for part in parts], np.int64)
        self._effect: FloatArray = _joined([part[3] for part in parts], np.float64)
        self.limit_mw: FloatArray = _joined([part[4] for part in parts], np.float64)
        width = np.diff(table.start)[self.contingency] if parts else self.contingency
        self._start = np.cumsum(width) - width
        self._is_single = bool((width == 1).all())
        self._kept_count = np.bincount(self.branch, minlength=n_branch)
        self._full: dict[int, FloatArray] = {}

    def _kept(self, block: IntArray) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]:
        """Kept pairs of some branches, the states and effects of their sources one after another, and their limits."""
        table = self.grid.outages
        effect = table.effect(block)
        moved = np.asarray((np.abs(effect) * self.cap_mw[table.source]) @ table.of_contingency)
        limit = self.grid.limits_after_mw(block)
        least = limit.min(axis=1)
        self.least_after_mw[block] = least
        is_kept = np.isfinite(limit) & (moved > KEPT_FRAC * np.where(np.isfinite(least), least, 0.0)[:, None])
        self.others_mw[block] = np.where(is_kept | ~np.isfinite(limit), 0.0, moved).max(axis=1, initial=0.0)
        row, contingency = np.nonzero(is_kept)
        start, width = table.start[contingency], np.diff(table.start)[contingency]
        sources = np.repeat(start - np.cumsum(width) + width, width) + np.arange(width.sum())
        return block[row], contingency, table.source[sources], effect[np.repeat(row, width), sources], limit[is_kept]

    def limits(self, raised_mw: Mapping[RowKey, float]) -> PairLimits:
        """Limits of an hour whose pairs ``raised_mw`` are allowed more than their rating."""
        intact, pair = self.grid.limits.normal_mw, self.limit_mw
        if raised_mw:
            intact, pair = intact.copy(), pair.copy()
        for (branch, contingency), limit in raised_mw.items():
            if contingency == INTACT:
                intact[branch] = max(intact[branch], limit)
            else:
                at = (self.branch == branch) & (self.contingency == contingency)
                pair[at] = np.maximum(pair[at], limit)
        return PairLimits(intact_mw=intact, pair_mw=pair, raised_mw=dict(raised_mw))

    def flows_mw(self, state: FloatArray) -> FloatArray:
        """Flow of every kept pair, dims (pair,) [MW], in one state, dims (state,)."""
        if not len(self.branch):
            return np.zeros(0)
        moved = state.take(self._source, mode="clip")  # positions are good; "clip" spares a copy
        moved *= self._effect
        moved = moved if self._is_single else np.add.reduceat(moved, self._start)
        moved += np.repeat(state[: len(self._kept_count)], self._kept_count)
        return np.asarray(moved)

    def violated(self, state: FloatArray, limits: PairLimits) -> list[RowKey]:
        """Worst pair of each branch above its limit; branches over as they stand first, at most ``MOST_ROWS``.

        Empty only if no pair at all is above its limit.
        """
        flow = np.abs(state[: len(limits.intact_mw)])
        intact = flow - limits.intact_mw
        over = np.abs(self.flows_mw(state)) - limits.pair_mw
        found = [(int(b), INTACT, float(intact[b])) for b in np.flatnonzero(intact > SIEVE_TOLERANCE_MW)]
        found += [
            (int(self.branch[p]), int(self.contingency[p]), float(over[p]))
            for p in np.flatnonzero(over > SIEVE_TOLERANCE_MW)
        ]
        if not found:
            found = self._violated_elsewhere(state, limits, self.unclear(flow, np.abs(state)))
        return _worst_of_branches(found)

    def unclear(self, flow_mw: FloatArray, largest_mw: FloatArray) -> IntArray:
        """Branches that an outage whose pair is not kept may overload: flow (branch,), largest state (state,) [MW]."""
        growth = max(1.0, float((largest_mw / self.cap_mw).max(initial=0.0)))
        return np.flatnonzero(flow_mw + growth * self.others_mw > self.least_after_mw)

    def _violated_elsewhere(
        self, state: FloatArray, limits: PairLimits, branches: IntArray
    ) -> list[tuple[int, int, float]]:
        if not branches.size:
            return []
        table = self.grid.outages
        moved = self.full_effect(branches) * state[table.source]
        over = np.abs(state[branches, None] + np.asarray(moved @ table.of_contingency))
        over -= self.grid.limits_after_mw(branches)
        at = {int(b): i for i, b in enumerate(branches)}
        for (branch, contingency), limit in limits.raised_mw.items():
            if contingency != INTACT and branch in at:
                rating = float(self.grid.limits.of(self.grid.rating_of(contingency))[branch])
                over[at[branch], contingency] -= max(limit - rating, 0.0)
        worst = over.argmax(axis=1)
        most = over[np.arange(len(branches)), worst]
        return [(int(branches[i]), int(worst[i]), float(most[i])) for i in np.flatnonzero(most > SIEVE_TOLERANCE_MW)]

    def full_effect(self, branches: IntArray) -> FloatArray:
        """Effects on some branches of every source, dims (given branch, source); those asked for often are kept."""
        missing = [int(b) for b in branches if int(b) not in self._full]
        if len(self._full) + len(missing) > MOST_FULL:
            self._full = {}
            missing = [int(b) for b in branches]
        if missing:
            self._full.update(zip(missing, self.grid.outages.effect(missing), strict=True))
        return np.array([self._full[int(b)] for b in branches])


def _joined(parts: list[Any], kind: type) -> Any:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])


def _caps(grid: Grid) -> FloatArray:
    """Cap of every state, dims (state,) [MW]: rating of a branch, largest output of a unit, limit of a dc line."""
    layout, unit, line = grid.outages.layout, grid.network.generator, grid.network.dc_line
    cap = np.full(len(layout), LEAST_CAP_MW)
    normal = grid.limits.normal_mw
    is_limited: BoolArray = np.isfinite(normal)
    cap[: layout.n_branch] = np.where(is_limited, normal, normal[is_limited].max(initial=LEAST_CAP_MW))
    most = np.abs(grid.series.p_max_mw).max(axis=0, initial=0.0)
    cap[layout.generator : layout.dc_line] = np.maximum(most, np.abs(unit.p_min_mw))
    cap[layout.dc_line : layout.campus] = np.maximum(np.abs(line.p_min_mw), np.abs(line.p_max_mw))
    return np.asarray(np.maximum(cap, LEAST_CAP_MW))


def _worst_of_branches(found: list[tuple[int, int, float]]) -> list[RowKey]:
    worst: dict[int, tuple[float, int]] = {}
    intact = {branch for branch, contingency, _ in found if contingency == INTACT}
    for branch, contingency, mw in found:
        if mw > worst.get(branch, (0.0, INTACT))[0]:
            worst[branch] = (mw, contingency)
    order = sorted((branch not in intact, -mw, branch, contingency) for branch, (mw, contingency) in worst.items())
    return [(branch, contingency) for *_, branch, contingency in order[:MOST_ROWS]]
