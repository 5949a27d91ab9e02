"""The curve of conditional capacity on hours that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.conditional import Budget, HourlyCapacity, budgets_asked, by_season, conditional_curve
from gridplan.load_only.headroom import load_only_mw
from gridplan.load_only.rule import LocalHours

N_TIME = 400
LOCAL = LocalHours.of(np.datetime64("2026-04-24T00") + np.arange(N_TIME) * np.timedelta64(1, "h"))


def point(short_mw: float = 40.0, hours: slice = slice(160, 180)) -> HourlyCapacity:
    """100 MW in all hours but some, which take ``short_mw`` less; the first of them in April."""
    capacity = np.full(N_TIME, 100.0)
    capacity[hours] -= short_mw
    return HourlyCapacity(
        capacity_mw=capacity,
        is_generation_limited=np.zeros(N_TIME, dtype=bool),
        most_mw=100.0,
        firm_mw=100.0 - short_mw,
    )


def curve(budgets: list[Budget], load_mw: np.ndarray | None = None) -> list[dict]:
    load = np.full(N_TIME, 500.0) if load_mw is None else load_mw
    return conditional_curve(point(), LOCAL, load, budgets)


def test_energy_budget_is_spent_by_the_largest_load() -> None:
    """20 hours lose u - 60 each: at 1 % of 400 h, 20 (u - 60) = 0.01 x 400 u, u = 75."""
    [entry] = curve([Budget(energy_frac=0.01)])
    assert entry["total_mw"] == pytest.approx(75.0, abs=0.01)
    assert entry["conditional_mw"] == pytest.approx(15.0, abs=0.01)
    assert (entry["hours"], entry["longest_event_h"], entry["network_limited_hours"]) == (20, 20, 20)
    assert entry["energy_mwh"] == pytest.approx(300.0, abs=0.2)
    assert entry["is_limit_reached"]


def test_seasons_share_the_hours_at_the_turn_of_april() -> None:
    """The hours from 160 on are 30 April 16:00 to 1 May 11:00: 8 in winter, 12 in summer."""
    [entry] = curve([Budget(energy_frac=0.01)])
    seasons = entry["by_season"]
    assert (seasons["winter"]["hours"], seasons["summer"]["hours"]) == (8, 12)
    assert seasons["winter"]["energy_mwh"] + seasons["summer"]["energy_mwh"] == pytest.approx(entry["energy_mwh"])
    assert seasons["winter"]["studied_hours"] + seasons["summer"]["studied_hours"] == N_TIME


@pytest.mark.parametrize(("hours", "total_mw"), [(19, 61.0), (20, 100.0), (300, 100.0)])
def test_budget_of_hours(hours: int, total_mw: float) -> None:
    """Fewer hours than 20 allow what is not counted, 1 MW; 20 or more allow everything that was looked for."""
    [entry] = curve([Budget(hours=float(hours))])
    assert entry["total_mw"] == pytest.approx(total_mw, abs=0.011)
    assert entry["load_only_mw"] is None
    assert entry["budget"] == {"hours": hours}


def test_more_budget_never_lowers_the_mw() -> None:
    totals = [entry["total_mw"] for entry in curve(budgets_asked(0.002, ()))]
    assert totals == sorted(totals)
    assert len(totals) == 5


def test_load_only_number_stands_beside_it() -> None:
    load = 500.0 + 100.0 * np.sin(np.arange(N_TIME) / 7.0)
    [entry] = curve([Budget(energy_frac=0.01)], load)
    assert entry["load_only_mw"] == load_only_mw(load, LOCAL, 0.01)


def test_events_across_the_turn_of_seasons_count_in_both() -> None:
    found = by_season(100.0, point().capacity_mw, np.arange(N_TIME) < 170)
    assert (found["summer"]["longest_event_h"], found["winter"]["longest_event_h"]) == (10, 10)
    assert found["summer"]["depth_mw"] == 40.0
