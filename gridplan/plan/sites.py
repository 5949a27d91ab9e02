"""Siting of a studied year: requests and options of the study in, chosen sites with their firm split out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, PlanPoint
from gridplan.dispatch.hosting import hosting_year
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearDispatch, unserved_mw
from gridplan.network.model import FloatArray, IntArray
from gridplan.plan.case import YearCase, annual_cost_usd, is_available, rating_factor
from gridplan.plan.poi import PoiCapacity, curtailment_terms
from gridplan.plan.problems.siting import RatingOption, SiteRequest, build_siting, site_pairs
from gridplan.plan.ride_through import ZoneUse, load_loss_limit, stopping_fault, zone_uses
from gridplan.plan.siting_loop import SitingLoop, SitingResult
from gridplan.solution import WORKLOADS, year_share_frac
from gridplan.study.schema import Campus

RADIAL = "radial supply"
NOTHING = "nothing up to the contract"
LOAD_LOSS = "load that one fault may trip"


@dataclass(frozen=True, kw_only=True)
class ChosenSite:
    """Where a request stands and how much of it is connected, firm and conditional [MW].

    ``binding`` is what limits it beside the other campuses, with everything built, in ``binding_hour``.
    """

    campus: str
    poi: str | None
    contract_mw: float
    connected_mw: float
    firm_mw: float
    curtailed_mw: FloatArray
    binding: str
    binding_hour: int | None

    @property
    def conditional_mw(self) -> float:
        """MW above firm that rely on curtailment."""
        return self.connected_mw - self.firm_mw


@dataclass(frozen=True, kw_only=True)
class ButFor:
    """What a built reinforcement is needed for: without it these requests would lose MW."""

    option: str
    mw_without_it: float
    needed_for: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class YearSites:
    """Result of siting one year.

    ``limits`` are the branch limits with everything built; ``built`` maps option id to 0 or 1;
    ``points`` are the (campus, POI) pairs of the siting's dispatch, named ``campus@poi``; ``zones`` are the fault zones
    where the study limits the load one fault may trip.
    """

    sites: tuple[ChosenSite, ...]
    built: Mapping[str, float]
    options: tuple[RatingOption, ...]
    limits: Limits
    but_for: tuple[ButFor, ...]
    points: tuple[PlanPoint, ...]
    result: SitingResult
    zones: tuple[ZoneUse, ...] = ()


def site_year(
    case: YearCase,
    pois: Mapping[str, PoiCapacity],
    *,
    fixed: Mapping[str, str],
    built_before: tuple[str, ...] = (),
    farm: Farm | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> YearSites:
    """Choose POIs, MW and reinforcements of a year.

    Parameters
    ----------
    fixed : mapping of campus id to POI
        Campuses that already stand somewhere.
    built_before : tuple of str
        Reinforcements built in an earlier year.
    farm : Farm, optional
        Who dispatches the years.
    """
    asked = [_request(case, c, fixed.get(c.id)) for c in case.study.campuses if c.contract_mw_in(case.year) > 0]
    requests = [request for request in asked if request.pois]
    if not requests:
        return _nothing_sited(case)
    options = rating_options(case)
    price = case.study.prices.unconnected_usd_per_mw_year * year_share_frac(case.hours)
    plan = build_siting(requests, options, price, load_loss_limit(case))
    _fix(plan.compiled, options, built_before)
    points = [PlanPoint(id=f"{requests[i].id}@{poi}", bus=case.network.bus_index(poi)) for i, poi in plan.sites]
    grid = case.grid(points)
    loop = SitingLoop(
        plan,
        grid,
        case.base_at(len(points)),
        gap_frac=case.study.solve.gap_siting_frac,
        critical_hours=first_hours(grid, pois),
        rows=case.rows,
        raised_mw=dict(case.raised_mw),
        farm=farm,
        progress=progress,
    )
    progress("siting: first round")
    result = loop.run()
    progress("siting: what limits each site")
    limits = limits_with(case, options, result.built)
    strong = grid.with_limits(limits)
    zones = zone_uses(plan, result)
    sites = _chosen(case, strong, requests, result, zones)
    built = {o.id: float(b) for o, b in zip(options, result.built, strict=True)}
    return YearSites(
        sites=sites,
        built=built,
        options=tuple(options),
        limits=limits,
        but_for=_but_for(case, grid, requests, options, result),
        points=tuple(points),
        result=result,
        zones=zones,
    )


def _nothing_sited(case: YearCase) -> YearSites:
    """No request may stand anywhere: the grid stays as it is."""
    cost = case.base.total_cost_usd
    result = SitingResult(
        sites_mw=np.zeros(0),
        built=np.zeros(0),
        curtailed_mw=np.zeros((case.hours, 0)),
        dispatch=case.base_at(0),
        upper_usd=cost,
        lower_usd=cost,
        base_usd=cost,
        gap_frac=0.0,
        critical_hours=np.zeros(0, dtype=np.int64),
        rounds=0,
        status="optimal",
        rows=case.rows,
        load_loss_usd_per_mw=np.zeros(0),
    )
    sites = tuple(_no_site(case, c) for c in case.study.campuses)
    return YearSites(sites=sites, built={}, options=(), limits=case.limits, but_for=(), points=(), result=result)


def rating_options(case: YearCase) -> list[RatingOption]:
    """Candidates that can serve in the year, with what they add to the DC limits."""
    factor, branch = rating_factor(case.study, case.network), case.network.branch
    found = []
    for option in case.study.reinforcements:
        if not is_available(option, case.year):
            continue
        k = branch.id.index(option.branch)
        found.append(
            RatingOption(
                id=option.id,
                branch=k,
                more_normal_mw=max(option.rating_normal_mva * factor[k] - case.limits.normal_mw[k], 0.0),
                more_emergency_mw=max(option.rating_emergency_mva * factor[k] - case.limits.emergency_mw[k], 0.0),
                more_short_time_mw=max(option.rating_emergency_mva * factor[k] - case.limits.of("short_time")[k], 0.0),
                annual_cost_usd=annual_cost_usd(option, case.study.solve.discount_rate_frac)
                * year_share_frac(case.hours),
            )
        )
    return found


def limits_with(case: YearCase, options: list[RatingOption], built: FloatArray) -> Limits:
    """Branch limits with the built options."""
    limits = case.limits
    for option, share in zip(options, built, strict=True):
        limits = option.raised(limits, float(share))
    return limits


def first_hours(grid: Grid, pois: Mapping[str, PoiCapacity]) -> list[int]:
    """First explicit hours: peak net load and the tightest hour of each POI."""
    return sorted({int(np.argmax(grid.balance_mw)), *(p.hosting.firm_hour for p in pois.values())})


def _request(case: YearCase, campus: Campus, fixed_poi: str | None) -> SiteRequest:
    contract = campus.contract_mw_in(case.year)
    is_conditional = campus.service.kind == "conditional"
    radial = {poi for poi in campus.poi if case.is_radial[case.network.bus_index(poi)]}
    accepts = case.study.criteria.accept_radial_supply or is_conditional
    pois = tuple(poi for poi in campus.poi if accepts or poi not in radial)
    terms = curtailment_terms(campus)
    return SiteRequest(
        id=campus.id,
        pois=pois,
        contract_mw=contract,
        block_mw=campus.block_mw,
        shed_frac=terms.max_depth_frac if is_conditional else 0.0,
        curtailment_usd_per_mwh=mean_value_usd_per_mwh(case, campus),
        max_energy_frac=terms.max_energy_frac,
        max_hours=terms.max_hours,
        max_event_h=terms.max_event_h,
        fixed_poi=fixed_poi,
        ride_through_frac=campus.ride_through_frac,
    )


def mean_value_usd_per_mwh(case: YearCase, campus: Campus) -> float:
    """Value of lost work averaged over what the campus can shed [USD/MWh]."""
    value = case.study.prices.computing_value_usd_per_mwh
    shed = campus.workloads.flexibility.shed_frac
    weight = [getattr(campus.workloads.shares, w) * getattr(shed, w) for w in WORKLOADS]
    total = sum(weight)
    return sum(w * getattr(value, name) for w, name in zip(weight, WORKLOADS, strict=True)) / total if total else 0.0


def _fix(compiled: object, options: list[RatingOption], built_before: tuple[str, ...]) -> None:
    for o, option in enumerate(options):
        if option.id in built_before:
            compiled.lower[compiled.columns["is_built"][o]] = 1.0  # type: ignore[attr-defined]


def _chosen(
    case: YearCase, grid: Grid, requests: list[SiteRequest], result: SitingResult, zones: tuple[ZoneUse, ...]
) -> tuple[ChosenSite, ...]:
    """Sites of all campuses of the study; those without a contract or POI get none."""
    pairs = site_pairs(requests)
    by_id = {}
    for i, request in enumerate(requests):
        own = [k for k, (j, _) in enumerate(pairs) if j == i]
        k = max(own, key=lambda k: result.sites_mw[k])
        fault = stopping_fault(zones, request.id, pairs[k][1])
        by_id[request.id] = _site(case, grid, request, k, pairs[k][1], result, fault)
    return tuple(by_id.get(c.id) or _no_site(case, c) for c in case.study.campuses)


def _no_site(case: YearCase, campus: Campus) -> ChosenSite:
    contract = campus.contract_mw_in(case.year)
    return ChosenSite(
        campus=campus.id,
        poi=None,
        contract_mw=contract,
        connected_mw=0.0,
        firm_mw=0.0,
        curtailed_mw=np.zeros(case.hours),
        binding=RADIAL if contract > 0 else "no contract in this year",
        binding_hour=None,
    )


def _site(
    case: YearCase, grid: Grid, request: SiteRequest, k: int, poi: str, result: SitingResult, fault: str | None
) -> ChosenSite:
    """Firm part and binding element of a site, the other campuses given: from the hours that can limit it.

    ``fault`` is the faulted bus whose zone keeps it from its next block; it is what limits the site where the branches
    would take that block.
    """
    connected = float(result.sites_mw[k])
    curtailed = result.curtailed_mw[:, k]
    hours = np.union1d(result.critical_hours, np.flatnonzero(curtailed > SLACK_TOLERANCE_MW))
    others = result.sites_mw - result.curtailed_mw
    others[:, k] = 0.0
    found = hosting_year(
        grid, k, u_mw=others, most_mw=request.contract_mw, rows=result.rows, raised_mw=case.raised_mw, hours=hours
    )
    is_curtailed = bool((curtailed > SLACK_TOLERANCE_MW).any())
    is_free = found.firm_mw >= request.contract_mw - SLACK_TOLERANCE_MW
    binding = NOTHING if is_free or not found.binding else found.binding[0]
    firm = min(found.firm_mw, connected) if is_curtailed else connected
    next_mw = min(request.block_mw, request.contract_mw - connected)
    if fault is not None and found.firm_mw >= connected + next_mw - SLACK_TOLERANCE_MW:
        binding, is_free = f"{LOAD_LOSS}, fault at bus {fault}", True
    if case.is_radial[case.network.bus_index(poi)] and not case.study.criteria.accept_radial_supply:
        firm, binding = 0.0, RADIAL
    return ChosenSite(
        campus=request.id,
        poi=poi if connected > 0 else None,
        contract_mw=request.contract_mw,
        connected_mw=connected,
        firm_mw=firm,
        curtailed_mw=curtailed,
        binding=binding,
        binding_hour=None if is_free else found.firm_hour,
    )


def _but_for(
    case: YearCase,
    grid: Grid,
    requests: list[SiteRequest],
    options: list[RatingOption],
    result: SitingResult,
) -> tuple[ButFor, ...]:
    """Take each built option away and see which single request would have to give up how many MW."""
    found = []
    u_mw = result.sites_mw - result.curtailed_mw
    for o, option in enumerate(options):
        if result.built[o] < 0.5:
            continue
        left = result.built.copy()
        left[o] = 0.0
        weak = grid.with_limits(limits_with(case, options, left))
        year = YearDispatch(weak, raised_mw=case.raised_mw, rows=list(result.rows))
        exact = year.evaluate(np.arange(case.hours), u_mw)
        slack = exact.overload_mw.sum(axis=1) + unserved_mw(weak, exact).sum(axis=1)
        slack -= unserved_mw(grid, case.base).sum(axis=1)
        hours = np.flatnonzero(slack > SLACK_TOLERANCE_MW)
        found.append(_but_for_option(case, weak, requests, option.id, result, hours))
    return tuple(found)


def _but_for_option(
    case: YearCase, weak: Grid, requests: list[SiteRequest], option: str, result: SitingResult, hours: IntArray
) -> ButFor:
    total = float(result.sites_mw.sum())
    if not hours.size:
        return ButFor(option=option, mw_without_it=total, needed_for=())
    lost: dict[str, float] = {}
    for k, (i, _) in enumerate(site_pairs(requests)):
        if result.sites_mw[k] <= 0:
            continue
        others = result.sites_mw - result.curtailed_mw
        others[:, k] = 0.0
        most = float(result.sites_mw[k])
        capacity = hosting_year(
            weak, k, u_mw=others, most_mw=most, rows=result.rows, raised_mw=case.raised_mw, hours=hours
        )
        if capacity.firm_mw > 0:
            lost[requests[i].id] = most - capacity.firm_mw
    if not lost:
        return ButFor(option=option, mw_without_it=0.0, needed_for=tuple(r.id for r in requests))
    return ButFor(option=option, mw_without_it=total - min(lost.values()), needed_for=tuple(lost))
