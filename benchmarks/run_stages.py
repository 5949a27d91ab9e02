"""Stages of a run, from the wall times in its manifest.

The manifest holds the seconds from each progress message to the next. Some messages begin a stage, others tell that
a piece of it is done; the time before the latter is theirs. Where a stage has no beginning of its own its first piece
cannot be told from the stage before, and both are named.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

SOLVE = ("grid without campuses", "capacity of POIs", "unit dependence, siting", "schedule")
"""Stages that solve; the others read, write, check or print."""

_GROUPS = (
    ("reading", "reading the study"),
    ("grid without campuses", "grid without campuses"),
    ("capacity", "capacity of POIs"),
    ("siting", "unit dependence, siting"),
    ("schedule", "schedule"),
    ("writing", "writing results"),
    ("AC check", "AC check"),
    ("audit", "audit"),
    ("report", "report"),
)
_YEAR = re.compile(r"^\d{4}: ")
_DONE = re.compile(r"^(capacity .*\(\d+ of \d+\)|siting round|schedule cycle)")


def stage_seconds(run_dir: Path) -> dict[str, float]:
    """Seconds of each stage over all studied years, in the order of a run."""
    told = _told(run_dir)
    found: dict[str, float] = {}
    for (name, seconds), (after, _) in zip(told, [*told[1:], ("", 0.0)], strict=True):
        label = stage(name)
        if _DONE.match(after) and stage(after) != label:
            label = stage(after) if _DONE.match(name) else f"{label}, first piece of {stage(after)}"
        found[label] = found.get(label, 0.0) + seconds
    return found


def solve_seconds(run_dir: Path) -> float:
    """Seconds of everything that solves."""
    return sum(seconds for name, seconds in _told(run_dir) if stage(name) in SOLVE)


def stage(message: str) -> str:
    """Stage that a message of the run belongs to."""
    plain = _YEAR.sub("", message)
    return next((group for start, group in _GROUPS if plain.startswith(start)), "other")


def _told(run_dir: Path) -> list[tuple[str, float]]:
    manifest = run_dir / "manifest.json"
    if not manifest.is_file():
        raise SystemExit(f"{run_dir} holds no finished run; make one with: gridplan run STUDY --out {run_dir}")
    return list(json.loads(manifest.read_text(encoding="utf-8"))["wall_s"].items())
