"""Full-year N-1 secure dispatch with lazy rows, against single hours stated with every row from the start.

The single hours are those of the test oracle (angles, every branch after every outage); the costs of both are
compared. Usage: python -m benchmarks.dispatch_year [--hours N] [--sample 5]
"""

from __future__ import annotations

from statistics import median

import numpy as np

from benchmarks.result_table import Row, parser, show, timed
from benchmarks.rts_year import PRICES, RATING_FACTOR, rts, secure_grid
from gridplan.dispatch.year import YearDispatch
from tests.oracles.btheta import listed_outages
from tests.oracles.grid_block import GridRules
from tests.oracles.hourly import solve_hour


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--hours", type=int, help="first hours of the year; default all")
    arguments.add_argument("--sample", type=int, default=5, help="hours solved with every row")
    given = arguments.parse_args()
    show(measure(given.hours, given.sample), as_json=given.json)


def measure(hours: int | None, sample: int) -> list[Row]:
    network, series = rts(hours)
    n_time = len(series)
    prepare_s, grid = timed(lambda: secure_grid(network, series))
    year = YearDispatch(grid)
    year_s, result = timed(lambda: year.evaluate(np.arange(n_time), np.zeros((n_time, 0))))
    n_pair = len(network.branch) * (len(grid.outages.contingencies) + 1)
    rules = GridRules(
        unserved_usd_per_mwh=PRICES.unserved_usd_per_mwh,
        overload_usd_per_mwh=PRICES.overload_usd_per_mwh,
        rating_factor=RATING_FACTOR,
        outages=tuple(listed_outages(network, 0)),
    )
    solve_hour(network, series, 0, {}, rules)  # finds the outage coefficients, once
    times, errors = [], []
    for hour in np.linspace(0, n_time - 1, sample).astype(int):
        seconds, exact = timed(lambda hour=int(hour): solve_hour(network, series, hour, {}, rules))
        times.append(seconds)
        errors.append(abs(result.cost_usd[hour] / exact.objective_usd_per_hour - 1.0))
    return [
        Row("preparing the outages", prepare_s, "s", f"{len(grid.outages.contingencies)} outages"),
        Row("year of secure dispatch", year_s, "s", f"{n_time} hours, {year.solved_hours} programs solved"),
        Row("hours per second", n_time / year_s, "1/s"),
        Row("rows that were needed", len(year.pool), "", f"of {n_pair:,} pairs of branch and outage"),
        Row("one hour with every row", median(times), "s", f"median of {sample}, coefficients known"),
        Row("every row per lazy rows", median(times) * n_time / year_s, "", "time per hour"),
        Row("largest difference of cost", max(errors), "", "relative"),
    ]


if __name__ == "__main__":
    main()
