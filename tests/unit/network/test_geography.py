"""Distances against published ones, candidates against counting by hand, areas against ray casting."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.geography.file import read_exclusion
from gridplan.network.geography.places import (
    EXCLUDED,
    FAR,
    HIGH_KV,
    LOW_KV,
    NO_PLACE,
    SLOW,
    SURPLUS,
    Exclusion,
    Near,
    Reach,
    SiteRequest,
    candidates_named,
    candidates_near,
    distance_km,
    excluded_areas,
    latency_radius_km,
    natural_key,
)
from gridplan.network.model import Network
from tests.oracles.geodesic import is_inside, vincenty_km
from tests.unit.network.geography_grid import chain_network

# latitude and longitude of both ends, distance [km], source
PUBLISHED = (
    # Flinders Peak to Buninyong, worked example of the GDA technical manual (GRS80, which is WGS84 here)
    (-37.951033417, 144.424867889, -37.652821139, 143.926495528, 54.972271),
    # a quarter of a meridian on WGS84
    (0.0, 10.0, 90.0, 10.0, 10_001.965729),
    # one degree of the equator: pi a / 180
    (0.0, 0.0, 0.0, 1.0, math.pi * 6378.137 / 180),
    # the same across the 180th meridian
    (0.0, 179.5, 0.0, -179.5, math.pi * 6378.137 / 180),
    # pole to pole
    (90.0, 0.0, -90.0, 77.0, 2 * 10_001.965729),
    # the pole has every longitude
    (90.0, 12.0, 90.0, -100.0, 0.0),
)
CITIES = {
    "London to Paris": (51.5074, -0.1278, 48.8566, 2.3522),
    "Phoenix to Los Angeles": (33.4484, -112.0740, 34.0522, -118.2437),
    "New York to London": (40.7128, -74.0060, 51.5074, -0.1278),
    "Tokyo to San Francisco": (35.6895, 139.6917, 37.7749, -122.4194),
    "Sydney to Santiago": (-33.8688, 151.2093, -33.4489, -70.6693),
}
RTS = read_network(dataset_folder("rts_gmlc"))
PHOENIX = Near(latitude_degree=33.4, longitude_degree=-112.1, radius_km=215.0, min_kv=100.0, max_count=5)


@pytest.mark.parametrize(("lat_1", "lon_1", "lat_2", "lon_2", "km"), PUBLISHED)
def test_distance_is_the_published_one(lat_1: float, lon_1: float, lat_2: float, lon_2: float, km: float) -> None:
    grid = chain_network([(lat_1, lon_1), (lat_1, lon_1)])
    assert distance_km(grid, lat_2, lon_2) == pytest.approx([km, km], rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("cities", CITIES.values(), ids=CITIES)
def test_cities_are_as_far_apart_as_another_formula_says(cities: tuple[float, float, float, float]) -> None:
    lat_1, lon_1, lat_2, lon_2 = cities
    found = distance_km(chain_network([(lat_1, lon_1)] * 2), lat_2, lon_2)[0]
    assert found == pytest.approx(vincenty_km(*cities), rel=1e-9)


def test_distance_of_a_bus_without_a_place_is_unknown() -> None:
    grid = chain_network([(10.0, 10.0), (math.nan, math.nan), (91.0, 10.0), (10.0, 361.0)])
    assert np.isnan(distance_km(grid, 10.0, 10.0)).tolist() == [False, True, True, True]


def test_candidates_of_rts_are_those_counted_by_another_formula() -> None:
    found = candidates_near(RTS, SiteRequest(near=PHOENIX), ())
    bus = RTS.bus
    by_hand = sorted(
        (vincenty_km(33.4, -112.1, lat, lon), name)
        for name, lat, lon, kv in zip(bus.id, bus.latitude_degree, bus.longitude_degree, bus.base_kv, strict=True)
        if kv >= 100.0
    )
    assert [c.bus for c in found if c.is_chosen] == [name for km, name in by_hand if km <= 215.0][:5]
    assert [c.distance_km for c in found[:5]] == pytest.approx([km for km, _ in by_hand[:5]], rel=1e-9)
    assert len(found) == 73
    counts = {reason: sum(reason in c.reasons for c in found) for reason in (FAR, SURPLUS)}
    assert counts == {FAR: sum(km > 215.0 for km, _ in by_hand), SURPLUS: sum(km <= 215.0 for km, _ in by_hand) - 5}


def test_every_reason_is_told() -> None:
    places = [(0.0, 0.0), (0.0, 1.0), (0.0, 0.1), (0.0, 0.2), (math.nan, 0.0), (0.0, 0.3), (0.0, 0.4), (0.0, 0.5)]
    kv = [138.0, 138.0, 69.0, 500.0, 138.0, 138.0, 138.0, 138.0]
    grid = chain_network(places, ids=["a", "b", "c", "d", "e", "f", "g", "h"], base_kv=kv)
    near = Near(latitude_degree=0.0, longitude_degree=0.0, radius_km=100.0, min_kv=100.0, max_kv=345.0, max_count=1)
    reach = Reach(latitude_degree=0.0, longitude_degree=0.0, radius_km=50.0)
    area = Exclusion(file=Path("flood.geojson"), areas=(shapely.box(0.25, -1, 0.35, 1),), labels=("features.0",))
    found = {c.bus: c for c in candidates_near(grid, SiteRequest(near=near, reach=reach), [area])}
    assert {bus: c.reasons for bus, c in found.items()} == {
        "a": (),
        "b": (FAR, SLOW),
        "c": (LOW_KV,),
        "d": (HIGH_KV,),
        "e": (NO_PLACE,),
        "f": (EXCLUDED,),
        "g": (SURPLUS,),
        "h": (SLOW,),
    }
    assert found["f"].area == "flood.geojson features.0"


def test_buses_of_one_station_stand_by_voltage_then_by_number() -> None:
    grid = chain_network([(5.0, 5.0)] * 4, ids=["10", "9", "A2", "A10"], base_kv=[138.0, 138.0, 345.0, 345.0])
    near = Near(latitude_degree=5.0, longitude_degree=5.0, radius_km=1.0)
    assert [c.bus for c in candidates_near(grid, SiteRequest(near=near), ())] == ["A2", "A10", "9", "10"]


def test_circle_belongs_to_the_radius() -> None:
    grid = chain_network([(0.0, 1.0), (0.0, -1.0)])
    degree = math.pi * 6378.137 / 180
    for radius, count in ((degree, 2), (degree - 1e-4, 0)):
        near = Near(latitude_degree=0.0, longitude_degree=0.0, radius_km=radius)
        assert sum(c.is_chosen for c in candidates_near(grid, SiteRequest(near=near), ())) == count


def test_numbers_in_labels_are_numbers() -> None:
    labels = ["BUS10", "BUS9", "BUS9A", "9", "", "X" * 3 + "1" * 40]
    assert sorted(labels, key=natural_key) == ["", "9", "BUS9", "BUS9A", "BUS10", "X" * 3 + "1" * 40]


def test_search_reaches_across_the_180th_meridian_and_over_the_pole() -> None:
    grid = chain_network([(-17.0, 179.9), (-17.0, -179.9), (89.9, 0.0), (89.9, 180.0)])
    fiji = Near(latitude_degree=-17.0, longitude_degree=180.0, radius_km=11.0)
    pole = Near(latitude_degree=90.0, longitude_degree=-45.0, radius_km=12.0)
    assert [c.bus for c in candidates_near(grid, SiteRequest(near=fiji), ()) if c.is_chosen] == ["1", "2"]
    assert [c.bus for c in candidates_near(grid, SiteRequest(near=pole), ()) if c.is_chosen] == ["3", "4"]


def test_latency_radius_is_time_by_speed() -> None:
    assert latency_radius_km(1.0, group_index=1.468, route_factor=1.0) == pytest.approx(204.218, abs=1e-3)
    assert latency_radius_km(2.0, group_index=1.468, route_factor=1.5) == pytest.approx(2 * 204.218 / 1.5, abs=1e-2)
    assert latency_radius_km(1.0, group_index=1.0, route_factor=1.0) == 299.792458


SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]
ISLAND = [(10.0, 0.0), (12.0, 0.0), (12.0, 2.0), (10.0, 2.0), (10.0, 0.0)]


def written(folder: Path, geometry: dict[str, Any], name: str = "area.geojson") -> Path:
    path = folder / name
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_holes_parts_and_borders(tmp_path: Path) -> None:
    path = written(tmp_path, {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]})
    # inside, in the hole, in the other part, outside, on a border, on a corner, on the border of the hole
    places = [(0.5, 0.5), (2.0, 2.0), (1.0, 11.0), (1.0, 5.0), (2.0, 4.0), (4.0, 4.0), (2.0, 1.0)]
    areas = excluded_areas(chain_network(places), read_exclusion(path))
    assert (areas >= 0).tolist() == [True, False, True, False, True, True, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-1.0, 5.0), st.floats(-1.0, 13.0)), min_size=2, max_size=20))
def test_areas_hold_what_ray_casting_says(places: list[tuple[float, float]]) -> None:
    multi = shapely.MultiPolygon([(SQUARE, [HOLE]), (ISLAND, [])])
    areas = excluded_areas(chain_network(places), Exclusion(file=Path("x"), areas=(multi,), labels=("x",)))
    for (lat, lon), area in zip(places, areas, strict=True):
        on_border = any(shapely.LineString(ring).distance(shapely.Point(lon, lat)) < 1e-9
                        for ring in (SQUARE, HOLE, ISLAND))  # fmt: skip
        assert on_border or (area >= 0) == is_inside(lon, lat, [SQUARE, HOLE, ISLAND])


def test_area_past_the_180th_meridian_holds_buses_of_both_sides(tmp_path: Path) -> None:
    ring = [(179.0, -18.0), (181.0, -18.0), (181.0, -16.0), (179.0, -16.0), (179.0, -18.0)]
    exclusion = read_exclusion(written(tmp_path, {"type": "Polygon", "coordinates": [ring]}))
    grid = chain_network([(-17.0, 179.5), (-17.0, -179.5), (-17.0, 178.5), (-17.0, 180.5)])
    assert (excluded_areas(grid, exclusion) >= 0).tolist() == [True, True, False, True]


def test_named_buses_keep_their_order_and_ignore_the_circle() -> None:
    near = replace(PHOENIX, radius_km=1.0)
    found = candidates_named(RTS, ["215", "101"], SiteRequest(near=near), ())
    assert [(c.bus, c.is_chosen) for c in found] == [("215", True), ("101", True)]


def chosen(grid: Network, request: SiteRequest, exclusions: Sequence[Exclusion]) -> list[str]:
    return [c.bus for c in candidates_near(grid, request, exclusions) if c.is_chosen]


FLOOD = [(-113.95, 33.0), (-113.7, 33.05), (-113.65, 34.4), (-113.9, 34.3), (-113.95, 33.0)]


def test_mirrored_geography_gives_the_same_siting(tmp_path: Path) -> None:
    """Metamorphic relation 28, x -> -x."""
    request = SiteRequest(near=PHOENIX, reach=Reach(latitude_degree=34.0, longitude_degree=-113.0, radius_km=150.0))
    plain = read_exclusion(written(tmp_path, {"type": "Polygon", "coordinates": [FLOOD]}))
    mirror = [(-lon, lat) for lon, lat in FLOOD]
    mirrored = read_exclusion(written(tmp_path, {"type": "Polygon", "coordinates": [mirror]}))
    other = replace(RTS, bus=replace(RTS.bus, longitude_degree=-RTS.bus.longitude_degree))
    assert request.near is not None
    assert request.reach is not None
    opposite = SiteRequest(
        near=replace(request.near, longitude_degree=112.1), reach=replace(request.reach, longitude_degree=113.0)
    )
    found = chosen(RTS, request, [plain])
    assert found
    assert found != chosen(RTS, request, [])
    assert chosen(other, opposite, [mirrored]) == found


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:26911", "EPSG:32612", "EPSG:4269", "ESRI:102003", "EPSG:2223"])
@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_reprojected_areas_give_the_same_siting(tmp_path: Path, crs: str, ending: str) -> None:
    """Metamorphic relation 28, another reference system; EPSG:2223 counts in feet."""
    plain = read_exclusion(written(tmp_path, {"type": "Polygon", "coordinates": [FLOOD]}))
    frame = geopandas.GeoDataFrame({"id": [1]}, geometry=list(plain.areas), crs="EPSG:4326").to_crs(crs)
    path = tmp_path / f"flood.{ending}"
    frame.to_file(path, driver="GPKG" if ending == "gpkg" else "GeoJSON", engine="pyogrio")
    other = read_exclusion(path)
    (note,) = other.findings
    assert (note.code, note.severity) == ("GP-GEO-002", "note")
    assert crs in note.message
    request = SiteRequest(near=PHOENIX)
    assert chosen(RTS, request, [other]) == chosen(RTS, request, [plain])
    assert [c.area[:5] for c in candidates_near(RTS, request, [other])] == [
        c.area and "flood" for c in candidates_near(RTS, request, [plain])
    ]


def test_order_of_buses_in_the_file_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(len(RTS.bus))
    places = [(RTS.bus.latitude_degree[i], RTS.bus.longitude_degree[i]) for i in order]
    shuffled = chain_network(places, ids=[RTS.bus.id[i] for i in order], base_kv=RTS.bus.base_kv[order].tolist())
    request = SiteRequest(near=replace(PHOENIX, radius_km=400.0, max_count=40))
    assert chosen(shuffled, request, []) == chosen(RTS, request, [])
