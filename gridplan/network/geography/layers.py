"""Layers of a GeoPackage: points and lines with columns, written the same way for a case and for a run.

Comes in: columns and positions of buses. Goes out: one file; its dates are fixed, so the same layers give the same
bytes on the same version of GDAL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gridplan.network.geography.crs import CRS
from gridplan.network.model import FloatArray, IntArray

SCHEMATIC = "schematic"
#: System of a drawing: no place on Earth, so no GIS puts it on a map.
DRAWING_CRS = 'LOCAL_CS["schematic drawing, no place on Earth",UNIT["drawing unit",1]]'
_DATE = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer; ``shapes`` hold one geometry a row, and a layer without rows is not written."""

    name: str
    meaning: str
    kind: Literal["Point", "LineString"]
    columns: Mapping[str, Any]
    shapes: Sequence[Any]


def points(x: FloatArray, y: FloatArray) -> list[Any]:
    """Point of every pair."""
    import shapely

    return list(shapely.points(x, y))


def lines(x: FloatArray, y: FloatArray, ends: IntArray) -> list[Any]:
    """Straight line between the ends of every row, dims (row, 2)."""
    import shapely
    from numpy import stack

    return list(shapely.linestrings(stack([x[ends], y[ends]], axis=-1))) if len(ends) else []


def write_layers(path: Path, layers: Sequence[Layer], *, title: str, is_schematic: bool = False) -> None:
    """Write layers to a new GeoPackage.

    Parameters
    ----------
    path : Path
    layers : sequence of Layer
    title : str
        Title of the file.
    is_schematic : bool
        Positions are a drawing: layers are called ``..._schematic`` and their system is no place on Earth.
    """
    import geopandas
    import pyogrio  # type: ignore[import-untyped]

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    for layer in layers:
        if not len(layer.shapes):
            continue
        name = f"{layer.name}_{SCHEMATIC}" if is_schematic else layer.name
        meaning = f"{layer.meaning}; positions are schematic, not places" if is_schematic else layer.meaning
        crs = DRAWING_CRS if is_schematic else CRS
        frame = geopandas.GeoDataFrame(dict(layer.columns), geometry=list(layer.shapes), crs=crs)
        pyogrio.write_dataframe(
            frame,
            path,
            layer=name,
            driver="GPKG",
            geometry_type=layer.kind,
            layer_options={"DESCRIPTION": meaning},
            dataset_metadata={"TITLE": title},
        )


def layer_bytes(layers: Sequence[Layer], *, title: str, is_schematic: bool = False) -> bytes:
    """Bytes of a GeoPackage of these layers; empty where no layer has a row."""
    with tempfile.TemporaryDirectory(prefix="gridplan-layers-") as folder:
        path = Path(folder) / "layers.gpkg"
        write_layers(path, layers, title=title, is_schematic=is_schematic)
        return path.read_bytes() if path.is_file() else b""
