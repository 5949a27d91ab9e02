"""The largest constant load within a budget of curtailed energy, exactly, and what that budget means in hours.

Comes in: hourly load of one area [MW]. Goes out: MW, hours, events and depth. Pure computing: no file, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.load_only.rule import SEASONS, BoolArray, LoadOnlyRule, LocalHours, spikes
from gridplan.series.spec import FloatArray

_ROUNDING = 1e-9
"""Curtailment below this share of the load is rounding, not an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurtailmentFacts:
    """What a constant load gives up over some hours.

    Parameters
    ----------
    hours : int
        Hours with any curtailment.
    energy_mwh, energy_frac : float
        Curtailed energy, and its part of what the load asks for in these hours.
    events, longest_event_h, mean_event_h : int, int, float
        Runs of curtailed hours.
    mean_depth_frac : float
        Mean curtailment of the curtailed hours, as part of the load.
    half_kept_hours_frac : float
        Part of the curtailed hours in which at least half of the load is served.
    """

    hours: int
    energy_mwh: float
    energy_frac: float
    events: int
    longest_event_h: int
    mean_event_h: float
    mean_depth_frac: float
    half_kept_hours_frac: float


def load_only_mw(load_mw: FloatArray, local: LocalHours, budget_frac: float, rule: LoadOnlyRule | None = None) -> float:
    """Constant load [MW] an area can take on its hourly load alone.

    Parameters
    ----------
    load_mw : float, dims (time,) [MW]
        Native load of the area, one value an hour.
    local : LocalHours, dims (time,)
        Year and month of every hour.
    budget_frac : float
        Curtailed energy as part of the energy the new load asks for, from 0 to below 1.
    rule : LoadOnlyRule, optional
        Seasons, thresholds, averaging and outliers.
    """
    rule = rule or LoadOnlyRule()
    weight = hour_weight(load_mw, local, rule)
    return largest_load_mw(season_peak_mw(load_mw, local, rule, weight > 0) - load_mw, budget_frac, weight)


def hour_weight(load_mw: FloatArray, local: LocalHours, rule: LoadOnlyRule) -> FloatArray:
    """Weight of every hour in the rate of curtailment, in sum 1, dims (time,); 0 where an hour is left out."""
    weight = np.ones(len(load_mw))
    if rule.averaging == "yearly_rates":
        weight[~np.isin(local.year, local.complete_years())] = 0.0
    if rule.outliers == "drop":
        weight[spikes(load_mw)] = 0.0
    if rule.averaging == "yearly_rates":
        _, at = np.unique(local.year, return_inverse=True)
        weight /= np.maximum(np.bincount(at, weights=weight), 1.0)[at]
    shares: FloatArray = weight / weight.sum()
    return shares


def season_peak_mw(load_mw: FloatArray, local: LocalHours, rule: LoadOnlyRule, counts: BoolArray) -> FloatArray:
    """Threshold of every hour [MW], dims (time,): the peak of its season over the hours that count."""
    group = local.is_summer(rule).astype(np.int64)
    if rule.thresholds == "each_year":
        group = group + 2 * (local.year - local.year.min())
    peak = np.full(int(group.max()) + 1, -np.inf)
    np.maximum.at(peak, group[counts], load_mw[counts])
    threshold: FloatArray = np.where(np.isfinite(peak), peak, 0.0)[group]
    return threshold


def largest_load_mw(gap_mw: FloatArray, budget_frac: float, weight: FloatArray | None = None) -> float:
    """Largest constant load whose curtailment keeps to a budget of energy, in closed form.

    With weights w_t in sum 1, the largest L with ``sum_t w_t max(0, L - gap_t) <= F L``. The left side less the right
    is convex, piecewise linear and not above 0 at L = 0, so that its last piece at or below 0 gives
    ``L = sum(w gap) / (sum(w) - F)`` over the gaps at or below L.

    Parameters
    ----------
    gap_mw : float, dims (time,) [MW]
        Threshold less native load, not below 0 where the weight is above 0.
    budget_frac : float
        F, from 0 to below 1. At 0 it is the least gap.
    weight : float, dims (time,), optional
        Not below 0; scaled to sum 1. Absent: all hours alike.

    Raises
    ------
    ValueError
        If the budget is outside [0, 1), a gap is below 0, or no hour counts.
    """
    gap, share = _sorted_gaps(gap_mw, weight)
    if not 0.0 <= budget_frac < 1.0:
        raise ValueError(f"budget_frac is {budget_frac:g}, not from 0 to below 1")
    if gap[0] < 0.0:
        raise ValueError(f"a gap of {gap[0]:g} MW: an hour lies above its threshold")
    below, energy = np.cumsum(share), np.cumsum(share * gap)
    excess = below * gap - energy - budget_frac * gap
    within = int(np.flatnonzero(excess <= 0.0)[-1]) if (excess <= 0.0).any() else 0
    rises = int(np.searchsorted(below, budget_frac, side="right"))
    last = min(max(within, rises), len(gap) - 1)
    return float(energy[last] / (below[last] - budget_frac))


def curtailed_mw(load_only: float, gap_mw: FloatArray) -> FloatArray:
    """Curtailment of a constant load [MW] in every hour; amounts of rounding are 0."""
    cut = np.maximum(load_only - gap_mw, 0.0)
    cut[cut <= _ROUNDING * max(load_only, 1.0)] = 0.0
    return cut


def curtailment_facts(load_only: float, cut_mw: FloatArray, hours: BoolArray | None = None) -> CurtailmentFacts:
    """Hours, events and depth of a curtailment.

    Parameters
    ----------
    load_only : float
        The constant load [MW].
    cut_mw : float, dims (time,) [MW]
        Its curtailment.
    hours : bool, dims (time,), optional
        Hours looked at; an event ends where they do. Absent: all.
    """
    looked_at = np.ones(len(cut_mw), dtype=np.bool_) if hours is None else hours
    is_cut = (cut_mw > 0.0) & looked_at
    count, asked_mwh = int(is_cut.sum()), load_only * float(looked_at.sum())
    runs = _run_lengths(is_cut)
    cut = cut_mw[is_cut]
    energy = float(cut.sum())
    return CurtailmentFacts(
        hours=count,
        energy_mwh=energy,
        energy_frac=energy / asked_mwh if asked_mwh else 0.0,
        events=len(runs),
        longest_event_h=int(runs.max()) if count else 0,
        mean_event_h=count / len(runs) if count else 0.0,
        mean_depth_frac=energy / (count * load_only) if count else 0.0,
        half_kept_hours_frac=float((cut <= 0.5 * load_only * (1 + _ROUNDING)).mean()) if count else 1.0,
    )


def season_facts(
    load_only: float, cut_mw: FloatArray, is_summer: BoolArray, counts: BoolArray
) -> Mapping[str, CurtailmentFacts]:
    """The same by season; a season without hours is left out."""
    parts = zip(SEASONS, (is_summer & counts, ~is_summer & counts), strict=True)
    return {name: curtailment_facts(load_only, cut_mw, hours) for name, hours in parts if hours.any()}


def _sorted_gaps(gap_mw: FloatArray, weight: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    share = np.ones(len(gap_mw)) if weight is None else weight
    counts = share > 0.0
    if not counts.any():
        raise ValueError("no hour counts")
    gap, share = gap_mw[counts], share[counts]
    order = np.argsort(gap, kind="stable")
    return gap[order], share[order] / share.sum()


def _run_lengths(is_cut: BoolArray) -> FloatArray:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_cut, [False]]).astype(np.int8)))
    return np.asarray(edges[1::2] - edges[::2])
