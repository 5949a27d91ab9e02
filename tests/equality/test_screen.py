"""The screen by bound filter against every (branch, outage) pair of every hour, from rebuilt grids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen import overloaded_pairs, suspicious_pairs
from gridplan.dispatch.year import YearDispatch
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import dispatch_grid
from tests.oracles.btheta import EffectBook, listed_outages
from tests.property.random_grids import random_grid

BUSES = {"a": "203", "b": "113", "c": "107"}
HOURS = 200
TOLERANCE_MW = 1e-5


@pytest.fixture(scope="module")
def stressed(rts: Network, rts_series: GridSeries) -> tuple[Grid, np.ndarray]:
    """Grid with all outages, and states of 200 hours dispatched without any thought of outages."""
    first = int(rts_series.load_mw.sum(axis=1).argmax()) - HOURS // 2
    series = rts_series.hours(slice(first, first + HOURS))
    u_mw = np.random.default_rng(0).uniform(50.0, 400.0, (HOURS, 3))
    careless = YearDispatch(dispatch_grid(rts, series, BUSES, contingencies=()))
    result = careless.evaluate(np.arange(HOURS), u_mw)
    grid = dispatch_grid(rts, series, BUSES, scale=0.97)
    return grid, grid.state(result.column_mw, u_mw, np.arange(HOURS))


def brute_force(grid: Grid, state: np.ndarray) -> dict[RowKey, np.ndarray]:
    """Overload by hour of every pair that is overloaded at all, outage by outage."""
    network, layout = grid.network, grid.outages.layout
    flow = state[:, : layout.n_branch]
    offset = {"branch": 0, "unit": layout.generator, "dc_line": layout.dc_line, "campus": layout.campus}
    campus_bus = np.array([grid.points[i].bus for i in grid.campus_points])
    book, over_mw = EffectBook(), {INTACT: np.abs(flow) - grid.limits.normal_mw}
    for k, outage in enumerate(listed_outages(network, len(campus_bus))):
        effect = book.effect(network, outage, campus_bus, "matpower")
        driver = state[:, offset[outage.kind] + outage.position]
        after = np.abs(flow + driver[:, None] * effect.coefficient + effect.constant_mw)
        over_mw[k] = np.where(effect.limited, after - grid.limits.emergency_mw, -1.0)
    return {
        (int(b), k): over[:, b] for k, over in over_mw.items() for b in np.flatnonzero(over.max(axis=0) > TOLERANCE_MW)
    }


def overload_mwh(pairs: dict[RowKey, np.ndarray]) -> float:
    return float(sum(np.maximum(over, 0.0).sum() for over in pairs.values()))


def compare(grid: Grid, state: np.ndarray) -> dict[RowKey, np.ndarray]:
    found = {pair.key: pair.overload_mw for pair in overloaded_pairs(grid, state)}
    expected = brute_force(grid, state)
    assert set(found) == set(expected)
    for key, over_mw in expected.items():
        assert_allclose(found[key], over_mw, atol=1e-6)
    assert_allclose(overload_mwh(found), overload_mwh(expected), rtol=1e-9)
    return expected


def test_screen_finds_every_pair_of_200_hours(stressed: tuple[Grid, np.ndarray]) -> None:
    expected = compare(*stressed)
    kinds = {"intact" if c == INTACT else _kind(stressed[0].outages.contingencies[c]) for _, c in expected}
    assert kinds >= {"branch", "unit", "campus"}
    assert len(expected) > 50


def _kind(lost: Contingency) -> str:
    kinds = {"branch": lost.branches, "unit": lost.generators, "dc_line": lost.dc_lines, "campus": lost.campuses}
    return next(name for name, members in kinds.items() if members)


def test_filter_rules_most_pairs_out(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, state = stressed
    left = len(suspicious_pairs(grid, state))
    assert left < 0.2 * len(grid.network.branch) * len(grid.outages.contingencies)
    assert len(suspicious_pairs(grid, state, margin_frac=0.5)) > left


def test_one_hour_alone_gives_its_own_overloads(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, state = stressed
    together = {pair.key: pair.overload_mw for pair in overloaded_pairs(grid, state)}
    for hour in (0, 99, 150):
        alone = {pair.key: float(pair.overload_mw[0]) for pair in overloaded_pairs(grid, state[hour : hour + 1])}
        assert alone == pytest.approx({k: over[hour] for k, over in together.items() if over[hour] > TOLERANCE_MW})


def test_raised_limits_take_their_pairs_out(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, state = stressed
    before = {pair.key: pair.overload_mw for pair in overloaded_pairs(grid, state)}
    keys = sorted(before)[::2]
    limits = {key: np.full(HOURS, _limit_mw(grid, key)) + np.maximum(before[key] - 3.0, 0.0) for key in keys}
    after = {pair.key: pair.overload_mw for pair in overloaded_pairs(grid, state, limits)}
    assert set(after) == set(before)
    for key in keys:
        assert_allclose(after[key], np.minimum(before[key], 3.0), atol=1e-9)
    limits = {key: limit + 3.0 for key, limit in limits.items()}
    assert {pair.key for pair in overloaded_pairs(grid, state, limits)} == set(before) - set(keys)


def _limit_mw(grid: Grid, key: RowKey) -> float:
    limits = grid.limits.normal_mw if key[1] == INTACT else grid.limits.emergency_mw
    return float(limits[key[0]])


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), n_bus=st.integers(3, 8))
def test_screen_of_random_grids(seed: int, n_bus: int) -> None:
    network, series = random_grid(seed, n_bus=n_bus, hours=3)
    campus_bus = {"c": "0", "d": str(n_bus - 1)}
    u_mw = np.random.default_rng(seed).uniform(0, 60, (3, 2))
    careless = YearDispatch(dispatch_grid(network, series, campus_bus, contingencies=()))
    result = careless.evaluate(np.arange(3), u_mw)
    grid = dispatch_grid(network, series, campus_bus, scale=0.7)
    compare(grid, grid.state(result.column_mw, u_mw, np.arange(3)))
