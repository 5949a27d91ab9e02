"""The DC model of a network as pure functions: susceptances, incidence, islands.

Sign: injection +, flow + from -> to. What follows from them is in ``factors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from gridplan.errors import input_error
from gridplan.network.model import BoolArray, FloatArray, IntArray, Network

DcConvention = Literal["matpower", "powermodels"]
SHOWN_NAMES = 6


def series_susceptance_pu(network: Network, convention: DcConvention = "matpower") -> FloatArray:
    """Susceptance of every branch in the DC model, dims (branch,) [pu].

    ``matpower``: b = 1 / (x tap). ``powermodels``: b = x / (r^2 + x^2), taps ignored.
    Source: matpower manual, eq. (3.21); PowerModels dcp form.

    Raises
    ------
    InputError
        GP-TOP-004, if a branch has no reactance and the convention divides by it.
    """
    branch = network.branch
    if convention == "powermodels":
        return branch.x_pu / (branch.r_pu**2 + branch.x_pu**2)
    without = np.flatnonzero(branch.x_pu == 0)
    if without.size:
        names = ", ".join(branch.id[k] for k in without[:SHOWN_NAMES])
        raise input_error(
            "GP-TOP-004",
            f"{without.size} branches have a resistance and no reactance ({names}): their DC flow is not defined",
            "give their reactance, or use the powermodels convention, in which they carry nothing",
        )
    return 1.0 / (branch.x_pu * branch.tap_ratio)


def incidence(network: Network) -> sp.csr_matrix:
    """Branch-bus incidence, dims (branch, bus): +1 at the from end, -1 at the to end."""
    n_branch = len(network.branch)
    rows = np.arange(n_branch)
    ends = np.concatenate([network.branch.from_bus, network.branch.to_bus])
    signs = np.concatenate([np.ones(n_branch), -np.ones(n_branch)])
    return sp.csr_matrix((signs, (np.concatenate([rows, rows]), ends)), shape=(n_branch, len(network.bus)))


def island_labels(network: Network, outaged: Sequence[int] | IntArray = ()) -> IntArray:
    """Island number of every bus with these branches out, dims (bus,); found by graph search."""
    keep = np.ones(len(network.branch), dtype=bool)
    keep[list(outaged)] = False
    n_bus = len(network.bus)
    ends = (network.branch.from_bus[keep], network.branch.to_bus[keep])
    graph = sp.coo_matrix((np.ones(int(keep.sum())), ends), shape=(n_bus, n_bus))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def main_island(network: Network, label: IntArray, lost_buses: Sequence[int] = ()) -> BoolArray:
    """Buses of the island that holds most of the load (then most buses), dims (bus,).

    An island that holds one of ``lost_buses`` is dead, whatever its load.
    """
    load_mw = np.bincount(label, weights=np.maximum(network.bus.p_load_mw, 0.0))
    load_mw[label[list(lost_buses)]] = -1.0
    size = np.bincount(label)
    order = np.lexsort((size, load_mw))
    return np.asarray(label == order[-1])


def check_connected(network: Network, outaged: IntArray) -> None:
    """Refuse a network that falls apart without these branches.

    Raises
    ------
    InputError
        GP-TOP-001; the buses of the smallest island are named.
    """
    label = island_labels(network, outaged)
    if label.max() > 0:
        raise _not_connected(network, label)


def _not_connected(network: Network, label: IntArray) -> Exception:
    stranded = ~main_island(network, label)
    names = ", ".join(network.bus.id[i] for i in np.flatnonzero(stranded)[:10])
    load_mw = float(network.bus.p_load_mw[stranded].sum())
    return input_error(
        "GP-TOP-001",
        f"network {network.name} falls into {label.max() + 1} islands; {int(stranded.sum())} buses with "
        f"{load_mw:.1f} MW of load are cut off: {names}",
        "close the missing branch or remove the buses",
    )
