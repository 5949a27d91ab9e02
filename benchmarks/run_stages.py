"""Stages of a run, from the wall times in its manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path

SOLVE = ("grid without campuses", "capacity of POIs", "siting", "schedule")
"""Stages that solve; the others read, write, check or print."""

_GROUPS = (
    ("reading", "reading the study"),
    ("grid without campuses", "grid without campuses"),
    ("capacity", "capacity of POIs"),
    ("siting", "siting"),
    ("schedule", "schedule"),
    ("writing", "writing results"),
    ("AC check", "AC check"),
    ("audit", "audit"),
    ("report", "report"),
)
_YEAR = re.compile(r"^\d{4}: ")


def stage_seconds(run_dir: Path) -> dict[str, float]:
    """Seconds of each stage over all studied years, in the order of a run."""
    manifest = run_dir / "manifest.json"
    if not manifest.is_file():
        raise SystemExit(f"{run_dir} holds no finished run; make one with: gridplan run STUDY --out {run_dir}")
    found: dict[str, float] = {}
    for name, seconds in json.loads(manifest.read_text(encoding="utf-8"))["wall_s"].items():
        group = stage(name)
        found[group] = found.get(group, 0.0) + seconds
    return found


def stage(name: str) -> str:
    """Group that a message of the run belongs to."""
    plain = _YEAR.sub("", name)
    return next((group for start, group in _GROUPS if plain.startswith(start)), "other")


def solve_seconds(run_dir: Path) -> float:
    """Seconds of everything that solves."""
    return sum(seconds for name, seconds in stage_seconds(run_dir).items() if name in SOLVE)
