"""Work done at another campus in the same hour: it leaves one meter and enters another.

``0 <= moved <= max_frac baseline`` at the source, all its targets together; at the target the class stays within its
installed power, and the meter within the contract by its own limit. Work of a class that waits leaves the backlog of
its source when it is moved and runs at the target at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled
from gridplan.plan.layout import Layout, Pair
from gridplan.plan.ledger import Ledger


def declare_shifts(m: Any, layout: Layout, ledger: Ledger) -> None:
    """Moved power, in the ledger of both ends; before the workloads, whose backlog it leaves."""
    import pyomo.environ as pyo

    m.shift = pyo.Set(initialize=list(range(len(layout.shifts))), ordered=True)
    m.p_shift_mw = pyo.Var(m.shift, m.time)
    for k, shift in enumerate(layout.shifts):
        if shift.source not in layout.waiting:
            ledger.withdraw(layout.campus[shift.source[0]], _moved(k), -1.0)
        ledger.withdraw(layout.campus[shift.target[0]], _moved(k))


def declare_shift_limits(m: Any, layout: Layout) -> None:
    """What may leave a class in all, what the rest of it may still give up, and the room at the targets."""
    import pyomo.environ as pyo

    for pair in _sources(layout):
        moved = layout.shifts_from(pair)
        if len(moved) > 1:
            m.add_component(_share_row(layout, pair), pyo.Constraint(m.time, rule=_share_rule(moved)))
        if pair not in layout.waiting:
            for k in layout.cuts_of(pair):
                rule = _rest_rule(k, moved, layout.cuts[k].width_frac)
                m.add_component(_rest_row(layout, pair, k), pyo.Constraint(m.time, rule=rule))
    for pair in _targets(layout):
        m.add_component(_room_row(layout, pair), pyo.Constraint(m.time, rule=_room_rule(layout, pair)))


def fill_shifts(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Largest moved power, its price, and the sides of the limits."""
    if not layout.shifts:
        return
    given = {shift.label: shift for shift in campuses.shifts}
    own = [given[shift.label] for shift in layout.shifts]
    asked_mw, installed_mw = campuses.baseline_mw, campuses.installed_mw
    most = [data.max_frac * asked_mw[shift.source] for data, shift in zip(own, layout.shifts, strict=True)]
    plan.bound("p_shift_mw", 0.0, np.array(most))
    plan.price("p_shift_mw", np.repeat([data.cost_usd_per_mwh for data in own], campuses.n_time))
    for pair in _sources(layout):
        moved = layout.shifts_from(pair)
        if len(moved) > 1:
            largest = max(own[k].max_frac for k in moved)
            plan.side(_share_row(layout, pair), -np.inf, largest * asked_mw[pair])
        if pair not in layout.waiting:
            for k in layout.cuts_of(pair):
                plan.side(_rest_row(layout, pair, k), -np.inf, layout.cuts[k].width_frac * asked_mw[pair])
    for pair in _targets(layout):
        most_mw = np.maximum(installed_mw[pair], asked_mw[pair])
        used_mw = 0.0 if pair in layout.waiting else asked_mw[pair]
        plan.side(_room_row(layout, pair), -np.inf, most_mw - used_mw)


def _sources(layout: Layout) -> list[Pair]:
    return list(dict.fromkeys(shift.source for shift in layout.shifts))


def _targets(layout: Layout) -> list[Pair]:
    return list(dict.fromkeys(shift.target for shift in layout.shifts))


def _moved(k: int) -> Any:
    return lambda m, t: m.p_shift_mw[k, t]


def _share_row(layout: Layout, pair: Pair) -> str:
    return f"moved_mw[{layout.label(pair)}]"


def _share_rule(moved: Sequence[int]) -> Any:
    """All that leaves a class."""

    def rule(m: Any, t: Any) -> Any:
        total = m.p_shift_mw[moved[0], t]
        for k in moved[1:]:
            total = total + m.p_shift_mw[k, t]
        return total <= 0

    return rule


def _rest_row(layout: Layout, pair: Pair, k: int) -> str:
    return f"kept_mw[{layout.label(pair)}:{k - layout.cuts_of(pair)[0]}]"


def _rest_rule(k: int, moved: Sequence[int], width_frac: float) -> Any:
    """``r_k <= width_k (baseline - moved)``: only what stays can give up power here."""

    def rule(m: Any, t: Any) -> Any:
        total = m.p_curtailed_mw[k, t]
        for s in moved:
            total = total + width_frac * m.p_shift_mw[s, t]
        return total <= 0

    return rule


def _room_row(layout: Layout, pair: Pair) -> str:
    return f"room_mw[{layout.label(pair)}]"


def _room_rule(layout: Layout, pair: Pair) -> Any:
    """Machines in use at a target: own work that stays, work brought here; a capped machine is in use."""
    brought, taken = layout.shifts_to(pair), layout.shifts_from(pair)
    waits = layout.waiting.index(pair) if pair in layout.waiting else None
    capped = [k for k in layout.cuts_of(pair) if layout.cuts[k].is_curved]

    def rule(m: Any, t: Any) -> Any:
        used = m.p_shift_mw[brought[0], t]
        for k in brought[1:]:
            used = used + m.p_shift_mw[k, t]
        if waits is None:
            for k in taken:
                used = used - m.p_shift_mw[k, t]
            return used <= 0
        used = used + m.p_workload_mw[waits, t]
        for k in capped:
            used = used + m.p_curtailed_mw[k, t]
        return used <= 0

    return rule
