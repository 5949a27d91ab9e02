"""What flexibility may do to a schedule's cost, and what workers and planning cycles may not."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.campus.model import Campuses, CampusJob
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearDispatch, YearResult, result_part
from gridplan.network.model import Network
from gridplan.plan.cycles import ScheduleResult, campuses_part, solve_schedule
from gridplan.plan.parts.storage import Store
from gridplan.series.model import GridSeries
from tests.equality.paired_campuses import campuses_of
from tests.equality.secure_grid import dispatch_grid

BUSES = {"mesa": "113", "verde": "203"}
STORE = Store(id="mesa:storage", point="mesa", p_mw=40.0, e_mwh=120.0, efficiency_roundtrip_frac=0.86)
SLACK = 1 + 1e-9


@dataclass(frozen=True, kw_only=True)
class Requested:
    """Campuses on a grid, and the grid without them."""

    grid: Grid
    campuses: Campuses
    base: YearResult
    rows: tuple[RowKey, ...]


def requested(rts: Network, rts_series: GridSeries, seed: int, n_time: int) -> Requested:
    """Random sizes at random hours of the year, secure against every outage; one campus may be curtailed."""
    rng = np.random.default_rng(seed)
    first = int(rng.integers(0, len(rts_series) - n_time))
    series = rts_series.hours(slice(first, first + n_time))
    mw = {"mesa": float(rng.uniform(150, 420)), "verde": float(rng.uniform(150, 380))}
    campuses = campuses_of(series, mw, conditional=["verde"], value_usd_per_mwh=(200.0, 120.0, 35.0, 45.0, 60.0))
    year = YearDispatch(dispatch_grid(rts, series, BUSES, scale=0.85))
    base = year.evaluate(np.arange(n_time), np.zeros((n_time, 2)))
    return Requested(grid=year.grid, campuses=campuses, base=base, rows=tuple(year.pool.keys))


def solve(case: Requested, campuses: Campuses, stores: tuple[Store, ...] = ()) -> ScheduleResult:
    """One cycle at gap zero."""
    return solve_schedule(case.grid, campuses, stores, case.base, case.rows, gap_frac=0.0, cycle_h=campuses.n_time)


def with_deadlines(campuses: Campuses, factor: float) -> Campuses:
    return replace(campuses, deadline_h=np.floor(campuses.deadline_h * factor).astype(np.int64))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_kind_of_flexibility_never_costs_more(rts: Network, rts_series: GridSeries, seed: int) -> None:
    """Cost holds dispatch, lost work and wear; the exact cost of the rigid plan is known from its dispatch alone."""
    case = requested(rts, rts_series, seed, 48)
    still = with_deadlines(case.campuses, 0.0)
    cost = [solve(case, replace(still, is_conditional=np.zeros(2, dtype=bool)))]
    given = YearDispatch(case.grid).evaluate(np.arange(48), case.campuses.baseline_mw.sum(axis=1).T)
    assert_allclose(cost[0].upper_usd, given.total_cost_usd, rtol=1e-9)
    cost.append(solve(case, still))
    cost += [solve(case, with_deadlines(case.campuses, factor)) for factor in (0.25, 0.5, 1.0)]
    cost.append(solve(case, case.campuses, (STORE,)))
    upper = np.array([result.upper_usd for result in cost])
    lower = np.array([result.lower_usd for result in cost])
    assert_allclose(lower, upper, rtol=1e-8)
    assert (lower[1:] <= upper[:-1] * SLACK).all()
    assert upper[-1] < upper[0] - 1.0


@pytest.mark.parametrize("work", ["batch", "finetune", "pretrain"])
def test_one_more_hour_for_a_class_never_costs_more(rts: Network, rts_series: GridSeries, work: str) -> None:
    case = requested(rts, rts_series, 5, 24)
    rigid, k = with_deadlines(case.campuses, 0.0), case.campuses.workload.index(work)
    cost = []
    for deadline_h in (0, 1, 2, 6):
        deadlines = rigid.deadline_h.copy()
        deadlines[:, k] = deadline_h
        cost.append(solve(case, replace(rigid, deadline_h=deadlines)).upper_usd)
    assert (np.diff(cost) <= 1e-9 * cost[0]).all()
    assert cost[-1] < cost[0]


def in_cycles(case: Requested, cycle_h: int, farm: Farm | None = None) -> ScheduleResult:
    return solve_schedule(
        case.grid, case.campuses, (STORE,), case.base, case.rows, gap_frac=1e-6, cycle_h=cycle_h, farm=farm
    )


def with_job(case: Requested) -> Requested:
    """A job that spans the borders of all three days."""
    job = CampusJob(
        campus="mesa",
        id="train",
        workload="finetune",
        energy_mwh=200.0,
        p_max_mw=30.0,
        release_position=6,
        deadline_position=58,
    )
    return replace(case, campuses=replace(case.campuses, jobs=(job,)))


def part_of(case: Requested, part: slice) -> Requested:
    return replace(
        case, grid=case.grid.part(part), campuses=campuses_part(case.campuses, part), base=result_part(case.base, part)
    )


def test_workers_give_the_same_bytes(rts: Network, rts_series: GridSeries) -> None:
    case = with_job(requested(rts, rts_series, 7, 72))
    one = in_cycles(case, 24)
    with Farm(2) as farm:
        two = in_cycles(case, 24, farm)
    for column in fields(ScheduleResult):
        first, second = getattr(one, column.name), getattr(two, column.name)
        if isinstance(first, np.ndarray):
            assert first.tobytes() == second.tobytes(), column.name
        else:
            assert first == second, column.name


def test_cycles_add_up_and_are_never_better_than_one(rts: Network, rts_series: GridSeries) -> None:
    case = with_job(requested(rts, rts_series, 8, 72))
    three, whole = (in_cycles(case, cycle_h) for cycle_h in (24, 72))
    parts = [in_cycles(part_of(case, slice(first, first + 24)), 24) for first in (0, 24, 48)]
    for name in ("upper_usd", "lower_usd", "base_usd"):
        assert_allclose(getattr(three, name), sum(getattr(part, name) for part in parts), rtol=1e-9)
    assert_allclose(three.u_mw, np.concatenate([part.u_mw for part in parts]), atol=1e-6)
    assert whole.lower_usd <= three.upper_usd * SLACK
    assert whole.upper_usd < three.lower_usd  # here the borders cost something
    assert_allclose(three.backlog_mwh[:, [23, 47, 71]], 0.0, atol=1e-6)
    assert_allclose(three.e_storage_mwh[:, [23, 47, 71]], 60.0, atol=1e-6)
    assert_allclose(three.p_job_mw.sum(), 200.0)
    assert_allclose(whole.p_job_mw[:, :6], 0.0, atol=1e-9)


def test_a_last_cycle_of_one_hour(rts: Network, rts_series: GridSeries) -> None:
    case = requested(rts, rts_series, 9, 13)
    result, rigid = in_cycles(case, 12), in_cycles(case, 1)
    assert_allclose(result.u_mw[12], rigid.u_mw[12], atol=1e-6)
    assert result.upper_usd <= rigid.upper_usd * (1 + 1e-6)
