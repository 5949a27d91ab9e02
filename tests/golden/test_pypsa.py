"""Four secure days against PyPSA's security-constrained optimisation: stored costs, made by ``make_pypsa_reference``.

``GRIDPLAN_PYPSA=1`` solves the days with an installed PyPSA again; one minute and 3 GiB.
"""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid, Limits, PlanPoint, Prices
from gridplan.dispatch.parts import evaluate_year
from gridplan.dispatch.year import YearDispatch, YearResult, unserved_mw
from gridplan.network.contingency import Contingency, single_outages
from tests.golden.make_pypsa_reference import REFERENCE, in_own_process
from tests.golden.pypsa_cases import DAYS, Day

STORED = json.loads(REFERENCE.read_text(encoding="utf-8"))
RELATIVE = 1e-6
#: Far above what redispatch costs: PyPSA knows neither unserved load nor overload.
PRICES = Prices(unserved_usd_per_mwh=1.0e5, overload_usd_per_mwh=2.0e5)
SLACK_MW = 1e-4


@cache
def day_of(name: str) -> Day:
    return DAYS[name]()


def branch_outages(day: Day, lost: tuple[int, ...]) -> list[Contingency]:
    return [Contingency(id=day.network.branch.id[k], branches=(k,)) for k in lost]


def grid_of(day: Day, lost: tuple[int, ...]) -> Grid:
    points = [PlanPoint(id=bus, bus=day.network.bus_index(bus), is_campus=False) for bus in day.campus_mw]
    limits = Limits(normal_mw=day.normal_mw, emergency_mw=day.emergency_mw)
    return Grid(day.network, day.series, limits, PRICES, points=points, contingencies=branch_outages(day, lost))


def check_no_slack(grid: Grid, result: YearResult) -> None:
    assert (result.is_feasible > 0).all()
    assert result.overload_mw.max(initial=0.0) < SLACK_MW
    assert unserved_mw(grid, result).max() < SLACK_MW


def check_cost(result: YearResult, stored: dict[str, Any]) -> None:
    assert_allclose(result.cost_usd, stored["cost_usd"], rtol=RELATIVE)
    assert result.total_cost_usd == pytest.approx(stored["total_usd"], rel=RELATIVE)


@pytest.mark.parametrize("name", DAYS)
def test_day_equals_pypsa(name: str) -> None:
    day, stored = day_of(name), STORED["days"][name]
    assert day.load_mwh == pytest.approx(stored["load_mwh"], rel=1e-9), "the day changed: make the reference again"
    grid = grid_of(day, day.outages)
    result = YearDispatch(grid).evaluate(np.arange(len(day.series)), day.withdrawn_mw)
    check_no_slack(grid, result)
    check_cost(result, stored)


@pytest.mark.parametrize("name", DAYS)
def test_day_in_parts_equals_pypsa(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridplan.dispatch.parts.PART_H", 7)
    day = day_of(name)
    grid = grid_of(day, day.outages)
    result, _ = evaluate_year(grid, day.withdrawn_mw)
    check_no_slack(grid, result)
    check_cost(result, STORED["days"][name])


@pytest.mark.parametrize("name", DAYS)
def test_security_is_what_the_day_costs(name: str) -> None:
    """Without outages the day is cheaper by far more than the tolerance: the comparison has something to find."""
    day, stored = day_of(name), STORED["days"][name]
    result = YearDispatch(grid_of(day, ())).evaluate(np.arange(len(day.series)), day.withdrawn_mw)
    assert result.total_cost_usd < (1.0 - 1000 * RELATIVE) * stored["total_usd"]


@pytest.mark.parametrize("name", DAYS)
def test_pypsa_lost_every_branch_that_does_not_island(name: str) -> None:
    day, stored = day_of(name), STORED["days"][name]
    every = tuple(range(len(day.network.branch)))
    islanding = {day.network.branch.id[k] for k in grid_of(day, every).outages.islanding}
    assert islanding == set(stored["not_lost"])
    singles = single_outages(day.network, units=False, dc_poles=False)
    assert {lost.id for lost in singles} - islanding == {day.network.branch.id[k] for k in day.outages}


def test_stored_objective_is_the_sum_of_its_hours() -> None:
    for stored in STORED["days"].values():
        assert stored["total_usd"] == pytest.approx(stored["objective_usd"], rel=1e-9)
        assert stored["total_usd"] == pytest.approx(sum(stored["cost_usd"]), rel=1e-12)


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.skipif(
    not os.environ.get("GRIDPLAN_PYPSA") or find_spec("pypsa") is None,
    reason="GRIDPLAN_PYPSA does not ask for PyPSA, or it is not installed",
)
def test_pypsa_gives_the_stored_cost_again(name: str) -> None:
    made = in_own_process(name)
    assert_allclose(made["cost_usd"], STORED["days"][name]["cost_usd"], rtol=RELATIVE)
