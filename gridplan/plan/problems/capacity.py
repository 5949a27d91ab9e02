"""Problem *capacity*: how many MW one point takes, firm, conditional, and with its own shifting.

Firm and conditional MW apply the contract flat and follow from the hourly capacities K_h in
closed form; the flexible MW let the campus shift within its deadlines and use its store, which
is a feasibility problem of the schedule's parts under K_h.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.errors import InfeasibleError
from gridplan.network.model import BoolArray, FloatArray
from gridplan.plan.compiled import compile_model
from gridplan.plan.cycles import CYCLE_H, campuses_part
from gridplan.plan.event_terms import event_figures
from gridplan.plan.layout import schedule_layout
from gridplan.plan.ledger import Ledger
from gridplan.plan.parts.jobs import declare_jobs, fill_jobs
from gridplan.plan.parts.meter import declare_floor, fill_meters
from gridplan.plan.parts.storage import Store, declare_stores, fill_stores
from gridplan.plan.parts.workloads import declare_workloads, fill_workloads
from gridplan.plan.problems.schedule import declare_time
from gridplan.plan.solver import PlanSolver
from gridplan.solution import counted_threshold_mw

#: MW are found to this and rounded down by it.
STEP_MW = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailment:
    """What a flat ``total_mw`` must give up under the hourly capacities."""

    total_mw: float
    hours: int
    energy_mwh: float
    energy_frac: float
    longest_event_h: int
    depth_mw: float
    network_limited_hours: int
    generation_limited_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurtailmentTerms:
    """Accepted curtailment; ``max_depth_frac`` is the share of the MW that can be shed at once."""

    max_energy_frac: float
    max_hours: float
    max_event_h: float
    max_depth_frac: float


def curtailment(total_mw: float, capacity_mw: FloatArray, is_generation_limited: BoolArray) -> Curtailment:
    """Curtailment of a flat load, hour by hour ``max(0, u - K_h)``; counted above max(1 MW, 0.5 %)."""
    short = np.maximum(total_mw - capacity_mw, 0.0)
    threshold = counted_threshold_mw(total_mw)
    hours, longest = event_figures(short, threshold)
    counted = short > threshold + 1e-9
    energy = float(short.sum())
    return Curtailment(
        total_mw=total_mw,
        hours=hours,
        energy_mwh=energy,
        energy_frac=energy / (total_mw * len(short)) if total_mw > 0 else 0.0,
        longest_event_h=longest,
        depth_mw=float(short.max(initial=0.0)),
        network_limited_hours=int((counted & ~is_generation_limited).sum()),
        generation_limited_hours=int((counted & is_generation_limited).sum()),
    )


def conditional_total_mw(capacity_mw: FloatArray, terms: CurtailmentTerms, most_mw: float) -> float:
    """Largest flat MW whose curtailment keeps the terms, at most ``most_mw``; rounded down to 0.01 MW.

    Every term only gets worse with more MW, so the answer is found by bisection.
    """
    supply = np.zeros(len(capacity_mw), dtype=bool)

    def keeps(u: float) -> bool:
        c = curtailment(u, capacity_mw, supply)
        return (
            c.energy_frac <= terms.max_energy_frac + 1e-12
            and c.hours <= terms.max_hours
            and c.longest_event_h <= terms.max_event_h
            and c.depth_mw <= terms.max_depth_frac * u + 1e-9
        )

    return largest(keeps, float(capacity_mw.min(initial=most_mw)), most_mw)


def largest(keeps: Callable[[float], bool], least_mw: float, most_mw: float, step_mw: float = STEP_MW) -> float:
    """Largest multiple of ``step_mw`` between the two for which ``keeps`` holds, ``least_mw`` being taken as kept."""
    low, high = math.floor(least_mw / step_mw + 1e-6), math.floor(most_mw / step_mw + 1e-6)
    if low >= high or keeps(high * step_mw):
        return high * step_mw if low < high else min(least_mw, most_mw)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if keeps(middle * step_mw) else (low, middle)
    return max(low * step_mw, min(least_mw, most_mw))


def flexible_mw(campuses_at: Callable[[float], Campuses], capacity_mw: FloatArray, most_mw: float) -> float:
    """Largest contract of one campus that shifting and its store fit under the hourly capacities.

    Parameters
    ----------
    campuses_at : callable
        The single campus, connected with the MW it is given; its jobs and curtailment do not count.
    capacity_mw : float, dims (time,)
        Hourly capacity of its point.

    Returns
    -------
    MW, rounded down to 1 MW; no work is lost and every deadline is kept in each planning cycle.
    """
    best = most_mw
    starts = list(range(0, len(capacity_mw), CYCLE_H))
    least = {first: float(capacity_mw[first : first + CYCLE_H].min()) for first in starts}
    for first in sorted(starts, key=lambda f: (least[f], f)):
        if least[first] >= best:
            break
        part = slice(first, min(first + CYCLE_H, len(capacity_mw)))
        fits = _cycle_test(campuses_at, part, capacity_mw[part])
        best = largest(fits, 0.0, best, step_mw=1.0)
    return best


def _cycle_test(
    campuses_at: Callable[[float], Campuses], part: slice, capacity_mw: FloatArray
) -> Callable[[float], bool]:
    """Feasibility of a contract in one cycle; the structure is compiled once."""
    n_time = part.stop - part.start
    sample = _firm(campuses_at(1.0))
    stores = tuple(
        Store(
            id=s.label,
            point=s.campus,
            p_mw=s.p_mw,
            e_mwh=s.e_mwh,
            efficiency_roundtrip_frac=s.efficiency_roundtrip_frac,
        )
        for s in sample.storage
    )
    layout = schedule_layout(campuses_part(sample, slice(None)), stores)
    ledger = Ledger(points=layout.points)

    def declare(m: Any) -> None:
        declare_time(m, n_time)
        declare_workloads(m, layout, ledger)
        declare_jobs(m, layout, ledger)
        declare_stores(m, layout.stores, ledger)
        ledger.close(m)
        declare_floor(m, layout)

    shape = compile_model(declare)

    def fits(contract_mw: float) -> bool:
        campuses = campuses_part(_firm(campuses_at(contract_mw)), part)
        plan = shape.copy()
        fill_workloads(plan, layout, campuses)
        fill_jobs(plan, layout, campuses)
        fill_stores(plan, layout.stores, n_time)
        fill_meters(plan, layout, campuses)
        columns = plan.column("p_point_mw")
        plan.upper[columns] = np.minimum(plan.upper[columns], capacity_mw)
        if (plan.upper[columns] < plan.lower[columns] - 1e-9).any():
            return False
        try:
            PlanSolver(plan).solve()
        except InfeasibleError:
            return False
        return True

    return fits


def _firm(campuses: Campuses) -> Campuses:
    """Campuses that lose no work and have no jobs of their own."""
    return replace(campuses, jobs=(), is_conditional=np.zeros_like(campuses.is_conditional))
