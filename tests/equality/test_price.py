"""Locational prices against the program with all rows solved again with one MW more or less at a bus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.dispatch.grid import Grid, Prices
from gridplan.dispatch.price import BusPrices, bus_prices, lmp_usd_per_mwh
from gridplan.dispatch.year import YearDispatch, unserved_mw
from gridplan.network.factors import Factors
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import (
    OVERLOAD_USD_PER_MWH,
    UNSERVED_USD_PER_MWH,
    dispatch_grid,
    oracle_rules,
    peak_day,
)
from tests.oracles.hourly import solve_hour
from tests.oracles.small_grids import branch, grid, hours_of, two_bus, unit
from tests.property.random_grids import random_grid

CAMPUS_MW = {"203": 350.0, "113": 400.0}


def with_load(series: GridSeries, hour: int, bus: int, mw: float) -> GridSeries:
    load_mw = series.load_mw.copy()
    load_mw[hour, bus] += mw
    return replace(series, load_mw=load_mw)


@pytest.mark.parametrize(("hour", "bus_ids"), [(8, ("113", "203", "318")), (14, ("107", "118"))])
def test_price_lies_between_the_costs_of_one_mw_less_and_more(
    rts: Network, rts_series: GridSeries, hour: int, bus_ids: tuple[str, ...]
) -> None:
    """Cost is convex in load: an exact price is never outside, and off a kink all three are the same."""
    day = peak_day(rts_series)
    year = YearDispatch(dispatch_grid(rts, day, {bus: bus for bus in CAMPUS_MW}))
    result = year.evaluate(np.arange(24), np.tile(list(CAMPUS_MW.values()), (24, 1)))
    price = lmp_usd_per_mwh(year.pool, result)[hour]
    assert np.ptp(price) > 1.0  # congested: prices differ
    rules, smooth = oracle_rules(rts, 2), 0
    for bus_id in bus_ids:
        bus = rts.bus_index(bus_id)
        less, more = (
            solve_hour(rts, with_load(day, hour, bus, mw), hour, CAMPUS_MW, rules).objective_usd_per_hour
            for mw in (-1.0, 1.0)
        )
        below, above = result.cost_usd[hour] - less, more - result.cost_usd[hour]
        assert below - 1e-5 <= price[bus] <= above + 1e-5
        smooth += abs(above - below) <= 1e-3 * abs(price[bus])
    assert smooth >= len(bus_ids) - 1


def test_two_bus_congestion() -> None:
    network = two_bus()
    year = YearDispatch(dispatch_grid(network, hours_of(network), {}, contingencies=()))
    result = year.evaluate(np.arange(1), np.zeros((1, 0)))
    assert_allclose(lmp_usd_per_mwh(year.pool, result), [[10, 30]])


def test_one_price_where_nothing_binds() -> None:
    network = two_bus(line_mw=500)
    year = YearDispatch(dispatch_grid(network, hours_of(network), {}, contingencies=()))
    result = year.evaluate(np.arange(1), np.zeros((1, 0)))
    assert not year.pool.keys
    assert_allclose(lmp_usd_per_mwh(year.pool, result), [[10, 10]])


def prices_of(grid: Grid, hour: int = 0) -> BusPrices:
    year = YearDispatch(grid)
    return bus_prices(year.pool, year.evaluate(np.array([hour]), np.zeros((1, grid.n_point))))


def test_parts_add_up_and_the_energy_part_is_what_load_pays(rts: Network, rts_series: GridSeries) -> None:
    day = peak_day(rts_series)
    year = YearDispatch(dispatch_grid(rts, day, {bus: bus for bus in CAMPUS_MW}))
    result = year.evaluate(np.arange(24), np.tile(list(CAMPUS_MW.values()), (24, 1)))
    parts, lmp = bus_prices(year.pool, result), lmp_usd_per_mwh(year.pool, result)
    assert_array_equal(parts.energy_usd_per_mwh[:, None] + parts.congestion_usd_per_mwh, lmp)
    paid = (lmp * day.load_mw).sum(axis=1) / day.load_mw.sum(axis=1)
    assert_allclose(parts.energy_usd_per_mwh, paid, rtol=1e-9)
    assert_allclose((parts.congestion_usd_per_mwh * day.load_mw).sum(axis=1), 0.0, atol=1e-6)
    is_bought = (unserved_mw(year.grid, result).sum(axis=1) > 1e-6) | (result.overload_mw.sum(axis=1) > 1e-6)
    assert 0 < is_bought.sum() < 24  # 350 MW at bus 203 are too much in some hours
    assert_array_equal(parts.is_penalty, is_bought)


def test_no_congestion_where_no_limit_has_a_price(rts: Network, rts_series: GridSeries) -> None:
    night = rts_series.hours(slice(2400, 2448))
    year = YearDispatch(dispatch_grid(rts, night, {}, scale=3.0))
    result = year.evaluate(np.arange(48), np.zeros((48, 0)))
    assert not np.abs(result.row_dual[:, 1:]).any()
    parts = bus_prices(year.pool, result)
    assert not parts.congestion_usd_per_mwh.any()
    assert_array_equal(parts.energy_usd_per_mwh, result.row_dual[:, 0])


@pytest.mark.parametrize("reference", [0, 1, 2])
def test_parts_do_not_depend_on_the_bus_the_factors_refer_to(triangle: Network, reference: int) -> None:
    """90 MW at 3; 1-3 takes 2/3 of what comes from bus 1, so of 30 MW at most 45 come from there."""
    network = triangle.with_branch(rating_normal_mva=np.array([1e4, 30 / 0.95, 1e4]))
    stated = dispatch_grid(network, hours_of(network), {}, contingencies=())
    factors = Factors(network, reference_bus=reference)
    other = Grid(network, stated.series, stated.limits, stated.prices, factors=factors)
    parts = prices_of(other)
    assert_allclose(parts.energy_usd_per_mwh, [40])
    assert_allclose(parts.congestion_usd_per_mwh, [[-30, -15, 0]], atol=1e-9)


def test_energy_part_without_any_load_is_the_plain_average() -> None:
    network = two_bus()
    series = replace(hours_of(network), load_mw=np.zeros((1, 2)))
    year = YearDispatch(dispatch_grid(network, series, {"c": "2"}, contingencies=()))
    parts = bus_prices(year.pool, year.evaluate(np.array([0]), np.array([[100.0]])))
    assert_allclose(parts.energy_usd_per_mwh, [20])
    assert_allclose(parts.congestion_usd_per_mwh, [[-10, 10]])


def test_unserved_load_is_told_from_dear_load() -> None:
    """57 MW over the line and 20 of the unit at bus 2: the rest of 100 MW is not served, and the price says so."""
    lines = [branch(("1", "2"), normal_mw=60)]
    for own_mw, flagged in ((20.0, True), (60.0, False)):
        network = grid({"1": 0, "2": 100}, lines, [unit("1", [(200, 10)]), unit("2", [(own_mw, 9_000)])])
        parts = prices_of(dispatch_grid(network, hours_of(network), {}, contingencies=()))
        assert parts.is_penalty.tolist() == [flagged]
        assert parts.lmp_usd_per_mwh[0, 1] == pytest.approx(UNSERVED_USD_PER_MWH if flagged else 9_000)


def test_bought_overload_is_told() -> None:
    network = grid({"1": 0, "2": 100}, [branch(("1", "2"), normal_mw=60)], [unit("1", [(200, 10)])])
    stated = dispatch_grid(network, hours_of(network), {}, contingencies=())
    prices = Prices(unserved_usd_per_mwh=1e7, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)
    parts = prices_of(stated.with_prices(prices))
    assert parts.is_penalty.tolist() == [True]
    assert_allclose(parts.lmp_usd_per_mwh, [[10, 10 + OVERLOAD_USD_PER_MWH]])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_random_grids_price_lies_between_the_costs_of_half_a_mw_less_and_more(seed: int) -> None:
    network, series = random_grid(seed)
    year = YearDispatch(dispatch_grid(network, series, {}))
    result = year.evaluate(np.arange(2), np.zeros((2, 0)))
    parts, rules, step = bus_prices(year.pool, result), oracle_rules(network), 0.5
    for hour in range(2):
        cost = {
            (bus, mw): solve_hour(network, with_load(series, hour, bus, mw), hour, {}, rules).objective_usd_per_hour
            for bus in range(len(network.bus))
            for mw in (-step, step)
        }
        for bus in range(len(network.bus)):
            below = (result.cost_usd[hour] - cost[bus, -step]) / step
            above = (cost[bus, step] - result.cost_usd[hour]) / step
            assert below - 1e-4 <= parts.lmp_usd_per_mwh[hour, bus] <= above + 1e-4
        dearest = parts.lmp_usd_per_mwh[hour].max()
        assert parts.is_penalty[hour] or dearest < UNSERVED_USD_PER_MWH
