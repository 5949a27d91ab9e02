"""Which columns of two cases differ; NaN equals NaN, and nothing else is forgiven."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from gridplan.network.case import TABLES, GridCase


def differing_columns(one: GridCase, other: GridCase) -> list[str]:
    """``table.column`` of every difference, base power included."""
    found = [] if one.base_mva == other.base_mva else ["base_mva"]
    for table in TABLES:
        left, right = getattr(one, table), getattr(other, table)
        for column in fields(left):
            a, b = getattr(left, column.name), getattr(right, column.name)
            is_number = isinstance(a, np.ndarray) and a.dtype.kind == "f"
            is_same = np.array_equal(a, b, equal_nan=is_number) if isinstance(a, np.ndarray) else a == b
            if not is_same:
                found.append(f"{table}.{column.name}")
    return found
