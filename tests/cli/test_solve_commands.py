from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridplan.errors import (
    FileError,
    Finding,
    GridplanError,
    InfeasibleError,
    InputError,
    NoSolutionError,
    Place,
)
from gridplan.network.policy import Policy
from tests.cli.conftest import FakePipeline, FakeResult, Invoke

SITE = {
    "schema_version": 1,
    "status": "optimal",
    "objective": 1234567.891,
    "bound": 1234000.0,
    "gap": 0.00046,
    "basis": {"security": "n-1"},
    "investment": {"value": 14.0, "unit": "million USD"},
    "campuses": [
        {"id": "mesa", "bus": "107", "service": "firm", "mw_by_year": {"2027": 350.0}},
        {"id": "tempe", "bus": "113", "service": "firm", "mw_by_year": {"2027": 50.0}},
    ],
    "reinforcements": [],
}
SCHEDULE = {
    "schema_version": 1,
    "status": "gap_reached",
    "objective": 5.0,
    "bound": 4.0,
    "gap": 0.001,
    "campuses": [
        {"id": "mesa", "energy_mwh": 1000.0, "curtailed_mwh": 2.5, "hours": 3, "longest_event_h": 2, "depth_mw": 1}
    ],
}
HOSTING = {
    "schema_version": 1,
    "status": "optimal",
    "buses": [
        {"bus": "107", "hosting_capacity_mw": 612.34, "binding": {"branch": "A27", "contingency": "branch:A26"}},
        {"bus": "308", "hosting_capacity_mw": 0.0, "binding": "C12-1"},
    ],
}
DISPATCH = {
    "status": "optimal",
    "objective_usd_per_hour": 61001.24,
    "load_mw": 9.5,
    "p_gen_mw": {"1": 10.0, "2": 0.0},
    "p_branch_mw": {},
    "lmp_usd_per_mwh": {"101": 20.5, "102": 30.25},
    "binding": [{"branch": "A27", "limit_mw": 175.0}],
}


@pytest.fixture
def answers(pipeline: FakePipeline, run_dir: Path) -> FakePipeline:
    pipeline.answers = {
        "run_study": FakeResult(run_dir),
        "site_study": SITE,
        "schedule_study": SCHEDULE,
        "hosting_study": HOSTING,
        "dispatch_network": DISPATCH,
    }
    return pipeline


COMMANDS = [["run"], ["site"], ["schedule"], ["hosting"], ["dispatch"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_json_is_the_only_thing_on_stdout(
    answers: FakePipeline, gridplan: Invoke, study: Path, command: list[str]
) -> None:
    result = gridplan(*command, study, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["status"] in ("optimal", "gap_reached")
    assert "a library that prints" in result.stderr
    assert answers.calls[0][1][0] in (study, str(study))


def test_json_has_no_nan(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    del answers
    assert json.loads(gridplan("run", study, "--json").stdout)["gap"] is None


def test_run_says_verdict_and_where_the_report_lies(
    answers: FakePipeline, gridplan: Invoke, study: Path, run_dir: Path
) -> None:
    result = gridplan("run", study, "--out", "here", "--workers", 2)
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if line != "a library that prints"]
    assert lines[:2] == list(FakeResult(run_dir).verdict)
    assert lines[-1] == f"report: {run_dir / 'report.pdf'}"
    assert answers.calls == [("run_study", (study, Path("here")), {"workers": 2})]


def test_stages_are_told_on_stderr_with_their_time(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    del answers
    assert gridplan("run", study).stderr.splitlines() == ["network ... 0.0 s", "schedule ... 0.0 s"]


def test_failed_stage_has_no_time(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    answers.answers["run_study"] = InfeasibleError("12 MW cannot be served at bus 107")
    lines = gridplan("run", study).stderr.splitlines()
    assert lines == ["network ... 0.0 s", "error: 12 MW cannot be served at bus 107"]


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (InputError([Finding(code="GP-X-001", severity="error", message="m", remedy="r")]), 2, "invalid_input"),
        (InfeasibleError("no"), 3, "infeasible"),
        (FileError("no"), 4, "io_error"),
        (NoSolutionError("no"), 5, "no_solution"),
        (GridplanError("no"), 1, "failed"),
        (PermissionError(13, "Permission denied", "x.csv"), 4, "io_error"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("no"), 1, "unexpected_error"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_errors_have_the_exit_codes_of_the_contract(
    answers: FakePipeline,
    gridplan: Invoke,
    study: Path,
    command: list[str],
    error: BaseException,
    code: int,
    status: str,
) -> None:
    for name in answers.answers:
        answers.answers[name] = error
    result = gridplan(*command, study, "--json")
    assert result.exit_code == code
    found = json.loads(result.stdout)
    assert (found["schema_version"], found["status"], found["exit_code"]) == (1, status, code)
    assert "Traceback" not in result.stderr
    assert gridplan(*command, study).exit_code == code


def test_debug_shows_the_traceback(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    answers.answers["run_study"] = RuntimeError("no")
    assert "Traceback" in gridplan("run", study, "--debug").stderr


@pytest.mark.parametrize("command", ["run", "site"])
def test_unconnected_request_is_a_result_unless_demanded(
    answers: FakePipeline, gridplan: Invoke, study: Path, command: str
) -> None:
    del answers
    assert gridplan(command, study).exit_code == 0
    result = gridplan(command, study, "--fail-on-violation", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["status"] == "optimal"
    assert "violation: campus tempe in 2027: 50 MW of 100 MW are not connected" in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("certificate.json", {"status": "failed"}, "violation: the audit failed; see `gridplan audit`"),
        ("ac.json", {"is_passed": False, "text": "107 at 0.93 pu"}, "violation: the AC check failed: 107 at 0.93 pu"),
        ("ac.json", {"years": {"2027": {"is_passed": False}}}, "violation: the AC check of 2027 failed: see ac.json"),
    ],
)
def test_failed_proof_is_a_violation(
    answers: FakePipeline, gridplan: Invoke, study: Path, run_dir: Path, name: str, content: Any, text: str
) -> None:
    del answers
    (run_dir / name).write_text(json.dumps(content))
    result = gridplan("run", study, "--fail-on-violation")
    assert result.exit_code == 3
    assert text in result.stderr


@pytest.mark.parametrize("status", ["gap_not_reached", "time_limit_with_solution"])
@pytest.mark.parametrize("command", ["run", "site", "schedule"])
def test_missed_gap_is_a_result_unless_the_gap_is_required(
    answers: FakePipeline, gridplan: Invoke, study: Path, run_dir: Path, command: str, status: str
) -> None:
    answers.answers = {
        "run_study": FakeResult(run_dir, status=status),
        "site_study": {**SITE, "status": status},
        "schedule_study": {**SCHEDULE, "status": status},
    }
    assert gridplan(command, study).exit_code == 0
    result = gridplan(command, study, "--require-gap")
    assert result.exit_code == 5
    assert "the required gap was not reached" in result.stderr


def test_site_shows_campuses_and_investment(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    del answers
    text = gridplan("site", study).stdout
    assert "optimal, objective 1,234,567.89 USD, bound 1,234,000.00, gap 0.046%" in text
    assert "basis: security n-1" in text
    assert "investment: 14.0 million USD" in text
    assert "mesa   107  firm     2027: 350" in text
    assert "reinforcements: none" in text


def test_schedule_shows_the_curtailment_of_each_campus(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    del answers
    lines = gridplan("schedule", study).stdout.splitlines()
    assert lines[-2:] == [
        "id    energy_mwh  curtailed_mwh  hours  longest_event_h  depth_mw",
        "mesa        1000            2.5      3                2         1",
    ]


def test_hosting_hands_its_options_on(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    arguments = [
        "--bus",
        107,
        "--bus",
        308,
        "--security",
        "n0",
        "--service",
        "conditional",
        "--curtailment-budget",
        0.005,
    ]
    result = gridplan("hosting", study, *arguments)
    assert result.exit_code == 0
    assert "107               612.34  branch: A27, contingency: branch:A26" in result.stdout
    assert answers.calls[0][2] == {
        "buses": ("107", "308"),
        "all_buses": False,
        "security": "n-0",
        "service": "conditional",
        "budget_frac": 0.005,
        "workers": None,
        "policy": Policy(),
    }
    assert gridplan("hosting", study, "--fail-on-violation").exit_code == 3
    gridplan("hosting", study, "--service", "conditional", "--curtailment-mode", "post-contingency")
    assert answers.calls[-1][2]["curtailment_mode"] == "post_contingency"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bus", "107", "--all"],
        ["--curtailment-budget", "0.01"],
        ["--curtailment-mode", "post-contingency"],
        ["--service", "conditional", "--curtailment-mode", "later"],
        ["--security", "n2"],
        ["--curtailment-budget", "5"],
    ],
)
def test_hosting_refuses_contradictions(
    answers: FakePipeline, gridplan: Invoke, study: Path, arguments: list[str]
) -> None:
    assert gridplan("hosting", study, *arguments).exit_code == 2
    assert answers.calls == []


def test_options_on_network_files_are_refused_beside_a_study(
    answers: FakePipeline, gridplan: Invoke, study: Path
) -> None:
    for command in ("hosting", "validate"):
        result = gridplan(command, study, "--unrated", "derive")
        assert result.exit_code == 2
        assert "a study states them in its section network_file" in result.stderr
    assert answers.calls == []


def test_warnings_on_the_grid_stand_beside_its_capacity(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    found = Finding(code="GP-LIM-001", severity="warning", message="186 branches unrated", remedy="r", place=Place())
    note = Finding(code="GP-SHN-001", severity="note", message="14 shunts", remedy="r", place=Place())
    answers.answers["hosting_study"] = {**HOSTING, "findings": [found.to_json(), note.to_json()]}
    result = gridplan("hosting", study)
    assert "warning[GP-LIM-001]: 186 branches unrated" in result.stderr
    assert "14 shunts" not in result.stderr


def test_dispatch_hands_its_options_on(answers: FakePipeline, gridplan: Invoke) -> None:
    arguments = ["--security", "n1", "--dc-convention", "powermodels", "--load-scale", 1.1, "--islands", "main"]
    result = gridplan("dispatch", "rts_gmlc", *arguments)
    assert "optimal, 61,001.2400 USD/h" in result.stdout
    assert "load 9.5 MW, generation 10.0 MW of 1 of 2 units" in result.stdout
    assert "price 20.50 to 30.25 USD/MWh at 2 buses" in result.stdout
    assert "A27          175" in result.stdout
    wanted = {"security": "n-1", "convention": "powermodels", "load_scale": 1.1, "policy": Policy(islands="main")}
    assert answers.calls == [("dispatch_network", ("rts_gmlc",), wanted)]
    gridplan("dispatch", "rts_gmlc")
    assert answers.calls[1][2] == {
        "security": "n-0",
        "convention": "matpower",
        "load_scale": 1.0,
        "policy": Policy(),
    }


def test_many_findings_are_shown_with_a_count(answers: FakePipeline, gridplan: Invoke, study: Path) -> None:
    place = Place(file=study, line=3, column=1)
    findings = [Finding(code=f"GP-X-{k:03}", severity="error", message="m", remedy="r", place=place) for k in range(50)]
    answers.answers["run_study"] = InputError(findings)
    result = gridplan("run", study)
    assert result.stderr.count("error[") == 20
    assert result.stderr.splitlines()[-1] == "... and 30 more; --json lists them all"
    assert len(json.loads(gridplan("run", study, "--json").stdout)["findings"]) == 50
