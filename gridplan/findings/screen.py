"""Findings of the contingency screen."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

SCREEN_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-SCR-001",
        "More overloaded pairs than fit",
        "error",
        "A screen found more pairs of branch and outage above the threshold than half of its memory holds.",
        "Raise `--above` or `--memory-mb`, or look at fewer hours.",
    ),
    FindingKind(
        "GP-SCR-002",
        "Screen without room for an hour",
        "error",
        "The memory a screen may take does not hold one hour of this grid; the least that does is said.",
        "Give `--memory-mb` that much.",
    ),
    FindingKind(
        "GP-SCR-003",
        "One element twice",
        "error",
        "Both elements of a pair of outages are the same.",
        "Name two elements.",
    ),
    FindingKind(
        "GP-SCR-004",
        "No table of pairs",
        "error",
        "A file of pairs has not the columns first and second, or a row or set of it does not name two elements.",
        "Give a table with these columns, or a contingency file whose sets lose two elements each.",
    ),
)
