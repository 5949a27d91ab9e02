"""Dispatch with rows added as they are violated against one program per hour that holds every row from the start."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid, Prices
from gridplan.dispatch.year import YearDispatch, YearResult, generator_mw, unserved_mw
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import dispatch_grid, limits_of, oracle_rules, peak_day
from tests.oracles.btheta import State, flows_after_outage, flows_mw, injections_mw, listed_outages
from tests.oracles.hourly import solve_hour
from tests.property.random_grids import grids


@dataclass(frozen=True, kw_only=True)
class Stress:
    """Campuses (bus -> MW), a factor on all ratings and the price of overload; what must happen in some hour."""

    campus_mw: dict[str, float]
    scale: float = 1.0
    overload_usd_per_mwh: float = 20_000.0
    is_overloaded: bool = False
    most_rows_of_a_branch: int = 0


STRESSES = {
    "rows bind": Stress(campus_mw={"203": 350.0, "113": 400.0}),
    "load is shed": Stress(campus_mw={"203": 350.0, "113": 400.0}, scale=0.75),
    "campus beyond its lines": Stress(
        campus_mw={"203": 900.0, "113": 400.0}, is_overloaded=True, most_rows_of_a_branch=6
    ),
    "overload cheaper than shedding": Stress(
        campus_mw={"203": 350.0, "113": 400.0}, scale=0.7, overload_usd_per_mwh=300.0, is_overloaded=True
    ),
    "overload cheaper than redispatch": Stress(
        campus_mw={"203": 350.0, "113": 400.0},
        scale=0.7,
        overload_usd_per_mwh=40.0,
        is_overloaded=True,
        most_rows_of_a_branch=9,
    ),
}
SOME_HOURS = (1, 14, 19)


def dispatch(network: Network, day: GridSeries, stress: Stress) -> tuple[Grid, YearDispatch, YearResult]:
    grid = dispatch_grid(network, day, {bus: bus for bus in stress.campus_mw}, scale=stress.scale)
    grid.prices = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=stress.overload_usd_per_mwh)
    year = YearDispatch(grid)
    return grid, year, year.evaluate(np.arange(24), np.tile(list(stress.campus_mw.values()), (24, 1)))


def compare(network: Network, day: GridSeries, stress: Stress, hours: tuple[int, ...]) -> None:
    _, _, result = dispatch(network, day, stress)
    rules = oracle_rules(network, len(stress.campus_mw), scale=stress.scale)
    rules = replace(rules, overload_usd_per_mwh=stress.overload_usd_per_mwh)
    for hour in hours:
        exact = solve_hour(network, day, hour, stress.campus_mw, rules)
        assert_allclose(result.cost_usd[hour], exact.objective_usd_per_hour, rtol=1e-9)
        assert_allclose(result.overload_mw[hour].sum(), sum(exact.overload_mw.values()), atol=1e-4, rtol=1e-6)


@pytest.mark.parametrize("name", STRESSES)
def test_hours_equal_the_program_with_all_rows(rts: Network, rts_series: GridSeries, name: str) -> None:
    compare(rts, peak_day(rts_series), STRESSES[name], SOME_HOURS)


@pytest.mark.slow
@pytest.mark.parametrize("name", STRESSES)
def test_every_hour_of_the_peak_day_equals_it(rts: Network, rts_series: GridSeries, name: str) -> None:
    compare(rts, peak_day(rts_series), STRESSES[name], tuple(range(24)))


@pytest.mark.parametrize("name", STRESSES)
def test_stress_does_what_it_says(rts: Network, rts_series: GridSeries, name: str) -> None:
    stress = STRESSES[name]
    _, year, result = dispatch(rts, peak_day(rts_series), stress)
    assert (np.abs(result.row_dual[:, 1:]) > 1e-3).any(axis=1).all()
    is_over = result.overload_mw > 1e-6
    assert is_over.any() == stress.is_overloaded
    branch = np.array([key[0] for key in year.pool.keys])
    together = max((int(np.bincount(branch[hour]).max()) for hour in is_over if hour.any()), default=0)
    assert together >= stress.most_rows_of_a_branch


@pytest.mark.parametrize("name", ["rows bind", "campus beyond its lines", "overload cheaper than redispatch"])
def test_cost_is_what_the_dispatch_costs(rts: Network, rts_series: GridSeries, name: str) -> None:
    """Production, shedding and the overloads found by solving the grid again after every outage add up."""
    stress, day, hour = STRESSES[name], peak_day(rts_series), 14
    grid, _, result = dispatch(rts, day, stress)
    output_mw, shed_mw = generator_mw(grid, result)[hour], unserved_mw(grid, result)[hour]
    spill, spill_mw = grid.columns.of("spill"), np.zeros(len(rts.bus))
    spill_mw[grid.columns.owner[spill]] = result.column_mw[hour, spill]
    state = State(
        p_generator_mw=output_mw,
        p_dc_line_mw=result.column_mw[hour, grid.columns.of("dc_line")],
        withdrawal_mw=day.load_mw[hour] - shed_mw + spill_mw,
        campus_bus=np.array([rts.bus_index(bus) for bus in stress.campus_mw]),
        campus_mw=np.array(list(stress.campus_mw.values())),
    )
    limits = limits_of(rts, stress.scale)
    over_mw = np.maximum(np.abs(flows_mw(rts, injections_mw(rts, state))) - limits.normal_mw, 0.0).sum()
    for outage in listed_outages(rts, len(stress.campus_mw)):
        after = np.abs(np.nan_to_num(flows_after_outage(rts, state, outage)))
        over_mw += np.maximum(after - limits.emergency_mw, 0.0).sum()
    unit = rts.generator
    earlier = np.cumsum(unit.block_width_mw, axis=1) - unit.block_width_mw
    filled = np.clip(output_mw[:, None] - earlier, 0.0, unit.block_width_mw)
    expected = (filled * unit.block_cost_usd_per_mwh).sum()
    expected += 10_000.0 * shed_mw.sum() + stress.overload_usd_per_mwh * over_mw
    assert_allclose(result.cost_usd[hour], expected, rtol=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(case=grids(), campus_mw=st.tuples(st.floats(0, 150), st.floats(0, 150)), price=st.sampled_from([20_000.0, 70.0]))
def test_random_grids_equal_the_program_with_all_rows(
    case: tuple[Network, GridSeries], campus_mw: tuple[float, float], price: float
) -> None:
    network, series = case
    buses = ("0", str(len(network.bus) - 1))
    grid = dispatch_grid(network, series, {bus: bus for bus in buses})
    grid.prices = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=price)
    result = YearDispatch(grid).evaluate(np.arange(2), np.tile(campus_mw, (2, 1)))
    rules = replace(oracle_rules(network, 2), overload_usd_per_mwh=price)
    for hour in range(2):
        exact = solve_hour(network, series, hour, dict(zip(buses, campus_mw, strict=True)), rules)
        is_supplied = exact.status == "optimal"  # a campus beyond all supply is infeasible in both
        assert bool(result.is_feasible[hour]) == is_supplied
        if is_supplied:
            assert_allclose(result.cost_usd[hour], exact.objective_usd_per_hour, rtol=1e-9, atol=1e-4)
