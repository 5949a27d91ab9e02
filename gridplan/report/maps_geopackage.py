"""sites.gpkg: buses, branches, dc lines, POIs and campuses for a GIS.

Comes in: the run folder. Goes out: a GeoPackage file; its one date is fixed, so the same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.report.file_names import POI_CAPACITY_CSV
from gridplan.report.grid_view import GridView, read_grid_view
from gridplan.report.maps import CRS
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
_DATE = "2000-01-01T00:00:00Z"


def write_geopackage(run: RunFolder, path: Path) -> bool:
    """Write the layers; a grid without coordinates writes nothing and gives False."""
    view = read_grid_view(run)
    if not view.has_coordinates:
        return False
    import pyogrio  # type: ignore[import-untyped]

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    layers = (
        ("bus", _buses(view)),
        ("branch", _lines(view, view.branch_ids, view.ends, _branch_columns(view))),
        ("dc_line", _lines(view, view.dc_ids, view.dc_ends, {})),
        ("poi", _pois(run, view)),
        ("campus", _campuses(run, view)),
    )
    for name, frame in layers:
        if len(frame):
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    return True


def _frame(columns: Mapping[str, Any], shapes: Sequence[Any]) -> Any:
    import geopandas

    return geopandas.GeoDataFrame(dict(columns), geometry=list(shapes), crs=CRS)


def _buses(view: GridView) -> Any:
    columns = {"id": view.bus_ids, "name": view.bus_names, "base_kv": view.base_kv}
    return _frame(columns, [_point(view, k) for k in range(len(view.bus_ids))])


def _branch_columns(view: GridView) -> dict[str, Any]:
    loading = np.full(len(view.branch_ids), np.nan) if view.loading_percent is None else view.loading_percent
    is_built = np.isin(np.arange(len(view.branch_ids)), view.built)
    return {
        "rating_normal_mva": _finite(view.rating_normal_mva),
        "rating_emergency_mva": _finite(view.rating_emergency_mva),
        "is_transformer": view.is_transformer,
        "loading_max_percent": loading,
        "is_reinforced": is_built,
    }


def _lines(view: GridView, ids: Sequence[str], ends: Any, more: Mapping[str, Any]) -> Any:
    from shapely.geometry import LineString

    shapes = [LineString([(view.x[a], view.y[a]), (view.x[b], view.y[b])]) for a, b in ends]
    names = {"from_bus": [view.bus_ids[a] for a, _ in ends], "to_bus": [view.bus_ids[b] for _, b in ends]}
    return _frame({"id": list(ids), **names, **more}, shapes)


def _pois(run: RunFolder, view: GridView) -> Any:
    rows = [row for row in run.optional_rows(POI_CAPACITY_CSV) if view.position(row.text("poi")) >= 0]
    texts = {name: [row.text(name) for row in rows] for name in ("campus", "poi", "binding")}
    numbers = {name: _column(rows, name) for name in _POI_NUMBERS}
    years = {"year": [int(row.number("year") or 0) for row in rows]}
    return _frame({**years, **texts, **numbers}, [_point(view, view.position(row.text("poi"))) for row in rows])


def _campuses(run: RunFolder, view: GridView) -> Any:
    rows = [row for row in run.optional_rows(MW_BY_YEAR_CSV) if view.position(row.text("bus")) >= 0]
    texts = {name: [row.text(name) for row in rows] for name in ("campus", "bus", "service")}
    numbers = {name: _column(rows, name) for name in _CAMPUS_NUMBERS}
    years = {"year": [int(row.number("year") or 0) for row in rows]}
    return _frame({**years, **texts, **numbers}, [_point(view, view.position(row.text("bus"))) for row in rows])


def _column(rows: Sequence[Any], name: str) -> Any:
    values = [row.number(name) for row in rows]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _point(view: GridView, k: int) -> Any:
    from shapely.geometry import Point

    return Point(view.x[k], view.y[k])


def _finite(values: Any) -> Any:
    return np.where(np.isfinite(values), values, np.nan)
