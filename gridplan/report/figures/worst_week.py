"""One week, hour by hour: load with campuses above, what the campuses ask for, get and lose below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridplan.report.cells import weekday_text
from gridplan.report.figures.style import CAMPUS, INK, LOST, NATIVE, QUIET, WIDTH_IN, grid_lines, render
from gridplan.report.hourly import Hourly

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_worst_week(hourly: Hourly, at: slice) -> str:
    """SVG of the hours ``at``."""

    def draw(figure: Figure) -> None:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.0, 1.15))
        _draw_load(top, hourly, at)
        _draw_campuses(bottom, hourly, at)
        _draw_days(bottom, hourly, at)

    return render("worst_week", (WIDTH_IN, 3.3), draw)


def _draw_load(axes: Axes, hourly: Hourly, at: slice) -> None:
    hours = np.arange(at.stop - at.start)
    native, met = hourly.native_mw[at], hourly.met_mw[at]
    axes.fill_between(hours, 0, native, color=NATIVE, alpha=0.55, linewidth=0, step="post", label="native load")
    axes.fill_between(hours, native, native + met, color=CAMPUS, linewidth=0, step="post", label="campuses")
    axes.set_title("Load of the grid")
    axes.set_ylabel("MW")
    axes.set_ylim(0, None)
    axes.margins(x=0)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, handlelength=1.4, borderpad=0.1)
    grid_lines(axes)


def _draw_campuses(axes: Axes, hourly: Hourly, at: slice) -> None:
    hours = np.arange(at.stop - at.start)
    asked, met, lost = hourly.asked_mw[at], hourly.met_mw[at], hourly.curtailed_mw[at]
    axes.fill_between(hours, asked - lost, asked, facecolor="#f3dcd9", hatch="/////", edgecolor=LOST, linewidth=0,
                      step="post", label="lost by curtailment")  # fmt: skip
    axes.plot(hours, asked, color=QUIET, linestyle="--", linewidth=1.0, drawstyle="steps-post", label="asked for")
    axes.plot(hours, met, color=INK, drawstyle="steps-post", label="at the meters")
    axes.set_title("All campuses")
    axes.set_ylabel("MW")
    axes.set_ylim(0, 1.08 * max(float(asked.max(initial=0.0)), float(met.max(initial=0.0)), 1.0))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, handlelength=1.8, borderpad=0.1)
    grid_lines(axes)


def _draw_days(axes: Axes, hourly: Hourly, at: slice) -> None:
    time = hourly.time_local[at]
    days = time.astype("datetime64[D]")
    starts = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1)]
    labels = [weekday_text(days[k].astype(object)) for k in starts]
    axes.set_xticks(starts, labels, ha="left")
    axes.set_xlim(0, len(time))
