"""sites.gpkg: buses, branches, dc lines, POIs and campuses for a GIS.

Comes in: the run folder. Goes out: a GeoPackage file; its one date is fixed, so the same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.network.geography.layers import Layer, lines, points, write_layers
from gridplan.report.file_names import POI_CAPACITY_CSV
from gridplan.report.grid_view import GridView, read_grid_view
from gridplan.report.run_folder import RunFolder
from gridplan.solution import MW_BY_YEAR_CSV

_POI_NUMBERS = (
    "firm_mw", "firm_n0_mw", "headroom_mw", "flexible_mw", "conditional_mw", "total_mw", "curtailed_hours",
    "longest_event_h", "depth_mw",
)  # fmt: skip
_CAMPUS_NUMBERS = (
    "contract_mw", "connected_mw", "firm_mw", "conditional_mw", "unconnected_mw", "curtailed_hours", "longest_event_h",
    "depth_mw",
)  # fmt: skip


def write_geopackage(run: RunFolder, path: Path) -> bool:
    """Write the layers; a grid without coordinates writes nothing and gives False."""
    view = read_grid_view(run)
    if not view.has_coordinates:
        return False
    layers = (_buses(view), _branches(view), _dc_lines(view), _pois(run, view), _campuses(run, view))
    write_layers(path, layers, title=f"{view.title} {view.year}".strip())
    return True


def _buses(view: GridView) -> Layer:
    columns = {
        "id": view.bus_ids,
        "name": view.bus_names,
        "base_kv": view.base_kv,
        "is_candidate": np.isin(view.bus_ids, view.candidates),
    }
    rows = np.flatnonzero(view.is_placed)
    return Layer(
        name="bus",
        meaning="buses of the grid",
        kind="Point",
        columns=_of_rows(columns, rows),
        shapes=points(view.x[rows], view.y[rows]),
    )


def _branches(view: GridView) -> Layer:
    loading = np.full(len(view.branch_ids), np.nan) if view.loading_percent is None else view.loading_percent
    more = {
        "base_kv": view.base_kv[view.ends].max(axis=1, initial=0.0),
        "rating_normal_mva": _finite(view.rating_normal_mva),
        "rating_emergency_mva": _finite(view.rating_emergency_mva),
        "is_transformer": view.is_transformer,
        "loading_max_percent": loading,
        "is_reinforced": np.isin(np.arange(len(view.branch_ids)), view.built),
    }
    meaning = "branches, straight from bus to bus, with the highest loading of the last year, nothing lost"
    return _lines(view, "branch", meaning, view.branch_ids, view.ends, more)


def _dc_lines(view: GridView) -> Layer:
    return _lines(view, "dc_line", "dc lines", view.dc_ids, view.dc_ends, {})


def _lines(view: GridView, name: str, meaning: str, ids: Sequence[str], ends: Any, more: dict[str, Any]) -> Layer:
    names = {"from_bus": [view.bus_ids[a] for a, _ in ends], "to_bus": [view.bus_ids[b] for _, b in ends]}
    rows = np.flatnonzero(view.is_placed[ends].all(axis=1))
    return Layer(
        name=name,
        meaning=meaning,
        kind="LineString",
        columns=_of_rows({"id": list(ids), **names, **more}, rows),
        shapes=lines(view.x, view.y, ends[rows]),
    )


def _pois(run: RunFolder, view: GridView) -> Layer:
    rows = [row for row in run.optional_rows(POI_CAPACITY_CSV) if view.position(row.text("poi")) >= 0]
    texts = {name: [row.text(name) for row in rows] for name in ("campus", "poi", "binding")}
    numbers = {name: _column(rows, name) for name in _POI_NUMBERS}
    meaning = "candidate buses with what each could take alone, by year"
    return _at_buses(view, "poi", meaning, {**_years(rows), **texts, **numbers}, texts["poi"])


def _campuses(run: RunFolder, view: GridView) -> Layer:
    rows = [row for row in run.optional_rows(MW_BY_YEAR_CSV) if view.position(row.text("bus")) >= 0]
    texts = {name: [row.text(name) for row in rows] for name in ("campus", "bus", "service")}
    names = {"name": [run.campus_names.get(campus, campus) for campus in texts["campus"]]}
    numbers = {name: _column(rows, name) for name in _CAMPUS_NUMBERS}
    meaning = "campuses at the bus chosen for them, by year"
    return _at_buses(view, "campus", meaning, {**_years(rows), **texts, **names, **numbers}, texts["bus"])


def _at_buses(view: GridView, name: str, meaning: str, columns: dict[str, Any], buses: Sequence[str]) -> Layer:
    at = np.array([view.position(bus) for bus in buses], dtype=np.int64)
    return Layer(name=name, meaning=meaning, kind="Point", columns=columns, shapes=points(view.x[at], view.y[at]))


def _years(rows: Sequence[Any]) -> dict[str, Any]:
    return {"year": [int(row.number("year") or 0) for row in rows]}


def _of_rows(columns: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {
        name: column[rows] if isinstance(column, np.ndarray) else [column[i] for i in rows]
        for name, column in columns.items()
    }


def _column(rows: Sequence[Any], name: str) -> Any:
    values = [row.number(name) for row in rows]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _finite(values: Any) -> Any:
    return np.where(np.isfinite(values), values, np.nan)
