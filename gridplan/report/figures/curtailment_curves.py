"""Curtailed hours over MW, one small panel for each POI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridplan.report.cells import number_text
from gridplan.report.figures.style import CONDITIONAL, FIRM, INK, LOST, NATIVE, QUIET, WIDTH_IN, grid_lines, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePanel:
    """One POI: hours over MW and where firm and conditional end."""

    poi: str
    campus: str
    total_mw: Sequence[float]
    hours: Sequence[float]
    network_hours: Sequence[float]
    generation_hours: Sequence[float]
    firm_mw: float | None
    conditional_total_mw: float | None


def draw_curtailment_curves(panels: Sequence[CurvePanel]) -> str:
    """SVG of small panels on one scale."""
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)

    def draw(figure: Figure) -> None:
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for k, axes in enumerate(grid.flat):
            if k >= len(panels):
                axes.set_visible(False)
                continue
            _draw_panel(axes, panels[k])
            if k % columns == 0:
                axes.set_ylabel("hours a year")
            if k + columns >= len(panels):
                axes.set_xlabel("MW at the POI")
        _label_areas(grid.flat[0], panels)

    return render("curtailment_curves", (WIDTH_IN, 0.35 + 1.5 * rows), draw)


def _draw_panel(axes: Axes, panel: CurvePanel) -> None:
    mw, network, hours = np.array(panel.total_mw), np.array(panel.network_hours), np.array(panel.hours)
    axes.fill_between(mw, 0, network, color=NATIVE, alpha=0.55, linewidth=0, label="limited by the network")
    axes.fill_between(mw, network, network + np.array(panel.generation_hours), facecolor="#f3dcd9", hatch="....",
                      edgecolor=LOST, linewidth=0, label="limited by generation")  # fmt: skip
    axes.plot(mw, hours, color=INK)
    axes.set_title(f"{panel.poi}, chosen for {panel.campus}" if panel.campus else panel.poi)
    axes.set_ylim(0, None)
    axes.margins(x=0)
    grid_lines(axes)
    _draw_end(axes, panel.firm_mw, "firm", FIRM, "-", 0.97)
    if panel.conditional_total_mw is not None and panel.conditional_total_mw != panel.firm_mw:
        _draw_end(axes, panel.conditional_total_mw, "total", CONDITIONAL, "--", 0.80)


def _draw_end(axes: Axes, mw: float | None, word: str, colour: str, dashes: str, height: float) -> None:
    if mw is None:
        return
    low, high = axes.get_xlim()
    if not low <= mw <= high:
        axes.set_xlim(min(low, mw), max(high, mw))
    axes.axvline(mw, color=colour, linestyle=dashes, linewidth=1.1)
    is_left = mw > low + 0.6 * (high - low)
    axes.annotate(
        f"{word} {number_text(mw, 'mw')}", (mw, height), (-3 if is_left else 3, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="right" if is_left else "left", va="top", fontsize=6.8, color=INK,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
    )  # fmt: skip


def _label_areas(axes: Axes, panels: Sequence[CurvePanel]) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if not any(any(panel.generation_hours) for panel in panels):
        handles, labels = handles[:1], labels[:1]
    figure = axes.get_figure()
    if figure is not None:
        figure.legend(handles, labels, loc="outside upper left", ncols=2, handlelength=1.4, labelcolor=QUIET)
