"""The commands with everything behind them: one small study is run once, and every other command is held to it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli
from gridplan.report.file_names import WRITTEN

STUDY = """
schema_version: 1
name: Two campuses, four winter days
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 600, count: 96}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
campuses:
  - {id: mesa, name: Mesa, poi: [121, 123], contract_mw: 100}
  - id: verde
    poi: [318]
    contract_mw: 50
    service: {kind: conditional, terms: {max_energy_frac: 0.01, max_hours: 20, max_event_h: 6}}
    storage: {p_mw: 10, e_mwh: 40}
reinforcements:
  - id: b6
    branch: B6
    rating_normal_mva: 275
    rating_emergency_mva: 310
    capital_cost_musd: 14
    cost_year: 2026
    earliest_in_service: 2027-06-01
solve: {workers: 1}
"""
FILES = {
    "ac.json", "certificate.json", "curtailment_curve.csv", "manifest.json", "mw_by_year.csv", "network.json",
    "plan.json", "poi_capacity.csv", "redispatch.csv", "reinforcements.csv", "report.html", "report.json", "report.pdf",
    "schedule_2028.csv", "schedule_2028.nc", "series_2028.nc", "sites.gpkg", "study.resolved.json", "study.yaml",
    "branch_worth.csv", "limit_hours.csv", "limits.csv", "unit_dependence.csv", "violations.csv",
}  # fmt: skip


def gridplan(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="gridplan")


def answer(*arguments: object) -> dict[str, Any]:
    """The one object a command prints with ``--json``."""
    result = gridplan(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["schema_version"] == 1
    return found


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("end_to_end") / "winter.yaml"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="session")
def finished(study: Path) -> tuple[Path, Result]:
    """Run folder of the study, and what the command said."""
    folder = study.parent / "run"
    return folder, gridplan("run", study, "--out", folder, "--json")


@pytest.fixture
def run_dir(finished: tuple[Path, Result]) -> Path:
    return finished[0]


@pytest.fixture
def plan(run_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_dir / "plan.json").read_text())["years"]["2028"]
    return found


def test_run_prints_one_object(finished: tuple[Path, Result]) -> None:
    _, result = finished
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["status"] in ("optimal", "gap_reached")
    assert (found["audit"], found["hours"], found["basis"]["security"]) == ("passed", 96, "n-1")
    assert [c["id"] for c in found["years"]["2028"]["campuses"]] == ["mesa", "verde"]
    assert found["bound"] <= found["objective_usd"]


def test_stages_go_to_stderr(finished: tuple[Path, Result]) -> None:
    lines = finished[1].stderr.splitlines()
    assert lines[0].startswith("reading the study ... ")
    assert lines[-1].startswith("report ... ")
    assert all(line.endswith(" s") for line in lines)


def test_run_folder_is_complete_and_alone(run_dir: Path) -> None:
    assert {path.name for path in run_dir.iterdir()} == FILES
    assert {path.name for path in run_dir.parent.iterdir()} == {"run", "winter.yaml"}
    assert (run_dir / "study.yaml").read_text() == STUDY


def test_manifest_names_every_file_with_its_hash(run_dir: Path) -> None:
    manifest = json.loads((run_dir / "manifest.json").read_text())
    assert manifest["outputs"].keys() == FILES - {"manifest.json"}
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((run_dir / name).read_bytes()).hexdigest() == digest, name
    assert manifest["inputs"]["study.yaml"] == hashlib.sha256(STUDY.encode()).hexdigest()


def test_nothing_in_the_folder_names_the_place_it_was_made(run_dir: Path) -> None:
    for path in run_dir.iterdir():
        assert os.fsencode(run_dir.parent) not in path.read_bytes(), path.name


def test_audit_finds_what_the_certificate_says(run_dir: Path) -> None:
    found = answer("audit", run_dir)
    written = json.loads((run_dir / "certificate.json").read_text())
    assert found["status"] == written["status"] == "passed"
    assert [check["id"] for check in found["checks"]] == [check["id"] for check in written["checks"]]


def test_audit_ends_with_5_where_a_result_was_changed(run_dir: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run_dir, tmp_path / "copy"))
    text = (copy / "plan.json").read_text()
    assert text.count('"contract_mw": 100.0') == 1
    (copy / "plan.json").write_text(text.replace('"contract_mw": 100.0', '"contract_mw": 150.0'))
    result = gridplan("audit", copy, "--json")
    assert result.exit_code == 5
    assert json.loads(result.stdout)["status"] == "failed"


def test_report_builds_the_same_bytes_elsewhere(run_dir: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run_dir, tmp_path / "elsewhere", ignore=shutil.ignore_patterns(*WRITTEN)))
    found = answer("report", copy)
    assert {Path(path).name for path in found["files"]} == set(WRITTEN)
    for name in WRITTEN:
        assert (copy / name).read_bytes() == (run_dir / name).read_bytes(), name


def test_site_decides_what_the_run_decided(study: Path, plan: dict[str, Any]) -> None:
    found = answer("site", study)
    assert found["gap"] <= 0.01
    assert found["investment"] == {"value": 0, "unit": "million USD"}
    assert found["reinforcements"] == []
    chosen = [(c["id"], c["bus"], c["mw_by_year"]["2028"]) for c in found["campuses"]]
    assert chosen == [(c["id"], c["bus"], c["connected_mw"]) for c in plan["campuses"]]


def test_schedule_uses_the_energy_the_run_wrote(study: Path, run_dir: Path) -> None:
    found = answer("schedule", study)
    assert found["bound"] <= found["objective"]
    with (run_dir / "mw_by_year.csv").open(newline="") as file:
        written = {row["campus"]: float(row["energy_mwh"]) for row in csv.DictReader(file)}
    for campus in found["campuses"]:
        assert campus["energy_mwh"] == pytest.approx(written[campus["id"]], abs=1e-5)


def test_hosting_gives_at_least_the_firm_mw(study: Path, plan: dict[str, Any]) -> None:
    found = answer("hosting", study, "--bus", "318", "--service", "conditional")
    (row,) = found["buses"]
    verde = plan["campuses"][1]
    assert row["hosting_capacity_mw"] >= verde["firm_mw"] > 0
    assert row["total_mw"] >= row["hosting_capacity_mw"]
    assert row["binding"]
    assert gridplan("hosting", study, "--bus", "999").exit_code == 2


def test_dispatch_serves_the_snapshot(tmp_path: Path) -> None:
    found = answer("dispatch", "rts_gmlc")
    assert sum(found["p_gen_mw"].values()) == pytest.approx(8550)
    assert len(found["lmp_usd_per_mwh"]) == 73
    infeasible = gridplan("dispatch", "rts_gmlc", "--load-scale", 2, "--json")
    assert infeasible.exit_code == 3
    assert json.loads(infeasible.stdout)["status"] == "infeasible"
    assert gridplan("dispatch", tmp_path).exit_code == 2


def test_init_gives_a_sound_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    created = answer("init", "new")
    (path,) = created["files"]
    found = answer("validate", path, "--strict")
    assert (found["status"], found["errors"], found["warnings"]) == ("sound", 0, 0)


@pytest.mark.slow
def test_second_run_writes_the_same_bytes_over_the_first(run_dir: Path, study: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run_dir, tmp_path / "again"))
    answer("run", study, "--out", copy, "--workers", 2)
    for name in FILES - {"manifest.json"}:
        assert (copy / name).read_bytes() == (run_dir / name).read_bytes(), name
    assert [path.name for path in tmp_path.iterdir()] == ["again"]
