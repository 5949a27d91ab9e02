"""Sorted hours: load without and with campuses, and lost work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridplan.report.cells import number_text
from gridplan.report.figures.style import CAMPUS, INK, LOST, QUIET, WIDTH_IN, grid_lines, render
from gridplan.report.hourly import Hourly
from gridplan.report.run_folder import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_POINTS = 800
_SMALL_MW = 1e-6


def draw_duration(hourly: Hourly) -> str:
    """SVG of load duration, and of curtailment duration where there is any."""
    lost = np.sort(hourly.curtailed_mw[hourly.curtailed_mw > _SMALL_MW])[::-1]

    def draw(figure: Figure) -> None:
        if lost.size:
            left, right = figure.subplots(1, 2, width_ratios=(1.7, 1.0))
            _draw_load(left, hourly)
            _draw_lost(right, lost)
        else:
            _draw_load(figure.subplots(), hourly)

    return render("duration", (WIDTH_IN, 2.2), draw)


def _draw_load(axes: Axes, hourly: Hourly) -> None:
    native = np.sort(hourly.native_mw)[::-1]
    total = np.sort(hourly.native_mw + hourly.met_mw)[::-1]
    at = _positions(len(native))
    axes.fill_between(at, native[at], total[at], color=CAMPUS, alpha=0.25, linewidth=0)
    axes.plot(at, total[at], color=INK)
    axes.plot(at, native[at], color=QUIET, linestyle="--")
    middle = at[len(at) // 2]
    axes.annotate("with campuses", (middle, total[middle]), (2, 5), textcoords="offset points", ha="left")
    axes.annotate(
        "native load", (middle, native[middle]), (-2, -6), textcoords="offset points", ha="right", va="top", color=QUIET
    )
    _mark_peak(axes, float(total[0]), INK, 0)
    axes.set_title("Load duration")
    axes.set_xlabel("hours with at least this load")
    axes.set_ylabel("MW")
    axes.set_ylim(0, 1.15 * max(float(total[0]), 1.0))
    axes.set_xlim(0, len(native))
    grid_lines(axes)


def _draw_lost(axes: Axes, lost: FloatArray) -> None:
    hours = np.arange(1, len(lost) + 1)
    edges, steps = np.concatenate([[0], hours]), np.concatenate([lost[:1], lost])
    axes.fill_between(edges, 0, steps, step="pre", facecolor="#f3dcd9", hatch="/////", edgecolor=LOST, linewidth=0)
    axes.step(edges, steps, where="pre", color=LOST)
    axes.annotate(
        f"deepest {number_text(float(lost[0]), 'mw')} MW", (0, lost[0]), (4, 1), textcoords="offset points", va="bottom"
    )
    axes.set_title("Curtailment duration")
    axes.set_xlabel("hours with at least this loss")
    axes.set_ylabel("MW")
    axes.set_ylim(0, float(lost[0]) * 1.15)
    axes.set_xlim(0, None)
    grid_lines(axes)


def _mark_peak(axes: Axes, peak_mw: float, colour: str, at: int) -> None:
    axes.annotate(
        f"peak {number_text(peak_mw, 'mw')} MW",
        (at, peak_mw),
        (5, 2),
        textcoords="offset points",
        va="bottom",
        color=colour,
    )


def _positions(n: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, _MOST_POINTS)).round().astype(np.int64))
