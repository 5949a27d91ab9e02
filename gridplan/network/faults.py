"""Findings of one file as a reader meets them: each once, the many of one kind counted.

Comes in: code, severity, message, remedy and key. Goes out: findings that name the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gridplan.errors import Finding, Place, Severity

#: Findings shown of one code and table.
MAX_SHOWN = 20


@dataclass(slots=True)
class Faults:
    """Findings of a file as they are met; at most ``MAX_SHOWN`` of one kind and table, the rest is counted."""

    path: Path
    found: list[Finding] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, code: str, severity: Severity, message: str, remedy: str, key: str = "") -> None:
        """Keep one finding, once; ``key`` is its JSON path."""
        if (code, key, message) in self.seen:
            return
        self.seen.add((code, key, message))
        kind = (code, key.partition("[")[0])
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= MAX_SHOWN:
            place = Place(file=self.path, key=key)
            self.found.append(Finding(code=code, severity=severity, message=message, remedy=remedy, place=place))

    def error(self, code: str, message: str, remedy: str, key: str = "") -> None:
        """Keep an error."""
        self.add(code, "error", message, remedy, key)

    def all(self) -> tuple[Finding, ...]:
        """Findings, and one line where more were met than are shown."""
        return (*self.found, *self._more())

    def _more(self) -> Iterator[Finding]:
        for (code, key), count in self.counts.items():
            if count > MAX_SHOWN:
                like = next(f for f in self.found if f.code == code and f.place.key.partition("[")[0] == key)
                yield Finding(
                    code=code,
                    severity=like.severity,
                    message=f"{count - MAX_SHOWN} more like these in {key or 'the file'}",
                    remedy=like.remedy,
                    place=Place(file=self.path, key=key),
                )
