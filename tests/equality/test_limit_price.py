"""Prices of limits against the same hours solved again with one MW more or less of the limit.

Cost is convex in a limit: an exact price is never above what the last MW saves nor below what the next one would.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.limit_price import LimitPrices, joined_prices, limit_prices, worth
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.price import bus_prices
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import FloatArray, Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import UNSERVED_USD_PER_MWH, dispatch_grid, oracle_rules
from tests.oracles.hourly import solve_hour
from tests.oracles.small_grids import branch, grid, hours_of, two_bus, unit
from tests.property.random_grids import random_grid

HOURS = 48
U_MW = np.tile([210.0, 400.0], (HOURS, 1))


def found_prices(
    stated: Grid, u_mw: FloatArray, raised_mw: dict[RowKey, FloatArray] | None = None
) -> tuple[LimitPrices, FloatArray]:
    """Prices of all limits, and the cost of every hour."""
    year = YearDispatch(stated, raised_mw=raised_mw)
    result = year.evaluate(np.arange(len(stated)), u_mw)
    return limit_prices(year.pool, result, bus_prices(year.pool, result).is_penalty), result.cost_usd


def moved(limits: Limits, k: int, *, normal_mw: float = 0.0, emergency_mw: float = 0.0) -> Limits:
    """Limits with one branch's moved."""
    normal, emergency = limits.normal_mw.copy(), limits.emergency_mw.copy()
    normal[k] += normal_mw
    emergency[k] += emergency_mw
    return replace(limits, normal_mw=normal, emergency_mw=emergency)


@pytest.fixture(scope="module")
def busy(rts: Network, rts_series: GridSeries) -> Grid:
    two_days = rts_series.hours(slice(5400, 5400 + HOURS))
    return dispatch_grid(rts, two_days, {"a": "203", "b": "113"}, scale=0.97)


@pytest.fixture(scope="module")
def busy_prices(busy: Grid) -> tuple[LimitPrices, FloatArray]:
    return found_prices(busy, U_MW)


def test_worth_of_a_rating_lies_between_one_mw_less_and_more(
    busy: Grid, busy_prices: tuple[LimitPrices, FloatArray]
) -> None:
    """Every priced branch and rating of 48 hours: the sum of its prices against the cost of the two days."""
    prices, cost_usd = busy_prices
    assert prices.is_of_rating.all()
    assert len(prices) > HOURS / 2
    base, smooth, cases = cost_usd.sum(), 0, 0
    for k in np.unique(prices.branch).tolist():
        for name, is_own in (("normal_mw", prices.contingency == INTACT), ("emergency_mw", prices.contingency >= 0)):
            own = worth(prices.where((prices.branch == k) & is_own))
            less, more = (
                YearDispatch(busy.with_limits(moved(busy.limits, k, **{name: mw})))
                .evaluate(np.arange(HOURS), U_MW)
                .total_cost_usd
                for mw in (-1.0, 1.0)
            )
            assert base - more - 1e-3 <= own.usd_per_mw <= less - base + 1e-3
            cases += own.hours > 0
            smooth += own.hours > 0 and (less - base) - (base - more) <= 0.01 * own.usd_per_mw
    assert cases >= 3
    assert smooth >= 1  # where no kink is near, the three are one number


def test_hours_of_a_branch_are_not_counted_twice(busy_prices: tuple[LimitPrices, FloatArray]) -> None:
    prices, _ = busy_prices
    twice = [k for k in np.unique(prices.branch) if len(np.unique(prices.contingency[prices.branch == k])) > 1]
    assert twice
    for k in twice:
        own = prices.where(prices.branch == k)
        parts = [worth(own.where(own.contingency == c)) for c in np.unique(own.contingency)]
        whole = worth(own)
        assert whole.usd_per_mw == pytest.approx(sum(p.usd_per_mw for p in parts))
        assert max(p.hours for p in parts) <= whole.hours <= sum(p.hours for p in parts)
        assert whole.hours == len(set(own.hour.tolist()))
        by_hour = [own.price_usd_per_mwh[own.hour == h].sum() for h in range(HOURS)]
        assert whole.max_usd_per_mwh == pytest.approx(max(by_hour))
        assert whole.max_hour == int(np.argmax(by_hour))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_random_grids_price_of_a_limit_lies_between_half_a_mw_less_and_more(seed: int) -> None:
    """Against the program with all rows, by rating of every priced branch."""
    network, series = random_grid(seed)
    prices, cost_usd = found_prices(dispatch_grid(network, series, {}), np.zeros((2, 0)))
    rules, step = oracle_rules(network), 0.5
    ratings = {"rating_normal_mw": rules.rating_normal_mw, "rating_emergency_mw": rules.rating_emergency_mw}
    for hour, k in sorted(set(zip(prices.hour.tolist(), prices.branch.tolist(), strict=True))):
        at = (prices.hour == hour) & (prices.branch == k)
        for name, is_own in (
            ("rating_normal_mw", prices.contingency == INTACT),
            ("rating_emergency_mw", prices.contingency >= 0),
        ):
            found = prices.price_usd_per_mwh[at & is_own].sum()
            less, more = (
                solve_hour(
                    network,
                    series,
                    hour,
                    {},
                    replace(rules, **{name: ratings[name] + mw * (np.arange(len(network.branch)) == k)}),
                ).objective_usd_per_hour
                for mw in (-step, step)
            )
            assert (cost_usd[hour] - more) / step - 1e-4 <= found <= (less - cost_usd[hour]) / step + 1e-4


def two_bus_prices(raised_mw: dict[RowKey, FloatArray] | None = None, line_mw: float = 60.0) -> LimitPrices:
    network = two_bus(line_mw=line_mw)
    stated = dispatch_grid(network, hours_of(network), {}, contingencies=())
    return found_prices(stated, np.zeros((1, 0)), raised_mw)[0]


def test_one_mw_of_a_line_saves_the_difference_of_the_units() -> None:
    found = worth(two_bus_prices())
    assert (found.hours, found.max_hour, found.raised_hours, found.penalty_hours) == (1, 0, 0, 0)
    assert_allclose([found.usd_per_mw, found.max_usd_per_mwh], 20)


def test_nothing_has_a_price_where_nothing_binds() -> None:
    prices = two_bus_prices(line_mw=500)
    found = worth(prices)
    assert (len(prices), found.hours, found.usd_per_mw, found.max_hour) == (0, 0, 0.0, -1)


def test_raised_limit_is_summed_apart() -> None:
    """More rating saves nothing while the limit stands above it."""
    prices = two_bus_prices({(0, INTACT): np.array([80.0])})
    found = worth(prices)
    assert prices.is_raised.tolist() == [True]
    assert (found.hours, found.usd_per_mw, found.raised_hours) == (0, 0.0, 1)
    assert found.raised_usd_per_mw == pytest.approx(20)


def test_price_of_a_penalty_is_summed_apart() -> None:
    lines = [branch(("1", "2"), normal_mw=60)]
    network = grid({"1": 0, "2": 100}, lines, [unit("1", [(200, 10)]), unit("2", [(20, 30)])])
    stated = dispatch_grid(network, hours_of(network), {}, contingencies=())
    found = worth(found_prices(stated, np.zeros((1, 0)))[0])
    assert (found.hours, found.usd_per_mw, found.penalty_hours) == (0, 0.0, 1)
    assert found.penalty_usd_per_mw == pytest.approx(UNSERVED_USD_PER_MWH - 10)


def test_runs_of_hours_join_to_the_whole(busy_prices: tuple[LimitPrices, FloatArray]) -> None:
    prices, _ = busy_prices
    halves = [prices.where(prices.hour < 24), prices.where(prices.hour >= 24)]
    own = [halves[0], replace(halves[1], hour=halves[1].hour - 24)]
    assert joined_prices(own, [0, 24]) == prices
    assert joined_prices(own, [0, 23]) != prices
