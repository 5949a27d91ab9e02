"""Service terms: the curtailed energy a conditional campus accepts, and how long it gives up power at a stretch.

The grid counts MW not drawn at the meter, whatever work was lost with them; work moved to another campus is none. An
event of at most H hours leaves one of any H + 1 hours at the free power or below, so that
``sum over H + 1 hours of r <= H max depth + free``: linear, and never tighter than the rule it stands for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled, FloatArray
from gridplan.plan.layout import Layout


def declare_terms(m: Any, layout: Layout) -> None:
    """Sum of the power given up by every campus with an energy budget, and in every window of limited events."""
    import pyomo.environ as pyo

    for i in layout.budgeted:
        lost = sum(m.p_curtailed_mw[k, t] for k in _cuts(layout, i) for t in m.time)
        m.add_component(_row(layout.campus[i]), pyo.Constraint(expr=lost <= 0))
    for i, event_h in layout.windows:
        count = len(m.time) - event_h
        if count > 0:
            name = layout.campus[i]
            starts = pyo.RangeSet(0, count - 1)
            m.add_component(f"window_start[{name}]", starts)
            m.add_component(_window_row(name), pyo.Constraint(starts, rule=_window_rule(_cuts(layout, i), event_h)))


def fill_terms(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Right-hand sides: the accepted share of the energy asked for, and the hours of full depth in a window."""
    for i in layout.budgeted:
        asked_mwh = campuses.baseline_mw[i].sum()
        plan.side(_row(layout.campus[i]), -np.inf, campuses.max_energy_frac[i] * asked_mwh)
    free_mw = {rule.campus: rule.free_mw for rule in campuses.events}
    for i, event_h in layout.windows:
        name = layout.campus[i]
        if _window_row(name) in plan.rows:
            deepest_mw = _largest_in_windows(_depth_mw(layout, campuses, i), event_h + 1)
            plan.side(_window_row(name), -np.inf, event_h * deepest_mw + free_mw[name])


def _cuts(layout: Layout, i: int) -> list[int]:
    return [k for k, cut in enumerate(layout.cuts) if cut.pair[0] == i]


def _depth_mw(layout: Layout, campuses: Campuses, i: int) -> FloatArray:
    """Largest power a campus can give up, dims (time,) [MW]."""
    own = [layout.cuts[k] for k in _cuts(layout, i)]
    return np.asarray(sum(cut.width_frac * campuses.baseline_mw[cut.pair] for cut in own))


def _largest_in_windows(values: FloatArray, width: int) -> FloatArray:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, width).max(axis=1))


def _row(campus: str) -> str:
    return f"curtailment_budget_mwh[{campus}]"


def _window_row(campus: str) -> str:
    return f"event_window_mwh[{campus}]"


def _window_rule(cuts: list[int], event_h: int) -> Any:
    """Power given up in ``event_h + 1`` hours from t on."""

    def rule(m: Any, t: Any) -> Any:
        total = m.p_curtailed_mw[cuts[0], t]
        for k in cuts[1:]:
            total = total + m.p_curtailed_mw[k, t]
        for later in range(1, event_h + 1):
            for k in cuts:
                total = total + m.p_curtailed_mw[k, t + later]
        return total <= 0

    return rule
