"""Limits of movable work that a study states for one campus, as data: caps along measured curves, rules of events."""

from __future__ import annotations

import math

from gridplan.campus.model import EventRule
from gridplan.campus.power_cap import PowerCap, cap_segments
from gridplan.solution import WORKLOADS, counted_threshold_mw
from gridplan.study.schema import Campus


def power_caps(campus: Campus) -> tuple[PowerCap, ...]:
    """Measured curves of the classes that may be capped, where the study asks for them; none for firm service."""
    flexibility = campus.workloads.flexibility
    if flexibility.power_cap == "linear" or campus.service.kind == "firm":
        return ()
    found = [
        PowerCap(
            campus=campus.id,
            workload=workload,
            segments=cap_segments(workload, shed_frac, flexibility.idle_floor_frac),
        )
        for workload, shed_frac in zip(WORKLOADS, flexibility.shed_frac.values(), strict=True)
    ]
    return tuple(cap for cap in found if cap.segments)


def event_rule(campus: Campus, contract_mw: float) -> EventRule:
    """Longest event of the terms of a conditional campus, and the rebound of its waiting work."""
    longest_h = campus.service.terms.max_event_h if campus.service.kind == "conditional" else math.inf
    return EventRule(
        campus=campus.id,
        max_event_h=math.floor(longest_h) if math.isfinite(longest_h) else None,
        free_mw=counted_threshold_mw(contract_mw),
        rebound_frac=campus.workloads.flexibility.rebound_frac,
    )
