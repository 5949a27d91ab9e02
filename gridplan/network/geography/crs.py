"""Coordinate reference systems by name: EPSG, ESRI or OGC codes, looked up in tables that are installed.

Comes in: a name or a code as a file gives it. Goes out: a system, or None where it is none of these. No definition
text of a file is ever handed on, no grid is downloaded.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

CRS = "EPSG:4326"
#: Names of longitude and latitude on WGS84; what a GeoJSON file has where it says nothing.
DEGREES = ("EPSG:4326", "OGC:CRS84", "EPSG:4979")
_NAME = re.compile(r"(?:.*[:/])?(EPSG|ESRI|OGC)[:/]+(?:[\d.]*[:/]+)?([A-Za-z0-9]{1,12})")
_ANY_BIG = 360.0
_LEAST_STEP = 1000.0  # metres of a projected system; degrees are never cut by it
_MOST_STEPS = 2000


def is_in_degrees(code: str) -> bool:
    """Whether numbers of a system are longitudes and latitudes; a file without one is taken to be."""
    if code in ("", *DEGREES):
        return True
    system = find_crs(code)
    return bool(system is not None and system.is_geographic)


def crs_code(name: str) -> str:
    """Code such as ``EPSG:3857`` of a name (``urn:ogc:def:crs:EPSG::3857``); empty where it has none of the kinds."""
    match = _NAME.fullmatch(name.strip()[:200]) or _NAME.fullmatch(name.strip().upper()[:200])
    return f"{match[1]}:{match[2].upper()}" if match else ""


def find_crs(code: str) -> Any | None:
    """System of a code as pyproj holds it; None where the tables have no such code."""
    import pyproj
    from pyproj.exceptions import CRSError

    authority, _, number = code.partition(":")
    try:
        return pyproj.CRS.from_authority(authority, number)
    except CRSError:
        return None


def to_degrees(geometries: list[Any], code: str) -> list[Any]:
    """Geometries of a system in longitude and latitude on WGS84.

    Long edges get corners on the way first (every kilometre, at most about 2,000 in all), because a straight line of
    one system is none of another. A corner that has no place on Earth becomes infinite.
    """
    import pyproj
    import shapely
    from pyproj import network

    network.set_network_enabled(active=False)  # type: ignore[attr-defined]
    mover = pyproj.Transformer.from_crs(find_crs(code), CRS, always_xy=True)

    def moved(corners: Any) -> Any:
        x, y = mover.transform(corners[:, 0], corners[:, 1], errcheck=False)
        return np.column_stack([x, y])

    with np.errstate(invalid="ignore"):
        return [shapely.transform(_with_corners(geometry), moved) for geometry in geometries]


def _with_corners(geometry: Any) -> Any:
    import shapely

    step = max(_LEAST_STEP, geometry.length / _MOST_STEPS)
    return shapely.segmentize(geometry, step)


def looks_projected(x: float, y: float) -> bool:
    """Whether a pair is too large to be degrees in either order."""
    return max(abs(x), abs(y)) > _ANY_BIG
