"""Answers of the ``site`` and ``schedule`` commands, in the JSON shapes of the command contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridplan.plan.event_terms import event_figures
from gridplan.plan.study_year import YearPlan
from gridplan.solution import SCHEMA_VERSION, counted_threshold_mw
from gridplan.store.hourly import hourly_results
from gridplan.store.load_loss import load_loss_entry
from gridplan.store.upgrades import upgrade_entries
from gridplan.study.schema import Study
from gridplan.summary import ORDER


def site_answer(study: Study, plans: list[YearPlan]) -> dict[str, Any]:
    """Where every request connects, how large in which year, and what is built when."""
    last = plans[-1]
    results = [p.sites.result for p in plans if p.sites]
    network = last.case.network
    first_built: dict[str, int] = {}
    for plan in plans:
        for entry in upgrade_entries(plan):
            if entry["built"]:
                first_built.setdefault(entry["id"], plan.case.year)
    upgrades = {e["id"]: e for e in upgrade_entries(last)}
    return {
        **_head(study, results),
        "investment": {
            "value": sum(upgrades[u]["capital_cost_musd"] for u in first_built),
            "unit": "million USD",
        },
        "campuses": [
            {
                "id": campus.id,
                "bus": last.sites.sites[i].poi if last.sites else None,
                "mw_by_year": {str(p.case.year): p.sites.sites[i].connected_mw if p.sites else 0.0 for p in plans},
                "service": campus.service.kind,
            }
            for i, campus in enumerate(study.campuses)
        ],
        "reinforcements": [
            {
                "id": name,
                "from_bus": network.bus.id[network.branch.from_bus[network.branch.id.index(upgrades[name]["branch"])]],
                "to_bus": network.bus.id[network.branch.to_bus[network.branch.id.index(upgrades[name]["branch"])]],
                "count": 1,
                "year": year,
            }
            for name, year in first_built.items()
        ],
        "load_loss": {str(p.case.year): load_loss_entry(p) for p in plans},
    }


def schedule_answer(study: Study, plans: list[YearPlan]) -> dict[str, Any]:
    """Energy and curtailment of every campus by year."""
    campuses = []
    for plan in plans:
        hourly = hourly_results(plan)
        for i, campus in enumerate(study.campuses):
            lost = hourly.values["p_curtailed_mw"][:, i].sum(axis=1)
            hours, longest = event_figures(lost, counted_threshold_mw(campus.contract_mw_in(plan.case.year)))
            campuses.append(
                {
                    "year": plan.case.year,
                    "id": campus.id,
                    "bus": plan.sites.sites[i].poi if plan.sites else None,
                    "energy_mwh": float(hourly.values["p_campus_mw"][:, i].sum()),
                    "curtailed_mwh": float(lost.sum()),
                    "hours": hours,
                    "longest_event_h": longest,
                    "depth_mw": float(lost.max(initial=0.0)),
                }
            )
    return {**_head(study, [p.schedule for p in plans]), "campuses": campuses}


def _head(study: Study, results: Sequence[Any]) -> dict[str, Any]:
    """Status, objective, bound, gap and basis over all years."""
    criteria = study.criteria
    return {
        "schema_version": SCHEMA_VERSION,
        "status": max((r.status for r in results), key=ORDER.index) if results else "optimal",
        "objective": sum(r.upper_usd for r in results),
        "bound": sum(r.lower_usd for r in results),
        "gap": max((r.gap_frac for r in results), default=0.0),
        "basis": {
            "commitment": criteria.commitment,
            "security": criteria.security,
            "pre_existing": criteria.pre_existing,
            "dc_convention": criteria.dc_convention,
            "load_basis": criteria.load_basis,
        },
    }
