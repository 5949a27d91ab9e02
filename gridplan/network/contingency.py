"""Contingencies as named sets of elements, and what each does to branch flows.

A contingency says what is lost; ``OutageTable`` turns the list into linear effects on
the *state* of one hour (branch flows, unit outputs, dc flows, campus withdrawals):
``flow_after = flow + sum_s effect[:, s] state[source[s]]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.sensitivity import island_labels, lodf, main_island


@dataclass(frozen=True, slots=True, kw_only=True)
class Contingency:
    """Elements lost together; positions in the network's tables, campuses by position in the study.

    ``category`` follows TPL-001 (P1 = one element); ``is_load_loss_allowed`` covers the load that
    is fed only through the lost element.
    """

    id: str
    category: str = "P1"
    branches: tuple[int, ...] = ()
    generators: tuple[int, ...] = ()
    dc_lines: tuple[int, ...] = ()
    campuses: tuple[int, ...] = ()
    is_load_loss_allowed: bool = True


@dataclass(frozen=True, kw_only=True)
class StateLayout:
    """Where each quantity stands in the state vector of an hour: flows, units, dc lines, campuses."""

    n_branch: int
    n_generator: int
    n_dc_line: int
    n_campus: int

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

    def __len__(self) -> int:
        return self.campus + self.n_campus


@dataclass(frozen=True, kw_only=True)
class OutageTable:
    """Linear effects of all contingencies.

    Parameters
    ----------
    contingencies : tuple of Contingency
    effect : float, dims (branch, source) [MW per MW]
        Columns of one contingency stand together.
    source : int, dims (source,)
        Position in the state vector that each column multiplies.
    start : int, dims (contingency + 1,)
        First column of each contingency.
    is_monitored : bool, dims (branch, contingency)
        False for branches that are lost or lie in a part that is de-energised.
    island_load_mw : float, dims (contingency,) [MW]
        Snapshot load that goes dark with the contingency.
    """

    contingencies: tuple[Contingency, ...]
    layout: StateLayout
    effect: FloatArray
    source: IntArray
    start: IntArray
    is_monitored: BoolArray
    island_load_mw: FloatArray

    def columns(self, contingency: int) -> slice:
        """Columns of ``effect`` that belong to a contingency."""
        return slice(int(self.start[contingency]), int(self.start[contingency + 1]))

    @property
    def islanding(self) -> tuple[int, ...]:
        """Contingencies that de-energise a part of the network."""
        return tuple(int(i) for i in np.flatnonzero(self.island_load_mw >= 0.0))


def single_outages(
    network: Network,
    *,
    branches: bool = True,
    units: bool = True,
    dc_poles: bool = True,
    campus_ids: Sequence[str] = (),
) -> tuple[Contingency, ...]:
    """Default P1 list: every branch, unit with capacity, dc pole and campus."""
    found = []
    if branches:
        found += [Contingency(id=b, branches=(i,)) for i, b in enumerate(network.branch.id)]
    if units:
        capable = np.flatnonzero(network.generator.p_max_mw > 0)
        found += [Contingency(id=network.generator.id[i], generators=(int(i),)) for i in capable]
    if dc_poles:
        found += [Contingency(id=d, dc_lines=(i,)) for i, d in enumerate(network.dc_line.id)]
    found += [Contingency(id=f"campus {c}", campuses=(i,)) for i, c in enumerate(campus_ids)]
    return tuple(found)


def outage_table(
    network: Network, factors: FloatArray, contingencies: Sequence[Contingency], campus_bus: Sequence[int] = ()
) -> OutageTable:
    """Effects of every contingency on branch flows.

    Lost units and campuses are made up by the other dispatchable units in proportion to their
    ``p_max_mw``; an outage that splits the network de-energises the part without most load.

    Parameters
    ----------
    factors : float, dims (branch, bus)
        PTDF.
    campus_bus : sequence of int
        Bus position of each campus of the state vector.
    """
    layout = StateLayout(
        n_branch=len(network.branch),
        n_generator=len(network.generator),
        n_dc_line=len(network.dc_line),
        n_campus=len(campus_bus),
    )
    effects = [_effect(network, factors, layout, c, campus_bus) for c in contingencies]
    start = np.cumsum([0] + [len(e.source) for e in effects])
    empty = np.zeros((layout.n_branch, 0))
    return OutageTable(
        contingencies=tuple(contingencies),
        layout=layout,
        effect=np.hstack([e.effect for e in effects]) if effects else empty,
        source=np.array([s for e in effects for s in e.source], dtype=np.int64),
        start=np.asarray(start, dtype=np.int64),
        is_monitored=np.array([e.is_monitored for e in effects], dtype=bool).reshape(-1, layout.n_branch).T,
        island_load_mw=np.array([e.island_load_mw for e in effects], dtype=float),
    )


@dataclass(frozen=True, kw_only=True)
class _Effect:
    effect: FloatArray
    source: list[int]
    is_monitored: BoolArray
    island_load_mw: float


def pickup_share(network: Network, *, without: Sequence[int] = (), inside: BoolArray | None = None) -> FloatArray:
    """Share of a loss that each unit picks up, dims (generator,), in proportion to static p_max.

    Units in ``without`` and units at buses outside ``inside`` take no part; zero everywhere if nobody is left.
    """
    weight = np.where(network.generator.is_dispatchable, network.generator.p_max_mw, 0.0)
    weight[list(without)] = 0.0
    if inside is not None:
        weight = np.where(inside[network.generator.bus], weight, 0.0)
    total = weight.sum()
    return weight / total if total > 0 else weight


def _effect(
    network: Network, factors: FloatArray, layout: StateLayout, lost: Contingency, campus_bus: Sequence[int]
) -> _Effect:
    label = island_labels(network, lost.branches) if lost.branches else np.zeros(len(network.bus), dtype=np.int64)
    if label.max() > 0:
        return _islanding_effect(network, factors, lost, label)
    sources, columns = _injection_effect(network, factors, layout, lost, campus_bus)
    effect = np.array(columns).reshape(len(columns), layout.n_branch).T
    monitored = np.ones(layout.n_branch, dtype=bool)
    if lost.branches:
        monitored[list(lost.branches)] = False
        factor = lodf(factors, network.branch.from_bus, network.branch.to_bus, lost.branches)
        effect = np.hstack([factor, effect + factor @ effect[list(lost.branches)]])
        sources = [*lost.branches, *sources]
    return _Effect(effect=effect, source=sources, is_monitored=monitored, island_load_mw=-1.0)


def _injection_effect(
    network: Network, factors: FloatArray, layout: StateLayout, lost: Contingency, campus_bus: Sequence[int]
) -> tuple[list[int], list[FloatArray]]:
    """Flow change per MW of every injection that is lost, with its pickup."""
    at_units = factors[:, network.generator.bus]
    pickup = at_units @ pickup_share(network, without=lost.generators)
    sources: list[int] = []
    columns: list[FloatArray] = []
    for g in lost.generators:
        sources.append(layout.generator + g)
        columns.append(pickup - at_units[:, g])
    for d in lost.dc_lines:
        received = 1.0 - network.dc_line.loss_frac[d]
        moved = factors[:, network.dc_line.from_bus[d]] - received * factors[:, network.dc_line.to_bus[d]]
        sources.append(layout.dc_line + d)
        columns.append(moved - (1.0 - received) * pickup)
    for c in lost.campuses:
        sources.append(layout.campus + c)
        columns.append(factors[:, campus_bus[c]] - pickup)
    return sources, columns


def _islanding_effect(network: Network, factors: FloatArray, lost: Contingency, label: IntArray) -> _Effect:
    """Loss of everything behind the split: the flows over the cut vanish and the main part picks them up.

    Only the branches that join the main part to the rest matter; inside it the DC flows follow from
    the injections, so removing the cut flows and adding the pickup is exact while the main part
    itself is not weakened by another lost branch.
    """
    main = main_island(network, label)
    ends = np.stack([network.branch.from_bus, network.branch.to_bus])
    inside = main[ends]
    alpha = pickup_share(network, without=lost.generators, inside=main)
    pickup = factors[:, network.generator.bus] @ alpha
    sources: list[int] = []
    columns: list[FloatArray] = []
    cut = [k for k in lost.branches if inside[0, k] != inside[1, k]]
    for k in cut:
        at_main = ends[0, k] if inside[0, k] else ends[1, k]
        into_main = -1.0 if inside[0, k] else 1.0
        sources.append(k)
        columns.append(into_main * (pickup - factors[:, at_main]))
    effect = np.array(columns).reshape(len(columns), len(network.branch)).T
    others = [k for k in lost.branches if k not in cut and inside[0, k] and inside[1, k]]
    if others:
        factor = lodf(factors, network.branch.from_bus, network.branch.to_bus, others)
        effect = np.hstack([factor, effect + factor @ effect[others]])
        sources = [*others, *sources]
    dark_mw = float(np.maximum(network.bus.p_load_mw[~main], 0.0).sum())
    return _Effect(effect=effect, source=sources, is_monitored=inside.all(axis=0), island_load_mw=dark_mw)
