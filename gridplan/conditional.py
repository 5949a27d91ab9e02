"""The curve of conditional capacity: MW over what may be curtailed, by season, with and without the network.

Comes in: what a point takes in every hour. Goes out: for each budget the MW, what they give up in hours, MWh, events
and depth, how that falls on the seasons, and the MW that the same budget would allow if there were no network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.load_only.headroom import load_only_mw
from gridplan.load_only.rule import BUDGETS_FRAC, SEASONS, LoadOnlyRule, LocalHours
from gridplan.network.model import BoolArray, FloatArray
from gridplan.plan.event_terms import event_figures
from gridplan.plan.problems.capacity import CurtailmentTerms, conditional_total_mw, curtailment
from gridplan.solution import counted_threshold_mw


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be curtailed: a part of the asked energy, or a number of counted hours; the other is free."""

    energy_frac: float = math.inf
    hours: float = math.inf

    @property
    def terms(self) -> CurtailmentTerms:
        """As terms of a flat load."""
        return CurtailmentTerms(
            max_energy_frac=self.energy_frac, max_hours=self.hours, max_event_h=math.inf, max_depth_frac=math.inf
        )


def budgets_asked(energy_frac: float, hours: Sequence[int]) -> list[Budget]:
    """The asked energy budget with the usual ones in order, then budgets of hours."""
    fractions = sorted({*BUDGETS_FRAC, energy_frac})
    return [Budget(energy_frac=f) for f in fractions] + [Budget(hours=float(h)) for h in hours]


@dataclass(frozen=True, kw_only=True)
class HourlyCapacity:
    """What a point takes hour by hour, dims (time,) [MW], at most ``most_mw``, and where supply is what limits it."""

    capacity_mw: FloatArray
    is_generation_limited: BoolArray
    most_mw: float
    firm_mw: float


def conditional_curve(
    point: HourlyCapacity, local: LocalHours, native_load_mw: FloatArray, budgets: Sequence[Budget]
) -> list[dict[str, Any]]:
    """One entry per budget, JSON-ready.

    Parameters
    ----------
    local : LocalHours
        Local clock of the hours.
    native_load_mw : float, dims (time,) [MW]
        Load of the whole grid without the point, for the MW that the network is not asked for.
    """
    is_summer = local.is_summer(LoadOnlyRule())
    return [_entry(point, local, native_load_mw, is_summer, budget) for budget in budgets]


def _entry(
    point: HourlyCapacity, local: LocalHours, native_load_mw: FloatArray, is_summer: BoolArray, budget: Budget
) -> dict[str, Any]:
    total_mw = conditional_total_mw(point.capacity_mw, budget.terms, point.most_mw)
    found = curtailment(total_mw, point.capacity_mw, point.is_generation_limited)
    is_energy = math.isfinite(budget.energy_frac)
    return {
        "budget": {"energy_frac": budget.energy_frac} if is_energy else {"hours": int(budget.hours)},
        "total_mw": total_mw,
        "conditional_mw": max(total_mw - point.firm_mw, 0.0),
        "is_limit_reached": total_mw < point.most_mw - 1e-6,
        "hours": found.hours,
        "energy_mwh": found.energy_mwh,
        "energy_frac": found.energy_frac,
        "longest_event_h": found.longest_event_h,
        "depth_mw": found.depth_mw,
        "network_limited_hours": found.network_limited_hours,
        "generation_limited_hours": found.generation_limited_hours,
        "by_season": by_season(total_mw, point.capacity_mw, is_summer),
        "load_only_mw": _load_only(native_load_mw, local, budget) if is_energy else None,
    }


def by_season(total_mw: float, capacity_mw: FloatArray, is_summer: BoolArray) -> dict[str, dict[str, float]]:
    """What a flat load gives up in each season; an event that crosses into the other counts in both."""
    short = np.maximum(total_mw - capacity_mw, 0.0)
    found: dict[str, dict[str, float]] = {}
    for name, chosen in zip(SEASONS, (is_summer, ~is_summer), strict=True):
        own = np.where(chosen, short, 0.0)
        hours, longest = event_figures(own, counted_threshold_mw(total_mw))
        found[name] = {
            "studied_hours": int(chosen.sum()),
            "hours": hours,
            "energy_mwh": float(own.sum()),
            "longest_event_h": longest,
            "depth_mw": float(own.max(initial=0.0)),
        }
    return found


def _load_only(native_load_mw: FloatArray, local: LocalHours, budget: Budget) -> float | None:
    """MW the whole grid could take on its native load alone within the same budget; no number for a snapshot."""
    if len(native_load_mw) < 2 or budget.energy_frac >= 1.0:
        return None
    return load_only_mw(native_load_mw, local, budget.energy_frac)
