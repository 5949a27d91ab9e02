"""Voltage schedule: within limits where the units can do it, the data's setpoints where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.verify.ac_flow import AcGrid
from gridplan.verify.ac_schedule import missed_pu, voltage_schedule
from tests.unit.verify.ac_grid import grid, rts, rts_hour, rts_peak, snapshot, state

LIMITS = (0.95, 1.05)


def test_setpoints_stay_where_voltages_are_fine() -> None:
    network = grid([(0, 0), (20, 5)], [(0, 1, 0.1)], [(0, 500, 500)])
    schedule = voltage_schedule(AcGrid(network), [state(network, snapshot(network, [20]))], LIMITS)
    np.testing.assert_array_equal(schedule, [1.0, 1.0])


def test_a_low_bus_is_lifted_to_the_middle_as_far_as_the_source_may_go() -> None:
    network = grid([(0, 0), (100, 50)], [(0, 1, 0.14)], [(0, 500, 500)])
    asked = state(network, snapshot(network, [100]))
    prepared = AcGrid(network)
    assert prepared.solve([asked]).vm_pu[0, 1] < 0.95
    schedule = voltage_schedule(prepared, [asked], LIMITS)
    vm = prepared.solve([replace(asked, vm_setpoint_pu=schedule)]).vm_pu[0]
    assert vm[0] == pytest.approx(LIMITS[1], abs=1e-6)
    assert LIMITS[0] < vm[1] < 1.0


@pytest.mark.parametrize("hours_from_peak", [700, 2100, -2073, -5726])
def test_rts_hours_come_within_limits(hours_from_peak: int) -> None:
    network, _ = rts()
    prepared = AcGrid(network)
    asked = state(network, rts_hour(rts_peak() + hours_from_peak))
    before = prepared.solve([asked])
    assert missed_pu(before, LIMITS) > 0.05
    schedule = voltage_schedule(prepared, [asked], LIMITS)
    after = prepared.solve([replace(asked, vm_setpoint_pu=schedule)])
    assert after.vm_pu.min() >= LIMITS[0]
    assert after.vm_pu.max() <= LIMITS[1] + 1e-4


def test_one_schedule_serves_two_states() -> None:
    network = grid([(0, 0), (100, 50)], [(0, 1, 0.14)], [(0, 500, 500)])
    light = replace(snapshot(network, [10]), p_load_mw=np.array([0.0, 10.0]), q_load_mvar=np.array([0.0, -10.0]))
    states = [state(network, snapshot(network, [100])), state(network, light)]
    prepared = AcGrid(network)
    schedule = voltage_schedule(prepared, states, LIMITS)
    vm = prepared.solve([replace(s, vm_setpoint_pu=schedule) for s in states]).vm_pu
    assert vm[0, 1] >= 0.95
    assert vm[1, 1] <= 1.05 + 1e-4


def test_a_state_without_solution_keeps_the_setpoints_of_the_data() -> None:
    network = grid([(0, 0), (900, 50)], [(0, 1, 0.2)], [(0, 5000, 5000)])
    schedule = voltage_schedule(AcGrid(network), [state(network, snapshot(network, [900]))], LIMITS)
    np.testing.assert_array_equal(schedule, [1.0, 1.0])
