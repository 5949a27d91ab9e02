"""Exceptions and findings: what a planner reads when something is wrong.

Every exception carries the exit code of the command contract. A finding is one
fault of one input at one place; findings are collected and shown together.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

Severity = Literal["error", "warning", "note"]
_T = TypeVar("_T")

EXIT_UNEXPECTED = 1
EXIT_INPUT = 2
EXIT_INFEASIBLE = 3
EXIT_IO = 4
EXIT_NO_SOLUTION = 5
EXIT_BATCH_FAILED = 6
EXIT_INTERRUPTED = 130
_MOST_COMPARED = 2_000
NO_MEMORY = "out of memory: use fewer workers (--workers 1), study fewer hours, or take a larger machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands: file, line and column counted from 1 (0 = unknown), dotted key."""

    file: Path | None = None
    line: int = 0
    column: int = 0
    key: str = ""

    def __str__(self) -> str:
        """``file:line:column`` as editors and compilers write it."""
        name = str(self.file) if self.file is not None else "study"
        return f"{name}:{self.line}:{self.column}" if self.line else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of one input: code, place, what is wrong and the way out."""

    code: str
    severity: Severity
    message: str
    remedy: str
    place: Place = field(default_factory=Place)

    def render(self) -> str:
        """Text of the finding in the one shape used everywhere."""
        where = f" {self.place.key}" if self.place.key else ""
        lines = [f"{self.severity}[{self.code}]: {self.message}", f"  --> {self.place}{where}"]
        return "\n".join([*lines, f"  do: {self.remedy}"])

    def to_json(self) -> dict[str, object]:
        """Finding as a flat JSON object."""
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
            "file": str(place.file) if place.file else None,
            "line": place.line,
            "column": place.column,
            "key": place.key,
        }


class GridplanError(Exception):
    """Base of everything gridplan raises on purpose; ``exit_code`` follows the command contract."""

    exit_code = EXIT_UNEXPECTED


class InputError(GridplanError):
    """The input is wrong; carries every finding of it, sorted by place."""

    exit_code = EXIT_INPUT

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Sort and keep the findings."""
        self.findings = tuple(sorted(findings, key=_by_place))
        super().__init__("\n".join(finding.render() for finding in self.findings))


class InfeasibleError(GridplanError):
    """The grid without campuses, or a stated hard target, cannot be met; the text names cause and MW."""

    exit_code = EXIT_INFEASIBLE


class FileError(GridplanError):
    """A file cannot be read, written or locked."""

    exit_code = EXIT_IO


class ResourceError(GridplanError):
    """Memory, a worker process or a cluster gave out; the work itself is sound."""

    exit_code = EXIT_IO


class NoSolutionError(GridplanError):
    """The solver ended without a usable solution."""

    exit_code = EXIT_NO_SOLUTION


class BatchFailedError(GridplanError):
    """A batch finished, and some of its studies failed."""

    exit_code = EXIT_BATCH_FAILED


def input_error(code: str, message: str, remedy: str, place: Place | None = None) -> InputError:
    """InputError of a single finding."""
    finding = Finding(code=code, severity="error", message=message, remedy=remedy, place=place or Place())
    return InputError([finding])


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raise an InputError of all findings, warnings among them, if one is an error."""
    found = tuple(findings)
    if any(finding.severity == "error" for finding in found):
        raise InputError(found)


def nearest_names(name: str, known: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """Names of ``known`` that look most like ``name``, best first."""
    candidates = _alike([str(k) for k in known], str(name))
    return tuple(difflib.get_close_matches(str(name), candidates, n=count, cutoff=0.5))


def _alike(names: list[str], name: str) -> list[str]:
    """Names to compare: of very many those that begin alike, for comparing all would take seconds a finding."""
    for length in (3, 2, 1):
        if len(names) <= _MOST_COMPARED:
            return names
        alike = [known for known in names if known[:length] == name[:length]]
        if alike:
            return alike[:_MOST_COMPARED]
    return []


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``" Did you mean 'a', 'b'?"``, or an empty string where nothing is near."""
    names = nearest_names(name, known)
    return f" Did you mean {', '.join(repr(n) for n in names)}?" if names else ""


def find_by_name(
    known: Mapping[str, _T], name: str, *, code: str, what: str, place: Place | None = None, remedy: str = ""
) -> _T:
    """What a name stands for; the remedy is the list of names where none is given.

    Raises
    ------
    InputError
        ``code``, if it stands for nothing; the text offers the nearest names.
    """
    if name in known:
        return known[name]
    message = f"there is no {what} {name!r}.{did_you_mean(name, known)}"
    raise input_error(code, message, remedy or f"use one of {', '.join(known)}", place)


def _by_place(finding: Finding) -> tuple[str, int, int, str]:
    return (str(finding.place.file or ""), finding.place.line, finding.place.column, finding.code)
