"""The small program of movable work against closed forms and its invariants."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.oracles.load_program import (
    FINE_TUNE,
    INFERENCE,
    PRETRAIN,
    Answer,
    Cap,
    Site,
    Work,
    concave,
    segments,
    solve_program,
)

IDLE, FULL = 0.2e-3, 1.0e-3


def site(prices: list[float], **changes: object) -> Site:
    plain = Site(gpus=1000, idle_mw=IDLE, full_mw=FULL, pue=[1.2] * len(prices), price_usd_per_mwh=prices)
    return replace(plain, **changes)  # type: ignore[arg-type]


def served(answer: Answer, work: Work) -> float:
    """Work served with the backlog left and what is lost: arrivals, or the program leaks."""
    hours, places = len(work.arriving_gpu_h[0]), len(work.arriving_gpu_h)
    done = sum(
        answer.value["on", 0, i, t] * work.cap[0][1]
        + sum(answer.value["segment", 0, i, t, k] * slope for k, (_, slope) in enumerate(segments(work.cap)))
        for i in range(places)
        for t in range(hours)
    )
    return done + answer.total("lost") + sum(answer.value["backlog", 0, i, hours - 1] for i in range(places))


def random_work(seed: int, *, places: int = 2, hours: int = 12, **changes: object) -> Work:
    rng = np.random.default_rng(seed)
    return replace(Work(arriving_gpu_h=rng.uniform(100, 600, (places, hours)).tolist()), **changes)  # type: ignore[arg-type]


def is_concave(cap: Cap) -> bool:
    slopes = [slope for _, slope in segments(cap)]
    return all(a >= b for a, b in pairwise(slopes))


@pytest.mark.parametrize(
    ("cap", "dropped_power", "most_gain"),
    [(INFERENCE, [], 0.0), (FINE_TUNE, [0.9255], 0.00128), (PRETRAIN, [0.8821], 0.01128)],
)
def test_measured_cap_curves_need_their_hull(cap: Cap, dropped_power: list[float], most_gain: float) -> None:
    """Fine-tuning and pretraining bend the wrong way at one point; the hull says up to 1.1 % more throughput there."""
    hull = concave(cap)
    assert is_concave(hull)
    assert is_concave(cap) == (not dropped_power)
    assert [p for p, _ in cap if p not in dict(hull)] == dropped_power
    power, throughput = (list(axis) for axis in zip(*hull, strict=True))
    gains = [float(np.interp(p, power, throughput)) - y for p, y in cap]
    assert min(gains) >= -1e-12
    assert max(gains) == pytest.approx(most_gain, abs=1e-5)
    assert cap[-1] == (1, 1)
    assert all(y >= p for p, y in cap)


def test_strict_work_is_its_own_baseline() -> None:
    work = Work(arriving_gpu_h=[[300.0, 500.0]])
    answer = solve_program([site([10.0, 30.0], auxiliary_mw=0.05)], [work])
    expected = [1.2 * (0.2 + 0.8 * share) + 0.05 for share in (0.3, 0.5)]
    assert answer.p_mw[0] == pytest.approx(expected)
    assert answer.cost_usd == pytest.approx(10 * expected[0] + 30 * expected[1])


def test_power_never_falls_below_the_idle_floor() -> None:
    answer = solve_program([site([100.0] * 3)], [Work(arriving_gpu_h=[[0.0] * 3])])
    assert answer.p_mw[0] == pytest.approx([1.2 * 0.2] * 3)


def test_deadline_moves_work_to_the_cheap_hour_within_reach() -> None:
    work = Work(arriving_gpu_h=[[400.0, 0.0, 0.0, 0.0]], deadline_h=2)
    answer = solve_program([site([50.0, 40.0, 20.0, 10.0])], [work])
    assert [answer.value["on", 0, 0, t] for t in range(4)] == pytest.approx([0, 0, 400, 0])
    assert [answer.value["backlog", 0, 0, t] for t in range(4)] == pytest.approx([400, 400, 0, 0])


def test_no_work_is_left_at_the_end() -> None:
    work = Work(arriving_gpu_h=[[0.0, 400.0]], deadline_h=24)
    answer = solve_program([site([1.0, 1000.0])], [work])
    assert answer.value["on", 0, 0, 1] == pytest.approx(400)


def test_full_hall_spills_into_the_next_cheapest_hour() -> None:
    work = Work(arriving_gpu_h=[[700.0, 700.0, 0.0]], deadline_h=2)
    answer = solve_program([site([30.0, 20.0, 10.0])], [work])
    assert [answer.value["on", 0, 0, t] for t in range(3)] == pytest.approx([0, 400, 1000])


def test_meter_limit_caps_gpus_along_the_curve() -> None:
    """Full hall, limit at the power of the second point of the curve: deferred work is 1 - y."""
    p, y = PRETRAIN[1]
    limit = 1.2 * FULL * 1000 * p
    work = Work(arriving_gpu_h=[[1000.0, 0.0]], deadline_h=1, cap=concave(PRETRAIN))
    answer = solve_program([site([10.0, 10.1], idle_mw=0.0, limit_mw=[limit, 9.0], gpus=1000)], [work])
    assert answer.p_mw[0][0] <= limit + 1e-9
    most = solve_program([site([0.0, 1000.0], idle_mw=0.0, limit_mw=[limit, 9.0])], [work])
    assert most.value["backlog", 0, 0, 0] == pytest.approx(1000 * (1 - y))


def test_capped_gpus_save_energy_where_the_hall_has_room() -> None:
    """Half-full hall: more GPUs at the cap with the least energy per work, idle power counted."""
    work = Work(arriving_gpu_h=[[500.0]], cap=INFERENCE)
    answer = solve_program([site([1.0])], [work])
    per_work = [(p - IDLE / FULL) / y for p, y in INFERENCE]
    p, y = INFERENCE[int(np.argmin(per_work))]
    assert answer.p_mw[0][0] == pytest.approx(1.2 * (0.2 + 500 / y * (p * FULL - IDLE)))


def test_sending_pays_where_prices_differ_by_more_than_it_costs() -> None:
    work = Work(arriving_gpu_h=[[500.0], [300.0]], sent_frac=0.4, send_usd_per_gpu_h=0.01)
    sites = [site([100.0]), site([80.0])]
    gain = 20 * 1.2 * (FULL - IDLE)
    assert gain > 0.01
    moved = solve_program(sites, [work])
    assert moved.value["send", 0, 0, 1, 0] == pytest.approx(200)
    stays = solve_program(sites, [replace(work, send_usd_per_gpu_h=0.02)])
    assert stays.total("send") == pytest.approx(0)


def test_free_shift_between_equal_sites_is_symmetric() -> None:
    work = random_work(1, sent_frac=1.0, deadline_h=3)
    mirrored = replace(work, arriving_gpu_h=list(reversed(work.arriving_gpu_h)))
    prices = list(np.random.default_rng(2).uniform(10, 90, 12))
    two = [site(prices), site(prices)]
    assert solve_program(two, [work]).cost_usd == pytest.approx(solve_program(two, [mirrored]).cost_usd)


def test_lost_work_is_given_up_only_when_energy_is_dearer() -> None:
    energy_usd = 1.2 * (FULL - IDLE) * 100
    for value_usd, lost in ((0.9 * energy_usd, 25.0), (1.1 * energy_usd, 0.0)):
        work = Work(arriving_gpu_h=[[500.0]], lost_frac=0.05, lost_usd_per_gpu_h=value_usd)
        assert solve_program([site([100.0])], [work]).total("lost") == pytest.approx(lost)


def test_event_budget_stops_the_reduction() -> None:
    """One dear hour; the baseline is flat, so the budget is what may move out of that hour."""
    prices = [10.0] * 5 + [500.0] + [10.0] * 6
    work = Work(arriving_gpu_h=[[400.0] * 12], deadline_h=6)
    baseline = solve_program([site(prices)], [replace(work, deadline_h=0)]).p_mw[0]
    free = solve_program([site(prices, baseline_mw=baseline)], [work])
    bound = solve_program([site(prices, baseline_mw=baseline, budget_frac=0.01)], [work])
    assert baseline[5] - bound.p_mw[0][5] == pytest.approx(0.01 * sum(baseline))
    assert baseline[5] - free.p_mw[0][5] == pytest.approx(1.2 * 0.8 * 0.4)
    assert free.cost_usd < bound.cost_usd


def test_windows_end_a_long_reduction() -> None:
    prices = [10.0] * 2 + [500.0] * 4 + [10.0] * 6
    work = Work(arriving_gpu_h=[[400.0] * 12], deadline_h=8)
    baseline = solve_program([site(prices)], [replace(work, deadline_h=0)]).p_mw[0]
    short = site(prices, baseline_mw=baseline, shed_frac=0.25, longest_h=2, rebound=1.1)
    answer = solve_program([short], [work])
    down = [answer.value["reduced", 0, t] for t in range(12)]
    assert all(sum(down[t : t + 3]) <= 2 * 0.25 * baseline[0] + 1e-9 for t in range(10))
    assert max(answer.p_mw[0]) <= 1.1 * baseline[0] + 1e-9
    assert sum(down[2:6]) > 2 * 0.25 * baseline[0]


def test_zero_reduction_leaves_the_baseline() -> None:
    prices = list(np.random.default_rng(4).uniform(10, 90, 12))
    work = random_work(3, places=1)
    baseline = solve_program([site(prices)], [work])
    held = site(prices, baseline_mw=baseline.p_mw[0], shed_frac=0.0, rebound=1.0)
    moved = solve_program([held], [replace(work, deadline_h=6)])
    assert moved.p_mw[0] == pytest.approx(baseline.p_mw[0])
    assert moved.cost_usd == pytest.approx(baseline.cost_usd)


def test_ramp_holds_in_both_directions() -> None:
    work = Work(arriving_gpu_h=[[900.0, 0.0, 0.0, 900.0, 0.0, 0.0]], deadline_h=2)
    answer = solve_program([site([1.0, 9.0, 2.0, 1.0, 9.0, 2.0], ramp_mw=0.3)], [work])
    assert all(abs(b - a) <= 0.3 + 1e-9 for a, b in pairwise(answer.p_mw[0]))
    assert solve_program([site([1.0] * 6, ramp_mw=0.01)], [replace(work, deadline_h=0)]).status == "infeasible"


@pytest.mark.parametrize("seed", range(5))
def test_work_is_conserved_and_freedom_never_costs(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    sites = [site(list(rng.uniform(5, 120, 12)), pue=list(rng.uniform(1.08, 1.4, 12))) for _ in range(2)]
    work = random_work(seed)
    freedoms: list[dict[str, object]] = [
        {},
        {"deadline_h": 4},
        {"deadline_h": 4, "cap": concave(FINE_TUNE)},
        {"deadline_h": 4, "cap": concave(FINE_TUNE), "sent_frac": 0.5, "send_usd_per_gpu_h": 0.005},
        {"deadline_h": 4, "cap": concave(FINE_TUNE), "sent_frac": 1.0, "lost_frac": 0.1, "lost_usd_per_gpu_h": 0.01},
    ]
    costs = []
    for freedom in freedoms:
        moved = replace(work, **freedom)  # type: ignore[arg-type]
        answer = solve_program(sites, [moved])
        assert served(answer, moved) == pytest.approx(sum(map(sum, work.arriving_gpu_h)))
        costs.append(answer.cost_usd)
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(costs))
    assert costs[-1] < costs[0]


def test_two_classes_share_the_hall() -> None:
    strict = Work(arriving_gpu_h=[[600.0, 600.0, 600.0]])
    batch = Work(arriving_gpu_h=[[500.0, 0.0, 0.0]], deadline_h=2)
    answer = solve_program([site([10.0, 20.0, 30.0])], [strict, batch])
    assert [answer.value["on", 1, 0, t] for t in range(3)] == pytest.approx([400, 100, 0])
    tight = solve_program([site([10.0, 20.0, 30.0], gpus=700)], [strict, batch])
    assert tight.status == "infeasible"
