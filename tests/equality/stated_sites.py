"""One siting question stated twice: for the siting loop of gridplan and as combinations to be tried one by one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gridplan.dispatch.grid import Grid, Limits, PlanPoint, Prices
from gridplan.dispatch.year import YearDispatch
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.plan.parts.load_loss import NO_LIMIT, LoadLoss
from gridplan.plan.problems.siting import RatingOption, SiteRequest, SitingPlan, build_siting, site_pairs
from gridplan.plan.siting_loop import SitingLoop, SitingResult
from gridplan.series.model import GridSeries
from gridplan.solution import counted_threshold_mw
from tests.oracles.btheta import Outage
from tests.oracles.grid_block import GridRules, add_grid
from tests.oracles.lp import INF, LinearProgram
from tests.oracles.siting import (
    Combination,
    SiteCampus,
    SiteReinforcement,
    dispatch_hour_cost,
    enumerate_sites,
    with_built,
)

FACTOR = 0.95
UNSERVED_USD_PER_MWH, OVERLOAD_USD_PER_MWH = 10_000.0, 20_000.0


@dataclass(frozen=True, kw_only=True)
class Question:
    """Grid, hours, requests, wires, listed outages (campuses are always listed) and price of a MW left out [USD].

    ``known`` remembers the exact cost of (sites, built, hour), which does not depend on any price of the question.
    """

    network: Network
    series: GridSeries
    requests: tuple[SiteRequest, ...]
    wires: tuple[SiteReinforcement, ...] = ()
    outages: tuple[Outage, ...]
    unconnected_usd_per_mw: float
    load_loss: LoadLoss = NO_LIMIT
    known: dict[object, float] = field(default_factory=dict)

    def rules(self, n_campus: int) -> GridRules:
        """Hard limits, all native load served, every campus an outage of its own."""
        campuses = tuple(Outage("campus", k) for k in range(n_campus))
        return GridRules(
            has_unserved=False, has_overload=False, rating_factor=FACTOR, outages=(*self.outages, *campuses)
        )


def sited(question: Question, *, gap_frac: float = 0.0, first_hours: Sequence[int] = ()) -> SitingResult:
    """Answer of the loop, from no explicit hour unless given."""
    network, branch = question.network, question.network.branch
    plan = siting_plan(question)
    points = [PlanPoint(id=f"{i}@{poi}", bus=network.bus_index(poi)) for i, poi in plan.sites]
    grid = Grid(
        network,
        question.series,
        Limits(normal_mw=branch.rating_normal_mva * FACTOR, emergency_mw=branch.rating_emergency_mva * FACTOR),
        Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH),
        points=points,
        contingencies=_contingencies(question.outages, len(points)),
    )
    year = YearDispatch(grid)
    base = year.evaluate(np.arange(len(grid)), np.zeros((len(grid), len(points))))
    return SitingLoop(plan, grid, base, gap_frac=gap_frac, critical_hours=first_hours, rows=list(year.pool.keys)).run()


def siting_plan(question: Question) -> SitingPlan:
    """The question as the siting structure."""
    wires = [_option(question.network, wire) for wire in question.wires]
    return build_siting(question.requests, wires, question.unconnected_usd_per_mw, question.load_loss)


def _option(network: Network, wire: SiteReinforcement) -> RatingOption:
    k = network.branch.id.index(wire.branch)
    return RatingOption(
        id=wire.id,
        branch=k,
        more_normal_mw=FACTOR * (wire.rating_normal_mva - float(network.branch.rating_normal_mva[k])),
        more_emergency_mw=FACTOR * (wire.rating_emergency_mva - float(network.branch.rating_emergency_mva[k])),
        annual_cost_usd=wire.annual_cost_usd,
    )


def _contingencies(outages: Sequence[Outage], n_point: int) -> list[Contingency]:
    field_of = {"branch": "branches", "unit": "generators", "dc_line": "dc_lines", "campus": "campuses"}
    listed = [*outages, *(Outage("campus", k) for k in range(n_point))]
    return [Contingency(id=f"{o.kind} {o.position}", **{field_of[o.kind]: (o.position,)}) for o in listed]


def sizes_mw(request: SiteRequest) -> list[float]:
    """Whole blocks, and the whole contract where it is none."""
    blocks = [k * request.block_mw for k in range(1, request.blocks + 1)]
    return [*blocks, request.contract_mw] if request.rest_mw > 0 else blocks


def combinations(question: Question) -> list[Combination]:
    """Every choice of POI and size, or none, of every request, and every set of wires."""
    choices = [[(None, 0.0), *itertools.product(r.pois, sizes_mw(r))] for r in question.requests]
    ids = [wire.id for wire in question.wires]
    subsets = [frozenset(s) for n in range(len(ids) + 1) for s in itertools.combinations(ids, n)]
    return [Combination(sites=sites, built=built) for built in subsets for sites in itertools.product(*choices)]


def chosen(question: Question, result: SitingResult) -> Combination:
    """What the loop chose, as one of the combinations."""
    sites: list[tuple[str | None, float]] = [(None, 0.0)] * len(question.requests)
    for (i, bus), mw in zip(site_pairs(question.requests), result.sites_mw, strict=True):
        if mw > 0:
            sites[i] = (bus, float(mw))
    built = frozenset(w.id for w, share in zip(question.wires, result.built, strict=True) if share == 1.0)
    return Combination(sites=tuple(sites), built=built)


def enumerated(question: Question) -> dict[Combination, float]:
    """Total of every combination, firm service [USD]; infinite where it is not secure."""
    campuses = [
        SiteCampus(id=r.id, poi=r.pois, contract_mw=r.contract_mw, block_mw=r.block_mw) for r in question.requests
    ]
    exact = dispatch_hour_cost(question.network, question.series, campuses, question.wires, question.rules(n_campus=1))

    def hour_cost(choice: Combination, hour: int) -> float:
        """Exact; an hour after an infeasible one does not matter any more."""
        key = (choice.sites, choice.built)
        if question.known.get(key) == INF:
            return INF
        if (*key, hour) not in question.known:
            question.known[*key, hour] = exact(choice, hour)
            if question.known[*key, hour] == INF:
                question.known[key] = INF
        return question.known[*key, hour]

    _, table = enumerate_sites(
        campuses,
        question.wires,
        hour_cost,
        range(len(question.series)),
        question.unconnected_usd_per_mw,
        combinations=combinations(question),
    )
    return {row.combination: row.total_usd for row in table}


# -- conditional service ---------------------------------------------------------------------------
def enumerated_conditional(question: Question) -> dict[Combination, float]:
    """Least total of every combination, curtailment included [USD].

    One program of all hours is solved for every largest set of hours that the terms let each request count as
    curtailed.
    """
    total = {}
    for choice in combinations(question):
        wires = [w for w in question.wires if w.id in choice.built]
        missing = sum(r.contract_mw - mw for r, (_, mw) in zip(question.requests, choice.sites, strict=True))
        fixed = question.unconnected_usd_per_mw * missing + sum(w.annual_cost_usd for w in wires)
        sets = [
            counted_sets(r, len(question.series)) if bus else [frozenset()]
            for r, (bus, _) in zip(question.requests, choice.sites, strict=True)
        ]
        network = with_built(question.network, wires)
        costs = [_least_cost_usd(question, network, choice, counted) for counted in itertools.product(*sets)]
        total[choice] = fixed + min(costs)
    return total


def counted_sets(request: SiteRequest, n_hour: int) -> list[frozenset[int]]:
    """Largest sets of hours within ``max_hours`` in all and ``max_event_h`` in a row."""

    def is_allowed(hours: frozenset[int]) -> bool:
        runs = "".join("x" if h in hours else " " for h in range(n_hour)).split()
        return len(hours) <= request.max_hours and max(map(len, runs), default=0) <= request.max_event_h

    every = range(n_hour)
    if request.max_hours >= n_hour and request.max_event_h >= n_hour:
        return [frozenset(every)]
    allowed = [s for n in range(n_hour + 1) for c in itertools.combinations(every, n) if is_allowed(s := frozenset(c))]
    return [s for s in allowed if not any(s < other for other in allowed)] if request.shed_frac > 0 else [frozenset()]


def _least_cost_usd(
    question: Question, network: Network, choice: Combination, counted: Sequence[frozenset[int]]
) -> float:
    """All hours as one program: what a campus does not take is lost work at its value, within its budget."""
    standing = [
        (r, bus, mw, hours)
        for r, (bus, mw), hours in zip(question.requests, choice.sites, counted, strict=True)
        if bus is not None
    ]
    lp, n_hour = LinearProgram(), len(question.series)
    taken = lp.add_columns((n_hour, len(standing)), 0.0, np.array([mw for _, _, mw, _ in standing]))
    for k, (request, _, mw, hours) in enumerate(standing):
        in_set = np.isin(np.arange(n_hour), list(hours))
        threshold = counted_threshold_mw(request.contract_mw)
        most = np.where(in_set, request.shed_frac * mw, min(threshold, request.shed_frac * mw))
        lost = lp.add_columns((n_hour,), 0.0, most, request.curtailment_usd_per_mwh)
        lp.add_rows(mw, mw, [(taken[:, k], 1.0), (lost, 1.0)])
        budget = request.max_energy_frac * mw * n_hour
        lp.add_rows(-INF, budget, [], [(np.ones((1, n_hour)), lost)], shape=(1,))
    bus = np.array([network.bus_index(b) for _, b, _, _ in standing], dtype=np.int64)
    add_grid(lp, network, question.series, question.rules(len(standing)), (bus, taken))
    result = lp.solve()
    return result.objective if result.is_optimal else INF
