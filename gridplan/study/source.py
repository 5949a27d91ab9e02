"""YAML text as plain values, with the line and column of every key.

Only the events of the YAML 1.2 parser are used: nothing is constructed, so a tag or an alias can do nothing.
Comes in: text. Goes out: a ``Tree`` of dicts, lists and scalars and the ``StudySource`` that knows their places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gridplan.errors import Finding, InputError, Place, Severity, refuse_errors

MAX_NODES = 50_000
MAX_DEPTH = 32
_MAX_FINDINGS = 100
_BEGIN = {"study": "begin with a copy from `gridplan init`"}

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {**dict.fromkeys(("true", "True", "TRUE"), True), **dict.fromkeys(("false", "False", "FALSE"), False)}
_INT = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_OLD_YAML = re.compile(r"(?i:yes|no|on|off)|[0-9]+(:[0-5][0-9])+")

Key = str | Sequence[str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySource:
    """Where the keys of a study stand; a study made in code has no places."""

    file: Path | None = None
    positions: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def place(self, key: Key) -> Place:
        """Place of a key such as ``campuses.0.poi.1``; a key the file leaves out stands at its parent."""
        path = key_path(key)
        known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.positions), ())
        line, column = self.positions.get(known, (0, 0))
        return Place(file=self.file, line=line, column=column, key=".".join(path))

    def error(self, code: str, key: Key, message: str, remedy: str) -> Finding:
        """Error at a key."""
        return self._finding("error", code, key, message, remedy)

    def warning(self, code: str, key: Key, message: str, remedy: str) -> Finding:
        """Warning at a key."""
        return self._finding("warning", code, key, message, remedy)

    def _finding(self, severity: Severity, code: str, key: Key, message: str, remedy: str) -> Finding:
        return Finding(code=code, severity=severity, message=message, remedy=remedy, place=self.place(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Plain values of a YAML text, their places, and warnings about how YAML read them."""

    value: Any
    source: StudySource
    findings: tuple[Finding, ...]


def key_path(key: Key) -> tuple[str, ...]:
    """Path of a dotted key; the empty key is the whole study."""
    if isinstance(key, str):
        return tuple(key.split(".")) if key else ()
    return tuple(str(step) for step in key)


def read_tree(text: str, file: Path | None = None, *, what: str = "study") -> Tree:
    """Read one YAML document without tags, anchors, aliases or repeated keys; messages call it ``what``.

    Raises
    ------
    InputError
        With every refused construct and its place, or with the first fault of YAML grammar.
    """
    builder = _Builder(file, what)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except YAMLError as reason:
        builder.findings.append(_grammar_finding(reason, text, file))
    return builder.tree()


@dataclass(slots=True)
class _Open:
    """Collection whose end has not come yet; ``key`` waits for its value."""

    path: tuple[str, ...]
    value: dict[str, Any] | list[Any]
    key: str | None = None


class _Builder:
    """Turns events into values without recursion; depth and count are bounded."""

    def __init__(self, file: Path | None, what: str) -> None:
        self.file = file
        self.what = what
        self.positions: dict[tuple[str, ...], tuple[int, int]] = {}
        self.findings: list[Finding] = []
        self.root: Any = None
        self._open: list[_Open] = []
        self._documents = 0
        self._nodes = 0

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self._begin_document(event)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, NodeEvent):
            self._count(event)
            self._refuse_tags_and_aliases(event)
            self._add(event)

    def tree(self) -> Tree:
        refuse_errors(self.findings)
        source = StudySource(file=self.file, positions=self.positions)
        if not self._documents:
            self._stop("GP-ENC-002", (), f"the {self.what} is empty", _BEGIN.get(self.what, "write its keys"))
        return Tree(value=self.root, source=source, findings=tuple(self.findings))

    def _begin_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        at = _position(event)
        if self._documents > 1:
            self._stop(
                "GP-YML-001", at, "a second document begins here", f"keep one {self.what} per file, remove the ---"
            )
        if event.version is not None and tuple(event.version) != (1, 2):
            version = ".".join(str(part) for part in event.version)
            self._error(at, f"the file asks for YAML {version}", "remove the %YAML line; YAML 1.2 is read")

    def _count(self, event: NodeEvent) -> None:
        self._nodes += 1
        at = _position(event)
        if self._nodes > MAX_NODES:
            self._stop(
                "GP-SIZ-001", at, f"the {self.what} has more than {MAX_NODES:,} values", f"split the {self.what}"
            )
        if len(self._open) > MAX_DEPTH:
            message = f"the {self.what} is nested more than {MAX_DEPTH} levels deep"
            self._stop("GP-SIZ-001", at, message, "check brackets and indentation")
        if len(self.findings) >= _MAX_FINDINGS:
            raise InputError(self.findings)

    def _refuse_tags_and_aliases(self, event: NodeEvent) -> None:
        at = _position(event)
        if isinstance(event, AliasEvent):
            self._error(at, f"alias *{event.anchor} is not read", "write the value out in full")
        elif event.anchor is not None:
            self._error(at, f"anchor &{event.anchor} is not read", "remove it and write values out in full")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._error(at, f"tag {tag} is not read", "remove the tag; values are text, numbers and lists")

    def _add(self, event: NodeEvent) -> None:
        parent = self._open[-1] if self._open else None
        if parent is None:
            path: tuple[str, ...] = ()
        elif isinstance(parent.value, list):
            path = (*parent.path, str(len(parent.value)))
        elif parent.key is None:
            self._set_key(parent, event)
            return
        else:
            path = (*parent.path, parent.key)
        self.positions.setdefault(path, _position(event))
        self._store(parent, self._value(path, event))

    def _set_key(self, parent: _Open, event: NodeEvent) -> None:
        at = _position(event)
        if not isinstance(event, ScalarEvent):
            self._stop("GP-YML-001", at, "a key is not a plain word", "write keys as words, one per line")
        parent.key = event.value
        path = (*parent.path, event.value)
        if path in self.positions:
            line, column = self.positions[path]
            message = f"key {event.value!r} stands twice; the other is at line {line}, column {column}"
            self._error(at, message, "keep one of the two", path)
        self.positions[path] = at

    def _value(self, path: tuple[str, ...], event: NodeEvent) -> Any:
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            value: Any = {} if isinstance(event, MappingStartEvent) else []
            self._open.append(_Open(path, value))
            return value
        if not isinstance(event, ScalarEvent) or event.style is not None:
            return getattr(event, "value", None)
        self._warn_old_reading(path, event)
        return plain_value(event.value)

    def _store(self, parent: _Open | None, value: Any) -> None:
        if parent is None:
            self.root = value
        elif isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is not None:
            parent.value[parent.key], parent.key = value, None

    def _warn_old_reading(self, path: tuple[str, ...], event: ScalarEvent) -> None:
        text = event.value
        source = StudySource(file=self.file, positions=self.positions)
        if _LEADING_ZERO.fullmatch(text):
            message, remedy = f"{text} was read as the number {int(text)}", f'write "{text}" in quotes if it is a name'
        elif _OLD_YAML.fullmatch(text):
            message, remedy = (
                f'{text} was read as the text "{text}"',
                "quote text; write true, false or a number",
            )
        else:
            return
        self.findings.append(source.warning("GP-YML-002", path, message, remedy))

    def _error(self, at: tuple[int, int], message: str, remedy: str, path: Iterable[str] = ()) -> None:
        place = Place(file=self.file, line=at[0], column=at[1], key=".".join(path))
        finding = Finding(code="GP-YML-001", severity="error", message=message, remedy=remedy, place=place)
        self.findings.append(finding)

    def _stop(self, code: str, at: tuple[int, ...], message: str, remedy: str) -> NoReturn:
        line, column = at or (0, 0)
        place = Place(file=self.file, line=line, column=column)
        finding = Finding(code=code, severity="error", message=message, remedy=remedy, place=place)
        raise InputError([*self.findings, finding])


def plain_value(text: str) -> str | int | float | bool | None:
    """Value of an unquoted scalar by the YAML 1.2 core schema; dates stay text."""
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return float(text.replace(".", "")) if _SPECIAL.fullmatch(text) else text


def _position(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _grammar_finding(reason: YAMLError, text: str, file: Path | None) -> Finding:
    mark = getattr(reason, "problem_mark", None) or getattr(reason, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    rows = text.splitlines()
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    message, remedy = "this is not YAML", "check quotes, brackets, colons and indentation near this place"
    if "\t" in row[: len(row) - len(row.lstrip())]:
        message, remedy = "the line is indented with a tab", "indent with spaces only"
        column = row.index("\t") + 1
    elif isinstance(reason, MarkedYAMLError) and reason.problem:
        message = f"this is not YAML: {reason.problem}"
    return Finding(
        code="GP-YML-001",
        severity="error",
        message=message,
        remedy=remedy,
        place=Place(file=file, line=line, column=column),
    )
