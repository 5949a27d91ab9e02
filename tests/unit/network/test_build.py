"""What of a case is studied, what is left out and said, and how ratings and costs come across."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.errors import InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.case_of_network import case_of_network
from gridplan.network.cost import CostCurve
from gridplan.network.cost_blocks import breakpoints_mw, cost_blocks, segments
from gridplan.network.policy import Policy
from gridplan.network.rating import derived_rating_mva
from tests.unit.network.small_case import LINEAR, PIECEWISE, QUADRATIC, small_case


def test_only_what_is_in_service_is_studied() -> None:
    built = build_network(small_case())
    network = built.network
    assert network.bus.id == ("1", "2", "3", "4")
    assert network.branch.id == ("1-2_1", "1-2_2", "2-3_1", "3-4_1")
    assert network.generator.id == ("1_1", "2_1", "3_1")
    assert_allclose(network.bus.p_load_mw, [0.0, 40.0, 0.0, 80.0])
    assert_allclose(network.bus.q_load_mvar, [0.0, 10.0, 0.0, 20.0])
    assert_allclose(network.bus.bs_mvar, [0.0, 0.0, 25.0, 0.0])
    assert_allclose(network.branch.shift_rad[3], np.pi / 6)
    assert_array_equal(built.rows["branch"], [0, 1, 2, 3])


def test_a_bus_left_alone_is_told() -> None:
    found = [f for f in build_network(small_case()).findings if f.code == "GP-TOP-007"]
    assert [f.severity for f in found] == ["note"]
    assert "1 bus (5)" in found[0].message


def test_missing_ratings_fall_back_one_step() -> None:
    branch = build_network(small_case()).network.branch
    assert_allclose(branch.rating_normal_mva, [100.0, 50.0, np.inf, 120.0])
    assert_allclose(branch.rating_emergency_mva, [110.0, 50.0, np.inf, 130.0])
    assert_allclose(branch.rating_short_time_mva, [120.0, 50.0, np.inf, 130.0])


def test_a_derived_rating_is_the_power_at_the_angle_limit() -> None:
    """Both ends at 1.05 pu: the voltage across is 2 x 1.05 sin(15 degrees)."""
    branch = build_network(small_case(), Policy(unrated="derive")).network.branch
    across = 2 * 1.05 * np.sin(np.radians(15.0))
    assert branch.rating_normal_mva[2] == pytest.approx(100.0 * 1.05 * across / np.hypot(0.01, 0.2))
    limited = small_case().with_table("branch", angle_max_degree=np.full(5, 10.0), angle_min_degree=np.full(5, -10.0))
    assert derived_rating_mva(limited)[2] == pytest.approx(
        100.0 * 1.05 * 2 * 1.05 * np.sin(np.radians(5.0)) / np.hypot(0.01, 0.2)
    )


def with_second_island() -> GridCase:
    """Bus 5 with load and a unit of its own."""
    case = small_case()
    load, unit = case.load, case.generator
    owners = (*unit.bus[:3], "5")
    return replace(
        case,
        load=replace(
            load, bus=(*load.bus[:3], "5"), p_mw=np.array([40.0, 60.0, 20.0, 5.0]), in_service=np.ones(4, bool)
        ),
        generator=replace(unit, bus=owners, in_service=np.ones(4, dtype=bool)),
    )


def test_a_second_island_is_refused_by_name_or_left_out_by_name() -> None:
    with pytest.raises(InputError, match=r"GP-TOP-007.*1 bus \(5\).*5\.0 MW of load and 900\.0 MW of units"):
        build_network(with_second_island())
    built = build_network(with_second_island(), Policy(islands="main"))
    assert built.network.bus.id == ("1", "2", "3", "4")
    assert [f.severity for f in built.findings if f.code == "GP-TOP-007"] == ["warning"]


def test_zero_impedance_is_refused_or_merged() -> None:
    zero = np.array([0.01, 0.01, 0.0, 0.01, 0.01])
    case = small_case().with_table("branch", r_pu=zero, x_pu=np.where(zero == 0, 0.0, small_case().branch.x_pu))
    with pytest.raises(InputError, match="GP-TOP-004"):
        build_network(case)
    built = build_network(case, Policy(merge_zero_impedance=True))
    network = built.network
    assert network.bus.id == ("1", "2", "4")
    assert network.branch.id == ("1-2_1", "1-2_2", "3-4_1")
    assert network.bus.id[network.branch.from_bus[2]] == "2"
    assert network.bus.id[network.generator.bus[2]] == "2"
    assert any(f.code == "GP-TOP-004" and "2-3_1" in f.message for f in built.findings)


def test_blocks_follow_each_curve() -> None:
    network = build_network(small_case(), n_block=4).network
    width, cost = network.generator.block_width_mw, network.generator.block_cost_usd_per_mwh
    assert_allclose(width.sum(axis=1), [100.0, 80.0, 80.0])
    assert_allclose(cost[0], [10.5, 11.5, 12.5, 13.5])
    assert_allclose(cost[1], 30.0)
    assert_allclose(width[2], [50.0, 30.0, 0.0, 0.0])
    assert_allclose(cost[2], [20.0, 40.0, 40.0, 40.0])
    assert_array_equal(network.generator.is_dispatchable, [True, True, False])


@pytest.mark.parametrize("curve", [QUADRATIC, LINEAR, PIECEWISE])
def test_cost_at_a_breakpoint_is_exact(curve: CostCurve) -> None:
    points = breakpoints_mw(curve, -20.0, 90.0, 7)
    width, cost = segments(curve, points)
    summed = curve.usd_per_hour(-20.0) + np.concatenate([[0.0], np.cumsum(width * cost)])
    assert_allclose(summed, [curve.usd_per_hour(p) for p in points], rtol=1e-12)
    assert (np.diff(cost) >= 0).all()


def test_a_unit_that_draws_power_has_blocks_below_zero() -> None:
    width, cost = cost_blocks([QUADRATIC], np.array([-40.0]), np.array([60.0]), 2)
    assert_allclose(width, [[50.0, 50.0]])
    assert_allclose(cost, [[10.0 + 0.02 * (-40.0 + 10.0), 10.0 + 0.02 * (10.0 + 60.0)]])


def test_network_and_case_of_it_are_the_same_grid() -> None:
    network = build_network(small_case(), n_block=4).network
    again = build_network(case_of_network(network), n_block=4).network
    for table in ("bus", "branch", "generator"):
        for column in getattr(network, table).__dataclass_fields__:
            one, other = getattr(getattr(network, table), column), getattr(getattr(again, table), column)
            if isinstance(one, tuple):
                assert one == other, column
            else:
                assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=column)
