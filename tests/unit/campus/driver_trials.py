"""For every modelled driver: settings of the small campus without the change of its name, and with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit.campus.small_campus import Setting

Trial = tuple[Setting, Setting]
YEAR_H = 8784
_NO_TRAINING: Setting = {"campaigns": [], "finetuning": []}
_EXPECTED: Setting = {"start": "2026-01-01"}


def _service(name: str, users: float, **more: Any) -> dict[str, Any]:
    return {"service": name, "concurrent_users": users, **more}


def _only(*services: Mapping[str, Any]) -> Setting:
    return {"services": list(services)}


def _values(key: str, low: float, high: float, **more: Any) -> Trial:
    """The same campus with two values of a parameter."""
    common = more.pop("parameters", {})
    return tuple({**more, "parameters": {**common, key: value}} for value in (low, high))  # type: ignore[return-value]


def _pair(key: str, low: object, high: object, **common: Any) -> Trial:
    """The same campus with two values of a key."""
    return {**common, key: low}, {**common, key: high}


_CHAT = _service("chat", 1e6)
_REASONING = _only(_CHAT, _service("reasoning", 2e5))
_VIDEO = _only(_CHAT, _service("video_generation", 1e4))
_CAMPAIGN: Setting = {"accelerators": 1024, "campaigns_per_year": 1, "days": 100}
_BOTH: Setting = {"follows_training_share": True, "is_scaled": True, "hours": YEAR_H, "campaigns": [
    {"accelerators": 2048}], "year": 2026}  # fmt: skip
_BOUND: Setting = {"contract_mw": 6.0, "fixed_servers_of": {}, "asked": {"scaling": "clip"}}

TRIALS: Mapping[str, tuple[Trial, ...]] = {
    "C01": (_pair("services", [_service("chat", 1e6)], [_service("agent", 1e6)]),),
    "C02": (({**_BOTH, "parameters": {"train.share_2024": 0.2, "train.share_2034": 0.2}},
             {**_BOTH, "parameters": {"train.share_2024": 0.8, "train.share_2034": 0.8}}),),
    "C04": (_values("energy.reasoning_factor", 1, 2, **_REASONING),
            _values("reasoning.output_tokens", 1700, 11500, **_REASONING),
            _pair("services", [_service("chat", 1e6)], [_service("reasoning", 1e6)])),
    "C05": (_pair("services", [_service("chat", 1e6)], [_service("science", 1e6)]),),
    "C06": (_values("demand.saturation", 2, 20, parameters={"demand.adoption_rate_per_year": 0.3}),
            _values("demand.adoption_rate_per_year", 0, 0.5)),
    "C07": tuple(_pair("models", {"general": {a: 1}}, {"general": {b: 1}})
                 for a, b in (("llama_8b", "llama_70b"), ("llama_70b", "llama_405b"))),
    "C08": (_values("train.decline_after_cap_per_year", 0, 0.3, hours=YEAR_H,
                    campaigns=[{"accelerators": 1024, "data_cap_year": 2027}]),
            _pair("campaigns", [_CAMPAIGN], [{**_CAMPAIGN, "data_cap_year": 2027}], hours=YEAR_H)),
    "C09": (_values("serving.small_domain_frac", 0.2, 0.8),
            _pair("asked", {"small_domain_frac": 0.2}, {"small_domain_frac": 0.8})),
    "C10": (_values("serving.domain_energy_ratio", 0.3, 1.2),),
    "C11": (_values("serving.answers_per_call", 1, 3),),
    "C12": (_values("finetune.runs_per_month", 1, 30), _values("finetune.accelerator_h_per_run", 20, 2000)),
    "C13": (_pair("campaigns", [_CAMPAIGN], [{**_CAMPAIGN, "growth": "incremental"}], hours=YEAR_H),
            _values("train.increment_work_frac", 0.8, 0.3, hours=YEAR_H,
                    campaigns=[{**_CAMPAIGN, "growth": "incremental"}])),
    "C14": (_pair("services", [_service("chat", 1e6)], [_service("chat", 1e6, segment="enterprise")], **_NO_TRAINING),),
    "C15": (_values("serving.edge_offload_frac", 0, 0.4),
            _pair("asked", {"edge_offload_frac": 0}, {"edge_offload_frac": 0.4})),
    "C16": (({}, {"latency": "latency: {latitude: 34.05, longitude: -118.24, max_round_trip_ms: 3}"}),),
    "C17": (_pair("hardware", "h100", "b200", models={"general": {"llama_70b": 1}}),
            _pair("hardware", "a100", "h100", models={"general": {"llama_70b": 1}})),
    "C18": (_values("facility.deployment_delay_months", 0, 24, **_EXPECTED),),
    "C20": (_values("agent.calls_per_task", 4, 60),),
    "C21": (_values("energy.step_gain_per_year", 0, 0.3),),
    "C22": (_values("energy.software_drift_per_year", 0, 0.1),),
    "C24": tuple(_pair("campaigns", [_CAMPAIGN], [{**_CAMPAIGN, **more}], hours=YEAR_H)
                 for more in ({"campaigns_per_year": 3}, {"days": 250})),
    "C25": (_values("image_understanding.input_tokens", 800, 6000, **_only(_service("image_understanding", 1e6))),
            _values("image_generation.item_j", 340, 7500, **_only(_service("image_generation", 1e6))),
            _pair("services", [_CHAT], [_CHAT, _service("image_understanding", 1e6)])),
    "C26": (_values("serving.compute_factor", 1, 0.6),),
    "C27": (_values("train.efficiency_gain_per_year", 0, 0.3, hours=YEAR_H),),
    "C28": (_pair("models", {"general": {"llama_405b": 1}}, {"general": {"deepseek_v3": 1}}),
            _pair("models", {"general": {"qwen_32b": 1}}, {"general": {"qwen_30b_a3b": 1}})),
    "C29": (_values("video_generation.item_j", 26e3, 1.16e6, **_VIDEO),
            _pair("services", [_CHAT], [_CHAT, _service("video_generation", 1e5)])),
    "C30": (_values("demand.growth_per_year", 0, 0.3),),
    "C31": (_values("serving.compute_factor", 1, 0.8),),
    "C32": (_values("energy.trend_per_year", 0.9, 0.6), _values("energy.visual_trend_per_year", 1.02, 0.9, **_VIDEO),
            _pair("asked", {"efficiency_trend_per_year": 0.9}, {"efficiency_trend_per_year": 0.6})),
    "C33": (_pair("services", [_service("batch", 1e4)], [_service("science", 1e6, segment="research")]),),
    "C34": (_pair("year", 2024, 2034, **{key: value for key, value in _BOTH.items() if key != "year"}),),
    "C35": (_values("serving.users_factor", 0.7, 1.43), _pair("services", [_CHAT], [_service("chat", 2e6)]),
            _pair("asked", {"concurrent_users": 1e6}, {"concurrent_users": 2e6})),
    "C36": (_values("fleet.redundancy_frac", 0.05, 0.25), _values("energy.batch_ratio", 0.8, 0.35),
            _values("fleet.autoscale_frac", 1, 0)),
    "C37": (_pair("services", [_service("chat", 1e6, token_interval_ms=20)],
                  [_service("chat", 1e6, token_interval_ms=50)]),
            _pair("services", [_service("chat", 1e6, token_interval_ms=50)],
                  [_service("chat", 1e6, token_interval_ms=100)])),
    "C38": tuple(_pair("services", [_CHAT], [{**_CHAT, "movable": movable}]) for movable in ("relaxed", "batch")),
    "C39": (_values("facility.ramp_years", 1.5, 6, **_EXPECTED),),
    "C40": (_pair("correlation", 0.0, 0.8),),
    "C41": (_pair("services", [_CHAT, _service("agent", 2e5)], [_CHAT, _service("physical", 2e4)]),),
    "C42": (_values("finetune.federated_frac", 0, 0.3),),
    "C43": (_values("serving.latency_drift_per_year", -0.1, 0.1),),
    "C44": (_values("energy.batch_ratio", 0.35, 0.8),),
    "C45": (_values("agent.traffic_factor", 1, 10, **_NO_TRAINING),),
    "C46": (_values("serving.reprompt_probability", 0.03, 0.25), _values("serving.reprompt_cap", 0, 5),
            _pair("asked", {"reprompt_probability": 0.0}, {"reprompt_probability": 0.3})),
    "C47": (_values("serving.answers_per_call", 1, 10),),
    "C48": (_values("demand.rebound", 0, 1),),
    "C54": (({**_BOTH, "parameters": {"train.share_2024": 0.5}}, {**_BOTH, "parameters": {"train.share_2024": 0.8}}),),
    "C55": (_pair("campaigns", [_CAMPAIGN], [{"accelerators": 1024}], hours=YEAR_H),),
    "C56": (_values("facility.realisation_frac", 0.3, 0.75, **_EXPECTED, contract_mw=6.0, year=2032),),
    "C57": (_values("demand.adoption_rate_per_year", 0.2, 0.8),),
    "C59": (_values("finetune.users_growth_per_year", 0, 1),
            _pair("finetuning", [{"accelerators": 512, "users": 20}], [{"accelerators": 512, "users": 60}])),
    "C61": (_pair("correlation", 0.0, 0.8),),
    "C63": (_values("facility.refresh_density_gain", 1, 2, year=2035),
            _values("facility.refresh_year", 2040, 2031, year=2035, parameters={"facility.refresh_density_gain": 2})),
    "C64": (_values("energy.trend_per_year", 1.0, 0.95, **_BOUND),),
    "C66": (_values("serving.edge_regional_share", 0, 1),),
}  # fmt: skip
