"""Effects of contingencies on branch flows, worked out one by one: the maker of ``OutageTable``.

Single elements, the bulk of any list, are written down at once; sets and outages that split the network go through
the general case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from gridplan.network.bridges import Bridges, find_bridges
from gridplan.network.contingency import Contingency, pickup_weight_mw
from gridplan.network.factors import Factors
from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.outage_table import OutageTable, StateLayout
from gridplan.network.sensitivity import island_labels, main_island

#: Injections smaller than this are left out of the table [MW per MW].
NOTHING = 1.0e-14


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of a contingency: its state, and what one MW of that moves."""

    state: int
    bus: Sequence[int] | IntArray
    injection: Sequence[float] | FloatArray
    pickup: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One contingency: its sources, the branches that are gone with it, load that goes dark, who makes up for it."""

    sources: tuple[Source, ...]
    not_monitored: Sequence[int] | IntArray
    island_load_mw: float = -1.0
    pickup_mw: float


def outage_table(
    network: Network,
    factors: Factors,
    contingencies: Sequence[Contingency],
    campus_bus: Sequence[int] = (),
    failover_bus: Sequence[int] = (),
) -> OutageTable:
    """Effects of every contingency on branch flows.

    Lost units and campuses are made up by the other dispatchable units in proportion to their
    ``p_max_mw``; an outage that splits the network de-energises the part without most load.

    Parameters
    ----------
    campus_bus : sequence of int
        Bus position of each campus of the state vector.
    failover_bus : sequence of int
        Bus position at which each failover of the state vector is drawn.
    """
    maker = _Maker(network, factors, campus_bus, failover_bus)
    effects = [maker.effect(lost) for lost in contingencies]
    sources = [source for effect in effects for source in effect.sources]
    return OutageTable(
        contingencies=tuple(contingencies),
        layout=maker.layout,
        factors=factors,
        share=maker.share,
        injection=_columns(len(network.bus), [(s.bus, s.injection) for s in sources]),
        pickup=np.array([s.pickup for s in sources], dtype=float),
        source=np.array([s.state for s in sources], dtype=np.int64),
        start=np.cumsum([0] + [len(e.sources) for e in effects], dtype=np.int64),
        not_monitored=_marks(len(network.branch), [e.not_monitored for e in effects]),
        island_load_mw=np.array([e.island_load_mw for e in effects], dtype=float),
        pickup_mw=np.array([e.pickup_mw for e in effects], dtype=float),
    )


def with_campuses(
    table: OutageTable,
    network: Network,
    lost: Sequence[Contingency],
    campus_bus: Sequence[int],
    failover_bus: Sequence[int] = (),
) -> OutageTable:
    """Table with campuses in the state and further contingencies after its own; what is there is shared."""
    more = outage_table(network, table.factors, lost, campus_bus, failover_bus)
    own_sources = int(table.start[-1])
    return replace(
        more,
        contingencies=table.contingencies + more.contingencies,
        injection=sp.hstack([table.injection, more.injection], format="csc"),
        pickup=np.append(table.pickup, more.pickup),
        source=np.append(table.source, more.source),
        start=np.append(table.start, own_sources + more.start[1:]),
        not_monitored=sp.hstack([table.not_monitored, more.not_monitored], format="csr"),
        island_load_mw=np.append(table.island_load_mw, more.island_load_mw),
        pickup_mw=np.append(table.pickup_mw, more.pickup_mw),
    )


def with_runbacks(
    table: OutageTable, network: Network, campus_bus: Sequence[int], campus: int
) -> tuple[OutageTable, tuple[int, ...]]:
    """Table in which a campus runs back after outages, and the contingency each runback follows.

    Every contingency that leaves the campus connected stands twice: where it stood, with short-time ratings, and at
    the end with its own rating and one more source: the MW run back after it, a state of its own behind the campuses.
    """
    if table.layout.n_failover:
        raise ValueError("a campus that runs back and a failover cannot stand in one table")
    bus = campus_bus[campus]
    maker = _Maker(network, table.factors, [*campus_bus, bus])
    found: list[tuple[int, Source]] = []
    for c, lost in enumerate(table.contingencies):
        if campus not in lost.campuses and lost.rating != "short_time":
            source = maker.runback(lost, bus)
            if len(source.bus):
                found.append((c, source))
    after = tuple(c for c, _ in found)
    n_source, n_campus = len(table.source), table.layout.n_campus
    order = [[*range(table.start[c], table.start[c + 1]), n_source + j] for j, c in enumerate(after)]
    at = np.array([s for sources in order for s in sources], dtype=np.int64)
    own = _columns(len(network.bus), [(source.bus, source.injection) for _, source in found])
    injection = sp.hstack([table.injection, own], format="csc")
    pickup = np.append(table.pickup, [source.pickup for _, source in found])
    state = np.append(table.source, table.layout.campus + n_campus + np.arange(len(found)))
    width = np.array([len(sources) for sources in order], dtype=np.int64)
    chosen = list(after)
    return replace(
        table,
        layout=replace(table.layout, n_campus=n_campus + len(found)),
        contingencies=_twice(table.contingencies, after),
        injection=sp.hstack([table.injection, injection[:, at]], format="csc"),
        pickup=np.append(table.pickup, pickup[at]),
        source=np.append(table.source, state[at]).astype(np.int64),
        start=np.append(table.start, table.start[-1] + np.cumsum(width)),
        not_monitored=sp.hstack([table.not_monitored, table.not_monitored[:, chosen]], format="csr"),
        island_load_mw=np.append(table.island_load_mw, table.island_load_mw[chosen]),
        pickup_mw=np.append(table.pickup_mw, table.pickup_mw[chosen]),
    ), after


def _twice(contingencies: Sequence[Contingency], after: Sequence[int]) -> tuple[Contingency, ...]:
    first = [replace(lost, rating="short_time") if c in set(after) else lost for c, lost in enumerate(contingencies)]
    return (*first, *(replace(contingencies[c], id=f"{contingencies[c].id} and runback") for c in after))


def without_pickup(table: OutageTable) -> tuple[Contingency, ...]:
    """Contingencies whose lost power no unit makes up for: none that picks up is left in the main island."""
    islanding = set(table.islanding)
    return tuple(
        lost
        for i, lost in enumerate(table.contingencies)
        if (lost.generators or lost.campuses or i in islanding) and table.pickup_mw[i] <= 0.0
    )


def _columns(
    n_row: int, parts: Sequence[tuple[Sequence[int] | IntArray, Sequence[float] | FloatArray]]
) -> sp.csc_matrix:
    start = np.cumsum([0] + [len(rows) for rows, _ in parts])
    row = np.concatenate([np.asarray(rows, dtype=np.int64) for rows, _ in parts] or [np.zeros(0, dtype=np.int64)])
    value = np.concatenate([np.asarray(values, dtype=float) for _, values in parts] or [np.zeros(0)])
    matrix = sp.csc_matrix((value, row, start), shape=(n_row, len(parts)))
    matrix.sum_duplicates()
    return matrix


def _marks(n_branch: int, marked: Iterable[Sequence[int] | IntArray]) -> sp.csr_matrix:
    columns = _columns(n_branch, [(np.unique(rows), np.ones(len(np.unique(rows)))) for rows in marked])
    return columns.tocsr().astype(bool)


class _Maker:
    """Works out effects; what several contingencies share is looked up once."""

    def __init__(
        self, network: Network, factors: Factors, campus_bus: Sequence[int], failover_bus: Sequence[int] = ()
    ) -> None:
        self.network, self.factors, self.campus_bus, self.failover_bus = network, factors, campus_bus, failover_bus
        self._flows: dict[int, FloatArray] = {}
        self.layout = StateLayout(
            n_branch=len(network.branch),
            n_generator=len(network.generator),
            n_dc_line=len(network.dc_line),
            n_campus=len(campus_bus),
            n_failover=len(failover_bus),
        )
        unit = network.generator
        self.weight_mw = pickup_weight_mw(network)
        self.weight_at_bus = np.bincount(unit.bus, weights=self.weight_mw, minlength=len(network.bus))
        self.total_mw = float(self.weight_mw.sum())
        self.share: FloatArray = self.weight_at_bus / self.total_mw if self.total_mw > 0 else np.zeros(len(network.bus))

    @cached_property
    def bridges(self) -> Bridges:
        return find_bridges(self.network, self.factors.in_service)

    @cached_property
    def bridge_of(self) -> dict[int, int]:
        return {int(k): i for i, k in enumerate(self.bridges.branch)}

    def effect(self, lost: Contingency) -> Effect:
        """Effect of one contingency."""
        counts = (len(lost.branches), len(lost.generators), len(lost.dc_lines), len(lost.campuses), len(lost.buses))
        if counts == (1, 0, 0, 0, 0):
            return self._branch(lost) if lost.branches[0] not in self.bridge_of else self._any(lost)
        single: dict[tuple[int, ...], Callable[[Contingency], Effect]] = {
            (0, 1, 0, 0, 0): self._unit,
            (0, 0, 0, 1, 0): self._campus,
        }
        return single.get(counts, self._any)(lost)

    def _branch(self, lost: Contingency) -> Effect:
        """A branch beside which others remain acts as a transfer between its ends that cancels its own flow."""
        k = lost.branches[0]
        per_mw = 1.0 / (1.0 - self.factors.own_transfer[k])
        ends = (int(self.factors.from_bus[k]), int(self.factors.to_bus[k]))
        source = Source(state=k, bus=ends, injection=(per_mw, -per_mw), pickup=0.0)
        return Effect(sources=(source,), not_monitored=(k,), pickup_mw=self.total_mw)

    def _unit(self, lost: Contingency) -> Effect:
        g = lost.generators[0]
        own, bus = float(self.weight_mw[g]), int(self.network.generator.bus[g])
        left = self._left(own)
        pickup, own_share = (self.total_mw / left, own / left) if left > 0 else (0.0, 0.0)
        source = Source(state=self.layout.generator + g, bus=(bus,), injection=(-1.0 - own_share,), pickup=pickup)
        return Effect(sources=(source,), not_monitored=(), pickup_mw=left)

    def _campus(self, lost: Contingency) -> Effect:
        c = lost.campuses[0]
        pickup = -1.0 if self.total_mw > 0 else 0.0
        source = Source(state=self.layout.campus + c, bus=(self.campus_bus[c],), injection=(1.0,), pickup=pickup)
        raised = [
            Source(state=self.layout.failover + f, bus=(self.failover_bus[f],), injection=(-1.0,), pickup=-pickup)
            for f in lost.failovers
        ]
        return Effect(sources=(source, *raised), not_monitored=(), pickup_mw=self.total_mw)

    def runback(self, lost: Contingency, bus: int) -> Source:
        """One MW less drawn at a bus once a contingency has happened, taken off the units that pick up after it.

        The bus is that of the last campus. An injection of nothing means that the bus is gone, too.
        """
        state = self.layout.campus + self.layout.n_campus - 1
        if lost.branches and lost.branches[0] not in self.bridge_of and self._is_single(lost) and self.total_mw > 0:
            k = lost.branches[0]
            around = self._flow_to_units(bus)[k] / (1.0 - self.factors.own_transfer[k])
            ends = (bus, int(self.factors.from_bus[k]), int(self.factors.to_bus[k]))
            return Source(state=state, bus=ends, injection=(1.0, around, -around), pickup=-1.0)
        effect = self._any(replace(lost, campuses=(*lost.campuses, self.layout.n_campus - 1)))
        return effect.sources[-1]

    def _is_single(self, lost: Contingency) -> bool:
        return len(lost.branches) == 1 and not (lost.generators or lost.dc_lines or lost.campuses or lost.buses)

    def _flow_to_units(self, bus: int) -> FloatArray:
        """Flows of one MW from a bus to all units by their share, dims (branch,)."""
        if bus not in self._flows:
            injection = -self.share
            injection[bus] += 1.0
            self._flows[bus] = np.asarray(self.factors.flow_mw(injection[None, :])[0])
        return self._flows[bus]

    def _left(self, gone_mw: float) -> float:
        """Capacity that still picks up; rounding of the sum is no capacity [MW]."""
        left = self.total_mw - gone_mw
        return left if left > 1e-9 * max(self.total_mw, 1.0) else 0.0

    def _any(self, lost: Contingency) -> Effect:
        """Any contingency in three exact steps.

        A few of the lost branches would hold the islands together; the others go first, by LODF. Then each
        of those few carries exactly what is lost behind it: cutting it off takes its flow from the main
        island. Last, what the main island itself loses; both losses are picked up by its units.
        """
        factors, branch = self.factors, self.network.branch
        label, live = self._parts(lost)
        bridges = _bridges(self.network, lost.branches, label)
        others = [k for k in lost.branches if k not in bridges]
        cut, cut_loss = _cut_off(self.network, bridges, live)
        sources, own_loss = _lost_injections(self.network, self.layout, lost, self.campus_bus, self.failover_bus)
        loss = np.where(live[:, None], np.hstack([cut_loss, own_loss]), 0.0)
        moved, pickup, left_mw = self._made_up(loss, lost, live)
        injection, picked = moved, pickup
        if others:
            rows = factors.rows(others)
            own = np.eye(len(others)) - factors.transfer(others, others)
            around = _end_injections(self.network, others) @ np.linalg.inv(own)
            moved = moved + around @ (rows @ moved + np.outer(rows @ self.share, pickup))
            through = factors.rows(cut) @ around
            injection = np.hstack([around + moved[:, : len(cut)] @ through, moved])
            picked = np.concatenate([pickup[: len(cut)] @ through, pickup])
        gone = ~live[branch.from_bus] | ~live[branch.to_bus]
        gone[list(lost.branches)] = True
        states = [*others, *cut, *sources]
        return Effect(
            sources=tuple(_source(states[s], injection[:, s], float(picked[s])) for s in range(len(states))),
            not_monitored=np.flatnonzero(gone),
            island_load_mw=-1.0 if live.all() else float(np.maximum(self.network.bus.p_load_mw[~live], 0.0).sum()),
            pickup_mw=left_mw,
        )

    def _parts(self, lost: Contingency) -> tuple[IntArray, BoolArray]:
        """Island of every bus without what is lost, and the buses that stay energised."""
        if len(lost.branches) == 1 and not lost.buses:
            at = self.bridge_of.get(lost.branches[0])
            dead = np.zeros(len(self.network.bus), dtype=bool) if at is None else self.bridges.dead(at)
            return dead.astype(np.int64), ~dead
        out = [*lost.branches, *np.flatnonzero(~self.factors.in_service)]
        label = island_labels(self.network, out) if lost.branches else np.zeros(len(self.network.bus), dtype=np.int64)
        return label, main_island(self.network, label, lost.buses)

    def _made_up(self, loss: FloatArray, lost: Contingency, live: BoolArray) -> tuple[FloatArray, FloatArray, float]:
        """Injections left by losses, dims (bus, source), MW that all units pick up, capacity that does [MW]."""
        unit = self.network.generator
        gone = ~live[unit.bus]
        gone[list(lost.generators)] = True
        left = self._left(float(self.weight_mw[gone].sum()))
        if left <= 0:
            return -loss, np.zeros(loss.shape[1]), 0.0
        without = np.bincount(unit.bus[gone], weights=self.weight_mw[gone], minlength=len(loss)) / left
        total = loss.sum(axis=0)
        return -loss - np.outer(without, total), total * (self.total_mw / left), left


def _source(state: int, injection: FloatArray, pickup: float) -> Source:
    at = np.flatnonzero(np.abs(injection) > NOTHING)
    return Source(state=int(state), bus=at, injection=injection[at], pickup=pickup)


def _end_injections(network: Network, branches: Sequence[int]) -> FloatArray:
    """Transfer of one MW between the ends of each branch, dims (bus, given branch)."""
    ends = np.zeros((len(network.bus), len(branches)))
    each = np.arange(len(branches))
    ends[network.branch.from_bus[list(branches)], each] = 1.0
    ends[network.branch.to_bus[list(branches)], each] -= 1.0
    return ends


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
    network: Network, layout: StateLayout, lost: Contingency, campus_bus: Sequence[int], failover_bus: Sequence[int]
) -> tuple[list[int], FloatArray]:
    """Lost units, dc lines and campuses, then failovers; injection lost per MW of each, dims (bus, source)."""
    dc = network.dc_line
    sources = [layout.generator + g for g in lost.generators]
    ends = [[(network.generator.bus[g], 1.0)] for g in lost.generators]
    sources += [layout.dc_line + d for d in lost.dc_lines]
    ends += [[(dc.to_bus[d], 1.0 - dc.loss_frac[d]), (dc.from_bus[d], -1.0)] for d in lost.dc_lines]
    sources += [layout.campus + c for c in lost.campuses]
    ends += [[(campus_bus[c], -1.0)] for c in lost.campuses]
    sources += [layout.failover + f for f in lost.failovers]
    ends += [[(failover_bus[f], 1.0)] for f in lost.failovers]
    loss = np.zeros((len(network.bus), len(sources)))
    for j, injections in enumerate(ends):
        for bus, mw in injections:
            loss[bus, j] += mw
    return sources, loss
