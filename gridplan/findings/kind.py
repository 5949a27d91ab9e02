"""One row of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What a code means.

    Parameters
    ----------
    code : str
        As in ``GP-TOP-001``: family and number.
    title : str
        A few words.
    severity : str
        Severities it is shown with, joined by ``, ``: error, warning, note.
    meaning : str
        What is wrong, and why it matters.
    remedy : str
        What to do about it.
    """

    code: str
    title: str
    severity: str
    meaning: str
    remedy: str

    @property
    def severities(self) -> tuple[str, ...]:
        """Severities one by one."""
        return tuple(self.severity.split(", "))
