"""JSON that somebody else made, read as data: its size and shape counted before, its named types checked after parsing.

Comes in: the text of a file. Goes out: plain lists, dicts, numbers and text, tables inside JSON strings parsed, too.
Nothing is imported, looked up by name or called; a type outside the list is refused, and the message says where it
stands but never what it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gridplan.errors import Finding, InputError, Place
from gridplan.text_file import refused

#: Largest file [bytes]; the largest public case (9,241 buses) has 4 MiB, and text may take 4 bytes a character.
MAX_JSON_BYTES = 64 * 1024 * 1024
#: Most values of one document; the largest public case has 0.65 million. Scanned in less than 10 s.
MAX_NODES = 2_000_000
#: Levels inside one document. Files of pandapower need 5: net, std_types, line, type, value; cost points need 5, too.
MAX_DEPTH = 8
#: Documents inside each other: file, table, object of a controller, table of its data.
MAX_NESTED = 4
#: Longest text that is no table [characters]; the course of a line has some thousands.
MAX_TEXT = 1_048_576
MAX_SHOWN = 20
#: Texts too short to hold a type.
_SHORT = len('{"_class":""}') - 1

_Trail = tuple[Any, Any] | None

_FORBIDDEN_CLASSES = frozenset(("function", "method", "builtin_function_or_method", "hook", "type", "module"))
_SCALARS = re.compile(r"(array|ndarray|bool_?|str_|u?int\d*|float\d*|complex\d*|datetime64|timedelta64)")
_SHAPES = re.compile(r"(GeoDataFrame|GeoSeries|(Multi)?(Point|LineString|Polygon)|LinearRing|GeometryCollection)")
#: Modules by pattern, and the classes of each that are data. Controllers are objects of pandapower's own module; they
#: are counted and dropped, and only tables that hold such objects may name them.
_ALLOWED = (
    (re.compile(r"pandapower\.auxiliary"), re.compile(r"pandapowerNet")),
    (re.compile(r"pandas\.core(\.\w+)*"), re.compile(r"DataFrame|Series|\w*Index")),
    (re.compile(r"numpy"), _SCALARS),
    (re.compile(r"networkx(\.\w+)*"), re.compile(r"(Multi)?(Di)?Graph")),
    (re.compile(r"(shapely|geopandas)(\.\w+)*"), _SHAPES),
)
_WORD = re.compile(r"\w{1,60}")
_OBJECT_TABLES = ("$.controller", "$.characteristic")
_CONTROL = (re.compile(r"pandapower\.control(\.\w+)*"), re.compile(r"[A-Z]\w*"))
_FILE_REMEDY = "save the network again with pandapower's to_json"
_TYPE_REMEDY = "do not load this file elsewhere before you know its origin; save only element tables and results"


def guarded_json(text: str, path: Path) -> Any:
    """Document of a text, after the scan.

    Parameters
    ----------
    text : str
        Whole file.
    path : Path
        Named in findings only.

    Returns
    -------
    object
        Lists, dicts, numbers, text; the ``_object`` of a table is a parsed document, no longer text.

    Raises
    ------
    InputError
        GP-SIZ-001 (too many values), GP-ENC-002 (no JSON), or GP-SEC-002 (type outside the list, too deep, text too
        long) with the JSON path of each.
    """
    root = {"": _parsed(text, path, "$")}
    findings = []
    for finding in _scan(root, path):
        findings.append(finding)
        if len(findings) >= MAX_SHOWN:
            break
    if findings:
        raise InputError(findings)
    return root[""]


def _parsed(text: str, path: Path, where: str) -> Any:
    values = text.count(",") + text.count("[") + text.count("{")
    if values > MAX_NODES:
        message = f"{where} holds {values:,} values, the limit is {MAX_NODES:,}"
        raise refused("GP-SIZ-001", path, message, "save the network without results and time series", _at(path, where))
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise refused("GP-SEC-002", path, f"{where} is nested too deep", _TYPE_REMEDY, _at(path, where)) from None
    except json.JSONDecodeError as reason:
        line = 1 if where != "$" else reason.lineno
        place = Place(file=path, line=line, column=reason.colno if where == "$" else 1, key=where)
        message = f"{where} is not JSON: {reason.msg} at character {reason.pos:,}"
        raise refused("GP-ENC-002", path, message, _FILE_REMEDY, place) from None
    except ValueError as reason:
        raise refused("GP-ENC-002", path, f"{where}: {reason}", _FILE_REMEDY, _at(path, where)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names the same key twice")
    return found


def _scan(root: dict[str, Any], path: Path) -> Iterator[Finding]:
    """Findings of a tree, parents before children; embedded documents are parsed in place on the way."""
    todo: list[tuple[Any, _Trail, int, int]] = [(root, None, 0, 1)]
    while todo:
        node, trail, depth, nested = todo.pop()
        if depth > MAX_DEPTH:
            yield _unsafe(path, _path(trail), f"is nested deeper than {MAX_DEPTH} levels")
            continue
        is_object = isinstance(node, dict)
        if is_object and ("_module" in node or "_class" in node):
            yield from _type_findings(node, path, _path(trail))
        items: Iterable[tuple[Any, Any]] = list(node.items()) if is_object else enumerate(node)
        for key, child in items:
            kind = type(child)
            if (kind is dict or kind is list) and child:
                todo.append((child, (trail, key), depth + 1, nested))
            elif kind is str and (len(child) > _SHORT or key == "_object"):
                inner = _document(child, key, path, (trail, key), nested)
                if inner is not None:
                    node[key] = inner if key == "_object" else child
                    todo.append((inner, (trail, key), 1, nested + 1))
                elif len(child) > MAX_TEXT:
                    what = f"is a text of {len(child):,} characters, the limit is {MAX_TEXT:,}"
                    yield _unsafe(path, _path((trail, key)), what)


def _path(trail: _Trail) -> str:
    """JSON path; names that are no words are contents and do not stand in it."""
    words: list[str] = []
    while trail is not None:
        trail, key = trail
        if trail is None:
            words.append("$")
        elif isinstance(key, int):
            words.append(f"[{key}]")
        elif key != "_object":
            words.append(f".{key}" if _WORD.fullmatch(key) else ".?")
    return "".join(reversed(words))


def _document(text: str, key: object, path: Path, trail: _Trail, nested: int) -> Any:
    """Document inside a text, or None where it is just a text."""
    holds_type = "_module" in text or "_class" in text
    if (key != "_object" and not holds_type) or text.lstrip()[:1] not in ("{", "["):
        return None
    where = _path(trail)
    if nested >= MAX_NESTED:
        message = f"{where} holds documents inside each other, more than {MAX_NESTED}"
        raise refused("GP-SEC-002", path, message, _TYPE_REMEDY, _at(path, where))
    inner = _parsed(text, path, where)
    return inner if isinstance(inner, (dict, list)) else None


def _type_findings(node: dict[str, Any], path: Path, where: str) -> Iterator[Finding]:
    module, kind = node.get("_module"), node.get("_class")
    allowed = (*_ALLOWED, _CONTROL) if where.startswith(_OBJECT_TABLES) else _ALLOWED
    if not isinstance(module, str) or not isinstance(kind, str):
        yield _unsafe(path, where, "names a type without its module, or not as text")
        return
    matching = [classes for modules, classes in allowed if modules.fullmatch(module)]
    if not matching:
        yield _unsafe(path, f"{where}._module", "names a module that is not on the list of data types")
    elif kind in _FORBIDDEN_CLASSES or not any(classes.fullmatch(kind) for classes in matching):
        yield _unsafe(path, f"{where}._class", "names something that is not a data type")


def _unsafe(path: Path, where: str, what: str) -> Finding:
    return Finding(
        code="GP-SEC-002",
        severity="error",
        message=f"{where} {what}; nothing of it was loaded",
        remedy=_TYPE_REMEDY,
        place=_at(path, where),
    )


def _at(path: Path, where: str) -> Place:
    return Place(file=path, key=where)
