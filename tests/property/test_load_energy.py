"""Energy from requests to MWh: no stage loses or makes any, from tasks over calls, tokens and joules to the meter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.campus.campus_model import CampusModel
from gridplan.campus.drivers.draws import Draws, base_draws, sampled_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.hardware import find_hardware
from gridplan.campus.language_models import LANGUAGE_MODELS
from gridplan.campus.services import SERVICES
from gridplan.campus.site import AUXILIARY, STAGES, SizedCampus, site_load
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.inference import InferenceSpec, MixPart, inference_load, j_per_call
from gridplan.campus.workloads.load import PARTS, Hours

FloatArray = npt.NDArray[np.float64]
HOURS, SCENARIOS = 36, 3
J_PER_MWH = 3.6e9
REL = 1e-11
SPREAD = [parameter.key for parameter in PARAMETERS if parameter.is_spread]
FOLLOWING = {
    "fleet.autoscale_frac": 1.0,
    "fleet.min_active_frac": 0.0,
    "fleet.redundancy_frac": 0.0,
}
"""Accelerators follow demand, none waits."""


def sampled(seed: int, **changed: float) -> Draws:
    """Every uncertain parameter drawn; ``__`` stands for the dot of a key."""
    rng = np.random.default_rng(seed)
    draws = sampled_draws(PARAMETERS, {key: rng.random(SCENARIOS) for key in SPREAD})
    return given_values(draws, {key.replace("__", "."): value for key, value in changed.items()})


def given_values(draws: Draws, values: Mapping[str, float]) -> Draws:
    return Draws({**draws, **{key: np.full(draws.scenarios, value) for key, value in values.items()}})


@st.composite
def specs(draw: st.DrawFn) -> InferenceSpec:
    """Any service on any hardware with one or two models."""
    service = draw(st.sampled_from(SERVICES))
    models = draw(st.lists(st.sampled_from(LANGUAGE_MODELS), min_size=2, max_size=2))
    share = draw(st.floats(0, 1))
    small = [MixPart(model=models[0], share=1.0, is_small_domain=True)] if draw(st.booleans()) else []
    mix = (MixPart(model=models[0], share=share), MixPart(model=models[1], share=1 - share), *small)
    return InferenceSpec(
        name=service.name,
        service=service,
        concurrent_users=draw(st.floats(0.5, 1e6)),
        hardware=find_hardware(draw(st.sampled_from(["a100", "h100", "b200", "gb200", "b300"]))),
        mix=mix if service.measure == "tokens" else (),
        token_interval_ms=service.token_interval_ms,
        movable=service.movable,
        shape_local=service.shape_local,
        shape_global=service.shape_global,
    )


def hours(year: int) -> Hours:
    first = np.datetime64(f"{year}-07-01T00:00:00", "s")
    time_utc = first + np.arange(HOURS) * np.timedelta64(3600, "s")
    return Hours(time_utc=time_utc, timezone="America/Phoenix", year=year)


seeds = st.integers(0, 2**32 - 1)
years = st.integers(2025, 2033)


@given(spec=specs(), seed=seeds, year=years, answers=st.sampled_from([1.0, 3.0]), growth=st.floats(-0.2, 0.5))
@settings(max_examples=50, deadline=None)
def test_tasks_become_calls_and_tokens(
    spec: InferenceSpec, seed: int, year: int, answers: float, growth: float
) -> None:
    draws = sampled(seed, serving__answers_per_call=answers, demand__growth_per_year=growth)
    load, name = inference_load(spec, draws, hours(year)), spec.service.name
    h, cap = draws["serving.reprompt_probability"], int(draws["serving.reprompt_cap"][0])
    users = spec.concurrent_users * draws["serving.users_factor"] * (1 + growth) ** (year - 2026)
    tasks = users * draws[f"{name}.requests_per_user_h"] * HOURS
    repeats = sum(h**n for n in range(cap + 1))
    calls = load.counts["calls"] + load.counts["device_calls"]
    assert load.counts["tasks"] == pytest.approx(tasks, rel=REL)
    assert calls == pytest.approx(tasks * draws[f"{name}.calls_per_task"] * repeats * answers, rel=REL)
    if spec.service.measure == "items":
        assert (load.counts["items"] == load.counts["calls"]).all()
        assert not any(load.counts[key].any() for key in ("input_tokens", "output_tokens", "device_calls"))
        return
    assert load.counts["device_calls"] == pytest.approx(calls * draws["serving.edge_offload_frac"], rel=REL)
    for key in ("input_tokens", "output_tokens"):
        assert load.counts[key] == pytest.approx(load.counts["calls"] * draws[f"{name}.{key}"], rel=REL)
    assert (load.counts["cached_tokens"] <= load.counts["input_tokens"]).all()
    device_j = load.counts["device_calls"] * draws[f"{name}.output_tokens"] * draws["serving.edge_device_j_per_token"]
    assert load.counts["device_mwh"] == pytest.approx(device_j / J_PER_MWH, rel=REL)


@given(spec=specs(), seed=seeds, year=years)
@settings(max_examples=50, deadline=None)
def test_joules_of_calls_are_the_energy_of_accelerators(spec: InferenceSpec, seed: int, year: int) -> None:
    """Exactly where accelerators follow demand; else active ones draw at least that, as they work below their use."""
    draws = sampled(seed)
    load = inference_load(spec, draws, hours(year))
    asked_mwh = load.counts["calls"] * j_per_call(spec, draws, year) / J_PER_MWH
    assert (load.parts_mwh["accelerator_active"] >= asked_mwh * (1 - REL)).all()
    following = given_values(draws, FOLLOWING)
    for is_use_fixed in (True, False):
        load = inference_load(spec, following, hours(year), is_use_fixed=is_use_fixed)
        assert load.parts_mwh["accelerator_active"] == pytest.approx(asked_mwh, rel=REL)
        assert load.counts["served_frac"] == pytest.approx(1.0)


@given(spec=specs(), seed=seeds, year=years, is_use_fixed=st.booleans(), servers=st.one_of(st.none(), st.floats(0, 5)))
@settings(max_examples=50, deadline=None)
def test_parts_are_the_it_energy(
    spec: InferenceSpec, seed: int, year: int, is_use_fixed: bool, servers: float | None
) -> None:
    draws = sampled(seed)
    enough = float(inference_load(spec, draws, hours(year)).counts["accelerators"].max())
    given_spec = replace(spec, installed=None if servers is None else servers * enough)
    load = inference_load(given_spec, draws, hours(year), is_use_fixed=is_use_fixed)
    assert set(load.parts_mwh) <= set(PARTS)
    whole_mwh = load.p_it_mw.sum(axis=1)
    # Idle accelerators are a difference: none may come out as less than none by rounding.
    assert all((mwh >= -1e-12 * whole_mwh).all() for mwh in load.parts_mwh.values())
    assert whole_mwh == pytest.approx(sum(load.parts_mwh.values()), rel=REL, abs=1e-15)
    accelerators = load.parts_mwh["accelerator_active"] + load.parts_mwh["accelerator_idle"]
    assert load.parts_mwh["host"] == pytest.approx(draws["fleet.host_overhead"] * accelerators, rel=REL)
    assert (load.p_it_mw <= load.installed_mw[:, None] * (1 + REL) + 1e-15).all()
    assert (load.counts["served_frac"] <= 1 + REL).all()
    assert ((load.counts["served_frac"] == 1) | (servers is not None)).all()


def campus_of(
    specs_: tuple[object, ...], contract_mw: float, cooling: str, start: np.datetime64 | None = None
) -> SizedCampus:
    model = CampusModel(
        campus="north",
        pack="drawn",
        release="1",
        title="drawn",
        specs=specs_,
        parameters=PARAMETERS,
        cooling=cooling,
        timezone="America/Phoenix",
        reference_year=2026,
    )
    return SizedCampus(
        model=model,
        contract_mw=contract_mw,
        servers_mw=np.nan,
        scale=1.0,
        peak_mw=0.0,
        temperature_c=25 + 15 * np.sin(np.arange(HOURS) * 2 * np.pi / 24),
        start=start,
    )


@given(
    spec=specs(),
    seed=seeds,
    year=years,
    tightness=st.floats(0.05, 3),
    years_ahead=st.one_of(st.none(), st.integers(0, 5)),
    cooling=st.sampled_from(["liquid", "air"]),
)
@settings(max_examples=40, deadline=None)
def test_meter_is_every_stage_and_what_is_unserved(
    spec: InferenceSpec, seed: int, year: int, tightness: float, years_ahead: int | None, cooling: str
) -> None:
    """Inference and training at one meter: stages add up by workload, IT served and left out are the IT asked for.

    With a date of first energisation servers and contract are there in part.
    """
    draws = sampled(seed)
    training = CampaignSpec(name="pretrain", hardware=find_hardware("h100"), accelerators=1000, days=100.0)
    alone = inference_load(spec, draws, hours(year))
    largest_mw = float(alone.p_it_mw.max()) + 1.1
    start = None if years_ahead is None else np.datetime64(f"{year - years_ahead}-01-01", "s")
    campus = campus_of((spec, training), tightness * largest_mw, cooling, start)
    load = site_load(campus, draws, hours(year))
    assert load.p_mw.sum(axis=2) == pytest.approx(load.stages_mwh.sum(axis=1), rel=1e-9, abs=1e-12)
    assert (load.p_mw.sum(axis=0) <= campus.contract_mw * (1 + 1e-12)).all()
    stage = {name: load.stages_mwh[:, k] for k, name in enumerate(STAGES)}
    assert campus.workloads[-1] == AUXILIARY
    assert not sum(stage[name][-1] for name in STAGES if name != "auxiliary").any()
    it_mwh = sum(stage[part] for part in PARTS)
    unbound = site_load(campus_of((spec, training), 1e6 * largest_mw, cooling), draws, hours(year))
    asked_mwh = unbound.stages_mwh[:, : len(PARTS)].sum(axis=(0, 1))
    assert unbound.unserved_frac == pytest.approx(0.0, abs=1e-12)
    assert it_mwh.sum(axis=0) + load.unserved_frac * asked_mwh == pytest.approx(asked_mwh, rel=1e-9)


def test_one_joule_a_token_is_one_kilowatt() -> None:
    """3.6e6 output tokens an hour at 1 J: 1 kWh an hour at the accelerators."""
    spec = InferenceSpec(
        name="chat",
        service=next(s for s in SERVICES if s.name == "chat"),
        concurrent_users=3.6e6,
        hardware=find_hardware("h100"),
        mix=(MixPart(model=replace(LANGUAGE_MODELS[0], total_b=1, active_b=1, measured_j={}), share=1.0),),
        token_interval_ms=100.0,
        movable="interactive",
        shape_local="flat",
        shape_global="flat",
    )
    values = FOLLOWING | {
        "chat.requests_per_user_h": 1.0,
        "chat.output_tokens": 1.0,
        "chat.prefix_cache_frac": 1.0,
        "serving.reprompt_probability": 0.0,
        "serving.edge_offload_frac": 0.0,
        "energy.ln_j_decode": 0.0,
        "energy.batch_exponent": 0.0,
        "fleet.host_overhead": 0.0,
    }
    load = inference_load(spec, given_values(base_draws(PARAMETERS), values), hours(2026))
    assert load.p_it_mw == pytest.approx(np.full((1, HOURS), 1e-3), rel=1e-12)
