"""Linear effects of outages against a grid that is built and solved anew for every outage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.factors import Factors
from gridplan.network.model import DcLines, Network
from gridplan.network.outage_effects import outage_table
from tests.equality.rebuilt_outage import flows_after, random_state, state_vector, table_flows
from tests.oracles import btheta
from tests.oracles.btheta import Outage, State
from tests.oracles.dense_factors import ptdf, shift_flow_mw
from tests.oracles.small_grids import branch, grid, unit

CAMPUS_BUSES = ("113", "203", "107", "313")


@pytest.fixture(scope="module")
def campus_bus(rts: Network) -> tuple[int, ...]:
    return tuple(rts.bus_index(b) for b in CAMPUS_BUSES)


def oracle_outage(lost: Contingency) -> Outage:
    kinds = {"branch": lost.branches, "unit": lost.generators, "dc_line": lost.dc_lines, "campus": lost.campuses}
    [(kind, [position])] = [(k, p) for k, p in kinds.items() if p]
    return Outage(kind, position)


def assert_flows_equal(found: np.ndarray, expected: np.ndarray) -> None:
    assert_array_equal(np.isnan(found), np.isnan(expected))
    assert_allclose(np.nan_to_num(found), np.nan_to_num(expected), rtol=1e-9, atol=1e-6)


def compare_sets(network: Network, state: State, sets: list[Contingency]) -> None:
    table = outage_table(network, Factors(network), sets, [int(b) for b in state.campus_bus])
    vector = state_vector(network, state)
    for k, lost in enumerate(sets):
        assert_flows_equal(table_flows(table, vector, k), flows_after(network, state, lost))


@pytest.mark.parametrize("reference_bus", [0, 40])
def test_intact_flows_are_those_of_the_angles(rts: Network, campus_bus: tuple[int, ...], reference_bus: int) -> None:
    state = random_state(rts, 1, campus_bus)
    injection_mw = btheta.injections_mw(rts, state)
    found = ptdf(rts, reference_bus=reference_bus) @ injection_mw
    assert_allclose(found, btheta.flows_mw(rts, injection_mw), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("has_dc_loss", [False, True])
def test_every_single_outage_of_rts(rts: Network, campus_bus: tuple[int, ...], *, has_dc_loss: bool) -> None:
    if has_dc_loss:
        rts = replace(rts, dc_line=replace(rts.dc_line, loss_frac=np.array([0.03])))
    state = random_state(rts, 2, campus_bus)
    outages = single_outages(rts, campus_ids=CAMPUS_BUSES)
    table = outage_table(rts, Factors(rts), outages, campus_bus)
    vector = state_vector(rts, state)
    for k, lost in enumerate(outages):
        expected = btheta.flows_after_outage(rts, state, oracle_outage(lost))
        assert_flows_equal(table_flows(table, vector, k), expected)
        assert_flows_equal(flows_after(rts, state, lost), expected)


def test_single_outages_are_the_listed_ones(rts: Network) -> None:
    found = [oracle_outage(lost) for lost in single_outages(rts, campus_ids=CAMPUS_BUSES)]
    assert found == btheta.listed_outages(rts, len(CAMPUS_BUSES))


def test_rts_has_bridges_among_its_outages(rts: Network) -> None:
    table = outage_table(rts, Factors(rts), single_outages(rts))
    assert [table.contingencies[k].id for k in table.islanding] == ["B11", "C11"]


def test_pairs_of_branches(rts: Network) -> None:
    rng = np.random.default_rng(3)
    pairs = [tuple(sorted(rng.choice(len(rts.branch), 2, replace=False).tolist())) for _ in range(60)]
    compare_sets(rts, random_state(rts, 3), [Contingency(id=str(p), branches=p) for p in pairs])


def test_branch_together_with_unit_dc_line_and_campus(rts: Network, campus_bus: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    capable = np.flatnonzero(rts.generator.p_max_mw > 0)
    sets = []
    for k in range(60):
        lost = Contingency(
            id=str(k),
            branches=tuple(rng.choice(len(rts.branch), 1 + k % 3, replace=False).tolist()),
            generators=tuple(rng.choice(capable, k % 4, replace=False).tolist()),
            dc_lines=(0,) * (k % 5 == 0),
            campuses=tuple(rng.choice(4, k % 3, replace=False).tolist()),
        )
        sets.append(lost)
    compare_sets(rts, random_state(rts, 5, campus_bus), sets)


def branches_at(network: Network, bus: str) -> tuple[int, ...]:
    at = network.bus_index(bus)
    return tuple(np.flatnonzero((network.branch.from_bus == at) | (network.branch.to_bus == at)).tolist())


@pytest.mark.parametrize("bus", ["103", "107", "113", "207", "313", "325"])
def test_a_bus_cut_off_by_losing_all_its_branches(rts: Network, campus_bus: tuple[int, ...], bus: str) -> None:
    lost = branches_at(rts, bus)
    units = tuple(np.flatnonzero(rts.generator.p_max_mw > 0)[:3].tolist())
    sets = [
        Contingency(id="bus", branches=lost),
        Contingency(id="bus and units", branches=lost, generators=units),
        Contingency(id="bus and line", branches=tuple({*lost, 30, 31})),
        Contingency(id="bus and dc line", branches=lost, dc_lines=(0,)),
        Contingency(id="bus and campuses", branches=lost, campuses=(0, 2)),
    ]
    compare_sets(rts, random_state(rts, 6, campus_bus), sets)


def test_three_parts(rts: Network, campus_bus: tuple[int, ...]) -> None:
    lost = {*branches_at(rts, "107"), *branches_at(rts, "208"), *branches_at(rts, "207"), 5}
    compare_sets(rts, random_state(rts, 7, campus_bus), [Contingency(id="parts", branches=tuple(sorted(lost)))])


def test_phase_shifters_and_taps() -> None:
    lines = [
        branch(("1", "2"), x_pu=0.1, shift_rad=0.1),
        branch(("2", "3"), x_pu=0.2, tap_ratio=1.1),
        branch(("3", "4"), x_pu=0.3, shift_rad=-0.05),
        branch(("4", "1"), x_pu=0.1),
        branch(("1", "3"), x_pu=0.4, r_pu=0.1),
        branch(("4", "5"), x_pu=0.2, shift_rad=0.2),
    ]
    units = [unit("1", [(100, 1)]), unit("3", [(80, 2)]), unit("5", [(20, 3)])]
    network = grid({"1": 10, "2": 20, "3": 30, "4": 10, "5": 5}, lines, units, [("2", "4", 20, 0.05)])
    state = random_state(network, 8)
    single = list(single_outages(network))
    double = [Contingency(id=f"{i} {j}", branches=(i, j)) for i in range(6) for j in range(i)]
    compare_sets(network, state, single + double)
    injection_mw = btheta.injections_mw(network, state)
    factors = ptdf(network)
    found = factors @ injection_mw + shift_flow_mw(network, factors)
    assert_allclose(found, btheta.flows_mw(network, injection_mw), atol=1e-9)


def test_no_dc_line_and_no_outage(triangle: Network) -> None:
    assert isinstance(triangle.dc_line, DcLines)
    table = outage_table(triangle, Factors(triangle), ())
    assert table.effect(range(3)).shape == (3, 0)
    assert table.is_monitored(range(3)).shape == (3, 0)


def lost_bus(network: Network, bus: str, **more: tuple[int, ...]) -> Contingency:
    """A bus with everything at it."""
    at, dc = network.bus_index(bus), network.dc_line
    units = tuple(np.flatnonzero(network.generator.bus == at).tolist())
    lines = tuple(np.flatnonzero((dc.from_bus == at) | (dc.to_bus == at)).tolist())
    branches = tuple({*branches_at(network, bus), *more.pop("branches", ())})
    return Contingency(id=bus, buses=(at,), branches=branches, generators=units, dc_lines=lines, **more)


def test_every_bus_of_rts_lost_with_everything_at_it(rts: Network, campus_bus: tuple[int, ...]) -> None:
    compare_sets(rts, random_state(rts, 9, campus_bus), [lost_bus(rts, bus) for bus in rts.bus.id])


def test_a_bus_lost_together_with_lines_elsewhere(rts: Network, campus_bus: tuple[int, ...]) -> None:
    rng = np.random.default_rng(10)
    sets = []
    for k in range(40):
        lines = tuple(rng.choice(len(rts.branch), 1 + k % 2, replace=False).tolist())
        bus = rts.bus.id[int(rng.integers(len(rts.bus)))]
        sets.append(lost_bus(rts, bus, branches=lines, campuses=(k % 4,)))
    compare_sets(rts, random_state(rts, 10, campus_bus), sets)


def test_a_lost_bus_is_dead_however_much_load_it_has() -> None:
    """Bus 2 holds most of the load; without it the rest stays alive, and unit 1 goes down to what is left."""
    lines = [branch(("1", "2"), x_pu=0.1), branch(("2", "3"), x_pu=0.1), branch(("1", "3"), x_pu=0.1)]
    units = [unit("1", [(300, 1)]), unit("2", [(50, 2)])]
    network = grid({"1": 0, "2": 200, "3": 40}, lines, units)
    lost = lost_bus(network, "2")
    table = outage_table(network, Factors(network), [lost])
    state = State(
        p_generator_mw=np.array([220.0, 20.0]),
        p_dc_line_mw=np.zeros(0),
        withdrawal_mw=np.array([0.0, 200.0, 40.0]),
        campus_bus=np.zeros(0, dtype=np.int64),
        campus_mw=np.zeros(0),
    )
    found = table_flows(table, state_vector(network, state), 0)
    assert np.isnan(found[:2]).all()
    assert_allclose(found[2], 40.0)
    assert_allclose(table.island_load_mw, [200.0])
