"""Rules on the places of buses: impossible, exchanged, in metres, missing or far away.

Comes in: a GridCase. Goes out: findings; no number of a study depends on coordinates, but candidate buses and maps do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding, Severity
from gridplan.network.case import GridCase
from gridplan.network.geography.crs import CRS, looks_projected
from gridplan.network.geography.places import Bounds, bounds_of, has_place, point_distance_km
from gridplan.network.model import BoolArray, FloatArray, IntArray
from gridplan.network.policy import Policy

FAR_KM = 1500.0
FAR_SPREADS = 5.0
_SHOWN = 6


def impossible_coordinates(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-GEO-001, GP-GEO-002: latitudes beyond 90 degrees, and numbers too large for degrees."""
    del policy
    latitude, longitude = case.bus.latitude_degree, case.bus.longitude_degree
    given = _given(case)
    wrong = np.flatnonzero(given & ~has_place(latitude, longitude))
    metres = np.array([i for i in wrong if looks_projected(longitude[i], latitude[i])], dtype=np.int64)
    if metres.size:
        i = int(metres[0])
        message = f"{_buses(case, metres)}: {longitude[i]:,.10g}, {latitude[i]:,.10g} are metres or feet of a map "
        message += f"projection, not degrees; expected {CRS}"
        yield _told(case, "GP-GEO-002", "error", i, message, f"reproject the bus coordinates to {CRS}")
    degrees = np.setdiff1d(wrong, metres)
    if degrees.size:
        i = int(degrees[0])
        message = f"{_buses(case, degrees)}: a latitude cannot be beyond 90 degrees; {_both(case, i)}"
        remedy = "exchange latitude and longitude" if abs(longitude[i]) <= 90.0 else "correct the coordinates"
        yield _told(case, "GP-GEO-001", "error", i, message, remedy)


def exchanged_coordinates(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-GEO-001: buses far from all others that would lie among them with latitude and longitude exchanged."""
    del policy
    latitude, longitude = case.bus.latitude_degree, case.bus.longitude_degree
    far = far_away(latitude, longitude)
    box = _box_of_rest(case, far)
    if box is None:
        return
    swapped = np.array([i for i in np.flatnonzero(far) if box.holds(longitude[i], latitude[i])], dtype=np.int64)
    if swapped.size:
        i = int(swapped[0])
        message = f"{_buses(case, swapped)}: {_both(case, i)}; only the latter lies among the other buses"
        yield _told(case, "GP-GEO-001", "error", i, message, "exchange latitude and longitude")


def buses_at_zero(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-GEO-001: latitude 0 and longitude 0 is how many tools write a place they do not know."""
    del policy
    zero = np.flatnonzero((case.bus.latitude_degree == 0.0) & (case.bus.longitude_degree == 0.0))
    if zero.size:
        message = f"{_buses(case, zero)}: latitude 0, longitude 0 lies in the Gulf of Guinea"
        yield _told(case, "GP-GEO-001", "warning", int(zero[0]), message, "leave coordinates empty that are not known")


def missing_coordinates(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-GEO-004: some buses have a place and others have none."""
    del policy
    given = _given(case)
    missing = np.flatnonzero(~given)
    if given.any() and missing.size:
        message = f"{_buses(case, missing)}: no coordinates, while {int(given.sum())} buses have them; they are on no "
        message += "map and no candidates by place"
        yield _told(case, "GP-GEO-004", "warning", int(missing[0]), message, "give latitude and longitude of all buses")


def buses_far_away(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-GEO-001: buses more than 1,500 km, and five times the usual distance, from the middle of the grid."""
    del policy
    latitude, longitude = case.bus.latitude_degree, case.bus.longitude_degree
    far = far_away(latitude, longitude) & ~((latitude == 0.0) & (longitude == 0.0))
    box = _box_of_rest(case, far)
    rows = np.array(
        [i for i in np.flatnonzero(far) if box is None or not box.holds(longitude[i], latitude[i])], dtype=np.int64
    )
    if rows.size:
        i = int(rows[0])
        middle = middle_of(latitude, longitude)
        distance = point_distance_km(latitude, longitude, *middle)
        message = f"{_buses(case, rows)}: {distance[i]:,.0f} km from the middle of the grid at latitude "
        message += f"{middle[0]:.2f}, longitude {middle[1]:.2f}"
        yield _told(case, "GP-GEO-001", "warning", i, message, "check sign and digits of the coordinates")


def far_away(latitude_degree: FloatArray, longitude_degree: FloatArray) -> BoolArray:
    """Buses more than 1,500 km and five median distances from the middle of the grid, dims (bus,)."""
    known = has_place(latitude_degree, longitude_degree)
    if not known.any():
        return np.zeros(len(latitude_degree), dtype=bool)
    distance = point_distance_km(latitude_degree, longitude_degree, *middle_of(latitude_degree, longitude_degree))
    limit = max(FAR_KM, FAR_SPREADS * float(np.median(distance[known])))
    found: BoolArray = np.nan_to_num(distance, nan=0.0) > limit
    return found


def middle_of(latitude_degree: FloatArray, longitude_degree: FloatArray) -> tuple[float, float]:
    """Middle of the buses with a place [degree]: the medians of their directions seen from the middle of the Earth.

    So the 180th meridian and the poles are places like any other.
    """
    known = has_place(latitude_degree, longitude_degree)
    latitude, longitude = np.deg2rad(latitude_degree[known]), np.deg2rad(longitude_degree[known])
    x, y, z = (
        float(np.median(axis))
        for axis in (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )
    return float(np.rad2deg(np.arctan2(z, np.hypot(x, y)))), float(np.rad2deg(np.arctan2(y, x)))


def _given(case: GridCase) -> BoolArray:
    found: BoolArray = np.isfinite(case.bus.latitude_degree) & np.isfinite(case.bus.longitude_degree)
    return found


def _box_of_rest(case: GridCase, far: BoolArray) -> Bounds | None:
    return bounds_of(np.where(far, np.nan, case.bus.latitude_degree), np.where(far, np.nan, case.bus.longitude_degree))


def _both(case: GridCase, row: int) -> str:
    latitude, longitude = case.bus.latitude_degree[row], case.bus.longitude_degree[row]
    return (
        f"latitude {latitude:.5g}, longitude {longitude:.6g} as it stands, latitude {longitude:.5g}, longitude "
        f"{latitude:.6g} the other way round"
    )


def _buses(case: GridCase, rows: IntArray) -> str:
    names = ", ".join(case.bus.id[i] for i in rows[:_SHOWN])
    more = ", ..." if len(rows) > _SHOWN else ""
    return f"bus {names}" if len(rows) == 1 else f"{len(rows)} buses ({names}{more})"


def _told(case: GridCase, code: str, severity: Severity, row: int, message: str, remedy: str) -> Finding:
    return case.finding(code, severity, message, remedy, ("bus", row, "latitude_degree"))


COORDINATE_RULES = (
    impossible_coordinates,
    exchanged_coordinates,
    buses_at_zero,
    missing_coordinates,
    buses_far_away,
)
