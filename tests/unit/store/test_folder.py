"""A run folder appears whole or not at all, and never over something that is not a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridplan.errors import FileError
from gridplan.store.folder import RunWriter, check_target, sha256


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
