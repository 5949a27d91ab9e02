"""A year of secure dispatch: solve, screen, add rows, solve the violated hours again.

``evaluate`` gives the exact cost of any hours at given withdrawals; the row pool and the cut
pool grow as it works. Work is spread over processes by cutting the year into fixed parts of hours
(``evaluate_year``), each with the rows known before, so results do not depend on the workers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.cuts import CutPool
from gridplan.dispatch.grid import Grid, unit_output_mw
from gridplan.dispatch.rows import RowKey, RowPool
from gridplan.dispatch.solver import HourSolver
from gridplan.dispatch.violations import violated_rows
from gridplan.errors import InfeasibleError
from gridplan.network.model import FloatArray, IntArray

log = logging.getLogger(__name__)

#: Slack above which an hour does not count as secure [MW].
SLACK_TOLERANCE_MW = 1.0e-4
SCOUT_HOURS = 48
#: Rounds of solving and screening after which something else than a missing row must be the matter.
MOST_ROUNDS = 200


@dataclass(frozen=True, kw_only=True)
class YearResult:
    """Exact dispatch of some hours.

    Parameters
    ----------
    hours : int, dims (time,)
    cost_usd : float, dims (time,)
        Production, unserved load and overload at their prices.
    column_mw : float, dims (time, column)
        The grid's own columns.
    row_dual : float, dims (time, row)
    overload_mw : float, dims (time, row)
        Overload slack of each row of the pool.
    """

    hours: IntArray
    u_mw: FloatArray
    cost_usd: FloatArray
    column_mw: FloatArray
    row_dual: FloatArray
    overload_mw: FloatArray
    is_feasible: IntArray

    @property
    def total_cost_usd(self) -> float:
        """Sum over the hours."""
        return float(self.cost_usd.sum())


class YearDispatch:
    """Secure dispatch of a year on one grid with shared rows and cuts.

    Parameters
    ----------
    grid : Grid
    raised_mw : mapping of row key to (time,) limits
        Limits of pre-existing violations.
    hosting_point, hosting_limit_mw :
        If given, hours are solved for the largest MW at this plan point instead of least cost; ``aim`` takes any
        direction.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        raised_mw: Mapping[RowKey, FloatArray] | None = None,
        rows: list[RowKey] | None = None,
        hosting_point: int | None = None,
        hosting_limit_mw: float = 0.0,
    ) -> None:
        self.grid = grid
        self.raised_mw = dict(raised_mw or {})
        self.pool = RowPool(grid=grid, raised_mw=self.raised_mw, keys=list(rows or []))
        self.cuts = CutPool()
        self.hosting_direction: FloatArray | None = None
        self.hosting_limit_mw = hosting_limit_mw
        if hosting_point is not None:
            self.hosting_direction = np.eye(grid.n_point)[hosting_point]
        self._solver: HourSolver | None = None

    @property
    def solved_hours(self) -> int:
        """Programs solved so far."""
        return self._solver.solved if self._solver else 0

    def aim(self, direction: FloatArray, limit_mw: float) -> None:
        """Solve hours from now on for the largest multiple of a direction, dims (point,), up to a limit [MW].

        A dispatch either looks for MW from its first hour on or never does.
        """
        self.hosting_direction, self.hosting_limit_mw = direction, limit_mw

    def pure_duals(self, result: YearResult) -> FloatArray:
        """Row duals, dims (time, row), of solved hours in which production cost has no weight."""
        assert self._solver is not None
        self._solver.wake(np.flatnonzero((result.row_dual[:, 1:] != 0.0).any(axis=0)))
        return self._solver.pure_duals(self.block(), result.hours, result.u_mw)

    def block(self) -> HourBlock:
        """The hour's program with all rows known now."""
        return HourBlock(
            grid=self.grid,
            pool=self.pool,
            n_row=len(self.pool),
            hosting_direction=self.hosting_direction,
            hosting_limit_mw=self.hosting_limit_mw,
        )

    def evaluate(self, hours: IntArray, u_mw: FloatArray, *, keep_cuts: bool = False) -> YearResult:
        """Exact cost, dispatch and duals of these hours at withdrawals ``u_mw``, dims (time, point) of the hours.

        Every hour returned has passed the full screen of all contingencies.
        """
        hours = np.asarray(hours, dtype=np.int64)
        if len(hours) > 2 * SCOUT_HOURS:
            scouts = np.unique(np.linspace(0, len(hours) - 1, SCOUT_HOURS).astype(np.int64))
            self._solve_clean(hours[scouts], u_mw[scouts])
        result = self._solve_clean(hours, u_mw)
        if keep_cuts:
            self.cuts.add(result.row_dual[result.is_feasible > 0])
        return result

    def _solve_clean(self, hours: IntArray, u_mw: FloatArray) -> YearResult:
        """Solve until no hour violates a pair that is not a row yet."""
        if self._solver is None:
            self._solver = HourSolver(self.block())
            self._solver.wake(np.arange(len(self.pool)))
        solver = self._solver
        parts: dict[int, tuple[float, FloatArray, FloatArray, int]] = {}
        pending = np.arange(len(hours))
        for round_ in range(MOST_ROUNDS):
            if not pending.size:
                break
            solver.may_leave = round_ == 0 and self.grid.runback is None
            block = self.block()
            solved = solver.solve(block, hours[pending], u_mw[pending])
            for j, i in enumerate(pending):
                parts[int(i)] = (
                    solved.objective[j],
                    solved.column_mw[j],
                    solved.row_dual[j],
                    int(solved.is_feasible[j]),
                )
            new = self._violations(block, hours[pending], u_mw[pending], solved.column_mw, solved.is_feasible)
            new = [[need for key in keys for need in self.pool.needed(key)] for keys in new]
            pending = pending[np.array([j for j, keys in enumerate(new) if keys], dtype=np.int64)]
            self.pool.add(key for keys in new for key in keys)
            solver.wake(np.array(sorted({self.pool.at[key] for keys in new for key in keys}), dtype=np.int64))
        else:
            raise InfeasibleError("the screen and the dispatch disagree about a limit that is already a row")
        return self._collect(hours, u_mw, parts)

    def _violations(
        self, block: HourBlock, hours: IntArray, u_mw: FloatArray, column_mw: FloatArray, feasible: IntArray
    ) -> list[list[RowKey]]:
        """For each hour the worst pairs that no row of the model held back."""
        own = column_mw[:, : block.n_grid_column]
        withdrawn = u_mw
        if self.hosting_direction is not None:
            withdrawn = u_mw + np.outer(column_mw[:, block.n_grid_column], self.hosting_direction)
        back = None if self.grid.runback is None else block.runback_mw(column_mw)
        state = self.grid.state(own, withdrawn, hours, back)
        raised = {key: limit[hours] for key, limit in self.raised_mw.items()}
        slack = column_mw[:, block.n_grid_column :] if block.is_elastic else np.zeros((len(hours), 0))
        return violated_rows(
            self.pool, state, raised, is_looked_at=feasible > 0, slack_mw=slack[:, 0::2] + slack[:, 1::2]
        )

    def _collect(
        self, hours: IntArray, u_mw: FloatArray, parts: dict[int, tuple[float, FloatArray, FloatArray, int]]
    ) -> YearResult:
        block = self.block()
        n_own, n_row = block.n_grid_column, block.n_row
        column = np.zeros((len(hours), n_own + (not block.is_elastic)))
        dual = np.zeros((len(hours), n_row + 1))
        overload = np.zeros((len(hours), n_row))
        for i, (_, x, y, _) in parts.items():
            column[i] = x[: column.shape[1]]
            dual[i, : len(y)] = y
            slack = x[n_own:] if block.is_elastic else x[:0]
            overload[i, : len(slack) // 2] = slack[0::2] + slack[1::2]
        cost = np.array([parts[i][0] for i in range(len(hours))])
        feasible = np.array([parts[i][3] for i in range(len(hours))], dtype=np.int64)
        return YearResult(
            hours=hours,
            u_mw=u_mw,
            cost_usd=cost,
            column_mw=column,
            row_dual=dual,
            overload_mw=overload,
            is_feasible=feasible,
        )


def generator_mw(grid: Grid, result: YearResult) -> FloatArray:
    """Output of every unit, dims (time, generator) [MW]."""
    return unit_output_mw(grid, result.column_mw, result.hours)


def state_mw(grid: Grid, result: YearResult) -> FloatArray:
    """State of the solved hours, dims (time, state) [MW]."""
    return grid.state(result.column_mw[:, : len(grid.columns.kind)], result.u_mw, result.hours)


def unserved_mw(grid: Grid, result: YearResult) -> FloatArray:
    """Unserved native load by bus, dims (time, bus) [MW]."""
    out = np.zeros((len(result.hours), len(grid.network.bus)))
    columns = grid.columns.of("unserved")
    out[:, grid.columns.owner[columns]] = result.column_mw[:, columns]
    return out


def result_at(result: YearResult, at: IntArray | slice) -> YearResult:
    """Chosen hours of a result, by their places in it; hours keep their numbers."""
    return YearResult(**{column.name: getattr(result, column.name)[at] for column in fields(result)})


def result_part(result: YearResult, part: slice) -> YearResult:
    """Some hours of a result, numbered from 0."""
    chosen = result_at(result, part)
    return replace(chosen, hours=chosen.hours - chosen.hours[0])


def merged(old: YearResult, fresh: YearResult, n_row: int) -> YearResult:
    """``old`` with the hours of ``fresh`` in their place; rows added since count as not binding."""

    def put(a: Any, b: Any, width: int | None) -> Any:
        out = a.copy() if width is None else np.zeros((len(a), width))
        if width is not None:
            out[:, : a.shape[1]] = a
            out[fresh.hours] = 0.0
            out[np.ix_(fresh.hours, np.arange(b.shape[1]))] = b
        else:
            out[fresh.hours] = b
        return out

    return YearResult(
        hours=old.hours,
        u_mw=put(old.u_mw, fresh.u_mw, None),
        cost_usd=put(old.cost_usd, fresh.cost_usd, None),
        column_mw=put(old.column_mw, fresh.column_mw, None),
        row_dual=put(old.row_dual, fresh.row_dual, n_row + 1),
        overload_mw=put(old.overload_mw, fresh.overload_mw, n_row),
        is_feasible=put(old.is_feasible, fresh.is_feasible, None),
    )
