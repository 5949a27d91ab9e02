"""What the loss of one branch cuts off, for all branches in one search of the graph.

A branch is a bridge if nothing else joins its two sides. A depth-first search from bus 0 numbers the buses;
the side of a bridge away from bus 0 is a run of those numbers (Tarjan 1974, "A note on finding the bridges of a
graph"). Of the two sides the one without most load is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.network.model import BoolArray, IntArray, Network
from gridplan.network.sensitivity import island_labels, main_island

#: Loads of two sides closer than this are compared by the graph search that all other parts of a grid go by [MW].
NEARLY_EQUAL_MW = 1.0e-6


@dataclass(frozen=True, kw_only=True)
class Bridges:
    """Every bridge and what it cuts off.

    Parameters
    ----------
    branch : int, dims (bridge,)
        Branches whose loss splits the network.
    order : int, dims (bus,)
        Buses in the order of the search.
    first, last : int, dims (bridge,)
        The far side of each bridge is ``order[first:last]``.
    is_far_dead : bool, dims (bridge,)
        Whether the far side is what is cut off; else the near side with bus 0.
    """

    branch: IntArray
    order: IntArray
    first: IntArray
    last: IntArray
    is_far_dead: BoolArray

    def dead_buses(self, bridge: int) -> IntArray:
        """Buses cut off by a bridge, given by its position in ``branch``."""
        first, last = self.first[bridge], self.last[bridge]
        if self.is_far_dead[bridge]:
            return self.order[first:last]
        return np.concatenate([self.order[:first], self.order[last:]])

    def dead(self, bridge: int) -> BoolArray:
        """Buses cut off by a bridge as a mask, dims (bus,)."""
        mask = np.zeros(len(self.order), dtype=bool)
        mask[self.dead_buses(bridge)] = True
        return mask

    def cut_off(self) -> BoolArray:
        """Buses that some single branch outage cuts off, dims (bus,)."""
        change = np.zeros(len(self.order) + 1, dtype=np.int64)
        far, near = self.is_far_dead, ~self.is_far_dead
        np.add.at(change, self.first[far], 1)
        np.add.at(change, self.last[far], -1)
        change[0] += int(near.sum())
        np.add.at(change, self.first[near], -1)
        np.add.at(change, self.last[near], 1)
        mask = np.zeros(len(self.order), dtype=bool)
        mask[self.order] = np.cumsum(change)[:-1] > 0
        return mask


def find_bridges(network: Network, in_service: BoolArray | None = None) -> Bridges:
    """Bridges of a connected network, of the branches ``in_service`` (branch,) if given."""
    present = np.arange(len(network.branch)) if in_service is None else np.flatnonzero(in_service)
    order, entry, by, size, low = _search(network, present)
    crossing = np.flatnonzero((by >= 0) & (low == entry))
    crossing = crossing[np.argsort(by[crossing], kind="stable")]
    first = entry[crossing]
    last = first + size[crossing]
    branch = by[crossing]
    return Bridges(
        branch=branch,
        order=order,
        first=first,
        last=last,
        is_far_dead=_far_dead(network, order, branch, first, last, in_service),
    )


def _far_dead(
    network: Network, order: IntArray, branch: IntArray, first: IntArray, last: IntArray, present: BoolArray | None
) -> BoolArray:
    load = np.concatenate([[0.0], np.cumsum(np.maximum(network.bus.p_load_mw[order], 0.0))])
    far = load[last] - load[first]
    near = load[-1] - far
    is_dead = np.asarray(far < near)
    out = np.zeros(0, dtype=np.int64) if present is None else np.flatnonzero(~present)
    for i in np.flatnonzero(np.abs(far - near) < NEARLY_EQUAL_MW):
        live = main_island(network, island_labels(network, np.append(out, branch[i])))
        is_dead[i] = not live[order[first[i]]]
    return is_dead


def _search(network: Network, present: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Buses in order of the search; by bus its number, the branch into it, size and lowest reach of its tree."""
    n_bus = len(network.bus)
    start, other, by_branch = _neighbours(network, present)
    entry, entered_by = np.full(n_bus, -1, dtype=np.int64), np.full(n_bus, -1, dtype=np.int64)
    parent = np.full(n_bus, -1, dtype=np.int64)
    low, size = np.zeros(n_bus, dtype=np.int64), np.ones(n_bus, dtype=np.int64)
    order: list[int] = []
    following = start[:-1].copy()
    for root in range(n_bus):
        if entry[root] >= 0:
            continue
        entry[root] = low[root] = len(order)
        order.append(root)
        stack = [root]
        while stack:
            bus = stack[-1]
            at = following[bus]
            if at == start[bus + 1]:
                stack.pop()
                up = parent[bus]
                if up >= 0:
                    low[up] = min(low[up], low[bus])
                    size[up] += size[bus]
                continue
            following[bus] += 1
            neighbour, branch = other[at], by_branch[at]
            if branch == entered_by[bus]:
                continue
            if entry[neighbour] >= 0:
                low[bus] = min(low[bus], entry[neighbour])
                continue
            entry[neighbour] = low[neighbour] = len(order)
            parent[neighbour], entered_by[neighbour] = bus, branch
            order.append(int(neighbour))
            stack.append(int(neighbour))
    return np.array(order, dtype=np.int64), entry, entered_by, size, low


def _neighbours(network: Network, present: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Adjacency of the buses: start of each bus, then neighbour and branch of every entry."""
    one, other = network.branch.from_bus[present], network.branch.to_bus[present]
    bus = np.concatenate([one, other])
    order = np.argsort(bus, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(bus, minlength=len(network.bus)))])
    return start, np.concatenate([other, one])[order], np.concatenate([present, present])[order]
