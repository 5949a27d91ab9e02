"""What each listed outage does to the grid, by a new factorisation without the lost element.

In: one studied year. Out: the list of outages and, for each, the map from bus injections (or from the
lost element's power) to the flows after it. Distribution factors are used nowhere but in bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gridplan.solution import ContingencyKind, contingency_label
from gridplan.verify.audit_grid import BoolArray, Factor, FloatArray, Grid, IntArray, factorise, parts
from gridplan.verify.audit_limits import retired_units
from gridplan.verify.audit_read import RunYear


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Loss of one element, by its position in its table (campuses: in the plan), or of a set (see ``audit_sets``)."""

    kind: ContingencyKind
    element: int
    label: str
    rating: str = "emergency"


@dataclass(frozen=True, slots=True, eq=False)
class LostPower:
    """A unit or dc line whose power is lost, and the injection that is lost per MW of it, dims (bus,)."""

    kind: ContingencyKind
    element: int
    injection: FloatArray


def listed_outages(year: RunYear) -> tuple[Outage, ...]:
    """Every single outage the plan's switches list: branches, units with capacity, dc lines, connected campuses."""
    grid, switches = year.grid, year.plan.record("contingencies")
    rating = switches.text("rating") if "rating" in switches.data else "emergency"
    connected = [i for i, bus in enumerate(year.campus_bus) if bus >= 0]
    lists: list[tuple[ContingencyKind, bool, tuple[str, ...], list[int]]] = [
        ("branch", switches.flag("branches"), grid.branch, list(range(len(grid.branch)))),
        ("unit", switches.flag("units"), grid.generator, [int(g) for g in np.flatnonzero(grid.unit_p_max_mw > 0)]),
        ("dc_line", switches.flag("dc_poles"), grid.dc_line, list(range(len(grid.dc_line)))),
        ("campus", switches.flag("campuses"), year.labels["campus"], connected),
    ]
    return tuple(
        Outage(kind=kind, element=i, label=contingency_label(kind, names[i]), rating=rating)
        for kind, is_on, names, elements in lists
        if is_on
        for i in elements
    )


@dataclass(frozen=True, kw_only=True)
class BranchLoss:
    """The grid without one branch; where that splits it, the part with less load is dead.

    ``dead`` is empty for an outage that leaves the grid connected. All injections of a dead part
    vanish, and the units of the other part make up for their sum by ``pickup``, dims (bus,).
    """

    grid: Grid
    branch: int
    is_dead: BoolArray
    pickup: FloatArray

    @property
    def is_splitting(self) -> bool:
        """Whether buses go dark."""
        return bool(self.is_dead.any())

    @cached_property
    def factor(self) -> Factor:
        """LU factors of what is left."""
        in_service = np.ones(len(self.grid.branch), dtype=bool)
        in_service[self.branch] = False
        return factorise(self.grid, in_service, ~self.is_dead)

    def flow_map(self, columns: IntArray | None = None) -> FloatArray:
        """Flow after the outage per MW at each bus before it, then the constant, dims (branch, bus + 1)."""
        weights = self.factor.flow_map(columns)
        if self.is_splitting:
            weights[:, :-1][:, self.is_dead] = (weights[:, :-1] @ self.pickup)[:, None]
        return weights

    def flows_mw(self, injection_mw: FloatArray) -> FloatArray:
        """Flows after the outage for the injections before it, dims (time, branch) [MW]."""
        remaining = injection_mw
        if self.is_splitting:
            lost = injection_mw[:, self.is_dead].sum(axis=1)
            remaining = np.where(self.is_dead, 0.0, injection_mw) + lost[:, None] * self.pickup
        shift = np.where(self.factor.in_service, self.grid.shift_flow_mw, 0.0)
        theta = self.factor.angles(remaining.T + (self.grid.incidence.T @ shift)[:, None])
        return np.asarray((self.factor.weighted_incidence @ theta).T - shift)


def branch_loss(year: RunYear, branch: int) -> BranchLoss:
    """Grid without a branch, and the buses that go dark with it."""
    is_dead = dark_buses(year).get(branch, np.zeros(len(year.grid.bus), dtype=bool))
    return BranchLoss(grid=year.grid, branch=branch, is_dead=is_dead, pickup=_pickup(year, near=branch, dead=is_dead))


def dark_buses(year: RunYear) -> dict[int, BoolArray]:
    """Buses that go dark with each branch whose loss splits the grid, by position of the branch."""
    if "dark_buses" not in year.memory:
        found = ((k, _dark_buses(year.grid, k)) for k in range(len(year.grid.branch)))
        year.memory["dark_buses"] = {k: is_dead for k, is_dead in found if is_dead.any()}
    dark: dict[int, BoolArray] = year.memory["dark_buses"]
    return dark


def _dark_buses(grid: Grid, branch: int) -> BoolArray:
    """Side of a split with less load, then fewer buses; none if the grid stays whole, dims (bus,)."""
    in_service = np.ones(len(grid.branch), dtype=bool)
    in_service[branch] = False
    part = parts(grid, in_service)
    sides = part[[grid.from_bus[branch], grid.to_bus[branch]]]
    if sides[0] == sides[1]:
        return np.zeros(len(grid.bus), dtype=bool)
    return np.asarray(part == min(sides, key=lambda side: _weight(grid, part == side)))


def _weight(grid: Grid, inside: BoolArray) -> tuple[float, int]:
    return float(np.maximum(grid.p_load_mw[inside], 0.0).sum()), int(inside.sum())


def _pickup(year: RunYear, near: int, dead: BoolArray) -> FloatArray:
    grid = year.grid
    same_part = grid.part_of_bus == grid.part_of_bus[grid.from_bus[near]]
    return pickup_share(year, same_part & ~dead)


def pickup_share(year: RunYear, inside: BoolArray, *, without: Sequence[int] = ()) -> FloatArray:
    """Share of a loss each bus makes up for, by static p_max of its dispatchable units, dims (bus,).

    Parameters
    ----------
    inside : bool, dims (bus,)
        Buses whose units take part.
    without : sequence of int
        Positions of units that are lost themselves.
    """
    grid = year.grid
    weight = np.where(grid.is_dispatchable & ~retired_units(year) & inside[grid.unit_bus], grid.unit_p_max_mw, 0.0)
    weight[list(without)] = 0.0
    share = np.bincount(grid.unit_bus, weights=weight, minlength=len(grid.bus))
    total = share.sum()
    return np.asarray(share / total if total > 0 else share)


@dataclass(frozen=True, kw_only=True)
class PowerLoss:
    """Loss of a unit, dc line or campus: its power in every hour and what one MW of it moves.

    ``lost_mw`` has dims (time,); ``moved`` is the change of each bus injection per lost MW, dims (bus,).
    """

    lost_mw: FloatArray
    moved: FloatArray

    @property
    def is_balanced(self) -> bool:
        """Whether somebody made up for the loss."""
        return abs(float(self.moved.sum())) < 1e-9


def power_loss(year: RunYear, outage: Outage) -> PowerLoss:
    """Injections that change when an outage leaves all branches in service."""
    grid, i = year.grid, outage.element
    moved = np.zeros(len(grid.bus))
    if outage.kind == "unit":
        bus, lost_mw = grid.unit_bus[i], year.array("p_generator_mw")[:, i]
        moved[bus] -= 1.0
        moved += pickup_share(year, _part_of(grid, bus), without=(i,))
    elif outage.kind == "dc_line":
        bus, lost_mw = grid.dc_from[i], year.array("p_dc_line_mw")[:, i]
        moved[bus] += 1.0
        moved[grid.dc_to[i]] -= 1.0 - grid.dc_loss_frac[i]
        moved -= grid.dc_loss_frac[i] * pickup_share(year, _part_of(grid, bus))
    else:
        bus, lost_mw = year.campus_bus[i], year.array("p_campus_mw")[:, i]
        moved[bus] += 1.0
        moved -= pickup_share(year, _part_of(grid, bus))
    return PowerLoss(lost_mw=lost_mw, moved=moved)


def _part_of(grid: Grid, bus: int) -> BoolArray:
    return np.asarray(grid.part_of_bus == grid.part_of_bus[bus])
