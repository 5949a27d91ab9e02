"""Power given up and moved: limits of both, and the work a power cap costs, read from the measured points again.

In: arrays of one studied year. Out: measures for A05, A07 and A09. ``r`` is power given up, ``y`` throughput.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gridplan.solution import NETWORK_JSON, WORKLOADS, shift_label
from gridplan.verify.audit_campus_year import CampusYear, is_measured
from gridplan.verify.audit_certificate import Measure, worst_of
from gridplan.verify.audit_grid import FloatArray
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import Record, read_json

_TOLERANCE_FRAC = 1e-6
_INFERENCE, _FINE_TUNE, _PRETRAIN = "inference", "fine_tune", "pretrain"
#: Power and throughput of A100 at caps of 400 to 100 W per those at 400 W (arXiv 2507.00909, data Apache-2.0).
_MEASURED = {
    _INFERENCE: "1 1 .9037 .976 .7844 .9309 .6564 .8709 .5285 .7808 .2659 .2252",
    _FINE_TUNE: "1 1 .9255 .9738 .8329 .9441 .7024 .891 .5682 .7956 .2902 .2344",
    _PRETRAIN: "1 1 .8821 .9226 .7623 .8667 .6415 .7837 .5147 .6291 .2658 .1855",
}
_KIND = dict(zip(WORKLOADS, (_INFERENCE, _INFERENCE, _INFERENCE, _FINE_TUNE, _PRETRAIN), strict=True))
_CAP_ONLY = ("interactive", "relaxed")
_HALF = 0.5
_EARTH_KM, _LIGHT_KM_PER_S, _FIBRE_INDEX, _ROUTE_FACTOR = 6371.0, 299_792.458, 1.468, 1.5


def least_loss_frac(workload: str, given_up_frac: FloatArray, idle_frac: float) -> FloatArray:
    """Least work lost per work when part of the power is given up: the best mix of two caps, or of a cap and a pause.

    ``1 - max over pairs a, b of the chord through (p_a, y_a) and (p_b, y_b) at p = 1 - r``.
    """
    points = np.array(_MEASURED[_KIND[workload]].split(), dtype=np.float64).reshape(-1, 2)
    half = np.interp(_HALF, points[::-1, 0], points[::-1, 1])
    caps = [*(tuple(p) for p in points if p[0] > _HALF), (_HALF, float(half))]
    if workload not in _CAP_ONLY and idle_frac < _HALF:
        caps.append((idle_frac, 0.0))
    power = 1.0 - np.asarray(given_up_frac, dtype=np.float64)
    best = np.full(power.shape, -np.inf)
    for k, (high, y_high) in enumerate(caps):
        for low, y_low in caps[k + 1 :]:
            inside = (power <= high + 1e-12) & (power >= low - 1e-12)
            chord = y_low + (y_high - y_low) * (power - low) / (high - low)
            best = np.where(inside, np.maximum(best, chord), best)
    return np.asarray(np.where(np.isfinite(best), 1.0 - best, np.inf))


def lost_work(data: CampusYear) -> Iterator[Measure]:
    """A05: lost work is the power given up, or what the measured curve takes; work without a price may take more."""
    year, given_up, lost = data.year, data.lost_mw, data.lost_work_mw
    running = np.minimum(data.own_running_mw, data.asked_mw)
    least = given_up.copy()
    for i, campus in enumerate(year.campuses):
        for c, workload in enumerate(WORKLOADS):
            if is_measured(campus, workload):
                idle, runs = campus.number("idle_floor_frac"), running[:, i, c]
                frac = np.divide(given_up[:, i, c], runs, out=np.zeros_like(runs), where=runs > _TOLERANCE_FRAC)
                least[:, i, c] = runs * least_loss_frac(workload, np.clip(frac - 1e-9, 0.0, 1.0), idle)
    tolerance = np.broadcast_to((_TOLERANCE_FRAC * data.scale)[:, None], given_up.shape[1:])
    is_priced = data.of_class("value_usd_per_mwh") > 0
    wrong = np.where(is_priced | ~data.is_measured, np.abs(lost - least), least - lost)
    yield worst_of(
        "lost work - what its curve takes for the power given up",
        "MW",
        wrong,
        tolerance,
        lambda i: year.at_workload(i[1], i[2], i[0]),
    )


def shift_limits(data: CampusYear) -> Iterator[Measure]:
    """A07: moved power of each pair, of each class in all, and machines in use where a cap slows them."""
    year = data.year
    tolerance = np.broadcast_to((_TOLERANCE_FRAC * data.scale)[:, None], data.asked_mw.shape[1:])
    if data.shifts:
        most = np.zeros(data.asked_mw.shape[1:])
        for entry, source, _ in data.shifts:
            most[source] = max(most[source], entry.number("max_frac"))
        over = data.moved_out_mw - most * data.asked_mw
        over = np.maximum(over, -data.moved_mw.min(axis=1, initial=0.0)[:, None, None])
        yield worst_of(
            "moved power outside 0 .. its part of the asked power",
            "MW",
            over,
            tolerance,
            lambda i: year.at_workload(i[1], i[2], i[0]),
        )
    rebound = np.array([campus.limit("rebound_frac") for campus in year.campuses])
    waits = (data.of_class("deadline_h") > 0) & np.isfinite(rebound)[:, None]
    most_mw = np.where(np.isfinite(rebound), rebound, 0.0)[:, None] * data.asked_mw
    yield worst_of(
        "waiting work above its rebound",
        "MW",
        np.where(waits, data.served_mw - data.moved_in_mw - most_mw, 0.0),
        tolerance,
        lambda i: year.at_workload(i[1], i[2], i[0]),
    )
    in_use = np.where(data.is_measured, data.served_mw + data.lost_mw, data.served_mw)
    most_mw = np.maximum(data.of_class("installed_mw"), data.asked_mw.max(axis=0, initial=0.0))
    yield worst_of(
        "machines of a class in use above its installed power",
        "MW",
        in_use - most_mw,
        tolerance,
        lambda i: year.at_workload(i[1], i[2], i[0]),
    )


def given_up_limit_mw(data: CampusYear) -> FloatArray:
    """Largest power each class may give up, dims (time, campus, workload) [MW]; none for firm service."""
    shed = np.where(data.is_firm[:, None], 0.0, data.of_class("shed_frac"))
    is_now = data.of_class("deadline_h") == 0
    stays = data.asked_mw - np.where(is_now, data.moved_out_mw, 0.0)
    runs = np.minimum(stays, data.own_running_mw)
    return np.asarray(shed * np.where(data.is_measured, runs, stays))


def shift_differences(year: RunYear, asked: dict[str, Record]) -> Iterator[str]:
    """Shifts of the plan that the study does not allow: target, residency set, round trip, part or price."""
    for entry in year.shifts:
        campus, to, workload = (entry.text(key) for key in ("campus", "to", "workload"))
        name = f"shifts.{shift_label(campus, to, workload)}"
        study = asked[campus].record("workloads").record("flexibility").data.get("geo_shift")
        if study is None or to not in study["to"] or to == campus or workload not in study["max_frac"]:
            yield name
            continue
        if asked[campus].data.get("residency") != asked[to].data.get("residency"):
            yield f"{name}.residency"
        limit_ms = study.get("max_round_trip_ms")
        if limit_ms is not None and not _least_round_trip_ms(year, campus, to) <= float(limit_ms):
            yield f"{name}.max_round_trip_ms"
        if entry.number("max_frac") != study["max_frac"][workload]:
            yield f"{name}.max_frac"
        if entry.number("cost_usd_per_mwh") != study["cost_usd_per_mwh"]:
            yield f"{name}.cost_usd_per_mwh"


def _least_round_trip_ms(year: RunYear, campus: str, to: str) -> float:
    """Round trip by light in fibre between two POIs [ms], NaN where a bus has no place; the sphere errs by 0.6 %."""
    table = read_json(year.run.path / NETWORK_JSON).record("tables").record("bus")
    if not {"latitude_degree", "longitude_degree"} <= table.data.keys():
        return math.nan
    names = year.labels["campus"]
    bus = [year.campus_bus[names.index(name)] for name in (campus, to)]
    north, east = (np.radians(table.column(f"{key}_degree")[bus]) for key in ("latitude", "longitude"))
    if not np.isfinite([*north, *east]).all():
        return math.nan
    cosine = np.sin(north[0]) * np.sin(north[1]) + np.cos(north[0]) * np.cos(north[1]) * np.cos(east[0] - east[1])
    distance_km = _EARTH_KM * math.acos(min(1.0, float(cosine)))
    return 0.994 * 2000.0 * distance_km * _FIBRE_INDEX * _ROUTE_FACTOR / _LIGHT_KM_PER_S
