"""Buses of a pandapower net: its own, star points of three-winding transformers, and inner buses of xwards.

Comes in: the Source. Goes out: the bus table, with coordinates and the voltages of results as a start.
"""

from __future__ import annotations

import json

import numpy as np

from gridplan.network.case import CaseBuses
from gridplan.network.model import FloatArray
from gridplan.network.pandapower.source import Source
from gridplan.network.pandapower.table import Frame
from gridplan.network.pandapower.trafo3w import star_buses


def buses(source: Source) -> CaseBuses:
    """Bus table; a bus without limits of its voltage has pandapower's own, 0 to 2 pu."""
    table, stars, xward = source.frame("bus"), star_buses(source), source.frame("xward")
    if not len(table):
        source.faults.error(
            "GP-ENC-002", "the network has no buses", "save the network with pandapower.to_json(net, file)", "bus"
        )
    xward_bus = source.bus_rows(xward)
    kind = _kinds(source)
    count = len(stars.id) + len(xward)
    live = (*stars.in_service, *(xward.flags("in_service", True) & source.live(xward_bus)))
    none = np.zeros(len(table), dtype=bool)
    latitude, longitude = _coordinates(source, table)
    no, filler = ("",) * count, np.full(count, np.nan)
    vm, va = _operating_point(source, table)
    return CaseBuses(
        id=(*source.bus_ids, *stars.id, *(f"{name}_internal" for name in xward.ids())),
        name=(*table.texts("name"), *no),
        kind=(*kind, *("pq" if is_live else "isolated" for is_live in live)),
        base_kv=np.concatenate([source.base_kv, stars.base_kv, source.kv(xward_bus)]),
        area=("",) * (len(table) + count),
        zone=(*table.texts("zone"), *no),
        vm_pu=np.concatenate([vm, np.ones(count)]),
        va_degree=np.concatenate([va, np.zeros(count)]),
        vm_min_pu=np.concatenate([table.floats("min_vm_pu", 0.0, none), np.zeros(count)]),
        vm_max_pu=np.concatenate([table.floats("max_vm_pu", 2.0, none), np.full(count, 2.0)]),
        latitude_degree=np.concatenate([latitude, filler]),
        longitude_degree=np.concatenate([longitude, filler]),
    )


def _kinds(source: Source) -> list[str]:
    kind = ["pq" if live else "isolated" for live in source.is_live]
    for name, word in (("gen", "pv"), ("ext_grid", "ref")):
        table = source.frame(name)
        slack, in_service = table.flags("slack", False), table.flags("in_service", True)
        for row, bus in enumerate(source.bus_rows(table)):
            if bus >= 0 and kind[bus] not in ("isolated", "ref") and in_service[row]:
                kind[bus] = "ref" if slack[row] else word
    return kind


def _operating_point(source: Source, table: Frame) -> tuple[FloatArray, FloatArray]:
    """Voltages of the results in the file, by bus; 1 pu and 0 degrees where there are none."""
    results = source.frame("res_bus")
    vm_pu, va_degree = np.ones(len(table)), np.zeros(len(table))
    if not (results.has("vm_pu") and results.has("va_degree")):
        return vm_pu, va_degree
    no = np.zeros(len(results), dtype=bool)
    rows = {index: row for row, index in enumerate(table.index)}
    for index, vm, va in zip(
        results.index, results.floats("vm_pu", None, no), results.floats("va_degree", None, no), strict=True
    ):
        if index in rows and np.isfinite(vm) and np.isfinite(va) and vm > 0:
            vm_pu[rows[index]], va_degree[rows[index]] = vm, va
    return vm_pu, va_degree


def _coordinates(source: Source, table: Frame) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude of the points in ``geo`` (GeoJSON), or of the old table ``bus_geodata``; else NaN."""
    point = np.full((2, len(table)), np.nan)
    old = source.frame("bus_geodata")
    rows = {index: row for row, index in enumerate(table.index)}
    if old.has("x") and old.has("y"):
        no = np.zeros(len(old), dtype=bool)
        for index, x, y in zip(old.index, old.floats("x", None, no), old.floats("y", None, no), strict=True):
            if index in rows:
                point[:, rows[index]] = x, y
    for row, value in enumerate(table.columns.get("geo", [])):
        found = _geojson_point(value)
        if found is not None:
            point[:, row] = found
        elif value not in (None, ""):
            message = f"{table.key(row, 'geo')} is not a GeoJSON point; the bus has no coordinates"
            source.faults.add("GP-GEO-001", "warning", message, "write a GeoJSON point", table.key(row, "geo"))
    return point[1], point[0]


def _geojson_point(value: object) -> tuple[float, float] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, dict) or value.get("type") != "Point":
        return None
    pair = value.get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2 or not all(type(c) in (int, float) for c in pair[:2]):
        return None
    return float(pair[0]), float(pair[1])
