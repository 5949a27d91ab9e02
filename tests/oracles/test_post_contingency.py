"""The oracle of curtailment after the outage against sizes worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import Outage, State, flows_after_outage, listed_outages, live_bus, response_after_branch
from tests.oracles.btheta import pickup_frac as pickup
from tests.oracles.capacity import hosting_capacity_mw
from tests.oracles.grid_block import GridRules
from tests.oracles.post_contingency import post_contingency_capacity_mw, runback, runback_response
from tests.oracles.small_grids import branch, grid, hours_of, unit
from tests.property.random_grids import random_grid

FIRST, SECOND = Outage("branch", 0), Outage("branch", 1)
RULES = GridRules(rating_factor=1.0, outages=(FIRST, SECOND))


def twin(normal_mw: float = 60, far_unit_mw: float = 0, load_mw: float = 0) -> tuple[Network, GridSeries]:
    """Two lines (after an outage 70 MW) from the unit at 1 to the campus at 2; the unit at 2 is off in the hour."""
    line = branch(("1", "2"), normal_mw=normal_mw, emergency_mw=70)
    units = [unit("1", [(300, 10)]), *([unit("2", [(far_unit_mw, 10)])] if far_unit_mw else [])]
    network = grid({"1": 0, "2": load_mw}, [line, line], units)
    return network, hours_of(network, p_max_mw=[[300.0, *([0.0] if far_unit_mw else [])]])


@pytest.mark.parametrize(
    ("case", "short_time_mw", "expected"),
    [
        (twin(), 70, 70),  # no time to run back: as preventive
        (twin(), 90, 90),  # what one line carries at once
        (twin(), 500, 120),  # the intact lines
        (twin(load_mw=30), 90, 60),
        (twin(load_mw=30), 500, 90),
        (twin(load_mw=80), 500, np.nan),  # the load alone is too much for one line
        (twin(load_mw=30, normal_mw=80), 500, 130),
        (twin(far_unit_mw=300), 90, 90),  # each MW given back takes half a MW off the line
        (twin(far_unit_mw=300), 500, 120),
        (twin(far_unit_mw=300, normal_mw=100), 500, 140),  # r = u: all of it
        (twin(far_unit_mw=300, normal_mw=100, load_mw=20), 500, 100),  # 20 + u / 2 <= 70
    ],
)
def test_largest_size_without_curtailment_before_the_outage(
    case: tuple[Network, GridSeries], short_time_mw: float, expected: float
) -> None:
    short_time = np.full(2, float(short_time_mw))
    assert_allclose(post_contingency_capacity_mw(*case, "2", [0], RULES, short_time), [expected])


@pytest.mark.parametrize(
    ("case", "short_time_mw", "u_mw", "q_mw", "r_mw"),
    [
        (twin(), 90, 70, 0, 0),
        (twin(), 90, 85, 0, 15),
        (twin(), 90, 100, 10, 20),
        (twin(), 500, 150, 30, 50),
        (twin(far_unit_mw=300), 500, 120, 0, 100),
        (twin(far_unit_mw=300, normal_mw=100), 500, 150, 10, 140),
    ],
)
def test_curtailment_of_a_size(
    case: tuple[Network, GridSeries], short_time_mw: float, u_mw: float, q_mw: float, r_mw: float
) -> None:
    found = runback(*case, "2", 0, u_mw, RULES, np.full(2, float(short_time_mw)))
    assert_allclose(found.q_mw, q_mw, atol=1e-6)
    assert_allclose([found.r_mw[outage] for outage in RULES.outages], r_mw, atol=1e-5)
    assert found.is_armed == (r_mw > 0)


def test_campus_that_an_outage_cuts_off_or_is_has_nothing_to_run_back() -> None:
    network = grid({"1": 20, "2": 10}, [branch(("1", "2"), normal_mw=100)], [unit("1", [(300, 10)])])
    series = hours_of(network)
    rules = GridRules(rating_factor=1.0, outages=(FIRST, Outage("campus", 0)))
    assert_allclose(post_contingency_capacity_mw(network, series, "2", [0], rules, np.array([100.0])), [90])
    assert runback(network, series, "2", 0, 95.0, rules, np.array([100.0])).r_mw == {}


def test_equal_ratings_and_no_response_are_preventive_and_more_time_never_takes_away() -> None:
    """With short-time at the emergency rating nothing may be run back that was not secure before."""
    for seed in (3, 11, 20, 31):
        network, series = random_grid(seed)
        rules = GridRules(outages=tuple(listed_outages(network, 1)))
        emergency = rules.emergency_mw(network)
        preventive = hosting_capacity_mw(network, series, "1", [0, 1], rules)
        found = [
            post_contingency_capacity_mw(network, series, "1", [0, 1], rules, emergency * factor)
            for factor in (1.0, 1.15, 1.5)
        ]
        assert_allclose(found[0], preventive, atol=1e-6)
        for less, more in pairwise(found):
            assert (np.isnan(less) | (less <= more + 1e-6)).all()
        intact = hosting_capacity_mw(network, series, "1", [0, 1], replace(rules, outages=()))
        assert (np.isnan(found[-1]) | (found[-1] <= intact + 1e-6)).all()


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_response_is_the_outage_solved_with_less_at_the_campus(seed: int) -> None:
    """Flows after each outage with r less drawn and the units that remain r lower, minus those with all drawn."""
    network, _ = random_grid(seed)
    rng, n_bus, bus, r_mw = np.random.default_rng(seed), len(network.bus), 2, 7.5
    output = rng.uniform(10, 50, len(network.generator))
    withdrawal = rng.uniform(0, 1, n_bus)
    still = np.zeros(len(network.dc_line))
    for outage in listed_outages(network, 0, ("branch", "unit", "dc_line")):
        moved = runback_response(network, outage, bus)
        if moved is None:
            continue
        lower = np.where(network.generator.is_dispatchable, network.generator.p_max_mw, 0.0)
        if outage.kind == "unit":
            lower[outage.position] = 0.0
        if outage.kind == "branch":
            lower = lower * live_bus(network, outage.position)[network.generator.bus]
        lower *= r_mw / lower.sum()
        state = State(
            p_generator_mw=output,
            p_dc_line_mw=still,
            withdrawal_mw=withdrawal / withdrawal.sum() * output.sum(),
            campus_bus=np.array([], dtype=np.int64),
            campus_mw=np.array([]),
        )
        less = state.withdrawal_mw.copy()
        less[bus] -= r_mw
        after = replace(state, p_generator_mw=output - lower, withdrawal_mw=less)
        change = flows_after_outage(network, after, outage) - flows_after_outage(network, state, outage)
        kept = ~np.isnan(change)
        assert_allclose(change[kept], r_mw * moved[kept], atol=1e-9)


def test_response_after_a_branch_needs_a_balanced_change(triangle: Network) -> None:
    change = np.array([1.0, 0.0, 0.0]) - pickup(triangle)
    assert_allclose(response_after_branch(triangle, change, 1)[1], 0.0)
    with pytest.raises(ValueError, match="out of balance"):
        response_after_branch(triangle, np.array([1.0, 0.0, 0.0]), 1)
