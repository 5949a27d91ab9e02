"""A run folder appears whole or not at all, and never over something that is not a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridplan.errors import FileError
from gridplan.store.folder import RunWriter, check_target, remove_stale, sha256


def test_table_without_rows_holds_its_head(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "run")
    writer.csv("some.csv", [], ("year", "firm_mw"))
    writer.csv("more.csv", [{"year": 2028, "firm_mw": 1 / 3}], ("year", "firm_mw"))
    final = writer.publish({})
    assert (final / "some.csv").read_text() == "year,firm_mw\n"
    assert (final / "more.csv").read_text() == "year,firm_mw\n2028,0.333333\n"


def test_row_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mesa"):
        RunWriter(tmp_path / "run").csv("some.csv", [{"mesa": 1}], ("year",))


def test_published_run_is_named_by_its_manifest_and_replaces_an_older_one(tmp_path: Path) -> None:
    for text in ("first", "second"):
        writer = RunWriter(tmp_path / "run")
        writer.text("a.txt", text)
        assert not (tmp_path / "run" / "manifest.json").exists() or text == "second"
        writer.publish({"seed": 0})
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest == {"seed": 0, "outputs": {"a.txt": sha256(tmp_path / "run" / "a.txt")}}
    assert (tmp_path / "run" / "a.txt").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_abandoned_run_leaves_nothing(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "run")
    writer.text("a.txt", "text")
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_file_and_foreign_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="is a file; give a folder"):
        check_target(tmp_path / "file")
    with pytest.raises(FileError, match="holds files that are not a gridplan run"):
        check_target(tmp_path)
    (tmp_path / "empty").mkdir()
    check_target(tmp_path / "empty")
    check_target(tmp_path / "missing")
    with pytest.raises(FileError, match=r"cannot be written: .*file is a file; give another folder"):
        RunWriter(tmp_path / "file" / "run")


def test_folder_may_be_the_one_stood_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    writer = RunWriter(Path())
    writer.text("a.txt", "text")
    writer.publish({})
    assert (tmp_path / "here" / "a.txt").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.fixture
def dead() -> int:
    """Number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path, dead: int) -> None:
    living = os.getppid()
    others = [
        f".run.part-{living}",
        f".running.part-{dead}",
        f".run.part-{dead}x",
        f"run.part-{dead}",
        ".run.unfinished",
    ]
    for name in [f".run.part-{dead}", f".run.old-{dead}", "run", *others]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(name)
    (tmp_path / f".run.part-{dead + 1}").symlink_to(tmp_path / "run")
    remove_stale(tmp_path / "run")
    assert {path.name for path in tmp_path.iterdir()} == {"run", *others, f".run.part-{dead + 1}"}
    assert (tmp_path / "run" / "manifest.json").read_text() == "run"


def test_older_results_get_their_name_back(tmp_path: Path, dead: int) -> None:
    """A run killed between moving the older results away and naming its own."""
    old = tmp_path / f".run.old-{dead}"
    old.mkdir()
    (old / "manifest.json").write_text("older")
    (tmp_path / f".run.part-{dead}").mkdir()
    remove_stale(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "manifest.json").read_text() == "older"


def test_without_a_folder_there_is_nothing_stale(tmp_path: Path) -> None:
    remove_stale(tmp_path / "reports" / "run")
    assert not list(tmp_path.iterdir())
