"""Chapter: how the grid and the campuses run hour by hour."""

from __future__ import annotations

import numpy as np

from gridplan.report.blocks import Block, Figure
from gridplan.report.cells import hour_text, mw_text, number_text
from gridplan.report.figures.duration import draw_duration
from gridplan.report.figures.worst_week import draw_worst_week
from gridplan.report.hourly import Hourly, read_hourly, worst_week
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import schedule_csv


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Worst week and load duration of the last year with hourly results."""
    years = run.schedule_years()
    if not years:
        raise NotStudiedError("the run holds no hourly results")
    hourly = read_hourly(run, years[-1])
    blocks: tuple[Block, ...] = (_week(hourly), _duration(hourly))
    return blocks


def _week(hourly: Hourly) -> Figure:
    at = worst_week(hourly)
    load = hourly.native_mw + hourly.met_mw
    peak = int(np.argmax(load[at])) + at.start
    lost = float(hourly.curtailed_mw[at].sum())
    when = hour_text(str(hourly.time_local[peak])[:16])
    weather = str(hourly.time_local[at.start])[:4]
    reason = "the largest curtailment" if lost > 0 else "the largest load"
    alt = (
        f"Hourly load of the week from {hour_text(str(hourly.time_local[at.start])[:16])}. Total load peaks at "
        f"{mw_text(float(load[peak]))} on {when}, campuses included; campuses draw up to "
        f"{mw_text(float(hourly.met_mw[at].max(initial=0.0)))} and lose {number_text(lost, 'mwh')} MWh."
    )
    return Figure(
        id="worst_week",
        svg=draw_worst_week(hourly, at),
        alt=alt,
        caption=f"The week with {reason}, {hourly.year} (weather of {weather})",
        source=schedule_csv(hourly.year),
    )


def _duration(hourly: Hourly) -> Figure:
    n = len(hourly.native_mw)
    with_mw = hourly.native_mw + hourly.met_mw
    alt = (
        f"Load duration curves over {n:,} hours. Peak {mw_text(float(hourly.native_mw.max()))} without and "
        f"{mw_text(float(with_mw.max()))} with campuses; minimum {mw_text(float(hourly.native_mw.min()))} and "
        f"{mw_text(float(with_mw.min()))}. Campuses are curtailed in {int((hourly.curtailed_mw > 1e-6).sum()):,} hours."
    )
    return Figure(
        id="duration",
        svg=draw_duration(hourly),
        alt=alt,
        caption=f"Duration of load and of curtailment, {hourly.year}",
        source=schedule_csv(hourly.year),
    )
