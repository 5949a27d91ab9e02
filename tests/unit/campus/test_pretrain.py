"""Dedicated campaigns: power, calendar, failures, and the signs of what drives them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.campus.workloads.campaign import CampaignSpec, calendar_of, hours_of_year
from gridplan.campus.workloads.pretrain import pretrain_load
from gridplan.campus.workloads.training_trend import train_share
from tests.unit.campus.training_cases import H100, LLAMA_ACCELERATORS, base, hours_of, sampled, streams_of, year_of

LLAMA = CampaignSpec(name="llama", hardware=H100, accelerators=LLAMA_ACCELERATORS)
YEAR = year_of(2026)
NO_BREAKS = {
    "train__failures_per_accelerator_h": 0.0,
    "train__planned_stops_per_day": 0.0,
}


def energy_mwh(spec: CampaignSpec, year: int = 2026, **changed: float) -> float:
    return float(pretrain_load(spec, base(**changed), year_of(year)).p_it_mw.sum())


def test_power_of_an_unbroken_run() -> None:
    load = pretrain_load(LLAMA, base(**NO_BREAKS), YEAR)
    expected_mw = LLAMA_ACCELERATORS / 8 * 10.2e-3 * 0.76 * 1.12
    assert load.p_it_mw == pytest.approx(expected_mw)
    assert load.installed_mw == pytest.approx(expected_mw)
    assert load.counts["effective_accelerator_h"] == pytest.approx(LLAMA_ACCELERATORS * 8760)


def test_campus_of_100_000_h100_before_cooling() -> None:
    load = pretrain_load(replace(LLAMA, accelerators=100_000), base(), YEAR)
    assert 105 < load.installed_mw[0] < 112


def test_idle_floor_between_campaigns() -> None:
    load = pretrain_load(replace(LLAMA, days=0.0), base(), YEAR)
    servers_mw = LLAMA_ACCELERATORS / 8 * 10.2e-3
    assert load.p_it_mw == pytest.approx(servers_mw * (0.25 + 0.12 * 0.76))
    assert load.parts_mwh["accelerator_active"] == 0
    assert load.counts["failures"] == 0


def test_fill_in_work_takes_its_share_of_the_idle_time() -> None:
    idle, full = energy_mwh(replace(LLAMA, days=0.0)), energy_mwh(replace(LLAMA, days=0.0, fill_share=1.0))
    assert energy_mwh(replace(LLAMA, days=0.0, fill_share=0.25)) == pytest.approx(0.75 * idle + 0.25 * full)


def test_no_accelerators_no_load() -> None:
    load = pretrain_load(replace(LLAMA, accelerators=0), base(), YEAR, streams_of(1))
    assert not load.p_it_mw.any()
    assert not load.counts["lost_accelerator_h"].any()


def test_effective_time_of_the_llama_run_over_a_year() -> None:
    scenarios = 40
    drawn = pretrain_load(LLAMA, base(scenarios), YEAR, streams_of(scenarios))
    effective = drawn.counts["effective_accelerator_h"] / drawn.counts["accelerator_h"]
    error = effective.std(ddof=1) / np.sqrt(scenarios)
    expected = pretrain_load(LLAMA, base(), YEAR).counts["effective_accelerator_h"] / (LLAMA_ACCELERATORS * 8760)
    # Young's closed form, 0.8997, is of first order and knows no planned stops (47 in 54 days, 5 min each).
    assert expected == pytest.approx(0.8997 - 47 / 54 * 5 / 1440, abs=0.004)
    assert round(float(expected[0]), 2) == 0.90
    assert abs(effective.mean() - expected[0]) < 4 * error
    assert error < 5e-4
    assert effective.std() > 1e-4
    per_day = drawn.counts["failures"].mean() / 365
    assert per_day == pytest.approx(419 / 54, rel=0.04)  # none while it restarts


def test_mean_power_of_drawn_breaks_is_the_expected_one() -> None:
    scenarios = 40
    spec = replace(LLAMA, accelerators=200_000, campaigns_per_year=3, days=40.0)
    draws = base(scenarios, train__restart_min=12.0)
    drawn = pretrain_load(spec, draws, YEAR, streams_of(scenarios)).p_it_mw.mean(axis=1)
    expected = pretrain_load(spec, draws, YEAR).p_it_mw.mean()
    assert abs(drawn.mean() - expected) < 4 * drawn.std(ddof=1) / np.sqrt(scenarios)


def test_breaks_never_exceed_the_hour() -> None:
    draws = base(4, train__restart_min=600.0)
    load = pretrain_load(LLAMA, draws, hours_of("2026-03-01", "2026-03-11"), streams_of(4))
    floor_mw = pretrain_load(replace(LLAMA, days=0.0), base(), YEAR).p_it_mw.min()
    assert (load.p_it_mw >= floor_mw * (1 - 1e-12)).all()
    assert load.p_it_mw.min() == pytest.approx(floor_mw)
    assert (load.counts["effective_accelerator_h"] >= 0).all()


def test_failed_job_draws_less_and_loses_more() -> None:
    calm, broken = (pretrain_load(LLAMA, base(train__restart_min=r), YEAR) for r in (1.0, 20.0))
    assert broken.p_it_mw.sum() < calm.p_it_mw.sum()
    assert broken.counts["effective_accelerator_h"] < calm.counts["effective_accelerator_h"]


def test_replayed_work_is_lost_work_and_not_lost_power() -> None:
    often, seldom = (pretrain_load(replace(LLAMA, checkpoint_interval_min=m), base(), YEAR) for m in (14.0, 60.0))
    assert seldom.counts["lost_accelerator_h"] > 1.2 * often.counts["lost_accelerator_h"]
    assert (seldom.p_it_mw == often.p_it_mw).all()


@pytest.mark.parametrize(
    "changed", [{"campaigns_per_year": 3.0}, {"days": 50.0}, {"days": "perpetual"}, {"accelerators": 20_000}]
)
def test_more_training_more_energy(changed: dict[str, float]) -> None:
    spec = replace(LLAMA, campaigns_per_year=2.0, days=40.0)
    assert energy_mwh(replace(spec, **changed)) > energy_mwh(spec)


def test_exhausted_data_lowers_training() -> None:
    for days in (40.0, "perpetual"):
        spec = replace(LLAMA, days=days)
        capped = replace(spec, data_cap_year=2028)
        assert energy_mwh(capped, 2028) == energy_mwh(spec, 2028)
        by_year = [energy_mwh(capped, year) for year in (2029, 2030, 2031)]
        assert by_year == sorted(by_year, reverse=True)
        assert by_year[0] < energy_mwh(spec, 2029)
        assert energy_mwh(capped, 2031, train__decline_after_cap_per_year=0.5) < by_year[2]


def test_efficiency_shortens_campaigns_but_not_perpetual_training() -> None:
    dated = replace(LLAMA, days=40.0)
    gain = {"train__efficiency_gain_per_year": 0.3}
    assert energy_mwh(dated, 2030, **gain) < energy_mwh(dated, 2030)
    assert energy_mwh(dated, 2026, **gain) == energy_mwh(dated, 2026)
    assert energy_mwh(LLAMA, 2030, **gain) == energy_mwh(LLAMA, 2030)


def test_growing_a_model_is_shorter_campaigns_more_often() -> None:
    retrain = replace(LLAMA, campaigns_per_year=1.0, days=80.0)
    grown = replace(retrain, growth="incremental")
    calendar = calendar_of(grown, base(), YEAR)
    assert calendar.length_h == pytest.approx(24 * 80 * 0.5 / 4)
    assert calendar.spacing_h == pytest.approx(8760 / 4)
    assert energy_mwh(grown) < energy_mwh(retrain)
    assert energy_mwh(grown, train__increment_work_frac=1.0) == pytest.approx(energy_mwh(retrain))


def test_calendar_places_a_campaign() -> None:
    spec = replace(LLAMA, days=2.5, first_day=10.25)
    running = calendar_of(spec, base(), YEAR).running_frac(hours_of_year(YEAR))[0]
    on = np.flatnonzero(running)
    assert (on[0], on[-1] + 1) == (246, 306)
    shifted = calendar_of(spec, base(train__start_shift_days=1.0), YEAR).running_frac(hours_of_year(YEAR))[0]
    assert (shifted[24:] == running[:-24]).all()


def test_campaign_over_new_year_counts_at_both_ends() -> None:
    spec = replace(LLAMA, days=20.0, first_day=355.0)
    running = calendar_of(spec, base(), YEAR).running_frac(hours_of_year(YEAR))[0]
    assert running[: 24 * 10].all()
    assert running[-24 * 10 :].all()
    assert running.sum() == 24 * 20


def test_every_other_year() -> None:
    spec = replace(LLAMA, campaigns_per_year=0.5, days=30.0, first_day=100.0)
    assert calendar_of(spec, base(), YEAR).running_frac(hours_of_year(YEAR)).sum() == pytest.approx(720)


def test_no_campaigns_at_all() -> None:
    spec = replace(LLAMA, campaigns_per_year=0.0, days=30.0)
    assert energy_mwh(spec) == energy_mwh(replace(LLAMA, days=0.0))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"accelerators": -1}, "not negative"),
        ({"campaigns_per_year": -1.0}, "not negative"),
        ({"days": -3.0}, "-3 days"),
        ({"fill_share": 1.2}, "1.2"),
        ({"increments": 0}, "at least 1"),
        ({"checkpoint_interval_min": 0.0}, "not above 0"),
    ],
)
def test_impossible_campaign_is_refused(changed: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(LLAMA, **changed)


def test_training_share_falls_from_2024_to_2034() -> None:
    shares = [train_share(base(), year)[0] for year in (2020, 2024, 2029, 2034, 2040)]
    assert shares == pytest.approx([0.6, 0.6, 0.4, 0.2, 0.2])


def test_spread_of_parameters_spreads_the_load() -> None:
    load = pretrain_load(replace(LLAMA, days=54.0), sampled(64, 3), YEAR)
    assert load.p_it_mw.sum(axis=1).std() > 0
    assert len(np.unique(load.installed_mw)) == 64
