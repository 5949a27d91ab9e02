"""The map: states behind, branches by loading, POIs, campuses, reinforcements, each with a label.

Comes in: a GridView. Goes out: SVG text. Width says the same as colour, words the same as marks. Marks shrink with the
number of buses, and quiet branches of a large grid are drawn at once, thinner where the voltage is lower.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from gridplan.network.embedded import background_states
from gridplan.report.cells import mw_text, number_text
from gridplan.report.figures.label_places import Box, Wanted, place_labels
from gridplan.report.figures.style import BUILT, CONDITIONAL, FIRM, INK, LOST, QUIET, RULE, WIDTH_IN, lay_out, render
from gridplan.report.grid_view import GridView, IntArray
from gridplan.report.run_folder import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CRS = "EPSG:4326"
_LAND, _BORDER, _SEA = "#f4f2ec", "#c9c3b4", "#ffffff"
_MARGIN_FRAC = 0.06
_MOST_HEIGHT_IN = 4.9
_LABELLED_PERCENT = 90.0
_MOST_LOADED = 8
_SMALL_GRID_BUSES = 150
_LARGE_GRID_BRANCHES = 600
_MOST_LABELLED_CANDIDATES = 12
# lower end of the class [%] | colour | width [pt] | word
_CLASSES: tuple[tuple[float, str, float, str], ...] = (
    (0.0, "#a9b6bf", 0.7, "below 60 %"),
    (60.0, "#7191a8", 1.3, "60 to 80 %"),
    (80.0, CONDITIONAL, 2.1, "80 to 95 %"),
    (95.0, LOST, 3.2, "95 % and more"),
)
# lower end of the class [kV] | width [pt] | word
_VOLTAGES: tuple[tuple[float, float, str], ...] = (
    (0.0, 0.35, "below 200 kV"),
    (200.0, 0.6, "200 to 344 kV"),
    (345.0, 1.0, "345 kV and more"),
)


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    x: float
    y: float
    colour: str
    size: float
    weight: str


def draw_map(view: GridView) -> str:
    """SVG of the grid with results of its last year."""
    frame = _frame(view)
    stretch = 1.0 / math.cos(math.radians((frame[1] + frame[3]) / 2)) if view.has_coordinates else 1.0
    height = WIDTH_IN * stretch * (frame[3] - frame[1]) / (frame[2] - frame[0])
    size = (WIDTH_IN, min(max(height, 2.6), _MOST_HEIGHT_IN) + 0.45)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_aspect(stretch, adjustable="box")
        axes.set_xlim(frame[0], frame[2])
        axes.set_ylim(frame[1], frame[3])
        for spine in axes.spines.values():
            spine.set_visible(view.has_coordinates)
            spine.set_color(RULE)
        if view.has_coordinates:
            draw_states(axes, frame)
        else:
            axes.text(0, 1, "SCHEMATIC, NOT A MAP", transform=axes.transAxes, color=QUIET, fontsize=6.5, va="top")
        axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
        _draw_branches(axes, view)
        _draw_buses(axes, view)
        _draw_legend(figure, view)
        _draw_labels(figure, axes, view)

    return _with_tooltips(render("map", size, draw), view)


def _frame(view: GridView) -> Box:
    left, right, low, high = (
        float(f(v)) for v, f in ((view.x, np.nanmin), (view.x, np.nanmax), (view.y, np.nanmin), (view.y, np.nanmax))
    )
    span = max(right - left, high - low, 1e-3)
    pad = _MARGIN_FRAC * span
    least = span / 3
    return (
        left - pad - max(0.0, least - (right - left)) / 2,
        low - pad - max(0.0, least - (high - low)) / 2,
        right + pad + max(0.0, least - (right - left)) / 2,
        high + pad + max(0.0, least - (high - low)) / 2,
    )


def draw_states(axes: Axes, frame: Box) -> None:
    """Land, borders and names of the states in a frame of degrees."""
    import geopandas
    from shapely.geometry import box

    states: Any = geopandas.read_file(background_states(), layer="states").set_crs(CRS, allow_override=True)
    seen = states.make_valid().intersection(box(*frame))
    inside = ~seen.is_empty
    if not inside.any():
        return
    axes.set_facecolor(_SEA)
    seen[inside].plot(ax=axes, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.7, zorder=0, aspect=None)
    for name, shape in zip(states.loc[inside, "name"], seen[inside], strict=True):
        if shape.area > 0.02 * (frame[2] - frame[0]) * (frame[3] - frame[1]):
            at = shape.representative_point()
            axes.text(
                at.x, at.y, str(name).upper(), color="#b3ab97", fontsize=6.5, ha="center", va="center", zorder=0.5
            )


def _draw_branches(axes: Axes, view: GridView) -> None:
    for a, b in view.dc_ends:
        axes.plot(view.x[[a, b]], view.y[[a, b]], color=INK, linewidth=1.0, linestyle=(0, (1, 1.5)), zorder=2)
    for k in view.built:
        a, b = view.ends[k]
        axes.plot(
            view.x[[a, b]], view.y[[a, b]], color=BUILT, linewidth=6.0, alpha=0.45, solid_capstyle="round", zorder=1
        )
    percent = _percent(view)
    order = np.argsort(percent, kind="stable")
    if _is_large(view):
        quiet = order[percent[order] < _CLASSES[1][0]]
        _draw_quiet(axes, view, quiet)
        order = order[len(quiet) :]
    for k in order:
        a, b = view.ends[k]
        _, colour, width, _ = _CLASSES[_class_of(float(percent[k]))]
        axes.plot(view.x[[a, b]], view.y[[a, b]], color=colour, linewidth=width, solid_capstyle="round", zorder=2,
                  gid=f"branch-{k}")  # fmt: skip


def _draw_quiet(axes: Axes, view: GridView, branches: IntArray) -> None:
    """Draw branches of the lowest loading class as one mark a voltage class; those inside a substation are points."""
    from matplotlib.collections import LineCollection

    kv = view.base_kv[view.ends].max(axis=1)
    is_long = (view.x[view.ends[:, 0]] != view.x[view.ends[:, 1]]) | (
        view.y[view.ends[:, 0]] != view.y[view.ends[:, 1]]
    )
    limits = [low for low, _, _ in _VOLTAGES[1:]] + [np.inf]
    for (low, width, _), high in zip(_VOLTAGES, limits, strict=True):
        own = [k for k in branches if is_long[k] and low <= kv[k] < high]
        lines = [np.column_stack([view.x[view.ends[k]], view.y[view.ends[k]]]) for k in own]
        axes.add_collection(
            LineCollection(lines, colors=_CLASSES[0][1], linewidths=width, capstyle="round", zorder=1.5)
        )


def _is_large(view: GridView) -> bool:
    return len(view.branch_ids) > _LARGE_GRID_BRANCHES


def _mark_scale(view: GridView) -> float:
    """Area of bus marks against those of a small grid: 1, falling to a sixth."""
    return float(max(min(1.0, (_SMALL_GRID_BUSES / len(view.bus_ids)) ** 0.7), 1 / 6))


def _with_tooltips(svg: str, view: GridView) -> str:
    """Drawing whose branches say on the page what they are when pointed at."""

    def named(match: re.Match[str]) -> str:
        k = int(match[1])
        a, b = view.ends[k]
        words = f"{view.branch_ids[k]}, {view.bus_ids[a]} to {view.bus_ids[b]}"
        if view.loading_percent is not None and np.isfinite(view.loading_percent[k]):
            words += f", loaded up to {number_text(float(view.loading_percent[k]), 'percent', 0)} %"
        return f"{match[0]}<title>{escape(words)}</title>"

    return re.sub(r'<g id="map-branch-(\d+)">', named, svg)


def _draw_buses(axes: Axes, view: GridView) -> None:
    axes.scatter(view.x, view.y, s=5 * _mark_scale(view), color=INK, linewidths=0, zorder=3)
    for bus in view.candidates:
        k = view.position(bus)
        if k >= 0:
            axes.scatter(view.x[k], view.y[k], s=34 * _site_scale(view), facecolors="#ffffff", edgecolors=INK,
                         linewidths=1.0, zorder=4)  # fmt: skip
    for site in view.campuses:
        k = view.position(site.bus)
        if k >= 0 and site.connected_mw > 0:
            size = _mark_size(site.connected_mw) * _site_scale(view)
            axes.scatter(view.x[k], view.y[k], s=size, marker="s", color=FIRM, edgecolors="#ffffff", linewidths=0.8,
                         zorder=5)  # fmt: skip


def _site_scale(view: GridView) -> float:
    return 0.55 if _is_large(view) else 1.0


def _mark_size(connected_mw: float) -> float:
    return 45.0 + 0.22 * min(connected_mw, 1000.0)


def _labels(view: GridView) -> list[_Label]:
    found: list[_Label] = []
    chosen: dict[str, list[str]] = {}
    for site in view.campuses:
        if view.position(site.bus) >= 0 and site.connected_mw > 0:
            chosen.setdefault(site.bus, []).append(f"{site.campus} {mw_text(site.connected_mw)}")
    for bus, lines in chosen.items():
        k = view.position(bus)
        found.append(_Label("\n".join([*lines, f"at {bus}"]), view.x[k], view.y[k], FIRM, 7.2, "bold"))
    are_few = len(view.candidates) <= _MOST_LABELLED_CANDIDATES
    for bus in view.candidates if are_few else ():
        k = view.position(bus)
        if k >= 0 and bus not in chosen:
            found.append(_Label(bus, view.x[k], view.y[k], INK, 7.0, "normal"))
    for k, words in zip(view.built, view.reinforcement_words, strict=True):
        if not np.isfinite(_middle(view, k)).all():
            continue
        found.append(_Label(words, *_middle(view, k), BUILT, 6.8, "bold"))
    for k in _labelled(view):
        percent = number_text(float(_percent(view)[k]), "percent", 0)
        found.append(_Label(f"{view.branch_ids[k]} {percent} %", *_middle(view, k), LOST, 6.6, "normal"))
    return found


def _labelled(view: GridView) -> list[int]:
    return [
        k
        for k in view.most_loaded(_MOST_LOADED)
        if _percent(view)[k] >= _LABELLED_PERCENT and view.is_placed[view.ends[k]].all()
    ]


def _draw_labels(figure: Figure, axes: Axes, view: GridView) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    labels = _labels(view)
    FigureCanvasAgg(figure)
    lay_out(figure)
    axes.apply_aspect()
    points = 72.0 / figure.dpi
    artists = [
        axes.annotate(label.text, (label.x, label.y), (0, 0), textcoords="offset points", color=label.colour,
                      fontsize=label.size, fontweight=label.weight, linespacing=1.05, zorder=7,
                      bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.8, "pad": 0.9})
        for label in labels
    ]  # fmt: skip
    anchors = axes.transData.transform([(label.x, label.y) for label in labels]).reshape(-1, 2) * points
    sizes = [artist.get_window_extent() for artist in artists]
    wanted = [
        Wanted(x=float(x), y=float(y), width=size.width * points + 2, height=size.height * points + 2)
        for (x, y), size in zip(anchors, sizes, strict=True)
    ]
    boxes = place_labels(wanted, _marks(axes, view, points), _axes_box(axes, points))
    for artist, want, place in zip(artists, wanted, boxes, strict=True):
        artist.set_position((place[0] + 1 - want.x, place[1] + 1 - want.y))
        _draw_leader(axes, want, place, points)


def _draw_leader(axes: Axes, want: Wanted, place: Box, points: float) -> None:
    x, y = min(max(want.x, place[0]), place[2]), min(max(want.y, place[1]), place[3])
    if math.hypot(x - want.x, y - want.y) > 12.0:
        ends = axes.transData.inverted().transform(np.array([(want.x, want.y), (x, y)]) / points)
        axes.plot(ends[:, 0], ends[:, 1], color=QUIET, linewidth=0.5, zorder=6)


def _marks(axes: Axes, view: GridView, points: float) -> list[Box]:
    at = axes.transData.transform(np.column_stack([view.x, view.y])) * points
    reach = np.full(len(at), 1.6 * math.sqrt(_mark_scale(view)))
    for bus in view.candidates:
        if view.position(bus) >= 0:
            reach[view.position(bus)] = 4.0
    for site in view.campuses:
        if view.position(site.bus) >= 0:
            reach[view.position(site.bus)] = 5.5
    return [(x - r, y - r, x + r, y + r) for (x, y), r in zip(at, reach, strict=True) if np.isfinite(x)]


def _axes_box(axes: Axes, points: float) -> Box:
    found = axes.get_window_extent()
    return found.x0 * points, found.y0 * points, found.x1 * points, found.y1 * points


def _draw_legend(figure: Figure, view: GridView) -> None:
    from matplotlib.lines import Line2D

    handles: list[Line2D] = []
    if view.loading_percent is None and _is_large(view):
        handles += [Line2D([], [], color=_CLASSES[0][1], linewidth=w, label=word) for _, w, word in _VOLTAGES]
    if view.loading_percent is not None:
        wider = " (wider: higher voltage)" if _is_large(view) else ""
        words = [word + (wider if k == 0 else "") for k, (_, _, _, word) in enumerate(_CLASSES)]
        handles += [Line2D([], [], color=c, linewidth=w, label=word)
                    for (_, c, w, _), word in zip(_CLASSES, words, strict=True)]  # fmt: skip
    if len(view.dc_ends):
        handles.append(Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (1, 1.5)), label="dc line"))
    if view.candidates:
        handles.append(_mark("o", "#ffffff", INK, "candidate POI"))
    if any(site.connected_mw > 0 for site in view.campuses):
        handles.append(_mark("s", FIRM, FIRM, "chosen POI"))
    if view.built:
        handles.append(Line2D([], [], color=BUILT, linewidth=6.0, alpha=0.45, label="reinforced"))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=4, handlelength=1.6, columnspacing=1.4)


def _mark(marker: str, face: str, edge: str, word: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], marker=marker, linestyle="none", markerfacecolor=face, markeredgecolor=edge, label=word)


def _middle(view: GridView, branch: int) -> tuple[float, float]:
    a, b = view.ends[branch]
    return float(view.x[a] + view.x[b]) / 2, float(view.y[a] + view.y[b]) / 2


def _percent(view: GridView) -> FloatArray:
    if view.loading_percent is None:
        return np.zeros(len(view.branch_ids))
    return np.nan_to_num(view.loading_percent)


def _class_of(percent: float) -> int:
    return max(k for k, (low, _, _, _) in enumerate(_CLASSES) if percent >= low)
