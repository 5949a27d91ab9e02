"""Hourly data the plan cannot change: load, availability, time stamps.

Arrays are (time, element), hour-beginning UTC, without gaps; nothing is repaired here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.errors import input_error
from gridplan.solution import WORKLOADS

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class HourlyColumns:
    """Hourly values with a name a column, dims (time, name)."""

    names: tuple[str, ...]
    values: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _frozen(self.values))


@dataclass(frozen=True, kw_only=True)
class CampusProfile:
    """Metered load of a campus or of one of its workload classes.

    Parameters
    ----------
    campus : str
        Id of the campus.
    workload : str
        Workload class; empty: the whole campus.
    p_mw : float, dims (time,) [MW]
        As metered.
    peak_mw : float [MW]
        Largest hour of the whole file, studied or not.
    """

    campus: str
    workload: str = ""
    p_mw: FloatArray
    peak_mw: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "p_mw", _frozen(self.p_mw))


@dataclass(frozen=True, kw_only=True)
class ModelledLoad:
    """Load of a campus in a studied year, from its driver pack.

    Parameters
    ----------
    campus : str
        Id of the campus.
    year : int
        Studied year.
    demand_frac : float, dims (class, time) [1]
        Power asked for per MW of contract, in the order of ``gridplan.solution.WORKLOADS``; the classes together never
        ask for more than 1.
    """

    campus: str
    year: int
    demand_frac: FloatArray

    def __post_init__(self) -> None:
        if self.demand_frac.shape[:1] != (len(WORKLOADS),):
            raise ValueError(f"demand_frac has shape {self.demand_frac.shape}, ({len(WORKLOADS)}, time) expected")
        object.__setattr__(self, "demand_frac", _frozen(self.demand_frac))


@dataclass(frozen=True, kw_only=True)
class GridSeries:
    """One weather year of a grid.

    Parameters
    ----------
    time_utc : datetime64[s], dims (time,)
        Beginning of each hour, UTC, strictly hourly.
    timezone : str
        IANA zone for labels and seasons.
    load_mw : float, dims (time, bus) [MW]
        Native load.
    p_max_mw : float, dims (time, generator) [MW]
        Available capacity of each unit.
    p_min_mw : float, dims (time, generator) [MW]
        Least output under the commitment assumption.
    temperature_degc : HourlyColumns, optional [degC]
        Air temperature by region.
    measured : tuple of CampusProfile
        Metered profiles, each by the id of the campus, and the class, it stands for.

    Raises
    ------
    InputError
        If the step is not one hour, a value is not finite, or p_min exceeds p_max.
    """

    time_utc: npt.NDArray[np.datetime64]
    timezone: str
    load_mw: FloatArray
    p_max_mw: FloatArray
    p_min_mw: FloatArray
    temperature_degc: HourlyColumns | None = None
    measured: tuple[CampusProfile, ...] = ()
    modelled: tuple[ModelledLoad, ...] = ()

    def __post_init__(self) -> None:
        _check_step(self.time_utc)
        for name in ("load_mw", "p_max_mw", "p_min_mw"):
            _check_values(name, getattr(self, name), len(self.time_utc))
        if (self.p_min_mw > self.p_max_mw + 1e-9).any():
            hour, unit = np.argwhere(self.p_min_mw > self.p_max_mw + 1e-9)[0]
            raise input_error("GP-LIM-004", f"unit {unit} hour {hour}: p_min above p_max", "correct the series")
        for name in ("time_utc", "load_mw", "p_max_mw", "p_min_mw"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        if self.temperature_degc is not None:
            _check_values("temperature_degc", self.temperature_degc.values, len(self))
        for profile in self.measured:
            whose = f"{profile.campus} {profile.workload}".strip()
            _check_values(f"measured profile of {whose}", profile.p_mw[:, None], len(self))

    def __len__(self) -> int:
        """Count of hours."""
        return len(self.time_utc)

    def hours(self, selection: slice | npt.NDArray[np.int64]) -> GridSeries:
        """Contiguous part of the year as a series of its own."""
        temperature = self.temperature_degc
        return replace(
            self,
            time_utc=self.time_utc[selection],
            load_mw=self.load_mw[selection],
            p_max_mw=self.p_max_mw[selection],
            p_min_mw=self.p_min_mw[selection],
            temperature_degc=temperature and replace(temperature, values=temperature.values[selection]),
            measured=tuple(replace(profile, p_mw=profile.p_mw[selection]) for profile in self.measured),
            modelled=tuple(replace(load, demand_frac=load.demand_frac[:, selection]) for load in self.modelled),
        )

    def with_load_scale(self, factor: float) -> GridSeries:
        """Series whose native load is multiplied by ``factor`` (load growth)."""
        return replace(self, load_mw=self.load_mw * factor)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array = array.copy()
    array.setflags(write=False)
    return array


def _check_step(time_utc: npt.NDArray[np.datetime64]) -> None:
    steps = np.diff(time_utc.astype("datetime64[s]")).astype(np.int64)
    wrong = np.flatnonzero(steps != 3600)
    if wrong.size:
        stamp = time_utc[wrong[0] + 1]
        raise input_error(
            "GP-TIM-002", f"time stamp {stamp} does not follow one hour after the one before it", "give every hour once"
        )


def _check_values(name: str, values: FloatArray, n_time: int) -> None:
    if values.shape[0] != n_time:
        raise input_error("GP-TIM-003", f"{name} has {values.shape[0]} rows for {n_time} hours", "give one row an hour")
    if not np.isfinite(values).all():
        hour, column = np.argwhere(~np.isfinite(values))[0]
        raise input_error("GP-VAL-001", f"{name} hour {hour} column {column} is not a number", "correct the series")
