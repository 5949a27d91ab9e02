"""Closed forms that prove the schedule oracle: valley filling, deadlines, budgets, jobs, storage."""

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
from tests.oracles.btheta import Outage, listed_outages
from tests.oracles.grid_block import GridRules
from tests.oracles.hourly import solve_hour
from tests.oracles.multi_hour import (
    DEFAULT_CLASSES,
    OracleCampus,
    OracleClass,
    OracleJob,
    OracleStorage,
    base_usd,
    solve_schedule,
)
from tests.oracles.small_grids import branch, grid, hours_of, unit

PLAIN = GridRules(rating_factor=1.0)
DATASET = Path(__file__).parents[2] / "datasets" / "rts_gmlc"


def staircase(**stores: object) -> Network:
    """One bus; the k-th 10 MW cost k USD/MWh."""
    return grid({"1": 1}, [], [unit("1", [(10, k) for k in range(1, 11)])], **stores)


def campus(asked: dict[str, list[float]], connected_mw: float = 100, **terms: object) -> OracleCampus:
    """Campus at bus 1 that asks for these MW; every class is fully installed; no idle floor unless given."""
    names = ("interactive", "relaxed", "batch", "finetune", "pretrain")
    hours = len(next(iter(asked.values())))
    baseline = np.array([asked.get(name, [0.0] * hours) for name in names], dtype=float)
    given = {"idle_floor_frac": 0.0, "share_frac": (1.0,) * 5, **terms}
    return OracleCampus(id="c", bus="1", connected_mw=connected_mw, baseline_mw=baseline, **given)


def series_of(load_mw: list[float], network: Network | None = None) -> GridSeries:
    """One-bus series."""
    return hours_of(network or staircase(), np.array(load_mw, dtype=float)[:, None])


def never_lost(**changed: float) -> tuple[OracleClass, ...]:
    """Standard classes with the batch class changed."""
    return (*DEFAULT_CLASSES[:2], replace(DEFAULT_CLASSES[2], **changed), *DEFAULT_CLASSES[3:])


class TestWorkloads:
    """What a campus may move and lose."""

    def test_flexible_load_fills_the_valley_to_the_water_level(self) -> None:
        result = solve_schedule(staircase(), series_of([10, 30, 50, 30]), [campus({"batch": [50, 0, 0, 0]})], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0], [30, 10, 0, 10], atol=1e-7)
        assert_allclose(result.objective_usd, 3 * 100 + 150)
        assert_allclose(result.backlog_mwh[0][2], [20, 10, 10, 0], atol=1e-7)
        assert_allclose(result.cost_usd, [100, 100, 150, 100])

    def test_deadline_holds_the_work(self) -> None:
        short = campus({"batch": [50, 0, 0, 0]}, classes=never_lost(deadline_h=1))
        result = solve_schedule(staircase(), series_of([10, 30, 50, 30]), [short], PLAIN)
        assert_allclose(result.p_campus_mw[:2, 0].sum(), 50)
        assert_allclose(result.p_campus_mw[2:, 0], 0, atol=1e-7)
        assert_allclose(result.objective_usd, 100 + 5 * 5 + 100 + 5 * 5 + 150 + 60)

    def test_work_waits_for_its_arrival(self) -> None:
        late = campus({"batch": [0, 0, 0, 50]})
        result = solve_schedule(staircase(), series_of([10, 30, 50, 30]), [late], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0], [0, 0, 0, 50], atol=1e-7)

    def test_interactive_work_never_moves(self) -> None:
        result = solve_schedule(
            staircase(), series_of([10, 30]), [campus({"interactive": [10, 20]}, is_firm=True)], PLAIN
        )
        assert_allclose(result.p_campus_mw[:, 0], [10, 20])

    def test_power_stops_at_the_installed_share(self) -> None:
        one = campus({"batch": [20, 20, 0, 0]}, 100, share_frac=(0, 0, 0.2, 0, 0))
        result = solve_schedule(staircase(), series_of([50, 50, 0, 50]), [one], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0].max(), 20)
        assert_allclose(result.p_campus_mw[2, 0], 20)

    def test_contract_caps_the_meter(self) -> None:
        one = campus({"batch": [20, 20, 0, 0]}, connected_mw=20)
        result = solve_schedule(staircase(), series_of([50, 50, 0, 50]), [one], PLAIN)
        assert_allclose(result.p_campus_mw[2, 0], 20)

    def test_pretraining_keeps_three_quarters_of_its_power(self) -> None:
        one = campus({"pretrain": [40, 40]}, connected_mw=100, is_firm=True)
        result = solve_schedule(staircase(), series_of([50, 0]), [one], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0], [30, 50])

    def test_idle_floor_keeps_some_power(self) -> None:
        one = campus({"batch": [40, 0]}, is_firm=True, idle_floor_frac=0.25)
        result = solve_schedule(staircase(), series_of([50, 0]), [one], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0], [10, 30])

    @pytest.mark.parametrize(("value", "lost_mw"), [(20.0, 0.0), (7.5, 2.0)])
    def test_work_is_lost_where_power_costs_more(self, value: float, lost_mw: float) -> None:
        """The tenth MW block above 70 MW of load costs 8 USD/MWh; a tenth of 20 MW may be lost."""
        classes = (replace(DEFAULT_CLASSES[0], value_usd_per_mwh=value), *DEFAULT_CLASSES[1:])
        one = campus({"interactive": [20.0]}, classes=classes)
        result = solve_schedule(staircase(), series_of([52]), [one], PLAIN)
        assert_allclose(result.p_curtailed_mw[0][0], [lost_mw], atol=1e-7)
        assert_allclose(result.lost_work_usd, value * lost_mw, atol=1e-6)

    def test_budget_bounds_all_lost_work(self) -> None:
        classes = (replace(DEFAULT_CLASSES[0], value_usd_per_mwh=0.5), *DEFAULT_CLASSES[1:])
        free = campus({"interactive": [20, 20]}, classes=classes)
        for frac, lost_mwh in ((np.inf, 4.0), (0.03, 1.2)):
            one = replace(free, max_energy_frac=frac)
            result = solve_schedule(staircase(), series_of([50, 50]), [one], PLAIN)
            assert_allclose(result.p_curtailed_mw[0].sum(), lost_mwh)
        firm = solve_schedule(staircase(), series_of([50, 50]), [replace(free, is_firm=True)], PLAIN)
        assert_allclose(firm.p_curtailed_mw[0], 0)

    def test_job_runs_in_the_cheap_hours_of_its_window(self) -> None:
        job = OracleJob(energy_mwh=30, p_max_mw=20, release=1, deadline=4)
        one = campus({"interactive": [0.0] * 5}, jobs=(job,))
        result = solve_schedule(staircase(), series_of([0, 50, 0, 10, 0]), [one], PLAIN)
        assert_allclose(result.p_job_mw[0][0], [0, 0, 20, 10, 0], atol=1e-7)


def peak_grid(peak_usd_per_mwh: float, **stores: object) -> Network:
    """One bus; 100 MW at 10 USD/MWh, then a dear unit."""
    return grid({"1": 1}, [], [unit("1", [(100, 10)]), unit("1", [(100, peak_usd_per_mwh)])], **stores)


class TestStorage:
    """A store cycles only where the price ratio beats its efficiency."""

    @pytest.mark.parametrize(("peak_usd", "is_cycling"), [(12.3, False), (12.4, True)])
    @pytest.mark.parametrize("is_grid", [False, True])
    def test_arbitrage_starts_at_the_efficiency(self, peak_usd: float, *, is_cycling: bool, is_grid: bool) -> None:
        """Efficiency 0.81: worth it above 10 / 0.81 = 12.346 USD/MWh; the upper half of 18 MWh is filled."""
        network = peak_grid(peak_usd, storages=[("1", 50, 18, 0.81)] if is_grid else [])
        store = None if is_grid else OracleStorage(p_mw=50, e_mwh=18, efficiency_roundtrip_frac=0.81)
        one = campus({"interactive": [20.0, 20.0]}, storage=store, is_firm=True)
        result = solve_schedule(network, series_of([30, 130], network), [one], PLAIN, wear_usd_per_mwh=0.0)
        taken, given = (10.0, 8.1) if is_cycling else (0.0, 0.0)
        assert_allclose(result.p_charge_mw[:, 0], [taken, 0], atol=1e-7)
        assert_allclose(result.p_discharge_mw[:, 0], [0, given], atol=1e-7)
        assert_allclose(result.objective_usd, (50 + taken) * 10 + 1000 + (50 - given) * peak_usd)

    def test_wear_price_is_paid_both_ways(self) -> None:
        network = peak_grid(20.0, storages=[("1", 50, 18, 0.81)])
        result = solve_schedule(network, series_of([50, 150], network), [], PLAIN, wear_usd_per_mwh=0.1)
        assert_allclose(result.wear_usd, 0.1 * 18.1)
        idle = solve_schedule(network, series_of([50, 150], network), [], PLAIN, has_grid_storage=False)
        assert_allclose(idle.objective_usd, base_usd(network, series_of([50, 150], network), PLAIN).sum())

    def test_campus_store_cannot_feed_the_grid(self) -> None:
        network = peak_grid(100.0)
        store = OracleStorage(p_mw=50, e_mwh=100, efficiency_roundtrip_frac=1.0)
        one = campus({"interactive": [20.0, 20.0]}, storage=store, is_firm=True)
        result = solve_schedule(network, series_of([30, 150], network), [one], PLAIN)
        assert_allclose(result.p_campus_mw[:, 0], [40, 0], atol=1e-7)


class TestWholeSchedule:
    """The schedule against sums of single hours."""

    def test_rigid_campus_costs_the_sum_of_secure_hours(self) -> None:
        line = branch(("1", "2"), normal_mw=80, emergency_mw=95)
        network = grid({"1": 0, "2": 60}, [line] * 2, [unit("1", [(300, 10)]), unit("2", [(300, 30)])])
        series = hours_of(network, [[0, 60], [5, 90], [0, 20]])
        one = replace(campus({"interactive": [10, 30, 20]}, is_firm=True), bus="2")
        for form in ("rows", "angles"):
            rules = replace(PLAIN, outages=tuple(listed_outages(network, 1)), outage_form=form)
            result = solve_schedule(network, series, [one], rules)
            hours = [
                solve_hour(network, series, h, {"2": mw}, rules).objective_usd_per_hour
                for h, mw in enumerate([10.0, 30.0, 20.0])
            ]
            assert_allclose(result.cost_usd, hours)
            assert_allclose(result.objective_usd, sum(hours))

    def test_flexibility_relieves_a_congested_line(self) -> None:
        """20 MW of batch work wait until the line has room: all of it is served at 10 USD/MWh."""
        network = grid(
            {"1": 0, "2": 60}, [branch(("1", "2"), normal_mw=80)], [unit("1", [(300, 10)]), unit("2", [(300, 30)])]
        )
        series = hours_of(network, [[0, 80], [0, 50]])
        one = replace(campus({"batch": [20, 0]}), bus="2")
        assert_allclose(solve_schedule(network, series, [one], PLAIN).objective_usd, 150 * 10)

    @pytest.mark.parametrize("kind", ["intact", pytest.param("eight", marks=pytest.mark.slow)])
    def test_rts_day_forms_and_solvers_agree(self, kind: str) -> None:
        network = read_network(DATASET)
        series = read_series(DATASET, network, commitment="relaxed").hours(slice(5000, 5012))
        asked = np.full(12, 60.0)
        one = replace(
            campus({"interactive": asked, "batch": asked}, 200, max_energy_frac=0.01),
            bus="113",
            storage=OracleStorage(p_mw=30, e_mwh=60, efficiency_roundtrip_frac=0.86),
        )
        lost = tuple(Outage("branch", k) for k in range(0, 80, 10)) if kind == "eight" else ()
        rows = solve_schedule(network, series, [one], GridRules(outages=lost))
        angles = solve_schedule(network, series, [one], GridRules(outages=lost, outage_form="angles"), solver="ipm")
        assert_allclose(rows.objective_usd, angles.objective_usd, rtol=1e-9)
        parts = rows.cost_usd.sum() + rows.lost_work_usd + rows.wear_usd
        assert_allclose(rows.objective_usd, parts, rtol=1e-9)
        assert rows.objective_usd > base_usd(network, series, GridRules(outages=lost)).sum()
