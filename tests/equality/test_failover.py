"""Losing one campus raises another: closed forms, one program with a grid of its own after each loss, rebuilt flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.campus.failover import FailoverPair
from gridplan.campus.model import Campuses
from gridplan.dispatch.grid import Failover, Grid, PlanPoint, Prices
from gridplan.dispatch.screen import overloaded_pairs, pair_flow_mw
from gridplan.dispatch.year import YearDispatch, state_mw
from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.plan.cycles import ScheduleResult, solve_schedule
from gridplan.plan.study_year import schedule_failovers
from gridplan.series.model import GridSeries
from tests.equality.paired_campuses import campuses_of, oracle_campuses
from tests.equality.secure_grid import OVERLOAD_USD_PER_MWH, UNSERVED_USD_PER_MWH, limits_of, oracle_rules
from tests.oracles import multi_hour
from tests.oracles.btheta import Outage, listed_outages
from tests.oracles.failover import failover_hour_usd
from tests.oracles.small_grids import branch, grid, hours_of, two_bus, unit
from tests.property.random_grids import random_grid


def failover_grid(
    network: Network,
    series: GridSeries,
    buses: Mapping[str, str],
    failovers: tuple[Failover, ...] = (),
    *,
    outages: tuple[Contingency, ...] | None = None,
    scale: float = 1.0,
) -> Grid:
    """Grid made as a plan makes it: outages of the grid first, then campuses with theirs."""
    points = [PlanPoint(id=name, bus=network.bus_index(bus)) for name, bus in buses.items()]
    lost = [Contingency(id=f"campus {name}", campuses=(i,)) for i, name in enumerate(buses)]
    prices = Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)
    listed = single_outages(network) if outages is None else outages
    plain = Grid(network, series, limits_of(network, scale), prices, contingencies=listed)
    return plain.with_points(points, lost, failovers)


def two_bus_cost(raised_mw: tuple[float, ...]) -> np.ndarray:
    """Cost by hour: campus a (80 MW) beside the cheap unit, b (50 MW) behind a line of 95 MW after outages.

    Only the cheap unit picks up, so after the loss of a the line carries 50 + r less what the dear unit at b gives.
    """
    network = grid(
        {"1": 0, "2": 0},
        [branch(("1", "2"), normal_mw=100.0)],
        [unit("1", [(300, 10)]), unit("2", [(300, 30)], is_dispatchable=False)],
    )
    mw = np.array(raised_mw)
    failovers = (Failover(lost=0, raised=1, raised_mw=mw),)
    made = failover_grid(network, hours_of(network, count=len(mw)), {"a": "1", "b": "2"}, failovers, outages=())
    year = YearDispatch(made)
    return year.evaluate(np.arange(len(mw)), np.tile([80.0, 50.0], (len(mw), 1))).cost_usd


def test_two_buses_in_closed_form() -> None:
    """x = max(0, 50 + r - 95) MW of the dear unit at 30 instead of 10 USD/MWh, hour by hour."""
    raised_mw = (0.0, 45.0, 50.0, 80.0)
    extra_mw = np.maximum(0.0, 50.0 + np.array(raised_mw) - 95.0)
    assert_allclose(two_bus_cost(raised_mw), 10.0 * 130.0 + 20.0 * extra_mw, rtol=1e-12)


def test_three_buses_carry_the_net_pickup() -> None:
    """Triangle of equal lines, units of 300 and 100 MW at 1 and 2: they pick up (r - 60) MW as 3 to 1."""
    network = grid(
        {"1": 0, "2": 0, "3": 0},
        [branch(("1", "2")), branch(("2", "3")), branch(("1", "3"))],
        [unit("1", [(300, 10)]), unit("2", [(100, 30)])],
    )
    failovers = (Failover(lost=0, raised=1, raised_mw=np.array([30.0])),)
    made = failover_grid(network, hours_of(network), {"a": "2", "b": "3"}, failovers, outages=())
    result = YearDispatch(made).evaluate(np.array([0]), np.array([[60.0, 40.0]]))
    state = state_mw(made, result)
    # Before: 100 MW from 1. After: bus 1 gives 100 - 22.5, bus 2 gives -7.5, bus 3 draws 70.
    injection = np.array([77.5, -7.5, -70.0])
    flow_13 = (injection[0] - injection[2]) / 3.0
    assert_allclose(pair_flow_mw(made, state, (2, 0)), [flow_13], rtol=1e-12)
    assert_allclose(pair_flow_mw(made, state, (1, 0)), [(injection[1] - injection[2]) / 3.0], rtol=1e-12)


SCALE = 0.75
PLAN_BUS = {"mesa": "113", "verde": "203"}


def planned(network: Network, series: GridSeries, campuses: Campuses) -> ScheduleResult:
    """Schedule with the outages of campuses alone, made as a plan makes it."""
    n_time = campuses.n_time
    made = failover_grid(network, series, PLAN_BUS, schedule_failovers(campuses), outages=(), scale=SCALE)
    base = YearDispatch(made).evaluate(np.arange(n_time), np.zeros((n_time, 2)))
    return solve_schedule(made, campuses, (), base, [], gap_frac=1e-6, cycle_h=n_time)


def test_schedule_is_that_of_one_program_with_all_hours(rts: Network, rts_series: GridSeries) -> None:
    """Work that may wait or be lost, limits that bind after the loss of one campus: bounds enclose the optimum."""
    first = int(rts_series.load_mw.sum(axis=1).argmax()) - 6
    series = rts_series.hours(slice(first, first + 12))
    flexible = {"conditional": ["verde"], "load_factor": 0.6, "max_energy_frac": 0.01, "deadline_h": (0, 0, 2, 5, 3)}
    plain = campuses_of(series, {"mesa": 400.0, "verde": 450.0}, value_usd_per_mwh=(90, 70, 30, 40, 60), **flexible)
    paired = replace(plain, failover=(FailoverPair(campus="mesa", to="verde", share_frac=0.7),))
    outages = [Outage("campus", 0), Outage("campus", 1)]
    rules = replace(oracle_rules(rts, outages=outages, scale=SCALE), outage_form="angles")
    paired_rules = replace(rules, failovers=((0, 1, paired.failover_mw[0]),))
    costs = []
    for campuses, own in ((plain, rules), (paired, paired_rules)):
        result = planned(rts, series, campuses)
        stated = oracle_campuses(campuses, PLAN_BUS)
        whole = multi_hour.solve_schedule(rts, series, stated, own, has_grid_storage=False)
        assert result.gap_frac <= 1e-6
        assert result.lower_usd <= whole.objective_usd * (1 + 1e-9)
        assert_allclose([result.lower_usd, result.upper_usd], whole.objective_usd, rtol=1e-6)
        costs.append(whole.objective_usd)
    assert costs[1] > costs[0] * (1 + 1e-3)


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, np.ndarray, np.ndarray, tuple[tuple[int, int], ...]]:
    """Seed of a grid, campus MW and raised MW of two hours, dims (time, campus), and pairs among three campuses."""
    number = st.floats(0.0, 60.0, allow_nan=False)
    u_mw = np.array(draw(st.lists(st.lists(number, min_size=3, max_size=3), min_size=2, max_size=2)))
    raised_mw = np.array(draw(st.lists(st.lists(number, min_size=3, max_size=3), min_size=2, max_size=2)))
    pairs = draw(st.sampled_from([((0, 1),), ((0, 1), (1, 0)), ((0, 1), (1, 2), (2, 0)), ((0, 2), (1, 2))]))
    return draw(st.integers(0, 10**6)), u_mw, raised_mw, pairs


@settings(max_examples=12, deadline=None)
@given(cases())
def test_dispatch_is_that_of_a_grid_of_its_own_after_each_loss(
    case: tuple[int, np.ndarray, np.ndarray, tuple[tuple[int, int], ...]],
) -> None:
    seed, u_mw, raised_mw, pairs = case
    network, series = random_grid(seed)
    buses = {"a": "1", "b": "4", "c": "5"}
    failovers = tuple(Failover(lost=i, raised=j, raised_mw=raised_mw[:, i]) for i, j in pairs)
    made = failover_grid(network, series, buses, failovers)
    year = YearDispatch(made)
    result = year.evaluate(np.arange(2), u_mw)
    rules = oracle_rules(network, outages=listed_outages(network))
    at = [network.bus_index(bus) for bus in buses.values()]
    for hour in range(2):
        if not result.is_feasible[hour]:
            continue
        campus = list(zip(at, u_mw[hour].tolist(), strict=True))
        raised = {i: (j, float(raised_mw[hour, i])) for i, j in pairs}
        expected = failover_hour_usd(network, series, hour, campus, raised, rules)
        assert_allclose(result.cost_usd[hour], expected, rtol=1e-6, atol=1e-3)


def stressed(mw: float) -> tuple[Grid, np.ndarray]:
    """Two buses, one line: a at the cheap end, b at the other; states of a dispatch that thinks of no outage."""
    network = two_bus(line_mw=120.0, load_mw=20.0)
    series = hours_of(network, count=3)
    raised_mw = np.array([0.0, mw, 2.0 * mw])
    points = {"a": "1", "b": "2"}
    made = failover_grid(network, series, points, (Failover(lost=0, raised=1, raised_mw=raised_mw),), outages=())
    u_mw = np.tile([80.0, 50.0], (3, 1))
    careless = failover_grid(network, series, points, outages=()).with_outages(())
    result = YearDispatch(careless).evaluate(np.arange(3), u_mw)
    return made, made.state(result.column_mw, u_mw, np.arange(3))


def test_screen_names_the_hours_of_the_pair() -> None:
    """Two like units share the net pickup r - 80, so the line carries 70 + r - (r - 80) / 2 MW of its 114."""
    made, state = stressed(80.0)
    (found,) = overloaded_pairs(made, state)
    assert found.key == (0, 0)
    assert_allclose(found.overload_mw, 110.0 + 0.5 * np.array([0.0, 80.0, 160.0]) - 114.0, atol=1e-9)


def test_hours_of_a_part_keep_their_own_mw() -> None:
    made, _ = stressed(80.0)
    part = made.part(slice(1, 3))
    assert_array_equal(part.failover_mw[:, 0], [80.0, 160.0])
    assert_array_equal(
        YearDispatch(part, rows=[(0, 0)]).pool.fixed_mw, YearDispatch(made, rows=[(0, 0)]).pool.fixed_mw[1:]
    )


def test_a_year_of_other_hours_refuses_failovers() -> None:
    made, _ = stressed(80.0)
    with pytest.raises(ValueError, match="belong to the hours"):
        made.with_series(made.series)


def test_without_failovers_nothing_changes() -> None:
    """A failover that cannot happen leaves the state as long as it was; one of 0 MW leaves the cost."""
    network, series = random_grid(3)
    buses, u_mw = {"a": "1", "b": "4"}, np.full((2, 2), 20.0)
    idle = (Failover(lost=0, raised=1, raised_mw=np.zeros(2)),)
    plain, none = failover_grid(network, series, buses), failover_grid(network, series, buses, idle)
    costs = [YearDispatch(made).evaluate(np.arange(2), u_mw).cost_usd for made in (plain, none)]
    assert_allclose(costs[1], costs[0], rtol=1e-12)
    points = plain.points
    never_lost = plain.with_outages(()).with_points(points, (), idle)
    assert len(never_lost.outages.layout) == len(plain.outages.layout)
    assert never_lost.failover_mw.shape == (2, 0)
