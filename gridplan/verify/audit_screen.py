"""What the N-1 screen has found so far: worst loading, pairs near their limit, coverage.

In: flows after outages. Out: a Screen that A04 reports and the price check takes its rows from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gridplan.verify.audit_grid import FloatArray, IntArray
from gridplan.verify.audit_limits import Pair, limit_after_mw, rating_mw
from gridplan.verify.audit_outage import BranchLoss, LostPower, Outage
from gridplan.verify.audit_read import RunYear

NEAR_FRAC = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class NearPair:
    """A pair that comes near its limit, with its flow map where branches are lost, dims (bus + 1,).

    ``powers`` are the lost units and dc lines of a set, each with the flow per MW of it.
    """

    outage: Outage
    branch: int
    flow_map: FloatArray | None
    powers: tuple[tuple[LostPower, float], ...] = ()


@dataclass(kw_only=True)
class Screen:
    """Worst loading found so far and the pairs near their limit.

    ``limit_mw`` is the limit under ``rating``, that of most outages; ``others`` holds those of the rest.
    ``residual`` is the largest error of a response when substituted in the grid without the branch.
    """

    year: RunYear
    limit_mw: FloatArray
    rating: str = "emergency"
    others: dict[str, FloatArray] = field(default_factory=dict)
    worst_frac: float = 0.0
    worst_place: str = "no branch is loaded after an outage"
    near: list[NearPair] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)
    residual: float = 0.0
    coverage: str = ""

    def rating_mw(self, outage: Outage) -> FloatArray:
        """Limit of every branch after an outage, dims (branch,) [MW]."""
        if outage.rating == self.rating:
            return self.limit_mw
        if outage.rating not in self.others:
            self.others[outage.rating] = np.maximum(rating_mw(self.year, outage.rating), 1e-9)
        return self.others[outage.rating]

    @cached_property
    def listed(self) -> dict[Pair, FloatArray]:
        """Higher limits plan.json lists."""
        return limit_after_mw(self.year)

    def pair_limit_mw(self, outage: Outage, branch: int) -> FloatArray:
        """Limit of a pair in every hour: its rating, or the higher limit plan.json lists, dims (time,)."""
        listed = self.listed.get((outage.label, branch))
        rating = np.full(len(self.year), self.rating_mw(outage)[branch])
        return rating if listed is None else np.maximum(rating, listed)

    def note_loss(self, outage: Outage, loss: BranchLoss) -> None:
        """Remember an outage whose dark part nobody makes up for."""
        if loss.is_splitting and abs(loss.pickup.sum() - 1.0) > 1e-9:
            self.unbalanced.append(outage.label)

    def add(
        self,
        outage: Outage,
        columns: IntArray,
        flow_mw: FloatArray,
        *,
        flow_map: FloatArray | None = None,
        hours: IntArray | None = None,
        powers: Sequence[LostPower] = (),
        per_power: FloatArray | None = None,
    ) -> None:
        """Take in the flows after an outage.

        Parameters
        ----------
        columns : int, dims (column,)
            Branches.
        flow_mw : float, dims (time, column) [MW]
        flow_map : float, dims (column, bus + 1), optional
            Map the flows come from; kept for the pairs near their limit.
        hours : int, dims (time,), optional
            Positions of the hours if not all.
        powers, per_power : sequence of LostPower; float, dims (column, power)
            What a set loses beside branches, and the flow per MW of it.
        """
        if flow_mw.size == 0:
            return
        top = np.maximum(flow_mw.max(axis=0), -flow_mw.min(axis=0)) / self.rating_mw(outage)[columns]
        at = np.arange(len(self.year)) if hours is None else hours
        for k in np.flatnonzero(~(top <= NEAR_FRAC) | (top > self.worst_frac)):
            loading = self._add_pair(outage, int(columns[k]), flow_mw[:, k], at)
            if not loading <= NEAR_FRAC and hours is None:
                row = None if flow_map is None else flow_map[k].copy()
                own = () if per_power is None else tuple(zip(powers, map(float, per_power[k]), strict=True))
                self.near.append(NearPair(outage, int(columns[k]), row, own))

    def _add_pair(self, outage: Outage, branch: int, flow_mw: FloatArray, hours: IntArray) -> float:
        limit = self.pair_limit_mw(outage, branch)[hours]
        loading = np.abs(flow_mw) / limit
        hour = int(np.argmax(loading))
        if not loading[hour] <= self.worst_frac:
            self.worst_frac = float(loading[hour])
            self.worst_place = (
                f"{self.year.at('branch', branch)} after loss of {outage.label}, "
                f"{self.year.hour(int(hours[hour]))}: {abs(flow_mw[hour]):.3f} of {limit[hour]:.3f} MW"
            )
        return float(loading[hour])


def with_constant(injection_mw: FloatArray) -> FloatArray:
    """Injections with a column of ones for the constant of a flow map, dims (time, bus + 1)."""
    return np.hstack([injection_mw, np.ones((len(injection_mw), 1))])
