"""What a report tells of the load model of a year: users, work, stages, week, duration, spread, drivers.

Comes in: load models of a year and their scenarios. Goes out: plain values, ready for JSON. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import AUXILIARY
from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.drivers.parameter import Parameter
from gridplan.campus.in_force import parameters_in_force
from gridplan.campus.modelled import central_load
from gridplan.campus.site import AUXILIARY_CLASS, STAGES, SiteLoad, SizedCampus
from gridplan.campus.uncertainty.ensemble import Ensemble, by_class
from gridplan.campus.workloads.inference import InferenceSpec, j_per_call, users_at_work
from gridplan.campus_loads import YearModel
from gridplan.solution import SCHEMA_VERSION, WORKLOADS
from gridplan.study.schema import Study

FloatArray = npt.NDArray[np.float64]

_WEEK_H = 168
_POINTS = 200
_WORK = ("tasks", "calls", "input_tokens", "cached_tokens", "output_tokens", "items")


def load_record(study: Study, year: YearModel, ensemble: Ensemble | None) -> dict[str, Any]:
    """Record of the load models of a year; without scenarios it has no bands and no spread."""
    asked = study.uncertainty
    names = {campus.id: campus.name for campus in study.campuses}
    scaling = {campus.id: campus.workloads.model for campus in study.campuses}
    loads = [central_load(campus, year.hours) for campus in year.campuses]
    return {
        "schema_version": SCHEMA_VERSION,
        "year": year.hours.year,
        "samples": asked.samples if ensemble else 0,
        "method": asked.method,
        "seed": study.solve.seed,
        "quantiles": list(asked.quantiles),
        "trajectory": asked.trajectory,
        "medoids": _medoids(ensemble) if ensemble else [],
        "campuses": [
            {
                "id": campus.model.campus,
                "name": names[campus.model.campus],
                "scaling": scaling[campus.model.campus].scaling,
                "delivery": scaling[campus.model.campus].delivery,
                "temperature": year.temperature[campus.model.campus],
                **_campus(campus, load, year, ensemble, k),
            }
            for k, (campus, load) in enumerate(zip(year.campuses, loads, strict=True))
        ],
        **({"total": _total(study, year, loads, ensemble)} if len(loads) > 1 else {}),
    }


def _medoids(ensemble: Ensemble) -> list[dict[str, float]]:
    chosen = ensemble.medoids
    return [
        {
            "scenario": scenario,
            "weight_frac": weight,
            "energy_mwh": float(ensemble.total_energy_mwh[scenario]),
            "peak_mw": float(ensemble.total_peak_mw[scenario]),
        }
        for scenario, weight in zip(chosen.scenario, chosen.weight, strict=True)
    ]


def _campus(campus: SizedCampus, load: SiteLoad, year: YearModel, ensemble: Ensemble | None, k: int) -> dict[str, Any]:
    hours = len(year.hours)
    class_mw = by_class(campus, load.p_mw)[:, 0]
    bands = ensemble.band_mw[k] if ensemble else None
    return {
        "pack": campus.model.pack,
        "release": campus.model.release,
        "title": campus.model.title,
        "contract_mw": campus.contract_mw,
        "scale": campus.scale,
        "cooling": campus.model.cooling,
        "timezone": campus.model.timezone,
        **_course(class_mw, load.p_mw[:, 0].sum(axis=0), year, bands),
        "unserved_frac": float(load.unserved_frac[0]),
        "unserved_spread_frac": _unserved(ensemble, k) if ensemble else [],
        "counts": _counts(campus, load, year),
        "workloads": _workloads(campus, load, year),
        "stages_mw": {
            stage: float(mwh) / hours for stage, mwh in zip(STAGES, load.stages_mwh[:, :, 0].sum(axis=0), strict=True)
        },
        "spread": _spread(ensemble, ensemble.energy_mwh[k], ensemble.peak_mw[k], hours) if ensemble else {},
        "parameters": [_parameter(p) for p in parameters_in_force(campus)],
    }


def _total(study: Study, year: YearModel, loads: list[SiteLoad], ensemble: Ensemble | None) -> dict[str, Any]:
    """All campuses with a driver pack together; their contracts add up, their peaks do not."""
    class_mw = np.zeros((len(WORKLOADS), len(year.hours)))
    for campus, load in zip(year.campuses, loads, strict=True):
        class_mw += by_class(campus, load.p_mw)[:, 0]
    total_mw = class_mw.sum(axis=0)
    energy = max(float(total_mw.sum()), 1e-300)
    spread: dict[str, Any] = {}
    if ensemble:
        spread = _spread(ensemble, ensemble.total_energy_mwh, ensemble.total_peak_mw, len(year.hours))
    return {
        "contract_mw": sum(campus.contract_mw for campus in year.campuses),
        "timezone": study.timezone,
        "share_frac": {name: float(row.sum()) / energy for name, row in zip(WORKLOADS, class_mw, strict=True)},
        **_course(class_mw, total_mw, year, ensemble.total_band_mw if ensemble else None),
        "spread": spread,
    }


def _course(class_mw: FloatArray, total_mw: FloatArray, year: YearModel, bands: FloatArray | None) -> dict[str, Any]:
    """Peak, mean, week and duration of a load, dims (class, time) and (time,) [MW]."""
    peak_mw, mean_mw = float(total_mw.max(initial=0.0)), float(total_mw.mean())
    return {
        "peak_mw": peak_mw,
        "mean_mw": mean_mw,
        "load_factor": mean_mw / peak_mw if peak_mw > 0 else 0.0,
        "energy_mwh": mean_mw * len(year.hours),
        "week": _week(class_mw, total_mw, year, bands),
        "duration": _duration(total_mw, bands),
    }


def _users(campus: SizedCampus, spec: InferenceSpec, year: YearModel) -> float:
    """Users at work at once in the studied year, central."""
    return float(users_at_work(spec, base_draws(campus.model.parameters), year.hours.year)[0])


def _counts(campus: SizedCampus, load: SiteLoad, year: YearModel) -> dict[str, float]:
    """Users, work of a mean hour, accelerators."""
    hours = len(year.hours)
    total = dict.fromkeys(_WORK, 0.0)
    device_mwh, inference, training = 0.0, 0.0, 0.0
    for spec in campus.model.specs:
        counts = load.counts[spec.name]
        if isinstance(spec, InferenceSpec):
            for name in _WORK:
                total[name] += float(counts[name][0])
            device_mwh += float(counts["device_mwh"][0])
            inference += float(counts["accelerators"][0])
        else:
            training += float(spec.accelerators)
    users = sum(_users(campus, spec, year) for spec in campus.model.specs if isinstance(spec, InferenceSpec))
    return {
        "concurrent_users": users,
        **{f"{name}_per_h": value / hours for name, value in total.items()},
        "inference_accelerators": inference,
        "training_accelerators": training,
        "device_mw": device_mwh / hours,
    }


def _workloads(campus: SizedCampus, load: SiteLoad, year: YearModel) -> list[dict[str, Any]]:
    energy = load.p_mw[:, 0].sum(axis=1)
    total = max(float(energy.sum()), 1e-300)
    rows: list[dict[str, Any]] = []
    for k, spec in enumerate((*campus.model.specs, None)):
        row = {
            "name": AUXILIARY if spec is None else spec.name,
            "class": AUXILIARY_CLASS if spec is None else spec.movable,
            "mean_mw": float(energy[k]) / len(year.hours),
            "peak_mw": float(load.p_mw[k, 0].max(initial=0.0)),
            "share_frac": float(energy[k]) / total,
        }
        rows.append(row | (_work(campus, spec, load, year) if spec is not None else {}))
    return rows


def _work(campus: SizedCampus, spec: Any, load: SiteLoad, year: YearModel) -> dict[str, Any]:
    counts, hours = load.counts[spec.name], len(year.hours)
    if not isinstance(spec, InferenceSpec):
        return {"accelerators": float(spec.accelerators), "hardware": spec.hardware.name}
    return {
        "accelerators": float(counts["accelerators"][0]),
        "hardware": spec.hardware.name,
        "concurrent_users": _users(campus, spec, year),
        **{f"{name}_per_h": float(counts[name][0]) / hours for name in _WORK},
        "j_per_call": float(j_per_call(spec, base_draws(campus.model.parameters), year.hours.year)[0]),
    }


def _week(class_mw: FloatArray, total_mw: FloatArray, year: YearModel, bands: FloatArray | None) -> dict[str, Any]:
    """The week that holds the largest hour, from the whole day three days before it."""
    count = min(_WEEK_H, len(total_mw))
    first = max(0, min(int(np.argmax(total_mw)) // 24 * 24 - 72, len(total_mw) - count))
    part = slice(first, first + count)
    week: dict[str, Any] = {
        "first_utc": str(year.hours.time_utc[first].astype("datetime64[m]")),
        "class_mw": {name: _listed(row) for name, row in zip(WORKLOADS, class_mw[:, part], strict=True)},
    }
    if bands is not None:
        week |= {name: _listed(bands[k, part]) for name, k in _shown_bands(bands).items()}
    return week


def _duration(total_mw: FloatArray, bands: FloatArray | None) -> dict[str, Any]:
    """Sorted hours; those of a band are the band's own hours sorted, not the quantiles of sorted scenarios."""
    at = np.unique(np.linspace(0, len(total_mw) - 1, min(len(total_mw), _POINTS)).round().astype(int))
    curve: dict[str, Any] = {
        "frac": _listed((at + 0.5) / len(total_mw)),
        "central_mw": _listed(np.sort(total_mw)[::-1][at]),
    }
    if bands is not None:
        curve |= {name: _listed(np.sort(bands[k])[::-1][at]) for name, k in _shown_bands(bands).items()}
    return curve


def _shown_bands(bands: FloatArray) -> Mapping[str, int]:
    """The lowest, the middle and the highest quantile."""
    return {"low_mw": 0, "middle_mw": len(bands) // 2, "high_mw": len(bands) - 1}


def _spread(ensemble: Ensemble, energy: FloatArray, peak: FloatArray, hours: int) -> dict[str, list[float]]:
    """Quantiles of peak, energy and load factor, dims (scenario,) [MWh], [MW]."""
    factor = np.divide(energy / hours, peak, out=np.zeros_like(peak), where=peak > 0)
    return {
        name: _listed(np.quantile(values, ensemble.quantiles))
        for name, values in (("peak_mw", peak), ("energy_mwh", energy), ("load_factor", factor))
    }


def _parameter(p: Parameter) -> dict[str, Any]:
    return {
        "key": p.key,
        "value": p.mode,
        "low": p.low,
        "high": p.high,
        "unit": p.unit,
        "distribution": p.distribution,
        "status": p.status,
        "source": p.source,
        "meaning": p.meaning,
    }


def _unserved(ensemble: Ensemble, k: int) -> list[float]:
    """Quantiles of the part of the computing asked for that campus ``k`` leaves out."""
    return _listed(np.quantile(ensemble.unserved_frac[k], ensemble.quantiles))


def _listed(values: npt.ArrayLike) -> list[float]:
    """Numbers for JSON, to the watt."""
    return [round(float(value), 6) for value in np.asarray(values)]
