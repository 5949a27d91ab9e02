"""Tables of a case, filled row by row by a reader that meets elements one after the other."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from gridplan.network.model import IntArray, Table

TableT = TypeVar("TableT", bound=Table)


class Columns:
    """Rows of one table to be: values by column, and the line each row stands in."""

    def __init__(self, table: type[Table]) -> None:
        """Start empty."""
        self._kinds: dict[str, str] = {f.name: str(f.type) for f in fields(table)}  # type: ignore[arg-type]
        self._values: dict[str, list[Any]] = {name: [] for name in self._kinds}
        self._lines: list[int] = []

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, column: str) -> list[Any]:
        return self._values[column]

    def add(self, line: int, **values: Any) -> None:
        """Add one row; every column of the table must be given."""
        if values.keys() != self._values.keys():
            raise KeyError(f"columns {sorted(values.keys() ^ self._values.keys())} are missing or unknown")
        self._lines.append(line)
        for name, value in values.items():
            self._values[name].append(value)

    def lines(self) -> IntArray:
        """Line of every row, dims (row,)."""
        return np.array(self._lines, dtype=np.int64)

    def build(self, table: type[TableT]) -> TableT:
        """Frozen table of all rows."""
        return table(**{name: _column(kind, self._values[name]) for name, kind in self._kinds.items()})


def _column(kind: str, values: list[Any]) -> Any:
    if kind == "BoolArray":
        return np.array(values, dtype=bool)
    if kind == "FloatArray":
        return np.array(values, dtype=np.float64)
    return tuple(values)
