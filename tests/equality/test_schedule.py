"""The plan-dispatch loop against one program that holds every hour, row and campus at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.campus.model import Campuses, CampusJob
from gridplan.dispatch.year import YearDispatch
from gridplan.errors import InfeasibleError
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.plan.cycles import ScheduleResult, solve_schedule
from gridplan.plan.loop import decision_gap
from gridplan.plan.parts.storage import Store
from gridplan.series.model import GridSeries
from tests.equality.paired_campuses import campuses_of, oracle_campuses
from tests.equality.secure_grid import dispatch_grid, oracle_rules
from tests.oracles import multi_hour
from tests.oracles.btheta import Outage
from tests.oracles.small_grids import hours_of, two_bus

GAP_FRAC = 1e-6
CAMPUS_BUS = {"mesa": "113", "verde": "203", "gila": "107"}
CAMPUS_MW = {"mesa": 400.0, "verde": 350.0, "gila": 270.0}
STORES = (
    Store(id="mesa:storage", point="mesa", p_mw=50.0, e_mwh=200.0, efficiency_roundtrip_frac=0.86),
    Store(id="313_STORAGE_1", point="313_STORAGE_1", p_mw=50.0, e_mwh=150.0, efficiency_roundtrip_frac=0.85),
)
EIGHT_BRANCHES = tuple(range(5, 120, 15))
CHEAP_WORK = (90.0, 70.0, 30.0, 40.0, 60.0)
DEAR_WORK = (5000.0, 3000.0, 500.0, 800.0, 1500.0)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Hours before the yearly peak's midnight and after, outages (None = all), terms and prices of lost work."""

    first_h: int
    n_time: int
    branches: tuple[int, ...] | None = ()
    scale: float = 0.8
    max_energy_frac: float = 0.005
    value_usd_per_mwh: tuple[float, ...] = CHEAP_WORK
    deadline_h: tuple[int, ...] = (0, 0, 2, 5, 3)
    idle_floor_frac: float = 0.25
    is_budget_spent: bool = True


CASES = {
    "intact two weeks": Case(first_h=-168, n_time=336, deadline_h=(0, 0, 24, 72, 24)),
    "intact four days, price decides": Case(
        first_h=-48,
        n_time=96,
        max_energy_frac=0.2,
        value_usd_per_mwh=(33.0, 31.0, 32.0, 31.5, 30.0),
        idle_floor_frac=0.9,
        is_budget_spent=False,
    ),
    "all outages, four hours": Case(first_h=13, n_time=4, branches=None, scale=0.9, value_usd_per_mwh=DEAR_WORK),
    "eight branches, two days": Case(first_h=-24, n_time=48, branches=EIGHT_BRANCHES),
}
SLOW_CASES = {
    "all outages, a day": Case(first_h=0, n_time=24, branches=None, scale=0.9, value_usd_per_mwh=DEAR_WORK),
    "eight branches, two weeks": Case(first_h=-168, n_time=336, branches=EIGHT_BRANCHES),
}


def hours_of_case(series: GridSeries, case: Case) -> GridSeries:
    first = int(series.load_mw.sum(axis=1).argmax()) // 24 * 24 + case.first_h
    return series.hours(slice(first, first + case.n_time))


def requested(series: GridSeries, case: Case) -> Campuses:
    job = CampusJob(
        campus="mesa",
        id="train",
        workload="finetune",
        energy_mwh=12.0 * case.n_time,
        p_max_mw=60.0,
        release_position=case.n_time // 8,
        deadline_position=case.n_time * 7 // 8,
    )
    return campuses_of(
        series,
        CAMPUS_MW,
        conditional=["verde"],
        max_energy_frac=case.max_energy_frac,
        value_usd_per_mwh=case.value_usd_per_mwh,
        deadline_h=case.deadline_h,
        idle_floor_frac=case.idle_floor_frac,
        jobs=[job],
    )


def planned(network: Network, series: GridSeries, campuses: Campuses, case: Case) -> ScheduleResult:
    secured = None
    if case.branches is not None:
        secured = [Contingency(id=network.branch.id[k], branches=(k,)) for k in case.branches]
    grid = dispatch_grid(
        network, series, CAMPUS_BUS, contingencies=secured, store_bus={"313_STORAGE_1": "313"}, scale=case.scale
    )
    year = YearDispatch(grid)
    base = year.evaluate(np.arange(case.n_time), np.zeros((case.n_time, grid.n_point)))
    return solve_schedule(grid, campuses, STORES, base, year.pool.keys, gap_frac=GAP_FRAC, cycle_h=case.n_time)


def compare(network: Network, series: GridSeries, case: Case) -> None:
    hours = hours_of_case(series, case)
    campuses = requested(hours, case)
    result = planned(network, hours, campuses, case)
    outages = None if case.branches is None else [Outage("branch", k) for k in case.branches]
    rules = oracle_rules(network, len(CAMPUS_BUS), outages=outages, scale=case.scale)
    whole = multi_hour.solve_schedule(network, hours, oracle_campuses(campuses, CAMPUS_BUS, STORES), rules)
    assert result.gap_frac <= GAP_FRAC
    assert result.lower_usd <= whole.objective_usd * (1 + 1e-9)
    assert whole.objective_usd <= result.upper_usd * (1 + 1e-9)
    assert_allclose([result.lower_usd, result.upper_usd], whole.objective_usd, rtol=1e-6)
    without = multi_hour.base_usd(network, hours, rules).sum() if case.n_time <= 48 else result.base_usd
    assert_allclose(result.base_usd, without, rtol=1e-9)
    assert_something_binds(campuses, result, case)


def assert_something_binds(campuses: Campuses, result: ScheduleResult, case: Case) -> None:
    """Work is lost up to its budget or short of it, work waits, a store cycles: the case is not empty."""
    budget_mwh = case.max_energy_frac * campuses.baseline_mw[1].sum()
    lost_mwh = result.p_curtailed_mw.sum()
    assert lost_mwh > 0
    assert (lost_mwh > budget_mwh - 1e-6) == case.is_budget_spent
    assert result.backlog_mwh.max() > 10.0
    assert result.p_charge_mw.sum() > 10.0
    assert_allclose(result.p_job_mw.sum(), 12.0 * case.n_time)


@pytest.mark.parametrize("name", CASES)
def test_bounds_enclose_the_whole_program(rts: Network, rts_series: GridSeries, name: str) -> None:
    compare(rts, rts_series, CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_CASES)
def test_bounds_enclose_the_large_program(rts: Network, rts_series: GridSeries, name: str) -> None:
    compare(rts, rts_series, SLOW_CASES[name])


def short_of_supply(short_mw: float) -> GridSeries:
    """Two buses, eight hours; in two of them only ``short_mw`` of units are there."""
    network = two_bus(line_mw=500)
    p_max_mw = np.full((8, 2), 300.0)
    p_max_mw[3:5] = short_mw / 2
    return hours_of(network, p_max_mw=p_max_mw, count=8)


def test_work_leaves_hours_that_cannot_supply_it() -> None:
    """What a campus takes cannot be shed: the plan itself must keep its sum within the supply."""
    network, series = two_bus(line_mw=500), short_of_supply(340.0)
    campuses = campuses_of(series, {"c": 500.0})
    grid = dispatch_grid(network, series, {"c": "2"}, contingencies=())
    year = YearDispatch(grid)
    base = year.evaluate(np.arange(8), np.zeros((8, 1)))
    asked = year.evaluate(np.arange(8), campuses.baseline_mw.sum(axis=1).T)
    assert asked.is_feasible.tolist() == [1, 1, 1, 0, 0, 1, 1, 1]
    result = solve_schedule(grid, campuses, (), base, year.pool.keys, gap_frac=GAP_FRAC, cycle_h=8)
    rules = oracle_rules(network, outages=())
    whole = multi_hour.solve_schedule(network, series, oracle_campuses(campuses, {"c": "2"}), rules)
    assert_allclose([result.lower_usd, result.upper_usd], whole.objective_usd, rtol=1e-6)


def test_more_than_the_supply_is_infeasible() -> None:
    network, series = two_bus(line_mw=500), short_of_supply(100.0)
    grid = dispatch_grid(network, series, {"c": "2"}, contingencies=())
    year = YearDispatch(grid)
    base = year.evaluate(np.arange(8), np.zeros((8, 1)))
    with pytest.raises(InfeasibleError):
        solve_schedule(grid, campuses_of(series, {"c": 500.0}), (), base, year.pool.keys, gap_frac=GAP_FRAC)


def test_a_plan_without_a_dispatch_has_no_gap() -> None:
    assert decision_gap(np.inf, 10.0, 5.0) == np.inf
    assert decision_gap(20.0, 20.0, 5.0) == 0.0
    assert decision_gap(20.0, 17.0, 5.0) == 0.2
