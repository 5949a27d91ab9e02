"""Places for labels in one row so that none covers another, each as near to its mark as the others let it.

Comes in: marks and widths in one unit. Goes out: centres. ``text_width_pt`` measures a text without drawing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def row_places(marks: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Centres of labels in ascending order of their marks, within ``low`` to ``high`` where they fit.

    Parameters
    ----------
    marks : sequence of float
        Where each label would like its centre; ascending.
    widths : sequence of float
        Room each label takes, its gap included.
    low, high : float
        Ends of the row; labels that do not fit together leave it at the high end.
    """
    centres: list[float] = []
    edge = high
    for mark, width in zip(reversed(marks), reversed(widths), strict=True):
        centres.append(min(mark, edge - width / 2))
        edge = centres[-1] - width / 2
    centres.reverse()
    edge = low
    for k, width in enumerate(widths):
        centres[k] = max(centres[k], edge + width / 2)
        edge = centres[k] + width / 2
    return centres


def draw_lines(axes: Axes, words: str, at: tuple[float, float], *, size_pt: float, align: str, colour: str) -> None:
    """Text of several lines that hangs from ``at`` by its first baseline, so that neighbours stand level.

    Parameters
    ----------
    axes : Axes
        Its x axis carries data, its y axis is the unit height of the frame.
    words : str
    at : tuple of float
        Data on x, frame on y.
    size_pt : float [pt]
    align : {"left", "center"}
    colour : str
    """
    for k, line in enumerate(words.split("\n")):
        axes.annotate(line, at, (0, -(1.0 + 1.2 * k) * size_pt), xycoords=axes.get_xaxis_transform(), ha=align,
                      textcoords="offset points", va="baseline", size=size_pt, color=colour,
                      annotation_clip=False)  # fmt: skip


@cache
def text_width_pt(text: str, size_pt: float, *, is_bold: bool = False) -> float:
    """Width of a text on one line [pt]; the widest line of several."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold" if is_bold else "normal")
    lines = [line for line in text.split("\n") if line.strip()]
    return max(
        (float(TextPath((0, 0), line, size=size_pt, prop=font).get_extents().width) for line in lines), default=0.0
    )
