"""Whether plan.json carries the terms of study.resolved.json: a plan must not change the question.

In: one studied year. Out: names of the values that differ. Sizes and POIs the planner chooses are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gridplan.solution import STUDY_JSON, WEAR_USD_PER_MWH, WORKLOADS
from gridplan.verify.audit_campus_year import is_measured
from gridplan.verify.audit_failover import is_as_asked
from gridplan.verify.audit_movable import shift_differences
from gridplan.verify.audit_permission import contingency_differences
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, Record, read_json


def differences(year: RunYear) -> list[str]:
    """Paths of plan values that differ from the study."""
    study = read_json(year.run.path / STUDY_JSON)
    asked = {campus.text("id"): campus for campus in study.records("campuses")}
    found = [*_criteria(year, study), *_prices(year, study.record("prices")), *_reinforcements(year, study)]
    if list(asked) != [campus.text("id") for campus in year.campuses]:
        return [*found, "campuses"]
    if not is_as_asked(year, study.records("campuses")):
        found.append("failovers")
    value = study.record("prices").record("computing_value_usd_per_mwh")
    for campus in year.campuses:
        found += [f"{campus.text('id')}.{name}" for name in _campus(year, campus, asked[campus.text("id")], value)]
    return [*found, *shift_differences(year, asked)]


def _criteria(year: RunYear, study: Record) -> Iterator[str]:
    criteria = study.record("criteria")
    yield from _compare(year.plan, criteria, ("security", "accept_radial_supply"))
    switches = ("branches", "units", "dc_poles", "campuses")
    yield from _compare(year.plan.record("contingencies"), criteria.record("contingencies"), switches)
    yield from contingency_differences(year, criteria.record("contingencies"))
    if study.text("timezone") != year.run.plan.text("timezone"):
        yield "timezone"
    if _rating_factors(criteria, year.grid.branch) != year.grid.dc_rating_factor.tolist():
        yield "dc_rating_factor"
    if criteria.text("dc_convention") != year.grid.dc_convention:
        yield "dc_convention"
    gone = {
        entry.text("generator")
        for entry in study.record("base_case").records("retirements")
        if entry.number("from_year") <= float(year.year)
    }
    if gone != set(year.plan.labels("retired_generators")):
        yield "retired_generators"


def _reinforcements(year: RunYear, study: Record) -> Iterator[str]:
    """Built reinforcements the study neither offers nor has committed to by this year."""
    offered = {
        (entry.text("branch"), entry.number("rating_normal_mva"), entry.number("rating_emergency_mva"))
        for entries, day in (
            (study.records("reinforcements"), "earliest_in_service"),
            (study.record("base_case").records("committed_upgrades"), "in_service"),
        )
        for entry in entries
        if entry.text(day)[:4] <= year.year
    }
    for entry in year.plan.records("reinforcements"):
        stated = (entry.text("branch"), entry.number("rating_normal_mva"), entry.number("rating_emergency_mva"))
        if entry.flag("built") and stated not in offered:
            yield f"reinforcements.{entry.text('id')}"


def _prices(year: RunYear, asked: Record) -> Iterator[str]:
    prices = year.plan.record("prices")
    names = ("unserved_usd_per_mwh", "overload_usd_per_mwh", "unconnected_usd_per_mw_year")
    yield from _compare(prices, asked, names)
    if prices.number("wear_usd_per_mwh") != WEAR_USD_PER_MWH:
        yield "wear_usd_per_mwh"


def _campus(year: RunYear, campus: Record, asked: Record, value: Record) -> Iterator[str]:
    contract_mw = contract_in(asked.value("contract_mw"), int(year.year))
    if campus.number("contract_mw") != contract_mw:
        yield "contract_mw"
    if list(campus.labels("candidates")) != list(asked.labels("poi")):
        yield "candidates"
    yield from _compare(campus, asked, ("block_mw",))
    yield from _service(campus, asked.record("service"))
    workloads = asked.record("workloads")
    yield from _classes(campus, workloads, value)
    size_frac = campus.number("connected_mw") / contract_mw if contract_mw > 0 else 0.0
    yield from _jobs(year, campus.records("jobs"), workloads.records("jobs"), size_frac)
    yield from _storage(campus.optional_record("storage"), asked.optional_record("storage"), size_frac)


def contract_in(asked: Any, year: int) -> float:
    """Contract of a year: one number, or the value of the latest stated year up to it [MW]."""
    if not isinstance(asked, dict):
        return float(asked)
    begun = [int(stated) for stated in asked if int(stated) <= year]
    return float(asked[str(max(begun))]) if begun else 0.0


def _service(campus: Record, asked: Record) -> Iterator[str]:
    terms = campus.optional_record("terms")
    if campus.text("service") == "conditional":
        if asked.text("kind") != "conditional":
            yield "service"
        if terms is None:
            yield "terms"
        else:
            wanted = asked.record("terms")
            yield from (
                f"terms.{name}"
                for name in ("max_energy_frac", "max_hours", "max_event_h")
                if terms.limit(name) != wanted.limit(name)
            )


def _classes(campus: Record, workloads: Record, value: Record) -> Iterator[str]:
    flexibility = workloads.record("flexibility")
    if campus.number("idle_floor_frac") != flexibility.number("idle_floor_frac"):
        yield "idle_floor_frac"
    if campus.limit("rebound_frac") != flexibility.limit("rebound_frac"):
        yield "rebound_frac"
    sources = {
        "share_frac": workloads.record("shares"),
        "deadline_h": flexibility.record("deadline_h"),
        "shed_frac": flexibility.record("shed_frac"),
        "min_power_frac": flexibility.record("min_power_frac"),
        "value_usd_per_mwh": value,
    }
    for workload in WORKLOADS:
        stated = campus.record("classes").record(workload)
        if is_measured(campus, workload) != (flexibility.data.get("power_cap", "linear") == "measured"):
            yield f"classes.{workload}.power_cap"
        yield from (
            f"classes.{workload}.{key}"
            for key, source in sources.items()
            if not _is_near(stated.number(key), source.number(workload))
        )


def _jobs(year: RunYear, jobs: list[Record], asked: list[Record], size_frac: float) -> Iterator[str]:
    wanted = {job.text("id"): job for job in asked}
    planned = [job.text("id") for job in jobs]
    left_out = [name for name in wanted if name not in planned and size_frac > 0 and _is_studied(year, wanted[name])]
    yield from (f"jobs.{name}" for name in [*left_out, *(name for name in planned if name not in wanted)])
    jobs = [job for job in jobs if job.text("id") in wanted]
    for job in jobs:
        demand, name = wanted[job.text("id")], job.text("id")
        for key in ("energy_mwh", "p_max_mw"):
            if not _is_near(job.number(key), demand.number(key), size_frac):
                yield f"jobs.{name}.{key}"
        for key in ("release", "deadline"):
            if job.epoch_s(f"{key}_utc") != _local_epoch_s(year, demand, key):
                yield f"jobs.{name}.{key}_utc"


def _is_studied(year: RunYear, job: Record) -> bool:
    """Whether the window of a job lies inside the studied hours."""
    begin, end = int(year.time_utc[0]), int(year.time_utc[-1]) + 3600
    return begin <= _local_epoch_s(year, job, "release") and _local_epoch_s(year, job, "deadline") <= end


def _local_epoch_s(year: RunYear, job: Record, key: str) -> int:
    try:
        local = datetime.fromisoformat(job.text(key))
    except ValueError:
        message = f"{job.where}.{key} is not an ISO time stamp"
        raise MissingPartError(message) from None
    aware = local if local.tzinfo else local.replace(tzinfo=year.run.timezone)
    return int(aware.timestamp())


def _storage(store: Record | None, asked: Record | None, size_frac: float) -> Iterator[str]:
    if store is None or asked is None:
        if (store is None) != (asked is None) and size_frac > 0:
            yield "storage"
        return
    if store.number("efficiency_roundtrip_frac") != asked.number("efficiency_roundtrip_frac"):
        yield "storage.efficiency_roundtrip_frac"
    for key in ("p_mw", "e_mwh"):
        if not _is_near(store.number(key), asked.number(key), size_frac):
            yield f"storage.{key}"


def _is_near(value: float, wanted: float, size_frac: float = 1.0) -> bool:
    """Whether a value is the wanted one, or the wanted one of a campus built in part."""
    return any(abs(value - scale * wanted) <= 1e-9 * max(1.0, abs(wanted)) for scale in (1.0, size_frac))


def _compare(plan: Record, asked: Record, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if plan.value(name) != asked.value(name):
            yield f"{plan.where.rsplit('.', 1)[-1]}.{name}"


def _rating_factors(criteria: Record, branches: tuple[str, ...]) -> list[float]:
    """Factor of every branch as the study states it."""
    own = criteria.data.get("dc_rating_factor_by_branch") or {}
    return [float(own.get(name, criteria.number("dc_rating_factor"))) for name in branches]
