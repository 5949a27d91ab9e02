"""``gridplan hosting --joint`` from the command line: the answer, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli
from gridplan.hosting import hosting_study

STUDY = """
schema_version: 1
name: Two points
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5422, count: 3}
base_case: {reference_year: 2028, load_growth_frac_per_year: 0.0, committed_loads: []}
campuses:
  - {id: mesa, poi: [203], contract_mw: 100}
  - {id: verde, poi: [203, 107], contract_mw: 50}
"""


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["hosting", *map(str, arguments)])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_candidates_of_a_study_together(study: Path) -> None:
    result = invoke(study, "--joint", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["status"], answer["basis"]["hours"]) == ("optimal", 3)
    (year,) = answer["joint"]
    assert (year["year"], year["is_firm"]) == (2028, True)
    assert [row["bus"] for row in year["buses"]] == ["203", "107"]
    alone = {row["bus"]: row["hosting_capacity_mw"] for row in hosting_study(study)["buses"]}
    assert {row["bus"]: row["alone_mw"] for row in year["buses"]} == pytest.approx(alone, abs=1e-4)
    assert year["total_mw"] == pytest.approx(max(c["203"] + c["107"] for c in year["corners"]), abs=1e-4)
    assert max(alone.values()) <= year["total_mw"] + 1e-4
    assert year["gap_mw"] <= 0.01
    assert len(year["sides"]) == len(year["corners"])
    assert all(side["hour_local"] for side in year["binding"])


def test_words_name_total_corners_and_limits(study: Path) -> None:
    result = invoke(study, "--joint", "--bus", 203, "--bus", 107, "--weight", "107=3")
    assert result.exit_code == 0, result.output
    for words in ("MW together", "all secure pairs of 203 and 107", "held back by", "after loss of", "x 107"):
        assert words in result.stdout


def test_three_buses_of_a_network_have_shares_and_no_year() -> None:
    result = invoke("rts_gmlc", "--joint", "--bus", 203, "--bus", 107, "--bus", 308, "--json")
    (found,) = json.loads(result.stdout)["joint"]
    assert {"year", "corners"} & found.keys() == set()
    assert found["total_mw"] == pytest.approx(sum(row["mw"] for row in found["buses"]))
    assert found["total_mw"] >= max(row["alone_mw"] for row in found["buses"]) - 1e-6


def test_radial_bus_makes_the_total_not_firm(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.replace("[203, 107]", "[207]"))
    result = invoke(path, "--joint", "--json")
    (year,) = json.loads(result.stdout)["joint"]
    assert [row["is_radial"] for row in year["buses"]] == [False, True]
    assert not year["is_firm"]
    assert "not firm" in invoke(path, "--joint").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--joint", "--bus", 203], "GP-BUS-005"),
        (["--joint", "--bus", 203, "--bus", 203], "GP-BUS-005"),
        (["--joint", "--bus", 203, "--bus", "10x"], "GP-BUS-001"),
        (["--joint", "--weight", "308=1"], "bus 308 has a weight"),
        (["--joint", "--weight", "203=0"], "weight above 0"),
        (["--joint", "--weight", "203=nan"], "weight above 0"),
        (["--joint", "--weight", "203"], "BUS=WEIGHT"),
        (["--joint", "--all"], "--all"),
        (["--joint", "--service", "conditional"], "--service"),
        (["--weight", "203=1"], "--joint"),
        (["--joint", "--method", "load-only"], "--joint"),
    ],
)
def test_bad_input_is_told_without_a_traceback(study: Path, arguments: list[object], words: str) -> None:
    result = invoke(study, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output
