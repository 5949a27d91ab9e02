"""Load that one fault trips, as plan.json and the answer of ``site`` tell it."""

from __future__ import annotations

from typing import Any

from gridplan.plan.ride_through import ZoneUse
from gridplan.plan.study_year import YearPlan


def load_loss_entry(plan: YearPlan) -> dict[str, Any] | None:
    """Limit and fault zones of a year; None where the study states no limit."""
    criterion = plan.case.study.criteria.load_loss
    if criterion is None:
        return None
    return {
        "limit_mw": criterion.limit_mw,
        "voltage_trip_pu": criterion.voltage_trip_pu,
        "zones": [_zone(plan, use) for use in plan.sites.zones] if plan.sites else [],
    }


def _zone(plan: YearPlan, use: ZoneUse) -> dict[str, Any]:
    sites = plan.sites.sites if plan.sites else ()
    return {
        "faulted_bus": use.zone.faulted_bus,
        "pois": list(use.zone.pois),
        "voltage_pu": list(use.zone.voltage_pu),
        "campuses": [s.campus for s in sites if s.poi in use.zone.pois],
        "tripped_mw": use.tripped_mw,
        "is_binding": use.is_binding,
        "stopped": list(use.stopped),
        "worth_usd_per_mw": use.worth_usd_per_mw,
    }
