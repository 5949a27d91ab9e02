"""The auditor passes a correct run and catches every seeded fault by the check made for it."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gridplan import solution
from gridplan.errors import FileError
from gridplan.verify import audit as audit_module
from gridplan.verify import audit_security
from gridplan.verify.audit import CHECK_IDS, audit
from tests.defects.faults import FAULTS
from tests.defects.make_run import LABELS, make_run
from tests.defects.tiny_case import SETS

SCHEDULE = solution.schedule_file("2027")


@pytest.fixture(scope="session")
def true_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("run") / "tiny")


@pytest.fixture
def run_copy(true_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(true_run, tmp_path / "tiny"))


def test_a_correct_run_passes_every_check(true_run: Path) -> None:
    certificate = audit(true_run)
    assert certificate.is_passed, certificate.to_text()
    assert [check.id for check in certificate.checks] == list(CHECK_IDS)
    assert {check.verdict for check in certificate.checks} == {"pass"}


@pytest.mark.parametrize("name", list(FAULTS))
def test_fault_is_caught_by_its_check(name: str, run_copy: Path) -> None:
    FAULTS[name].seed(run_copy)
    certificate = audit(run_copy)
    assert FAULTS[name].check in certificate.failed_ids, certificate.to_text()


def test_every_check_has_a_fault_it_catches() -> None:
    assert {fault.check for fault in FAULTS.values()} == set(CHECK_IDS)
    assert len(FAULTS) >= 40


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("one_flow_1_mw_higher", {"A01", "A02"}),
        ("dispatch_not_secure_after_an_outage", {"A04", "A11", "A12", "A13", "A18"}),
        ("cost_of_hours_up_by_0_1_percent", {"A11"}),
        ("bound_above_objective", {"A12"}),
        ("prices_5_percent_too_high", {"A13", "A18"}),
        ("limit_prices_5_percent_too_high", {"A18"}),
        ("file_changed_after_the_run", {"A17"}),
        ("total_of_the_hourly_table_wrong", {"A15"}),
    ],
)
def test_fault_raises_no_other_alarm(name: str, ids: set[str], run_copy: Path) -> None:
    FAULTS[name].seed(run_copy)
    assert set(audit(run_copy).failed_ids) <= ids


def test_place_is_told_in_planners_words(run_copy: Path) -> None:
    FAULTS["one_flow_1_mw_higher"].seed(run_copy)
    check = next(c for c in audit(run_copy).checks if c.id == "A02")
    assert check.place.startswith("2027: branch L")
    assert "Jul 2020" in check.place
    assert "local (hour " in check.place
    assert check.worst == pytest.approx(1.0)
    assert check.unit == "MW"


def test_screen_of_large_grids_agrees_with_the_full_one(
    true_run: Path, run_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FAULTS["dispatch_not_secure_after_an_outage"].seed(run_copy)
    full = {check.id: check for run in (true_run, run_copy) for check in audit(run).checks if check.id == "A04"}
    sound = next(c for c in audit(true_run).checks if c.id == "A04")
    monkeypatch.setattr(audit_security, "FULL_BRANCHES", 0)
    bounded = next(c for c in audit(run_copy).checks if c.id == "A04")
    assert bounded.verdict == "fail"
    assert bounded.worst == pytest.approx(full["A04"].worst, abs=1e-9)
    bounded = next(c for c in audit(true_run).checks if c.id == "A04")
    assert bounded.verdict == "pass"
    assert bounded.worst == pytest.approx(sound.worst, abs=1e-9)
    assert "by bound" in bounded.reason


@pytest.mark.parametrize(
    "file",
    [
        solution.NETWORK_JSON,
        solution.PLAN_JSON,
        solution.STUDY_JSON,
        solution.MW_BY_YEAR_CSV,
        SCHEDULE,
        solution.series_file("2027"),
        solution.schedule_csv("2027"),
        *("limits.csv", "branch_worth.csv", "limit_hours.csv"),
    ],
)
def test_missing_file_is_a_failed_check_with_its_name(file: str, run_copy: Path) -> None:
    (run_copy / file).unlink()
    certificate = audit(run_copy)
    named = [check for check in certificate.checks if check.verdict == "fail" and file in check.reason]
    assert named, certificate.to_text()


def _change_plan(run_dir: Path, change: dict[str, object]) -> None:
    plan = json.loads((run_dir / solution.PLAN_JSON).read_text())
    plan["years"]["2027"] |= change
    (run_dir / solution.PLAN_JSON).write_text(json.dumps(plan))


@pytest.mark.parametrize(("hours", "verdict"), [(None, "pass"), (list(range(48)), "pass"), ([], "fail")])
def test_listed_pair_is_held_to_its_own_limit(hours: list[int] | None, verdict: str, run_copy: Path) -> None:
    FAULTS["dispatch_not_secure_after_an_outage"].seed(run_copy)
    pairs = [
        {"branch": branch, "contingency": label, "hours": hours, "limit_mw": 1000.0}
        for branch in LABELS["branch"]
        for label in (*(f"branch:{lost}" for lost in LABELS["branch"]), *(f"set:{lost['name']}" for lost in SETS))
    ]
    _change_plan(run_copy, {"pre_existing": pairs})
    assert next(c for c in audit(run_copy).checks if c.id == "A04").verdict == verdict


def test_study_without_outages_has_no_n_1_check(run_copy: Path) -> None:
    _change_plan(run_copy, {"security": "n-0"})
    check = next(c for c in audit(run_copy).checks if c.id == "A04")
    assert (check.verdict, check.reason) == ("not_applicable", "the study asks for the intact network only (n-0)")


def test_run_without_campuses_has_no_campus_checks(run_copy: Path) -> None:
    _change_plan(run_copy, {"campuses": []})
    verdict = {check.id: check.verdict for check in audit(run_copy).checks}
    assert {verdict[name] for name in ("A05", "A06", "A07", "A10")} == {"not_applicable"}
    assert verdict["A01"] == "fail"  # what the campus still draws is missing from the balance


def test_missing_plan_field_is_named(run_copy: Path) -> None:
    plan = json.loads((run_copy / solution.PLAN_JSON).read_text())
    del plan["years"]["2027"]["prices"]["wear_usd_per_mwh"]
    (run_copy / solution.PLAN_JSON).write_text(json.dumps(plan))
    cost = next(c for c in audit(run_copy).checks if c.id == "A11")
    assert cost.verdict == "fail"
    assert "plan.json: years.2027.prices.wear_usd_per_mwh is missing" in cost.reason


def test_value_that_is_no_number_fails(run_copy: Path) -> None:
    import h5netcdf

    with h5netcdf.File(run_copy / SCHEDULE, "a") as data:
        flow = data.variables["p_branch_mw"][...]
        flow[3, 2] = np.nan
        data.variables["p_branch_mw"][...] = flow
    assert {"A01", "A02", "A03"} <= set(audit(run_copy).failed_ids)


def test_run_without_manifest_is_not_applicable_to_hashes(run_copy: Path) -> None:
    (run_copy / solution.MANIFEST_JSON).unlink()
    certificate = audit(run_copy)
    assert certificate.is_passed
    assert certificate.checks[-1].verdict == "not_applicable"


def test_certificate_reads_the_same_twice(true_run: Path) -> None:
    first, second = (json.dumps(audit(true_run).to_json(seconds=False), allow_nan=False) for _ in range(2))
    assert first == second
    assert "network" in json.loads(first)["scope"]


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        audit(tmp_path / "nowhere")


def test_auditor_imports_nothing_it_checks() -> None:
    allowed = {
        "gridplan.errors",
        "gridplan.terms",
        "gridplan.solution",
        "gridplan.verify",
        "numpy",
        "scipy",
        "h5netcdf",
    }
    folder = Path(audit_module.__file__).parent
    for path in folder.glob("audit*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                is_ours = name.split(".")[0] in {"gridplan", "numpy", "scipy", "h5netcdf"}
                known = any(name == a or name.startswith(f"{a}.") for a in allowed)
                assert known or (not is_ours and name.split(".")[0] in _STDLIB), f"{path.name} imports {name}"


_STDLIB = {
    "__future__", "collections", "csv", "dataclasses", "datetime", "functools", "hashlib", "json", "math", "pathlib",
    "time", "typing", "zoneinfo",
}  # fmt: skip


def test_study_of_the_tiny_case_is_a_study(run_copy: Path) -> None:
    """What a real study writes to disk holds every field the auditor compares."""
    from gridplan.study.schema import Study

    study = Study.model_validate(json.loads((run_copy / solution.STUDY_JSON).read_text()))
    (run_copy / solution.STUDY_JSON).write_text(json.dumps(study.model_dump(mode="json")))
    sizes = next(check for check in audit(run_copy).checks if check.id == "A09")
    assert sizes.verdict == "pass", sizes.reason


def test_plan_has_exactly_the_fields_of_the_schema(true_run: Path) -> None:
    plan = json.loads((true_run / solution.PLAN_JSON).read_text())
    named = {field.path for field in solution.PLAN_FIELDS}
    found = set(_paths(plan, ""))
    in_form = {"years.*", "years.*.islanding[].contingency", "years.*.islanding[].buses"}
    parents = {path.rpartition(".")[0] for path in named}
    assert named <= found
    assert found <= named | in_form | parents


def _paths(value: object, path: str) -> list[str]:
    if isinstance(value, list):
        return (
            [p for entry in value for p in _paths(entry, f"{path}[]")] if value and isinstance(value[0], dict) else []
        )
    if not isinstance(value, dict):
        return []
    is_any_key = path in ("years", "years.*.campuses[].classes")
    found = [f"{path}.{'*' if is_any_key else key}".lstrip(".") for key in value]
    inner = [
        p for key, entry in value.items() for p in _paths(entry, f"{path}.{'*' if is_any_key else key}".lstrip("."))
    ]
    return [*found, *inner]
