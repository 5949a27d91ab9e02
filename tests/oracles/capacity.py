"""Hosting capacity hour by hour, one linear program each, and what a given size would have curtailed.

In: Network, GridSeries, a bus. Out: K_h [MW], then hours, energy, longest event and depth above K_h.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray
from tests.oracles.grid_block import GridRules, add_grid
from tests.oracles.lp import INF, LinearProgram, result_of

CURTAILED_ABOVE_MW = 1e-6


def hosting_capacity_mw(
    network: Network,
    series: GridSeries,
    bus_id: str,
    hours: Iterable[int],
    rules: GridRules,
    other_campus_mw: Mapping[str, float] | None = None,
) -> FloatArray:
    """Largest withdrawal at a bus in each hour with all load served and no rating exceeded.

    Parameters
    ----------
    bus_id : str
        Point of connection; its campus is campus 0, so ``Outage("campus", 0)`` in ``rules.outages`` is the
        loss of the withdrawal that is looked for.
    hours : iterable of int
        Positions in ``series``.
    other_campus_mw : mapping bus id -> MW
        Campuses that already withdraw; the k-th is campus k + 1.

    Returns
    -------
    float, dims (hours,) [MW]
        NaN where the grid cannot meet the criteria at any size.
    """
    hard = replace(rules, has_unserved=False, has_overload=False)
    other = other_campus_mw or {}
    bus = np.array([network.bus_index(b) for b in (bus_id, *other)], dtype=np.int64)
    given = np.array(list(other.values()), dtype=float)
    found = []
    for hour in hours:
        lp = LinearProgram()
        lower, upper = np.append(0.0, given), np.append(INF, given)
        campus = lp.add_columns((1, len(bus)), lower, upper, np.append(1.0, np.zeros(len(given))))
        add_grid(lp, network, series.hours(slice(hour, hour + 1)), hard, (bus, campus), has_cost=False)
        result = lp.solve(maximise=True)
        found.append(result.objective if result.is_optimal else np.nan)
    return np.array(found)


def year_capacity_mw(
    network: Network, series: GridSeries, bus_id: str, hours: Iterable[int], rules: GridRules
) -> FloatArray:
    """The same as ``hosting_capacity_mw`` for many hours: every row of the first hour, then only bounds change.

    The bounds of an hour are those of its intact grid, whose columns and rows come first in the whole program; HiGHS
    starts from the hour before and nothing else is carried over.
    """
    order = list(hours)
    hard = replace(rules, has_unserved=False, has_overload=False)
    whole = _program(network, series, bus_id, order[0], hard)
    highs, cost = whole.loaded(maximise=True), np.zeros(whole.n_column)
    cost[0] = 1.0
    found = []
    for hour in order:
        low, high, row_low, row_high = _program(network, series, bus_id, hour, replace(hard, outages=())).bounds()
        assert len(low) == whole.n_column
        highs.changeColsBounds(len(low), np.arange(len(low), dtype=np.int32), low, high)
        for row, (least, most) in enumerate(zip(row_low, row_high, strict=True)):
            highs.changeRowBounds(row, least, most)
        result = result_of(highs, cost)
        if not result.is_optimal:
            highs.clearSolver()
            result = result_of(highs, cost)
        found.append(result.objective if result.is_optimal else np.nan)
    return np.array(found)


def _program(network: Network, series: GridSeries, bus_id: str, hour: int, rules: GridRules) -> LinearProgram:
    lp = LinearProgram()
    campus = lp.add_columns((1, 1), 0.0, INF, 1.0)
    bus = np.array([network.bus_index(bus_id)], dtype=np.int64)
    add_grid(lp, network, series.hours(slice(hour, hour + 1)), rules, (bus, campus), has_cost=False)
    return lp


@dataclass(frozen=True, kw_only=True)
class Curtailment:
    """What a demand loses above the capacity of each hour."""

    hours: int
    energy_mwh: float
    longest_event_h: int
    depth_mw: float


def curtailment(demand_mw: float | FloatArray, capacity_mw: FloatArray) -> Curtailment:
    """Hours, energy, longest run of hours and greatest depth of max(0, demand - K_h); NaN counts as K_h = 0."""
    lost = np.maximum(0.0, demand_mw - np.maximum(0.0, np.nan_to_num(capacity_mw, nan=0.0)))
    longest, run = 0, 0
    for mw in lost:
        run = run + 1 if mw > CURTAILED_ABOVE_MW else 0
        longest = max(longest, run)
    return Curtailment(
        hours=int((lost > CURTAILED_ABOVE_MW).sum()),
        energy_mwh=float(lost.sum()),
        longest_event_h=longest,
        depth_mw=float(lost.max(initial=0.0)),
    )


def conditional_capacity_mw(
    capacity_mw: FloatArray, *, max_energy_frac: float = INF, max_hours: float = INF, max_event_h: float = INF
) -> float:
    """Largest constant demand whose curtailment keeps all three budgets, by bisection to 1e-9 MW."""

    def is_within(demand_mw: float) -> bool:
        lost = curtailment(demand_mw, capacity_mw)
        return (
            lost.energy_mwh <= max_energy_frac * demand_mw * len(capacity_mw) + 1e-12
            and lost.hours <= max_hours
            and lost.longest_event_h <= max_event_h
        )

    low, high = 0.0, 10.0 * float(np.nanmax(capacity_mw))
    if is_within(high):
        return INF
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if is_within(middle) else (low, middle)
    return low
