"""A year says the same whatever the order of its hours and however many workers solve it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch import parts
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.drawn_hours import chosen_hours
from tests.equality.secure_grid import dispatch_grid

HOURS = 24
BUSES = {"a": "203", "b": "113"}
SAME = ("cost_usd", "column_mw", "row_dual", "overload_mw", "u_mw", "hours")


@pytest.fixture(scope="module")
def drawn(rts_series: GridSeries) -> np.ndarray:
    """Hours of the year in no order of time."""
    return np.random.default_rng(11).choice(len(rts_series), HOURS, replace=False)


def grid_of(rts: Network, rts_series: GridSeries, hours: np.ndarray) -> Grid:
    return dispatch_grid(rts, chosen_hours(rts_series, hours), BUSES, scale=0.8)


def campus_mw(hours: np.ndarray) -> np.ndarray:
    """Withdrawals that belong to the hours of the year, some beyond what the lines of the bus carry."""
    return np.stack([100.0 + 3.5 * (hours % 100), 150.0 + 2.0 * (hours % 90)], axis=1)


@pytest.mark.parametrize("part_h", [7, pytest.param(10, marks=pytest.mark.slow)])
def test_hours_in_random_order_by_one_or_two_workers_are_the_same_bytes(
    rts: Network, rts_series: GridSeries, drawn: np.ndarray, monkeypatch: pytest.MonkeyPatch, part_h: int
) -> None:
    monkeypatch.setattr(parts, "PART_H", part_h)
    grid, u_mw = grid_of(rts, rts_series, drawn), campus_mw(drawn)
    one, keys = parts.evaluate_year(grid, u_mw)
    with Farm(2) as farm:
        two, same_keys = parts.evaluate_year(grid, u_mw, farm=farm)
    again, _ = parts.evaluate_year(grid_of(rts, rts_series, drawn), u_mw)
    assert keys == same_keys
    assert one.overload_mw.max() > 1.0
    for name in SAME:
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes() == getattr(again, name).tobytes(), name


@pytest.mark.parametrize("seed", [0, 1])
def test_another_order_of_a_year_costs_the_same(
    rts: Network, rts_series: GridSeries, drawn: np.ndarray, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(HOURS)
    first, _ = parts.evaluate_year(grid_of(rts, rts_series, drawn), campus_mw(drawn))
    other, _ = parts.evaluate_year(grid_of(rts, rts_series, drawn[order]), campus_mw(drawn[order]))
    assert_allclose(other.cost_usd, first.cost_usd[order], rtol=1e-9)
    assert_allclose(other.overload_mw.sum(axis=1), first.overload_mw.sum(axis=1)[order], rtol=1e-6, atol=1e-4)


def test_hours_asked_for_one_by_one_backwards_or_all_at_once_cost_the_same(
    rts: Network, rts_series: GridSeries, drawn: np.ndarray
) -> None:
    grid, u_mw = grid_of(rts, rts_series, drawn), campus_mw(drawn)
    together = YearDispatch(grid).evaluate(np.arange(HOURS), u_mw).cost_usd
    backwards = np.arange(HOURS)[::-1]
    assert_allclose(YearDispatch(grid).evaluate(backwards, u_mw[::-1]).cost_usd, together[::-1], rtol=1e-9)
    single = YearDispatch(grid)
    alone = [float(single.evaluate(np.array([h]), u_mw[h : h + 1]).cost_usd[0]) for h in backwards]
    assert_allclose(alone, together[::-1], rtol=1e-9)
