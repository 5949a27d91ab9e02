"""Table, GeoPackage and map of all buses: what is in them, that they agree, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest

from gridplan.bus_table import BusTable, buses_from, least_kv, table_heading, write_table
from gridplan.errors import FileError, InputError
from gridplan.hosting import hosting_study
from gridplan.snapshot import snapshot


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table")


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    return hosting_study("rts_gmlc", all_buses=True, table=BusTable(min_kv=200.0, folder=folder))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_answer_table_and_points_agree(answer: dict[str, Any], folder: Path) -> None:
    rows = rows_of(folder / "hosting.csv")
    points = geopandas.read_file(folder / "hosting.gpkg")
    assert [row["bus"] for row in rows] == [row["bus"] for row in answer["buses"]] == list(points["bus"])
    assert 20 < len(rows) < 73
    for name in ("hosting_capacity_mw", "intact_mw", "headroom_mw", "supply_adequate_mw", "fix_first_mw"):
        wanted = [row[name] for row in answer["buses"]]
        assert [float(row[name]) for row in rows] == pytest.approx(wanted, abs=1e-6)
        assert list(points[name]) == pytest.approx(wanted, abs=1e-6)
    assert set(rows[0]) == set(answer["buses"][0]) == set(points.columns) - {"geometry"}


def test_points_stand_where_the_buses_are(answer: dict[str, Any], folder: Path) -> None:
    points = geopandas.read_file(folder / "hosting.gpkg")
    assert points.crs.to_epsg() == 4326
    assert list(points.geometry.x) == pytest.approx([row["longitude_degree"] for row in answer["buses"]])
    assert list(points.geometry.y) == pytest.approx([row["latitude_degree"] for row in answer["buses"]])


def test_row_of_the_table_is_that_of_the_bus_alone(answer: dict[str, Any]) -> None:
    for bus in ("207", "215", "323"):
        row = next((row for row in answer["buses"] if row["bus"] == bus), None)
        if row is None:
            continue
        (alone,) = hosting_study("rts_gmlc", buses=(bus,))["buses"]
        for name in ("hosting_capacity_mw", "secure_mw", "intact_mw", "headroom_mw"):
            assert row[name] == pytest.approx(alone[name], abs=1e-3), (bus, name)
        assert row["is_radial"] == alone["is_radial"]
        assert row["binding"] == alone["binding"]


def test_binding_branch_and_outage_say_what_the_words_say(answer: dict[str, Any]) -> None:
    for row in answer["buses"]:
        if row["limited_by"] == "network":
            assert row["binding"].startswith(row["binding_branch"])
            assert row["binding"].endswith(row["binding_outage"].partition(":")[2])


def test_map_is_drawn(answer: dict[str, Any], folder: Path) -> None:
    assert answer["files"] == [str(folder / f"hosting.{ending}") for ending in ("csv", "gpkg", "svg", "png")]
    assert (folder / "hosting.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "hosting.svg").read_text(encoding="utf-8").startswith("<svg")


def test_heading_says_synthetic_once() -> None:
    basis = {"hours": 24, "security": "n-1"}
    words = table_heading("A grid", basis, is_synthetic=True)
    assert words == "Hosting capacity, each bus alone, N-1 secure, firm in 24 hours: A grid (synthetic grid)"
    assert table_heading("Texas: synthetic", basis, is_synthetic=True).count("synthetic") == 1


def test_files_that_are_there_are_not_replaced_unless_forced(answer: dict[str, Any], folder: Path) -> None:
    before = (folder / "hosting.csv").read_bytes()
    with pytest.raises(FileError, match=r"holds hosting.csv, .* already; give --force"):
        hosting_study("rts_gmlc", all_buses=True, table=BusTable(folder=folder))
    assert (folder / "hosting.csv").read_bytes() == before
    assert answer["files"]


def test_nothing_is_worked_out_for_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(FileError, match=r"file is a file; give another folder with --out"):
        hosting_study("rts_gmlc", all_buses=True, table=BusTable(folder=file / "below"))


def test_voltage_above_all_buses_is_a_finding() -> None:
    with pytest.raises(
        InputError, match=r"GP-BUS-003.*no bus of network .* has 500 kV or more; the highest has 230 kV"
    ):
        hosting_study("rts_gmlc", all_buses=True, table=BusTable(min_kv=500.0))


def test_small_networks_are_looked_at_in_full_and_large_ones_from_100_kv() -> None:
    small, large = snapshot("rts_gmlc").network, snapshot("texas2000").network
    assert least_kv(small, None, Path("x")) == 0.0
    assert len(buses_from(small, 0.0)) == 73
    assert least_kv(large, None, Path("x")) == 100.0
    assert len(buses_from(large, 100.0)) == 1551


def test_buses_without_a_place_are_listed_apart(answer: dict[str, Any], tmp_path: Path) -> None:
    network = snapshot("rts_gmlc").network
    rows = [dict(row) for row in answer["buses"]]
    rows[2] |= {"latitude_degree": None, "longitude_degree": None}
    names = [Path(name).name for name in write_table(tmp_path, "Title", rows, network)]
    assert names == ["hosting.csv", "hosting.gpkg", "hosting.svg", "hosting.png", "hosting_unplaced.csv"]
    assert [row["bus"] for row in rows_of(tmp_path / "hosting_unplaced.csv")] == [rows[2]["bus"]]
    assert len(geopandas.read_file(tmp_path / "hosting.gpkg")) == len(rows) - 1
    assert len(rows_of(tmp_path / "hosting.csv")) == len(rows)
    nowhere = [row | {"latitude_degree": None, "longitude_degree": None} for row in rows]
    assert [Path(name).name for name in write_table(tmp_path, "Title", nowhere, network)] == ["hosting.csv"]
    assert not (tmp_path / "hosting.gpkg").exists()


def test_numbers_of_the_table_are_plausible(answer: dict[str, Any]) -> None:
    mw = np.array([[row["hosting_capacity_mw"], row["intact_mw"]] for row in answer["buses"]])
    assert (mw[:, 0] <= mw[:, 1] + 1e-6).all()
    assert (mw >= 0).all()
