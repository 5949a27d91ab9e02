"""Curtailed hours over MW, one small panel for each POI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridplan.report.cells import number_text
from gridplan.report.figures.style import CONDITIONAL, FIRM, INK, LOST, NATIVE, QUIET, WIDTH_IN, grid_lines, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_HOURS = 1000.0
_COLUMNS = 3
_TICKS_H = (0, 1, 10, 100, 1000)


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

    def shown(self) -> CurvePanel:
        """Panel cut where the hours pass the top of the scale, so that the useful MW fill it."""
        past = next((k for k, hours in enumerate(self.hours) if hours > MOST_HOURS), None)
        if past is None or past == 0:
            return self
        end = float(np.interp(MOST_HOURS, self.hours[past - 1 : past + 1], self.total_mw[past - 1 : past + 1]))
        kept = [*self.total_mw[:past], end]

        def cut(values: Sequence[float]) -> list[float]:
            return [*values[:past], float(np.interp(end, self.total_mw, values))]

        return replace(
            self, total_mw=kept, hours=cut(self.hours), network_hours=cut(self.network_hours),
            generation_hours=cut(self.generation_hours),
        )  # fmt: skip


def draw_curtailment_curves(panels: Sequence[CurvePanel]) -> str:
    """SVG of small panels on one scale of hours, linear up to 1 h and logarithmic above."""
    panels = [panel.shown() for panel in panels]
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
                axes.set_ylabel("hours a year (log)")
            if k + columns >= len(panels):
                axes.set_xlabel("MW at the POI")
        if is_split(panels):
            _label_areas(grid.flat[0])

    legend_in = 0.25 if is_split(panels) else 0.0
    return render("curtailment_curves", (WIDTH_IN, legend_in + 0.1 + 1.4 * rows), draw)


def is_split(panels: Sequence[CurvePanel]) -> bool:
    """Whether some hours are limited by generation, so that the areas need names."""
    return any(any(panel.generation_hours) for panel in panels)


def _draw_panel(axes: Axes, panel: CurvePanel) -> None:
    mw, network, hours = np.array(panel.total_mw), np.array(panel.network_hours), np.array(panel.hours)
    axes.fill_between(mw, 0, network, color=NATIVE, alpha=0.55, linewidth=0, label="limited by the network")
    axes.fill_between(mw, network, network + np.array(panel.generation_hours), facecolor="#f3dcd9", hatch="....",
                      edgecolor=LOST, linewidth=0, label="limited by generation")  # fmt: skip
    axes.plot(mw, hours, color=INK)
    axes.set_title(f"{panel.poi}, chosen for {panel.campus}" if panel.campus else panel.poi)
    axes.set_yscale("symlog", linthresh=1.0, linscale=0.6)
    axes.set_ylim(0, 1.6 * MOST_HOURS)
    axes.set_yticks(_TICKS_H, [number_text(tick, "hours") for tick in _TICKS_H])
    axes.minorticks_off()
    axes.margins(x=0)
    grid_lines(axes)
    _draw_end(axes, panel.firm_mw, "firm", FIRM, "-", 0.97)
    if panel.conditional_total_mw is not None and panel.conditional_total_mw != panel.firm_mw:
        _draw_end(axes, panel.conditional_total_mw, "total", CONDITIONAL, "--", 0.80)
    _label_last(axes, panel)


def _label_last(axes: Axes, panel: CurvePanel) -> None:
    mw, hours = panel.total_mw[-1], panel.hours[-1]
    text = f"{number_text(hours, 'hours')} h at {number_text(round(mw), 'mw')} MW"
    axes.annotate(
        text, (0.98, 0.06), xycoords="axes fraction", ha="right", va="bottom", fontsize=6.8, color=INK,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
    )  # fmt: skip


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


def _label_areas(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure()
    if figure is not None:
        figure.legend(handles, labels, loc="outside upper left", ncols=2, handlelength=1.4, labelcolor=QUIET)
