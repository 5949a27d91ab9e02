"""What every contingency does to branch flows, as injections rather than as flows.

The *state* of an hour is its branch flows, unit outputs, dc flows, campus withdrawals and the MW that failovers would
put on other campuses. After an outage

    ``flow_after = flow + sum_s PTDF (injection[:, s] + pickup[s] share) state[source[s]]``

with ``share`` the part of a loss that the units at each bus make up for. A lost branch acts as an injection at its
ends, a lost unit as its output taken away, so the table is sparse: a few buses for each source, whatever the size
of the grid. Rows of effects are made from rows of the PTDF when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from gridplan.network.contingency import RATINGS, Contingency
from gridplan.network.factors import Factors
from gridplan.network.model import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class StateLayout:
    """Where each quantity stands in the state vector of an hour: flows, units, dc lines, campuses, failovers."""

    n_branch: int
    n_generator: int
    n_dc_line: int
    n_campus: int
    n_failover: int = 0

    @property
    def generator(self) -> int:
        """Offset of the first unit."""
        return self.n_branch

    @property
    def dc_line(self) -> int:
        """Offset of the first dc line."""
        return self.n_branch + self.n_generator

    @property
    def campus(self) -> int:
        """Offset of the first campus."""
        return self.dc_line + self.n_dc_line

    @property
    def failover(self) -> int:
        """Offset of the first failover."""
        return self.campus + self.n_campus

    def __len__(self) -> int:
        return self.failover + self.n_failover


@dataclass(frozen=True, kw_only=True)
class OutageTable:
    """Linear effects of all contingencies.

    Parameters
    ----------
    contingencies : tuple of Contingency
    share : float, dims (bus,)
        Part of a loss that the units at each bus pick up while all are there.
    injection : sparse float, dims (bus, source) [MW per MW]
        Net injection that one MW of a source's state moves, without the pickup.
    pickup : float, dims (source,)
        MW that all units together pick up per MW of a source's state.
    source : int, dims (source,)
        Position in the state vector of each source; sources of one contingency stand together.
    start : int, dims (contingency + 1,)
        First source of each contingency.
    not_monitored : sparse bool, dims (branch, contingency)
        Branches that are lost or lie in a part that is de-energised.
    island_load_mw : float, dims (contingency,) [MW]
        Snapshot load that goes dark with the contingency; -1 where nothing does.
    pickup_mw : float, dims (contingency,) [MW]
        ``p_max_mw`` of the units that make up for the loss.
    """

    contingencies: tuple[Contingency, ...]
    layout: StateLayout
    factors: Factors
    share: FloatArray
    injection: sp.csc_matrix
    pickup: FloatArray
    source: IntArray
    start: IntArray
    not_monitored: sp.csr_matrix
    island_load_mw: FloatArray
    pickup_mw: FloatArray

    def sources(self, contingency: int) -> slice:
        """Sources that belong to a contingency."""
        return slice(int(self.start[contingency]), int(self.start[contingency + 1]))

    @property
    def islanding(self) -> tuple[int, ...]:
        """Contingencies that de-energise a part of the network."""
        return tuple(int(i) for i in np.flatnonzero(self.island_load_mw >= 0.0))

    @cached_property
    def rating_of(self) -> IntArray:
        """Position of each contingency's rating in ``RATINGS``, dims (contingency,)."""
        return np.array([RATINGS.index(lost.rating) for lost in self.contingencies], dtype=np.int64)

    @cached_property
    def of_contingency(self) -> sp.csr_matrix:
        """Which source belongs to which contingency, sparse, dims (source, contingency)."""
        n_source = len(self.source)
        owner = np.repeat(np.arange(len(self.contingencies)), np.diff(self.start))
        entries = (np.ones(n_source), (np.arange(n_source), owner))
        return sp.csr_matrix(entries, shape=(n_source, len(self.contingencies)))

    @cached_property
    def share_flow(self) -> FloatArray:
        """Branch flows per MW that all units pick up, dims (branch,)."""
        return np.asarray(self.factors.flow_mw(self.share[None, :])[0])

    def effect(self, branches: Sequence[int] | IntArray, sources: slice | None = None) -> FloatArray:
        """Change of the flow on some branches per MW of sources' states, dims (given branch, source)."""
        rows = self.factors.rows(branches)
        injection = self._by_source if sources is None else self._by_source[sources]
        pickup = self.pickup if sources is None else self.pickup[sources]
        return np.asarray((injection @ rows.T).T + np.outer(self.share_flow[list(branches)], pickup))

    @cached_property
    def _by_source(self) -> sp.csr_matrix:
        return self.injection.T.tocsr()

    def effect_columns(self, sources: IntArray) -> FloatArray:
        """Change of the flow on every branch per MW of some sources' states, dims (branch, given source)."""
        moved = self.factors.columns(self.injection[:, sources])
        return np.asarray(moved + np.outer(self.share_flow, self.pickup[sources]))

    def is_monitored(self, branches: Sequence[int] | IntArray) -> BoolArray:
        """Whether branches are there and energised after each contingency, dims (given branch, contingency)."""
        return ~np.asarray(self.not_monitored[list(branches)].toarray(), dtype=bool)
