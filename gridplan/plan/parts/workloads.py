"""Workload classes: work that is served in its hour, work that may wait, work that is lost.

Waiting work: ``backlog_t = backlog_{t-1} + baseline_t - p_t - r_t - moved_t`` counts work. r_t is power given up, of
which ``sum s_k r_kt`` is lost and the rest done all the same, slower machines doing more per MWh; moved_t is done at
another campus. The deadline is a bound, ``0 <= backlog_t <= baseline of the last deadline_h hours``, and nothing is
left at the end. Pieces k of r grow dearer, so the least loss fills them in order and no binary is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """Variables of waiting and lost work, the backlog recursion, and their MW in the ledger; after the shifts."""
    import pyomo.environ as pyo

    m.waiting = pyo.Set(initialize=list(range(len(layout.waiting))), ordered=True)
    m.cut = pyo.Set(initialize=list(range(len(layout.cuts))), ordered=True)
    m.p_workload_mw = pyo.Var(m.waiting, m.time)
    m.backlog_mwh = pyo.Var(m.waiting, m.time)
    m.p_curtailed_mw = pyo.Var(m.cut, m.time)
    for q, pair in enumerate(layout.waiting):
        _declare_waiting(m, layout, q)
        ledger.withdraw(layout.campus[pair[0]], _served(q))
    for k, cut in enumerate(layout.cuts):
        if cut.pair not in layout.waiting:
            ledger.withdraw(layout.campus[cut.pair[0]], _lost(k), -1.0)


def _declare_waiting(m: Any, layout: Layout, q: int) -> None:
    """Backlog of a class that waits, its least power, and what a cap needs to run."""
    import pyomo.environ as pyo

    pair, least = layout.waiting[q], layout.least_frac[q]
    name, cuts, moved = layout.label(pair), layout.cuts_of(pair), layout.shifts_from(pair)
    _declare_backlog(m, name, q, cuts, moved)
    if least > 0 and (cuts or moved):
        rule = _least_power_rule(q, cuts, moved, least)
        m.add_component(_least_row(name), pyo.Constraint(m.time, rule=rule))
    for k in cuts:
        if layout.cuts[k].is_curved:
            rule = _running_rule(q, k, cuts, layout.cuts[k].width_frac)
            m.add_component(_running_row(layout, k), pyo.Constraint(m.time, rule=rule))
    if any(layout.cuts[k].is_curved for k in cuts):
        m.add_component(_machines_row(name), pyo.Constraint(m.time, rule=_machines_rule(q, cuts)))


def _declare_backlog(m: Any, name: str, q: int, cuts: Sequence[int], moved: Sequence[int]) -> None:
    """``backlog_t - backlog_{t-1} + p_t + r_t + moved_t``, the arrivals being data."""
    import pyomo.environ as pyo

    def leaves(t: Any) -> Any:
        return _sum(m.p_workload_mw[q, t], _cut_terms(m, cuts, t), _moved_terms(m, moved, t))

    m.add_component(f"backlog_first[{name}]", pyo.Constraint(expr=m.backlog_mwh[q, 0] + leaves(0) == 0))
    m.add_component(
        f"backlog_next[{name}]",
        pyo.Constraint(m.later, rule=lambda m, t: m.backlog_mwh[q, t] - m.backlog_mwh[q, t - 1] + leaves(t) == 0),
    )


def fill_workloads(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Data of the workload part: arrivals, deadlines, installed power, least power, price of lost work."""
    _fill_waiting(plan, layout, campuses)
    if layout.cuts:
        baseline, cuts = campuses.baseline_mw, layout.cuts
        plan.bound("p_curtailed_mw", 0.0, np.array([cut.width_frac * baseline[cut.pair] for cut in cuts]))
        price = [cut.work_per_power * campuses.value_usd_per_mwh[cut.pair] for cut in cuts]
        plan.price("p_curtailed_mw", np.repeat(price, campuses.n_time))


def _fill_waiting(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    waiting, baseline = layout.waiting, campuses.baseline_mw
    if not waiting:
        return
    rows = np.array([baseline[p] for p in waiting])
    least = np.array([campuses.min_power_frac[p] for p in waiting])[:, None] * rows
    has_row = np.array([_least_row(layout.label(p)) in plan.rows for p in waiting])
    installed = np.array([campuses.installed_mw[p] for p in waiting])[:, None]
    rebound = {rule.campus: rule.rebound_frac for rule in campuses.events}
    most_frac = np.array([rebound.get(layout.campus[p[0]]) or np.inf for p in waiting])[:, None]
    # Not the product with infinity, which is no number where nothing is asked for.
    caught_up = np.where(np.isinf(most_frac), np.inf, np.where(np.isinf(most_frac), 1.0, most_frac) * rows)
    most = np.minimum(np.maximum(installed, rows), caught_up)
    plan.bound("p_workload_mw", np.where(has_row[:, None], 0.0, least), most)
    limits = [backlog_limit_mwh(baseline[p], int(campuses.deadline_h[p])) for p in waiting]
    plan.bound("backlog_mwh", 0.0, np.array(limits))
    for pair, mw, arrivals, most_mw in zip(waiting, least, rows, np.maximum(installed, rows), strict=True):
        name = layout.label(pair)
        if _machines_row(name) in plan.rows:
            plan.side(_machines_row(name), -np.inf, most_mw)
        plan.side(f"backlog_first[{name}]", arrivals[0], arrivals[0])
        plan.side(f"backlog_next[{name}]", arrivals[1:], arrivals[1:])
        if _least_row(name) in plan.rows:
            plan.side(_least_row(name), mw, np.inf)


def _sum(first: Any, *groups: Sequence[Any]) -> Any:
    """Sum of terms; a plain loop, because sum() of a generator in a templatized rule means another thing."""
    for group in groups:
        for term in group:
            first = first + term
    return first


def _cut_terms(m: Any, cuts: Sequence[int], t: Any, factor: float = 1.0) -> list[Any]:
    return [factor * m.p_curtailed_mw[k, t] for k in cuts]


def _moved_terms(m: Any, shifts: Sequence[int], t: Any, factor: float = 1.0) -> list[Any]:
    return [factor * m.p_shift_mw[k, t] for k in shifts]


def _served(q: int) -> Any:
    return lambda m, t: m.p_workload_mw[q, t]


def _lost(k: int) -> Any:
    return lambda m, t: m.p_curtailed_mw[k, t]


def _least_row(q: str) -> str:
    return f"least_power_mw[{q}]"


def _least_power_rule(q: int, cuts: Sequence[int], moved: Sequence[int], least: float) -> Any:
    """``p + least (r + moved) >= least baseline``."""

    def rule(m: Any, t: Any) -> Any:
        return _sum(m.p_workload_mw[q, t], _cut_terms(m, cuts, t, least), _moved_terms(m, moved, t, least)) >= 0

    return rule


def _running_row(layout: Layout, k: int) -> str:
    pair = layout.cuts[k].pair
    return f"capped_mw[{layout.label(pair)}:{k - layout.cuts_of(pair)[0]}]"


def _running_rule(q: int, k: int, cuts: Sequence[int], width_frac: float) -> Any:
    """``r_k <= width_k (p + sum r)``: machines must run for a cap to slow them."""

    def rule(m: Any, t: Any) -> Any:
        running = _sum(m.p_workload_mw[q, t], _cut_terms(m, cuts, t))
        return m.p_curtailed_mw[k, t] - width_frac * running <= 0

    return rule


def _machines_row(name: str) -> str:
    return f"machines_mw[{name}]"


def _machines_rule(q: int, cuts: Sequence[int]) -> Any:
    """``p + sum r <= installed``: a capped machine is in use."""

    def rule(m: Any, t: Any) -> Any:
        return _sum(m.p_workload_mw[q, t], _cut_terms(m, cuts, t)) <= 0

    return rule
