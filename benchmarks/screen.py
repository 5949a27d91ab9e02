"""Full-year N-1 screen by bound filter, against the flows themselves and against every pair in every hour.

Usage: python -m benchmarks.screen [--hours N] [--repetitions 5]
"""

from __future__ import annotations

import numpy as np

from benchmarks.result_table import Row, median_s, parser, show, timed
from benchmarks.rts_year import rts, secure_grid
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.screen import SCREEN_TOLERANCE_MW, overloaded_pairs, suspicious_pairs
from gridplan.dispatch.year import YearDispatch
from gridplan.network.model import FloatArray


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--hours", type=int, help="first hours of the year; default all")
    arguments.add_argument("--repetitions", type=int, default=5)
    given = arguments.parse_args()
    show(measure(given.hours, given.repetitions), as_json=given.json)


def measure(hours: int | None, repetitions: int) -> list[Row]:
    network, series = rts(hours)
    grid = secure_grid(network, series)
    n_time = len(series)
    found = YearDispatch(grid).evaluate(np.arange(n_time), np.zeros((n_time, 0)))

    def flows() -> FloatArray:
        return grid.state(found.column_mw, found.u_mw, found.hours)

    state = flows()
    flow_s = median_s(flows, repetitions)
    screen_s = median_s(lambda: overloaded_pairs(grid, state), repetitions)
    n_over = len(overloaded_pairs(grid, state))
    brute_s, n_brute = timed(lambda: overloads_of_every_pair(grid, state))
    n_pair = len(network.branch) * (len(grid.outages.contingencies) + 1)
    n_left = len(suspicious_pairs(grid, state))
    if n_over != n_brute:
        raise SystemExit(f"the filter finds {n_over} overloaded pairs, the full screen {n_brute}")
    return [
        Row("flows of all hours", flow_s, "s", f"{n_time} hours, median of {repetitions}"),
        Row("screen by bound filter", screen_s, "s", f"{n_left} of {n_pair:,} pairs looked at hour by hour"),
        Row("every pair in every hour", brute_s, "s"),
        Row("screen per flows", screen_s / flow_s, ""),
        Row("every pair per screen", brute_s / screen_s, ""),
        Row("overloaded pairs, by both", n_over, ""),
    ]


def overloads_of_every_pair(grid: Grid, state: FloatArray) -> int:
    """Count of overloaded pairs, each looked at in each hour."""
    n_branch, table = len(grid.network.branch), grid.outages
    flow = state[:, :n_branch]
    count = int((np.abs(flow).max(axis=0) > grid.limits.normal_mw + SCREEN_TOLERANCE_MW).sum())
    every = range(n_branch)
    limit = grid.limits_after_mw(every)
    for k in range(len(table.contingencies)):
        sources = table.sources(k)
        after = flow + state[:, table.source[sources]] @ table.effect(every, sources).T
        count += int((np.abs(after).max(axis=0) > limit[:, k] + SCREEN_TOLERANCE_MW).sum())
    return count


if __name__ == "__main__":
    main()
