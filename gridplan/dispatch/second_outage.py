"""N-1-1: what a second outage does, without and with adjustment of the system after the first.

Without adjustment the dispatch stands as it is and both elements are lost at once. With it, the grid after the first
outage is a grid of its own, dispatched anew so that the second would do no harm; both orders of a pair are such grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.grid import Grid, chunks
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.rows import INTACT
from gridplan.dispatch.screen_year import BLOCK_H, OVER_MW, StateOf
from gridplan.network.contingency import Contingency, Rating, live_buses
from gridplan.network.model import BoolArray, FloatArray, Network
from gridplan.series.model import GridSeries

#: Category of two independent outages with adjustment between them, TPL-001-5 table 1.
CATEGORY = "P6"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageYear:
    """A year after one outage: its worst branch, and what all branches add up to.

    Parameters
    ----------
    branch, hour : int
        Where and when the highest loading is reached; ``branch`` is -1 where no branch has a limit.
    flow_mw, limit_mw : float
        Flow on it and limit that holds [MW].
    hours_over : int
        Hours in which any branch is above its limit.
    over_mwh : float
        MW above the limits, summed over branches and hours.
    is_over : bool, dims (time,)
    """

    branch: int
    hour: int
    flow_mw: float
    limit_mw: float
    over_mwh: float
    is_over: BoolArray

    @property
    def hours_over(self) -> int:
        """Hours in which any branch is above its limit."""
        return int(self.is_over.sum())

    @property
    def loading_frac(self) -> float:
        """Flow per limit; 0 where nothing has a limit."""
        return self.flow_mw / self.limit_mw if self.branch >= 0 else 0.0


def both(first: Contingency, second: Contingency) -> Contingency:
    """Both outages as one."""
    return Contingency(
        id=f"{first.id} + {second.id}",
        category=CATEGORY,
        branches=tuple(dict.fromkeys((*first.branches, *second.branches))),
        generators=tuple(dict.fromkeys((*first.generators, *second.generators))),
        dc_lines=tuple(dict.fromkeys((*first.dc_lines, *second.dc_lines))),
        is_set=True,
    )


def years_after(
    grid: Grid, state_of: StateOf, contingencies: Sequence[int], n_hours: int, block_h: int = BLOCK_H
) -> list[OutageYear]:
    """Each contingency of the grid, ``INTACT`` for none, against every branch in all ``n_hours`` states."""
    sums = [_Sum(grid, c, n_hours) for c in contingencies]
    for hours in chunks(n_hours, block_h):
        state = state_of(hours)
        for one in sums:
            one.take(state, hours)
    return [one.year() for one in sums]


class _Sum:
    def __init__(self, grid: Grid, contingency: int, n_hours: int) -> None:
        table = grid.outages
        first, end = (0, 0) if contingency == INTACT else table.start[contingency : contingency + 2]
        sources = np.arange(first, end)
        self.source, self.effect = table.source[sources], table.effect_columns(sources).T
        self.limit_mw = _limit_mw(grid, contingency)
        self.worst, self.over_mwh = (-1, 0, 0.0), 0.0
        self.is_over = np.zeros(n_hours, dtype=bool)

    def take(self, state: FloatArray, hours: slice) -> None:
        size = np.abs(state[:, : len(self.limit_mw)] + state[:, self.source] @ self.effect)
        over = size - self.limit_mw
        self.is_over[hours] = (over > OVER_MW).any(axis=1)
        self.over_mwh += float(over[over > OVER_MW].sum())
        at = size.argmax(axis=0)
        most = size[at, np.arange(size.shape[1])]
        loading = np.divide(most, self.limit_mw, out=np.zeros(len(most)), where=self.limit_mw > 0)
        k = int(loading.argmax()) if loading.size else -1
        before = self.worst[2] / self.limit_mw[self.worst[0]] if self.worst[0] >= 0 else -1.0
        if k >= 0 and np.isfinite(self.limit_mw[k]) and loading[k] > before + 1e-12:
            self.worst = (k, hours.start + int(at[k]), float(most[k]))

    def year(self) -> OutageYear:
        branch, hour, flow = self.worst
        limit = float(self.limit_mw[branch]) if branch >= 0 else np.inf
        return OutageYear(
            branch=branch, hour=hour, flow_mw=flow, limit_mw=limit, over_mwh=self.over_mwh, is_over=self.is_over
        )


def _limit_mw(grid: Grid, contingency: int) -> FloatArray:
    """Limit of every branch after a contingency, infinite where it is not monitored, dims (branch,) [MW]."""
    if contingency == INTACT:
        return grid.limits.normal_mw
    table = grid.outages
    limit = grid.limits.of(table.contingencies[contingency].rating)
    return np.where(table.not_monitored[:, [contingency]].toarray()[:, 0], np.inf, limit)


def dark_buses(network: Network, lost: Contingency) -> BoolArray:
    """Buses that go dark with an outage, dims (bus,)."""
    return ~live_buses(network, lost)


def after_first(grid: Grid, first: Contingency, second: Contingency, rating: Rating = "normal") -> Grid:
    """Grid after the first outage, to be dispatched secure against the second.

    Units and dc lines that are lost or dark are off, and dark load is gone. Where branches are lost the flows come
    from the outage table of the whole grid, as those after the first contingency, which then stands for the intact
    grid: it and the second need no new factorisation.

    Parameters
    ----------
    rating : {"normal", "emergency", "short_time"}
        What every branch keeps between the outages; after the second its emergency rating holds.
    """
    dark = dark_buses(grid.network, first)
    network, series = _network_after(grid.network, first, dark), _series_after(grid.series, grid.network, first, dark)
    kept, listed = grid.limits.of(rating), [second]
    limits = Limits(normal_mw=kept, emergency_mw=grid.limits.emergency_mw)
    if first.branches:
        # The rating between the outages stands in the place of the short-time one, which nothing else asks for here.
        open_mw = np.full(len(kept), np.inf)
        limits = Limits(normal_mw=open_mw, emergency_mw=grid.limits.emergency_mw, short_time_mw=kept)
        gone = Contingency(id=first.id, category=CATEGORY, branches=first.branches, rating="short_time", is_set=True)
        listed = [gone, replace(both(gone, second), rating="emergency")]
    return Grid(network, series, limits, grid.prices, contingencies=listed, factors=grid.factors)


def checked_after_first(adjusted: Grid) -> tuple[int, int]:
    """Contingencies of a grid of ``after_first``: that of the grid between the outages, and that of the second."""
    return (0, 1) if len(adjusted.outages.contingencies) > 1 else (INTACT, 0)


def is_adjustment_free(first: Contingency, dark: BoolArray) -> bool:
    """Whether the dispatch before the first outage stands after it unless a limit is broken: no MW is lost by it."""
    return not (first.generators or first.dc_lines or dark.any())


def _network_after(network: Network, first: Contingency, dark: BoolArray) -> Network:
    unit, dc = network.generator, network.dc_line
    off = _off_units(network, first, dark)
    open_ = dark[dc.from_bus] | dark[dc.to_bus]
    open_[list(first.dc_lines)] = True
    return replace(
        network,
        bus=replace(network.bus, gs_mw=np.where(dark, 0.0, network.bus.gs_mw)),
        generator=replace(
            unit,
            p_max_mw=np.where(off, 0.0, unit.p_max_mw),
            p_min_mw=np.where(off, 0.0, unit.p_min_mw),
            is_dispatchable=unit.is_dispatchable & ~off,
        ),
        dc_line=replace(dc, p_max_mw=np.where(open_, 0.0, dc.p_max_mw), p_min_mw=np.where(open_, 0.0, dc.p_min_mw)),
    )


def _series_after(series: GridSeries, network: Network, first: Contingency, dark: BoolArray) -> GridSeries:
    off = _off_units(network, first, dark)
    if not (dark.any() or off.any()):
        return series
    return replace(
        series,
        load_mw=np.where(dark, 0.0, series.load_mw),
        p_max_mw=np.where(off, 0.0, series.p_max_mw),
        p_min_mw=np.where(off, 0.0, series.p_min_mw),
    )


def _off_units(network: Network, first: Contingency, dark: BoolArray) -> BoolArray:
    off = dark[network.generator.bus]
    off[list(first.generators)] = True
    return np.asarray(off)
