"""Common towers from the study file to the audit: they limit the plan, and a plan that forgets them is caught."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gridplan import pipeline, solution
from gridplan.verify.audit import audit
from tests.defects.make_run import write_manifest

STUDY = """\
schema_version: 1
name: Two common towers
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5724, count: 4}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, reference_year: 2026, committed_loads: []}
criteria: {contingencies: {files: [FILES]}}
campuses:
  - {id: verde, poi: [120], contract_mw: 600, block_mw: 50}
"""
TOWERS = """\
contingency,category,element_kind,element
tower 120-123,P7,branch,A33-1
tower 120-123,P7,branch,123-120_2
"""
NORTH = """\
CONTINGENCY 'TWR 115-121'
  OPEN BRANCH FROM BUS 115 TO BUS 121 CKT 1
  OPEN BRANCH FROM BUS 121 TO BUS 115 CKT 2
END
CONTINGENCY 'STUCK 103'    / category: P4
/ load_loss: false
  OPEN BRANCH FROM BUS 101 TO BUS 103
  OPEN BRANCH FROM BUS 103 TO BUS 109
  OPEN BRANCH FROM BUS 103 TO BUS 124
END
END
"""


def run(folder: Path, files: str) -> Path:
    folder.mkdir()
    (folder / "towers.csv").write_text(TOWERS, encoding="utf-8")
    (folder / "north.con").write_text(NORTH, encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(STUDY.replace("FILES", files), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "check_year", lambda *_: {"is_passed": True, "text": "left out", "verdicts": []})
        patch.setattr(pipeline, "build_report_apart", lambda *_: None)
        return pipeline.run_study(study, folder / "run").run_dir


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = "towers.csv, {path: north.con, category: P7}"
    return run(tmp_path_factory.mktemp("towers") / "secured", files)


@pytest.fixture(scope="module")
def unaware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("towers") / "unaware", "")


def year_of(run_dir: Path) -> dict[str, Any]:
    return json.loads((run_dir / solution.PLAN_JSON).read_text(encoding="utf-8"))["years"]["2028"]


def test_a_tower_limits_the_campus_behind_it(secured: Path, unaware: Path) -> None:
    """Without both lines to 123 a campus at 120 hangs on two lines from 119; alone each outage leaves room for more."""
    (limited,), (free,) = year_of(secured)["campuses"], year_of(unaware)["campuses"]
    assert limited["connected_mw"] < free["connected_mw"]
    assert "tower 120-123" in limited["binding"]


def test_sets_stand_in_the_plan(secured: Path) -> None:
    year = year_of(secured)
    assert [s["name"] for s in year["outage_sets"]] == ["tower 120-123", "TWR 115-121", "STUCK 103"]
    assert [s["category"] for s in year["outage_sets"]] == ["P7", "P7", "P4"]
    (lost,) = [loss for loss in year["lost_load"] if not loss["is_allowed"]]
    assert lost["contingency"] == "set:STUCK 103"
    assert lost["load_mw"] == pytest.approx(166.5, abs=5.0)
    counts = json.loads((secured / solution.PLAN_JSON).read_text())["basis"]["contingency_counts"]
    assert (counts["P7"], counts["P4"], counts["branch"]) == (2, 1, 120)
    rows = (secured / "violations.csv").read_text(encoding="utf-8")
    assert "set:tower 120-123" in rows


def test_the_audit_passes_and_tells_of_the_sets(secured: Path) -> None:
    certificate = audit(secured)
    assert certificate.is_passed, certificate.to_text()
    check = next(c for c in certificate.checks if c.id == "A04")
    assert "3 named sets re-factorised" in check.reason


@pytest.fixture
def forgetful(secured: Path, unaware: Path, tmp_path: Path) -> Path:
    """The dispatch made without the towers, under a plan that says they were kept."""
    copy = Path(shutil.copytree(unaware, tmp_path / "run"))
    plan = json.loads((copy / solution.PLAN_JSON).read_text(encoding="utf-8"))
    for key in ("outage_sets", "islanding", "lost_load"):
        plan["years"]["2028"][key] = year_of(secured)[key]
    (copy / solution.PLAN_JSON).write_text(json.dumps(plan), encoding="utf-8")
    shutil.copy(secured / solution.STUDY_JSON, copy / solution.STUDY_JSON)
    write_manifest(copy)
    return copy


def test_a_plan_that_forgot_the_towers_is_caught(forgetful: Path) -> None:
    """Prices of hours whose limits are broken cannot hold, either."""
    certificate = audit(forgetful)
    assert set(certificate.failed_ids) == {"A04", "A13"}, certificate.to_text()
    check = next(c for c in certificate.checks if c.id == "A04")
    assert "branch A27 after loss of set:TWR 115-121" in check.reason


def test_large_grids_find_the_same_broken_pair(forgetful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = next(c for c in audit(forgetful).checks if c.id == "A04")
    monkeypatch.setattr("gridplan.verify.audit_security.FULL_BRANCHES", 0)
    bounded = next(c for c in audit(forgetful).checks if c.id == "A04")
    assert (bounded.verdict, bounded.place) == ("fail", full.place)
    assert bounded.worst == pytest.approx(full.worst, abs=1e-9)
