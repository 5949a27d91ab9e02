"""The catalogue of findings: every code the program can show, with title, meaning and remedy.

A code that appears anywhere in the code has one row here, and every row is used: a test compares both. Rows stand in
files by theme; docs/findings.md is made of them. A new code is one row.
"""

from __future__ import annotations

from gridplan.findings.contingencies import CONTINGENCY_FINDINGS
from gridplan.findings.files import FILE_FINDINGS
from gridplan.findings.formats import FORMAT_FINDINGS
from gridplan.findings.grid import GRID_FINDINGS
from gridplan.findings.kind import FindingKind
from gridplan.findings.load_loss import LOAD_LOSS_FINDINGS
from gridplan.findings.movable import MOVABLE_FINDINGS
from gridplan.findings.screen import SCREEN_FINDINGS
from gridplan.findings.study import STUDY_FINDINGS

THEMES: dict[str, tuple[FindingKind, ...]] = {
    "Grids": GRID_FINDINGS,
    "Network formats": FORMAT_FINDINGS,
    "Files and tables": FILE_FINDINGS,
    "Contingency files": CONTINGENCY_FINDINGS,
    "Studies, hours and sweeps": (*STUDY_FINDINGS, *MOVABLE_FINDINGS),
    "Contingency screen": SCREEN_FINDINGS,
    "Faults and load loss": LOAD_LOSS_FINDINGS,
}
"""Heading -> rows, in the order of docs/findings.md."""

CATALOGUE: dict[str, FindingKind] = {kind.code: kind for rows in THEMES.values() for kind in rows}
"""Code -> row."""

__all__ = ["CATALOGUE", "THEMES", "FindingKind"]
