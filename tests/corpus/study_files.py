"""Damaged studies and sweeps, on the dataset folder ``west``."""

from __future__ import annotations

import json
import re

from tests.corpus.damage import GOOD, Change, Damaged, cut, drop, swap

BASE = "two_campuses.yaml"
SWEEP = "two_growths.yaml"


def study(
    name: str, code: str, *changes: Change, severity: str = "error", beside: dict[str, str] | None = None
) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, changes=changes, severity=severity, beside=beside or {})


def area(*corners: tuple[float, float]) -> str:
    """Text of an area file."""
    shape = {"type": "Polygon", "coordinates": [list(corners)]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": shape})


UNPLACED = re.sub(r"33\.\d,-112\.\d", ",", (GOOD / "west/bus.csv").read_text(encoding="utf-8"))
POND = area((-112.4, 33.4), (-112.2, 33.4), (-112.2, 33.6), (-112.4, 33.6))
FIELD = area((-112.4, 33.4), (-112.25, 33.4), (-112.25, 33.6), (-112.4, 33.6), (-112.4, 33.4))


def moving(targets: str) -> str:
    """Lines of a campus whose work may move."""
    return f"      flexibility: {{geo_shift: {{to: [{targets}], max_frac: {{batch: 0.2}}}}}}"


def sweep(name: str, code: str, *changes: Change) -> Damaged:
    return Damaged(name=name, code=code, base=SWEEP, changes=changes)


def data(name: str, code: str, content: bytes) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, data=content)


YAML = (
    study("tab", "GP-YML-001", swap("    poi: 30", "\tpoi: 30")),
    study("tag", "GP-YML-001", swap("network: west", "network: !!python/object/apply:os.system ['true']")),
    study("alias", "GP-YML-001", swap("poi: [20, 30]", "poi: &all [20, 30]"), swap("poi: 30", "poi: *all")),
    study("key twice", "GP-YML-001", swap("network: west", "network: west\nnetwork: east")),
    study("unknown key", "GP-YML-001", swap("timezone:", "timezones:")),
    study("second document", "GP-YML-001", swap("campuses:", "---\ncampuses:")),
    study("cut off in a list", "GP-YML-001", cut(0.36)),
    study("Norway", "GP-YML-002", swap("name: Two campuses", "name: NO"), severity="warning"),
    study("nested without end", "GP-SIZ-001", swap("name: Two campuses", f"name: {'[' * 80}{']' * 80}")),
    data("empty study", "GP-ENC-002", b""),
    data("binary study", "GP-ENC-002", b"\x00\x01\x02\x03" * 64),
    data("UTF-16 study", "GP-ENC-001", "schema_version: 1".encode("utf-16")),
    data("large study", "GP-SIZ-001", b"# " + b"x" * (2 << 20)),
    Damaged(name="missing", code="GP-ENC-002", base=BASE, is_missing=True),
)

VALUES = (
    study("key missing", "GP-STU-001", drop("contract_mw: 20 MW")),
    study("no such choice", "GP-STU-002", swap("kind: conditional", "kind: sometimes")),
    study(
        "several weather years", "GP-STU-003", swap("committed_loads", "weather_years: [2019, 2020], committed_loads")
    ),
    study("campus twice", "GP-STU-004", swap("id: tempe", "id: mesa")),
    study("shares of 1.1", "GP-STU-005", swap("interactive: 0.5", "interactive: 0.6")),
    study("years that fall", "GP-STU-006", swap("[2027, 2029]", "[2029, 2027]")),
    study("no MW in any year", "GP-STU-007", swap("contract_mw: 20 MW", "contract_mw: {2035: 20}")),
    study("block above contract", "GP-STU-008", swap("block_mw: 20\n    service", "block_mw: 30\n    service")),
    study(
        "block that does not divide",
        "GP-STU-008",
        swap("block_mw: 20\n    service", "block_mw: 15\n    service"),
        severity="warning",
    ),
    study("firm with terms", "GP-STU-009", swap("kind: conditional", "kind: firm"), severity="warning"),
    study("unknown reinforcement", "GP-STU-010", swap("until: b2", "until: b3")),
    study(
        "runback a run does not use",
        "GP-STU-011",
        swap("kind: conditional", "kind: conditional, curtailment_mode: post_contingency"),
        severity="warning",
    ),
    study(
        "runback slower than short-time ratings",
        "GP-STU-012",
        swap("kind: conditional", "kind: conditional, curtailment_mode: post_contingency, runback_min: 20"),
    ),
    study("MVA for MW", "GP-UNT-001", swap("20 MW", "20 MVA")),
    study("text for MW", "GP-VAL-001", swap("20 MW", "lots")),
    study("decimal comma", "GP-VAL-001", swap("energy_mwh: 40", "energy_mwh: 40,5")),
    study("NaN for MW", "GP-VAL-001", swap("20 MW", ".nan")),
    study("negative contract", "GP-VAL-005", swap("20 MW", "-20")),
    study("20 GW", "GP-VAL-003", swap("20 MW", "20 GW")),
    study("campus above all units", "GP-VAL-003", swap("20 MW", "300 MW")),
    study(
        "campuses above all units",
        "GP-VAL-004",
        swap("{2027: 20, 2029: 40}", "{2027: 140, 2029: 240}"),
        swap("20 MW", "60 MW"),
        severity="warning",
    ),
    study("no growth", "GP-BASE-001", swap("load_growth_frac_per_year: 0.01, ", ""), severity="warning"),
    study("no prior queue", "GP-BASE-002", swap(", committed_loads: []", ""), severity="warning"),
    study(
        "overload cheaper than unserved",
        "GP-PRC-001",
        swap("campuses:", "prices: {overload_usd_per_mwh: 10}\ncampuses:"),
    ),
    study(
        "cheap refusal",
        "GP-PRC-002",
        swap("campuses:", "prices: {unconnected_usd_per_mw_year: 10}\ncampuses:"),
        severity="warning",
    ),
    study("unknown climate", "GP-CAM-021", swap("contract_mw: 20 MW", "contract_mw: 20 MW\n    climate: phenix")),
    study("failover to nobody", "GP-CAM-005", swap("storage: {p_mw", "failover: {to: temple}\n    storage: {p_mw")),
    study("failover to itself", "GP-CAM-005", swap("storage: {p_mw", "failover: {to: mesa}\n    storage: {p_mw")),
    study("unknown shape", "GP-CAM-001", swap("load_factor: 0.8", "load_factor: 0.8\n      shape: squared")),
    study("work moved to nobody", "GP-MOV-001", swap("load_factor: 0.8", f"load_factor: 0.8\n{moving('tampa')}")),
    study("work moved to itself", "GP-MOV-001", swap("load_factor: 0.8", f"load_factor: 0.8\n{moving('mesa')}")),
    study("work moved twice", "GP-MOV-001", swap("load_factor: 0.8", f"load_factor: 0.8\n{moving('tempe, tempe')}")),
    study(
        "work moved abroad",
        "GP-MOV-002",
        swap("load_factor: 0.8", f"load_factor: 0.8\n{moving('tempe')}"),
        swap("    contract_mw: 20 MW", "    residency: eu\n    contract_mw: 20 MW"),
        severity="warning",
    ),
    study(
        "cap deeper than measured",
        "GP-MOV-003",
        swap(
            "load_factor: 0.8",
            "load_factor: 0.8\n      flexibility: {power_cap: measured, shed_frac: {relaxed: 0.6}}",
        ),
    ),
    study("emergency below normal", "GP-LIM-005", swap("emergency_mva: 280", "emergency_mva: 240")),
    study("upgrade that adds nothing", "GP-LIM-006", swap("normal_mva: 250", "normal_mva: 170"), severity="warning"),
    study(
        "voltage limits exchanged",
        "GP-LIM-004",
        swap("{load_basis: modelled}", "{load_basis: modelled, voltage_pu: {intact: [1.05, 0.95]}}"),
    ),
)

NAMES_AND_HOURS = (
    study("unknown network", "GP-NET-001", swap("network: west", "network: wst")),
    study("network above the folder", "GP-SEC-001", swap("network: west", "network: ../west.m")),
    study("network by absolute path", "GP-SEC-001", swap("network: west", "network: /etc/west.m")),
    study("unknown bus", "GP-BUS-001", swap("poi: 30", "poi: 33")),
    study("unknown branch", "GP-BRA-001", swap("branch: A2", "branch: A9")),
    study(
        "unknown unit",
        "GP-GEN-001",
        swap("committed_loads: []", "committed_loads: [], retirements: [{generator: 10_CC_9, from_year: 2027}]"),
    ),
    study("unknown zone", "GP-TIM-005", swap("America/Phoenix", "America/Fenix")),
    study(
        "hour that does not exist",
        "GP-TIM-001",
        swap("America/Phoenix", "America/Denver"),
        swap("2020-07-01T02:00", "2020-03-08T02:00"),
    ),
    study("no date", "GP-TIM-002", swap("2020-07-01T02:00", "1 July 2020")),
    study("half an hour", "GP-TIM-002", swap("2020-07-01T02:00", "2020-07-01T02:30")),
    study("job of another year", "GP-TIM-003", swap("2020-07-01T02:00", "2019-07-01T02:00")),
    study("hours beyond the series", "GP-TIM-003", swap("campuses:", "hours: {first: 20, count: 10}\ncampuses:")),
    study("deadline before release", "GP-TIM-004", swap("deadline: 2020-07-01T20:00", "deadline: 2020-07-01T01:00")),
    study("more energy than fits", "GP-TIM-004", swap("energy_mwh: 40", "energy_mwh: 400")),
)

PLACES = (
    study(
        "latitude beyond the pole",
        "GP-GEO-001",
        swap("poi: 30", "near: {latitude: 95, longitude: -112, radius_km: 50}"),
    ),
    study(
        "place at zero",
        "GP-GEO-001",
        swap("poi: 30", "poi: 30\n    latency: {latitude: 0, longitude: 0, max_round_trip_ms: 900}"),
        severity="warning",
    ),
    study(
        "place in metres", "GP-GEO-002", swap("poi: 30", "near: {latitude: 3700000, longitude: 400000, radius_km: 50}")
    ),
    Damaged(
        name="open ring",
        code="GP-GEO-003",
        base=BASE,
        changes=(swap("poi: 30", "poi: 30\n    exclude: [pond.geojson]"),),
        beside={"pond.geojson": POND},
    ),
    study("area file above the folder", "GP-SEC-001", swap("poi: 30", "poi: 30\n    exclude: [../pond.geojson]")),
    study(
        "network without coordinates",
        "GP-GEO-004",
        swap("poi: 30", "near: {latitude: 33.4, longitude: -112.1, radius_km: 50}"),
        beside={"west/bus.csv": UNPLACED},
    ),
    study("nothing near", "GP-GEO-005", swap("poi: 30", "near: {latitude: 40, longitude: -100, radius_km: 5}")),
    study(
        "bus that falls out",
        "GP-GEO-005",
        swap("poi: 30", "poi: [20, 30]\n    exclude: [field.geojson]"),
        severity="warning",
        beside={"field.geojson": FIELD},
    ),
)

WINDY = (GOOD / "west/generator.csv").read_text(encoding="utf-8").replace("CC,NG", "WIND,Wind")
LOAD_LOSS = (
    study(
        "grid without a machine",
        "GP-FLT-001",
        swap("load_basis: modelled", "load_loss: {limit_mw: 100}"),
        beside={"west/generator.csv": WINDY},
    ),
    study(
        "campus one fault must not trip",
        "GP-FLT-002",
        swap("load_basis: modelled", "load_loss: {limit_mw: 20}"),
        severity="warning",
    ),
    study(
        "ride-through for nothing",
        "GP-FLT-003",
        swap("block_mw: 20\n    workloads", "block_mw: 20\n    ride_through_frac: 0.5\n    workloads"),
        severity="warning",
    ),
    study("limit in kVA", "GP-UNT-001", swap("load_basis: modelled", "load_loss: {limit_mw: 100 kVA}")),
    study("limit left out", "GP-STU-001", swap("load_basis: modelled", "load_loss: {voltage_trip_pu: 0.6}")),
    study(
        "trip voltage in percent",
        "GP-VAL-005",
        swap("load_basis: modelled", "load_loss: {limit_mw: 100, voltage_trip_pu: 70}"),
    ),
    study(
        "ride-through in percent",
        "GP-VAL-005",
        swap("block_mw: 20\n    workloads", "block_mw: 20\n    ride_through_frac: 40\n    workloads"),
    ),
)

SWEEPS = (
    sweep(
        "axis twice",
        "GP-SWP-001",
        swap("[0.0, 0.02]\n", "[0.0, 0.02]\n  - {name: growth, path: years, values: [[2027]]}\n"),
    ),
    sweep("value twice", "GP-SWP-002", swap("[0.0, 0.02]", "[0.02, 0.02]")),
    sweep("path to nowhere", "GP-SWP-003", swap("path: base_case.load_growth_frac_per_year", "path: name.first")),
    sweep("unknown key of a sweep", "GP-YML-001", swap("axes:", "axis: []\naxes:")),
    sweep("base that does not exist", "GP-ENC-002", swap("base: two", "base: three")),
    sweep("too many studies", "GP-SIZ-001", swap("[0.0, 0.02]", str([k / 1e6 for k in range(12_000)]))),
)

STUDIES = (*YAML, *VALUES, *NAMES_AND_HOURS, *PLACES, *LOAD_LOSS, *SWEEPS)
