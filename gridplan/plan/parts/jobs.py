"""Single jobs: a known energy between release and deadline, at most ``p_max_mw`` at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.campus.model import Campuses
from gridplan.plan.compiled import Compiled
from gridplan.plan.layout import Layout
from gridplan.plan.ledger import Ledger


def declare_jobs(m: Any, layout: Layout, ledger: Ledger) -> None:
    """Power of every job and its energy over all hours; the window is a bound."""
    import pyomo.environ as pyo

    m.job = pyo.Set(initialize=list(range(len(layout.jobs))), ordered=True)
    m.p_job_mw = pyo.Var(m.job, m.time)
    for j, (campus, name) in enumerate(layout.jobs):
        ledger.withdraw(campus, _power(j))
        m.add_component(_row(name), pyo.Constraint(expr=sum(m.p_job_mw[j, t] for t in m.time) == 0))


def fill_jobs(plan: Compiled, layout: Layout, campuses: Campuses) -> None:
    """Window, power limit and energy of every job; a job with no hour here draws nothing."""
    if not layout.jobs:
        return
    upper = np.zeros((len(layout.jobs), campuses.n_time))
    present = {job.label: job for job in campuses.jobs}
    for j, (_, name) in enumerate(layout.jobs):
        job = present.get(name)
        if job is not None:
            upper[j, job.window] = job.p_max_mw
            plan.side(_row(name), job.energy_mwh, job.energy_mwh)
    plan.bound("p_job_mw", 0.0, upper)


def _row(name: str) -> str:
    return f"job_energy_mwh[{name}]"


def _power(j: int) -> Any:
    return lambda m, t: m.p_job_mw[j, t]
