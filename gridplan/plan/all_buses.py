"""Every bus of a network alone on the grid: MW under N-1 and N-0, headroom, and what each is held by.

For snapshots and short studies. A long study asks ``poi_capacity`` for each bus, which shares rows between hours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.headroom import Headroom
from gridplan.dispatch.headroom_all import BusHeadroom
from gridplan.dispatch.hosting import SUPPLY
from gridplan.dispatch.hosting_all import BusBlock, BusHosting, BusQuestion, blocks_of
from gridplan.dispatch.pair_sieve import PairSieve
from gridplan.dispatch.rows import INTACT, RowKey, row_name
from gridplan.dispatch.year import state_mw
from gridplan.network.contingency import Rating
from gridplan.network.model import FloatArray
from gridplan.plan.case import YearCase, listed_outages

#: Longest study whose buses are worked out together [h].
MOST_HOURS = 168
NOTHING = "nothing up to the largest MW looked for"


def most_mw_of(case: YearCase) -> float:
    """Largest MW looked for: a little more than all units can give beyond the load, in the hour of most."""
    series = case.series
    return max(float((series.p_max_mw.sum(axis=1) - series.load_mw.sum(axis=1)).max()) + 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusCapacity:
    """One bus alone on the grid: with every listed outage, with none, and without redispatch."""

    bus: str
    secure: BusHosting
    intact: BusHosting
    headroom: Headroom
    binding: str
    n0_binding: str
    headroom_binding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedQuestions:
    """What the blocks of buses have in common: both questions, and the dispatch headroom stands on."""

    secure: BusQuestion
    intact: BusQuestion
    base_state: FloatArray
    cutoff_frac: float


@dataclass(frozen=True, slots=True)
class _Found:
    secure: BusHosting
    intact: BusHosting
    headroom: Headroom


def bus_capacities(
    case: YearCase, buses: Sequence[str], most_mw: float, *, farm: Farm, progress: Callable[[str], None]
) -> list[BusCapacity]:
    """Capacity of every bus alone, in the order given."""
    shared = shared_questions(case, most_mw)
    at = [case.network.bus_index(bus) for bus in buses]
    blocks = blocks_of(case.plain, at)
    total = sum(map(len, blocks))
    progress(f"capacity of {total} buses")

    def tell(i: int) -> None:
        progress(f"capacity: {sum(map(len, blocks[: i + 1]))} of {total} buses done")

    found = farm.map_shared(_solve, shared, blocks, tell, name="capacity of all buses")
    by_bus = {answer.secure.bus: answer for block in found for answer in block}
    return [_named(case, bus, by_bus[i]) for bus, i in zip(buses, at, strict=True)]


def shared_questions(case: YearCase, most_mw: float) -> SharedQuestions:
    """Questions about every bus of a case, with the sieves behind them."""
    raised = dict(case.raised_mw)
    bare = case.plain.with_outages(())
    secure = BusQuestion(
        sieve=PairSieve(case.plain),
        raised_mw=raised,
        rows=case.rows,
        most_mw=most_mw,
        campus_rating=_campus_rating(case),
    )
    intact = BusQuestion(
        sieve=PairSieve(bare),
        raised_mw={key: limit for key, limit in raised.items() if key[1] == INTACT},
        rows=tuple(key for key in case.rows if key[1] == INTACT),
        most_mw=most_mw,
    )
    cutoff = case.study.criteria.distribution_factor_cutoff_frac
    state = state_mw(case.plain, case.base)
    return SharedQuestions(secure=secure, intact=intact, base_state=state, cutoff_frac=cutoff)


def _campus_rating(case: YearCase) -> Rating | None:
    """Rating after the loss of the campus itself; None where that is not studied."""
    listed = listed_outages(case.study, case.network, ("campus",), sets=case.sets)
    return listed[-1].rating if listed and listed[-1].campuses else None


def _solve(shared: SharedQuestions, buses: tuple[int, ...]) -> list[_Found]:
    secure = BusBlock(shared.secure).solve(buses)
    has_outages = bool(shared.secure.grid.outages.contingencies) or shared.secure.campus_rating is not None
    intact = BusBlock(shared.intact).solve(buses) if has_outages else secure
    room = room_of(shared)
    return [_Found(s, i, room.of(bus)) for bus, s, i in zip(buses, secure, intact, strict=True)]


def room_of(shared: SharedQuestions) -> BusHeadroom:
    """Headroom on the dispatch without campuses."""
    secure = shared.secure
    return BusHeadroom(secure.sieve, shared.base_state, cutoff_frac=shared.cutoff_frac, most_mw=secure.most_mw)


def _named(case: YearCase, bus: str, found: _Found) -> BusCapacity:
    room = found.headroom
    return BusCapacity(
        bus=bus,
        secure=found.secure,
        intact=found.intact,
        headroom=room,
        binding=_binding(case, bus, found.secure),
        n0_binding=_binding(case, bus, found.intact),
        headroom_binding=NOTHING if room.key is None else row_name(case.plain, room.key),
    )


def _binding(case: YearCase, bus: str, found: BusHosting) -> str:
    """What binds first in the hour of least capacity, in planner's words."""
    if found.firm_mw >= found.most_mw - 1e-6:
        return NOTHING
    if found.is_generation_limited[found.firm_hour]:
        return SUPPLY
    return key_name(case, bus, found.binding[0]) if found.binding else NOTHING


def key_name(case: YearCase, bus: str, key: RowKey) -> str:
    """Name of a row; one that follows the loss of the campus names the bus."""
    if key[1] < len(case.plain.outages.contingencies):
        return row_name(case.plain, key)
    grid = case.grid((PlanPoint(id=bus, bus=case.network.bus_index(bus)),))
    return row_name(grid, key)
