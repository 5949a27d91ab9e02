"""``gridplan hosting --method load-only``: what it prints, and which options it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("series") / "load.csv"
    times = np.datetime64("2023-01-01T00:00", "m") + np.arange(8760) * np.timedelta64(60, "m")
    rows = [f"{when},{1000 + i % 240}" for i, when in enumerate(times)]
    path.write_text("\n".join(["utc_hour_beginning,north", *rows]))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["hosting", *map(str, arguments)])


def test_one_area_is_a_readable_answer(series: Path) -> None:
    done = run("--method", "load-only", series)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("load-only headroom of area north, 8,760 hours, 2023-01-01 to 2023-12-31\n")
    assert "averaging: one rate over all hours of the file" in done.stdout
    assert "0.25 %  0.5 %" in done.stdout
    assert "total" not in done.stdout.split("MW by")[1]
    assert done.stderr == ""


def test_json_is_one_object_with_the_contract(series: Path) -> None:
    done = run("--method", "load-only", series, "--json", "--curtailment-budget", 0.01, "--curtailment-budget", 0.02)
    answer = json.loads(done.stdout)
    assert {"schema_version", "status", "bound", "gap", "basis", "areas", "totals", "findings"} <= answer.keys()
    assert [total["curtailment_budget_frac"] for total in answer["totals"]] == [0.01, 0.02]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--bus", "7"), "--bus belongs to --method network"),
        (("--all", "--security", "n0"), "--all and --security belong to --method network"),
        (("--service", "conditional"), "--service belongs to --method network"),
        (("--unrated", "derive"), "--unrated belongs to --method network"),
        (("--summer-months", "5-13"), "'5-13' is no list of months"),
        (("--summer-months", "May"), "write 5-10 or 4,5,6,7,8,9,10"),
    ],
)
def test_options_that_make_no_sense_are_refused(series: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("--method", "load-only", series, *arguments)
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())


def test_its_options_are_refused_beside_a_network() -> None:
    done = run("rts_gmlc", "--timezone", "UTC", "--outliers", "drop")
    assert done.exit_code == 2
    assert "--timezone and --outliers belong to --method load-only" in " ".join(done.stderr.split())
    done = run("rts_gmlc", "--service", "conditional", "--curtailment-budget", 0.1, "--curtailment-budget", 0.2)
    assert done.exit_code == 2
    assert "more than once with --method load-only alone" in " ".join(done.stderr.split())


def test_months_may_pass_december(series: Path) -> None:
    done = run("--method", "load-only", series, "--summer-months", "11-2,6")
    assert "summer: Jun, Nov-Feb" in done.stdout


def test_a_fault_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    done = run("--method", "load-only", tmp_path / "nothing.csv")
    assert done.exit_code == 2
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("--method", "load-only", "rts_gmlc").exit_code == 2
