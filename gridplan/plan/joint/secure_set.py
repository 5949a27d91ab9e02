"""The sizes of several points that every hour can carry, known from outside by sides that hold in all hours.

A flat withdrawal ``u`` is secure in an hour if the hour's program without any elastic column has a solution. Any row
multipliers ``pi`` of that program give a side ``constant_h(pi) + slope(pi) u <= 0`` of the set, in every hour ``h`` at
once, because between hours only bounds and right-hand sides change. Such multipliers are the duals of "how far can
this ``u`` be reached from nothing" in an hour that falls short of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.cuts import cut_constants, cut_slopes
from gridplan.dispatch.grid import Grid, chunks
from gridplan.dispatch.hosting import BINDING_DUAL, SUPPLY
from gridplan.dispatch.rows import RowKey, row_name
from gridplan.dispatch.year import YearDispatch, result_at
from gridplan.errors import InfeasibleError
from gridplan.network.model import FloatArray, IntArray

#: Shortfall from which on a size is not carried by an hour [MW].
TOLERANCE_MW = 1.0e-6
#: Hours looked at before all others, those whose known sides come nearest.
NEAR_HOURS = 48
#: Duals taken from one size, of the hours that fall shortest.
NEW_DUALS = 16
#: Sides that differ by less than this in normal and room, as part of one, are one.
SAME_SIDE = 1.0e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """``normal u <= room_mw``, normal dims (point,) with largest entry 1; hour -1 where it is no limit of the grid."""

    normal: FloatArray
    room_mw: float
    hour: int = -1
    binding: tuple[str, ...] = ()

    def margin_mw(self, u_mw: FloatArray) -> FloatArray:
        """Room that sizes, dims (..., point), leave [MW]."""
        return np.asarray(self.room_mw - u_mw @ self.normal)


class SecureSet:
    """Sizes of all points of a grid, flat in every hour, that are secure with redispatch and nothing unserved.

    Parameters
    ----------
    grid : Grid
        Its plan points are the points looked at.
    most_mw : float
        Largest MW of one point looked for.
    rows, raised_mw :
        Security rows known to matter; hourly limits of pre-existing violations.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        most_mw: float,
        rows: Sequence[RowKey] = (),
        raised_mw: Mapping[RowKey, FloatArray] | None = None,
    ) -> None:
        self.grid, self.most_mw = grid, most_mw
        self.year = YearDispatch(grid, raised_mw=raised_mw, rows=list(rows))
        self.normals = np.zeros((0, grid.n_point))
        self.room_mw = np.zeros((0, len(grid)))
        self._binding: list[tuple[str, ...]] = []
        self._frame = _frame(grid.n_point, most_mw)
        self._learn(np.array([[1.0], [-1.0]]))

    @property
    def programs(self) -> int:
        """Hourly programs solved so far."""
        return self.year.solved_hours

    def sides(self) -> list[Side]:
        """All sides known: those of the box, then each dual's in the hour where it is tightest."""
        if not len(self.normals):
            return list(self._frame)
        hours = self.room_mw.argmin(axis=1)
        return self._frame + [
            Side(normal=self.normals[k], room_mw=float(self.room_mw[k, h]), hour=int(h), binding=self._binding[k])
            for k, h in enumerate(hours)
        ]

    def near_hours(self, u_mw: FloatArray) -> IntArray:
        """Hours whose known sides leave a size least room; some of all hours while little is known."""
        if len(self.normals) <= 2:
            return np.unique(np.linspace(0, len(self.grid) - 1, NEAR_HOURS).astype(np.int64))
        margin = (self.room_mw - (self.normals @ u_mw)[:, None]).min(axis=0)
        return np.sort(np.argsort(margin, kind="stable")[:NEAR_HOURS])

    def reached_frac(self, u_mw: FloatArray, hours: IntArray) -> float:
        """Part of a size that all the given hours carry, 1 if they carry it; what falls short is learnt."""
        largest = float(u_mw.max(initial=0.0))
        direction = u_mw / largest if largest > 0 else u_mw
        self.year.aim(direction, largest)
        result = self.year.evaluate(hours, np.zeros((len(hours), self.grid.n_point)))
        if not result.is_feasible.all():
            raise self._unservable(int(hours[int(result.is_feasible.argmin())]))
        reached = result.column_mw[:, -1]
        short = np.flatnonzero(reached < largest - TOLERANCE_MW)
        if not short.size:
            return 1.0
        shortest = short[np.argsort(reached[short], kind="stable")][:NEW_DUALS]
        self._learn(self.year.pure_duals(result_at(result, np.sort(shortest))))
        return float(reached.min() / largest)

    def _unservable(self, hour: int) -> InfeasibleError:
        when = np.datetime_as_string(self.grid.series.time_utc[hour], unit="m").replace("T", " ")
        return InfeasibleError(
            f"joint capacity: the hour {when} UTC cannot be served within its limits even with nothing connected; "
            "look at the dispatch without the new points first"
        )

    def _learn(self, duals: FloatArray) -> None:
        """Add the sides of these duals, dims (dual, row), that are new."""
        block = self._nothing_hosted()
        slopes = cut_slopes(block, duals)
        scale = np.abs(slopes).max(axis=1)
        every = np.arange(len(self.grid))
        constants = np.hstack([cut_constants(block, duals, every[part]) for part in chunks(len(self.grid))])
        for k in np.flatnonzero(scale > 0.0):
            normal, room = slopes[k] / scale[k], -constants[k] / scale[k]
            if not self._is_known(normal, room):
                self.normals = np.vstack([self.normals, normal])
                self.room_mw = np.vstack([self.room_mw, room])
                self._binding.append(self._names(duals[k] / scale[k]))

    def _nothing_hosted(self) -> HourBlock:
        """The program that only asks whether there is a dispatch: no cost, nothing free to withdraw."""
        nowhere = np.zeros(self.grid.n_point)
        return replace(self.year.block(), hosting_direction=nowhere, hosting_limit_mw=0.0, cost_weight_mw_per_usd=0.0)

    def _is_known(self, normal: FloatArray, room_mw: FloatArray) -> bool:
        alike = np.abs(self.normals - normal).max(axis=1, initial=0.0) <= SAME_SIDE
        near = SAME_SIDE * (1.0 + np.abs(room_mw))
        return bool((np.abs(self.room_mw[alike] - room_mw) <= near).all(axis=1).any())

    def _names(self, dual: FloatArray) -> tuple[str, ...]:
        """Rows a side stands on, the strongest first; none of them means that supply is short."""
        strength = np.abs(dual[1:])
        rows = np.flatnonzero(strength > BINDING_DUAL)
        order = rows[np.argsort(-strength[rows], kind="stable")]
        return tuple(row_name(self.grid, self.year.pool.keys[r]) for r in order) or (SUPPLY,)


def _frame(n_point: int, most_mw: float) -> list[Side]:
    """No point below 0, none above the largest MW looked for."""
    each = np.eye(n_point)
    return [Side(normal=-e, room_mw=0.0) for e in each] + [Side(normal=e, room_mw=most_mw) for e in each]
