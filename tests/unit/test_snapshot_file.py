"""One snapshot of a network file: angle limits, constant costs, units that draw power, shifts by convention."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.errors import InfeasibleError, InputError
from gridplan.network.policy import Policy
from gridplan.snapshot import dispatch_network

CASE = """\
function mpc = north
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
    1 3 0   0 0 0 1 1 0 230 1 1.05 0.95;
    2 2 {load} 0 0 0 1 1 0 230 1 1.05 0.95;
];
mpc.gen = [
    1 0 0 50 -50 1 100 1 {p_max} 0;
    2 0 0 50 -50 1 100 1 300 {p_min};
];
mpc.branch = [
    1 2 0 0.1 0 {rate} {rate} {rate} 0 {shift} 1 {low} {high};
];
mpc.gencost = [
    2 0 0 3 0 10 100;
    2 0 0 3 0.05 20 50;
];
"""


def dispatch(tmp_path: Path, *, convention: str = "matpower", **cells: float) -> dict:
    usual = {"load": 200, "p_max": 400, "p_min": 0, "rate": 0, "shift": 0, "low": -360, "high": 360}
    path = tmp_path / "north.m"
    path.write_text(CASE.format(**{**usual, **cells}))
    return dispatch_network(path, convention=convention)


def test_all_from_the_cheap_unit_with_the_constants(tmp_path: Path) -> None:
    found = dispatch(tmp_path)
    assert found["objective_usd_per_hour"] == pytest.approx(200 * 10 + 100 + 50)
    assert found["p_branch_mw"]["1-2_1"] == pytest.approx(200)
    assert found["binding"] == []
    assert [f["code"] for f in found["findings"] if f["severity"] == "warning"] == ["GP-LIM-001"]


def test_an_angle_limit_is_a_limit_of_the_flow(tmp_path: Path) -> None:
    """f = base / x x angle: 3 degrees let 1000 x 3 pi / 180 = 52.36 MW through; the rest comes from unit 2."""
    found = dispatch(tmp_path, high=3)
    flow = 1000 * 3 * 3.141592653589793 / 180
    assert found["p_branch_mw"]["1-2_1"] == pytest.approx(flow, abs=1e-6)
    rest = 200 - flow
    assert found["objective_usd_per_hour"] == pytest.approx(150 + 10 * flow + 20 * rest + 0.05 * rest**2, rel=1e-9)
    assert found["binding"][0]["kind"] == "angle"
    assert found["binding"][0]["limit_mw"] == pytest.approx(flow)


def test_limits_may_differ_between_the_directions(tmp_path: Path) -> None:
    """Unit 2 would draw 100 MW (next test); the lower limit of 0.15 rad forces 150 MW towards it."""
    found = dispatch(tmp_path, load=0, p_min=-300, low=8.59436692696, high=30)
    assert found["p_branch_mw"]["1-2_1"] == pytest.approx(150, abs=1e-6)
    assert found["binding"][0]["limit_mw"] == pytest.approx(150, abs=1e-6)


def test_a_unit_that_draws_power_takes_what_pays(tmp_path: Path) -> None:
    """Drawing p is worth 20 + 0.1 p; unit 1 sells at 10 until its 400 MW end: 0.1 p = -10, p = -100."""
    found = dispatch(tmp_path, p_min=-150)
    assert found["p_gen_mw"]["2_1"] == pytest.approx(-100, abs=1e-2)
    assert found["objective_usd_per_hour"] == pytest.approx(300 * 10 + 100 + 50 - 20 * 100 + 0.05 * 100**2)


def test_a_shift_counts_in_matpower_and_not_in_powermodels(tmp_path: Path) -> None:
    """-10 degrees of shift let the 3 degrees between the buses carry 1000 x (3 + 10) pi / 180."""
    found = dispatch(tmp_path, shift=-10, high=3, load=250)
    assert found["p_branch_mw"]["1-2_1"] == pytest.approx(1000 * 13 * 3.141592653589793 / 180, abs=1e-6)
    other = dispatch(tmp_path, shift=-10, high=3, load=250, convention="powermodels")
    assert other["p_branch_mw"]["1-2_1"] == pytest.approx(1000 * 3 * 3.141592653589793 / 180, abs=1e-6)


def test_an_angle_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    with pytest.raises(InfeasibleError, match=r"1-2_1 \(its angle limit\)"):
        dispatch(tmp_path, high=3, load=390)


def test_load_beyond_all_units_is_no_dispatch(tmp_path: Path) -> None:
    with pytest.raises(InfeasibleError, match=r"800\.0 MW of load meet 700\.0 MW"):
        dispatch(tmp_path, load=800)


def test_an_unrated_branch_can_be_refused(tmp_path: Path) -> None:
    dispatch(tmp_path)
    with pytest.raises(InputError, match="GP-LIM-001"):
        dispatch_network(tmp_path / "north.m", policy=Policy(unrated="error"))
