"""Problem *schedule*: when the flexible computing of connected campuses runs, hour by hour.

Parts in order: shifts, workloads, jobs, stores, ledger, floor, service terms, hour cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled, FloatArray, compile_model
from gridplan.plan.layout import Layout
from gridplan.plan.ledger import Ledger
from gridplan.plan.parts.jobs import declare_jobs, fill_jobs
from gridplan.plan.parts.meter import declare_floor, fill_meters
from gridplan.plan.parts.shift import declare_shift_limits, declare_shifts, fill_shifts
from gridplan.plan.parts.storage import declare_stores, fill_stores
from gridplan.plan.parts.terms import declare_terms, fill_terms
from gridplan.plan.parts.value import declare_hour_cost, fill_hour_cost
from gridplan.plan.parts.workloads import declare_workloads, fill_workloads


@dataclass(frozen=True, kw_only=True)
class SchedulePlan:
    """A schedule's structure compiled for ``n_time`` hours, with or without data."""

    layout: Layout
    compiled: Compiled
    n_time: int

    def withdrawal_mw(self, x: FloatArray) -> FloatArray:
        """MW withdrawn at every point, dims (time, point)."""
        return self.compiled.value(x, "p_point_mw", (len(self.layout.points), self.n_time)).T

    def plan_cost_usd(self, x: FloatArray) -> float:
        """Cost of the plan without the cost of dispatch [USD]: lost work, moved work and wear of stores."""
        cost = self.compiled.cost.copy()
        cost[self.compiled.column("cost_usd")] = 0.0
        return float(cost @ x[: len(cost)])

    def filled(self, campuses: Campuses) -> SchedulePlan:
        """Same structure with the data of these campuses in these hours."""
        plan = self.compiled.copy()
        fill_shifts(plan, self.layout, campuses)
        fill_workloads(plan, self.layout, campuses)
        fill_jobs(plan, self.layout, campuses)
        fill_stores(plan, self.layout.stores, self.n_time)
        fill_meters(plan, self.layout, campuses)
        fill_terms(plan, self.layout, campuses)
        fill_hour_cost(plan)
        return SchedulePlan(layout=self.layout, compiled=plan, n_time=self.n_time)


def compile_schedule(layout: Layout, n_time: int) -> SchedulePlan:
    """Compile the structure of a schedule once for a number of hours."""
    ledger = Ledger(points=layout.points)

    def declare(m: Any) -> None:
        declare_time(m, n_time)
        declare_shifts(m, layout, ledger)
        declare_workloads(m, layout, ledger)
        declare_shift_limits(m, layout)
        declare_jobs(m, layout, ledger)
        declare_stores(m, layout.stores, ledger)
        ledger.close(m)
        declare_floor(m, layout)
        declare_terms(m, layout)
        declare_hour_cost(m)

    return SchedulePlan(layout=layout, compiled=compile_model(declare), n_time=n_time)


def declare_time(m: Any, n_time: int) -> None:
    """Index sets of hours: all, and all but the first."""
    import pyomo.environ as pyo

    m.time = pyo.RangeSet(0, n_time - 1)
    m.later = pyo.RangeSet(1, n_time - 1)
