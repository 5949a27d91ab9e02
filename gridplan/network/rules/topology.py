"""Rules on how the grid hangs together: ids, ends, islands, references, branches without impedance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding, Severity, did_you_mean
from gridplan.network.case import TABLES, GridCase, TableName
from gridplan.network.energised import Part, connected_parts, main_part
from gridplan.network.model import IntArray
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import (
    BRANCH_TABLES,
    OWNED_TABLES,
    WORDS,
    base_kv,
    bus_columns,
    bus_rows,
    counted,
    in_service,
    named,
)
from gridplan.network.zero_impedance import is_zero_impedance

#: Unknown buses that near ids are looked up for: the search is slow on large grids.
_GUESSED = 10
#: Two base voltages closer than this are one level [share].
_SAME_LEVEL = 0.01


def no_bus(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-BUS-004: nothing to study."""
    del policy
    if not in_service(case, "bus").any():
        message = "no bus is in service" if len(case.bus) else "there is no bus"
        yield case.finding("GP-BUS-004", "error", message, "give the buses of the grid")


def duplicate_ids(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-BUS-002: two elements of a table with one id, in service or not."""
    del policy
    for table in TABLES:
        first: dict[str, int] = {}
        for i, name in enumerate(getattr(case, table).id):
            if first.setdefault(name, i) == i:
                continue
            also = case.origin.place(table, first[name], "id")
            where = f", also at {also}" if also.line else f", also in row {first[name] + 1}"
            remedy = f"give the second {WORDS[table][0]} its own id, or delete the row"
            message = f"duplicate {WORDS[table][0]} id {name}{where}"
            yield case.finding("GP-BUS-002", "error", message, remedy, (table, i, "id"))


def unknown_buses(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-005: an element names a bus that does not exist."""
    del policy
    guessed = 0
    for table in (*OWNED_TABLES, *BRANCH_TABLES):
        elements, is_on = getattr(case, table), in_service(case, table)
        for column in bus_columns(table):
            for i in np.flatnonzero(bus_rows(case, table, column) < 0):
                bus, guessed = getattr(elements, column)[i], guessed + 1
                near = did_you_mean(bus, case.bus.id) if guessed <= _GUESSED else ""
                message = f"{WORDS[table][0]} {elements.id[i]}: bus {bus} does not exist.{near}"
                severity: Severity = "error" if is_on[i] else "warning"
                remedy = "give the id of a bus of this file, or delete the row"
                yield case.finding("GP-TOP-005", severity, message, remedy, (table, int(i), column))


def self_loops(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-005: a branch or dc line joins a bus to itself."""
    del policy
    for table in BRANCH_TABLES:
        elements = getattr(case, table)
        same = np.array([a == b for a, b in zip(elements.from_bus, elements.to_bus, strict=True)], dtype=bool)
        for k in np.flatnonzero(same & elements.in_service):
            message = f"{WORDS[table][0]} {elements.id[k]} joins bus {elements.from_bus[k]} to itself"
            remedy = "correct one end, or delete the row"
            yield case.finding("GP-TOP-005", "error", message, remedy, (table, int(k), "to_bus"))


def on_isolated_buses(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-005: load or units in service hang on a bus that is said to be isolated."""
    del policy
    alone = np.append(~in_service(case, "bus"), False)
    values = {"load": case.load.p_mw, "generator": case.generator.p_max_mw, "storage": case.storage.p_mw}
    for table, p_mw in values.items():
        hangs = alone[bus_rows(case, table)] & in_service(case, table) & (p_mw != 0)
        for i in np.flatnonzero(hangs):
            elements = getattr(case, table)
            what = f"{WORDS[table][0]} {elements.id[i]} ({p_mw[i]:,.1f} MW) is in service"
            message = f"{what} at bus {elements.bus[i]}, which is isolated (type 4)"
            remedy = "take it out of service, or give the bus a type that takes part"
            yield case.finding("GP-TOP-005", "error", message, remedy, (table, int(i), "bus"))


def branches_to_isolated_buses(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-005: branches in service end at a bus that is said to be isolated, so they carry nothing."""
    del policy
    alone = np.append(~in_service(case, "bus"), False)
    for table in BRANCH_TABLES:
        ends = [bus_rows(case, table, column) for column in ("from_bus", "to_bus")]
        rows = np.flatnonzero((alone[ends[0]] | alone[ends[1]]) & in_service(case, table))
        if rows.size:
            many = "end" if rows.size > 1 else "ends"
            names = named(getattr(case, table).id, rows)
            message = f"{counted(rows.size, table)} in service {many} at an isolated bus (type 4): {names}; left out"
            remedy = "take them out of service, or give the bus a type that takes part"
            yield case.finding("GP-TOP-005", "warning", message, remedy, (table, int(rows[0]), "in_service"))


def stranded_load(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-001: a part of the grid with load and without any unit in service.

    An error, or a warning where the planner chose to leave out all parts but the main one.
    """
    parts = connected_parts(case)
    stranded = [i for i, part in enumerate(parts) if part.load_mw > 0 and not part.has_source]
    main = main_part(parts) if parts else None
    closing = _open_branches(case, parts) if stranded else {}
    for i in stranded:
        part = parts[i]
        is_left = policy.islands == "main" and part is not main
        size = counted(len(part.buses), "bus")
        message = f"{part.load_mw:,.1f} MW of load at {size} without any unit in service: "
        message += named(case.bus.id, part.buses)
        rows = closing.get(i, [])
        message += _closing_words(case, rows) + ("; left out" if is_left else "")
        remedy = "give the part a unit, connect it, or take its load out of service"
        if rows:
            remedy = f"set branch {case.branch.id[rows[0]]} in service, or take the load out of service"
        severity: Severity = "warning" if is_left else "error"
        yield case.finding("GP-TOP-001", severity, message, remedy, ("bus", int(part.buses[0]), "id"))


def _open_branches(case: GridCase, parts: tuple[Part, ...]) -> dict[int, list[int]]:
    """Part -> rows of branches out of service that would join it to another part."""
    owner = np.full(len(case.bus) + 1, -1)
    for i, part in enumerate(parts):
        owner[part.buses] = i
    start, end = owner[bus_rows(case, "branch", "from_bus")], owner[bus_rows(case, "branch", "to_bus")]
    found: dict[int, list[int]] = {}
    for k in np.flatnonzero(~case.branch.in_service & (start >= 0) & (end >= 0) & (start != end)):
        for part in (start[k], end[k]):
            found.setdefault(int(part), []).append(int(k))
    return found


def _closing_words(case: GridCase, rows: list[int]) -> str:
    if not rows:
        return ""
    if len(rows) == 1:
        return f"; branch {case.branch.id[rows[0]]} is out of service and would join it"
    return f"; branches {named(case.branch.id, rows)} are out of service, each would join it"


def no_reference(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-002: a part with load and units has no reference bus; the bus with the largest unit is taken."""
    for part in _studied(case, policy):
        if part.has_unit and not any(case.bus.kind[i] == "ref" for i in part.buses):
            chosen = _largest_unit_bus(case, part.buses)
            what = f"no reference bus among the {counted(len(part.buses), 'bus')} around {case.bus.id[part.buses[0]]}"
            message = f"{what}; bus {case.bus.id[chosen]} with the largest unit is taken"
            at: tuple[TableName, int, str] = ("bus", chosen, "kind")
            yield case.finding("GP-TOP-002", "warning", message, "make it the reference bus (type 3) in the file", at)


def several_references(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-003: a connected part has two or more reference buses."""
    for part in _studied(case, policy):
        rows = [int(i) for i in part.buses if case.bus.kind[i] == "ref"]
        if len(rows) > 1:
            message = f"{len(rows)} reference buses in one connected part: {named(case.bus.id, rows)}"
            message += "; DC results do not depend on it, the AC check takes the first"
            yield case.finding("GP-TOP-003", "warning", message, "keep one of them", ("bus", rows[1], "kind"))


def reference_without_unit(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-003: a reference bus has no unit in service."""
    del policy
    rows = bus_rows(case, "generator")[in_service(case, "generator")]
    has_unit = np.zeros(len(case.bus), dtype=bool)
    has_unit[rows[rows >= 0]] = True
    for i in [i for i, kind in enumerate(case.bus.kind) if kind == "ref" and not has_unit[i]]:
        message = f"reference bus {case.bus.id[i]} has no unit in service"
        remedy = "nothing to do for DC results; for AC make a bus with a unit the reference"
        yield case.finding("GP-TOP-003", "warning", message, remedy, ("bus", i, "kind"))


def zero_impedance(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-004: branches in service without impedance, unless their ends are to become one bus."""
    if policy.merge_zero_impedance:
        return
    branch = case.branch
    for k in np.flatnonzero(is_zero_impedance(case)):
        message = f"branch {branch.id[k]} between buses {branch.from_bus[k]} and {branch.to_bus[k]} has r = x = 0"
        remedy = "give its reactance, or say --merge-zero-impedance, which makes one bus of the two"
        yield case.finding("GP-TOP-004", "error", message, remedy, ("branch", int(k), "x_pu"))


def resistance_only(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-004: branches in service with a resistance and no reactance, which have no flow in the DC model."""
    del policy
    branch = case.branch
    for k in np.flatnonzero(in_service(case, "branch") & (branch.x_pu == 0) & (branch.r_pu != 0)):
        message = f"branch {branch.id[k]} has r = {branch.r_pu[k]:g} pu and x = 0: its DC flow is not defined"
        remedy = "give its reactance; with --dc-convention powermodels it carries nothing"
        yield case.finding("GP-TOP-004", "warning", message, remedy, ("branch", int(k), "x_pu"))


def two_voltages(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TOP-006: a line joins two voltage levels.

    Many formats mark no transformers, and readers take a change of base voltage for one. What has charging, a nominal
    tap and no shift is a line all the same.
    """
    del policy
    branch, a, b = case.branch, base_kv(case, "from_bus"), base_kv(case, "to_bus")
    is_between = (a > 0) & (b > 0) & (np.abs(a - b) > _SAME_LEVEL * np.maximum(a, b))
    is_line = (branch.tap_ratio == 1) & (branch.shift_degree == 0) & (branch.b_pu > 0)
    rows = np.flatnonzero(in_service(case, "branch") & is_between & (is_line | ~branch.is_transformer))
    if rows.size:
        k = int(rows[0])
        verb = "joins" if rows.size == 1 else "join"
        message = f"{counted(rows.size, 'branch')} with the data of a line {verb} two voltage levels: "
        message += f"{named(branch.id, rows)}; the first joins {a[k]:g} kV to {b[k]:g} kV"
        remedy = "check the ends; if they are transformers, write their tap ratio"
        yield case.finding("GP-TOP-006", "warning", message, remedy, ("branch", k, "to_bus"))


def _studied(case: GridCase, policy: Policy) -> tuple[Part, ...]:
    """Parts with load or units; the main one alone where the others are left out."""
    parts = connected_parts(case)
    busy = tuple(part for part in parts if part.load_mw > 0 or part.has_unit)
    return (main_part(busy),) if busy and policy.islands == "main" else busy


def _largest_unit_bus(case: GridCase, buses: IntArray) -> int:
    rows, p_max = bus_rows(case, "generator"), case.generator.p_max_mw
    inside = np.isin(rows, buses) & in_service(case, "generator")
    units = np.flatnonzero(inside)
    largest = units[np.argmax(np.where(np.isfinite(p_max[units]), p_max[units], -np.inf))]
    return int(rows[largest])
