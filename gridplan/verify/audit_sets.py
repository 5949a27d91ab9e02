"""Named sets of elements lost together, by a new factorisation of what they leave.

In: one studied year. Out: the sets as plan.json lists them, what goes dark with each, and its flows. A lost bus takes
everything at it; the part with most load among those without a lost bus stays alive and makes up for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gridplan.solution import contingency_label
from gridplan.verify.audit_flow import own_flow_mw
from gridplan.verify.audit_grid import BoolArray, Factor, FloatArray, IntArray, Labels, factorise, parts
from gridplan.verify.audit_outage import LostPower, Outage, pickup_share
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, Record

RATINGS = ("normal", "emergency", "short_time")


@dataclass(frozen=True, kw_only=True)
class OutageSet:
    """One named set by positions; a lost bus stands with everything at it."""

    label: str
    category: str
    rating: str
    is_load_loss_allowed: bool
    stated: Labels
    branches: tuple[int, ...]
    units: tuple[int, ...]
    dc_lines: tuple[int, ...]
    buses: tuple[int, ...]

    @property
    def single(self) -> tuple[str, int] | None:
        """Kind and position where one branch, unit or dc line is all that is lost."""
        kinds = (("branch", self.branches), ("unit", self.units), ("dc_line", self.dc_lines))
        lost = [(kind, i) for kind, found in kinds for i in found]
        return lost[0] if len(lost) == 1 and not self.buses else None


def outage_sets(year: RunYear) -> tuple[OutageSet, ...]:
    """Sets of plan.json in their order; none where it lists none."""
    if "outage_sets" not in year.memory:
        entries = year.plan.records("outage_sets") if "outage_sets" in year.plan.data else []
        year.memory["outage_sets"] = tuple(_read(year, entry) for entry in entries)
    found: tuple[OutageSet, ...] = year.memory["outage_sets"]
    return found


def _read(year: RunYear, entry: Record) -> OutageSet:
    grid = year.grid
    buses = _positions(entry, "buses", grid.bus)
    is_lost = np.zeros(len(grid.bus), dtype=bool)
    is_lost[list(buses)] = True
    at_bus = {
        "branches": np.flatnonzero(is_lost[grid.from_bus] | is_lost[grid.to_bus]),
        "generators": np.flatnonzero(is_lost[grid.unit_bus]),
        "dc_lines": np.flatnonzero(is_lost[grid.dc_from] | is_lost[grid.dc_to]),
    }
    named = {"branches": grid.branch, "generators": grid.generator, "dc_lines": grid.dc_line}
    lost = {key: tuple(sorted({*_positions(entry, key, names), *at_bus[key].tolist()})) for key, names in named.items()}
    rating = entry.text("rating")
    if rating not in RATINGS:
        message = f"{entry.where}.rating {rating!r} is none of {', '.join(RATINGS)}"
        raise MissingPartError(message)
    return OutageSet(
        label=contingency_label("set", entry.text("name")),
        category=entry.text("category"),
        rating=rating,
        is_load_loss_allowed=entry.flag("is_load_loss_allowed"),
        stated=entry.labels("stated"),
        branches=lost["branches"],
        units=lost["generators"],
        dc_lines=lost["dc_lines"],
        buses=buses,
    )


def _positions(entry: Record, key: str, names: Labels) -> tuple[int, ...]:
    known = {name: i for i, name in enumerate(names)}
    unknown = [name for name in entry.labels(key) if name not in known]
    if unknown:
        message = f"{entry.where}.{key} {unknown[0]} is not in network.json"
        raise MissingPartError(message)
    return tuple(known[name] for name in entry.labels(key))


@dataclass(frozen=True, kw_only=True)
class SetLoss:
    """The grid without a set: ``is_dead`` buses give and take nothing, ``pickup`` makes up for them, dims (bus,)."""

    year: RunYear
    lost: OutageSet
    is_dead: BoolArray
    pickup: FloatArray

    @cached_property
    def factor(self) -> Factor:
        """LU factors of what is left."""
        grid = self.year.grid
        in_service = np.ones(len(grid.branch), dtype=bool)
        in_service[list(self.lost.branches)] = False
        return factorise(grid, in_service, ~self.is_dead)

    @cached_property
    def powers(self) -> tuple[LostPower, ...]:
        """Units and dc lines whose power the part that stays alive loses, with the injection it loses per MW."""
        grid = self.year.grid
        found = [LostPower("unit", g, self._at([(grid.unit_bus[g], 1.0)])) for g in self.lost.units]
        for d in self.lost.dc_lines:
            ends = [(grid.dc_to[d], 1.0 - grid.dc_loss_frac[d]), (grid.dc_from[d], -1.0)]
            found.append(LostPower("dc_line", d, self._at(ends)))
        return tuple(power for power in found if power.injection.any())

    @property
    def is_balanced(self) -> bool:
        """Whether somebody makes up for what is lost."""
        return abs(float(self.pickup.sum()) - 1.0) < 1e-9 or not (self.is_dead.any() or self.powers)

    def _at(self, ends: list[tuple[int, float]]) -> FloatArray:
        injection = np.zeros(len(self.year.grid.bus))
        for bus, mw in ends:
            injection[bus] += mw
        return np.where(self.is_dead, 0.0, injection)

    def flow_map(self, columns: IntArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Flow per MW at each bus before, then the constant, dims (branch, bus + 1); per MW of each lost power."""
        weights = self.factor.flow_map(columns)
        per_bus = weights[:, :-1]
        made_up = per_bus @ self.pickup
        per_power = np.zeros((len(weights), len(self.powers)))
        for j, power in enumerate(self.powers):
            per_power[:, j] = power.injection.sum() * made_up - per_bus @ power.injection
        per_bus[:, self.is_dead] = made_up[:, None]
        return weights, per_power

    def lost_mw(self) -> FloatArray:
        """Power of each of ``powers`` in every hour, dims (time, power) [MW]."""
        names = {"unit": "p_generator_mw", "dc_line": "p_dc_line_mw"}
        columns = [self.year.array(names[power.kind])[:, power.element] for power in self.powers]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self.year), 0))

    def bound_mw(self) -> FloatArray:
        """What no branch can exceed in any hour, dims (branch,) [MW]; 0 where it is dead or lost.

        A flow the grid loses goes on from the ends of its branch through what is left, or is made up for.
        """
        grid, flow = self.year.grid, own_flow_mw(self.year)
        push, size = [], []
        for k in self.lost.branches:
            ends = np.zeros(len(grid.bus))
            ends[grid.from_bus[k]] += 1.0
            ends[grid.to_bus[k]] -= 1.0
            live = np.where(self.is_dead, 0.0, ends)
            push.append(live - live.sum() * self.pickup)
            size.append(float(np.abs(flow[:, k]).max()))
        lost_mw = self.lost_mw()
        for j, power in enumerate(self.powers):
            push.append(power.injection.sum() * self.pickup - power.injection)
            size.append(float(np.abs(lost_mw[:, j]).max()))
        angle = self.factor.angles(np.array(push).reshape(len(push), len(grid.bus)).T)
        moved = np.abs(np.asarray(self.factor.weighted_incidence @ angle)) @ np.array(size)
        return np.where(self.factor.in_service, np.abs(flow).max(axis=0) + moved, 0.0)


def set_loss(year: RunYear, lost: OutageSet) -> SetLoss:
    """Grid without a set, and the buses that go dark with it."""
    is_dead = dark_with_set(year, lost)
    return SetLoss(year=year, lost=lost, is_dead=is_dead, pickup=pickup_share(year, ~is_dead, without=lost.units))


def dark_with_set(year: RunYear, lost: OutageSet) -> BoolArray:
    """Every bus outside the part that has most load, then most buses, and no lost bus, dims (bus,)."""
    grid = year.grid
    in_service = np.ones(len(grid.branch), dtype=bool)
    in_service[list(lost.branches)] = False
    part = parts(grid, in_service)
    load_mw = np.bincount(part, weights=np.maximum(grid.p_load_mw, 0.0))
    load_mw[part[list(lost.buses)]] = -1.0
    alive = max(range(len(load_mw)), key=lambda p: (load_mw[p], int((part == p).sum())))
    return np.asarray(part != alive)


def cut_off_load_mw(year: RunYear, is_dead: BoolArray, buses: tuple[int, ...] = ()) -> FloatArray:
    """Native load at dark buses that are not lost themselves, dims (time,) [MW]."""
    counts = is_dead.copy()
    counts[list(buses)] = False
    return np.asarray(np.maximum(year.array("load_mw")[:, counts], 0.0).sum(axis=1))


def set_outage(lost: OutageSet) -> Outage:
    """Set as an outage: of its one element where that is all, else of a kind of its own."""
    single = lost.single
    if single is not None and single[0] in ("branch", "unit", "dc_line"):
        return Outage(kind=single[0], element=single[1], label=lost.label, rating=lost.rating)  # type: ignore[arg-type]
    return Outage(kind="set", element=-1, label=lost.label, rating=lost.rating)
