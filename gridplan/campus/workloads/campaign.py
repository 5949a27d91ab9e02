"""Training campaigns of a year: what describes one, and the hours it runs.

Comes in: campaigns per year, their length, trends. Goes out: the part of each hour in which a campaign runs. May not
know failures or power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import Hardware
from gridplan.campus.workloads.load import Hours
from gridplan.campus.workloads.training_trend import data_cap_factor, efficiency_factor

FloatArray = npt.NDArray[np.float64]
Growth = Literal["retrain", "incremental"]
_H_PER_DAY = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSpec:
    """A dedicated training fleet: one job on all its accelerators at a time.

    Parameters
    ----------
    name : str
        Label of the workload.
    hardware : Hardware
    accelerators : int
        Accelerators of the job, all that are installed for it.
    campaigns_per_year : float
        Evenly spread; 0.5 is one every other year.
    days : float or "perpetual" [d]
        Length of a campaign in the reference year; ``perpetual`` runs all year.
    first_day : float [d]
        Day of the year, from 0, on which a campaign begins.
    reference_year : int
        Year from which gains of efficiency count.
    growth : {"retrain", "incremental"}
        ``incremental``: a model grows in ``increments`` shorter campaigns in place of each one.
    increments : int
    data_cap_year : int, optional
        Year after which new text is exhausted and training declines; absent: it never does.
    fill_share : float [1]
        Share of the accelerators other work takes between campaigns.
    checkpoint_interval_min : float, optional [min]
        Absent: Young's interval.
    movable : str
        Class of ``gridplan.solution.WORKLOADS``.
    """

    name: str
    hardware: Hardware
    accelerators: int
    campaigns_per_year: float = 1.0
    days: float | Literal["perpetual"] = "perpetual"
    first_day: float = 0.0
    reference_year: int = 2026
    growth: Growth = "retrain"
    increments: int = 4
    data_cap_year: int | None = None
    fill_share: float = 0.0
    checkpoint_interval_min: float | None = None
    movable: str = "pretrain"

    def __post_init__(self) -> None:
        if self.accelerators < 0 or self.campaigns_per_year < 0 or self.increments < 1:
            raise ValueError(f"{self.name}: accelerators and campaigns are not negative, increments at least 1")
        if not 0 <= self.fill_share <= 1:
            raise ValueError(f"{self.name}: fill_share {self.fill_share:g} lies outside 0 to 1")
        if self.days != "perpetual" and self.days < 0:
            raise ValueError(f"{self.name}: {self.days:g} days is negative")
        if self.checkpoint_interval_min is not None and self.checkpoint_interval_min <= 0:
            raise ValueError(f"{self.name}: checkpoint_interval_min {self.checkpoint_interval_min:g} is not above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Campaigns of a year.

    Parameters
    ----------
    first_h : float, dims (scenario,) [h]
        Hours from the beginning of the year to the beginning of a campaign.
    spacing_h : float [h]
        From one beginning to the next; infinite where there are no campaigns.
    length_h : float, dims (scenario,) [h]
        Length of a campaign, at most the spacing.
    """

    first_h: FloatArray
    spacing_h: float
    length_h: FloatArray

    def running_frac(self, begin_h: FloatArray) -> FloatArray:
        """Part of each hour in which a campaign runs, dims (scenario, time) [1].

        ``F(x + 1) - F(x)`` with ``F(x) = floor(x/S) L + min(x mod S, L)``: campaigns recur before and after the year,
        so one that runs over New Year counts at both ends.
        """
        if not np.isfinite(self.spacing_h):
            return np.zeros((len(self.length_h), len(begin_h)))
        edges = np.append(begin_h, begin_h[-1:] + 1.0)
        done, within = np.divmod(edges[None, :] - self.first_h[:, None], self.spacing_h)
        length_h = self.length_h[:, None]
        done *= length_h
        done += np.minimum(within, length_h, out=within)
        return np.clip(np.diff(done, axis=1), 0.0, 1.0)


def calendar_of(spec: CampaignSpec, draws: Draws, hours: Hours) -> Calendar:
    """Campaigns of the studied year by scenario.

    ``L = days (1 - gain)^(y - y0) (1 - decline)^(y - cap)``; grown step by step: ``m`` times as many campaigns of
    ``w L / m``. A perpetual campaign spends what efficiency saves, and declines with the data alone.
    """
    count = spec.campaigns_per_year * (spec.increments if spec.growth == "incremental" else 1)
    if spec.days == "perpetual":
        count = max(count, 1.0)
    year_h = _year_h(hours)
    spacing_h = year_h / count if count > 0 else np.inf
    return Calendar(
        first_h=_H_PER_DAY * (spec.first_day + draws["train.start_shift_days"]),
        spacing_h=spacing_h,
        length_h=np.minimum(_length_h(spec, draws, hours.year, spacing_h), spacing_h),
    )


def _length_h(spec: CampaignSpec, draws: Draws, year: int, spacing_h: float) -> FloatArray:
    decline = data_cap_factor(draws, year, spec.data_cap_year)
    if spec.days == "perpetual":
        return spacing_h * decline
    length_h = _H_PER_DAY * spec.days * decline * efficiency_factor(draws, year, spec.reference_year)
    if spec.growth == "incremental":
        length_h = length_h * draws["train.increment_work_frac"] / spec.increments
    return length_h


def hours_of_year(hours: Hours) -> FloatArray:
    """Hours from the beginning of the UTC year of the first hour, dims (time,) [h]."""
    begin = hours.time_utc.astype("datetime64[h]")
    return (begin - _new_year(hours)).astype(np.float64)


def _new_year(hours: Hours) -> np.datetime64:
    first: np.datetime64 = hours.time_utc[0].astype("datetime64[Y]").astype("datetime64[h]")
    return first


def _year_h(hours: Hours) -> float:
    year = hours.time_utc[0].astype("datetime64[Y]")
    return float(((year + 1).astype("datetime64[h]") - _new_year(hours)).astype(np.int64))
