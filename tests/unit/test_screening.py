"""The verb ``screen``: whose flows it looks at, its tables, its exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli
from gridplan.inputs import read_inputs
from gridplan.screening import PairChoice, screen_target

STUDY = """
schema_version: 1
name: Screen
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5422, count: 6}
base_case: {reference_year: 2028, load_growth_frac_per_year: 0.0, committed_loads: []}
campuses:
  - {id: mesa, poi: [203], contract_mw: 400}
  - {id: verde, poi: [207], contract_mw: 150}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, ["screen", *map(str, arguments)], prog_name="gridplan")
    assert "Traceback" not in result.output
    return result


def answer(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_three_dispatches(study: Path) -> None:
    """Nobody looks: overloads. Looked at: none. Requests on top without redispatch: overloads at their buses."""
    unsecured, secure, requested = (screen_target(study, dispatch=d) for d in ("unsecured", "secure", "requested"))
    assert unsecured["years"][0]["overloaded"] > 0
    assert secure["years"][0]["overloaded"] == 0
    assert requested["years"][0]["overloaded"] > 0
    # 550 MW more, and two outages more: those of the campuses.
    assert requested["years"][0]["outages"] == secure["years"][0]["outages"] + 2
    assert requested["years"][0]["mwh_at_risk"] > 0
    assert {row["contingency"] for row in requested["pairs"]} >= {"intact"}


def test_threshold_lists_more_and_changes_no_row(study: Path) -> None:
    at = {above: screen_target(study, dispatch="unsecured", above_percent=above) for above in (80.0, 100.0)}
    rows = {above: {(r["branch"], r["contingency"]): r for r in found["pairs"]} for above, found in at.items()}
    assert len(rows[80.0]) > len(rows[100.0]) > 0
    assert all(rows[80.0][key] == row for key, row in rows[100.0].items())
    counts = at[80.0]["years"][0]
    assert counts["looked_at"] + counts["ruled_out"] == counts["pairs"]
    assert counts["overloaded"] == len(rows[100.0])


def test_memory_changes_no_row(study: Path) -> None:
    whole, blocks = (screen_target(study, dispatch="unsecured", memory_mb=m) for m in (512.0, 5.0))
    assert blocks["pairs"] == whole["pairs"]


def test_tables_and_text(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(study, "--dispatch", "unsecured", "--pair", "A27", "A25-1", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("flows: least cost with everything in service, no outage thought of")
    assert "ruled out by bounds" in result.stdout
    with (out / "screen.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = answer(study, "--dispatch", "unsecured")
    assert [row["branch"] for row in rows] == [row["branch"] for row in found["pairs"]]
    assert float(rows[0]["mwh_at_risk"]) == pytest.approx(found["pairs"][0]["mwh_at_risk"], abs=1e-6)
    with (out / "outage_pairs.csv").open() as file:
        pairs = list(csv.DictReader(file))
    assert [(p["first"], p["second"], p["adjusted"]) for p in pairs] == [
        ("branch:A27", "branch:A25-1", "false"),
        ("branch:A27", "branch:A25-1", "true"),
        ("branch:A25-1", "branch:A27", "true"),
    ]
    assert sorted(path.name for path in out.iterdir()) == ["outage_pairs.csv", "screen.csv"]


def test_exit_code_of_a_violation(study: Path) -> None:
    result = run(study, "--dispatch", "unsecured", "--fail-on-violation")
    assert result.exit_code == 3
    assert "pairs of branch and outage are overloaded in 2028" in result.stderr
    assert run(study, "--fail-on-violation").exit_code == 0


def test_pair_that_cuts_load_off_names_the_bus(study: Path) -> None:
    """Bus 108 beyond 107: without 107-108 and 107-203 bus 107 is dark."""
    result = run(study, "--pair", "A11", "AB1", "--no-adjustment")
    assert result.exit_code == 0, result.output
    load = read_inputs(study).series.load_mw
    assert "branch:A11 and branch:AB1 leave dark: 107 (up to" in result.stdout
    assert load.shape[0] == 8784


def test_worst_pairs_are_those_of_the_most_loaded_branches(study: Path) -> None:
    found = answer(study, "--worst", "3", "--no-adjustment")
    assert len(found["outage_pairs"]) + len(found["years"][0]["not_looked_at"]) == 3
    names = {name for row in found["outage_pairs"] for name in (row["first"], row["second"])}
    assert len(names) == 3


def test_requests_are_in_the_load_between_outages(study: Path) -> None:
    choice = PairChoice(words=[("A27", "A25-1")])
    found = screen_target(study, dispatch="requested", pairs=choice)
    adjusted = [row for row in found["outage_pairs"] if row["adjusted"]]
    assert [row["hours_dispatched"] for row in adjusted] == [6, 6]


def test_network_is_one_hour() -> None:
    found = answer("rts_gmlc", "--above", "50")
    assert found["years"][0]["hours"] == 1
    assert found["pairs"]
    assert "hour_local" not in found["pairs"][0]
    assert "year" not in found["pairs"][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rts_gmlc", "--dispatch", "requested"], "--dispatch requested belongs to a study; a network has no requests"),
        (["rts_gmlc", "--worst", "3", "--pair", "A27", "B6"], "give --worst, or --pair and --pairs, not both"),
        (["rts_gmlc", "--pair", "A27", "A27"], "the pair A27, A27 is one element, branch A27, twice"),
        (["rts_gmlc", "--pair", "A27", "A25"], "no branch, unit or dc line A25 exists in the network. Did you mean"),
        (["rts_gmlc", "--memory-mb", "1"], "a screen of this grid does not fit in 1 MiB: one hour takes"),
        (["nowhere"], "nowhere is neither an embedded dataset nor a dataset folder nor a file"),
    ],
)
def test_refused(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_file_in_the_way_of_the_tables(study: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    result = run(study, "--out", tmp_path / "taken")
    assert result.exit_code == 4
    assert "taken" in result.stderr
