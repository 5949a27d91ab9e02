"""Branches without impedance: their ends become one bus where the reader asked for that.

Comes in: a GridCase. Goes out: the case with merged buses, and a note for every branch that was merged away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.model import BoolArray, Labels

_OWNERS = ("load", "shunt", "generator", "storage")


def is_zero_impedance(case: GridCase) -> BoolArray:
    """Branches in service with neither resistance nor reactance, dims (branch,)."""
    return np.asarray(case.branch.in_service & (case.branch.r_pu == 0) & (case.branch.x_pu == 0))


def merged(case: GridCase) -> tuple[GridCase, tuple[Finding, ...]]:
    """Case whose zero-impedance branches are gone and whose ends are one bus, the first of them in the file.

    A branch that would then join a bus to itself is gone, too; both are told by name.
    """
    zero = is_zero_impedance(case)
    stands_for = _representatives(case, zero)
    if not zero.any():
        return case, ()
    ends = [tuple(stands_for[bus] for bus in column) for column in (case.branch.from_bus, case.branch.to_bus)]
    loop = np.array([a == b for a, b in zip(*ends, strict=True)], dtype=bool) & case.branch.in_service
    findings = [_note(case, int(k), bool(zero[k]), stands_for) for k in np.flatnonzero(zero | loop)]
    keep = np.flatnonzero(~(zero | loop))
    gone = {bus for bus, other in stands_for.items() if other != bus}
    changed: dict[str, Any] = {
        "branch": replace(_picked(case.branch, keep), from_bus=_at(ends[0], keep), to_bus=_at(ends[1], keep)),
        "bus": _picked(case.bus, np.flatnonzero([bus not in gone for bus in case.bus.id])),
    }
    for table in _OWNERS:
        elements = getattr(case, table)
        changed[table] = replace(elements, bus=tuple(stands_for.get(bus, bus) for bus in elements.bus))
    dc = case.dc_line
    dc_ends = [tuple(stands_for.get(bus, bus) for bus in column) for column in (dc.from_bus, dc.to_bus)]
    changed["dc_line"] = replace(dc, from_bus=dc_ends[0], to_bus=dc_ends[1])
    lines = {name: value for name, value in case.origin.lines.items() if name not in ("branch", "bus")}
    lines |= {
        "branch": case.origin.lines["branch"][keep] if "branch" in case.origin.lines else np.zeros(len(keep), dtype=int)
    }
    return replace(case, **changed, origin=replace(case.origin, lines=lines)), tuple(findings)


def _representatives(case: GridCase, zero: BoolArray) -> dict[str, str]:
    """Bus -> first bus, in file order, of the group that zero-impedance branches join it to."""
    parent = {bus: bus for bus in case.bus.id}
    order = {bus: i for i, bus in enumerate(case.bus.id)}

    def root(bus: str) -> str:
        while parent[bus] != bus:
            bus = parent[bus]
        return bus

    for k in np.flatnonzero(zero):
        a, b = root(case.branch.from_bus[k]), root(case.branch.to_bus[k])
        first, second = (a, b) if order[a] <= order[b] else (b, a)
        parent[second] = first
    return {bus: root(bus) for bus in case.bus.id}


def _note(case: GridCase, k: int, is_zero: bool, stands_for: dict[str, str]) -> Finding:
    branch = case.branch
    name, bus = branch.id[k], stands_for[branch.from_bus[k]]
    why = "has no impedance" if is_zero else "is parallel to a branch without impedance"
    message = f"branch {name} {why}: buses {branch.from_bus[k]} and {branch.to_bus[k]} became bus {bus}"
    return case.finding("GP-TOP-004", "note", message, "nothing to do", ("branch", k, "x_pu"))


def _picked(table: Any, keep: Any) -> Any:
    columns = {name: getattr(table, name) for name in table.__dataclass_fields__}
    return replace(table, **{name: _at(c, keep) if isinstance(c, tuple) else c[keep] for name, c in columns.items()})


def _at(column: Labels, keep: Any) -> Labels:
    return tuple(column[i] for i in keep)
