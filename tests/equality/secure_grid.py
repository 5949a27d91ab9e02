"""One study stated twice: as a Grid of gridplan and as the rules of the oracles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gridplan.dispatch.grid import Grid, Limits, PlanPoint, Prices
from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray, Outage, listed_outages
from tests.oracles.grid_block import GridRules

RATING_FACTOR = 0.95
UNSERVED_USD_PER_MWH = 10_000.0
OVERLOAD_USD_PER_MWH = 20_000.0


def limits_of(network: Network, scale: float | FloatArray = 1.0) -> Limits:
    """Limits of the network's branches [MW], all multiplied by ``scale``."""
    factor = RATING_FACTOR * np.asarray(scale)
    return Limits(
        normal_mw=network.branch.rating_normal_mva * factor, emergency_mw=network.branch.rating_emergency_mva * factor
    )


def dispatch_grid(
    network: Network,
    series: GridSeries,
    campus_bus: Mapping[str, str],
    *,
    contingencies: Sequence[Contingency] | None = None,
    store_bus: Mapping[str, str] | None = None,
    scale: float | FloatArray = 1.0,
) -> Grid:
    """Grid with campuses (id -> bus) and grid stores (id -> bus) as points; all single outages unless given."""
    points = [PlanPoint(id=name, bus=network.bus_index(bus)) for name, bus in campus_bus.items()]
    stores = (store_bus or {}).items()
    points += [PlanPoint(id=name, bus=network.bus_index(bus), is_campus=False) for name, bus in stores]
    secured = single_outages(network, campus_ids=tuple(campus_bus)) if contingencies is None else contingencies
    prices = Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)
    return Grid(network, series, limits_of(network, scale), prices, points=points, contingencies=secured)


def oracle_rules(
    network: Network,
    n_campus: int = 0,
    *,
    outages: Sequence[Outage] | None = None,
    scale: float | FloatArray = 1.0,
) -> GridRules:
    """Rules of the same study; all single outages unless given."""
    limits = limits_of(network, scale)
    return GridRules(
        unserved_usd_per_mwh=UNSERVED_USD_PER_MWH,
        overload_usd_per_mwh=OVERLOAD_USD_PER_MWH,
        rating_normal_mw=limits.normal_mw,
        rating_emergency_mw=limits.emergency_mw,
        outages=tuple(listed_outages(network, n_campus) if outages is None else outages),
    )


def peak_day(series: GridSeries) -> GridSeries:
    """The 24 hours, from midnight UTC, around the hour of greatest load."""
    first = int(series.load_mw.sum(axis=1).argmax()) // 24 * 24
    return series.hours(slice(first, first + 24))
