"""Admittances against a matrix made by hand, and against the text-book branch equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.network.ybus import branch_admittances, branch_flows_mva, ybus
from tests.unit.verify.ac_grid import grid


def test_matrix_of_three_buses_equals_the_one_made_by_hand() -> None:
    network = grid(
        [(0, 0)] * 3,
        [(0, 1, 0.1), (1, 2, 0.2), (0, 2, 0.25)],
        [(0, 100, 50)],
        r_pu=[0.01, 0.0, 0.05],
        b_pu=[0.04, 0.0, 0.02],
        tap_ratio=[1.0, 0.95, 1.0],
        shift_rad=[0.0, 0.1, 0.0],
    )
    network = replace(
        network, bus=replace(network.bus, gs_mw=np.array([0.0, 5.0, 0.0]), bs_mvar=np.array([0.0, 0.0, -20.0]))
    )
    y1, y2, y3 = 1 / (0.01 + 0.1j), 1 / 0.2j, 1 / (0.05 + 0.25j)
    a = 0.95 * np.exp(0.1j)
    expected = np.array(
        [
            [y1 + 0.02j + y3 + 0.01j, -y1, -y3],
            [-y1, y1 + 0.02j + y2 / 0.95**2 + 0.05, -y2 / np.conj(a)],
            [-y3, -y2 / a, y2 + y3 + 0.01j - 0.2j],
        ]
    )
    np.testing.assert_allclose(ybus(network).toarray(), expected, atol=1e-12)


def test_a_branch_out_of_service_leaves_only_the_others() -> None:
    network = grid([(0, 0)] * 2, [(0, 1, 0.1), (0, 1, 0.3)], [(0, 100, 50)])
    only_second = ybus(network, np.array([False, True])).toarray()
    np.testing.assert_allclose(only_second, [[-1j / 0.3, 1j / 0.3], [1j / 0.3, -1j / 0.3]])
    assert branch_admittances(network, np.array([False, True])).yff[0] == 0


def test_bus_injections_are_the_sum_of_branch_flows() -> None:
    network = grid([(0, 0)] * 3, [(0, 1, 0.1), (1, 2, 0.2), (2, 0, 0.3)], [(0, 100, 50)], tap_ratio=[1.0, 1.05, 0.97])
    v = np.array([1.0, 0.98 * np.exp(-0.05j), 1.02 * np.exp(0.02j)])
    s_from, s_to = branch_flows_mva(network, v)
    s_bus = np.zeros(3, dtype=complex)
    np.add.at(s_bus, network.branch.from_bus, s_from)
    np.add.at(s_bus, network.branch.to_bus, s_to)
    np.testing.assert_allclose(s_bus, v * np.conj(ybus(network) @ v) * 100.0, atol=1e-10)


def test_a_lossless_line_gives_sin_delta_over_x() -> None:
    network = grid([(0, 0)] * 2, [(0, 1, 0.5)], [(0, 100, 50)])
    s_from, s_to = branch_flows_mva(network, np.array([1.0, np.exp(-0.3j)]))
    assert s_from[0].real == pytest.approx(100 * np.sin(0.3) / 0.5)
    assert s_from[0].real == pytest.approx(-s_to[0].real)
