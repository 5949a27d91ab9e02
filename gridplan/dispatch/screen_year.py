"""A year's N-1 screen, streamed in blocks of hours: worst loading, hours overloaded and MWh at risk of every pair.

States come in block by block and are forgotten; what stays are the pairs above the threshold, a few numbers each.
In a block the sieve rules out branches and a bound rules out pairs; what is left is worked out hour by hour. No
array of size (branch, outage) is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.grid import Grid, chunks
from gridplan.dispatch.rows import INTACT
from gridplan.dispatch.screen import BRANCH_BLOCK
from gridplan.errors import input_error
from gridplan.network.model import BoolArray, FloatArray, IntArray
from gridplan.network.outage_table import OutageTable

#: Overload that counts: what the dispatch itself takes for secure [MW].
OVER_MW = 1.0e-4
#: Hours held at a time where memory allows it: longer blocks cost fewer passes, shorter ones bound flows closer.
BLOCK_H = 732
#: Loadings closer than this are the same, so that rounding does not choose the hour [MW].
TIE_MW = 1.0e-7
#: Flows worked out together; they stay in the cache of a core.
FLOWS_TOGETHER = 50_000
#: Columns that ``Reach`` works out at a time, each of all branches, and copies of them.
_REACH_COLUMNS, _COPIES = 128, 5
_PAIR_BYTES = 200
#: Effects and limits of branches that are kept from block to block [bytes].
KEPT_BYTES = 64 * 2**20
_MIB = 2**20

#: State of some hours, dims (time, state) [MW].
StateOf = Callable[[slice], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """Pairs of a branch and an outage, one position each, dims (pair,).

    Parameters
    ----------
    branch, contingency : int
        Positions in the grid; ``INTACT`` where nothing is lost.
    worst_mw : float
        Largest flow against the limit [MW].
    hour : int
        First hour in which it is reached.
    hours_over : int
        Hours above the limit.
    over_mwh : float
        MW above the limit, summed over the hours: MWh at risk.
    limit_mw : float
        Limit that holds: normal intact, after an outage by its rating [MW].
    """

    branch: IntArray
    contingency: IntArray
    worst_mw: FloatArray
    hour: IntArray
    hours_over: IntArray
    over_mwh: FloatArray
    limit_mw: FloatArray

    def __len__(self) -> int:
        return len(self.branch)

    def at(self, which: IntArray | BoolArray) -> PairTable:
        """Some of the pairs, or all in another order."""
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__})

    @property
    def loading_frac(self) -> FloatArray:
        """Largest flow per limit, dims (pair,); infinite where the limit is 0."""
        whole: FloatArray = np.full(len(self), np.inf)
        np.divide(self.worst_mw, self.limit_mw, out=whole, where=self.limit_mw > 0)
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class YearScreen:
    """What a screen found; ``pairs`` stand by loading, the highest first.

    Parameters
    ----------
    most_mw : float, dims (branch,)
        Largest flow with everything in service.
    n_pair, n_looked_at : int
        Monitored pairs, intact ones included, and those that the bound left in some block. The first depends on the
        grid alone, the second also on the blocks.
    """

    pairs: PairTable
    most_mw: FloatArray
    n_hours: int
    n_pair: int
    n_looked_at: int
    block_h: int

    @property
    def n_ruled_out(self) -> int:
        """Pairs that never had to be looked at hour by hour."""
        return self.n_pair - self.n_looked_at


def screen_year(
    grid: Grid, state_of: StateOf, *, above_frac: float = 1.0, block_h: int = BLOCK_H, most_pairs: int | None = None
) -> YearScreen:
    """Every pair that is loaded above ``above_frac`` of its limit in some hour of the grid.

    Parameters
    ----------
    state_of : callable
        State of a run of hours; asked for each block once, in order.
    block_h : int
        Hours held at a time: a matter of memory and speed, the pairs do not depend on it.
    most_pairs : int, optional
        Pairs that may be held.

    Raises
    ------
    InputError
        GP-SCR-001, if more pairs than ``most_pairs`` are above the threshold.
    """
    found = _Found(grid, min(above_frac, 1.0), most_pairs)
    for hours in chunks(len(grid), block_h):
        found.take(state_of(hours), hours.start)
    pairs = found.pairs.at(found.pairs.worst_mw > above_frac * found.pairs.limit_mw + OVER_MW)
    order = np.lexsort((pairs.contingency, pairs.branch, -np.round(pairs.loading_frac, 9)))
    n_branch, table = grid.outages.layout.n_branch, grid.outages
    return YearScreen(
        pairs=pairs.at(order),
        most_mw=found.most_mw,
        n_hours=len(grid),
        n_pair=n_branch * (1 + len(table.contingencies)) - int(table.not_monitored.sum()),
        n_looked_at=found.n_looked_at,
        block_h=block_h,
    )


def block_hours(grid: Grid, memory_mb: float) -> int:
    """Hours that a screen may hold at a time within ``memory_mb``, at most ``BLOCK_H``.

    The grid itself, its dispatch and the transfer factors it keeps are not counted.

    Raises
    ------
    InputError
        GP-SCR-002, if not even one hour fits.
    """
    table, n_bus = grid.outages, len(grid.network.bus)
    wide = max(len(table.source), len(table.contingencies))
    fixed = 8 * _COPIES * (BRANCH_BLOCK * wide + _REACH_COLUMNS * table.layout.n_branch)
    per_hour = 8 * (3 * len(grid.columns.kind) + 3 * n_bus + 2 * len(table.layout) + 2 * len(table.source))
    hours = int((memory_mb * _MIB / 2 - fixed) // per_hour)
    if hours < 1:
        least = int(np.ceil(2 * (fixed + per_hour) / _MIB))
        message = f"a screen of this grid does not fit in {memory_mb:g} MiB: one hour takes {least} MiB"
        raise input_error("GP-SCR-002", message, f"give --memory-mb {least} or more")
    return min(hours, BLOCK_H)


def pairs_that_fit(memory_mb: float) -> int:
    """Pairs above the threshold that half of ``memory_mb`` holds."""
    return int(memory_mb * _MIB / 2 / _PAIR_BYTES)


class _Found:
    """Pairs above ``margin_frac`` of their limit in the blocks so far, by key."""

    def __init__(self, grid: Grid, margin_frac: float, most_pairs: int | None) -> None:
        self.grid, self.margin_frac, self.most_pairs = grid, margin_frac, most_pairs
        self.pairs = _joined([])
        self._rows = _Rows(grid)
        self.most_mw = np.zeros(grid.outages.layout.n_branch)
        self._looked_at: dict[int, np.ndarray] = {}

    @property
    def n_looked_at(self) -> int:
        """Pairs that were looked at in some block."""
        return int(sum(np.unpackbits(bits).sum() for bits in self._looked_at.values()))

    def take(self, state: FloatArray, first_hour: int) -> None:
        """Screen the hours of a block."""
        n_branch = self.grid.outages.layout.n_branch
        np.maximum(self.most_mw, np.abs(state[:, :n_branch]).max(axis=0, initial=0.0), out=self.most_mw)
        parts, n_new = [], 0
        for part in self._of_block(state):
            parts.append(part)
            n_new += len(part)
            self._check_room(n_new)
        new = _joined(parts)
        self._merge(replace(new, hour=new.hour + first_hour))
        self._check_room(len(self.pairs))

    def _check_room(self, n_pair: int) -> None:
        if self.most_pairs is not None and n_pair > self.most_pairs:
            message = f"more than {self.most_pairs:,} pairs of branch and outage are above the threshold"
            remedy = "raise --above or --memory-mb, or look at fewer hours"
            raise input_error("GP-SCR-001", message, remedy)

    def _of_block(self, state: FloatArray) -> Iterator[PairTable]:
        grid, table = self.grid, self.grid.outages
        yield self._intact(state)
        if not table.contingencies:
            return
        largest = np.abs(state).max(axis=0, initial=0.0)
        hours = _Hours(table, state)
        branches = grid.reach.suspicious(largest[: table.layout.n_branch], largest, self.margin_frac)
        for first in range(0, len(branches), BRANCH_BLOCK):
            block = branches[first : first + BRANCH_BLOCK]
            effect, limit = self._rows.of(block)
            left = np.argwhere(hours.highest_mw(block, effect) > self.margin_frac * limit)
            self._note(block, left)
            for part in hours.parts(left):
                size = hours.sizes_mw(block, effect, part)
                found = _summed(size, limit[part[:, 0], part[:, 1]], self.margin_frac)
                yield _table(block[part[:, 0]], part[:, 1], found)

    def _intact(self, state: FloatArray) -> PairTable:
        limits, n_branch = self.grid.limits, self.grid.outages.layout.n_branch
        flow = state[:, :n_branch] if limits.middle_mw is None else state[:, :n_branch] - limits.middle_mw
        left = np.flatnonzero(np.abs(flow).max(axis=0, initial=0.0) > self.margin_frac * limits.normal_mw)
        self._note(left, np.column_stack([np.arange(len(left)), np.full(len(left), INTACT)]))
        found = _summed(np.abs(flow[:, left].T), limits.normal_mw[left], self.margin_frac)
        return _table(left, np.full(len(left), INTACT), found)

    def _note(self, block: IntArray, left: IntArray) -> None:
        """Remember which pairs are looked at, a bit each, by branch."""
        first = np.searchsorted(left[:, 0], np.arange(len(block) + 1))
        for i, branch in enumerate(map(int, block)):
            if first[i] == first[i + 1]:
                continue
            marks = np.zeros(len(self.grid.outages.contingencies) + 1, dtype=bool)
            marks[left[first[i] : first[i + 1], 1] + 1] = True
            bits = np.packbits(marks)
            self._looked_at[branch] = self._looked_at[branch] | bits if branch in self._looked_at else bits

    def _key(self, pairs: PairTable) -> IntArray:
        return pairs.branch * (len(self.grid.outages.contingencies) + 1) + pairs.contingency + 1

    def _merge(self, new: PairTable) -> None:
        """Put the pairs of later hours to those of earlier ones."""
        new = new.at(np.argsort(self._key(new), kind="stable"))
        old, key = self._key(self.pairs), self._key(new)
        place = np.searchsorted(old, key)
        is_known = np.append(old, -1)[place] == key
        self._update(place[is_known], new.at(is_known))
        both = _joined([self.pairs, new.at(~is_known)])
        self.pairs = both.at(np.argsort(self._key(both), kind="stable"))

    def _update(self, at: IntArray, new: PairTable) -> None:
        own = self.pairs
        is_more = new.worst_mw > own.worst_mw[at] + TIE_MW
        own.hour[at[is_more]] = new.hour[is_more]
        own.worst_mw[at] = np.maximum(own.worst_mw[at], new.worst_mw)
        own.hours_over[at] += new.hours_over
        own.over_mwh[at] += new.over_mwh


class _Rows:
    """Effects of all outages on a branch and its limits after them, kept for the next block while there is room."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        n_source, n_contingency = len(grid.outages.source), len(grid.outages.contingencies)
        self.most = min(KEPT_BYTES // (8 * max(n_source + n_contingency, 1)), grid.outages.layout.n_branch)
        self._place = np.full(grid.outages.layout.n_branch, -1, dtype=np.int64)
        self.n_kept = 0
        # Pages of these that are never written take no memory.
        self._effect, self._limit = np.empty((self.most, n_source)), np.empty((self.most, n_contingency))

    def of(self, block: IntArray) -> tuple[FloatArray, FloatArray]:
        """Effects, dims (branch, source), and limits, dims (branch, contingency) [MW], of some branches."""
        new = block[self._place[block] < 0]
        if not new.size:
            return self._effect[self._place[block]], self._limit[self._place[block]]
        if self.n_kept + len(new) > self.most:
            return self.grid.outages.effect(block), self.grid.limits_after_mw(block)
        at = slice(self.n_kept, self.n_kept + len(new))
        self._place[new], self.n_kept = np.arange(at.start, at.stop), at.stop
        self._effect[at], self._limit[at] = self.grid.outages.effect(new), self.grid.limits_after_mw(new)
        return self.of(block)


class _Hours:
    """The hours of a block as the outages see them: what each source moves, dims (source, time) [MW]."""

    def __init__(self, table: OutageTable, state: FloatArray) -> None:
        self.table = table
        self.flow = np.ascontiguousarray(state[:, : table.layout.n_branch].T)
        self.moved = np.ascontiguousarray(state[:, table.source].T)
        self.most, self.least = self.moved.max(axis=1), self.moved.min(axis=1)
        self.width = np.diff(table.start)
        self.is_single = bool((self.width == 1).all())

    def highest_mw(self, block: IntArray, effect: FloatArray) -> FloatArray:
        """Bound of the flow after each outage in either direction, dims (branch, contingency) [MW].

        Extremes of the branch's own flow and of every source are taken for met in the same hour.
        """
        up, down = effect * self.most, effect * self.least
        least = np.minimum(up, down)
        np.maximum(up, down, out=up)
        if not self.is_single:
            up, least = up @ self.table.of_contingency, least @ self.table.of_contingency
        flow = self.flow[block]
        up += flow.max(axis=1)[:, None]
        np.subtract(-flow.min(axis=1)[:, None], least, out=least)
        return np.asarray(np.maximum(up, least, out=up))

    def parts(self, pairs: IntArray) -> Iterator[IntArray]:
        """Pairs in parts whose flows are worked out together, those of outages with one source apart."""
        size = max(1, FLOWS_TOGETHER // self.flow.shape[1])
        is_single = self.width[pairs[:, 1]] == 1
        for own in (pairs[is_single], pairs[~is_single]):
            for first in range(0, len(own), size):
                yield own[first : first + size]

    def sizes_mw(self, block: IntArray, effect: FloatArray, pairs: IntArray) -> FloatArray:
        """Size of the flow of pairs of ``parts`` in every hour, dims (pair, time) [MW]."""
        start, width = self.table.start[pairs[:, 1]], self.width[pairs[:, 1]]
        flow = self.flow[block[pairs[:, 0]]]
        if width[0] == 1:
            moved = self.moved[start]
            moved *= effect[pairs[:, 0], start][:, None]
            flow += moved
        elif width.any():
            first = np.cumsum(width) - width
            sources = np.repeat(start - first, width) + np.arange(width.sum())
            moved = self.moved[sources] * effect[np.repeat(pairs[:, 0], width), sources][:, None]
            has_effect = width > 0
            flow[has_effect] += np.add.reduceat(moved, first[has_effect], axis=0)
        return np.abs(flow, out=flow)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Figures of the pairs that are above the margin; ``kept`` are their positions among those given."""

    kept: IntArray
    worst_mw: FloatArray
    hour: IntArray
    hours_over: IntArray
    over_mwh: FloatArray
    limit_mw: FloatArray


def _summed(size_mw: FloatArray, limit_mw: FloatArray, margin_frac: float) -> _Sums:
    """Figures from sizes of flows, dims (pair, time)."""
    worst = size_mw.max(axis=1, initial=0.0)
    kept = np.flatnonzero(worst > margin_frac * limit_mw + OVER_MW)
    size, worst, limit = size_mw[kept], worst[kept], limit_mw[kept]
    hour = (size >= worst[:, None] - TIE_MW).argmax(axis=1) if kept.size else np.zeros(0, dtype=np.int64)
    size -= limit[:, None]
    is_over = size > OVER_MW
    size *= is_over
    return _Sums(kept, worst, hour, np.count_nonzero(is_over, axis=1), size.sum(axis=1), limit)


def _table(branch: IntArray, contingency: IntArray, sums: _Sums) -> PairTable:
    return PairTable(
        branch=branch[sums.kept],
        contingency=contingency[sums.kept],
        worst_mw=sums.worst_mw,
        hour=sums.hour,
        hours_over=sums.hours_over.astype(np.int64),
        over_mwh=sums.over_mwh,
        limit_mw=sums.limit_mw,
    )


def _joined(parts: list[PairTable]) -> PairTable:
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    return PairTable(
        branch=np.concatenate([whole, *(p.branch for p in parts)]),
        contingency=np.concatenate([whole, *(p.contingency for p in parts)]),
        worst_mw=np.concatenate([real, *(p.worst_mw for p in parts)]),
        hour=np.concatenate([whole, *(p.hour for p in parts)]),
        hours_over=np.concatenate([whole, *(p.hours_over for p in parts)]),
        over_mwh=np.concatenate([real, *(p.over_mwh for p in parts)]),
        limit_mw=np.concatenate([real, *(p.limit_mw for p in parts)]),
    )
