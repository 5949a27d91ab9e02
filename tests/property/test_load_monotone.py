"""The load of a campus goes with its drivers in one direction, whatever all the other parameters are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.campus.drivers.draws import Draws, sampled_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.facility.pue import Cooling, pue
from gridplan.campus.hardware import HARDWARE, Hardware
from gridplan.campus.language_models import LANGUAGE_MODELS, accelerators_per_replica, find_language_model
from gridplan.campus.services import find_service
from gridplan.campus.token_energy import decode_j_per_token, prefill_j_per_token
from gridplan.campus.workloads.inference import InferenceSpec, MixPart, inference_load
from gridplan.campus.workloads.load import Hours

FloatArray = npt.NDArray[np.float64]
KEYS = [p.key for p in PARAMETERS if p.is_spread]
SPREAD = {p.key: p for p in PARAMETERS}
WEEK = Hours(
    time_utc=np.datetime64("2020-01-06T07", "s") + np.arange(168) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2029,
)
SPEC = InferenceSpec(
    name="agent",
    service=find_service("agent"),
    concurrent_users=1e5,
    hardware=HARDWARE[1],
    mix=(
        MixPart(model=find_language_model("llama_8b"), share=1.0, is_small_domain=True),
        MixPart(model=find_language_model("llama_70b"), share=1.0),
    ),
    token_interval_ms=100.0,
    movable="relaxed",
    shape_local="azure_code",
    shape_global="azure_conversation",
)
RISING = {
    "serving.users_factor": (0.1, 10.0),
    "agent.requests_per_user_h": (0.1, 20.0),
    "agent.calls_per_task": (1.0, 100.0),
    "agent.input_tokens": (100.0, 1e5),
    "agent.output_tokens": (1.0, 1e4),
    "agent.traffic_factor": (1.0, 1e3),
    "serving.reprompt_probability": (0.0, 1.0),
    "serving.reprompt_cap": (0.0, 20.0),
    "serving.answers_per_call": (1.0, 20.0),
    "serving.compute_factor": (0.1, 10.0),
    "energy.software_drift_per_year": (-0.3, 0.3),
    "energy.trend_per_year": (0.3, 1.2),
    "demand.growth_per_year": (-0.5, 2.0),
    "demand.adoption_rate_per_year": (0.0, 3.0),
    "fleet.host_overhead": (0.0, 1.0),
    "fleet.redundancy_frac": (0.0, 1.0),
}
FALLING = {
    "agent.prefix_cache_frac": (0.0, 1.0),
    "serving.edge_offload_frac": (0.0, 1.0),
    "energy.step_gain_per_year": (0.0, 0.9),
    "energy.batch_ratio": (0.05, 1.0),
    "serving.latency_drift_per_year": (-0.5, 1.0),
}

points = st.lists(st.floats(0.02, 0.98), min_size=len(KEYS), max_size=len(KEYS))
units = st.floats(0.0, 1.0)


def two(u: list[float], key: str, low: float, high: float, **held: float) -> Draws:
    """Two scenarios that differ in one parameter."""
    values = dict(sampled_draws(PARAMETERS, {k: np.array([x, x]) for k, x in zip(KEYS, u, strict=True)}))
    values |= {k.replace("__", "."): np.array([x, x]) for k, x in held.items()}
    values[key] = np.array([low, high])
    return Draws(values)


def at_meter_mw(draws: Draws, spec: InferenceSpec = SPEC, temperature_c: float = 28.0) -> FloatArray:
    """Load of both scenarios, dims (scenario, time) [MW]."""
    p_it_mw = inference_load(spec, draws, WEEK).p_it_mw
    still = np.full(len(WEEK), temperature_c)
    return p_it_mw * pue(Cooling.of(draws, "liquid"), still)


def assert_rises(p_mw: FloatArray) -> None:
    """No hour falls from the first scenario to the second."""
    assert (p_mw[1] - p_mw[0] >= -1e-9 * (1.0 + p_mw.max())).all()


@pytest.mark.parametrize("key", [*RISING, *FALLING])
@given(u=points, pair=st.tuples(units, units))
@settings(max_examples=25, deadline=None)
def test_load_goes_one_way(key: str, u: list[float], pair: tuple[float, float]) -> None:
    begin, end = (RISING | FALLING)[key]
    low, high = sorted(begin + (end - begin) * x for x in pair)
    draws = two(u, key, low, high)
    # Programs send evenly: the mean hour, not every hour, rises in their share where the peak is known.
    p_mw = at_meter_mw(draws)
    if key == "agent.traffic_factor":
        p_mw = p_mw.mean(axis=1, keepdims=True)
    assert_rises(p_mw if key in RISING else p_mw[::-1])


@pytest.mark.parametrize("key", ["serving.users_factor", "agent.calls_per_task", "serving.reprompt_probability"])
@given(u=points, pair=st.tuples(units, units), installed=st.floats(1.0, 1e4))
@settings(max_examples=25, deadline=None)
def test_load_goes_one_way_with_servers_that_stand_there(
    key: str, u: list[float], pair: tuple[float, float], installed: float
) -> None:
    begin, end = RISING[key]
    low, high = sorted(begin + (end - begin) * x for x in pair)
    assert_rises(at_meter_mw(two(u, key, low, high), replace(SPEC, installed=installed)))


@given(u=points, pair=st.tuples(units, units))
@settings(max_examples=40, deadline=None)
def test_small_models_save_where_they_need_less(u: list[float], pair: tuple[float, float]) -> None:
    low, high = sorted(pair)
    draws = two(u, "serving.small_domain_frac", low, high)
    small, general = (_call_j(part, draws) for part in SPEC.mix)
    p_mw = at_meter_mw(draws)
    assert_rises(p_mw[::-1] if small * draws["serving.domain_energy_ratio"][0] <= general else p_mw)


def _call_j(part: MixPart, draws: Draws) -> float:
    """Joules of a call by one model, without the factors that all models share but with those that one half has."""
    tokens = draws["agent.input_tokens"] * (1 - draws["agent.prefix_cache_frac"]), draws["agent.output_tokens"]
    prefill = tokens[0] * prefill_j_per_token(part.model, SPEC.hardware, draws)
    batch = draws["energy.batch_ratio"] ** draws["energy.batch_exponent"]
    return float((prefill + tokens[1] * batch * decode_j_per_token(part.model, SPEC.hardware, draws))[0])


@given(u=points, pair=st.tuples(st.floats(-30, 50), st.floats(-30, 50)))
@settings(max_examples=40, deadline=None)
def test_load_rises_with_temperature(u: list[float], pair: tuple[float, float]) -> None:
    draws = two(u, "serving.users_factor", 1.0, 1.0)
    cool, warm = (at_meter_mw(draws, temperature_c=t)[0] for t in sorted(pair))
    assert_rises(np.array([cool, warm]))


@pytest.mark.parametrize("name", ["electrical_loss_frac", "fan_frac"])
@given(u=points, pair=st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)))
@settings(max_examples=20, deadline=None)
def test_load_rises_with_overhead(name: str, u: list[float], pair: tuple[float, float]) -> None:
    assert_rises(at_meter_mw(two(u, f"facility.liquid.{name}", *sorted(pair))))


def test_a_model_of_70_b_fits_one_accelerator_where_its_bits_do() -> None:
    assert accelerators_per_replica(70, bits=4, memory_gb=80) == 1
    assert accelerators_per_replica(70, bits=8, memory_gb=180) == 1
    assert accelerators_per_replica(70, bits=8, memory_gb=80) == 2
    assert accelerators_per_replica(70, bits=16, memory_gb=80) == 4


@given(
    total=st.floats(0.1, 5000),
    more=st.floats(1, 10),
    bits=st.sampled_from([4, 8, 16]),
    hardware=st.sampled_from(HARDWARE),
)
def test_replica_takes_no_less_of_more(total: float, more: float, bits: int, hardware: Hardware) -> None:
    one = accelerators_per_replica(total, bits, hardware.memory_gb)
    assert accelerators_per_replica(total * more, bits, hardware.memory_gb) >= one
    assert accelerators_per_replica(total, bits * 2, hardware.memory_gb) >= one
    assert accelerators_per_replica(total, bits, hardware.memory_gb * more) <= one
    assert one & (one - 1) == 0
    assert 1.3 * total * bits / 8 <= one * hardware.memory_gb * (1 + 1e-12)
    assert one == 1 or 1.3 * total * bits / 8 > one / 2 * hardware.memory_gb * (1 - 1e-12)


def test_models_fit_the_servers_they_were_measured_on() -> None:
    servers = {hardware.name: hardware for hardware in HARDWARE}
    for model in LANGUAGE_MODELS:
        for name in model.measured_j:
            needed = accelerators_per_replica(model.total_b, model.bits, servers[name].memory_gb)
            assert needed <= servers[name].accelerators, (model.name, name)
