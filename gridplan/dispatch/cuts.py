"""Value-function cuts: one dual vector bounds the cost of every hour from below.

``V_h(u) >= pi+'(L_h - T u) - pi-'(U_h - T u) + sum_j [max(0, rc_j) l_jh + min(0, rc_j) w_jh]``
with ``rc = c - A' pi`` recomputed from the stored pi. Valid for any pi (weak duality), because
between hours only sides and bounds change, never the matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.network.model import FloatArray, IntArray

#: Digits kept of a dual when two are compared.
DUAL_DIGITS = 7
#: Hours worked on at a time, so that memory does not grow with the year.
CHUNK_HOURS = 366


def cut_slopes(block: HourBlock, duals: FloatArray) -> FloatArray:
    """Slope of each dual, dims (cut, point) [USD/MWh]: cost of one more MW withdrawn."""
    return np.asarray(-_clipped(block, duals) @ block.plan_matrix)


def cut_constants(block: HourBlock, duals: FloatArray, hours: IntArray) -> FloatArray:
    """Bound of every dual in every given hour at u = 0, dims (cut, time) [USD].

    Parameters
    ----------
    duals : float, dims (cut, row)
        Any row multipliers; those of flow rows are cut off at the overload price.
    """
    duals = _clipped(block, duals)
    reduced = block.cost - duals @ block.matrix
    lower, upper = block.column_bounds(hours)
    side_lower, side_upper = block.row_bounds(hours)
    return np.asarray(
        np.maximum(duals, 0.0) @ side_lower.T
        + np.minimum(duals, 0.0) @ side_upper.T
        + np.maximum(reduced, 0.0) @ lower.T
        + np.minimum(reduced, 0.0) @ upper.T
    )


def own_cuts(block: HourBlock, duals: FloatArray, hours: IntArray) -> tuple[FloatArray, FloatArray]:
    """Each hour's own cut: constants (time,) [USD] and slopes (time, point), duals dims (time, row)."""
    duals = _clipped(block, duals)
    constant = np.zeros(len(hours))
    for first in range(0, len(hours), CHUNK_HOURS):
        part = slice(first, first + CHUNK_HOURS)
        reduced = block.cost - duals[part] @ block.matrix
        lower, upper = block.column_bounds(hours[part])
        side_lower, side_upper = block.row_bounds(hours[part])
        constant[part] = np.where(duals[part] > 0, duals[part] * side_lower, duals[part] * side_upper).sum(
            axis=1
        ) + np.where(reduced > 0, reduced * lower, reduced * upper).sum(axis=1)
    return constant, np.asarray(-duals @ block.plan_matrix)


def _clipped(block: HourBlock, duals: FloatArray) -> FloatArray:
    """Duals padded to the rows of the block; beyond the overload price a slack would make the bound loose."""
    wide = np.zeros((len(duals), block.n_row + 1))
    wide[:, : duals.shape[1]] = duals
    if block.is_elastic:
        price = block.grid.prices.overload_usd_per_mwh
        wide[:, 1:] = np.clip(wide[:, 1:], -price, price)
    return wide


@dataclass(kw_only=True)
class CutPool:
    """Distinct duals met so far, shared by all hours; rows added later have zero weight in older ones."""

    _duals: list[FloatArray] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._duals)

    def add(self, duals: FloatArray) -> int:
        """Add the dual vectors, dims (cut, row), that are new; returns how many were."""
        before = len(self._duals)
        for dual in duals:
            key = np.trim_zeros(np.round(dual, DUAL_DIGITS) + 0.0, "b").tobytes()
            if key not in self._seen:
                self._seen.add(key)
                self._duals.append(dual)
        return len(self._duals) - before

    def duals(self, block: HourBlock) -> FloatArray:
        """All duals over the rows of a block, dims (cut, row)."""
        wide = np.zeros((len(self), block.n_row + 1))
        for i, dual in enumerate(self._duals):
            wide[i, : len(dual)] = dual
        return wide

    def best(self, block: HourBlock, hours: IntArray, *u_mw: FloatArray) -> list[tuple[FloatArray, IntArray]]:
        """Best lower bound (time,) [USD] and the dual that gives it (time,), for each of several plans ``u_mw``.

        Parameters
        ----------
        u_mw : float, dims (time, point)
            Withdrawals in the given hours.
        """
        duals = self.duals(block)
        slopes = cut_slopes(block, duals)
        found = [(np.zeros(len(hours)), np.zeros(len(hours), dtype=np.int64)) for _ in u_mw]
        for first in range(0, len(hours), CHUNK_HOURS):
            part = slice(first, min(first + CHUNK_HOURS, len(hours)))
            constants = cut_constants(block, duals, hours[part])
            for (bound, which), u in zip(found, u_mw, strict=True):
                values = constants + slopes @ u[part].T
                which[part] = values.argmax(axis=0)
                bound[part] = values.max(axis=0)
        return found
