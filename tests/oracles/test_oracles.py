"""Closed forms that prove the oracles of the grid: B-theta, one hour, capacity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.network.dataset import read_network
from gridplan.network.model import Network
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from tests.oracles import btheta
from tests.oracles.btheta import Outage, State, listed_outages
from tests.oracles.capacity import conditional_capacity_mw, curtailment, hosting_capacity_mw
from tests.oracles.grid_block import GridRules
from tests.oracles.hourly import solve_hour
from tests.oracles.small_grids import branch, grid, hours_of, two_bus, unit

PLAIN = GridRules(rating_factor=1.0)
DATASET = Path(__file__).parents[2] / "datasets" / "rts_gmlc"


def triangle(**first: float) -> Network:
    """Three buses, three equal reactances; units of 300 MW at 1 and 100 MW at 2."""
    branches = [branch(("1", "2"), **first), branch(("2", "3")), branch(("1", "3"))]
    return grid({"1": 0, "2": 0, "3": 90}, branches, [unit("1", [(300, 10)]), unit("2", [(100, 20)])])


def mesh(seed: int) -> Network:
    """Ring of six with two chords, a phase shifter, a tap, a radial bus with a unit, and a dc line with loss."""
    rng = np.random.default_rng(seed)
    ring = [(str(i), str((i + 1) % 6)) for i in range(6)]
    ends = [*ring, ("0", "3"), ("1", "4"), ("5", "6")]
    branches = [
        branch(e, x_pu=rng.uniform(0.05, 0.3), normal_mw=rng.uniform(30, 60), emergency_mw=rng.uniform(50, 75))
        for e in ends
    ]
    branches[2]["shift_rad"], branches[4]["tap_ratio"] = 0.05, 0.97
    units = [unit(str(b), [(60, 10 + 3 * b), (60, 20 + 4 * b)], is_dispatchable=b != 4) for b in (0, 2, 4, 6)]
    load = {str(b): float(mw) for b, mw in enumerate([20, 60, 10, 70, 50, 40, 15])}
    return grid(load, branches, units, [("2", "5", 30, 0.05)])


def random_state(network: Network, seed: int, campus_bus: list[int]) -> State:
    """Any balanced dispatch: random outputs and campuses, load of a random shape that closes the balance."""
    rng = np.random.default_rng(seed)
    p_mw = rng.uniform(0, 1, len(network.generator)) * network.generator.p_max_mw
    dc_mw = rng.uniform(network.dc_line.p_min_mw, network.dc_line.p_max_mw)
    campus_mw = rng.uniform(10, 60, len(campus_bus))
    share = rng.uniform(0, 1, len(network.bus))
    taken = p_mw.sum() - (network.dc_line.loss_frac * dc_mw).sum() - campus_mw.sum()
    return State(
        p_generator_mw=p_mw,
        p_dc_line_mw=dc_mw,
        withdrawal_mw=share / share.sum() * taken,
        campus_bus=np.array(campus_bus, dtype=np.int64),
        campus_mw=campus_mw,
    )


def driver_mw(state: State, flow_mw: np.ndarray, outage: Outage) -> float:
    """MW that an outage takes away."""
    of_kind = {
        "branch": flow_mw,
        "unit": state.p_generator_mw,
        "dc_line": state.p_dc_line_mw,
        "campus": state.campus_mw,
    }
    return float(of_kind[outage.kind][outage.position])


@pytest.fixture(scope="module")
def rts() -> tuple[Network, GridSeries]:
    """The shipped test grid and its weather year."""
    network = read_network(DATASET)
    return network, read_series(DATASET, network, commitment="relaxed")


class TestBtheta:
    """Flows of small grids."""

    def test_equal_triangle_splits_two_thirds_to_one_third(self) -> None:
        assert_allclose(btheta.flows_mw(triangle(), np.array([90.0, 0, -90])), [30, 30, 60])

    def test_parallel_branches_split_by_reactance(self) -> None:
        network = grid({"1": 0, "2": 1}, [branch(("1", "2")), branch(("1", "2"), x_pu=0.3)], [unit("1", [(100, 1)])])
        assert_allclose(btheta.flows_mw(network, np.array([100.0, -100])), [75, 25])

    def test_phase_shift_drives_a_loop_flow_of_a_third(self) -> None:
        flow = btheta.flows_mw(triangle(shift_rad=0.03), np.zeros(3))
        assert_allclose(flow, np.array([-1, -1, 1]) * 1000 * 0.03 / 3)

    def test_tap_counts_in_matpower_and_resistance_in_powermodels(self) -> None:
        network = triangle(tap_ratio=0.8, r_pu=0.05)
        assert_allclose(btheta.susceptance_mw_per_rad(network)[0], 100 / 0.08)
        assert_allclose(btheta.susceptance_mw_per_rad(network, "powermodels")[0], 100 * 0.1 / 0.0125)

    def test_flow_moves_to_the_path_that_remains(self) -> None:
        flow = btheta.flows_mw(triangle(), np.array([90.0, 0, -90]), lost_branch=2)
        assert_allclose(flow, [90, 90, 0])

    def test_unbalanced_injection_is_refused(self) -> None:
        with pytest.raises(ValueError, match="out of balance"):
            btheta.flows_mw(triangle(), np.array([90.0, 0, -80]))

    def test_lost_unit_is_picked_up_by_the_other(self) -> None:
        state = State(
            p_generator_mw=np.array([60.0, 30]),
            p_dc_line_mw=np.zeros(0),
            withdrawal_mw=np.array([0.0, 0, 90]),
            campus_bus=np.zeros(0, dtype=np.int64),
            campus_mw=np.zeros(0),
        )
        assert_allclose(btheta.flows_after_outage(triangle(), state, Outage("unit", 1)), [30, 30, 60])

    def test_lost_campus_lowers_units_by_static_size(self) -> None:
        state = State(
            p_generator_mw=np.array([60.0, 30]),
            p_dc_line_mw=np.zeros(0),
            withdrawal_mw=np.array([0.0, 0, 50]),
            campus_bus=np.array([2]),
            campus_mw=np.array([40.0]),
        )
        # 30 MW left at bus 1 and 20 MW at bus 2 feed 50 MW at bus 3
        assert_allclose(btheta.flows_after_outage(triangle(), state, Outage("campus", 0)), [10 / 3, 70 / 3, 80 / 3])

    def test_lost_dc_line_leaves_its_loss_to_the_units(self) -> None:
        network = grid(
            {"1": 0, "2": 95},
            [branch(("1", "2"))],
            [unit("1", [(300, 10)]), unit("2", [(100, 20)])],
            [("1", "2", 100, 0.05)],
        )
        state = State(
            p_generator_mw=np.array([100.0, 0]),
            p_dc_line_mw=np.array([100.0]),
            withdrawal_mw=np.array([0.0, 95]),
            campus_bus=np.zeros(0, dtype=np.int64),
            campus_mw=np.zeros(0),
        )
        assert_allclose(btheta.flows_after_outage(network, state, Outage("dc_line", 0)), [100 - 0.75 * 5])

    def test_bridge_outage_drops_the_small_island_whole(self) -> None:
        """Bus 4 exports 15 MW over the bridge; its loss is picked up 3:1 by the units of the triangle."""
        branches = [branch(("1", "2")), branch(("2", "3")), branch(("1", "3")), branch(("4", "3"))]
        units = [unit("1", [(300, 10)]), unit("2", [(100, 20)]), unit("4", [(500, 5)])]
        network = grid({"1": 0, "2": 0, "3": 90, "4": 5}, branches, units)
        state = State(
            p_generator_mw=np.array([75.0, 0, 20]),
            p_dc_line_mw=np.zeros(0),
            withdrawal_mw=np.array([0.0, 0, 90, 5]),
            campus_bus=np.zeros(0, dtype=np.int64),
            campus_mw=np.zeros(0),
        )
        after = btheta.flows_after_outage(network, state, Outage("branch", 3))
        p_1, p_2 = 75 + 0.75 * 15, 0.25 * 15
        assert_allclose(after[:3], [(p_1 - p_2) / 3, (p_1 + 2 * p_2) / 3, (2 * p_1 + p_2) / 3])
        assert np.isnan(after[3])

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_coefficients_repeat_every_outage_of_a_mesh(self, seed: int) -> None:
        network = mesh(seed)
        self._compare(network, random_state(network, seed, [3, 6]))

    def test_coefficients_repeat_every_outage_of_rts(self, rts: tuple[Network, GridSeries]) -> None:
        self._compare(rts[0], random_state(rts[0], 7, [12, 40]))

    @staticmethod
    def _compare(network: Network, state: State) -> None:
        flow = btheta.flows_mw(network, btheta.injections_mw(network, state))
        for outage in listed_outages(network, len(state.campus_bus)):
            after = btheta.flows_after_outage(network, state, outage)
            effect = btheta.outage_effect(network, outage, state.campus_bus)
            assert_allclose(np.isfinite(after), effect.limited)
            again = flow + effect.coefficient * driver_mw(state, flow, outage) + effect.constant_mw
            assert_allclose(again[effect.limited], after[effect.limited], atol=1e-7)


class TestHourly:
    """Least cost of one hour."""

    def test_congestion_sets_two_prices(self) -> None:
        result = solve_hour(two_bus(), hours_of(two_bus()), 0, rules=PLAIN)
        assert_allclose(result.objective_usd_per_hour, 60 * 10 + 40 * 30)
        assert_allclose(result.lmp_usd_per_mwh, [10, 30])

    def test_rating_factor_narrows_the_line(self) -> None:
        result = solve_hour(two_bus(), hours_of(two_bus()), 0)
        assert_allclose(result.flow_mw, [57])

    def test_ratings_in_mw_replace_the_network(self) -> None:
        rules = GridRules(rating_normal_mw=np.array([45.0]), rating_emergency_mw=np.array([45.0]))
        assert_allclose(solve_hour(two_bus(), hours_of(two_bus()), 0, rules=rules).flow_mw, [45])

    def test_losing_one_of_two_lines_binds_before_the_ratings(self) -> None:
        network = two_bus(lines=2, emergency_mw=70)
        rules = replace(PLAIN, outages=tuple(listed_outages(network, kinds=("branch",))))
        secure = solve_hour(network, hours_of(network), 0, rules=rules)
        assert_allclose(secure.objective_usd_per_hour, 70 * 10 + 30 * 30)
        assert_allclose(solve_hour(network, hours_of(network), 0, rules=PLAIN).objective_usd_per_hour, 1000)

    def test_losing_a_unit_keeps_room_on_the_line(self) -> None:
        """After unit 2 is lost all of the load comes over the line, so the load itself must fit: 5 MW do not."""
        network = two_bus(lines=1, line_mw=95)
        rules = replace(PLAIN, outages=(Outage("unit", 1),))
        assert_allclose(solve_hour(network, hours_of(network), 0, rules=rules).unserved_mw, [0, 5], atol=1e-9)

    def test_unserved_is_cheaper_than_overload(self) -> None:
        network = two_bus(load_mw=400)
        result = solve_hour(network, hours_of(network), 0, rules=PLAIN)
        assert_allclose(result.unserved_mw, [0, 40], atol=1e-9)
        assert_allclose(result.objective_usd_per_hour, 600 + 9000 + 400_000)
        cheap = solve_hour(network, hours_of(network), 0, rules=replace(PLAIN, overload_usd_per_mwh=5))
        assert_allclose(cheap.overload_mw[None, 0], 240)
        assert_allclose(cheap.production_usd_per_hour, 300 * 10 + 100 * 30)

    def test_hard_rules_may_be_infeasible(self) -> None:
        network = two_bus(load_mw=400)
        hard = replace(PLAIN, has_overload=False, has_unserved=False)
        assert solve_hour(network, hours_of(network), 0, rules=hard).status == "infeasible"

    def test_campus_is_served_after_load_is_shed(self) -> None:
        network = two_bus(load_mw=100)
        result = solve_hour(network, hours_of(network), 0, {"2": 300}, PLAIN)
        assert_allclose(result.unserved_mw, [0, 40], atol=1e-9)

    def test_blocks_are_cut_from_the_end(self) -> None:
        network = grid({"1": 25}, [], [unit("1", [(20, 1), (20, 5)]), unit("1", [(100, 9)])])
        result = solve_hour(network, hours_of(network, p_max_mw=[22, 100]), 0, rules=PLAIN)
        assert_allclose(result.objective_usd_per_hour, 20 * 1 + 2 * 5 + 3 * 9)

    def test_fixed_unit_spills_and_never_goes_down(self) -> None:
        network = grid({"1": 25}, [], [unit("1", [(100, 0)], is_fixed=True, is_dispatchable=False)])
        result = solve_hour(network, hours_of(network, p_max_mw=[40]), 0, rules=PLAIN)
        assert_allclose([result.p_generator_mw[0], result.spill_mw[0]], [40, 15])

    def test_least_output_holds(self) -> None:
        result = solve_hour(two_bus(), hours_of(two_bus(), p_min_mw=[0, 50]), 0, rules=PLAIN)
        assert_allclose(result.p_generator_mw, [50, 50])

    def test_dc_line_carries_with_loss(self) -> None:
        network = grid(
            {"1": 0, "2": 100},
            [branch(("1", "2"), normal_mw=60)],
            [unit("1", [(300, 10)]), unit("2", [(300, 30)])],
            [("1", "2", 20, 0.1)],
        )
        result = solve_hour(network, hours_of(network), 0, rules=PLAIN)
        assert_allclose(result.objective_usd_per_hour, 80 * 10 + 22 * 30)

    @pytest.mark.parametrize("seed", [0, 1, 2, 3])
    @pytest.mark.parametrize("overload_usd_per_mwh", [20_000.0, 15.0, None])
    def test_rows_and_angles_agree_on_a_mesh(self, seed: int, overload_usd_per_mwh: float | None) -> None:
        """Loads are shed at the standard price, rows are exceeded at 15 USD/MWh, ratings are hard at None."""
        network, taken = mesh(seed), {"3": 20.0, "6": 30.0}
        rules = GridRules(
            outages=tuple(listed_outages(network, 2)),
            has_overload=overload_usd_per_mwh is not None,
            overload_usd_per_mwh=overload_usd_per_mwh or 0.0,
        )
        rows = solve_hour(network, hours_of(network), 0, taken, rules)
        angles = solve_hour(network, hours_of(network), 0, taken, replace(rules, outage_form="angles"))
        assert rows.status == angles.status == "optimal"
        assert bool(rows.overload_mw) == (overload_usd_per_mwh == 15.0)
        assert_allclose(rows.objective_usd_per_hour, angles.objective_usd_per_hour, rtol=1e-9)

    def test_secure_dispatch_of_rts_survives_every_outage(self, rts: tuple[Network, GridSeries]) -> None:
        network, series = rts
        hour, taken = int(series.load_mw.sum(axis=1).argmax()), {"113": 300.0}
        rules = GridRules(outages=tuple(listed_outages(network, 1)), has_overload=False)
        result = solve_hour(network, series, hour, taken, rules)
        state = State(
            p_generator_mw=result.p_generator_mw,
            p_dc_line_mw=result.p_dc_line_mw,
            withdrawal_mw=series.load_mw[hour] - result.unserved_mw + result.spill_mw,
            campus_bus=np.array([network.bus_index("113")]),
            campus_mw=np.array([300.0]),
        )
        assert_allclose(btheta.flows_mw(network, btheta.injections_mw(network, state)), result.flow_mw, atol=1e-6)
        rating = rules.emergency_mw(network)
        for outage in rules.outages:
            after = np.nan_to_num(btheta.flows_after_outage(network, state, outage))
            assert (np.abs(after) <= rating + 1e-6).all()


class TestCapacity:
    """Largest withdrawal of one hour, and what lies above it."""

    def test_radial_capacity_is_rating_minus_load(self) -> None:
        network = grid({"1": 0, "2": 35}, [branch(("1", "2"), normal_mw=80)], [unit("1", [(300, 10)])])
        series = hours_of(network, [[0, 35], [0, 50], [0, 90]])
        assert_allclose(hosting_capacity_mw(network, series, "2", range(3), PLAIN), [45, 30, np.nan])

    def test_double_line_keeps_one_in_hand(self) -> None:
        network = grid(
            {"1": 0, "2": 35}, [branch(("1", "2"), normal_mw=80, emergency_mw=95)] * 2, [unit("1", [(300, 10)])]
        )
        rules = replace(PLAIN, outages=tuple(listed_outages(network, kinds=("branch",))))
        assert_allclose(hosting_capacity_mw(network, hours_of(network), "2", [0], rules), [60])

    def test_loss_of_the_campus_itself_limits_it(self) -> None:
        """A quarter of the campus is taken from the unit at 2, over a line of 40 MW, though it stands still."""
        network = grid(
            {"1": 0, "2": 0}, [branch(("1", "2"), normal_mw=40)], [unit("1", [(300, 10)]), unit("2", [(100, 5)])]
        )
        series = hours_of(network, p_max_mw=[300, 0])
        assert_allclose(hosting_capacity_mw(network, series, "1", [0], PLAIN), [300])
        rules = replace(PLAIN, outages=(Outage("campus", 0),))
        assert_allclose(hosting_capacity_mw(network, series, "1", [0], rules), [160])

    def test_another_campus_takes_its_part(self) -> None:
        network = grid({"1": 0, "2": 35}, [branch(("1", "2"), normal_mw=80)], [unit("1", [(300, 10)])])
        assert_allclose(hosting_capacity_mw(network, hours_of(network), "2", [0], PLAIN, {"2": 15.0}), [30])

    def test_surplus_of_fixed_units_is_spilled(self) -> None:
        units = [unit("2", [(100, 0)], is_fixed=True, is_dispatchable=False), unit("1", [(300, 10)])]
        network = grid({"1": 0, "2": 35}, [branch(("1", "2"), normal_mw=20)], units)
        assert_allclose(hosting_capacity_mw(network, hours_of(network), "1", [0], PLAIN), [320])

    @pytest.mark.slow
    def test_capacity_is_where_the_secure_hour_stops_being_whole(self, rts: tuple[Network, GridSeries]) -> None:
        network, series = rts
        hour = int(series.load_mw.sum(axis=1).argmax())
        rules = GridRules(outages=tuple(listed_outages(network, 1)))
        most_mw = hosting_capacity_mw(network, series, "121", [hour], rules)[0]
        hard = replace(rules, has_overload=False, has_unserved=False)
        assert solve_hour(network, series, hour, {"121": most_mw - 1e-4}, hard).status == "optimal"
        assert solve_hour(network, series, hour, {"121": most_mw + 1e-2}, hard).status == "infeasible"

    def test_curtailment_counts_hours_energy_and_runs(self) -> None:
        lost = curtailment(4.0, np.array([5.0, 3, 7, 2, 1]))
        assert (lost.hours, lost.energy_mwh, lost.longest_event_h, lost.depth_mw) == (3, 6.0, 2, 3.0)

    def test_conditional_capacity_meets_each_budget(self) -> None:
        capacity_mw = np.array([5.0, 3, 7, 2, 1])
        # between 3 and 5 MW: (u-3) + (u-2) + (u-1) = 0.2 * 5 * u
        assert_allclose(conditional_capacity_mw(capacity_mw, max_energy_frac=0.2), 3.0)
        assert_allclose(conditional_capacity_mw(capacity_mw, max_hours=3), 5.0, atol=2e-6)
        assert_allclose(conditional_capacity_mw(capacity_mw, max_event_h=1), 2.0, atol=2e-6)
        assert_allclose(conditional_capacity_mw(capacity_mw, max_hours=0), 1.0, atol=2e-6)
