"""The MW of a campus in one figure: from users to MW, a week, the year in order, and what of it can move.

Four panels that read like a sentence, from left to right and from top to bottom. Colour means movable class alone, and
is explained where it is used; the panels keep their places whatever the campus has.
"""

from __future__ import annotations

from typing import IO

import numpy as np

from gridplan.report.figures.load_course import (
    EDGE_IN,
    LEFT_IN,
    PT,
    RIGHT_IN,
    TEXT_PT,
    Heading,
    Sheet,
    draw_course,
    draw_sheet,
)
from gridplan.report.figures.mw_waterfall import draw_waterfall
from gridplan.report.figures.row_places import row_places, text_width_pt
from gridplan.report.figures.style import CLASS_COLOURS, QUIET
from gridplan.report.figures.work_chain import draw_chain, work_links
from gridplan.report.load_model import CampusLoad
from gridplan.report.load_words import MOVES

HEIGHT_IN = 4.7


def draw_campus_load(
    name: str, campus: CampusLoad, *, heading: Heading | None = None, png: IO[bytes] | None = None
) -> str:
    """SVG of the figure of one campus; see ``draw_sheet``."""
    return draw_sheet(name, HEIGHT_IN, lambda sheet: _draw_panels(sheet, campus), heading, png)


def _draw_panels(sheet: Sheet, campus: CampusLoad) -> None:
    sheet.title(EDGE_IN, 4.67, f"From {'users' if campus.counts['concurrent_users'] > 0 else 'accelerators'} to MW")
    draw_chain(sheet.axes(EDGE_IN, 4.0, RIGHT_IN, 4.52), work_links(campus.counts), (RIGHT_IN - EDGE_IN) * PT)
    draw_waterfall(sheet.axes(LEFT_IN, 2.86, RIGHT_IN, 3.9), campus, (3.9 - 2.86) * PT)
    draw_course(sheet, campus, 0.6)
    sheet.title(EDGE_IN, 0.74, "What of its energy can move")
    _draw_shares(sheet, campus)


def _draw_shares(sheet: Sheet, campus: CampusLoad) -> None:
    """One bar of the year's energy by class, its words below with a line to the part each names."""
    width_pt, height = (RIGHT_IN - EDGE_IN) * PT, 0.58
    axes = sheet.axes(EDGE_IN, 0.0, RIGHT_IN, height)
    axes.set_axis_off()
    axes.set_xlim(0, width_pt)
    axes.set_ylim(0, height * PT)
    shares = campus.share_frac
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
