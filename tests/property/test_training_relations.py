"""Relations of training that hold for any parameters: bounds, energy, seeds, blocks, signs, the best interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.campaign import Calendar
from gridplan.campus.workloads.load import PARTS
from gridplan.campus.workloads.pretrain import pretrain_load
from gridplan.campus.workloads.waiting import served_in_turn
from gridplan.campus.young import checkpoint_interval_h, effective_frac, overhead_frac
from tests.unit.campus.training_cases import SPECS, Spec, base, hours_of, load_of, sampled, streams_of

FEW = settings(max_examples=25, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)
specs = st.sampled_from(SPECS)
MONTH = hours_of("2026-01-20", "2026-02-20")
SCENARIOS = 5


@FEW
@given(spec=specs, seed=seeds, is_random=st.booleans())
def test_power_lies_between_idle_and_installed(spec: Spec, seed: int, is_random: bool) -> None:
    draws = sampled(SCENARIOS, seed)
    load = load_of(spec, draws, MONTH, streams_of(SCENARIOS, seed) if is_random else None)
    rated_mw = spec.hardware.rated_mw(spec.accelerators)
    busy_mw = rated_mw * draws["train.node_power_frac"]
    idle_mw = rated_mw * spec.hardware.idle_over_rating * draws["train.idle_scale"]
    network_mw = busy_mw * draws["train.network_storage_frac"]
    assert load.p_it_mw.shape == (SCENARIOS, len(MONTH))
    assert load.p_it_mw.dtype == np.float64
    assert (load.p_it_mw >= (idle_mw + network_mw)[:, None] * (1 - 1e-12)).all()
    assert (load.p_it_mw <= load.installed_mw[:, None] * (1 + 1e-12)).all()
    assert load.installed_mw == pytest.approx(busy_mw + network_mw)


@FEW
@given(spec=specs, seed=seeds, is_random=st.booleans())
def test_parts_add_up_to_the_energy(spec: Spec, seed: int, is_random: bool) -> None:
    load = load_of(spec, sampled(SCENARIOS, seed), MONTH, streams_of(SCENARIOS, seed) if is_random else None)
    assert tuple(load.parts_mwh) == PARTS
    assert all((part >= 0).all() for part in load.parts_mwh.values())
    assert sum(load.parts_mwh.values()) == pytest.approx(load.p_it_mw.sum(axis=1), rel=1e-12)


@FEW
@given(spec=specs, seed=seeds)
def test_equal_seeds_give_equal_arrays(spec: Spec, seed: int) -> None:
    draws = sampled(SCENARIOS, seed)
    one, two, other = (load_of(spec, draws, MONTH, streams_of(SCENARIOS, s)) for s in (seed, seed, seed + 1))
    assert (one.p_it_mw == two.p_it_mw).all()
    assert all((one.counts[key] == two.counts[key]).all() for key in one.counts)
    if spec.name != "pretrain":  # no campaign may fall into the month
        assert (one.p_it_mw != other.p_it_mw).any()


@FEW
@given(spec=specs, seed=seeds, cut=st.integers(1, SCENARIOS - 1), is_random=st.booleans())
def test_blocks_change_nothing(spec: Spec, seed: int, cut: int, is_random: bool) -> None:
    draws = sampled(SCENARIOS, seed)
    whole = load_of(spec, draws, MONTH, streams_of(SCENARIOS, seed) if is_random else None)
    for part in (slice(0, cut), slice(cut, SCENARIOS)):
        numbers = tuple(range(SCENARIOS))[part]
        streams = Streams(seed=seed, campus="north", scenarios=numbers) if is_random else None
        block = load_of(spec, draws.part(part), MONTH, streams)
        assert (block.p_it_mw == whole.p_it_mw[part]).all()
        assert (block.installed_mw == whole.installed_mw[part]).all()
        assert all((block.parts_mwh[key] == whole.parts_mwh[key][part]).all() for key in PARTS)
        assert all((block.counts[key] == whole.counts[key][part]).all() for key in whole.counts)


@FEW
@given(seed=seeds, factor=st.floats(1.05, 20.0))
def test_more_failures_less_effective_work(seed: int, factor: float) -> None:
    draws = sampled(SCENARIOS, seed)
    key = "train.failures_per_accelerator_h"
    worse = Draws({**draws, key: draws[key] * factor})
    calm, broken = (pretrain_load(SPECS[0], d, hours_of("2026-01-01", "2027-01-01")) for d in (draws, worse))
    before, after = (load.counts["effective_accelerator_h"] for load in (calm, broken))
    assert (after <= before).all()
    assert (after[before > 0] < before[before > 0]).all()
    assert (broken.p_it_mw.sum(axis=1) < calm.p_it_mw.sum(axis=1)).all()
    for load in (calm, broken):
        whole = load.counts["effective_accelerator_h"] + load.counts["lost_accelerator_h"]
        assert whole == pytest.approx(load.counts["accelerator_h"])


@FEW
@given(
    rate=st.floats(1e-6, 3.0),
    checkpoint_h=st.floats(1e-4, 0.05),
    restart_h=st.floats(0.0, 1.0),
    factor=st.floats(0.05, 20.0),
)
def test_no_interval_beats_youngs(rate: float, checkpoint_h: float, restart_h: float, factor: float) -> None:
    r, c, t = (np.array([value]) for value in (rate, checkpoint_h, restart_h))
    interval_h = checkpoint_interval_h(r, c)
    other_h = np.maximum(interval_h * factor, c)
    assert overhead_frac(r, c, t, interval_h) <= overhead_frac(r, c, t, other_h) * (1 + 1e-12)


@FEW
@given(checkpoint_h=st.floats(0.0, 0.05), restart_h=st.floats(0.0, 1.0))
def test_effective_time_falls_with_size_from_one(checkpoint_h: float, restart_h: float) -> None:
    rate = np.concatenate([[0.0], np.geomspace(1e-12, 100, 60)])
    c, t = np.full_like(rate, checkpoint_h), np.full_like(rate, restart_h)
    effective = effective_frac(rate, c, t, checkpoint_interval_h(rate, c))
    assert effective[0] == 1
    assert effective[1] == pytest.approx(1, abs=1e-6)
    assert (np.diff(effective) <= 0).all()
    assert ((effective >= 0) & (effective <= 1)).all()


@FEW
@given(
    first_h=st.floats(-9000, 9000),
    spacing_h=st.floats(5.0, 9000.0),
    share=st.floats(0.0, 1.0),
)
def test_running_hours_against_the_minute(first_h: float, spacing_h: float, share: float) -> None:
    length_h = share * spacing_h
    calendar = Calendar(first_h=np.array([first_h]), spacing_h=spacing_h, length_h=np.array([length_h]))
    begin_h = np.arange(200.0)
    running = calendar.running_frac(begin_h)[0]
    minutes = begin_h[:, None] + (np.arange(240) + 0.5) / 240
    by_minute = (np.mod(minutes - first_h, spacing_h) < length_h).mean(axis=1)
    # Each begin or end of a campaign in an hour is off by half a step at most.
    assert np.abs(running - by_minute).max() <= 2 / 240 + 1e-9


@FEW
@given(seed=seeds, hours=st.integers(1, 60), load=st.floats(0.0, 3.0))
def test_waiting_work_against_a_loop(seed: int, hours: int, load: float) -> None:
    rng = np.random.default_rng(seed)
    work = rng.exponential(load + 1e-12, (3, hours)) * rng.integers(0, 2, (3, hours))
    capacity = rng.random((3, hours)) * rng.integers(0, 2, (3, hours))
    served = served_in_turn(work, capacity)
    for k in range(3):
        waiting = 0.0
        for t in range(hours):
            done = min(capacity[k, t], waiting + work[k, t])
            waiting += work[k, t] - done
            assert served[k, t] == pytest.approx(done, abs=1e-9)
    assert (served <= capacity).all()


@FEW
@given(spec=specs)
def test_draws_at_one_point_give_one_load(spec: Spec) -> None:
    load = load_of(spec, base(3), MONTH)
    assert (load.p_it_mw == load.p_it_mw[:1]).all()
