"""Units a firm MW depends on: take one away, and the point takes so many MW less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.hosting import hosting_year
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

    Every (unit, hour) pair is an hour of its own in one pass, with that unit's availability at zero.
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
    units = np.flatnonzero((case.series.p_max_mw[tight].max(axis=0) > 0) & ~case.network.generator.is_fixed)
    hours = np.repeat(tight, len(units))
    series = case.series
    p_max = series.p_max_mw[hours].copy()
    p_max[np.arange(len(hours)), np.tile(units, len(tight))] = 0.0
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
    without = np.where(found.is_servable, found.capacity_mw, np.inf).reshape(len(tight), len(units)).min(axis=0)
    losses = np.zeros(len(case.network.generator))
    losses[units] = np.maximum(capacity.min() - without, 0.0)
    return losses
