from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gridplan.cli import cases, init
from gridplan.network import embedded
from gridplan.verify import audit as audit_module
from gridplan.verify.audit_certificate import Certificate, Check, check_not_applicable
from tests.cli.conftest import Invoke
from tests.unit.batch.workshop import Workshop

CASE = "# a comment\nschema_version: 1\nname: ready\n"


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of ready studies."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "rts_gmlc.yaml").write_text(CASE)
    (folder / "growth.yaml").write_text("schema_version: 1\nbase: rts_gmlc.yaml\naxes: []\n")
    monkeypatch.setattr(
        cases, "embedded_root", lambda kind: folder if kind == "cases" else embedded.embedded_root(kind)
    )
    return folder


def test_init_copies_a_study_and_says_what_is_next(gridplan: Invoke, ready: Path, tmp_path: Path) -> None:
    result = gridplan("init", "new/study")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "study" / "rts_gmlc.yaml").read_text() == (ready / "rts_gmlc.yaml").read_text()
    assert result.stdout.splitlines() == [
        "created new/study/rts_gmlc.yaml",
        "next: gridplan run new/study/rts_gmlc.yaml",
    ]


def test_init_of_a_sweep_brings_its_base(gridplan: Invoke, ready: Path) -> None:
    del ready
    found = json.loads(gridplan("init", "new", "--from", "growth", "--json").stdout)
    assert found["files"] == ["new/growth.yaml", "new/rts_gmlc.yaml"]
    assert found["next"] == "gridplan batch new/growth.yaml"


def test_init_refuses_a_used_folder(gridplan: Invoke, ready: Path, tmp_path: Path) -> None:
    del ready
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "notes.txt").touch()
    result = gridplan("init", "new")
    assert result.exit_code == 2
    assert "new is not empty" in result.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["notes.txt"]
    (tmp_path / "file").touch()
    assert gridplan("init", "file").exit_code == 2
    assert gridplan("init", "file/below").exit_code == 4


def test_init_offers_the_nearest_study(gridplan: Invoke, ready: Path) -> None:
    del ready
    result = gridplan("init", "new", "--from", "rts_gmcl")
    assert result.exit_code == 2
    assert "there is no ready study 'rts_gmcl'. Did you mean 'rts_gmlc'?" in result.stderr


def test_default_case_of_init_is_the_sample_study() -> None:
    (option,) = [parameter for parameter in init.init.params if parameter.name == "case"]
    assert option.default == "rts_gmlc"


def test_datasets_are_listed_with_their_terms(gridplan: Invoke, ready: Path) -> None:
    del ready
    found = json.loads(gridplan("datasets", "--json").stdout)
    (rts,) = [row for row in found["datasets"] if row["name"] == "rts_gmlc"]
    assert (rts["hours"], rts["is_synthetic"]) == (8784, True)
    assert Path(rts["licence"]).is_file()
    assert found["cases"] == ["growth", "rts_gmlc"]
    assert {"llama_8b", "training_and_inference"} <= {pack["name"] for pack in found["presets"]}
    text = gridplan("datasets").stdout
    assert "rts_gmlc: RTS-GMLC" in text
    assert "  llama_8b: Llama 3.1 8B behind an interface (release 2026.1)" in text
    assert "ready studies (gridplan init DIR --from NAME): growth, rts_gmlc" in text


def test_schema_is_the_same_with_and_without_json(gridplan: Invoke) -> None:
    plain, as_json = gridplan("schema").stdout, gridplan("schema", "--json").stdout
    assert json.loads(plain) == json.loads(as_json)
    assert "campuses" in json.loads(plain)["properties"]


def test_sound_study_passes(gridplan: Invoke, study: Path) -> None:
    result = gridplan("validate", study)
    assert result.exit_code == 0
    assert result.stdout == f"{study}: 0 errors, 0 warnings\n"


def test_warnings_count_only_if_strict(gridplan: Invoke, study: Path) -> None:
    study.write_text(study.read_text().replace("committed_loads: []", "reference_year: 2026"))
    result = gridplan("validate", study)
    assert result.exit_code == 0
    assert "0 errors, 1 warning" in result.stdout
    strict = gridplan("validate", study, "--strict", "--json")
    assert strict.exit_code == 2
    found = json.loads(strict.stdout)
    assert (found["status"], found["errors"], found["warnings"]) == ("invalid_input", 0, 1)
    assert found["findings"][0]["code"] == "GP-BASE-002"


def test_validate_looks_at_the_grid_and_the_shapes(gridplan: Invoke, study: Path) -> None:
    text = study.read_text().replace("poi: [107]", "poi: [1070], workloads: {shape: flatt}")
    study.write_text(text)
    result = gridplan("validate", study, "--json")
    assert result.exit_code == 2
    found = {row["code"]: row for row in json.loads(result.stdout)["findings"]}
    assert (found["GP-BUS-001"]["line"], found["GP-BUS-001"]["key"]) == (8, "campuses.0.poi.0")
    assert found["GP-CAM-001"]["line"] == 8


def test_validate_places_an_unknown_network(gridplan: Invoke, study: Path) -> None:
    study.write_text(study.read_text().replace("network: rts_gmlc", "network: rts_gmcl"))
    (found,) = json.loads(gridplan("validate", study, "--json").stdout)["findings"]
    assert (found["code"], found["line"], found["file"]) == ("GP-NET-001", 3, str(study))


def test_validate_reads_dataset_folders(gridplan: Invoke, tmp_path: Path) -> None:
    folder = embedded.dataset_folder("rts_gmlc")
    assert gridplan("validate", folder).exit_code == 0
    copy = tmp_path / "grid"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "branch.csv").write_text((copy / "branch.csv").read_text().replace("A1,101,102", "A1,101,1020", 1))
    result = gridplan("validate", copy / "dataset.json")
    assert result.exit_code == 2
    assert "bus 1020 does not exist" in result.stdout


def test_validate_reads_sweeps(gridplan: Invoke, tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    assert gridplan("validate", workshop.sweep).exit_code == 0
    workshop.write_sweep("- {name: security, path: criteria.security, values: [n-1, n-2]}\n")
    result = gridplan("validate", workshop.sweep)
    assert result.exit_code == 2
    assert "with security = n-2: 'n-2' is not one of the choices." in result.stdout


def test_validate_of_a_missing_file_is_a_finding(gridplan: Invoke, study: Path) -> None:
    result = gridplan("validate", study.parent / "nort.yaml")
    assert result.exit_code == 2
    assert "Did you mean 'north.yaml'?" in result.stdout


def certificate(*checks: Check) -> Certificate:
    return Certificate(run="r", scope="everything", checks=checks)


def test_audit_prints_the_certificate(gridplan: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        audit_module, "audit", lambda _: certificate(check_not_applicable("A01", "Balance", "none", 0.0))
    )
    result = gridplan("audit", "run")
    assert result.exit_code == 0
    assert "Certificate passed." in result.stdout
    assert json.loads(gridplan("audit", "run", "--json").stdout)["status"] == "passed"


def test_failed_audit_is_no_usable_solution(gridplan: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Check(
        id="A01", title="Balance", quantity="balance", unit="MW", worst=5.0, tolerance=0.001, place="bus 107",
        verdict="fail", reason="balance: 5 MW", seconds=0.0,
    )  # fmt: skip
    monkeypatch.setattr(audit_module, "audit", lambda _: certificate(failed))
    result = gridplan("audit", "run", "--json")
    assert result.exit_code == 5
    assert json.loads(result.stdout)["status"] == "failed"


def test_audit_of_a_missing_folder_is_an_io_error(gridplan: Invoke) -> None:
    result = gridplan("audit", "nowhere")
    assert result.exit_code == 4
    assert "run folder nowhere does not exist" in result.stderr


def test_report_builds_again(gridplan: Invoke, monkeypatch: pytest.MonkeyPatch, run_dir: Path) -> None:
    built: list[Path] = []

    def build_report_apart(folder: Path) -> list[str]:
        built.append(folder)
        return ["report.json", "report.pdf"]

    module = ModuleType("gridplan.report.document")
    module.build_report_apart = build_report_apart  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gridplan.report.document", module)
    result = gridplan("report", run_dir)
    assert result.exit_code == 0
    assert built == [run_dir]
    assert result.stdout.splitlines() == [f"wrote {run_dir / 'report.json'}", f"wrote {run_dir / 'report.pdf'}"]
    found = json.loads(gridplan("report", run_dir, "--json").stdout)
    assert (found["status"], len(found["files"])) == ("built", 2)


def test_report_needs_a_finished_run(gridplan: Invoke, tmp_path: Path) -> None:
    result = gridplan("report", tmp_path)
    assert result.exit_code == 4
    assert "is no finished run: it holds no plan.json" in result.stderr


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "batch_fake_runner", raising=False)
    workshop = Workshop(tmp_path)
    import batch_fake_runner

    module = ModuleType("gridplan.pipeline")
    module.run_study = batch_fake_runner.run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gridplan.pipeline", module)
    return workshop


def test_batch_compares_its_studies(gridplan: Invoke, workshop: Workshop) -> None:
    result = gridplan("batch", workshop.sweep)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["6 of 6 studies finished", "comparison: reports/sweep/comparison.csv"]
    assert result.stderr.splitlines()[-1] == "6 of 6 done"
    again = gridplan("batch", workshop.sweep, "--resume")
    assert again.stdout.splitlines()[0] == "6 of 6 studies finished (6 of them before)"


def test_batch_with_failures_ends_with_six(gridplan: Invoke, workshop: Workshop) -> None:
    workshop.order("n-1_50", "infeasible")
    result = gridplan("batch", workshop.sweep, "--out", "o", "--json")
    assert result.exit_code == 6
    found = json.loads(result.stdout)
    assert (found["status"], found["finished"], found["failed"]) == ("failed", 5, 1)
    words = "failed: security = n-1, west_mw = 50: 12 MW of load cannot be served at bus 107"
    assert words in result.stderr.splitlines()


def test_interrupted_batch_says_how_to_go_on(gridplan: Invoke, workshop: Workshop) -> None:
    workshop.order("n-1_200", "interrupt")
    result = gridplan("batch", workshop.sweep)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "interrupted: 2 of 6 done; the same command goes on from here"


def test_conversion_cuts_long_lists_of_ids_that_json_holds_in_full(gridplan: Invoke) -> None:
    shown = gridplan("convert", "rts_gmlc", "grid.raw")
    assert shown.exit_code == 0
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("  branch ids: 120")]
    assert "A1 -> 101-102 1, A2 -> 101-103 1" in line
    assert line.endswith("...; --json lists them all)")
    found = json.loads(gridplan("convert", "rts_gmlc", "again.raw", "--json").stdout)
    (row,) = [row for row in found["not_carried"] if row["section"] == "branch ids"]
    assert row["meaning"].count(" -> ") == row["rows"] == 120
