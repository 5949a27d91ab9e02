"""Hourly tables of a dataset folder as a GridSeries.

Comes in: area load and unit availability of a dataset folder, and its Network. Goes out: load by bus
and the output limits of every unit in every hour under a commitment assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, InputError, Place, did_you_mean
from gridplan.network.csv_table import read_hourly
from gridplan.network.dataset import DatasetInfo, read_dataset_info
from gridplan.network.model import Network, positions
from gridplan.series.model import FloatArray, GridSeries

LOAD_FILE = "area_load_mw.csv.gz"
AVAILABILITY_FILE = "availability_mw.csv.gz"


def read_series(
    folder: Path,
    network: Network,
    *,
    commitment: Literal["relaxed", "must_run"],
    must_run: tuple[str, ...] = (),
) -> GridSeries:
    """Weather year of a dataset folder; a dataset of one hour may do without hourly files and is its static tables.

    Parameters
    ----------
    folder : Path
        Dataset folder the network was read from.
    network : Network
        Its grid; an area's load is shared among its buses in proportion to ``p_load_mw``.
    commitment : {"relaxed", "must_run"}
        ``relaxed``: every unit may run from 0 MW. ``must_run``: the units named in ``must_run`` stay at
        or above their ``p_min_mw`` (or what is available, where that is less). Fixed units produce
        exactly what is available in both.
    must_run : tuple of str
        Unit ids.

    Raises
    ------
    InputError
        If an hourly table is damaged or too short, or an area or unit has no counterpart.
    """
    info = read_dataset_info(folder)
    p_max_mw = _available_mw(folder, network, info.hours)
    return GridSeries(
        time_utc=hours_utc(info),
        timezone=info.timezone,
        load_mw=_load_mw(folder, network, info.hours),
        p_max_mw=p_max_mw,
        p_min_mw=least_mw(network, p_max_mw, must_run if commitment == "must_run" else ()),
    )


def hours_utc(info: DatasetInfo) -> npt.NDArray[np.datetime64]:
    """Beginning of each hour of a dataset, UTC."""
    first_local = datetime.fromisoformat(info.first_hour_local).replace(tzinfo=ZoneInfo(info.timezone))
    first = np.datetime64(first_local.astimezone(UTC).replace(tzinfo=None), "s")
    return first + np.arange(info.hours) * np.timedelta64(3600, "s")


def load_share_frac(network: Network, areas: tuple[str, ...]) -> FloatArray:
    """Share of each area's load at each bus, dims (area, bus); a row without load is zero."""
    return group_share_frac(network, network.bus.area, areas)


def group_share_frac(network: Network, group_of_bus: Sequence[str], groups: Sequence[str]) -> FloatArray:
    """Share of each group's load at each bus, dims (group, bus); a row without load is zero."""
    in_group = np.array([[group == own for own in group_of_bus] for group in groups], dtype=np.float64)
    load_mw = in_group * network.bus.p_load_mw
    total_mw = load_mw.sum(axis=1, keepdims=True)
    share: FloatArray = np.divide(load_mw, total_mw, out=np.zeros_like(load_mw), where=total_mw > 0)
    return share


def _load_mw(folder: Path, network: Network, hours: int) -> FloatArray:
    path = folder / LOAD_FILE
    if _is_snapshot_without(path, hours):
        return network.bus.p_load_mw[None].copy()
    areas, area_load_mw = _hourly(path, hours)
    share = load_share_frac(network, areas)
    with_load = dict.fromkeys(
        area for area, load in zip(network.bus.area, network.bus.p_load_mw, strict=True) if load > 0
    )
    findings = [
        _fault("GP-TIM-004", f"{path.name} has no column for area {area}, which has load in bus.csv", path, area)
        for area in with_load
        if area not in areas
    ]
    findings += [
        _fault("GP-TIM-004", f"{path.name} gives load to area {area}, which has no load in bus.csv", path, area)
        for k, area in enumerate(areas)
        if not share[k].any() and area_load_mw[:, k].any()
    ]
    if findings:
        raise InputError(findings)
    load_mw: FloatArray = area_load_mw @ share
    return load_mw


def _available_mw(folder: Path, network: Network, hours: int) -> FloatArray:
    path = folder / AVAILABILITY_FILE
    if _is_snapshot_without(path, hours):
        return network.generator.p_max_mw[None].copy()
    units, given_mw = _hourly(path, hours)
    at = positions(units, network.generator.id)
    if (at < 0).any():
        raise InputError(_unknown_unit(units[i], network, path) for i in np.flatnonzero(at < 0))
    too_much = given_mw > network.generator.p_max_mw[at] + 1e-6
    if too_much.any():
        hour, k = np.argwhere(too_much)[0]
        limit_mw = network.generator.p_max_mw[at[k]]
        message = f"{path.name} row {hour + 1} unit {units[k]}: {given_mw[hour, k]} MW is above p_max_mw {limit_mw:g}"
        raise InputError([_fault("GP-LIM-004", message, path, units[k], line=int(hour) + 2)])
    p_max_mw = np.tile(network.generator.p_max_mw, (hours, 1))
    p_max_mw[:, at] = given_mw
    return p_max_mw


def _is_snapshot_without(path: Path, hours: int) -> bool:
    """Whether a dataset of one hour leaves an hourly file out: the static tables are the hour then."""
    return hours == 1 and not path.exists()


def least_mw(network: Network, p_max_mw: FloatArray, must_run: tuple[str, ...]) -> FloatArray:
    """Least output, dims (time, generator) [MW], of must-run and fixed units; others may run from 0, or draw power."""
    unit = network.generator
    at = positions(must_run, unit.id)
    if (at < 0).any():
        raise InputError(_unknown_unit(must_run[i], network, None) for i in np.flatnonzero(at < 0))
    p_min_mw = np.tile(np.minimum(unit.p_min_mw, 0.0), (len(p_max_mw), 1))
    p_min_mw[:, at] = np.minimum(unit.p_min_mw[at], p_max_mw[:, at])
    p_min_mw[:, unit.is_fixed] = p_max_mw[:, unit.is_fixed]
    return p_min_mw


def _hourly(path: Path, hours: int) -> tuple[tuple[str, ...], FloatArray]:
    names, values = read_hourly(path)
    findings = []
    if len(values) != hours:
        message = f"{path.name} has {len(values)} rows, dataset.json says {hours} hours"
        findings.append(_fault("GP-TIM-003", message, path, "", line=len(values) + 1))
    for row, column in np.argwhere(values < 0)[:20]:
        message = f"{path.name} row {row + 1} column {names[column]}: {values[row, column]:g} MW is below 0"
        findings.append(_fault("GP-VAL-002", message, path, names[column], line=int(row) + 2))
    if findings:
        raise InputError(findings)
    return names, values


def _unknown_unit(unit: str, network: Network, path: Path | None) -> Finding:
    message = f"unit {unit} does not exist in network {network.name}.{did_you_mean(unit, network.generator.id)}"
    return _fault("GP-GEN-001", message, path, unit)


def _fault(code: str, message: str, path: Path | None, key: str, *, line: int = 1) -> Finding:
    place = Place(file=path, line=line if path else 0, column=1 if path else 0, key=key)
    remedy = f"correct {path.name}" if path else "use the network's unit ids"
    return Finding(code=code, severity="error", message=message, remedy=remedy, place=place)
