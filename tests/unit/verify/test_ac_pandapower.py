"""Second opinion: pandapower, from its own element tables and with its own Q limits, finds our voltages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.verify.ac_flow import solve_ac
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_pandapower import pandapower_voltages, run_pandapower, second_opinion, to_pandapower
from tests.unit.verify.ac_grid import grid, rts, rts_hour, rts_peak, snapshot, state

# 101-102, transformer 103-124, bridge-like 107-108, 113-215, parallel 118-121, 323-325
OUTAGES = ["A1", "A7", "A11", "AB2", "A31-1", "CA-1"]


@pytest.mark.parametrize("enforce", [False, True])
def test_rts_peak_hour_intact(enforce: bool) -> None:
    network, _ = rts()
    options = AcOptions(enforce_q_limits=enforce)
    opinion = second_opinion(network, state(network, rts_hour(rts_peak())), options)
    assert (opinion.n_at_limit > 0) == enforce
    assert opinion.max_dvm_pu <= 1e-6
    assert opinion.max_dva_rad <= 1e-6
    assert opinion.is_agreed


@pytest.mark.parametrize("branch", OUTAGES)
def test_rts_peak_hour_after_an_outage(branch: str) -> None:
    network, _ = rts()
    asked = state(network, rts_hour(rts_peak()), branches_out=(network.branch.id.index(branch),))
    assert second_opinion(network, asked).max_dvm_pu <= 1e-6


def test_rts_after_the_loss_of_a_unit() -> None:
    network, _ = rts()
    asked = state(network, rts_hour(rts_peak()), generators_out=(network.generator.id.index("121_NUCLEAR_1"),))
    assert second_opinion(network, asked).max_dvm_pu <= 1e-6


def test_shared_slack_is_pandapowers() -> None:
    network, _ = rts()
    asked = state(network, rts_hour(rts_peak()))
    options = AcOptions(enforce_q_limits=False)
    net = to_pandapower(network, asked, options=options)
    assert run_pandapower(net, enforce_q_limits=False, distributed_slack=True)
    vm_pu, _ = pandapower_voltages(net)
    np.testing.assert_allclose(vm_pu, solve_ac(network, [asked], options).vm_pu[0], atol=1e-6)


def test_transformers_stay_transformers() -> None:
    network, _ = rts()
    net = to_pandapower(network, state(network, rts_hour(rts_peak())))
    assert len(net.trafo) == network.branch.is_transformer.sum()
    assert len(net.impedance) == 0


@pytest.mark.parametrize("ends", [(0, 1), (1, 0)])
@pytest.mark.parametrize("base_kv", [(230.0, 138.0), (138.0, 230.0), (230.0, 230.0)])
def test_tap_shift_and_charging_at_either_end(ends: tuple[int, int], base_kv: tuple[float, float]) -> None:
    network = grid(
        [(0, 0), (80, 20)], [(*ends, 0.1)], [(0, 300, 200)], tap_ratio=[1.07], shift_rad=[0.2], b_pu=[0.05], r_pu=[0.01]
    )
    network = replace(network, bus=replace(network.bus, base_kv=np.array(base_kv)))
    opinion = second_opinion(network, state(network, snapshot(network, [80])))
    assert opinion.max_dvm_pu <= 1e-8
    assert opinion.max_dva_rad <= 1e-8


def test_the_same_unit_meets_its_limit() -> None:
    network = grid([(0, 0), (150, 80)], [(0, 1, 0.2)], [(0, 500, 500), (1, 0, 40)])
    opinion = second_opinion(network, state(network, snapshot(network, [150, 0])))
    assert opinion.n_at_limit == 1
    assert opinion.max_dvm_pu <= 1e-8


def test_without_our_solution_there_is_no_agreement() -> None:
    network = grid([(0, 0), (900, 0)], [(0, 1, 0.2)], [(0, 5000, 5000)])
    opinion = second_opinion(network, state(network, snapshot(network, [900])))
    assert not opinion.is_agreed
    assert np.isnan(opinion.max_dvm_pu)


def test_where_we_find_no_solution_pandapower_finds_none() -> None:
    network = grid([(0, 0), (900, 0)], [(0, 1, 0.2)], [(0, 5000, 5000)])
    net = to_pandapower(network, state(network, snapshot(network, [900])))
    assert not run_pandapower(net, enforce_q_limits=False)
