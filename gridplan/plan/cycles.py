"""A year's schedule in planning cycles: fixed runs of hours that are solved on their own.

At the end of a cycle no work is left over and stores are half full, so cycles do not couple and
the year's bounds are the sums of theirs. A job whose window spans several cycles does its energy
evenly over its hours. Why, and what it costs: docs/decisions/0002-planning-cycles.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.campus.model import Campuses, CampusJob
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.limit_price import LimitPrices, joined_prices
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearDispatch, YearResult, result_part
from gridplan.network.model import BoolArray, FloatArray
from gridplan.plan.layout import Layout, schedule_layout
from gridplan.plan.loop import LoopResult, ScheduleLoop, decision_gap
from gridplan.plan.parts.storage import Store
from gridplan.plan.problems.schedule import SchedulePlan, compile_schedule

#: Hours of a planning cycle (two weeks); the last one of a year may be shorter.
CYCLE_H = 336


@dataclass(frozen=True, kw_only=True)
class ScheduleResult:
    """Schedule of all hours with its proof.

    LMP is the sum of ``lmp_energy_usd_per_mwh``, dims (time,), and ``lmp_congestion_usd_per_mwh``, dims (time, bus).

    ``gap_frac`` is (upper - lower) / (upper - base); arrays have dims (..., time) in the layout's order.
    """

    layout: Layout
    p_workload_mw: FloatArray
    backlog_mwh: FloatArray
    p_curtailed_mw: FloatArray
    lost_work_mw: FloatArray
    p_shift_mw: FloatArray
    p_job_mw: FloatArray
    p_charge_mw: FloatArray
    p_discharge_mw: FloatArray
    e_storage_mwh: FloatArray
    u_mw: FloatArray
    cost_usd: FloatArray
    column_mw: FloatArray
    lmp_energy_usd_per_mwh: FloatArray
    lmp_congestion_usd_per_mwh: FloatArray
    is_penalty_priced: BoolArray
    limit_prices: LimitPrices
    overload_mw: FloatArray
    rows: tuple[RowKey, ...]
    start_usd: float
    upper_usd: float
    lower_usd: float
    base_usd: float
    gap_frac: float
    rounds: int
    status: str


@dataclass(frozen=True, kw_only=True)
class CycleJob:
    """Everything one process needs to solve one cycle."""

    grid: Grid
    rows: tuple[RowKey, ...]
    raised_mw: dict[RowKey, FloatArray]
    base: YearResult
    plan: SchedulePlan
    campuses: Campuses
    gap_frac: float


def solve_schedule(
    grid: Grid,
    campuses: Campuses,
    stores: Sequence[Store],
    base: YearResult,
    rows: Sequence[RowKey],
    *,
    raised_mw: dict[RowKey, FloatArray] | None = None,
    gap_frac: float,
    cycle_h: int = CYCLE_H,
    farm: Farm | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ScheduleResult:
    """Solve the schedule of all hours to a proven gap.

    Parameters
    ----------
    grid : Grid
        Dispatch grid whose points are the campuses, then the grid stores.
    base : YearResult
        Exact dispatch of all hours at u = 0.
    rows : sequence of (branch, contingency)
        Security rows known so far; every cycle starts from these.
    """
    progress("schedule: compiling the plan")
    layout = schedule_layout(campuses, stores)
    shapes: dict[int, SchedulePlan] = {}
    jobs = []
    raised = raised_mw or {}
    for first in range(0, campuses.n_time, cycle_h):
        part = slice(first, min(first + cycle_h, campuses.n_time))
        n_time = part.stop - part.start
        if n_time not in shapes:
            shapes[n_time] = compile_schedule(layout, n_time)
        jobs.append(
            CycleJob(
                grid=grid.part(part),
                rows=tuple(rows),
                raised_mw={key: limit[part] for key, limit in raised.items()},
                base=result_part(base, part),
                plan=shapes[n_time],
                campuses=campuses_part(campuses, part),
                gap_frac=gap_frac,
            )
        )
    loops = (farm or Farm()).map(
        solve_cycle,
        jobs,
        progress=lambda i: progress(f"schedule: {i + 1} of {len(jobs)} cycles done"),
        name="schedule",
    )
    return _joined(layout, [job.plan for job in jobs], loops)


def solve_cycle(job: CycleJob) -> LoopResult:
    """Run the plan-dispatch loop of one cycle."""
    plan = job.plan.filled(job.campuses)
    year = YearDispatch(job.grid, raised_mw=job.raised_mw, rows=list(job.rows))
    n_grid_store = len(plan.layout.points) - len(plan.layout.campus)
    start = np.hstack([job.campuses.baseline_mw.sum(axis=1).T, np.zeros((plan.n_time, n_grid_store))])
    return ScheduleLoop(plan, year, job.base, gap_frac=job.gap_frac).run(start)


def campuses_part(campuses: Campuses, part: slice) -> Campuses:
    """Campuses in some of their hours; a job's energy is shared over its window by hours."""
    jobs = [cut for job in campuses.jobs if (cut := _job_part(job, part)) is not None]
    return replace(
        campuses,
        time_utc=campuses.time_utc[part],
        baseline_mw=campuses.baseline_mw[:, :, part],
        jobs=tuple(jobs),
        findings=(),
    )


def _job_part(job: CampusJob, part: slice) -> CampusJob | None:
    first, last = max(job.release_position, part.start), min(job.deadline_position, part.stop)
    if first >= last:
        return None
    share = (last - first) / (job.deadline_position - job.release_position)
    return replace(
        job,
        energy_mwh=job.energy_mwh * share,
        release_position=first - part.start,
        deadline_position=last - part.start,
    )


def _joined(layout: Layout, plans: Sequence[SchedulePlan], loops: Sequence[LoopResult]) -> ScheduleResult:
    def values(name: str, count: int) -> FloatArray:
        if not count:
            return np.zeros((0, sum(plan.n_time for plan in plans)))
        parts = [p.compiled.value(r.x, name, (count, p.n_time)) for p, r in zip(plans, loops, strict=True)]
        return np.concatenate(parts, axis=1)

    upper, lower = sum(r.upper_usd for r in loops), sum(r.lower_usd for r in loops)
    base = sum(r.base_usd for r in loops)
    order = ("optimal", "gap_reached", "gap_not_reached")
    first_hours = np.cumsum([0, *(plan.n_time for plan in plans[:-1])]).tolist()
    given_up = values("p_curtailed_mw", len(layout.cuts))
    return ScheduleResult(
        layout=layout,
        p_workload_mw=values("p_workload_mw", len(layout.waiting)),
        backlog_mwh=values("backlog_mwh", len(layout.waiting)),
        p_curtailed_mw=_by_lossy(layout, given_up),
        lost_work_mw=_by_lossy(layout, given_up, [cut.work_per_power for cut in layout.cuts]),
        p_shift_mw=values("p_shift_mw", len(layout.shifts)),
        p_job_mw=values("p_job_mw", len(layout.jobs)),
        p_charge_mw=values("p_charge_mw", len(layout.stores)),
        p_discharge_mw=values("p_discharge_mw", len(layout.stores)),
        e_storage_mwh=values("e_storage_mwh", len(layout.stores)),
        u_mw=np.concatenate([r.u_mw for r in loops]),
        cost_usd=np.concatenate([r.dispatch.cost_usd for r in loops]),
        column_mw=np.concatenate([r.dispatch.column_mw for r in loops]),
        lmp_energy_usd_per_mwh=np.concatenate([r.prices.energy_usd_per_mwh for r in loops]),
        lmp_congestion_usd_per_mwh=np.concatenate([r.prices.congestion_usd_per_mwh for r in loops]),
        is_penalty_priced=np.concatenate([r.prices.is_penalty for r in loops]),
        limit_prices=joined_prices([r.limit_prices for r in loops], first_hours),
        overload_mw=np.concatenate([r.dispatch.overload_mw.sum(axis=1) for r in loops]),
        rows=tuple(dict.fromkeys(key for r in loops for key in r.rows)),
        start_usd=sum(r.start_usd for r in loops),
        upper_usd=upper,
        lower_usd=lower,
        base_usd=base,
        gap_frac=decision_gap(upper, lower, base),
        rounds=max(r.rounds for r in loops),
        status=max((r.status for r in loops), key=order.index),
    )


def _by_lossy(layout: Layout, given_up_mw: FloatArray, factor: Sequence[float] | None = None) -> FloatArray:
    """Sums over the pieces of each class that may lose work, dims (lossy, time)."""
    total = np.zeros((len(layout.lossy), given_up_mw.shape[1]))
    for k, cut in enumerate(layout.cuts):
        total[layout.lossy.index(cut.pair)] += given_up_mw[k] * (factor[k] if factor is not None else 1.0)
    return total
