"""Units a firm MW depends on: take one away, and the point takes so many MW less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.grid import PlanPoint, unit_output_mw
from gridplan.dispatch.hosting import hosting_year
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import IntArray
from gridplan.plan.case import YearCase
from gridplan.plan.poi import PoiCapacity

#: Tightest hours that are looked at again without each unit.
TIGHT_HOURS = 3
#: Loss below which a unit does not count [MW].
LEAST_LOSS_MW = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDependence:
    """MW a POI loses when a unit is away, over the POI's tightest hours.

    Hours that the grid cannot serve securely without the unit even before any campus do not count:
    there the grid itself depends on the unit, not the campus.
    """

    poi: str
    generator: str
    fuel: str
    mw_lost: float


def unit_dependence(case: YearCase, pois: Mapping[str, PoiCapacity], keep: int = 8) -> list[UnitDependence]:
    """Largest losses of every POI, in its ``TIGHT_HOURS`` tightest hours.

    Every (unit, hour) pair is an hour of its own in one pass, with that unit's availability at zero. A unit that gives
    nothing where the POI takes most cannot matter there: that dispatch stands without it, too.
    """
    found: list[UnitDependence] = []
    for poi in pois.values():
        losses = _losses(case, poi)
        found += [
            UnitDependence(
                poi=poi.poi,
                generator=case.network.generator.id[g],
                fuel=case.network.generator.fuel[g],
                mw_lost=float(losses[g]),
            )
            for g in np.argsort(-losses, kind="stable")[:keep]
            if losses[g] > LEAST_LOSS_MW
        ]
    return found


def _losses(case: YearCase, poi: PoiCapacity) -> np.ndarray:
    capacity = poi.hosting.capacity_mw
    tight = np.sort(np.argsort(capacity, kind="stable")[:TIGHT_HOURS])
    hours, units = _pairs_that_count(case, poi, tight)
    losses = np.zeros(len(case.network.generator))
    if not hours.size:
        return losses
    series = case.series
    p_max = series.p_max_mw[hours].copy()
    p_max[np.arange(len(hours)), units] = 0.0
    start = series.time_utc[0].astype("datetime64[s]")
    stamps = start + np.arange(len(hours)) * np.timedelta64(3600, "s")
    trial = replace(
        series,
        time_utc=stamps,
        load_mw=series.load_mw[hours],
        p_max_mw=p_max,
        p_min_mw=np.minimum(series.p_min_mw[hours], p_max),
        temperature_degc=None,
        measured=(),
    )
    point = PlanPoint(id=poi.poi, bus=case.network.bus_index(poi.poi))
    grid = case.grid((point,)).with_series(trial)
    raised = {key: limit[hours] for key, limit in case.raised_mw.items()}
    found = hosting_year(
        grid,
        0,
        u_mw=np.zeros((len(hours), 1)),
        most_mw=poi.hosting.most_mw,
        rows=poi.hosting.rows,
        raised_mw=raised,
    )
    without = np.where(found.is_servable, found.capacity_mw, np.inf)
    np.maximum.at(losses, units, capacity.min() - without)
    return losses


def _pairs_that_count(case: YearCase, poi: PoiCapacity, tight: IntArray) -> tuple[IntArray, IntArray]:
    """Hours and units, pair by pair, in which the unit gives something in the dispatch of most MW."""
    grid = case.grid((PlanPoint(id=poi.poi, bus=case.network.bus_index(poi.poi)),))
    year = YearDispatch(
        grid,
        raised_mw=case.raised_mw,
        rows=list(poi.hosting.rows),
        hosting_point=0,
        hosting_limit_mw=poi.hosting.most_mw,
    )
    result = year.evaluate(tight, np.zeros((len(tight), 1)))
    output = unit_output_mw(grid, result.column_mw[:, : len(grid.columns.kind)], tight)
    counts = (output > 0.0) | (case.series.p_min_mw[tight] > 0.0) | (result.is_feasible == 0)[:, None]
    counts &= (case.series.p_max_mw[tight] > 0) & ~case.network.generator.is_fixed
    at, units = np.nonzero(counts)
    return tight[at], units
