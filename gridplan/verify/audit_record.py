"""JSON objects whose missing or misshapen fields have names instead of tracebacks.

In: text of a JSON file. Out: numbers, texts, columns and nested records, or a MissingPartError that
says which field of which file is absent.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.errors import GridplanError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class MissingPartError(GridplanError):
    """A file, variable or field the check needs is absent or has the wrong form; the text names it."""


class NotApplicableError(GridplanError):
    """The run has nothing this check could look at; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and where it stands."""

    data: dict[str, Any]
    where: str

    def value(self, key: str) -> Any:
        """Field as it is; absent = MissingPartError."""
        if key not in self.data:
            message = f"{self._name(key)} is missing"
            raise MissingPartError(message)
        return self.data[key]

    def number(self, key: str) -> float:
        """Field as a finite number."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._form(key, "a number")
        return float(value)

    def limit(self, key: str) -> float:
        """Field as a number; null or absent = no limit."""
        return math.inf if self.data.get(key) is None else self.number(key)

    def text(self, key: str) -> str:
        """Field as text."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self._form(key, "a text")
        return value

    def flag(self, key: str) -> bool:
        """Field as true or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self._form(key, "true or false")
        return value

    def epoch_s(self, key: str) -> int:
        """Field as an instant, seconds since 1970 UTC; a stamp without offset is refused."""
        try:
            instant = datetime.fromisoformat(self.text(key).replace("Z", "+00:00"))
        except ValueError:
            raise self._form(key, "an ISO time stamp") from None
        if instant.tzinfo is None:
            raise self._form(key, "a time stamp in UTC (…Z)")
        return int(instant.astimezone(UTC).timestamp())

    def record(self, key: str) -> Record:
        """Field as a nested record."""
        value = self.value(key)
        if not isinstance(value, dict):
            raise self._form(key, "an object")
        return Record(value, self._name(key))

    def optional_record(self, key: str) -> Record | None:
        """Field as a nested record, or None where it is null."""
        return None if self.value(key) is None else self.record(key)

    def records(self, key: str) -> list[Record]:
        """Field as a list of records."""
        entries = self.list(key)
        if not all(isinstance(entry, dict) for entry in entries):
            raise self._form(key, "a list of objects")
        return [Record(entry, f"{self._name(key)}[{i}]") for i, entry in enumerate(entries)]

    def list(self, key: str) -> list[Any]:
        """Field as a list."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self._form(key, "a list")
        return value

    def labels(self, key: str) -> tuple[str, ...]:
        """Field as a tuple of texts."""
        return tuple(str(entry) for entry in self.list(key))

    def column(self, key: str) -> FloatArray:
        """Field as a column of numbers, null = infinite."""
        try:
            return np.array([math.inf if v is None else float(v) for v in self.list(key)], dtype=np.float64)
        except (TypeError, ValueError):
            raise self._form(key, "a list of numbers") from None

    def positions(self, key: str) -> IntArray:
        """Field as a column of positions."""
        return self.column(key).astype(np.int64)

    def matrix(self, key: str, rows: int) -> FloatArray:
        """Field as rows of equal length, dims (row, column)."""
        entries = self.list(key)
        try:
            return np.array(entries, dtype=np.float64).reshape(rows, -1) if rows else np.zeros((0, 1))
        except (TypeError, ValueError):
            raise self._form(key, "a list of equally long rows of numbers") from None

    def _name(self, key: str) -> str:
        return f"{self.where}{'' if self.where.endswith(': ') else '.'}{key}"

    def _form(self, key: str, wanted: str) -> MissingPartError:
        return MissingPartError(f"{self._name(key)} is not {wanted}")


def read_json(path: Path) -> Record:
    """JSON file as a record."""
    if not path.is_file():
        message = f"file {path.name} is missing"
        raise MissingPartError(message)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        message = f"file {path.name} is not JSON ({error})"
        raise MissingPartError(message) from None
    if not isinstance(data, dict):
        message = f"file {path.name} holds no JSON object"
        raise MissingPartError(message)
    return Record(data, f"{path.name}: ")
