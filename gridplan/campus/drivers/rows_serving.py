"""Parameters all services share: re-prompts, routing, energy of a token, the fleet, trends by year."""

from __future__ import annotations

import math

from gridplan.campus.drivers.parameter import Z_P90, Distribution, Parameter, Scope, Status

_NOBODY = "no public measurement"
_AXIS = "axis of scenarios"
_FIT = "fit to ML.ENERGY chat, 32 deployments on H100 and B200 with 100 ms between tokens at most, R2 0.90"
_SD_LN_J = 0.317
_LN_J = -3.997
_INF = math.inf

_Row = tuple[str, float, float, float, str, Distribution, float, float, Scope, str, Status, str]

_ROWS: tuple[_Row, ...] = (
    # key | P10 | mode | P90 | unit | distribution | least | most | scope | source | status | meaning
    ("serving.users_factor", 0.7, 1.0, 1.43, "1", "lognormal", 0, _INF, "campus", f"{_AXIS}; users are a forecast",
     "assumption", "concurrent users against the number of the pack or the study"),
    ("serving.reprompt_probability", 0.03, 0.10, 0.25, "1", "triangular", 0, 1, "world",
     f"{_NOBODY}; wrong answers cost further prompts", "assumption", "chance that an answer is asked for again"),
    ("serving.reprompt_cap", 3, 3, 3, "1", "fixed", 0, 20, "world", "design", "assumption", "most repeats of a prompt"),
    ("serving.answers_per_call", 1, 1, 1, "1", "fixed", 1, _INF, "world",
     "one answer; several where answers are sampled to know their uncertainty or verified", "choice",
     "answers computed for each one shown"),
    ("serving.compute_factor", 1, 1, 1, "1", "fixed", 0, _INF, "world",
     "one; above it for tokens of other kinds, below it where older methods answer", "choice",
     "computing of a call against the model's"),
    ("serving.edge_offload_frac", 0.0, 0.05, 0.25, "1", "triangular", 0, 1, "world", _AXIS, "assumption",
     "calls answered on devices, which load the distribution grid instead"),
    ("serving.edge_device_j_per_token", 0.05, 0.1, 0.3, "J/token", "lognormal", 0, _INF, "world",
     "a phone of some 5 W at 20 to 50 tokens a second", "assumption", "energy of a device for one output token"),
    ("serving.edge_regional_share", 1, 1, 1, "1", "fixed", 0, 1, "campus",
     "every device in the region of the campus is the cautious case", "choice",
     "part of the energy of the devices that loads the distribution grids of the studied region"),
    ("serving.small_domain_frac", 0.2, 0.5, 0.8, "1", "triangular", 0, 1, "world", _AXIS, "assumption",
     "calls answered by a small domain model"),
    ("serving.domain_energy_ratio", 0.3, 1.0, 1.2, "1", "triangular", 0, _INF, "world",
     "whether domain models need less is unknown; the range is the panel's", "assumption",
     "energy of a domain model against a general one of its size"),
    ("serving.local_share", 0.3, 0.6, 0.9, "1", "triangular", 0, 1, "campus", _NOBODY, "assumption",
     "requests from users of the campus's own time zone"),
    ("serving.latency_drift_per_year", 0.0, 0.0, 0.0, "1", "fixed", -0.5, 2, "world", f"{_AXIS}: expectations",
     "choice", "yearly growth of the time between tokens that users accept, from the reference year of the pack"),
    ("energy.ln_j_decode", _LN_J - Z_P90 * _SD_LN_J, _LN_J, _LN_J + Z_P90 * _SD_LN_J, "1", "normal", -12, 5,
     "world", f"{_FIT}; residual 0.317", "fitted", "ln of J per output token of a model of 1e9 parameters on H100"),
    ("energy.exponent_active", 0.352, 0.352, 0.352, "1", "fixed", 0, 2, "world", _FIT, "fitted",
     "exponent of active parameters"),
    ("energy.exponent_total", 0.432, 0.432, 0.432, "1", "fixed", 0, 2, "world", _FIT, "fitted",
     "exponent of all parameters"),
    ("energy.batch_exponent", -0.62, -0.52, -0.42, "1", "normal", -2, 0, "world",
     "ML.ENERGY: J/token over batch, 36 deployments, sd 0.10", "measured", "exponent of the batch in J/token"),
    ("energy.batch_ratio", 0.35, 0.55, 0.80, "1", "triangular", 0.05, 1, "world",
     f"{_NOBODY}; replication keeps latency low", "assumption", "batch at the design point against the target batch"),
    ("energy.prefill_mfu", 0.30, 0.45, 0.60, "1", "triangular", 0.01, 1, "world",
     "Vidur profiles: matrix products alone reach 0.55 to 0.67 of 989 TFLOP/s on H100", "derived",
     "part of the peak arithmetic that prefill reaches"),
    ("energy.prefill_power_frac", 0.85, 0.93, 0.99, "1", "triangular", 0.01, 1, "world",
     "ML.ENERGY: largest W/TDP 0.83 to 0.99", "measured", "power in prefill against TDP"),
    ("energy.reasoning_factor", 1.57, 1.57, 1.57, "1", "fixed", 0, _INF, "world", "ML.ENERGY: gpqa against chat",
     "measured", "J/token of long answers against short ones"),
    ("energy.trend_per_year", 0.6, 0.75, 0.9, "1", "triangular", 0.01, 2, "world",
     "B200 against H100 0.64 to 0.74 in about two years of hardware alone; one provider 33 times in a year, all in",
     "literature", "yearly factor on J/token"),
    ("energy.visual_trend_per_year", 0.9, 0.95, 1.02, "1", "triangular", 0.01, 2, "world",
     "ML.ENERGY: B200 against H100 on diffusion models -19 % to +4 % in about two years", "derived",
     "yearly factor on the energy of pictures and clips"),
    ("energy.software_drift_per_year", 0.0, 0.0, 0.0, "1", "fixed", -0.5, 0.5, "world", f"{_AXIS}: software bloat",
     "choice", "yearly growth of J/token by software"),
    ("energy.step_gain_per_year", 0.0, 0.0, 0.0, "1", "fixed", 0, 0.9, "world", f"{_AXIS}: tasks get easier", "choice",
     "yearly fall of the energy of a task"),
    ("demand.growth_per_year", 0.0, 0.0, 0.0, "1", "fixed", -0.9, 10, "world", f"{_AXIS}: a contract caps it", "choice",
     "yearly growth of requests from the reference year of the pack"),
    ("demand.adoption_rate_per_year", 0.0, 0.0, 0.0, "1", "fixed", 0, 5, "world", f"{_AXIS}: none, a contract caps it",
     "choice", "rate of the logistic growth of requests to the saturation, from the reference year of the pack"),
    ("demand.saturation", 10, 10, 10, "1", "fixed", 1, _INF, "world", f"{_AXIS}; no effect at a rate of 0", "choice",
     "requests once everybody uses the service against those of the reference year of the pack"),
    ("demand.rebound", 0.0, 0.0, 0.0, "1", "fixed", 0, 2, "world", f"{_AXIS}; 1 spends all of the saving", "choice",
     "growth of requests in percent for 1 % less energy a token by its trends, from the reference year of the pack"),
    ("fleet.host_overhead", 0.25, 0.43, 0.60, "1", "triangular", 0, _INF, "world",
     "Gemini 2025: hosts 25 %, accelerators 58 % of a prompt's energy", "literature",
     "power of processors, memory and network against accelerators"),
    ("fleet.idle_reserve", 0.08, 0.17, 0.35, "1", "triangular", 0, _INF, "world",
     "Gemini 2025: idle machines 10 %, accelerators 58 % of a prompt's energy", "literature",
     "energy of idle accelerators against busy ones; in the energy view only, never beside counted idle accelerators"),
    ("fleet.power_exponent", 0.05, 0.16, 0.28, "1", "triangular", 0, 1, "world",
     "ML.ENERGY: (P - idle)/(max - idle) = u^g; medians H100 0.20, B200 0.10", "fitted",
     "exponent of an active accelerator's power in its use"),
    ("fleet.busy_power_frac", 0.80, 0.88, 0.95, "1", "triangular", 0.2, 1, "world",
     "ML.ENERGY: W/TDP at the best throughput 0.87 (H100), 0.89 (B200)", "measured",
     "power of a fully used accelerator against TDP"),
    ("fleet.idle_power_frac", 0.10, 0.15, 0.17, "1", "triangular", 0, 0.5, "world",
     "Acme clusters: A100 62 W of 400 W", "measured", "power of an idle accelerator against TDP"),
    ("fleet.autoscale_frac", 0.0, 0.5, 1.0, "1", "triangular", 0, 1, "campus", f"{_NOBODY}; decides the day shape",
     "assumption", "part of the fleet that follows demand"),
    ("fleet.min_active_frac", 0.02, 0.05, 0.15, "1", "triangular", 0, 1, "campus", "engineering judgement",
     "assumption", "least part of the peak fleet that stays active"),
    ("fleet.redundancy_frac", 0.05, 0.10, 0.25, "1", "triangular", 0, _INF, "campus", "engineering judgement",
     "assumption", "installed accelerators beyond the peak need"),
    ("noise.hourly_sd", 0.03, 0.04, 0.05, "1", "triangular", 0, 0.5, "campus",
     "3 to 5 % by hour for a large site; Azure 2024 shows 10 % (chat) within minutes", "assumption",
     "standard deviation of the hourly multiplier of requests"),
    ("noise.hours", 3, 6, 12, "h", "triangular", 0.1, 1000, "world", "engineering judgement", "assumption",
     "time over which the multiplier forgets"),
)  # fmt: skip

SERVING: tuple[Parameter, ...] = tuple(
    Parameter(
        key=key,
        low=low,
        mode=mode,
        high=high,
        unit=unit,
        distribution=distribution,
        least=least,
        most=most,
        scope=scope,
        source=source,
        status=status,
        meaning=meaning,
    )
    for key, low, mode, high, unit, distribution, least, most, scope, source, status, meaning in _ROWS
)
