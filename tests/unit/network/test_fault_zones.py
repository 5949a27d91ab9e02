"""Voltages during three-phase faults: by hand on two and three buses, against dense matrices, and what zones obey."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse.linalg import splu

from gridplan.errors import InputError
from gridplan.network import fault_zones as module
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.fault_zones import (
    fault_zones,
    machine_kind,
    machine_susceptance_pu,
    residual_voltage_pu,
    zones_of,
)
from gridplan.network.model import Network
from gridplan.study.criteria import SubtransientReactance
from tests.oracles import fault_zones as oracle
from tests.oracles.small_grids import branch, grid, unit

X = SubtransientReactance(turbine=0.2, hydro=0.3)


def machines(network: Network, kinds: dict[int, str]) -> Network:
    """Network whose units have these fuels, by position."""
    fuel = tuple(kinds.get(g, "NG") for g in range(len(network.generator)))
    return replace(network, generator=replace(network.generator, fuel=fuel, unit_type=fuel))


def impedances(network: Network, r_pu: float, x_pu: tuple[float, ...]) -> Network:
    return network.with_branch(r_pu=np.full(len(x_pu), r_pu), x_pu=np.array(x_pu))


def two_buses() -> Network:
    """170 MW turbine at bus 1 (200 MVA, X'' 0.2: 0.1 pu on 100 MVA), a line of 0.3 pu to bus 2."""
    network = grid({"1": 0, "2": 50}, [branch(("1", "2"))], [unit("1", [(170, 10)])])
    return impedances(machines(network, {}), 0.0, (0.3,))


def three_buses() -> Network:
    """Bus 1 and 3 with 0.1 pu of machine each, lines 1-2 of 0.1 pu and 2-3 of 0.3 pu."""
    network = grid(
        {"1": 0, "2": 50, "3": 0},
        [branch(("1", "2")), branch(("2", "3"))],
        [unit("1", [(170, 10)]), unit("3", [(170, 10)])],
    )
    return impedances(machines(network, {}), 0.0, (0.1, 0.3))


def test_two_buses_by_hand() -> None:
    """A fault at bus 2 leaves x_line / (x_machine + x_line) at bus 1; one at bus 1 leaves nothing behind it."""
    voltage = residual_voltage_pu(two_buses(), [0, 1], X)
    assert_allclose(voltage, [[0.0, 0.75], [0.0, 0.0]], atol=1e-15)


def test_three_buses_by_hand() -> None:
    """From each side of the fault the source of 1 pu drives its own current; the other voltages are its drops.

    Fault at 2: V1 = 0.1 / 0.2, V3 = 0.3 / 0.4. Fault at 1: bus 3 keeps 0.4 / 0.5 of 1 pu, bus 2 keeps 0.1 / 0.5.
    Fault at 3: bus 1 keeps 0.4 / 0.5, bus 2 keeps 0.3 / 0.5.
    """
    voltage = residual_voltage_pu(three_buses(), [0, 1, 2], X)
    assert_allclose(voltage, [[0.0, 0.5, 0.8], [0.2, 0.0, 0.6], [0.8, 0.75, 0.0]], atol=1e-14)


@pytest.mark.parametrize(
    ("trip_pu", "zones"),
    [
        (0.1, {(0, (0,)), (1, (1,)), (2, (2,))}),
        (0.3, {(0, (0, 1)), (2, (2,))}),
        (0.7, {(0, (0, 1)), (2, (1, 2))}),
        (0.78, {(1, (0, 1, 2))}),
        (1.0, {(1, (0, 1, 2))}),
    ],
)
def test_zones_of_three_buses_by_hand(trip_pu: float, zones: set[tuple[int, tuple[int, ...]]]) -> None:
    """At 0.7 pu faults at 1 and 2 take down the same two; the one at 1 leaves the less (0.2 pu at most)."""
    found = fault_zones(three_buses(), [0, 1, 2], trip_pu, X)
    assert {(zone.faulted_bus, zone.buses) for zone in found} == zones


def test_voltages_stand_in_the_order_of_the_buses() -> None:
    (zone,) = fault_zones(three_buses(), [2, 0, 2, 1], 0.78, X)
    assert (zone.faulted_bus, zone.buses) == (1, (0, 1, 2))
    assert_allclose(zone.voltage_pu, [0.5, 0.0, 0.75], atol=1e-14)


@pytest.mark.parametrize(
    ("unit_type", "fuel", "kind"),
    [
        ("CC", "NG", "turbine"),
        ("NUCLEAR", "Nuclear", "turbine"),
        ("", "", "turbine"),
        ("CSP", "Solar", "turbine"),
        ("HYDRO", "Hydro", "hydro"),
        ("ROR", "Hydro", "hydro"),
        ("Pumped Storage", "WAT", "hydro"),
        ("W2", "wind", "inverter"),
        ("RTPV", "Solar", "inverter"),
        ("PV", "solar", "inverter"),
        ("BESS", "", "inverter"),
    ],
)
def test_kind_follows_the_words_of_a_unit(unit_type: str, fuel: str, kind: str) -> None:
    assert machine_kind(unit_type, fuel) == kind


def test_reactance_follows_the_kind_and_the_size() -> None:
    network = machines(three_buses(), {0: "hydro", 1: "wind"})
    assert_allclose(machine_susceptance_pu(network, X), [2.0 / 0.3, 0.0, 0.0])


def test_taps_shifts_charging_shunts_and_loads_are_left_out() -> None:
    network = three_buses()
    bent = network.with_branch(
        tap_ratio=np.array([0.9, 1.1]), shift_rad=np.array([0.5, 0.0]), b_pu=np.array([0.2, 0.1])
    )
    bent = replace(bent, bus=replace(bent.bus, gs_mw=np.full(3, 5.0), bs_mvar=np.full(3, 50.0)))
    assert_allclose(residual_voltage_pu(bent, [0, 1, 2], X), residual_voltage_pu(network, [0, 1, 2], X), atol=1e-15)


def test_part_without_a_machine_is_refused_by_name() -> None:
    network = machines(two_buses(), {0: "wind"})
    with pytest.raises(InputError, match="no turbine or hydro unit feeds bus 1, 2 of network") as refused:
        fault_zones(network, [0, 1], 0.7, X)
    assert refused.value.findings[0].code == "GP-FLT-001"


def test_fault_in_another_part_leaves_full_voltage() -> None:
    network = grid(
        {"1": 0, "2": 0, "3": 9, "4": 9},
        [branch(("1", "2")), branch(("3", "4"))],
        [unit("1", [(170, 10)]), unit("3", [(170, 10)])],
    )
    voltage = residual_voltage_pu(machines(network, {}), [0, 1], X)
    assert_allclose(voltage[:, 2:], 1.0)
    sun = machines(network, {1: "sun"})
    assert_allclose(residual_voltage_pu(sun, [0, 1], X), voltage)
    with pytest.raises(InputError, match="feeds bus 3, 4"):
        residual_voltage_pu(sun, [0, 2, 3], X)


def test_no_buses_no_zones() -> None:
    assert fault_zones(two_buses(), [], 0.7, X) == ()


# -- against dense matrices ------------------------------------------------------------------------
def drawn_network(seed: int) -> Network:
    """Connected grid of 2 to 12 buses with chords, parallel branches, resistances and machines of all kinds."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 13))
    names = [str(b) for b in range(n)]
    ends = [(names[int(rng.integers(0, b))], names[b]) for b in range(1, n)]
    ends += [tuple(names[k] for k in rng.choice(n, 2, replace=False)) for _ in range(int(rng.integers(0, n)))]
    at = [0, *(int(b) for b in rng.integers(0, n, int(rng.integers(0, 5))))]
    units = [unit(names[b], [(float(rng.uniform(20, 600)), 10.0)]) for b in at]
    network = grid(dict.fromkeys(names, 1.0), [branch(e) for e in ends], units)
    kinds = {g: str(rng.choice(["NG", "hydro", "wind"])) for g in range(1, len(units))}
    network = machines(network, kinds)
    return network.with_branch(r_pu=rng.uniform(0, 0.05, len(ends)), x_pu=rng.uniform(0.01, 0.4, len(ends)))


def dense_voltage(network: Network) -> np.ndarray:
    ends, z, machine = _parts(network)
    return oracle.residual_voltage_pu(oracle.impedance_pu(len(network.bus), ends, z, machine))


def _parts(network: Network) -> tuple[list[tuple[int, int]], list[complex], np.ndarray]:
    b, g = network.branch, network.generator
    ends = list(zip(b.from_bus.tolist(), b.to_bus.tolist(), strict=True))
    z = [complex(r, x) for r, x in zip(b.r_pu, b.x_pu, strict=True)]
    machine = np.zeros(len(network.bus))
    for bus, fuel, kind, p_mw in zip(g.bus, g.fuel, g.unit_type, g.p_max_mw, strict=True):
        if "wind" not in fuel.lower() and "PV" not in kind and "sun" not in fuel:
            machine[bus] += p_mw / 0.85 / (0.3 if "hydro" in fuel.lower() else 0.2) / network.base_mva
    return ends, z, machine


@given(seed=st.integers(0, 2**31))
def test_voltages_equal_those_of_the_dense_inverse(seed: int) -> None:
    network = drawn_network(seed)
    n = len(network.bus)
    voltage = residual_voltage_pu(network, range(n), X)
    assert_allclose(voltage, dense_voltage(network), atol=1e-9)
    ends, z, machine = _parts(network)
    fault = seed % n
    assert_allclose(voltage[:, fault], oracle.grounded_voltage_pu(n, ends, z, machine, fault), atol=1e-9)


@given(seed=st.integers(0, 2**31), trip_pu=st.floats(0.05, 1.0), share=st.floats(0.1, 1.0))
def test_zones_are_the_largest_sets(seed: int, trip_pu: float, share: float) -> None:
    network = drawn_network(seed)
    rng = np.random.default_rng(seed)
    n = len(network.bus)
    buses = sorted(rng.choice(n, max(1, int(share * n)), replace=False).tolist())
    voltage = residual_voltage_pu(network, range(n), X)
    sets = oracle.fault_sets(voltage, buses, trip_pu)
    zones = fault_zones(network, buses, trip_pu, X)
    assert {frozenset(zone.buses) for zone in zones} == oracle.largest_sets(list(sets.values()))
    assert len({zone.buses for zone in zones}) == len(zones)
    for zone in zones:
        same = [f for f, own in sets.items() if own == frozenset(zone.buses)]
        least = min(max(voltage[b, f] for b in zone.buses) for f in same)
        assert zone.faulted_bus in same
        assert max(zone.voltage_pu) == pytest.approx(least, abs=1e-12)


@given(seed=st.integers(0, 2**31), trips=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=5))
def test_zones_grow_with_the_trip_voltage(seed: int, trips: list[float]) -> None:
    """Every zone at a lower voltage lies in one at a higher; the set of each fault only gains buses."""
    network = drawn_network(seed)
    voltage = residual_voltage_pu(network, range(len(network.bus)), X)
    for low, high in pairwise(sorted(trips)):
        below, above = (zones_of(voltage, range(len(network.bus)), trip) for trip in (low, high))
        assert all(any(set(a.buses) <= set(b.buses) for b in above) for a in below)
        assert ((voltage < low) <= (voltage < high)).all()


@given(seed=st.integers(0, 2**31), weaker=st.floats(1.0, 10.0))
def test_zones_grow_where_machines_are_weaker(seed: int, weaker: float) -> None:
    """With lossless branches every voltage falls as X'' rises: no zone shrinks."""
    network = drawn_network(seed)
    network = network.with_branch(r_pu=np.zeros(len(network.branch)))
    every = range(len(network.bus))
    soft = SubtransientReactance(turbine=X.turbine * weaker, hydro=X.hydro * weaker)
    assert (residual_voltage_pu(network, every, soft) <= residual_voltage_pu(network, every, X) + 1e-9).all()


@pytest.fixture(scope="module")
def rts() -> Network:
    return read_network(dataset_folder("rts_gmlc"))


def test_rts_equals_the_dense_inverse(rts: Network) -> None:
    every = range(len(rts.bus))
    voltage, dense = residual_voltage_pu(rts, every, X), dense_voltage(rts)
    assert_allclose(voltage, dense, atol=1e-10)
    sets = oracle.fault_sets(dense, list(every), 0.7)
    zones = fault_zones(rts, every, 0.7, X)
    assert {frozenset(zone.buses) for zone in zones} == oracle.largest_sets(list(sets.values()))
    assert max(len(zone.buses) for zone in zones) > 5


def test_blocks_and_selected_inverse_agree(rts: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pivots leave the diagonal the impedances are solved for in blocks."""
    buses = list(range(0, len(rts.bus), 5))
    voltage = residual_voltage_pu(rts, buses, X)
    monkeypatch.setattr(module, "splu", lambda matrix, **_: splu(matrix, permc_spec="COLAMD", diag_pivot_thresh=1.0))
    monkeypatch.setattr(module, "SOLVE_BLOCK", 7)
    assert_allclose(residual_voltage_pu(rts, buses, X), voltage, atol=1e-11)


def test_two_thousand_buses_take_a_moment() -> None:
    """Rows of the POIs alone are solved for, and equal a dense solution of one fault."""
    network = read_network(dataset_folder("texas2000"))
    buses = list(range(0, len(network.bus), 50))
    voltage = residual_voltage_pu(network, buses, X)
    ends, z, machine = _parts(network)
    own = oracle.grounded_voltage_pu(len(network.bus), ends, z, machine, 777)
    assert_allclose(voltage[:, 777], own[buses], atol=1e-9)
