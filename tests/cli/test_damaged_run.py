"""Folders of runs whose files are no JSON or nested without end: an answer, never an unexpected error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli

FILES = ("plan.json", "manifest.json", "network.json", "study.resolved.json")


@pytest.mark.parametrize("text", ["[" * 100_000, '"words"', "[]", "nul"])
@pytest.mark.parametrize("command", ["convert", "audit", "report"])
def test_files_that_no_run_writes(command: str, text: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in FILES:
        (run / name).write_text(text)
    more = [str(tmp_path / "out.m")] if command == "convert" else []
    result = CliRunner().invoke(cli, [command, str(run), *more, "--json"])
    assert result.exit_code in (4, 5)
    assert "unexpected" not in result.output
    assert json.loads(result.stdout)["status"]
    assert not (tmp_path / "out.m").exists()
