"""What a study names is read and checked before anything is solved, and every finding has its place in the file."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridplan.errors import Finding, InputError
from gridplan.inputs import read_inputs
from gridplan.network.embedded import dataset_folder

STUDY = """schema_version: 1
name: North
network: grid
timezone: America/Phoenix
years: [2027, 2028]
hours: {first: 0, count: 24}
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
campuses:
  - {id: mesa, poi: [121], contract_mw: 50}
"""
JOB = (
    "jobs: [{id: j, kind: batch, energy_mwh: %d, p_max_mw: 40, release: 2020-01-01T00:00, deadline: 2020-01-01T12:00}]"
)
Findings = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    return Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "grid"))


@pytest.fixture
def refused(tmp_path: Path, grid: Path) -> Findings:
    """Findings of a study that is refused; its network is a folder beside it."""
    del grid

    def read(text: str) -> tuple[Finding, ...]:
        (tmp_path / "study.yaml").write_text(text)
        with pytest.raises(InputError) as error:
            read_inputs(tmp_path / "study.yaml")
        assert all(finding.place.file for finding in error.value.findings)
        return error.value.findings

    return read


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    return [(f.code, f.place.line, f.place.key) for f in findings]


def test_network_is_looked_for_beside_the_study(tmp_path: Path, grid: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY)
    inputs = read_inputs(tmp_path / "study.yaml")
    assert inputs.grid.path == grid
    assert (len(inputs.network.bus), len(inputs.series), inputs.findings) == (73, 8784, ())


def test_unknown_network_stands_at_its_key(refused: Findings) -> None:
    assert places(refused(STUDY.replace("network: grid", "network: gird"))) == [("GP-NET-001", 3, "network")]


def test_findings_of_grid_and_shapes_come_together(refused: Findings) -> None:
    text = STUDY.replace("poi: [121]", "poi: [1210], workloads: {shape: flatt}")
    assert places(refused(text)) == [
        ("GP-BUS-001", 9, "campuses.0.poi.0"),
        ("GP-CAM-001", 9, "campuses.0.workloads.shape"),
    ]


def test_missing_series_is_found_before_solving(refused: Findings, grid: Path) -> None:
    (grid / "availability_mw.csv.gz").unlink()
    (found,) = refused(STUDY)
    assert (found.code, found.place.file) == ("GP-ENC-002", grid / "availability_mw.csv.gz")


def test_hours_beyond_the_series_are_refused(refused: Findings, grid: Path) -> None:
    shorten(grid, 20)
    (found,) = refused(STUDY)
    assert found.message == "hours up to 23 are asked for, but the series of network grid have 20 hours"
    assert found.place.line == 6


def test_weather_year_of_the_series_is_compared(tmp_path: Path, grid: Path) -> None:
    facts: dict[str, Any] = json.loads((grid / "dataset.json").read_text())
    (grid / "dataset.json").write_text(json.dumps({**facts, "first_hour_local": "2016-01-01T00:00"}))
    (tmp_path / "study.yaml").write_text(STUDY.replace("base_case: {", "base_case: {weather_years: [2020], "))
    (found,) = read_inputs(tmp_path / "study.yaml").findings
    assert (found.severity, found.place.line) == ("warning", 7)
    assert found.message == "weather year 2020 is stated, but the series of network grid begin in 2016"


def test_default_weather_year_is_not_called_stated(tmp_path: Path, grid: Path) -> None:
    facts: dict[str, Any] = json.loads((grid / "dataset.json").read_text())
    (grid / "dataset.json").write_text(json.dumps({**facts, "first_hour_local": "2016-01-01T00:00"}))
    (tmp_path / "study.yaml").write_text(STUDY)
    (found,) = read_inputs(tmp_path / "study.yaml").findings
    assert found.message.startswith("no weather year is stated, which means 2020, but the series of network grid")


TWO_BUSES = """function mpc = north
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
 1 3 0 0 0 0 1 1 0 230 1 1.1 0.9;
 2 1 50 0 0 0 1 1 0 230 1 1.1 0.9;
];
mpc.gen = [
 1 0 0 50 -50 1 100 1 100 0;
];
mpc.gencost = [
 2 0 0 2 20 0;
];
mpc.branch = [
 1 2 0.01 0.1 0 0 0 0 0 0 1 -360 360;
];
"""


@pytest.mark.parametrize(
    ("section", "severity", "remedy"),
    [
        (
            "",
            "error",
            "give it in MVA, or say network_file: {unrated: ignore} (unlimited) or network_file: {unrated: derive}",
        ),
        (
            "network_file: {unrated: ignore}\n",
            "warning",
            "give the ratings, or say network_file: {unrated: error} or network_file: {unrated: derive}",
        ),
    ],
)
def test_remedies_name_keys_of_the_study_and_no_options(
    tmp_path: Path, section: str, severity: str, remedy: str
) -> None:
    (tmp_path / "north.m").write_text(TWO_BUSES)
    base = "base_case: {load_growth_frac_per_year: 0, committed_loads: [], weather_years: [2020]}\n"
    head = "schema_version: 1\nname: north\nnetwork: north.m\ntimezone: UTC\nyears: [2027]\n"
    (tmp_path / "study.yaml").write_text(
        head + base + section + "campuses:\n  - {id: mesa, poi: ['2'], contract_mw: 50}\n"
    )
    try:
        findings = read_inputs(tmp_path / "study.yaml").findings
    except InputError as error:
        findings = error.findings
    assert [(f.severity, f.remedy) for f in findings if f.code == "GP-LIM-001"] == [(severity, remedy)]


def test_job_that_cannot_fit_is_found_before_solving(refused: Findings) -> None:
    text = STUDY.replace("contract_mw: 50", f"contract_mw: 50, workloads: {{{JOB % 300}}}")
    found = refused(text)
    assert {(f.code, f.place.line, f.place.key) for f in found} == {("GP-TIM-004", 9, "campuses.0.workloads.jobs")}
    assert "campus mesa in 2027" in found[0].message


def shorten(grid: Path, hours: int) -> None:
    facts = json.loads((grid / "dataset.json").read_text())
    (grid / "dataset.json").write_text(json.dumps({**facts, "hours": hours}))
    for name in ("area_load_mw.csv.gz", "availability_mw.csv.gz"):
        lines = gzip.decompress((grid / name).read_bytes()).splitlines(keepends=True)
        (grid / name).write_bytes(gzip.compress(b"".join(lines[: hours + 1])))
