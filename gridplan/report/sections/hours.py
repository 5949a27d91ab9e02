"""Chapter: how the grid and the campuses run hour by hour."""

from __future__ import annotations

import numpy as np

from gridplan.report.blocks import Block, Figure, Paragraph
from gridplan.report.cells import hour_text, mw_text, number_text
from gridplan.report.figures.duration import draw_duration
from gridplan.report.figures.worst_week import draw_worst_week
from gridplan.report.hourly import WEEK_H, Hourly, read_hourly, worst_week
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.report.studied_hours import is_snapshot
from gridplan.solution import schedule_csv


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Worst week and load duration of the last year with hourly results; one hour alone is said in words."""
    years = run.schedule_years()
    if not years:
        raise NotStudiedError("the run holds no hourly results")
    hourly = read_hourly(run, years[-1])
    if len(hourly.native_mw) == 1:
        return (_one_hour(hourly, is_dated=not is_snapshot(run)),)
    blocks: tuple[Block, ...] = (_week(hourly), _duration(hourly))
    return blocks


def _one_hour(hourly: Hourly, *, is_dated: bool) -> Paragraph:
    native, met = float(hourly.native_mw[0]), float(hourly.met_mw[0])
    asked, lost = float(hourly.asked_mw[0]), float(hourly.curtailed_mw[0])
    which = f"the hour {hour_text(str(hourly.time_local[0])[:16])}" if is_dated else "the snapshot of the grid"
    text = (
        f"The run has one hour, {which}: native load {mw_text(native)}, campuses {mw_text(met)} at the meters of "
        f"{mw_text(asked)} asked for, {mw_text(lost)} lost by curtailment. There is no course over time to draw."
    )
    values = {"native_mw": native, "met_mw": met, "asked_mw": asked, "curtailed_mw": lost}
    return Paragraph(text=text, values=values)


def _week(hourly: Hourly) -> Figure:
    at = worst_week(hourly)
    load = hourly.native_mw + hourly.met_mw
    peak = int(np.argmax(load[at])) + at.start
    lost = float(hourly.curtailed_mw[at].sum())
    when = hour_text(str(hourly.time_local[peak])[:16])
    weather = str(hourly.time_local[at.start])[:4]
    n = at.stop - at.start
    reason = "the largest curtailment" if lost > 0 else "the largest load"
    span, title = ("the week", f"The week with {reason}") if n == WEEK_H else (f"{n} hours", f"All {n} hours")
    alt = (
        f"Hourly load of {span} from {hour_text(str(hourly.time_local[at.start])[:16])}. Total load peaks at "
        f"{mw_text(float(load[peak]))} on {when}, campuses included; campuses draw up to "
        f"{mw_text(float(hourly.met_mw[at].max(initial=0.0)))} and lose {number_text(lost, 'mwh')} MWh."
    )
    return Figure(
        id="worst_week",
        svg=draw_worst_week(hourly, at),
        alt=alt,
        caption=f"{title}, {hourly.year} (weather of {weather})",
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
