"""Hosting capacity of many buses, each alone on the grid: one warm program, one column changed from bus to bus.

``hosting_year`` asks one bus in many hours, ``BusBlock`` many buses in a few hours. Answers are the same:
the rows are the same, found by a screen of every solution that leaves out no pair. Buses are cut into blocks that
depend on the list alone, each starting from the same rows, so the count of workers changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.bus_cut import BusCuts
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.hosting import BINDING_DUAL, SPARE_TOLERANCE_MW
from gridplan.dispatch.hosting_program import HOLDING, BusSolution, HostingProgram, column_groups
from gridplan.dispatch.pair_sieve import SIEVE_TOLERANCE_MW, PairLimits, PairSieve
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.shared_rows import SharedRows
from gridplan.dispatch.solution_state import SolutionState
from gridplan.errors import InfeasibleError
from gridplan.network.contingency import Rating
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: Buses of a block: more share their rows, fewer keep the workers busy.
MOST_IN_BLOCK, LEAST_IN_BLOCK, BLOCKS = 100, 8, 16
#: Limit that stands for none [MW].
SET_ASIDE_MW = 1.0e5
#: Rounds of solving and screening after which something else than a missing row must be the matter.
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BusHosting:
    """Capacity of one bus in every hour, at most ``most_mw``.

    Parameters
    ----------
    capacity_mw : float, dims (time,)
        Largest MW; 0 where the hour is not secure with any.
    set_aside_mw, fix_first_mw : float, dims (time,)
        The same with pairs that are overloaded before any campus set aside, and with every pair at its rating:
        0 where no MW at all makes the hour secure.
    is_servable, is_generation_limited : bool, dims (time,)
    binding : tuple of row keys
        What binds in the hour of least capacity, strongest first; empty if nothing or supply does.
    """

    bus: int
    capacity_mw: FloatArray
    set_aside_mw: FloatArray
    fix_first_mw: FloatArray
    is_servable: BoolArray
    is_generation_limited: BoolArray
    binding: tuple[RowKey, ...]
    most_mw: float

    @property
    def firm_hour(self) -> int:
        """First hour of least capacity."""
        return int(self.capacity_mw.argmin())

    @property
    def firm_mw(self) -> float:
        """Least capacity of all hours [MW]."""
        return float(self.capacity_mw.min())


@dataclass(frozen=True, slots=True, kw_only=True)
class BusQuestion:
    """What is asked of every bus alike.

    Parameters
    ----------
    sieve : PairSieve
        Of the grid without plan points.
    raised_mw : mapping of row key to (time,) limits
        Pairs overloaded before any campus, with the flow they may keep.
    rows : tuple of row keys
        Rows the grid needed without any campus.
    campus_rating : "normal", "emergency", "short_time" or None
        Rating that has to hold after the loss of the campus itself; None: that is not studied.
    """

    sieve: PairSieve
    raised_mw: Mapping[RowKey, FloatArray]
    rows: tuple[RowKey, ...]
    most_mw: float
    campus_rating: Rating | None = None

    @property
    def grid(self) -> Grid:
        """Grid without plan points."""
        return self.sieve.grid


def blocks_of(grid: Grid, buses: Sequence[int]) -> list[tuple[int, ...]]:
    """Buses in blocks of neighbours, each once; the cut depends on nothing but the list."""
    place = {int(bus): i for i, bus in enumerate(neighbours_first(grid))}
    order = sorted(dict.fromkeys(map(int, buses)), key=place.__getitem__)
    size = int(np.clip(-(-len(order) // BLOCKS), LEAST_IN_BLOCK, MOST_IN_BLOCK))
    return [tuple(order[first : first + size]) for first in range(0, len(order), size)]


def neighbours_first(grid: Grid) -> IntArray:
    """Buses in an order in which neighbours stand close together."""
    import scipy.sparse as sp
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    branch, count = grid.network.branch, len(grid.network.bus)
    joined = sp.coo_matrix((np.ones(len(branch)), (branch.from_bus, branch.to_bus)), shape=(count, count)).tocsr()
    return np.asarray(reverse_cuthill_mckee((joined + joined.T).tocsr(), symmetric_mode=True), dtype=np.int64)


@dataclass(slots=True)
class _Answers:
    """Arrays of a block while it is worked on, dims (bus, time)."""

    capacity: FloatArray
    set_aside: FloatArray
    fix_first: FloatArray
    servable: BoolArray
    supply: BoolArray
    binding: list[tuple[RowKey, ...]]


class BusBlock:
    """Works out some buses, hour by hour."""

    def __init__(self, question: BusQuestion) -> None:
        grid = question.grid
        self.question, self.grid, self.sieve = question, grid, question.sieve
        self.groups = column_groups(grid)
        limit = None if question.campus_rating is None else grid.limits.of(question.campus_rating)
        self.rows = SharedRows(grid, question.raised_mw, self.groups.first, limit)
        self.campus_limit_mw = limit
        self.rows.add(question.rows)
        self.program = HostingProgram(grid, self.rows, self.groups)
        self.program.add_rows(0, np.arange(len(self.rows)))
        self.state = SolutionState(grid, self.groups.first)
        self.cuts = BusCuts(grid)

    def solve(self, buses: Sequence[int]) -> list[BusHosting]:
        """Capacity of the buses in every hour of the grid."""
        shape = (len(buses), len(self.grid))
        out = _Answers(
            capacity=np.zeros(shape),
            set_aside=np.zeros(shape),
            fix_first=np.zeros(shape),
            servable=np.zeros(shape, dtype=bool),
            supply=np.zeros(shape, dtype=bool),
            binding=[()] * len(buses),
        )
        for hour in range(len(self.grid)):
            self._solve_hour(hour, buses, out)
        return [
            BusHosting(
                bus=bus,
                capacity_mw=out.capacity[i],
                set_aside_mw=out.set_aside[i],
                fix_first_mw=out.fix_first[i],
                is_servable=out.servable[i],
                is_generation_limited=out.supply[i],
                binding=out.binding[i],
                most_mw=self.question.most_mw,
            )
            for i, bus in enumerate(buses)
        ]

    def _solve_hour(self, hour: int, buses: Sequence[int], out: _Answers) -> None:
        raised = self._raised(hour)
        self.program.set_hour(hour)
        self.state.set_hour(hour)
        own = self.cuts.own_mw(hour)
        upper = self.groups.bounds_mw(self.grid, hour)[1]
        limits = self.sieve.limits(raised)
        for i, bus in enumerate(buses):
            cut = self.cuts.cut(bus, float(own[bus]), raised)
            most = min(max(cut.p_mw, 0.0), self.question.most_mw)
            self.program.set_bus(bus, most)
            found = self._secure(bus, most, limits)
            held = self._held(found, cut.keys if most < self.question.most_mw else (), most)
            out.servable[i, hour] = found is not None
            out.capacity[i, hour] = found.p_mw if found else 0.0
            is_short = found is not None and float((upper - found.group_mw).sum()) < SPARE_TOLERANCE_MW
            out.supply[i, hour] = is_short and out.capacity[i, hour] < self.question.most_mw - 1e-6
            if out.capacity[i, hour] < out.capacity[i, :hour].min(initial=np.inf):
                out.binding[i] = () if is_short else held
            out.set_aside[i, hour] = out.fix_first[i, hour] = out.capacity[i, hour]
            if raised:
                is_free = found is not None and not self._needs(found, raised, held)
                aside = {key: SET_ASIDE_MW for key in raised}
                if not is_free:
                    out.set_aside[i, hour] = self._under(bus, float(own[bus]), raised, aside)
                out.fix_first[i, hour] = self._under(bus, float(own[bus]), raised, {})

    def _raised(self, hour: int) -> dict[RowKey, float]:
        """Pairs that are allowed more than their rating in an hour."""
        limit = {key: float(limits[hour]) for key, limits in self.question.raised_mw.items()}
        return {key: mw for key, mw in limit.items() if mw > self._rating(key)}

    def _rating(self, key: RowKey) -> float:
        return float(self.grid.limits.of(self.grid.rating_of(key[1]))[key[0]])

    def _needs(self, found: BusSolution, raised: Mapping[RowKey, float], held: Sequence[RowKey]) -> bool:
        """Whether a raised limit holds the bus back."""
        rows = [self.rows.at[key] for key in raised if key in self.rows.at]
        return bool((np.abs(found.row_dual[rows]) > HOLDING).any()) or any(key in raised for key in held)

    def _under(self, bus: int, own_mw: float, raised: Mapping[RowKey, float], allowed: Mapping[RowKey, float]) -> float:
        """Largest MW with other limits for the raised pairs; the pairs get theirs back afterwards."""
        cut = self.cuts.cut(bus, own_mw, allowed)
        limit = {key: allowed.get(key, self._rating(key)) for key in raised}
        most = min(max(cut.p_mw, 0.0), self.question.most_mw)
        self.program.set_bus(bus, most)
        self._give(limit)
        found = self._secure(bus, most, self.sieve.limits(allowed), limit)
        self._give(raised)
        return found.p_mw if found else 0.0

    def _give(self, limit: Mapping[RowKey, float]) -> None:
        known = [key for key in limit if key in self.rows.at]
        self.program.set_limits_mw([self.rows.at[key] for key in known], [limit[key] for key in known])

    def _secure(
        self, bus: int, most_mw: float, limits: PairLimits, given: Mapping[RowKey, float] | None = None
    ) -> BusSolution | None:
        """Largest secure MW: close to it with the guide, then exactly, unless nothing is left to be gained."""
        found = self._screened(bus, limits, given)
        if found is None or found.p_mw >= most_mw:
            return found
        self.program.set_guide(is_on=False)
        return self._screened(bus, limits, given)

    def _screened(
        self, bus: int, limits: PairLimits, given: Mapping[RowKey, float] | None = None
    ) -> BusSolution | None:
        """Solve until no pair is above its limit that is not a row yet."""
        for _ in range(MOST_ROUNDS):
            found = self.program.solve()
            if found is None:
                return None
            missing = self._missing(bus, found, limits)
            if not missing:
                return found
            self.rows.add(missing)
            self.program.add_rows(bus, np.array([self.rows.at[key] for key in missing]))
            if given:
                self._give(given)
        raise InfeasibleError("the screen and the hosting program disagree about a limit that is already a row")

    def _missing(self, bus: int, found: BusSolution, limits: PairLimits) -> list[RowKey]:
        state = self.state.of(found.group_mw, bus, found.p_mw)
        missing = self.sieve.violated(state, limits)
        if self.campus_limit_mw is None:
            return missing
        after = self.state.after_campus_loss(state, bus, found.p_mw)
        over = np.abs(after) - self.campus_limit_mw
        return missing + [(int(b), self.rows.campus) for b in np.flatnonzero(over > SIEVE_TOLERANCE_MW)]

    def _held(self, found: BusSolution | None, cut: tuple[RowKey, ...], most_mw: float) -> tuple[RowKey, ...]:
        """Rows that hold the bus back, strongest first; those of its cut where that is reached."""
        if found is None:
            return ()
        if cut and found.p_mw >= most_mw - 1e-9:
            return cut
        dual = np.abs(found.row_dual)
        rows = np.flatnonzero(dual > BINDING_DUAL)
        return tuple(self.rows.keys[r] for r in rows[np.argsort(-dual[rows], kind="stable")])
