"""Limits of the load model in which the answer is known in closed form, and the factor 3600."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.fleet import fleet_of
from gridplan.campus.services import find_service
from gridplan.campus.workloads.inference import (
    InferenceSpec,
    chain_factor,
    demand_rel,
    energy_view_mw,
    inference_load,
    j_per_call,
    mean_work,
)
from gridplan.campus.workloads.load import Hours
from tests.property.test_load_monotone import KEYS, SPEC, WEEK, points, two

NOW = Hours(time_utc=WEEK.time_utc, timezone=WEEK.timezone, year=2026)
ITEM = replace(SPEC, name="image_generation", service=find_service("image_generation"), mix=())


def held(u: list[float], **values: float) -> Draws:
    """Scenario at these probabilities with some parameters held; ``a__b`` is ``a.b``."""
    return two(u, "serving.users_factor", 1.0, 1.0, **values)


@given(u=points, installed=st.integers(0, 100_000))
@settings(max_examples=30, deadline=None)
def test_without_users_the_idle_floor_is_left(u: list[float], installed: int) -> None:
    draws = held(u)
    load = inference_load(replace(SPEC, concurrent_users=0.0, installed=installed), draws, WEEK)
    floor = installed * SPEC.hardware.tdp_w * draws["fleet.idle_power_frac"] * (1 + draws["fleet.host_overhead"]) * 1e-6
    np.testing.assert_allclose(load.p_it_mw, np.broadcast_to(floor[:, None], load.p_it_mw.shape), rtol=1e-12)
    assert load.counts["tasks"] == pytest.approx(0.0)


@given(h=st.floats(0, 1), cap=st.integers(0, 20))
def test_chain_of_repeats(h: float, cap: int) -> None:
    by_hand = sum(h**k for k in range(cap + 1))
    assert float(chain_factor(np.array(h), np.array(cap))) == pytest.approx(by_hand, rel=1e-9)
    assert float(chain_factor(np.array(0.0), np.array(cap))) == 1.0
    assert float(chain_factor(np.array(1.0), np.array(cap))) == cap + 1
    assert float(chain_factor(np.array(1.0 - 1e-9), np.array(cap))) == pytest.approx(cap + 1, rel=1e-6)


@given(u=points)
@settings(max_examples=20, deadline=None)
def test_nothing_is_served_where_devices_answer_all(u: list[float]) -> None:
    load = inference_load(SPEC, held(u, serving__edge_offload_frac=1.0), WEEK)
    assert (load.p_it_mw == 0).all()
    assert (load.counts["calls"] == 0).all()
    asked = inference_load(SPEC, held(u, serving__edge_offload_frac=0.0), WEEK)
    np.testing.assert_allclose(load.counts["device_calls"], asked.counts["calls"])


@given(u=points, edge=st.floats(0, 1), share=st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_devices_and_campus_share_the_calls(u: list[float], edge: float, share: float) -> None:
    draws = held(u, serving__edge_offload_frac=edge, serving__edge_regional_share=share)
    counts = inference_load(SPEC, draws, WEEK).counts
    whole = inference_load(SPEC, held(u, serving__edge_offload_frac=0.0), WEEK).counts
    np.testing.assert_allclose(counts["calls"] + counts["device_calls"], whole["calls"])
    joule = counts["device_calls"] * draws["agent.output_tokens"] * draws["serving.edge_device_j_per_token"]
    np.testing.assert_allclose(counts["device_mwh"], joule / 3.6e9, atol=1e-300)
    np.testing.assert_allclose(counts["regional_device_mwh"], share * joule / 3.6e9, atol=1e-300)


@given(u=points)
@settings(max_examples=20, deadline=None)
def test_a_full_cache_leaves_decode_alone(u: list[float]) -> None:
    full = held(u, agent__prefix_cache_frac=1.0)
    no_input = held(u, agent__input_tokens=0.0)
    np.testing.assert_allclose(j_per_call(SPEC, full, 2026), j_per_call(SPEC, no_input, 2026), rtol=1e-12)


@given(u=points)
@settings(max_examples=20, deadline=None)
def test_a_fleet_that_never_follows_is_flat_at_fixed_use(u: list[float]) -> None:
    load = inference_load(SPEC, held(u, fleet__autoscale_frac=0.0), WEEK, is_use_fixed=True)
    np.testing.assert_allclose(load.p_it_mw, np.broadcast_to(load.p_it_mw[:, :1], load.p_it_mw.shape), rtol=1e-12)


@given(u=points)
@settings(max_examples=20, deadline=None)
def test_a_fleet_that_follows_and_never_idles_is_proportional_to_requests(u: list[float]) -> None:
    draws = held(u, fleet__autoscale_frac=1.0, fleet__min_active_frac=0.0, fleet__idle_power_frac=0.0)
    p_mw = inference_load(SPEC, draws, WEEK, is_use_fixed=True).p_it_mw
    rel = demand_rel(SPEC, draws, WEEK)
    np.testing.assert_allclose(p_mw / p_mw.mean(axis=1, keepdims=True), rel, rtol=1e-9)


@given(u=points, follows=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_power_is_the_count_times_the_most_where_use_does_not_matter(u: list[float], follows: float) -> None:
    free = {"fleet__redundancy_frac": 0.0, "fleet__power_exponent": 0.0}
    draws = held(u, fleet__autoscale_frac=0.0, **free)
    load = inference_load(SPEC, draws, WEEK)
    most_mw = fleet_of(SPEC.hardware.tdp_w, draws).busy_w * (1 + draws["fleet.host_overhead"]) * 1e-6
    expected = np.broadcast_to((load.counts["accelerators"] * most_mw)[:, None], load.p_it_mw.shape)
    np.testing.assert_allclose(load.p_it_mw, expected, rtol=1e-12)
    # and hour by hour, where what is not active draws nothing
    draws = held(u, fleet__autoscale_frac=follows, fleet__idle_power_frac=0.0, fleet__min_active_frac=0.0, **free)
    load = inference_load(SPEC, draws, WEEK)
    rel = demand_rel(SPEC, draws, WEEK)
    peak = rel.max(axis=1, keepdims=True)
    active = load.counts["accelerators"][:, None] * (follows * rel / peak + 1 - follows)
    np.testing.assert_allclose(load.p_it_mw, active * most_mw[:, None], rtol=1e-9)


def test_one_joule_a_token_and_a_thousand_tokens_a_second_are_a_kilowatt() -> None:
    u = [0.5] * len(KEYS)
    alone = {
        "fleet__host_overhead": 0.0, "fleet__idle_reserve": 0.0, "serving__edge_offload_frac": 0.0,
        "serving__reprompt_probability": 0.0, "agent__calls_per_task": 1.0, "agent__input_tokens": 0.0,
        "agent__output_tokens": 1.0, "agent__requests_per_user_h": 3.6,
    }  # fmt: skip
    joule = float(j_per_call(SPEC, held(u, **alone), 2026)[0])
    draws = held(u, **alone, serving__compute_factor=1.0 / joule)
    spec = replace(SPEC, concurrent_users=1e6)
    assert mean_work(spec, draws, 2026).output_tokens[0] == pytest.approx(3.6e6)
    assert energy_view_mw(spec, draws, 2026)[0] == pytest.approx(1e-3)


def test_one_joule_a_picture_and_a_thousand_pictures_a_second_are_a_kilowatt() -> None:
    u = [0.5] * len(KEYS)
    draws = held(
        u, fleet__host_overhead=0.0, fleet__idle_reserve=0.0, serving__reprompt_probability=0.0,
        image_generation__item_j=1.0, image_generation__requests_per_user_h=3.6,
    )  # fmt: skip
    assert energy_view_mw(replace(ITEM, concurrent_users=1e6), draws, 2026)[0] == pytest.approx(1e-3)


@given(u=points)
@settings(max_examples=30, deadline=None)
def test_both_views_agree_at_the_design_point(u: list[float]) -> None:
    """Flat demand, no spares: replicas draw what the energy view says without its idle reserve."""
    flat: InferenceSpec = replace(SPEC, shape_local="flat", shape_global="flat")
    draws = held(u, fleet__redundancy_frac=0.0, fleet__idle_reserve=0.0)
    p_mw = inference_load(flat, draws, NOW).p_it_mw
    expected = energy_view_mw(flat, draws, NOW.year)
    np.testing.assert_allclose(p_mw, np.broadcast_to(expected[:, None], p_mw.shape), rtol=1e-9)
