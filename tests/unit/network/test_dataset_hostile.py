"""Dataset folders and cost files that reach outside, never end, or are larger than any grid."""

from __future__ import annotations

import gzip
import os
import shutil
import time
from pathlib import Path

import pytest

from gridplan.cli.validate import file_findings
from gridplan.errors import Finding
from tests.corpus.damage import lay_out

MEMBERS = ("dataset.json", "bus.csv", "branch.csv", "area_load_mw.csv.gz", "availability_mw.csv.gz")
LIMIT_S = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path / "study")
    return tmp_path / "study"


def only(path: Path) -> Finding:
    begin = time.monotonic()
    findings = [finding for finding in file_findings(path) if finding.severity == "error"]
    assert time.monotonic() - begin < LIMIT_S
    assert findings
    return findings[0]


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_a_link_out_of_the_folder_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(folder / "west" / name, outside)
    (folder / "west" / name).symlink_to(outside)
    finding = only(folder / "two_campuses.yaml")
    assert (finding.code, finding.place.file) == ("GP-SEC-001", folder / "west" / name)


def test_a_link_inside_the_folder_is_read(folder: Path) -> None:
    shutil.move(folder / "west/bus.csv", folder / "west/bus_v2.csv")
    (folder / "west/bus.csv").symlink_to("bus_v2.csv")
    assert not file_findings(folder / "west")


def test_a_cost_file_that_is_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder / "south.cost.csv", tmp_path / "outside")
    (folder / "south.cost.csv").symlink_to(tmp_path / "outside")
    assert only(folder / "south.raw").code == "GP-SEC-001"


def test_a_cost_file_that_is_a_folder_is_not_passed_over(folder: Path) -> None:
    (folder / "south.cost.csv").unlink()
    (folder / "south.cost.csv").mkdir()
    assert only(folder / "south.raw").code == "GP-ENC-002"


def test_contingencies_of_a_dataset_that_are_a_link_out_of_it_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("contingency,category,element_kind,element\ntower,P7,branch,A1\n")
    (folder / "west/contingency.csv").symlink_to(tmp_path / "outside")
    study = folder / "two_campuses.yaml"
    key = "{load_basis: modelled, contingencies: {dataset: true}}"
    study.write_text(study.read_text().replace("{load_basis: modelled}", key))
    assert only(study).code == "GP-SEC-001"


@pytest.mark.parametrize("name", ["bus.csv", "area_load_mw.csv.gz", "dataset.json"])
def test_a_member_that_never_ends_is_refused(name: str, folder: Path) -> None:
    (folder / "west" / name).unlink()
    os.mkfifo(folder / "west" / name)
    assert only(folder / "west").code == "GP-ENC-002"


@pytest.mark.parametrize(
    ("name", "head", "row", "count"),
    [
        ("availability_mw.csv.gz", b"10_CC_1,b\n", b"x,y\n", 26_000_000),
        ("area_load_mw.csv.gz", b"1,2\n", b"148,149\n", 20_000_000),
        ("bus.csv", b"", b"x\n", 300_000),
        ("branch.csv", b"", b",,,,,,,,,,,\n", 400_000),
    ],
)
def test_a_table_larger_than_any_grid_is_refused(name: str, head: bytes, row: bytes, count: int, folder: Path) -> None:
    path = folder / "west" / name
    with gzip.open(path, "wb", compresslevel=1) if name.endswith(".gz") else path.open("ab") as stream:
        stream.write(head)
        for _ in range(100):
            stream.write(row * (count // 100))
    finding = only(folder / "west")
    assert (finding.code, finding.place.file) == ("GP-SIZ-001", path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested"),
        ('{"hours": ' + "9" * 10_000 + "}", "4300 digits"),
        ('{"hours": 24, "hours": 25}', "'hours' stands twice"),
        ('{"hours": NaN}', "NaN is not a finite number"),
    ],
)
def test_dataset_json_that_no_program_writes_is_refused(text: str, says: str, folder: Path) -> None:
    (folder / "west/dataset.json").write_text(text)
    finding = only(folder / "west")
    assert finding.code == "GP-NET-002"
    assert says in finding.message


@pytest.mark.parametrize(
    ("old", "new"), [("100.0", "1e400"), ("100.0", "true"), (": 24", ": true"), (": 24", ": 1" + "0" * 99)]
)
def test_numbers_of_dataset_json_that_cannot_be_are_refused(old: str, new: str, folder: Path) -> None:
    path = folder / "west/dataset.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert only(folder / "west").place.file == path
