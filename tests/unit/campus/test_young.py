"""Young's interval and effective time against published figures and against a job followed failure by failure."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.campus.workloads.pretrain import _time_down_h, pretrain_load, reliability_of
from gridplan.campus.young import checkpoint_interval_h, computing_frac, effective_frac, overhead_frac
from tests.unit.campus.training_cases import H100, LLAMA_ACCELERATORS, CampaignSpec, base, year_of

RATE = 1.97e-5


def effective(accelerators: float, checkpoint_s: float = 30.0, restart_min: float = 5.0) -> float:
    failures_per_h = np.array([accelerators * RATE])
    checkpoint_h, restart_h = np.array([checkpoint_s / 3600]), np.array([restart_min / 60])
    interval_h = checkpoint_interval_h(failures_per_h, checkpoint_h)
    return float(effective_frac(failures_per_h, checkpoint_h, restart_h, interval_h)[0])


@pytest.mark.parametrize(
    ("accelerators", "checkpoint_s", "restart_min", "expected"),
    [(16_384, 30.0, 5.0, 0.90), (100_000, 30.0, 5.0, 0.65), (100_000, 10.0, 3.0, 0.80)],
)
def test_published_effective_time(
    accelerators: float, checkpoint_s: float, restart_min: float, expected: float
) -> None:
    assert effective(accelerators, checkpoint_s, restart_min) == pytest.approx(expected, abs=0.006)


def test_interval_of_the_llama_run() -> None:
    interval_h = checkpoint_interval_h(np.array([LLAMA_ACCELERATORS * RATE]), np.array([30 / 3600]))
    assert 60 * interval_h[0] == pytest.approx(13.6, abs=0.05)


def test_job_that_never_fails_is_never_saved() -> None:
    zero, some = np.zeros(1), np.array([0.01])
    assert np.isinf(checkpoint_interval_h(zero, some))
    assert effective_frac(zero, some, some, checkpoint_interval_h(zero, some)) == 1.0
    assert effective_frac(zero, zero, some, checkpoint_interval_h(zero, zero)) == 1.0


def test_checkpoint_without_cost_leaves_the_restarts() -> None:
    zero, rate, restart_h = np.zeros(1), np.array([0.3]), np.array([0.1])
    interval_h = checkpoint_interval_h(rate, zero)
    assert effective_frac(rate, zero, restart_h, interval_h) == pytest.approx(1 - 0.03)


def test_effective_time_is_never_negative() -> None:
    assert effective(10_000_000) == 0.0


def followed_job(
    failures_per_h: float, checkpoint_h: float, restart_h: float, interval_h: float, hours: float
) -> float:
    """Effective share of a job followed failure by failure; nothing is shared with the closed form."""
    rng = np.random.default_rng(7)
    clock = kept = 0.0
    while clock < hours:
        until_failure = rng.exponential(1 / failures_per_h)
        saved = int(until_failure // (interval_h + checkpoint_h))
        kept += saved * interval_h
        clock += until_failure + restart_h
    return kept / clock


def test_first_order_is_near_a_followed_job() -> None:
    rate = LLAMA_ACCELERATORS * RATE
    followed = followed_job(rate, 30 / 3600, 5 / 60, 13.6 / 60, hours=300_000)
    assert followed == pytest.approx(0.905, abs=0.003)
    assert effective(LLAMA_ACCELERATORS) == pytest.approx(followed, abs=0.01)


def test_own_interval_replaces_youngs() -> None:
    spec = CampaignSpec(name="p", hardware=H100, accelerators=LLAMA_ACCELERATORS, checkpoint_interval_min=30.0)
    reliability = reliability_of(spec, base())
    assert reliability.replay_h == pytest.approx(0.25)
    assert reliability.checkpoint_frac == pytest.approx(1 / 60)


def test_overhead_counts_each_loss_once() -> None:
    one = np.ones(1)
    assert overhead_frac(0.1 * one, 0.02 * one, 0.3 * one, 0.5 * one) == pytest.approx(0.04 + 0.1 * (0.25 + 0.3))


def test_computing_time_is_youngs_to_first_order_and_holds_beyond() -> None:
    breaks, restart_h = np.array([0.0, 0.01, 0.1, 50.0]), np.array([0.1])
    computing = computing_frac(breaks, restart_h)
    assert computing[0] == 1
    assert computing[1:3] == pytest.approx(1 - breaks[1:3] * 0.1, abs=1.1e-4)
    assert computing[3] == pytest.approx(1 / 6)


def test_breaks_of_a_job_against_a_walk_through_them() -> None:
    """Time down hour by hour, of breaks at known moments, on a clock that stands between two campaigns."""
    running = np.concatenate([np.ones(50), np.zeros(20), np.full(20, 0.5), np.ones(30)])
    clock_h = np.concatenate([[0.0], np.cumsum(running)])
    begin_h, restart_h = np.array([0.25, 1.9, 49.75, 60.5, 89.9]), 1.3
    down_h = np.diff(_time_down_h(clock_h, begin_h, restart_h))
    for hour, down in enumerate(down_h):
        from_h, to_h = clock_h[hour], clock_h[hour + 1]
        walked = sum(max(0.0, min(to_h, b + restart_h) - max(from_h, b)) for b in begin_h)
        assert down == pytest.approx(walked, abs=1e-9)


def test_effective_time_of_100_000_accelerators_against_a_followed_job() -> None:
    """Where the first order (0.65) is far off, what a campaign counts still is not."""
    rate = 100_000 * RATE
    interval_h = checkpoint_interval_h(np.array([rate]), np.array([30 / 3600]))[0]
    followed = followed_job(rate, 30 / 3600, 5 / 60, float(interval_h), hours=100_000)
    spec = CampaignSpec(name="p", hardware=H100, accelerators=100_000)
    counts = pretrain_load(spec, base(train__planned_stops_per_day=0.0), year_of(2026)).counts
    counted = counts["effective_accelerator_h"] / counts["accelerator_h"]
    assert followed == pytest.approx(0.712, abs=0.005)
    assert counted == pytest.approx(followed, abs=0.015)
    assert effective(100_000) < followed - 0.05
