"""Every default has its place in the report's table of assumptions."""

from __future__ import annotations

from gridplan.report.sections.assumptions import _GROUPS, _is_idle
from gridplan.study.defaults import DEFAULTS


def test_every_default_belongs_to_a_group() -> None:
    homeless = [row.key for row in DEFAULTS if not any(row.key.startswith(prefix) for prefix, _ in _GROUPS)]
    assert homeless == []


def test_defaults_that_touch_nothing_are_left_out() -> None:
    def idle(key: str, **changes: object) -> bool:
        study = {"network": "rts_gmlc", "criteria": {"contingencies": {"files": [], "dataset": False}}, **changes}
        return _is_idle(study, key)

    with_sets = {"contingencies": {"files": [{"path": "towers.csv"}], "dataset": False}}
    category = "criteria.contingencies.categories.P7.rating"
    assert idle(category)
    assert not idle(category, criteria=with_sets)
    assert not idle("criteria.contingencies.branches")
    assert idle("network_file.unrated")
    assert not idle("network_file.unrated", network="north.raw")
