"""Chapter on computing: work done elsewhere, and lost work that is less than the power given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import pytest

from gridplan.report.file_names import REPORT_JSON
from gridplan.solution import schedule_file

FILE = schedule_file(2028)


@pytest.fixture(scope="module")
def chapter(real_run: Path) -> list[dict[str, Any]]:
    document = json.loads((real_run / REPORT_JSON).read_text(encoding="utf-8"))
    return next(section["blocks"] for section in document["sections"] if section["id"] == "computing")


@pytest.fixture(scope="module")
def hourly(real_run: Path) -> dict[str, np.ndarray]:
    names = ("p_shift_mw", "p_curtailed_mw", "lost_work_mw")
    with h5netcdf.File(real_run / FILE, "r") as data:
        return {name: np.asarray(data.variables[name][...]) for name in names}


def rows(chapter: list[dict[str, Any]], name: str) -> list[list[Any]]:
    table = next(block for block in chapter if block.get("id") == name)
    return [[cell["value"] for cell in row["cells"]] for row in table["rows"] if row["style"] != "group"]


def test_moved_energy_stands_in_the_report(chapter: list[dict[str, Any]], hourly: dict[str, np.ndarray]) -> None:
    found = rows(chapter, "moved_work")
    assert [row[4] for row in found] == pytest.approx(hourly["p_shift_mw"].sum(axis=0).tolist())
    assert sum(row[4] for row in found) > 100.0
    assert [row[3] for row in found] == [0.2, 0.3]


def test_a_pair_that_cannot_be_is_told(chapter: list[dict[str, Any]]) -> None:
    words = " ".join(block["text"] for block in chapter if block["kind"] == "paragraph")
    assert "no work moves to copper; it stands 446 km away, and 5 ms there and back reach 340 km" in words


def test_lost_work_is_what_the_curve_takes(chapter: list[dict[str, Any]], hourly: dict[str, np.ndarray]) -> None:
    lost, given_up = (hourly[name].sum(axis=(0, 2)) for name in ("lost_work_mw", "p_curtailed_mw"))
    assert [row[5] for row in rows(chapter, "campus_energy")] == pytest.approx(lost.tolist())
    assert 0.0 < lost[0] < 0.5 * given_up[0]
