"""The auditor's own grid: closed forms of the triangle, phase shifts, dark parts, and certificates."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridplan.verify.audit_certificate import check_of_measures, single, worst_of
from gridplan.verify.audit_grid import Grid, factorise, parts, read_grid
from gridplan.verify.audit_plan import curtailment
from gridplan.verify.audit_record import MissingPartError, Record

EMPTY = {
    "dc_line": ("id", "from_bus", "to_bus", "p_min_mw", "p_max_mw", "loss_frac"),
    "storage": ("id", "bus", "p_mw", "e_mwh", "efficiency_roundtrip_frac"),
    "generator": (
        "id", "bus", "p_min_mw", "p_max_mw", "block_width_mw", "block_cost_usd_per_mwh", "is_dispatchable", "is_fixed",
    ),
}  # fmt: skip


def triangle(*, shift_rad: float = 0.0, convention: str = "matpower") -> Grid:
    """Three buses, three lines of 0.1 pu on 100 MVA; the first carries the phase shift."""
    branch = {
        "id": ["a", "b", "c"],
        "from_bus": [0, 0, 1],
        "to_bus": [1, 2, 2],
        "r_pu": [0.1] * 3,
        "x_pu": [0.1] * 3,
        "tap_ratio": [1.0] * 3,
        "shift_rad": [shift_rad, 0.0, 0.0],
        "rating_normal_mva": [None] * 3,
        "rating_emergency_mva": [100.0] * 3,
    }
    tables = {
        "bus": {"id": ["1", "2", "3"], "p_load_mw": [1.0, 1.0, 1.0], "gs_mw": [0.0] * 3},
        "branch": branch,
        **{name: {column: [] for column in columns} for name, columns in EMPTY.items()},
    }
    network = {"base_mva": 100.0, "dc_convention": convention, "dc_rating_factor": 1.0, "tables": tables}
    return read_grid(Record(network, "network.json: "))


def everything(grid: Grid) -> np.ndarray:
    return np.ones(len(grid.branch), dtype=bool)


def test_one_mw_through_a_triangle_splits_two_to_one() -> None:
    grid = triangle()
    flow = factorise(grid, everything(grid)).flow_map() @ np.array([1.0, -1.0, 0.0, 1.0])
    np.testing.assert_allclose(flow, [2 / 3, 1 / 3, -1 / 3], atol=1e-12)


def test_adjoint_of_single_branches_gives_the_same_rows() -> None:
    grid = triangle(shift_rad=0.02)
    factor = factorise(grid, everything(grid))
    np.testing.assert_allclose(factor.flow_map(np.array([1])), factor.flow_map()[[1]], atol=1e-12)


def test_phase_shift_drives_a_loop_flow() -> None:
    # Loop of three 0.1 pu lines: 0.03 rad / 0.3 pu = 0.1 pu = 10 MW against the shift.
    grid = triangle(shift_rad=0.03)
    flow = factorise(grid, everything(grid)).flow_map()[:, -1]
    np.testing.assert_allclose(flow, [-10.0, 10.0, -10.0], atol=1e-9)


def test_powermodels_convention_uses_r_and_ignores_shifts() -> None:
    grid = triangle(shift_rad=0.03, convention="powermodels")
    np.testing.assert_allclose(grid.susceptance_mw, 500.0)
    assert not grid.shift_flow_mw.any()


def test_unknown_convention_is_named() -> None:
    with pytest.raises(MissingPartError, match="dc_convention 'ac'"):
        triangle(convention="ac")


def test_a_bus_without_branches_is_a_part_of_its_own() -> None:
    assert len(set(parts(triangle(), np.array([True, False, False])))) == 2


def test_rating_of_null_is_unlimited() -> None:
    assert np.isinf(triangle().rating_normal_mva).all()


def test_missing_column_is_named_with_its_table() -> None:
    with pytest.raises(MissingPartError, match=r"network.json: tables.bus.gs_mw is missing"):
        Record({"tables": {"bus": {}}}, "network.json: ").record("tables").record("bus").column("gs_mw")


def test_worst_entry_is_the_largest_in_tolerances() -> None:
    measure = worst_of("q", "MW", np.array([3.0, 2.0]), np.array([10.0, 1.0]), lambda i: f"entry {i[0]}")
    assert (measure.place, measure.worst, measure.is_failed) == ("entry 1", 2.0, True)


def test_value_that_is_no_number_fails_and_leads() -> None:
    measures = [single("a", "MW", 5.0, 1.0, "there"), single("b", "MW", math.nan, 1.0, "here")]
    check = check_of_measures("A00", "title", measures, [], 0.0)
    assert (check.verdict, check.place) == ("fail", "here")
    assert check.to_json()["worst"] is None


def test_curtailed_hours_and_their_longest_run() -> None:
    lost_mw = np.array([0.0, 3.0, 3.0, 0.9, 2.0, 2.0, 2.0])
    counted = curtailment(lost_mw, contract_mw=300.0)
    assert (counted.hours, counted.longest_event_h, counted.depth_mw) == (5, 3, 3.0)
    assert counted.energy_mwh == pytest.approx(12.9)
