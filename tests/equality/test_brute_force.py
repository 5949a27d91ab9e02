"""Secure dispatch of hours drawn by a seed against one program per hour in which every outage is a grid of its own.

RTS-GMLC, case118 and ACTIVSg200 as they stand, and with campuses and ratings cut to 80 % so that security binds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from gridplan.dispatch.parts import evaluate_year
from gridplan.dispatch.rows import INTACT
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.drawn_hours import chosen_hours, drawn_hours, file_network
from tests.equality.secure_grid import dispatch_grid, oracle_rules
from tests.oracles.btheta import listed_outages, outage_effect, transfer_effect
from tests.oracles.grid_block import OutageForm
from tests.oracles.hourly import solve_hour
from tests.property.random_grids import grids

RTOL = 1e-6


@dataclass(frozen=True, kw_only=True)
class Case:
    """Campuses (bus -> MW), a factor on all ratings, the range of load, and whether security must bind."""

    grid: str
    campus_mw: dict[str, float]
    scale: float = 1.0
    load_scale: tuple[float, float] = (0.7, 1.0)
    minimum_frac: float = 0.0
    seed: int = 1
    must_bind: bool = True


CASES = {
    "rts": Case(grid="rts", campus_mw={}, must_bind=False),
    "rts stressed": Case(grid="rts", campus_mw={"203": 300.0, "113": 250.0, "316": 200.0}, scale=0.8),
    "case118": Case(grid="case118", campus_mw={}, load_scale=(0.7, 1.05)),
    "case118 stressed": Case(grid="case118", campus_mw={"59": 300.0, "77": 200.0}, scale=0.8),
    "ACTIVSg200": Case(grid="ACTIVSg200", campus_mw={}, load_scale=(0.8, 1.1), must_bind=False),
    "ACTIVSg200 stressed": Case(grid="ACTIVSg200", campus_mw={"136": 250.0, "189": 150.0}, scale=0.8, minimum_frac=0.3),
}


def hours_of_case(case: Case, network: Network, year: GridSeries, count: int) -> GridSeries:
    """Hours of the weather year, or of a file's snapshot, drawn by the case's seed."""
    if case.grid == "rts":
        drawn = np.random.default_rng(case.seed).choice(len(year), count, replace=False)
        return chosen_hours(year, drawn)
    return drawn_hours(network, case.seed, count, case.load_scale, minimum_frac=case.minimum_frac)


def compare(
    case: Case, network: Network, series: GridSeries, hours: list[int], form: OutageForm, *, is_elastic: bool
) -> None:
    """Costs equal; where no row is overloaded the program has hard limits, which only narrows what it may do."""
    campus = case.campus_mw
    u_mw = np.tile(list(campus.values()), (len(series), 1)).reshape(len(series), len(campus))
    grid = dispatch_grid(network, series, {bus: bus for bus in campus}, scale=case.scale)
    found, keys = evaluate_year(grid, u_mw)
    is_security = np.array([key[1] != INTACT for key in keys], dtype=bool)
    price = np.abs(found.row_dual[:, 1:][:, : len(keys)])
    binding = (price[:, is_security] > 1e-3).any(axis=1)
    assert binding[hours].any() or not case.must_bind
    for hour in hours:
        soft = is_elastic or found.overload_mw[hour].sum() > 1e-6
        rules = replace(oracle_rules(network, len(campus), scale=case.scale), outage_form=form, has_overload=bool(soft))
        exact = solve_hour(network, series, hour, campus, rules)
        assert exact.status == "optimal"
        assert_allclose(found.cost_usd[hour], exact.objective_usd_per_hour, rtol=RTOL)
        assert_allclose(found.overload_mw[hour].sum(), sum(exact.overload_mw.values()), atol=1e-4, rtol=RTOL)


def network_of(case: Case, rts: Network) -> Network:
    return rts if case.grid == "rts" else file_network(case.grid)


@pytest.mark.parametrize("name", CASES)
def test_drawn_hours_equal_the_program_with_all_rows(rts: Network, rts_series: GridSeries, name: str) -> None:
    case = CASES[name]
    network = network_of(case, rts)
    series = hours_of_case(case, network, rts_series, 6)
    compare(case, network, series, [0, 1], "transfers", is_elastic=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [2, 3])
def test_more_drawn_hours_equal_it(rts: Network, rts_series: GridSeries, name: str, seed: int) -> None:
    case = replace(CASES[name], seed=seed)
    network = network_of(case, rts)
    series = hours_of_case(case, network, rts_series, 12)
    compare(case, network, series, list(range(12)), "transfers", is_elastic=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rts stressed", "case118 stressed"])
def test_elastic_program_with_all_rows_is_equal_too(rts: Network, rts_series: GridSeries, name: str) -> None:
    case = CASES[name]
    network = network_of(case, rts)
    compare(case, network, hours_of_case(case, network, rts_series, 2), [0, 1], "transfers", is_elastic=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rts stressed", "case118"])
def test_angles_of_every_outage_give_the_same_optimum(rts: Network, rts_series: GridSeries, name: str) -> None:
    case = CASES[name]
    network = network_of(case, rts)
    compare(case, network, hours_of_case(case, network, rts_series, 2), [0], "angles", is_elastic=False)


# -- the oracle itself -----------------------------------------------------------------------------
def assert_same_effects(network: Network, step: int = 1) -> None:
    for outage in listed_outages(network, 0, ("branch",))[::step]:
        one, all_columns = transfer_effect(network, outage), outage_effect(network, outage)
        assert (one.limited == all_columns.limited).all()
        assert_allclose(one.coefficient, all_columns.coefficient, atol=1e-8)
        assert_allclose(all_columns.constant_mw, 0.0, atol=1e-6)


def test_one_solve_of_the_rebuilt_grid_equals_all_its_columns(rts: Network) -> None:
    assert_same_effects(rts, step=7)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(case=grids())
def test_one_solve_equals_all_columns_on_random_grids(case: tuple[Network, GridSeries]) -> None:
    assert_same_effects(case[0])
