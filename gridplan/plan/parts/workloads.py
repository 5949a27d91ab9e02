"""Workload classes: work that is served in its hour, work that may wait, work that is lost.

Waiting work: ``backlog_t = backlog_{t-1} + baseline_t - p_t - lost_t``; the deadline is a bound,
``0 <= backlog_t <= baseline of the last deadline_h hours``, and nothing is left at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled, FloatArray
from gridplan.plan.layout import Layout
from gridplan.plan.ledger import Ledger


def backlog_limit_mwh(baseline_mw: FloatArray, deadline_h: int) -> FloatArray:
    """Largest backlog at the end of each hour, dims (time,): work that arrived in the last ``deadline_h`` hours."""
    arrived = np.concatenate([[0.0], np.cumsum(baseline_mw)])
    hours = np.arange(1, len(arrived))
    limit = arrived[hours] - arrived[np.maximum(hours - deadline_h, 0)]
    limit[-1] = 0.0
    return np.asarray(limit)


def declare_workloads(m: Any, layout: Layout, ledger: Ledger) -> None:
    """Variables of waiting and lost work, the backlog recursion, and their MW in the ledger."""
    import pyomo.environ as pyo

    waiting, lossy = layout.waiting, layout.lossy
    m.waiting = pyo.Set(initialize=list(range(len(waiting))), ordered=True)
    m.lossy = pyo.Set(initialize=list(range(len(lossy))), ordered=True)
    m.p_workload_mw = pyo.Var(m.waiting, m.time)
    m.backlog_mwh = pyo.Var(m.waiting, m.time)
    m.p_curtailed_mw = pyo.Var(m.lossy, m.time)
    for q, pair in enumerate(waiting):
        lost = lossy.index(pair) if pair in lossy else None
        _declare_backlog(m, layout.label(pair), q, lost)
        if lost is not None and layout.least_frac[q] > 0:
            rule = _least_power_rule(q, lost, layout.least_frac[q])
            m.add_component(_least_row(layout.label(pair)), pyo.Constraint(m.time, rule=rule))
        ledger.withdraw(layout.campus[pair[0]], _served(q))
    for pair in lossy:
        if pair not in waiting:
            ledger.withdraw(layout.campus[pair[0]], _lost(lossy.index(pair)), -1.0)


def _declare_backlog(m: Any, name: str, q: int, lost: int | None) -> None:
    """``backlog_t - backlog_{t-1} + p_t (+ lost_t)``, the arrivals being data."""
    import pyomo.environ as pyo

    def leaves(t: Any) -> Any:
        return m.p_workload_mw[q, t] if lost is None else m.p_workload_mw[q, t] + m.p_curtailed_mw[lost, t]

    m.add_component(f"backlog_first[{name}]", pyo.Constraint(expr=m.backlog_mwh[q, 0] + leaves(0) == 0))
    m.add_component(
        f"backlog_next[{name}]",
        pyo.Constraint(m.later, rule=lambda m, t: m.backlog_mwh[q, t] - m.backlog_mwh[q, t - 1] + leaves(t) == 0),
    )


def fill_workloads(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Data of the workload part: arrivals, deadlines, installed power, least power, price of lost work."""
    waiting, lossy = layout.waiting, layout.lossy
    baseline = campuses.baseline_mw
    if waiting:
        rows = np.array([baseline[p] for p in waiting])
        least = np.array([campuses.min_power_frac[p] for p in waiting])[:, None] * rows
        safe = np.array([p not in lossy for p in waiting])
        installed = np.array([campuses.installed_mw[p] for p in waiting])[:, None]
        plan.bound("p_workload_mw", np.where(safe[:, None], least, 0.0), np.maximum(installed, rows))
        plan.bound(
            "backlog_mwh", 0.0, np.array([backlog_limit_mwh(baseline[p], int(campuses.deadline_h[p])) for p in waiting])
        )
        for pair, mw, arrivals in zip(waiting, least, rows, strict=True):
            name = layout.label(pair)
            plan.side(f"backlog_first[{name}]", arrivals[0], arrivals[0])
            plan.side(f"backlog_next[{name}]", arrivals[1:], arrivals[1:])
            if _least_row(name) in plan.rows:
                plan.side(_least_row(name), mw, np.inf)
    if lossy:
        shed = np.array([campuses.shed_frac[p] * baseline[p] for p in lossy])
        plan.bound("p_curtailed_mw", 0.0, shed)
        plan.price("p_curtailed_mw", np.repeat([campuses.value_usd_per_mwh[p] for p in lossy], baseline.shape[2]))


def _served(q: int) -> Any:
    return lambda m, t: m.p_workload_mw[q, t]


def _lost(q: int) -> Any:
    return lambda m, t: m.p_curtailed_mw[q, t]


def _least_row(q: str) -> str:
    return f"least_power_mw[{q}]"


def _least_power_rule(q: int, lost: int, least_frac: float) -> Any:
    return lambda m, t: m.p_workload_mw[q, t] + least_frac * m.p_curtailed_mw[lost, t] >= 0
