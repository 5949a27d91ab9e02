"""What the report says where a run holds less than a year: one snapshot of a file, or the hours of own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridplan.report.figures import duration, mw_bars, worst_week
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections import cost, curtailment, hours
from gridplan.report.verdict import verdict_lines, warnings
from tests.report import make_run


def changed(folder: Path, study: dict[str, Any], findings: list[dict[str, Any]]) -> RunFolder:
    """Run whose study and findings are others."""
    path = folder / "study.resolved.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | study))
    path = folder / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"findings": findings}))
    return RunFolder(folder)


@pytest.fixture
def one_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (duration, mw_bars, worst_week):
        monkeypatch.setattr(module, "render", lambda *_: "<svg></svg>")
    return make_run.make_full(tmp_path / "run", first=4900, hours=1)


def page_one(run: RunFolder) -> str:
    return "\n".join([line.text for line in verdict_lines(run)] + [paragraph.text for paragraph in warnings(run)])


def test_snapshot_of_a_file_has_no_date_and_no_figure_over_time(one_hour: Path) -> None:
    run = changed(one_hour, {"hours": "all", "series": None}, [])
    text = page_one(run)
    assert "N-1, one snapshot of the grid" in text
    assert "weather year" not in text
    assert "The grid has no hours: MW hold for the one snapshot of its files" in text
    (block,) = hours.build_blocks(run)
    assert "18:00" not in text
    (words,) = curtailment.build_blocks(run)
    assert words.text.startswith("One hour is studied, so there is no curve of hours over MW")
    assert " MW at " in words.text
    native = run.series(run.last_year, "load_mw").sum()
    assert block.values["native_mw"] == pytest.approx(float(native))
    assert "one hour, the snapshot of the grid" in block.text
    table = cost.build_blocks(run)[0]
    assert table.columns[0].head == "Cost of 1 studied hour"


def test_one_hour_of_a_weather_year_keeps_its_date(one_hour: Path) -> None:
    run = changed(one_hour, {"hours": {"first": 4900, "count": 1}}, [])
    text = page_one(run)
    assert "1 hour of each year" in text
    assert "one weather year (2020)" in text
    assert "Only 1 hour of the weather year is studied; MW hold for it alone." in text
    assert "30 Jul 18:00" in text
    assert "one hour, the hour " in hours.build_blocks(run)[0].text


def test_short_own_files_are_told_with_the_year_they_hold(one_hour: Path) -> None:
    run = changed(one_hour, {"hours": "all", "series": {"load": {"file": "load.csv"}}}, [])
    plan = run.plan["years"]
    for entry in plan.values():
        entry["first_hour_utc"] = "2025-07-01T07:00:00Z"
    text = page_one(run)
    assert "one weather year (2025)" in text
    assert "The hourly files hold 1 hour; MW hold for it alone." in text


def test_first_page_tells_warnings_on_data_the_weighty_first(one_hour: Path) -> None:
    long = (
        "2 branches with the data of a line join two voltage levels: 86-87_1, 68-116_1; the first joins 138 to 161 kV"
    )
    found = [
        {"code": "GP-BASE-001", "severity": "warning", "message": "no load growth"},
        {"code": "GP-TOP-006", "severity": "warning", "message": long},
        {"code": "GP-SHN-001", "severity": "note", "message": "14 shunts"},
        {"code": "GP-LIM-001", "severity": "warning", "message": "186 branches without a normal rating"},
    ]
    text = page_one(changed(one_hour, {}, found))
    wanted = "186 branches without a normal rating; 2 branches with the data of a line join two voltage levels."
    assert f"2 warnings on the data, in full in the data notes: {wanted}" in text
    assert "14 shunts" not in text
