"""Equations of the AI load model as scalar functions: one equation each, loops, no arrays.

In: numbers, or a mapping of parameter name to number. Out: one number, or a list of one number per hour. Nothing
here imports gridplan, so that a mistake there cannot hide here. Where the written model leaves a choice open, the
docstring says "Reading:" and which.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

J_PER_WH = 3600.0
H100 = {"peak_flops": 989e12, "tdp_w": 700.0, "is_b200": 0.0}
B200 = {"peak_flops": 2250e12, "tdp_w": 1000.0, "is_b200": 1.0}
"""Dense 16-bit peak and board power as the makers print them."""
ENERGY = {
    "ln_intercept": -3.997,
    "exp_active": 0.352,
    "exp_total": 0.432,
    "ln_b200": -0.417,
    "batch_exponent": -0.52,
    "batch_ratio": 0.55,
    "mfu": 0.45,
    "prefill_power_frac": 0.93,
    "slo_factor": 1.0,
    "trend_per_year": 0.75,
}
"""Modes of the energy parameters."""


# --- (1) to (4): users, calls, tokens ---


def chain_factor(reprompt: float, cap: int) -> float:
    """Calls per task and step: 1 + h + h^2 + ... + h^K."""
    total, term = 0.0, 1.0
    for _ in range(cap + 1):
        total += term
        term *= reprompt
    return total


def tasks_per_h(users: float, requests_per_user_h: float, shape: float, growth: float) -> float:
    """(1) r = U rho shape g [1/h]."""
    return users * requests_per_user_h * shape * growth


def calls_per_h(service: Mapping[str, float], shape: float = 1.0, growth: float = 1.0) -> float:
    """(2) c = r k A(h) [1/h]; keys users, requests_per_user_h, steps, reprompt, cap."""
    tasks = tasks_per_h(service["users"], service["requests_per_user_h"], shape, growth)
    return tasks * service["steps"] * chain_factor(service["reprompt"], int(service["cap"]))


def routed_calls_per_h(calls: float, edge_frac: float, mix: Mapping[str, float]) -> dict[str, float]:
    """(3) c_m = c (1 - e) x_m, and what the edge takes under "edge"; the sum is c again."""
    assert abs(sum(mix.values()) - 1) < 1e-9
    return {"edge": calls * edge_frac} | {model: calls * (1 - edge_frac) * share for model, share in mix.items()}


def computed_input_tokens(input_tokens: float, cache_hit: float) -> float:
    """(4) Input tokens that are not in the prefix cache."""
    return input_tokens * (1 - cache_hit)


# --- (5): energy of tokens ---


def prefill_j_per_token(active_b: float, hardware: Mapping[str, float], energy: Mapping[str, float]) -> float:
    """(5) eps_pre = 2e9 N_active / (eta F) * 0.93 TDP [J]."""
    seconds = 2e9 * active_b / (energy["mfu"] * hardware["peak_flops"])
    return seconds * energy["prefill_power_frac"] * hardware["tdp_w"]


def decode_j_per_token(
    active_b: float, total_b: float, hardware: Mapping[str, float], energy: Mapping[str, float], years: float = 0.0
) -> float:
    """(5) eps_dec (b/b*)^-0.52: fit, B200 term, SLO factor, batch ratio, q^years [J].

    Reading: the trend multiplies decoding alone, as (5) writes it; prefill follows the hardware's FLOP/s.
    """
    ln_j = energy["ln_intercept"] + energy["exp_active"] * math.log(active_b)
    ln_j += energy["exp_total"] * math.log(total_b) + energy["ln_b200"] * hardware["is_b200"]
    j = math.exp(ln_j) * energy["slo_factor"] * energy["trend_per_year"] ** years
    return float(j * energy["batch_ratio"] ** energy["batch_exponent"])


def j_per_call(
    call: Mapping[str, float], model: tuple[float, float], hardware: Mapping[str, float], energy: Mapping[str, float]
) -> float:
    """(5) Accelerator energy of one call; model = (active, total) in 1e9.

    Keys of ``call``: input_tokens, cache_hit, output_tokens.
    """
    computed = computed_input_tokens(call["input_tokens"], call["cache_hit"])
    prefill = computed * prefill_j_per_token(model[0], hardware, energy)
    return prefill + call["output_tokens"] * decode_j_per_token(*model, hardware, energy)


def task_wh(
    call: Mapping[str, float],
    mix: Mapping[tuple[float, float], float],
    hardware: Mapping[str, float],
    energy: Mapping[str, float],
    overhead: Mapping[str, float],
) -> float:
    """Facility energy of one task by the energy view; ``mix`` maps a model to its share of calls.

    Keys of ``overhead``: calls (per task), host, idle, pue.
    """
    j = 0.0
    for model, share in mix.items():
        j += share * j_per_call(call, model, hardware, energy)
    return overhead["calls"] * j * (1 + overhead["host"] + overhead["idle"]) * overhead["pue"] / J_PER_WH


def service_mw(
    service: Mapping[str, float],
    call: Mapping[str, float],
    mix: Mapping[tuple[float, float], float],
    hardware: Mapping[str, float],
    energy: Mapping[str, float],
    overhead: Mapping[str, float],
    shape: float = 1.0,
) -> float:
    """(1) to (5), (7) and (8) in a row for one service and hour, by the energy view.

    ``service`` as in :func:`calls_per_h` and edge (share); ``overhead`` as in :func:`task_wh`, without calls.
    """
    served = calls_per_h(service, shape) * (1 - service["edge"])
    return served * task_wh(call, mix, hardware, energy, {"calls": 1.0, **overhead}) / 1e6


# --- (6), (7): replicas and IT power ---


def active_power_w(u: float, idle_w: float, max_w: float, gamma: float) -> float:
    """(7) p_act = p_idle + (p_max - p_idle) u^gamma."""
    return float(idle_w + (max_w - idle_w) * u**gamma)


def gpus_per_replica(total_b: float, bits: float, memory_gb: float, overhead: float) -> int:
    """Smallest power of two of GPUs whose memory holds overhead * N * bits/8.

    Reading: a power of two, because tensor-parallel groups are; see the test for the configurations it meets.
    """
    need_gb = overhead * total_b * bits / 8
    gpus = 1
    while gpus * memory_gb < need_gb:
        gpus *= 2
    return gpus


def calls_per_replica_h(fleet: Mapping[str, float], accelerator_j_per_call: float) -> float:
    """Capacity c(SLO) of a replica at u = 1 that makes (7)'s two views meet at u = u*.

    g p_act(u*) / (c u*) = E, so c = 3600 g p_act(u*) / (u* E) [1/h].
    """
    power_w = fleet["gpus"] * active_power_w(fleet["u"], fleet["idle_w"], fleet["max_w"], fleet["gamma"])
    return J_PER_WH * power_w / (fleet["u"] * accelerator_j_per_call)


def needed_replicas(calls: float, capacity_per_h: float, u: float) -> float:
    """(6) n* = lambda / (c u*)."""
    return calls / (capacity_per_h * u)


def active_replicas(needed: Sequence[float], autoscale: float, least: float) -> list[float]:
    """(6) n_act = max(n_min, a n* + (1 - a) max n*)."""
    most = 0.0
    for n in needed:
        most = max(most, n)
    return [max(least, autoscale * n + (1 - autoscale) * most) for n in needed]


def installed_replicas(needed: Sequence[float], reserve: float, least: float) -> float:
    """(6) n_tot = (1 + r) max n*.

    Reading: never fewer than n_min, or idle power would be negative without users.
    """
    return max(least, (1 + reserve) * max(needed))


def it_power_mw(calls: Sequence[float], fleet: Mapping[str, float], *, follows_load: bool) -> list[float]:
    """(7) P_IT of one model by hour.

    Keys capacity_per_h, u, gpus, idle_w, max_w, gamma, autoscale, least, reserve, host. ``follows_load``: u_t =
    u* n*/n_act instead of u* (with u* a replica kept for nobody draws as much as a busy one).
    """
    needed = [needed_replicas(c, fleet["capacity_per_h"], fleet["u"]) for c in calls]
    active = active_replicas(needed, fleet["autoscale"], fleet["least"])
    installed = installed_replicas(needed, fleet["reserve"], fleet["least"])
    power = []
    for n_star, n_act in zip(needed, active, strict=True):
        u = fleet["u"]
        if follows_load:
            u = fleet["u"] * n_star / n_act if n_act > 0 else 0.0
        busy_w = n_act * active_power_w(u, fleet["idle_w"], fleet["max_w"], fleet["gamma"])
        idle_w = (installed - n_act) * fleet["idle_w"]
        power.append(fleet["gpus"] * (busy_w + idle_w) * (1 + fleet["host"]) / 1e6)
    return power


def energy_view_mw(calls: float, accelerator_j_per_call: float, host: float, idle: float) -> float:
    """(7) Screening view: c E (1 + k_host + k_idle) / 3600 [W], here in MW."""
    return calls * accelerator_j_per_call * (1 + host + idle) / J_PER_WH / 1e6


# --- (8), (9): facility and delivery ---

LIQUID = {"loss": 0.05, "fan": 0.03, "t1": 25.0, "t2": 35.0, "cop35": 6.0}
AIR = {"loss": 0.07, "fan": 0.06, "t1": 12.0, "t2": 27.0, "cop35": 4.5}


def clip(x: float, low: float, high: float) -> float:
    """Nearest number within [low, high]."""
    return min(max(x, low), high)


def pue(temperature_c: float, cooling: Mapping[str, float]) -> float:
    """(8) PUE = 1 + l + f + clip((T - T1)/(T2 - T1), 0, 1) / COP(T); COP = COP35 clip(1 - 0.02 (T - 35), 0.4, 1.3)."""
    cop = cooling["cop35"] * clip(1 - 0.02 * (temperature_c - 35), 0.4, 1.3)
    mechanical = clip((temperature_c - cooling["t1"]) / (cooling["t2"] - cooling["t1"]), 0, 1)
    return 1 + cooling["loss"] + cooling["fan"] + mechanical / cop


def facility_mw(it_mw: float, temperature_c: float, cooling: Mapping[str, float], auxiliary_mw: float = 0.0) -> float:
    """(8) P = P_IT PUE(T) + P_aux."""
    return it_mw * pue(temperature_c, cooling) + auxiliary_mw


def delivered_mw(wanted_mw: float, year: float, contract: Mapping[str, float]) -> float:
    """(9) min(P, C ramp((y - y_start - delay)/Y_ramp) realisation); ramp is clipped to 0..1, times in years."""
    ramp = clip((year - contract["start"] - contract["delay"]) / contract["ramp_years"], 0, 1)
    return min(wanted_mw, contract["mw"] * ramp * contract["realisation"])


def clipped_account(
    wanted_mw: Sequence[float], cap_mw: float, pue_t: Sequence[float], aux_mw: float
) -> dict[str, float]:
    """Energy of hours after the cap: wanted = facility + clipped, facility = it + overhead + auxiliary [MWh].

    Reading: the cap binds at the meter, auxiliary load stays on first, IT and cooling shrink together.
    """
    account = dict.fromkeys(("wanted", "clipped", "facility", "it", "overhead", "auxiliary"), 0.0)
    for wanted, ratio in zip(wanted_mw, pue_t, strict=True):
        got = min(wanted, cap_mw)
        auxiliary = min(aux_mw, got)
        it = (got - auxiliary) / ratio
        parts = (wanted, wanted - got, got, it, it * (ratio - 1), auxiliary)
        for name, mwh in zip(account, parts, strict=True):
            account[name] += mwh
    return account


# --- training ---


def training_busy_mw(gpus: float, node_kw: float, busy_frac: float = 0.76, network: float = 0.12) -> float:
    """P = n/8 p_node 0.76 (1 + 0.12): eight GPUs a node."""
    return gpus / 8 * node_kw * busy_frac * (1 + network) / 1e3


def mean_time_to_failure_h(gpus: float, failures_per_gpu_h: float) -> float:
    """1 / (n lambda)."""
    return 1 / (gpus * failures_per_gpu_h)


def expected_failures(gpus: float, failures_per_gpu_h: float, hours: float) -> float:
    """Mean of the Poisson count n lambda t; t is wall-clock time of the job.

    Reading: failures arrive while the job waits for its restart, too (the closed form for eff does the same).
    """
    return gpus * failures_per_gpu_h * hours


def checkpoint_interval_h(gpus: float, failures_per_gpu_h: float, blocking_h: float) -> float:
    """Young: tau = sqrt(2 delta / (n lambda))."""
    return math.sqrt(2 * blocking_h / (gpus * failures_per_gpu_h))


def replay_frac(gpus: float, failures_per_gpu_h: float, interval_h: float) -> float:
    """Share of time spent on work done before: n lambda tau / 2."""
    return gpus * failures_per_gpu_h * interval_h / 2


def effective_frac(
    gpus: float, failures_per_gpu_h: float, blocking_h: float, restart_h: float, interval_h: float
) -> float:
    """eff = 1 - delta/tau - n lambda (tau/2 + t_restart)."""
    failure_rate = gpus * failures_per_gpu_h
    return 1 - blocking_h / interval_h - failure_rate * (interval_h / 2 + restart_h)


def renewal_effective_frac(
    gpus: float, failures_per_gpu_h: float, blocking_h: float, restart_h: float, interval_h: float
) -> float:
    """Share of time that makes progress, without the first-order shortcut of :func:`effective_frac`.

    tau / ((1/(n lambda) + t_restart) (exp(n lambda (tau + delta)) - 1)): a failure anywhere in interval or checkpoint
    repeats the interval, restarts do not fail (Daly 2006).
    """
    failure_rate = gpus * failures_per_gpu_h
    attempts_h = (1 / failure_rate + restart_h) * math.expm1(failure_rate * (interval_h + blocking_h))
    return interval_h / attempts_h
