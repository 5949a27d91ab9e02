"""Digest of what a task depends on: the same content gives the same digest in every process and session.

Arrays count by their numbers, whatever their layout in memory; caches of an object do not count.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np


class Fingerprints:
    """Digests of values; an object met again is not gone through again while this holds it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, bytes]] = {}

    def of(self, *values: Any) -> str:
        """Digest of some values together."""
        return self._digest(values).hex()

    def _digest(self, value: Any) -> bytes:
        if id(value) in self._known:
            return self._known[id(value)][1]
        total = hashlib.blake2b(digest_size=20)
        for part in self._parts(value):
            total.update(len(part).to_bytes(8, "little"))
            total.update(part)
        digest = total.digest()
        if isinstance(value, np.ndarray) or hasattr(value, "__dict__") or dataclasses.is_dataclass(value):
            self._known[id(value)] = (value, digest)
        return digest

    def _parts(self, value: Any) -> Iterable[Any]:
        """Pieces a value is told by, the first its type."""
        yield type(value).__qualname__.encode()
        if isinstance(value, (np.ndarray, np.generic)):
            yield from _array_parts(np.asarray(value))
        elif value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
            yield repr(value).encode()
        elif isinstance(value, Mapping):
            yield from (self._digest(entry) for entry in value.items())
        elif isinstance(value, Sequence):
            yield from (self._digest(inner) for inner in value)
        elif isinstance(value, (set, frozenset)):
            yield from sorted(self._digest(inner) for inner in value)
        elif hasattr(value, "work_digest"):
            yield value.work_digest.encode()
        elif hasattr(value, "model_dump_json"):
            yield value.model_dump_json().encode()
        else:
            kind: Any = type(value)
            for name in _names(kind):
                yield name.encode()
                yield self._digest(getattr(value, name, None))


def _array_parts(array: np.ndarray[Any, Any]) -> Iterable[Any]:
    yield f"{array.dtype.str} {array.shape}".encode()
    if array.dtype.hasobject:
        yield repr(array.tolist()).encode()
    elif array.size:
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """What a class is made of: the fields of a dataclass, else what its constructor takes."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    try:
        return tuple(inspect.signature(kind).parameters)
    except (TypeError, ValueError):
        return ()
