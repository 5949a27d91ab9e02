"""Limits the plan states: ratings with reinforcements, pre-existing pairs, retired units.

In: one studied year. Out: what each branch may carry intact and after each outage.
"""

from __future__ import annotations

import numpy as np

from gridplan.verify.audit_grid import BoolArray, FloatArray
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, Record

Pair = tuple[str, int]
"""Label of a contingency and position of a branch."""


def expected_ratings_mw(year: RunYear) -> tuple[FloatArray, FloatArray]:
    """Limits, normal and emergency, of each branch by network.json and the built reinforcements [MW]."""
    grid = year.grid
    normal, emergency = grid.rating_normal_mva.copy(), grid.rating_emergency_mva.copy()
    for upgrade in year.plan.records("reinforcements"):
        if upgrade.flag("built"):
            branch = _branch_position(year, upgrade)
            normal[branch] = max(normal[branch], upgrade.number("rating_normal_mva"))
            emergency[branch] = max(emergency[branch], upgrade.number("rating_emergency_mva"))
    return normal * grid.dc_rating_factor, emergency * grid.dc_rating_factor


def rating_mw(year: RunYear, rating: str) -> FloatArray:
    """Limit of every branch under a rating, dims (branch,) [MW]; the short-time one by network.json and upgrades."""
    if rating != "short_time":
        return year.array(f"rating_{rating}_mw")
    grid = year.grid
    limit = grid.rating_short_time_mva.copy()
    for upgrade in year.plan.records("reinforcements"):
        if upgrade.flag("built"):
            branch = _branch_position(year, upgrade)
            limit[branch] = max(limit[branch], upgrade.number("rating_emergency_mva"))
    return limit * grid.dc_rating_factor


def limit_after_mw(year: RunYear) -> dict[Pair, FloatArray]:
    """Limit of each pre-existing pair in every hour, -inf where it has none, dims (time,) [MW]."""
    limits: dict[Pair, FloatArray] = {}
    for entry in year.plan.records("pre_existing"):
        pair = (entry.text("contingency"), _branch_position(year, entry))
        limit = limits.setdefault(pair, np.full(len(year), -np.inf))
        hours, stated = _stated_limits(year, entry)
        limit[hours] = np.maximum(limit[hours], stated)
    return limits


def _stated_limits(year: RunYear, entry: Record) -> tuple[np.ndarray, FloatArray | float]:
    hours = np.arange(len(year)) if entry.value("hours") is None else entry.positions("hours")
    if hours.size and not 0 <= hours.min() <= hours.max() < len(year):
        message = f"{entry.where}.hours names an hour the year does not have"
        raise MissingPartError(message)
    if not isinstance(entry.value("limit_mw"), list):
        return hours, entry.number("limit_mw")
    limits = entry.column("limit_mw")
    if len(limits) != len(hours):
        message = f"{entry.where}.limit_mw has {len(limits)} values for {len(hours)} hours"
        raise MissingPartError(message)
    return hours, limits


def retired_units(year: RunYear) -> BoolArray:
    """Units out of the year, dims (generator,)."""
    retired = set(year.plan.labels("retired_generators"))
    return np.array([unit in retired for unit in year.grid.generator], dtype=bool)


def _branch_position(year: RunYear, entry: Record) -> int:
    branch = entry.text("branch")
    if branch not in year.grid.branch:
        message = f"{entry.where}.branch {branch} is no branch of network.json"
        raise MissingPartError(message)
    return year.grid.branch.index(branch)
