"""The chapter on what one MW more of each branch is worth, and prices that a penalty sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5netcdf
import pytest

from gridplan.report.hourly import read_hourly
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections import worth
from gridplan.solution import schedule_file


@pytest.fixture(scope="module")
def blocks(full: Path) -> list[dict[str, Any]]:
    return [block.to_json() for block in worth.build_blocks(RunFolder(full))]


def lines_of(blocks: list[dict[str, Any]], table: str) -> dict[str, dict[str, Any]]:
    """Cells by heading, of every line by its branch."""
    (found,) = [block for block in blocks if block.get("id") == table]
    heads = [column["head"].replace("\n", " ") for column in found["columns"]]
    rows = [row["cells"] for row in found["rows"] if row["style"] != "group"]
    return {cells[0]["text"]: dict(zip(heads, cells, strict=True)) for cells in rows}


def test_worth_and_cost_of_the_candidate_stand_side_by_side(blocks: list[dict[str, Any]]) -> None:
    lines = lines_of(blocks, "branch_worth")
    assert list(lines) == ["C6", "B13", "A27", "B12-1"]
    assert lines["C6"]["Worth of 1 MW"]["text"] == "8,196"
    assert lines["B13"]["Cost of 1 MW"]["text"] == "4,605"
    assert lines["B13"]["Saves at most"] == {"text": "30,951 < cost", "value": 30951.0, "mark": "quiet"}
    assert lines["A27"]["Candidate"]["text"] == "a27, built"
    assert lines["A27"]["Raised"]["value"] == 3
    assert lines["A27"]["Short- time"]["text"] == "1,059"


def test_hours_of_a_penalty_stand_apart(blocks: list[dict[str, Any]]) -> None:
    line = lines_of(blocks, "branch_worth")["B12-1"]
    assert (line["Worth of 1 MW"]["value"], line["Penalty"]["value"], line["Penalty"]["mark"]) == (0.0, 2.0, "warn")
    text = blocks[-1]["text"]
    assert blocks[-1]["tone"] == "warning"
    assert "2029: 2 hours" in text
    assert "2027" not in text


def test_text_says_marginal_and_which_hours(blocks: list[dict[str, Any]]) -> None:
    text = blocks[0]["text"]
    assert "value of the first MW" in text
    assert "504 studied hours, not scaled up to a year" in text


def test_mean_price_leaves_hours_of_a_penalty_out(copy: Path) -> None:
    before = read_hourly(RunFolder(copy), "2029").mean_price_usd_per_mwh
    with h5netcdf.File(copy / schedule_file(2029), "a") as data:
        flagged = data.variables["is_penalty_priced"][...] > 0
        price = data.variables["lmp_usd_per_mwh"][...]
        assert flagged.sum() == 2
        price[flagged] = 10_000.0
        data.variables["lmp_usd_per_mwh"][...] = price
    assert read_hourly(RunFolder(copy), "2029").mean_price_usd_per_mwh == before
