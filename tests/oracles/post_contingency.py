"""Curtailment after the outage: one linear program per hour with two sets of rows for every outage.

In: Network, GridSeries, a bus, a flat size u. Out: what is curtailed before (q) and after each outage (r).

Intact, u - q is connected and normal ratings hold. Right after an outage u - q is still connected and short-time
ratings hold. After the runback the campus draws r less, 0 <= r <= u - q, and emergency ratings hold. What the campus
gives back is taken off the units that pick up after that same outage, in the same proportion; nothing else moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import (
    Convention,
    FloatArray,
    IntArray,
    Outage,
    live_bus,
    pickup_frac,
    response,
    response_after_branch,
)
from tests.oracles.grid_block import GridColumns, GridRules, add_grid, driver_columns, effect_of
from tests.oracles.lp import INF, LinearProgram


@dataclass(frozen=True, kw_only=True)
class Runback:
    """Curtailment of one hour: ``q_mw`` before any outage, ``r_mw`` more after each outage; NaN when not secure."""

    status: str
    q_mw: float
    r_mw: Mapping[Outage, float]

    @property
    def is_armed(self) -> bool:
        """Whether some outage needs the runback."""
        return any(mw > 1e-6 for mw in self.r_mw.values())


def post_contingency_capacity_mw(
    network: Network,
    series: GridSeries,
    bus_id: str,
    hours: Iterable[int],
    rules: GridRules,
    short_time_mw: FloatArray,
    other_campus_mw: Mapping[str, float] | None = None,
) -> FloatArray:
    """Largest size of each hour that needs no curtailment before an outage (q = 0), dims (hours,) [MW].

    Parameters
    ----------
    bus_id : str
        Point of connection; its campus is campus 0. Campuses in ``other_campus_mw`` follow and keep their MW.
    short_time_mw : float, dims (branch,) [MW]
        What a branch carries right after an outage, until the runback is done.

    Returns
    -------
    float, dims (hours,) [MW]
        NaN where the grid cannot meet the criteria at any size.
    """
    found = []
    for hour in hours:
        model = _Model(network, series.hours(slice(hour, hour + 1)), bus_id, rules, short_time_mw, other_campus_mw)
        served = model.columns.campus[0, 0]
        result = model.lp_with({int(served): -1.0}).solve()
        found.append(float(result.value[served]) if result.is_optimal else np.nan)
    return np.array(found)


def runback(
    network: Network,
    series: GridSeries,
    bus_id: str,
    hour: int,
    u_mw: float,
    rules: GridRules,
    short_time_mw: FloatArray,
    other_campus_mw: Mapping[str, float] | None = None,
) -> Runback:
    """Curtailment of a size in one hour: least q, then least sum of r over the outages."""
    one = series.hours(slice(hour, hour + 1))
    model = _Model(network, one, bus_id, rules, short_time_mw, other_campus_mw, most_mw=u_mw)
    served, cut = int(model.columns.campus[0, 0]), list(model.r.values())
    first = model.lp_with({served: -1.0}).solve()
    if not first.is_optimal:
        return Runback(status=first.status, q_mw=np.nan, r_mw={})
    least_mw = max(float(first.value[served]) - 1e-7, 0.0)
    second = model.lp_with(dict.fromkeys(cut, 1.0), least_served_mw=least_mw).solve()
    assert second.is_optimal
    return Runback(
        status="optimal",
        q_mw=u_mw - float(first.value[served]),
        r_mw={outage: float(second.value[column]) for outage, column in model.r.items()},
    )


def runback_response(
    network: Network, outage: Outage, bus: int, convention: Convention = "matpower"
) -> FloatArray | None:
    """Flows per MW that a campus draws less after an outage, dims (branch,); None where the outage took it along."""
    change = np.zeros(len(network.bus))
    change[bus] = 1.0
    if outage.kind == "branch":
        live = live_bus(network, outage.position)
        if not live[bus]:
            return None
        change -= pickup_frac(network, at_bus=live)
        return response_after_branch(network, change, outage.position, convention)
    lost_unit = outage.position if outage.kind == "unit" else None
    return response(network, change - pickup_frac(network, lost_unit=lost_unit), convention)


class _Model:
    """The program of one hour without an objective; campus 0 is what stays connected before an outage."""

    def __init__(
        self,
        network: Network,
        series: GridSeries,
        bus_id: str,
        rules: GridRules,
        short_time_mw: FloatArray,
        other_campus_mw: Mapping[str, float] | None,
        most_mw: float = INF,
    ) -> None:
        other = other_campus_mw or {}
        self.bus = np.array([network.bus_index(b) for b in (bus_id, *other)], dtype=np.int64)
        given = np.array(list(other.values()), dtype=float)
        self.lp, self.r = LinearProgram(), dict[Outage, int]()
        campus = self.lp.add_columns((1, len(self.bus)), np.append(0.0, given), np.append(most_mw, given))
        hard = replace(rules, has_unserved=False, has_overload=False)
        before = replace(hard, rating_emergency_mw=np.asarray(short_time_mw, dtype=float))
        self.columns: GridColumns = add_grid(self.lp, network, series, before, (self.bus, campus), has_cost=False)
        for outage in rules.outages:
            self._add_after_runback(network, hard, outage)

    def _add_after_runback(self, network: Network, rules: GridRules, outage: Outage) -> None:
        """flow + driver coefficient + r response within the emergency rating; r at most what is connected."""
        effect = effect_of(network, rules, outage, self.bus)
        limited: IntArray = np.flatnonzero(effect.limited)
        rating, constant = rules.emergency_mw(network)[limited], effect.constant_mw[limited]
        driver = np.broadcast_to(driver_columns(self.columns, outage), len(limited))
        terms = [(self.columns.flow[0, limited], 1.0), (driver, effect.coefficient[limited])]
        is_own = outage.kind == "campus" and outage.position == 0
        moved = None if is_own else runback_response(network, outage, int(self.bus[0]), rules.convention)
        if moved is not None:
            column = self.lp.add_columns((1,), 0.0, INF)
            self.lp.add_rows(-INF, 0.0, [(column, 1.0), (self.columns.campus[0, :1], -1.0)])
            self.r[outage] = int(column[0])
            terms.append((np.broadcast_to(column, len(limited)), moved[limited]))
        self.lp.add_rows(-rating - constant, rating - constant, terms)

    def lp_with(self, cost: Mapping[int, float], least_served_mw: float = 0.0) -> LinearProgram:
        """The same program with a cost on some columns and a least withdrawal."""
        lp = replace(
            self.lp, _columns=list(self.lp._columns), _rows=list(self.lp._rows), _entries=list(self.lp._entries)
        )
        priced = np.array(list(cost), dtype=np.int64)
        value = lp.add_columns((1,), -INF, INF, 1.0)
        matrix = np.array([[cost[int(c)] for c in priced] + [-1.0]])
        lp.add_rows(0.0, 0.0, [], [(matrix, np.append(priced, value))], shape=(1,))
        lp.add_rows(least_served_mw, INF, [(self.columns.campus[0, :1], 1.0)])
        return lp
