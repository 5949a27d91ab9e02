"""Conditional capacity of three points of RTS-GMLC against one program per hour that shares nothing between hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.hosting import hosting_year
from gridplan.network.model import Network
from gridplan.plan.problems.capacity import CurtailmentTerms, conditional_total_mw, curtailment
from gridplan.series.model import GridSeries
from gridplan.solution import counted_threshold_mw
from tests.equality.drawn_hours import chosen_hours
from tests.equality.secure_grid import dispatch_grid, oracle_rules
from tests.oracles import capacity as oracle
from tests.oracles.btheta import FloatArray

POINTS = ("203", "107", "308")
MOST_MW = 1500.0
STEP_MW = 0.01
BUDGETS = (0.0005, 0.0025, 0.005, 0.02)
NO_LIMIT = CurtailmentTerms(max_energy_frac=1.0, max_hours=np.inf, max_event_h=np.inf, max_depth_frac=1.0)


def found_mw(network: Network, series: GridSeries, bus: str) -> FloatArray:
    grid = dispatch_grid(network, series, {bus: bus})
    return hosting_year(grid, 0, u_mw=np.zeros((len(series), 1)), most_mw=MOST_MW).capacity_mw


def exact_mw(network: Network, series: GridSeries, bus: str) -> FloatArray:
    rules = replace(oracle_rules(network, 1), outage_form="transfers")
    return np.minimum(oracle.year_capacity_mw(network, series, bus, range(len(series)), rules), MOST_MW)


def curtailed(total_mw: float, capacity_mw: FloatArray) -> list[int]:
    return np.flatnonzero(total_mw - capacity_mw > counted_threshold_mw(total_mw)).tolist()


def compare(network: Network, series: GridSeries, bus: str) -> None:
    """K_h of every hour, firm MW and hour; for each energy budget the MW, the hours, the energy and the events."""
    found, exact = found_mw(network, series, bus), exact_mw(network, series, bus)
    assert_allclose(found, exact, atol=1e-4)
    assert np.ptp(exact) > 50.0
    never = np.zeros(len(series), dtype=bool)
    for budget in BUDGETS:
        total_mw = conditional_total_mw(found, replace(NO_LIMIT, max_energy_frac=budget), MOST_MW)
        expected_mw = oracle.conditional_capacity_mw(exact, max_energy_frac=budget)
        assert_allclose(total_mw, expected_mw, atol=STEP_MW + 1e-6)
        hours = curtailed(total_mw, exact)
        assert curtailed(total_mw, found) == hours
        # The MW found is up to a step below the exact one; only hours within that step of counting may tell them apart.
        for hour in set(hours) ^ set(curtailed(expected_mw, exact)):
            assert abs(expected_mw - exact[hour] - counted_threshold_mw(expected_mw)) <= STEP_MW + 1e-6
        figures = curtailment(total_mw, found, never)
        assert figures.hours == len(hours) > 0
        lost = oracle.curtailment(total_mw, exact)
        assert_allclose(figures.energy_mwh, lost.energy_mwh, rtol=1e-5, atol=1e-3)
        assert_allclose(figures.depth_mw, lost.depth_mw, atol=1e-4)


def selected(network: Network, year: GridSeries, bus: str, n_tight: int, n_drawn: int) -> GridSeries:
    """The tightest of every twelfth hour and hours drawn by a seed, in the order of time."""
    twelfth = np.arange(int(bus) % 12, len(year), 12)
    tight = twelfth[np.argsort(found_mw(network, chosen_hours(year, twelfth), bus), kind="stable")[:n_tight]]
    drawn = np.random.default_rng(int(bus)).choice(np.setdiff1d(np.arange(len(year)), tight), n_drawn, replace=False)
    return chosen_hours(year, np.sort(np.concatenate([tight, drawn])))


@pytest.mark.parametrize("bus", POINTS)
def test_selected_hours_equal_one_program_each(rts: Network, rts_series: GridSeries, bus: str) -> None:
    compare(rts, selected(rts, rts_series, bus, 20, 50), bus)


@pytest.mark.slow
@pytest.mark.parametrize("bus", POINTS)
def test_more_selected_hours_equal_it(rts: Network, rts_series: GridSeries, bus: str) -> None:
    compare(rts, selected(rts, rts_series, bus, 60, 340), bus)


@pytest.mark.slow
@pytest.mark.parametrize("bus", POINTS)
def test_every_hour_of_the_year_equals_one_program_each(rts: Network, rts_series: GridSeries, bus: str) -> None:
    compare(rts, rts_series, bus)


def test_changed_bounds_give_what_a_new_program_gives(rts: Network, rts_series: GridSeries) -> None:
    hours = np.random.default_rng(5).choice(len(rts_series), 6, replace=False)
    rules = replace(oracle_rules(rts, 1), outage_form="transfers")
    fresh = oracle.hosting_capacity_mw(rts, rts_series, "308", hours, rules)
    assert np.ptp(fresh) > 1.0
    assert_allclose(oracle.year_capacity_mw(rts, rts_series, "308", hours, rules), fresh, atol=1e-6)
