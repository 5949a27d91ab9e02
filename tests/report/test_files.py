"""The files of the report: the same bytes twice, readable, accessible, and asking nothing of the net."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from gridplan.errors import FileError
from gridplan.report.cells import number_text
from gridplan.report.document import build_report_apart
from gridplan.report.file_names import REPORT_HTML, REPORT_JSON, REPORT_PDF, SITES_GPKG, WRITTEN
from gridplan.solution import MW_BY_YEAR_CSV, STUDY_JSON
from tests.report import make_run

FOLDERS = ("full", "minimal", "infeasible")


def digests(folder: Path) -> dict[str, str]:
    found = [folder / name for name in WRITTEN if (folder / name).is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def pdf_text(folder: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(folder / REPORT_PDF).pages)


def page_sizes_pt(folder: Path) -> set[tuple[int, int]]:
    pages = PdfReader(folder / REPORT_PDF).pages
    return {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages}


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("kind", FOLDERS)
def test_same_bytes_twice(kind: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    before = digests(folder)
    build_report_apart(folder)
    assert digests(folder) == before


def test_same_bytes_in_another_process_place_and_time_zone(copy: Path, full: Path) -> None:
    door = "from pathlib import Path; from gridplan.report.document import build_report"
    code = f"{door}; build_report(Path({str(copy)!r}))"
    environment = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=copy)
    assert digests(copy) == digests(full)


def test_report_does_not_read_itself_or_the_manifest_hashes(copy: Path, full: Path) -> None:
    (copy / REPORT_JSON).write_text("{}", encoding="utf-8")
    (copy / REPORT_PDF).write_bytes(b"old")
    (copy / "manifest.json").write_text(
        json.dumps({"outputs": {REPORT_PDF: "0"}, "wall_s": {"audit": 1.0}}), encoding="utf-8"
    )
    before = {path.name for path in copy.iterdir()}
    written = build_report_apart(copy)
    assert set(written) == set(WRITTEN)
    assert {path.name for path in copy.iterdir()} == before | set(WRITTEN)
    assert digests(copy) == digests(full)


def test_pdf_holds_verdict_and_every_mw(full: Path) -> None:
    text = plain(pdf_text(full))
    for line in json.loads((full / REPORT_JSON).read_text(encoding="utf-8"))["verdict"]:
        assert plain(line["text"]) in text
    with (full / MW_BY_YEAR_CSV).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in ("contract_mw", "firm_mw", "conditional_mw", "connected_mw", "unconnected_mw"):
                assert number_text(float(row[name]), "mw") in text


def test_first_page_answers_and_warns(full: Path) -> None:
    page = plain(PdfReader(full / REPORT_PDF).pages[0].extract_text())
    for words in (
        "Verdict",
        "787.5MWfirm",
        "syntheticgrid",
        "notreplaceshort-circuit,stabilityorfacility",
        "Studiesstillrequired",
    ):
        assert words in page


@pytest.mark.parametrize("kind", FOLDERS)
def test_pdf_is_tagged_titled_and_in_english(kind: str, request: pytest.FixtureRequest) -> None:
    reader = PdfReader(request.getfixturevalue(kind) / REPORT_PDF)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]


def test_paper_follows_the_study(full: Path, minimal: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(minimal, folder)
    study = json.loads((folder / STUDY_JSON).read_text(encoding="utf-8"))
    study["report"]["paper"] = "a4"
    (folder / STUDY_JSON).write_text(json.dumps(study), encoding="utf-8")
    build_report_apart(folder)
    assert page_sizes_pt(full) == {(612, 792)}
    assert page_sizes_pt(folder) == {(595, 842)}


@pytest.mark.parametrize("kind", FOLDERS)
def test_page_asks_nothing_of_the_net(kind: str, request: pytest.FixtureRequest) -> None:
    page = (request.getfixturevalue(kind) / REPORT_HTML).read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]|@import|<link|<script|<img|url\((?!#)", page)


def test_drawings_of_the_page_have_names_and_unique_ids(full: Path) -> None:
    page = (full / REPORT_HTML).read_text(encoding="utf-8")
    assert page.count('<svg role="img" aria-label="') == page.count("<svg") == 8
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', page)) <= set(ids)


def test_hostile_words_do_no_harm(copy: Path) -> None:
    study = json.loads((copy / STUDY_JSON).read_text(encoding="utf-8"))
    study["name"] = "<script>alert(1)</script> #panic() $x$ \\ 数据中心 🙂"
    study["campuses"][0]["name"] = "*bold* _x_ $\\frac$ @ref"
    (copy / STUDY_JSON).write_text(json.dumps(study), encoding="utf-8")
    build_report_apart(copy)
    page = (copy / REPORT_HTML).read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "数据中心" in page
    assert "#panic() $x$" in pdf_text(copy)


def test_geopackage_holds_grid_and_campuses(full: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    layers = {
        name: pyogrio.read_dataframe(full / SITES_GPKG, layer=name)
        for name, _ in pyogrio.list_layers(full / SITES_GPKG)
    }
    assert {name: len(frame) for name, frame in layers.items()} == {
        "bus": 73, "branch": 120, "dc_line": 1, "poi": 14, "campus": 6,
    }  # fmt: skip
    last = layers["campus"][layers["campus"]["year"] == 2029]
    assert last["firm_mw"].tolist() == [300.0, 300.0, 187.5]
    assert all(frame.crs == "EPSG:4326" for frame in layers.values())


def test_grid_without_coordinates_has_no_geopackage(minimal: Path) -> None:
    assert not (minimal / SITES_GPKG).exists()
    assert "Schematic drawing" in pdf_text(minimal)


def test_missing_folder_and_damaged_file_are_file_errors(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is no folder"):
        build_report_apart(tmp_path / "nothing")
    folder = make_run.make_minimal(tmp_path / "run")
    (folder / "plan.json").write_text("{", encoding="utf-8")
    with pytest.raises(FileError, match=r"plan\.json cannot be read"):
        build_report_apart(folder)
