"""Build and hand-over of the schedule's plan against its solve, for one planning cycle and for all.

Campuses stand where a finished run put them. Build is Pyomo plus compilation plus data, hand-over the model
passed to HiGHS; solve is all the rest of the loop. Usage: python -m benchmarks.plan_build [RUN_DIR]
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.result_table import Row, parser, show, timed
from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses
from gridplan.dispatch.grid import Grid, Limits
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearResult, result_part
from gridplan.inputs import read_inputs
from gridplan.plan.case import YearCase, rating_factor, year_case
from gridplan.plan.cycles import CYCLE_H, campuses_part, solve_schedule
from gridplan.plan.layout import schedule_layout
from gridplan.plan.parts.storage import Store
from gridplan.plan.problems.schedule import compile_schedule
from gridplan.plan.solver import PlanSolver
from gridplan.plan.study_year import schedule_points


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a schedule is solved from."""

    grid: Grid
    campuses: Campuses
    stores: tuple[Store, ...]
    base: YearResult
    rows: tuple[RowKey, ...]
    gap_frac: float

    def part(self, hours: slice) -> Setting:
        """Same schedule over some of its hours."""
        return Setting(
            grid=self.grid.part(hours),
            campuses=campuses_part(self.campuses, hours),
            stores=self.stores,
            base=result_part(self.base, hours),
            rows=self.rows,
            gap_frac=self.gap_frac,
        )


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("run_dir", type=Path, nargs="?", default=Path("reports") / "rts_gmlc")
    given = arguments.parse_args()
    show(measure(given.run_dir), as_json=given.json)


def measure(run_dir: Path) -> list[Row]:
    whole = read_setting(run_dir)
    import_s, _ = timed(lambda: compile_schedule(schedule_layout(whole.campuses, whole.stores), 2))
    peak = int(np.argmax(whole.grid.balance_mw)) // CYCLE_H * CYCLE_H
    one = whole.part(slice(peak, min(peak + CYCLE_H, len(whole.grid))))
    imports = Row("import of Pyomo and a plan of two hours", import_s, "s", "once per process")
    return [imports, *compare("cycle of the peak", one), *compare("all cycles", whole)]


def compare(name: str, setting: Setting) -> list[Row]:
    """Build and hand-over of every cycle on their own, then the whole solve, which holds them once more."""
    layout = schedule_layout(setting.campuses, setting.stores)
    n_time, shapes = setting.campuses.n_time, {}
    compile_s = fill_s = hand_s = 0.0
    size = (0, 0)
    firsts = range(0, n_time, CYCLE_H)
    for first in firsts:
        part = slice(first, min(first + CYCLE_H, n_time))
        length = part.stop - part.start
        if length not in shapes:
            seconds, shapes[length] = timed(lambda length=length: compile_schedule(layout, length))
            compile_s += seconds
        campuses = campuses_part(setting.campuses, part)
        seconds, plan = timed(lambda shape=shapes[length], campuses=campuses: shape.filled(campuses))
        fill_s += seconds
        seconds, _ = timed(lambda plan=plan: PlanSolver(plan.compiled))
        hand_s += seconds
        size = max(size, plan.compiled.a.shape)
    whole_s, result = timed(lambda: solved(setting))
    build_s = compile_s + fill_s + hand_s
    note = f"{len(firsts)} cycle{'s' if len(firsts) > 1 else ''}, up to {size[1]:,} columns x {size[0]:,} rows"
    return [
        Row(f"{name}: Pyomo and compilation", compile_s, "s", note),
        Row(f"{name}: data", fill_s, "s"),
        Row(f"{name}: hand-over", hand_s, "s"),
        Row(f"{name}: solve", whole_s - build_s, "s", f"gap {result.gap_frac:.3%}, {result.rounds} rounds at most"),
        Row(f"{name}: build and hand-over per solve", build_s / (whole_s - build_s), ""),
    ]


def solved(setting: Setting) -> Any:
    return solve_schedule(
        setting.grid, setting.campuses, setting.stores, setting.base, setting.rows, gap_frac=setting.gap_frac
    )


def read_setting(run_dir: Path) -> Setting:
    """Last studied year of a run, with the campuses where its plan put them."""
    path = run_dir / "plan.json"
    if not path.is_file():
        raise SystemExit(f"{run_dir} holds no finished run; make one with: gridplan run STUDY --out {run_dir}")
    years = json.loads(path.read_text(encoding="utf-8"))["years"]
    year = max(years)
    entry = years[year]
    inputs = read_inputs(run_dir / "study.yaml")
    study = inputs.file.study
    case = year_case(study, int(year), inputs.network, inputs.series)
    connected = {c["id"]: c["connected_mw"] for c in entry["campuses"]}
    campuses = build_campuses(study, int(year), connected, case.series.time_utc)
    chosen: Any = SimpleNamespace(sites=[SimpleNamespace(campus=c["id"], poi=c["bus"]) for c in entry["campuses"]])
    points, stores = schedule_points(case, chosen, campuses)
    return Setting(
        grid=case.grid(points, limits=limits_with(case, entry["reinforcements"])),
        campuses=campuses,
        stores=stores,
        base=case.base_at(len(points)),
        rows=case.rows,
        gap_frac=study.solve.gap_schedule_frac,
    )


def limits_with(case: YearCase, upgrades: list[dict[str, Any]]) -> Limits:
    """Branch limits with what the run built."""
    normal, emergency = case.limits.normal_mw.copy(), case.limits.emergency_mw.copy()
    factor = rating_factor(case.study, case.network)
    for upgrade in upgrades:
        if upgrade["built"]:
            k = case.network.branch.id.index(upgrade["branch"])
            normal[k] = max(normal[k], upgrade["rating_normal_mva"] * factor[k])
            emergency[k] = max(emergency[k], upgrade["rating_emergency_mva"] * factor[k])
    return Limits(normal_mw=normal, emergency_mw=emergency)


if __name__ == "__main__":
    main()
