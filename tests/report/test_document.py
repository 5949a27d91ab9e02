"""The document: verdict first, every chapter, every number as text and as raw value."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gridplan.report import sections
from gridplan.report.figures import curtailment_curves
from gridplan.report.file_names import REPORT_JSON, WRITTEN
from gridplan.report.sections import CHAPTERS
from gridplan.solution import MW_BY_YEAR_CSV, PLAN_JSON, STUDY_JSON

Draft = Callable[[], dict[str, Any]]
OPTIONAL = (
    "ac.json", "certificate.json", "curtailment_curve.csv", "mw_by_year.csv", "network.json", "poi_capacity.csv",
    "redispatch.csv", "reinforcements.csv", "schedule_2027.nc", "schedule_2029.nc", "series_2029.nc",
    "study.resolved.json", "study.yaml", "unit_dependence.csv", "violations.csv",
)  # fmt: skip


def read(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / REPORT_JSON).read_text(encoding="utf-8"))
    return found


def blocks(document: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for section in document["sections"]:
        yield from (block for block in section["blocks"] if block["kind"] == kind)


def edit(path: Path, change: Any) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_full_run_writes_every_file(full: Path) -> None:
    assert {path.name for path in full.iterdir()} >= set(WRITTEN)


def test_every_file_of_the_folder_is_a_chapter() -> None:
    folder = Path(sections.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {chapter.build_blocks.__module__.rpartition(".")[2] for chapter in CHAPTERS}
    assert len({chapter.id for chapter in CHAPTERS}) == len(CHAPTERS)


def test_full_run_studies_every_chapter(document: dict[str, Any]) -> None:
    assert [section["id"] for section in document["sections"]] == [chapter.id for chapter in CHAPTERS]
    assert {section["status"] for section in document["sections"]} == {"studied"}


@pytest.mark.parametrize("kind", ["minimal", "infeasible"])
def test_missing_results_are_named_not_left_out(kind: str, request: pytest.FixtureRequest) -> None:
    document = read(request.getfixturevalue(kind))
    missing = [section for section in document["sections"] if section["status"] == "not studied"]
    assert len(document["sections"]) == len(CHAPTERS)
    assert {"poi_capacity", "security", "units", "audit"} <= {section["id"] for section in missing}
    assert all(section["blocks"][0]["text"].startswith("Not studied: ") for section in missing)


@pytest.mark.parametrize("name", OPTIONAL)
def test_report_survives_without_any_one_file(copy: Path, draft: Draft, name: str) -> None:
    (copy / name).unlink()
    assert len(draft()["sections"]) == len(CHAPTERS)


def test_studies_still_required_stand_before_results(document: dict[str, Any]) -> None:
    ids = [section["id"] for section in document["sections"]]
    assert ids[0] == "studies_required"
    rows = next(blocks(document, "table"))["rows"]
    here = {row["cells"][0]["text"]: row["cells"][2]["text"] for row in rows}
    assert here["Multiple outages P2, P4, P5, P7"] == "not studied"
    assert here["Short circuit and breaker duty"] == "not studied"


def test_verdict_has_three_lines_with_binding_element_hour_and_basis(document: dict[str, Any]) -> None:
    assert [line["label"] for line in document["verdict"]] == ["Verdict", "Limit", "Basis"]
    verdict, limit, basis = (line["text"] for line in document["verdict"])
    assert "By 2029, 1,000 of 1,200 MW requested can connect: 787.5 MW firm" in verdict
    assert "212.5 MW conditional; 200 MW cannot." in verdict
    assert "B13 under loss of unit 218_CC_1, 30 Jul 18:00, generation runs short (kingman)" in limit
    assert "at most 14 h curtailed a year, 5 h at a time" in limit
    for word in ("DC thermal", "category P1 only (120 branches", "24 hours AC-checked (failed)", "relaxed commitment",
                 "one weather year (2020)", "contract MW in every hour"):  # fmt: skip
        assert word in basis
    assert document["verdict"][0]["values"]["firm_mw"] == 787.5


def test_firm_mw_that_fail_ac_are_called_thermal_only(document: dict[str, Any]) -> None:
    chapter = next(section for section in document["sections"] if section["id"] == "mw_by_year")
    notes = [block["text"] for block in chapter["blocks"] if block["kind"] == "paragraph"]
    assert any("187.5 MW thermal (DC) only: AC fails: bus 203 at 0.8874 pu" in note for note in notes)
    assert any("175 MW passes" in note for note in notes)
    assert "187.5 MW thermal (DC) only, AC fails for kingman" in document["verdict"][0]["text"]


def test_firm_mw_without_ac_check_say_so(copy: Path, draft: Draft) -> None:
    (copy / "ac.json").unlink()
    assert "787.5 MW firm (thermal, no AC check)" in draft()["verdict"][0]["text"]


def test_every_mw_of_the_table_file_is_in_the_central_table(full: Path, document: dict[str, Any]) -> None:
    table = next(block for block in blocks(document, "table") if block["id"] == "mw_by_year")
    values = [cell["value"] for row in table["rows"] for cell in row["cells"]]
    with (full / MW_BY_YEAR_CSV).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in ("contract_mw", "firm_mw", "conditional_mw", "connected_mw", "unconnected_mw"):
                assert float(row[name]) in values


def test_tables_are_rectangular_and_numbers_keep_their_raw_value(document: dict[str, Any]) -> None:
    for table in [document["campuses"], *blocks(document, "table")]:
        for row in table["rows"]:
            assert len(row["cells"]) == (1 if row["style"] == "group" else len(table["columns"])), table["id"]
            for cell in row["cells"]:
                is_number = cell["text"].replace(",", "").replace("−", "-").replace(".", "", 1).lstrip("-").isdigit()
                assert cell["value"] is not None or not is_number, (table["id"], cell)


def test_every_figure_has_words_instead(document: dict[str, Any]) -> None:
    figures = list(blocks(document, "figure"))
    assert {figure["id"] for figure in figures} == {
        "mw_bars", "curtailment_curves", "map", "worst_week", "duration", "load_model_mesa", "load_model_barstow",
        "load_all",
    }  # fmt: skip
    assert all(len(figure["alt"]) > 60 for figure in figures)


def test_curtailment_beyond_the_terms_is_named(copy: Path, draft: Draft) -> None:
    def tighten(plan: dict[str, Any]) -> None:
        for campus in plan["years"]["2029"]["campuses"]:
            if campus["terms"]:
                campus["terms"]["max_hours"] = 1.0

    edit(copy / PLAN_JSON, tighten)
    table = next(block for block in blocks(draft(), "table") if block["id"] == "terms")
    assert any("exceeded: hours" in cell["text"] for row in table["rows"] for cell in row["cells"])


def test_hours_of_the_flat_contract_stand_in_the_tables_of_mw_and_of_terms(
    full: Path, document: dict[str, Any]
) -> None:
    plan = json.loads((full / PLAN_JSON).read_text(encoding="utf-8"))
    campus = next(c for c in plan["years"]["2029"]["campuses"] if c["conditional_mw"] > 0)
    tables = {block["id"]: block for block in [document["campuses"], *blocks(document, "table")]}
    for name in ("campuses", "mw_by_year", "terms"):
        values = [cell["value"] for row in tables[name]["rows"] for cell in row["cells"]]
        assert campus["contract_curtailed_hours"] in values, name
    frac = campus["contract_curtailed_mwh"] / (campus["connected_mw"] * plan["years"]["2029"]["hours"])
    assert pytest.approx(frac) in [cell["value"] for row in tables["terms"]["rows"] for cell in row["cells"]]


def test_modelled_schedule_keeps_its_own_curtailment(full: Path, document: dict[str, Any]) -> None:
    table = next(block for block in blocks(document, "table") if block["id"] == "modelled_curtailment")
    values = [cell["value"] for row in table["rows"] for cell in row["cells"]]
    with (full / MW_BY_YEAR_CSV).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if float(row["conditional_mw"]) > 0]
    assert rows
    assert all(float(row["curtailed_hours"]) in values for row in rows)


def test_poi_without_curtailment_is_named_and_not_drawn(copy: Path, draft: Draft) -> None:
    path = copy / "curtailment_curve.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [{**row, "curtailed_hours": "0"} if row["poi"] == "215" else row for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    chapter = next(section for section in draft()["sections"] if section["id"] == "curtailment")
    intro, figure = chapter["blocks"][:2]
    assert "Nothing is curtailed up to the largest MW looked for at POI 215 (up to" in intro["text"]
    assert "POI 215" not in figure["alt"]


def test_curve_is_cut_where_its_hours_stop_being_useful() -> None:
    panel = curtailment_curves.CurvePanel(
        poi="207", campus="", total_mw=[0.0, 50.0, 100.0, 300.0], hours=[0.0, 500.0, 1500.0, 8784.0],
        network_hours=[0.0, 500.0, 1500.0, 8784.0], generation_hours=[0.0] * 4, firm_mw=0.0, conditional_total_mw=None,
    ).shown()  # fmt: skip
    assert panel.total_mw == [0.0, 50.0, 75.0]
    assert panel.hours == [0.0, 500.0, 1000.0]


def test_case_without_ac_solution_is_named_briefly(copy: Path, draft: Draft) -> None:
    remark = "no AC solution (Newton's method does not converge) under loss of C12-1"

    def lose(data: dict[str, Any]) -> None:
        verdict = next(v for v in data["years"]["2029"]["verdicts"] if not v["is_passed"])
        verdict.update(text=f"AC fails: {remark}; 3 of 5,280 cases fail", largest_passing_mw=0.0)
        violation = data["years"]["2029"]["violations_counted"][0]
        violation.update(kind="no_convergence", place="Newton's method does not converge")

    edit(copy / "ac.json", lose)
    document = draft()
    assert "Newton" not in json.dumps(document)
    texts = [cell["text"] for row in document["campuses"]["rows"] for cell in row["cells"]]
    assert "fails; no MW passes" in texts


def test_long_list_of_ac_limits_is_cut_and_counted(copy: Path, draft: Draft) -> None:
    def lengthen(data: dict[str, Any]) -> None:
        data["years"]["2029"]["violations_counted"] *= 33

    edit(copy / "ac.json", lengthen)
    table = next(block for block in blocks(draft(), "table") if block["id"] == "ac_violations")
    assert len([row for row in table["rows"] if row["style"] != "group"]) == 20
    assert "13 more pairs" in table["note"]


def test_failed_audit_stands_on_the_first_page(copy: Path, draft: Draft) -> None:
    edit(copy / "certificate.json", lambda data: data["checks"][3].update(verdict="fail", reason="0.4 MW too much"))
    document = draft()
    assert any("audit failed in C04" in warning["text"] for warning in document["warnings"])


def test_infeasible_run_prints_no_mw(infeasible: Path) -> None:
    document = read(infeasible)
    assert document["status"] == "infeasible"
    assert document["campuses"] is None
    verdict, limit, _ = (line["text"] for line in document["verdict"])
    assert verdict.startswith("No MW are printed: the study is infeasible. Without campuses 143.2 MW")
    assert limit == "Feasible again with branch A1 under loss of branch A2 relaxed by 12.4 MW, 26 Aug 17:00."


def test_study_without_campuses_is_a_result(copy: Path, draft: Draft) -> None:
    def remove(plan: dict[str, Any]) -> None:
        for year in plan["years"].values():
            year["campuses"] = []

    edit(copy / PLAN_JSON, remove)
    edit(copy / STUDY_JSON, lambda study: study.update(campuses=[]))
    (copy / MW_BY_YEAR_CSV).unlink()
    assert draft()["verdict"][0]["text"] == "No campus is requested; the run describes the grid alone."


def test_site_that_cannot_be_connected_is_a_result(copy: Path, draft: Draft) -> None:
    def refuse(plan: dict[str, Any]) -> None:
        campus = plan["years"]["2029"]["campuses"][2]
        campus.update(bus=None, connected_mw=0.0, firm_mw=0.0, conditional_mw=0.0, unconnected_mw=500.0)

    edit(copy / PLAN_JSON, refuse)
    verdict, limit, _ = (line["text"] for line in draft()["verdict"])
    assert "700 of 1,200 MW requested can connect" in verdict
    assert "500 MW cannot" in verdict
    assert "(kingman, not connected)" in limit
