"""The grid of one hour as linear maps: columns of the dispatch, state of the network, hourly data.

Comes in: Network, GridSeries, limits, prices, outages and the buses where a plan withdraws.
Goes out: ``Grid``, from which rows, blocks, screens and prices are made. Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.network.contingency import Contingency, OutageTable, Rating, outage_table
from gridplan.network.cost_blocks import block_start_mw
from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.network.sensitivity import DcConvention, ptdf, shift_flow_mw
from gridplan.series.model import GridSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Branch limits the DC dispatch compares with, dims (branch,) [MW]; without short-time ones the emergency holds.

    ``middle_mw`` is for limits of the intact network that are not the same in both directions, such as those of
    angles: ``abs(f - middle_mw) <= normal_mw``. None is the middle at 0. Headroom and hosting know no middle.
    """

    normal_mw: FloatArray
    emergency_mw: FloatArray
    middle_mw: FloatArray | None = None
    short_time_mw: FloatArray | None = None

    def of(self, rating: Rating) -> FloatArray:
        """Limit of every branch under a rating, dims (branch,) [MW]."""
        short_time = self.emergency_mw if self.short_time_mw is None else self.short_time_mw
        return {"normal": self.normal_mw, "emergency": self.emergency_mw, "short_time": short_time}[rating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of the elastic dispatch [USD/MWh]; overload > unserved > any computing value."""

    unserved_usd_per_mwh: float
    overload_usd_per_mwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """A bus where the plan withdraws; a campus is an outage of its own, a grid store is not."""

    id: str
    bus: int
    is_campus: bool = True


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Columns of one hour: generator blocks, dc lines, unserved load, spill; slacks follow the rows.

    ``owner`` is the position of the unit, dc line or bus a column belongs to; ``block`` its cost block.
    """

    kind: tuple[str, ...]
    owner: IntArray
    block: IntArray
    cost_usd_per_mwh: FloatArray

    def of(self, kind: str) -> IntArray:
        """Positions of the columns of a kind."""
        return np.flatnonzero(np.array(self.kind) == kind)


#: Cached arrays that belong to the hours of a grid.
_HOURLY = ("fixed_injection_mw", "fixed_state", "balance_mw", "column_bounds_mw", "varying_columns")
#: Cached arrays that belong to the columns of a grid.
_OF_COLUMNS = ("state_of_columns", "balance_of_columns", "column_bounds_mw", "varying_columns")


class Grid:
    """Everything about a year of dispatch that does not change between solves.

    Parameters
    ----------
    points : sequence of PlanPoint
        Where plan withdrawals ``u_mw`` (time, point) enter.
    contingencies : sequence of Contingency
        Outages to secure against; campuses refer to the campus points in order.
    """

    def __init__(
        self,
        network: Network,
        series: GridSeries,
        limits: Limits,
        prices: Prices,
        *,
        points: Sequence[PlanPoint] = (),
        contingencies: Sequence[Contingency] = (),
        convention: DcConvention = "matpower",
        factors: FloatArray | None = None,
    ) -> None:
        self.network, self.series, self.limits, self.prices = network, series, limits, prices
        self.points = tuple(points)
        self.factors = ptdf(network, convention=convention) if factors is None else factors
        self.shift_mw = shift_flow_mw(network, self.factors, convention)
        self.campus_points = tuple(i for i, p in enumerate(self.points) if p.is_campus)
        campus_bus = [self.points[i].bus for i in self.campus_points]
        self.outages: OutageTable = outage_table(network, self.factors, contingencies, campus_bus)
        self.columns = _columns(network, series, prices)

    def __len__(self) -> int:
        """Count of hours."""
        return len(self.series)

    def __getstate__(self) -> dict[str, object]:
        """What another process needs; hourly arrays that can be made again stay behind."""
        return {name: value for name, value in self.__dict__.items() if name not in _HOURLY}

    def part(self, hours: slice) -> Grid:
        """Same grid over some of its hours; what does not depend on the hour is shared."""
        other = copy(self)
        other.series = self.series.hours(hours)
        return other

    def with_limits(self, limits: Limits) -> Grid:
        """Same grid with other branch limits (a reinforcement that leaves reactances as they are)."""
        other = copy(self)
        other.limits = limits
        other.__dict__.pop("limit_after_mw", None)
        return other

    def with_cost_blocks(self, width_mw: FloatArray, cost_usd_per_mwh: FloatArray) -> Grid:
        """Same grid with other cost blocks, each dims (generator, block) [MW], [USD/MWh]."""
        other = copy(self)
        unit = replace(self.network.generator, block_width_mw=width_mw, block_cost_usd_per_mwh=cost_usd_per_mwh)
        other.network = replace(self.network, generator=unit)
        other.columns = _columns(other.network, self.series, self.prices)
        for name in _OF_COLUMNS:
            other.__dict__.pop(name, None)
        return other

    def with_prices(self, prices: Prices) -> Grid:
        """Same grid with other prices of unserved load and overload."""
        other = copy(self)
        other.prices, other.columns = prices, _columns(self.network, self.series, prices)
        return other

    @property
    def n_point(self) -> int:
        """Count of plan points."""
        return len(self.points)

    @cached_property
    def state_of_columns(self) -> FloatArray:
        """State per MW of each column, dims (state, column)."""
        layout, columns, net = self.outages.layout, self.columns, self.network
        state = np.zeros((len(layout), len(columns.kind)))
        flow = state[: layout.n_branch]
        blocks, dc = columns.of("generator"), columns.of("dc_line")
        flow[:, blocks] = self.factors[:, net.generator.bus[columns.owner[blocks]]]
        state[layout.generator + columns.owner[blocks], blocks] = 1.0
        line = columns.owner[dc]
        received = 1.0 - net.dc_line.loss_frac[line]
        flow[:, dc] = received * self.factors[:, net.dc_line.to_bus[line]] - self.factors[:, net.dc_line.from_bus[line]]
        state[layout.dc_line + line, dc] = 1.0
        for kind, sign in (("unserved", 1.0), ("spill", -1.0)):
            at = columns.of(kind)
            flow[:, at] = sign * self.factors[:, columns.owner[at]]
        return state

    @cached_property
    def state_of_points(self) -> FloatArray:
        """State per MW withdrawn at each plan point, dims (state, point)."""
        layout = self.outages.layout
        state = np.zeros((len(layout), self.n_point))
        for i, point in enumerate(self.points):
            state[: layout.n_branch, i] = -self.factors[:, point.bus]
        for c, i in enumerate(self.campus_points):
            state[layout.campus + c, i] = 1.0
        return state

    @cached_property
    def fixed_injection_mw(self) -> FloatArray:
        """Output of fixed units, first blocks' start, less native load and shunt conductance, dims (time, bus) [MW]."""
        net, series = self.network, self.series
        injection = -series.load_mw - net.bus.gs_mw
        np.add.at(injection.T, net.generator.bus, unit_start_mw(net)[:, None])
        fixed = np.flatnonzero(net.generator.is_fixed)
        np.add.at(injection.T, net.generator.bus[fixed], series.p_max_mw[:, fixed].T)
        return injection

    @cached_property
    def fixed_state(self) -> FloatArray:
        """State that comes from data alone, dims (time, state)."""
        layout, net = self.outages.layout, self.network
        state = np.zeros((len(self), len(layout)))
        state[:, : layout.n_branch] = self.fixed_injection_mw @ self.factors.T + self.shift_mw
        fixed = np.flatnonzero(net.generator.is_fixed)
        state[:, layout.generator : layout.dc_line] = unit_start_mw(net)
        state[:, layout.generator + fixed] = self.series.p_max_mw[:, fixed]
        return state

    @cached_property
    def balance_mw(self) -> FloatArray:
        """Native load less fixed units, dims (time,) [MW]: what the columns must deliver."""
        return np.asarray(-self.fixed_injection_mw.sum(axis=1))

    @cached_property
    def balance_of_columns(self) -> FloatArray:
        """Net injection per MW of each column, dims (column,)."""
        sign = {"generator": 1.0, "unserved": 1.0, "spill": -1.0, "dc_line": 0.0}
        total = np.array([sign[kind] for kind in self.columns.kind])
        dc = self.columns.of("dc_line")
        total[dc] = -self.network.dc_line.loss_frac[self.columns.owner[dc]]
        return total

    @cached_property
    def column_bounds_mw(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds of the columns, each dims (time, column) [MW]."""
        return _column_bounds(self.network, self.series, self.columns)

    def supply_range_mw(self) -> tuple[FloatArray, FloatArray]:
        """Least and most that all plan points can withdraw together, each dims (time,) [MW].

        Overload can be bought, energy cannot: outside this range an hour has no dispatch at all.
        """
        ends = [bound * self.balance_of_columns for bound in self.column_bounds_mw]
        least, most = np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)
        return least - self.balance_mw, most - self.balance_mw

    @cached_property
    def varying_columns(self) -> npt.NDArray[np.int32]:
        """Columns whose bounds differ between hours."""
        lower, upper = self.column_bounds_mw
        return np.flatnonzero((np.ptp(lower, axis=0) > 0) | (np.ptp(upper, axis=0) > 0)).astype(np.int32)

    def state(self, column_mw: FloatArray, u_mw: FloatArray, hours: IntArray | slice) -> FloatArray:
        """State of solved hours, dims (time, state) [MW], from columns (time, column) and u (time, point)."""
        return np.asarray(self.fixed_state[hours] + column_mw @ self.state_of_columns.T + u_mw @ self.state_of_points.T)

    @cached_property
    def limit_after_mw(self) -> FloatArray:
        """Limit by the rating of each contingency, dims (branch, contingency) [MW]; infinite where not monitored."""
        limit = np.repeat(self.limits.emergency_mw[:, None], len(self.outages.contingencies), axis=1)
        for c, lost in enumerate(self.outages.contingencies):
            if lost.rating != "emergency":
                limit[:, c] = self.limits.of(lost.rating)
        return np.where(self.outages.is_monitored, limit, np.inf)

    def rating_of(self, contingency: int) -> Rating:
        """Rating that holds with everything in service (-1) or after a contingency."""
        return "normal" if contingency < 0 else self.outages.contingencies[contingency].rating


def _columns(network: Network, series: GridSeries, prices: Prices) -> Columns:
    kind: list[str] = []
    owner: list[int] = []
    block: list[int] = []
    cost: list[float] = []

    def add(what: str, who: int | np.integer[Any], part: int, usd: float) -> None:
        kind.append(what)
        owner.append(int(who))
        block.append(part)
        cost.append(float(usd))

    unit = network.generator
    most_mw = series.p_max_mw.max(axis=0, initial=-np.inf)
    for g in np.flatnonzero(~unit.is_fixed & (most_mw > unit_start_mw(network))):
        for k in np.flatnonzero(unit.block_width_mw[g] > 0):
            add("generator", g, int(k), unit.block_cost_usd_per_mwh[g, k])
    for d in range(len(network.dc_line)):
        add("dc_line", d, 0, 0.0)
    for b in np.flatnonzero(series.load_mw.max(axis=0, initial=0.0) > 0):
        add("unserved", b, 0, prices.unserved_usd_per_mwh)
    fixed = np.flatnonzero(unit.is_fixed & (series.p_max_mw.max(axis=0, initial=0.0) > 0))
    for b in np.unique(unit.bus[fixed]):
        add("spill", b, 0, 0.0)
    return Columns(
        kind=tuple(kind), owner=np.array(owner, dtype=np.int64), block=np.array(block), cost_usd_per_mwh=np.array(cost)
    )


def _column_bounds(network: Network, series: GridSeries, columns: Columns) -> tuple[FloatArray, FloatArray]:
    lower = np.zeros((len(series), len(columns.kind)))
    upper = np.zeros_like(lower)
    unit = network.generator
    before = np.cumsum(unit.block_width_mw, axis=1) - unit.block_width_mw + unit_start_mw(network)[:, None]
    blocks = columns.of("generator")
    g, k = columns.owner[blocks], columns.block[blocks]
    upper[:, blocks] = np.clip(series.p_max_mw[:, g] - before[g, k], 0.0, unit.block_width_mw[g, k])
    lower[:, blocks] = np.clip(series.p_min_mw[:, g] - before[g, k], 0.0, upper[:, blocks])
    dc, unserved = columns.of("dc_line"), columns.of("unserved")
    lower[:, dc] = network.dc_line.p_min_mw[columns.owner[dc]]
    upper[:, dc] = network.dc_line.p_max_mw[columns.owner[dc]]
    upper[:, unserved] = np.maximum(series.load_mw[:, columns.owner[unserved]], 0.0)
    for j in columns.of("spill"):
        at_bus = unit.is_fixed & (unit.bus == columns.owner[j])
        upper[:, j] = series.p_max_mw[:, at_bus].sum(axis=1)
    return lower, upper


def unit_start_mw(network: Network) -> FloatArray:
    """Output at which the blocks of each unit begin, dims (generator,): below 0 where a unit can draw power."""
    return np.where(network.generator.is_fixed, 0.0, block_start_mw(network.generator.p_min_mw))


def unit_output_mw(grid: Grid, column_mw: FloatArray, hours: slice | IntArray) -> FloatArray:
    """Output of every unit, fixed ones included, dims (time, generator) [MW]."""
    output = np.tile(unit_start_mw(grid.network), (len(column_mw), 1))
    blocks = grid.columns.of("generator")
    np.add.at(output.T, grid.columns.owner[blocks], column_mw[:, blocks].T)
    fixed = np.flatnonzero(grid.network.generator.is_fixed)
    output[:, fixed] = grid.series.p_max_mw[hours][:, fixed]
    return output
