"""Run folders for the report: a year-like RTS-GMLC result, a bare one and an infeasible one.

The numbers are plausible, not solved: a merit-order dispatch without limits, DC flows from it, and capacities of
a made-up shape. Only file names, columns and fields are the real ones.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np

from gridplan.network.dataset import read_dataset_info, read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.network.sensitivity import island_labels
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from gridplan.solution import (
    MW_BY_YEAR_COLUMNS,
    SCHEDULE_CSV_COLUMNS,
    TABLE_COLUMNS,
    WORKLOADS,
    load_model_file,
    schedule_csv,
    schedule_file,
    series_file,
)
from gridplan.study.schema import Study
from gridplan.terms import netcdf_attrs, term
from tests.oracles.dense_factors import lodf, ptdf
from tests.report import make_load_model

YEARS = (2027, 2029)
GROWTH = 0.015
SHARES = {"interactive": 0.35, "relaxed": 0.15, "batch": 0.15, "finetune": 0.10, "pretrain": 0.25}
SHED = {"interactive": 0.10, "relaxed": 0.25, "batch": 0.50, "finetune": 0.50, "pretrain": 0.25}
PRESETS = {"mesa": "training_and_inference", "barstow": "chat_general_large"}
VALUE = {"interactive": 5000.0, "relaxed": 3000.0, "batch": 500.0, "finetune": 800.0, "pretrain": 1500.0}


@dataclass(frozen=True)
class Request:
    """One campus of the fixture: what it asks and what it gets in each year."""

    id: str
    name: str
    poi: tuple[str, ...]
    contract_mw: Mapping[int, float]
    got: Mapping[int, tuple[str | None, float, float]]
    conditional: bool
    storage: bool
    binding: str
    hour: str


REQUESTS = (
    Request("mesa", "Mesa training park", ("107", "113"), {2027: 150.0, 2029: 400.0},
            {2027: ("113", 150.0, 0.0), 2029: ("113", 300.0, 100.0)}, True, True, "A27 | branch:A25-1",
            "2020-08-26T17:00"),
    Request("barstow", "Barstow inference campus", ("310", "316"), {2027: 200.0, 2029: 300.0},
            {2027: ("316", 200.0, 0.0), 2029: ("316", 300.0, 0.0)}, False, False, "", ""),
    Request("kingman", "Kingman", ("203", "215", "207"), {2027: 100.0, 2029: 500.0},
            {2027: ("215", 100.0, 0.0), 2029: ("215", 187.5, 112.5)}, True, False, "B13 | unit:218_CC_1",
            "2020-07-30T18:00"),
)  # fmt: skip


def make_full(folder: Path, *, hours: int = 8784, first: int = 0) -> Path:
    """Folder with every file: two years, three campuses, one reinforcement, a failed AC check."""
    folder.mkdir(parents=True, exist_ok=True)
    network = rts()
    study = full_study(first, hours)
    runs = {year: YearOfRun(network, year, first, hours) for year in YEARS}
    _write_text(folder / "study.yaml", "schema_version: 1\nname: Desert Southwest, three campuses\n")
    _write_json(folder / "study.resolved.json", study.model_dump(mode="json"))
    _write_json(folder / "network.json", network_json(network))
    for year, run in runs.items():
        write_netcdf(folder / series_file(year), run.series_arrays(), run.labels())
        write_netcdf(folder / schedule_file(year), run.schedule_arrays(), run.labels(), run.attrs())
        write_csv(folder / schedule_csv(year), SCHEDULE_CSV_COLUMNS, [])
    _write_json(folder / "plan.json", plan_json(runs))
    _write_tables(folder, runs)
    _write_json(folder / load_model_file(YEARS[-1]), fixture_load_model())
    _write_json(folder / "certificate.json", certificate_json())
    _write_json(folder / "ac.json", {"schema_version": 1, "years": {str(y): ac_json(y) for y in YEARS}})
    return folder


def fixture_load_model() -> dict[str, Any]:
    """Load models of the last year: a campus that trains and serves, one that serves; the third has none."""
    training = make_load_model.campus("mixed", workloads=12)
    serving = make_load_model.campus("inference", id_="barstow", name="Barstow inference campus")
    return make_load_model.load_model([training, {**serving, "pack": "chat_general_large"}])


def make_minimal(folder: Path) -> Path:
    """Folder of a two-bus study without coordinates and without any optional file."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = {
        "schema_version": 1, "name": "Two buses", "network": "two_bus", "timezone": "UTC", "years": [2030],
        "campuses": [{"id": "solo", "poi": ["b"], "contract_mw": 80}],
    }  # fmt: skip
    study = Study.model_validate(raw)
    _write_json(folder / "study.resolved.json", study.model_dump(mode="json"))
    _write_json(folder / "network.json", two_bus_json())
    campus = {
        "id": "solo", "bus": "b", "candidates": ["b"], "contract_mw": 80.0, "connected_mw": 80.0, "firm_mw": 80.0,
        "conditional_mw": 0.0, "unconnected_mw": 0.0, "service": "firm", "terms": None, "jobs": [], "storage": None,
    }  # fmt: skip
    year = {"hours": 24, "first_hour_utc": "2020-01-01T00:00:00Z", "security": "n-1", "campuses": [campus],
            "reinforcements": [], "pre_existing": [], "unserved": []}  # fmt: skip
    _write_json(folder / "plan.json", {"schema_version": 1, "timezone": "UTC", "years": {"2030": year}})
    row = {"year": 2030, "campus": "solo", "bus": "b", "service": "firm", "contract_mw": 80, "connected_mw": 80,
           "firm_mw": 80, "conditional_mw": 0, "unconnected_mw": 0, "energy_mwh": 1920, "curtailed_mwh": 0,
           "curtailed_hours": 0, "longest_event_h": 0, "depth_mw": 0}  # fmt: skip
    write_csv(folder / "mw_by_year.csv", MW_BY_YEAR_COLUMNS, [row])
    return folder


def make_infeasible(folder: Path) -> Path:
    """Folder of a study whose grid without campuses cannot serve its load."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "study.resolved.json", full_study(0, 24).model_dump(mode="json"))
    _write_json(folder / "network.json", network_json(rts()))
    message = "without campuses 143.2 MW of load at bus 101 cannot be served at 17:00 on 26 Aug: branch A1 limits it"
    relaxed = [
        {"limit": "branch A1 under loss of branch A2", "by": 12.4, "unit": "MW", "hour_local": "2020-08-26T17:00"}
    ]
    plan = {"schema_version": 1, "timezone": "America/Phoenix", "status": "infeasible", "message": message,
            "relaxed_limits": relaxed, "years": {}}  # fmt: skip
    _write_json(folder / "plan.json", plan)
    return folder


@cache
def rts() -> Network:
    return read_network(dataset_folder("rts_gmlc"))


@cache
def rts_year() -> GridSeries:
    return read_series(dataset_folder("rts_gmlc"), rts(), commitment="relaxed")


def full_study(first: int, hours: int) -> Study:
    campuses = [
        {
            "id": r.id, "name": r.name, "poi": list(r.poi), "contract_mw": dict(r.contract_mw), "block_mw": 12.5,
            "service": {"kind": "conditional", "terms": {"until": "a27" if r.id == "mesa" else None}}
            if r.conditional else {"kind": "firm"},
            "storage": {"p_mw": 100, "e_mwh": 400} if r.storage else None,
            **({"workloads": {"preset": PRESETS[r.id]}} if r.id in PRESETS else {}),
        }
        for r in REQUESTS
    ]  # fmt: skip
    raw = {
        "schema_version": 1, "name": "Desert Southwest, three campuses",
        "description": "Three requests of together 1,200 MW in 2029 on a public test grid.",
        "network": "rts_gmlc", "timezone": "America/Phoenix", "years": list(YEARS),
        "hours": "all" if (first, hours) == (0, 8784) else {"first": first, "count": hours},
        "base_case": {"source_date": "2026-06-01", "load_growth_frac_per_year": GROWTH},
        "campuses": campuses,
        "reinforcements": [
            {"id": "a27", "name": "Reconductor A27", "branch": "A27", "rating_normal_mva": 620,
             "rating_emergency_mva": 720, "capital_cost_musd": 14, "cost_year": 2026,
             "earliest_in_service": "2029-06-01"},
            {"id": "b13", "name": "Terminal equipment B13", "branch": "B13", "rating_normal_mva": 250,
             "rating_emergency_mva": 280, "capital_cost_musd": 3.5, "cost_year": 2026,
             "earliest_in_service": "2028-03-01"},
        ],
        "report": {"prepared_by": "Planning Department", "prepared_for": "Large-load queue 2026"},
    }  # fmt: skip
    return Study.model_validate(raw)


class YearOfRun:
    """Arrays of one studied year; flows are scaled so that a dispatch without limits looks like one with them."""

    def __init__(self, network: Network, year: int, first: int, hours: int) -> None:
        self.network, self.year = network, year
        series = rts_year().hours(slice(first, first + hours))
        self.series = series.with_load_scale((1 + GROWTH) ** (year - 2026))
        self.time_s = self.series.time_utc.astype("datetime64[s]").astype(np.int64)
        self.local_hour = (np.arange(hours) + first) % 24
        self.pois = [r.got[year][0] for r in REQUESTS]
        self._campuses()
        self._dispatch()

    def _campuses(self) -> None:
        n, shape = len(self.series), (len(self.series), len(REQUESTS), len(WORKLOADS))
        self.asked, self.lost = np.zeros(shape), np.zeros(shape)
        day = 0.82 + 0.18 * np.sin((self.local_hour - 9) / 24 * 2 * np.pi)
        shares = np.array(list(SHARES.values()))
        shed = np.array(list(SHED.values()))
        load = self.series.load_mw.sum(axis=1)
        high = np.quantile(load, 0.985)
        hot = np.clip((load - high) / max(load.max() - high, 1e-9), 0, 1)
        for i, request in enumerate(REQUESTS):
            _, firm, conditional = request.got[self.year]
            self.asked[:, i] = (firm + conditional) * np.outer(np.where(day > 0, day, 0), shares)
            wanted = hot * conditional * 0.9
            for c in (2, 3, 4):
                self.lost[:, i, c] = np.minimum(wanted, shed[c] * self.asked[:, i, c])
                wanted = wanted - self.lost[:, i, c]
        self.served = self.asked - self.lost
        moved = 0.3 * self.served[:, :, 2] * (load > np.quantile(load, 0.9))[:, None]
        self.served[:, :, 2] -= moved
        self.backlog = np.zeros(shape)
        self.backlog[:, :, 2] = moved
        at = np.minimum(np.arange(n) + 8, n - 1)
        np.add.at(self.served[:, :, 2], at, moved)
        self.charge, self.discharge = np.zeros((n, 2)), np.zeros((n, 2))
        self.charge[self.local_hour == 3, 0] = 50.0
        self.discharge[self.local_hour == 18, 0] = 43.0
        self.p_campus = self.served.sum(axis=2)
        self.p_campus[:, 0] += self.charge[:, 0] - self.discharge[:, 0]

    def _dispatch(self) -> None:
        unit = self.network.generator
        p_max, wanted = self.series.p_max_mw, self.series.load_mw.sum(axis=1) + self.p_campus.sum(axis=1)
        order = np.argsort(unit.block_cost_usd_per_mwh, axis=None, kind="stable")
        blocks = [np.unravel_index(k, unit.block_width_mw.shape) for k in order]
        p, left, cost, price = np.zeros_like(p_max), wanted.copy(), np.zeros(len(wanted)), np.zeros(len(wanted))
        for g, k in blocks:
            room = np.clip(p_max[:, g] - unit.block_width_mw[g, :k].sum(), 0, unit.block_width_mw[g, k])
            take = np.minimum(room, left)
            p[:, g] += take
            left -= take
            cost += take * unit.block_cost_usd_per_mwh[g, k]
            price = np.where(take > 0, unit.block_cost_usd_per_mwh[g, k], price)
        self.p_generator, self.cost, self.unserved = p, cost, np.maximum(left, 0.0)
        injection = -self.series.load_mw.copy()
        np.add.at(injection.T, unit.bus, p.T)
        self.base_flow = 0.55 * injection @ ptdf(self.network).T
        for i, poi in enumerate(self.pois):
            if poi:
                injection[:, self.network.bus_index(poi)] -= self.p_campus[:, i]
        self.flow = 0.55 * injection @ ptdf(self.network).T
        self.lmp = np.repeat(price[:, None], len(self.network.bus), axis=1)

    def labels(self) -> dict[str, Sequence[str]]:
        grid = self.network
        return {
            "bus": grid.bus.id, "branch": grid.branch.id, "generator": grid.generator.id, "dc_line": grid.dc_line.id,
            "campus": [r.id for r in REQUESTS], "workload": WORKLOADS,
            "storage": ["mesa:storage", *grid.storage.id],
        }  # fmt: skip

    def ratings(self) -> tuple[np.ndarray, np.ndarray]:
        normal = self.network.branch.rating_normal_mva * 0.95
        emergency = self.network.branch.rating_emergency_mva * 0.95
        if self.year >= 2029:
            at = self.network.branch.id.index("A27")
            normal[at], emergency[at] = 620 * 0.95, 720 * 0.95
        return normal, emergency

    def series_arrays(self) -> dict[str, np.ndarray]:
        normal, emergency = self.ratings()
        return {
            "time_utc": self.time_s, "load_mw": self.series.load_mw, "p_max_mw": self.series.p_max_mw,
            "p_min_mw": self.series.p_min_mw, "rating_normal_mw": normal, "rating_emergency_mw": emergency,
        }  # fmt: skip

    def schedule_arrays(self) -> dict[str, np.ndarray]:
        n = len(self.time_s)
        return {
            "time_utc": self.time_s, "p_generator_mw": self.p_generator, "p_dc_line_mw": np.zeros((n, 1)),
            "p_unserved_mw": np.zeros((n, len(self.network.bus))), "p_spill_mw": np.zeros((n, len(self.network.bus))),
            "va_rad": np.zeros((n, len(self.network.bus))), "p_branch_mw": self.flow, "p_campus_mw": self.p_campus,
            "p_workload_mw": self.served, "p_baseline_mw": self.asked, "p_curtailed_mw": self.lost,
            "lost_work_mw": self.lost,
            "backlog_mwh": self.backlog, "p_charge_mw": self.charge, "p_discharge_mw": self.discharge,
            "e_storage_mwh": np.full((n, 2), 200.0), "lmp_usd_per_mwh": self.lmp, "cost_usd": self.cost,
            "lmp_energy_usd_per_mwh": self.lmp[:, 0], "lmp_congestion_usd_per_mwh": np.zeros_like(self.lmp),
            "is_penalty_priced": (np.arange(n) < 2 * (self.year == 2029)).astype(float),
        }  # fmt: skip

    def attrs(self) -> dict[str, Any]:
        total = float(self.cost.sum())
        return {"status": "gap_reached", "objective_usd": total, "bound_usd": total * 0.9999,
                "base_usd": total * 0.8, "gap_frac": 0.0005, "seed": 0}  # fmt: skip

    def curtailed(self, i: int) -> tuple[float, int, int, float]:
        lost = self.lost[:, i].sum(axis=1)
        counted = lost > max(1.0, 0.005 * REQUESTS[i].contract_mw[self.year])
        run = longest = 0
        for hit in counted:
            run = run + 1 if hit else 0
            longest = max(longest, run)
        return float(lost.sum()), int(counted.sum()), longest, float(lost.max())


def plan_json(runs: Mapping[int, YearOfRun]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "timezone": "America/Phoenix",
        "status": "solved",
        "basis": {
            "commitment": "relaxed", "security": "n-1", "pre_existing": "no_worsening", "dc_convention": "matpower",
            "dc_rating_factor": 0.95, "load_basis": "contract", "weather_years": [2020],
            "contingency_counts": {"branch": 120, "unit": 96, "dc_line": 1, "campus": 3},
        },
        "findings": [
            {"code": "GP-STU-010", "severity": "warning", "file": "study.yaml", "line": 9, "column": 1,
             "key": "base_case.committed_loads", "message": "the prior queue is empty",
             "remedy": "list the loads that connect before these campuses"},
        ],
        "provenance": {
            "versions": {"gridplan": "0.1.0", "python": "3.11.7", "highspy": "1.15.0", "numpy": "2.3.5"},
            "inputs": {"study.yaml": "ab" * 32, "datasets/rts_gmlc": "cd" * 32}, "seed": 0,
        },
        "years": {str(year): year_json(run) for year, run in runs.items()},
    }  # fmt: skip


def year_json(run: YearOfRun) -> dict[str, Any]:
    total = float(run.cost.sum())
    return {
        "hours": len(run.time_s), "first_hour_utc": "2020-01-01T07:00:00Z", "security": "n-1",
        "contingencies": {"branches": True, "units": True, "dc_poles": True, "campuses": True},
        "accept_radial_supply": False, "retired_generators": [], "overload_slack_max_mw": 0.0, "unserved": [],
        "islanding": [{"contingency": "branch:B9", "buses": ["207"]}],
        "pre_existing": [
            {"branch": "C12-1", "contingency": "branch:C13-2", "hours": [5630, 5631], "limit_mw": [521.3, 518.0]}
        ],
        "campuses": [_campus_json(run, i) for i in range(len(REQUESTS))],
        "reinforcements": [
            {"id": "a27", "branch": "A27", "built": run.year >= 2029, "rating_normal_mva": 620.0,
             "rating_emergency_mva": 720.0, "annual_cost_usd": 1.05e6 if run.year >= 2029 else 0.0},
            {"id": "b13", "branch": "B13", "built": False, "rating_normal_mva": 250.0, "rating_emergency_mva": 280.0,
             "annual_cost_usd": 0.0},
        ],
        "objective": {
            "production_usd": total, "unserved_usd": 0.0, "overload_usd": 0.0, "curtailment_usd": 1.9e6,
            "moved_usd": 0.0, "wear_usd": 31.0,
            "reinforcement_usd": 1.05e6, "unconnected_usd": 6.0e8, "total_usd": total + 6.03e8,
        },
        "adequacy": {
            "reserve_mw": 400.0, "hours_short_without": 3, "hours_short_with": 41, "worst_mw_without": -88.0,
            "worst_mw_with": -1044.0, "worst_hour_local_with": "2020-08-26T14:00",
        },
        "verdict_facts": {
            r.id: {"binding": r.binding, "binding_hour_local": r.hour, "is_generation_limited": r.id == "kingman",
                   "is_radial": False, **_contract_facts(run, r)}
            for r in REQUESTS
        },
        "siting": {"status": "gap_reached", "objective_usd": 6.1e8, "bound_usd": 6.08e8, "gap_frac": 0.0033,
                   "critical_hours": 11, "rounds": 5},
        "schedule": {"status": "gap_reached", "objective_usd": total, "bound_usd": total * 0.9999,
                     "base_usd": total * 0.8, "gap_frac": 0.0005, "rounds": 3},
        "cost": {"production_base_usd": total * 0.8, "production_usd": total},
        "flexibility": {"total_cost_flexible_usd": total, "total_cost_inflexible_usd": total * 1.006},
    }  # fmt: skip


def _contract_facts(run: YearOfRun, request: Request) -> dict[str, Any]:
    """Curtailment of the flat contract: other numbers than those of the modelled schedule."""
    conditional = request.got[run.year][2]
    hours, longest = (14, 5) if conditional > 0 else (0, 0)
    return {
        "contract_curtailed_hours": hours, "contract_curtailed_mwh": 0.5 * conditional * hours,
        "contract_longest_event_h": longest, "contract_depth_mw": conditional, "contract_generation_limited_hours": 0,
    }  # fmt: skip


def _campus_json(run: YearOfRun, i: int) -> dict[str, Any]:
    request = REQUESTS[i]
    bus, firm, conditional = request.got[run.year]
    contract = request.contract_mw[run.year]
    is_conditional = conditional > 0
    terms = {"max_energy_frac": 0.005, "max_hours": 120.0, "max_event_h": 6.0} if is_conditional else None
    return {
        "id": request.id, "bus": bus, "candidates": list(request.poi), "contract_mw": contract,
        "connected_mw": firm + conditional, "firm_mw": firm, "conditional_mw": conditional,
        "unconnected_mw": contract - firm - conditional, "block_mw": 12.5,
        "service": "conditional" if is_conditional else "firm", "idle_floor_frac": 0.25,
        "classes": {
            w: {"share_frac": SHARES[w], "installed_mw": SHARES[w] * (firm + conditional), "deadline_h": 0,
                "shed_frac": SHED[w], "min_power_frac": 0.0, "value_usd_per_mwh": VALUE[w]}
            for w in WORKLOADS
        },
        "terms": terms, "jobs": [],
        "storage": {"p_mw": 100.0, "e_mwh": 400.0, "efficiency_roundtrip_frac": 0.86} if request.storage else None,
        **_contract_facts(run, request),
    }  # fmt: skip


def _write_tables(folder: Path, runs: Mapping[int, YearOfRun]) -> None:
    write_csv(
        folder / "mw_by_year.csv", MW_BY_YEAR_COLUMNS, [_mw_row(run, i) for run in runs.values() for i in range(3)]
    )
    capacity, curve = [], []
    for year in runs:
        for request in REQUESTS:
            for k, poi in enumerate(request.poi):
                row, points = _capacity(year, request, poi, k)
                capacity.append(row)
                curve += points
    write_csv(folder / "poi_capacity.csv", tuple(capacity[0]), capacity)
    write_csv(folder / "curtailment_curve.csv", tuple(curve[0]), curve)
    violations = [row for run in runs.values() for row in _violations(run)]
    write_csv(folder / "violations.csv", tuple(violations[0]), violations)
    write_csv(folder / "reinforcements.csv", tuple(_upgrade_rows()[0]), _upgrade_rows())
    units = [("mesa", "113", "113_CT_1", "NG", 28.0), ("mesa", "113", "118_CC_1", "NG", 64.5),
             ("barstow", "316", "318_CC_1", "NG", 71.0), ("barstow", "316", "316_STEAM_1", "Coal", 22.25),
             ("kingman", "215", "218_CC_1", "NG", 88.0), ("kingman", "215", "221_CC_1", "NG", 12.0)]  # fmt: skip
    rows = [
        dict(zip(("year", "campus", "poi", "generator", "fuel", "mw_lost"), (2029, *u), strict=True)) for u in units
    ]
    write_csv(folder / "unit_dependence.csv", tuple(rows[0]), rows)
    names = ("year", "campus", "energy_mwh", "cost_usd", "hours", "units")
    lines = [(2029, "mesa", 41250.0, 612000.0, 388, "118_CC_1;113_CT_1;107_CC_1"),
             (2029, "barstow", 9800.0, 171000.0, 96, "318_CC_1"),
             (2029, "kingman", 60110.0, 1204000.0, 541, "218_CC_1;221_CC_1;213_CC_3")]  # fmt: skip
    write_csv(folder / "redispatch.csv", names, [dict(zip(names, line, strict=True)) for line in lines])
    for name, table in worth_tables().items():
        write_csv(
            folder / name, TABLE_COLUMNS[name], [dict(zip(TABLE_COLUMNS[name], row, strict=True)) for row in table]
        )


def worth_tables() -> dict[str, list[tuple[Any, ...]]]:
    """Worth of limits: a branch without a candidate, one whose candidate cannot pay, one built, one of penalties."""
    none = ("",) * 6
    branches = [
        (2027, "C6", "303", "309", 8196.02, 0.0, 8196.02, 0.0, 152, 73.69, "2020-08-13T17:00", 0.0, 0, 0.0, 0, *none),
        (2027, "B13", "207", "208", 407.25, 407.25, 0.0, 0.0, 37, 16.36, "2020-07-30T18:00", 0.0, 0, 0.0, 0,
         "b13", False, 76.0, 350000.0, 4605.26, 30951.0),
        (2029, "A27", "115", "124", 13059.49, 0.0, 12000.0, 1059.49, 95, 437.91, "2020-08-26T17:00", 12.5, 3, 0.0, 0,
         "a27", True, "", 1050000.0, "", ""),
        (2029, "B12-1", "208", "209", 0.0, 0.0, 0.0, 0.0, 0, 0.0, "", 0.0, 0, 25983.64, 2, *none),
    ]  # fmt: skip
    limits = [
        (2027, "C6", "branch:C2", "emergency", 8196.02, 152, 73.69, "2020-08-13T17:00", 0.0, 0, 0.0, 0),
        (2027, "B13", "intact", "normal", 407.25, 37, 16.36, "2020-07-30T18:00", 0.0, 0, 0.0, 0),
        (2029, "A27", "unit:218_CC_1", "emergency", 12000.0, 90, 437.91, "2020-08-26T17:00", 12.5, 3, 0.0, 0),
        (2029, "A27", "set:bus 303", "short_time", 1059.49, 5, 210.0, "2020-08-26T18:00", 0.0, 0, 0.0, 0),
        (2029, "B12-1", "branch:B13-2", "emergency", 0.0, 0, 0.0, "", 0.0, 0, 25983.64, 2),
    ]  # fmt: skip
    return {"branch_worth.csv": branches, "limits.csv": limits}


def _mw_row(run: YearOfRun, i: int) -> dict[str, Any]:
    campus = _campus_json(run, i)
    mwh, hours, longest, depth = run.curtailed(i)
    row = {"year": run.year, "campus": campus["id"], "energy_mwh": float(run.p_campus[:, i].sum()),
           "curtailed_mwh": mwh, "curtailed_hours": hours, "longest_event_h": longest, "depth_mw": depth}  # fmt: skip
    return {name: row.get(name, campus.get(name, "")) for name in MW_BY_YEAR_COLUMNS}


def _capacity(year: int, request: Request, poi: str, k: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    seed = int(poi) % 17
    firm = 340.0 - 85.0 * k + 3.25 * seed - (year - 2027) * 12.0
    total = firm * 1.22
    points = []
    for mw in np.linspace(firm * 0.9, firm * 1.5, 25):
        excess = max(0.0, (mw - firm) / firm)
        hours = round(8784 * 0.12 * excess**1.5)
        share = 0.35 if poi in ("215", "310") else 0.0
        points.append({
            "year": year, "poi": poi, "total_mw": round(float(mw), 3), "curtailed_hours": hours,
            "curtailed_mwh": round(hours * (mw - firm) * 0.4, 3), "energy_frac": excess**2.4 * 0.05,
            "longest_event_h": min(hours, round(24 * excess + 2 * (hours > 0))), "depth_mw": max(0.0, mw - firm),
            "network_limited_hours": hours - round(hours * share), "generation_limited_hours": round(hours * share),
        })  # fmt: skip
    hours = round(8784 * 0.12 * 0.22**1.5)
    row = {
        "year": year, "campus": request.id, "poi": poi, "firm_mw": firm, "firm_n0_mw": firm * 1.9,
        "headroom_mw": firm * 0.36, "binding": request.binding or "C12-1 | branch:C13-2",
        "binding_hour_local": "2020-08-26T17:00", "n0_binding": "A27 | intact",
        "headroom_binding": "A25-1 | branch:A25-2",
        "total_mw": total, "conditional_mw": total - firm, "curtailed_hours": hours,
        "curtailed_mwh": round(hours * (total - firm) * 0.4, 3), "longest_event_h": 7, "depth_mw": total - firm,
        "network_limited_hours": hours - (28 if poi in ("215", "310") else 0),
        "generation_limited_hours": 28 if poi in ("215", "310") else 0, "flexible_mw": firm * 1.08,
        "is_radial": poi == "207", "limit_mw": 1000.0,
    }  # fmt: skip
    return row, points


def _violations(run: YearOfRun) -> list[dict[str, Any]]:
    """Worst pairs of a real LODF screen of the hours with most load."""
    grid = run.network
    worst_hours = np.argsort(run.series.load_mw.sum(axis=1))[-200:]
    factors = ptdf(grid)
    _, emergency = run.ratings()
    full = run.base_flow.copy()
    for request in REQUESTS:
        at = grid.bus_index(request.poi[0])
        full -= request.contract_mw[run.year] * factors[:, at][None, :]
    rows = []
    for stage, flow in (("before", run.base_flow), ("requested", full), ("after", run.flow * 0.9)):
        found = []
        for k in range(len(grid.branch)):
            if island_labels(grid, [k]).max() > 0:
                continue
            after = (
                flow[worst_hours]
                + flow[worst_hours, k : k + 1] * lodf(factors, grid.branch.from_bus, grid.branch.to_bus, [k])[:, 0]
            )
            loading = np.abs(after) / emergency
            at = loading.argmax(axis=0)
            for branch in np.flatnonzero(loading.max(axis=0) > 0.8):
                hour = at[branch]
                found.append(
                    (
                        float(loading[hour, branch]),
                        int(branch),
                        k,
                        int(worst_hours[hour]),
                        int((loading[:, branch] > 1).sum()),
                    )
                )
        for load, branch, k, hour, over in sorted(found, reverse=True)[:15]:
            local = np.datetime64("2020-01-01T00:00") + np.timedelta64(hour, "h")
            rows.append({
                "year": run.year, "stage": stage, "branch": grid.branch.id[branch],
                "contingency": f"branch:{grid.branch.id[k]}", "loading_mw": load * emergency[branch],
                "limit_mw": emergency[branch], "loading_percent": 100 * load, "hour_local": str(local)[:16],
                "hours_over": over,
            })  # fmt: skip
    return rows


def _upgrade_rows() -> list[dict[str, Any]]:
    names = ("year", "id", "name", "branch", "rating_normal_mva_before", "rating_normal_mva_after",
             "rating_emergency_mva_before", "rating_emergency_mva_after", "built", "in_service_from",
             "capital_cost_musd", "annual_cost_usd", "mw_without_it", "needed_for")  # fmt: skip
    a27 = ("a27", "Reconductor A27", "A27", 500.0, 620.0, 600.0, 720.0)
    b13 = ("b13", "Terminal equipment B13", "B13", 175.0, 250.0, 200.0, 280.0)
    lines = [
        (2027, *a27, False, "2029-06-01", 14.0, 0.0, "", ""), (2027, *b13, False, "2028-03-01", 3.5, 0.0, "", ""),
        (2029, *a27, True, "2029-06-01", 14.0, 1.05e6, 912.5, "mesa"),
        (2029, *b13, False, "2028-03-01", 3.5, 0.0, "", ""),
    ]  # fmt: skip
    return [dict(zip(names, line, strict=True)) for line in lines]


def certificate_json() -> dict[str, Any]:
    titles = ("Balance at every bus", "Flows follow from angles", "Limits of the intact network",
              "Limits after every outage", "Units within availability", "Deadlines and backlog", "Stores",
              "Curtailment terms", "Cost of every hour",
              "MW add up", "Lower bound")  # fmt: skip
    checks = [
        {"id": f"C{i + 1:02d}", "title": title, "verdict": "not_applicable" if i == 6 else "pass",
         "quantity": "mismatch", "unit": "MW", "worst": 1.2e-7 * (i + 1), "tolerance": 1e-3,
         "place": f"bus {101 + i}, 2020-08-26T17:00", "reason": "no store" if i == 6 else "", "seconds": 0.1}
        for i, title in enumerate(titles)
    ]  # fmt: skip
    scope = "The network and the hourly data are taken as written in the run folder; importers are proved separately."
    return {"schema_version": 1, "status": "passed", "run": "fixture", "scope": scope, "checks": checks}


def ac_json(year: int) -> dict[str, Any]:
    fails = year == 2029
    low = {"hour": "2020-07-30T18:00", "time": 5058, "outage": "branch:B12-1", "kind": "voltage_low", "place": "203",
           "value": 0.8874, "limit": 0.9, "base_value": 0.931, "is_counted": True, "campuses": ["kingman"]}  # fmt: skip
    text = (
        "AC fails: bus 203 at 0.8874 pu, below 0.90 pu under loss of branch:B12-1, 2020-07-30T18:00; "
        "3 of 5,280 cases fail"
    )
    verdicts = []
    for request in REQUESTS:
        bad = fails and request.id == "kingman"
        verdicts.append({
            "campus": request.id, "bus": request.got[year][0], "is_passed": not bad, "n_failed_cases": 3 if bad else 0,
            "worst": [low] if bad else [], "largest_step_pu": 0.0142, "q_most_mvar": 71.3,
            "shunt_needed_mvar": 35.0 if bad else 0.0, "text": text if bad else "AC passes in all 5,280 cases",
            **({"largest_passing_mw": 175.0} if bad else {}),
        })  # fmt: skip
    return {
        "schema_version": 1, "is_passed": not fails, "text": "AC check", "n_cases": 5280, "n_hours": 24,
        "n_outages": 219, "n_not_converged": 0, "verdicts": verdicts,
        "violations_counted": [{**low, "n_hours": 3, "text": text[10:]}] if fails else [],
        "violations_pre_existing": [], "dc_rating_factor": {"C12-1": 0.941}, "zero_output_support_mvar": {},
        "hours": [
            {"time": 5729, "label": "highest load"},
            {"time": 5058, "label": "worst pair B13 after loss of 218_CC_1"},
        ],
        "second_opinion": {"engine": "pandapower", "hour": "highest load", "max_dvm_pu": 3e-12, "is_agreed": True},
        "assumptions": ["Loads are constant power.", "Taps and shunts stay as in the data."], "limits": {}, "cases": [],
    }  # fmt: skip


def network_json(network: Network) -> dict[str, Any]:
    info = read_dataset_info(dataset_folder("rts_gmlc"))
    tables = {}
    for kind in ("bus", "branch", "generator", "dc_line", "storage"):
        table = getattr(network, kind)
        tables[kind] = {f.name: _plain(getattr(table, f.name)) for f in fields(table)}
    return {
        "name": network.name, "base_mva": network.base_mva, "dc_convention": "matpower", "dc_rating_factor": 0.95,
        "dataset": {"title": info.title, "is_synthetic": info.is_synthetic, "credit": info.credit,
                    "losses": info.losses, "notes": list(info.notes)},
        "tables": tables,
    }  # fmt: skip


def two_bus_json() -> dict[str, Any]:
    bus = {"id": ["a", "b"], "name": ["a", "b"], "base_kv": [230.0, 230.0], "area": ["1", "1"],
           "latitude_degree": [None, None], "longitude_degree": [None, None], "p_load_mw": [0.0, 100.0]}  # fmt: skip
    branch = {"id": ["ab"], "from_bus": [0], "to_bus": [1], "x_pu": [0.1], "rating_normal_mva": [200.0],
              "rating_emergency_mva": [240.0], "is_transformer": [False]}  # fmt: skip
    generator = {"id": ["g"], "bus": [0], "fuel": ["NG"], "unit_type": ["CC"], "p_max_mw": [400.0]}
    empty: dict[str, list[Any]] = {"id": []}
    tables = {"bus": bus, "branch": branch, "generator": generator, "dc_line": empty, "storage": empty}
    return {
        "name": "two_bus",
        "base_mva": 100.0,
        "dc_convention": "matpower",
        "dc_rating_factor": 0.95,
        "tables": tables,
    }


def write_netcdf(path: Path, arrays: Mapping[str, np.ndarray], labels: Mapping[str, Sequence[str]],
                 attrs: Mapping[str, Any] | None = None) -> None:  # fmt: skip
    with h5netcdf.File(path, "w") as file:
        for dim, names in labels.items():
            file.dimensions[dim] = len(names)
            file.create_variable(dim, (dim,), h5netcdf.core.h5py.string_dtype(), data=np.array(names, dtype=object))
        file.dimensions["time"] = len(arrays["time_utc"])
        for name, values in arrays.items():
            variable = file.create_variable(name, term(name).dims, values.dtype, data=values)
            variable.attrs.update(netcdf_attrs(name))
        file.attrs.update(attrs or {})


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _plain(values: Any) -> Any:
    array = np.asarray(values)
    if array.dtype.kind == "f":
        flat = np.where(np.isfinite(array), array, np.nan).tolist()
        return json.loads(json.dumps(flat).replace("NaN", "null"))
    return array.tolist()


def _write_json(path: Path, value: Any) -> None:
    _write_text(path, json.dumps(value, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
