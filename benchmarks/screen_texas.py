"""The streamed N-1 screen of a Texas year beside computing its flows, and of one snapshot of 10,000 buses.

The dispatch is that of every n-th hour, repeated over the year: what a screen costs depends on how near its limits the
flows are, hence one dispatch secure against every outage and one that thinks of none. Times are those of the
processor. "cold" knows nothing; "warm" has the sieve of a dispatch or screen before it.

Usage: python -m benchmarks.screen_texas [--sample 96] [--repetitions 3] [--snapshot FILE.m]
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.result_table import Row, parser, show
from benchmarks.rts_year import secure_grid
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.reach import Reach
from gridplan.dispatch.screen_year import BLOCK_H, StateOf, YearScreen, screen_year
from gridplan.dispatch.year import YearDispatch
from gridplan.network.contingency import single_outages
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import FloatArray, IntArray
from gridplan.series.dataset import read_series
from gridplan.snapshot import snapshot


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--sample", type=int, default=96, help="hours that are dispatched")
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--snapshot", type=Path, help="network file of one hour, such as case_ACTIVSg10k.m")
    given = arguments.parse_args()
    rows = texas(given.sample, given.repetitions)
    rows += one_hour(given.snapshot) if given.snapshot else []
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show([*rows, Row("largest memory of the process", memory, "MiB")], as_json=given.json)


def texas(sample: int, repetitions: int) -> list[Row]:
    folder = dataset_folder("texas2000")
    network = read_network(folder)
    series = read_series(folder, network, commitment="relaxed")
    grid = secure_grid(network, series)
    hours = np.linspace(0, len(grid) - 1, sample).astype(np.int64)
    rows = []
    for name, dispatched in (("secure", grid), ("unsecured", grid.with_outages(()))):
        found = YearDispatch(dispatched).evaluate(hours, np.zeros((sample, 0)))
        rows += beside_flows(name, grid, hours, found.column_mw, repetitions)
    return rows


def beside_flows(name: str, grid: Grid, hours: IntArray, column_mw: FloatArray, repetitions: int) -> list[Row]:
    flow_s: list[float] = []

    def state_of(part: slice) -> FloatArray:
        at = np.arange(part.start, part.stop) % len(hours)
        begin = time.process_time()
        state = grid.state(column_mw[at], np.zeros((len(at), 0)), hours[at])
        flow_s[-1] += time.process_time() - begin
        return state

    cold: list[float] = []
    warm: list[float] = []
    flows: list[float] = []
    for _ in range(repetitions):
        fresh = copy(grid)
        fresh.reach = Reach(grid.outages, grid.limits)
        for seconds in (cold, warm):
            flow_s.append(0.0)
            total, found = processor_s(partial(screened, fresh, state_of))
            seconds.append(total - flow_s[-1])
        flows += flow_s[-2:]
    flow, cold_s, warm_s = median(flows), median(cold), median(warm)
    note = f"{found.n_looked_at:,} of {found.n_pair:,} pairs looked at, {len(found.pairs):,} overloaded"
    return [
        Row(f"{name}: flows of {len(grid):,} hours", flow, "s", f"{len(hours)} dispatched hours repeated"),
        Row(f"{name}: screen of {len(grid.outages.contingencies):,} outages, cold", cold_s, "s", note),
        Row(f"{name}: the same, warm", warm_s, "s"),
        Row(f"{name}: screen per flows, cold", cold_s / flow, "", "target 2"),
        Row(f"{name}: screen per flows, warm", warm_s / flow, ""),
    ]


def screened(grid: Grid, state_of: StateOf) -> YearScreen:
    return screen_year(grid, state_of, block_h=BLOCK_H)


def processor_s(work: Callable[[], YearScreen]) -> tuple[float, YearScreen]:
    begin = time.process_time()
    answer = work()
    return time.process_time() - begin, answer


def one_hour(path: Path) -> list[Row]:
    """Snapshot at least cost without any outage, screened for all."""
    hour = snapshot(path)
    network = hour.network
    begin = time.process_time()
    grid = secure_grid(network, hour.series)
    prepared_s = time.process_time() - begin
    found = YearDispatch(grid.with_outages(())).evaluate(np.array([0]), np.zeros((1, 0)))
    state = grid.state(found.column_mw, found.u_mw, found.hours)
    seconds, answer = processor_s(lambda: screen_year(grid, lambda part: state[part]))
    outages = len(single_outages(network))
    note = f"{answer.n_looked_at:,} of {answer.n_pair:,} pairs looked at, {len(answer.pairs):,} overloaded"
    return [
        Row(f"{path.stem}: {outages:,} outages prepared", prepared_s, "s", f"{len(network.bus):,} buses"),
        Row(f"{path.stem}: screen of one hour", seconds, "s", note),
    ]


if __name__ == "__main__":
    main()
