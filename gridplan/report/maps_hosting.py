"""Hosting capacity of all buses on a map and as a GeoPackage.

Comes in: rows of the table, the network. Goes out: SVG text, PNG bytes, GeoPackage bytes. Colour says the MW of a bus
in classes that a colour-blind reader and a grey printer tell apart, size says the same, and the map is labelled
synthetic where the grid is.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gridplan.network.geography.layers import Layer, layer_bytes, points
from gridplan.network.geography.places import has_place
from gridplan.network.model import FloatArray, Network
from gridplan.report.figures.style import INK, QUIET, RULE, WIDTH_IN, render
from gridplan.report.maps import draw_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Least MW of a class, its colour (dark to light by luminance, told apart without red and green) and mark [pt^2].
_CLASSES: tuple[tuple[float, str, float], ...] = (
    (0.0, "#3b0f3f", 5.0),
    (50.0, "#6a2c7a", 6.5),
    (100.0, "#3f6fa8", 8.5),
    (200.0, "#2f9e94", 11.0),
    (500.0, "#8fcf5a", 15.0),
    (1000.0, "#f6df3c", 21.0),
)
_NONE = "#ffffff"
_NOTHING_MW = 0.5
_MARGIN_FRAC = 0.04
_HEIGHT_IN = (3.0, 7.2)
_PNG_DPI = 200
_MOST_BINDING = 3


def hosting_layers(heading: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """GeoPackage of one layer of points with all columns of the table, EPSG:4326."""
    columns = {name: _column([row[name] for row in rows]) for name in rows[0]}
    x, y = _places(rows)
    layer = Layer(name="hosting", meaning=heading, kind="Point", columns=columns, shapes=points(x, y))
    return layer_bytes((layer,), title=heading)


def _column(values: list[Any]) -> Any:
    is_number = all(
        value is None or (isinstance(value, float | int) and not isinstance(value, bool)) for value in values
    )
    if is_number and any(value is None or isinstance(value, float) for value in values):
        return np.array([np.nan if value is None else float(value) for value in values])
    return values


def _places(rows: Sequence[Mapping[str, Any]]) -> tuple[FloatArray, FloatArray]:
    x, y = ([float(row[name]) for row in rows] for name in ("longitude_degree", "latitude_degree"))
    return np.array(x), np.array(y)


def hosting_map(heading: str, rows: Sequence[Mapping[str, Any]], network: Network) -> tuple[str, bytes]:
    """SVG text and PNG bytes of the map."""
    x, y = _places(rows)
    mw = np.array([float(row["hosting_capacity_mw"]) for row in rows])
    frame = _frame(x, y)
    stretch = 1.0 / math.cos(math.radians((frame[1] + frame[3]) / 2))
    height = WIDTH_IN * stretch * (frame[3] - frame[1]) / (frame[2] - frame[0])
    size = (WIDTH_IN, min(max(height, _HEIGHT_IN[0]), _HEIGHT_IN[1]) + 0.9)
    picture = io.BytesIO()

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_aspect(stretch, adjustable="box")
        axes.set_xlim(frame[0], frame[2])
        axes.set_ylim(frame[1], frame[3])
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color(RULE)
        draw_states(axes, frame)
        axes.set(xlabel="", ylabel="")  # the states bring names of their own
        _draw_branches(axes, network)
        _draw_buses(axes, x, y, mw)
        axes.set_title(_wrapped(heading), color=INK)
        _draw_legend(figure, mw)
        _draw_hint(axes, rows)

    svg = render("hosting", size, draw, png=picture, dpi=_PNG_DPI)
    return svg, picture.getvalue()


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 100))


def _frame(x: FloatArray, y: FloatArray) -> tuple[float, float, float, float]:
    left, right, low, high = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    span = max(right - left, high - low, 0.1)
    pad, least = _MARGIN_FRAC * span, span / 2.5
    wide, tall = max(0.0, least - (right - left)) / 2, max(0.0, least - (high - low)) / 2
    return left - pad - wide, low - pad - tall, right + pad + wide, high + pad + tall


def _draw_branches(axes: Axes, network: Network) -> None:
    """Lines of the grid, quiet and thin, heavier where the voltage is higher."""
    from matplotlib.collections import LineCollection

    table = network.bus
    there = has_place(table.latitude_degree, table.longitude_degree)
    ends = np.column_stack([network.branch.from_bus, network.branch.to_bus])
    ends = ends[there[ends].all(axis=1)]
    x, y = table.longitude_degree[ends], table.latitude_degree[ends]
    kv = table.base_kv[ends].max(axis=1, initial=0.0)
    width = np.interp(kv, [100.0, 500.0], [0.25, 0.8])
    lines = LineCollection(list(np.stack([x, y], axis=-1)), colors="#c3ccd2", linewidths=width, capstyle="round")
    lines.set_zorder(1)
    axes.add_collection(lines)


def _class_of(mw: FloatArray) -> Any:
    return np.searchsorted([low for low, _, _ in _CLASSES], mw, side="right") - 1


def _draw_buses(axes: Axes, x: FloatArray, y: FloatArray, mw: FloatArray) -> None:
    """Large capacities first, so that the small ones, which decide, stay on top."""
    scale = min(1.0, max(0.45, (400 / max(len(mw), 1)) ** 0.5)) * (2.4 if len(mw) < 150 else 1.2)
    which = _class_of(mw)
    for k in range(len(_CLASSES) - 1, -1, -1):
        own = (which == k) & (mw >= _NOTHING_MW)
        _, colour, size = _CLASSES[k]
        axes.scatter(
            x[own], y[own], s=size * scale, color=colour, edgecolors=INK, linewidths=0.2, zorder=3 + 0.1 * (6 - k)
        )
    none = mw < _NOTHING_MW
    axes.scatter(x[none], y[none], s=9 * scale, marker="X", color=_NONE, edgecolors=INK, linewidths=0.5, zorder=4)


def _draw_legend(figure: Figure, mw: FloatArray) -> None:
    from matplotlib.lines import Line2D

    def mark(shape: str, face: str, size: float, word: str) -> Line2D:
        return Line2D([], [], marker=shape, linestyle="none", markerfacecolor=face, markeredgecolor=INK,
                      markeredgewidth=0.4, markersize=math.sqrt(size) * 1.5, label=word)  # fmt: skip

    which = _class_of(mw)
    none = int((mw < _NOTHING_MW).sum())
    handles = [mark("X", _NONE, 9.0, f"nothing ({none})")] if none else []
    for k, (low, colour, size) in enumerate(_CLASSES):
        high = _CLASSES[k + 1][0] if k + 1 < len(_CLASSES) else math.inf
        words = f"{low:,.0f} MW and more" if math.isinf(high) else f"{low:,.0f} to {high:,.0f} MW"
        count = int(((which == k) & (mw >= _NOTHING_MW)).sum())
        handles.append(mark("o", colour, size, f"{words} ({count})"))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=1.2, columnspacing=1.6)


def _draw_hint(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Which branches hold most buses back."""
    count = Counter(str(row["binding_branch"]) for row in rows if row.get("binding_branch"))
    most = [f"{branch} ({n} buses)" for branch, n in sorted(count.items(), key=lambda e: (-e[1], e[0]))[:_MOST_BINDING]]
    if most and count[most[0].rpartition(" (")[0].strip()] > 1:
        axes.text(0.01, 0.012, f"binding most often: {', '.join(most)}", transform=axes.transAxes, fontsize=6,
                  color=QUIET, va="bottom", ha="left", zorder=6)  # fmt: skip
