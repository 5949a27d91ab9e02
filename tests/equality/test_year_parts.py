"""A year solved in parts, by one or two workers, against the same hours solved together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch import parts
from gridplan.dispatch.cuts import own_cuts
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.screen import overloaded_pairs
from gridplan.dispatch.year import YearDispatch, state_mw
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import dispatch_grid

HOURS = 50
BUSES = {"a": "203", "b": "113"}


@pytest.fixture
def stressed(rts: Network, rts_series: GridSeries, monkeypatch: pytest.MonkeyPatch) -> tuple[Grid, np.ndarray]:
    """Fifty hours in parts of 20; one campus is more than its lines carry."""
    monkeypatch.setattr(parts, "PART_H", 20)
    first = int(rts_series.load_mw.sum(axis=1).argmax()) - HOURS // 2
    grid = dispatch_grid(rts, rts_series.hours(slice(first, first + HOURS)), BUSES, scale=0.9)
    u_mw = np.random.default_rng(1).uniform(0.0, 1.0, (HOURS, 2)) * [900.0, 400.0]
    return grid, u_mw


def test_parts_give_the_cost_of_the_whole(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, u_mw = stressed
    found, keys = parts.evaluate_year(grid, u_mw)
    together = YearDispatch(grid).evaluate(np.arange(HOURS), u_mw)
    assert_allclose(found.cost_usd, together.cost_usd, rtol=1e-9)
    assert_allclose(found.overload_mw.sum(axis=1), together.overload_mw.sum(axis=1), rtol=1e-6, atol=1e-4)
    assert found.overload_mw.max() > 1.0
    assert found.hours.tolist() == list(range(HOURS))
    over = {pair.key: np.maximum(pair.overload_mw, 0.0) for pair in overloaded_pairs(grid, state_mw(grid, found))}
    expected = np.sum(list(over.values()), axis=0)
    assert_allclose(found.overload_mw.sum(axis=1), expected, rtol=1e-6, atol=1e-3)
    assert set(over) <= set(keys)


def test_duals_stand_at_their_rows(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, u_mw = stressed
    known: list[RowKey] = [(3, 7), (90, 2)]
    found, keys = parts.evaluate_year(grid, u_mw, rows=known)
    assert list(keys[:2]) == known
    year = YearDispatch(grid, rows=list(keys))
    constant, slope = own_cuts(year.block(), found.row_dual, found.hours)
    assert_allclose(constant + (slope * u_mw).sum(axis=1), found.cost_usd, rtol=1e-9)


def test_raised_limits_reach_every_part(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, u_mw = stressed
    before, keys = parts.evaluate_year(grid, u_mw)
    pool = YearDispatch(grid, rows=list(keys)).pool
    raised = {key: pool.limit_mw[:, r] + before.overload_mw[:, r] for r, key in enumerate(keys)}
    after, _ = parts.evaluate_year(grid, u_mw, raised_mw=raised)
    bought_usd = grid.prices.overload_usd_per_mwh * before.overload_mw.sum(axis=1)
    assert (after.cost_usd <= before.cost_usd - bought_usd + 1e-6 * before.cost_usd).all()


def test_two_workers_give_the_same_bytes(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, u_mw = stressed
    one, keys = parts.evaluate_year(grid, u_mw)
    with Farm(2) as farm:
        two, same_keys = parts.evaluate_year(grid, u_mw, farm=farm)
    assert keys == same_keys
    for name in ("cost_usd", "column_mw", "row_dual", "overload_mw", "hours"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
