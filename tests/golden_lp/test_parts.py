"""Every part of a plan, alone on two hours, as the text that was read and found right.

``GRIDPLAN_WRITE_GOLDEN=1`` writes the files anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.campus.model import Campuses, CampusJob, CampusShift
from gridplan.campus.power_cap import PowerCap, cap_segments
from gridplan.network.model import Network
from gridplan.plan.layout import schedule_layout
from gridplan.plan.parts.storage import Store
from gridplan.plan.problems.schedule import compile_schedule
from gridplan.solution import WORKLOADS
from tests.golden_lp.lp_text import lp_text
from tests.oracles.small_grids import hours_of

FOLDER = Path(__file__).parent
JOB = CampusJob(
    campus="c", id="run", workload="finetune", energy_mwh=15.0, p_max_mw=20.0, release_position=1, deadline_position=2
)
CAPS = tuple(
    PowerCap(campus="c", workload=workload, segments=cap_segments(workload, shed_frac, 0.25))
    for workload, shed_frac in (("interactive", 0.1), ("batch", 0.25))
)
BY_CAMPUS = (
    "connected_mw", "baseline_mw", "installed_mw", "deadline_h", "shed_frac", "min_power_frac", "value_usd_per_mwh",
    "idle_floor_frac",
)  # fmt: skip
CAMPUS_STORE = Store(id="c:storage", point="c", p_mw=5.0, e_mwh=8.0, efficiency_roundtrip_frac=0.81)
GRID_STORE = Store(id="s", point="s", p_mw=7.0, e_mwh=12.0, efficiency_roundtrip_frac=0.64)


def campus(network: Network, **baseline_mw: tuple[float, float]) -> Campuses:
    """One campus of 100 MW at bus 2 of two_bus, firm, with these classes alone."""
    asked = np.array([[baseline_mw.get(name, (0.0, 0.0)) for name in WORKLOADS]])
    return Campuses(
        campus=("c",),
        time_utc=hours_of(network, count=2).time_utc,
        connected_mw=np.array([100.0]),
        baseline_mw=asked,
        installed_mw=np.full((1, 5), 60.0),
        deadline_h=np.array([[0, 0, 24, 1, 24]]),
        shed_frac=np.array([[0.1, 0.25, 0.5, 0.5, 0.25]]),
        min_power_frac=np.array([[0, 0, 0, 0, 0.75]]),
        value_usd_per_mwh=np.array([[5000.0, 3000.0, 500.0, 800.0, 1500.0]]),
        idle_floor_frac=np.array([0.25]),
        is_conditional=np.array([False]),
        max_energy_frac=np.array([0.0]),
    )


def conditional(campuses: Campuses) -> Campuses:
    return replace(campuses, is_conditional=np.array([True]), max_energy_frac=np.array([0.05]))


def two_places(network: Network) -> Campuses:
    """The conditional campus c, whose work of two classes may move to its firm twin d."""
    one = conditional(campus(network, interactive=(30.0, 10.0), batch=(8.0, 4.0)))
    both = {name: np.repeat(getattr(one, name), 2, axis=0) for name in BY_CAMPUS}
    shifts = tuple(
        CampusShift(campus="c", to="d", workload=workload, max_frac=part, cost_usd_per_mwh=2.0)
        for workload, part in (("interactive", 0.2), ("batch", 0.5))
    )
    both |= {"is_conditional": np.array([True, False]), "max_energy_frac": np.array([0.05, 0.0])}
    return replace(one, campus=("c", "d"), shifts=shifts, **both)


def part(network: Network, name: str) -> tuple[Campuses, tuple[Store, ...]]:
    users = {"interactive": (30.0, 10.0)}
    if name == "workloads":
        return campus(network, **users, batch=(8.0, 4.0), finetune=(5.0, 6.0), pretrain=(20.0, 40.0)), ()
    if name == "lost_work":
        return conditional(campus(network, **users, batch=(8.0, 4.0), pretrain=(20.0, 40.0))), ()
    if name == "power_cap":
        capped = conditional(campus(network, **users, batch=(8.0, 4.0)))
        return replace(capped, power_caps=CAPS), ()
    if name == "shift":
        return two_places(network), ()
    if name == "jobs":
        return replace(campus(network, **users), jobs=(JOB,)), ()
    if name == "storage":
        return campus(network, **users), (CAMPUS_STORE, GRID_STORE)
    if name == "floor":
        return campus(network, interactive=(4.0, 2.0), batch=(40.0, 20.0)), ()
    return conditional(campus(network, **users, relaxed=(20.0, 20.0))), ()  # terms


@pytest.mark.parametrize("name", ["workloads", "lost_work", "power_cap", "shift", "jobs", "storage", "floor", "terms"])
def test_part_is_what_was_read(two_bus: Network, name: str) -> None:
    campuses, stores = part(two_bus, name)
    plan = compile_schedule(schedule_layout(campuses, stores), 2).filled(campuses)
    text, path = lp_text(plan.compiled, 2), FOLDER / f"{name}.lp"
    if os.environ.get("GRIDPLAN_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
