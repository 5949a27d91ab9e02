"""Fine-tuning: cadence, submissions by the local week, runs followed one by one, the pool's bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.campus.workloads.finetune import FinetuneSpec, finetune_load, running_mean, week_rel
from tests.unit.campus.training_cases import H100, base, hours_of, streams_of, year_of

POOL = FinetuneSpec(name="tune", hardware=H100, accelerators=1_600, users=100)
YEAR = year_of(2026)


def test_accelerator_hours_of_a_year() -> None:
    counts = finetune_load(POOL, base(), YEAR).counts
    runs = 100 * 4 * 12 * 8760 / 8766
    assert counts["runs"] == pytest.approx(runs, rel=0.005)  # a year is not a whole number of weeks
    assert counts["accelerator_h"] == pytest.approx(200 * runs, rel=0.005)


def test_mean_of_drawn_runs_is_the_expected_one() -> None:
    scenarios = 40
    drawn = finetune_load(POOL, base(scenarios), YEAR, streams_of(scenarios))
    expected = finetune_load(POOL, base(), YEAR)
    for mean, one in (
        (drawn.counts["accelerator_h"], expected.counts["accelerator_h"]),
        (drawn.counts["runs"], expected.counts["runs"]),
        (drawn.p_it_mw[:, :24].mean(axis=1), expected.p_it_mw[:, :24].mean(axis=1)),
        (drawn.p_it_mw[:, 4_000:4_010].mean(axis=1), expected.p_it_mw[:, 4_000:4_010].mean(axis=1)),
    ):
        assert abs(mean.mean() - one[0]) < 4 * mean.std(ddof=1) / np.sqrt(scenarios)
        assert mean.std() > 0


def test_week_of_submissions() -> None:
    week = week_rel(np.array([0.2]), np.array([0.32]))[0]
    assert week.mean() == pytest.approx(1)
    monday, saturday = week[:24], week[120:144]
    assert saturday == pytest.approx(0.32 * monday)
    assert monday[7] == pytest.approx(0.2 * monday[8])
    assert monday[18] == pytest.approx(0.2 * monday[17])


@pytest.mark.parametrize(("timezone", "first_utc"), [("UTC", 8), ("America/Chicago", 13), ("Asia/Kolkata", 3)])
def test_submissions_follow_the_local_clock(timezone: str, first_utc: int) -> None:
    hours = hours_of("2026-07-01", "2026-07-08", timezone)  # a Wednesday, in summer time
    short = base(finetune__accelerator_h_per_run=8 * 1e-6)
    power = finetune_load(POOL, short, hours).p_it_mw[0, :24]
    steps = np.diff(power - power.min())
    assert int(np.argmax(steps)) + 1 == first_utc


def test_more_users_runs_or_work_more_energy() -> None:
    def energy(spec: FinetuneSpec, **changed: float) -> float:
        return float(finetune_load(spec, base(**changed), YEAR).p_it_mw.sum())

    plain = energy(POOL)
    assert energy(replace(POOL, users=150)) > plain
    assert energy(POOL, finetune__runs_per_month=6.0) > plain
    assert energy(POOL, finetune__accelerator_h_per_run=300.0) > plain


def test_users_grow_from_the_reference_year() -> None:
    spec = replace(POOL, reference_year=2024)
    runs = [finetune_load(spec, base(), year_of(year)).counts["runs"][0] / len(year_of(year)) for year in (2023, 2024)]
    assert runs[0] == pytest.approx(runs[1], rel=0.01)
    later = finetune_load(spec, base(), year_of(2026)).counts["runs"][0] / 8760
    assert later == pytest.approx(1.3**2 * runs[1], rel=0.01)


def test_full_pool_works_at_its_rating_and_no_more() -> None:
    load = finetune_load(replace(POOL, users=10_000), base(2), YEAR, streams_of(2))
    assert load.p_it_mw.max() == pytest.approx(load.installed_mw[0])
    assert load.counts["accelerator_h"] == pytest.approx(1_600 * 8760)


def test_nobody_leaves_the_pool_idle() -> None:
    load = finetune_load(replace(POOL, users=0), base(), YEAR, streams_of(1))
    assert np.ptp(load.p_it_mw) == 0
    assert load.counts["runs"] == 0


@pytest.mark.parametrize("duration_h", [0.25, 1.0, 1.75, 4.0, 9.4])
def test_running_mean_against_single_runs(duration_h: float) -> None:
    """Each run begins at a moment of its own, evenly spread over its hour."""
    rng = np.random.default_rng(5)
    lead_h, hours, parts = int(duration_h) + 1, 30, 400
    runs = rng.poisson(2.0, (1, lead_h + hours)).astype(float)
    expected = np.zeros(hours)
    for hour, count in enumerate(runs[0]):
        begin = hour + (np.arange(parts) + 0.5) / parts
        for t in range(hours):
            overlap = np.minimum(begin + duration_h, lead_h + t + 1) - np.maximum(begin, lead_h + t)
            expected[t] += count / parts * np.clip(overlap, 0, None).sum()
    assert running_mean(runs, np.array([duration_h]), lead_h)[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"users": -1.0}, "-1 users"),
        ({"accelerators_per_run": 2_000}, "a run takes 2000 accelerators; the pool has 1600"),
        ({"accelerators_per_run": 0}, "a run takes 0"),
    ],
)
def test_impossible_pool_is_refused(changed: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(POOL, **changed)
