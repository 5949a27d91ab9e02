"""network.json read back as a Network; the auditor has a reader of its own."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import FileError
from gridplan.network.model import Branches, Buses, DcLines, Generators, Network, Storages

_TABLES = {"bus": Buses, "branch": Branches, "generator": Generators, "dc_line": DcLines, "storage": Storages}


def read_network_json(path: Path) -> Network:
    """Network of a run folder.

    Raises
    ------
    FileError
        If the file is missing, is no JSON, or lacks a table or column.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        tables = {name: kind(**_columns(kind, document["tables"][name])) for name, kind in _TABLES.items()}
        return Network(
            name=document["name"],
            base_mva=float(document["base_mva"]),
            is_synthetic=bool(document["is_synthetic"]),
            **tables,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as reason:
        words = f"{type(reason).__name__} {reason}"
        raise FileError(f"{path} cannot be read ({words}); give the folder of a finished run") from None


def _columns(kind: type[Any], table: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for column in fields(kind):
        values = table[column.name]
        if column.type == "Labels":
            columns[column.name] = tuple(map(str, values))
        elif column.type == "FloatArray":
            columns[column.name] = _floats(values, missing=np.nan if "degree" in column.name else np.inf)
        else:
            columns[column.name] = np.array(values, dtype=np.int64 if column.type == "IntArray" else bool)
    return columns


def _floats(values: list[Any], missing: float) -> Any:
    """Numbers that were not finite were written as null: coordinates that are not known, limits that are none."""
    if values and isinstance(values[0], list):
        return np.array(values, dtype=np.float64)
    return np.array([missing if value is None else value for value in values], dtype=np.float64)
