"""Service terms over the whole horizon: the curtailed energy a conditional campus accepts.

The grid counts MW not drawn at the meter, whatever work was lost with them; work moved to another campus is none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled
from gridplan.plan.layout import Layout


def declare_terms(m: Any, layout: Layout) -> None:
    """Sum of the power given up by every campus with an energy budget."""
    import pyomo.environ as pyo

    for i in layout.budgeted:
        own = [k for k, cut in enumerate(layout.cuts) if cut.pair[0] == i]
        lost = sum(m.p_curtailed_mw[k, t] for k in own for t in m.time)
        m.add_component(_row(layout.campus[i]), pyo.Constraint(expr=lost <= 0))


def fill_terms(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Right-hand side: the accepted share of the energy asked for in these hours."""
    for i in layout.budgeted:
        asked_mwh = campuses.baseline_mw[i].sum()
        plan.side(_row(layout.campus[i]), -np.inf, campuses.max_energy_frac[i] * asked_mwh)


def _row(campus: str) -> str:
    return f"curtailment_budget_mwh[{campus}]"
