"""Damaged pandapower JSON files: cells of tables, tables put in, and what must never be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.corpus.damage import Change, Damaged, cut, swap

BASE = "lake.json"
Table = dict[str, Any]


def net(name: str, code: str, *changes: Change, severity: str = "error") -> Damaged:
    return Damaged(name=name, code=code, base=BASE, changes=changes, severity=severity)


def _edited(table: str, edit: Callable[[Table], None]) -> Change:
    def change(text: str) -> str:
        root = json.loads(text)
        frame = root["_object"][table]
        content = json.loads(frame["_object"])
        edit(content)
        frame["_object"] = json.dumps(content)
        return json.dumps(root, indent=1)

    return change


def cell(table: str, row: int, column: str, value: Any) -> Change:
    """Write a value into a table; rows count from 0."""

    def edit(content: Table) -> None:
        content["data"][row][content["columns"].index(column)] = value

    return _edited(table, edit)


def without(table: str, column: str) -> Change:
    """Take a column out of a table."""

    def edit(content: Table) -> None:
        at = content["columns"].index(column)
        for row in (content["columns"], *content["data"]):
            del row[at]

    return _edited(table, edit)


def put_in(table: str, **cells: Any) -> Change:
    """Put in a table of one row."""

    def change(text: str) -> str:
        root = json.loads(text)
        content = {"columns": list(cells), "index": [0], "data": [list(cells.values())]}
        frame = {"_module": "pandas.core.frame", "_class": "DataFrame", "_object": json.dumps(content)}
        root["_object"][table] = {**frame, "orient": "split", "dtype": {}}
        return json.dumps(root, indent=1)

    return change


STORE = {"name": "S", "bus": 1, "p_mw": 5.0, "q_mvar": 0.0, "sn_mva": None, "soc_percent": None, "min_e_mwh": 0.0}
STORE |= {"max_e_mwh": 20.0, "scaling": 1.0, "type": None, "in_service": True}
SWITCH = {"bus": 0, "element": 0, "et": "l", "type": "CB", "closed": False, "name": None, "z_ohm": 0.0, "in_ka": None}

NETS = (
    net("type that is not pandapower's", "GP-SEC-002", swap('"pandas.core.frame"', '"os"')),
    net("function for a table", "GP-SEC-002", swap('"_class": "DataFrame"', '"_class": "function"')),
    net("cut off", "GP-ENC-002", cut(0.5)),
    net("load at nowhere", "GP-TOP-005", cell("load", 0, "bus", 9)),
    net("text for a load", "GP-VAL-001", cell("load", 0, "p_mw", "30 MW")),
    net("load below zero", "GP-VAL-002", cell("load", 0, "p_mw", -30.0), severity="warning"),
    net("load in kW", "GP-VAL-003", cell("load", 0, "p_mw", 30_000.0)),
    net("load of constant impedance", "GP-LOD-001", cell("load", 0, "const_z_p_percent", 20.0), severity="warning"),
    net("no limit of a unit", "GP-LIM-007", cell("gen", 0, "max_p_mw", None), severity="warning"),
    net("one rating", "GP-LIM-008", cell("line", 0, "max_i_ka", 0.5), severity="note"),
    net("store", "GP-STO-001", put_in("storage", **STORE), severity="warning"),
    net("line open at one end", "GP-TOP-009", put_in("switch", **SWITCH), severity="note"),
    net("line that leaks", "GP-SHN-003", cell("line", 0, "g_us_per_km", 5.0), severity="note"),
    net("device without a model", "GP-NET-003", put_in("switch", **(SWITCH | {"et": "x"}))),
)
