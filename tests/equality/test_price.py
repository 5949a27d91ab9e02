"""Locational prices against the program with all rows solved again with one MW more or less at a bus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.price import lmp_usd_per_mwh
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import dispatch_grid, oracle_rules, peak_day
from tests.oracles.hourly import solve_hour
from tests.oracles.small_grids import hours_of, two_bus

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
