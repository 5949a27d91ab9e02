"""The hours' solver: one warm, lean model in HiGHS whose bounds move from hour to hour.

The model holds only what the hours at hand need. Rows come in when the screen finds them violated and leave again
when no hour has reached them for a while. Columns that stand for a failure, unserved load and overload, come in when
their price says that they would help, and leave when they are not used any more. Neither changes a result: what is
outside is checked after every solve, by the reduced costs of the columns here and by the screen for the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.highs import add_free_rows, new_highs, pass_balance, sparse_lines, tried_again
from gridplan.dispatch.model_rows import ModelRows
from gridplan.errors import NoSolutionError
from gridplan.network.model import FloatArray, IntArray

#: Reduced cost from which on a column that is not in the model would help [USD/MWh].
PRICE_TOLERANCE = 1.0e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class HourResults:
    """Solved hours: objective (time,), columns (time, column) [MW], row duals (time, row), feasibility (time,)."""

    objective: FloatArray
    column_mw: FloatArray
    row_dual: FloatArray
    is_feasible: IntArray


class HourSolver:
    """Solves hours of a growing HourBlock one after another, each from the basis of the one before.

    A block may follow another if its rows begin with the rows of the other.
    """

    def __init__(self, block: HourBlock) -> None:
        self.block = block
        self.highs = new_highs()
        self.solved, self.may_leave = 0, True
        self.rows = ModelRows()
        always = ~np.isin(np.array(block.grid.columns.kind), ["unserved"])
        hosting = np.arange(block.n_grid_column, block.n_grid_column + (not block.is_elastic))
        self.columns: IntArray = np.append(np.flatnonzero(always), hosting)
        self.n_core = len(self.columns)
        self.moving: Any = None
        self.is_unserved = np.isin(np.arange(block.n_grid_column + 1), block.grid.columns.of("unserved"))
        self._pass_core()

    def _pass_core(self) -> None:
        """Model of the balance alone with the columns that are always there."""
        balance = self.block.coefficients(np.array([-1]), self.columns)[0]
        pass_balance(self.highs, balance, self.block.cost[self.columns])

    def solve(self, block: HourBlock, hours: IntArray, u_mw: FloatArray) -> HourResults:
        """Solve these hours at withdrawals ``u_mw``, dims (time, point)."""
        out = HourResults(
            objective=np.zeros(len(hours)),
            column_mw=np.zeros((len(hours), len(block.cost))),
            row_dual=np.zeros((len(hours), block.n_row + 1)),
            is_feasible=np.ones(len(hours), dtype=np.int64),
        )
        for i, hour in enumerate(self._hours(block, hours, u_mw)):
            self._solve_hour(hour, i, out)
        return out

    def _hours(self, block: HourBlock, hours: IntArray, u_mw: FloatArray) -> Iterator[_Hour]:
        """Go over to a block, then its hours at their withdrawals."""
        self._turn(block)
        self.block = block
        lower, upper = block.column_bounds(hours)
        shift = u_mw @ block.plan_matrix.T
        side_lower, side_upper = (side - shift for side in block.row_bounds(hours))
        for i in range(len(hours)):
            yield _Hour(lower[i], upper[i], side_lower[i], side_upper[i])

    def pure_duals(self, block: HourBlock, hours: IntArray, u_mw: FloatArray) -> FloatArray:
        """Row duals, dims (time, row), of the largest MW alone: production cost, however light, would blur them."""
        self.may_leave = False
        duals = np.zeros((len(hours), block.n_row + 1))
        each = np.arange(len(self.columns), dtype=np.int32)
        self.highs.changeColsCost(len(each), each, np.where(self.columns == block.n_grid_column, -1.0, 0.0))
        for i, hour in enumerate(self._hours(block, hours, u_mw)):
            self._renew_rows(hour)
            self._set_bounds(hour)
            self._run()
            self.solved += 1
            duals[i, self.rows.in_model + 1] = np.array(self.highs.getSolution().row_dual)
        self.highs.changeColsCost(len(each), each, block.cost[self.columns])
        return duals

    def _turn(self, block: HourBlock) -> None:
        """Point the hosting column of the model in the direction of a block, as far as its limit."""
        if block.hosting_limit_mw != self.block.hosting_limit_mw:
            self.moving = None
        old, new = self.block.hosting_direction, block.hosting_direction
        if old is None or new is None or old is new or np.array_equal(old, new):
            return
        at = int(np.flatnonzero(self.columns == block.n_grid_column)[0])
        for i, value in enumerate(block.hosting_entries[self.rows.in_model + 1]):
            self.highs.changeCoeff(i, at, float(value))

    def wake(self, rows: IntArray) -> None:
        """Take these rows of the pool into the model of the next solve."""
        self.rows.wake(rows)

    def _solve_hour(self, hour: _Hour, i: int, out: HourResults) -> None:
        import highspy

        self._renew_rows(hour)
        self._set_bounds(hour)
        status = self._run()
        while self.block.is_elastic:
            is_short = status == highspy.HighsModelStatus.kInfeasible
            missing = self._unserved_outside() if is_short else self._helpful_columns(hour)
            if not missing.size:
                break
            self._add_columns(missing, hour)
            status = self._run()
        self.solved += 1
        if status == highspy.HighsModelStatus.kInfeasible:
            out.is_feasible[i] = 0
            out.objective[i] = np.inf
            self.highs.clearSolver()
            return
        self._take(i, out)

    def _take(self, i: int, out: HourResults) -> None:
        solution = self.highs.getSolution()
        value, dual = np.array(solution.col_value), np.array(solution.row_dual)
        out.column_mw[i, self.columns] = value
        out.row_dual[i, self.rows.in_model + 1] = dual
        out.objective[i] = self.block.cost @ out.column_mw[i]
        self.rows.note(dual)
        self._drop_columns(value)

    def _run(self) -> Any:
        import highspy

        highs = self.highs
        highs.run()
        status = highs.getModelStatus()
        is_lean = self.block.is_elastic and status == highspy.HighsModelStatus.kInfeasible
        if is_lean and self._unserved_outside().size:
            return status  # no need to confirm it: columns that can only help are still to come
        if status != highspy.HighsModelStatus.kOptimal:
            status = tried_again(highs)
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible):
            raise NoSolutionError(f"the hourly dispatch ended with {highs.modelStatusToString(status)}")
        return status

    def _renew_rows(self, hour: _Hour) -> None:
        """Rows that were called come in; rows that nobody reached for long leave."""
        tired = self.rows.tired() if self.may_leave else np.zeros(0, dtype=np.int64)
        if tired.size:
            self._drop_slacks_of(self.rows.in_model[tired])
            self.highs.deleteRows(len(tired), tired.astype(np.int32))
            self.rows.leave(tired)
        rows = self.rows.called()
        if not rows.size:
            return
        add_free_rows(self.highs, self.block.coefficients(rows, self.columns))
        self.rows.enter(rows, np.abs(self.block.pool.of_columns[rows]).max(axis=1, initial=0.0))
        if self.block.is_elastic:
            self._add_columns(self.block.slack_columns(rows).ravel(), hour)
        elif len(self.block.runbacks):
            self._add_columns(np.setdiff1d(self.block.runback_columns(rows), self.columns), hour)

    def _set_bounds(self, hour: _Hour) -> None:
        if self.moving is None:
            self.moving = np.flatnonzero(np.isin(self.columns, self.block.grid.varying_columns)).astype(np.int32)
            changed = np.arange(len(self.columns), dtype=np.int32)
        else:
            changed = self.moving
        columns, rows = self.columns[changed], self.rows.in_model + 1
        self.highs.changeColsBounds(len(changed), changed, hour.lower[columns], hour.upper[columns])
        each = np.arange(len(rows), dtype=np.int32)
        self.highs.changeRowsBounds(len(rows), each, hour.side_lower[rows], hour.side_upper[rows])

    def _unserved_outside(self) -> IntArray:
        """Columns of unserved load that are not in the model."""
        return np.asarray(np.setdiff1d(self.block.grid.columns.of("unserved"), self.columns))

    def _helpful_columns(self, hour: _Hour) -> IntArray:
        """Columns of unserved load outside the model whose price says that they would lower the cost."""
        block = self.block
        dual = np.array(self.highs.getSolution().row_dual)
        dearest = dual[0] + np.abs(dual[1:]) @ self.rows.largest[1:]
        if dearest <= block.grid.prices.unserved_usd_per_mwh:
            return np.zeros(0, dtype=np.int64)
        outside = self._unserved_outside()
        of_rows = block.pool.of_columns[self.rows.in_model[1:]][:, outside]
        worth = dual[0] * block.grid.balance_of_columns[outside] + dual[1:] @ of_rows
        is_dear = worth > block.grid.columns.cost_usd_per_mwh[outside] + PRICE_TOLERANCE
        return np.asarray(outside[is_dear & (hour.upper[outside] > 0.0)])

    def _add_columns(self, columns: IntArray, hour: _Hour) -> None:
        if not columns.size:
            return
        bounds = (self.block.cost[columns], hour.lower[columns], hour.upper[columns])
        entries = sparse_lines(self.block.coefficients(self.rows.in_model, columns).T)
        self.highs.addCols(len(columns), *bounds, *entries)
        self.columns, self.moving = np.append(self.columns, columns), None

    def _drop_columns(self, value: FloatArray) -> None:
        """Unserved load that is not used leaves, so that hours without any stay small."""
        import highspy

        if len(self.columns) == self.n_core:
            return
        last = self.block.n_grid_column
        unserved = np.flatnonzero(self.is_unserved[np.minimum(self.columns, last)])
        if unserved.size:
            status = self.highs.getBasis().col_status
            idle = [j for j in unserved if value[j] == 0.0 and status[j] != highspy.HighsBasisStatus.kBasic]
            self._delete_columns(np.array(idle, dtype=np.int64))

    def _drop_slacks_of(self, rows: IntArray) -> None:
        gone = (
            np.isin(self.columns, self.block.slack_columns(rows)) if self.block.is_elastic else np.zeros(0, dtype=bool)
        )
        self._delete_columns(np.flatnonzero(gone))

    def _delete_columns(self, at: IntArray) -> None:
        if at.size:
            self.highs.deleteCols(len(at), at.astype(np.int32))
            self.columns, self.moving = np.delete(self.columns, at), None


@dataclass(frozen=True, slots=True)
class _Hour:
    """Bounds of one hour's columns and sides of its rows, over the whole block."""

    lower: FloatArray
    upper: FloatArray
    side_lower: FloatArray
    side_upper: FloatArray
