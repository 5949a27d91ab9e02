"""A study that takes seconds: six hours, two firm campuses, outages of units only, no AC check and no report.

Run as a script it is the command ``gridplan`` without those two, to be stopped from outside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gridplan import pipeline

STUDY = """\
schema_version: 1
name: Two campuses, six hours
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5400, count: 6}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, reference_year: 2026, committed_loads: []}
criteria: {contingencies: {branches: false}}
campuses:
  - {id: mesa, poi: [113, 118], contract_mw: 425, block_mw: 50}
  - {id: copper, poi: [308], contract_mw: 130, block_mw: 50}
"""


def write_study(folder: Path, text: str = STUDY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    study = folder / "study.yaml"
    study.write_text(text, encoding="utf-8")
    return study


def run(study: Path, out: Path, **arguments: Any) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        without_slow_parts(patch)
        return pipeline.run_study(study, out, **arguments).run_dir


def without_slow_parts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pipeline, "check_year", _passed)
    patch.setattr(pipeline, "build_report_apart", _nothing)


def _passed(*_: Any) -> dict[str, Any]:
    return {"is_passed": True, "text": "left out", "verdicts": []}


def _nothing(_: Path) -> None:
    """No report."""


if __name__ == "__main__":
    from gridplan.cli.main import main

    with pytest.MonkeyPatch.context() as context:
        without_slow_parts(context)
        main()
