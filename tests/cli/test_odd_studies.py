"""Studies nobody would draw up on purpose: each gets an answer that the audit proves."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli

STUDY: dict[str, Any] = {
    "schema_version": 1,
    "name": "Odd",
    "network": "rts_gmlc",
    "timezone": "America/Phoenix",
    "years": [2028],
    "hours": {"first": 600, "count": 4},
    "base_case": {"load_growth_frac_per_year": 0.0, "committed_loads": []},
    "campuses": [{"id": "mesa", "poi": [318], "contract_mw": 50}],
}
JOB = {
    "id": "j",
    "kind": "batch",
    "energy_mwh": 20,
    "p_max_mw": 20,
    "release": "2020-07-26T02:00",
    "deadline": "2020-07-27T02:00",
}
Solve = Callable[..., dict[str, Any]]


@pytest.fixture
def solve(tmp_path: Path) -> Solve:
    """Answer of a command to the study with some of its keys replaced."""

    def invoke(command: str, **changes: Any) -> dict[str, Any]:
        path = tmp_path / "study.yaml"
        path.write_text(json.dumps({**STUDY, **changes}))
        out = ["--out", str(tmp_path / "run")] if command == "run" else []
        result = CliRunner().invoke(cli, [command, str(path), *out, "--json"])
        assert result.exit_code == 0, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        assert found.get("audit", "passed") == "passed"
        return found

    return invoke


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_limits_that_never_matter_leave_no_rows(solve: Solve) -> None:
    """Hardly any load: not one security row is needed."""
    base_case = {"load_growth_frac_per_year": -0.99, "committed_loads": []}
    upgrade = {"id": "b6", "branch": "B6", "rating_normal_mva": 275, "rating_emergency_mva": 310}
    cost = {"capital_cost_musd": 14, "cost_year": 2026, "earliest_in_service": "2026-06-01"}
    found = solve("site", base_case=base_case, reinforcements=[{**upgrade, **cost}])
    assert found["campuses"][0]["mw_by_year"] == {"2028": 50.0}


def test_study_without_campuses_has_a_schedule(solve: Solve) -> None:
    assert solve("site", campuses=[])["campuses"] == []
    found = solve("schedule", campuses=[])
    assert found["campuses"] == []
    assert found["objective"] > 0


def test_contract_that_begins_later_is_not_connected_before(solve: Solve) -> None:
    campus = {"id": "mesa", "poi": [318], "contract_mw": {"2028": 50}}
    found = solve("site", years=[2026, 2028], campuses=[campus])
    assert found["campuses"][0]["mw_by_year"] == {"2026": 0.0, "2028": 50.0}


@pytest.mark.slow
def test_run_without_campuses_is_complete(solve: Solve, tmp_path: Path) -> None:
    solve("run", campuses=[])
    assert rows(tmp_path / "run" / "mw_by_year.csv") == []
    assert rows(tmp_path / "run" / "schedule_2028.csv") == []
    assert (tmp_path / "run" / "report.pdf").is_file()


@pytest.mark.slow
def test_nothing_is_firm_at_a_radial_poi_even_under_conditional_service(solve: Solve) -> None:
    campus = {"id": "mesa", "poi": [207], "contract_mw": 50, "service": {"kind": "conditional"}}
    (found,) = solve("run", campuses=[campus])["years"]["2028"]["campuses"]
    assert (found["firm_mw"], found["conditional_mw"], found["binding"]) == (0.0, 50.0, "radial supply")


@pytest.mark.slow
def test_campus_may_be_called_like_a_store_of_the_grid(solve: Solve, tmp_path: Path) -> None:
    campus = {"id": "313_STORAGE_1", "poi": [318], "contract_mw": 50}
    solve("run", campuses=[campus])
    assert {row["p_charge_mw"] for row in rows(tmp_path / "run" / "schedule_2028.csv")} == {"0.000000"}


@pytest.mark.slow
def test_job_outside_the_studied_hours_is_left_out(solve: Solve, tmp_path: Path) -> None:
    campus = {"id": "mesa", "poi": [318], "contract_mw": 50, "workloads": {"jobs": [JOB]}}
    solve("run", campuses=[campus], criteria={"load_basis": "modelled"})
    plan = json.loads((tmp_path / "run" / "plan.json").read_text())
    assert plan["years"]["2028"]["campuses"][0]["jobs"] == []
    assert [f["code"] for f in plan["findings"] if f["severity"] == "warning"] == ["GP-TIM-003"]


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["no_worsening", "set_aside"])
def test_overloads_that_are_there_already_are_listed(solve: Solve, tmp_path: Path, rule: str) -> None:
    base_case = {"load_growth_frac_per_year": 0.09, "committed_loads": []}
    hours = {"first": 5702, "count": 4}
    solve("run", base_case=base_case, hours=hours, criteria={"pre_existing": rule})
    year = json.loads((tmp_path / "run" / "plan.json").read_text())["years"]["2028"]
    assert {pair["branch"] for pair in year["pre_existing"]} == {"B12-1", "B13-2"}
    assert year["unserved"] == []
