"""Shapes of an area file, checked one by one and brought to degrees.

Comes in: shapes with the name their file gives them. Goes out: areas, or a finding for every shape that is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Finding, InputError, Place, Severity
from gridplan.network.geography.crs import CRS, DEGREES, find_crs, is_in_degrees, looks_projected, to_degrees
from gridplan.network.geography.places import Exclusion
from gridplan.network.model import FloatArray

MAX_FINDINGS = 100
MAX_AREAS = 200_000
AREA_TYPES = ("Polygon", "MultiPolygon")
_HALF_TURN_DEGREE = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A geometry, its name in the file, and where it stands."""

    geometry: Any
    label: str
    place: Place


def fault(code: str, place: Place, message: str, remedy: str, severity: Severity = "error") -> Finding:
    """Finding about one place of an area file."""
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)


def areas_in_degrees(path: Path, shapes: Sequence[Shape], code: str, said: str) -> Exclusion:
    """Exclusion of shapes in a reference system.

    Parameters
    ----------
    path : Path
    shapes : sequence of Shape
    code : str
        Code of their system; empty where the file names none.
    said : str
        What the file says about it, for messages.

    Raises
    ------
    InputError
        GP-GEO-001, GP-GEO-002 or GP-GEO-003, one finding a shape and at most 100 of them.
    """
    notes = list(_system_findings(path, code, said))
    _refuse(notes)
    is_degrees = is_in_degrees(code)
    faults = [found for shape in shapes for found in _shape_faults(shape, code, is_degrees=is_degrees)]
    _refuse(faults)
    geometries = [shape.geometry for shape in shapes]
    if code not in ("", *DEGREES):
        geometries = to_degrees(geometries, code)
        _refuse([found for shape, moved in zip(shapes, geometries, strict=True) for found in _lost(shape, moved, code)])
    return Exclusion(
        file=path, areas=tuple(geometries), labels=tuple(shape.label for shape in shapes), findings=tuple(notes)
    )


def corners(geometry: Any) -> FloatArray:
    """Corners of a geometry, dims (corner, 2)."""
    import shapely

    found: FloatArray = shapely.get_coordinates(geometry)
    return found


def _system_findings(path: Path, code: str, said: str) -> Iterator[Finding]:
    place = Place(file=path, key=said)
    if not code:
        message = "the file names no reference system; its numbers are taken for degrees on WGS84"
        yield fault("GP-GEO-002", place, message, f"write the file in {CRS}", "warning")
    elif code not in DEGREES:
        system = find_crs(code)
        if system is None:
            message = f"reference system {code} is not known, expected {CRS}"
            yield fault("GP-GEO-002", place, message, f"reproject the file to {CRS}")
        else:
            message = f"the file is in {code} ({system.name}); its corners were moved to {CRS}"
            yield fault("GP-GEO-002", place, message, f"nothing, or export it in {CRS}", "note")


def _shape_faults(shape: Shape, code: str, *, is_degrees: bool) -> Iterator[Finding]:
    import shapely

    geometry, place, label = shape.geometry, shape.place, shape.label
    if geometry is None or geometry.is_empty:
        yield fault("GP-GEO-003", place, f"{label} has an empty geometry", "delete the feature, or draw its area")
        return
    if geometry.geom_type not in AREA_TYPES:
        message = f"{label} is a {geometry.geom_type}, not a Polygon or MultiPolygon"
        yield fault("GP-GEO-003", place, message, "give areas; put a buffer around a line or point in the GIS")
        return
    at = corners(geometry)
    if not np.isfinite(at).all():
        yield fault("GP-GEO-003", place, f"{label} has a corner that is no finite number", "draw the area again")
        return
    if is_degrees:
        wrong = list(_degree_faults(shape, at, code))
        yield from wrong
        if wrong:
            return
    if not geometry.is_valid:
        reason = shapely.is_valid_reason(geometry)
        message = f"{label} is no valid area: {reason} (x y)"
        yield fault("GP-GEO-003", place, message, "repair it in the GIS (fix geometries), and look at the result")


def _degree_faults(shape: Shape, at: FloatArray, code: str) -> Iterator[Finding]:
    far = at[int(np.argmax(np.abs(at).max(axis=1)))]
    x, y = float(far[0]), float(far[1])
    if looks_projected(x, y):
        said = f"but the file says {code}" if code else "and the file names no reference system"
        message = f"{shape.label} has a corner at {x:,.1f}, {y:,.1f}: metres or feet, not degrees, {said}"
        remedy = f"say which system it is (EPSG code), or reproject the file to {CRS}"
        yield fault("GP-GEO-002", shape.place, message, remedy)
        return
    high = at[int(np.argmax(np.abs(at[:, 1])))]
    if abs(high[1]) > 90.0:
        message = (
            f"{shape.label} has a corner at {both_readings(float(high[1]), float(high[0]))}; "
            "a latitude cannot be beyond 90"
        )
        yield fault("GP-GEO-001", shape.place, message, "write longitude first, then latitude")
        return
    if np.ptp(at[:, 0]) <= _HALF_TURN_DEGREE:
        return
    for ring in _rings(shape.geometry):
        step = np.abs(np.diff(ring[:, 0])).max(initial=0.0)
        if step > _HALF_TURN_DEGREE:
            message = f"{shape.label} has an edge over {step:,.1f} degrees of longitude: it crosses the 180th meridian"
            remedy = "cut the area in two at 180 degrees, or write longitudes past 180 (181 for -179)"
            yield fault("GP-GEO-003", shape.place, message, remedy)
            return


def both_readings(latitude: float, longitude: float) -> str:
    """Words of a place as it stands and with its numbers exchanged."""
    return (
        f"latitude {latitude:.5g}, longitude {longitude:.6g} as it stands, latitude {longitude:.5g}, longitude "
        f"{latitude:.6g} the other way round"
    )


def _lost(shape: Shape, moved: Any, code: str) -> Iterator[Finding]:
    at = corners(moved)
    if not np.isfinite(at).all() or np.abs(at[:, 1]).max(initial=0.0) > 90.0:
        first = corners(shape.geometry)[0]
        message = f"{shape.label} has corners such as {first[0]:,.1f}, {first[1]:,.1f} that do not exist in {code}"
        yield fault("GP-GEO-002", shape.place, message, f"check the reference system, or reproject the file to {CRS}")


def _rings(geometry: Any) -> Iterator[FloatArray]:
    import shapely

    for part in shapely.get_parts(geometry):
        for ring in (part.exterior, *part.interiors):
            yield corners(ring)


def _refuse(findings: Sequence[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise InputError(errors[:MAX_FINDINGS])
