"""Distribution factors that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.errors import InputError
from gridplan.network.model import Network
from gridplan.network.sensitivity import island_labels, main_island, series_susceptance_pu
from tests.oracles.dense_factors import lodf, ptdf, shift_flow_mw
from tests.oracles.small_grids import branch, grid, unit

THIRD = 1 / 3


def parallel_lines(*, shift_rad: float = 0.0) -> Network:
    lines = [branch(("1", "2"), x_pu=0.1, shift_rad=shift_rad), branch(("1", "2"), x_pu=0.3)]
    return grid({"1": 0, "2": 80}, lines, [unit("1", [(100, 10)])])


def lodf_of(network: Network, outaged: list[int]) -> np.ndarray:
    return lodf(ptdf(network), network.branch.from_bus, network.branch.to_bus, outaged)


def test_triangle_sends_two_thirds_over_the_short_way(triangle: Network) -> None:
    factors = ptdf(triangle, reference_bus=2)
    assert_allclose(factors, [[THIRD, -THIRD, 0], [2 * THIRD, THIRD, 0], [THIRD, 2 * THIRD, 0]], atol=1e-12)


def test_triangle_sends_everything_over_the_other_way_after_an_outage(triangle: Network) -> None:
    every = np.hstack([lodf_of(triangle, [k]) for k in range(3)])
    assert_allclose(every, [[-1, 1, -1], [1, -1, 1], [-1, 1, -1]], atol=1e-12)


def test_parallel_lines_share_by_susceptance() -> None:
    assert_allclose(ptdf(parallel_lines(), reference_bus=1)[:, 0], [0.75, 0.25], atol=1e-12)


@pytest.mark.parametrize("lost", [0, 1])
def test_the_parallel_line_takes_all(lost: int) -> None:
    assert_allclose(lodf_of(parallel_lines(), [lost])[:, 0], [-1 if lost == 0 else 1, -1 if lost == 1 else 1])


def test_phase_shifter_drives_a_flow_around_the_loop() -> None:
    """0.04 rad over 0.4 pu of loop reactance at 100 MVA: 10 MW."""
    network = parallel_lines(shift_rad=0.04)
    assert_allclose(shift_flow_mw(network, ptdf(network)), [-10, 10], atol=1e-12)
    assert_allclose(shift_flow_mw(parallel_lines(), ptdf(parallel_lines())), [0, 0])


def test_two_lines_lost_together_leave_the_third_alone() -> None:
    lines = [branch(("1", "2"), x_pu=x) for x in (0.1, 0.2, 0.3)]
    network = grid({"1": 0, "2": 80}, lines, [unit("1", [(100, 10)])])
    assert_allclose(lodf_of(network, [0, 1]), [[-1, 0], [0, -1], [1, 1]], atol=1e-12)


def test_susceptance_follows_the_convention() -> None:
    line = branch(("1", "2"), x_pu=0.2, r_pu=0.1, tap_ratio=1.25)
    network = grid({"1": 0, "2": 80}, [line], [unit("1", [(100, 10)])])
    assert_allclose(series_susceptance_pu(network), [1 / (0.2 * 1.25)])
    assert_allclose(series_susceptance_pu(network, "powermodels"), [0.2 / (0.1**2 + 0.2**2)])


def test_island_with_most_load_is_the_main_one(triangle: Network) -> None:
    label = island_labels(triangle, [1, 2])
    assert label[0] == label[1] != label[2]
    assert main_island(triangle, label).tolist() == [False, False, True]


def test_network_in_two_parts_is_refused(triangle: Network) -> None:
    branches = triangle.branch
    parts = replace(
        triangle, branch=replace(branches, **{c: getattr(branches, c)[:1] for c in branches.__dataclass_fields__})
    )
    with pytest.raises(InputError, match=r"falls into 2 islands; 2 buses with 0\.0 MW of load are cut off: 1, 2"):
        ptdf(parts)
