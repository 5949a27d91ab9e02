"""Stages of a run, from the wall times in its manifest: the seconds from each progress message to the next."""

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
    ("flexible MW", "capacity of POIs"),
    ("units each POI", "capacity of POIs"),
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
    found: dict[str, float] = {}
    for name, seconds in _told(run_dir):
        found[stage(name)] = found.get(stage(name), 0.0) + seconds
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
