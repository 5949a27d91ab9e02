"""GeoPackage of a case: buses, branches, dc lines, generators and stores where they stand.

Comes in: a GridCase. Goes out: an Export. What has no place is counted as not carried; a case in which no bus has one
is drawn schematically, in a system that is no place on Earth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gridplan.errors import input_error
from gridplan.network.case import GridCase, NotCarried
from gridplan.network.formats import Export
from gridplan.network.geography.layers import Layer, layer_bytes, lines, points
from gridplan.network.geography.layout import schematic_layout
from gridplan.network.geography.places import has_place
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, positions

_AT_BUS = {"generator": "units", "storage": "grid stores"}
_BETWEEN = {"branch": "lines and transformers, straight from bus to bus", "dc_line": "dc lines"}
_LOST = {
    "shunt": "shunts have no layer",
    "generator": "cost curves and reactive limits of units are left out",
}


def write_geopackage(case: GridCase, name: str) -> Export:
    """GeoPackage of a case in EPSG:4326, out-of-service elements included and marked.

    Parameters
    ----------
    case : GridCase
    name : str
        Name of the file to be.

    Raises
    ------
    InputError
        If the case has no bus.
    """
    if not len(case.bus):
        raise input_error("GP-GEO-003", f"case {case.name} has no bus to draw", "export a case with buses")
    latitude, longitude = case.bus.latitude_degree, case.bus.longitude_degree
    placed = has_place(latitude, longitude)
    is_schematic = not placed.any()
    if is_schematic:
        longitude, latitude = schematic_layout(len(case.bus), _known_ends(case))
        placed = np.ones(len(case.bus), dtype=bool)
    layers, lost = _layers(case, longitude, latitude, placed)
    data = layer_bytes(layers, title=case.name, is_schematic=is_schematic)
    return Export(files={name: data}, not_carried=(*_no_places(case, is_schematic=is_schematic), *lost, *_left(case)))


def _layers(case: GridCase, x: FloatArray, y: FloatArray, placed: BoolArray) -> tuple[list[Layer], list[NotCarried]]:
    rows = np.flatnonzero(placed)
    layers = [
        Layer(
            name="bus",
            meaning="buses with the load in service at them",
            kind="Point",
            columns=_columns(_bus_columns(case), rows),
            shapes=points(x[rows], y[rows]),
        )
    ]
    lost = [*_lost_rows("bus", len(case.bus), rows)]
    for table, meaning in _BETWEEN.items():
        ends, kept = _ends(case, table, placed)
        columns = _columns(_branch_columns(case) if table == "branch" else _dc_line_columns(case), kept)
        shapes = lines(x, y, ends[kept])
        layers.append(Layer(name=table, meaning=meaning, kind="LineString", columns=columns, shapes=shapes))
        lost += _lost_rows(table, len(ends), kept)
    for table, meaning in _AT_BUS.items():
        at = positions(getattr(case, table).bus, case.bus.id)
        kept = np.flatnonzero((at >= 0) & placed[at]) if len(at) else np.zeros(0, dtype=np.int64)
        columns = _columns(_generator_columns(case) if table == "generator" else _storage_columns(case), kept)
        shapes = points(x[at[kept]], y[at[kept]])
        layers.append(Layer(name=table, meaning=meaning, kind="Point", columns=columns, shapes=shapes))
        lost += _lost_rows(table, len(at), kept)
    return layers, lost


def _bus_columns(case: GridCase) -> dict[str, Any]:
    bus, load = case.bus, case.load
    at = positions(load.bus, bus.id)
    live = load.in_service & (at >= 0)
    sums = {
        name: np.bincount(at[live], weights=values[live], minlength=len(bus)).astype(np.float64)
        for name, values in (("p_load_mw", load.p_mw), ("q_load_mvar", load.q_mvar))
    }
    named = {"id": bus.id, "name": bus.name, "kind": bus.kind, "base_kv": bus.base_kv, "area": bus.area}
    return {**named, "zone": bus.zone, **sums, "vm_pu": bus.vm_pu, "va_degree": bus.va_degree}


def _branch_columns(case: GridCase) -> dict[str, Any]:
    names = (
        "id", "from_bus", "to_bus", "is_transformer", "in_service", "rating_normal_mva", "rating_emergency_mva",
        "rating_short_time_mva", "r_pu", "x_pu", "b_pu", "tap_ratio", "shift_degree", "length_km",
    )  # fmt: skip
    columns = {name: getattr(case.branch, name) for name in names}
    return {**columns, "base_kv": _higher_kv(case, case.branch.from_bus, case.branch.to_bus)}


def _higher_kv(case: GridCase, from_bus: Labels, to_bus: Labels) -> FloatArray:
    """Higher nominal voltage of both ends, which maps are coloured by, dims (branch,) [kV]."""
    kv = np.append(case.bus.base_kv, np.nan)
    found: FloatArray = np.fmax(kv[positions(from_bus, case.bus.id)], kv[positions(to_bus, case.bus.id)])
    return found


def _dc_line_columns(case: GridCase) -> dict[str, Any]:
    names = ("id", "from_bus", "to_bus", "in_service", "p_mw", "p_min_mw", "p_max_mw", "loss_mw", "loss_frac")
    return {name: getattr(case.dc_line, name) for name in names}


def _generator_columns(case: GridCase) -> dict[str, Any]:
    names = ("id", "bus", "unit_type", "fuel", "in_service", "p_mw", "p_min_mw", "p_max_mw")
    return {name: getattr(case.generator, name) for name in names}


def _storage_columns(case: GridCase) -> dict[str, Any]:
    names = ("id", "bus", "in_service", "p_mw", "e_mwh", "efficiency_roundtrip_frac")
    return {name: getattr(case.storage, name) for name in names}


def _columns(columns: dict[str, Any], rows: IntArray) -> dict[str, Any]:
    """Columns of some rows; infinite numbers are empty."""
    found: dict[str, Any] = {}
    for name, column in columns.items():
        if not isinstance(column, np.ndarray):
            found[name] = [column[i] for i in rows]
        elif column.dtype == np.float64:
            found[name] = np.where(np.isfinite(column[rows]), column[rows], np.nan)
        else:
            found[name] = column[rows]
    return found


def _ends(case: GridCase, table: str, placed: BoolArray) -> tuple[IntArray, IntArray]:
    """Ends of every row, and the rows of which both have a place."""
    elements = getattr(case, table)
    ends = np.column_stack([positions(elements.from_bus, case.bus.id), positions(elements.to_bus, case.bus.id)])
    ends = ends.reshape(-1, 2).astype(np.int64)
    return ends, np.flatnonzero((ends >= 0).all(axis=1) & placed[ends].all(axis=1))


def _known_ends(case: GridCase) -> IntArray:
    everywhere = np.ones(len(case.bus), dtype=bool)
    return np.concatenate([ends[kept] for ends, kept in (_ends(case, table, everywhere) for table in _BETWEEN)])


def _lost_rows(table: str, count: int, kept: Sequence[int] | IntArray) -> Iterator[NotCarried]:
    if count > len(kept):
        where = "at a bus" if table in _AT_BUS else "with an end" if table in _BETWEEN else "are buses"
        yield NotCarried(section=table, rows=count - len(kept), meaning=f"{where} without coordinates")


def _no_places(case: GridCase, *, is_schematic: bool) -> Iterator[NotCarried]:
    if is_schematic:
        meaning = "no bus has coordinates: positions are schematic, in a system that is no place on Earth"
        yield NotCarried(section="bus", rows=len(case.bus), meaning=meaning)


def _left(case: GridCase) -> Iterator[NotCarried]:
    """What the layers have no column for."""
    if len(case.load):
        yield NotCarried(section="load", rows=len(case.load), meaning="loads in service stand summed at their bus")
    for table, meaning in _LOST.items():
        if len(getattr(case, table)):
            yield NotCarried(section=table, rows=len(getattr(case, table)), meaning=meaning)
