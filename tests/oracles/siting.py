"""Site choice by trying every combination: bus or none, MW, reinforcements on or off.

In: campuses, reinforcements, a function that prices one hour of one combination. Out: the whole table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.model import Network, positions
from gridplan.series.model import GridSeries
from tests.oracles.btheta import Outage
from tests.oracles.grid_block import GridRules
from tests.oracles.hourly import solve_hour

MAX_COMBINATIONS = 64


@dataclass(frozen=True, kw_only=True)
class SiteCampus:
    """Campus to place: candidate buses, contract and block [MW], MW of demand per connected MW in each hour."""

    id: str
    poi: tuple[str, ...]
    contract_mw: float
    block_mw: float
    profile_frac: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class SiteReinforcement:
    """New ratings of a branch [MVA] and what they cost each year [USD]."""

    id: str
    branch: str
    rating_normal_mva: float
    rating_emergency_mva: float
    annual_cost_usd: float


@dataclass(frozen=True, kw_only=True)
class Combination:
    """One choice: per campus (bus id or None, connected MW), and the ids of the reinforcements built."""

    sites: tuple[tuple[str | None, float], ...]
    built: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class CombinationCost:
    """Cost of one combination; ``total_usd`` is infinite where an hour is infeasible."""

    combination: Combination
    capital_usd: float
    unconnected_usd: float
    hours_usd: float

    @property
    def total_usd(self) -> float:
        """Sum of the three parts."""
        return self.capital_usd + self.unconnected_usd + self.hours_usd


HourCost = Callable[[Combination, int], float]


def annual_cost_usd(capital_cost_usd: float, discount_rate_frac: float, life_years: float) -> float:
    """Level annual payment r / (1 - (1 + r)^-n) of a capital cost."""
    if discount_rate_frac == 0:
        return capital_cost_usd / life_years
    return capital_cost_usd * discount_rate_frac / (1 - (1 + discount_rate_frac) ** -life_years)


def list_combinations(campuses: Sequence[SiteCampus], reinforcements: Sequence[SiteReinforcement]) -> list[Combination]:
    """Every choice: no bus, or one candidate with 1, 2, ... blocks up to the contract; every subset built."""
    choices: list[list[tuple[str | None, float]]] = []
    for campus in campuses:
        blocks = range(1, int(campus.contract_mw / campus.block_mw + 1e-9) + 1)
        sizes = [(bus, k * campus.block_mw) for bus in campus.poi for k in blocks]
        choices.append([(None, 0.0), *sizes])
    ids = [r.id for r in reinforcements]
    subsets = [frozenset(s) for n in range(len(ids) + 1) for s in itertools.combinations(ids, n)]
    return [Combination(sites=s, built=b) for b in subsets for s in itertools.product(*choices)]


def enumerate_sites(
    campuses: Sequence[SiteCampus],
    reinforcements: Sequence[SiteReinforcement],
    hour_cost: HourCost,
    hours: Iterable[int],
    unconnected_usd_per_mw_year: float,
    *,
    hour_weight: float = 1.0,
    combinations: Sequence[Combination] | None = None,
) -> tuple[CombinationCost, list[CombinationCost]]:
    """Best combination and the table of all, in the order tried.

    Parameters
    ----------
    hour_cost : callable (combination, hour) -> USD
        Exact cost of one hour; infinite where it is infeasible.
    hour_weight : float
        Hours of the year each hour stands for.
    combinations : list of Combination
        Choices to try instead of all.
    """
    tried = list_combinations(campuses, reinforcements) if combinations is None else list(combinations)
    if len(tried) > MAX_COMBINATIONS:
        msg = f"{len(tried)} combinations, at most {MAX_COMBINATIONS} are tried"
        raise ValueError(msg)
    studied = list(hours)
    price = {r.id: r.annual_cost_usd for r in reinforcements}
    table = []
    for choice in tried:
        missing = sum(c.contract_mw - mw for c, (_, mw) in zip(campuses, choice.sites, strict=True))
        table.append(
            CombinationCost(
                combination=choice,
                capital_usd=float(sum(price[r] for r in choice.built)),
                unconnected_usd=unconnected_usd_per_mw_year * missing,
                hours_usd=hour_weight * float(sum(hour_cost(choice, hour) for hour in studied)),
            )
        )
    return min(table, key=lambda row: row.total_usd), table


def dispatch_hour_cost(
    network: Network,
    series: GridSeries,
    campuses: Sequence[SiteCampus],
    reinforcements: Sequence[SiteReinforcement],
    rules: GridRules,
) -> HourCost:
    """Hour cost by ``hourly.solve_hour`` with the built ratings; each connected campus is its own outage.

    Campus outages in ``rules`` are replaced by those of the connected campuses if there are any.
    """
    secure_campuses = any(o.kind == "campus" for o in rules.outages)
    grids: dict[frozenset[str], Network] = {}
    grid_outages = tuple(o for o in rules.outages if o.kind != "campus")

    def hour_cost(choice: Combination, hour: int) -> float:
        taken: dict[str, float] = {}
        for campus, (bus, mw) in zip(campuses, choice.sites, strict=True):
            if bus is not None:
                part = 1.0 if campus.profile_frac is None else campus.profile_frac[hour]
                if bus in taken:
                    msg = f"two campuses at bus {bus}: their outages would merge"
                    raise ValueError(msg)
                taken[bus] = mw * part
        lost = tuple(Outage("campus", k) for k in range(len(taken))) if secure_campuses else ()
        if choice.built not in grids:
            grids[choice.built] = with_built(network, [r for r in reinforcements if r.id in choice.built])
        result = solve_hour(grids[choice.built], series, hour, taken, replace(rules, outages=(*grid_outages, *lost)))
        return result.objective_usd_per_hour if result.status == "optimal" else float("inf")

    return hour_cost


def with_built(network: Network, built: Sequence[SiteReinforcement]) -> Network:
    """Network with the ratings of these reinforcements."""
    normal, emergency = network.branch.rating_normal_mva.copy(), network.branch.rating_emergency_mva.copy()
    for one in built:
        k = int(positions([one.branch], network.branch.id)[0])
        if k < 0:
            msg = f"branch {one.branch} of reinforcement {one.id} does not exist"
            raise ValueError(msg)
        normal[k], emergency[k] = one.rating_normal_mva, one.rating_emergency_mva
    return network.with_branch(rating_normal_mva=np.asarray(normal), rating_emergency_mva=np.asarray(emergency))
