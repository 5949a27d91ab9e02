"""Critical hours, outages near a POI, worst pairs of the DC screen."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.network.contingency import Contingency, single_outages
from gridplan.verify.ac_selection import CriticalHour, DcPair, critical_hours, outages_near, worst_pairs
from tests.unit.verify.ac_grid import grid, rts


def test_an_hour_chosen_twice_carries_both_reasons() -> None:
    load = np.array([5.0, 9.0, 2.0, 6.0])
    hours = critical_hours(load, np.array([5.0, 8.0, 2.0, 1.0]), np.array([0.0, 0.0, 1.0, 3.0]), np.zeros(4, dtype=int))
    assert hours == (
        CriticalHour(time=1, label="peak load, peak net load"),
        CriticalHour(time=2, label="light load"),
        CriticalHour(time=3, label="highest import"),
    )


def test_constant_import_chooses_no_hour() -> None:
    flat = np.ones(3)
    assert len(critical_hours(np.array([1.0, 2.0, 3.0]), flat, flat * 0, np.zeros(3, dtype=int))) == 2


def test_binding_hours_are_the_most_bound_up_to_the_limit() -> None:
    load = np.arange(40.0)
    count = np.zeros(40, dtype=int)
    count[5:35] = 1
    count[20] = 7
    hours = critical_hours(load, load, load * 0, count)
    binding = [hour.time for hour in hours if hour.label == "binding limit"]
    assert len(binding) == 24
    assert binding == sorted([20, *range(5, 20), *range(21, 29)])


def test_outages_one_bus_away_are_near_and_two_are_not() -> None:
    network = grid(
        [(0, 0)] * 4, [(0, 1, 0.1), (1, 2, 0.1), (2, 3, 0.1)], [(0, 10, 5), (1, 10, 5), (2, 10, 5), (3, 10, 5)]
    )
    listed = single_outages(network, campus_ids=["x", "y"])
    near = [outage.id for outage in outages_near(network, 0, listed, campus_bus=[0, 3])]
    assert near == ["L1", "L2", "G1", "G2", "campus x"]


def test_outages_near_a_real_poi() -> None:
    network, _ = rts()
    listed = single_outages(network)
    near = {outage.id for outage in outages_near(network, network.bus_index("107"), listed)}
    assert {"A11", "AB1", "A12-1", "A13-2", "107_CC_1", "B6"} <= near
    assert "C10" not in near


@pytest.mark.parametrize("count", [1, 2, 20])
def test_worst_pairs_stand_in_their_worst_hour(count: int) -> None:
    a, b = Contingency(id="a"), Contingency(id="b")
    pairs = [
        DcPair(time=3, outage=a, branch=0, loading_frac=0.9),
        DcPair(time=7, outage=a, branch=0, loading_frac=1.1),
        DcPair(time=7, outage=b, branch=0, loading_frac=1.0),
    ]
    assert [(p.time, p.outage.id) for p in worst_pairs(pairs, count)] == [(7, "a"), (7, "b")][:count]
