"""The studies of a sweep: every combination of axis values, checked before anything runs.

Comes in: a ``SweepFile``. Goes out: members, each with its study as JSON text (which is YAML too) and the key that
names its run: the same study, data and version have the same key.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gridplan import __version__
from gridplan.batch.change import changed
from gridplan.batch.sweep import SweepFile, value_text
from gridplan.errors import Finding, InputError, Place, refuse_errors
from gridplan.inputs import input_files, input_names
from gridplan.store.folder import sha256
from gridplan.study.check import check_study
from gridplan.study.messages import schema_findings
from gridplan.study.resolved import resolved
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

KEY_LETTERS = 16

Choice = tuple[int, ...]
"""Position of the value on each axis."""

FaultsOfOne = Callable[[int, int], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One study of a sweep: key of its run, values of the axes, its tree, and where the files it names lie."""

    key: str
    values: tuple[Any, ...]
    tree: dict[str, Any]
    folder: Path

    @property
    def study_text(self) -> str:
        """Text of the study file; the files it names are looked for in ``folder``, wherever the text stands."""
        return json.dumps(self.tree, indent=2, ensure_ascii=False) + "\n"


def build_members(file: SweepFile) -> tuple[Member, ...]:
    """Members of a sweep in the order of its axes, the last axis fastest.

    Raises
    ------
    InputError
        With the faults of all combinations; each stands at the axis value that brings it about.
    """
    members, findings = [], []
    digest = cache(sha256)
    faults_of_one = cache(partial(_faults_of_one, file))
    for choice in itertools.product(*(range(len(axis.values)) for axis in file.sweep.axes)):
        try:
            members.append(_member(file, choice, digest))
        except InputError as error:
            faults = (finding for finding in error.findings if finding.severity == "error")
            findings += [_placed(file, choice, finding, faults_of_one) for finding in faults]
    if findings:
        raise InputError(dict.fromkeys(findings))
    return tuple(members)


def run_key(study: Study, input_sha256: dict[str, str]) -> str:
    """Name of a run: a digest of the resolved study, the files behind it and the version of gridplan."""
    content = {"gridplan": __version__, "inputs": input_sha256, "study": resolved(study)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LETTERS]


def input_sha256(study: Study, folder: Path, digest: Callable[[Path], str] = sha256) -> dict[str, str]:
    """SHA-256 of every file behind a study whose named files lie in ``folder``."""
    return {name: digest(path) for name, path in input_names(input_files(study, folder), folder).items()}


def _member(file: SweepFile, choice: Choice, digest: Callable[[Path], str]) -> Member:
    tree = file.base_tree
    values = tuple(axis.values[j] for axis, j in zip(file.sweep.axes, choice, strict=True))
    for axis, value in zip(file.sweep.axes, values, strict=True):
        tree = changed(tree, axis.path, value)
    study = _checked(tree)
    folder = file.base_path.parent
    return Member(key=run_key(study, input_sha256(study, folder, digest)), values=values, tree=tree, folder=folder)


def _checked(tree: dict[str, Any]) -> Study:
    source = StudySource(positions=dict.fromkeys(_paths(tree, ()), (0, 0)))
    try:
        study = Study.model_validate(tree)
    except ValidationError as reason:
        raise InputError(schema_findings(reason, Study, source)) from None
    findings = check_study(study, source)
    refuse_errors(findings)
    return study


def _paths(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in entries:
        yield from _paths(inner, (*path, str(step)))


def _placed(file: SweepFile, choice: Choice, finding: Finding, faults_of_one: FaultsOfOne) -> Finding:
    """Place the finding at the first axis value that brings it about alone, else at the axes, all values named."""
    named = [f"{axis.name} = {value_text(axis.values[j])}" for axis, j in zip(file.sweep.axes, choice, strict=True)]
    for i, j in enumerate(choice):
        if finding in faults_of_one(i, j):
            return _told(finding, named[i], file.source.place(f"axes.{i}.values.{j}"))
    return _told(finding, ", ".join(named), file.source.place("axes"))


def _faults_of_one(file: SweepFile, i: int, j: int) -> tuple[Finding, ...]:
    axis = file.sweep.axes[i]
    try:
        study = _checked(changed(file.base_tree, axis.path, axis.values[j]))
        input_files(study, file.base_path.parent)
    except InputError as error:
        return error.findings
    return ()


def _told(finding: Finding, values: str, place: Place) -> Finding:
    key = f" ({finding.place.key})" if finding.place.key else ""
    return replace(finding, message=f"with {values}: {finding.message}{key}", place=place)
