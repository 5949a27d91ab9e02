"""One studied year from capacity to schedule: the order of the three problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses
from gridplan.campus.shift_pairs import with_shifts
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Failover, Grid, PlanPoint
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearResult
from gridplan.plan.base_case import check_pickup
from gridplan.plan.case import YearCase
from gridplan.plan.cycles import ScheduleResult, solve_schedule
from gridplan.plan.dependence import UnitDependence, unit_dependence
from gridplan.plan.parts.storage import Store
from gridplan.plan.poi import CampusCapacity, PoiCapacity, campus_capacities, poi_capacities
from gridplan.plan.sites import YearSites, site_year
from gridplan.solution import STORAGE_MEMBER, member_label

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class YearPlan:
    """Everything a studied year gave.

    ``grid`` is the dispatch grid of the schedule: points are all campuses in study order, then the
    grid stores, limits with everything built. ``final`` is the dispatch of the schedule.
    """

    case: YearCase
    pois: Mapping[str, PoiCapacity]
    capacities: tuple[CampusCapacity, ...]
    dependence: tuple[UnitDependence, ...]
    sites: YearSites | None
    campuses: Campuses
    grid: Grid
    schedule: ScheduleResult

    @property
    def final(self) -> YearResult:
        """Dispatch of every hour at the scheduled withdrawals."""
        schedule, n_time = self.schedule, self.case.hours
        return YearResult(
            hours=np.arange(n_time),
            u_mw=schedule.u_mw,
            cost_usd=schedule.cost_usd,
            column_mw=schedule.column_mw,
            row_dual=np.zeros((n_time, 1)),
            overload_mw=schedule.overload_mw[:, None],
            is_feasible=np.ones(n_time, dtype=np.int64),
        )


def plan_year(
    case: YearCase,
    *,
    farm: Farm,
    fixed: Mapping[str, str],
    built_before: tuple[str, ...] = (),
    progress: Progress = lambda _: None,
) -> YearPlan:
    """Capacity of every candidate POI, then sites, then the schedule of what is connected."""
    asked = [c for c in case.study.campuses if c.contract_mw_in(case.year) > 0]
    check_pickup(case.grid([PlanPoint(id=c.id, bus=case.network.bus_index(c.poi[0])) for c in asked]))
    pois = poi_capacities(case, farm=farm, progress=progress)
    progress("flexible MW of each request")
    capacities = farm.once("flexible MW", lambda: campus_capacities(case, pois), about=(case, pois))
    progress("units each POI depends on")
    dependence = farm.once("units POIs depend on", lambda: unit_dependence(case, pois), about=(case, pois))
    sites = None
    if pois:
        sites = farm.once(
            "siting",
            lambda: site_year(case, pois, fixed=fixed, built_before=built_before, farm=farm, progress=progress),
            about=(case, pois, dict(fixed), built_before),
        )
    campuses, grid, schedule = schedule_year(case, sites, farm=farm, progress=progress)
    return YearPlan(
        case=case,
        pois=pois,
        capacities=tuple(capacities),
        dependence=tuple(dependence),
        sites=sites,
        campuses=campuses,
        grid=grid,
        schedule=schedule,
    )


def schedule_year(
    case: YearCase, sites: YearSites | None, *, farm: Farm, progress: Progress
) -> tuple[Campuses, Grid, ScheduleResult]:
    """Schedule of the connected campuses and the grid's stores."""
    connected = {s.campus: s.connected_mw for s in sites.sites} if sites else {}
    study = case.study
    campuses = build_campuses(
        study, case.year, connected, case.series.time_utc, case.series.measured, case.series.modelled
    )
    points, stores = schedule_points(case, sites, campuses)
    bus = case.network.bus
    placed = {p.id: (float(bus.latitude_degree[p.bus]), float(bus.longitude_degree[p.bus])) for p in points}
    campuses = with_shifts(campuses, study, placed)
    grid = case.grid(points, limits=sites.limits if sites else None, failovers=schedule_failovers(campuses))
    rows: tuple[RowKey, ...] = tuple(dict.fromkeys([*case.rows, *_campus_free(case, sites)]))
    schedule = solve_schedule(
        grid,
        campuses,
        stores,
        case.base_at(len(points)),
        rows,
        raised_mw=dict(case.raised_mw),
        gap_frac=study.solve.gap_schedule_frac,
        farm=farm,
        progress=progress,
    )
    return campuses, grid, schedule


def schedule_points(
    case: YearCase, sites: YearSites | None, campuses: Campuses
) -> tuple[list[PlanPoint], tuple[Store, ...]]:
    """Points of the schedule, campuses in study order and then grid stores, and all stores."""
    network = case.network
    chosen = {s.campus: s.poi for s in sites.sites} if sites else {}
    points = []
    for campus in case.study.campuses:
        poi = chosen.get(campus.id) or campus.poi[0]
        points.append(PlanPoint(id=campus.id, bus=network.bus_index(poi)))
    stores = [
        Store(
            id=s.label,
            point=s.campus,
            p_mw=s.p_mw,
            e_mwh=s.e_mwh,
            efficiency_roundtrip_frac=s.efficiency_roundtrip_frac,
        )
        for s in campuses.storage
    ]
    for i, name in enumerate(network.storage.id):
        point = member_label(STORAGE_MEMBER, name)
        points.append(PlanPoint(id=point, bus=int(network.storage.bus[i]), is_campus=False))
        stores.append(
            Store(
                id=name,
                point=point,
                p_mw=float(network.storage.p_mw[i]),
                e_mwh=float(network.storage.e_mwh[i]),
                efficiency_roundtrip_frac=float(network.storage.efficiency_roundtrip_frac[i]),
            )
        )
    return points, tuple(stores)


def schedule_failovers(campuses: Campuses) -> tuple[Failover, ...]:
    """Failovers of the schedule, whose first points are the campuses; those that never raise anything are left out."""
    at = campuses.campus.index
    return tuple(
        Failover(lost=at(pair.campus), raised=at(pair.to), raised_mw=mw)
        for pair, mw in zip(campuses.failover, campuses.failover_mw, strict=True)
        if mw.any()
    )


def _campus_free(case: YearCase, sites: YearSites | None) -> list[RowKey]:
    """Rows of siting that mean the same on the schedule's grid: campus outages have other positions there."""
    if sites is None:
        return []
    count = len(case.plain.outages.contingencies)
    return [key for key in sites.result.rows if key[1] < count]
