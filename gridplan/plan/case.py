"""The grid of one studied year: network, hourly data, limits, outages and prices a plan works with."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Failover, Grid, PlanPoint, Prices
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearResult
from gridplan.errors import InfeasibleError
from gridplan.network.bridges import find_bridges
from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.load_loss import cut_off_buses, ruled
from gridplan.network.model import BoolArray, FloatArray, Network
from gridplan.plan.base_case import base_dispatch
from gridplan.series.model import GridSeries
from gridplan.study.schema import Reinforcement, Study


@dataclass(frozen=True, kw_only=True)
class YearCase:
    """One studied year before any campus.

    ``limits`` hold committed upgrades but no candidate; ``plain`` is the grid without campuses, ``base`` its
    secure dispatch, ``raised_mw`` the hourly limits of pairs it overloads; ``rows`` the rows it needed; ``sets``
    the contingencies of files.
    """

    year: int
    study: Study
    network: Network
    series: GridSeries
    limits: Limits
    prices: Prices
    plain: Grid
    base: YearResult
    raised_mw: Mapping[RowKey, FloatArray]
    rows: tuple[RowKey, ...]
    is_radial: BoolArray
    sets: tuple[Contingency, ...] = ()

    @property
    def hours(self) -> int:
        """Count of studied hours."""
        return len(self.series)

    def grid(
        self,
        points: Sequence[PlanPoint],
        *,
        limits: Limits | None = None,
        security: str | None = None,
        failovers: Sequence[Failover] = (),
    ) -> Grid:
        """Dispatch grid with these plan points; ``security`` replaces the study's."""
        campus_ids = [p.id for p in points if p.is_campus]
        listed = listed_outages(self.study, self.network, campus_ids, security, self.sets)
        grid = self.plain if listed else self.plain.with_outages(())
        if limits is not None:
            grid = grid.with_limits(limits)
        return grid.with_points(points, listed[len(grid.outages.contingencies) :], failovers)

    def base_at(self, n_point: int) -> YearResult:
        """The base dispatch as a result on a grid with this many plan points, all at zero."""
        return replace(self.base, u_mw=np.zeros((self.hours, n_point)))


def listed_outages(
    study: Study,
    network: Network,
    campus_ids: Sequence[str],
    security: str | None = None,
    sets: Sequence[Contingency] = (),
) -> tuple[Contingency, ...]:
    """Contingencies the study asks for: single elements, ``sets`` of files, campuses last; none under N-0.

    A single element that a set names alone is the set: it keeps the name, rating and permission of the file.
    """
    if (security or study.criteria.security) == "n-0":
        return ()
    kinds = study.criteria.contingencies
    single = single_outages(
        network,
        branches=kinds.branches,
        units=kinds.units,
        dc_poles=kinds.dc_poles,
        campus_ids=campus_ids if kinds.campuses else (),
    )
    named = {lost.content for lost in sets}
    left = [ruled(network, lost, kinds.categories.P1) for lost in single if not named or lost.content not in named]
    return (*(lost for lost in left if not lost.campuses), *sets, *(lost for lost in left if lost.campuses))


def year_case(
    study: Study,
    year: int,
    network: Network,
    series: GridSeries,
    farm: Farm | None = None,
    sets: tuple[Contingency, ...] = (),
) -> YearCase:
    """Grid of a studied year from the grid and weather year of the data, ``sets`` the contingencies of files.

    Raises
    ------
    InfeasibleError
        If the grid cannot serve its own load without campuses; cause, hour and MW are named.
    """
    grid = year_grid(study, year, network, series, sets)
    try:
        base, rows, raised = base_dispatch(study, grid, farm)
    except InfeasibleError as error:
        raise InfeasibleError(f"{year}: {error}" if len(study.years) > 1 else str(error)) from None
    return YearCase(
        year=year,
        study=study,
        network=grid.network,
        series=grid.series,
        limits=grid.limits,
        prices=grid.prices,
        plain=grid,
        base=base,
        raised_mw=raised,
        rows=rows,
        is_radial=radial_buses(grid.network, () if study.criteria.security == "n-0" else sets),
        sets=sets,
    )


def year_grid(
    study: Study,
    year: int,
    network: Network,
    series: GridSeries,
    sets: Sequence[Contingency] = (),
    security: str | None = None,
) -> Grid:
    """Grid of a studied year without campuses; ``security`` replaces the study's."""
    network = _with_changes(study, year, network)
    series = _year_series(study, year, network, series)
    factor = rating_factor(study, network)
    limits = Limits(
        normal_mw=network.branch.rating_normal_mva * factor,
        emergency_mw=network.branch.rating_emergency_mva * factor,
        short_time_mw=network.branch.rating_short_time_mva * factor,
    )
    prices = Prices(
        unserved_usd_per_mwh=study.prices.unserved_usd_per_mwh, overload_usd_per_mwh=study.prices.overload_usd_per_mwh
    )
    outages = listed_outages(study, network, (), security, sets)
    return Grid(
        network,
        series,
        limits,
        prices,
        contingencies=outages,
        convention=study.criteria.dc_convention,
    )


def rating_factor(study: Study, network: Network) -> FloatArray:
    """MW limit of the DC model per MVA of rating, dims (branch,): what is left beside Mvar."""
    by_branch = study.criteria.dc_rating_factor_by_branch
    return np.array([by_branch.get(name, study.criteria.dc_rating_factor) for name in network.branch.id])


def is_available(option: Reinforcement, year: int) -> bool:
    """Whether a candidate can serve in a year: in service by 1 June, before the summer peak."""
    return option.earliest_in_service <= datetime.date(year, 6, 1)


def annual_cost_usd(option: Reinforcement, discount_rate_frac: float) -> float:
    """Yearly cost of a candidate by the capital recovery factor [USD/year].

    ``a = C r / (1 - (1 + r)^-n)``; C / n at zero interest.
    """
    capital, r, n = option.capital_cost_musd * 1e6, discount_rate_frac, option.life_years
    return capital / n if r == 0 else capital * r / (1.0 - (1.0 + r) ** -n)


def radial_buses(network: Network, sets: Sequence[Contingency] = ()) -> BoolArray:
    """Buses cut off by some single branch outage, or by a set after which no load may be lost, dims (bus,)."""
    cut = find_bridges(network).cut_off()
    for lost in sets:
        if not lost.is_load_loss_allowed:
            cut |= cut_off_buses(network, lost)
    return cut


def _with_changes(study: Study, year: int, network: Network) -> Network:
    """Committed upgrades in service and units retired by the year."""
    normal = network.branch.rating_normal_mva.copy()
    emergency = network.branch.rating_emergency_mva.copy()
    short_time = network.branch.rating_short_time_mva.copy()
    for upgrade in study.base_case.committed_upgrades:
        if upgrade.in_service <= datetime.date(year, 6, 1):
            k = network.branch.id.index(upgrade.branch)
            normal[k], emergency[k] = upgrade.rating_normal_mva, upgrade.rating_emergency_mva
            short_time[k] = max(short_time[k], emergency[k])
    network = network.with_branch(
        rating_normal_mva=normal, rating_emergency_mva=emergency, rating_short_time_mva=short_time
    )
    retired = {r.generator for r in study.base_case.retirements if r.from_year <= year}
    if not retired:
        return network
    gone = np.array([g in retired for g in network.generator.id])
    unit = replace(
        network.generator,
        p_max_mw=np.where(gone, 0.0, network.generator.p_max_mw),
        p_min_mw=np.where(gone, 0.0, network.generator.p_min_mw),
        is_dispatchable=network.generator.is_dispatchable & ~gone,
    )
    return replace(network, generator=unit)


def _year_series(study: Study, year: int, network: Network, series: GridSeries) -> GridSeries:
    """Studied hours with load growth, the prior queue and retired units."""
    series = series.hours(study.hour_slice(len(series))).with_load_scale(study.base_case.load_scale(year))
    load = series.load_mw.copy()
    for committed in study.base_case.committed_loads:
        if committed.from_year <= year:
            load[:, network.bus_index(committed.bus)] += committed.p_mw
    off = network.generator.p_max_mw <= 0
    return replace(
        series,
        load_mw=load,
        p_max_mw=np.where(off, 0.0, series.p_max_mw),
        p_min_mw=np.where(off, 0.0, series.p_min_mw),
    )
