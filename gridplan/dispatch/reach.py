"""How far any outage can push each branch above its limit, for all states met so far: the sieve of the screen.

For every branch the worst ``sum |effect| seen - limit`` over all contingencies is kept, where ``seen`` covers the
largest flows, outputs and withdrawals met. A branch whose own flow does not reach that far cannot be overloaded
after any contingency, and none of its pairs needs to be looked at. Only contingencies whose states grew beyond
``seen`` are worked out again, so nothing of size (branch, outage) is kept.
"""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.limits import Limits
from gridplan.network.contingency import RATINGS
from gridplan.network.model import FloatArray, IntArray
from gridplan.network.outage_table import OutageTable

#: Room left above what was seen, so that states a little larger need no new work.
ROOM_FRAC, ROOM_MW = 0.15, 5.0
#: Sources worked out at a time.
BLOCK = 128


class Reach:
    """Sieve of one list of outages under one set of limits; it learns, and never rules out what it must not."""

    def __init__(self, outages: OutageTable, limits: Limits) -> None:
        self.outages, self.limits = outages, limits
        self.seen_mw = np.zeros(len(outages.layout))
        self.excess_mw = np.full(outages.layout.n_branch, -np.inf)
        self.n_known = 0

    def of(self, outages: OutageTable) -> Reach:
        """Sieve of the same list with campuses in the state and further outages at its end."""
        other = Reach(outages, self.limits)
        other.seen_mw[: len(self.seen_mw)] = self.seen_mw
        other.excess_mw, other.n_known = self.excess_mw.copy(), self.n_known
        return other

    def with_limits(self, limits: Limits) -> Reach:
        """Sieve under other limits; where none is lower, what is known bounds them, too."""
        other = Reach(self.outages, limits)
        old, new = (np.array([limit.of(rating) for rating in RATINGS]) for limit in (self.limits, limits))
        if (new >= old).all():
            other.seen_mw, other.excess_mw, other.n_known = self.seen_mw.copy(), self.excess_mw.copy(), self.n_known
        return other

    def suspicious(self, flow_mw: FloatArray, largest_mw: FloatArray, margin_frac: float = 1.0) -> IntArray:
        """Branches that some outage may load above ``margin_frac`` of their limit, in order.

        Parameters
        ----------
        flow_mw : float, dims (branch,)
            Largest flow of each branch.
        largest_mw : float, dims (state,)
            Largest state, flows included.
        """
        self._cover(largest_mw)
        limit = np.max([self.limits.of(rating) for rating in RATINGS], axis=0)
        lowered = np.where(np.isfinite(limit), limit, 0.0) * (1.0 - margin_frac)
        return np.flatnonzero(flow_mw + self.excess_mw + lowered > 0.0)

    def _cover(self, largest_mw: FloatArray) -> None:
        table = self.outages
        grown = largest_mw > self.seen_mw
        n_known, self.n_known = self.n_known, len(table.contingencies)
        self.seen_mw[grown] = largest_mw[grown] * (1.0 + ROOM_FRAC) + ROOM_MW
        changed = np.asarray(table.of_contingency.T @ grown[table.source]) > 0
        changed[n_known:] = True
        self._learn(np.flatnonzero(changed))

    def _learn(self, contingencies: IntArray) -> None:
        """Work out these contingencies with all that was seen."""
        table = self.outages
        width = np.diff(table.start)[contingencies]
        for part in np.split(contingencies, np.flatnonzero(np.diff(np.cumsum(width) // BLOCK)) + 1):
            if not part.size:
                continue
            sources = np.concatenate([np.arange(table.start[c], table.start[c + 1]) for c in part])
            moved = np.abs(table.effect_columns(sources)) * self.seen_mw[table.source[sources]]
            reach = np.asarray((table.of_contingency[sources][:, part].T @ moved.T).T)
            excess = reach - self.limits.after_mw(table.rating_of[part], slice(None))
            excess[table.not_monitored[:, part].toarray()] = -np.inf
            np.maximum(self.excess_mw, excess.max(axis=1, initial=-np.inf), out=self.excess_mw)
