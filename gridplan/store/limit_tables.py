"""What one MW more of each limit is worth over the studied hours, and the reinforcements worth studying.

Sums count the studied hours as they are, like the annual cost of a reinforcement beside them. Hours whose price an
unserved or overload penalty sets, and hours in which a limit stands raised above its rating, are summed apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gridplan.dispatch.limit_price import LimitPrices, Worth, worth
from gridplan.network.contingency import Rating
from gridplan.network.model import FloatArray
from gridplan.plan.case import rating_factor
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.study_year import YearPlan
from gridplan.store.plan_json import stamp
from gridplan.store.security_tables import pair_label
from gridplan.store.upgrades import upgrade_entries

Row = dict[str, Any]
RATINGS: tuple[Rating, ...] = ("normal", "emergency", "short_time")
#: MW from which on a candidate adds to a rating.
ADDS_MW = 1e-6


def limit_hour_rows(plan: YearPlan) -> Iterator[Row]:
    """Every price of a limit in every hour."""
    prices = plan.schedule.limit_prices
    names = plan.case.network.branch.id
    labels = {int(c): pair_label(plan.grid, (0, int(c))) for c in np.unique(prices.contingency)}
    for e in range(len(prices)):
        by = "penalty" if prices.is_penalty[e] else "raised_limit" if prices.is_raised[e] else "rating"
        yield {
            "year": plan.case.year,
            "time_utc": stamp(plan.case.series.time_utc[prices.hour[e]]),
            "branch": names[prices.branch[e]],
            "contingency": labels[int(prices.contingency[e])],
            "price_usd_per_mwh": prices.price_usd_per_mwh[e],
            "set_by": by,
        }


def limit_rows(plan: YearPlan) -> list[Row]:
    """One row per branch and contingency, the dearest first."""
    prices, found = plan.schedule.limit_prices, []
    pairs = sorted(set(zip(prices.branch.tolist(), prices.contingency.tolist(), strict=True)))
    for branch, contingency in pairs:
        own = worth(prices.where((prices.branch == branch) & (prices.contingency == contingency)))
        label = {
            "year": plan.case.year,
            "branch": plan.case.network.branch.id[branch],
            "contingency": pair_label(plan.grid, (branch, contingency)),
            "rating": plan.grid.rating_of(contingency),
        }
        found.append((own, {**label, **_sums(plan, own)}))
    return _dearest_first(found)


def branch_worth_rows(plan: YearPlan) -> list[Row]:
    """One row per branch whose limits have a price or that has a candidate, the most worth studying first."""
    prices = plan.schedule.limit_prices
    network, candidates = plan.case.network, _candidates(plan)
    branches = sorted({*prices.branch.tolist(), *candidates})
    found = []
    for k in branches:
        own = prices.where(prices.branch == k)
        by_rating = _by_rating(plan, own)
        ends = {"from_bus": network.branch.from_bus[k], "to_bus": network.branch.to_bus[k]}
        row = {
            "year": plan.case.year,
            "branch": network.branch.id[k],
            **{name: network.bus.id[at] for name, at in ends.items()},
            **{f"{rating}_usd_per_mw_year": usd for rating, usd in by_rating.items()},
            **_sums(plan, worth(own)),
            **(_candidate_cells(plan, k, candidates[k], by_rating) if k in candidates else _NO_CANDIDATE),
        }
        found.append((worth(own), row))
    return _dearest_first(found)


def _sums(plan: YearPlan, own: Worth) -> Row:
    case = plan.case
    has_hour = own.max_hour >= 0
    return {
        "worth_usd_per_mw_year": own.usd_per_mw,
        "binding_hours": own.hours,
        "price_max_usd_per_mwh": own.max_usd_per_mwh,
        "price_max_hour_local": hour_stamp(case.series.time_utc[own.max_hour], case.study.timezone) if has_hour else "",
        "raised_usd_per_mw_year": own.raised_usd_per_mw,
        "raised_hours": own.raised_hours,
        "penalty_usd_per_mw_year": own.penalty_usd_per_mw,
        "penalty_hours": own.penalty_hours,
    }


def _dearest_first(found: list[tuple[Worth, Row]]) -> list[Row]:
    """Rows by worth, then by what penalties and raised limits add; equal ones in the order of the network."""
    found.sort(key=lambda item: (-item[0].usd_per_mw, -item[0].penalty_usd_per_mw, -item[0].raised_usd_per_mw))
    return [row for _, row in found]


def _by_rating(plan: YearPlan, own: LimitPrices) -> dict[Rating, float]:
    """Worth of one MW more of each rating of a branch, summed over its contingencies."""
    own = own.where(own.is_of_rating)
    sums = dict.fromkeys(RATINGS, 0.0)
    for contingency, usd in zip(own.contingency.tolist(), own.price_usd_per_mwh.tolist(), strict=True):
        sums[plan.grid.rating_of(contingency)] += usd
    return sums


_NO_CANDIDATE: Row = dict.fromkeys(
    ("candidate", "is_built", "more_mw", "annual_cost_usd", "cost_usd_per_mw_year", "saves_at_most_usd"), ""
)


def _candidates(plan: YearPlan) -> dict[int, list[Row]]:
    """Candidates of the study by position of their branch; committed upgrades are no candidates."""
    ids = {option.id for option in plan.case.study.reinforcements}
    found: dict[int, list[Row]] = {}
    for entry in upgrade_entries(plan):
        if entry["id"] in ids:
            found.setdefault(plan.case.network.branch.id.index(entry["branch"]), []).append(entry)
    return found


def _candidate_cells(plan: YearPlan, branch: int, entries: list[Row], by_rating: dict[Rating, float]) -> Row:
    """The candidate of a branch that is cheapest per MW among those not built, else the one that is."""
    cells = [_cells_of(entry, _more_mw(plan, branch, entry), by_rating) for entry in entries]
    open_cells = [c for c in cells if c["cost_usd_per_mw_year"] != ""]
    return min(open_cells, key=lambda c: c["cost_usd_per_mw_year"]) if open_cells else cells[0]


def _cells_of(entry: Row, more_mw: dict[Rating, float], by_rating: dict[Rating, float]) -> Row:
    """Cost and the most it can save: cost is convex in the limits, so no MW saves more than the first.

    ``saves <= sum over ratings of (worth of the first MW) x (MW added)``
    """
    most = max(more_mw.values())
    adds = not entry["built"] and most > ADDS_MW
    return {
        "candidate": entry["id"],
        "is_built": entry["built"],
        "more_mw": most if adds else "",
        "annual_cost_usd": entry["annual_cost_usd"],
        "cost_usd_per_mw_year": entry["annual_cost_usd"] / most if adds else "",
        "saves_at_most_usd": sum(more_mw[r] * by_rating[r] for r in RATINGS) if adds else "",
    }


def _more_mw(plan: YearPlan, branch: int, entry: Row) -> dict[Rating, float]:
    """MW a candidate adds to each limit of its branch, as the siting counts them."""
    factor: FloatArray = rating_factor(plan.case.study, plan.case.network)
    rated = {"normal": entry["rating_normal_mva"], "emergency": entry["rating_emergency_mva"]}
    limits = plan.grid.limits
    return {
        rating: max(rated.get(rating, rated["emergency"]) * factor[branch] - limits.of(rating)[branch], 0.0)
        for rating in RATINGS
    }
