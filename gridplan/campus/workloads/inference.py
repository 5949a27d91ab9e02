"""Inference from service drivers: users, requests, steps, tokens, joules, accelerators, MW.

Equations (1) to (7) of docs/load-model.md. ``tasks = U rho m g(year) shape``, ``calls = tasks k A(h)``,
``E = tau_in (1 - phi) eps_pre + tau_out eps_dec``, ``n = calls E / p_act(u*)``; what they draw stands in ``fleet``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.fleet import Fleet, fleet_of, fleet_power, installed_accelerators
from gridplan.campus.hardware import Hardware
from gridplan.campus.language_models import LanguageModel
from gridplan.campus.services import Service
from gridplan.campus.shape import find_shape, local_shape_rel, mixed_rel, shape_rel
from gridplan.campus.token_energy import (
    REFERENCE_YEAR,
    batch_factor,
    decode_j_per_token,
    latency_factor,
    prefill_j_per_token,
    trend_factor,
)
from gridplan.campus.workloads.demand import growth_factor, traffic_factor, with_programs_rel
from gridplan.campus.workloads.load import Chance, Hours, ItLoad

FloatArray = npt.NDArray[np.float64]
_S_PER_H = 3600.0
_J_PER_MWH = 3.6e9


@dataclass(frozen=True, slots=True, kw_only=True)
class MixPart:
    """A model and its part of the calls that are not a small domain model's, or of those that are."""

    model: LanguageModel
    share: float
    is_small_domain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceSpec:
    """One service of a campus.

    Parameters
    ----------
    name : str
        Label of the workload; the service's name unless a campus has it twice.
    service : Service
    concurrent_users : float
        Mean users at work at once, in the reference year.
    hardware : Hardware
    mix : tuple of MixPart
        Models that answer; the shares of the general ones sum to 1, as do those of the small domain ones. Empty for
        pictures and clips.
    token_interval_ms : float [ms]
        Longest median time between tokens.
    movable : str
        Class of ``gridplan.solution.WORKLOADS``.
    shape_local, shape_global : str
        Shapes of requests in the users' time zone and worldwide.
    reference_year : int
        Year of the users and of what they expect.
    installed : float, optional
        Accelerators there are; absent: each scenario has what its own peak needs.
    """

    name: str
    service: Service
    concurrent_users: float
    hardware: Hardware
    mix: tuple[MixPart, ...]
    token_interval_ms: float
    movable: str
    shape_local: str
    shape_global: str
    reference_year: int = REFERENCE_YEAR
    installed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Mean work of a service in an hour, dims (scenario,) each."""

    tasks: FloatArray
    calls: FloatArray
    device_calls: FloatArray
    input_tokens: FloatArray
    cached_tokens: FloatArray
    output_tokens: FloatArray
    j_per_call: FloatArray


def chain_factor(reprompt_probability: FloatArray, cap: FloatArray) -> FloatArray:
    """Calls per request where answers are asked for again, dims of both [1]; equation (2).

    ``A(h) = (1 - h^(K+1)) / (1 - h)``, K + 1 at h = 1.
    """
    h, k = np.broadcast_arrays(np.asarray(reprompt_probability, float), np.asarray(cap, float))
    is_sure = h >= 1.0
    left = np.where(is_sure, 1.0, 1.0 - h)
    with np.errstate(divide="ignore"):
        # 1 - h^(K+1) without the difference of equal numbers near h = 1.
        repeats = -np.expm1((k + 1.0) * np.log1p(np.where(is_sure, 0.0, -left)))
    return np.where(is_sure, k + 1.0, repeats / left)


def users_at_work(spec: InferenceSpec, draws: Draws, year: int) -> FloatArray:
    """Mean users at work at once in a year, dims (scenario,): ``U g(year)``."""
    growth = growth_factor(spec.service, draws, year - spec.reference_year)
    return np.asarray(spec.concurrent_users * draws["serving.users_factor"] * growth)


def mean_work(spec: InferenceSpec, draws: Draws, year: int) -> Work:
    """Work of a mean hour, from users to joules per call; equations (1) to (4).

    ``tasks = U g rho m``, ``calls = tasks k A(h) n (1 - e)``
    """
    name = spec.service.name
    tasks = (
        users_at_work(spec, draws, year) * draws[f"{name}.requests_per_user_h"] * traffic_factor(spec.service, draws)
    )
    repeats = chain_factor(draws["serving.reprompt_probability"], draws["serving.reprompt_cap"])
    all_calls = tasks * draws[f"{name}.calls_per_task"] * repeats * draws["serving.answers_per_call"]
    edge = draws["serving.edge_offload_frac"] if spec.service.measure == "tokens" else np.zeros_like(tasks)
    calls = all_calls * (1.0 - edge)
    tokens = _tokens(spec, draws)
    return Work(
        tasks=tasks,
        calls=calls,
        device_calls=all_calls * edge,
        input_tokens=calls * tokens[0],
        cached_tokens=calls * tokens[0] * tokens[1],
        output_tokens=calls * tokens[2],
        j_per_call=j_per_call(spec, draws, year),
    )


def j_per_call(spec: InferenceSpec, draws: Draws, year: int) -> FloatArray:
    """Accelerator energy of one call at the design point, dims (scenario,) [J]; equation (5).

    ``E = sum_m x_m ratio_m (in (1 - phi) eps_pre + out eps_dec l reason (b/b*)^x) q^(year - 2026) f``, and
    ``item_j q f`` of pictures and clips.
    """
    name = spec.service.name
    common = trend_factor(draws, spec.service.measure, year - REFERENCE_YEAR) * draws["serving.compute_factor"]
    if spec.service.measure == "items":
        return np.asarray(draws[f"{name}.item_j"] * common)
    tokens_in, cached, tokens_out = _tokens(spec, draws)
    long = draws["energy.reasoning_factor"] if spec.service.is_long else 1.0
    drift = (1.0 + draws["serving.latency_drift_per_year"]) ** float(year - spec.reference_year)
    decode_factor = latency_factor(spec.token_interval_ms * drift) * long * batch_factor(draws)
    total = np.zeros_like(tokens_in)
    small = draws["serving.small_domain_frac"] if any(part.is_small_domain for part in spec.mix) else 0.0
    for part in spec.mix:
        share = part.share * (small if part.is_small_domain else 1.0 - small)
        ratio = draws["serving.domain_energy_ratio"] if part.is_small_domain else 1.0
        prefill = tokens_in * (1.0 - cached) * prefill_j_per_token(part.model, spec.hardware, draws)
        decode = tokens_out * decode_j_per_token(part.model, spec.hardware, draws) * decode_factor
        total = total + share * ratio * (prefill + decode)
    return np.asarray(total * common)


def energy_view_mw(spec: InferenceSpec, draws: Draws, year: int) -> FloatArray:
    """Mean IT power for screening, dims (scenario,) [MW]; equation (7), energy view.

    ``P = calls E (1 + kappa_host + kappa_idle)``

    The idle reserve stands for idle accelerators, which the replica view counts; never use both.
    """
    work = mean_work(spec, draws, year)
    overhead = 1.0 + draws["fleet.host_overhead"] + draws["fleet.idle_reserve"]
    return np.asarray(work.calls * work.j_per_call * overhead / _J_PER_MWH)


def demand_rel(spec: InferenceSpec, draws: Draws, hours: Hours, noise: FloatArray | None = None) -> FloatArray:
    """Requests against their mean, dims (scenario, time); the mean over the hours is exactly 1."""
    local = local_shape_rel(find_shape(spec.shape_local), hours.time_utc, hours.timezone)
    everywhere = shape_rel(find_shape(spec.shape_global), hours.time_utc)
    rel = mixed_rel(local, everywhere, draws["serving.local_share"])
    if spec.service.has_programs:
        rel = with_programs_rel(rel, traffic_factor(spec.service, draws))
    if noise is None:
        return rel
    rel *= noise
    rel /= rel.mean(axis=1, keepdims=True)
    return rel


def inference_load(
    spec: InferenceSpec, draws: Draws, hours: Hours, *, noise: FloatArray | None = None, is_use_fixed: bool = False
) -> ItLoad:
    """IT load of a service.

    Parameters
    ----------
    spec : InferenceSpec
    draws : Draws
        Parameters by scenario.
    hours : Hours
    noise : float, dims (scenario, time), optional
        Multiplier of the requests of the hour.
    is_use_fixed : bool
        The linear form: active accelerators draw the power of the design use.
    """
    fleet = fleet_of(spec.hardware.tdp_w, draws)
    work = mean_work(spec, draws, hours.year)
    need = demand_rel(spec, draws, hours, noise)
    need *= (work.calls * work.j_per_call / (fleet.design_w * _S_PER_H))[:, None]
    installed = _installed(spec, need, fleet)
    power = fleet_power(need, installed, fleet, is_use_fixed=is_use_fixed)
    host = draws["fleet.host_overhead"]
    active_mwh, idle_mwh = power.active_mw.sum(axis=1), power.idle_mw.sum(axis=1)
    it_mw = power.active_mw
    it_mw += power.idle_mw
    it_mw *= (1.0 + host)[:, None]
    return ItLoad(
        name=spec.name,
        movable=spec.movable,
        p_it_mw=it_mw,
        parts_mwh={
            "accelerator_active": active_mwh,
            "accelerator_idle": idle_mwh,
            "host": host * (active_mwh + idle_mwh),
        },
        installed_mw=installed * fleet.design_w * (1.0 + host) * 1e-6,
        counts=_counts(spec, work, draws, len(hours), power.served_frac) | {"accelerators": installed},
    )


def inference_by_chance(spec: InferenceSpec, draws: Draws, hours: Hours, chance: Chance) -> ItLoad:
    """IT load of a service whose requests vary by chance."""
    return inference_load(spec, draws, hours, noise=chance.noise)


def _installed(spec: InferenceSpec, need: FloatArray, fleet: Fleet) -> FloatArray:
    if spec.installed is None:
        return installed_accelerators(need.max(axis=1, initial=0.0), fleet)
    return np.full(need.shape[0], spec.installed)


def _tokens(spec: InferenceSpec, draws: Draws) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Input tokens of a call, the cached part of them, output tokens of a call; zeros for pictures and clips."""
    name = spec.service.name
    if spec.service.measure == "items":
        none = np.zeros(draws.scenarios)
        return none, none, none
    return draws[f"{name}.input_tokens"], draws[f"{name}.prefix_cache_frac"], draws[f"{name}.output_tokens"]


def _counts(
    spec: InferenceSpec, work: Work, draws: Draws, hours: int, served_frac: FloatArray
) -> dict[str, FloatArray]:
    is_items = spec.service.measure == "items"
    device_j = draws["serving.edge_device_j_per_token"] * _tokens(spec, draws)[2]
    device_mwh = work.device_calls * hours * device_j / _J_PER_MWH
    return {
        "tasks": work.tasks * hours,
        "calls": work.calls * hours,
        "device_calls": work.device_calls * hours,
        "input_tokens": work.input_tokens * hours,
        "cached_tokens": work.cached_tokens * hours,
        "output_tokens": work.output_tokens * hours,
        "items": work.calls * hours if is_items else np.zeros_like(work.calls),
        "device_mwh": device_mwh,
        "regional_device_mwh": device_mwh * draws["serving.edge_regional_share"],
        "served_frac": served_frac,
    }
