"""Dataset folders: the static tables of a grid as a Network, and the facts of dataset.json.

Comes in: a folder of the shape of datasets/rts_gmlc. Goes out: a checked Network or a DatasetInfo.
Hourly tables are read by gridplan.series.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.network.csv_table import (
    MAX_FINDINGS,
    MAX_HOURLY_ROWS,
    FloatArray,
    Kind,
    read_columns,
    read_header,
    read_text,
)
from gridplan.network.model import Branches, Buses, DcLines, Generators, Labels, Network, Storages, positions
from gridplan.text_file import own_member

_MAX_JSON_BYTES = 1024 * 1024
BUS_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "name": "text",
    "base_kv": "number",
    "area": "text",
    "latitude_degree": "number_or_nan",
    "longitude_degree": "number_or_nan",
    "p_load_mw": "number",
    "q_load_mvar": "number",
    "gs_mw": "number",
    "bs_mvar": "number",
    "vm_pu": "number",
}
BRANCH_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "from_bus": "text",
    "to_bus": "text",
    "r_pu": "number",
    "x_pu": "number",
    "b_pu": "number",
    "tap_ratio": "number",
    "shift_rad": "number",
    "rating_normal_mva": "number_or_inf",
    "rating_emergency_mva": "number_or_inf",
    "rating_short_time_mva": "number_or_inf",
    "is_transformer": "flag",
    "length_km": "number_or_nan",
}
GENERATOR_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "bus": "text",
    "unit_type": "text",
    "fuel": "text",
    "p_min_mw": "number",
    "p_max_mw": "number",
    "q_min_mvar": "number_or_inf",
    "q_max_mvar": "number_or_inf",
    "vm_setpoint_pu": "number",
    "forced_outage_rate_frac": "number",
    "is_dispatchable": "flag",
    "is_fixed": "flag",
}
DC_LINE_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "from_bus": "text",
    "to_bus": "text",
    "p_min_mw": "number",
    "p_max_mw": "number",
    "loss_frac": "number",
}
STORAGE_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "bus": "text",
    "p_mw": "number",
    "e_mwh": "number",
    "efficiency_roundtrip_frac": "number",
}
_BLOCK_WIDTH = re.compile(r"block_width_(\d+)_mw")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """Facts of a dataset that are not numbers of the grid, from its dataset.json."""

    name: str
    title: str
    folder: Path
    base_mva: float
    timezone: str
    first_hour_local: str
    hours: int
    is_synthetic: bool
    losses: str
    credit: str
    notes: tuple[str, ...]


def read_dataset_info(folder: Path) -> DatasetInfo:
    """Facts of the dataset in ``folder``.

    Raises
    ------
    InputError
        If dataset.json is missing, is not JSON, lacks a key, or a value has the wrong type.
    """
    path = folder / "dataset.json"
    words = _document(path)
    findings = [*_key_findings(path, words)]
    if findings:
        raise InputError(findings)
    return DatasetInfo(
        folder=folder, notes=tuple(words.get("notes", ())), **{key: words[key] for key in _INFO_TYPES if key in words}
    )


def _document(path: Path) -> dict[str, Any]:
    """Object of dataset.json; a key twice, NaN and infinity are no JSON."""
    text = read_text(own_member(path), max_bytes=_MAX_JSON_BYTES)
    try:
        words = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_without_twins)
    except json.JSONDecodeError as reason:
        place = Place(file=path, line=reason.lineno, column=reason.colno)
        raise input_error("GP-NET-002", f"dataset.json is not JSON: {reason.msg}", "correct the file", place) from None
    except RecursionError:
        raise input_error(
            "GP-NET-002", "dataset.json is nested too deeply", "correct the file", Place(file=path)
        ) from None
    except ValueError as reason:
        message = f"dataset.json cannot be read: {str(reason).partition(';')[0]}"
        raise input_error("GP-NET-002", message, "correct the file", Place(file=path)) from None
    if not isinstance(words, dict):
        raise input_error("GP-NET-002", "dataset.json is not an object", "write { ... }", Place(file=path, line=1))
    return words


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a finite number")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    words = dict(pairs)
    if len(words) < len(pairs):
        twin = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise ValueError(f"key {twin[:60]!r} stands twice")
    return words


def read_network(folder: Path) -> Network:
    """Network of a dataset folder.

    Raises
    ------
    InputError
        If a table is missing or damaged, an end does not exist, or a value is out of range.
    """
    info = read_dataset_info(folder)
    bus = Buses(**read_columns(folder / "bus.csv", BUS_COLUMNS))
    try:
        network = Network(
            name=info.name,
            base_mva=float(info.base_mva),
            bus=bus,
            branch=Branches(**_with_ends(folder / "branch.csv", BRANCH_COLUMNS, bus.id)),
            generator=_generators(folder / "generator.csv", bus.id),
            dc_line=DcLines(**_with_ends(folder / "dc_line.csv", DC_LINE_COLUMNS, bus.id)),
            storage=Storages(**_with_ends(folder / "storage.csv", STORAGE_COLUMNS, bus.id)),
            is_synthetic=info.is_synthetic,
        )
    except InputError as error:
        raise InputError(_placed(folder, finding) for finding in error.findings) from None
    findings = list(_range_findings(folder, network))
    if findings:
        raise InputError(findings)
    return network


def _placed(folder: Path, finding: Finding) -> Finding:
    """Finding of a Network or of a table, with file and line where its key names an element only."""
    if finding.place.file is not None:
        return finding
    table, _, name = finding.place.key.partition(" ")
    path = folder / f"{table}.csv"
    if not path.is_file():
        return replace(finding, place=Place(file=folder / "dataset.json", key=table))
    names = read_columns(path, {"id": "text"})["id"]
    line = max((i for i, own in enumerate(names) if own == name), default=-1) + 2
    return replace(finding, place=Place(file=path, line=line, column=1, key=name))


_INFO_TYPES: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "title": str,
    "base_mva": (int, float),
    "timezone": str,
    "first_hour_local": str,
    "hours": int,
    "is_synthetic": bool,
    "losses": str,
    "credit": str,
}


def _key_findings(path: Path, words: dict[str, Any]) -> Iterator[Finding]:
    for key, wanted in _INFO_TYPES.items():
        if key not in words:
            yield _fault("GP-NET-002", f"dataset.json has no {key}.{did_you_mean(key, words)}", path, key)
        elif not isinstance(words[key], wanted) or (isinstance(words[key], bool) and wanted is not bool):
            yield _fault("GP-NET-002", f"dataset.json {key}: {str(words[key])[:60]!r} has the wrong type", path, key)
    if isinstance(words.get("hours"), int) and not 1 <= words["hours"] <= MAX_HOURLY_ROWS:
        message = f"dataset.json hours: {str(words['hours'])[:60]} is not between 1 and {MAX_HOURLY_ROWS}"
        yield _fault("GP-NET-002", message, path, "hours")
    if words.get("base_mva") == math.inf:
        yield _fault("GP-PU-001", "dataset.json base_mva: the number is too large", path, "base_mva")
    notes = words.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        yield _fault("GP-NET-002", "dataset.json notes is not a list of text", path, "notes")
    if words.get("losses") not in ("included_in_load", None):
        yield _fault("GP-NET-002", f"dataset.json losses: {words['losses']!r} is not included_in_load", path, "losses")
    yield from _clock_findings(path, words)


def _clock_findings(path: Path, words: dict[str, Any]) -> Iterator[Finding]:
    zone, first = str(words.get("timezone")), str(words.get("first_hour_local"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield _fault("GP-TIM-001", f"dataset.json timezone: {zone!r} is not an IANA zone", path, "timezone")
    try:
        is_full_hour = re.fullmatch(r"[\d-]{10}T\d\d:00", first) and datetime.fromisoformat(first)
    except ValueError:
        is_full_hour = None
    if not is_full_hour:
        message = f"dataset.json first_hour_local: {first!r} is not like 2020-01-01T00:00"
        yield _fault("GP-TIM-002", message, path, "first_hour_local")


def _with_ends(path: Path, kinds: dict[str, Kind], bus_ids: Labels) -> dict[str, Any]:
    table = read_columns(path, kinds)
    findings = []
    for end in ("bus", "from_bus", "to_bus"):
        if end not in table:
            continue
        names, table[end] = table[end], positions(table[end], bus_ids)
        findings += [
            _unknown_bus(path, int(i), end, names[i], bus_ids) for i in np.flatnonzero(table[end] < 0)[:MAX_FINDINGS]
        ]
    if findings:
        raise InputError(findings)
    return table


def _generators(path: Path, bus_ids: Labels) -> Generators:
    blocks = sorted(int(m[1]) for name in read_header(path) if (m := _BLOCK_WIDTH.fullmatch(name)))
    count = max(blocks, default=1)
    widths = [f"block_width_{k}_mw" for k in range(1, count + 1)]
    costs = [f"block_cost_{k}_usd_per_mwh" for k in range(1, count + 1)]
    kinds: dict[str, Kind] = {**GENERATOR_COLUMNS, **dict.fromkeys([*widths, *costs], "number")}
    table = _with_ends(path, kinds, bus_ids)
    block_width_mw = np.column_stack([table.pop(name) for name in widths])
    block_cost = np.column_stack([table.pop(name) for name in costs])
    return Generators(block_width_mw=block_width_mw, block_cost_usd_per_mwh=block_cost, **table)


def _unknown_bus(path: Path, i: int, end: str, name: str, bus_ids: Labels) -> Finding:
    message = f"table {path.name} row {i + 1} column {end}: bus {name} does not exist.{did_you_mean(name, bus_ids)}"
    place = Place(file=path, line=i + 2, column=1, key=end)
    return Finding(code="GP-TOP-005", severity="error", message=message, remedy="use a bus id of bus.csv", place=place)


def _range_findings(folder: Path, network: Network) -> Iterator[Finding]:
    branch, unit = network.branch, network.generator
    width, cost = unit.block_width_mw, unit.block_cost_usd_per_mwh
    rising = np.diff(cost, axis=1).min(axis=1, initial=0.0)
    rules: tuple[tuple[str, str, Labels, Any, str], ...] = (
        ("branch", "GP-LIM-002", branch.id, branch.rating_normal_mva <= 0, "normal rating is not above 0 MVA"),
        ("branch", "GP-TRF-001", branch.id, branch.tap_ratio <= 0, "tap ratio is not above 0"),
        (
            "branch",
            "GP-LIM-005",
            branch.id,
            branch.rating_emergency_mva < branch.rating_normal_mva,
            "emergency rating is below the normal rating",
        ),
        ("generator", "GP-LIM-004", unit.id, unit.p_min_mw > unit.p_max_mw, "p_min_mw is above p_max_mw"),
        ("generator", "GP-LIM-004", unit.id, unit.p_min_mw < 0, "p_min_mw is below 0"),
        ("generator", "GP-CST-001", unit.id, rising < -1e-9, "block costs fall from one block to the next"),
        ("generator", "GP-CST-001", unit.id, width.min(axis=1) < 0, "a block width is below 0 MW"),
        (
            "generator",
            "GP-CST-001",
            unit.id,
            abs(width.sum(axis=1) - unit.p_max_mw) > 1e-3,
            "block widths do not add up to p_max_mw",
        ),
        (
            "generator",
            "GP-VAL-001",
            unit.id,
            _is_outside_unit(unit.forced_outage_rate_frac),
            "forced outage rate is outside 0 to 1",
        ),
        ("dc_line", "GP-DCL-001", network.dc_line.id, _is_outside_unit(network.dc_line.loss_frac), "loss outside 0..1"),
        (
            "storage",
            "GP-VAL-001",
            network.storage.id,
            _is_outside_unit(network.storage.efficiency_roundtrip_frac),
            "round-trip efficiency is outside 0 to 1",
        ),
    )
    for k in np.flatnonzero(branch.x_pu == 0):
        yield _row_fault(
            folder / "branch.csv", int(k), "GP-TOP-004", f"branch {branch.id[k]} has zero reactance", "x_pu"
        )
    for table, code, labels, is_wrong, what in rules:
        path = folder / f"{table}.csv"
        for i in np.flatnonzero(is_wrong):
            yield _row_fault(path, int(i), code, f"{table} {labels[i]}: {what}", labels[i])


def _row_fault(path: Path, row: int, code: str, message: str, key: str) -> Finding:
    place = Place(file=path, line=row + 2, column=1, key=key)
    return Finding(code=code, severity="error", message=message, remedy=f"correct {path.name}", place=place)


def _is_outside_unit(value: FloatArray) -> Any:
    return (value < 0) | (value > 1)


def _fault(code: str, message: str, path: Path, key: str) -> Finding:
    place = Place(file=path, key=key)
    return Finding(code=code, severity="error", message=message, remedy="correct dataset.json", place=place)
