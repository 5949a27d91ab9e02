"""Campuses as labelled, immutable arrays: what every class asks for by hour, and what of it can move.

The baseline is given power, in one scenario; ``to_dataset`` states it with a dim ``scenario``, the door for a load
model that draws several.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gridplan.campus.failover import FailoverPair, failover_mw
from gridplan.campus.power_cap import PowerCap
from gridplan.errors import Finding
from gridplan.solution import STORAGE_MEMBER, WORKLOADS, member_label, shift_label
from gridplan.terms import netcdf_attrs

if TYPE_CHECKING:
    import xarray as xr

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BASE_SCENARIO = "base"
SHIFTING = ("interactive", "relaxed", "batch")
"""Classes whose work may be done at another campus; the data of training are too heavy to follow."""
_BY_CLASS = ("installed_mw", "deadline_h", "shed_frac", "min_power_frac", "value_usd_per_mwh")
_BY_CAMPUS = ("connected_mw", "idle_floor_frac", "max_energy_frac")
_TOLERANCE_MW = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusJob:
    """Single job: ``energy_mwh`` in the hours from ``release_position`` up to, without, ``deadline_position``."""

    campus: str
    id: str
    workload: str
    energy_mwh: float
    p_max_mw: float
    release_position: int
    deadline_position: int

    @property
    def label(self) -> str:
        """Name on the dim ``job``."""
        return member_label(self.campus, self.id)

    @property
    def window(self) -> slice:
        """Studied hours the job may run in."""
        return slice(self.release_position, self.deadline_position)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusStore:
    """Store behind the meter of a campus."""

    campus: str
    p_mw: float
    e_mwh: float
    efficiency_roundtrip_frac: float

    @property
    def label(self) -> str:
        """Name on the dim ``storage``."""
        return member_label(self.campus, STORAGE_MEMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusShift:
    """Work of a class of ``campus`` that may be done at campus ``to`` in the same hour.

    Parameters
    ----------
    max_frac : float [1]
        Largest part of what the class asks for that may leave, all targets together.
    cost_usd_per_mwh : float [USD/MWh]
        Price of one MWh done elsewhere.
    """

    campus: str
    to: str
    workload: str
    max_frac: float
    cost_usd_per_mwh: float

    @property
    def label(self) -> str:
        """Name on the dim ``shift``."""
        return shift_label(self.campus, self.to, self.workload)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """How long a campus may give up power, and how high its waiting work may go when it catches up.

    Parameters
    ----------
    max_event_h : int or None [h]
        Hours of full depth in any run of one hour more; None = no limit.
    free_mw : float [MW]
        Power given up that does not count as an event.
    rebound_frac : float or None [1]
        Largest power of a class that waits, per baseline of the hour; None = its installed power.
    """

    campus: str
    max_event_h: int | None = None
    free_mw: float = 0.0
    rebound_frac: float | None = None


@dataclass(frozen=True, kw_only=True)
class Campuses:
    """Load of the campuses of one studied year and the limits of its flexibility.

    Parameters
    ----------
    campus, workload : tuple of str
        Labels; campuses in the order of the study, workloads as ``gridplan.solution.WORKLOADS``.
    time_utc : datetime64[s], dims (time,)
        Beginning of each studied hour.
    connected_mw : float, dims (campus,) [MW]
        Limit at the meter.
    baseline_mw : float, dims (campus, workload, time) [MW]
        Power asked for, at the meter; jobs stand apart.
    installed_mw : float, dims (campus, workload) [MW]
        Share of the class in ``connected_mw``; the baseline never exceeds it.
    deadline_h : int, dims (campus, workload) [h]
        Longest wait of arrived work; 0 = served in its hour.
    shed_frac : float, dims (campus, workload) [1]
        Largest power given up per baseline; counts for conditional campuses only.
    min_power_frac : float, dims (campus, workload) [1]
        Least power per baseline less what is given up or moved.
    value_usd_per_mwh : float, dims (campus, workload) [USD/MWh]
        Price of lost work.
    idle_floor_frac : float, dims (campus,) [1]
        Least computing power per baseline of the hour.
    is_conditional : bool, dims (campus,)
        Whether work may be lost at all.
    max_energy_frac : float, dims (campus,) [1]
        Power given up per baseline over all hours; 0 for a firm campus.
    jobs : tuple of CampusJob
        Jobs in campus order.
    storage : tuple of CampusStore
        Stores in campus order.
    failover : tuple of FailoverPair
        Campuses whose loss raises another, in campus order.
    power_caps : tuple of PowerCap
        Classes that lose work along a measured curve; every other one loses work as it gives up power.
    shifts : tuple of CampusShift
        Pairs of campuses between which a class may move.
    events : tuple of EventRule
        Rules of curtailment events, at most one of a campus.
    findings : tuple of Finding
        Notes and warnings of the building: peaks cut, jobs left out.
    """

    campus: tuple[str, ...]
    workload: tuple[str, ...] = WORKLOADS
    time_utc: npt.NDArray[np.datetime64]
    connected_mw: FloatArray
    baseline_mw: FloatArray
    installed_mw: FloatArray
    deadline_h: IntArray
    shed_frac: FloatArray
    min_power_frac: FloatArray
    value_usd_per_mwh: FloatArray
    idle_floor_frac: FloatArray
    is_conditional: BoolArray
    max_energy_frac: FloatArray
    jobs: tuple[CampusJob, ...] = ()
    storage: tuple[CampusStore, ...] = ()
    failover: tuple[FailoverPair, ...] = ()
    power_caps: tuple[PowerCap, ...] = ()
    shifts: tuple[CampusShift, ...] = ()
    events: tuple[EventRule, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.setflags(write=False)
                object.__setattr__(self, column.name, value)
        _check_shapes(self)
        _check_values(self)
        _check_movable(self)

    @property
    def n_time(self) -> int:
        """Count of studied hours."""
        return len(self.time_utc)

    @property
    def failover_mw(self) -> FloatArray:
        """What the loss of a campus puts on another, dims (pair, time) [MW]; jobs and stores stand apart."""
        return failover_mw(self.failover, self.campus, self.baseline_mw.sum(axis=1), self.connected_mw)

    def to_dataset(self) -> xr.Dataset:
        """Baseline, dims (campus, workload, scenario, time), and flexibility as an xarray Dataset with units."""
        import xarray as xr

        by_class = {name: (("campus", "workload"), getattr(self, name), netcdf_attrs(name)) for name in _BY_CLASS}
        by_campus = {name: (("campus",), getattr(self, name), netcdf_attrs(name)) for name in _BY_CAMPUS}
        dims = ("campus", "workload", "scenario", "time")
        baseline = (dims, self.baseline_mw[:, :, None, :], netcdf_attrs("p_baseline_mw"))
        labels: dict[str, Any] = {
            "campus": list(self.campus),
            "workload": list(self.workload),
            "scenario": [BASE_SCENARIO],
            "time": self.time_utc.astype("datetime64[ns]"),
        }
        return xr.Dataset({"p_baseline_mw": baseline, **by_class, **by_campus}, coords=labels)


def _check_shapes(campuses: Campuses) -> None:
    n_campus, n_workload = len(campuses.campus), len(campuses.workload)
    wanted: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(_BY_CLASS, (n_campus, n_workload)),
        **dict.fromkeys((*_BY_CAMPUS, "is_conditional"), (n_campus,)),
        "baseline_mw": (n_campus, n_workload, campuses.n_time),
    }
    for name, shape in wanted.items():
        found = getattr(campuses, name).shape
        if found != shape:
            raise ValueError(f"{name} has shape {found}, {shape} expected")
    for pair in campuses.failover:
        if not {pair.campus, pair.to} <= set(campuses.campus) or pair.campus == pair.to:
            raise ValueError(f"failover from {pair.campus} to {pair.to} joins no two campuses")
    for job in campuses.jobs:
        if not 0 <= job.release_position < job.deadline_position <= campuses.n_time:
            raise ValueError(f"window of job {job.label} is not inside the {campuses.n_time} studied hours")


def _check_values(campuses: Campuses) -> None:
    for name in (*_BY_CLASS, *_BY_CAMPUS, "baseline_mw"):
        values = getattr(campuses, name)
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{name} holds a value that is negative or no number")
    too_much_mw = campuses.baseline_mw.max(axis=2, initial=0.0) - campuses.installed_mw
    if too_much_mw.max(initial=0.0) > _TOLERANCE_MW:
        i, c = np.unravel_index(int(np.argmax(too_much_mw)), too_much_mw.shape)
        where = f"{campuses.campus[i]} {campuses.workload[c]}"
        raise ValueError(f"baseline_mw of {where} is {too_much_mw[i, c]:g} MW above installed_mw")


def _check_movable(campuses: Campuses) -> None:
    known = {(campus, workload) for campus in campuses.campus for workload in campuses.workload}
    for cap in campuses.power_caps:
        if (cap.campus, cap.workload) not in known:
            raise ValueError(f"power cap of {cap.campus} {cap.workload}, which is not among the campuses")
    for shift in campuses.shifts:
        if not {(shift.campus, shift.workload), (shift.to, shift.workload)} <= known or shift.campus == shift.to:
            raise ValueError(f"shift {shift.label} does not join two of the campuses")
        _check_shift(shift)
    for rule in campuses.events:
        if rule.campus not in campuses.campus:
            raise ValueError(f"event rule of {rule.campus}, which is not among the campuses")
        _check_event_rule(rule)
    caps = [f"{cap.campus}:{cap.workload}" for cap in campuses.power_caps]
    labels = [caps, [shift.label for shift in campuses.shifts], [rule.campus for rule in campuses.events]]
    if any(len(set(names)) < len(names) for names in labels):
        raise ValueError("a power cap, a shift or an event rule is given twice")


def _check_shift(shift: CampusShift) -> None:
    if shift.workload not in SHIFTING:
        raise ValueError(f"shift {shift.label}: work of {shift.workload} stays where it is")
    if not (0.0 <= shift.max_frac <= 1.0 and 0.0 <= shift.cost_usd_per_mwh < np.inf):
        raise ValueError(f"shift {shift.label} has a part outside 0 .. 1 or a cost that is negative or no number")


def _check_event_rule(rule: EventRule) -> None:
    if rule.rebound_frac is not None and not rule.rebound_frac >= 1.0:
        raise ValueError(f"rebound_frac of {rule.campus} is below 1: work that waits could never be done")
    if (rule.max_event_h is not None and rule.max_event_h < 0) or not rule.free_mw >= 0.0:
        raise ValueError(f"event rule of {rule.campus} has negative hours or MW")
