"""Dense transfer factors, PTDF, LODF and shifter flows, straight from their definitions; for small grids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.network.sensitivity import DcConvention, check_connected, incidence, series_susceptance_pu


def ptdf(network: Network, *, convention: DcConvention = "matpower", reference_bus: int = 0) -> FloatArray:
    """Power transfer distribution factors, dims (branch, bus) [MW per MW], withdrawn at ``reference_bus``.

    PTDF = diag(b) C (C' diag(b) C)^-1 with the reference row and column left out.

    Raises
    ------
    InputError
        If the network is not connected; the buses of the smallest island are named.
    """
    b_pu = series_susceptance_pu(network, convention)
    check_connected(network, np.flatnonzero(b_pu == 0))
    c = incidence(network)
    b = sp.diags(b_pu)
    keep = np.flatnonzero(np.arange(len(network.bus)) != reference_bus)
    reduced = (c.T @ b @ c).tocsc()[keep][:, keep]
    flows = (b @ c).tocsc()[:, keep]
    factors = np.zeros((len(network.branch), len(network.bus)))
    factors[:, keep] = splu(reduced.tocsc()).solve(flows.T.toarray(), trans="T").T
    return factors


def shift_flow_mw(network: Network, factors: FloatArray, convention: DcConvention = "matpower") -> FloatArray:
    """Branch flows caused by phase shifters at zero injection, dims (branch,) [MW].

    f = -b phi + PTDF C' (b phi), in MW. The powermodels convention knows no shifts: zero.
    """
    if convention == "powermodels":
        return np.zeros(len(network.branch))
    push_mw = series_susceptance_pu(network, convention) * network.branch.shift_rad * network.base_mva
    if not push_mw.any():
        return np.zeros(len(network.branch))
    return np.asarray(factors @ (incidence(network).T @ push_mw) - push_mw)


def lodf(factors: FloatArray, from_bus: IntArray, to_bus: IntArray, outaged: Sequence[int]) -> FloatArray:
    """Line outage distribution factors of one set of branches lost together, dims (branch, outaged).

    f_after = f + LODF f[outaged], LODF = H (I - H[outaged])^-1 with H = PTDF (e_from - e_to);
    the rows of the outaged branches are set so that their own flow becomes zero.
    Only for sets that do not split the network.
    """
    outaged = list(outaged)
    transfer = factors[:, from_bus[outaged]] - factors[:, to_bus[outaged]]
    own = np.eye(len(outaged)) - transfer[outaged]
    result = np.linalg.solve(own.T, transfer.T).T
    result[outaged] = -np.eye(len(outaged))
    return np.asarray(result)
