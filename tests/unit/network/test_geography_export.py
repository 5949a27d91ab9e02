"""GeoPackages read back by other means: plain SQL for what stands in them, geopandas for what a GIS makes of it."""

from __future__ import annotations

import math
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from gridplan.errors import InputError
from gridplan.network.case import GridCase, NotCarried
from gridplan.network.formats import Export, export_case
from gridplan.network.geography.layout import LEAST_APART, schematic_layout
from gridplan.network.model import IntArray
from tests.unit.network.geography_grid import chain_case

PLACES = [(33.0, -112.0), (33.5, -112.5), (math.nan, math.nan), (34.0, -113.0), (34.5, -113.5)]


@pytest.fixture
def case() -> GridCase:
    found = chain_case(PLACES)
    return found.with_table("branch", rating_short_time_mva=np.full(4, np.inf))


def written(export: Export, folder: Path) -> Path:
    (name,) = export.files
    (folder / name).write_bytes(export.files[name])
    return folder / name


def test_layers_hold_what_has_a_place_and_the_rest_is_counted(case: GridCase, tmp_path: Path) -> None:
    export = export_case(case, tmp_path / "grid.gpkg")
    with closing(sqlite3.connect(written(export, tmp_path))) as tables:
        layers = dict(tables.execute("SELECT table_name, srs_id FROM gpkg_contents"))
        assert layers == {"bus": 4326, "branch": 4326, "generator": 4326}
        ids = [row[0] for row in tables.execute("SELECT id FROM bus ORDER BY fid")]
        rows = tables.execute("SELECT id, in_service, rating_normal_mva, rating_short_time_mva FROM branch").fetchall()
        (geometry,) = tables.execute("SELECT geom FROM bus WHERE id = '4'").fetchone()
        load = tables.execute("SELECT sum(p_load_mw) FROM bus").fetchone()[0]
    assert ids == ["1", "2", "4", "5"]
    assert rows == [("1-2_1", 1, 100.0, None), ("4-5_1", 1, 100.0, None)]
    assert struct.unpack("<dd", geometry[-16:]) == (-113.0, 34.0)
    assert load == 50.0
    assert NotCarried(section="bus", rows=1, meaning="are buses without coordinates") in export.not_carried
    assert NotCarried(section="branch", rows=2, meaning="with an end without coordinates") in export.not_carried
    assert {row.section for row in export.not_carried} == {"bus", "branch", "load", "shunt", "generator"}


def test_gis_sees_the_same_places(case: GridCase, tmp_path: Path) -> None:
    path = written(export_case(case, tmp_path / "grid.gpkg"), tmp_path)
    buses, branches = (geopandas.read_file(path, layer=layer) for layer in ("bus", "branch"))
    assert buses.crs.to_epsg() == branches.crs.to_epsg() == 4326
    assert buses.geometry.iloc[0].equals(shapely.Point(-112.0, 33.0))
    assert branches.geometry.iloc[1].equals(shapely.LineString([(-113.0, 34.0), (-113.5, 34.5)]))
    assert branches["base_kv"].tolist() == [138.0, 138.0]
    assert {"r_pu", "x_pu", "b_pu", "tap_ratio", "shift_degree", "length_km"} <= set(branches.columns)


def test_same_case_gives_the_same_bytes(case: GridCase, tmp_path: Path) -> None:
    first, second = (export_case(case, tmp_path / "grid.gpkg").files for _ in range(2))
    assert first == second
    assert len(first["grid.gpkg"]) > 10_000


def test_ends_that_no_bus_has_are_counted(case: GridCase, tmp_path: Path) -> None:
    dirty = case.with_table("branch", to_bus=("2", "3", "99", "5")).with_table("generator", bus=("98",))
    export = export_case(dirty, tmp_path / "grid.gpkg")
    layers = {name for name, _ in pyogrio.list_layers(written(export, tmp_path))}
    assert layers == {"bus", "branch"}
    assert NotCarried(section="generator", rows=1, meaning="at a bus without coordinates") in export.not_carried


def test_case_without_coordinates_is_schematic_and_says_so(tmp_path: Path) -> None:
    export = export_case(chain_case([(math.nan, math.nan)] * 5), tmp_path / "grid.gpkg")
    path = written(export, tmp_path)
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        "bus_schematic", "branch_schematic", "generator_schematic",
    }  # fmt: skip
    buses = geopandas.read_file(path, layer="bus_schematic")
    assert buses.crs.to_epsg() is None
    assert not buses.crs.is_geographic
    assert not buses.crs.is_projected
    assert "schematic" in buses.crs.name
    with closing(sqlite3.connect(path)) as tables:
        meanings = [row[0] for row in tables.execute("SELECT description FROM gpkg_contents")]
    assert all("positions are schematic, not places" in meaning for meaning in meanings)
    (said,) = (row for row in export.not_carried if row.section == "bus")
    assert (said.rows, "schematic" in said.meaning) == (5, True)


def test_case_without_buses_is_refused(tmp_path: Path) -> None:
    case = chain_case([(1.0, 1.0), (2.0, 2.0)])
    none = {name: getattr(case.bus, name)[:0] for name in case.bus.__dataclass_fields__}
    with pytest.raises(InputError, match="no bus to draw"):
        export_case(case.with_table("bus", **none), tmp_path / "grid.gpkg")


def ladder(count: int) -> tuple[int, IntArray]:
    """Two chains with rungs, a fan of twins at one end, and a second island."""
    rungs = [(2 * k, 2 * k + 1) for k in range(count)]
    rails = [(k, k + 2) for k in range(2 * count - 2)]
    fan = [(0, 2 * count + k) for k in range(6)]
    island = [(2 * count + 6, 2 * count + 7)]
    return 2 * count + 8, np.array([*rungs, *rails, *fan, *island])


def graphs() -> Iterator[tuple[int, IntArray]]:
    rng = np.random.default_rng(7)
    yield ladder(20)
    yield 118, np.array([(k, int(rng.integers(max(0, k - 12), k))) for k in range(1, 118) for _ in range(2)])
    yield 5, np.zeros((0, 2), dtype=np.int64)
    yield 2, np.array([(0, 1), (1, 0), (0, 0)])


@pytest.mark.parametrize("graph", tuple(graphs()), ids=["ladder", "118 buses", "no branches", "two buses"])
def test_no_two_buses_share_a_place(graph: tuple[int, IntArray]) -> None:
    x, y = schematic_layout(*graph)
    again = schematic_layout(*graph)
    assert np.array_equal([x, y], again)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert np.isfinite([x, y]).all()
    assert np.abs([x, y]).max() == pytest.approx(1.0)
    ends = graph[1][graph[1][:, 0] != graph[1][:, 1]] if len(graph[1]) else graph[1]
    if len(ends):
        edge = np.median(np.hypot(*(axis[ends[:, 0]] - axis[ends[:, 1]] for axis in (x, y))))
        assert apart.min() > 0.2 * LEAST_APART * edge
    else:
        assert apart.min() > 0


def test_branches_are_shorter_than_other_distances() -> None:
    n_bus, ends = ladder(20)
    x, y = schematic_layout(n_bus, ends)
    edge = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    assert np.median(edge) < 0.25 * np.median(apart)


def test_one_bus_and_none() -> None:
    for n_bus in (0, 1):
        x, y = schematic_layout(n_bus, np.zeros((0, 2), dtype=np.int64))
        assert (len(x), len(y)) == (n_bus, n_bus)
