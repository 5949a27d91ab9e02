"""Text files with more lines, longer lines or more letters than any planner's file: refused before they are parsed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gridplan.cli.validate import file_findings
from gridplan.errors import Finding
from tests.corpus.contingency_and_hourly_files import SERIES_KEY, SETS_KEY
from tests.corpus.damage import GOOD, lay_out

LIMIT_S = 10.0
HEAD = "contingency,category,element_kind,element,rating,load_loss\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


def first_error(path: Path) -> Finding:
    begin = time.monotonic()
    found = [finding for finding in file_findings(path) if finding.severity == "error"]
    assert time.monotonic() - begin < LIMIT_S
    return found[0]


def study(folder: Path, key: str) -> Path:
    path = folder / "two_campuses.yaml"
    path.write_text(path.read_text().replace("{load_basis: modelled}", key))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sets.csv", HEAD + "x\n" * 1_000_000),
        ("sets.csv", HEAD + "," * 10_000_000),
        ("sets.csv", HEAD + "x," * 10_000_000),
        ("sets.con", "x\n" * 1_000_000),
        ("sets.con", "'" * 10_000_000),
    ],
)
def test_contingency_files(name: str, text: str, folder: Path) -> None:
    (folder / name).write_text(text)
    finding = first_error(study(folder, SETS_KEY.replace("FILE", name)))
    assert (finding.code, finding.place.file) == ("GP-SIZ-001", folder / name)


@pytest.mark.parametrize(
    "text",
    [
        "time,system\n" + "2020-07-01T00:00,100\n" * 1_000_000,
        "time,system\n" + "x\n" * 10_000_000,
        "time," + ",".join(f"c{i}" for i in range(100_000)) + "\n",
        "time," + "x," * 10_000_000 + "\n",
        "time,system\n\N{GRINNING FACE}" + "\n" * 80_000_000,
    ],
)
def test_hourly_files(text: str, folder: Path) -> None:
    (folder / "load.csv").write_text(text)
    finding = first_error(study(folder, SERIES_KEY))
    assert (finding.code, finding.place.file) == ("GP-SIZ-001", folder / "load.csv")


@pytest.mark.parametrize("row", ["x,\n", "'", ",", "\n"])
@pytest.mark.parametrize("name", ["south.raw", "east.aux", "south.cost.csv"])
def test_network_files(name: str, row: str, folder: Path) -> None:
    (folder / name).write_text((GOOD / name).read_text() + row * 4_000_000)
    finding = first_error(folder / name.replace(".cost.csv", ".raw"))
    assert (finding.code, finding.place.file) == ("GP-SIZ-001", folder / name)


def test_wide_letters_in_a_large_file(folder: Path) -> None:
    """A letter beyond ASCII makes every letter of the text take 4 bytes."""
    key = SERIES_KEY.replace("load.csv", "wide.csv")
    (folder / "wide.csv").write_text("time,\N{GRINNING FACE}\n" + ("x" * 1000 + "\n") * 70_000)
    finding = first_error(study(folder, key))
    assert finding.code == "GP-SIZ-001"
    assert "ASCII" in finding.message


def test_quotes_are_read_as_before(folder: Path) -> None:
    hours = 'time,"system"\r\n' + "".join(f'2020-07-01T{h:02d}:00,"{100 + h}"\r\n' for h in range(24))
    (folder / "load.csv").write_bytes(hours.encode())
    assert all(f.severity != "error" for f in file_findings(study(folder, SERIES_KEY)))
