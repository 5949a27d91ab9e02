"""The oracle of joint capacity against sizes worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.network.model import Network
from tests.oracles.btheta import Outage, listed_outages
from tests.oracles.capacity import hosting_capacity_mw
from tests.oracles.grid_block import GridRules
from tests.oracles.joint import frontier_mw, joint_capacity, supported_mw
from tests.oracles.small_grids import branch, grid, hours_of, unit

RULES = GridRules(rating_factor=1.0)


@pytest.fixture
def counterflow() -> Network:
    """Unit at 3, equal reactances: line 1-2 carries (u1 - u2) / 3 of at most 10 MW, the others at most 100 MW."""
    lines = [branch(("1", "2"), normal_mw=10), branch(("1", "3"), normal_mw=100), branch(("2", "3"), normal_mw=100)]
    return grid({"1": 0, "2": 0, "3": 0}, lines, [unit("3", [(1000, 10)])])


def test_counterflow_lets_a_pair_take_more_than_both_alone(counterflow: Network) -> None:
    """Alone u / 3 <= 10; together (2 u1 + u2) / 3 <= 100 and its mirror image."""
    series = hours_of(counterflow)
    alone = [float(hosting_capacity_mw(counterflow, series, bus, [0], RULES)[0]) for bus in "12"]
    pair = joint_capacity(counterflow, series, ("1", "2"), RULES)
    assert_allclose(alone, 30.0)
    assert_allclose(pair.u_mw, 100.0)
    assert pair.total_mw > sum(alone)


def test_frontier_of_the_triangle(counterflow: Network) -> None:
    """u2 <= u1 + 30, u1 + 2 u2 <= 300, 2 u1 + u2 <= 300, u1 <= u2 + 30: corners (80, 110), (100, 100), (110, 80)."""
    series, buses = hours_of(counterflow), ("1", "2")
    found = frontier_mw(counterflow, series, buses, RULES, [0, 50, 80, 90, 100, 105, 110, 111])
    assert_allclose(found, [30, 80, 110, 105, 100, 90, 80, np.nan])
    assert_allclose(supported_mw(counterflow, series, buses, RULES, [0, 1, 3]), [110, 200, 80 + 330])


def test_pair_is_never_below_the_larger_alone_and_one_bus_shares(counterflow: Network) -> None:
    lines = [branch(("1", "2"), normal_mw=100), branch(("1", "3"), normal_mw=60)]
    tree = grid({"1": 0, "2": 35, "3": 10}, lines, [unit("1", [(110, 10)])])
    series = hours_of(tree)
    pair = joint_capacity(tree, series, ("2", "3"), RULES)
    alone = [float(hosting_capacity_mw(tree, series, bus, [0], RULES)[0]) for bus in "23"]
    assert_allclose(alone, [65, 50])
    assert_allclose(pair.total_mw, 65)  # supply is shared
    same = joint_capacity(counterflow, hours_of(counterflow), ("1", "1"), RULES)
    assert_allclose(same.total_mw, 30)


def test_one_size_holds_in_every_hour() -> None:
    """The line to 2 is short in hour 0, that to 3 in hour 1: 40 + 30, though each hour alone takes more."""
    lines = [branch(("1", "2"), normal_mw=100), branch(("1", "3"), normal_mw=60)]
    tree = grid({"1": 0, "2": 0, "3": 0}, lines, [unit("1", [(500, 10)])])
    series = hours_of(tree, [[0, 60, 0], [0, 20, 30]])
    both = joint_capacity(tree, series, ("2", "3"), RULES)
    assert_allclose(both.u_mw, [40, 30])
    each = [joint_capacity(tree, series.hours(slice(h, h + 1)), ("2", "3"), RULES).u_mw for h in range(2)]
    assert_allclose(each, [[40, 60], [80, 30]])
    assert joint_capacity(tree, hours_of(tree, [[0, 60, 0], [0, 101, 0]]), ("2", "3"), RULES).status == "infeasible"


def test_outages_of_branches_and_of_the_points_count() -> None:
    """Two lines of 60 (after an outage 70) feed bus 2 from the unit at 1."""
    line = branch(("1", "2"), normal_mw=60, emergency_mw=70)
    network = grid({"1": 0, "2": 0}, [line, line], [unit("1", [(500, 10)])])
    series = hours_of(network)
    for outages, expected in (((), 120), (tuple(listed_outages(network, 2, ("branch",))), 70)):
        rules = GridRules(rating_factor=1.0, outages=outages)
        assert_allclose(joint_capacity(network, series, ("2", "2"), rules).total_mw, expected)
        fixed = joint_capacity(network, series, ("2", "2"), rules, fixed_mw={0: 25.0}, most_mw=(100.0, 40.0))
        assert_allclose(fixed.u_mw, [25, 40])
    # 120 MW go to bus 1; the loss of a campus of u MW sends u / 2 more over both lines (140 MW).
    export = grid({"1": 150, "2": 0}, [line, line], [unit("1", [(300, 10)]), unit("2", [(300, 10)])])
    rules = GridRules(rating_factor=1.0, outages=(Outage("campus", 0), Outage("campus", 1)))
    tight = hours_of(export, p_max_mw=[[30, 300]])
    assert_allclose(joint_capacity(export, tight, ("2", "2"), rules).u_mw, 40)
    assert_allclose(joint_capacity(export, tight, ("2", "2"), rules, fixed_mw={0: 30}).u_mw, [30, 40])
    other = joint_capacity(export, tight, ("2",), rules, other_campus_mw={"1": 10.0})
    assert other.status == "infeasible"  # 130 MW and more to bus 1 are more than the lines carry
