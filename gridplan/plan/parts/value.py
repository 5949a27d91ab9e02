"""Cost of every hour of dispatch, known to the plan only through value-function cuts."""

from __future__ import annotations

from typing import Any

from gridplan.plan.compiled import Compiled


def declare_hour_cost(m: Any) -> None:
    """One cost variable an hour; cuts are appended by the loop."""
    import pyomo.environ as pyo

    m.cost_usd = pyo.Var(m.time)


def fill_hour_cost(plan: Compiled) -> None:
    """Costs count as they are; no production cost is negative."""
    plan.bound("cost_usd", 0.0, 1.0e12)
    plan.price("cost_usd", 1.0)
