"""The plan-dispatch loop: a master with value-function cuts below, exact dispatch above.

Each round the master proposes withdrawals, the dispatch prices every hour exactly, and the cuts
of the hours whose cost was underestimated join the master. The lower bound is the master's, the
upper bound the best plan dispatched and fully screened; the loop stops at the asked gap.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.cuts import cut_slopes, own_cuts
from gridplan.dispatch.limit_price import LimitPrices, limit_prices
from gridplan.dispatch.price import BusPrices, bus_prices
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearDispatch, YearResult, merged
from gridplan.network.model import FloatArray, IntArray
from gridplan.plan.problems.schedule import SchedulePlan
from gridplan.plan.solver import PlanSolver

log = logging.getLogger(__name__)

MAX_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class LoopResult:
    """Best schedule found and what is proved about it.

    ``gap_frac`` is (upper - lower) / (upper - base), base being the grid without campuses;
    ``start_usd`` is the cost of dispatch when nothing is shifted.
    """

    x: FloatArray
    u_mw: FloatArray
    dispatch: YearResult
    prices: BusPrices
    limit_prices: LimitPrices
    rows: tuple[RowKey, ...]
    start_usd: float
    upper_usd: float
    lower_usd: float
    base_usd: float
    gap_frac: float
    rounds: int
    status: str


def decision_gap(upper_usd: float, lower_usd: float, base_usd: float) -> float:
    """Gap measured against what is being decided: (upper - lower) / (upper - base)."""
    if not np.isfinite(upper_usd):
        return np.inf
    decided = upper_usd - base_usd
    spread = max(upper_usd - lower_usd, 0.0)
    if spread <= 1e-9 * max(abs(upper_usd), 1.0):
        return 0.0
    return spread / decided if decided > 0 else np.inf


class ScheduleLoop:
    """Runs one schedule to a proven gap.

    Parameters
    ----------
    plan : SchedulePlan
    year : YearDispatch
        Dispatch whose plan points are the plan's points in the same order.
    base : YearResult
        Exact dispatch of all hours at u = 0.
    """

    def __init__(
        self,
        plan: SchedulePlan,
        year: YearDispatch,
        base: YearResult,
        *,
        gap_frac: float,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.plan, self.year, self.base = plan, year, base
        self.gap_frac, self.progress = gap_frac, progress
        self.solver = PlanSolver(plan.compiled)
        self.hours = np.arange(plan.n_time)
        self.cost_column = plan.compiled.column("cost_usd")
        self.last: YearResult | None = None
        self._append_supply_rows()

    def run(self, start_u_mw: FloatArray) -> LoopResult:
        """Iterate from cuts at u = 0 and at ``start_u_mw``, dims (time, point)."""
        start_usd = self._seed_cuts(start_u_mw)
        best: tuple[float, FloatArray, YearResult] | None = None
        lower, gap = -np.inf, np.inf
        round_ = 0
        for round_ in range(1, MAX_ROUNDS + 1):
            proposal = self.solver.solve()
            lower = max(lower, proposal.bound)
            u_mw = self.plan.withdrawal_mw(proposal.x)
            exact = self._evaluate(u_mw)
            upper = self.plan.plan_cost_usd(proposal.x) + exact.total_cost_usd
            if best is None or upper < best[0]:
                best = (upper, proposal.x[: len(self.plan.compiled.cost)], exact)
            gap = decision_gap(best[0], lower, self.base.total_cost_usd)
            self.progress(f"schedule round {round_}: gap {gap:.4%}")
            if gap <= self.gap_frac or not self._add_cuts(exact, proposal.x):
                break
        assert best is not None
        prices = bus_prices(self.year.pool, best[2])
        return LoopResult(
            x=best[1],
            u_mw=self.plan.withdrawal_mw(best[1]),
            dispatch=best[2],
            prices=prices,
            limit_prices=limit_prices(self.year.pool, best[2], prices.is_penalty),
            rows=tuple(self.year.pool.keys),
            start_usd=start_usd,
            upper_usd=best[0],
            lower_usd=min(lower, best[0]),
            base_usd=self.base.total_cost_usd,
            gap_frac=gap,
            rounds=round_,
            status="optimal" if gap <= 1e-9 else "gap_reached" if gap <= self.gap_frac else "gap_not_reached",
        )

    def _seed_cuts(self, start_u_mw: FloatArray) -> float:
        """First cuts: for every hour those that are tight at no load, at the start, between and at the contract.

        Returns the cost of dispatch at the start [USD].
        """
        self.year.cuts.add(self.base.row_dual)
        start_usd = self._evaluate(start_u_mw, keep_cuts=True).total_cost_usd
        block = self.year.block()
        contract = np.tile(self.plan.compiled.upper[self._point_columns()][:, 0], (self.plan.n_time, 1))
        samples = (np.zeros_like(start_u_mw), start_u_mw, 0.5 * start_u_mw, 0.75 * start_u_mw, contract)
        duals = self.year.cuts.duals(block)
        slopes = cut_slopes(block, duals)
        taken: set[tuple[int, int]] = set()
        for _, which in self.year.cuts.best(block, self.hours, *samples):
            new = np.array([h for h in self.hours if (int(h), int(which[h])) not in taken], dtype=np.int64)
            taken.update((int(h), int(which[h])) for h in new)
            constant, _ = own_cuts(block, duals[which[new]], new)
            self._append(new, constant, slopes[which[new]])
        return start_usd

    def _append_supply_rows(self) -> None:
        """Append ``least <= sum of withdrawals <= most`` for hours whose withdrawals could have no dispatch."""
        points = self._point_columns()
        least, most = self.year.grid.supply_range_mw()
        lower, upper = (bound[points].sum(axis=0) for bound in (self.plan.compiled.lower, self.plan.compiled.upper))
        hours = np.flatnonzero((lower < least) | (upper > most))
        rows = np.repeat(np.arange(len(hours)), len(points))
        entries = (np.ones(len(rows)), (rows, points[:, hours].T.ravel()))
        matrix = sp.csr_matrix(entries, shape=(len(hours), len(self.plan.compiled.cost)))
        self.solver.add_rows(matrix, least[hours], most[hours])

    def _point_columns(self) -> IntArray:
        return self.plan.compiled.column("p_point_mw", (len(self.plan.layout.points), self.plan.n_time))

    def _evaluate(self, u_mw: FloatArray, *, keep_cuts: bool = False) -> YearResult:
        """Exact dispatch; hours whose withdrawals did not move since the last round are not solved again."""
        if self.last is None:
            self.last = self.year.evaluate(self.hours, u_mw, keep_cuts=keep_cuts)
            return self.last
        moved = np.flatnonzero(np.abs(u_mw - self.last.u_mw).max(axis=1, initial=0.0) > 1e-9)
        if moved.size:
            fresh = self.year.evaluate(moved, u_mw[moved])
            self.last = merged(self.last, fresh, len(self.year.pool))
        return self.last

    def _add_cuts(self, exact: YearResult, x: FloatArray) -> int:
        """Cut of every hour whose cost the master underestimates; returns how many there were."""
        short = exact.cost_usd - x[self.cost_column] > 1e-10 * np.maximum(1.0, np.abs(exact.cost_usd))
        hours = np.flatnonzero(short)
        if hours.size:
            constant, slope = own_cuts(self.year.block(), exact.row_dual[hours], hours)
            self._append(hours, constant, slope)
        return len(hours)

    def _append(self, hours: IntArray, constant_usd: FloatArray, slope_usd_per_mwh: FloatArray) -> None:
        """Append ``cost_h - slope u_h >= constant`` to the master."""
        points = self._point_columns()[:, hours].T
        rows = np.repeat(np.arange(len(hours)), 1 + points.shape[1])
        columns = np.hstack([self.cost_column[hours][:, None], points]).ravel()
        values = np.hstack([np.ones((len(hours), 1)), -slope_usd_per_mwh]).ravel()
        matrix = sp.csr_matrix((values, (rows, columns)), shape=(len(hours), len(self.plan.compiled.cost)))
        self.solver.add_rows(matrix, constant_usd, np.full(len(hours), np.inf))
