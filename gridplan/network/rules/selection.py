"""What the rules look at: elements in service, rows of their buses, and names for messages.

Numbers of an element out of service are never judged (GP-OOS-001): such rows stay in the case and its exports.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gridplan.network.case import GridCase, TableName
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, positions

#: Ids named in one message.
SHOWN = 6
#: Words of people for the tables.
WORDS: dict[TableName, tuple[str, str]] = {
    "bus": ("bus", "buses"),
    "load": ("load", "loads"),
    "shunt": ("shunt", "shunts"),
    "generator": ("unit", "units"),
    "branch": ("branch", "branches"),
    "dc_line": ("dc line", "dc lines"),
    "storage": ("storage", "storages"),
}
BRANCH_TABLES: tuple[TableName, ...] = ("branch", "dc_line")
OWNED_TABLES: tuple[TableName, ...] = ("load", "shunt", "generator", "storage")


def in_service(case: GridCase, table: TableName) -> BoolArray:
    """Elements whose numbers count, dims (element,); of buses those that are not isolated."""
    if table == "bus":
        return np.array([kind != "isolated" for kind in case.bus.kind], dtype=bool)
    return np.asarray(getattr(case, table).in_service)


def bus_columns(table: TableName) -> tuple[str, ...]:
    """Columns of a table that name a bus."""
    return ("from_bus", "to_bus") if table in BRANCH_TABLES else ("bus",)


def bus_rows(case: GridCase, table: TableName, column: str = "bus") -> IntArray:
    """Row of the bus each element names, dims (element,); -1 where there is no such bus."""
    return positions(getattr(getattr(case, table), column), case.bus.id)


def base_kv(case: GridCase, column: str) -> FloatArray:
    """Base voltage at one end of every branch, dims (branch,) [kV]; NaN where there is no such bus."""
    rows = bus_rows(case, "branch", column)
    kv = np.append(case.bus.base_kv, np.nan)
    return np.asarray(kv[rows])


def named(ids: Labels, rows: Iterable[int]) -> str:
    """First ids of some rows, ``...`` for the rest."""
    chosen = [ids[int(i)] for i in rows]
    return ", ".join(chosen[:SHOWN]) + (", ..." if len(chosen) > SHOWN else "")


def counted(number: int, table: TableName) -> str:
    """``1 branch``, ``3 branches``."""
    return f"{number:,} {WORDS[table][number != 1]}"
