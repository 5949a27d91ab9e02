"""Findings on work that moves between campuses or slows under a power cap."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

MOVABLE_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-MOV-001",
        "No campus to move work to",
        "error",
        "Work may move to a campus that the study does not have, to its own campus, or to one named twice.",
        "Name other campuses of the study, each once.",
    ),
    FindingKind(
        "GP-MOV-002",
        "Data that may not follow",
        "warning",
        "Work may move to a campus of another residency set, so that nothing moves there.",
        "Correct residency, or leave the target out.",
    ),
    FindingKind(
        "GP-MOV-003",
        "Cap deeper than measured",
        "error",
        "With `power_cap: measured` a class that may not pause gives up more power than was measured.",
        "Give at most half of the power, or write `power_cap: linear`.",
    ),
    FindingKind(
        "GP-MOV-004",
        "Pair that exchanges no work",
        "note",
        "Work was to move to a campus that is too far for the round trip, stands in another residency set, or whose"
        " distance is unknown.",
        "Correct the target, its coordinates or the limit.",
    ),
)
