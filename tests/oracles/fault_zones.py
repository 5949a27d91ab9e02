"""Residual voltages of three-phase faults by the inverse of a dense matrix, and zones by comparing every pair of sets.

In: ends and impedances of branches, susceptance of machines. Out: voltages and sets. Nothing of gridplan is used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def impedance_pu(
    n_bus: int, ends: Sequence[tuple[int, int]], z_pu: Sequence[complex], machine_pu: Sequence[float]
) -> np.ndarray:
    """Bus impedance matrix, dims (bus, bus) [pu]: branches between the ends, machines ``1 / (j X'')`` to ground."""
    y = np.diag(-1j * np.asarray(machine_pu, dtype=float)).astype(complex)
    assert y.shape == (n_bus, n_bus)
    for (f, t), z in zip(ends, z_pu, strict=True):
        y[f, f] += 1 / z
        y[t, t] += 1 / z
        y[f, t] -= 1 / z
        y[t, f] -= 1 / z
    return np.linalg.inv(y)


def residual_voltage_pu(impedance: np.ndarray) -> np.ndarray:
    """``|1 - Z_if / Z_ff|``, dims (bus, faulted bus)."""
    return np.abs(1 - impedance / np.diag(impedance)[None, :])


def grounded_voltage_pu(
    n_bus: int, ends: Sequence[tuple[int, int]], z_pu: Sequence[complex], machine_pu: Sequence[float], fault: int
) -> np.ndarray:
    """The same without any impedance matrix: sources of 1 pu behind the machines, the faulted bus tied to ground."""
    y = np.diag(-1j * np.asarray(machine_pu, dtype=float)).astype(complex)
    for (f, t), z in zip(ends, z_pu, strict=True):
        y[f, f] += 1 / z
        y[t, t] += 1 / z
        y[f, t] -= 1 / z
        y[t, f] -= 1 / z
    left = [b for b in range(n_bus) if b != fault]
    voltage = np.zeros(n_bus)
    source = -1j * np.asarray(machine_pu, dtype=float)
    voltage[left] = np.abs(np.linalg.solve(y[np.ix_(left, left)], source[left]))
    return voltage


def fault_sets(voltage_pu: np.ndarray, buses: Sequence[int], trip_pu: float) -> dict[int, frozenset[int]]:
    """Given buses below the trip voltage by faulted bus, empty sets left out; dims of voltage (bus, faulted bus)."""
    found = {f: frozenset(b for b in buses if voltage_pu[b, f] < trip_pu) for f in range(voltage_pu.shape[1])}
    return {f: zone for f, zone in found.items() if zone}


def largest_sets(zones: Sequence[frozenset[int]]) -> set[frozenset[int]]:
    """Sets that are no proper part of another one."""
    return {zone for zone in zones if not any(zone < other for other in zones)}
