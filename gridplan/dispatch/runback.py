"""Hosting a campus that runs back after an outage instead of being down before it.

Every outage that leaves the campus connected stands twice in the grid made here. Right after it the campus still draws
what it drew, and short-time ratings hold. After the runback it draws ``r`` MW less, a column of that outage alone, and
the rating of the outage holds; the units that picked up after the outage give the same MW back. ``r`` is at most the
part of the campus's MW that can be shed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.grid import Grid, Runback
from gridplan.dispatch.hosting import Hosting, hosting_year
from gridplan.dispatch.reach import Reach
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.network.model import FloatArray
from gridplan.network.outage_effects import with_runbacks


@dataclass(frozen=True, kw_only=True)
class RunbackGrid:
    """A grid with runbacks of one point, and the contingency of the plain grid that each runback follows."""

    grid: Grid
    after: tuple[int, ...]
    n_plain: int

    def rows(self, rows: Sequence[RowKey]) -> list[RowKey]:
        """Rows of the plain grid as they stand after the runback, where there is one."""
        at = self._at
        return [(branch, at.get(c, c)) for branch, c in rows]

    def raised_mw(self, raised_mw: Mapping[RowKey, FloatArray]) -> dict[RowKey, FloatArray]:
        """Hourly limits of pre-existing violations, right after an outage and after the runback."""
        at = self._at
        return dict(raised_mw) | {(branch, at[c]): mw for (branch, c), mw in raised_mw.items() if c in at}

    @property
    def _at(self) -> dict[int, int]:
        return {c: self.n_plain + j for j, c in enumerate(self.after) if c != INTACT}


def runback_grid(grid: Grid, point: int, depth_frac: float) -> RunbackGrid:
    """Grid in which the campus at a plan point may run back by a part of its MW after every outage."""
    campuses = grid.campus_points
    campus_bus = [grid.points[i].bus for i in campuses]
    n_plain = len(grid.outages.contingencies)
    other = copy(grid)
    other.outages, after = with_runbacks(grid.outages, grid.network, campus_bus, campuses.index(point))
    immediate = np.maximum(grid.limits.of("short_time"), grid.limits.emergency_mw)
    other.limits = replace(grid.limits, short_time_mw=immediate)
    other.reach = Reach(other.outages, other.limits)
    places = {n_plain + j: j for j in range(len(after))}
    other.runback = Runback(point=point, depth_frac=depth_frac, of_contingency=places)
    return RunbackGrid(grid=other, after=after, n_plain=n_plain)


def post_contingency_year(
    grid: Grid,
    point: int,
    preventive: Hosting,
    *,
    depth_frac: float,
    u_mw: FloatArray,
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
) -> FloatArray:
    """Largest MW of a point in every hour without curtailment before an outage, dims (time,) [MW].

    Parameters
    ----------
    preventive : Hosting
        The same point without runback, all hours; hours that take all MW looked for take them here, too.
    depth_frac : float
        Part of its MW that the campus can give back within the time short-time ratings hold.
    u_mw : float, dims (time, point)
        Withdrawals of the other points.
    """
    capacity = preventive.capacity_mw.copy()
    hours = np.flatnonzero(preventive.is_servable & (capacity < preventive.most_mw - 1e-6))
    if not hours.size or not grid.outages.contingencies:
        return capacity
    back = runback_grid(grid, point, depth_frac)
    found = hosting_year(
        back.grid,
        point,
        u_mw=u_mw,
        most_mw=preventive.most_mw,
        rows=back.rows(preventive.rows),
        raised_mw=back.raised_mw(raised_mw or {}),
        hours=hours,
    )
    capacity[hours] = np.maximum(capacity[hours], found.capacity_mw)
    return capacity
