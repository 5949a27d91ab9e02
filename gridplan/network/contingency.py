"""Contingencies as named sets of elements, and what each does to branch flows.

A contingency says what is lost; ``OutageTable`` turns the list into linear effects on
the *state* of one hour (branch flows, unit outputs, dc flows, campus withdrawals):
``flow_after = flow + sum_s effect[:, s] state[source[s]]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.sensitivity import island_labels, lodf, main_island
from gridplan.solution import contingency_label

#: Rating that holds after a contingency.
Rating = Literal["normal", "emergency", "short_time"]
RATINGS: tuple[Rating, ...] = ("normal", "emergency", "short_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contingency:
    """Elements lost together; positions in the network's tables, campuses by position in the study.

    Parameters
    ----------
    category : str
        By TPL-001: P1 is one element.
    buses : tuple of int
        Buses lost with everything at them (a bus proxy); what hangs on them stands in the other fields, too.
    rating : {"normal", "emergency", "short_time"}
        Rating every branch has to keep after it.
    is_load_loss_allowed : bool
        Whether load may be lost that is cut off without being at one of ``buses``.
    is_set : bool
        Named by a contingency file, not an element of the default list.
    stated : tuple of str
        What the file itself said: ``rating``, ``load_loss``; the rest follows from the category.
    """

    id: str
    category: str = "P1"
    branches: tuple[int, ...] = ()
    generators: tuple[int, ...] = ()
    dc_lines: tuple[int, ...] = ()
    campuses: tuple[int, ...] = ()
    buses: tuple[int, ...] = ()
    rating: Rating = "emergency"
    is_load_loss_allowed: bool = True
    is_set: bool = False
    stated: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[tuple[int, ...], ...]:
        """What is lost, whatever it is called and in whatever order it is named."""
        lost = (self.branches, self.generators, self.dc_lines, self.campuses, self.buses)
        return tuple(tuple(sorted(set(elements))) for elements in lost)


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
        is_monitored=np.array([e.is_monitored for e in effects], dtype=bool).reshape(len(effects), layout.n_branch).T,
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


def without_pickup(network: Network, table: OutageTable) -> tuple[Contingency, ...]:
    """Contingencies whose lost power no unit makes up for: none that picks up is left in the main island."""
    found = []
    for i, lost in enumerate(table.contingencies):
        inside = live_buses(network, lost) if i in table.islanding else None
        is_loss = bool(lost.generators or lost.campuses) or inside is not None
        if is_loss and not pickup_share(network, without=lost.generators, inside=inside).any():
            found.append(lost)
    return tuple(found)


def outage_label(network: Network, lost: Contingency, campus_ids: Sequence[str] = ()) -> str:
    """Label of a contingency in result files: the one element lost, or the name of the set."""
    if lost.is_set:
        return contingency_label("set", lost.id)
    if lost.branches:
        return contingency_label("branch", network.branch.id[lost.branches[0]])
    if lost.generators:
        return contingency_label("unit", network.generator.id[lost.generators[0]])
    if lost.dc_lines:
        return contingency_label("dc_line", network.dc_line.id[lost.dc_lines[0]])
    return contingency_label("campus", campus_ids[lost.campuses[0]])


def live_buses(network: Network, lost: Contingency) -> BoolArray:
    """Buses still energised after a contingency: the part that holds most of the load, dims (bus,)."""
    return main_island(network, island_labels(network, lost.branches), lost.buses)


def _effect(
    network: Network, factors: FloatArray, layout: StateLayout, lost: Contingency, campus_bus: Sequence[int]
) -> _Effect:
    """Effect of one contingency in three exact steps.

    A few of the lost branches would hold the islands together; the others go first, by LODF. Then each
    of those few carries exactly what is lost behind it: cutting it off takes its flow from the main
    island. Last, what the main island itself loses; both losses are picked up by its units.
    """
    label = island_labels(network, lost.branches) if lost.branches else np.zeros(len(network.bus), dtype=np.int64)
    live = main_island(network, label, lost.buses)
    bridges = _bridges(network, lost.branches, label)
    others = [k for k in lost.branches if k not in bridges]
    factor = lodf(factors, network.branch.from_bus, network.branch.to_bus, others)
    cut, cut_loss = _cut_off(network, bridges, live)
    sources, own_loss = _lost_injections(network, layout, lost, campus_bus)
    loss = live[:, None] * np.hstack([cut_loss, own_loss])
    alpha = pickup_share(network, without=lost.generators, inside=live)
    share = np.bincount(network.generator.bus, weights=alpha, minlength=len(network.bus))
    moved = factors @ (np.outer(share, loss.sum(axis=0)) - loss)
    moved += factor @ moved[others]
    monitored = live[network.branch.from_bus] & live[network.branch.to_bus]
    monitored[list(lost.branches)] = False
    return _Effect(
        effect=np.hstack([factor + moved[:, : len(cut)] @ factor[cut], moved]),
        source=[*others, *cut, *sources],
        is_monitored=monitored,
        island_load_mw=-1.0 if live.all() else float(np.maximum(network.bus.p_load_mw[~live], 0.0).sum()),
    )


def _bridges(network: Network, lost_branches: Sequence[int], label: IntArray) -> list[int]:
    """Fewest of the lost branches, first ones first, that would join all islands."""
    joined, kept = label.copy(), []
    for k in lost_branches:
        one, other = joined[network.branch.from_bus[k]], joined[network.branch.to_bus[k]]
        if one != other:
            joined[joined == other] = one
            kept.append(k)
    return kept


def _cut_off(network: Network, bridges: Sequence[int], live: BoolArray) -> tuple[list[int], FloatArray]:
    """Bridges into the main island; injection it loses per MW of their flow, dims (bus, bridge)."""
    start, end = network.branch.from_bus, network.branch.to_bus
    cut = [k for k in bridges if live[start[k]] != live[end[k]]]
    loss = np.zeros((len(network.bus), len(cut)))
    for j, k in enumerate(cut):
        loss[end[k], j], loss[start[k], j] = 1.0, -1.0
    return cut, loss


def _lost_injections(
    network: Network, layout: StateLayout, lost: Contingency, campus_bus: Sequence[int]
) -> tuple[list[int], FloatArray]:
    """Lost units, dc lines and campuses; injection lost per MW of each, dims (bus, source)."""
    dc = network.dc_line
    sources = [layout.generator + g for g in lost.generators]
    ends = [[(network.generator.bus[g], 1.0)] for g in lost.generators]
    sources += [layout.dc_line + d for d in lost.dc_lines]
    ends += [[(dc.to_bus[d], 1.0 - dc.loss_frac[d]), (dc.from_bus[d], -1.0)] for d in lost.dc_lines]
    sources += [layout.campus + c for c in lost.campuses]
    ends += [[(campus_bus[c], -1.0)] for c in lost.campuses]
    loss = np.zeros((len(network.bus), len(sources)))
    for j, injections in enumerate(ends):
        for bus, mw in injections:
            loss[bus, j] += mw
    return sources, loss
