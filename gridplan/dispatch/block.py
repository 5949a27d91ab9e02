"""The linear program of one hour, stated once: ``HourBlock``.

The dispatch solver, the explicit hours of siting and the cuts all use it. Between hours only
bounds and right-hand sides change: ``L_h - T u <= A x <= U_h - T u``, ``l_h <= x <= w_h``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RUNBACK, RowPool
from gridplan.network.model import FloatArray, IntArray

#: Largest overload a slack may carry [MW]; finite so that every dual gives a finite bound.
SLACK_LIMIT_MW = 1.0e5
#: Weight of production cost beside one MW of hosting: far too small to change MW, enough to make
#: the dispatch of a hosting hour look like the dispatch of its neighbours (fewer rows, warmer bases).
COST_WEIGHT_MW_PER_USD = 1.0e-8


@dataclass(frozen=True, kw_only=True)
class HourBlock:
    """One hour's program over a frozen set of rows.

    Rows: the balance, then one per key of the pool. Columns: the grid's columns; then in a hosting study the free
    withdrawal and the MW run back after outages, else two overload slacks per key (over, under).

    Parameters
    ----------
    n_row : int
        How many rows of the pool are in this block.
    hosting_direction : float, dims (point,), optional
        Withdrawal of every plan point per MW of a column to be maximised (a unit vector: one point); then nothing
        is elastic.
    hosting_limit_mw : float
        Largest MW looked for.
    cost_weight_mw_per_usd : float
        What production cost weighs beside a MW of hosting.
    """

    grid: Grid
    pool: RowPool
    n_row: int
    hosting_direction: FloatArray | None = None
    hosting_limit_mw: float = 0.0
    cost_weight_mw_per_usd: float = COST_WEIGHT_MW_PER_USD

    @property
    def is_elastic(self) -> bool:
        """Whether unserved load and overload may be bought at their price."""
        return self.hosting_direction is None

    @property
    def n_grid_column(self) -> int:
        """Count of columns that are the grid's own."""
        return len(self.grid.columns.kind)

    @property
    def n_slack(self) -> int:
        """Count of overload slacks."""
        return 2 * self.n_row if self.is_elastic else 0

    @cached_property
    def matrix(self) -> FloatArray:
        """A, dims (row, column)."""
        own = np.vstack([self.grid.balance_of_columns, self.pool.of_columns[: self.n_row]])
        if self.hosting_direction is not None:
            return np.hstack([own, self.hosting_entries[:, None], self.runback_entries[:, self.runbacks]])
        slack = np.zeros((self.n_row + 1, 2 * self.n_row))
        rows = np.arange(self.n_row)
        slack[rows + 1, 2 * rows] = -1.0
        slack[rows + 1, 2 * rows + 1] = 1.0
        return np.hstack([own, slack])

    def coefficients(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Entries of A, dims (given row, given column); row -1 is the balance."""
        is_own = columns < self.n_grid_column
        values = np.zeros((len(rows), len(columns)))
        own = columns[is_own]
        for i, r in enumerate(rows):
            values[i, is_own] = self.grid.balance_of_columns[own] if r < 0 else self.pool.of_columns[r, own]
        extra = np.flatnonzero(~is_own)
        if self.hosting_direction is not None:
            is_back = columns[extra] > self.n_grid_column
            values[:, extra[~is_back]] = self.hosting_entries[rows + 1][:, None]
            back = self.runbacks[columns[extra[is_back]] - self.n_grid_column - 1]
            values[:, extra[is_back]] = self.runback_entries[np.ix_(rows + 1, back)]
            return values
        of_row, side = np.divmod(columns[extra] - self.n_grid_column, 2)
        values[:, extra] = np.where(rows[:, None] == of_row, 2.0 * side - 1.0, 0.0)
        return values

    def slack_columns(self, rows: IntArray) -> IntArray:
        """Columns of the overload slacks of some rows, over and under, dims (row, 2)."""
        return self.n_grid_column + 2 * rows[:, None] + np.arange(2)

    @cached_property
    def runbacks(self) -> IntArray:
        """Runbacks of the state that are columns, in the order in which their rows came."""
        runback = self.grid.runback
        keys = [] if runback is None else self.pool.keys[: self.n_row]
        return np.array([runback.of_contingency[c] for b, c in keys if runback and b == RUNBACK], dtype=np.int64)

    @cached_property
    def runback_entries(self) -> FloatArray:
        """What one MW of each runback of the state does to each row, dims (row, runback)."""
        of_rows = self.pool.of_runbacks[: self.n_row]
        return np.vstack([np.zeros((1, of_rows.shape[1])), of_rows])

    def runback_columns(self, rows: IntArray) -> IntArray:
        """Columns of the runbacks that some rows hold, each once."""
        used = np.flatnonzero(np.any(self.pool.of_runbacks[rows] != 0.0, axis=0))
        return np.flatnonzero(np.isin(self.runbacks, used)) + self.n_grid_column + 1

    def runback_mw(self, column_mw: FloatArray) -> FloatArray:
        """MW run back after every contingency, dims (time, runback), from columns (time, column)."""
        back = np.zeros((len(column_mw), self.pool.of_runbacks.shape[1]))
        back[:, self.runbacks] = column_mw[:, self.n_grid_column + 1 :] if len(self.runbacks) else 0.0
        return back

    @cached_property
    def plan_matrix(self) -> FloatArray:
        """T, dims (row, point): what one MW withdrawn by the plan does to each row."""
        return np.vstack([-np.ones(self.grid.n_point), self.pool.of_points[: self.n_row]])

    @cached_property
    def hosting_entries(self) -> FloatArray:
        """Column of the hosting study, dims (row,)."""
        assert self.hosting_direction is not None
        return np.asarray(self.plan_matrix @ self.hosting_direction)

    @cached_property
    def cost(self) -> FloatArray:
        """Cost per MW of each column [USD/MWh]; a hosting study maximises its MW, then costs least."""
        own = self.grid.columns.cost_usd_per_mwh
        if not self.is_elastic:
            own = own * self.cost_weight_mw_per_usd
            own[self.grid.columns.of("unserved")] = 0.0
            return np.concatenate([own, [-1.0], np.zeros(len(self.runbacks))])
        return np.concatenate([own, np.full(self.n_slack, self.grid.prices.overload_usd_per_mwh)])

    def column_bounds(self, hours: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Bounds l_h, w_h, each dims (time, column) [MW]."""
        lower, upper = self.grid.column_bounds_mw(hours)
        n_time = len(lower)
        if not self.is_elastic:
            upper = upper.copy()
            upper[:, self.grid.columns.of("unserved")] = 0.0
            free = np.full((n_time, 1 + len(self.runbacks)), self.hosting_limit_mw)
            return np.hstack([lower, np.zeros_like(free)]), np.hstack([upper, free])
        slack = np.zeros((n_time, self.n_slack))
        return np.hstack([lower, slack]), np.hstack([upper, slack + SLACK_LIMIT_MW])

    def row_bounds(self, hours: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Sides L_h, U_h at u = 0, each dims (time, row) [MW]."""
        balance = self.grid.balance_mw[hours][:, None]
        fixed = self.pool.fixed_mw[hours][:, : self.n_row]
        limit = self.pool.limit_mw[hours][:, : self.n_row]
        return np.hstack([balance, -limit - fixed]), np.hstack([balance, limit - fixed])
