"""CSV tables of a run: one function a file, rows as dictionaries in the order of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gridplan.network.model import FloatArray
from gridplan.plan.event_terms import event_figures
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.poi import PoiCapacity, binding_text, curve
from gridplan.plan.study_year import YearPlan
from gridplan.solution import MW_BY_YEAR_COLUMNS, SCHEDULE_CSV_COLUMNS, counted_threshold_mw
from gridplan.store.hourly import Hourly
from gridplan.store.plan_json import stamp
from gridplan.store.upgrades import upgrade_entries

Row = dict[str, Any]


def mw_by_year_rows(plan: YearPlan, hourly: Hourly) -> list[Row]:
    """The central result: MW firm and conditional by campus, with the curtailment of its schedule."""
    rows = []
    for i, campus in enumerate(plan.case.study.campuses):
        site = plan.sites.sites[i] if plan.sites else None
        contract = campus.contract_mw_in(plan.case.year)
        connected = site.connected_mw if site else 0.0
        firm = min(site.firm_mw, connected) if site else 0.0
        lost = hourly.values["p_curtailed_mw"][:, i].sum(axis=1)
        hours, longest = event_figures(lost, counted_threshold_mw(contract))
        values = (
            plan.case.year, campus.id, site.poi if site and site.poi else "", campus.service.kind, contract, connected,
            firm, connected - firm, contract - connected, hourly.values["p_campus_mw"][:, i].sum(), lost.sum(), hours,
            longest, lost.max(initial=0.0),
        )  # fmt: skip
        rows.append(dict(zip(MW_BY_YEAR_COLUMNS, values, strict=True)))
    return rows


def poi_capacity_rows(plan: YearPlan) -> list[Row]:
    """One row per request and candidate POI, each alone on the grid."""
    case = plan.case
    rows = []
    for c in plan.capacities:
        poi = plan.pois[c.poi]
        rows.append(
            {
                "year": case.year,
                "campus": c.campus,
                "poi": c.poi,
                "firm_mw": c.firm_mw,
                "firm_n0_mw": poi.firm_n0_mw,
                "headroom_mw": poi.headroom_mw,
                "binding": binding_text(poi.hosting),
                "binding_hour_local": _binding_hour(plan, poi),
                "n0_binding": poi.n0_binding,
                "headroom_binding": poi.headroom_binding,
                "total_mw": c.total.total_mw,
                "conditional_mw": max(c.total.total_mw - c.firm_mw, 0.0),
                "curtailed_hours": c.total.hours,
                "curtailed_mwh": c.total.energy_mwh,
                "longest_event_h": c.total.longest_event_h,
                "depth_mw": c.total.depth_mw,
                "network_limited_hours": c.total.network_limited_hours,
                "generation_limited_hours": c.total.generation_limited_hours,
                "flexible_mw": c.flexible_mw,
                "is_radial": poi.is_radial,
                "limit_mw": poi.hosting.most_mw,
            }
        )
    return rows


def curve_rows(plan: YearPlan) -> list[Row]:
    """MW against hours, MWh, longest event and depth of every POI."""
    return [
        {
            "year": plan.case.year,
            "poi": poi.poi,
            "total_mw": c.total_mw,
            "curtailed_hours": c.hours,
            "curtailed_mwh": c.energy_mwh,
            "energy_frac": c.energy_frac,
            "longest_event_h": c.longest_event_h,
            "depth_mw": c.depth_mw,
            "network_limited_hours": c.network_limited_hours,
            "generation_limited_hours": c.generation_limited_hours,
        }
        for poi in plan.pois.values()
        for c in curve(poi)
    ]


def reinforcement_rows(plan: YearPlan) -> list[Row]:
    """Candidates and committed upgrades with the but-for test of what was built."""
    but_for = {b.option: b for b in plan.sites.but_for} if plan.sites else {}
    branch = plan.case.network.branch
    rows = []
    for entry in upgrade_entries(plan):
        k = branch.id.index(entry["branch"])
        test = but_for.get(entry["id"])
        rows.append(
            {
                "year": plan.case.year,
                "id": entry["id"],
                "name": entry["name"],
                "branch": entry["branch"],
                "rating_normal_mva_before": branch.rating_normal_mva[k],
                "rating_normal_mva_after": entry["rating_normal_mva"],
                "rating_emergency_mva_before": branch.rating_emergency_mva[k],
                "rating_emergency_mva_after": entry["rating_emergency_mva"],
                "built": entry["built"],
                "in_service_from": entry["in_service_from"],
                "capital_cost_musd": entry["capital_cost_musd"],
                "annual_cost_usd": entry["annual_cost_usd"],
                "mw_without_it": test.mw_without_it if test else "",
                "needed_for": ";".join(test.needed_for) if test else "",
            }
        )
    return rows


def dependence_rows(plan: YearPlan) -> list[Row]:
    """Units each request's POIs depend on."""
    by_campus = [(c.id, poi) for c in plan.case.study.campuses for poi in c.poi]
    return [
        {
            "year": plan.case.year,
            "campus": campus,
            "poi": poi,
            "generator": d.generator,
            "fuel": d.fuel,
            "mw_lost": d.mw_lost,
        }
        for campus, poi in by_campus
        for d in plan.dependence
        if d.poi == poi
    ]


def schedule_rows(plan: YearPlan, hourly: Hourly) -> Iterable[Row]:
    """One row per hour and campus."""
    case, values = plan.case, hourly.values
    zone = case.study.timezone
    stamps = [(stamp(t), hour_stamp(t, zone)) for t in case.series.time_utc]
    own_jobs = _members(plan, hourly.labels["job"])
    own_stores = _members(plan, hourly.labels["storage"])
    buses = [plan.sites.sites[i].poi or "" if plan.sites else "" for i in range(len(plan.campuses.campus))]
    columns = [
        values["p_baseline_mw"].sum(axis=2),
        values["p_workload_mw"].sum(axis=2),
        values["p_curtailed_mw"].sum(axis=2),
        _sums(values["p_job_mw"], own_jobs),
        _sums(values["p_charge_mw"], own_stores),
        _sums(values["p_discharge_mw"], own_stores),
        values["p_campus_mw"],
    ]
    for t, (utc, local) in enumerate(stamps):
        for i, campus in enumerate(plan.campuses.campus):
            numbers = [c[t, i] for c in columns]
            yield dict(zip(SCHEDULE_CSV_COLUMNS, (utc, local, campus, buses[i], *numbers), strict=True))


def _sums(values: FloatArray, members: Sequence[Sequence[int]]) -> FloatArray:
    """Sum over the members of each campus, dims (time, campus)."""
    return np.array([values[:, own].sum(axis=1) for own in members]).reshape(len(members), len(values)).T


def _members(plan: YearPlan, labels: Sequence[str]) -> list[list[int]]:
    return [[k for k, name in enumerate(labels) if name.startswith(f"{c}:")] for c in plan.campuses.campus]


def _binding_hour(plan: YearPlan, poi: PoiCapacity) -> str:
    """Hour of least capacity; empty where nothing binds."""
    if not poi.hosting.binding or poi.hosting.firm_mw >= poi.hosting.most_mw - 1e-6:
        return ""
    return hour_stamp(plan.case.series.time_utc[poi.hosting.firm_hour], plan.case.study.timezone)
