"""The auditor on what the pipeline itself wrote: it passes, and seeded faults are caught by the check made for them."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from gridplan import solution
from gridplan.pipeline import run_study
from gridplan.verify.audit import CHECK_IDS, audit
from tests.defects.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
OFTEN = (
    "unit_produces_2_mw_less",
    "dc_line_sign_turned",
    "one_flow_1_mw_higher",
    "ratings_raised_without_reinforcement",
    "dispatch_not_secure_after_an_outage",
    "one_job_1_percent_short",
    "served_power_without_backlog",
    "one_hour_of_a_job_past_its_deadline",
    "firm_campus_curtailed",
    "stored_energy_wrong_in_one_hour",
    "connected_mw_no_whole_block",
    "lost_work_written_down",
    "moved_work_that_arrives_nowhere",
    "more_work_moved_than_the_part_that_may",
    "work_moved_farther_than_the_round_trip",
    "work_that_catches_up_above_its_rebound",
    "reinforcement_nobody_offered",
    "curtailment_budget_exceeded",
    "objective_up_by_0_1_percent",
    "gap_prettier_than_it_is",
    "prices_5_percent_too_high",
    "overload_bought",
    "limit_prices_5_percent_too_high",
    "curtailed_hours_counted_down",
    "file_changed_after_the_run",
    "more_load_in_a_zone_than_one_fault_may_trip",
)
"""Seeded in every test run, at least one for each check; the others only in slow ones."""


def assert_is_caught(run_dir: Path, folder: Path, name: str) -> None:
    copy = Path(shutil.copytree(run_dir, folder / "run"))
    FAULTS[name].seed(copy)
    certificate = audit(copy)
    assert FAULTS[name].check in certificate.failed_ids, certificate.to_text()


def assert_passes_every_check(run_dir: Path) -> None:
    certificate = audit(run_dir)
    assert certificate.is_passed, certificate.to_text()
    assert [check.id for check in certificate.checks] == list(CHECK_IDS)
    assert {check.verdict for check in certificate.checks} == {"pass"}, certificate.to_text()


def test_real_run_has_something_to_check(real_run: Path) -> None:
    """Curtailed, conditional, reinforced, partly unconnected, with a job and a store."""
    with (real_run / solution.MW_BY_YEAR_CSV).open(encoding="utf-8") as text:
        rows = {row["campus"]: row for row in csv.DictReader(text)}
    assert float(rows["verde"]["conditional_mw"]) > 5.0
    assert float(rows["verde"]["curtailed_mwh"]) > 100.0
    assert float(rows["copper"]["unconnected_mw"]) > 5.0
    plan = json.loads((real_run / solution.PLAN_JSON).read_text(encoding="utf-8"))
    (year,) = plan["years"].values()
    assert [r["id"] for r in year["reinforcements"] if r["built"]] == ["b6"]
    assert year["campuses"][0]["jobs"]
    assert year["campuses"][0]["storage"]


def test_real_run_passes_every_check(real_run: Path) -> None:
    assert_passes_every_check(real_run)


def test_every_check_is_tried_often() -> None:
    assert {FAULTS[name].check for name in OFTEN} == set(CHECK_IDS)


@pytest.mark.parametrize("name", OFTEN)
def test_fault_in_a_real_run_is_caught(name: str, real_run: Path, tmp_path: Path) -> None:
    assert_is_caught(real_run, tmp_path, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FAULTS if name not in OFTEN])
def test_any_fault_in_a_real_run_is_caught(name: str, real_run: Path, tmp_path: Path) -> None:
    assert_is_caught(real_run, tmp_path, name)


# -- the shipped case ------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def shipped_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped case as it stands: a whole year, AC check and report included."""
    return run_study(ROOT / "cases" / "rts_gmlc.yaml", tmp_path_factory.mktemp("shipped") / "run", workers=2).run_dir


@pytest.mark.slow
def test_shipped_case_passes_every_check(shipped_run: Path) -> None:
    certificate = audit(shipped_run)
    assert certificate.is_passed, certificate.to_text()
    assert all(check.verdict in ("pass", "not_applicable") for check in certificate.checks), certificate.to_text()
    written = json.loads((shipped_run / solution.CERTIFICATE_JSON).read_text(encoding="utf-8"))["checks"]
    again = certificate.to_json(seconds=False)["checks"]
    # The run is audited before its report is made: only the count of hashed files has grown since.
    for checks in (written, again):
        (hashes,) = [check for check in checks if check["id"] == "A17"]
        assert re.fullmatch(r"\d+ files hashed; 10 inputs lie outside the run folder", hashes.pop("reason"))
    assert written == again


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "one_flow_1_mw_higher",
        "dispatch_not_secure_after_an_outage",
        "stored_energy_wrong_in_one_hour",
        "connected_mw_no_whole_block",
        "objective_up_by_0_1_percent",
        "energy_of_the_year_table_wrong",
    ],
)
def test_fault_in_the_shipped_case_is_caught(name: str, shipped_run: Path, tmp_path: Path) -> None:
    assert_is_caught(shipped_run, tmp_path, name)
