"""How much can enter a bus at all: its own units and the branches that end there, after any one of them is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.network.model import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BusCut:
    """Most MW that fit through the branches at a bus, and the rows that are full then."""

    p_mw: float
    keys: tuple[RowKey, ...]


class BusCuts:
    """Cuts around single buses of a grid without plan points; a bound of every program, and often its answer."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        islanding = set(grid.outages.islanding)
        self._outage_of = {
            lost.branches[0]: c
            for c, lost in enumerate(grid.outages.contingencies)
            if c not in islanding and sum(map(len, lost.content)) == 1 and lost.branches
        }

    @cached_property
    def _branches(self) -> sp.csr_matrix:
        """Which branch that carries anything ends at which bus, dims (bus, branch)."""
        factors = self.grid.factors
        there = np.flatnonzero(factors.in_service)
        bus = np.concatenate([factors.from_bus[there], factors.to_bus[there]])
        entries = (np.ones(len(bus)), (bus, np.concatenate([there, there])))
        return sp.csr_matrix(entries, shape=(factors.n_bus, factors.n_branch))

    @cached_property
    def _columns(self) -> sp.csc_matrix:
        return self.grid.injection_of_columns.tocsc()

    def own_mw(self, hour: int) -> FloatArray:
        """Most that injects at each bus itself, native load taken off, dims (bus,) [MW]."""
        grid = self.grid
        lower, upper = (bound[0].copy() for bound in grid.column_bounds_mw(np.array([hour])))
        upper[grid.columns.of("unserved")] = 0.0
        injection = self._columns
        up, down = injection.maximum(0), injection.minimum(0)
        return np.asarray(grid.fixed_injection_mw(np.array([hour]))[0] + upper @ up + lower @ down)

    def cut(self, bus: int, own_mw: float, raised_mw: Mapping[RowKey, float]) -> BusCut:
        """Least cut around a bus, with every branch there and with any one of them lost."""
        grid, table = self.grid, self.grid.outages
        ends = self._branches.indices[self._branches.indptr[bus] : self._branches.indptr[bus + 1]]
        best = BusCut(p_mw=np.inf, keys=())
        for lost in [INTACT, *(self._outage_of[int(k)] for k in ends if int(k) in self._outage_of)]:
            gone = table.contingencies[lost].branches if lost != INTACT else ()
            left = [int(k) for k in ends if int(k) not in gone]
            rating = grid.limits.of(grid.rating_of(lost))
            total = own_mw + sum(max(float(rating[k]), raised_mw.get((k, lost), 0.0)) for k in left)
            if total < best.p_mw:
                best = BusCut(p_mw=total, keys=tuple((k, lost) for k in left))
        return best
