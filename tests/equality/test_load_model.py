"""The load model against its equations written as loops over scalars: parts, and whole small campuses of 48 hours.

The oracle (``tests/oracles/load_model.py``) shares no code with the program. Where the written model leaves a choice
open, the two agree on these readings, or the test turns one into the other:

- Trend of energy by year: the program multiplies input and output tokens alike with ``q^(year - 2026)``; the oracle,
  as equation (5) is written, output tokens alone. The evidence for ``q`` holds for both: from H100 to B200 a FLOP of
  prefill falls to 0.63 of its energy, an output token to 0.64-0.74. ``test_trend_of_input_tokens`` states the
  difference.
- Use at the design point is the mean batch over the target batch: ``u* = b/b*``.
- Accelerators follow from energy, ``n* = c E / p_act(u*)``; replicas do not come in whole numbers. The oracle's
  capacity of a replica is set so that both views meet.
- Least active accelerators are a part of the peak, not a number.
- Models of one service share hardware, shape and autoscaling; the program sums their energy before it counts
  accelerators, the oracle counts them for each model and sums power.
- Active accelerators work at ``u = u* n / n_act``; with the use fixed they draw the power of u*.
- Time between tokens: 1/(1 - 0.13) from 100 to 50 ms, another 1/(1 - 0.48) to 20 ms, straight in logarithms between.
- Shapes have mean 1 over the hours computed, before local and global requests are mixed.
- The contract holds at the meter, auxiliary load is on first; servers hold IT power and are energised in step with the
  contract.
- Delivery counts days by local time; a year has 365.25 of them.
- A model measured on the hardware takes its own energy per token; here no model has been measured.
- Young's interval is at least the time of a checkpoint. The program counts breaks per hour of computing (restarts do
  not fail), which stands between the first order and the exact renewal (Daly).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.campus.campus_model import CampusModel
from gridplan.campus.drivers.draws import Draws, base_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.facility.pue import Cooling, pue
from gridplan.campus.fleet import Fleet, fleet_power, installed_accelerators
from gridplan.campus.hardware import find_hardware
from gridplan.campus.language_models import LanguageModel
from gridplan.campus.services import find_service
from gridplan.campus.shape import find_shape
from gridplan.campus.site import STAGES, SizedCampus, site_load
from gridplan.campus.workloads.inference import (
    InferenceSpec,
    MixPart,
    chain_factor,
    energy_view_mw,
    inference_load,
    j_per_call,
    mean_work,
)
from gridplan.campus.workloads.load import Hours
from gridplan.campus.young import checkpoint_interval_h, effective_frac
from tests.oracles import load_model as oracle
from tests.oracles.load_draws import hour_of_week

FloatArray = npt.NDArray[np.float64]
Values = Mapping[str, float]
REL = 1e-9
HOURS = 48
START = datetime(2028, 3, 11, 6, tzinfo=UTC)
"""Daylight saving time begins within the 48 hours in Chicago."""
HARDWARE = {"h100": oracle.H100, "b200": oracle.B200}
LATENCY = {100.0: 1.0, 1000.0: 1.0, 50.0: 1 / 0.87, 20.0: 1 / (0.87 * 0.52)}
"""Time between tokens [ms] -> J/token against 100 ms."""
SERVICES = ("chat", "agent", "reasoning", "batch")
REASONING_FACTOR = 1.57

frac = st.floats(0.0, 1.0)


def span(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


RANGES: dict[str, st.SearchStrategy[float]] = {
    "serving.users_factor": span(0.2, 3),
    "serving.reprompt_probability": st.one_of(frac, st.sampled_from([0.0, 1.0])),
    "serving.reprompt_cap": st.integers(0, 5).map(float),
    "serving.edge_offload_frac": st.one_of(frac, st.sampled_from([0.0, 1.0])),
    "serving.small_domain_frac": frac,
    "serving.domain_energy_ratio": span(0.2, 1.5),
    "serving.local_share": frac,
    "energy.ln_j_decode": span(-4.8, -3.2),
    "energy.batch_exponent": span(-0.7, -0.3),
    "energy.batch_ratio": span(0.1, 1),
    "energy.prefill_mfu": span(0.1, 0.8),
    "energy.prefill_power_frac": span(0.5, 1),
    "energy.trend_per_year": span(0.5, 1),
    "demand.growth_per_year": span(-0.3, 0.8),
    "fleet.host_overhead": span(0, 0.8),
    "fleet.idle_reserve": span(0, 0.5),
    "fleet.power_exponent": frac,
    "fleet.busy_power_frac": span(0.6, 1),
    "fleet.idle_power_frac": span(0, 0.4),
    "fleet.autoscale_frac": st.one_of(frac, st.sampled_from([0.0, 1.0])),
    "fleet.min_active_frac": frac,
    "fleet.redundancy_frac": span(0, 0.5),
    "facility.auxiliary_frac": span(0, 0.05),
    "facility.in_service_delay_days": span(0, 400),
    "facility.deployment_delay_months": span(0, 24),
    "facility.ramp_years": span(0.2, 6),
    "facility.realisation_frac": span(0.3, 1),
    **{
        f"facility.{kind}.{key}": values
        for kind in ("liquid", "air")
        for key, values in {
            "electrical_loss_frac": span(0, 0.2),
            "fan_frac": span(0, 0.2),
            "economizer_below_c": span(5, 25),
            "mechanical_above_c": span(26, 45),
            "cop_35c": span(2, 12),
        }.items()
    },
    **{
        f"{service}.{key}": values
        for service in SERVICES
        for key, values in {
            "requests_per_user_h": span(0.1, 50),
            "calls_per_task": span(1, 40),
            "input_tokens": span(10, 50_000),
            "prefix_cache_frac": st.one_of(frac, st.sampled_from([0.0, 1.0])),
            "output_tokens": span(1, 10_000),
        }.items()
    },
}
values_of = st.fixed_dictionaries(RANGES)


@st.composite
def language_models(draw: st.DrawFn, name: str) -> LanguageModel:
    active_b = draw(span(0.5, 400))
    return LanguageModel(
        name=name, total_b=active_b * draw(span(1, 20)), active_b=active_b, bits=8, size="large_general"
    )


@st.composite
def services(draw: st.DrawFn, name: str) -> InferenceSpec:
    """A service with one to three models on H100 or B200."""
    service = find_service(name)
    share = draw(frac)
    general = [
        MixPart(model=draw(language_models("first")), share=share),
        MixPart(model=draw(language_models("second")), share=1 - share),
    ]
    small = [MixPart(model=draw(language_models("small")), share=1.0, is_small_domain=True)]
    return InferenceSpec(
        name=name,
        service=service,
        concurrent_users=draw(st.one_of(span(1, 3e6), st.just(0.0))),
        hardware=find_hardware(draw(st.sampled_from(sorted(HARDWARE)))),
        mix=(*general, *(small if draw(st.booleans()) else [])),
        token_interval_ms=draw(st.sampled_from(sorted(LATENCY))),
        movable=service.movable,
        shape_local=draw(st.sampled_from(["burstgpt_chat", "consumer_evening", "business_hours", "flat"])),
        shape_global=draw(st.sampled_from(["azure_conversation", "azure_code", "flat"])),
    )


def draws_of(*scenarios: Values) -> Draws:
    """Draws of these scenarios; what they do not name is at its mode."""
    modes = base_draws(PARAMETERS)
    return Draws({key: np.array([s.get(key, float(mode[0])) for s in scenarios]) for key, mode in modes.items()})


# --- the oracle, put together for a service ---


def energy_of(spec: InferenceSpec, values: Values) -> dict[str, float]:
    slo = LATENCY[spec.token_interval_ms] * (REASONING_FACTOR if spec.name == "reasoning" else 1.0)
    return {
        **oracle.ENERGY,
        "ln_intercept": values["energy.ln_j_decode"],
        "batch_exponent": values["energy.batch_exponent"],
        "batch_ratio": values["energy.batch_ratio"],
        "mfu": values["energy.prefill_mfu"],
        "prefill_power_frac": values["energy.prefill_power_frac"],
        "slo_factor": slo,
        "trend_per_year": values["energy.trend_per_year"],
    }


def call_of(spec: InferenceSpec, values: Values) -> dict[str, float]:
    return {
        "input_tokens": values[f"{spec.name}.input_tokens"],
        "cache_hit": values[f"{spec.name}.prefix_cache_frac"],
        "output_tokens": values[f"{spec.name}.output_tokens"],
    }


def routes(spec: InferenceSpec, values: Values) -> list[tuple[float, float, tuple[float, float]]]:
    """Share of calls, energy against a general model's, and (active, total) of each model."""
    has_small = any(part.is_small_domain for part in spec.mix)
    small = values["serving.small_domain_frac"] if has_small else 0.0
    return [
        (
            part.share * (small if part.is_small_domain else 1 - small),
            values["serving.domain_energy_ratio"] if part.is_small_domain else 1.0,
            (part.model.active_b, part.model.total_b),
        )
        for part in spec.mix
    ]


def model_j(spec: InferenceSpec, values: Values, ratio: float, size: tuple[float, float], year: int) -> float:
    """J of a call by one model, all tokens on the trend."""
    j = oracle.j_per_call(call_of(spec, values), size, HARDWARE[spec.hardware.name], energy_of(spec, values))
    return ratio * j * values["energy.trend_per_year"] ** (year - 2026)


def calls_of(spec: InferenceSpec, values: Values, year: int, shape: float = 1.0) -> float:
    """Calls an hour of all models and devices."""
    service = {
        "users": spec.concurrent_users * values["serving.users_factor"],
        "requests_per_user_h": values[f"{spec.name}.requests_per_user_h"],
        "steps": values[f"{spec.name}.calls_per_task"],
        "reprompt": values["serving.reprompt_probability"],
        "cap": values["serving.reprompt_cap"],
    }
    return oracle.calls_per_h(service, shape, (1 + values["demand.growth_per_year"]) ** (year - 2026))


def oracle_fleet(spec: InferenceSpec, values: Values, j: float) -> dict[str, float]:
    fleet = {
        "gpus": 1.0,
        "u": values["energy.batch_ratio"],
        "idle_w": values["fleet.idle_power_frac"] * spec.hardware.tdp_w,
        "max_w": values["fleet.busy_power_frac"] * spec.hardware.tdp_w,
        "gamma": values["fleet.power_exponent"],
        "autoscale": values["fleet.autoscale_frac"],
        "reserve": values["fleet.redundancy_frac"],
        "host": values["fleet.host_overhead"],
    }
    return {**fleet, "capacity_per_h": oracle.calls_per_replica_h(fleet, j)}


def shape_of(spec: InferenceSpec, values: Values, zone: str) -> list[float]:
    """Requests of each hour against their mean, by a clock and a table of 168 hours."""
    moments = [START + timedelta(hours=n) for n in range(HOURS)]
    parts = []
    for name, clock in ((spec.shape_local, zone), (spec.shape_global, "UTC")):
        table = find_shape(name).week_rel
        hourly = [table[hour_of_week(moment, clock)] for moment in moments]
        parts.append([value * HOURS / math.fsum(hourly) for value in hourly])
    w = values["serving.local_share"]
    return [w * near + (1 - w) * far for near, far in zip(*parts, strict=True)]


def oracle_it_mw(spec: InferenceSpec, values: Values, zone: str, year: int, *, follows_load: bool) -> list[float]:
    """IT power of a service: each model on accelerators of its own."""
    shape = shape_of(spec, values, zone)
    total = [0.0] * HOURS
    for share, ratio, size in routes(spec, values):
        calls = [
            oracle.routed_calls_per_h(
                calls_of(spec, values, year, rel), values["serving.edge_offload_frac"], {"m": 1.0}
            )["m"]
            * share
            for rel in shape
        ]
        fleet = oracle_fleet(spec, values, model_j(spec, values, ratio, size, year))
        most = max(oracle.needed_replicas(c, fleet["capacity_per_h"], fleet["u"]) for c in calls)
        fleet["least"] = values["fleet.min_active_frac"] * most
        total = [a + b for a, b in zip(total, oracle.it_power_mw(calls, fleet, follows_load=follows_load), strict=True)]
    return total


def oracle_servers_mw(spec: InferenceSpec, values: Values, zone: str, year: int) -> float:
    """IT power of a service with every accelerator at its design use, the spares too."""
    most = max(shape_of(spec, values, zone))
    total = 0.0
    for share, ratio, size in routes(spec, values):
        calls = calls_of(spec, values, year, most) * (1 - values["serving.edge_offload_frac"]) * share
        fleet = oracle_fleet(spec, values, model_j(spec, values, ratio, size, year))
        needed = oracle.needed_replicas(calls, fleet["capacity_per_h"], fleet["u"])
        each_w = oracle.active_power_w(fleet["u"], fleet["idle_w"], fleet["max_w"], fleet["gamma"])
        total += (1 + fleet["reserve"]) * needed * each_w * (1 + fleet["host"]) / 1e6
    return total


def hours_of(zone: str, year: int) -> Hours:
    first = np.datetime64(START.replace(tzinfo=None), "s")
    return Hours(time_utc=first + np.arange(HOURS) * np.timedelta64(3600, "s"), timezone=zone, year=year)


# --- parts ---


@given(h=st.one_of(frac, span(1 - 1e-6, 1), st.sampled_from([0.0, 1.0, 1 - 2**-53])), cap=st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_chain_factor(h: float, cap: int) -> None:
    found = float(chain_factor(np.array(h), np.array(float(cap))))
    assert found == pytest.approx(oracle.chain_factor(h, cap), rel=1e-13)
    if h in (0.0, 1.0):
        assert found == (1.0 if h == 0.0 else cap + 1.0)


@given(values=values_of, spec=st.sampled_from(SERVICES).flatmap(services), year=st.integers(2024, 2035))
@settings(max_examples=60, deadline=None)
def test_energy_of_a_call_and_of_a_mean_hour(values: Values, spec: InferenceSpec, year: int) -> None:
    draws = draws_of(values)
    parts = [share * model_j(spec, values, ratio, size, year) for share, ratio, size in routes(spec, values)]
    assert j_per_call(spec, draws, year) == pytest.approx([math.fsum(parts)], rel=REL)
    edge = values["serving.edge_offload_frac"]
    served = oracle.routed_calls_per_h(calls_of(spec, values, year), edge, {"m": 1.0})
    work = mean_work(spec, draws, year)
    assert work.calls == pytest.approx([served["m"]], rel=REL)
    assert work.device_calls == pytest.approx([served["edge"]], rel=REL)
    tokens = served["m"] * values[f"{spec.name}.input_tokens"]
    computed = oracle.computed_input_tokens(tokens, values[f"{spec.name}.prefix_cache_frac"])
    assert work.input_tokens - work.cached_tokens == pytest.approx([computed], rel=REL, abs=1e-6 * tokens)
    expected_mw = oracle.energy_view_mw(
        served["m"], math.fsum(parts), values["fleet.host_overhead"], values["fleet.idle_reserve"]
    )
    assert energy_view_mw(spec, draws, year) == pytest.approx([expected_mw], rel=REL)


@given(values=values_of, spec=services("agent"), years=st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_trend_of_input_tokens(values: Values, spec: InferenceSpec, years: int) -> None:
    """What the program's reading takes off the one with output tokens alone on the trend: prefill (1 - q^years)."""
    q, hardware, energy = values["energy.trend_per_year"], HARDWARE[spec.hardware.name], energy_of(spec, values)
    call = call_of(spec, values)
    computed = oracle.computed_input_tokens(call["input_tokens"], call["cache_hit"])
    literal = saved = 0.0
    for share, ratio, (active_b, total_b) in routes(spec, values):
        prefill = computed * oracle.prefill_j_per_token(active_b, hardware, energy)
        decode = oracle.decode_j_per_token(active_b, total_b, hardware, energy, float(years))
        literal += share * ratio * (prefill + call["output_tokens"] * decode)
        saved += share * ratio * prefill * (1 - q**years)
    assert j_per_call(spec, draws_of(values), 2026 + years) == pytest.approx([literal - saved], rel=REL)


@given(
    values=values_of,
    needs=st.lists(st.one_of(span(0, 1e5), st.just(0.0)), min_size=1, max_size=24),
    tdp_w=span(100, 1500),
    is_use_fixed=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_power_of_a_fleet(values: Values, needs: list[float], tdp_w: float, is_use_fixed: bool) -> None:
    one = {key: np.array([value]) for key, value in values.items()}
    fleet = Fleet(
        idle_w=one["fleet.idle_power_frac"] * tdp_w,
        busy_w=one["fleet.busy_power_frac"] * tdp_w,
        exponent=one["fleet.power_exponent"],
        design_use=one["energy.batch_ratio"],
        autoscale_frac=one["fleet.autoscale_frac"],
        min_active_frac=one["fleet.min_active_frac"],
        redundancy_frac=one["fleet.redundancy_frac"],
    )
    need = np.array([needs])
    installed = installed_accelerators(need.max(axis=1), fleet)
    found = fleet_power(need, installed, fleet, is_use_fixed=is_use_fixed)
    u = values["energy.batch_ratio"]
    expected = oracle.it_power_mw(
        [n * u for n in needs],
        {
            "capacity_per_h": 1.0,
            "u": u,
            "gpus": 1.0,
            "idle_w": values["fleet.idle_power_frac"] * tdp_w,
            "max_w": values["fleet.busy_power_frac"] * tdp_w,
            "gamma": values["fleet.power_exponent"],
            "autoscale": values["fleet.autoscale_frac"],
            "least": values["fleet.min_active_frac"] * max(needs),
            "reserve": values["fleet.redundancy_frac"],
            "host": 0.0,
        },
        follows_load=not is_use_fixed,
    )
    assert (found.active_mw + found.idle_mw)[0] == pytest.approx(expected, rel=REL, abs=1e-12 * max(needs))
    assert found.served_frac == pytest.approx([1.0])


@given(
    values=values_of,
    temperature_c=st.lists(span(-40, 60), min_size=1, max_size=10),
    kind=st.sampled_from(["liquid", "air"]),
)
@settings(max_examples=60, deadline=None)
def test_pue(values: Values, temperature_c: list[float], kind: Any) -> None:
    found = pue(Cooling.of(draws_of(values), kind), np.array(temperature_c))
    assert found[0] == pytest.approx([oracle.pue(t, oracle_cooling(values, kind)) for t in temperature_c], rel=REL)


@given(
    gpus=span(1, 300_000),
    rate=span(1e-6, 1e-4),
    checkpoint_s=span(1, 300),
    restart_min=span(0, 30),
)
@settings(max_examples=80, deadline=None)
def test_checkpoints_and_effective_time(gpus: float, rate: float, checkpoint_s: float, restart_min: float) -> None:
    checkpoint_h, restart_h = checkpoint_s / 3600, restart_min / 60
    found = checkpoint_interval_h(np.array([gpus * rate]), np.array([checkpoint_h]))
    interval_h = max(oracle.checkpoint_interval_h(gpus, rate, checkpoint_h), checkpoint_h)
    assert found == pytest.approx([interval_h], rel=REL)
    effective = effective_frac(np.array([gpus * rate]), np.array([checkpoint_h]), np.array([restart_h]), found)
    expected = oracle.effective_frac(gpus, rate, checkpoint_h, restart_h, interval_h)
    assert effective == pytest.approx([min(max(expected, 0.0), 1.0)], rel=REL, abs=1e-12)


# --- whole campuses ---


def oracle_cooling(values: Values, kind: str) -> dict[str, float]:
    names = {
        "loss": "electrical_loss_frac",
        "fan": "fan_frac",
        "t1": "economizer_below_c",
        "t2": "mechanical_above_c",
        "cop35": "cop_35c",
    }
    return {short: values[f"facility.{kind}.{key}"] for short, key in names.items()}


def oracle_contract_mw(values: Values, contract_mw: float, start: datetime | None, zone: str) -> list[float]:
    """Contract of each hour."""
    if start is None:
        return [contract_mw] * HOURS
    delay = values["facility.in_service_delay_days"] + values["facility.deployment_delay_months"] * 365.25 / 12
    terms = {
        "mw": contract_mw,
        "start": 0.0,
        "delay": delay / 365.25,
        "ramp_years": values["facility.ramp_years"],
        "realisation": values["facility.realisation_frac"],
    }
    first = START.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    days = [(first + timedelta(hours=n) - start) / timedelta(days=1) for n in range(HOURS)]
    return [oracle.delivered_mw(math.inf, day / 365.25, terms) for day in days]


@st.composite
def campuses(draw: st.DrawFn) -> SizedCampus:
    """A campus of two services in some climate, with a contract that may bind."""
    first, second = draw(st.sampled_from([("chat", "agent"), ("reasoning", "batch"), ("chat", "reasoning")]))
    model = CampusModel(
        campus="north",
        pack="drawn",
        release="1",
        title="drawn",
        specs=(draw(services(first)), draw(services(second))),
        parameters=PARAMETERS,
        cooling=draw(st.sampled_from(["liquid", "air"])),
        timezone=draw(st.sampled_from(["UTC", "America/Chicago", "Asia/Tokyo"])),
        reference_year=2026,
    )
    start = draw(st.sampled_from([None, datetime(2025, 6, 1), datetime(2027, 9, 15)]))
    middle = draw(span(-20, 40))
    return SizedCampus(
        model=model,
        contract_mw=draw(span(1, 5000)),
        servers_mw=math.nan,  # of the central run: scenarios have the power of their own servers
        scale=1.0,
        peak_mw=0.0,
        temperature_c=middle + 10 * np.sin(np.arange(HOURS) * math.tau / 24),
        start=None if start is None else np.datetime64(start, "s"),
    )


@given(campus=campuses(), scenarios=st.tuples(values_of, values_of))
@settings(max_examples=40, deadline=None)
def test_whole_campus(campus: SizedCampus, scenarios: tuple[Values, Values]) -> None:
    """MW of each service and hour, unserved part, and energy of every stage, for two scenarios at once."""
    zone, year, kind = campus.model.timezone, 2028, campus.model.cooling
    found = site_load(campus, draws_of(*scenarios), hours_of(zone, year))
    start = None if campus.start is None else campus.start.astype(datetime)
    for k, values in enumerate(scenarios):
        asked = [oracle_it_mw(spec, values, zone, year, follows_load=True) for spec in campus.model.specs]
        total = [math.fsum(parts) for parts in zip(*asked, strict=True)]
        servers_mw = math.fsum(oracle_servers_mw(spec, values, zone, year) for spec in campus.model.specs)
        ratio = [oracle.pue(t, oracle_cooling(values, kind)) for t in campus.temperature_c]
        contract = oracle_contract_mw(values, campus.contract_mw, start, zone)
        aux_mw = values["facility.auxiliary_frac"] * campus.contract_mw
        account = dict.fromkeys(("facility", "it", "overhead", "auxiliary"), 0.0)
        served_frac = []
        for hour in range(HOURS):
            energised_mw = servers_mw * contract[hour] / campus.contract_mw
            wanted = min(total[hour], energised_mw) * ratio[hour] + aux_mw
            part = oracle.clipped_account([wanted], contract[hour], [ratio[hour]], aux_mw)
            account = {key: account[key] + part[key] for key in account}
            served_frac.append(part["it"] / total[hour] if total[hour] > 0 else 1.0)
        for w in range(2):
            expected = [a * s * r for a, s, r in zip(asked[w], served_frac, ratio, strict=True)]
            assert found.p_mw[w, k] == pytest.approx(expected, rel=REL, abs=1e-9)
        assert found.p_mw[:, k].sum() == pytest.approx(account["facility"], rel=REL)
        assert (found.p_mw[:, k].sum(axis=0) <= np.array(contract) * (1 + 1e-12) + 1e-9).all()
        stages = dict(zip(STAGES, found.stages_mwh[:, :, k].sum(axis=0), strict=True))
        it_mwh = sum(stages[s] for s in ("accelerator_active", "accelerator_idle", "host", "network_storage"))
        assert it_mwh == pytest.approx(account["it"], rel=REL, abs=1e-9)
        for stage, name in (("electrical_loss", "electrical_loss_frac"), ("fans_pumps", "fan_frac")):
            expected_mwh = account["it"] * values[f"facility.{kind}.{name}"]
            assert stages[stage] == pytest.approx(expected_mwh, rel=REL, abs=1e-9)
        overhead = stages["electrical_loss"] + stages["fans_pumps"] + stages["cooling"]
        assert overhead == pytest.approx(account["overhead"], rel=REL, abs=1e-6)
        assert stages["auxiliary"] == pytest.approx(account["auxiliary"], rel=REL)
        asked_mwh = math.fsum(total)
        left = 1 - account["it"] / asked_mwh if asked_mwh > 0 else 0.0
        # The account takes IT power as a difference from the meter, which auxiliary load may dwarf.
        rounding = 1e-13 * HOURS * aux_mw / asked_mwh if asked_mwh > 0 else 0.0
        assert found.unserved_frac[k] == pytest.approx(left, abs=1e-9 + rounding)


@given(values=values_of, spec=st.sampled_from(SERVICES).flatmap(services))
@settings(max_examples=40, deadline=None)
def test_linear_form_of_a_service(values: Values, spec: InferenceSpec) -> None:
    load = inference_load(spec, draws_of(values), hours_of("UTC", 2030), is_use_fixed=True)
    expected = oracle_it_mw(spec, values, "UTC", 2030, follows_load=False)
    assert load.p_it_mw[0] == pytest.approx(expected, rel=REL, abs=1e-12)
