"""AC power flow against closed forms: voltage, nose, taps, reactive limits, shared slack, islands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.network.model import DcLines
from gridplan.verify.ac_flow import AcGrid, solve_ac
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_state import served_injections
from tests.unit.verify.ac_grid import grid, rts, rts_hour, rts_peak, snapshot, state


def two_bus_vm(p_pu: float, q_pu: float, x_pu: float) -> float:
    """Upper root of V^4 + V^2 (2 q x - 1) + x^2 (p^2 + q^2) = 0."""
    half = 0.5 - q_pu * x_pu
    return float(np.sqrt(half + np.sqrt(half**2 - x_pu**2 * (p_pu**2 + q_pu**2))))


@pytest.mark.parametrize(("p_mw", "q_mvar"), [(50.0, 10.0), (150.0, 30.0), (200.0, -40.0)])
def test_two_buses_give_the_closed_form_voltage(p_mw: float, q_mvar: float) -> None:
    network = grid([(0, 0), (p_mw, q_mvar)], [(0, 1, 0.2)], [(0, 500, 500)])
    flows = solve_ac(network, [state(network, snapshot(network, [p_mw]))])
    expected = two_bus_vm(p_mw / 100, q_mvar / 100, 0.2)
    assert flows.vm_pu[0, 1] == pytest.approx(expected, abs=1e-9)
    assert flows.va_rad[0, 1] == pytest.approx(-np.arcsin(p_mw / 100 * 0.2 / expected), abs=1e-9)
    assert flows.s_to_mva[0, 0] == pytest.approx(-p_mw - 1j * q_mvar, abs=1e-5)


@pytest.mark.parametrize(("share_of_nose", "is_converged"), [(0.99, True), (1.01, False), (10.0, False)])
def test_beyond_the_nose_is_a_reason_not_an_exception(share_of_nose: float, is_converged: bool) -> None:
    p_mw = share_of_nose * 100 / (2 * 0.2)
    network = grid([(0, 0), (p_mw, 0)], [(0, 1, 0.2)], [(0, 5000, 5000)])
    flows = solve_ac(network, [state(network, snapshot(network, [p_mw]))])
    assert flows.is_converged[0] == is_converged
    assert ("a solution exists up to" in flows.reason[0]) == (not is_converged)
    assert np.isnan(flows.vm_pu[0]).all() == (not is_converged)


def test_an_unloaded_transformer_divides_by_the_tap_at_its_from_end() -> None:
    network = grid([(0, 0), (0, 0)], [(0, 1, 0.1)], [(0, 100, 50)], tap_ratio=[1.05])
    assert solve_ac(network, [state(network, snapshot(network, [0]))]).vm_pu[0, 1] == pytest.approx(1 / 1.05)
    network = grid([(0, 0), (0, 0)], [(1, 0, 0.1)], [(0, 100, 50)], tap_ratio=[1.05])
    assert solve_ac(network, [state(network, snapshot(network, [0]))]).vm_pu[0, 1] == pytest.approx(1.05)


def test_a_phase_shifter_moves_power_around_a_loop() -> None:
    network = grid([(0, 0), (0, 0)], [(0, 1, 0.1), (0, 1, 0.1)], [(0, 100, 90)], shift_rad=[0.1, 0.0])
    flows = solve_ac(network, [state(network, snapshot(network, [0]))])
    assert flows.s_from_mva[0, 0].real < -40
    assert flows.s_from_mva[0].real.sum() == pytest.approx(flows.slack_mw[0], abs=1e-5)


def test_a_unit_at_its_reactive_limit_gives_the_limit_and_loses_its_voltage() -> None:
    network = grid([(0, 0), (150, 80)], [(0, 1, 0.2)], [(0, 500, 500), (1, 0, 40)])
    flows = solve_ac(network, [state(network, snapshot(network, [150, 0]))])
    assert flows.at_limit[0].tolist() == [0, 1]
    assert flows.q_generator_mvar[0, 1] == pytest.approx(40.0)
    assert flows.vm_pu[0, 1] == pytest.approx(two_bus_vm(1.5, 0.4, 0.2), abs=1e-8)
    free = solve_ac(network, [state(network, snapshot(network, [150, 0]))], AcOptions(enforce_q_limits=False))
    assert free.vm_pu[0, 1] == pytest.approx(1.0)
    assert free.q_generator_mvar[0, 1] > 40


def test_a_unit_at_its_lower_limit_lets_the_voltage_rise() -> None:
    network = grid([(0, 0), (10, -90)], [(0, 1, 0.2)], [(0, 500, 500), (1, 0, 20)])
    flows = solve_ac(network, [state(network, snapshot(network, [10, 0]))])
    assert flows.at_limit[0, 1] == -1
    assert flows.q_generator_mvar[0, 1] == pytest.approx(-20.0)
    assert flows.vm_pu[0, 1] > 1.0


@pytest.mark.parametrize("hours_from_peak", [0, 700, 2100, -2500])
def test_every_held_bus_of_rts_is_at_its_setpoint_or_at_the_right_limit(hours_from_peak: int) -> None:
    network, _ = rts()
    asked = state(network, rts_hour(rts_peak() + hours_from_peak))
    flows = solve_ac(network, [asked])
    assert flows.is_converged[0]
    assert flows.frozen[0] == 0
    unit, at_limit = network.generator, flows.at_limit[0][network.generator.bus]
    vm, q = flows.vm_pu[0][unit.bus], flows.q_generator_mvar[0]
    holding = (unit.q_max_mvar > unit.q_min_mvar) & ((asked.injections.p_available_mw > 0) | (unit.p_max_mw == 0))
    first = holding & ~np.array([(holding[:i] & (unit.bus[:i] == unit.bus[i])).any() for i in range(len(unit))])
    assert (q <= unit.q_max_mvar + 1e-3).all()
    assert (q >= unit.q_min_mvar - 1e-3).all()
    np.testing.assert_allclose(vm[first & (at_limit == 0)], unit.vm_setpoint_pu[first & (at_limit == 0)], atol=1e-9)
    assert (vm[first & (at_limit > 0)] <= unit.vm_setpoint_pu[first & (at_limit > 0)] + 1e-6).all()
    assert (vm[first & (at_limit < 0)] >= unit.vm_setpoint_pu[first & (at_limit < 0)] - 1e-6).all()


def test_losses_are_picked_up_in_proportion_to_p_max() -> None:
    network = grid(
        [(0, 0), (200, 20), (0, 0)], [(0, 1, 0.1), (1, 2, 0.1)], [(0, 300, 200), (2, 100, 200)], r_pu=[0.03, 0.03]
    )
    flows = solve_ac(network, [state(network, snapshot(network, [120, 80]))])
    pickup = flows.p_generator_mw[0] - [120, 80]
    assert pickup[0] == pytest.approx(3 * pickup[1])
    losses = (flows.s_from_mva + flows.s_to_mva).real.sum()
    assert pickup.sum() == pytest.approx(losses, abs=1e-5)
    assert flows.slack_mw[0] == pytest.approx(losses, abs=1e-5)


def test_shares_of_units_that_hold_no_voltage_are_kept() -> None:
    network = grid(
        [(0, 0), (200, 20), (0, 0)], [(0, 1, 0.1), (1, 2, 0.1)], [(0, 300, 200), (2, 700, 0)], r_pu=[0.03, 0.03]
    )
    flows = solve_ac(network, [state(network, snapshot(network, [120, 80]))])
    pickup = flows.p_generator_mw[0] - [120, 80]
    assert pickup[1] == pytest.approx(7 / 3 * pickup[0])
    assert -flows.s_to_mva[0, 1].real + 0 == pytest.approx(-flows.p_generator_mw[0, 1], abs=1e-5)


def test_a_lost_unit_is_made_up_by_the_others() -> None:
    network = grid([(0, 0), (200, 20)], [(0, 1, 0.05)], [(0, 300, 200), (0, 100, 200), (1, 100, 100)])
    flows = solve_ac(network, [state(network, snapshot(network, [100, 50, 50]), generators_out=(2,))])
    np.testing.assert_allclose(flows.p_generator_mw[0], [100 + 37.5, 50 + 12.5, 0.0], atol=1e-4)
    assert flows.q_generator_mvar[0, 2] == 0


def test_units_share_mvar_by_their_ranges() -> None:
    network = grid([(0, 0), (100, 60)], [(0, 1, 0.1)], [(0, 300, 90), (0, 100, 30)])
    q = solve_ac(network, [state(network, snapshot(network, [75, 25]))]).q_generator_mvar[0]
    assert q[0] == pytest.approx(3 * q[1])


def test_what_a_lost_bridge_cuts_off_goes_dark() -> None:
    network = grid(
        [(0, 0), (100, 10), (30, 5)], [(0, 1, 0.1), (1, 2, 0.1)], [(0, 300, 200), (2, 50, 50)], b_pu=[0.0, 0.02]
    )
    flows = solve_ac(network, [state(network, snapshot(network, [120, 10]), branches_out=(1,))])
    assert flows.is_energised[0].tolist() == [True, True, False]
    assert np.isnan(flows.vm_pu[0, 2])
    assert flows.s_from_mva[0, 1] == 0
    assert flows.p_generator_mw[0, 1] == 0
    assert flows.p_generator_mw[0, 0] == pytest.approx(100.0, abs=1e-5)
    assert flows.slack_mw[0] == pytest.approx(-20.0, abs=1e-5)


def test_a_dc_line_moves_its_power_and_stops_with_its_outage() -> None:
    network = grid([(0, 0), (100, 0)], [(0, 1, 0.1)], [(0, 300, 200)])
    line = DcLines(
        id=("D1",),
        from_bus=np.array([0]),
        to_bus=np.array([1]),
        p_min_mw=np.array([-50.0]),
        p_max_mw=np.array([50.0]),
        loss_frac=np.array([0.1]),
    )
    network = replace(network, dc_line=line)
    hour = replace(snapshot(network, [105]), p_dc_line_mw=np.array([50.0]))
    flows = solve_ac(network, [state(network, hour), state(network, hour, dc_lines_out=(0,))])
    np.testing.assert_allclose(flows.s_from_mva[:, 0].real, [55.0, 100.0], atol=1e-4)


def test_without_a_unit_that_holds_voltage_there_is_no_solution() -> None:
    network = grid([(0, 0), (100, 0)], [(0, 1, 0.1)], [(0, 300, 0)])
    assert solve_ac(network, [state(network, snapshot(network, [100]))]).reason == ("no unit holds voltage",)


def test_a_unit_at_zero_output_holds_voltage_only_where_availability_counts() -> None:
    network = grid([(0, 0), (150, 30)], [(0, 1, 0.2)], [(0, 500, 500), (1, 90, 300)])
    asked = [state(network, snapshot(network, [150, 0]))]
    assert solve_ac(network, asked).vm_pu[0, 1] == pytest.approx(1.0)
    strict = solve_ac(network, asked, AcOptions(support="dispatched"))
    assert strict.vm_pu[0, 1] == pytest.approx(two_bus_vm(1.5, 0.3, 0.2), abs=1e-8)


def test_supported_bus_stands_at_the_voltage_asked() -> None:
    network = grid([(0, 0), (150, 80)], [(0, 1, 0.2)], [(0, 500, 500)])
    flows = solve_ac(network, [state(network, snapshot(network, [150]), support_vm_pu=((1, 0.95),))])
    assert flows.vm_pu[0, 1] == pytest.approx(0.95)
    assert two_bus_vm(1.5, 0.8 - flows.q_holding_mvar[0, 1] / 100, 0.2) == pytest.approx(0.95, abs=1e-8)


def test_many_states_equal_the_same_states_alone() -> None:
    network, _ = rts()
    hour = rts_hour(rts_peak())
    asked = [state(network, hour, branches_out=out) for out in [(), (3,), (40,), (10,)]]
    together = solve_ac(network, asked)
    for k, one in enumerate(asked):
        np.testing.assert_array_equal(together.vm_pu[k], solve_ac(network, [one]).vm_pu[0])


def test_starting_from_the_intact_solution_changes_nothing() -> None:
    network, _ = rts()
    hour, prepared = rts_hour(rts_peak()), AcGrid(network)
    asked = [state(network, hour, branches_out=(k,)) for k in range(0, 60, 3)]
    intact = prepared.solve([state(network, hour)]).start(0)
    cold, warm = prepared.solve(asked), prepared.solve(asked, [intact] * len(asked))
    np.testing.assert_array_equal(cold.is_converged, warm.is_converged)
    np.testing.assert_allclose(cold.vm_pu, warm.vm_pu, atol=1e-7)


def test_served_injections_net_everything_at_the_bus() -> None:
    network = grid([(0, 0), (100, 20)], [(0, 1, 0.1)], [(0, 300, 200)])
    hour = served_injections(
        network,
        p_generator_mw=np.array([75.0]),
        p_dc_line_mw=np.zeros(0),
        load_mw=np.array([0.0, 80.0]),
        p_unserved_mw=np.array([0.0, 20.0]),
        p_spill_mw=np.array([5.0, 0.0]),
        p_store_mw=np.array([0.0, 10.0]),
    )
    assert hour.p_load_mw.tolist() == [5.0, 70.0]
    assert hour.q_load_mvar.tolist() == [0.0, 12.0]
