"""Load-only headroom of 22 areas against the totals published for them (Norris et al., Duke University, 2025)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli

FOLDER = Path(os.environ.get("GRIDPLAN_TEST_DATA", "")) / "data" / "eia930"
PUBLISHED_GW = {0.0025: 76, 0.005: 98, 0.01: 126, 0.05: 215}
SAME_INPUT = ("PJM", "MISO", "ERCO", "SOCO", "ISNE", "NYIS", "TVA", "DUK", "CPLE", "FPC", "PSCO", "PGE")
"""Areas whose cleaned hours seem to be those of the report: no season rule moves them."""

pytestmark = pytest.mark.skipif(
    "GRIDPLAN_TEST_DATA" not in os.environ or not FOLDER.is_dir(),
    reason="GRIDPLAN_TEST_DATA names no folder with hours of EIA-930",
)


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(cli, ["hosting", "--method", "load-only", str(FOLDER), *arguments])
    assert done.exit_code == 0, done.stderr
    return done


def test_totals_stand_beside_the_published_ones() -> None:
    answer = json.loads(run("--json").stdout)
    rows = [row for row in answer["comparison"]["rows"] if row["area"] == "total"]
    assert {row["curtailment_budget_frac"]: row["published_mw"] / 1000 for row in rows} == PUBLISHED_GW
    assert all(-0.031 < row["deviation_frac"] < 0 for row in rows)
    assert [row["load_only_mw"] for row in rows] == [total["load_only_mw"] for total in answer["totals"]]
    assert len(answer["areas"]) == 22
    years = answer["totals"][0]["years"]
    assert [year["year"] for year in years if year["is_complete"]] == list(range(2016, 2025))
    hours = [total["areas_mean_hours_per_year"] for total in answer["totals"]]
    assert hours == pytest.approx([85, 177, 366, 1848], rel=0.035)


def test_published_seasons_meet_the_areas_whose_hours_are_the_same() -> None:
    out = run(
        "--json", "--summer-months", "4-10", "--averaging", "yearly-rates", "--curtailment-budget", "0.005"
    ).stdout
    rows = {row["area"]: row for row in json.loads(out)["comparison"]["rows"]}
    assert all(abs(rows[area]["deviation_mw"]) < max(50, 0.012 * rows[area]["published_mw"]) for area in SAME_INPUT)
    assert abs(rows["CISO"]["deviation_mw"]) < 50


def test_text_shows_totals_and_deviations() -> None:
    lines = run().stdout.splitlines()
    totals = [line.split() for line in lines if line.startswith("total")]
    assert [line[0] for line in totals] == ["total"] * 5
    assert {float(line[4]) / 1000 for line in totals[1:]} == set(map(float, PUBLISHED_GW.values()))
    assert any("summer: May-Oct" in line for line in lines)
