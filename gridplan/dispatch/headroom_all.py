"""Headroom without redispatch of many buses: what ``headroom`` says of each, from the kept pairs of a sieve.

The factor of a pair is the same in all hours, so of a year only the largest and the least flow of each pair count.
"""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.headroom import Headroom
from gridplan.dispatch.pair_sieve import PairSieve
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.network.contingency import pickup_share
from gridplan.network.model import FloatArray

#: Factors below this are none.
LEAST_FACTOR = 1.0e-9


class BusHeadroom:
    """Headroom of single buses on top of the states of some hours, dims (time, state) [MW]."""

    def __init__(self, sieve: PairSieve, state: FloatArray, *, cutoff_frac: float, most_mw: float) -> None:
        self.sieve, self.grid, self.state = sieve, sieve.grid, state
        self.cutoff_frac, self.most_mw = max(cutoff_frac, LEAST_FACTOR), most_mw
        self.n_branch = self.grid.outages.layout.n_branch
        flows = state[:, : self.n_branch]
        self._largest = np.abs(state).max(axis=0)
        self._of_branch = (flows.max(axis=0), flows.min(axis=0))
        self._of_pair = self._pair_range()

    def _pair_range(self) -> tuple[FloatArray, FloatArray]:
        most = np.full(len(self.sieve.branch), -np.inf)
        least = np.full(len(self.sieve.branch), np.inf)
        for hour in self.state:
            flow = self.sieve.flows_mw(hour)
            most, least = np.maximum(most, flow), np.minimum(least, flow)
        return most, least

    def transfer(self, bus: int) -> FloatArray:
        """Change of the state per MW fed to a bus by pickup, dims (state,)."""
        table, layout = self.grid.outages, self.grid.outages.layout
        injection = table.share.copy()
        injection[bus] -= 1.0
        change = np.zeros(len(layout))
        change[: self.n_branch] = self.grid.factors.flow_mw(injection[None, :])[0]
        change[layout.generator : layout.dc_line] = pickup_share(self.grid.network)
        return change

    def of(self, bus: int) -> Headroom:
        """Least MW over the hours that a bus takes without redispatch, and the pair that limits it."""
        change = self.transfer(bus)
        grid, sieve = self.grid, self.sieve
        room = self._room(change[: self.n_branch], self._of_branch, grid.limits.normal_mw)
        best, key = self.most_mw, None
        at = int(room.argmin()) if room.size else 0
        if room.size and room[at] < best:
            best, key = float(room[at]), (at, INTACT)
        room = self._room(sieve.flows_mw(change), self._of_pair, sieve.limit_mw)
        at = int(room.argmin()) if room.size else 0
        if room.size and room[at] < best:
            best, key = float(room[at]), (int(sieve.branch[at]), int(sieve.contingency[at]))
        best, key = self._others(change, best, key)
        return Headroom(p_mw=best, hour=0, key=key)

    def _room(self, factor: FloatArray, flow: tuple[FloatArray, FloatArray], limit: FloatArray) -> FloatArray:
        """MW up to the limit for each factor, infinite below the cut-off."""
        counts = np.abs(factor) >= self.cutoff_frac
        margin = np.maximum(limit - np.where(factor > 0, flow[0], -flow[1]), 0.0)
        return np.asarray(np.where(counts, margin / np.where(counts, np.abs(factor), 1.0), np.inf))

    def _others(self, change: FloatArray, best: float, key: RowKey | None) -> tuple[float, RowKey | None]:
        """Pairs that are not kept, of the branches that one of them may limit below ``best``."""
        table, flow = self.grid.outages, self._largest[: self.n_branch] + best * np.abs(change[: self.n_branch])
        if not table.contingencies:
            return best, key
        branches = self.sieve.unclear(flow, self._largest + best * np.abs(change))
        for first in range(0, len(branches), 64):
            block = branches[first : first + 64]
            effect = self.sieve.full_effect(block)
            factor = change[block, None] + np.asarray((effect * change[table.source]) @ table.of_contingency)
            limit = self.grid.limits_after_mw(block)
            for hour in self.state:
                after = hour[block, None] + np.asarray((effect * hour[table.source]) @ table.of_contingency)
                room = self._room(factor, (after, after), limit)
                row, contingency = divmod(int(room.argmin()), room.shape[1])
                if room[row, contingency] < best:
                    best, key = float(room[row, contingency]), (int(block[row]), contingency)
        return best, key
