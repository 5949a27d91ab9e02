"""The MW of a campus in one figure: from users to MW, a week, the year in order, and what of it can move.

Four panels that read like a sentence, from left to right and from top to bottom. Colour means movable class alone, and
is explained where it is used; the panels keep their places whatever the campus has.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gridplan.report.cells import weekday_text
from gridplan.report.figures.mw_waterfall import draw_waterfall, mw_axis, mw_words
from gridplan.report.figures.row_places import row_places, text_width_pt
from gridplan.report.figures.style import CLASS_COLOURS, INK, LOST, QUIET, RULE, WIDTH_IN, grid_lines, render
from gridplan.report.figures.work_chain import draw_chain, work_links
from gridplan.report.load_model import Band, CampusLoad
from gridplan.report.load_words import MOVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT_IN = 4.7
HEADING_IN = 0.48
_LEFT_IN, _RIGHT_IN = 0.54, 6.86
_TEXT_PT = 7.0
_LEAST_LABELLED_FRAC = 0.11
_LEAST_DAY_H = 12
"""Hours that a day cut off at the left edge needs for its name."""
_PT = 72.0


def draw_campus_load(
    name: str, campus: CampusLoad, *, heading: str = "", below: str = "", png: IO[bytes] | None = None
) -> str:
    """SVG of the figure of one campus.

    Parameters
    ----------
    name : str
        Prefix of the ids in the drawing.
    campus : CampusLoad
    heading, below : str
        Title above the panels and a quiet line below it, on white, for a drawing that stands alone; absent: none, and
        no ground.
    png : binary file, optional
        Takes the same figure as pixels.
    """
    height = HEIGHT_IN + (HEADING_IN if heading else 0.0)

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("none")
        if heading:
            _draw_heading(figure, heading, below, height)
        _draw_panels(figure, campus, height)

    return render(name, (WIDTH_IN, height), draw, png=png)


def _draw_heading(figure: Figure, heading: str, below: str, height: float) -> None:
    from matplotlib.patches import Rectangle

    figure.add_artist(Rectangle((0, 0), 1, 1, transform=figure.transFigure, facecolor="white", zorder=-10))
    size = 10.0
    while text_width_pt(heading, size, is_bold=True) > (WIDTH_IN - 0.12) * _PT and size > 5:
        size -= 0.25
    figure.text(0.06 / WIDTH_IN, 1 - 0.06 / height, heading, size=size, weight="bold", va="top")
    figure.text(0.06 / WIDTH_IN, 1 - 0.26 / height, below, size=6.8, color=QUIET, va="top")


def _draw_panels(figure: Figure, campus: CampusLoad, height: float) -> None:
    def axes(left: float, bottom: float, right: float, top: float) -> Axes:
        box = (left / WIDTH_IN, bottom / height, (right - left) / WIDTH_IN, (top - bottom) / height)
        return figure.add_axes(box)

    def title(left: float, top: float, text: str) -> None:
        figure.text(left / WIDTH_IN, top / height, text, size=8, weight="bold", va="top")

    edge = 0.06
    title(edge, 4.67, f"From {'users' if campus.counts['concurrent_users'] > 0 else 'accelerators'} to MW")
    draw_chain(axes(edge, 4.0, _RIGHT_IN, 4.52), work_links(campus.counts), (_RIGHT_IN - edge) * _PT)
    draw_waterfall(axes(_LEFT_IN, 2.86, _RIGHT_IN, 3.9), campus, (3.9 - 2.86) * _PT)
    split = 4.16
    title(edge, 2.32, _week_title(campus))
    title(split - 0.02, 2.32, f"{_span(campus)} in order of load")
    most = 1.12 * _top_mw(campus)
    _draw_week(axes(_LEFT_IN, 1.06, split - 0.32, 2.14), campus, most)
    _draw_duration(axes(split + 0.32, 1.06, _RIGHT_IN - 0.26, 2.14), campus, most)
    title(edge, 0.74, "What of its energy can move")
    _draw_shares(axes(edge, 0.0, _RIGHT_IN, 0.58), campus)


def _top_mw(campus: CampusLoad) -> float:
    """Largest MW of both lower panels; the contract counts where it is not far above."""
    highest = [float(campus.week.total_mw.max()), float(campus.duration.central_mw.max()), 1e-9]
    highest += [float(band.high_mw.max()) for band in (campus.week.band, campus.duration.band) if band is not None]
    top = max(highest)
    return max(top, campus.contract_mw) if campus.contract_mw <= 1.6 * top else top


def _week_title(campus: CampusLoad) -> str:
    count = len(campus.week.time_local)
    return "A week, hour by hour" if count == 168 else f"{count} hours one by one"


def _span(campus: CampusLoad) -> str:
    return "Hours of the year" if campus.is_year else f"{campus.hours:,} hours"


def _draw_week(axes: Axes, campus: CampusLoad, most: float) -> None:
    week = campus.week
    edges = np.arange(len(week.time_local) + 1)
    base = np.zeros(len(edges))
    for name, values in week.class_mw.items():
        top = base + np.append(values, values[-1])
        axes.fill_between(edges, base, top, color=CLASS_COLOURS[name], linewidth=0)
        _name_band(axes, name, base, top, most)
        base = top
    if week.band is not None:
        _draw_edges(axes, edges, week.band, campus.quantiles)
    _draw_days(axes, campus)
    _frame(axes, campus.contract_mw, most, "MW")


def _name_band(axes: Axes, name: str, base: np.ndarray, top: np.ndarray, most: float) -> None:
    """Name of a class inside its band, where the band is wide enough over the length of the word."""
    from matplotlib.patheffects import withStroke

    width_pt = axes.bbox.width / axes.figure.dpi * _PT
    span = min(len(base), int((text_width_pt(name, _TEXT_PT) + 6.0) / width_pt * len(base)) + 1)
    floor, ceiling = sliding_window_view(base, span).max(axis=1), sliding_window_view(top, span).min(axis=1)
    room = ceiling - floor
    if float(room.max()) < _LEAST_LABELLED_FRAC * most:
        return
    is_enough = room >= min(float(room.max()), 0.2 * most)
    at = int(np.argmin(np.where(is_enough, np.abs(np.arange(len(room)) - len(room) / 2), np.inf)))
    colour = "white" if name in ("interactive", "relaxed") else INK
    axes.text(at + (span - 1) / 2, (float(floor[at]) + float(ceiling[at])) / 2, name, ha="center", va="center",
              size=_TEXT_PT, color=colour, zorder=4,
              path_effects=[withStroke(linewidth=1.6, foreground=CLASS_COLOURS[name])])  # fmt: skip


def _draw_edges(axes: Axes, at: np.ndarray, band: Band, quantiles: tuple[float, ...]) -> None:
    """First and last quantile as light lines, each named at the right end."""
    from matplotlib.patheffects import Normal, Stroke

    for values in (band.low_mw, band.high_mw):
        (line,) = axes.plot(at, np.append(values, values[-1]), color=INK, linewidth=0.7, linestyle=(0, (2.2, 1.0)))
        line.set_path_effects([Stroke(linewidth=1.3, foreground="white", alpha=0.6), Normal()])
    _name_quantiles(axes, float(at[-1]), band, quantiles)


def _name_quantiles(axes: Axes, right: float, band: Band, quantiles: tuple[float, ...]) -> None:
    """Words of the quantiles beside the right end, apart from each other."""
    most = axes.get_ylim()[1]
    height_pt = axes.bbox.height / axes.figure.dpi * _PT
    ends = [float(band.low_mw[-1]) / most * height_pt, float(band.high_mw[-1]) / most * height_pt]
    places = row_places(ends, [8.0, 8.0], -4.0, height_pt + 4.0)
    for place, q in zip(places, (quantiles[0], quantiles[-1]), strict=True):
        axes.annotate(f"P{100 * q:g}", (right, place / height_pt * most), (2, 0), textcoords="offset points",
                      va="center", size=6.2, color=QUIET, annotation_clip=False)  # fmt: skip


def _draw_days(axes: Axes, campus: CampusLoad) -> None:
    time = campus.week.time_local
    days = time.astype("datetime64[D]")
    starts = [0, *(int(k) + 1 for k in np.flatnonzero(days[1:] != days[:-1]))]
    if len(starts) > 1 and starts[1] < _LEAST_DAY_H:
        del starts[0]
    words = [weekday_text(days[k].astype(object)) for k in starts]
    axes.set_xticks(starts, [text.split()[0] for text in words], ha="left")
    axes.set_xlabel(f"from {words[0]}, clock of {campus.timezone}", size=6.2, color=QUIET, labelpad=1)
    axes.set_xlim(0, len(time))


def _draw_duration(axes: Axes, campus: CampusLoad, most: float) -> None:
    duration = campus.duration
    percent = 100.0 * duration.frac
    if duration.band is not None:
        band = duration.band
        axes.fill_between(percent, band.low_mw, band.high_mw, color=RULE, alpha=0.8, linewidth=0)
    axes.plot(percent, duration.central_mw, color=INK)
    axes.set_xlim(0, 100)
    _frame(axes, campus.contract_mw, most, "")
    if duration.band is not None:
        _name_quantiles(axes, 100.0, duration.band, campus.quantiles)
    _name_mean(axes, campus, most)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("% of the hours with at least this load", size=6.2, color=QUIET, labelpad=1)


def _name_mean(axes: Axes, campus: CampusLoad, most: float) -> None:
    """Mean in words: in the lower left corner, or in the upper right one where the curve falls soon."""
    from matplotlib.patheffects import withStroke

    duration = campus.duration
    band = duration.band
    lowest, highest = (duration.central_mw,) * 2 if band is None else (band.low_mw, band.high_mw)
    words = f"mean {mw_words(campus.mean_mw, campus.peak_mw)} MW,\n{100 * campus.load_factor:.0f} % of the peak"
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


def _draw_shares(axes: Axes, campus: CampusLoad) -> None:
    """One bar of the year's energy by class, its words below with a line to the part each names."""
    width_pt = (_RIGHT_IN - 0.06) * _PT
    axes.set_axis_off()
    axes.set_xlim(0, width_pt)
    axes.set_ylim(0, 0.58 * _PT)
    shares = campus.share_frac
    total = sum(shares.values()) or 1.0
    low, high = 26.0, 39.0
    starts = np.concatenate([[0.0], np.cumsum(list(shares.values()))]) / total * width_pt
    labels = [(f"{name} {_percent(share / total)}", MOVES[name]) for name, share in shares.items()]
    widths = [
        max(text_width_pt(head, _TEXT_PT, is_bold=True), text_width_pt(words, _TEXT_PT)) + 9.0 for head, words in labels
    ]
    middles = [float(middle) for middle in (starts[:-1] + starts[1:]) / 2]
    centres = row_places(middles, widths, 0.0, width_pt)
    for k, (name, (head, words)) in enumerate(zip(shares, labels, strict=True)):
        axes.fill_between(starts[k : k + 2], low, high, color=CLASS_COLOURS[name], edgecolor="white", linewidth=0.6)
        axes.plot([middles[k], middles[k], centres[k]], [low - 1.0, low - 3.0, low - 6.5], color=QUIET, linewidth=0.6)
        axes.text(centres[k], 18.5, head, ha="center", va="top", size=_TEXT_PT, weight="bold")
        axes.text(centres[k], 9.5, words, ha="center", va="top", size=_TEXT_PT, color=QUIET)
    axes.plot([0, width_pt, width_pt, 0, 0], [low, low, high, high, low], color=QUIET, linewidth=0.5)


def _percent(frac: float) -> str:
    return f"{100 * frac:.0f} %" if frac >= 0.01 else "<1 %"
