"""Element tables of a pandapower file: columns by name, every fault kept with its JSON path.

Comes in: the guarded document. Goes out: tables whose columns are numbers, flags or texts. A missing or odd value is a
finding; where it is needed for a conversion, the value is NaN and the finding an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np

from gridplan.errors import did_you_mean
from gridplan.network.faults import Faults
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels

_VALUE_REMEDY = "correct the value in pandapower and save the network again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One element table: ``index`` is pandapower's own number of each row."""

    name: str
    index: tuple[int, ...]
    columns: dict[str, list[Any]]
    faults: Faults

    def __len__(self) -> int:
        return len(self.index)

    def ids(self, prefix: str = "") -> Labels:
        """Ids ``table_index``, as pandapower's users name an element."""
        return tuple(f"{prefix or self.name}_{i}" for i in self.index)

    def key(self, row: SupportsIndex, column: str = "") -> str:
        """JSON path of a value: table, index, column."""
        return f"{self.name}[{self.index[row]}]" + (f".{column}" if column else "")

    def has(self, column: str) -> bool:
        """Whether the table has the column."""
        return column in self.columns

    def floats(self, column: str, default: float | None = None, needed: BoolArray | None = None) -> FloatArray:
        """Numbers of a column.

        Parameters
        ----------
        column : str
            Name in the file.
        default : float, optional
            Value of a missing column and of empty cells; without one both are errors.
        needed : array, dims (row,) [bool], optional
            Rows whose empty cells are errors; default the rows in service.

        Returns
        -------
        array, dims (row,)
            NaN where there is no number.
        """
        if column not in self.columns:
            return self._missing(column, default)
        asked = self.flags("in_service", True) if needed is None else needed
        values = np.full(len(self), np.nan)
        for row, value in enumerate(self.columns[column]):
            if value is None or (isinstance(value, float) and np.isnan(value)):
                if default is not None:
                    values[row] = default
                elif asked[row]:
                    self._fault(row, column, "is empty")
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                self._fault(row, column, "is not a number")
            elif not np.isfinite(number := _as_float(value)):
                if asked[row]:
                    self._fault(row, column, "is not finite")
            else:
                values[row] = number
        return values

    def flags(self, column: str, default: bool) -> BoolArray:
        """Truth values of a column; empty cells and a missing column take the default."""
        cells = self.columns.get(column, [None] * len(self))
        values = np.full(len(self), default)
        for row, value in enumerate(cells):
            if isinstance(value, bool) or value in (0, 1):
                values[row] = bool(value)
            elif value is not None:
                self._fault(row, column, "is neither true nor false")
        return values

    def texts(self, column: str, default: str = "") -> Labels:
        """Texts of a column; empty cells and a missing column take the default."""
        cells = self.columns.get(column, [None] * len(self))
        return tuple(default if v is None or (isinstance(v, float) and np.isnan(v)) else _text(v) for v in cells)

    def numbers(self, column: str) -> IntArray:
        """Row numbers of other tables (buses, elements); -1 where there is none, which is an error."""
        if column not in self.columns:
            return np.asarray(np.nan_to_num(self._missing(column, None), nan=-1.0).astype(np.int64))
        values = np.full(len(self), -1, dtype=np.int64)
        for row, value in enumerate(self.columns[column]):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_index(value):
                self._fault(row, column, "is not the number of an element")
            else:
                values[row] = int(value)
        return values

    def _missing(self, column: str, default: float | None) -> FloatArray:
        if default is None and len(self):
            message = f"table {self.name} has no column {column}.{did_you_mean(column, self.columns)}"
            self.faults.error("GP-TAB-001", message, "save the network with a recent pandapower", f"{self.name}")
        return np.full(len(self), np.nan if default is None else default)

    def _fault(self, row: int, column: str, what: str) -> None:
        value = self.columns[column][row]
        shown = "" if value is None else f" ({str(value)[:40]!r})"
        message = f"{self.key(row, column)}{shown} {what}"
        self.faults.error("GP-VAL-001", message, _VALUE_REMEDY, self.key(row, column))


def frame(document: dict[str, Any], name: str, faults: Faults) -> Frame:
    """Table of a net's document; an absent one is empty, a broken one is empty and a finding."""
    node = document.get(name)
    empty = Frame(name=name, index=(), columns={}, faults=faults)
    table = node.get("_object") if isinstance(node, dict) and "_class" in node else node
    if table is None or table in ({}, []):
        return empty
    fault = _shape_fault(table)
    if fault:
        faults.error("GP-TAB-003", f"table {name} {fault}", "save the network again with pandapower's to_json", name)
        return empty
    columns = {column: [row[k] for row in table["data"]] for k, column in enumerate(table["columns"])}
    return Frame(name=name, index=tuple(int(i) for i in table["index"]), columns=columns, faults=faults)


def row_count(node: object) -> int:
    """Rows of a table or entries of anything else that a net holds."""
    inner = node.get("_object", node) if isinstance(node, dict) else node
    if isinstance(inner, dict) and isinstance(inner.get("data"), list):
        return len(inner["data"])
    return len(inner) if isinstance(inner, (dict, list)) else 1 if inner not in (None, "", False) else 0


def _shape_fault(table: Any) -> str:
    if not isinstance(table, dict) or not {"columns", "index", "data"} <= set(table):
        return "has no columns, index and data (orient split)"
    columns, index, data = table["columns"], table["index"], table["data"]
    if not all(isinstance(part, list) for part in (columns, index, data)):
        return "has columns, index or data that are no lists"
    if not all(isinstance(column, str) for column in columns) or len(set(columns)) != len(columns):
        return "has columns that are no text, or the same one twice"
    if not all(isinstance(i, int) and not isinstance(i, bool) and i >= 0 for i in index):
        return "has an index that is not a whole number"
    if len(set(index)) != len(index):
        return f"has the index {_repeated(index)} twice"
    if len(index) != len(data):
        return f"has {len(index)} index entries for {len(data)} rows"
    short = next((k for k, row in enumerate(data) if not isinstance(row, list) or len(row) != len(columns)), None)
    return "" if short is None else f"row {short} (index {index[short]}) does not have {len(columns)} values"


def _repeated(index: Sequence[int]) -> int:
    seen: set[int] = set()
    return next(i for i in index if i in seen or seen.add(i))  # type: ignore[func-returns-value]


def _is_index(value: float) -> bool:
    return bool(np.isfinite(value)) and 0 <= value < 2**53 and value == int(value)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
