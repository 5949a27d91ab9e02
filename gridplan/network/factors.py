"""Transfer factors of a network on demand: one sparse factorisation instead of a dense matrix.

PTDF = diag(b) C (C' diag(b) C)^-1 with the reference bus left out. Its rows are solved for when they are asked
for and kept up to a limit of memory; flows come from angles, without any row. A grid of 10,000 buses has a PTDF
of 1 GB and an LODF of 1.3 GB; neither is ever made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU, splu

from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.selected_inverse import inverse_entries, is_symmetric_pivoting
from gridplan.network.sensitivity import DcConvention, check_connected, incidence, series_susceptance_pu

#: Memory that kept rows of the PTDF may take [bytes].
ROW_BYTES = 256 * 2**20
#: Right-hand sides solved for at a time.
SOLVE_BLOCK = 32


class Factors:
    """Transfer factors of one network in one DC convention; sign: injection +, flow + from -> to.

    Raises
    ------
    InputError
        If the network is not connected; the buses of the smallest island are named.
    """

    def __init__(self, network: Network, convention: DcConvention = "matpower", reference_bus: int = 0) -> None:
        self.convention = convention
        self.n_branch, self.n_bus = len(network.branch), len(network.bus)
        self.from_bus, self.to_bus = network.branch.from_bus, network.branch.to_bus
        self.b_pu = series_susceptance_pu(network, convention)
        check_connected(network, np.flatnonzero(self.b_pu == 0))
        self._incidence = incidence(network)
        self._push_mw = self.b_pu * network.branch.shift_rad * network.base_mva
        self._keep = np.flatnonzero(np.arange(self.n_bus) != reference_bus)
        self._rows: OrderedDict[int, FloatArray] = OrderedDict()

    def __getstate__(self) -> dict[str, object]:
        """Without what another process makes again sooner than it is sent."""
        left = ("_lu", "_flow_of_angle")
        return {name: value for name, value in self.__dict__.items() if name not in left} | {"_rows": OrderedDict()}

    @property
    def in_service(self) -> BoolArray:
        """Branches that carry anything in this convention, dims (branch,)."""
        return np.asarray(self.b_pu != 0)

    @cached_property
    def _lu(self) -> SuperLU:
        """Factorised susceptance matrix; pivots stay on the diagonal, where symmetry keeps them."""
        matrix = (self._incidence.T @ sp.diags(self.b_pu) @ self._incidence).tocsc()[self._keep][:, self._keep]
        options = {"SymmetricMode": True}
        return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)

    @cached_property
    def _flow_of_angle(self) -> sp.csr_matrix:
        return (sp.diags(self.b_pu) @ self._incidence).tocsr()[:, self._keep].tocsr()

    def flow_mw(self, injection_mw: FloatArray) -> FloatArray:
        """Branch flows, dims (time, branch) [MW], of net injections, dims (time, bus) [MW]; no phase shifts."""
        flow = np.empty((len(injection_mw), self.n_branch))
        if not self.n_branch:
            return flow
        for first in range(0, len(injection_mw), SOLVE_BLOCK):
            part = slice(first, first + SOLVE_BLOCK)
            angle = self._lu.solve(np.asfortranarray(injection_mw[part][:, self._keep].T))
            flow[part] = (self._flow_of_angle @ angle).T
        return flow

    @cached_property
    def shift_mw(self) -> FloatArray:
        """Branch flows caused by phase shifters at zero injection, dims (branch,) [MW].

        ``f = PTDF C' (b phi) - b phi`` in MW. The powermodels convention knows no shifts: zero.
        """
        if self.convention == "powermodels" or not self._push_mw.any():
            return np.zeros(self.n_branch)
        return np.asarray(self.flow_mw((self._incidence.T @ self._push_mw)[None, :])[0] - self._push_mw)

    def columns(self, injection: sp.csc_matrix) -> FloatArray:
        """Branch flows of given injections, dims (branch, case), from sparse dims (bus, case)."""
        return np.asarray(self.flow_mw(injection.toarray().T).T)

    def rows(self, branches: Sequence[int] | IntArray) -> FloatArray:
        """PTDF of some branches, dims (given branch, bus) [MW per MW]."""
        wanted = [int(k) for k in branches]
        missing = [k for k in dict.fromkeys(wanted) if k not in self._rows]
        out = np.empty((len(wanted), self.n_bus))
        fresh: dict[int, FloatArray] = {}
        for first in range(0, len(missing), SOLVE_BLOCK):
            part = missing[first : first + SOLVE_BLOCK]
            fresh.update(zip(part, self._solved_rows(part), strict=True))
        for i, k in enumerate(wanted):
            out[i] = fresh[k] if k in fresh else self._rows[k]
        self._keep_rows(fresh)
        return out

    def _solved_rows(self, branches: Sequence[int]) -> FloatArray:
        ends = self._incidence[branches][:, self._keep].toarray()
        rows = np.zeros((len(branches), self.n_bus))
        rows[:, self._keep] = self._lu.solve(np.asfortranarray(ends.T)).T * self.b_pu[branches][:, None]
        return rows

    def _keep_rows(self, fresh: dict[int, FloatArray]) -> None:
        most = ROW_BYTES // (8 * max(self.n_bus, 1))
        for k, row in fresh.items():
            self._rows[k] = row
        while len(self._rows) > most:
            self._rows.popitem(last=False)

    def transfer(self, branches: Sequence[int] | IntArray, over: Sequence[int] | IntArray) -> FloatArray:
        """Flow on ``branches`` per MW sent from one end of each of ``over`` to the other, dims (branches, over)."""
        rows, over = self.rows(branches), np.asarray(over, dtype=np.int64)
        return rows[:, self.from_bus[over]] - rows[:, self.to_bus[over]]

    @cached_property
    def own_transfer(self) -> FloatArray:
        """Flow on each branch per MW sent from its one end to the other, dims (branch,); 1 for a bridge."""
        if not self.n_branch or self.n_bus < 2:
            return np.zeros(self.n_branch)
        if not is_symmetric_pivoting(self._lu):
            blocks = [range(k, min(k + SOLVE_BLOCK, self.n_branch)) for k in range(0, self.n_branch, SOLVE_BLOCK)]
            return np.concatenate([np.diagonal(self.transfer(block, block)) for block in blocks])
        place = np.full(self.n_bus, -1, dtype=np.int64)
        place[self._keep] = np.arange(len(self._keep))
        one, other = place[self.from_bus], place[self.to_bus]
        z = self._z_entries(one, one) + self._z_entries(other, other) - 2.0 * self._z_entries(one, other)
        return np.asarray(self.b_pu * z)

    def _z_entries(self, one: IntArray, other: IntArray) -> FloatArray:
        """Entries of the inverse of the reduced matrix, 0 at the reference bus."""
        inside = (one >= 0) & (other >= 0) & ((one == other) | self.in_service)
        entries = np.zeros(len(one))
        entries[inside] = inverse_entries(self._lu, one[inside], other[inside])
        return entries
