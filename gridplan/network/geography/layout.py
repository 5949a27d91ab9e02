"""Positions of buses that have no coordinates: a drawing of the graph, never a map.

Comes in: a count of buses and the ends of branches. Goes out: x and y between -1 and 1; the same graph gives the same
positions, and no two buses share a place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.network.model import FloatArray, IntArray

#: Buses from which all others are measured; more of them follow the graph more closely and take longer.
PIVOTS = 150
ROUNDS = 60
SPREAD_ROUNDS = 60
#: Least distance of two buses, in lengths of a branch.
LEAST_APART = 0.45
_NEIGHBOUR_WEIGHT = 4.0
_GOLDEN_ANGLE_RAD = np.pi * (3.0 - np.sqrt(5.0))
_TINY = 1e-9


def schematic_layout(n_bus: int, ends: IntArray) -> tuple[FloatArray, FloatArray]:
    """Positions whose distances follow the count of branches between buses (stress layout with pivots).

    Classical scaling of the distances to ``PIVOTS`` far-apart buses gives a first drawing; rounds of majorisation
    bring each bus to where its distances to pivots, neighbours and their neighbours fit best; at last buses that
    would cover each other are pushed apart.

    Parameters
    ----------
    n_bus : int
    ends : int, dims (branch, 2)
        Positions of the buses of every branch.

    Returns
    -------
    FloatArray, FloatArray, dims (bus,)
        x along the longer side, y; largest magnitude 1.
    """
    if n_bus < 2:
        return np.zeros(n_bus), np.zeros(n_bus)
    graph = _graph(n_bus, ends)
    hops = _pivot_hops(graph, min(n_bus, PIVOTS))
    at = _first_drawing(hops)
    at = _relaxed(at, hops, _near_pairs(graph))
    at = _apart(_turned(at))
    at -= (at.max(axis=0) + at.min(axis=0)) / 2
    at /= max(float(np.abs(at).max()), _TINY)
    return at[:, 0], at[:, 1]


def _graph(n_bus: int, ends: IntArray) -> Any:
    """Adjacency of the buses; parallel branches count once."""
    import scipy.sparse as sp

    pairs = ends[ends[:, 0] != ends[:, 1]]
    graph = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n_bus, n_bus))
    both = (graph + graph.T).tocsr()
    both.data[:] = 1.0
    return both


def _pivot_hops(graph: Any, count: int) -> FloatArray:
    """Branches between every bus and each pivot, dims (bus, pivot); every pivot is the bus farthest from those before.

    Buses that nothing connects stand two branches beyond the farthest.
    """
    from scipy.sparse.csgraph import dijkstra

    columns, nearest, pivot = [], np.full(graph.shape[0], np.inf), 0
    for _ in range(count):
        hops = dijkstra(graph, directed=False, unweighted=True, indices=pivot)
        columns.append(hops)
        nearest = np.minimum(nearest, hops)
        pivot = int(np.argmax(nearest))
        if nearest[pivot] == 0:
            break
    found = np.column_stack(columns)
    beyond = float(found[np.isfinite(found)].max()) + 2.0
    return np.where(np.isfinite(found), found, beyond)


def _first_drawing(hops: FloatArray) -> FloatArray:
    """Classical scaling of the distances to the pivots, dims (bus, 2), moved a little so that no two coincide."""
    squared = hops**2
    centred = -0.5 * (squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean())
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    at = np.zeros((len(hops), 2))
    for axis in range(min(2, left.shape[1])):
        column = left[:, axis] * np.sqrt(size[axis] / max(1.0, np.sqrt(len(hops))))
        # The sign of a singular vector is the library's choice; here the largest entry is positive.
        at[:, axis] = column if column[np.argmax(np.abs(column))] >= 0 else -column
    scale = float(hops.max()) / max(float(np.ptp(at)), _TINY)
    turn = np.arange(len(hops)) * _GOLDEN_ANGLE_RAD
    return np.asarray(at * scale + 0.05 * np.column_stack([np.cos(turn), np.sin(turn)]))


def _near_pairs(graph: Any) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of buses one and two branches apart, in both directions, with that count."""
    one, two = graph.tocoo(), (graph @ graph).tocoo()
    count = graph.shape[0]
    known = np.concatenate([one.row.astype(np.int64) * count + one.col, np.arange(count) * (count + 1)])
    is_new = ~np.isin(two.row.astype(np.int64) * count + two.col, known)
    start = np.concatenate([one.row, two.row[is_new]]).astype(np.int64)
    end = np.concatenate([one.col, two.col[is_new]]).astype(np.int64)
    return start, end, np.concatenate([np.ones(one.nnz), np.full(int(is_new.sum()), 2.0)])


def _relaxed(at: FloatArray, hops: FloatArray, pairs: tuple[IntArray, IntArray, FloatArray]) -> FloatArray:
    """Drawing after rounds of majorisation: every bus goes to the weighted mean of where its pairs want it."""
    pivots = np.array([int(np.argmin(hops[:, k])) for k in range(hops.shape[1])])
    weight = np.where(hops > 0, np.maximum(hops, 1.0) ** -2.0, 0.0)
    start, end, apart = pairs
    pull = _NEIGHBOUR_WEIGHT * apart**-2.0
    total = weight.sum(axis=1) + np.bincount(start, weights=pull, minlength=len(at))
    for _ in range(ROUNDS):
        wanted = np.empty_like(at)
        step = at[:, None, :] - at[None, pivots, :]
        ratio = hops / np.maximum(np.hypot(step[..., 0], step[..., 1]), _TINY)
        near = at[start] - at[end]
        near_ratio = apart / np.maximum(np.hypot(near[:, 0], near[:, 1]), _TINY)
        for axis in range(2):
            far_sum = (weight * (at[None, pivots, axis] + ratio * step[..., axis])).sum(axis=1)
            near_sum = np.bincount(
                start, weights=pull * (at[end, axis] + near_ratio * near[:, axis]), minlength=len(at)
            )
            wanted[:, axis] = (far_sum + near_sum) / np.maximum(total, _TINY)
        at = wanted
    return at


def _turned(at: FloatArray) -> FloatArray:
    """Drawing with its longer side along x; the bus farthest out stands at positive x."""
    centred = at - at.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    for axis in range(2):
        column = turned[:, axis]
        turned[:, axis] = column if column[np.argmax(np.abs(column))] >= 0 else -column
    return np.asarray(turned)


def _apart(at: FloatArray) -> FloatArray:
    """Drawing in which buses nearer than the least distance have been pushed apart, each by half of what lacks."""
    from scipy.spatial import cKDTree

    at = at.copy()
    for _ in range(SPREAD_ROUNDS):
        pairs = cKDTree(at).query_pairs(LEAST_APART * 0.999, output_type="ndarray")
        if not len(pairs):
            break
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        step = at[pairs[:, 0]] - at[pairs[:, 1]]
        distance = np.hypot(step[:, 0], step[:, 1])
        turn = pairs[:, 0] * _GOLDEN_ANGLE_RAD
        chosen = np.column_stack([np.cos(turn), np.sin(turn)])
        way = np.where(distance[:, None] > _TINY, step / np.maximum(distance, _TINY)[:, None], chosen)
        push = way * (LEAST_APART - distance)[:, None] / 2
        for axis in range(2):
            at[:, axis] += np.bincount(pairs[:, 0], weights=push[:, axis], minlength=len(at))
            at[:, axis] -= np.bincount(pairs[:, 1], weights=push[:, axis], minlength=len(at))
    return at
