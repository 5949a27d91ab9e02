"""Redispatch recipes: how one solved hour makes room for a point, tried in the other hours.

Comes in: secure dispatch without the point, and a few hours solved for its largest MW. Goes out: hours that surely
take a given MW, because the same redispatch on top of their own dispatch keeps every bound and, by the full screen,
every limit. Such an hour needs no program of its own. An hour that is not sure may still take it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.grid import Grid, chunks
from gridplan.dispatch.rows import RowKey, RowPool, row_weights
from gridplan.dispatch.screen import SCREEN_TOLERANCE_MW, overload_blocks
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearResult
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: Bounds and limits count as kept within this, a tenth of what the screen allows [MW].
TOLERANCE_MW = 1.0e-6
#: Hours looked at together.
PART_H = 1098


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What can move in an hour, blocks of a unit taken together: units, dc lines, spill; never unserved load.

    Parameters
    ----------
    of_columns : sparse float, dims (column, source)
    injection : sparse float, dims (source, bus) [MW per MW]
    state : int, dims (source,)
        Place of the source in the state of an hour, -1 where it has none.
    """

    of_columns: sp.csr_matrix
    injection: sp.csr_matrix
    state: IntArray


def sources_of(grid: Grid) -> Sources:
    """Everything in a grid that can move."""
    columns, layout = grid.columns, grid.outages.layout
    chosen = np.concatenate([columns.of("generator"), columns.of("dc_line"), columns.of("spill")])
    offset = np.concatenate(
        [
            np.full(len(columns.of("generator")), layout.generator),
            np.full(len(columns.of("dc_line")), layout.dc_line),
            np.full(len(columns.of("spill")), len(layout)),
        ]
    )
    name, first, source = np.unique(offset + columns.owner[chosen], return_index=True, return_inverse=True)
    entries = (np.ones(len(chosen)), (chosen, source))
    return Sources(
        of_columns=sp.csr_matrix(entries, shape=(len(columns.kind), len(name))),
        injection=grid.injection_of_columns[chosen[first]],
        state=np.where(name < len(layout), name, -1),
    )


class Recipes:
    """Recipes of one point, tried on the dispatch without it."""

    def __init__(self, grid: Grid, point: int, base: YearResult) -> None:
        self.grid, self.point, self.base = grid, point, base
        self.sources = sources_of(grid)
        self.changes: list[FloatArray] = []

    def learn(self, hours: IntArray, column_mw: FloatArray, p_mw: FloatArray) -> None:
        """Take the redispatch of solved hours, dims (time, column), that gave the point ``p_mw`` (time,)."""
        moved = (column_mw - self.base.column_mw[hours]) @ self.sources.of_columns
        for change, mw in zip(moved, p_mw, strict=True):
            if mw > 1.0:
                self.changes.append(change / mw)

    def sure_hours(self, p_mw: float, pool: RowPool, raised_mw: Mapping[RowKey, FloatArray]) -> BoolArray:
        """Hours of the grid that surely take ``p_mw`` at the point, dims (time,)."""
        sure = np.zeros(len(self.grid), dtype=bool)
        shifts = [self._state_change(change) for change in self.changes]
        for part in chunks(len(self.grid), PART_H):
            sure[part] = self._sure(part, p_mw, shifts, pool, raised_mw)
        return sure

    def _state_change(self, change: FloatArray) -> FloatArray:
        """Change of the state per MW of the point, dims (state,)."""
        grid, layout = self.grid, self.grid.outages.layout
        injection = np.asarray(change @ self.sources.injection)
        injection[grid.points[self.point].bus] -= 1.0
        state = np.zeros(len(layout))
        state[: layout.n_branch] = grid.factors.flow_mw(injection[None, :])[0]
        has_state = self.sources.state >= 0
        state[self.sources.state[has_state]] = change[has_state]
        state[[layout.campus + c for c, i in enumerate(grid.campus_points) if i == self.point]] = 1.0
        return state

    def _sure(
        self,
        part: slice,
        p_mw: float,
        shifts: list[FloatArray],
        pool: RowPool,
        raised_mw: Mapping[RowKey, FloatArray],
    ) -> BoolArray:
        grid, base = self.grid, self.base
        column_mw = base.column_mw[part]
        lower, upper = (bound @ self.sources.of_columns for bound in grid.column_bounds_mw(part))
        output = column_mw @ self.sources.of_columns
        state = grid.state(column_mw, np.zeros((len(column_mw), grid.n_point)), part)
        weights = np.array([row_weights(grid, key) for key in pool.keys]).reshape(len(pool), state.shape[1])
        limit = pool.limit_mw[part] + TOLERANCE_MW
        of_rows = state @ weights.T
        sure = np.zeros(len(column_mw), dtype=bool)
        is_open = self._is_whole(part)
        for change, shift in zip(self.changes, shifts, strict=True):
            trial = output + p_mw * change
            fits = is_open & ~sure
            fits &= ((trial >= lower - TOLERANCE_MW) & (trial <= upper + TOLERANCE_MW)).all(axis=1)
            fits &= (np.abs(of_rows + p_mw * (weights @ shift)) <= limit).all(axis=1)
            hours = np.flatnonzero(fits)
            if hours.size:
                raised = {key: values[part][hours] for key, values in raised_mw.items()}
                over = _worst_overload_mw(grid, state[hours] + p_mw * shift, raised)
                sure[hours[over <= SCREEN_TOLERANCE_MW]] = True
        return sure

    def _is_whole(self, part: slice) -> BoolArray:
        """Hours whose own dispatch serves all load within all limits."""
        base, unserved = self.base, self.grid.columns.of("unserved")
        short = base.column_mw[part][:, unserved].sum(axis=1)
        over = base.overload_mw[part].max(axis=1, initial=0.0)
        return np.asarray((base.is_feasible[part] > 0) & (short <= SLACK_TOLERANCE_MW) & (over <= SLACK_TOLERANCE_MW))


def _worst_overload_mw(grid: Grid, state: FloatArray, raised_mw: Mapping[RowKey, FloatArray]) -> FloatArray:
    """Largest overload of any pair in every hour, dims (time,) [MW]."""
    worst = np.zeros(len(state))
    for block in overload_blocks(grid, state, raised_mw):
        np.maximum(worst, block.overload_mw.max(axis=1, initial=0.0), out=worst)
    return worst
