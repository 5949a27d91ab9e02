"""What a planner reads on the command line, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli
from gridplan.cli.reply import error_reply, findings_text
from gridplan.errors import FileError, Finding, InfeasibleError, InputError, Place

FINDING = Finding(
    code="GP-BUS-001",
    severity="error",
    message="bus 1070 does not exist in network rts_gmlc. Did you mean '107'?",
    remedy="use one of the network's 73 bus ids",
    place=Place(file=Path("north.yaml"), line=8, column=23, key="campuses.0.poi.0"),
)


def words(*arguments: str) -> str:
    return CliRunner().invoke(cli, list(arguments), prog_name="gridplan").stderr


def test_unknown_command() -> None:
    assert words("shedule") == (
        "Usage: gridplan [OPTIONS] COMMAND [ARGS]...\n"
        "Try 'gridplan --help' for help.\n"
        "\n"
        "Error: there is no command 'shedule'. Did you mean 'schedule'?\n"
    )


def test_missing_argument() -> None:
    assert words("run") == (
        "Usage: gridplan run [OPTIONS] STUDY\nTry 'gridplan run --help' for help.\n\nError: Missing argument 'STUDY'.\n"
    )


def test_contradicting_options() -> None:
    assert words("hosting", "x.yaml", "--bus", "107", "--all").endswith("Error: give --bus or --all, not both\n")
    assert words("hosting", "x.yaml", "--curtailment-budget", "0.1").endswith(
        "Error: --curtailment-budget belongs to --service conditional\n"
    )


def test_finding() -> None:
    assert findings_text([FINDING]) == (
        "error[GP-BUS-001]: bus 1070 does not exist in network rts_gmlc. Did you mean '107'?\n"
        "  --> north.yaml:8:23 campuses.0.poi.0\n"
        "  do: use one of the network's 73 bus ids"
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            InfeasibleError("the grid without campuses cannot serve 12 MW"),
            "error: the grid without campuses cannot serve 12 MW",
        ),
        (FileError("x is in use"), "error: x is in use"),
        (OSError(28, "No space left on device", "plan.json"), "error: plan.json: No space left on device"),
        (KeyboardInterrupt(), "interrupted"),
        (
            KeyError("bus"),
            "unexpected error: KeyError: 'bus' (run with --debug for the traceback)",
        ),
        (InputError([FINDING]), findings_text([FINDING])),
    ],
)
def test_errors(error: BaseException, text: str) -> None:
    assert list(error_reply(error).notes) == [text]


def test_used_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new").mkdir()
    Path("new/notes.txt").touch()
    monkeypatch.setattr("gridplan.cli.cases.case_files", lambda _: ())
    assert words("init", "new") == (
        "error[GP-CASE-002]: new is not empty\n  --> study\n  do: give a new or empty folder; nothing was written\n"
    )
