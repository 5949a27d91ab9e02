"""A year of secure dispatch: solve, screen, add rows, solve the violated hours again.

``evaluate`` gives the exact cost of any hours at given withdrawals; the row pool and the cut
pool grow as it works. Work is spread over processes by cutting the year into fixed parts of hours
(``evaluate_year``), each with the rows known before, so results do not depend on the workers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.cuts import CutPool
from gridplan.dispatch.grid import Grid, unit_output_mw
from gridplan.dispatch.rows import INTACT, RowKey, RowPool
from gridplan.dispatch.screen import SCREEN_TOLERANCE_MW, PairSeries, each_overloaded_pair
from gridplan.dispatch.solver import HourSolver
from gridplan.errors import InfeasibleError
from gridplan.network.model import BoolArray, FloatArray, IntArray

log = logging.getLogger(__name__)

#: Slack above which an hour does not count as secure [MW].
SLACK_TOLERANCE_MW = 1.0e-4
SCOUT_HOURS = 48


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
        If given, hours are solved for the largest MW at this plan point instead of least cost.
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
        self.hosting_point, self.hosting_limit_mw = hosting_point, hosting_limit_mw
        self.solved_hours = 0

    def block(self) -> HourBlock:
        """The hour's program with all rows known now."""
        return HourBlock(
            grid=self.grid,
            pool=self.pool,
            n_row=len(self.pool),
            hosting_point=self.hosting_point,
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
        parts: dict[int, tuple[float, FloatArray, FloatArray, int]] = {}
        pending = np.arange(len(hours))
        while pending.size:
            block = self.block()
            solved = HourSolver(block).solve(hours[pending], u_mw[pending])
            self.solved_hours += len(pending)
            for j, i in enumerate(pending):
                parts[int(i)] = (
                    solved.objective[j],
                    solved.column_mw[j],
                    solved.row_dual[j],
                    int(solved.is_feasible[j]),
                )
            new = self._violations(block, hours[pending], u_mw[pending], solved.column_mw, solved.is_feasible)
            pending = pending[np.array([j for j, keys in enumerate(new) if keys], dtype=np.int64)]
            added = self.pool.add(key for keys in new for key in keys)
            if pending.size and not added:
                raise InfeasibleError("the screen and the dispatch disagree about a limit that is already a row")
        return self._collect(hours, u_mw, parts)

    def _violations(
        self, block: HourBlock, hours: IntArray, u_mw: FloatArray, column_mw: FloatArray, feasible: IntArray
    ) -> list[list[RowKey]]:
        """For each hour the worst pair of each overloaded branch that is not a row yet."""
        own = column_mw[:, : block.n_grid_column]
        withdrawn = u_mw
        if self.hosting_point is not None:
            withdrawn = u_mw.copy()
            withdrawn[:, self.hosting_point] += column_mw[:, block.n_grid_column]
        state = self.grid.state(own, withdrawn, hours)
        raised = {key: limit[hours] for key, limit in self.raised_mw.items()}
        worst = _WorstPairs(len(hours), feasible > 0)
        known = set(self.pool.keys)
        for pair in each_overloaded_pair(self.grid, state, raised):
            if pair.key not in known:
                worst.add(pair)
        return worst.keys()

    def _collect(
        self, hours: IntArray, u_mw: FloatArray, parts: dict[int, tuple[float, FloatArray, FloatArray, int]]
    ) -> YearResult:
        block = self.block()
        n_own, n_row = block.n_grid_column, block.n_row
        column = np.zeros((len(hours), n_own + (self.hosting_point is not None)))
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


class _WorstPairs:
    """The worst pair of each branch in each hour, whatever the count of pairs."""

    def __init__(self, n_time: int, counts: BoolArray) -> None:
        self.n_time, self.counts = n_time, counts
        self.overload_mw: dict[int, FloatArray] = {}
        self.contingency: dict[int, IntArray] = {}
        self.is_intact: dict[int, BoolArray] = {}

    def add(self, pair: PairSeries) -> None:
        """Note a pair; of equal ones the first stays."""
        branch, contingency = pair.key
        over = (pair.overload_mw > SCREEN_TOLERANCE_MW) & self.counts
        if not over.any():
            return
        best = self.overload_mw.setdefault(branch, np.zeros(self.n_time))
        which = self.contingency.setdefault(branch, np.full(self.n_time, INTACT))
        if contingency == INTACT:
            self.is_intact[branch] = over
        more = over & (pair.overload_mw > best)
        best[more], which[more] = pair.overload_mw[more], contingency

    def keys(self) -> list[list[RowKey]]:
        """Worst pairs by hour: branches overloaded as they stand first, then the others, each in their order."""
        found: list[list[tuple[bool, int, int]]] = [[] for _ in range(self.n_time)]
        nowhere = np.zeros(self.n_time, dtype=bool)
        for branch, best in self.overload_mw.items():
            intact, which = self.is_intact.get(branch, nowhere), self.contingency[branch]
            for i in np.flatnonzero(best > 0):
                found[i].append((not intact[i], branch, int(which[i])))
        return [[(branch, contingency) for _, branch, contingency in sorted(hour)] for hour in found]


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


def result_part(result: YearResult, part: slice) -> YearResult:
    """Some hours of a result, numbered from 0."""
    hours = result.hours[part]
    return YearResult(
        hours=hours - hours[0],
        u_mw=result.u_mw[part],
        cost_usd=result.cost_usd[part],
        column_mw=result.column_mw[part],
        row_dual=result.row_dual[part],
        overload_mw=result.overload_mw[part],
        is_feasible=result.is_feasible[part],
    )
