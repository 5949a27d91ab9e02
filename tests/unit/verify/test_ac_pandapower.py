"""Second opinion: pandapower, from its own element tables and with its own Q limits, finds our voltages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.pandapower.read import read_pandapower
from gridplan.verify.ac_flow import solve_ac
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_pandapower import pandapower_voltages, run_pandapower, second_opinion, to_pandapower
from tests.oracles import pandapower_net as oracle
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


def test_ratings_go_out_in_mva_beside_ka() -> None:
    network, _ = rts()
    net = to_pandapower(network, state(network, rts_hour(rts_peak())))
    branch = network.branch
    for table in (net.line, net.trafo):
        np.testing.assert_array_equal(table.rating_normal_mva, branch.rating_normal_mva[table.index])
        np.testing.assert_array_equal(table.rating_emergency_mva, branch.rating_emergency_mva[table.index])
        assert (table.max_loading_percent == 100.0).all()
    np.testing.assert_array_equal(net.trafo.sn_mva, branch.rating_normal_mva[net.trafo.index])
    kv = network.bus.base_kv[branch.from_bus[net.line.index]]
    np.testing.assert_allclose(net.line.max_i_ka * kv * np.sqrt(3), branch.rating_normal_mva[net.line.index])


def test_unlimited_branches_stay_unlimited() -> None:
    network = grid([(0, 0), (80, 20)], [(0, 1, 0.1), (0, 1, 0.1)], [(0, 300, 200)], tap_ratio=[1.0, 1.05])
    network = network.with_branch(rating_normal_mva=np.array([np.inf, np.inf]))
    asked = state(network, snapshot(network, [80]))
    net = to_pandapower(network, asked)
    assert np.isinf(net.line.max_i_ka[0])
    assert net.trafo.sn_mva[1] == network.base_mva
    assert np.isinf(net.trafo.max_loading_percent[1])
    assert second_opinion(network, asked).max_dvm_pu <= 1e-8


def test_loading_of_an_intact_hour_is_ours() -> None:
    """Transformers: MVA over rating. Lines: current over rated current, which is MVA over rating and voltage."""
    network, _ = rts()
    asked = state(network, rts_hour(rts_peak()))
    flows = solve_ac(network, [asked])
    net = to_pandapower(network, asked, flows)
    assert run_pandapower(net, enforce_q_limits=True)
    branch, vm_pu = network.branch, flows.vm_pu[0]
    s_from, s_to = abs(flows.s_from_mva[0]), abs(flows.s_to_mva[0])
    ours = 100.0 * np.maximum(s_from, s_to) / branch.rating_normal_mva
    trafos, lines = net.trafo.index, net.line.index
    assert not branch.b_pu[trafos].any()
    np.testing.assert_allclose(net.res_trafo.loading_percent, ours[trafos], atol=1e-5)
    current = np.maximum(s_from / vm_pu[branch.from_bus], s_to / vm_pu[branch.to_bus])
    np.testing.assert_allclose(
        net.res_line.loading_percent, (100.0 * current / branch.rating_normal_mva)[lines], atol=1e-5
    )


# Public cases whose transformers have charging.
CHARGED = ("case118", "case300")


@pytest.mark.parametrize(
    "name", ["case118", *(pytest.param(n, marks=pytest.mark.slow) for n in ("case300", "case_illinois200", "case39"))]
)
def test_public_cases_with_charging_of_transformers(name: str, tmp_path: Path) -> None:
    import pandapower as pp
    import pandapower.networks

    path = tmp_path / "net.json"
    pp.to_json(getattr(pandapower.networks, name)(), str(path))
    found = oracle.built(read_pandapower(path))
    branch = found.network.branch
    assert branch.b_pu[branch.is_transformer].any() == (name in CHARGED)
    # The published cases have capacitive charging, which pandapower's own files lost the sign of.
    network = found.network.with_branch(b_pu=np.where(branch.is_transformer, abs(branch.b_pu), branch.b_pu))
    opinion = second_opinion(network, oracle.file_state(found), AcOptions(enforce_q_limits=False))
    assert opinion.max_dvm_pu <= 1e-8
    assert opinion.max_dva_rad <= 1e-8


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
