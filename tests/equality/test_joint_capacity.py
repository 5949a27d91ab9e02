"""Joint capacity of several points against one program over all hours, and shapes worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.hosting import SUPPLY, hosting_year
from gridplan.errors import InfeasibleError
from gridplan.network.model import Network
from gridplan.plan.joint.capacity import (
    Frontier,
    JointCapacity,
    alone_mw,
    frontier,
    largest_total,
    pair_alone_mw,
    pair_total,
)
from gridplan.plan.joint.polygon import polygon
from gridplan.plan.joint.secure_set import SecureSet, Side
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import RATING_FACTOR, dispatch_grid, oracle_rules, peak_day
from tests.oracles.joint import frontier_mw, joint_capacity, supported_mw
from tests.oracles.small_grids import branch, grid, hours_of, unit
from tests.property.random_grids import grids

MOST_MW = 3000.0
WEIGHTS = (0.0, 0.4, 1.0, 2.5, 50.0)
EVERY = settings(max_examples=15, deadline=None, derandomize=True)


def quiet(_: str) -> None:
    """No progress wanted."""


def secure_set(network: Network, series: GridSeries, buses: Sequence[str], **options: object) -> SecureSet:
    campuses = {f"{k}": bus for k, bus in enumerate(buses)}
    return SecureSet(dispatch_grid(network, series, campuses, **options), most_mw=MOST_MW)  # type: ignore[arg-type]


def pair_of(network: Network, series: GridSeries, buses: Sequence[str], **options: object) -> Frontier:
    return frontier(secure_set(network, series, buses, **options), quiet)


def total_of(
    network: Network, series: GridSeries, buses: Sequence[str], weights: Sequence[float] = (), **options: object
) -> JointCapacity:
    weight = np.array(weights or np.ones(len(buses)), dtype=float)
    return largest_total(secure_set(network, series, buses, **options), weight, quiet)


def line(ends: tuple[str, str], mw: float, emergency_mw: float | None = None) -> dict[str, object]:
    """Line that carries this many MW after the rating factor."""
    emergency = None if emergency_mw is None else emergency_mw / RATING_FACTOR
    return branch(ends, normal_mw=mw / RATING_FACTOR, emergency_mw=emergency)


# -- by hand ---------------------------------------------------------------------------------------
@pytest.fixture
def counterflow() -> Network:
    """Unit at 3, equal reactances: line 1-2 carries (u1 - u2) / 3 of at most 10 MW, the others at most 100 MW."""
    lines = [line(("1", "2"), 10), line(("1", "3"), 100), line(("2", "3"), 100)]
    return grid({"1": 0, "2": 0, "3": 0}, lines, [unit("3", [(1000, 10)])])


def test_counterflow_has_corners_beyond_the_sum_of_both_alone(counterflow: Network) -> None:
    pair = pair_of(counterflow, hours_of(counterflow), "12", contingencies=())
    assert_allclose(pair.area.corners, [(0, 0), (30, 0), (110, 80), (100, 100), (80, 110), (0, 30)], atol=1e-9)
    assert pair.is_efficient == (False, False, True, True, True, False)
    assert [side.binding for side in pair.area.sides] == [(), ("L0",), ("L1",), ("L2",), ("L0",), ()]
    assert_allclose(pair.area.sides[2].normal, [1.0, 0.5], atol=1e-12)
    assert pair_alone_mw(pair) == pytest.approx((30.0, 30.0))
    total = pair_total(pair, np.ones(2))
    assert_allclose(total.u_mw, 100.0)
    assert total.value_mw == pytest.approx(200.0, abs=1e-6)
    assert {side.binding for side in total.sides} == {("L1",), ("L2",)}


def test_equal_totals_are_spread_evenly_and_weights_count() -> None:
    """50 MW of supply, lines that do not bind."""
    network = grid({"1": 0, "2": 0, "3": 0}, [line(("1", "2"), 90), line(("1", "3"), 90)], [unit("1", [(50, 10)])])
    pair = pair_of(network, hours_of(network), "23", contingencies=())
    assert_allclose(pair.area.corners, [(0, 0), (50, 0), (0, 50)], atol=1e-9)
    for found in (pair_total(pair, np.ones(2)), total_of(network, hours_of(network), "23", contingencies=())):
        assert_allclose(found.u_mw, 25.0, atol=1e-6)
        assert found.sides[0].binding == (SUPPLY,)
    leaning = total_of(network, hours_of(network), "23", (1.0, 3.0), contingencies=())
    assert_allclose(leaning.u_mw, [0, 50], atol=1e-6)
    assert leaning.value_mw == pytest.approx(150.0, abs=1e-5)


def test_one_size_holds_in_every_hour_and_each_side_names_its_own() -> None:
    """The line to 2 is short in hour 0, that to 3 in hour 1: 40 + 30, though each hour alone takes more."""
    network = grid({"1": 0, "2": 0, "3": 0}, [line(("1", "2"), 100), line(("1", "3"), 60)], [unit("1", [(500, 10)])])
    series = hours_of(network, [[0, 60, 0], [0, 20, 30]])
    pair = pair_of(network, series, "23", contingencies=())
    assert_allclose(pair.area.corners, [(0, 0), (40, 0), (40, 30), (0, 30)], atol=1e-9)
    assert [(side.hour, side.binding) for side in pair.area.sides[1:3]] == [(0, ("L0",)), (1, ("L1",))]
    with pytest.raises(InfeasibleError, match=r"2020-01-01 01:00 UTC cannot be served .* nothing connected"):
        pair_of(network, hours_of(network, [[0, 60, 0], [0, 101, 0]]), "23", contingencies=())


def test_loss_of_a_campus_is_an_outage_of_its_own() -> None:
    """120 MW go to bus 1; the loss of a campus of u MW sends u / 2 more over the lines, of 140 MW after an outage."""
    lines = [line(("1", "2"), 60, 70)] * 2
    network = grid({"1": 150, "2": 0}, lines, [unit("1", [(300, 10)]), unit("2", [(300, 10)])])
    series = hours_of(network, p_max_mw=[[30, 300]])
    lost = dispatch_grid(network, series, {"0": "2", "1": "2"}).outages.contingencies[-2:]
    pair = pair_of(network, series, "22", contingencies=lost)
    assert_allclose(pair.area.corners, [(0, 0), (40, 0), (40, 40), (0, 40)], atol=1e-9)


def test_polygon_of_half_planes_that_leave_a_point_or_nothing() -> None:
    def half_plane(x: float, y: float, room: float) -> Side:
        return Side(normal=np.array([x, y]), room_mw=room)

    assert_allclose(polygon([half_plane(1, 1, 0)], 10.0).corners, [(0, 0)], atol=1e-7)
    assert not len(polygon([half_plane(1, 1, -1)], 10.0).corners)
    assert_allclose(
        polygon([half_plane(1, 0, 4), half_plane(1, 0, 4)], 10.0).corners, [(0, 0), (4, 0), (4, 10), (0, 10)]
    )


# -- against the program over all hours ------------------------------------------------------------
@EVERY
@given(case=grids(), first=st.integers(0, 7), second=st.integers(0, 7))
def test_pairs_of_random_grids(case: tuple[Network, GridSeries], first: int, second: int) -> None:
    network, series = case
    names = network.bus.id
    buses = (names[first % len(names)], names[second % len(names)])
    rules = oracle_rules(network, 2)
    exact = supported_mw(network, series, buses, rules, WEIGHTS)
    try:
        pair = pair_of(network, series, buses)
    except InfeasibleError:
        nothing = joint_capacity(network, series, buses, rules, fixed_mw={0: 0.0, 1: 0.0})
        assert nothing.status == "infeasible"
        assume(False)
    corners = pair.area.corners
    assert pair.gap_mw <= 1e-5
    for weight, value in zip(WEIGHTS, exact, strict=True):
        assert (corners @ [1.0, weight]).max() == pytest.approx(value, abs=1e-4 * max(weight, 1.0))
    middle = 0.5 * corners[:, 0].max()
    (top,) = frontier_mw(network, series, buses, rules, [middle])
    assert max_second(corners, middle) == pytest.approx(top, abs=1e-4)
    total = total_of(network, series, buses)
    assert total.gap_mw <= 0.01
    assert total.value_mw == pytest.approx(exact[2], abs=1e-4)
    single = [
        hosting_year(dispatch_grid(network, series, {"0": bus}), 0, u_mw=np.zeros((2, 1)), most_mw=MOST_MW)
        for bus in buses
    ]
    assert pair_alone_mw(pair) == pytest.approx([found.firm_mw for found in single], abs=1e-4)
    assert total.value_mw >= max(found.firm_mw for found in single) - 1e-4


def max_second(corners: np.ndarray, first_mw: float) -> float:
    """Largest second size of a convex polygon at a first size."""
    best = -np.inf
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if min(a[0], b[0]) - 1e-12 <= first_mw <= max(a[0], b[0]) + 1e-12:
            part = 0.0 if a[0] == b[0] else (first_mw - a[0]) / (b[0] - a[0])
            best = max(best, a[1] + part * (b[1] - a[1]))
    return float(best)


@pytest.fixture(scope="module")
def some_hours(rts_series: GridSeries) -> GridSeries:
    """Hours drawn by seed from the whole year, the peak among them."""
    drawn = np.random.default_rng(7).choice(len(rts_series), 2, replace=False)
    peak = int(rts_series.load_mw.sum(axis=1).argmax())
    return hours_at(rts_series, sorted({*drawn.tolist(), peak}))


def hours_at(series: GridSeries, hours: Sequence[int]) -> GridSeries:
    at = list(hours)
    first = series.hours(slice(0, len(at)))
    return replace(first, load_mw=series.load_mw[at], p_max_mw=series.p_max_mw[at], p_min_mw=series.p_min_mw[at])


@pytest.mark.parametrize("buses", [("203", "107"), ("308", "310")])
def test_pairs_of_rts(rts: Network, some_hours: GridSeries, buses: tuple[str, str]) -> None:
    pair = pair_of(rts, some_hours, buses)
    weights = (0.4, 1.0)
    exact = supported_mw(rts, some_hours, buses, oracle_rules(rts, 2), weights)
    corners = pair.area.corners
    assert_allclose([(corners @ [1.0, w]).max() for w in weights], exact, atol=1e-4)
    assert any(pair.is_efficient)


def test_many_points_of_rts(rts: Network, some_hours: GridSeries) -> None:
    buses = ("203", "107", "308")
    for weights in ((1.0, 1.0, 1.0), (1.0, 4.0, 2.0)):
        exact = joint_capacity(rts, some_hours, buses, oracle_rules(rts, 3), weight=weights)
        found = total_of(rts, some_hours, buses, weights)
        assert found.value_mw == pytest.approx(exact.u_mw @ np.array(weights), abs=1e-4)
        assert found.gap_mw <= 0.01
        fixed = dict(enumerate(map(float, found.u_mw * (1 - 1e-9))))
        assert joint_capacity(rts, some_hours, buses, oracle_rules(rts, 3), fixed_mw=fixed).status == "optimal"


def test_alone_among_many_is_the_capacity_of_the_single_point(rts: Network, rts_series: GridSeries) -> None:
    day = peak_day(rts_series)
    secure = secure_set(rts, day, ("203", "107", "308"))
    for point, bus in enumerate(("203", "107", "308")):
        single = hosting_year(dispatch_grid(rts, day, {bus: bus}), 0, u_mw=np.zeros((24, 1)), most_mw=MOST_MW)
        assert alone_mw(secure, point) == pytest.approx(single.firm_mw, abs=1e-4)
