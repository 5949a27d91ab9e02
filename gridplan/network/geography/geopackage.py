"""GeoPackage as data: the tables of a SQLite file held in memory, without views, functions or extensions.

Comes in: a path. Goes out: an Exclusion of every polygon layer; faults name layer and feature id.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Finding, InputError, Place
from gridplan.network.geography.area import MAX_AREAS, MAX_FINDINGS, Shape, areas_in_degrees, fault
from gridplan.network.geography.crs import CRS, crs_code
from gridplan.network.geography.places import Exclusion
from gridplan.text_file import read_file_bytes, refused

MAX_BYTES = 128 * 1024 * 1024
MAX_LAYERS = 64
WHAT = "GeoPackage"
REMEDY = "export the areas from the GIS as GeoPackage, EPSG:4326"
_MAGIC = b"SQLite format 3\x00"
_APPLICATIONS = (b"GPKG", b"GP10", b"GP11")
_STEPS = 1_000_000
_MOST_CALLS = 500
_SYSTEM_COLUMNS = {
    "gpkg_spatial_ref_sys": "srs_id, srs_name, organization, organization_coordsys_id",
    "gpkg_geometry_columns": "table_name, column_name, srs_id",
}
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_EMPTY_FLAG, _EXTENDED_FLAG = 0x10, 0x20
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}
_NO_DEGREES, _UNKNOWN_DEGREES = -1, 0


def read_geopackage(path: Path) -> Exclusion:
    """Areas of every layer of a GeoPackage; raises as ``read_exclusion``."""
    data = read_file_bytes(path, what=WHAT, remedy=REMEDY, max_bytes=MAX_BYTES)
    _check_kind(data, path)
    try:
        with closing(_opened(data)) as tables:
            layers = [(layer, _shapes(tables, layer, path)) for layer in _layers(tables, path)]
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as reason:
        raise refused("GP-ENC-002", path, f"the GeoPackage is damaged: {str(reason)[:120]}", REMEDY) from None
    return _joined(path, layers)


def _joined(path: Path, layers: list[tuple[dict[str, Any], list[Shape]]]) -> Exclusion:
    """Exclusion of all layers; the faults of all of them are raised together."""
    faults: list[Finding] = []
    found: list[Exclusion] = []
    for layer, shapes in layers:
        try:
            found.append(areas_in_degrees(path, shapes, *_system(layer, path)))
        except InputError as error:
            faults += error.findings
    if faults:
        raise InputError(faults[:MAX_FINDINGS])
    whole = Exclusion(
        file=path,
        areas=tuple(area for part in found for area in part.areas),
        labels=tuple(label for part in found for label in part.labels),
        findings=tuple(finding for part in found for finding in part.findings),
    )
    if not whole.areas:
        raise refused("GP-GEO-003", path, "the file holds no area", "draw at least one, or take it out of the study")
    return whole


def _check_kind(data: bytes, path: Path) -> None:
    if not data.startswith(_MAGIC) or len(data) < 100:
        raise refused("GP-ENC-002", path, "the file is no GeoPackage: it does not begin as a SQLite file", REMEDY)
    if data[68:72] not in _APPLICATIONS:
        message = "the file is a SQLite file, but its application id does not say GeoPackage"
        raise refused("GP-ENC-002", path, message, REMEDY)


def _opened(data: bytes) -> sqlite3.Connection:
    """Tables in memory; only plain reading of them is allowed, and only for a while."""
    tables = sqlite3.connect(":memory:")
    # A file in write-ahead mode cannot be opened from memory; its main part is complete without the log.
    tables.deserialize(data[:18] + b"\x01\x01" + data[20:])
    tables.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
    tables.execute("PRAGMA trusted_schema = OFF")
    tables.execute("PRAGMA query_only = ON")
    calls = iter(range(_MOST_CALLS))
    tables.set_progress_handler(lambda: next(calls, None) is None, _STEPS)
    tables.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    tables.row_factory = sqlite3.Row
    return tables


def _plain_tables(tables: sqlite3.Connection) -> set[str]:
    """Names of tables that hold what they show: no views, no virtual tables, no computed columns."""
    found = {
        str(row["name"])
        for row in tables.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if row["sql"] and not row["sql"].lstrip().upper().startswith("CREATE VIRTUAL")
    }
    return {
        name
        for name in found
        if not any(row["hidden"] for row in tables.execute(f"PRAGMA table_xinfo({_quoted(name)})"))
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _layers(tables: sqlite3.Connection, path: Path) -> list[dict[str, Any]]:
    """Layers with their geometry column and reference system; only plain tables are any."""
    plain = _plain_tables(tables)
    for name in (*_SYSTEM_COLUMNS, "gpkg_contents"):
        if name not in plain:
            raise refused("GP-ENC-002", path, f"the GeoPackage is damaged: {name} is no plain table", REMEDY)
    systems, columns = (
        {row[0]: row for row in tables.execute(f"SELECT {names} FROM {name}")}
        for name, names in _SYSTEM_COLUMNS.items()
    )
    found = []
    for row in tables.execute("SELECT table_name, data_type FROM gpkg_contents ORDER BY table_name").fetchall():
        name = row["table_name"]
        if row["data_type"] != "features":
            continue
        if name not in plain or name not in columns:
            message = f"layer {str(name)[:60]!r} is no plain table with a geometry column"
            raise refused("GP-GEO-003", path, message, "export the layer to a file of its own")
        srs_id = columns[name]["srs_id"]
        system = systems.get(srs_id)
        column = columns[name]["column_name"]
        found.append({"name": name, "column": column, "srs_id": srs_id, "system": dict(system) if system else {}})
    if len(found) > MAX_LAYERS:
        raise refused("GP-SIZ-001", path, f"the file has {len(found)} layers, the limit is {MAX_LAYERS}", REMEDY)
    return found


def _shapes(tables: sqlite3.Connection, layer: dict[str, Any], path: Path) -> list[Shape]:
    column, table = _quoted(str(layer["column"])), _quoted(str(layer["name"]))
    rows = tables.execute(f"SELECT rowid AS fid, {column} AS geom FROM {table} ORDER BY rowid LIMIT {MAX_AREAS + 1}")
    shapes, faults = [], []
    for count, row in enumerate(rows):
        if count >= MAX_AREAS:
            message = f"layer {layer['name']} holds more than {MAX_AREAS:,} areas"
            raise refused("GP-SIZ-001", path, message, "merge areas, or cut the file to the region")
        label = f"{layer['name']} feature {row['fid']}"
        shape = Shape(geometry=None, label=label, place=Place(file=path, key=label))
        for outcome in _geometry(row["geom"], shape):
            if isinstance(outcome, Finding):
                faults.append(outcome)
            else:
                shapes.append(replace(shape, geometry=outcome))
        if len(faults) >= MAX_FINDINGS:
            break
    if faults:
        raise InputError(faults)
    return shapes


def _geometry(blob: Any, shape: Shape) -> Iterator[Any]:
    """Geometry of a GeoPackage blob, None where it is empty, or a finding."""
    import shapely

    if blob is None:
        yield None
        return
    head = _head(blob)
    if head is None:
        message = f"{shape.label} holds no GeoPackage geometry"
        yield fault("GP-GEO-003", shape.place, message, "export the layer again")
        return
    flags, start = head
    if flags & _EMPTY_FLAG:
        yield None
        return
    try:
        with np.errstate(invalid="ignore"):
            yield shapely.force_2d(shapely.from_wkb(blob[start:]))
    except (shapely.errors.GEOSException, ValueError, TypeError) as reason:
        message = f"{shape.label} cannot be read: {str(reason)[:100]}"
        yield fault("GP-GEO-003", shape.place, message, "repair it in the GIS (fix geometries), and export it again")


def _head(blob: Any) -> tuple[int, int] | None:
    """Flags and length of the head of a geometry blob; None where it has none."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return None
    flags = struct.unpack_from("B", blob, 3)[0]
    size = _ENVELOPE_BYTES.get((flags >> 1) & 7)
    return None if size is None or flags & _EXTENDED_FLAG or len(blob) < 8 + size else (flags, 8 + size)


def _system(layer: dict[str, Any], path: Path) -> tuple[str, str]:
    """Code of a layer's reference system, and where the file says it; degrees of no named system have no code."""
    place = Place(file=path, key=f"{layer['name']} srs_id")
    srs_id, system = layer["srs_id"], layer["system"]
    if srs_id == _UNKNOWN_DEGREES:
        return "", place.key
    code = crs_code(f"{system.get('organization', '')}:{system.get('organization_coordsys_id', '')}".upper())
    if code and srs_id != _NO_DEGREES:
        return code, place.key
    said = str(system.get("srs_name") or f"srs_id {srs_id}")[:60]
    message = f"layer {layer['name']} has no EPSG reference system ({said}), expected {CRS}"
    raise refused("GP-GEO-002", path, message, f"assign its system in the GIS and reproject it to {CRS}", place)
