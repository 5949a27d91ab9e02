"""``load_model_<year>.json`` of campuses of every kind; the numbers are plausible, not computed by the load model.

Form and arithmetic are the real ones: classes add up to the load, stages to the mean, shares to one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

QUANTILES = (0.1, 0.5, 0.9)
_STAGES = {
    "accelerator_active": 0.56, "accelerator_idle": 0.05, "host": 0.20, "network_storage": 0.05,
    "electrical_loss": 0.05, "fans_pumps": 0.04, "cooling": 0.03, "auxiliary": 0.02,
}  # fmt: skip
_WAVE = {"interactive": 0.28, "relaxed": 0.15, "batch": 0.05, "finetune": 0.08, "pretrain": 0.0}
KINDS: Mapping[str, tuple[float, Mapping[str, float]]] = {
    "mixed": (400.0, {"interactive": 0.42, "relaxed": 0.11, "batch": 0.07, "finetune": 0.06, "pretrain": 0.34}),
    "inference": (300.0, {"interactive": 0.97, "relaxed": 0.03}),
    "training": (150.0, {"interactive": 0.015, "pretrain": 0.985}),
    "single": (80.0, {"interactive": 1.0}),
    "tiny": (5.0, {"interactive": 0.6, "batch": 0.37, "finetune": 0.02, "pretrain": 0.01}),
    "huge": (2000.0, {"interactive": 0.2, "relaxed": 0.2, "batch": 0.2, "finetune": 0.2, "pretrain": 0.2}),
}
_SERVICES = {
    "interactive": ("chat", "code", "agent", "image understanding"),
    "relaxed": ("reasoning", "video"),
    "batch": ("documents", "science"),
    "finetune": ("finetune",),
    "pretrain": ("pretrain", "cluster"),
}


def load_model(campuses: Sequence[Mapping[str, Any]], *, year: int = 2029, samples: int = 256) -> dict[str, Any]:
    """The file of some campuses."""
    scenarios = ((85, 0.28), (12, 0.31), (201, 0.23), (144, 0.18))
    medoids = [
        {"scenario": scenario, "weight_frac": weight, "energy_mwh": 1.6e6 + 2.1e5 * k, "peak_mw": 330.0 + 21.5 * k}
        for k, (scenario, weight) in enumerate(scenarios)
    ]
    return {
        "schema_version": 1, "year": year, "samples": samples, "method": "latin_hypercube", "seed": 0,
        "quantiles": list(QUANTILES), "trajectory": 0, "medoids": medoids if samples else [],
        "campuses": list(campuses), **({"total": _total(campuses)} if len(campuses) > 1 else {}),
    }  # fmt: skip


def _total(campuses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All campuses together; on the same week, their peaks in one hour."""
    contract, peak, mean, energy = (
        sum(c[name] for c in campuses) for name in ("contract_mw", "peak_mw", "mean_mw", "energy_mwh")
    )
    total: dict[str, np.ndarray] = {}
    for one in campuses:
        for name, values in one["week"]["class_mw"].items():
            total[name] = total.get(name, np.zeros(len(values))) + np.array(values)
    curve = np.sum([one["duration"]["central_mw"] for one in campuses], axis=0)
    has_band = all("spread" in one for one in campuses)
    found = {
        "contract_mw": contract, "timezone": "America/Phoenix", "peak_mw": peak, "mean_mw": mean,
        "energy_mwh": energy, "load_factor": mean / peak,
        "share_frac": {name: float(values.sum() / _sum(total).sum()) for name, values in total.items()},
        "week": {"first_utc": campuses[0]["week"]["first_utc"], "class_mw": _rounded(total),
                 **_band(_sum(total), contract, has_band)},
        "duration": {"frac": campuses[0]["duration"]["frac"], "central_mw": curve.tolist(),
                     **_band(curve, contract, has_band)},
    }  # fmt: skip
    spread = {"peak_mw": [0.9 * peak, 0.97 * peak, peak], "energy_mwh": [0.9 * energy, energy, 1.1 * energy],
              "load_factor": [0.7, 0.75, 0.8]}  # fmt: skip
    return {**found, **({"spread": spread} if has_band else {})}


def campus(kind: str = "mixed", *, id_: str = "mesa", name: str = "Mesa training park", band: bool = True,
           workloads: int = 0) -> dict[str, Any]:  # fmt: skip
    """One campus of a kind; without ``band`` the spread was not computed."""
    contract, shares = KINDS[kind]
    hours = _year(contract, shares)
    total = np.sum(list(hours.values()), axis=0)
    mean, peak = float(total.mean()), float(total.max())
    start = 168 * 34
    week = {name: values[start : start + 168] for name, values in hours.items()}
    found: dict[str, Any] = {
        "id": id_, "name": name, "pack": "training_and_inference", "release": "2026.1",
        "title": "training and serving of large models", "contract_mw": contract, "scale": 0.81,
        "scaling": "scale_to_contract", "delivery": "contract", "cooling": "liquid", "timezone": "America/Phoenix",
        "temperature": "climate normals of phoenix", "peak_mw": peak, "mean_mw": mean, "load_factor": mean / peak,
        "energy_mwh": float(total.sum()), "unserved_frac": 0.0, "counts": _counts(contract, shares),
        "workloads": _workloads(hours, mean, contract, workloads),
        "stages_mw": {stage: share * mean for stage, share in _STAGES.items()},
        "week": {"first_utc": "2020-08-24T07:00", "class_mw": _rounded(week), **_band(_sum(week), contract, band)},
        "duration": _duration(total, contract, band), "parameters": parameters(),
    }  # fmt: skip
    if band:
        found["spread"] = {
            "peak_mw": [0.91 * peak, peak, peak],
            "energy_mwh": [float(total.sum()) * factor for factor in (0.83, 0.97, 1.04)],
            "load_factor": [mean / peak * factor for factor in (0.9, 0.98, 1.05)],
        }
    return found


def parameters() -> list[dict[str, Any]]:
    """Drivers of every status; one is fixed."""
    names = ("key", "value", "low", "high", "unit", "distribution", "status", "source", "meaning")
    rows = [
        ("chat.requests_per_user_h", 12.0, 6.0, 24.0, "1/h", "lognormal", "assumption",
         "planner's input; 2.5e9 prompts a day of one service bound the product with users", "requests of a user"),
        ("chat.calls_per_task", 1.0, 1.0, 1.0, "1", "fixed", "choice", "one answer a request",
         "model calls of one request"),
        ("chat.input_tokens", 1150.0, 600.0, 3000.0, "token", "lognormal", "measured",
         "Azure LLM inference trace 2023, conversation: mean 1,155 in and 211 out", "input of one call"),
        ("energy.trend_per_year", 0.75, 0.6, 0.9, "1", "triangular", "literature",
         "B200 against H100 0.64 to 0.74 in about two years", "yearly factor on J/token"),
        ("fleet.redundancy_frac", 0.1, 0.05, 0.25, "1", "triangular", "assumption", "engineering judgement",
         "installed accelerators beyond the peak need"),
        ("train.checkpoint_s", 30.0, 5.0, 120.0, "s", "lognormal", "calibrated",
         "reproduces the effective time of Llama 3 405B", "time a checkpoint blocks the job"),
        ("facility.liquid.cop_35c", 6.0, 4.0, 11.7, "1", "triangular", "literature",
         "public campus simulators use 5.37 to 11.7", "heat removed per electricity of the chillers at 35 degC"),
    ]  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]


def _year(contract: float, shares: Mapping[str, float]) -> dict[str, np.ndarray]:
    hour = np.arange(8784)
    day = np.cos((hour - 15) / 24 * 2 * np.pi)
    weekend = ((hour // 24) % 7 >= 5).astype(float)
    heat = 0.04 * (np.cos((hour / 24 - 200) / 366 * 2 * np.pi) + 0.5 * day)
    shaped = {
        name: share * (1 + _WAVE[name] * day - 0.4 * _WAVE[name] * weekend) * (1 + heat)
        for name, share in shares.items()
    }
    if "pretrain" in shaped:
        shaped["pretrain"] = shaped["pretrain"] * np.where((hour // 24) % 122 < 104, 1.0, 0.12)
    scale = contract / _sum(shaped).max()
    return {name: values * scale for name, values in shaped.items()}


def _counts(contract: float, shares: Mapping[str, float]) -> dict[str, float]:
    users = contract * 2.6e5 * sum(shares.get(name, 0.0) for name in ("interactive", "relaxed"))
    if shares.get("interactive", 0.0) < 0.05:
        users = 0.0
    training = contract * 800 * sum(shares.get(name, 0.0) for name in ("pretrain", "finetune"))
    return {
        "concurrent_users": users, "tasks_per_h": users * 12, "calls_per_h": users * 13.4,
        "input_tokens_per_h": users * 13.4 * 1150, "cached_tokens_per_h": users * 13.4 * 425,
        "output_tokens_per_h": users * 13.4 * 300, "items_per_h": users * 0.05 if "relaxed" in shares else 0.0,
        "inference_accelerators": users / 680, "training_accelerators": training, "device_mw": users * 1e-8,
    }  # fmt: skip


def _workloads(hours: Mapping[str, np.ndarray], mean: float, contract: float, count: int) -> list[dict[str, Any]]:
    found = []
    for name, values in hours.items():
        parts = _SERVICES[name] if count else _SERVICES[name][:1]
        for part in parts:
            own = values / len(parts)
            is_service = name in ("interactive", "relaxed", "batch")
            found.append({
                "name": part, "class": name, "mean_mw": float(own.mean()), "peak_mw": float(own.max()),
                "share_frac": float(own.mean()) / mean, "accelerators": round(float(own.max()) * 700),
                "concurrent_users": contract * 1e5 if is_service else 0, "tasks_per_h": 0, "calls_per_h": 0,
                "hardware": "b200",
            })  # fmt: skip
    return found


def _band(values: np.ndarray, contract: float, band: bool) -> dict[str, Any]:
    if not band:
        return {}
    edges = {"low_mw": 0.84 * values, "middle_mw": 0.97 * values, "high_mw": np.minimum(1.06 * values, contract)}
    return _rounded(edges)


def _duration(total: np.ndarray, contract: float, band: bool) -> dict[str, Any]:
    frac = np.linspace(0.0, 1.0, 201)
    central = np.quantile(total, 1.0 - frac)
    return {**_rounded({"frac": frac, "central_mw": central}), **_band(central, contract, band)}


def _sum(parts: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.asarray(np.sum(list(parts.values()), axis=0))


def _rounded(arrays: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: np.round(values, 6).tolist() for name, values in arrays.items()}
