"""The meter of every point: contract limit, least computing power, fixed withdrawals."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled
from gridplan.plan.layout import Layout
from gridplan.plan.ledger import meter_row


def declare_floor(m: Any, layout: Layout) -> None:
    """Computing power of a campus above its idle floor, where that can bind."""
    import pyomo.environ as pyo

    for i in layout.floored:
        m.add_component(_floor_row(layout.campus[i]), pyo.Constraint(m.time, rule=_floor_rule(layout, i)))


def fill_meters(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Contract of every campus, power of every grid store, fixed withdrawals and idle floors."""
    limit_mw = dict(zip(campuses.campus, campuses.connected_mw, strict=True))
    lower = np.zeros((len(layout.points), campuses.n_time))
    upper = np.zeros_like(lower)
    for row, point in enumerate(layout.points):
        own_mw = sum(s.p_mw for s in layout.stores if s.point == point)
        lower[row] = 0.0 if point in limit_mw else -own_mw
        upper[row] = limit_mw.get(point, own_mw)
    for i, campus in enumerate(layout.campus):
        now_mw = campuses.baseline_mw[i, layout.served_now(i)].sum(axis=0)
        plan.side(meter_row(campus), now_mw, now_mw)
        if i in layout.floored:
            floor_mw = campuses.idle_floor_frac[i] * campuses.baseline_mw[i].sum(axis=0)
            plan.side(_floor_row(campus), floor_mw - now_mw, np.inf)
    if layout.points:
        plan.bound("p_point_mw", lower, upper)


def _floor_row(campus: str) -> str:
    return f"idle_floor_mw[{campus}]"


def _floor_rule(layout: Layout, i: int) -> Any:
    """Computing power of a campus less what its classes served in their hour ask for."""
    served = [q for q, pair in enumerate(layout.waiting) if pair[0] == i]
    jobs = [j for j, (campus, _) in enumerate(layout.jobs) if campus == layout.campus[i]]
    lost = [k for k, cut in enumerate(layout.cuts) if cut.pair[0] == i and cut.pair not in layout.waiting]
    taken = [k for k, s in enumerate(layout.shifts) if s.source[0] == i and s.source not in layout.waiting]
    brought = [k for k, s in enumerate(layout.shifts) if s.target[0] == i]

    def rule(m: Any, t: Any) -> Any:
        terms = [m.p_workload_mw[q, t] for q in served] + [m.p_job_mw[j, t] for j in jobs]
        terms += [-m.p_curtailed_mw[k, t] for k in lost]
        terms += [-m.p_shift_mw[k, t] for k in taken] + [m.p_shift_mw[k, t] for k in brought]
        power = terms[0]
        for term in terms[1:]:
            power = power + term
        return power >= 0

    return rule
