"""A load over a week and over the year in order, and the sheet that figures of loads are drawn on.

Two panels side by side and the bar of shares at the foot; a figure has them alone (all campuses together) or below
others (one campus).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gridplan.report.cells import mw_text, weekday_text
from gridplan.report.figures.mw_waterfall import mw_axis, mw_words
from gridplan.report.figures.row_places import row_places, text_width_pt
from gridplan.report.figures.style import CLASS_COLOURS, INK, LOST, QUIET, RULE, WIDTH_IN, grid_lines, render
from gridplan.report.load_model import Band, Course, TotalLoad
from gridplan.report.load_words import MOVES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT_IN, RIGHT_IN, EDGE_IN = 0.54, 6.86, 0.06
PT = 72.0
TEXT_PT = 7.0
_TOTAL_IN = 2.36
_COURSE_FOOT_IN = 0.6
_HEADING_IN = 0.48
_SPLIT_IN = 4.16
_MOST_LETTERS = 240
_LEAST_LABELLED_FRAC = 0.11
_LEAST_DAY_H = 12
"""Hours that a day cut off at the left edge needs for its name."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure measured in inches from its lower left corner."""

    figure: Figure
    height_in: float

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Axes in a box [inch]."""
        box = (left / WIDTH_IN, bottom / self.height_in, (right - left) / WIDTH_IN, (top - bottom) / self.height_in)
        return self.figure.add_axes(box)

    def title(self, left: float, top: float, text: str) -> None:
        """Title of a panel [inch]."""
        self.figure.text(left / WIDTH_IN, top / self.height_in, text, size=8, weight="bold", va="top")


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and a quiet line below it, for a drawing that stands alone."""

    text: str
    below: str = ""


def draw_sheet(
    name: str, height_in: float, draw: Callable[[Sheet], None], heading: Heading | None, png: IO[bytes] | None
) -> str:
    """SVG of a sheet.

    Parameters
    ----------
    name : str
        Prefix of the ids in the drawing.
    height_in : float [inch]
        Without the heading.
    draw : callable
        Draws the panels.
    heading : Heading, optional
        Stands above, and puts the drawing on white.
    png : binary file, optional
        Takes the same figure as pixels.
    """
    height = height_in + (_HEADING_IN if heading else 0.0)

    def draw_all(figure: Figure) -> None:
        figure.set_layout_engine("none")
        if heading is not None:
            _draw_heading(figure, heading, height)
        draw(Sheet(figure, height))

    return render(name, (WIDTH_IN, height), draw_all, png=png)


def _draw_heading(figure: Figure, heading: Heading, height: float) -> None:
    from matplotlib.patches import Rectangle

    figure.add_artist(Rectangle((0, 0), 1, 1, transform=figure.transFigure, facecolor="white", zorder=-10))
    for text, top, most_pt, weight, colour in (
        (heading.text, 0.06, 10.0, "bold", INK),
        (heading.below, 0.26, 6.8, "normal", QUIET),
    ):
        size = most_pt
        shown = text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 3]}..."
        while text_width_pt(shown, size, is_bold=weight == "bold") > (RIGHT_IN - EDGE_IN) * PT and size > 3:
            size -= 0.25
        figure.text(EDGE_IN / WIDTH_IN, 1 - top / height, shown, size=size, weight=weight, color=colour, va="top")


def draw_total_load(
    name: str, total: TotalLoad, *, heading: Heading | None = None, png: IO[bytes] | None = None
) -> str:
    """SVG of the load of several campuses together: week, hours in order, shares; see ``draw_sheet``."""

    def draw(sheet: Sheet) -> None:
        draw_course(sheet, total)
        draw_shares(sheet, total.share_frac)

    return draw_sheet(name, _TOTAL_IN, draw, heading, png)


def draw_course(sheet: Sheet, course: Course) -> None:
    """Week and hours in order, above the shares."""
    bottom = _COURSE_FOOT_IN
    sheet.title(EDGE_IN, bottom + 1.72, _week_title(course))
    sheet.title(_SPLIT_IN - 0.02, bottom + 1.72, _span_title(course))
    most = 1.12 * _top_mw(course)
    low, high = bottom + 0.46, bottom + 1.54
    _draw_week(sheet.axes(LEFT_IN, low, _SPLIT_IN - 0.32, high), course, most)
    _draw_duration(sheet.axes(_SPLIT_IN + 0.32, low, RIGHT_IN - 0.26, high), course, most)


def draw_shares(sheet: Sheet, shares: Mapping[str, float]) -> None:
    """One bar of the energy by class at the foot of a sheet, its words below with a line to the part each names."""
    sheet.title(EDGE_IN, 0.74, "What of the energy can move")
    width_pt, height = (RIGHT_IN - EDGE_IN) * PT, 0.58
    axes = sheet.axes(EDGE_IN, 0.0, RIGHT_IN, height)
    axes.set_axis_off()
    axes.set_xlim(0, width_pt)
    axes.set_ylim(0, height * PT)
    total = sum(shares.values()) or 1.0
    low, high = 26.0, 39.0
    starts = np.concatenate([[0.0], np.cumsum(list(shares.values()))]) / total * width_pt
    labels = [(f"{name} {_percent(share / total)}", MOVES[name]) for name, share in shares.items()]
    widths = [
        max(text_width_pt(head, TEXT_PT, is_bold=True), text_width_pt(words, TEXT_PT)) + 9.0 for head, words in labels
    ]
    middles = [float(middle) for middle in (starts[:-1] + starts[1:]) / 2]
    centres = row_places(middles, widths, 0.0, width_pt)
    for k, (name, (head, words)) in enumerate(zip(shares, labels, strict=True)):
        axes.fill_between(starts[k : k + 2], low, high, color=CLASS_COLOURS[name], edgecolor="white", linewidth=0.6)
        axes.plot([middles[k], middles[k], centres[k]], [low - 1.0, low - 3.0, low - 6.5], color=QUIET, linewidth=0.6)
        axes.text(centres[k], 18.5, head, ha="center", va="top", size=TEXT_PT, weight="bold")
        axes.text(centres[k], 9.5, words, ha="center", va="top", size=TEXT_PT, color=QUIET)
    axes.plot([0, width_pt, width_pt, 0, 0], [low, low, high, high, low], color=QUIET, linewidth=0.5)


def _percent(frac: float) -> str:
    return f"{100 * frac:.0f} %" if frac >= 0.01 else "<1 %"


def _top_mw(course: Course) -> float:
    """Largest MW of both lower panels; the contract counts where it is not far above."""
    highest = [float(course.week.total_mw.max()), float(course.duration.central_mw.max()), 1e-9]
    highest += [float(band.high_mw.max()) for band in (course.week.band, course.duration.band) if band is not None]
    top = max(highest)
    return max(top, course.contract_mw) if course.contract_mw <= 1.6 * top else top


def _week_title(course: Course) -> str:
    count = len(course.week.time_local)
    return "A week, hour by hour" if count == 168 else f"{count} hours one by one"


def _span_title(course: Course) -> str:
    return f"{'Hours of the year' if course.is_year else f'{course.hours:,} hours'} in order of load"


def _draw_week(axes: Axes, course: Course, most: float) -> None:
    week = course.week
    axes.set_ylim(0, most)
    edges = np.arange(len(week.time_local) + 1)
    tops = np.cumsum([np.append(values, values[-1]) for values in week.class_mw.values()], axis=0)
    # Every area reaches down to 0 below the next one, so that no seam of the page shows between two.
    for k, name in reversed(list(enumerate(week.class_mw))):
        axes.fill_between(edges, 0.0, tops[k], color=CLASS_COLOURS[name], linewidth=0)
    for k, name in enumerate(week.class_mw):
        _name_band(axes, name, tops[k - 1] if k else np.zeros(len(edges)), tops[k], most)
    if week.band is not None:
        _draw_edges(axes, edges, week.band, course.quantiles)
    _draw_days(axes, course)
    _frame(axes, course.contract_mw, most, "MW")
    if isinstance(course, TotalLoad) and course.contract_mw <= most:
        axes.annotate(f"contracts {mw_text(course.contract_mw)}", (0, course.contract_mw), (2, 1.5), color=LOST,
                      textcoords="offset points", size=6.2)  # fmt: skip


def _name_band(axes: Axes, name: str, base: np.ndarray, top: np.ndarray, most: float) -> None:
    """Name of a class inside its band, where the band is wide enough over the length of the word."""
    from matplotlib.patheffects import withStroke

    width_pt = axes.bbox.width / axes.figure.dpi * PT
    span = min(len(base), int((text_width_pt(name, TEXT_PT) + 6.0) / width_pt * len(base)) + 1)
    floor, ceiling = sliding_window_view(base, span).max(axis=1), sliding_window_view(top, span).min(axis=1)
    room = ceiling - floor
    if float(room.max()) < _LEAST_LABELLED_FRAC * most:
        return
    is_enough = room >= min(float(room.max()), 0.2 * most)
    at = int(np.argmin(np.where(is_enough, np.abs(np.arange(len(room)) - len(room) / 2), np.inf)))
    colour = "white" if name in ("interactive", "relaxed") else INK
    axes.text(at + (span - 1) / 2, (float(floor[at]) + float(ceiling[at])) / 2, name, ha="center", va="center",
              size=TEXT_PT, color=colour, zorder=4,
              path_effects=[withStroke(linewidth=1.6, foreground=CLASS_COLOURS[name])])  # fmt: skip


def _draw_edges(axes: Axes, at: np.ndarray, band: Band, quantiles: tuple[float, ...]) -> None:
    """First and last quantile as light lines, each named at the right end."""
    from matplotlib.patheffects import Normal, Stroke

    for values in (band.low_mw, band.high_mw):
        (line,) = axes.plot(at, np.append(values, values[-1]), color=INK, linewidth=0.7, linestyle=(0, (2.2, 1.0)))
        line.set_path_effects([Stroke(linewidth=1.3, foreground="white", alpha=0.6), Normal()])
    _name_quantiles(axes, float(at[-1]), band, quantiles)


def _name_quantiles(axes: Axes, right: float, band: Band, quantiles: tuple[float, ...]) -> None:
    """Words of the quantiles beside the right end, apart from each other; of one alone once."""
    most = axes.get_ylim()[1]
    height_pt = axes.bbox.height / axes.figure.dpi * PT
    ends = {quantiles[0]: float(band.low_mw[-1]), quantiles[-1]: float(band.high_mw[-1])}
    places = row_places([mw / most * height_pt for mw in ends.values()], [8.0] * len(ends), -4.0, height_pt + 4.0)
    for place, q in zip(places, ends, strict=True):
        axes.annotate(f"P{100 * q:g}", (right, place / height_pt * most), (2, 0), textcoords="offset points",
                      va="center", size=6.2, color=QUIET, annotation_clip=False)  # fmt: skip


def _draw_days(axes: Axes, course: Course) -> None:
    time = course.week.time_local
    days = time.astype("datetime64[D]")
    starts = [0, *(int(k) + 1 for k in np.flatnonzero(days[1:] != days[:-1]))]
    if len(starts) > 1 and starts[1] < _LEAST_DAY_H:
        del starts[0]
    words = [weekday_text(days[k].astype(object)) for k in starts]
    axes.set_xticks(starts, [text.split()[0] for text in words], ha="left")
    axes.set_xlabel(f"from {words[0]}, clock of {course.timezone}", size=6.2, color=QUIET, labelpad=1)
    axes.set_xlim(0, len(time))


def _draw_duration(axes: Axes, course: Course, most: float) -> None:
    duration = course.duration
    percent = 100.0 * duration.frac
    if duration.band is not None:
        band = duration.band
        axes.fill_between(percent, band.low_mw, band.high_mw, color=RULE, alpha=0.8, linewidth=0)
    axes.plot(percent, duration.central_mw, color=INK)
    axes.set_xlim(0, 100)
    _frame(axes, course.contract_mw, most, "")
    if duration.band is not None:
        _name_quantiles(axes, 100.0, duration.band, course.quantiles)
    _name_mean(axes, course, most)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("% of the hours with at least this load", size=6.2, color=QUIET, labelpad=1)


def _name_mean(axes: Axes, course: Course, most: float) -> None:
    """Mean in words: in the lower left corner, or in the upper right one where the curve falls soon."""
    from matplotlib.patheffects import withStroke

    duration = course.duration
    band = duration.band
    lowest, highest = (duration.central_mw,) * 2 if band is None else (band.low_mw, band.high_mw)
    words = f"mean {mw_words(course.mean_mw, course.peak_mw)} MW,\n{100 * course.load_factor:.0f} % of the peak"
    is_low = float(np.interp(0.4, duration.frac, highest)) < 0.5 * most
    is_crossed = float(np.interp(0.6, duration.frac, lowest)) < 0.3 * most
    x, y, ha, va = (97.0, 0.84, "right", "top") if is_crossed and is_low else (4.0, 0.05, "left", "bottom")
    axes.text(x, y * most, words, ha=ha, va=va, size=6.6, linespacing=1.25,
              path_effects=[withStroke(linewidth=2.0, foreground="white")])  # fmt: skip


def _frame(axes: Axes, contract_mw: float, most: float, words: str) -> None:
    axes.set_ylim(0, most)
    if contract_mw <= most:
        axes.axhline(contract_mw, color=LOST, linewidth=0.9, linestyle=(0, (5, 2)))
    grid_lines(axes)
    mw_axis(axes, words)
