"""Values of a JSON file taken by name and kind; what does not fit is named with its place.

Comes in: a parsed object. Goes out: numbers, texts and parts, or a ``FileError`` that says where the file is damaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.errors import FileError
from gridplan.report.run_folder import FloatArray


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a file with its place in it."""

    value: Any
    file: str
    place: str = ""

    def damaged(self, name: str, what: str) -> FileError:
        """Error about a field."""
        place = f"{self.place}.{name}" if self.place else name
        return FileError(f"{self.file}: {place} {what}; the file is damaged, run the study again")

    def has(self, name: str) -> bool:
        """Whether the object has a field that is not null."""
        return isinstance(self.value, Mapping) and self.value.get(name) is not None

    def _get(self, name: str) -> Any:
        if not self.has(name):
            raise self.damaged(name, "is missing")
        return self.value[name]

    def part(self, name: str) -> Node:
        """Object of a field."""
        found = self._get(name)
        if not isinstance(found, Mapping):
            raise self.damaged(name, f"is {_short(found)}, no object")
        return Node(found, self.file, f"{self.place}.{name}" if self.place else name)

    def parts(self, name: str) -> tuple[Node, ...]:
        """Objects of a list."""
        found = self._get(name)
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            raise self.damaged(name, f"is {_short(found)}, no list of objects")
        stem = f"{self.place}.{name}" if self.place else name
        return tuple(Node(item, self.file, f"{stem}[{k}]") for k, item in enumerate(found))

    def text(self, name: str) -> str:
        """Text of a field."""
        found = self._get(name)
        if not isinstance(found, str):
            raise self.damaged(name, f"is {_short(found)}, no text")
        return found

    def number(self, name: str, *, least: float = -math.inf) -> float:
        """Finite number of a field, not below ``least``."""
        found = self._get(name)
        if not _is_number(found):
            raise self.damaged(name, f"is {_short(found)}, no number")
        if found < least:
            raise self.damaged(name, f"is {found:g}, below {least:g}")
        return float(found)

    def amount(self, name: str) -> float:
        """Number of a field, 0 or more; 0 where the field is absent."""
        return self.number(name, least=0.0) if self.has(name) else 0.0

    def whole(self, name: str) -> int:
        """Whole number of a field, 0 or more."""
        found = self.number(name, least=0.0)
        if not found.is_integer():
            raise self.damaged(name, f"is {found:g}, no whole number")
        return int(found)

    def numbers(self, name: str, count: int | None = None) -> FloatArray:
        """Finite numbers of a list; ``count`` of them where it is given."""
        found = self._get(name)
        if not isinstance(found, list) or not all(_is_number(item) for item in found):
            raise self.damaged(name, f"is {_short(found)}, no list of numbers")
        if count is not None and len(found) != count:
            raise self.damaged(name, f"has {len(found)} numbers where {count} are due")
        return np.array(found, dtype=np.float64)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
