"""Fine-tuning: runs that users submit on working days, each a fixed work on a few accelerators.

Comes in: users, their cadence, the pool of accelerators, the hours. Goes out: ``ItLoad``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.clock import DAYS_OF_WEEK, HOURS_OF_DAY, SECONDS_OF_HOUR, ahead_of_utc_s, hour_of_week
from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import Hardware
from gridplan.campus.server_power import load_of_busy, server_power
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.load import Hours, ItLoad
from gridplan.campus.workloads.waiting import served_in_turn

FloatArray = npt.NDArray[np.float64]
HOURS_PER_MONTH = 730.5
_MOST_RUNS_PER_H = 1e15  # beyond it the mean stands for them, as chance is nothing beside it
DAY_FROM_H, DAY_TO_H = 8, 18
"""Local hours of the day part of ``finetune.night_over_day``."""
_WEEKEND = 5  # days from Monday on


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneSpec:
    """Users that fine-tune models on a pool of accelerators.

    Parameters
    ----------
    name : str
        Label of the workload.
    hardware : Hardware
    accelerators : int
        Installed.
    users : float
        Users that submit runs, in the reference year.
    accelerators_per_run : int
    reference_year : int
    movable : str
        Class of ``gridplan.solution.WORKLOADS``.
    """

    name: str
    hardware: Hardware
    accelerators: int
    users: float
    accelerators_per_run: int = 8
    reference_year: int = 2026
    movable: str = "finetune"

    def __post_init__(self) -> None:
        if self.users < 0:
            raise ValueError(f"{self.name}: {self.users:g} users is negative")
        if not 1 <= self.accelerators_per_run <= self.accelerators:
            raise ValueError(
                f"{self.name}: a run takes {self.accelerators_per_run} accelerators; the pool has {self.accelerators}"
            )


def finetune_load(spec: FinetuneSpec, draws: Draws, hours: Hours, streams: Streams | None = None) -> ItLoad:
    """IT load of fine-tuning.

    ``runs per hour = users (1 + growth)^(y - y0) cadence (1 - federated) week(t)``, each for
    ``work / accelerators per run`` hours; runs that do not fit into the pool wait.

    Parameters
    ----------
    spec : FinetuneSpec
    draws : Draws
    hours : Hours
    streams : Streams, optional
        Absent: expected runs of each hour of the week.

    Returns
    -------
    ItLoad
        Counts: ``accelerators``, ``accelerator_h`` at work, ``runs`` submitted in these hours.
    """
    run_h = draws["finetune.accelerator_h_per_run"] / spec.accelerators_per_run
    lead_h = int(np.floor(run_h.max(initial=0.0))) + 1
    rate = runs_per_h(spec, draws, hours, lead_h)
    runs = rate if streams is None else _random_runs(rate, lead_h, run_h, streams, spec.name)
    asked = spec.accelerators_per_run * running_mean(runs, run_h, lead_h)
    busy = served_in_turn(asked, np.array([[float(spec.accelerators)]]))
    counts = {"accelerator_h": busy.sum(axis=1), "runs": runs[:, lead_h:].sum(axis=1)}
    return load_of_busy(spec.name, spec.movable, server_power(spec.hardware, draws), spec.accelerators, busy, counts)


def runs_per_h(spec: FinetuneSpec, draws: Draws, hours: Hours, lead_h: int) -> FloatArray:
    """Expected runs submitted in each hour, ``lead_h`` hours before the first one with them, dims (scenario, time)."""
    years = max(0, hours.year - spec.reference_year)
    users = spec.users * (1 + draws["finetune.users_growth_per_year"]) ** years
    begin = hours.time_utc[0].astype("datetime64[s]")
    before = begin - np.arange(lead_h, 0, -1) * np.timedelta64(SECONDS_OF_HOUR, "s")
    time_utc = np.concatenate([before, hours.time_utc.astype("datetime64[s]")])
    here = 1 - draws["finetune.federated_frac"]
    mean = users * draws["finetune.runs_per_month"] * here / HOURS_PER_MONTH
    week = week_rel(draws["finetune.night_over_day"], draws["finetune.weekend_over_weekday"])
    local = hour_of_week(time_utc.astype(np.int64) + ahead_of_utc_s(time_utc, hours.timezone))
    return np.asarray(np.take(mean[:, None] * week, local, axis=1))


def week_rel(night_over_day: FloatArray, weekend_over_weekday: FloatArray) -> FloatArray:
    """Submissions by local hour of the week from Monday 0 h over their mean, dims (scenario, 168); its mean is 1."""
    hour = np.arange(HOURS_OF_DAY)
    is_day = (hour >= DAY_FROM_H) & (hour < DAY_TO_H)
    day = np.where(is_day, 1.0, night_over_day[:, None])
    is_weekend = np.arange(DAYS_OF_WEEK) >= _WEEKEND
    days = np.where(is_weekend, weekend_over_weekday[:, None], 1.0)
    week = (days[:, :, None] * day[:, None, :]).reshape(len(day), -1)
    return np.asarray(week / week.mean(axis=1, keepdims=True))


def _random_runs(rate: FloatArray, lead_h: int, run_h: FloatArray, streams: Streams, name: str) -> FloatArray:
    """Runs submitted in each hour: Poisson. The hours before the first one are drawn backwards, as far as needed.

    So a scenario's numbers do not depend on the longest run of its block.
    """
    runs = np.zeros_like(rate)
    for k, rate_k in enumerate(rate):
        if rate_k.max(initial=0.0) > _MOST_RUNS_PER_H:
            runs[k] = rate_k
            continue
        generator = streams.generator(f"{name}.runs", k)
        runs[k, lead_h:] = generator.poisson(rate_k[lead_h:])
        own_h = int(np.floor(run_h[k])) + 1
        runs[k, lead_h - own_h : lead_h] = generator.poisson(rate_k[lead_h - own_h : lead_h][::-1])[::-1]
    return runs


def running_mean(runs: FloatArray, run_h: FloatArray, lead_h: int) -> FloatArray:
    """Mean number of runs under way in each hour after the lead, dims (scenario, time).

    ``C(x) - C(x - D)``, averaged over the hour, with ``C`` the runs begun so far, straight within an hour.
    """
    hours = runs.shape[1] - lead_h
    under_way = np.empty((len(runs), hours))
    for k, duration_h in enumerate(run_h):
        whole = int(np.floor(duration_h))
        own_h = whole + 1  # no further back, so that the sum has the same terms in every block
        begun_k = runs[k, lead_h - own_h :]
        before = np.concatenate([[0.0], np.cumsum(begun_k)])
        f = 1.0 - (duration_h - whole)  # an hour, moved back by D, begins this far into one and ends in the next
        now = before[own_h : own_h + hours] + begun_k[own_h:] / 2
        a, b = slice(0, hours), slice(1, 1 + hours)
        left = before[a] * (1 - f) + begun_k[a] * (1 - f * f) / 2
        under_way[k] = now - left - before[b] * f - begun_k[b] * f * f / 2
    return np.maximum(under_way, 0.0, out=under_way)
