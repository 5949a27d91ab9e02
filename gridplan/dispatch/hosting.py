"""Hosting capacity of one point through a year: the largest MW every hour can take with redispatch.

One program an hour, warm from the hour before, with the security rows shared by all hours. What
was tried to solve fewer of them, and why it lost: docs/decisions/0003-hosting-year.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import Grid, chunks
from gridplan.dispatch.rows import RowKey, row_name
from gridplan.dispatch.year import YearDispatch, YearResult
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: A dual this large makes a row binding [MW of hosting per MW of limit].
BINDING_DUAL = 1.0e-3
#: Unused capacity of all units below which supply is what limits an hour [MW].
SPARE_TOLERANCE_MW = 1.0e-3
SUPPLY = "all available generation"


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """Capacity of a point, hour by hour.

    Parameters
    ----------
    capacity_mw : float, dims (time,)
        Largest MW of each hour, at most ``most_mw``; 0 where the hour cannot be served at all.
    is_servable : bool, dims (time,)
        False for hours that are not secure even without the point.
    is_generation_limited : bool, dims (time,)
        Hours below ``most_mw`` in which every unit is at its limit: supply, not a branch, is short.
    binding : tuple of str
        What binds in the hour of least capacity, strongest first.
    rows : tuple of row keys
        Security rows that were needed.
    """

    capacity_mw: FloatArray
    is_servable: BoolArray
    most_mw: float
    is_generation_limited: BoolArray
    firm_mw: float
    firm_hour: int
    binding: tuple[str, ...]
    rows: tuple[RowKey, ...]


def hosting_year(
    grid: Grid,
    point: int,
    *,
    u_mw: FloatArray,
    most_mw: float,
    rows: Sequence[RowKey] = (),
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
    hours: IntArray | None = None,
) -> Hosting:
    """Largest MW at a plan point in every hour, secure, without unserved load or overload.

    Parameters
    ----------
    grid : Grid
    point : int
        Position of the plan point whose MW are looked for.
    u_mw : float, dims (time, point)
        Withdrawals of the other points; the column of ``point`` must be zero.
    most_mw : float
        Largest MW looked for.
    rows : sequence of (branch, contingency)
        Security rows known to matter.
    hours : int, optional
        Only these hours; arrays of the answer then have their length.
    """
    hours = np.arange(len(grid)) if hours is None else hours
    year = YearDispatch(grid, raised_mw=raised_mw, rows=list(rows), hosting_point=point, hosting_limit_mw=most_mw)
    result = year.evaluate(hours, u_mw[hours])
    capacity = np.where(result.is_feasible > 0, result.column_mw[:, -1], 0.0)
    worst = int(np.argmin(capacity))
    is_supply = _spare_mw(grid, result) < SPARE_TOLERANCE_MW
    return Hosting(
        capacity_mw=capacity,
        is_servable=result.is_feasible > 0,
        most_mw=most_mw,
        is_generation_limited=is_supply & (capacity < most_mw - 1e-6),
        firm_mw=float(capacity[worst]),
        firm_hour=int(hours[worst]),
        binding=_binding(grid, year, result.row_dual[worst], bool(is_supply[worst])),
        rows=tuple(year.pool.keys),
    )


def least_capacity(
    grid: Grid,
    point: int,
    *,
    u_mw: FloatArray,
    most_mw: float,
    not_below_mw: FloatArray,
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
    scouts: int = 48,
) -> Hosting:
    """Least capacity of the year where ``not_below_mw`` (time,) is known to be a lower bound of each hour.

    The hours of least bound are solved first; after them only hours whose bound is below the least found.
    """
    order = np.argsort(not_below_mw, kind="stable")[:scouts]
    best = hosting_year(grid, point, u_mw=u_mw, most_mw=most_mw, raised_mw=raised_mw, hours=np.sort(order))
    rest = np.setdiff1d(np.flatnonzero(not_below_mw < best.firm_mw - 1e-9), order)
    if not rest.size:
        return best
    found = hosting_year(grid, point, u_mw=u_mw, most_mw=most_mw, rows=best.rows, raised_mw=raised_mw, hours=rest)
    return found if found.firm_mw < best.firm_mw else best


def _spare_mw(grid: Grid, result: YearResult) -> FloatArray:
    units = grid.columns.of("generator")
    spare = np.empty(len(result.hours))
    for part in chunks(len(spare)):
        upper = grid.column_bounds_mw(result.hours[part])[1]
        spare[part] = (upper[:, units] - result.column_mw[part][:, units]).sum(axis=1)
    return spare


def _binding(grid: Grid, year: YearDispatch, dual: FloatArray, is_supply: bool) -> tuple[str, ...]:
    if is_supply:
        return (SUPPLY,)
    rows = np.flatnonzero(np.abs(dual[1:]) > BINDING_DUAL)
    order = rows[np.argsort(-np.abs(dual[1:][rows]), kind="stable")]
    return tuple(row_name(grid, year.pool.keys[r]) for r in order)
