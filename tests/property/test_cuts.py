"""Cuts never exceed the true cost of an hour, whatever the dual, the hour and the withdrawal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.cuts import CutPool, cut_constants, cut_slopes, own_cuts
from gridplan.dispatch.year import YearDispatch, YearResult
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import dispatch_grid, peak_day
from tests.property.random_grids import random_grid

CONTRACT_MW = np.array([900.0, 700.0, 50.0])
BUSES = {"a": "203", "b": "113"}
HOURS = 24
FEW = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)


def random_u(rng: np.random.Generator, n: int) -> np.ndarray:
    """Withdrawals of two campuses up to far beyond their lines, and of a store that may inject."""
    u_mw = rng.uniform(0.0, 1.0, (n, 3)) * CONTRACT_MW
    u_mw[:, 2] = rng.uniform(-50.0, 50.0, n)
    return u_mw


@pytest.fixture(scope="module")
def year(rts: Network, rts_series: GridSeries) -> YearDispatch:
    grid = dispatch_grid(rts, peak_day(rts_series), BUSES, store_bus={"s": "313"}, scale=0.9)
    year = YearDispatch(grid)
    year.evaluate(np.arange(HOURS), random_u(np.random.default_rng(0), HOURS))
    return year


def assert_not_above(bound: np.ndarray, exact: YearResult) -> None:
    assert (bound <= exact.cost_usd * (1 + 1e-9) + 1e-6).all()


def random_duals(rng: np.random.Generator, exact: YearResult, n_row: int) -> np.ndarray:
    """True duals, disturbed ones, and noise of every size, beyond the overload price too."""
    true = np.zeros((len(exact.hours), n_row + 1))
    true[:, : exact.row_dual.shape[1]] = exact.row_dual
    disturbed = true * rng.uniform(0.5, 1.5, true.shape)
    noise = rng.normal(0.0, 10.0 ** rng.uniform(-2, 6), true.shape)
    return np.vstack([true, disturbed, disturbed + noise, noise])


@FEW
@given(seed=seeds)
def test_random_duals_stay_below_the_cost_of_every_hour(year: YearDispatch, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours = np.sort(rng.choice(HOURS, 3, replace=False))
    u_mw = random_u(rng, 3)
    exact = year.evaluate(hours, u_mw)
    block = year.block()
    duals = random_duals(rng, exact, block.n_row)
    bounds = cut_constants(block, duals, hours) + cut_slopes(block, duals) @ u_mw.T
    for bound in bounds:
        assert_not_above(bound, exact)
    for k in range(4):
        constant, slope = own_cuts(block, duals[3 * k : 3 * k + 3], hours)
        assert_allclose(constant + (slope * u_mw).sum(axis=1), np.diag(bounds[3 * k : 3 * k + 3]), rtol=1e-9)


@FEW
@given(seed=seeds)
def test_the_dual_of_an_hour_is_tight_there_and_a_bound_elsewhere(year: YearDispatch, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours, elsewhere = np.arange(0, HOURS, 5), np.arange(2, HOURS, 5)
    u_mw, other_u_mw = random_u(rng, len(hours)), random_u(rng, len(elsewhere))
    exact = year.evaluate(hours, u_mw)
    constant, slope = own_cuts(year.block(), exact.row_dual, hours)
    assert_allclose(constant + (slope * u_mw).sum(axis=1), exact.cost_usd, rtol=1e-9)
    moved = year.evaluate(hours, other_u_mw[: len(hours)])
    assert_not_above(constant + (slope * moved.u_mw).sum(axis=1), moved)
    other = year.evaluate(elsewhere, other_u_mw)
    block = year.block()
    transferred = cut_constants(block, exact.row_dual, elsewhere) + cut_slopes(block, exact.row_dual) @ other_u_mw.T
    for bound in transferred:
        assert_not_above(bound, other)


@settings(FEW, max_examples=15)
@given(seed=seeds)
def test_a_pool_stays_valid_while_rows_join(rts: Network, rts_series: GridSeries, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = dispatch_grid(rts, peak_day(rts_series), BUSES, store_bus={"s": "313"}, scale=0.9)
    year = YearDispatch(grid)
    sizes = []
    for share in (0.1, 0.4, 0.7, 1.0):
        hours = np.sort(rng.choice(HOURS, 4, replace=False))
        year.evaluate(hours, share * random_u(rng, 4), keep_cuts=True)
        sizes.append(len(year.pool))
    assert sizes[0] < sizes[-1]
    hours, plans = np.arange(0, HOURS, 3), [random_u(rng, 8) * share for share in (0.2, 0.8)]
    exact = [year.evaluate(hours, plan) for plan in plans]
    block = year.block()
    for (bound, which), result, plan in zip(year.cuts.best(block, hours, *plans), exact, plans, strict=True):
        assert_not_above(bound, result)
        duals = year.cuts.duals(block)
        values = cut_constants(block, duals, hours) + cut_slopes(block, duals) @ plan.T
        assert_allclose(values.max(axis=0), bound, rtol=1e-12)
        assert_allclose(values[which, np.arange(len(hours))], bound, rtol=1e-12)


@settings(FEW, max_examples=30)
@given(seed=seeds, n_bus=st.integers(2, 7))
def test_cuts_hold_on_random_grids(seed: int, n_bus: int) -> None:
    rng = np.random.default_rng(seed)
    network, series = random_grid(seed, n_bus=n_bus, hours=3)
    year = YearDispatch(dispatch_grid(network, series, {"c": "0", "d": str(n_bus - 1)}))
    hours = np.arange(3)
    exact = year.evaluate(hours, rng.uniform(0, 200, (3, 2)))
    block = year.block()
    duals = random_duals(rng, exact, block.n_row)
    for bound in cut_constants(block, duals, hours) + cut_slopes(block, duals) @ exact.u_mw.T:
        assert_not_above(bound, exact)


def test_duals_beyond_the_overload_price_are_cut_off(year: YearDispatch) -> None:
    """A dearer row would pay for slack up to its limit of 1e5 MW: a bound, and a useless one."""
    block, hours, price = year.block(), np.arange(3), year.grid.prices.overload_usd_per_mwh
    duals = np.zeros((1, block.n_row + 1))
    duals[0, 1:3] = [3 * price, -2 * price]
    within = np.clip(duals, -price, price)
    assert_allclose(cut_constants(block, duals, hours), cut_constants(block, within, hours))
    assert_allclose(cut_slopes(block, duals), cut_slopes(block, within))
    duals[0, 0] = 3 * price  # the balance has no price limit
    assert_allclose(cut_slopes(block, duals)[0, 2] - cut_slopes(block, within)[0, 2], 3 * price)


def test_equal_duals_are_kept_once(year: YearDispatch) -> None:
    pool = CutPool()
    dual = np.array([[20.0, 0.0, -3.0]])
    assert pool.add(np.vstack([dual, dual, dual + 1e-9, np.hstack([dual, [[0.0]]])[:, :3]])) == 1
    assert pool.add(np.hstack([dual, np.zeros((1, 2))])) == 0
    assert pool.add(dual + 1e-3) == 1
    wide = pool.duals(year.block())
    assert wide.shape == (2, year.block().n_row + 1)
    assert_allclose(wide[0, :3], dual[0])
