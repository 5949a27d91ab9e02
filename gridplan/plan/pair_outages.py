"""N-1-1 of chosen pairs over a year: both lost at once, and one after the other with dispatch between them.

Comes in: a grid, the states of its dispatch and pairs of single outages. Goes out: what stays overloaded or unserved,
by pair and order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.screen_year import BLOCK_H, StateOf
from gridplan.dispatch.second_outage import (
    OutageYear,
    after_first,
    both,
    checked_after_first,
    dark_buses,
    is_adjustment_free,
    years_after,
)
from gridplan.dispatch.year import YearDispatch, unserved_mw
from gridplan.errors import InfeasibleError
from gridplan.network.contingency import Contingency, Rating
from gridplan.network.model import BoolArray, IntArray
from gridplan.network.outage_effects import without_pickup
from gridplan.series.model import GridSeries

Pair = tuple[Contingency, Contingency]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairYear:
    """A pair in one order, or both at once.

    Parameters
    ----------
    is_adjusted : bool
        Whether the system was dispatched anew between the outages.
    worst : OutageYear
        Where the highest loading is left; hours of it count from the first studied hour.
    is_after_second : bool
        Whether the worst loading is that after both outages, not that between them.
    hours_over : int
        Hours with any branch above its limit, between the outages or after them.
    over_mwh : float
        MW above limits, both stages summed.
    unserved_mwh : float
        Load shed between the outages so that all limits would hold.
    hours_dispatched, hours_without_dispatch : int
        Hours that had to be dispatched anew, and those of them that must-run units leave no dispatch at all.
    dark : bool, dims (bus,)
        Buses that go dark with both.
    dark_mw : float
        Their load in its largest hour.
    """

    first: Contingency
    second: Contingency
    is_adjusted: bool
    worst: OutageYear
    is_after_second: bool
    hours_over: int
    over_mwh: float
    unserved_mwh: float = 0.0
    hours_dispatched: int = 0
    hours_without_dispatch: int = 0
    dark: BoolArray
    dark_mw: float


def both_at_once(grid: Grid, state_of: StateOf, pairs: Sequence[Pair], block_h: int = BLOCK_H) -> list[PairYear]:
    """Every pair with the dispatch as it stands; after it the emergency rating holds.

    Raises
    ------
    InfeasibleError
        If no unit is left to make up for a pair.
    """
    lost = [both(*pair) for pair in pairs]
    together = _with_outages(grid, lost)
    years = years_after(together, state_of, range(len(lost)), len(grid), block_h)
    return [
        PairYear(
            first=first,
            second=second,
            is_adjusted=False,
            worst=year,
            is_after_second=True,
            hours_over=year.hours_over,
            over_mwh=year.over_mwh,
            dark=dark_buses(grid.network, union),
            dark_mw=_dark_mw(grid.series, dark_buses(grid.network, union)),
        )
        for (first, second), union, year in zip(pairs, lost, years, strict=True)
    ]


def without_supply(grid: Grid, pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs that leave no unit to make up for them beside most of the load: no flow after them means anything."""
    lost = [both(*pair) for pair in pairs]
    gone = set(without_pickup(grid.with_outages(lost).outages))
    return [pair for pair, union in zip(pairs, lost, strict=True) if union in gone]


@dataclass(frozen=True, slots=True)
class _Task:
    first: Contingency
    second: Contingency
    rating: Rating
    hours: IntArray


def one_after_the_other(
    grid: Grid,
    state_of: StateOf,
    pairs: Sequence[Pair],
    *,
    rating: Rating = "normal",
    is_dispatch_kept: bool = True,
    block_h: int = BLOCK_H,
    farm: Farm | None = None,
) -> list[PairYear]:
    """Every pair in both orders: lost, dispatched anew, lost.

    The campuses of the grid are not in it: their MW must stand in its load.

    Parameters
    ----------
    rating : {"normal", "emergency", "short_time"}
        What every branch keeps between the outages.
    is_dispatch_kept : bool
        Whether hours whose dispatch keeps all limits as it stands are left alone; only where no MW is lost.
    """
    orders = [order for first, second in pairs for order in ((first, second), (second, first))]
    tasks = []
    for first, second in orders:
        adjusted = after_first(grid, first, second, rating)
        _check_pickup(adjusted)
        hours = np.arange(len(grid))
        if is_dispatch_kept and is_adjustment_free(first, dark_buses(grid.network, first)):
            hours = np.flatnonzero(_is_over(adjusted, state_of, block_h))
        tasks.append(_Task(first, second, rating, hours))
    return (farm or Farm()).map_shared(_adjusted, grid, tasks)


def _is_over(adjusted: Grid, state_of: StateOf, block_h: int) -> BoolArray:
    years = years_after(adjusted, state_of, checked_after_first(adjusted), len(adjusted), block_h)
    return np.asarray(years[0].is_over | years[1].is_over)


def _adjusted(whole: Grid, task: _Task) -> PairYear:
    grid, hours = after_first(whole, task.first, task.second, task.rating), task.hours
    dark = dark_buses(whole.network, both(task.first, task.second))
    result = YearDispatch(grid).evaluate(hours, np.zeros((len(hours), 0)))
    is_solved = result.is_feasible > 0
    solved = hours[is_solved]
    column_mw = result.column_mw[is_solved]
    nothing = np.zeros((len(solved), 0))
    between, after = (
        _in_year(year, solved)
        for year in years_after(
            grid,
            lambda part: grid.state(column_mw[part], nothing[part], solved[part]),
            checked_after_first(grid),
            len(solved),
        )
    )
    is_after = after.loading_frac >= between.loading_frac
    return PairYear(
        first=task.first,
        second=task.second,
        is_adjusted=True,
        worst=after if is_after else between,
        is_after_second=is_after,
        hours_over=int((between.is_over | after.is_over).sum()),
        over_mwh=between.over_mwh + after.over_mwh,
        unserved_mwh=float(unserved_mw(grid, result)[is_solved].sum()),
        hours_dispatched=len(hours),
        hours_without_dispatch=int((~is_solved).sum()),
        dark=dark,
        dark_mw=_dark_mw(whole.series, dark),
    )


def _in_year(year: OutageYear, hours: IntArray) -> OutageYear:
    """With its hour among those of the year; ``is_over`` stays by solved hour."""
    return replace(year, hour=int(hours[year.hour])) if len(hours) else year


def _dark_mw(series: GridSeries, dark: BoolArray) -> float:
    return float(series.load_mw[:, dark].sum(axis=1).max(initial=0.0))


def _with_outages(grid: Grid, lost: Sequence[Contingency]) -> Grid:
    found = grid.with_outages(lost)
    _check_pickup(found)
    return found


def _check_pickup(grid: Grid) -> None:
    lost = without_pickup(grid.outages)
    if lost:
        raise InfeasibleError(
            f"no unit is left to make up for the loss of {lost[0].id}: the flows after it would mean nothing. Let "
            f"more units pick up (is_dispatchable in generator.csv), or choose other pairs."
        )
