"""Rules on a study alone and against a grid: each rule fires on its fault and is silent without it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gridplan.errors import Finding
from gridplan.study.check import RULES, check_study
from gridplan.study.check_network import check_against_grid
from gridplan.study.local_time import hour_of_year, hours_of_year, is_local_hour
from gridplan.study.read import read_study
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

FULL = Path(__file__).with_name("full_study.yaml")
JOB = {
    "id": "j",
    "kind": "batch",
    "energy_mwh": 100,
    "p_max_mw": 10,
    "release": "2020-03-01T00:00",
    "deadline": "2020-03-02T00:00",
}
UPGRADE = {
    "id": "a27",
    "branch": "A27",
    "rating_normal_mva": 600,
    "rating_emergency_mva": 700,
    "capital_cost_musd": 14,
    "cost_year": 2026,
    "earliest_in_service": "2029-06-01",
}


HOURLY = {"file": "f.csv", "timezone": "UTC", "stamp": "hour_beginning", "unit": "MW"}
MEASURED = {**HOURLY, "column": "p", "scaling": "clip"}
MODELLED = {"load_basis": "modelled"}
PRESET = {"workloads": {"preset": "chat_general_large"}}


def study(campus: dict[str, Any] | None = None, **changes: Any) -> Study:
    base = {"load_growth_frac_per_year": 0.0, "committed_loads": []}
    mesa = {"id": "mesa", "poi": [107], "contract_mw": 400, **(campus or {})}
    plain = {"schema_version": 1, "name": "t", "network": "rts_gmlc", "timezone": "America/Phoenix", "years": [2027]}
    return Study.model_validate({**plain, "base_case": base, "campuses": [mesa], **changes})


def job(**changes: Any) -> dict[str, Any]:
    return {"workloads": {"jobs": [{**JOB, **changes}]}}


def moving(*targets: str, residency: str | None = None, batch: float = 0.2) -> Study:
    """Batch work of mesa may move; the other campus is verde."""
    shift = {"to": list(targets), "max_frac": {"batch": batch}}
    mesa = {"id": "mesa", "poi": [107], "contract_mw": 400, "workloads": {"flexibility": {"geo_shift": shift}}}
    return study(campuses=[mesa, {"id": "verde", "poi": [203], "contract_mw": 400, "residency": residency}])


def seen(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.severity, finding.place.key) for finding in findings]


def test_sound_studies_give_no_finding() -> None:
    assert check_study(study(job())) == ()
    assert read_study(FULL).findings == ()


DUPLICATE_CAMPUS = [{"id": "a", "poi": 1, "contract_mw": 50}, {"id": "a", "poi": 2, "contract_mw": 50}]
VOLTAGE = {"voltage_pu": {"intact": [1.05, 0.95]}}
FLEX = "campuses.0.workloads.flexibility"
PHOENIX = {"latitude": 33.4, "longitude": -112.1}
TO_ITSELF = {"failover": {"to": "mesa"}}
NO_SHARE = [
    {"id": "a", "poi": 1, "contract_mw": 50, "failover": {"to": "b", "share_frac": 0}},
    {"id": "b", "poi": 2, "contract_mw": 50, "failover": {"to": "a"}},
]
NEVER_LOST = [{"id": "a", "poi": 1, "contract_mw": 50}, NO_SHARE[1]]
FAULTS: list[tuple[Study, str, str, str]] = [
    (study(campuses=DUPLICATE_CAMPUS), "GP-STU-004", "error", "campuses.1.id"),
    (study(reinforcements=[UPGRADE, UPGRADE]), "GP-STU-004", "error", "reinforcements.1.id"),
    (study({"workloads": {"jobs": [JOB, JOB]}}), "GP-STU-004", "error", "campuses.0.workloads.jobs.1.id"),
    (study({"poi": [107, "107"]}), "GP-STU-004", "error", "campuses.0.poi.1"),
    (study({"workloads": {"shares": {"batch": 0.9}}}), "GP-STU-005", "error", "campuses.0.workloads.shares"),
    (study(years=[2029, 2027]), "GP-STU-006", "error", "years.1"),
    (study(years=[2029, 2029]), "GP-STU-006", "error", "years.1"),
    (study(years=[2020]), "GP-STU-006", "warning", "years.0"),
    (study({"contract_mw": 400_000}), "GP-VAL-003", "error", "campuses.0.contract_mw"),
    (study({"contract_mw": {2030: 50}}), "GP-STU-007", "error", "campuses.0.contract_mw"),
    (study({"ride_through_frac": 0.5}), "GP-FLT-003", "warning", "campuses.0.ride_through_frac"),
    (study(criteria={"load_loss": {"limit_mw": 50}}), "GP-FLT-002", "warning", "campuses.0.ride_through_frac"),
    (study({"block_mw": 500}), "GP-STU-008", "error", "campuses.0.block_mw"),
    (study({"block_mw": 150}), "GP-STU-008", "warning", "campuses.0.block_mw"),
    (study(TO_ITSELF), "GP-CAM-005", "error", "campuses.0.failover.to"),
    (study({"failover": {"to": "verde"}}), "GP-CAM-005", "error", "campuses.0.failover.to"),
    (study(campuses=NO_SHARE), "GP-STU-009", "warning", "campuses.0.failover.share_frac"),
    (study(campuses=NEVER_LOST, criteria={"security": "n-0"}), "GP-STU-009", "warning", "campuses.1.failover"),
    (
        study(campuses=NEVER_LOST, criteria={"contingencies": {"campuses": False}}),
        "GP-STU-009",
        "warning",
        "campuses.1.failover",
    ),
    (study(criteria=VOLTAGE), "GP-LIM-004", "error", "criteria.voltage_pu.intact"),
    (study({"power_factor": {"operating": 0.9}}), "GP-LIM-004", "error", "campuses.0.power_factor.operating"),
    (
        study(reinforcements=[{**UPGRADE, "rating_emergency_mva": 500}]),
        "GP-LIM-005",
        "error",
        "reinforcements.0.rating_emergency_mva",
    ),
    (
        study({"storage": {"p_mw": 1, "e_mwh": 4, "efficiency_roundtrip_frac": 0.3}}),
        "GP-VAL-005",
        "warning",
        "campuses.0.storage.efficiency_roundtrip_frac",
    ),
    (study(timezone="America/Pheonix"), "GP-TIM-005", "error", "timezone"),
    (study(hours={"first": 8700, "count": 100}), "GP-TIM-003", "error", "hours"),
    (
        study(prices={"computing_value_usd_per_mwh": {"batch": 10_000}}),
        "GP-PRC-001",
        "error",
        "prices.computing_value_usd_per_mwh.batch",
    ),
    (study(prices={"overload_usd_per_mwh": 10_000}), "GP-PRC-001", "error", "prices.overload_usd_per_mwh"),
    (
        study(prices={"unconnected_usd_per_mw_year": 1000}),
        "GP-PRC-002",
        "warning",
        "prices.unconnected_usd_per_mw_year",
    ),
    (
        study(prices={"renewable_curtailment_usd_per_mwh": 5}),
        "GP-STU-003",
        "error",
        "prices.renewable_curtailment_usd_per_mwh",
    ),
    (study(criteria={"commitment": "must_run"}), "GP-STU-009", "error", "criteria.commitment"),
    (study(criteria={"must_run": ["u"]}), "GP-STU-009", "error", "criteria.commitment"),
    (
        study({"service": {"kind": "conditional", "terms": {"until": "a72"}}}, reinforcements=[UPGRADE]),
        "GP-STU-010",
        "error",
        "campuses.0.service.terms.until",
    ),
    (
        study({"service": {"kind": "conditional", "curtailment_mode": "post_contingency"}}),
        "GP-STU-011",
        "warning",
        "campuses.0.service.curtailment_mode",
    ),
    (study({"service": {"terms": {"max_hours": 5}}}), "GP-STU-009", "warning", "campuses.0.service.terms"),
    (
        study(base_case={"committed_loads": []}),
        "GP-BASE-001",
        "warning",
        "base_case.load_growth_frac_per_year",
    ),
    (study(base_case={"load_growth_frac_per_year": 0}), "GP-BASE-002", "warning", "base_case.committed_loads"),
    (
        study(job(deadline="2020-02-01T00:00")),
        "GP-TIM-004",
        "error",
        "campuses.0.workloads.jobs.0.deadline",
    ),
    (study(job(energy_mwh=240.1)), "GP-TIM-004", "error", "campuses.0.workloads.jobs.0.energy_mwh"),
    (study(job(deadline="2021-03-02T00:00")), "GP-TIM-003", "error", "campuses.0.workloads.jobs.0.deadline"),
    (
        study(job(release="2020-03-08T02:00", deadline="2020-03-10T00:00"), timezone="America/New_York"),
        "GP-TIM-001",
        "error",
        "campuses.0.workloads.jobs.0.release",
    ),
    (study({"latency": PHOENIX}), "GP-STU-009", "error", "campuses.0.latency"),
    (
        study({"latency": {**PHOENIX, "max_one_way_ms": 1, "max_round_trip_ms": 2}}),
        "GP-STU-009",
        "error",
        "campuses.0.latency",
    ),
    (study({"latency": {**PHOENIX, "max_round_trip_ms": 1000}}), "GP-VAL-005", "warning", "campuses.0.latency"),
    (
        study({"near": {**PHOENIX, "radius_km": 10, "max_kv": 69}}),
        "GP-LIM-004",
        "error",
        "campuses.0.near.max_kv",
    ),
    (
        study({"near": {"latitude": 0, "longitude": 0, "radius_km": 10}}),
        "GP-GEO-001",
        "warning",
        "campuses.0.near",
    ),
    (
        study({"workloads": {"measured": {**MEASURED, "timezone": "America/Fenix"}}}, criteria=MODELLED),
        "GP-TIM-005",
        "error",
        "campuses.0.workloads.measured.timezone",
    ),
    (
        study(series={"load": {**HOURLY, "by": "area", "timezone": "EST5"}}),
        "GP-TIM-005",
        "error",
        "series.load.timezone",
    ),
    (moving("tampa"), "GP-MOV-001", "error", f"{FLEX}.geo_shift.to.0"),
    (moving("mesa"), "GP-MOV-001", "error", f"{FLEX}.geo_shift.to.0"),
    (moving("verde", "verde"), "GP-MOV-001", "error", f"{FLEX}.geo_shift.to.1"),
    (moving("verde", batch=0), "GP-STU-009", "warning", f"{FLEX}.geo_shift.max_frac"),
    (
        study({"workloads": {"preset": "llama_8b", "model": {"in_service": "2029-01-01"}}}, criteria=MODELLED),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.model.in_service",
    ),
    (moving("verde", residency="eu"), "GP-MOV-002", "warning", f"{FLEX}.geo_shift.to.0"),
    (
        study({"workloads": {"flexibility": {"power_cap": "measured", "shed_frac": {"interactive": 0.6}}}}),
        "GP-MOV-003",
        "error",
        f"{FLEX}.shed_frac.interactive",
    ),
    (study({"workloads": {"measured": MEASURED}}), "GP-STU-009", "warning", "campuses.0.workloads.measured"),
    (
        study({"workloads": {"measured": MEASURED, "load_factor": 0.7}}, criteria=MODELLED),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.load_factor",
    ),
    (
        study(
            {
                "workloads": {
                    "shares": {"interactive": 0.4, "batch": 0.6},
                    "shape": "flat",
                    "measured": {"interactive": MEASURED},
                }
            },
            criteria=MODELLED,
        ),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.shape",
    ),
    (
        study({"workloads": {"shares": {"batch": 1}, "measured": {"pretrain": MEASURED}}}, criteria=MODELLED),
        "GP-CAM-003",
        "error",
        "campuses.0.workloads.measured.pretrain",
    ),
    (
        study({"workloads": {"measured": {"batch": {**MEASURED, "scenario": 3}}}}, criteria=MODELLED),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.measured.batch.scenario",
    ),
    (
        study({"workloads": {"measured": {"batch": {**MEASURED, "timezone": "America/Fenix"}}}}, criteria=MODELLED),
        "GP-TIM-005",
        "error",
        "campuses.0.workloads.measured.batch.timezone",
    ),
    (
        study({"workloads": {"preset": "chat_general_large", "pack": "own.yaml"}}, criteria=MODELLED),
        "GP-STU-009",
        "error",
        "campuses.0.workloads.pack",
    ),
    (
        study({"workloads": {"model": {"concurrent_users": 5}}}),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.model",
    ),
    (
        study({"workloads": {"preset": "chat_general_large", "load_factor": 0.7}}, criteria=MODELLED),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.load_factor",
    ),
    (study({"workloads": {"preset": "chat_general_large"}}), "GP-STU-009", "warning", "campuses.0.workloads.preset"),
    (
        study({"workloads": {"pack": "own.yaml", "model": {"timezone": "America/Fenix"}}}, criteria=MODELLED),
        "GP-TIM-005",
        "error",
        "campuses.0.workloads.model.timezone",
    ),
    (study(uncertainty={"samples": 8}), "GP-STU-009", "warning", "uncertainty"),
    (
        study({"workloads": {"pack": "own.yaml", "model": {"in_service": "2028-01-01"}}}, criteria=MODELLED),
        "GP-STU-009",
        "warning",
        "campuses.0.workloads.model.in_service",
    ),
    (
        study(PRESET, criteria=MODELLED, uncertainty={"quantiles": [0.9, 0.1]}),
        "GP-VAL-005",
        "error",
        "uncertainty.quantiles",
    ),
    (
        study(PRESET, criteria=MODELLED, uncertainty={"quantiles": [0.1, 0.1]}),
        "GP-VAL-005",
        "error",
        "uncertainty.quantiles",
    ),
    (
        study(PRESET, criteria=MODELLED, uncertainty={"method": "sobol", "samples": 100}),
        "GP-VAL-005",
        "error",
        "uncertainty.samples",
    ),
    (study(PRESET, criteria=MODELLED, uncertainty={"trajectory": 5}), "GP-VAL-005", "error", "uncertainty.trajectory"),
    (study(PRESET, criteria=MODELLED, uncertainty={"samples": 3}), "GP-VAL-005", "error", "uncertainty.trajectories"),
]


@pytest.mark.parametrize(("wrong", "code", "severity", "key"), FAULTS, ids=[f"{f[1]}-{f[3]}" for f in FAULTS])
def test_each_fault_is_found_once_at_its_key(wrong: Study, code: str, severity: str, key: str) -> None:
    assert seen(check_study(wrong)) == [(code, severity, key)]


def test_every_rule_has_a_fault_that_it_finds() -> None:
    silent = [rule.__name__ for rule in RULES if not any(list(rule(fault[0], StudySource())) for fault in FAULTS)]
    assert silent == []


def test_energy_exactly_filling_the_window_is_accepted() -> None:
    assert check_study(study(job(energy_mwh=240))) == ()
    assert check_study(study(job(release="2020-12-31T00:00", deadline="2021-01-01T00:00", energy_mwh=240))) == ()


def test_a_job_outside_the_studied_hours_is_left_to_the_campus_room() -> None:
    assert check_study(study(job(), hours={"first": 0, "count": 336})) == ()


def test_local_hours_are_counted_on_the_zone_clock() -> None:
    assert hours_of_year(2020, "America/Phoenix") == 8784
    assert hours_of_year(2021, "America/New_York") == 8760
    assert hour_of_year(datetime(2020, 3, 1), 2020, "America/Phoenix") == 60 * 24
    assert hour_of_year(datetime(2020, 7, 1), 2020, "America/New_York") == 182 * 24 - 1
    assert not is_local_hour(datetime(2020, 11, 1, 1), "America/New_York")
    assert is_local_hour(datetime(2020, 11, 1, 1), "America/Phoenix")


def against(asked: Study, total_p_max_mw: float = 10_000.0) -> tuple[Finding, ...]:
    return check_against_grid(
        asked,
        bus_ids=("107", "113", "118"),
        branch_ids=("A26", "A27"),
        generator_ids=("101_CT_1", "121_NUCLEAR_1"),
        total_p_max_mw=total_p_max_mw,
        branch_rating_normal_mva=(500.0, 500.0),
    )


def test_a_study_that_fits_its_grid_gives_no_finding() -> None:
    assert against(study(reinforcements=[UPGRADE])) == ()


def test_names_the_grid_does_not_hold_are_found() -> None:
    base = {
        "load_growth_frac_per_year": 0,
        "committed_loads": [{"id": "x", "bus": 9, "p_mw": 1, "from_year": 2027}],
        "retirements": [{"generator": "101_CT_2", "from_year": 2027}],
        "committed_upgrades": [
            {"branch": "A2", "rating_normal_mva": 600, "rating_emergency_mva": 600, "in_service": "2027-01-01"}
        ],
    }
    wrong = study(
        {"poi": [107, 108]},
        base_case=base,
        criteria={"commitment": "must_run", "must_run": ["u9"]},
        reinforcements=[{**UPGRADE, "branch": "B27"}],
    )
    assert seen(against(wrong)) == [
        ("GP-BUS-001", "error", "base_case.committed_loads.0.bus"),
        ("GP-GEN-001", "error", "base_case.retirements.0.generator"),
        ("GP-BRA-001", "error", "base_case.committed_upgrades.0.branch"),
        ("GP-GEN-001", "error", "criteria.must_run.0"),
        ("GP-BUS-001", "error", "campuses.0.poi.1"),
        ("GP-BRA-001", "error", "reinforcements.0.branch"),
    ]


def test_requests_are_held_against_all_generation() -> None:
    assert seen(against(study(), 399.0)) == [
        ("GP-VAL-003", "error", "campuses.0.contract_mw"),
        ("GP-VAL-004", "warning", "campuses"),
    ]
    two = [{"id": name, "poi": 107, "contract_mw": 300} for name in ("a", "b")]
    assert seen(against(study(campuses=two), 500.0)) == [("GP-VAL-004", "warning", "campuses")]


def test_an_upgrade_that_raises_nothing_is_a_warning() -> None:
    assert seen(against(study(reinforcements=[{**UPGRADE, "rating_normal_mva": 500}]))) == [
        ("GP-LIM-006", "warning", "reinforcements.0.rating_normal_mva")
    ]


def test_findings_against_the_grid_carry_the_line_of_the_file() -> None:
    read = read_study(FULL)
    findings = check_against_grid(
        read.study,
        bus_ids=("107",),
        branch_ids=(),
        generator_ids=(),
        total_p_max_mw=1e6,
        branch_rating_normal_mva=(),
        positions=read.source,
    )
    assert all(finding.place.file == FULL and finding.place.line > 1 for finding in findings)
