"""Hourly tables against a network: load at its buses, capacity of its units, temperature of its regions.

Comes in: HourlyTables and a Network. Goes out: arrays, dims (time, element), and findings with file, line and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gridplan.errors import Finding, Place, Severity, did_you_mean
from gridplan.network.model import Network, positions
from gridplan.series.dataset import group_share_frac
from gridplan.series.spec import FloatArray, HourlyTable

SYSTEM = "system"
_UNIT_RATIO = 20.0
"""A load this many times, or a tenth of one over it, what the network states was probably written in another unit."""
_LIMIT_TOLERANCE_MW = 1e-6
_KILO = 1000.0
_KILO_BAND = (300.0, 3000.0)
_WEATHER_FUELS = {"wind", "solar", "pv", "sun", "photovoltaic"}
_SHOWN = 5


def bus_load_mw(
    table: HourlyTable, by: str, network: Network, zones: Sequence[str]
) -> tuple[FloatArray, list[Finding]]:
    """Native load, dims (time, bus) [MW], of a table by system, area, zone or bus."""
    if by == SYSTEM and len(table.names) != 1:
        message = f"by: system is said, but {table.path.name} has {len(table.names)} columns of values: "
        message += ", ".join(table.names[:_SHOWN])
        found = [_fault("GP-TAB-004", message, "name one with columns: {system: ...}, or say by: area", table, "")]
        return np.empty((0, 0)), found
    names = (SYSTEM,) if by == SYSTEM else table.names
    group_of_bus = _groups(by, network, zones)
    findings = list(_group_findings(table, names, by, group_of_bus, network))
    findings += _unit_findings(table, network)
    if any(finding.severity == "error" for finding in findings):
        return np.empty((0, 0)), findings
    if by == "bus":
        load_mw = np.zeros((len(table.time_utc), len(network.bus)))
        load_mw[:, positions(names, network.bus.id)] = table.values
        return load_mw, findings
    return table.values @ group_share_frac(network, group_of_bus, names), findings


def available_mw(
    tables: Sequence[tuple[str, HourlyTable]], network: Network, hours: int
) -> tuple[FloatArray, list[Finding]]:
    """Available capacity, dims (time, generator) [MW], of tables of one unit each; others keep ``p_max_mw``."""
    unit = network.generator
    p_max_mw = np.tile(unit.p_max_mw, (hours, 1))
    findings: list[Finding] = []
    given: dict[str, HourlyTable] = {}
    for words, table in tables:
        at = positions(table.names, unit.id)
        for k, name in enumerate(table.names):
            if at[k] < 0:
                message = f"unit {name} does not exist in network {network.name}.{did_you_mean(name, unit.id)}"
                findings.append(_fault("GP-GEN-001", message, "use the network's unit ids", table, name))
            elif name in given:
                message = f"unit {name} has hours in {given[name].path.name} and in {table.path.name}"
                findings.append(_fault("GP-TAB-002", message, "keep one of the two", table, name))
            given.setdefault(name, table)
        if (at < 0).any() or len(table.time_utc) != hours:
            continue
        values = table.values * unit.p_max_mw[at] if words == "frac" else table.values
        findings += _above_capability(table, values, unit.p_max_mw[at])
        p_max_mw[:, at] = values
    return p_max_mw, [*findings, *_without_hours(network, given, tables)]


def region_values(table: HourlyTable, by: str, network: Network, zones: Sequence[str]) -> list[Finding]:
    """Findings about the regions of a table whose values belong to regions, not to elements."""
    if by == SYSTEM:
        return []
    known = sorted(set(_groups(by, network, zones)) - {""})
    return [_unknown_group(table, name, by, known) for name in table.names if name not in known]


def _groups(by: str, network: Network, zones: Sequence[str]) -> Sequence[str]:
    if by == SYSTEM:
        return (SYSTEM,) * len(network.bus)
    return {"area": network.bus.area, "zone": zones, "bus": network.bus.id}[by]


def _group_findings(
    table: HourlyTable, names: Sequence[str], by: str, group_of_bus: Sequence[str], network: Network
) -> Iterator[Finding]:
    """Groups of the file and of the network against each other: load may neither vanish nor appear."""
    if by == "zone" and not any(group_of_bus):
        message = f"by: zone is said, but network {network.name} has no zones"
        yield _fault("GP-TAB-001", message, "give load by area, bus or system", table, "")
        return
    static: dict[str, float] = {}
    for group, load_mw in zip(group_of_bus, network.bus.p_load_mw, strict=True):
        static[group] = static.get(group, 0.0) + float(load_mw)
    for k, name in enumerate(names):
        if name not in static:
            yield _unknown_group(table, name, by, sorted(static))
        elif by != "bus" and static[name] <= 0 and table.values[:, k].any():
            message = f"{by} {name} has load in {table.path.name}, and none in the network to share it by"
            yield _fault("GP-TIM-004", message, "give the load by bus, or correct p_load_mw", table, name)
    for name, load_mw in static.items():
        if load_mw > 0 and name not in names:
            message = f"{by} {name} has {load_mw:g} MW of load in the network and no column in {table.path.name}"
            yield _fault("GP-TIM-004", message, "add the column, zeros if there is no load", table, name)


def _unknown_group(table: HourlyTable, name: str, by: str, known: Sequence[str]) -> Finding:
    message = f"{by} {name} does not exist in the network.{did_you_mean(name, known)}"
    remedy = f"name one of {', '.join(known[:20])}, or leave the column out with columns:"
    return _fault("GP-BUS-001" if by == "bus" else "GP-TAB-001", message, remedy, table, name)


def _unit_findings(table: HourlyTable, network: Network) -> Iterator[Finding]:
    """Load in another unit than it says, seen from the load or the units of the network."""
    total_mw = table.values.sum(axis=1)
    row = int(np.argmax(total_mw))
    peak_mw, static_mw = float(total_mw[row]), float(network.bus.p_load_mw.sum())
    usual_mw, what = (
        (static_mw, "its load") if static_mw > 0 else (float(network.generator.p_max_mw.sum()), "its units")
    )
    message = f"load reaches {peak_mw:,.6g} MW; {what} in the network: {usual_mw:,.6g} MW"
    if usual_mw <= 0:
        return
    if peak_mw > _UNIT_RATIO * usual_mw:
        remedy = f"if the file is in kW, write unit: kW ({peak_mw / _KILO:,.6g} MW)"
        yield _fault("GP-VAL-003", message, remedy, table, table.names[0], row=row)
    elif 0 < peak_mw < usual_mw / (10 * _UNIT_RATIO):
        remedy = f"check the unit; GW would be {peak_mw * _KILO:,.6g} MW"
        yield _fault("GP-VAL-003", message, remedy, table, table.names[0], row=row, severity="warning")


def _above_capability(table: HourlyTable, values: FloatArray, p_max_mw: FloatArray) -> Iterator[Finding]:
    over = values > p_max_mw + _LIMIT_TOLERANCE_MW
    for k in np.flatnonzero(over.any(axis=0)):
        row = int(np.argmax(values[:, k]))
        ratio = values[row, k] / p_max_mw[k] if p_max_mw[k] > 0 else np.inf
        message = f"unit {table.names[k]}: {values[row, k]:g} MW available, above p_max_mw {p_max_mw[k]:g}, in "
        message += f"{int(over[:, k].sum()):,} hours"
        remedy = "correct the file, or p_max_mw in the network"
        if _KILO_BAND[0] < ratio < _KILO_BAND[1]:
            remedy = f"if the file is in kW, write unit: kW ({values[row, k] / _KILO:g} MW)"
        yield _fault("GP-LIM-004", message, remedy, table, table.names[k], row=row)


def _without_hours(
    network: Network, given: dict[str, HourlyTable], tables: Sequence[tuple[str, HourlyTable]]
) -> Iterator[Finding]:
    """Wind and solar units at full output in every hour, which no weather gives."""
    unit = network.generator
    bare = [g for g, fuel in enumerate(unit.fuel) if fuel.lower() in _WEATHER_FUELS and unit.id[g] not in given]
    if bare:
        total_mw = float(unit.p_max_mw[bare].sum())
        names = ", ".join(unit.id[g] for g in bare[:_SHOWN])
        message = (
            f"{len(bare)} wind and solar units ({total_mw:,.1f} MW: {names}{'...' if len(bare) > _SHOWN else ''}) "
        )
        message += "have no hours and stand at p_max_mw in every hour"
        file = tables[0][1].path if tables else None
        key = "" if tables else "series.availability"
        place = Place(file=file, line=1 if file else 0, column=1 if file else 0, key=key)
        remedy = "give their availability, or write it as 0"
        yield Finding(code="GP-TIM-006", severity="warning", message=message, remedy=remedy, place=place)


def _fault(
    code: str,
    message: str,
    remedy: str,
    table: HourlyTable,
    column: str,
    *,
    row: int = -1,
    severity: Severity = "error",
) -> Finding:
    line = max(int(table.line[row]), 1) if row >= 0 else 1
    place = Place(file=table.path, line=line, column=1, key=column)
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)
