"""GeoJSON as data: brackets counted before anything is parsed, every ring checked, nothing followed.

Comes in: a path. Goes out: an Exclusion; faults name the feature, counted from 0, and the key inside the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from gridplan.errors import Finding, InputError, Place
from gridplan.network.geography.area import MAX_AREAS, MAX_FINDINGS, Shape, areas_in_degrees, fault
from gridplan.network.geography.crs import CRS, crs_code
from gridplan.network.geography.places import Exclusion
from gridplan.text_file import read_text_file, refused

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32
MAX_LISTS = 3_000_000
MAX_NUMBERS = 10_000_000
WHAT = "GeoJSON file"
REMEDY = "export the areas from the GIS as GeoJSON, EPSG:4326"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(r"[\[\]{}]")
_DEGREES = "OGC:CRS84"
_LEAST_POSITIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Faults of a file, gathered while it is walked."""

    path: Path
    faults: list[Finding] = field(default_factory=list)

    def place(self, key: str) -> Place:
        return Place(file=self.path, key=key)

    def wrong(self, key: str, message: str, remedy: str) -> None:
        """Keep a fault of a shape; a file with too many of them is not read on."""
        self.faults.append(fault("GP-GEO-003", self.place(key), message, remedy))
        if len(self.faults) >= MAX_FINDINGS:
            raise InputError(self.faults)


def read_geojson(path: Path) -> Exclusion:
    """Areas of a GeoJSON file; raises as ``read_exclusion``."""
    text, findings = read_text_file(path, what=WHAT, remedy=REMEDY, max_bytes=MAX_BYTES)
    root = _parsed(text, path)
    reading = _Reading(path=path)
    shapes = [shape for key, geometry in _geometries(root, reading) for shape in _shape(geometry, key, reading)]
    if reading.faults:
        raise InputError(reading.faults)
    if not shapes:
        raise refused("GP-GEO-003", path, "the file holds no area", "draw at least one, or take it out of the study")
    if len(shapes) > MAX_AREAS:
        message = f"the file holds {len(shapes):,} areas, the limit is {MAX_AREAS:,}"
        raise refused("GP-SIZ-001", path, message, "merge areas, or cut the file to the region")
    code, said = _system(root, path)
    found = areas_in_degrees(path, shapes, code, said)
    return Exclusion(file=path, areas=found.areas, labels=found.labels, findings=(*findings, *found.findings))


def _parsed(text: str, path: Path) -> dict[str, Any]:
    _check_size(text, path)
    try:
        root = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_one_of_each)
    except json.JSONDecodeError as reason:
        place = Place(file=path, line=reason.lineno, column=reason.colno)
        raise refused("GP-ENC-002", path, f"the file is not JSON: {reason.msg}", REMEDY, place) from None
    except (ValueError, RecursionError) as reason:
        raise refused("GP-ENC-002", path, f"the file is not sound JSON: {str(reason)[:120]}", REMEDY) from None
    if not isinstance(root, dict):
        raise refused("GP-GEO-003", path, "the file is JSON, but no GeoJSON object", REMEDY)
    return root


def _check_size(text: str, path: Path) -> None:
    """Refuse what would fill the memory or the stack once parsed."""
    bare = _STRING.sub("", text)
    marks = np.frombuffer("".join(_BRACKET.findall(bare)).encode("ascii"), dtype=np.uint8)
    step = np.where((marks == ord("[")) | (marks == ord("{")), 1, -1).astype(np.int32)
    depth = int(np.cumsum(step).max(initial=0))
    counts = {
        "levels": (depth, MAX_DEPTH),
        "lists and groups": (int((step > 0).sum()), MAX_LISTS),
        "values": (bare.count(","), MAX_NUMBERS),
    }
    for what, (count, limit) in counts.items():
        if count > limit:
            message = f"the file holds {count:,} {what}, the limit is {limit:,}"
            raise refused("GP-SIZ-001", path, message, "cut the file to the region, or simplify its areas")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise ValueError(f"key {twice[:40]!r} stands twice in one group")
    return found


def _geometries(root: dict[str, Any], reading: _Reading) -> Iterator[tuple[str, Any]]:
    """Geometries of the file with their keys."""
    kind = root.get("type")
    if kind == "FeatureCollection":
        features = root.get("features")
        if not isinstance(features, list):
            reading.wrong("features", "the FeatureCollection has no list of features", REMEDY)
            return
        for i, feature in enumerate(features):
            if isinstance(feature, dict) and feature.get("type") == "Feature":
                yield f"features.{i}", feature.get("geometry")
            else:
                reading.wrong(f"features.{i}", f"features.{i} is not a Feature", REMEDY)
    elif kind == "Feature":
        yield "geometry", root.get("geometry")
    else:
        yield "geometry", root


def _shape(geometry: Any, key: str, reading: _Reading) -> Iterator[Shape]:
    if geometry is None:
        reading.wrong(key, f"{key} has an empty geometry", "delete the feature, or draw its area")
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        named = f"a {str(kind)[:40]}" if isinstance(kind, str) else "no geometry"
        message = f"{key} is {named}, not a Polygon or MultiPolygon"
        reading.wrong(key, message, "give areas; put a buffer around a line or point in the GIS")
        return
    parts = geometry.get("coordinates")
    parts = [parts] if kind == "Polygon" else parts
    before = len(reading.faults)
    rings = list(_polygons(parts, key, reading))
    if len(reading.faults) == before:
        yield Shape(geometry=_built(rings, kind), label=key, place=reading.place(key))


def _polygons(parts: Any, key: str, reading: _Reading) -> Iterator[list[Any]]:
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        reading.wrong(key, f"{key} has empty coordinates", "delete the feature, or draw its area")
        return
    for k, part in enumerate(parts):
        name = f"{key} polygon {k}" if len(parts) > 1 else key
        found = [_ring(ring, f"{name} ring {j}", key, reading) for j, ring in enumerate(part)]
        yield [ring for ring in found if ring is not None]


def _ring(ring: Any, name: str, key: str, reading: _Reading) -> Any:
    """Corners of a closed ring, dims (corner, 2); None where it is none."""
    if not isinstance(ring, list) or not all(_is_position(position) for position in ring):
        message = f"{name} holds something that is no position [longitude, latitude]"
        reading.wrong(key, message, "write every corner as a list of two finite numbers")
        return None
    if not ring:
        reading.wrong(key, f"{name} is empty", "delete the ring, or draw its area")
        return None
    corners = np.array([position[:2] for position in ring], dtype=np.float64)
    if (corners[0] != corners[-1]).any():
        first, last = (", ".join(f"{value:.10g}" for value in corners[i]) for i in (0, -1))
        message = f"{name} is open: it begins at {first} and ends at {last}"
        reading.wrong(key, message, "repeat the first corner as the last one")
        return None
    if len(corners) < _LEAST_POSITIONS:
        message = f"{name} has {len(corners)} positions; a closed ring has at least {_LEAST_POSITIONS}"
        reading.wrong(key, message, "give three different corners and repeat the first")
        return None
    return corners


def _is_position(position: Any) -> bool:
    return (
        isinstance(position, list)
        and 2 <= len(position) <= 4
        and all(type(value) in (int, float) and abs(value) < 1e300 for value in position)
    )


def _built(polygons: list[Any], kind: str) -> Any:
    from shapely import MultiPolygon, Polygon

    found = [Polygon(rings[0], rings[1:]) for rings in polygons]
    return found[0] if kind == "Polygon" else MultiPolygon(found)


def _system(root: dict[str, Any], path: Path) -> tuple[str, str]:
    """Code of the reference system, and the name the file gives it; GeoJSON without one is in degrees."""
    given = root.get("crs")
    if given is None:
        return _DEGREES, ""
    place = Place(file=path, key="crs")
    properties = given.get("properties") if isinstance(given, dict) else None
    if isinstance(given, dict) and given.get("type") == "link":
        message = "the file names its reference system by a link, which is not followed"
        raise refused("GP-SEC-001", path, message, f"export the file in {CRS}", place)
    name = properties.get("name") if isinstance(properties, dict) else None
    code = crs_code(name) if isinstance(name, str) else ""
    if not code:
        message = f"reference system {str(name)[:60]!r} is no EPSG code, expected {CRS}"
        raise refused("GP-GEO-002", path, message, f"reproject the file to {CRS}", place)
    return code, "crs"
