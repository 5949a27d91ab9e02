"""Places of buses: distance, voltage class, latency and excluded areas decide where a campus may connect.

Comes in: a Network with coordinates in degrees (WGS84) and what is asked. Goes out: every bus with its distance and
the reasons why it falls out, chosen ones first. Nothing is read or written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding
from gridplan.network.model import BoolArray, FloatArray, IntArray, Network

LIGHT_KM_PER_S = 299_792.458
ELLIPSOID = "WGS84"

NO_PLACE = "without usable coordinates"
FAR = "outside the radius"
LOW_KV = "below the least voltage"
HIGH_KV = "above the highest voltage"
SLOW = "outside the latency radius"
EXCLUDED = "in an excluded area"
SURPLUS = "farther than the buses counted first"
#: Reasons why a bus falls out, in the order they are told.
REASONS = (NO_PLACE, FAR, LOW_KV, HIGH_KV, SLOW, EXCLUDED, SURPLUS)

_SAME_PLACE_KM = 1e-6  # a millimetre: nearer than this, two buses are equally far


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Circle and voltage class that candidate buses must lie in.

    Parameters
    ----------
    latitude_degree, longitude_degree : float [degree]
        Middle of the circle, WGS84.
    radius_km : float [km]
        Geodesic radius; a bus on the circle lies inside.
    min_kv, max_kv : float [kV]
        Least and highest nominal voltage, both included.
    max_count : int
        Buses taken at most, nearest first.
    """

    latitude_degree: float
    longitude_degree: float
    radius_km: float
    min_kv: float = 0.0
    max_kv: float = np.inf
    max_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Circle around the place that must be reached in time; see ``latency_radius_km``."""

    latitude_degree: float
    longitude_degree: float
    radius_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRequest:
    """What a campus asks of the place of its bus; parts that are None ask nothing."""

    near: Near | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Areas of one file in which nothing may be built, longitude and latitude in degrees.

    Parameters
    ----------
    file : Path
    areas : shapely geometries, dims (area,)
        Valid polygons and multipolygons; their border belongs to them.
    labels : str, dims (area,)
        What the file calls them, as in ``features.3``.
    findings : tuple of Finding
        Notes and warnings of reading.
    """

    file: Path
    areas: tuple[Any, ...]
    labels: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One bus: distance to the middle asked for, and why it falls out; no reason means it is chosen.

    ``distance_km`` and ``latency_km`` are NaN where the bus has no place or nothing of the kind was asked.
    ``area`` names file and feature of the excluded area the bus lies in.
    """

    bus: str
    name: str
    base_kv: float
    distance_km: float
    latency_km: float
    reasons: tuple[str, ...] = ()
    area: str = ""

    @property
    def is_chosen(self) -> bool:
        """Whether nothing speaks against the bus."""
        return not self.reasons


def has_place(latitude_degree: FloatArray, longitude_degree: FloatArray) -> BoolArray:
    """Whether a pair is a place on Earth: both finite, latitude within 90 and longitude within 360 degrees."""
    found: BoolArray = (np.abs(latitude_degree) <= 90.0) & (np.abs(longitude_degree) <= 360.0)
    return found


def distance_km(network: Network, latitude_degree: float, longitude_degree: float) -> FloatArray:
    """Geodesic distance of every bus to a point on the WGS84 ellipsoid.

    Parameters
    ----------
    network : Network
    latitude_degree, longitude_degree : float [degree]
        The point.

    Returns
    -------
    FloatArray, dims (bus,) [km]
        NaN for a bus without usable coordinates.
    """
    return point_distance_km(
        network.bus.latitude_degree, network.bus.longitude_degree, latitude_degree, longitude_degree
    )


def point_distance_km(
    latitudes_degree: FloatArray, longitudes_degree: FloatArray, latitude_degree: float, longitude_degree: float
) -> FloatArray:
    """Geodesic distance of places to one point [km], NaN where a place is none."""
    from pyproj import Geod

    known = has_place(latitudes_degree, longitudes_degree)
    distance = np.full(len(latitudes_degree), np.nan)
    count = int(known.sum())
    if count:
        to_longitude, to_latitude = np.full(count, longitude_degree), np.full(count, latitude_degree)
        _, _, metres = Geod(ellps=ELLIPSOID).inv(
            longitudes_degree[known], latitudes_degree[known], to_longitude, to_latitude
        )
        distance[known] = np.asarray(metres) / 1000.0
    return distance


def latency_radius_km(one_way_ms: float, *, group_index: float, route_factor: float) -> float:
    """Largest geodesic distance that light in fibre covers in time.

    ``radius = t c / (n k)`` with t the one-way time, c the speed of light, n the group index of the fibre and k the
    length of the fibre route per geodesic distance. Equipment on the way takes time of its own, which the caller
    takes off t.

    Parameters
    ----------
    one_way_ms : float [ms]
        Half of a round trip.
    group_index : float [1]
        About 1.468 for single-mode fibre, 204,200 km/s.
    route_factor : float [1]
        At least 1.
    """
    return one_way_ms / 1000.0 * LIGHT_KM_PER_S / (group_index * route_factor)


def candidates_near(network: Network, request: SiteRequest, exclusions: Sequence[Exclusion]) -> tuple[Candidate, ...]:
    """Every bus of a network against a request, chosen ones first.

    Chosen buses stand nearest first. Buses less than a millimetre apart in distance stand by voltage, highest first,
    then by id with its numbers read as numbers, so that the order of the file does not matter. The others follow in
    the same order, each with every reason against it.

    Parameters
    ----------
    network : Network
    request : SiteRequest
        With a ``near``.
    exclusions : sequence of Exclusion
        A bus on a border is excluded.

    Returns
    -------
    tuple of Candidate, dims (bus,)
    """
    found = sorted(_judged(network, request, exclusions), key=_by_distance)
    limit = request.near.max_count if request.near else None
    fits = [candidate for candidate in found if candidate.is_chosen]
    surplus = fits[limit:] if limit is not None else []
    left_out = [replace(candidate, reasons=(SURPLUS,)) for candidate in surplus]
    others = [candidate for candidate in found if not candidate.is_chosen]
    return (*fits[: len(fits) - len(surplus)], *sorted([*left_out, *others], key=_by_distance))


def candidates_named(
    network: Network, buses: Iterable[str], request: SiteRequest, exclusions: Sequence[Exclusion]
) -> tuple[Candidate, ...]:
    """Buses named by the planner, in that order, against latency and excluded areas alone."""
    found = {c.bus: c for c in _judged(network, replace(request, near=None), exclusions)}
    return tuple(found[bus] for bus in buses)


def excluded_areas(network: Network, exclusion: Exclusion) -> IntArray:
    """Position of the first area of a file that a bus lies in or on the border of, dims (bus,); -1 where none is.

    Longitudes are compared modulo 360 degrees, so that an area may be written past 180 degrees.
    """
    import shapely

    latitude, longitude = network.bus.latitude_degree, network.bus.longitude_degree
    known = np.flatnonzero(has_place(latitude, longitude))
    first = np.full(len(network.bus), len(exclusion.areas), dtype=np.int64)
    tree = shapely.STRtree(list(exclusion.areas))
    for turn in (-720.0, -360.0, 0.0, 360.0, 720.0):
        points = shapely.points(longitude[known] + turn, latitude[known])
        at, area = tree.query(points, predicate="intersects")
        np.minimum.at(first, known[at], area)
    return np.where(first < len(exclusion.areas), first, -1)


def _judged(network: Network, request: SiteRequest, exclusions: Sequence[Exclusion]) -> list[Candidate]:
    bus, near, reach = network.bus, request.near, request.reach
    nowhere = np.full(len(bus), np.nan)
    distance = distance_km(network, near.latitude_degree, near.longitude_degree) if near else nowhere
    latency = distance_km(network, reach.latitude_degree, reach.longitude_degree) if reach else nowhere
    areas = _area_words(network, exclusions)
    asks_place = near is not None or reach is not None or bool(exclusions)
    placed = has_place(bus.latitude_degree, bus.longitude_degree)
    against: dict[str, npt.NDArray[np.bool_]] = {
        NO_PLACE: ~placed & asks_place,
        FAR: distance > near.radius_km + _SAME_PLACE_KM if near else np.zeros(len(bus), dtype=bool),
        LOW_KV: bus.base_kv < near.min_kv if near else np.zeros(len(bus), dtype=bool),
        HIGH_KV: bus.base_kv > near.max_kv if near else np.zeros(len(bus), dtype=bool),
        SLOW: latency > reach.radius_km + _SAME_PLACE_KM if reach else np.zeros(len(bus), dtype=bool),
        EXCLUDED: np.array([bool(area) for area in areas], dtype=bool),
    }
    return [
        Candidate(
            bus=bus.id[i],
            name=bus.name[i],
            base_kv=float(bus.base_kv[i]),
            distance_km=float(distance[i]),
            latency_km=float(latency[i]),
            reasons=tuple(reason for reason, column in against.items() if column[i]),
            area=areas[i],
        )
        for i in range(len(bus))
    ]


def _area_words(network: Network, exclusions: Sequence[Exclusion]) -> list[str]:
    """File and feature that exclude each bus, empty where none does."""
    words = [""] * len(network.bus)
    for exclusion in exclusions:
        areas = excluded_areas(network, exclusion)
        for i in np.flatnonzero(areas >= 0):
            words[i] = words[i] or f"{exclusion.file.name} {exclusion.labels[areas[i]]}"
    return words


def _by_distance(candidate: Candidate) -> tuple[float, float, tuple[tuple[int, int, str], ...]]:
    known = np.isfinite(candidate.distance_km)
    distance = round(candidate.distance_km / _SAME_PLACE_KM) if known else np.inf
    return distance, -candidate.base_kv, natural_key(candidate.bus)


def natural_key(label: str) -> tuple[tuple[int, int, str], ...]:
    """Key that sorts the numbers inside a label as numbers: bus 9 before bus 10."""
    parts = re.findall(r"\d+|\D+", label)
    return tuple((0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Box of latitudes and longitudes [degree]."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, latitude_degree: float, longitude_degree: float) -> bool:
        """Whether a place lies inside or on the edge."""
        return self.south <= latitude_degree <= self.north and self.west <= longitude_degree <= self.east

    def meets(self, other: Bounds) -> bool:
        """Whether two boxes share a place."""
        apart = self.south > other.north or self.north < other.south or self.west > other.east or self.east < other.west
        return not apart

    def padded(self, degrees: float) -> Bounds:
        """Box that reaches further on every side."""
        return Bounds(
            south=self.south - degrees, north=self.north + degrees, west=self.west - degrees, east=self.east + degrees
        )

    def swapped(self) -> Bounds:
        """Box with latitude and longitude exchanged."""
        return Bounds(south=self.west, north=self.east, west=self.south, east=self.north)


def bounds_of(latitude_degree: FloatArray, longitude_degree: FloatArray) -> Bounds | None:
    """Box of all places; None where there is none."""
    known = has_place(latitude_degree, longitude_degree)
    if not known.any():
        return None
    latitude, longitude = latitude_degree[known], longitude_degree[known]
    return Bounds(
        south=float(latitude.min()),
        north=float(latitude.max()),
        west=float(longitude.min()),
        east=float(longitude.max()),
    )


def exclusion_bounds(exclusion: Exclusion) -> Bounds:
    """Box of all areas of a file."""
    import shapely

    west, south, east, north = (float(value) for value in shapely.total_bounds(list(exclusion.areas)))
    return Bounds(south=south, north=north, west=west, east=east)
