"""Every default has its place in the report's table of assumptions."""

from __future__ import annotations

from gridplan.report.sections.assumptions import _GROUPS
from gridplan.study.defaults import DEFAULTS


def test_every_default_belongs_to_a_group() -> None:
    homeless = [row.key for row in DEFAULTS if not any(row.key.startswith(prefix) for prefix, _ in _GROUPS)]
    assert homeless == []
