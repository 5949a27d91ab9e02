"""plan.json: decisions, terms and proofs of every studied year, as ``solution.PLAN_FIELDS`` lists them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gridplan.campus.model import Campuses, CampusJob
from gridplan.dispatch.hosting import SUPPLY
from gridplan.dispatch.year import SLACK_TOLERANCE_MW
from gridplan.network.contingency import outage_label
from gridplan.plan.adequacy import adequacy
from gridplan.plan.case import YearCase
from gridplan.plan.event_terms import event_figures
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.sites import RADIAL
from gridplan.plan.study_year import YearPlan
from gridplan.solution import (
    INTACT,
    SCHEMA_VERSION,
    SWITCHES,
    WEAR_USD_PER_MWH,
    WORKLOADS,
    counted_threshold_mw,
    year_share_frac,
)
from gridplan.store.hourly import Hourly
from gridplan.store.load_loss import load_loss_entry
from gridplan.store.outage_sets import islanding, lost_load, outage_sets
from gridplan.store.upgrades import upgrade_entries
from gridplan.study.schema import Campus, Study


def plan_document(study: Study, years: Mapping[int, tuple[YearPlan, Hourly]]) -> dict[str, Any]:
    """The whole document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "timezone": study.timezone,
        "basis": basis(study, years),
        "years": {str(year): _year(plan, hourly) for year, (plan, hourly) in years.items()},
    }


def basis(study: Study, years: Mapping[int, tuple[YearPlan, Hourly]]) -> dict[str, Any]:
    """What every number rests on."""
    criteria = study.criteria
    counts: dict[str, int] = {}
    for plan, _ in list(years.values())[:1]:
        for c in plan.grid.outages.contingencies:
            kind = c.category if c.is_set else outage_label(plan.case.network, c, plan.campuses.campus).split(":")[0]
            counts[kind] = counts.get(kind, 0) + 1
    return {
        "commitment": criteria.commitment,
        "security": criteria.security,
        "pre_existing": criteria.pre_existing,
        "dc_convention": criteria.dc_convention,
        "dc_rating_factor": criteria.dc_rating_factor,
        "load_basis": criteria.load_basis,
        "weather_years": list(study.base_case.weather_years),
        "contingency_counts": counts,
    }


def _year(plan: YearPlan, hourly: Hourly) -> dict[str, Any]:
    case = plan.case
    criteria, prices = case.study.criteria, case.study.prices
    return {
        "hours": case.hours,
        "first_hour_utc": stamp(case.series.time_utc[0]),
        "security": criteria.security,
        "contingencies": {
            **{kind: getattr(criteria.contingencies, kind) for kind in SWITCHES},
            "rating": criteria.contingencies.categories.P1.rating,
        },
        "outage_sets": outage_sets(case),
        "failovers": _failovers(plan.campuses),
        "lost_load": lost_load(case, plan.grid),
        "accept_radial_supply": criteria.accept_radial_supply,
        "load_loss": load_loss_entry(plan),
        "retired_generators": [r.generator for r in case.study.base_case.retirements if r.from_year <= case.year],
        "prices": {
            "unserved_usd_per_mwh": prices.unserved_usd_per_mwh,
            "overload_usd_per_mwh": prices.overload_usd_per_mwh,
            "wear_usd_per_mwh": WEAR_USD_PER_MWH,
            "unconnected_usd_per_mw_year": prices.unconnected_usd_per_mw_year,
        },
        "objective": _objective(plan, hourly),
        "overload_slack_max_mw": float(plan.schedule.overload_mw.max(initial=0.0)),
        "unserved": _unserved(case, hourly),
        "islanding": islanding(case, plan.grid.outages.contingencies),
        "pre_existing": _pre_existing(plan),
        "reinforcements": upgrade_entries(plan),
        "shifts": _shifts(plan, hourly),
        "shift_notes": [f.message for f in plan.campuses.findings if f.code == "GP-MOV-004"],
        "campuses": [_campus(plan, i, c) for i, c in enumerate(case.study.campuses)],
        "verdict_facts": {c.id: _facts(plan, i) for i, c in enumerate(case.study.campuses)},
        "adequacy": adequacy(plan),
        "siting": _siting(plan),
        "schedule": _schedule(plan),
        "cost": {
            "production_base_usd": float(plan.schedule.base_usd),
            "production_usd": float(hourly.values["cost_usd"].sum()),
        },
        "flexibility": _flexibility(plan),
    }


def _objective(plan: YearPlan, hourly: Hourly) -> dict[str, float]:
    case, values, prices = plan.case, hourly.values, plan.case.study.prices
    lost = values["lost_work_mw"].sum(axis=0)
    parts = {
        "production_usd": float(values["cost_usd"].sum()),
        "unserved_usd": float(values["p_unserved_mw"].sum() * prices.unserved_usd_per_mwh),
        "overload_usd": float(plan.schedule.overload_mw.sum() * prices.overload_usd_per_mwh),
        "curtailment_usd": float((lost * plan.campuses.value_usd_per_mwh).sum()),
        "moved_usd": float(sum(e["cost_usd_per_mwh"] * e["energy_mwh"] for e in _shifts(plan, hourly))),
        "wear_usd": float((values["p_charge_mw"].sum() + values["p_discharge_mw"].sum()) * WEAR_USD_PER_MWH),
        "reinforcement_usd": float(sum(e["annual_cost_usd"] for e in upgrade_entries(plan) if e["built"])),
        "unconnected_usd": _unconnected_mw(plan) * prices.unconnected_usd_per_mw_year * year_share_frac(case.hours),
    }
    return {**parts, "total_usd": sum(parts.values())}


def _failovers(campuses: Campuses) -> list[dict[str, Any]]:
    """What the loss of each campus with a failover puts on another, beside its own loss."""
    return [
        {
            "campus": pair.campus,
            "to": pair.to,
            "share_frac": pair.share_frac,
            "raised_max_mw": float(mw.max(initial=0.0)),
        }
        for pair, mw in zip(campuses.failover, campuses.failover_mw, strict=True)
    ]


def _shifts(plan: YearPlan, hourly: Hourly) -> list[dict[str, Any]]:
    """What may move between campuses, with the MWh that did."""
    given = {shift.label: shift for shift in plan.campuses.shifts}
    moved_mwh = hourly.values["p_shift_mw"].sum(axis=0)
    return [
        {
            "campus": given[shift.label].campus,
            "to": given[shift.label].to,
            "workload": given[shift.label].workload,
            "max_frac": given[shift.label].max_frac,
            "cost_usd_per_mwh": given[shift.label].cost_usd_per_mwh,
            "energy_mwh": float(moved_mwh[k]),
        }
        for k, shift in enumerate(plan.schedule.layout.shifts)
    ]


def _unconnected_mw(plan: YearPlan) -> float:
    return sum(s.contract_mw - s.connected_mw for s in plan.sites.sites) if plan.sites else 0.0


def _unserved(case: YearCase, hourly: Hourly) -> list[dict[str, Any]]:
    energy = hourly.values["p_unserved_mw"].sum(axis=0)
    return [{"bus": case.network.bus.id[b], "energy_mwh": float(energy[b])} for b in np.flatnonzero(energy > 0)]


def _pre_existing(plan: YearPlan) -> list[dict[str, Any]]:
    case = plan.case
    found = []
    for (branch, contingency), limit in case.raised_mw.items():
        rating = plan.grid.limits.of(plan.grid.rating_of(contingency))[branch]
        hours = np.flatnonzero(limit > rating + SLACK_TOLERANCE_MW)
        found.append(
            {
                "branch": case.network.branch.id[branch],
                "contingency": _outage_label(plan, contingency),
                "hours": [int(h) for h in hours],
                "limit_mw": [float(limit[h]) for h in hours],
            }
        )
    return found


def _outage_label(plan: YearPlan, contingency: int) -> str:
    """Label of a contingency of the schedule's grid."""
    if contingency < 0:
        return INTACT
    return outage_label(plan.case.network, plan.grid.outages.contingencies[contingency], plan.campuses.campus)


def _campus(plan: YearPlan, i: int, campus: Campus) -> dict[str, Any]:
    site = plan.sites.sites[i] if plan.sites else None
    contract = campus.contract_mw_in(plan.case.year)
    connected = site.connected_mw if site else 0.0
    firm = min(site.firm_mw, connected) if site else 0.0
    is_conditional = campus.service.kind == "conditional"
    terms = campus.service.terms
    return {
        "id": campus.id,
        "bus": site.poi if site else None,
        "candidates": list(campus.poi),
        "contract_mw": contract,
        "connected_mw": connected,
        "firm_mw": firm,
        "conditional_mw": connected - firm,
        "unconnected_mw": contract - connected,
        "block_mw": campus.block_mw,
        "service": campus.service.kind,
        "ride_through_frac": campus.ride_through_frac,
        "idle_floor_frac": float(plan.campuses.idle_floor_frac[i]),
        "rebound_frac": campus.workloads.flexibility.rebound_frac,
        "classes": {w: _class(plan, i, c) for c, w in enumerate(WORKLOADS)},
        "terms": {
            "max_energy_frac": terms.max_energy_frac,
            "max_hours": _finite(terms.max_hours),
            "max_event_h": _finite(terms.max_event_h),
        }
        if is_conditional
        else None,
        "jobs": [_job(plan, job) for job in plan.campuses.jobs if job.campus == campus.id],
        "storage": _storage(plan, campus),
        **_facts(plan, i),
    }


def _class(plan: YearPlan, i: int, c: int) -> dict[str, Any]:
    campuses = plan.campuses
    connected = float(campuses.connected_mw[i])
    shares = plan.case.study.campuses[i].workloads.shares.values()
    return {
        "share_frac": float(list(shares)[c]),
        "installed_mw": float(list(shares)[c]) * connected,
        "deadline_h": int(campuses.deadline_h[i, c]),
        "shed_frac": float(campuses.shed_frac[i, c]),
        "power_cap": plan.case.study.campuses[i].workloads.flexibility.power_cap,
        "min_power_frac": float(campuses.min_power_frac[i, c]),
        "value_usd_per_mwh": float(campuses.value_usd_per_mwh[i, c]),
    }


def _job(plan: YearPlan, job: CampusJob) -> dict[str, Any]:
    start = plan.case.series.time_utc[0]
    hour = np.timedelta64(3600, "s")
    return {
        "id": job.id,
        "energy_mwh": job.energy_mwh,
        "p_max_mw": job.p_max_mw,
        "release_utc": stamp(start + job.release_position * hour),
        "deadline_utc": stamp(start + job.deadline_position * hour),
    }


def _storage(plan: YearPlan, campus: Campus) -> dict[str, Any] | None:
    store = next((s for s in plan.campuses.storage if s.campus == campus.id), None)
    if store is None:
        return None
    return {
        "p_mw": store.p_mw,
        "e_mwh": store.e_mwh,
        "efficiency_roundtrip_frac": store.efficiency_roundtrip_frac,
    }


def _facts(plan: YearPlan, i: int) -> dict[str, Any]:
    """What the verdict quotes: binding element and hour, radial supply, curtailment of the flat contract."""
    case = plan.case
    campus = case.study.campuses[i]
    site = plan.sites.sites[i] if plan.sites else None
    if site is None:
        return {"binding": None, "binding_hour_local": None, "is_generation_limited": False, "is_radial": False}
    hours, longest = event_figures(site.curtailed_mw, counted_threshold_mw(site.contract_mw))
    when = None if site.binding_hour is None else case.series.time_utc[site.binding_hour]
    return {
        "binding": site.binding,
        "binding_hour_local": None if when is None else hour_stamp(when, case.study.timezone),
        "is_generation_limited": site.binding == SUPPLY,
        "is_radial": site.binding == RADIAL
        or any(case.is_radial[case.network.bus_index(poi)] for poi in ([site.poi] if site.poi else campus.poi)),
        "contract_curtailed_hours": hours,
        "contract_curtailed_mwh": float(site.curtailed_mw.sum()),
        "contract_longest_event_h": longest,
        "contract_depth_mw": float(site.curtailed_mw.max(initial=0.0)),
        "contract_generation_limited_hours": hours if site.binding == SUPPLY else 0,
    }


def _siting(plan: YearPlan) -> dict[str, Any]:
    if plan.sites is None:
        return {"status": "nothing_to_site", "objective_usd": 0.0, "bound_usd": 0.0, "gap_frac": 0.0}
    result = plan.sites.result
    return {
        "status": result.status,
        "objective_usd": result.upper_usd,
        "bound_usd": result.lower_usd,
        "base_usd": result.base_usd,
        "gap_frac": result.gap_frac,
        "critical_hours": [int(h) for h in result.critical_hours],
        "rounds": result.rounds,
    }


def _schedule(plan: YearPlan) -> dict[str, Any]:
    s = plan.schedule
    return {
        "status": s.status,
        "objective_usd": s.upper_usd,
        "bound_usd": s.lower_usd,
        "base_usd": s.base_usd,
        "gap_frac": s.gap_frac,
        "rounds": s.rounds,
    }


def _flexibility(plan: YearPlan) -> dict[str, Any]:
    """Total cost with and without shifting; not comparable where jobs draw power of their own."""
    if plan.schedule.layout.jobs:
        return {"total_cost_flexible_usd": plan.schedule.upper_usd, "total_cost_inflexible_usd": None}
    return {
        "total_cost_flexible_usd": plan.schedule.upper_usd,
        "total_cost_inflexible_usd": plan.schedule.start_usd,
    }


def stamp(time_utc: Any) -> str:
    """UTC hour as ``2020-01-01T07:00:00Z``."""
    return f"{time_utc.astype('datetime64[s]')}Z"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
