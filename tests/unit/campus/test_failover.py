"""What the loss of a campus puts on another: by hand, and what must hold for any baselines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.campus.failover import FailoverPair, failover_mw
from gridplan.plan.cycles import campuses_part
from tests.equality.paired_campuses import campuses_of
from tests.oracles.small_grids import hours_of, two_bus

NAMES = ("a", "b", "c")
BASELINE_MW = np.array([[80.0, 40.0, 0.0], [70.0, 90.0, 100.0], [10.0, 10.0, 10.0]])
CONNECTED_MW = np.array([100.0, 100.0, 20.0])


def pair(campus: str, to: str, share_frac: float = 1.0) -> FailoverPair:
    return FailoverPair(campus=campus, to=to, share_frac=share_frac)


def test_by_hand() -> None:
    """Room of b: 30, 10, 0; half of a: 40, 20, 0. Room of c: 10. Pairs do not know of each other."""
    pairs = [pair("a", "b", 0.5), pair("b", "c"), pair("c", "a"), pair("b", "a", 0.0)]
    raised_mw = failover_mw(pairs, NAMES, BASELINE_MW, CONNECTED_MW)
    assert_allclose(raised_mw, [[30, 10, 0], [10, 10, 10], [10, 10, 10], [0, 0, 0]])


def test_a_contract_drawn_in_full_leaves_no_room() -> None:
    """Shares that do not add up to 1 to the last bit are no room."""
    baseline_mw = np.array([[80.0], [100.0 - 3e-14]])
    assert_array_equal(failover_mw([pair("a", "b")], NAMES, baseline_mw, CONNECTED_MW), [[0.0]])


def test_no_pairs() -> None:
    assert failover_mw((), NAMES, BASELINE_MW, CONNECTED_MW).shape == (0, 3)


power = st.floats(0.0, 500.0)


@given(arrays(float, (2, 4), elements=power), arrays(float, (2,), elements=power), st.floats(0.0, 1.0), power)
def test_never_above_the_contract_nor_the_share(
    baseline_mw: np.ndarray, room_mw: np.ndarray, share_frac: float, less_mw: float
) -> None:
    """Also where the second campus draws more than it is connected with; more share never raises less."""
    connected_mw = np.maximum(baseline_mw.max(axis=1) + room_mw - less_mw, 0.0)
    own, half = (
        failover_mw([pair("a", "b", share)], ("a", "b"), baseline_mw, connected_mw)[0]
        for share in (share_frac, 0.5 * share_frac)
    )
    assert (own >= 0).all()
    assert (own <= share_frac * baseline_mw[0] + 1e-9).all()
    assert (np.where(own > 0, baseline_mw[1] + own, 0.0) <= connected_mw[1] + 1e-9).all()
    assert (half <= own + 1e-9).all()


def test_hours_of_a_part_are_those_of_the_whole() -> None:
    series = hours_of(two_bus(), count=24)
    whole = replace(campuses_of(series, {"a": 100.0, "b": 60.0}), failover=(pair("a", "b", 0.4),))
    assert whole.failover_mw.max() > 0
    part = campuses_part(whole, slice(5, 12))
    assert_array_equal(part.failover_mw, whole.failover_mw[:, 5:12])


@pytest.mark.parametrize("wrong", [pair("a", "a"), pair("a", "nobody"), pair("nobody", "a")])
def test_pairs_join_two_campuses(wrong: FailoverPair) -> None:
    series = hours_of(two_bus(), count=2)
    with pytest.raises(ValueError, match="joins no two campuses"):
        replace(campuses_of(series, {"a": 100.0, "b": 60.0}), failover=(wrong,))
