"""A05-A08: work of each class and job, windows and deadlines, power bounds, stores.

In: one studied year. Out: measures. ``p`` is power run here, ``x`` power given up, ``b`` what a class asks for,
``q`` the power of a job; everything is at the campus meter. Work done is p and what slower machines do without x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gridplan.solution import WORKLOADS
from gridplan.verify.audit_campus_year import CampusYear, campus_year
from gridplan.verify.audit_certificate import Measure, worst_of
from gridplan.verify.audit_grid import BoolArray, FloatArray, IntArray
from gridplan.verify.audit_movable import given_up_limit_mw, lost_work, shift_limits
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import NotApplicableError

_TOLERANCE_FRAC = 1e-6
_EXACT = 1e-9


def energy(year: RunYear) -> Iterator[Measure]:
    """A05: every MWh asked for is served, lost or waiting; every job uses its energy."""
    data = campus_year(year)
    done = data.done_mw
    is_now = data.of_class("deadline_h") == 0
    tolerance = np.broadcast_to((_TOLERANCE_FRAC * data.scale)[:, None], is_now.shape)
    place = _class_place(year)
    missing = np.where(is_now, np.abs(done - data.asked_mw), 0.0)
    yield worst_of("run + given up + moved - asked of a class without deadline", "MW", missing, tolerance, place)
    backlog = year.array("backlog_mwh")
    before = np.concatenate([np.zeros_like(backlog[:1]), backlog[:-1]])
    step = np.where(is_now, np.abs(backlog), np.abs(before + data.asked_mw - done - backlog))
    yield worst_of("backlog recursion of a class", "MWh", step, tolerance, place)
    rest = np.abs((data.asked_mw - done).sum(axis=0))
    yield worst_of(
        "work left at the end of the year", "MWh", rest, tolerance * 24, lambda i: year.at_workload(i[0], i[1])
    )
    yield from lost_work(data)
    if data.jobs:
        short = np.abs(data.job_mw.sum(axis=0) - data.job_energy_mwh)
        limit = _TOLERANCE_FRAC * np.maximum(data.job_energy_mwh, 1.0)
        yield worst_of("energy of a job against its demand", "MWh", short, limit, lambda i: year.at("job", i[0]))


def windows(year: RunYear) -> Iterator[Measure]:
    """A06: no work before it arrives, all of it by its deadline; jobs only inside their window."""
    data = campus_year(year)
    done = np.cumsum(data.done_mw, axis=0)
    arrived = np.cumsum(data.asked_mw, axis=0)
    wait_h = data.of_class("deadline_h")
    tolerance = _TOLERANCE_FRAC * data.scale[:, None] * np.maximum(wait_h, 1.0)
    place = _class_place(year)
    early = np.where(wait_h > 0, done - arrived, 0.0)
    yield worst_of("work done before it arrived", "MWh", early, tolerance, place)
    yield worst_of("work later than its deadline", "MWh", _due(arrived, wait_h) - done, tolerance, place)
    if data.jobs:
        inside = _job_windows(year, data)
        outside = np.where(inside, 0.0, np.abs(data.job_mw))
        yield worst_of("job power outside its window", "MW", outside, _EXACT, _place(year, "job"))


def _due(arrived: FloatArray, wait_h: FloatArray) -> FloatArray:
    due = np.zeros_like(arrived)
    for (campus, workload), hours in np.ndenumerate(wait_h.astype(np.int64)):
        if hours < len(arrived):
            due[hours:, campus, workload] = arrived[: len(arrived) - hours, campus, workload]
    return due


def _job_windows(year: RunYear, data: CampusYear) -> BoolArray:
    spans = [(job.epoch_s("release_utc"), job.epoch_s("deadline_utc")) for _, job in data.jobs]
    stamps: IntArray = year.time_utc
    return np.array([(stamps >= release) & (stamps + 3600 <= deadline) for release, deadline in spans]).T


def power_bounds(year: RunYear) -> Iterator[Measure]:
    """A07: installed and least power, shed limits, idle floor, and the contract at the meter."""
    data = campus_year(year)
    tolerance = np.broadcast_to((_TOLERANCE_FRAC * data.scale)[:, None], (len(data.scale), len(WORKLOADS)))
    place = _class_place(year)
    installed, share = data.of_class("installed_mw"), data.of_class("share_frac")
    off = np.abs(installed - share * data.connected_mw[:, None])
    yield worst_of("installed - share * connected", "MW", off, tolerance, lambda i: year.at_workload(i[0], i[1]))
    most = np.maximum(installed, data.asked_mw.max(axis=0, initial=0.0))  # servers of its own peak, in every hour
    yield worst_of("class above its installed power", "MW", data.served_mw - most, tolerance, place)
    least = data.of_class("min_power_frac") * (data.asked_mw - data.lost_mw - data.moved_out_mw)
    least = np.where(data.of_class("deadline_h") > 0, least, 0.0)
    yield worst_of("class below its least power", "MW", least - data.served_mw + data.moved_in_mw, tolerance, place)
    excess = np.maximum(data.lost_mw - given_up_limit_mw(data), -data.lost_mw)
    yield worst_of("power given up outside 0 .. shed limit (0 for firm service)", "MW", excess, tolerance, place)
    yield from shift_limits(data)
    yield from _job_bounds(year, data)
    yield from _meter(year, data)


def _job_bounds(year: RunYear, data: CampusYear) -> Iterator[Measure]:
    if data.jobs:
        p_max = np.array([job.number("p_max_mw") for _, job in data.jobs])
        excess = np.maximum(data.job_mw - p_max, -data.job_mw)
        yield worst_of(
            "job power outside 0 .. p_max", "MW", excess, _TOLERANCE_FRAC * np.maximum(p_max, 1.0), _place(year, "job")
        )


def _meter(year: RunYear, data: CampusYear) -> Iterator[Measure]:
    tolerance = _TOLERANCE_FRAC * data.scale
    place = _place(year, "campus")
    meter = year.array("p_campus_mw")
    computing = data.served_mw.sum(axis=2) + data.job_of_campus_mw
    off = np.abs(meter - computing - data.store_power_mw)
    yield worst_of("meter - classes - jobs - charging + discharging", "MW", off, tolerance, place)
    most = np.where(year.campus_bus >= 0, data.connected_mw, 0.0)
    yield worst_of("meter outside 0 .. connected MW", "MW", np.maximum(meter - most, -meter), tolerance, place)
    floor_frac = np.array([c.number("idle_floor_frac") for c in year.campuses])
    below = floor_frac * data.asked_mw.sum(axis=2) - computing
    yield worst_of("computing below the idle floor", "MW", below, tolerance, place)


def stores(year: RunYear) -> Iterator[Measure]:
    """A08: energy recursion of every store, its limits, and a half full end."""
    if not year.labels["storage"]:
        message = f"{year.year}: no store"
        raise NotApplicableError(message)
    p_mw, e_mwh, efficiency = _store_data(year)
    charge, discharge = year.array("p_charge_mw"), year.array("p_discharge_mw")
    energy_mwh = year.array("e_storage_mwh")
    one_way = np.sqrt(efficiency)
    before = np.concatenate([e_mwh[None, :] / 2.0, energy_mwh[:-1]])
    step = np.abs(before + one_way * charge - discharge / one_way - energy_mwh)
    tolerance = _TOLERANCE_FRAC * np.maximum(e_mwh, 1.0)
    place = _place(year, "storage")
    yield worst_of("store energy recursion", "MWh", step, tolerance, place)
    excess = np.maximum(energy_mwh - e_mwh, -energy_mwh)
    yield worst_of("store energy outside 0 .. size", "MWh", excess, tolerance, place)
    yield worst_of(
        "store energy at the end away from half",
        "MWh",
        np.abs(energy_mwh[-1] - e_mwh / 2.0),
        tolerance,
        lambda i: year.at("storage", i[0]),
    )
    excess = np.maximum(np.maximum(charge, discharge) - p_mw, -np.minimum(charge, discharge))
    yield worst_of("store power outside 0 .. limit", "MW", excess, _TOLERANCE_FRAC * np.maximum(p_mw, 1.0), place)


def _store_data(year: RunYear) -> tuple[FloatArray, FloatArray, FloatArray]:
    grid = year.grid
    own = [store for _, store in year.campus_stores]
    return (
        np.concatenate([[s.number("p_mw") for s in own], grid.storage_p_mw]),
        np.concatenate([[s.number("e_mwh") for s in own], grid.storage_e_mwh]),
        np.concatenate([[s.number("efficiency_roundtrip_frac") for s in own], grid.storage_efficiency_frac]),
    )


def _class_place(year: RunYear) -> Callable[[tuple[int, ...]], str]:
    """Place of an entry of an array (time, campus, workload)."""
    return lambda i: year.at_workload(i[1], i[2], i[0])


def _place(year: RunYear, dim: str) -> Callable[[tuple[int, ...]], str]:
    """Place of an entry of an array (time, dim)."""
    return lambda i: year.at(dim, i[1], i[0])
