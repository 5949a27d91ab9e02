"""Full-year N-1 secure dispatch of Texas 2000 with the ten campuses of its case, flat at their contracts.

Usage: python -m benchmarks.texas_year [--hours 8784] [--workers 2]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.process_tree import run
from benchmarks.result_table import Row, parser, show, timed
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, PlanPoint
from gridplan.dispatch.parts import evaluate_year
from gridplan.dispatch.year import SLACK_TOLERANCE_MW
from gridplan.inputs import read_inputs
from gridplan.network.contingency import Contingency
from gridplan.plan.case import year_grid

CHECKOUT = Path(__file__).resolve().parent.parent
CASE = CHECKOUT / "cases" / "texas2000.yaml"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--hours", type=int, default=8784, help="first hours of the year")
    arguments.add_argument("--workers", type=int, default=2, help="processes")
    arguments.add_argument("--inside", action="store_true", help="measure in this process, memory left out")
    given = arguments.parse_args()
    if given.inside:
        show(measure(given.hours, given.workers), as_json=given.json)
        return
    options = ["--inside", "--json", "--hours", str(given.hours), "--workers", str(given.workers)]
    usage = run([sys.executable, "-m", "benchmarks.texas_year", *options], CHECKOUT)
    rows = rows_of(usage.stdout)
    show([*rows, Row("peak memory of all processes", usage.peak_mib, "MiB")], as_json=given.json)


def rows_of(text: str) -> list[Row]:
    """Rows that another process printed as JSON."""
    return [Row(**row) for row in json.loads(text)]


def texas(hours: int, campuses: int = 10, outages: int | None = None) -> tuple[Grid, np.ndarray]:
    """Grid of the first hours with the first campuses of the case at their first POIs; their MW, dims (point,).

    ``outages`` are how many of the single outages are studied, evenly spread over the list; None is all.
    """
    inputs = read_inputs(CASE)
    network, study = inputs.network, inputs.file.study
    year = study.years[0]
    chosen = study.campuses[:campuses]
    points = [PlanPoint(id=c.id, bus=network.bus_index(c.poi[0])) for c in chosen]
    lost = [Contingency(id=f"campus {c.id}", campuses=(i,)) for i, c in enumerate(chosen)]
    grid = year_grid(study, year, network, inputs.series).part(slice(0, hours))
    if outages is not None:
        single = grid.outages.contingencies
        grid = grid.with_outages([single[i * len(single) // outages] for i in range(outages)])
    return grid.with_points(points, lost), np.array([c.contract_mw_in(year) for c in chosen])


def measure(hours: int, workers: int) -> list[Row]:
    prepare_s, (grid, mw) = timed(lambda: texas(hours))
    with Farm(workers) as farm:
        year_s, (result, rows) = timed(lambda: evaluate_year(grid, np.tile(mw, (hours, 1)), farm=farm))
    over = result.overload_mw.sum(axis=1)
    count = int((over > SLACK_TOLERANCE_MW).sum())
    return [
        Row("reading the case, outages", prepare_s, "s", f"{len(grid.outages.contingencies)} outages"),
        Row("year of secure dispatch", year_s, "s", f"{hours} h, {mw.sum():,.0f} MW of campuses, {workers} workers"),
        Row("hours per second", hours / year_s, "1/s"),
        Row("rows that were needed", len(rows), "", "of 12 million pairs of branch and outage"),
        Row("hours with a limit that cannot be kept", count, "h", f"{over.sum():,.0f} MWh in all"),
    ]


if __name__ == "__main__":
    main()
