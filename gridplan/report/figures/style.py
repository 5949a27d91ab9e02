"""Look of every figure and the door to matplotlib.

Comes in: a size and a function that draws. Goes out: SVG text without date, whose ids carry the name of the figure.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN = 6.9
INK = "#22303c"
QUIET = "#6b7780"
RULE = "#c9d0d6"
FIRM = "#1f4e79"
CONDITIONAL = "#e0a136"
UNCONNECTED = "#ffffff"
LOST = "#a4343a"
NATIVE = "#9aa7b1"
CAMPUS = "#2f6f9f"
BUILT = "#2e7d5b"
CLASS_COLOURS = {
    "interactive": "#1b3a5c",
    "relaxed": "#3f7cac",
    "batch": "#79a998",
    "finetune": "#e3b65b",
    "pretrain": "#f6e8c3",
}
"""Movable classes, dark to light, so that they stay apart in grey; whoever can wait longest is light."""

_RC: dict[str, object] = {
    "svg.hashsalt": "gridplan",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.7,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}  # fmt: skip
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(url\(#|href="#)')


def render(
    name: str,
    size_in: tuple[float, float],
    draw: Callable[[Figure], None],
    *,
    png: IO[bytes] | None = None,
    dpi: int = 200,
) -> str:
    """SVG text of a figure.

    Parameters
    ----------
    name : str
        Prefix of every id in the drawing, so that several may stand in one page.
    size_in : tuple of float [inch]
        Width and height on paper.
    draw : callable
        Draws on an empty figure.
    png : binary file, optional
        Takes the same figure as pixels, ``dpi`` to the inch, on white.
    """
    import matplotlib
    from matplotlib.figure import Figure as NewFigure

    with matplotlib.rc_context(_RC), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # drawn as a box; names may be of any script
        figure = NewFigure(figsize=size_in, layout="constrained")
        draw(figure)
        lay_out(figure)
        _close_caps(figure)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        if png is not None:
            figure.savefig(png, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return named_svg(name, file.getvalue())


def _close_caps(figure: Figure) -> None:
    """Give every collection its own cap style: left open, it takes that of whatever was drawn before it."""
    from matplotlib.collections import Collection

    for collection in figure.findobj(Collection):
        if isinstance(collection, Collection) and collection.get_capstyle() is None:
            collection.set_capstyle("butt")


def lay_out(figure: Figure) -> None:
    """Arrange the parts of a figure once and for all; drawing would do it twice more."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")


def named_svg(name: str, text: str) -> str:
    """SVG element alone, its ids and references prefixed by ``name``."""
    bare = _METADATA.sub("", _HEAD.sub("", text, count=1))
    named = _ID.sub(rf'id="{name}-\1"', bare)
    return _REFERENCE.sub(rf"\g<1>{name}-", named)


def grid_lines(axes: Axes, axis: str = "y") -> None:
    """Quiet lines behind the data."""
    axes.grid(visible=True, axis=axis)  # type: ignore[arg-type]
    axes.tick_params(length=2.5)
