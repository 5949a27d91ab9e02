"""Siting by explicit critical hours: relax, promote hours, then integers, until the year is clean.

The master carries the dispatch of the critical hours itself and knows all other hours through one
value-function cut per evaluation. Every candidate is dispatched through the full year; hours with
slack join the explicit ones. A candidate counts as an upper bound only when no hour has slack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.cuts import own_cuts
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.parts import evaluate_year
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearDispatch, YearResult, unserved_mw
from gridplan.errors import NoSolutionError
from gridplan.network.model import FloatArray, IntArray
from gridplan.plan.compiled import Compiled
from gridplan.plan.event_terms import add_event_rows, broken_terms
from gridplan.plan.explicit import ExplicitMaster, explicit_master, hourly_gain_mw
from gridplan.plan.loop import decision_gap
from gridplan.plan.parts.load_loss import load_loss_worth
from gridplan.plan.problems.siting import SitingPlan
from gridplan.plan.solver import PlanSolution, PlanSolver

MAX_ROUNDS = 60
#: Hours promoted per round: few while relaxed (the worst say most), more once sizes are whole.
PROMOTED_RELAXED, PROMOTED_INTEGER = 8, 24
#: Share of the asked gap that an integer solve may use up.
MIP_SHARE = 0.2


@dataclass(frozen=True, kw_only=True)
class SitingResult:
    """Chosen sites, sizes and reinforcements, dispatched through the whole year.

    ``curtailed_mw`` has dims (time, site); ``dispatch`` is the year at ``sites_mw - curtailed_mw``;
    ``load_loss_usd_per_mw``, dims (zone,), is what one more MW of the limit of a fault zone would save over the studied
    hours with POIs and reinforcements as chosen and sizes free of blocks.
    """

    sites_mw: FloatArray
    built: FloatArray
    curtailed_mw: FloatArray
    dispatch: YearResult
    upper_usd: float
    lower_usd: float
    base_usd: float
    gap_frac: float
    critical_hours: IntArray
    rounds: int
    status: str
    rows: tuple[RowKey, ...]
    load_loss_usd_per_mw: FloatArray


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    sites_mw: FloatArray
    built: FloatArray
    curtailed_mw: FloatArray
    dispatch: YearResult
    slack_mw: FloatArray
    cost_usd: float


@dataclass(frozen=True, kw_only=True)
class _YearCut:
    """Cut of one evaluation, hour by hour: constants (time,), slopes (time, site) and (time, option)."""

    constant_usd: FloatArray
    slope_site: FloatArray
    slope_option: FloatArray


class SitingLoop:
    """Solves one year's siting to a proven gap.

    Parameters
    ----------
    plan : SitingPlan
    grid : Grid
        Grid whose points are the plan's sites, limits as before any reinforcement.
    base : YearResult
        Dispatch without campuses.
    critical_hours : sequence of int
        First explicit hours.
    rows : sequence of row keys
        Security rows known to matter.
    """

    def __init__(
        self,
        plan: SitingPlan,
        grid: Grid,
        base: YearResult,
        *,
        gap_frac: float,
        critical_hours: Sequence[int] = (),
        rows: Sequence[RowKey] = (),
        raised_mw: dict[RowKey, FloatArray] | None = None,
        farm: Farm | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.plan, self.grid, self.base, self.gap_frac = plan, grid, base, gap_frac
        self.raised, self.farm = raised_mw or {}, farm
        self.year = YearDispatch(grid, raised_mw=self.raised, rows=list(rows))
        self.explicit = np.unique(np.asarray(list(critical_hours), dtype=np.int64))
        self.base_unserved = unserved_mw(grid, base).sum(axis=1)
        self.cuts = [self._cut(base)]
        self.counting: set[int] = set()
        self.progress = progress
        self.scale_usd = max(float(plan.compiled.cost[plan.compiled.column("p_unconnected_mw")].max(initial=0.0)), 1.0)

    def run(self) -> SitingResult:
        """Relax until no hour is violated, then integers until the gap is proved."""
        lower, best = -np.inf, None
        is_relaxed = True
        for round_ in range(1, MAX_ROUNDS + 1):
            master, solution = self._solve_master(is_relaxed)
            lower = max(lower, solution.bound)
            candidate = self._evaluate(master, solution)
            violated = self._violated(candidate)
            is_clean = not (candidate.slack_mw > SLACK_TOLERANCE_MW).any() and not is_relaxed
            broken = broken_terms(self.plan, candidate.curtailed_mw) - self.counting
            if is_clean and not broken and (best is None or candidate.cost_usd < best.cost_usd):
                best = candidate
            gap = decision_gap(best.cost_usd, lower, self.base.total_cost_usd) if best else np.inf
            self._say(round_, is_relaxed, violated, gap)
            if best is not None and gap <= self.gap_frac:
                break
            self.counting |= set() if is_relaxed else broken
            is_relaxed = is_relaxed and self._promote(violated, PROMOTED_RELAXED)
            if not is_relaxed:
                self._promote(violated, PROMOTED_INTEGER)
        if best is None:
            raise NoSolutionError(f"siting found no plan without overload in {MAX_ROUNDS} rounds")
        return self._result(best, lower, gap, round_)

    def _say(self, round_: int, is_relaxed: bool, violated: IntArray, gap: float) -> None:
        stage = "relaxed" if is_relaxed else "integer"
        shown = f", gap {gap:.3%}" if np.isfinite(gap) else ""
        self.progress(
            f"siting round {round_} ({stage}): {len(self.explicit)} critical hours, {violated.size} violated{shown}"
        )

    def _promote(self, violated: IntArray, count: int) -> bool:
        """Make the worst violated hours explicit; tells whether there were any."""
        self.explicit = np.union1d(self.explicit, violated[:count])
        return bool(violated.size)

    def _solve_master(self, is_relaxed: bool) -> tuple[ExplicitMaster, PlanSolution]:
        limit = self._unserved_limit()
        master = explicit_master(self.plan, self.year.block(), self.explicit, limit, len(self.grid))
        compiled = self._with_cuts(master.compiled)
        if is_relaxed:
            compiled = replace(compiled, is_integer=np.zeros_like(compiled.is_integer))
        elif self.counting:
            compiled = add_event_rows(compiled, self.plan, master, sorted(self.counting))
        asked = sum(r.contract_mw for r in self.plan.requests)
        slack_usd = MIP_SHARE * self.gap_frac * self.scale_usd * asked * 0.1
        return master, PlanSolver(compiled, mip_gap_usd=max(slack_usd, 1e-3)).solve()

    def _load_loss_usd_per_mw(self, best: _Candidate) -> FloatArray:
        """Dual of every fault zone in the master whose POIs and reinforcements are the chosen ones, dims (zone,)."""
        if not self.plan.load_loss.zones:
            return np.zeros(0)
        master = explicit_master(self.plan, self.year.block(), self.explicit, self._unserved_limit(), len(self.grid))
        compiled = self._with_cuts(master.compiled).copy()
        compiled.is_integer = np.zeros_like(compiled.is_integer)
        placed = {i for k, (i, _) in enumerate(self.plan.sites) if best.sites_mw[k] > 0}
        is_open = [best.sites_mw[k] > 0 or i not in placed for k, (i, _) in enumerate(self.plan.sites)]
        chosen = compiled.column("is_chosen")
        compiled.upper[chosen] = np.where(is_open, compiled.upper[chosen], 0.0)
        if self.plan.options:
            compiled.bound("is_built", best.built, best.built)
        dual = PlanSolver(compiled).solve().row_dual
        return load_loss_worth(self.plan.compiled, self.plan.load_loss, np.zeros(0) if dual is None else dual)

    def _unserved_limit(self) -> FloatArray:
        own = self.base.column_mw[self.explicit]
        keep = np.zeros(own.shape[1])
        keep[self.grid.columns.of("unserved")] = 1.0
        return np.asarray(own * keep)

    def _with_cuts(self, compiled: Compiled) -> Compiled:
        """``other_cost >= sum of the cuts of the hours that are not explicit``, one row per evaluation."""
        other = np.setdiff1d(np.arange(len(self.grid)), self.explicit)
        site = self.plan.compiled.column("p_site_mw")
        built = self.plan.compiled.column("is_built") if self.plan.options else np.zeros(0, dtype=np.int64)
        columns = np.concatenate([self.plan.compiled.column("other_cost_usd"), site, built])
        values, sides = [], []
        for cut in self.cuts:
            slopes = [cut.slope_site[other].sum(axis=0), cut.slope_option[other].sum(axis=0)]
            values.append(np.concatenate([[1.0], *(-s for s in slopes)]))
            sides.append(cut.constant_usd[other].sum())
        n_cut = len(values)
        rows = np.repeat(np.arange(n_cut), len(columns))
        shape = (n_cut, len(compiled.cost))
        matrix = sp.csr_matrix((np.concatenate(values), (rows, np.tile(columns, n_cut))), shape=shape)
        return replace(
            compiled,
            a=sp.csr_matrix(sp.vstack([compiled.a, matrix])),
            row_lower=np.concatenate([compiled.row_lower, sides]),
            row_upper=np.concatenate([compiled.row_upper, np.full(n_cut, np.inf)]),
        )

    def _limits(self, built: FloatArray) -> Limits:
        limits = self.grid.limits
        for option, share in zip(self.plan.options, built, strict=True):
            limits = option.raised(limits, float(share))
        return limits

    def _evaluate(self, master: ExplicitMaster, solution: PlanSolution) -> _Candidate:
        """Dispatch the master's proposal through the year and keep its cut."""
        compiled, x = self.plan.compiled, solution.x
        whole = np.allclose(compiled.value(x, "blocks"), np.round(compiled.value(x, "blocks")), atol=1e-6)
        sites = self.plan.sites_mw(x) if whole else np.maximum(compiled.value(x, "p_site_mw"), 0.0)
        built = compiled.value(x, "is_built") if self.plan.options else np.zeros(0)
        built = np.round(built) if np.allclose(built, np.round(built), atol=1e-6) else built
        curtailed = np.zeros((len(self.grid), len(sites)))
        curtailed[self.explicit] = np.minimum(master.curtailed_mw(x, len(sites)), sites)
        exact, rows = evaluate_year(
            self.grid.with_limits(self._limits(built)),
            sites - curtailed,
            rows=self.year.pool.keys,
            raised_mw=self.raised,
            farm=self.farm,
        )
        self.year.pool.add(rows)
        self.cuts.append(self._cut(exact))
        price = np.array([self.plan.requests[i].curtailment_usd_per_mwh for i, _ in self.plan.sites])
        invest = float(compiled.cost @ x[: len(compiled.cost)]) - float(x[compiled.column("other_cost_usd")[0]])
        return _Candidate(
            sites_mw=sites,
            built=built,
            curtailed_mw=curtailed,
            dispatch=exact,
            slack_mw=self._slack_mw(exact),
            cost_usd=invest + float((curtailed @ price).sum()) + exact.total_cost_usd,
        )

    def _slack_mw(self, exact: YearResult) -> FloatArray:
        """Overload and native load shed on account of the campuses, dims (time,); infinite where supply ends."""
        shed = np.maximum(unserved_mw(self.grid, exact).sum(axis=1) - self.base_unserved, 0.0)
        return np.where(exact.is_feasible > 0, exact.overload_mw.sum(axis=1) + shed, np.inf)

    def _violated(self, candidate: _Candidate) -> IntArray:
        """Hours with slack that are not explicit yet, worst first."""
        hours = np.flatnonzero(candidate.slack_mw > SLACK_TOLERANCE_MW)
        hours = hours[np.argsort(-candidate.slack_mw[hours], kind="stable")]
        return hours[~np.isin(hours, self.explicit)]

    def _cut(self, exact: YearResult) -> _YearCut:
        block = self.year.block()
        constant, slope = own_cuts(block, exact.row_dual, exact.hours)
        price = self.grid.prices.overload_usd_per_mwh
        worth = np.zeros((len(exact.hours), len(self.year.pool)))
        worth[:, : exact.row_dual.shape[1] - 1] = np.minimum(np.abs(exact.row_dual[:, 1:]), price)
        gains = [hourly_gain_mw(self.year.pool, len(self.year.pool), o, exact.hours) for o in self.plan.options]
        slope_option = np.array([-(worth * gain).sum(axis=1) for gain in gains]).reshape(-1, len(exact.hours)).T
        return _YearCut(constant_usd=constant, slope_site=slope, slope_option=slope_option)

    def _result(self, best: _Candidate, lower: float, gap: float, rounds: int) -> SitingResult:
        return SitingResult(
            sites_mw=best.sites_mw,
            built=best.built,
            curtailed_mw=best.curtailed_mw,
            dispatch=best.dispatch,
            upper_usd=best.cost_usd,
            lower_usd=min(lower, best.cost_usd),
            base_usd=self.base.total_cost_usd,
            gap_frac=gap,
            critical_hours=self.explicit,
            rounds=rounds,
            status="optimal" if gap <= 1e-9 else "gap_reached" if gap <= self.gap_frac else "gap_not_reached",
            rows=tuple(self.year.pool.keys),
            load_loss_usd_per_mw=self._load_loss_usd_per_mw(best),
        )
