"""Bars of firm, conditional and unconnected MW."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridplan.report.cells import number_text
from gridplan.report.figures.style import CONDITIONAL, FIRM, INK, QUIET, UNCONNECTED, WIDTH_IN, grid_lines, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEAST_LABELLED_FRAC = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MwBar:
    """One bar."""

    label: str
    poi: str
    firm_mw: float
    conditional_mw: float
    unconnected_mw: float

    @property
    def total_mw(self) -> float:
        """Length of the bar."""
        return self.firm_mw + self.conditional_mw + self.unconnected_mw


# attribute | face | hatch | colour of the number | word
_PARTS = (
    ("firm_mw", FIRM, "", "#ffffff", "firm"),
    ("conditional_mw", CONDITIONAL, "////", INK, "conditional"),
    ("unconnected_mw", UNCONNECTED, "", QUIET, "not connected"),
)


def draw_mw_bars(bars: Sequence[MwBar]) -> str:
    """SVG of one bar for each campus and year, numbers inside."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        _draw_parts(axes, bars)
        axes.set_yticks(range(len(bars)), [f"{bar.label} ({bar.poi})" if bar.poi else bar.label for bar in bars])
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.set_xlabel("MW")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        grid_lines(axes, "x")
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, handlelength=1.4, borderpad=0)

    return render("mw_bars", (WIDTH_IN, 0.62 + 0.24 * max(len(bars), 1)), draw)


def _draw_parts(axes: Axes, bars: Sequence[MwBar]) -> None:
    longest = max((bar.total_mw for bar in bars), default=1.0) or 1.0
    left = [0.0] * len(bars)
    rows = range(len(bars))
    for name, face, hatch, ink, word in _PARTS:
        width = [float(getattr(bar, name)) for bar in bars]
        axes.barh(
            rows, width, left=left, height=0.66, color=face, hatch=hatch, edgecolor=QUIET, linewidth=0.6, label=word
        )
        for row in rows:
            if width[row] >= _LEAST_LABELLED_FRAC * longest:
                box = {"facecolor": face, "edgecolor": "none", "pad": 1.0} if hatch else None
                axes.text(left[row] + width[row] / 2, row, number_text(width[row], "mw"), ha="center", va="center",
                          color=ink, fontsize=7, bbox=box)  # fmt: skip
        left = [start + add for start, add in zip(left, width, strict=True)]
