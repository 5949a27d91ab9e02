"""A study that says where instead of which bus: the buses it gets, the words about them, and the study it becomes."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridplan.errors import Finding, InputError
from gridplan.inputs import Inputs, read_inputs
from gridplan.network.embedded import dataset_folder
from gridplan.pipeline import run_study
from gridplan.study.read import load_study_text
from gridplan.study.resolved import resolved
from tests.oracles.geodesic import is_inside, vincenty_km

STUDY = """schema_version: 1
name: North
network: {network}
timezone: America/Phoenix
years: [2027]
hours: {{first: 0, count: 24}}
base_case: {{load_growth_frac_per_year: 0.0, committed_loads: []}}
campuses:
  - {{id: mesa, contract_mw: 50, {place}}}
"""
NEAR = "near: {latitude: 33.4, longitude: -112.1, radius_km: 215}"
FLOOD = [(-113.83, 33.0), (-113.7, 33.0), (-113.7, 34.5), (-113.83, 34.5), (-113.83, 33.0)]
Read = Callable[..., Inputs]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def inputs(place: str, network: str = "rts_gmlc") -> Inputs:
        (tmp_path / "flood.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [FLOOD]}))
        (tmp_path / "study.yaml").write_text(STUDY.format(place=place, network=network))
        return read_inputs(tmp_path / "study.yaml")

    return inputs


@pytest.fixture
def refused(read: Read) -> Callable[..., tuple[Finding, ...]]:
    def findings(place: str, **more: str) -> tuple[Finding, ...]:
        with pytest.raises(InputError) as error:
            read(place, **more)
        found = tuple(f for f in error.value.findings if f.severity == "error")
        assert found
        assert all(f.remedy and f.place.file for f in found)
        return found

    return findings


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def by_hand(radius_km: float, *, flood: bool = False, reach_km: float = 1e9, count: int = 5) -> tuple[str, ...]:
    """Candidates counted from the table of the dataset, by another formula for distances and another for areas."""
    found = []
    for row in table(dataset_folder("rts_gmlc") / "bus.csv"):
        lat, lon = float(row["latitude_degree"]), float(row["longitude_degree"])
        km = vincenty_km(33.4, -112.1, lat, lon)
        if km <= min(radius_km, reach_km) and not (flood and is_inside(lon, lat, [FLOOD])):
            found.append((km, row["id"]))
    return tuple(bus for _, bus in sorted(found)[:count])


def test_nearest_buses_become_the_candidates(read: Read) -> None:
    inputs = read(NEAR)
    (campus,) = inputs.file.study.campuses
    assert campus.poi == by_hand(215.0)
    (note,) = inputs.findings
    assert (note.code, note.severity, note.place.line, note.place.key) == ("GP-GEO-005", "note", 9, "campuses.0.near")
    assert "5 candidates by place, nearest first: 102 (160.7 km, 138 kV), 101 (161.5 km" in note.message
    assert "68 of 73 buses fall out: 62 outside the radius, 6 farther than the buses counted first." in note.message


def test_flood_plain_and_latency_take_buses_out(read: Read) -> None:
    reach_km = 3.1 / 2 / 1000 * 299_792.458 / 1.468 / 1.5
    place = f"{NEAR}, exclude: flood.geojson, latency: {{latitude: 33.4, longitude: -112.1, max_round_trip_ms: 3.1}}"
    inputs = read(place)
    (campus,) = inputs.file.study.campuses
    assert campus.poi == by_hand(215.0, flood=True, reach_km=reach_km)
    assert len(campus.poi) == 4
    assert "102 (160.7 km, 138 kV): in an excluded area (flood.geojson geometry)" in inputs.findings[0].message
    assert any(path.name == "flood.geojson" for path in inputs.files)
    again = read(place.replace("max_round_trip_ms: 3.1", "max_one_way_ms: 1.55"))
    assert again.file.study.campuses[0].poi == campus.poi


def test_named_buses_come_first_and_found_ones_behind(read: Read) -> None:
    assert read(f"poi: [215, 101], {NEAR}").file.study.campuses[0].poi == ("215", "101", "102", "104", "105", "108")


def test_named_bus_in_a_flood_plain_falls_out_with_a_warning(read: Read) -> None:
    inputs = read("poi: [102, 101], exclude: [flood.geojson]")
    assert inputs.file.study.campuses[0].poi == ("101",)
    (found,) = inputs.findings
    assert (found.code, found.severity, found.place.key) == ("GP-GEO-005", "warning", "campuses.0.poi.0")
    assert "bus 102 named in poi falls out: in an excluded area (flood.geojson geometry)" in found.message


def test_resolved_study_reads_as_itself(read: Read, tmp_path: Path) -> None:
    study = read(f"{NEAR}, exclude: [flood.geojson]").file.study
    (tmp_path / "again.yaml").write_text(json.dumps(resolved(study)))
    again = read_inputs(tmp_path / "again.yaml").file.study
    assert again.campuses[0].poi == study.campuses[0].poi
    assert again.digest == study.digest


def test_digest_is_that_of_the_buses_found(read: Read) -> None:
    asked = load_study_text(STUDY.format(place=f"{NEAR}, exclude: [flood.geojson]", network="rts_gmlc")).study
    assert asked.campuses[0].poi == ()
    found = read(f"{NEAR}, exclude: [flood.geojson]").file.study
    assert found.digest != asked.digest
    assert asked.digest == load_study_text(asked.model_dump_json()).study.digest


@pytest.mark.parametrize(
    ("place", "code", "key", "words", "remedy"),
    [
        (NEAR.replace("215", "80"), "GP-GEO-005", "near", "nearest bus is 102 (160.7 km, 138 kV)", "at least 160.7"),
        (NEAR.replace("215", "215, min_kv: 345"), "GP-GEO-005", "near", "no bus is left", "below the least voltage"),
        (NEAR.replace("-112.1", "-99.1"), "GP-GEO-005", "near", "73 of 73 buses fall out", "radius_km of at least 1"),
        (NEAR.replace("-112.1", "20.1"), "GP-GEO-005", "near", "no bus is left", "within 1,500 km"),
        (NEAR.replace("-112.1", "112.1"), "GP-GEO-001", "near", "with longitude -112.1", "sign"),
        (f"{NEAR}, latency: {{latitude: 33.4, longitude: -112.1, max_one_way_ms: 0.1}}", "GP-GEO-005", "near",
         "outside the latency radius", "outside the latency radius"),
        ("poi: 102, exclude: [flood.geojson]", "GP-GEO-005", "exclude", "no bus is left", "in an excluded area"),
        (f"{NEAR}, exclude: [flod.geojson]", "GP-ENC-002", "", "Did you mean 'flood.geojson'", "check the name"),
        (f"{NEAR}, exclude: [../flood.geojson]", "GP-SEC-001", "exclude.0", "leads out", "copy the file"),
        (f"{NEAR}, exclude: [/vsicurl/http://a.b/c.gpkg]", "GP-SEC-001", "exclude.0", "address", "copy the file"),
        (f"{NEAR}, exclude: [study.yaml]", "GP-ENC-002", "", "no reader for study.yaml", "GeoJSON"),
        ("near: {latitude: -112.1, longitude: 33.4, radius_km: 9}", "GP-GEO-001", "near.latitude",
         "latitude -112.1 is not between -90 and 90", "exchanged"),
        ("near: {latitude: 33.4, longitude: 247.9, radius_km: 9}", "GP-GEO-001", "near.longitude",
         "longitude 247.9 is not between", "-112.1 for 247.9"),
        ("near: {latitude: 3698115, longitude: 401202, radius_km: 9}", "GP-GEO-002", "near.latitude", "metres", "4326"),
        ("near: {latitude: 33.4, longitude: -112.1}", "GP-STU-001", "near.radius_km", "is missing", "geodesic radius"),
        ("latency: {latitude: 33.4, longitude: -112.1, max_one_way_ms: 1}", "GP-STU-001", "poi", "is missing", "near"),
        ("poi: []", "GP-STU-001", "poi", "holds 0 values", "at least 1"),
    ],
)  # fmt: skip
def test_study_without_a_bus_is_refused(
    refused: Callable[..., tuple[Finding, ...]], place: str, code: str, key: str, words: str, remedy: str
) -> None:
    found = refused(place)[0]
    assert (found.code, found.place.key) == (code, f"campuses.0.{key}" if key else found.place.key)
    assert words in found.message
    assert remedy in found.remedy


@pytest.fixture
def blank(tmp_path: Path) -> str:
    """Dataset without coordinates."""
    folder = Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "blank"))
    rows = table(folder / "bus.csv")
    with (folder / "bus.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "latitude_degree": "", "longitude_degree": ""} for row in rows)
    return folder.name


def test_grid_without_coordinates_names_the_way_out(
    refused: Callable[..., tuple[Finding, ...]], read: Read, blank: str
) -> None:
    (found,) = refused(f"poi: 101, {NEAR}, exclude: [flood.geojson]", network=blank)
    assert (found.code, found.place.key) == ("GP-GEO-004", "campuses.0.near")
    assert "asks by place (near, exclude)" in found.message
    assert "name buses in poi" in found.remedy
    assert read("poi: 101", network=blank).file.study.campuses[0].poi == ("101",)


def test_exchanged_area_file_is_told_with_both_readings(
    refused: Callable[..., tuple[Finding, ...]], tmp_path: Path, read: Read
) -> None:
    """In Europe an exchanged area is a possible one; here the dataset is moved there."""
    folder = Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "moved"))
    rows = table(folder / "bus.csv")
    with (folder / "bus.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "longitude_degree": float(row["longitude_degree"]) + 130} for row in rows)
    ring = [(33.0, 14.0), (34.0, 14.0), (34.0, 15.0), (33.0, 14.0)]
    (tmp_path / "odd.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    (found,) = refused("poi: 101, exclude: [odd.geojson]", network="moved")
    assert (found.code, found.place.file) == ("GP-GEO-001", tmp_path / "odd.geojson")
    assert "latitude 14, longitude 33 as it stands, latitude 33, longitude 14 the other way round" in found.message
    (near,) = refused("near: {latitude: 17.5, longitude: 33.8, radius_km: 50}", network="moved")
    assert (near.code, near.place.key) == ("GP-GEO-001", "campuses.0.near")
    away = [(x + 100, y) for x, y in ring]
    (tmp_path / "odd.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [away]}))
    (warning,) = read("poi: 101, exclude: [odd.geojson]", network="moved").findings
    assert (warning.code, warning.severity) == ("GP-GEO-005", "warning")
    assert "they exclude no bus" in warning.message


@pytest.mark.slow
def test_run_by_place_from_file_to_report(tmp_path: Path) -> None:
    (tmp_path / "flood.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [FLOOD]}))
    place = f"{NEAR.replace('215}', '215, max_count: 2}')}, exclude: [flood.geojson]"
    (tmp_path / "study.yaml").write_text(STUDY.format(place=place, network="rts_gmlc"))
    run = run_study(tmp_path / "study.yaml", tmp_path / "run").run_dir
    expected = list(by_hand(215.0, flood=True, count=2))

    def document(name: str) -> Any:
        return json.loads((run / name).read_text())

    plan, manifest = document("plan.json"), document("manifest.json")
    assert document("study.resolved.json")["campuses"][0]["poi"] == expected
    assert plan["years"]["2027"]["campuses"][0]["candidates"] == expected
    assert plan["years"]["2027"]["campuses"][0]["bus"] in expected
    assert [finding["code"] for finding in plan["findings"]].count("GP-GEO-005") == 1
    flood = hashlib.sha256((tmp_path / "flood.geojson").read_bytes()).hexdigest()
    assert flood in manifest["inputs"].values()
    assert document("certificate.json")["status"] == "passed"
    assert [row["poi"] for row in table(run / "poi_capacity.csv")] == expected
