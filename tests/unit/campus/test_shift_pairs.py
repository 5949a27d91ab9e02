"""Pairs of campuses that exchange work: named, in one residency set, within a round trip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses, CampusShift, EventRule
from gridplan.campus.power_cap import PowerCap, cap_segments
from gridplan.campus.shift_pairs import radius_of_round_trip_km, with_shifts
from gridplan.study.schema import Study

HOURS = np.datetime64("2020-01-01T07:00:00") + np.arange(24) * np.timedelta64(3600, "s")
MW = {"mesa": 100.0, "tempe": 100.0}
ON_THE_EQUATOR = {"mesa": (0.0, 10.0), "tempe": (0.0, 11.0)}
DEGREE_KM = 2 * np.pi * 6378.137 / 360
"""One degree of the equator of WGS84."""


def study(shift: dict[str, Any] | None, residency: tuple[str | None, str | None] = (None, None), **flex: Any) -> Study:
    moving = {"geo_shift": {"to": ["tempe"], "max_frac": {"interactive": 0.2, "batch": 0.4}, **shift}} if shift else {}
    campuses: list[dict[str, Any]] = [
        {"id": "mesa", "poi": [107], "contract_mw": 100, "workloads": {"flexibility": {**moving, **flex}}},
        {"id": "tempe", "poi": [113], "contract_mw": 100},
    ]
    for campus, label in zip(campuses, residency, strict=True):
        campus |= {"residency": label} if label else {}
        campus["service"] = {"kind": "conditional"}
    return Study.model_validate(
        {
            "schema_version": 1,
            "name": "two",
            "network": "rts_gmlc",
            "timezone": "America/Phoenix",
            "years": [2027],
            "campuses": campuses,
        }
    )


def shifted(given: Study, places: dict[str, tuple[float, float]] | None = None) -> Campuses:
    built = build_campuses(given, 2027, MW, HOURS)
    return with_shifts(built, given, ON_THE_EQUATOR if places is None else places)


def test_named_classes_move_at_their_part_and_price() -> None:
    found = shifted(study({"cost_usd_per_mwh": 2.5}))
    assert [(s.label, s.max_frac, s.cost_usd_per_mwh) for s in found.shifts] == [
        ("mesa>tempe:interactive", 0.2, 2.5),
        ("mesa>tempe:batch", 0.4, 2.5),
    ]
    assert found.findings == ()


def test_nothing_asked_is_nothing_changed() -> None:
    given = study(None)
    built = build_campuses(given, 2027, MW, HOURS)
    assert with_shifts(built, given, {}) is built


def test_reach_is_light_in_fibre_there_and_back() -> None:
    """299,792 km/s over 1.468 over a route 1.5 times as long, for half of the time."""
    assert radius_of_round_trip_km(10.0) == pytest.approx(299_792.458 * 0.005 / (1.468 * 1.5))
    slow_ms = 2 * DEGREE_KM * 1.468 * 1.5 / 299.792458
    assert len(shifted(study({"max_round_trip_ms": slow_ms * 1.0001})).shifts) == 2
    found = shifted(study({"max_round_trip_ms": slow_ms * 0.9999}))
    assert found.shifts == ()
    (note,) = found.findings
    assert (note.code, note.severity) == ("GP-MOV-004", "note")
    assert "tempe; it stands 111 km away" in note.message
    assert note.place.key == "campuses.0.workloads.flexibility.geo_shift"


@pytest.mark.parametrize("places", [{}, {"mesa": (0.0, 10.0), "tempe": (np.nan, np.nan)}])
def test_without_coordinates_only_a_limit_in_time_keeps_work_at_home(places: dict[str, tuple[float, float]]) -> None:
    assert len(shifted(study({"cost_usd_per_mwh": 1.0}), places).shifts) == 2
    found = shifted(study({"max_round_trip_ms": 100.0}), places)
    assert found.shifts == ()
    assert "no coordinates" in found.findings[0].message


@pytest.mark.parametrize(
    ("residency", "count"), [((None, None), 2), (("us", "us"), 2), (("us", "eu"), 0), (("us", None), 0)]
)
def test_data_stay_in_their_residency_set(residency: tuple[str | None, str | None], count: int) -> None:
    found = shifted(study({"cost_usd_per_mwh": 1.0}, residency))
    assert len(found.shifts) == count
    assert len(found.findings) == (count == 0)


def test_measured_caps_of_a_conditional_campus() -> None:
    built = build_campuses(study(None, power_cap="measured"), 2027, MW, HOURS)
    assert [(cap.campus, cap.workload, round(cap.shed_frac, 9)) for cap in built.power_caps] == [
        ("mesa", "interactive", 0.1),
        ("mesa", "relaxed", 0.25),
        ("mesa", "batch", 0.5),
        ("mesa", "finetune", 0.5),
        ("mesa", "pretrain", 0.25),
    ]
    assert build_campuses(study(None), 2027, MW, HOURS).power_caps == ()


def shift(**change: Any) -> CampusShift:
    return replace(
        CampusShift(campus="mesa", to="tempe", workload="batch", max_frac=0.3, cost_usd_per_mwh=1.0), **change
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": "mesa"}, "does not join two"),
        ({"to": "nowhere"}, "does not join two"),
        ({"workload": "pretrain"}, "stays where it is"),
        ({"max_frac": 1.2}, "outside 0 .. 1"),
        ({"cost_usd_per_mwh": -1.0}, "outside 0 .. 1 or a cost"),
        ({"cost_usd_per_mwh": float("nan")}, "outside 0 .. 1 or a cost"),
    ],
)
def test_impossible_shifts_are_refused(change: dict[str, Any], words: str) -> None:
    built = build_campuses(study(None), 2027, MW, HOURS)
    with pytest.raises(ValueError, match=words):
        replace(built, shifts=(shift(**change),))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (EventRule(campus="nowhere"), "not among the campuses"),
        (EventRule(campus="mesa", rebound_frac=0.9), "below 1"),
        (EventRule(campus="mesa", max_event_h=-1), "negative hours or MW"),
        (EventRule(campus="mesa", free_mw=float("nan")), "negative hours or MW"),
    ],
)
def test_impossible_event_rules_are_refused(rule: EventRule, words: str) -> None:
    built = build_campuses(study(None), 2027, MW, HOURS)
    with pytest.raises(ValueError, match=words):
        replace(built, events=(rule,))


def test_event_rule_is_that_of_the_terms() -> None:
    built = build_campuses(study(None, rebound_frac=1.05), 2027, MW, HOURS)
    assert [(r.campus, r.max_event_h, r.free_mw, r.rebound_frac) for r in built.events] == [
        ("mesa", 6, 1.0, 1.05),
        ("tempe", 6, 1.0, None),
    ]


def test_a_pair_or_a_cap_is_given_once_and_to_a_campus() -> None:
    built = build_campuses(study(None), 2027, MW, HOURS)
    with pytest.raises(ValueError, match="given twice"):
        replace(built, shifts=(shift(), shift()))
    cap = PowerCap(campus="nowhere", workload="batch", segments=cap_segments("batch", 0.5, 0.25))
    with pytest.raises(ValueError, match="not among the campuses"):
        replace(built, power_caps=(cap,))
