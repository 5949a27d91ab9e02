"""Worth of limits of a planned year, and the bound on what a candidate saves against building it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import Network
from gridplan.plan.case import year_case
from gridplan.plan.study_year import YearPlan, schedule_year
from gridplan.series.model import GridSeries
from gridplan.solution import TABLE_COLUMNS
from gridplan.store.limit_tables import branch_worth_rows, limit_hour_rows, limit_rows
from gridplan.study.schema import Study

HOURS = 48
FACTOR = 0.95


def candidate(name: str, branch: str, emergency_mva: float, cost_musd: float) -> dict[str, Any]:
    return {
        "id": name, "branch": branch, "rating_normal_mva": 180, "rating_emergency_mva": emergency_mva,
        "capital_cost_musd": cost_musd, "cost_year": 2026, "earliest_in_service": "2027-06-01",
    }  # fmt: skip


@pytest.fixture(scope="module")
def plan(rts: Network, rts_series: GridSeries) -> YearPlan:
    """Two August days with a committed load at bus 203; no candidate is built."""
    study = Study.model_validate({
        "schema_version": 1, "name": "s", "network": "rts_gmlc", "timezone": "America/Phoenix", "years": [2028],
        "hours": {"first": 5400, "count": HOURS},
        "base_case": {"load_growth_frac_per_year": 0.0, "committed_loads": [
            {"id": "queue", "bus": "203", "p_mw": 200, "from_year": 2026}]},
        "campuses": [{"id": "a", "poi": ["113"], "contract_mw": 50}],
        "reinforcements": [
            candidate("dear", "C6", 220, 30.0), candidate("cheap", "C6", 218, 1.0), candidate("idle", "C1", 230, 1.0)],
    })  # fmt: skip
    case = year_case(study, 2028, rts, rts_series)
    campuses, grid, schedule = schedule_year(case, None, farm=Farm(), progress=lambda _: None)
    return YearPlan(
        case=case, pois={}, capacities=(), dependence=(), sites=None, campuses=campuses, grid=grid, schedule=schedule
    )


@pytest.fixture(scope="module")
def branches(plan: YearPlan) -> dict[str, dict[str, Any]]:
    return {row["branch"]: row for row in branch_worth_rows(plan)}


@pytest.mark.parametrize(
    ("name", "table"),
    [("branch_worth.csv", branch_worth_rows), ("limits.csv", limit_rows), ("limit_hours.csv", limit_hour_rows)],
)
def test_rows_have_the_columns_of_the_schema(
    plan: YearPlan, name: str, table: Callable[[YearPlan], list[dict[str, Any]]]
) -> None:
    rows = list(table(plan))
    assert rows
    assert all(set(row) == set(TABLE_COLUMNS[name]) for row in rows)


def test_dearest_comes_first_and_the_tables_add_up(plan: YearPlan, branches: dict[str, dict[str, Any]]) -> None:
    worth = [row["worth_usd_per_mw_year"] for row in branches.values()]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] > 100.0
    limits = limit_rows(plan)
    for name, row in branches.items():
        own = [limit for limit in limits if limit["branch"] == name]
        hours = [h["price_usd_per_mwh"] for h in limit_hour_rows(plan) if h["branch"] == name]
        assert row["worth_usd_per_mw_year"] == pytest.approx(sum(x["worth_usd_per_mw_year"] for x in own))
        assert row["worth_usd_per_mw_year"] + row["raised_usd_per_mw_year"] == pytest.approx(sum(hours))
        for rating in ("normal", "emergency", "short_time"):
            total = sum(x["worth_usd_per_mw_year"] for x in own if x["rating"] == rating)
            assert row[f"{rating}_usd_per_mw_year"] == pytest.approx(total)


def test_cheapest_candidate_of_a_branch_stands_beside_it(branches: dict[str, dict[str, Any]]) -> None:
    row = branches["C6"]
    assert (row["candidate"], row["is_built"]) == ("cheap", False)
    assert (row["from_bus"], row["to_bus"]) == ("303", "309")
    assert row["more_mw"] == pytest.approx(FACTOR * (218 - 208))
    assert row["cost_usd_per_mw_year"] == pytest.approx(row["annual_cost_usd"] / row["more_mw"])
    assert all(not r["candidate"] for name, r in branches.items() if name not in ("C6", "C1"))


def test_candidate_of_a_branch_that_never_binds_is_listed_as_worth_nothing(
    branches: dict[str, dict[str, Any]],
) -> None:
    row = branches["C1"]
    assert (row["candidate"], row["worth_usd_per_mw_year"], row["saves_at_most_usd"]) == ("idle", 0.0, 0.0)
    assert (row["binding_hours"], row["price_max_hour_local"]) == (0, "")


def test_built_candidate_saves_something_and_no_more_than_the_bound(
    plan: YearPlan, branches: dict[str, dict[str, Any]]
) -> None:
    k, grid = plan.case.network.branch.id.index("C6"), plan.grid
    normal, emergency = grid.limits.normal_mw.copy(), grid.limits.emergency_mw.copy()
    normal[k], emergency[k] = FACTOR * 180, FACTOR * 218
    raised = grid.with_limits(type(grid.limits)(normal_mw=normal, emergency_mw=emergency))
    cost = YearDispatch(raised, raised_mw=plan.case.raised_mw).evaluate(np.arange(HOURS), plan.final.u_mw).cost_usd
    saved = plan.final.cost_usd.sum() - cost.sum()
    assert 1.0 < saved <= branches["C6"]["saves_at_most_usd"] + 1e-3
