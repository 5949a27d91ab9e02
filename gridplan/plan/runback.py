"""A POI alone on the grid in post-contingency mode: the campus stays connected and runs back after an outage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.runback import post_contingency_year
from gridplan.errors import input_error
from gridplan.network.model import FloatArray
from gridplan.plan.case import YearCase
from gridplan.plan.event_terms import event_figures
from gridplan.plan.poi import PoiCapacity, curtailment_terms
from gridplan.plan.problems.capacity import curtailment
from gridplan.solution import counted_threshold_mw
from gridplan.study.schema import Campus, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbackCapacity:
    """Hourly capacity of a POI with runback, dims (time,) [MW], and the part of its MW that is given back at most."""

    capacity_mw: FloatArray
    depth_frac: float


def runs_back(study: Study, poi: str, given: str | None) -> bool:
    """Whether a POI is looked at in post-contingency mode: as given, else if all conditional requests ask for it."""
    if given is not None:
        return given == "post_contingency"
    asked = [campus.service for campus in _requests(study, poi) if campus.service.kind == "conditional"]
    return bool(asked) and all(service.curtailment_mode == "post_contingency" for service in asked)


def runback_depth_frac(study: Study, poi: str) -> float:
    """Part of its MW that every request at a POI can shed at once; all of it where there is no request.

    Raises
    ------
    InputError
        If a request takes longer to run back than short-time ratings hold.
    """
    limit_min = study.criteria.short_time_min
    for campus in _requests(study, poi):
        if campus.service.runback_min > limit_min:
            raise input_error(
                "GP-STU-012",
                f"campus {campus.id} runs back within {campus.service.runback_min:g} min; short-time ratings hold "
                f"for {limit_min:g} min",
                "give a shorter service.runback_min, a longer criteria.short_time_min, or curtail before outages",
            )
    return min((min(curtailment_terms(c).max_depth_frac, 1.0) for c in _requests(study, poi)), default=1.0)


def runback_capacities(
    case: YearCase, pois: Sequence[PoiCapacity], farm: Farm, progress: Callable[[str], None]
) -> dict[str, RunbackCapacity]:
    """Hourly capacity with runback of some POIs, each alone."""
    tasks = [(poi, runback_depth_frac(case.study, poi.poi)) for poi in pois]
    if not tasks:
        return {}
    progress(f"runback after outages at {len(tasks)} {'bus' if len(tasks) == 1 else 'buses'}")
    found = farm.map_shared(runback_capacity, case, tasks, name="runback of buses")
    return {poi.poi: back for poi, back in zip(pois, found, strict=True)}


def runback_capacity(case: YearCase, task: tuple[PoiCapacity, float]) -> RunbackCapacity:
    """Hourly capacity with runback of a POI whose preventive one is known, for a farm."""
    poi, depth_frac = task
    points = (PlanPoint(id=poi.poi, bus=case.network.bus_index(poi.poi)),)
    capacity = post_contingency_year(
        case.grid(points),
        0,
        poi.hosting,
        depth_frac=depth_frac,
        u_mw=np.zeros((case.hours, 1)),
        raised_mw=case.raised_mw,
    )
    return RunbackCapacity(capacity_mw=capacity, depth_frac=depth_frac)


def runback_fields(total_mw: float, preventive_mw: FloatArray, back: RunbackCapacity) -> dict[str, Any]:
    """Armed hours of a flat load, and what preventive curtailment would take from it.

    An hour is armed if what is connected in it is more than preventive operation allows: after some outage the campus
    must run back. Its MW are those above preventive capacity.
    """
    armed = np.maximum(np.minimum(total_mw, back.capacity_mw) - preventive_mw, 0.0)
    hours, longest = event_figures(armed, counted_threshold_mw(total_mw))
    before = curtailment(total_mw, preventive_mw, np.zeros(len(armed), dtype=bool))
    return {
        "curtailment_mode": "post_contingency",
        "runback_depth_frac": back.depth_frac,
        "armed_hours": hours,
        "armed_energy_mwh": float(armed.sum()),
        "armed_longest_event_h": longest,
        "armed_depth_mw": float(armed.max(initial=0.0)),
        "preventive_hours": before.hours,
        "preventive_energy_mwh": before.energy_mwh,
    }


def _requests(study: Study, poi: str) -> Sequence[Campus]:
    return [campus for campus in study.campuses if poi in campus.poi]
