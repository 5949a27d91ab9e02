"""Value-function cuts: one dual vector bounds the cost of every hour from below.

``V_h(u) >= pi+'(L_h - T u) - pi-'(U_h - T u) + sum_j [max(0, rc_j) l_jh + min(0, rc_j) w_jh]``
with ``rc = c - A' pi`` recomputed from the stored pi. Valid for any pi (weak duality), because
between hours only sides and bounds change, never the matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.network.model import FloatArray

#: Digits kept of a dual when two are compared.
DUAL_DIGITS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Affine lower bounds of one dual: constant (time,) [USD] and slope (point,) [USD/MWh]."""

    constant_usd: FloatArray
    slope_usd_per_mwh: FloatArray


def cut_of_dual(block: HourBlock, dual: FloatArray) -> Cut:
    """Bound that a dual vector gives on every hour of the year.

    Parameters
    ----------
    dual : float, dims (row,)
        Any row multipliers; duals of flow rows are cut off at the overload price.
    """
    return cuts_of_duals(block, dual[None, :])[0]


def cuts_of_duals(block: HourBlock, duals: FloatArray) -> list[Cut]:
    """Bounds of several dual vectors at once, dims of ``duals`` (cut, row)."""
    if block.is_elastic:
        price = block.grid.prices.overload_usd_per_mwh
        duals = np.hstack([duals[:, :1], np.clip(duals[:, 1:], -price, price)])
    reduced = block.cost - duals @ block.matrix
    everything = slice(None)
    lower, upper = block.column_bounds(everything)
    side_lower, side_upper = block.row_bounds(everything)
    constant = (
        np.maximum(duals, 0.0) @ side_lower.T
        + np.minimum(duals, 0.0) @ side_upper.T
        + np.maximum(reduced, 0.0) @ lower.T
        + np.minimum(reduced, 0.0) @ upper.T
    )
    slope = -duals @ block.plan_matrix
    return [Cut(constant_usd=c, slope_usd_per_mwh=s) for c, s in zip(constant, slope, strict=True)]


@dataclass(kw_only=True)
class CutPool:
    """All distinct cuts of a year; rows added later have zero weight in older cuts.

    ``constant_usd`` has dims (cut, time), ``slope_usd_per_mwh`` dims (cut, point).
    """

    n_time: int
    n_point: int
    constant_usd: FloatArray = field(init=False)
    slope_usd_per_mwh: FloatArray = field(init=False)
    _seen: set[bytes] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.constant_usd = np.zeros((0, self.n_time))
        self.slope_usd_per_mwh = np.zeros((0, self.n_point))

    def __len__(self) -> int:
        return len(self.constant_usd)

    def add_duals(self, block: HourBlock, duals: FloatArray) -> int:
        """Add the dual vectors, dims (cut, row), that are new; returns how many were."""
        fresh = []
        for dual in duals:
            key = np.trim_zeros(np.round(dual, DUAL_DIGITS) + 0.0, "b").tobytes()
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(dual)
        if not fresh:
            return 0
        cuts = cuts_of_duals(block, np.array(fresh))
        self.constant_usd = np.vstack([self.constant_usd, [c.constant_usd for c in cuts]])
        self.slope_usd_per_mwh = np.vstack([self.slope_usd_per_mwh, [c.slope_usd_per_mwh for c in cuts]])
        return len(fresh)

    def values_usd(self, u_mw: FloatArray) -> FloatArray:
        """Value of every cut in every hour at withdrawals ``u_mw`` (time, point), dims (cut, time)."""
        return np.asarray(self.constant_usd + self.slope_usd_per_mwh @ u_mw.T)

    def lower_bounds_usd(self, u_mw: FloatArray) -> tuple[FloatArray, np.ndarray]:
        """Best bound of each hour and the cut that gives it, each dims (time,)."""
        values = self.values_usd(u_mw)
        best = values.argmax(axis=0)
        return values[best, np.arange(self.n_time)], best
