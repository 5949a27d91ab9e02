"""Which part of a case is alive: in service, and connected to supply.

Comes in: a GridCase. Goes out: the rows of every table that belong to the Network, and a finding for every part
that does not. Parts are found by graph search over branches in service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from gridplan.errors import Finding
from gridplan.network.case import GridCase, TableName
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, positions
from gridplan.network.policy import Policy
from gridplan.network.zero_impedance import merged

_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Energised:
    """A case and the rows of it that are studied; ``bus_ids`` are those of the Network, in its order."""

    case: GridCase
    rows: dict[TableName, IntArray]
    bus_ids: Labels
    findings: tuple[Finding, ...] = field(default=())

    def at_bus(self, table: TableName) -> IntArray:
        """Position of the bus of every studied element of a table, dims (element,)."""
        owners: Labels = getattr(self.case, table).bus
        return positions([owners[i] for i in self.rows[table]], self.bus_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One connected part of a case: its buses (rows), load and supply in service [MW].

    ``has_unit`` tells of units in service, ``has_source`` of units, stores or the end of a dc line.
    """

    buses: IntArray
    load_mw: float
    supply_mw: float
    has_unit: bool
    has_source: bool


def energised(case: GridCase, policy: Policy) -> Energised:
    """Rows of the connected part that is studied, and what is left out.

    Buses that nothing connects and that carry neither load nor supply are left out with a note. Several parts with
    load and supply of their own are an error unless the policy keeps the main one.
    """
    case, findings = merged(case) if policy.merge_zero_impedance else (case, ())
    parts = connected_parts(case)
    main = main_part(parts)
    findings = (*findings, *_left_out(case, policy, parts, main))
    keep = np.zeros(len(case.bus), dtype=bool)
    keep[main.buses] = True
    bus_rows = np.flatnonzero(keep).astype(np.int64)
    return Energised(
        case=case,
        rows={"bus": bus_rows, **_element_rows(case, keep)},
        bus_ids=tuple(case.bus.id[i] for i in bus_rows),
        findings=findings,
    )


def main_part(parts: tuple[Part, ...]) -> Part:
    """Part that is studied: with a source if any has one, then with most load, then with most buses."""
    busy = [part for part in parts if part.load_mw > 0 or part.has_unit]
    return max(busy or parts, key=lambda part: (part.has_source, part.load_mw, len(part.buses)))


def connected_parts(case: GridCase) -> tuple[Part, ...]:
    """Connected parts of the buses that are not of kind isolated, dc lines not counted, most buses first."""
    live = np.array([kind != "isolated" for kind in case.bus.kind], dtype=bool)
    ends = _ends(case)
    ok = case.branch.in_service & (ends >= 0).all(axis=0)
    ok &= np.array([ok[k] and live[ends[0, k]] and live[ends[1, k]] for k in range(len(ok))], dtype=bool)
    n_bus = len(case.bus)
    graph = sp.coo_matrix((np.ones(int(ok.sum())), (ends[0, ok], ends[1, ok])), shape=(n_bus, n_bus))
    label = connected_components(graph, directed=False)[1]
    load = _at_buses(case, case.load.bus, case.load.p_mw, case.load.in_service)
    unit = case.generator
    supply = _at_buses(case, unit.bus, np.maximum(unit.p_max_mw, 0.0), unit.in_service)
    units = _at_buses(case, unit.bus, np.ones(len(unit)), unit.in_service)
    sources = units + _other_sources(case)
    parts = [
        Part(
            buses=buses,
            load_mw=float(load[buses].sum()),
            supply_mw=float(supply[buses].sum()),
            has_unit=bool(units[buses].any()),
            has_source=bool(sources[buses].any()),
        )
        for buses in _groups(np.where(live, label, -1))
    ]
    return tuple(sorted(parts, key=lambda part: (-len(part.buses), int(part.buses[0]))))


def _groups(label: IntArray) -> list[IntArray]:
    """Rows of each label from 0 on, ascending."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    return np.split(order, starts)[1:]


def _other_sources(case: GridCase) -> FloatArray:
    """Count of stores and dc line ends in service at every bus, dims (bus,)."""
    stores = _at_buses(case, case.storage.bus, np.ones(len(case.storage)), case.storage.in_service)
    dc, one = case.dc_line, np.ones(len(case.dc_line))
    ends = [_at_buses(case, owners, one, dc.in_service) for owners in (dc.from_bus, dc.to_bus)]
    return np.asarray(stores + ends[0] + ends[1])


def _left_out(case: GridCase, policy: Policy, parts: tuple[Part, ...], main: Part) -> Iterator[Finding]:
    for part in parts:
        # Load without a source has its own rule, GP-TOP-001.
        if part is main or (part.load_mw > 0 and not part.has_source):
            continue
        names = _named(case, part.buses)
        size = "1 bus" if len(part.buses) == 1 else f"{len(part.buses)} buses"
        what = f"{size} ({names}) not connected to the rest of the grid"
        at = ("bus", int(part.buses[0]), "id")
        if part.load_mw <= 0 and not part.has_unit:
            message = f"{what}, without load or units: left out"
            yield case.finding("GP-TOP-007", "note", message, "close the open branch if they should be part of it", at)
        elif policy.islands == "main":
            message = f"{what}: {part.load_mw:,.1f} MW of load and {part.supply_mw:,.1f} MW of units are left out"
            yield case.finding("GP-TOP-007", "warning", message, "study them as a network of their own", at)
        else:
            message = f"{what}: {part.load_mw:,.1f} MW of load and {part.supply_mw:,.1f} MW of units"
            remedy = "close the missing branch, or say --islands main to study the part with most load alone"
            yield case.finding("GP-TOP-007", "error", message, remedy, at)


def _named(case: GridCase, buses: IntArray) -> str:
    names = ", ".join(case.bus.id[i] for i in buses[:_SHOWN])
    return f"{names}, ..." if len(buses) > _SHOWN else names


def _element_rows(case: GridCase, keep: BoolArray) -> dict[TableName, IntArray]:
    rows: dict[TableName, IntArray] = {}
    for table in ("load", "shunt", "generator", "storage"):
        elements = getattr(case, table)
        at = positions(elements.bus, case.bus.id)
        rows[table] = np.flatnonzero(elements.in_service & (at >= 0) & keep[at])
    for table in ("branch", "dc_line"):
        elements = getattr(case, table)
        start, end = positions(elements.from_bus, case.bus.id), positions(elements.to_bus, case.bus.id)
        is_known = (start >= 0) & (end >= 0)
        rows[table] = np.flatnonzero(elements.in_service & is_known & keep[start] & keep[end])
    return rows


def _ends(case: GridCase) -> IntArray:
    branch = case.branch
    return np.array([positions(branch.from_bus, case.bus.id), positions(branch.to_bus, case.bus.id)]).reshape(2, -1)


def _at_buses(case: GridCase, owners: Labels, values: FloatArray, in_service: BoolArray) -> FloatArray:
    at = positions(owners, case.bus.id)
    ok = in_service & (at >= 0)
    return np.bincount(at[ok], weights=np.nan_to_num(values[ok]), minlength=len(case.bus)).astype(np.float64)
