"""Named contingencies of a study: the files it lists and, if asked for, the dataset's own.

Comes in: a study with the places of its keys, its folder and the grid. Goes out: contingencies and what is worth
knowing; every fault of every file is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gridplan.errors import Finding, InputError, refuse_errors
from gridplan.network.contingency import Contingency
from gridplan.network.contingency_files.read import merged, read_contingencies
from gridplan.network.open_grid import OpenGrid
from gridplan.study.read import StudyFile
from gridplan.text_file import own_member, path_inside

DATASET_FILES = ("contingency.csv", "contingency.csv.gz")
_KEY = "criteria.contingencies"

Sets = tuple[tuple[Contingency, ...], tuple[Finding, ...]]


def read_sets(file: StudyFile, folder: Path, grid: OpenGrid) -> Sets:
    """Contingencies of every file a study names, and warnings; ``folder`` is where its paths start.

    Raises
    ------
    InputError
        If a path leads out of the study's folder, a file cannot be read, or its contents mean nothing.
    """
    asked = file.study.criteria.contingencies
    rules = {name: getattr(asked.categories, name) for name in type(asked.categories).model_fields}
    found: list[tuple[Path, tuple[Contingency, ...]]] = []
    findings: list[Finding] = [*_unused(file)]
    case = grid.built.case if grid.built else None
    for stated in _stated_files(file, folder, grid.path):
        if isinstance(stated, Finding):
            findings.append(stated)
            continue
        path, category = stated
        try:
            contingencies, more = read_contingencies(path, grid.network, rules=rules, category=category, case=case)
        except InputError as error:
            findings += error.findings
        else:
            found.append((path, contingencies))
            findings += more
    refuse_errors(findings)
    sets, more = merged(found)
    return sets, (*findings, *more)


def _stated_files(file: StudyFile, folder: Path, dataset: Path) -> Iterator[tuple[Path, str] | Finding]:
    """Path and category of each file, or why there is none."""
    asked = file.study.criteria.contingencies
    for i, stated in enumerate(asked.files):
        try:
            yield path_inside(folder, stated.path, file.source.place(f"{_KEY}.files.{i}")), stated.category or ""
        except InputError as error:
            yield from error.findings
    if asked.dataset:
        yield from _own_file(file, dataset)


def _own_file(file: StudyFile, dataset: Path) -> Iterator[tuple[Path, str] | Finding]:
    own = next((dataset / name for name in DATASET_FILES if (dataset / name).is_file()), None)
    if own is None:
        message = f"network {file.study.network} has no {DATASET_FILES[0]} of its own"
        remedy = "write false, or list files of your own"
        yield file.source.error("GP-CON-019", f"{_KEY}.dataset", message, remedy)
        return
    try:
        yield own_member(own), ""
    except InputError as error:
        yield from error.findings


def _unused(file: StudyFile) -> Iterator[Finding]:
    if file.study.criteria.security == "n-0" and file.study.criteria.contingencies.has_sets:
        message = "contingency files are named, and security: n-0 studies no outage at all"
        yield file.source.warning("GP-CON-020", "criteria.security", message, "write n-1, or delete the files")
