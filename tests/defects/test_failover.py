"""Failover from the study file to the audit: it costs redispatch, and a plan that forgets it is caught."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import pytest

from gridplan import pipeline, solution
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections.security import build_blocks
from gridplan.verify.audit import audit
from tests.defects.make_run import write_manifest

STUDY = """\
schema_version: 1
name: One campus takes over from the other
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5724, count: 4}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, reference_year: 2026, committed_loads: []}
criteria:
  load_basis: BASIS
  contingencies: {branches: false, units: false, dc_poles: false, categories: {P1: {rating: normal}}}
campuses:
  - {id: mesa, poi: [113], contract_mw: 400, block_mw: 50, workloads: {load_factor: 0.6, shape: flat}FAILOVER}
  - {id: verde, poi: [203], contract_mw: 1500, block_mw: 50, workloads: {load_factor: 0.6, shape: flat}}
"""
ASKED = ", failover: {to: verde}"


def run(folder: Path, failover: str, basis: str = "modelled") -> Path:
    folder.mkdir()
    study = folder / "study.yaml"
    study.write_text(STUDY.replace("BASIS", basis).replace("FAILOVER", failover), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "check_year", lambda *_: {"is_passed": True, "text": "left out", "verdicts": []})
        patch.setattr(pipeline, "build_report_apart", lambda *_: None)
        return pipeline.run_study(study, folder / "run").run_dir


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failover")


@pytest.fixture(scope="module")
def secured(folder: Path) -> Path:
    return run(folder / "secured", ASKED)


@pytest.fixture(scope="module")
def unaware(folder: Path) -> Path:
    return run(folder / "unaware", "")


def document(run_dir: Path) -> dict[str, Any]:
    return json.loads((run_dir / solution.PLAN_JSON).read_text(encoding="utf-8"))


def year_of(run_dir: Path) -> dict[str, Any]:
    return document(run_dir)["years"]["2028"]


def arrays_of(run_dir: Path) -> dict[str, bytes]:
    with h5netcdf.File(run_dir / solution.schedule_file("2028"), "r") as data:
        return {name: np.asarray(data.variables[name][...]).tobytes() for name in data.variables}


def test_the_same_mw_cost_more_to_dispatch(secured: Path, unaware: Path) -> None:
    """MW are found with every campus at all it is connected with, where there is nothing to take over."""
    own, other = year_of(secured), year_of(unaware)
    assert [c["connected_mw"] for c in own["campuses"]] == [c["connected_mw"] for c in other["campuses"]]
    assert own["schedule"]["bound_usd"] > other["schedule"]["objective_usd"] + 100.0
    room_mw = 0.4 * own["campuses"][1]["connected_mw"]
    (pair,) = own["failovers"]
    assert pair == {"campus": "mesa", "to": "verde", "share_frac": 1.0, "raised_max_mw": pytest.approx(room_mw)}
    assert other["failovers"] == []
    assert "campus:mesa" in (secured / "limit_hours.csv").read_text(encoding="utf-8")


def test_the_audit_passes(secured: Path) -> None:
    certificate = audit(secured)
    assert certificate.is_passed, certificate.to_text()


def test_a_plan_that_forgot_the_failover_is_caught(secured: Path, unaware: Path, tmp_path: Path) -> None:
    """The dispatch made without it, under a study and a plan that say that it was kept."""
    copy = Path(shutil.copytree(unaware, tmp_path / "run"))
    plan = document(copy)
    plan["years"]["2028"]["failovers"] = year_of(secured)["failovers"]
    (copy / solution.PLAN_JSON).write_text(json.dumps(plan), encoding="utf-8")
    shutil.copy(secured / solution.STUDY_JSON, copy / solution.STUDY_JSON)
    write_manifest(copy)
    certificate = audit(copy)
    assert "A04" in certificate.failed_ids, certificate.to_text()
    assert "after loss of campus:mesa" in next(c for c in certificate.checks if c.id == "A04").reason


def test_share_0_is_no_failover(folder: Path, unaware: Path) -> None:
    idle = run(folder / "idle", ", failover: {to: verde, share_frac: 0}")
    assert arrays_of(idle) == arrays_of(unaware)
    assert year_of(idle)["failovers"][0]["raised_max_mw"] == 0.0


def test_on_the_contract_basis_there_is_nothing_to_raise(folder: Path) -> None:
    with_pair, without = run(folder / "flat", ASKED, "contract"), run(folder / "flat plain", "", "contract")
    assert arrays_of(with_pair) == arrays_of(without)
    (note,) = [n for n in document(with_pair)["findings"] if n["code"] == "GP-CAM-005"]
    assert "draws all" in note["message"]
    assert note["severity"] == "note"


def test_the_report_names_the_pair(secured: Path, unaware: Path) -> None:
    texts = [" ".join(getattr(b, "text", "") for b in build_blocks(RunFolder(path))) for path in (secured, unaware)]
    assert "mesa to verde, up to 220" in texts[0]
    assert "Failover" not in texts[1]
