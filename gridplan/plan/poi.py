"""Every candidate POI alone on the grid: hourly capacity, firm N-1 and N-0, headroom, binding elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.headroom import headroom
from gridplan.dispatch.hosting import Hosting, hosting_year, least_capacity
from gridplan.dispatch.rows import INTACT, row_name
from gridplan.dispatch.year import state_mw
from gridplan.plan.case import YearCase
from gridplan.plan.problems.capacity import (
    Curtailment,
    CurtailmentTerms,
    conditional_total_mw,
    curtailment,
    flexible_mw,
)
from gridplan.study.schema import Campus

#: Beyond the largest request at a POI, capacity is looked for up to this factor of it.
LOOK_BEYOND = 1.5


@dataclass(frozen=True, kw_only=True)
class PoiCapacity:
    """One POI alone on the grid."""

    poi: str
    is_radial: bool
    hosting: Hosting
    firm_n0_mw: float
    n0_binding: str
    headroom_mw: float
    headroom_binding: str


@dataclass(frozen=True, kw_only=True)
class CampusCapacity:
    """One request at one of its POIs, alone on the grid."""

    campus: str
    poi: str
    firm_mw: float
    total: Curtailment
    flexible_mw: float


def poi_capacities(case: YearCase, *, farm: Farm, progress: Callable[[str], None]) -> dict[str, PoiCapacity]:
    """Capacity of every candidate POI of the study's requests, each alone, before any reinforcement."""
    most = largest_requests(case)
    tasks = [(poi, LOOK_BEYOND * mw) for poi, mw in most.items()]
    progress(f"capacity of {len(tasks)} candidate POIs")
    found = farm.map_shared(
        poi_capacity_of,
        case,
        tasks,
        lambda i: progress(f"capacity: {i + 1} of {len(tasks)} POIs done"),
        name="capacity of POIs",
    )
    return {answer.poi: answer for answer in found}


def largest_requests(case: YearCase) -> dict[str, float]:
    """Largest request of the year at each candidate POI [MW], POIs in the order of the study."""
    most: dict[str, float] = {}
    for campus in case.study.campuses:
        for poi in campus.poi:
            most[poi] = max(most.get(poi, 0.0), campus.contract_mw_in(case.year))
    return {poi: mw for poi, mw in most.items() if mw > 0}


def poi_capacity(case: YearCase, poi: str, most_mw: float) -> PoiCapacity:
    """Capacity of one POI: hour by hour N-1, least N-0, and headroom without redispatch."""
    bus = case.network.bus_index(poi)
    points = (PlanPoint(id=poi, bus=bus),)
    u_mw = np.zeros((case.hours, 1))
    grid = case.grid(points)
    base = case.base_at(1)
    hosting = hosting_year(grid, 0, u_mw=u_mw, most_mw=most_mw, rows=case.rows, raised_mw=case.raised_mw)
    intact = case.grid(points, security="n-0")
    least = least_capacity(
        intact,
        0,
        u_mw=u_mw,
        most_mw=most_mw,
        not_below_mw=hosting.capacity_mw,
        raised_mw={key: limit for key, limit in case.raised_mw.items() if key[1] == INTACT},
    )
    room = headroom(
        grid,
        state_mw(grid, base),
        0,
        cutoff_frac=case.study.criteria.distribution_factor_cutoff_frac,
        most_mw=most_mw,
    )
    return PoiCapacity(
        poi=poi,
        is_radial=bool(case.is_radial[bus]),
        hosting=hosting,
        firm_n0_mw=least.firm_mw,
        n0_binding=binding_text(least),
        headroom_mw=room.p_mw,
        headroom_binding=row_name(grid, room.key) if room.key else "nothing up to the largest MW looked for",
    )


def poi_capacity_of(case: YearCase, task: tuple[str, float]) -> PoiCapacity:
    """``poi_capacity`` of a POI and the largest MW looked for there, for a farm."""
    poi, most_mw = task
    return poi_capacity(case, poi, most_mw)


def binding_text(hosting: Hosting) -> str:
    """What binds first, in planner's words."""
    if hosting.firm_mw >= hosting.most_mw - 1e-6 or not hosting.binding:
        return "nothing up to the largest MW looked for"
    return hosting.binding[0]


def campus_capacities(case: YearCase, pois: dict[str, PoiCapacity]) -> list[CampusCapacity]:
    """Firm, conditional and flexible MW of every request at each of its POIs."""
    found = []
    for campus in case.study.campuses:
        if campus.contract_mw_in(case.year) > 0:
            found += [_campus_capacity(case, campus, pois[poi]) for poi in campus.poi]
    return found


def curtailment_terms(campus: Campus) -> CurtailmentTerms:
    """Terms of a request as limits on a flat load; the depth is what its workloads can shed."""
    terms, flex = campus.service.terms, campus.workloads
    depth = sum(s * f for s, f in zip(flex.shares.values(), flex.flexibility.shed_frac.values(), strict=True))
    return CurtailmentTerms(
        max_energy_frac=terms.max_energy_frac,
        max_hours=terms.max_hours,
        max_event_h=terms.max_event_h,
        max_depth_frac=depth,
    )


def _campus_capacity(case: YearCase, campus: Campus, poi: PoiCapacity) -> CampusCapacity:
    hosting = poi.hosting
    firm = firm_mw(case, poi)
    total = conditional_total_mw(hosting.capacity_mw, curtailment_terms(campus), hosting.most_mw)

    without_jobs = campus.model_copy(update={"workloads": campus.workloads.model_copy(update={"jobs": ()})})
    study = case.study.model_copy(update={"campuses": (without_jobs,)})

    def connected(mw: float) -> Campuses:
        return build_campuses(
            study, case.year, {campus.id: mw}, case.series.time_utc, case.series.measured, case.series.modelled
        )

    return CampusCapacity(
        campus=campus.id,
        poi=poi.poi,
        firm_mw=firm,
        total=curtailment(total, hosting.capacity_mw, hosting.is_generation_limited),
        flexible_mw=flexible_mw(connected, hosting.capacity_mw, hosting.most_mw),
    )


def firm_mw(case: YearCase, poi: PoiCapacity) -> float:
    """MW that may be called firm: none at a radial POI unless the study accepts radial supply."""
    if poi.is_radial and not case.study.criteria.accept_radial_supply:
        return 0.0
    return poi.hosting.firm_mw


def curve(poi: PoiCapacity, count: int = 30) -> Sequence[Curtailment]:
    """Curtailment of flat loads from the least capacity up to the largest MW looked for."""
    hosting = poi.hosting
    sizes = (
        np.linspace(hosting.firm_mw, hosting.most_mw, count) if hosting.firm_mw < hosting.most_mw else [hosting.most_mw]
    )
    return [curtailment(float(u), hosting.capacity_mw, hosting.is_generation_limited) for u in sizes]
