"""What holds for the largest load within a budget, whatever the hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.load_only.headroom import curtailed_mw, largest_load_mw, load_only_mw
from gridplan.load_only.rule import LocalHours
from tests.oracles.load_only import largest_new_load_mw

GAPS = st.lists(st.floats(0.0, 1e5), min_size=1, max_size=60).map(np.array)
BUDGETS = st.floats(0.0, 0.95)
LOADS = st.lists(st.integers(0, 20_000), min_size=12, max_size=48)


@given(gap=GAPS, budget=BUDGETS)
def test_equals_bisection(gap: np.ndarray, budget: float) -> None:
    wanted = largest_new_load_mw([0.0] * len(gap), gap.tolist(), budget)
    assert largest_load_mw(gap, budget) == pytest.approx(wanted, rel=1e-7, abs=1e-6)


@given(gap=GAPS, budget=BUDGETS)
def test_spends_the_budget_exactly(gap: np.ndarray, budget: float) -> None:
    load = largest_load_mw(gap, budget)
    assert curtailed_mw(load, gap).sum() == pytest.approx(budget * load * len(gap), rel=1e-6, abs=1e-3)


@given(gap=GAPS, budgets=st.tuples(BUDGETS, BUDGETS))
def test_more_budget_never_lowers_the_load(gap: np.ndarray, budgets: tuple[float, float]) -> None:
    less, more = (largest_load_mw(gap, budget) for budget in sorted(budgets))
    assert less <= more * (1 + 1e-12) + 1e-9


@given(gap=GAPS)
def test_no_budget_is_the_least_gap(gap: np.ndarray) -> None:
    assert largest_load_mw(gap, 0.0) == pytest.approx(gap.min(), rel=1e-12)


@given(load=LOADS, budget=BUDGETS, more=st.integers(-5_000, 50_000), seed=st.integers(0, 99))
def test_level_and_order_within_a_season_change_nothing(load: list[int], budget: float, more: int, seed: int) -> None:
    month = np.arange(len(load)) % 12 + 1
    local = LocalHours(year=np.full(len(load), 2023), month=month)
    native = np.array(load, dtype=np.float64)
    found = load_only_mw(native, local, budget)
    assert load_only_mw(native + more, local, budget) == pytest.approx(found, rel=1e-9, abs=1e-6)
    mixed = native.copy()
    is_summer = (month >= 5) & (month <= 10)
    for season in (is_summer, ~is_summer):
        mixed[season] = np.random.default_rng(seed).permutation(mixed[season])
    assert load_only_mw(mixed, local, budget) == pytest.approx(found, rel=1e-9, abs=1e-6)


@given(load=LOADS, budget=BUDGETS, scale=st.floats(1e-3, 1e3))
def test_scales_with_the_load(load: list[int], budget: float, scale: float) -> None:
    local = LocalHours(year=np.full(len(load), 2023), month=np.arange(len(load)) % 12 + 1)
    native = np.array(load, dtype=np.float64)
    found = load_only_mw(native, local, budget)
    assert load_only_mw(scale * native, local, budget) == pytest.approx(scale * found, rel=1e-9, abs=1e-6)
