"""Writes the tiny case as a complete and correct run folder.

``make_run(folder)`` solves it and writes every file the auditor reads, with the manifest last.
"""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np

from gridplan import solution
from gridplan.terms import netcdf_attrs, term
from tests.defects import tiny_case as case
from tests.defects import tiny_lp
from tests.oracles.fault_zones import fault_sets, impedance_pu, largest_sets, residual_voltage_pu

CAMPUSES = tuple(case.CONTRACT_MW)
STORES = ("mesa:storage", "GS")
JOBS = (f"mesa:{case.JOB['id']}",)
LABELS = {
    "bus": case.BUS,
    "branch": tuple(case.TABLES["branch"]["id"]),
    "generator": tuple(case.TABLES["generator"]["id"]),
    "dc_line": tuple(case.TABLES["dc_line"]["id"]),
    "campus": CAMPUSES,
    "workload": case.WORKLOADS,
    "job": JOBS,
    "shift": (f"mesa>yuma:{case.SHIFT['workload']}",),
    "storage": STORES,
}
GAP = 1e-4
PRE_EXISTING = [{"branch": "L13", "contingency": "branch:L12", "hours": [3], "limit_mw": [50.0]}]


def make_run(folder: Path) -> Path:
    """Run folder of the tiny case; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    series, schedule, attrs = _arrays()
    write_json(folder / solution.NETWORK_JSON, network())
    write_json(folder / solution.STUDY_JSON, study())
    write_json(folder / solution.PLAN_JSON, plan(schedule, attrs))
    write_netcdf(folder / solution.series_file(case.YEAR), series, {})
    write_netcdf(folder / solution.schedule_file(case.YEAR), schedule, attrs)
    _write_schedule_csv(folder / solution.schedule_csv(case.YEAR), schedule)
    _write_year_csv(folder / solution.MW_BY_YEAR_CSV, schedule)
    _write_limit_prices(folder)
    (folder / solution.STUDY_YAML).write_text("name: tiny\n", encoding="utf-8")
    write_manifest(folder)
    return folder


@cache
def _solved() -> tuple[tiny_lp.Optimum, tiny_lp.Optimum]:
    return tiny_lp.solve(), tiny_lp.solve(with_plan=False)


def stamps() -> np.ndarray:
    """Beginning of each hour, seconds since 1970."""
    return case.FIRST_UTC + 3600 * np.arange(case.HOURS)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(seconds: int) -> str:
    return (datetime.fromtimestamp(seconds, UTC) - timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M")


def _arrays() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, Any]]:
    optimum, base = _solved()
    normal, emergency = case.ratings_mw()
    series = {
        "time_utc": stamps(),
        "load_mw": case.load_mw(),
        "p_max_mw": case.p_max_mw(),
        "p_min_mw": case.p_min_mw(),
        "rating_normal_mw": normal,
        "rating_emergency_mw": emergency,
    }
    schedule = {"time_utc": stamps(), **_schedule(optimum)}
    objective, reference = optimum.objective_usd, base.objective_usd
    attrs = {
        "status": "optimal",
        "objective_usd": objective,
        "bound_usd": objective - GAP * (objective - reference),
        "base_usd": reference,
        "gap_frac": GAP,
        "seed": 0,
    }
    return series, schedule, attrs


def _schedule(optimum: tiny_lp.Optimum) -> dict[str, np.ndarray]:
    v = optimum.value
    theta = v["theta"]
    meter = v["served"].sum(axis=1) + v["job"] + v["charge"][:, 0] - v["discharge"][:, 0]
    spill = np.zeros((case.HOURS, len(case.BUS)))
    spill[:, tiny_lp.UNIT_BUS[3]] = v["spill"]
    drop = theta[:, tiny_lp.FROM] - theta[:, tiny_lp.TO]
    price = np.array(case.TABLES["generator"]["block_cost_usd_per_mwh"])[:3]
    return {
        "p_generator_mw": np.column_stack([v["block"].sum(axis=2), case.p_max_mw()[:, 3]]),
        "p_dc_line_mw": v["dc"],
        "p_unserved_mw": v["unserved"],
        "p_spill_mw": spill,
        "va_rad": theta,
        "p_branch_mw": drop * tiny_lp.B_MW - tiny_lp.SHIFT_MW,
        "p_campus_mw": np.column_stack([meter, np.zeros(case.HOURS)]),
        "p_workload_mw": _beside(v["served"]),
        "p_baseline_mw": case.asked_mw(),
        "p_curtailed_mw": _beside(v["lost"]),
        "lost_work_mw": _beside(v["lost"]),
        "backlog_mwh": _beside(v["backlog"]),
        "p_shift_mw": np.zeros((case.HOURS, 1)),
        "p_job_mw": v["job"][:, None],
        "p_charge_mw": v["charge"],
        "p_discharge_mw": v["discharge"],
        "e_storage_mwh": v["energy"],
        "lmp_usd_per_mwh": optimum.lmp_usd_per_mwh,
        **_price_parts(optimum.lmp_usd_per_mwh),
        "cost_usd": (v["block"] * price).sum(axis=(1, 2)),
    }


def _price_parts(lmp: np.ndarray) -> dict[str, np.ndarray]:
    load = case.load_mw()
    energy = (lmp * load).sum(axis=1) / load.sum(axis=1)
    return {
        "lmp_energy_usd_per_mwh": energy,
        "lmp_congestion_usd_per_mwh": lmp - energy[:, None],
        "is_penalty_priced": np.zeros(case.HOURS),
    }


def _beside(values: np.ndarray) -> np.ndarray:
    return np.stack([values, np.zeros_like(values)], axis=1)


def network() -> dict[str, Any]:
    """network.json of the tiny case."""
    return {
        "name": "tiny",
        "base_mva": 100.0,
        "dc_convention": "matpower",
        "dc_rating_factor": case.RATING_FACTOR,
        "tables": case.TABLES,
    }


def study() -> dict[str, Any]:
    """study.resolved.json of the tiny case."""
    return {
        "schema_version": 1,
        "name": "tiny",
        "network": "tiny",
        "timezone": "America/Phoenix",
        "years": [int(case.YEAR)],
        "base_case": {"retirements": [], "committed_upgrades": []},
        "criteria": {
            "security": "n-1",
            "contingencies": {
                **dict.fromkeys(solution.SWITCHES, True),
                "files": [{"path": "sets.csv", "category": None}],
                "dataset": False,
                "categories": case.CATEGORIES,
            },
            "accept_radial_supply": False,
            "dc_convention": "matpower",
            "dc_rating_factor": case.RATING_FACTOR,
            "load_loss": case.LOAD_LOSS,
        },
        "prices": {
            **{name: price for name, price in case.PRICES.items() if name != "wear_usd_per_mwh"},
            "computing_value_usd_per_mwh": dict(zip(case.WORKLOADS, case.CLASSES["value_usd_per_mwh"], strict=True)),
        },
        "reinforcements": [{**case.REINFORCEMENT, **case.REINFORCEMENT_TERMS}],
        "campuses": [_request(name) for name in CAMPUSES],
    }


def _request(name: str) -> dict[str, Any]:
    by_class = {key: dict(zip(case.WORKLOADS, values, strict=True)) for key, values in case.CLASSES.items()}
    first, end = (_local(int(stamps()[0]) + 3600 * case.JOB[key]) for key in ("first", "end"))
    job = {"id": case.JOB["id"], "kind": "finetune", "release": first, "deadline": end}
    job |= {key: case.JOB[key] for key in ("energy_mwh", "p_max_mw")}
    return {
        "id": name,
        "poi": ["3", "4"] if name == "mesa" else ["5"],
        "contract_mw": {case.YEAR: case.CONTRACT_MW[name]},
        "block_mw": 20.0,
        "service": {"kind": "conditional", "curtailment_mode": "preventive", "terms": dict(case.TERMS)},
        "ride_through_frac": case.RIDE_THROUGH_FRAC[name],
        "workloads": {
            "shares": by_class["share_frac"],
            "flexibility": {
                "idle_floor_frac": case.IDLE_FLOOR_FRAC,
                "power_cap": "linear",
                "rebound_frac": case.REBOUND_FRAC,
                "geo_shift": _geo_shift() if name == "mesa" else None,
                **{key: by_class[key] for key in ("deadline_h", "shed_frac", "min_power_frac")},
            },
            "jobs": [job] if name == "mesa" else [],
        },
        "storage": dict(case.STORE) if name == "mesa" else None,
        "failover": dict(case.FAILOVER) if name == "mesa" else None,
    }


def _geo_shift() -> dict[str, Any]:
    shift = case.SHIFT
    part = {shift["workload"]: shift["max_frac"]}
    return {"to": ["yuma"], "max_frac": part, "cost_usd_per_mwh": shift["cost_usd_per_mwh"]}


def plan(schedule: dict[str, np.ndarray], attrs: dict[str, Any]) -> dict[str, Any]:
    """plan.json of the tiny case."""
    return {
        "schema_version": solution.SCHEMA_VERSION,
        "timezone": "America/Phoenix",
        "years": {
            case.YEAR: {
                "hours": case.HOURS,
                "first_hour_utc": _iso(case.FIRST_UTC),
                "security": "n-1",
                "contingencies": {**dict.fromkeys(solution.SWITCHES, True), "rating": "emergency"},
                "outage_sets": [dict(lost) for lost in case.SETS],
                "failovers": [{"campus": "mesa", **case.FAILOVER, "raised_max_mw": 0.0}],
                "lost_load": _lost_load(),
                "accept_radial_supply": False,
                "load_loss": _load_loss(),
                "retired_generators": [],
                "prices": dict(case.PRICES),
                "objective": _objective(schedule, attrs),
                "overload_slack_max_mw": 0.0,
                "unserved": [],
                "islanding": [
                    {"contingency": "branch:L45", "buses": ["5"]},
                    {"contingency": "set:tower", "buses": ["2"]},
                    {"contingency": "set:south (bus proxy)", "buses": ["4", "5"]},
                ],
                "pre_existing": PRE_EXISTING,
                "reinforcements": [{**case.REINFORCEMENT, "built": True, "annual_cost_usd": 1000.0}],
                "shifts": [{"campus": "mesa", "to": "yuma", **case.SHIFT}],
                "campuses": [_planned(name) for name in CAMPUSES],
            }
        },
    }


def _lost_load() -> list[dict[str, Any]]:
    """Load at buses 5 and 2 that goes dark; bus 4 is lost itself, what hangs on it is not."""
    dark = {"branch:L45": 4, "set:tower": 1, "set:south (bus proxy)": 4}
    load = case.load_mw()
    return [
        {
            "contingency": label,
            "load_mw": float(load[:, bus].max()),
            "hour": int(load[:, bus].argmax()),
            "is_allowed": True,
        }
        for label, bus in dark.items()
    ]


def _load_loss() -> dict[str, Any]:
    """Zones of the candidate buses 3, 4 and 5 by a dense inverse; the sun behind its inverter feeds no fault."""
    branch, unit, x_pu = case.TABLES["branch"], case.TABLES["generator"], case.LOAD_LOSS["x_subtransient_pu"]
    machine = np.zeros(len(case.BUS))
    for bus, kind, p_mw in zip(unit["bus"], unit["unit_type"], unit["p_max_mw"], strict=True):
        own = {"CC": x_pu["turbine"], "CT": x_pu["turbine"], "HYDRO": x_pu["hydro"], "PV": np.inf}[kind]
        machine[bus] += p_mw / 0.85 / 100.0 / own
    z = [r + 1j * x for r, x in zip(branch["r_pu"], branch["x_pu"], strict=True)]
    ends = list(zip(branch["from_bus"], branch["to_bus"], strict=True))
    voltage = residual_voltage_pu(impedance_pu(len(case.BUS), ends, z, machine))
    sets = fault_sets(voltage, (2, 3, 4), case.LOAD_LOSS["voltage_trip_pu"])
    best = {zone: min((f for f in sets if sets[f] == zone), key=lambda f, z=zone: max(voltage[b, f] for b in z))
            for zone in largest_sets(list(sets.values()))}  # fmt: skip
    return {
        "limit_mw": case.LOAD_LOSS["limit_mw"],
        "voltage_trip_pu": case.LOAD_LOSS["voltage_trip_pu"],
        "zones": [
            {
                "faulted_bus": case.BUS[f],
                "pois": [case.BUS[b] for b in sorted(zone)],
                "voltage_pu": [float(voltage[b, f]) for b in sorted(zone)],
                "campuses": ["mesa"] if 2 in zone else [],
                "tripped_mw": 60.0 if 2 in zone else 0.0,
                "is_binding": False,
                "stopped": [],
                "worth_usd_per_mw": 0.0,
            }
            for zone, f in sorted(best.items(), key=lambda pair: pair[1])
        ],
    }


def _objective(schedule: dict[str, np.ndarray], attrs: dict[str, Any]) -> dict[str, float]:
    value = np.array(case.CLASSES["value_usd_per_mwh"])
    moved = schedule["p_charge_mw"].sum() + schedule["p_discharge_mw"].sum()
    unconnected = sum(case.CONTRACT_MW[c] - case.CONNECTED_MW[c] for c in CAMPUSES)
    parts = {
        "production_usd": float(schedule["cost_usd"].sum()),
        "unserved_usd": 0.0,
        "overload_usd": 0.0,
        "curtailment_usd": float((schedule["lost_work_mw"] * value).sum()),
        "moved_usd": 0.0,
        "wear_usd": float(moved * case.PRICES["wear_usd_per_mwh"]),
        "reinforcement_usd": 1000.0,
        "unconnected_usd": unconnected * case.PRICES["unconnected_usd_per_mw_year"] * min(1.0, case.HOURS / 8760.0),
    }
    total = float(attrs["objective_usd"]) + parts["reinforcement_usd"] + parts["unconnected_usd"]
    return {**parts, "total_usd": total}


def _planned(name: str) -> dict[str, Any]:
    is_in = name == "mesa"
    connected, contract = case.CONNECTED_MW[name], case.CONTRACT_MW[name]
    job = {key: case.JOB[key] for key in ("id", "energy_mwh", "p_max_mw")}
    job |= {f"{word}_utc": _iso(case.FIRST_UTC + 3600 * case.JOB[key])
            for word, key in (("release", "first"), ("deadline", "end"))}  # fmt: skip
    classes = {
        workload: {key: values[c] for key, values in case.CLASSES.items()}
        | {"power_cap": "linear", "installed_mw": case.CLASSES["share_frac"][c] * connected}
        for c, workload in enumerate(case.WORKLOADS)
    }
    return {
        "id": name,
        "bus": "3" if is_in else None,
        "candidates": ["3", "4"] if is_in else ["5"],
        "contract_mw": contract,
        "connected_mw": connected,
        "firm_mw": 60.0 if is_in else 0.0,
        "conditional_mw": connected - 60.0 if is_in else 0.0,
        "unconnected_mw": contract - connected,
        "block_mw": 20.0,
        "service": "conditional",
        "ride_through_frac": case.RIDE_THROUGH_FRAC[name],
        "idle_floor_frac": case.IDLE_FLOOR_FRAC,
        "rebound_frac": case.REBOUND_FRAC,
        "classes": classes,
        "terms": dict(case.TERMS),
        "jobs": [job] if is_in else [],
        "storage": dict(case.STORE) if is_in else None,
    }


# -- writing ---------------------------------------------------------------------------------------
def write_json(path: Path, data: dict[str, Any]) -> None:
    """JSON with sorted keys."""
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_netcdf(path: Path, arrays: dict[str, np.ndarray], attrs: dict[str, Any]) -> None:
    """Variables with their labels, as the schema names them."""
    with h5netcdf.File(path, "w") as data:
        used = dict.fromkeys(dim for name in arrays for dim in term(name).dims)
        hours = len(arrays["time_utc"])
        data.dimensions = {dim: hours if dim == "time" else len(LABELS[dim]) for dim in used}
        for dim in used:
            if dim != "time":
                data.create_variable(dim, (dim,), dtype=h5py.string_dtype())[...] = np.array(LABELS[dim], dtype=object)
        for name, values in arrays.items():
            variable = data.create_variable(name, term(name).dims, data=np.ascontiguousarray(values))
            variable.attrs.update(netcdf_attrs(name))
        data.attrs.update(attrs)


def _write_rows(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.6f}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)


def _write_schedule_csv(path: Path, schedule: dict[str, np.ndarray]) -> None:
    rows = []
    for t, seconds in enumerate(stamps()):
        for c, campus in enumerate(CAMPUSES):
            has_store = campus == "mesa"
            rows.append(
                {
                    "time_utc": _iso(int(seconds)),
                    "time_local": _local(int(seconds)),
                    "campus": campus,
                    "bus": "3" if has_store else "",
                    "p_baseline_mw": float(schedule["p_baseline_mw"][t, c].sum()),
                    "p_workload_mw": float(schedule["p_workload_mw"][t, c].sum()),
                    "p_curtailed_mw": float(schedule["p_curtailed_mw"][t, c].sum()),
                    "p_job_mw": float(schedule["p_job_mw"][t, 0]) if has_store else 0.0,
                    "p_charge_mw": float(schedule["p_charge_mw"][t, 0]) if has_store else 0.0,
                    "p_discharge_mw": float(schedule["p_discharge_mw"][t, 0]) if has_store else 0.0,
                    "p_campus_mw": float(schedule["p_campus_mw"][t, c]),
                }
            )
    _write_rows(path, solution.SCHEDULE_CSV_COLUMNS, rows)


def _write_year_csv(path: Path, schedule: dict[str, np.ndarray]) -> None:
    rows = []
    for c, name in enumerate(CAMPUSES):
        lost = schedule["p_curtailed_mw"][:, c].sum(axis=1)
        counted = "".join("x" if v > max(1.0, 0.005 * case.CONTRACT_MW[name]) else " " for v in lost)
        planned = _planned(name)
        kept = ("service", "contract_mw", "connected_mw", "firm_mw", "conditional_mw", "unconnected_mw")
        rows.append(
            {
                "year": case.YEAR,
                "campus": name,
                "bus": planned["bus"] or "",
                **{key: planned[key] for key in kept},
                "energy_mwh": float(schedule["p_campus_mw"][:, c].sum()),
                "curtailed_mwh": float(lost.sum()),
                "curtailed_hours": counted.count("x"),
                "longest_event_h": max((len(run) for run in counted.split()), default=0),
                "depth_mw": float(lost.max()),
            }
        )
    _write_rows(path, solution.MW_BY_YEAR_COLUMNS, rows)


def _write_limit_prices(folder: Path) -> None:
    """Prices of limits by hour, and their sums by limit and by branch; the raised one stands apart."""
    columns = solution.TABLE_COLUMNS
    hours, sums = [], {"limits.csv": {}, "branch_worth.csv": {}}
    for t, branch, label, price in _solved()[0].limit_prices:
        raised = any((p["branch"], p["contingency"]) == (branch, label) and t in p["hours"] for p in PRE_EXISTING)
        place = {"year": case.YEAR, "branch": branch, "contingency": label}
        by = "raised_limit" if raised else "rating"
        stamp = _iso(int(stamps()[t]))
        hours.append({**place, "time_utc": stamp, "price_usd_per_mwh": price, "set_by": by})
        for file, key in (("limits.csv", (branch, label)), ("branch_worth.csv", (branch,))):
            zero = {name: 0.0 for name in columns[file] if name.endswith("_usd_per_mw_year")}
            row = sums[file].setdefault(key, {**dict.fromkeys(columns[file], ""), **zero, "year": case.YEAR})
            row |= dict(zip(("branch", "contingency"), key, strict=False))
            row[f"{'raised' if raised else 'worth'}_usd_per_mw_year"] += price
    _write_rows(folder / "limit_hours.csv", columns["limit_hours.csv"], hours)
    for file, rows in sums.items():
        _write_rows(folder / file, columns[file], list(rows.values()))


def write_manifest(folder: Path) -> None:
    """manifest.json with the sha256 of every other file."""
    names = sorted(p.name for p in folder.iterdir() if p.name != solution.MANIFEST_JSON)
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    inputs = {solution.STUDY_YAML: digests.pop(solution.STUDY_YAML)} if solution.STUDY_YAML in digests else {}
    write_json(folder / solution.MANIFEST_JSON, {"inputs": inputs, "outputs": digests})
