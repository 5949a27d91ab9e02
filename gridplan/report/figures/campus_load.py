"""The MW of a campus in one figure: from users to MW, a week, the year in order, and what of it can move.

Four panels that read like a sentence, from left to right and from top to bottom. Colour means movable class alone, and
is explained where it is used; the panels keep their places whatever the campus has.
"""

from __future__ import annotations

from typing import IO

from gridplan.report.figures.load_course import (
    EDGE_IN,
    LEFT_IN,
    PT,
    RIGHT_IN,
    Heading,
    Sheet,
    draw_course,
    draw_shares,
    draw_sheet,
)
from gridplan.report.figures.mw_waterfall import draw_waterfall
from gridplan.report.figures.work_chain import draw_chain, work_links
from gridplan.report.load_model import CampusLoad

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
    draw_course(sheet, campus)
    draw_shares(sheet, campus.share_frac)
