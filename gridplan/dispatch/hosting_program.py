"""The program of one bus and hour, ``max u``, as a warm HiGHS model in which buses follow one another.

Nothing but MW counts here, so the cost blocks of a unit are one column: a third of the columns of a dispatch. With no
cost at all every output is as good as another, and the simplex method wanders; so a bus is solved twice, first with
MW worth ``GUIDE`` times the dearest unit, which moves few units and comes close, then for MW alone from there. Every
bus starts from the same basis, that of its hour without any new load. Rows that no bus reached for a while leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.highs import add_free_rows, new_highs, pass_balance, tried_again
from gridplan.dispatch.shared_rows import SharedRows
from gridplan.errors import NoSolutionError
from gridplan.network.model import FloatArray, IntArray

#: Solves without a price after which a row leaves, and how many leave together at least.
IDLE_SOLVES, LEAST_LEAVING = 16, 16
#: Worth of a MW of the bus on the way to the answer, in MWh of the dearest unit.
GUIDE = 30.0
#: A dual this large means that the row holds something back.
HOLDING = 1.0e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroups:
    """Columns of a grid that are one where cost does not count: blocks of a unit; unserved load is none.

    ``first`` is a column of each group, ``of_columns`` says which column belongs to which group.
    """

    first: IntArray
    of_columns: sp.csr_matrix

    def bounds_mw(self, grid: Grid, hour: int) -> tuple[FloatArray, FloatArray]:
        """Bounds of the groups in one hour, each dims (group,) [MW]."""
        lower, upper = grid.column_bounds_mw(np.array([hour]))
        return np.asarray(lower[0] @ self.of_columns), np.asarray(upper[0] @ self.of_columns)


def column_groups(grid: Grid) -> ColumnGroups:
    """Groups of a grid's columns, in the order of their first columns."""
    columns = grid.columns
    at: dict[tuple[str, int], int] = {}
    first: list[int] = []
    group: list[int] = []
    member: list[int] = []
    for j, (kind, owner) in enumerate(zip(columns.kind, columns.owner, strict=True)):
        if kind == "unserved":
            continue
        key = (kind, int(owner))
        if key not in at:
            at[key] = len(first)
            first.append(j)
        group.append(at[key])
        member.append(j)
    shape = (len(columns.kind), len(first))
    of_columns = sp.csr_matrix((np.ones(len(member)), (member, group)), shape=shape)
    return ColumnGroups(first=np.array(first, dtype=np.int64), of_columns=of_columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSolution:
    """MW of the bus, output by group (group,), dual by row of the pool (row,); None where nothing is feasible."""

    p_mw: float
    group_mw: FloatArray
    row_dual: FloatArray


class HostingProgram:
    """One model for all buses of a block; ``set_hour`` and ``set_bus`` say whose it is at the moment."""

    def __init__(self, grid: Grid, rows: SharedRows, groups: ColumnGroups) -> None:
        self.grid, self.rows, self.groups = grid, rows, groups
        self.highs = new_highs()
        self.highs.setOptionValue("simplex_scale_strategy", 0)  # MW and factors up to 1: nothing to scale, every run
        self.in_model: IntArray = np.zeros(0, dtype=np.int64)
        self.idle: IntArray = np.zeros(0, dtype=np.int64)
        self.hour, self.solved = 0, 0
        self._cost = self._guide_cost()
        self._base: Any = None
        self._n_base = 0
        self._pass_balance()

    @property
    def _free(self) -> int:
        """Column of the free MW, the last one."""
        return len(self.groups.first)

    def _pass_balance(self) -> None:
        balance = np.append(self.grid.balance_of_columns[self.groups.first], -1.0)
        pass_balance(self.highs, balance, np.append(np.zeros(self._free), -1.0))

    def _guide_cost(self) -> FloatArray:
        """Cost of each group of columns on the way, dims (group,), 1 at most: mean of its columns."""
        own, of_columns = self.grid.columns.cost_usd_per_mwh, self.groups.of_columns
        cost = np.asarray(own @ of_columns) / np.asarray(of_columns.sum(axis=0)).ravel()
        return np.asarray(cost / max(float(np.abs(cost).max(initial=0.0)), 1e-9))

    def set_guide(self, *, is_on: bool) -> None:
        """Let cost show the way, or count MW alone."""
        cost = np.append(self._cost, -GUIDE) if is_on else np.append(np.zeros(self._free), -1.0)
        self.highs.changeColsCost(self._free + 1, np.arange(self._free + 1, dtype=np.int32), cost)

    def set_hour(self, hour: int) -> None:
        """Bounds and sides of an hour, and the basis every bus of it starts from."""
        self.hour = hour
        self.set_guide(is_on=True)
        lower, upper = self.groups.bounds_mw(self.grid, hour)
        each = np.arange(self._free + 1, dtype=np.int32)
        self.highs.changeColsBounds(len(each), each, np.append(lower, 0.0), np.append(upper, 0.0))
        self.highs.changeRowBounds(0, self.grid.balance_mw[hour], self.grid.balance_mw[hour])
        self._set_sides(np.arange(len(self.in_model)))
        self.highs.clearSolver()
        self._base = self.highs.getBasis() if self._run() else None
        self._n_base = len(self.in_model)

    def set_bus(self, bus: int, most_mw: float) -> None:
        """Put the column of the free MW at a bus, up to ``most_mw``, and go back to the basis of the hour."""
        self._drop_idle()
        column = self.rows.of_bus(bus)[self.in_model]
        at = np.flatnonzero(np.abs(column) > 1e-12)
        index, value = np.append(0, at + 1).astype(np.int32), np.append(-1.0, column[at])
        self.highs.deleteCols(1, np.array([self._free], dtype=np.int32))
        self.highs.addCol(-GUIDE, 0.0, most_mw, len(index), index, value)
        self.set_guide(is_on=True)
        self._restart()

    def set_limits_mw(self, rows: Sequence[int], limit_mw: Sequence[float] | FloatArray) -> None:
        """Give some rows of the pool that are in the model other limits, until the next hour."""
        for row, limit in zip(rows, limit_mw, strict=True):
            for place in np.flatnonzero(self.in_model == row):
                fixed = self.rows.fixed_mw[row, self.hour]
                self.highs.changeRowBounds(int(place) + 1, -limit - fixed, limit - fixed)

    def add_rows(self, bus: int, rows: IntArray) -> None:
        """Take rows of the pool into the model."""
        rows = rows[~np.isin(rows, self.in_model)]
        if not rows.size:
            return
        values = np.hstack([self.rows.of_columns[rows], self.rows.of_bus(bus)[rows][:, None]])
        add_free_rows(self.highs, values)
        places = np.arange(len(self.in_model), len(self.in_model) + len(rows))
        self.in_model = np.append(self.in_model, rows)
        self.idle = np.append(self.idle, np.zeros(len(rows), dtype=np.int64))
        self._set_sides(places)

    def solve(self) -> BusSolution | None:
        """Solution with the rows of the model, or None where no MW at all is feasible."""
        if not self._run():
            return None
        self.solved += 1
        solution = self.highs.getSolution()
        value, dual = np.array(solution.col_value), np.array(solution.row_dual)[1:]
        self.idle = np.where(np.abs(dual) > HOLDING, 0, self.idle + 1)
        all_duals = np.zeros(len(self.rows))
        all_duals[self.in_model] = dual
        return BusSolution(p_mw=float(value[-1]), group_mw=value[:-1], row_dual=all_duals)

    def _set_sides(self, places: IntArray) -> None:
        rows = self.in_model[places]
        limit, fixed = self.rows.limit_mw[rows, self.hour], self.rows.fixed_mw[rows, self.hour]
        self.highs.changeRowsBounds(len(places), (places + 1).astype(np.int32), -limit - fixed, limit - fixed)

    def _drop_idle(self) -> None:
        """Rows beyond those of the hour's basis leave when nobody needed them for long."""
        own = np.arange(len(self.in_model)) >= self._n_base
        tired = np.flatnonzero(own & (self.idle > IDLE_SOLVES))
        if len(tired) < LEAST_LEAVING:
            return
        self.highs.deleteRows(len(tired), (tired + 1).astype(np.int32))
        self.in_model, self.idle = np.delete(self.in_model, tired), np.delete(self.idle, tired)

    def _restart(self) -> None:
        import highspy

        if self._base is None:
            self.highs.clearSolver()
            return
        basis = highspy.HighsBasis()
        basis.col_status = list(self._base.col_status)
        later = [highspy.HighsBasisStatus.kBasic] * (len(self.in_model) - self._n_base)
        basis.row_status = list(self._base.row_status) + later
        basis.valid, basis.alien = True, False
        self.highs.setBasis(basis)

    def _run(self) -> bool:
        """Whether there is a solution."""
        import highspy

        good, none = highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != good:
            status = tried_again(self.highs)
        if status not in (good, none):
            raise NoSolutionError(f"the hosting program ended with {self.highs.modelStatusToString(status)}")
        return bool(status == good)
