"""A sweep file: a base study and the axes along which it is changed.

Comes in: a path. Goes out: a ``SweepFile`` whose values remember their line, or an InputError with every finding.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from gridplan.errors import Finding, InputError, refuse_errors
from gridplan.study.fields import Part, about
from gridplan.study.messages import schema_findings
from gridplan.study.quantity import Id, Name, Text
from gridplan.study.read import StudyFile, read_study, read_text_file
from gridplan.study.source import StudySource, Tree, read_tree

MAX_MEMBERS = 10_000
RESERVED_NAMES = ("key", "year", "campus", "status", "reason")
"""Columns of the tables that an axis may not be called."""


class Axis(Part):
    """One thing that varies: a key of the study and its values."""

    name: Annotated[Id, about("name of the axis, a column of the comparison")]
    path: Annotated[Text, Field(min_length=1), about("dotted key of the study; entries of a list by their id")]
    values: Annotated[tuple[Any, ...], Field(min_length=1), about("values, in the order of the comparison")]


class Sweep(Part):
    """A base study and the axes; every combination of their values is one study."""

    schema_version: Annotated[Literal[1], about("version of this file format")]
    name: Annotated[Text, about("title of the sweep")] = ""
    description: Annotated[Text, about("a few sentences")] = ""
    base: Annotated[Name, about("study file, relative to the sweep")]
    axes: Annotated[tuple[Axis, ...], Field(min_length=1), about("what varies; the last axis varies fastest")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """A checked sweep, the places of its keys, its base study, and that study's tree as written."""

    path: Path
    sweep: Sweep
    source: StudySource
    base: StudyFile
    base_path: Path
    base_tree: dict[str, Any]
    findings: tuple[Finding, ...]


def is_sweep(path: Path) -> bool:
    """Whether a YAML file looks like a sweep: a group of keys with ``axes``."""
    tree = read_tree(read_text_file(path)[0], path)
    return isinstance(tree.value, dict) and "axes" in tree.value


def read_sweep(path: Path) -> SweepFile:
    """Read and check a sweep and its base study; combinations are checked by ``build_members``.

    Raises
    ------
    InputError
        If the sweep or its base study is wrong.
    FileError
        If a file exists and may not be read.
    """
    text, warned = read_text_file(path)
    tree = read_tree(text, path)
    sweep = _validated(tree)
    findings = [*warned, *tree.findings, *_findings(sweep, tree.source)]
    refuse_errors(findings)
    base_path = path.parent / sweep.base
    base = read_study(base_path)
    return SweepFile(
        path=path,
        sweep=sweep,
        source=tree.source,
        base=base,
        base_path=base_path,
        base_tree=read_tree(base.text, base_path).value,
        findings=(*findings, *base.findings),
    )


def value_text(value: Any) -> str:
    """Value of an axis as tables show it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _validated(tree: Tree) -> Sweep:
    if not isinstance(tree.value, dict):
        message = "a sweep is a group of keys, one 'key: value' per line"
        raise InputError([*tree.findings, tree.source.error("GP-VAL-001", (), message, "begin with schema_version: 1")])
    try:
        return Sweep.model_validate(tree.value)
    except ValidationError as reason:
        raise InputError([*tree.findings, *schema_findings(reason, Sweep, tree.source)]) from None


def _findings(sweep: Sweep, at: StudySource) -> Iterator[Finding]:
    yield from _name_findings(sweep, at)
    yield from _path_findings(sweep, at)
    for i, axis in enumerate(sweep.axes):
        seen: set[str] = set()
        for j, text in enumerate(map(value_text, axis.values)):
            if text in seen:
                yield at.error(
                    "GP-SWP-002", f"axes.{i}.values.{j}", f"value {text} stands twice", "keep one of the two"
                )
            seen.add(text)
    members = math.prod(len(axis.values) for axis in sweep.axes)
    if members > MAX_MEMBERS:
        message = f"the axes make {members:,} studies, more than {MAX_MEMBERS:,}"
        yield at.error("GP-SIZ-001", "axes", message, "give fewer values, or split the sweep")


def _name_findings(sweep: Sweep, at: StudySource) -> Iterator[Finding]:
    names = [axis.name for axis in sweep.axes]
    for i, name in enumerate(names):
        if name in names[:i]:
            yield at.error("GP-SWP-001", f"axes.{i}.name", f"axis name {name!r} stands twice", "rename one of the two")
        if name in RESERVED_NAMES:
            message = f"axis name {name!r} is a column of the comparison"
            yield at.error("GP-SWP-001", f"axes.{i}.name", message, "give the axis another name")


def _path_findings(sweep: Sweep, at: StudySource) -> Iterator[Finding]:
    paths = [axis.path for axis in sweep.axes]
    for i, path in enumerate(paths):
        for other in paths[:i]:
            if f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}."):
                message = f"{path} and {other} change the same key"
                yield at.error("GP-SWP-001", f"axes.{i}.path", message, "change a key by one axis only")
