"""Problem *siting*: which POI, how many MW in blocks, which rating reinforcements, in one year.

Parts in order: site choice, sizes, unconnected MW, reinforcements, load that one fault trips, cost of the hours
that are not explicit. The explicit hours are HourBlocks appended by ``plan.explicit``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.limits import Limits
from gridplan.network.contingency import RATINGS, Rating
from gridplan.plan.compiled import Compiled, FloatArray, compile_model
from gridplan.plan.parts.load_loss import NO_LIMIT, LoadLoss, declare_load_loss, fill_load_loss, tripped_frac


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRequest:
    """One campus in one year.

    ``fixed_poi`` is the POI where it already stands; ``shed_frac`` the share of its MW that may be
    curtailed in an hour (0 for firm service) at ``curtailment_usd_per_mwh``; the terms limit the
    energy share, counted hours and the longest event over the studied hours. ``ride_through_frac`` is the share
    that stays on where a fault takes the voltage of its POI below the trip voltage.
    """

    id: str
    pois: tuple[str, ...]
    contract_mw: float
    block_mw: float
    shed_frac: float = 0.0
    curtailment_usd_per_mwh: float = 0.0
    max_energy_frac: float = 0.0
    max_hours: float = math.inf
    max_event_h: float = math.inf
    fixed_poi: str | None = None
    ride_through_frac: float = 0.0

    @property
    def blocks(self) -> int:
        """Whole blocks in the contract."""
        return math.floor(self.contract_mw / self.block_mw + 1e-9)

    @property
    def rest_mw(self) -> float:
        """What is left of the contract after whole blocks."""
        return max(self.contract_mw - self.blocks * self.block_mw, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingOption:
    """Candidate reinforcement: raises the DC limits of a branch by these MW for a yearly cost."""

    id: str
    branch: int
    more_normal_mw: float
    more_emergency_mw: float
    annual_cost_usd: float
    more_short_time_mw: float = 0.0

    def more_mw(self, rating: Rating) -> float:
        """MW it adds to the limit of its branch under a rating."""
        more = {"normal": self.more_normal_mw, "emergency": self.more_emergency_mw}
        return more.get(rating, self.more_short_time_mw)

    def raised(self, limits: Limits, share: float) -> Limits:
        """Limits with this share of it built."""
        raised = {rating: limits.of(rating).copy() for rating in RATINGS}
        for rating, limit_mw in raised.items():
            limit_mw[self.branch] += share * self.more_mw(rating)
        return Limits(normal_mw=raised["normal"], emergency_mw=raised["emergency"], short_time_mw=raised["short_time"])


@dataclass(frozen=True, kw_only=True)
class SitingPlan:
    """Compiled siting structure; ``sites`` are the (request, POI) pairs in the order of the plan points."""

    requests: tuple[SiteRequest, ...]
    sites: tuple[tuple[int, str], ...]
    options: tuple[RatingOption, ...]
    compiled: Compiled
    load_loss: LoadLoss = NO_LIMIT

    @property
    def tripped_frac(self) -> FloatArray:
        """MW that a fault trips per MW at each site, dims (zone, site)."""
        return tripped_frac(
            self.load_loss,
            [poi for _, poi in self.sites],
            [self.requests[i].ride_through_frac for i, _ in self.sites],
        )

    def sites_mw(self, x: FloatArray) -> FloatArray:
        """MW at every (request, POI) pair, dims (site,), whole numbers of blocks made exact."""
        mw = np.zeros(len(self.sites))
        n = np.round(self.compiled.value(x, "blocks"))
        rest = np.round(self.compiled.value(x, "is_rest"))
        for k, (i, _) in enumerate(self.sites):
            request = self.requests[i]
            mw[k] = n[k] * request.block_mw + rest[k] * request.rest_mw
        return mw

    def built(self, x: FloatArray) -> FloatArray:
        """1 for every reinforcement that is built, dims (option,)."""
        return np.round(self.compiled.value(x, "is_built")) if self.options else np.zeros(0)


def site_pairs(requests: Sequence[SiteRequest]) -> tuple[tuple[int, str], ...]:
    """All (request, POI) pairs, request by request."""
    return tuple((i, poi) for i, request in enumerate(requests) for poi in request.pois)


def build_siting(
    requests: Sequence[SiteRequest],
    options: Sequence[RatingOption],
    unconnected_usd_per_mw: float,
    load_loss: LoadLoss = NO_LIMIT,
) -> SitingPlan:
    """Compile the siting structure and fill its data.

    Parameters
    ----------
    unconnected_usd_per_mw : float
        Price of one MW left unconnected over the studied hours.
    load_loss : LoadLoss
        Zones of POIs and the MW that one fault may trip in each.
    """
    sites = site_pairs(requests)
    frac = tripped_frac(load_loss, [poi for _, poi in sites], [requests[i].ride_through_frac for i, _ in sites])
    branches = [option.branch for option in options]
    compiled = compile_model(lambda m: _declare(m, requests, sites, branches, frac))
    _fill(compiled, requests, sites, options, unconnected_usd_per_mw)
    fill_load_loss(compiled, load_loss)
    return SitingPlan(
        requests=tuple(requests), sites=sites, options=tuple(options), compiled=compiled, load_loss=load_loss
    )


def _declare(
    m: Any,
    requests: Sequence[SiteRequest],
    sites: Sequence[tuple[int, str]],
    option_branch: Sequence[int],
    tripped: FloatArray,
) -> None:
    declare_sites(m, requests, sites)
    declare_unconnected(m, requests, sites)
    declare_reinforcements(m, option_branch)
    declare_load_loss(m, tripped)
    declare_other_hours(m)


def declare_sites(m: Any, requests: Sequence[SiteRequest], sites: Sequence[tuple[int, str]]) -> None:
    """At most one POI a campus; MW in whole blocks, the odd rest only on top of all of them."""
    import pyomo.environ as pyo

    m.site = pyo.RangeSet(0, len(sites) - 1)
    m.is_chosen = pyo.Var(m.site, domain=pyo.Binary)
    m.blocks = pyo.Var(m.site, domain=pyo.Integers)
    m.is_rest = pyo.Var(m.site, domain=pyo.Binary)
    m.p_site_mw = pyo.Var(m.site)
    for i, request in enumerate(requests):
        own = [k for k, (j, _) in enumerate(sites) if j == i]
        m.add_component(f"one_site[{request.id}]", pyo.Constraint(expr=sum(m.is_chosen[k] for k in own) <= 1))
    for k, (i, _) in enumerate(sites):
        r = requests[i]
        size = r.block_mw * m.blocks[k] + r.rest_mw * m.is_rest[k]
        m.add_component(f"size_mw[{k}]", pyo.Constraint(expr=m.p_site_mw[k] - size == 0))
        m.add_component(f"open[{k}]", pyo.Constraint(expr=m.blocks[k] - r.blocks * m.is_chosen[k] <= 0))
        m.add_component(f"rest_open[{k}]", pyo.Constraint(expr=m.is_rest[k] - m.is_chosen[k] <= 0))
        m.add_component(f"rest_last[{k}]", pyo.Constraint(expr=m.blocks[k] - r.blocks * m.is_rest[k] >= 0))


def declare_unconnected(m: Any, requests: Sequence[SiteRequest], sites: Sequence[tuple[int, str]]) -> None:
    """What a campus asks for is connected somewhere or priced."""
    import pyomo.environ as pyo

    m.request = pyo.RangeSet(0, len(requests) - 1)
    m.p_unconnected_mw = pyo.Var(m.request)
    for i, request in enumerate(requests):
        own = [k for k, (j, _) in enumerate(sites) if j == i]
        asked = sum(m.p_site_mw[k] for k in own) + m.p_unconnected_mw[i]
        m.add_component(f"asked_mw[{request.id}]", pyo.Constraint(expr=asked == request.contract_mw))


def declare_reinforcements(m: Any, option_branch: Sequence[int]) -> None:
    """Built or not; options of one branch are alternatives, for each states the rating it leaves the branch with."""
    import pyomo.environ as pyo

    m.option = pyo.Set(initialize=list(range(len(option_branch))), ordered=True)
    m.is_built = pyo.Var(m.option, domain=pyo.Binary)
    for branch in sorted(set(option_branch)):
        own = [o for o, other in enumerate(option_branch) if other == branch]
        if len(own) > 1:
            one = pyo.Constraint(expr=sum(m.is_built[o] for o in own) <= 1)
            m.add_component(f"one_option[{branch}]", one)


def declare_other_hours(m: Any) -> None:
    """Cost of all hours that are not explicit, known through cuts."""
    import pyomo.environ as pyo

    m.other_cost_usd = pyo.Var()


def _fill(
    plan: Compiled,
    requests: Sequence[SiteRequest],
    sites: Sequence[tuple[int, str]],
    options: Sequence[RatingOption],
    unconnected_usd_per_mw: float,
) -> None:
    own = [requests[i] for i, _ in sites]
    allowed = np.array([r.fixed_poi in (None, poi) for r, (_, poi) in zip(own, sites, strict=True)], dtype=float)
    plan.bound("is_chosen", 0.0, allowed)
    plan.bound("blocks", 0.0, allowed * np.array([r.blocks for r in own]))
    plan.bound("is_rest", 0.0, allowed * np.array([r.rest_mw > 1e-9 for r in own]))
    plan.bound("p_site_mw", 0.0, allowed * np.array([r.contract_mw for r in own]))
    plan.bound("p_unconnected_mw", 0.0, np.array([r.contract_mw for r in requests]))
    plan.price("p_unconnected_mw", unconnected_usd_per_mw)
    plan.bound("other_cost_usd", -1.0e13, 1.0e13)
    plan.price("other_cost_usd", 1.0)
    if options:
        plan.bound("is_built", 0.0, 1.0)
        plan.price("is_built", np.array([o.annual_cost_usd for o in options]))
