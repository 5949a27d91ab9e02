"""The RTS-GMLC year, N-1 secure, beside PyPSA's security-constrained day times the days of the year.

PyPSA solves the peak day of the same grid with the same limits and branch outages, in the same run where it is
installed; otherwise its stored processor seconds are taken, which other work slows least, and the row says so. The
cost of that day is compared.
Usage: python -m benchmarks.pypsa_ratio [--repetitions 3]
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from benchmarks.result_table import Row, number, parser, show, timed
from benchmarks.rts_year import PRICES, rts, secure_grid
from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, Limits
from gridplan.dispatch.parts import evaluate_year
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearResult
from gridplan.network.contingency import Contingency
from gridplan.network.model import FloatArray
from gridplan.series.model import GridSeries
from tests.golden.make_pypsa_reference import REFERENCE, in_own_process, versions
from tests.golden.pypsa_cases import DAYS, HOURS, Day

DAY = "rts_gmlc"
WORKERS = (1, 2)
#: Times PyPSA's extrapolated year that gridplan has to be faster.
TARGET = 200


@dataclass(frozen=True)
class Year:
    """One solved year."""

    wall_s: float
    cpu_s: float
    cost_usd: FloatArray
    n_row: int


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--repetitions", type=int, default=3)
    given = arguments.parse_args()
    show(measure(given.repetitions), as_json=given.json)


def measure(repetitions: int) -> list[Row]:
    """PyPSA's day and gridplan's years by turns, so that whatever else is at work slows both alike."""
    day = DAYS[DAY]()
    network, series = rts()
    n_day = len(series) / HOURS
    grids = {"branch outages": partial(branch_grid, day, series), "all outages": partial(secure_grid, network, series)}
    pypsa, years = [], {(title, workers): [] for title in grids for workers in WORKERS}
    with Farm(max(WORKERS)) as farm:
        farm.map(abs, list(range(max(WORKERS))))  # processes start once in a run, not once a year
        for _ in range(repetitions):
            pypsa.append(pypsa_day())
            for title, workers in years:
                years[title, workers].append(year(grids[title], farm if workers > 1 else None))
    return [*pypsa_rows(pypsa, n_day), *year_rows(years, pypsa, n_day), cost_row(day, series, years, pypsa)]


def pypsa_rows(pypsa: list[dict[str, Any]], n_day: float) -> list[Row]:
    seconds = median(one["seconds"] for one in pypsa)
    where = "in this run" if is_installed() else "stored processor time: another run, perhaps another machine"
    source = f"PyPSA {pypsa[0]['versions']['pypsa']}, {where}"
    return [
        Row("PyPSA, 24 h", seconds, "s", f"{source}; {pypsa[0]['rows']:,} rows"),
        Row("PyPSA, 24 h, its memory", pypsa[0]["peak_mib"], "MiB"),
        Row("PyPSA, the year", seconds * n_day, "s", f"extrapolated: times {n_day:.0f}"),
    ]


def year_rows(years: dict[tuple[str, int], list[Year]], pypsa: list[dict[str, Any]], n_day: float) -> list[Row]:
    rows = []
    for (title, workers), runs in years.items():
        note = f"{len(runs[0].cost_usd)} hours, {runs[0].n_row} rows; preparing the outages included"
        name = f"year, {title}, {workers} worker{'s' * (workers > 1)}"
        rows.append(Row(name, median(run.wall_s for run in runs), "s", f"{note}; median of {len(runs)}"))
        ratios = [one["seconds"] * n_day / run.wall_s for one, run in zip(pypsa, runs, strict=True)]
        note = f"target {TARGET}; {number(min(ratios))} to {number(max(ratios))} by turn"
        rows.append(Row("  PyPSA per gridplan", median(ratios), "", note))
        if workers == 1:
            ratios = [one["cpu_seconds"] * n_day / run.cpu_s for one, run in zip(pypsa, runs, strict=True)]
            rows.append(Row("  the same in processor time", median(ratios), ""))
    return rows


def cost_row(
    day: Day, series: GridSeries, years: dict[tuple[str, int], list[Year]], pypsa: list[dict[str, Any]]
) -> Row:
    """PyPSA's day against the same hours of the year."""
    first = int(np.searchsorted(series.time_utc, day.series.time_utc[0]))
    found_usd = years["branch outages", 1][0].cost_usd[first : first + HOURS]
    difference = np.abs(found_usd / np.array(pypsa[0]["cost_usd"]) - 1.0).max()
    return Row("largest difference of the day's hours", float(difference), "", "of cost, relative")


def pypsa_day() -> dict[str, Any]:
    """PyPSA's answer for the day: solved now where it is installed, else as stored."""
    if is_installed():
        return {**in_own_process(DAY), "versions": versions()}
    stored = json.loads(REFERENCE.read_text(encoding="utf-8"))
    day = stored["days"][DAY]
    return {**day, "seconds": day["cpu_seconds"], "versions": stored["versions"]}


def is_installed() -> bool:
    return find_spec("pypsa") is not None


def branch_grid(day: Day, series: GridSeries) -> Grid:
    """The year as PyPSA's day is stated: branch outages only, those that leave the network whole."""
    network = day.network
    lost = [Contingency(id=network.branch.id[k], branches=(k,)) for k in day.outages]
    limits = Limits(normal_mw=day.normal_mw, emergency_mw=day.emergency_mw)
    return Grid(network, series, limits, PRICES, contingencies=lost)


def year(grid: Callable[[], Grid], farm: Farm | None) -> Year:
    """The whole year from the arrays on: outages prepared, every hour solved and screened."""
    begin_cpu = time.process_time()
    wall_s, (result, keys) = timed(lambda: solved(grid(), farm))
    return Year(wall_s, time.process_time() - begin_cpu, result.cost_usd, len(keys))


def solved(grid: Grid, farm: Farm | None) -> tuple[YearResult, tuple[RowKey, ...]]:
    return evaluate_year(grid, np.zeros((len(grid), 0)), farm=farm)


if __name__ == "__main__":
    main()
