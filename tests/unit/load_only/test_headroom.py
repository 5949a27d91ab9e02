"""Closed forms of load-only headroom, and what a curtailment amounts to, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.load_only.headroom import (
    curtailed_mw,
    curtailment_facts,
    hour_weight,
    largest_load_mw,
    load_only_mw,
    season_facts,
)
from gridplan.load_only.rule import LoadOnlyRule, LocalHours, month_words, spikes
from tests.oracles.load_only import largest_new_load_mw, season_thresholds


def hours_from(first: str, count: int) -> LocalHours:
    return LocalHours.of(np.datetime64(first, "s") + np.arange(count) * np.timedelta64(3600, "s"))


def test_one_hour_at_the_peak_and_the_rest_far_below() -> None:
    # Only the peak hour is cut: L = 0.1 * L * 20 has no solution below the gap, so both pieces carry.
    gap = np.array([0.0] + [100.0] * 19)
    # 1 * L + 19 * (L - 100) = 0.1 * 20 * L
    assert largest_load_mw(gap, 0.1) == pytest.approx(1900 / 18, rel=1e-12)


def test_ramp_of_gaps_has_the_root_of_its_piece() -> None:
    gap = np.arange(10.0)
    # five gaps 0..4 below L: 5 L - 10 = 0.25 * 10 * L
    assert largest_load_mw(gap, 0.25) == pytest.approx(4.0, abs=1e-12)
    # gaps 0..2: 3 L - 3 = 1.5 L gives 2, the breakpoint itself
    assert largest_load_mw(gap, 0.15) == pytest.approx(2.0, abs=1e-12)


def test_no_budget_gives_the_least_gap() -> None:
    assert largest_load_mw(np.array([7.5, 3.25, 9.0]), 0.0) == 3.25
    assert largest_load_mw(np.array([3.0, 3.0, 9.0]), 0.0) == 3.0


def test_flat_load_takes_nothing() -> None:
    assert largest_load_mw(np.zeros(100), 0.05) == 0.0


def test_a_weight_of_two_is_an_hour_twice() -> None:
    gap = np.array([0.0, 3.0, 5.0, 11.0])
    twice = largest_load_mw(np.array([0.0, 3.0, 3.0, 5.0, 11.0]), 0.3)
    assert largest_load_mw(gap, 0.3, np.array([1.0, 2.0, 1.0, 1.0])) == pytest.approx(twice, rel=1e-12)


@pytest.mark.parametrize("budget", [-0.1, 1.0, 1.5, float("nan")])
def test_budgets_without_an_answer_are_refused(budget: float) -> None:
    with pytest.raises(ValueError, match="not from 0 to below 1"):
        largest_load_mw(np.array([0.0, 1.0]), budget)


def test_an_hour_above_its_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="an hour lies above its threshold"):
        largest_load_mw(np.array([0.0, -1.0]), 0.1)


@pytest.mark.parametrize("budget", [0.0, 0.0025, 0.005, 0.01, 0.05, 0.5, 0.9])
@pytest.mark.parametrize("summer", [frozenset(range(5, 11)), frozenset({6, 7, 8}), frozenset(range(1, 13))])
def test_a_year_agrees_with_bisection(budget: float, summer: frozenset[int]) -> None:
    rng = np.random.default_rng(4)
    local = hours_from("2023-01-01T00:00", 8760)
    load = 5000 + 1500 * np.sin(np.arange(8760) / 24) + rng.gamma(3.0, 200.0, 8760)
    limit = season_thresholds(load.tolist(), local.month.tolist(), sorted(summer))
    wanted = largest_new_load_mw(load.tolist(), limit, budget)
    found = load_only_mw(load, local, budget, LoadOnlyRule(summer_months=summer))
    assert found == pytest.approx(wanted, abs=1e-6)


def test_each_year_has_its_own_thresholds_where_that_is_asked() -> None:
    local = hours_from("2021-01-01T00:00", 2 * 8760)
    load = np.r_[np.linspace(100, 200, 8760), np.linspace(100, 400, 8760)]
    rule = LoadOnlyRule(summer_months=frozenset(range(1, 13)), thresholds="each_year")
    limit = [200.0] * 8760 + [400.0] * 8760
    assert load_only_mw(load, local, 0.01, rule) == pytest.approx(
        largest_new_load_mw(load.tolist(), limit, 0.01), abs=1e-6
    )
    assert load_only_mw(load, local, 0.01, rule) < load_only_mw(load, local, 0.01, LoadOnlyRule())


def test_mean_of_yearly_rates_weighs_a_leap_year_like_another() -> None:
    local = hours_from("2023-12-31T00:00", 24 + 8784 + 8760)
    weight = hour_weight(np.ones(24 + 8784 + 8760), local, LoadOnlyRule(averaging="yearly_rates"))
    assert weight[:24].sum() == 0.0
    assert weight[24 : 24 + 8784].sum() == pytest.approx(0.5)
    assert weight.sum() == pytest.approx(1.0)


def test_spikes_are_left_out_where_that_is_asked() -> None:
    local = hours_from("2023-01-01T00:00", 8760)
    load = np.linspace(100, 200, 8760)
    faulty = load.copy()
    faulty[4000] = 900.0
    assert np.flatnonzero(spikes(faulty)).tolist() == [4000]
    rest = np.delete(load, 4000)
    kept = LocalHours(year=np.delete(local.year, 4000), month=np.delete(local.month, 4000))
    dropped = load_only_mw(faulty, local, 0.01, LoadOnlyRule(outliers="drop"))
    assert dropped == pytest.approx(load_only_mw(rest, kept, 0.01), rel=1e-12)
    assert load_only_mw(faulty, local, 0.01) > 1.5 * dropped


def test_facts_of_a_curtailment_counted_by_hand() -> None:
    gap = np.array([0.0, 4.0, 10.0, 20.0, 6.0, 9.0, 10.0, 3.0])
    cut = curtailed_mw(10.0, gap)
    assert cut.tolist() == [10, 6, 0, 0, 4, 1, 0, 7]
    facts = curtailment_facts(10.0, cut)
    assert (facts.hours, facts.events, facts.longest_event_h) == (5, 3, 2)
    assert facts.mean_event_h == pytest.approx(5 / 3)
    assert facts.energy_mwh == 28.0
    assert facts.energy_frac == pytest.approx(28 / 80)
    assert facts.mean_depth_frac == pytest.approx(28 / 50)
    assert facts.half_kept_hours_frac == pytest.approx(2 / 5)


def test_seasons_share_out_the_whole() -> None:
    gap = np.array([0.0, 4.0, 10.0, 0.0, 6.0])
    is_summer = np.array([True, True, False, False, False])
    cut = curtailed_mw(5.0, gap)
    parts = season_facts(5.0, cut, is_summer, np.ones(5, dtype=np.bool_))
    assert parts["summer"].energy_mwh == 6.0
    assert parts["winter"].energy_mwh == 5.0
    assert list(season_facts(5.0, cut, np.ones(5, dtype=np.bool_), np.ones(5, dtype=np.bool_))) == ["summer"]


def test_months_are_named_as_runs() -> None:
    assert month_words(frozenset(range(5, 11))) == "May-Oct"
    assert month_words(frozenset({11, 12, 1, 2, 3, 4})) == "Nov-Apr"
    assert month_words(frozenset({6, 12, 1})) == "Jun, Dec-Jan"
    assert month_words(frozenset(range(1, 13))) == "all months"
    assert month_words(frozenset()) == "no month"
