"""Answers of a stage as bytes and back: frozen dataclasses of gridplan, arrays, text and numbers.

Comes in: a value. Goes out: a zip archive of one JSON tree and one ``.npy`` per array. Reading runs no code of the
file: it makes dataclasses of this package by name, and nothing else.
"""

from __future__ import annotations

import dataclasses
import importlib
import io
import json
import re
import zipfile
from typing import Any, cast

import numpy as np

#: Of an array or a number of an array: bool, integers, floats, complex, times, text, bytes.
_KINDS = "biufcmMUS"
_CLASS = re.compile(r"(gridplan(?:\.[a-z0-9_]+)+):([A-Za-z_][A-Za-z0-9_]*)")
_PLAIN = (type(None), bool, int, float, str)
# A fixed time: the bytes of a value are the same. Nothing is compressed: that takes ten times as long as writing.
_TIME = (1980, 1, 1, 0, 0, 0)


class CodecError(ValueError):
    """A value that cannot be written, or bytes that are no value."""


def encode(value: Any) -> bytes:
    """Bytes of a value.

    Raises
    ------
    CodecError
        If something in it is not a frozen dataclass of gridplan, tuple, list, dict, array, text or number.
    """
    arrays: list[np.ndarray[Any, Any]] = []
    tree = _tree(value, arrays)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("value.json", _TIME), json.dumps(tree, separators=(",", ":")))
        for i, array in enumerate(arrays):
            with archive.open(zipfile.ZipInfo(f"{i}.npy", _TIME), "w", force_zip64=True) as file:
                np.lib.format.write_array(cast("Any", file), array, allow_pickle=False)
    return buffer.getvalue()


def decode(data: bytes) -> Any:
    """Value of the bytes that ``encode`` gave.

    Raises
    ------
    CodecError
        If they are anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Reader(archive).value(json.loads(archive.read("value.json")))
    except (CodecError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged archive, tree or array makes the readers say
        raise CodecError(f"{type(error).__name__}: {error}") from None


def _tree(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    """JSON tree of a value; a list is itself, everything else beyond JSON is an object of one key."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return _numbers(value, arrays)
    if type(value) is list:
        return [_tree(v, arrays) for v in value]
    if type(value) is tuple:
        return {"tuple": [_tree(v, arrays) for v in value]}
    if type(value) is dict:
        return {"dict": [[_tree(k, arrays), _tree(v, arrays)] for k, v in value.items()]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _tree(getattr(value, field.name), arrays) for field in dataclasses.fields(value)}
        return {"class": _class_name(type(value)), "fields": fields}
    raise CodecError(f"a value of type {type(value).__module__}.{type(value).__qualname__} cannot be kept")


def _numbers(value: np.ndarray[Any, Any] | np.generic, arrays: list[np.ndarray[Any, Any]]) -> dict[str, Any]:
    if value.dtype.kind not in _KINDS or (type(value) is not np.ndarray and not isinstance(value, np.generic)):
        raise CodecError(f"an array of {value.dtype} cannot be kept")
    if isinstance(value, np.generic):
        return {"number": [value.dtype.str, value.tobytes().hex()]}
    arrays.append(value)
    return {"array": len(arrays) - 1}


def _class_name(kind: type) -> str:
    name = f"{kind.__module__}:{kind.__qualname__}"
    if _class(name) is not kind:
        raise CodecError(f"{name} cannot be kept")
    return name


def _class(name: str) -> Any:
    """Frozen dataclass of gridplan of this name."""
    match = _CLASS.fullmatch(name)
    if match is None:
        raise CodecError(f"{name} is no class of gridplan")
    try:
        kind = getattr(importlib.import_module(match[1]), match[2], None)
    except ImportError:
        kind = None
    is_right = isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == match[1]
    if not is_right or not cast("Any", kind).__dataclass_params__.frozen:
        raise CodecError(f"{name} is no frozen dataclass")
    return kind


class _Reader:
    """Values of the trees of one archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def value(self, tree: Any) -> Any:
        """Value of a tree."""
        if type(tree) in _PLAIN:
            return tree
        if isinstance(tree, list):
            return [self.value(v) for v in tree]
        if set(tree) == {"class", "fields"}:
            return self._object(tree["class"], tree["fields"])
        ((kind, content),) = tree.items()
        if kind == "tuple":
            return tuple(self.value(v) for v in content)
        if kind == "dict":
            return {self.value(k): self.value(v) for k, v in content}
        if kind == "number":
            return np.frombuffer(bytes.fromhex(content[1]), dtype=_dtype(content[0]))[0]
        if kind == "array":
            return self._array(int(content))
        raise CodecError(f"{kind} is no kind of value")

    def _object(self, name: str, fields: dict[str, Any]) -> Any:
        kind = _class(name)
        if set(fields) != {field.name for field in dataclasses.fields(kind)}:
            raise CodecError(f"{name} has other fields")
        return kind(**{field: self.value(tree) for field, tree in fields.items()})

    def _array(self, number: int) -> np.ndarray[Any, Any]:
        with self._archive.open(f"{number}.npy") as file:
            return np.asarray(np.lib.format.read_array(cast("Any", file), allow_pickle=False))


def _dtype(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in _KINDS:
        raise CodecError(f"numbers of {name} cannot be kept")
    return dtype
