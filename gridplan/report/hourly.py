"""Hourly results of one year, summed for figures and tables.

Comes in: series and schedule files. Goes out: one value object; nothing is optimised here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.report.run_folder import FloatArray, NotStudiedError, RunFolder, TimeArray
from gridplan.solution import WORKLOADS

WEEK_H = 168
_SMALL_MW = 1e-6


@dataclass(frozen=True, kw_only=True)
class Hourly:
    """Hourly results of one year.

    Parameters
    ----------
    native_mw, met_mw, asked_mw, curtailed_mw : float, dims (time,) [MW]
        Native load; power at the meters of all campuses; what their computing asked for; power given up.
    campus_mw : float, dims (time, campus) [MW]
        Power at each meter.
    asked_mwh, moved_mwh, lost_mwh : float, dims (campus, workload) [MWh]
        Sums over the hours: asked for, done later than it arrived, lost work.
    mean_price_usd_per_mwh : tuple, dims (campus,)
        Price at the POI weighted with the power of the campus; None without power. Hours whose price a penalty
        sets are left out.
    """

    year: str
    time_local: TimeArray
    campuses: tuple[str, ...]
    pois: tuple[str, ...]
    native_mw: FloatArray
    met_mw: FloatArray
    asked_mw: FloatArray
    curtailed_mw: FloatArray
    campus_mw: FloatArray
    asked_mwh: FloatArray
    moved_mwh: FloatArray
    lost_mwh: FloatArray
    mean_price_usd_per_mwh: tuple[float | None, ...]


def read_hourly(run: RunFolder, year: str) -> Hourly:
    """Hourly results of a year; a run without campuses has zero campus power."""
    native = run.series(year, "load_mw").sum(axis=1)
    plan = run.campuses(year)
    campuses = tuple(str(c["id"]) for c in plan)
    pois = tuple(str(c["bus"] or "") for c in plan)
    n = len(native)
    if not campuses:
        none, empty = np.zeros(n), np.zeros((0, 5))
        return Hourly(
            year=year, time_local=run.local_time(year), campuses=(), pois=(), native_mw=native, met_mw=none,
            asked_mw=none, curtailed_mw=none, campus_mw=np.zeros((n, 0)), asked_mwh=empty, moved_mwh=empty,
            lost_mwh=empty, mean_price_usd_per_mwh=(),
        )  # fmt: skip
    campus_mw = run.schedule(year, "p_campus_mw")
    served, asked = run.schedule(year, "p_workload_mw"), run.schedule(year, "p_baseline_mw")
    given_up = run.schedule(year, "p_curtailed_mw")
    own = served + _sent_mw(run, year, campuses, served.shape)
    return Hourly(
        year=year,
        time_local=run.local_time(year),
        campuses=campuses,
        pois=pois,
        native_mw=native,
        met_mw=campus_mw.sum(axis=1),
        asked_mw=asked.sum(axis=(1, 2)),
        curtailed_mw=given_up.sum(axis=(1, 2)),
        campus_mw=campus_mw,
        asked_mwh=asked.sum(axis=0),
        moved_mwh=np.maximum(asked - given_up - own, 0.0).sum(axis=0),
        lost_mwh=run.schedule(year, "lost_work_mw").sum(axis=0),
        mean_price_usd_per_mwh=_mean_prices(run, year, pois, campus_mw),
    )


def _sent_mw(run: RunFolder, year: str, campuses: tuple[str, ...], shape: tuple[int, ...]) -> FloatArray:
    """Power sent to other campuses less power taken from them, dims (time, campus, workload) [MW]."""
    net, shifts = np.zeros(shape), run.year(year).get("shifts") or []
    if shifts:
        moved_mw = run.schedule(year, "p_shift_mw")
        for k, shift in enumerate(shifts):
            c = WORKLOADS.index(shift["workload"])
            net[:, campuses.index(shift["campus"]), c] += moved_mw[:, k]
            net[:, campuses.index(shift["to"]), c] -= moved_mw[:, k]
    return net


def worst_week(hourly: Hourly) -> slice:
    """Seven days that start at local midnight: with most lost work, else with the largest load."""
    n = len(hourly.native_mw)
    if n <= WEEK_H:
        return slice(0, n)
    hour_of_day = (hourly.time_local - hourly.time_local.astype("datetime64[D]")) // np.timedelta64(3600, "s")
    starts = np.flatnonzero((hour_of_day == 0) & (np.arange(n) <= n - WEEK_H))
    if not starts.size:
        starts = np.array([0])
    total = hourly.native_mw + hourly.met_mw
    if float(hourly.curtailed_mw.sum()) > _SMALL_MW:
        sums = np.concatenate([[0.0], np.cumsum(hourly.curtailed_mw)])
        score = sums[starts + WEEK_H] - sums[starts]
        start = int(starts[np.argmax(score)])
    else:
        day_of_peak = int(np.argmax(total)) - WEEK_H // 2
        start = int(starts[np.argmin(np.abs(starts - day_of_peak))])
    return slice(start, start + WEEK_H)


def _mean_prices(run: RunFolder, year: str, pois: tuple[str, ...], campus_mw: FloatArray) -> tuple[float | None, ...]:
    try:
        price = run.schedule(year, "lmp_usd_per_mwh")
        counts = run.schedule(year, "is_penalty_priced") == 0
    except NotStudiedError:
        return (None,) * len(pois)
    position = {bus: k for k, bus in enumerate(run.schedule_labels(year, "bus"))}
    found: list[float | None] = []
    for k, poi in enumerate(pois):
        drawn_mw = np.where(counts, campus_mw[:, k], 0.0)
        energy = float(drawn_mw.sum())
        if poi not in position or energy <= 0:
            found.append(None)
            continue
        found.append(float(price[:, position[poi]] @ drawn_mw / energy))
    return tuple(found)
