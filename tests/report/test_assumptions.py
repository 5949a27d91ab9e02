"""Every default has its place in the report's table of assumptions."""

from __future__ import annotations

from typing import Any

import pytest

from gridplan.report.sections.assumptions import _GROUPS, _is_idle, _values
from gridplan.solution import WORKLOADS
from gridplan.study.defaults import DEFAULTS


def test_every_default_belongs_to_a_group() -> None:
    homeless = [row.key for row in DEFAULTS if not any(row.key.startswith(prefix) for prefix, _ in _GROUPS)]
    assert homeless == []


MEASURED = {"file": "f.csv", "time_format": "iso", "resample": "mean", "leap_day": "error"}
SHARES = dict.fromkeys(WORKLOADS, 0.0) | {"interactive": 0.4, "batch": 0.6}


def metered(measured: Any) -> dict[str, Any]:
    workloads = {"load_factor": 0.8, "shape": "flat", "shares": SHARES, "measured": measured}
    return {"network": "rts_gmlc", "campuses": [{"workloads": workloads}]}


def by_class(**profiles: Any) -> dict[str, Any]:
    return metered(dict.fromkeys(WORKLOADS) | profiles)


@pytest.mark.parametrize("study", [metered(MEASURED), by_class(batch=MEASURED)])
def test_choices_of_a_measured_profile_are_told_in_both_forms(study: dict[str, Any]) -> None:
    for key, value in (("time_format", "iso"), ("resample", "mean"), ("leap_day", "error")):
        assert list(_values(study, f"campuses.workloads.measured.{key}".split("."))) == [value]


@pytest.mark.parametrize(
    ("study", "idle"),
    [
        (metered(None), (False, False)),
        (metered(MEASURED), (True, True)),
        (by_class(batch=MEASURED), (False, False)),
        (by_class(interactive=MEASURED), (False, True)),
        (by_class(interactive=MEASURED, batch=MEASURED), (True, True)),
    ],
)
def test_load_model_that_no_class_follows_is_no_assumption(study: dict[str, Any], idle: tuple[bool, bool]) -> None:
    keys = ("campuses.workloads.load_factor", "campuses.workloads.shape")
    assert tuple(_is_idle(study, key) for key in keys) == idle


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
    assert idle("uncertainty.samples", campuses=[{"workloads": {"preset": "", "pack": ""}}])
    assert idle("campuses.workloads.model.scaling", campuses=[{"workloads": {}}])
    assert not idle("uncertainty.samples", campuses=[{"workloads": {}}, {"workloads": {"preset": "llama_8b"}}])
    assert not idle("campuses.workloads.model.scaling", campuses=[{"workloads": {"pack": "mine.yaml"}}])
