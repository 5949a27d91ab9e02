from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "tools" / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("GRIDPLAN_VENVS", str(tmp_path))
    return module


def test_environment_belongs_to_one_pyproject(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = start.environment_folder()
    assert folder.parent == tmp_path
    assert folder == start.environment_folder()
    (tmp_path / "pyproject.toml").write_text("changed")
    monkeypatch.setattr(start, "CHECKOUT", tmp_path)
    assert start.environment_folder() != folder


def test_whole_environment_is_used_again(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = start.environment_folder()
    folder.mkdir()
    (folder / start.MARKER).touch()
    monkeypatch.setattr(start, "run", lambda command: pytest.fail(f"ran {command}"))
    start.prepare_environment(folder)
    assert folder.is_dir()


def test_half_made_environment_is_made_anew(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = start.environment_folder()
    folder.mkdir()
    (folder / "leftover").touch()
    steps: list[list[str]] = []

    def record(command: list[str]) -> int:
        folder.mkdir(exist_ok=True)
        steps.append(command)
        return 0

    monkeypatch.setattr(start, "run", record)
    start.prepare_environment(folder)
    assert [step[2] for step in steps] == ["venv", "pip"]
    assert not (folder / "leftover").exists()
    assert (folder / start.MARKER).is_file()


def test_failed_installation_leaves_no_marker(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = start.environment_folder()
    monkeypatch.setattr(start, "run", lambda _: 1)
    with pytest.raises(SystemExit, match="could not prepare the environment"):
        start.prepare_environment(folder)
    assert not (folder / start.MARKER).exists()


def test_old_python_is_told_so(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert start.main(["test"]) == 2
    assert "needs Python 3.11 or newer; this is 3.10.4" in capsys.readouterr().err


def test_unknown_job_shows_the_usage(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["dance"]) == 2
    assert "start.py study|test" in capsys.readouterr().err


def test_readme_shows_exactly_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- commands: .*?-->\n```\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    assert block[1].splitlines() == ["python3 tools/start.py study", "python3 tools/start.py test"]


def test_study_ends_with_the_path_of_its_report(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "CHECKOUT", tmp_path)
    monkeypatch.setattr(start, "run", lambda _: 0)
    assert start.run_study(tmp_path, []) == 1
    assert "without a report" in capsys.readouterr().err
    report = tmp_path / start.SAMPLE_REPORT
    report.parent.mkdir(parents=True)
    report.touch()
    assert start.run_study(tmp_path, []) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"report: {report}"
