"""Damaged area files: each is refused with code, file, feature and remedy, and none is opened by a driver."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from gridplan.errors import FileError, Finding, InputError
from gridplan.network.geography.file import read_exclusion
from gridplan.text_file import path_inside

RING = [[-113.0, 33.0], [-112.0, 33.0], [-112.0, 34.0], [-113.0, 34.0], [-113.0, 33.0]]
GOOD = {"type": "Polygon", "coordinates": [RING]}
Crs = dict[str, Any]


def collection(*geometries: Any, **more: Any) -> bytes:
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def named_crs(name: Any, kind: str = "name") -> Crs:
    return {"crs": {"type": kind, "properties": {"name": name}}}


METRES = [[400_000.0 + 1000 * a, 3_700_000.0 + 1000 * b] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
BOW_TIE = [[-113.0, 33.0], [-112.0, 34.0], [-112.0, 33.0], [-113.0, 34.0], [-113.0, 33.0]]

# name | content | code | words of the message
GEOJSON: tuple[tuple[str, bytes, str, str], ...] = (
    ("open ring", collection(GOOD, polygon(RING[:-1])), "GP-GEO-003", "features.1 ring 0 is open"),
    ("self-intersection", collection(GOOD, GOOD, polygon(BOW_TIE)), "GP-GEO-003", "features.2 is no valid area: Self"),
    ("null geometry", collection(GOOD, None), "GP-GEO-003", "features.1 has an empty geometry"),
    ("no coordinates", collection(polygon()), "GP-GEO-003", "features.0 has empty coordinates"),
    ("empty ring", collection(polygon([])), "GP-GEO-003", "features.0 ring 0 is empty"),
    ("point", collection({"type": "Point", "coordinates": [-112, 33]}), "GP-GEO-003", "features.0 is a Point"),
    ("line", collection({"type": "LineString", "coordinates": RING}), "GP-GEO-003", "features.0 is a LineString"),
    ("collection inside", collection({"type": "GeometryCollection", "geometries": []}), "GP-GEO-003", "features.0 is"),
    ("geometry of no kind", collection({"kind": "Polygon"}), "GP-GEO-003", "features.0 is no geometry"),
    ("three corners", collection(polygon([*RING[:2], RING[0]])), "GP-GEO-003", "3 positions"),
    ("text for a number", collection(polygon([["-113", "33"], *RING[1:]])), "GP-GEO-003", "ring 0 holds something"),
    ("one number", collection(polygon([[-113.0], *RING[1:]])), "GP-GEO-003", "ring 0 holds something"),
    ("true for a number", collection(polygon([[True, False], *RING[1:]])), "GP-GEO-003", "ring 0 holds something"),
    ("overflow", collection(GOOD).replace(b"-113.0", b"-1e999"), "GP-GEO-003", "ring 0 holds something"),
    ("ring of no list", collection(polygon("ring")), "GP-GEO-003", "ring 0 holds something"),
    ("hole outside", collection(polygon(RING, [[1, 1], [2, 1], [2, 2], [1, 1]])), "GP-GEO-003", "no valid area: Hole"),
    ("flat area", collection(polygon([[1, 1], [2, 2], [3, 3], [1, 1]])), "GP-GEO-003", "features.0 is no valid area"),
    ("across 180", collection(polygon([[179, 1], [-179, 1], [-179, 2], [179, 2], [179, 1]])), "GP-GEO-003", "180th"),
    ("no features", b'{"type": "FeatureCollection", "features": []}', "GP-GEO-003", "holds no area"),
    ("features of no list", b'{"type": "FeatureCollection", "features": 3}', "GP-GEO-003", "no list of features"),
    ("feature of no kind", b'{"type": "FeatureCollection", "features": [4]}', "GP-GEO-003", "features.0 is not a"),
    ("not GeoJSON", b"[1, 2]", "GP-GEO-003", "no GeoJSON object"),
    ("swapped", collection(polygon([[b, a] for a, b in RING])), "GP-GEO-001", "the other way round"),
    ("metres", collection(polygon(METRES)), "GP-GEO-002", "metres or feet"),
    ("metres said to be degrees", collection(polygon(METRES), **named_crs("EPSG:4326")), "GP-GEO-002", "EPSG:4326"),
    ("unknown code", collection(GOOD, **named_crs("EPSG:999999")), "GP-GEO-002", "EPSG:999999 is not known"),
    ("system of no code", collection(GOOD, **named_crs("+proj=utm +zone=12")), "GP-GEO-002", "is no EPSG code"),
    ("system of a number", collection(GOOD, **named_crs(26912)), "GP-GEO-002", "is no EPSG code"),
    ("wrong system", collection(polygon(METRES), **named_crs("EPSG:27700"))
     .replace(b"400000.0", b"4e12"), "GP-GEO-002", "do not exist in EPSG:27700"),
    ("system by link", collection(GOOD, **named_crs("http://a.b/c", "link")), "GP-SEC-001", "link"),
    ("not JSON", b'{"type": ', "GP-ENC-002", "not JSON"),
    ("NaN", collection(GOOD).replace(b"-113.0", b"NaN"), "GP-ENC-002", "NaN is no number"),
    ("key twice", b'{"type": "Polygon", "type": "Polygon", "coordinates": []}', "GP-ENC-002", "stands twice"),
    ("too many digits", collection(GOOD).replace(b"-113.0", b"9" * 5000), "GP-ENC-002", "not sound JSON"),
    ("empty", b"", "GP-ENC-002", "empty"),
    ("cut off", collection(GOOD)[:-20], "GP-ENC-002", "not JSON"),
    ("binary", b"\x00\x01\x02PK", "GP-ENC-002", "binary"),
    ("UTF-16", collection(GOOD).decode().encode("utf-16"), "GP-ENC-001", "UTF-16"),
    ("deep", b'{"type": "Polygon", "coordinates": ' + b"[" * 100_000, "GP-SIZ-001", "100,001 levels"),
    ("many lists", b'{"type": "Polygon", "coordinates": [' + b"[]," * 3_000_001, "GP-SIZ-001", "lists and groups"),
    ("many values", b'{"type": "Polygon", "coordinates": [' + b"1," * 10_000_001, "GP-SIZ-001", "values"),
)  # fmt: skip


def faults(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as error:
        read_exclusion(path)
    for finding in error.value.findings:
        assert finding.severity == "error"
        assert finding.place.file == path
        assert finding.remedy
    return error.value.findings


@pytest.mark.parametrize(("content", "code", "words"), [row[1:] for row in GEOJSON], ids=[row[0] for row in GEOJSON])
def test_damaged_geojson_is_refused(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_bytes(content)
    begun = time.perf_counter()
    (found,) = faults(path)
    assert found.code == code
    assert words in found.message
    assert len(found.message) < 400
    assert time.perf_counter() - begun < 10


def test_all_faults_of_a_file_come_together(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    path.write_bytes(collection(None, GOOD, polygon(RING[:-1]), {"type": "Point", "coordinates": [0, 0]}))
    assert [f.place.key for f in faults(path)] == ["features.0", "features.2", "features.3"]
    path.write_bytes(collection(*[None] * 500))
    assert len(faults(path)) == 100


def test_file_that_is_another_thing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.shp").write_bytes(b"shape")
    (tmp_path / "folder.geojson").mkdir()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("area.geojson", b" " * 10_000_000)
    os.mkfifo(tmp_path / "pipe.geojson")
    for name, words in (
        ("a.shp", "its ending '.shp' is none of .geojson, .json, .gpkg"),
        ("folder.geojson", "is a folder"),
        ("bomb.zip", "its ending '.zip' is none of"),
        ("pipe.geojson", "is not a regular file"),
        ("none.geojson", "does not exist"),
    ):
        (found,) = faults(tmp_path / name)
        assert found.code == "GP-ENC-002"
        assert words in found.message
    (tmp_path / "bomb.zip").rename(tmp_path / "bomb.geojson")
    assert faults(tmp_path / "bomb.geojson")[0].code == "GP-ENC-002"
    (tmp_path / "bomb.geojson").rename(tmp_path / "bomb.gpkg")
    assert "does not begin as a SQLite file" in faults(tmp_path / "bomb.gpkg")[0].message


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/https://a.b/x.geojson", "/vsizip/x.zip/y.geojson", "https://a.b/x.geojson", "../x.geojson",
     "/etc/passwd", "s3://bucket/x.gpkg", "~/x.geojson", "a/../../x.geojson", "\\\\server\\x.geojson"],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        path_inside(tmp_path, name)
    assert [f.code for f in error.value.findings] == ["GP-SEC-001"]


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "secret.geojson").write_bytes(collection(GOOD))
    (tmp_path / "study" / "x.geojson").symlink_to(tmp_path / "secret.geojson")
    with pytest.raises(InputError, match="GP-SEC-001"):
        path_inside(tmp_path / "study", "x.geojson")


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    for name in ("x.geojson", "x.gpkg"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(256 * 1024 * 1024)
        assert faults(tmp_path / name)[0].code == "GP-SIZ-001"


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(collection(GOOD))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match="Permission denied"):
        read_exclusion(path)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A sound GeoPackage of two areas in one layer."""
    path = tmp_path / "area.gpkg"
    shapes = [shapely.Polygon(RING), shapely.box(0, 0, 1, 1)]
    frame = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(path, layer="flood", driver="GPKG", engine="pyogrio")
    return path


def change(path: Path, *statements: str, values: tuple[Any, ...] = ()) -> None:
    tables = sqlite3.connect(path)
    # The triggers of the spatial index call functions that plain SQLite does not have.
    for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        tables.execute("DROP TRIGGER {}".format('"' + name.replace('"', '""') + '"'))
    for statement in statements:
        tables.execute(statement, values)
    tables.commit()
    tables.close()


def blob(wkb: bytes, flags: int = 1) -> bytes:
    return b"GP\x00" + bytes([flags]) + struct.pack("<i", 4326) + wkb


WRITE = "UPDATE flood SET geom = ? WHERE fid = 2"
POINT = shapely.Point(1, 2).wkb
OPEN_RING = struct.pack("<BIIIdddddddd", 1, 3, 1, 4, 0, 0, 1, 0, 1, 1, 0, 1)
NAN_RING = struct.pack("<BIIIdddddddd", 1, 3, 1, 4, 0, 0, 1, np.nan, 1, 1, 0, 0)
GEOPACKAGE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "point": (lambda p: change(p, WRITE, values=(blob(POINT),)), "GP-GEO-003", "feature 2 is a Point"),
    "null": (lambda p: change(p, WRITE, values=(None,)), "GP-GEO-003", "flood feature 2 has an empty geometry"),
    "empty flag": (lambda p: change(p, WRITE, values=(blob(b"", 0x11),)), "GP-GEO-003", "feature 2 has an empty"),
    "text": (lambda p: change(p, WRITE, values=("POLYGON",)), "GP-GEO-003", "feature 2 holds no GeoPackage geometry"),
    "short": (lambda p: change(p, WRITE, values=(b"GP",)), "GP-GEO-003", "feature 2 holds no GeoPackage geometry"),
    "envelope of no kind": (lambda p: change(p, WRITE, values=(blob(b"", 0x0F),)), "GP-GEO-003", "holds no GeoPackage"),
    "cut off": (lambda p: change(p, WRITE, values=(blob(shapely.box(0, 0, 1, 1).wkb[:30]),)), "GP-GEO-003",
                "feature 2 cannot be read"),
    "count of corners": (lambda p: change(p, WRITE, values=(blob(struct.pack("<BII", 1, 3, 2**31)),)), "GP-GEO-003",
                         "feature 2 cannot be read"),
    "open ring": (lambda p: change(p, WRITE, values=(blob(OPEN_RING),)), "GP-GEO-003", "flood feature 2"),
    "self-intersection": (lambda p: change(p, WRITE, values=(blob(shapely.Polygon(BOW_TIE).wkb),)), "GP-GEO-003",
                          "flood feature 2 is no valid area: Self-intersection"),
    "NaN": (lambda p: change(p, WRITE, values=(blob(NAN_RING),)),
            "GP-GEO-003", "feature 2 has a corner that is no finite number"),
    "swapped": (lambda p: change(p, WRITE, values=(blob(shapely.box(33, -113, 34, -112).wkb),)), "GP-GEO-001",
                "feature 2 has a corner at latitude -1"),
    "metres": (lambda p: change(p, WRITE, values=(blob(shapely.Polygon(METRES).wkb),)), "GP-GEO-002", "metres or feet"),
    "no system": (lambda p: change(p, "UPDATE gpkg_geometry_columns SET srs_id = -1"), "GP-GEO-002", "no EPSG"),
    "system that is not listed": (lambda p: change(p, "UPDATE gpkg_geometry_columns SET srs_id = 77"), "GP-GEO-002",
                                  "no EPSG reference system (srs_id 77)"),
    "system of no code": (lambda p: change(p, "UPDATE gpkg_spatial_ref_sys SET organization = 'ME'"),
                          "GP-GEO-002", "no EPSG"),
    "no rows": (lambda p: change(p, "DELETE FROM flood"), "GP-GEO-003", "the file holds no area"),
    "no layers": (lambda p: change(p, "DELETE FROM gpkg_contents"), "GP-GEO-003", "the file holds no area"),
    "no contents": (lambda p: change(p, "DROP TABLE gpkg_contents"), "GP-ENC-002", "damaged"),
    "table is gone": (lambda p: change(p, "DROP TABLE flood"), "GP-GEO-003", "no plain table"),
    "view": (lambda p: change(p, "ALTER TABLE flood RENAME TO f2", "CREATE VIEW flood AS SELECT fid, geom FROM f2"),
             "GP-GEO-003", "'flood' is no plain table"),
    "another application": (lambda p: change(p, "PRAGMA application_id = 7"), "GP-ENC-002", "does not say GeoPackage"),
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:9000]) and None, "GP-ENC-002", "damaged"),
    "head alone": (lambda p: p.write_bytes(p.read_bytes()[:50]) and None, "GP-ENC-002", "does not begin"),
    "pages of noise": (lambda p: p.write_bytes(p.read_bytes()[:4096] + b"\xa5" * 60_000) and None, "GP-ENC-002",
                       "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", GEOPACKAGE)
def test_damaged_geopackage_is_refused(package: Path, name: str) -> None:
    damage, code, words = GEOPACKAGE[name]
    damage(package)
    (found,) = faults(package)
    assert found.code == code
    assert words in found.message


def test_view_that_never_ends_is_not_run(package: Path) -> None:
    endless = "WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) SELECT fid, NULL AS geom FROM n"
    change(package, "DROP TABLE gpkg_contents", f"CREATE VIEW gpkg_contents AS {endless}")
    begun = time.perf_counter()
    assert faults(package)[0].code == "GP-ENC-002"
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("table", ["gpkg_contents", "gpkg_spatial_ref_sys", "gpkg_geometry_columns", "flood"])
def test_computed_column_is_not_computed(package: Path, table: str) -> None:
    heavy = "hex(zeroblob(400000000))"
    change(package, f"ALTER TABLE {table} ADD COLUMN more GENERATED ALWAYS AS ({heavy}) VIRTUAL")
    begun = time.perf_counter()
    (found,) = faults(package)
    assert "no plain table" in found.message
    assert time.perf_counter() - begun < 1


def test_sound_files_in_every_accepted_form(tmp_path: Path, package: Path) -> None:
    plain = read_exclusion(package)
    assert plain.labels == ("flood feature 1", "flood feature 2")
    assert plain.findings == ()
    for content in (
        collection(GOOD),
        json.dumps(GOOD).encode(),
        json.dumps({"type": "Feature", "geometry": GOOD}).encode(),
        b"\xef\xbb\xbf" + collection(GOOD).replace(b", ", b",\r\n"),
        collection(GOOD, **named_crs("urn:ogc:def:crs:OGC:1.3:CRS84")),
        collection(GOOD, **named_crs("urn:ogc:def:crs:EPSG::4326")),
        collection({"type": "MultiPolygon", "coordinates": [[[[*place, 12.5] for place in RING]]]}),
    ):
        path = tmp_path / "area.json"
        path.write_bytes(content)
        found = read_exclusion(path)
        assert found.findings == ()
        assert found.areas[0].equals(plain.areas[0])


def test_degrees_of_no_named_system_are_taken_with_a_warning(package: Path) -> None:
    change(package, "UPDATE gpkg_geometry_columns SET srs_id = 0")
    (found,) = read_exclusion(package).findings
    assert (found.code, found.severity) == ("GP-GEO-002", "warning")
    change(package, WRITE, values=(blob(shapely.Polygon(METRES).wkb),))
    assert "names no reference system" in faults(package)[0].message


def test_package_in_write_ahead_mode_is_read(package: Path) -> None:
    data = bytearray(package.read_bytes())
    data[18:20] = b"\x02\x02"
    package.write_bytes(bytes(data))
    assert len(read_exclusion(package).areas) == 2


def test_several_layers_are_read_and_their_faults_come_together(package: Path) -> None:
    more = geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.box(5, 5, 6, 6)], crs="EPSG:3857")
    more.to_file(package, layer='odd "name"', driver="GPKG", engine="pyogrio", mode="a")
    found = read_exclusion(package)
    assert len(found.areas) == 3
    assert [f.severity for f in found.findings] == ["note"]
    change(package, WRITE, values=(None,))
    change(package, "UPDATE gpkg_geometry_columns SET srs_id = -1 WHERE table_name <> 'flood'")
    assert {f.code for f in faults(package)} <= {"GP-GEO-002", "GP-GEO-003"}


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_is_read_or_refused_and_never_crashes(package: Path, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = tmp_path / "area.geojson"
    path.write_bytes(collection(GOOD, {"type": "MultiPolygon", "coordinates": [[RING]]}, **named_crs("EPSG:4326")))
    for good in (package, path):
        data = good.read_bytes()
        for _ in range(60):
            damaged = bytearray(data)
            for place in rng.integers(0, len(data), rng.integers(1, 40)):
                damaged[place] = rng.integers(0, 256) if good == package else rng.choice(list(b'{}[],:"-0159eETx\n'))
            good.write_bytes(bytes(damaged[: rng.integers(1, len(data))] if rng.random() < 0.2 else damaged))
            findings, areas = outcome(good)
            assert all(f.code.startswith("GP-") and f.remedy and f.place.file == good for f in findings)
            assert all(area.is_valid and not area.is_empty for area in areas)


def outcome(path: Path) -> tuple[tuple[Finding, ...], tuple[Any, ...]]:
    """Findings of a file that is refused, or the areas of one that is read."""
    try:
        return (), read_exclusion(path).areas
    except InputError as error:
        return error.findings, ()
