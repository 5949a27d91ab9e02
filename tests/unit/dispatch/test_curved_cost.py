"""Curved costs against closed forms and a solver of quadratic programs that shares nothing with ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.dispatch.curved_cost import solve_curved
from gridplan.dispatch.grid import Grid, Limits, Prices, unit_output_mw
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.cost import CostCurve
from gridplan.series.snapshot_hour import snapshot_series
from tests.unit.network.small_case import small_case

PRICES = Prices(unserved_usd_per_mwh=1e6, overload_usd_per_mwh=2e6)


def solved(case: GridCase, ratings_mw: float = np.inf) -> tuple[float, float, np.ndarray]:
    """Cost, bound, and output of the units."""
    network = build_network(case).network
    limit = np.full(len(network.branch), ratings_mw)
    grid = Grid(network, snapshot_series(network), Limits(normal_mw=limit, emergency_mw=limit), PRICES)
    found = solve_curved(grid, case.generator.cost[: len(network.generator)])
    p_mw = unit_output_mw(found.dispatch.grid, found.result.column_mw, slice(0, 1))[0]
    return found.cost_usd, found.bound_usd, p_mw


def with_curves(*curves: CostCurve, p_min_mw: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> GridCase:
    case = small_case()
    unit = replace(
        case.generator,
        cost=(*curves, None),
        p_min_mw=np.array([*p_min_mw, 0.0]),
        p_max_mw=np.array([200.0, 200.0, 200.0, 0.0]),
    )
    return replace(case, generator=unit)


def quadratic(c0: float, c1: float, c2: float) -> CostCurve:
    return CostCurve(kind="polynomial", coefficients=(c0, c1, c2))


def test_equal_marginal_cost() -> None:
    """121 MW (shunt included) of three units: c1 + 2 c2 p equal; here (p1, p2, p3) from three linear equations."""
    case = with_curves(quadratic(5.0, 10.0, 0.05), quadratic(0.0, 12.0, 0.1), quadratic(1.0, 11.0, 0.2))
    cost, bound, p_mw = solved(case)
    inverse = np.array([10.0, 5.0, 2.5])
    price = (121.0 + inverse @ np.array([10.0, 12.0, 11.0])) / inverse.sum()
    expected = inverse * (price - np.array([10.0, 12.0, 11.0]))
    np.testing.assert_allclose(p_mw, expected, atol=1e-3)
    exact = sum(c.usd_per_hour(p) for c, p in zip(case.generator.cost[:3], expected, strict=True) if c)
    assert cost == pytest.approx(exact, rel=1e-10)
    assert bound <= cost
    assert cost - bound <= 1e-9 * cost


def test_a_unit_that_draws_power_is_paid_for_by_the_others() -> None:
    """Unit 3 may draw 50 MW and is worth 20 USD/MWh drawing; the others cost 10 and 15: it draws all it can."""
    linear = (quadratic(0.0, 10.0, 0.0), quadratic(0.0, 15.0, 0.0), quadratic(0.0, 20.0, 0.0))
    cost, _, p_mw = solved(with_curves(*linear, p_min_mw=(0.0, 0.0, -50.0)))
    np.testing.assert_allclose(p_mw, [171.0, 0.0, -50.0], atol=1e-7)
    assert cost == pytest.approx(1710.0 - 1000.0)


@settings(max_examples=25, deadline=None)
@given(
    c1=st.lists(st.floats(0, 50), min_size=3, max_size=3),
    c2=st.lists(st.just(0.0) | st.floats(1e-4, 0.5), min_size=3, max_size=3),
    p_min=st.lists(st.floats(-30, 40), min_size=3, max_size=3),
)
def test_copper_plate_equals_bisection_on_the_price(c1: list[float], c2: list[float], p_min: list[float]) -> None:
    curves = [quadratic(0.0, a, b) for a, b in zip(c1, c2, strict=True)]
    cost, bound, _ = solved(with_curves(*curves, p_min_mw=(p_min[0], p_min[1], p_min[2])))
    low, high = np.array(p_min), np.full(3, 200.0)
    exact = dual_by_bisection(np.array(c1), np.array(c2), low, high, 121.0)
    assert cost == pytest.approx(exact, rel=1e-7, abs=1e-5)
    assert bound <= cost + 1e-9


def dual_by_bisection(c1: np.ndarray, c2: np.ndarray, low: np.ndarray, high: np.ndarray, load_mw: float) -> float:
    """Largest value of the concave dual ``price load + sum_g min_p (c_g(p) - price p)``, by ternary search."""

    def dual(price: float) -> float:
        free = np.where(c2 > 0, (price - c1) / np.where(c2 > 0, 2 * c2, 1.0), np.where(price > c1, np.inf, -np.inf))
        p = np.clip(free, low, high)
        return float(price * load_mw + (c1 * p + c2 * p**2 - price * p).sum())

    a, b = -1e3, 1e3
    for _ in range(300):
        third = (b - a) / 3
        a, b = (a + third, b) if dual(a + third) < dual(b - third) else (a, b - third)
    return dual((a + b) / 2)
