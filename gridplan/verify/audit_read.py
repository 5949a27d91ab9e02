"""The run folder as the auditor sees it: plan, grid and the arrays of each studied year.

In: a folder. Out: RunFolder and one RunYear per studied year; arrays are checked for their
dimensions and labels when read, and whatever is absent is named. Nothing outside the folder is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import h5netcdf
import numpy as np

from gridplan.solution import (
    NETWORK_JSON,
    PLAN_JSON,
    SERIES_VARIABLES,
    STORAGE_MEMBER,
    WORKLOADS,
    member_label,
    schedule_file,
    series_file,
    shift_label,
)
from gridplan.terms import term
from gridplan.verify.audit_grid import FloatArray, Grid, IntArray, Labels, read_grid
from gridplan.verify.audit_record import MissingPartError, Record, read_json

_KEEP_BYTES = 64 * 2**20
_SERIES_NAMES = frozenset(variable.name for variable in SERIES_VARIABLES)


@dataclass(frozen=True)
class RunFolder:
    """A finished run on disk; ``with`` it, so that its files are closed."""

    path: Path
    files: dict[str, h5netcdf.File] = field(default_factory=dict)

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        for data in self.files.values():
            data.close()
        self.files.clear()

    def data(self, file: str) -> h5netcdf.File:
        """File of hourly arrays in the folder, opened once."""
        if file not in self.files:
            self.files[file] = _open(self.path / file)
        return self.files[file]

    @cached_property
    def plan(self) -> Record:
        """plan.json."""
        return read_json(self.path / PLAN_JSON)

    @cached_property
    def grid(self) -> Grid:
        """The grid rebuilt from network.json."""
        return read_grid(read_json(self.path / NETWORK_JSON))

    @cached_property
    def timezone(self) -> ZoneInfo:
        """Zone of local times."""
        name = self.plan.text("timezone")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            message = f"plan.json: timezone {name!r} is no IANA zone"
            raise MissingPartError(message) from None

    @cached_property
    def years(self) -> tuple[RunYear, ...]:
        """Studied years in order; a plan without years is a missing part."""
        years = self.plan.record("years")
        if not years.data:
            message = "plan.json: years is empty"
            raise MissingPartError(message)
        return tuple(RunYear(self, year, years.record(year)) for year in sorted(years.data))


@dataclass(frozen=True, eq=False)
class RunYear:
    """One studied year: its plan entry and its arrays.

    ``memory`` holds what two checks share (the N-1 screen), by name; ``labelled`` the dims whose labels are right.
    """

    run: RunFolder
    year: str
    plan: Record
    memory: dict[str, Any] = field(default_factory=dict)
    labelled: set[tuple[str, str]] = field(default_factory=set)
    arrays: dict[str, FloatArray] = field(default_factory=dict)

    def forget(self) -> None:
        """Give back the memory of the arrays."""
        self.memory.clear()
        self.arrays.clear()
        vars(self).pop("injection_mw", None)

    @property
    def grid(self) -> Grid:
        """The grid of the base case."""
        return self.run.grid

    @cached_property
    def campuses(self) -> list[Record]:
        """Plan entries of the campuses."""
        return self.plan.records("campuses")

    @cached_property
    def campus_bus(self) -> IntArray:
        """POI of each campus, dims (campus,); -1 where nothing is connected."""
        return np.array([self._poi(campus) for campus in self.campuses], dtype=np.int64)

    def _poi(self, campus: Record) -> int:
        bus = campus.value("bus")
        position = -1 if bus is None else self.grid.bus_position(str(bus))
        if bus is not None and position < 0:
            message = f"{campus.where}.bus {bus} is no bus of network.json"
            raise MissingPartError(message)
        return position

    @cached_property
    def campus_stores(self) -> list[tuple[str, Record]]:
        """Campus id and plan entry of every campus store, in the order of the dim storage."""
        found = [(campus.text("id"), campus.optional_record("storage")) for campus in self.campuses]
        return [(name, store) for name, store in found if store is not None]

    @cached_property
    def shifts(self) -> list[Record]:
        """Plan entries of what may move between campuses, in the order of the dim shift."""
        return self.plan.records("shifts") if "shifts" in self.plan.data else []

    @cached_property
    def labels(self) -> dict[str, Labels]:
        """Labels every dim must carry."""
        grid = self.grid
        return {
            "bus": grid.bus,
            "branch": grid.branch,
            "generator": grid.generator,
            "dc_line": grid.dc_line,
            "campus": tuple(campus.text("id") for campus in self.campuses),
            "workload": WORKLOADS,
            "job": tuple(member_label(c.text("id"), j.text("id")) for c in self.campuses for j in c.records("jobs")),
            "shift": tuple(shift_label(s.text("campus"), s.text("to"), s.text("workload")) for s in self.shifts),
            "storage": (*(member_label(name, STORAGE_MEMBER) for name, _ in self.campus_stores), *grid.storage),
        }

    @cached_property
    def time_utc(self) -> IntArray:
        """Beginning of each hour, seconds since 1970, as the hourly data write it."""
        return self.times(series_file(self.year))

    def __len__(self) -> int:
        """Count of hours of the hourly data."""
        return len(self.time_utc)

    def times(self, file: str) -> IntArray:
        """Time stamps of one of the two files, dims (time,) [s]."""
        return np.asarray(_variable(self.run.data(file), file, "time_utc")[...], dtype=np.int64)

    def array(self, name: str) -> FloatArray:
        """Variable of the hourly data or of the schedule, checked for size and labels; read-only.

        Arrays up to ``_KEEP_BYTES`` stay in memory.
        """
        if name in self.arrays:
            return self.arrays[name]
        values = self._read(name, slice(None))
        values.setflags(write=False)
        if values.nbytes <= _KEEP_BYTES:
            self.arrays[name] = values
        return values

    def at_hour(self, name: str, hour: int) -> FloatArray:
        """One hour of a variable, without the dim time; a copy."""
        known = self.arrays.get(name)
        return np.array(self._read(name, slice(hour, hour + 1))[0] if known is None else known[hour])

    def _read(self, name: str, hours: slice) -> FloatArray:
        file = series_file(self.year) if name in _SERIES_NAMES else schedule_file(self.year)
        dims = term(name).dims
        shape = tuple(len(self) if dim == "time" else len(self.labels[dim]) for dim in dims)
        if 0 in shape:
            return np.zeros(shape)[hours]
        variable = _variable(self.run.data(file), file, name)
        if tuple(variable.dimensions) != dims or variable.shape != shape:
            found = dict(zip(variable.dimensions, variable.shape, strict=True))
            message = f"{file}: {name} has dims {found}, wanted {dict(zip(dims, shape, strict=True))}"
            raise MissingPartError(message)
        for dim in dims:
            self._check_labels(file, dim)
        return np.asarray(variable[hours], dtype=np.float64)

    def attr(self, name: str) -> float:
        """One number among the attributes of the schedule."""
        file = schedule_file(self.year)
        attrs = self.run.data(file).attrs
        if name not in attrs:
            message = f"{file}: attribute {name} is missing"
            raise MissingPartError(message)
        return float(attrs[name])

    def _check_labels(self, file: str, dim: str) -> None:
        if dim == "time" or (file, dim) in self.labelled:
            return
        found = tuple(_text(v) for v in _variable(self.run.data(file), file, dim)[...])
        if found != self.labels[dim]:
            message = f"{file}: labels of dim {dim} differ from network.json and plan.json"
            raise MissingPartError(message)
        self.labelled.add((file, dim))

    @cached_property
    def injection_mw(self) -> FloatArray:
        """Power fed into each bus by everything but the branches, dims (time, bus) [MW].

        Units + unserved - spill - load - shunts - campuses + grid stores + dc lines; a campus store
        is behind the campus meter and not counted again.
        """
        grid = self.grid
        total = self.array("p_unserved_mw") - self.array("p_spill_mw") - self.array("load_mw") - grid.gs_mw
        _add_columns(total, grid.unit_bus, self.array("p_generator_mw"))
        connected = np.flatnonzero(self.campus_bus >= 0)
        _add_columns(total, self.campus_bus[connected], -self.array("p_campus_mw")[:, connected])
        own = len(self.campus_stores)
        _add_columns(total, grid.storage_bus, (self.array("p_discharge_mw") - self.array("p_charge_mw"))[:, own:])
        dc_mw = self.array("p_dc_line_mw")
        _add_columns(total, grid.dc_from, -dc_mw)
        _add_columns(total, grid.dc_to, dc_mw * (1.0 - grid.dc_loss_frac))
        return total

    # -- places in planner's words ----------------------------------------------------------------
    def hour(self, position: int) -> str:
        """Local time of an hour with its position."""
        instant = datetime.fromtimestamp(int(self.time_utc[position]), self.run.timezone)
        return f"{instant:%d %b %Y %H:%M} local (hour {position})"

    def at(self, dim: str, element: int, hour: int | None = None) -> str:
        """``2027: bus 107, 26 Aug 2020 14:00 local (hour 5726)``."""
        where = f"{self.year}: {dim} {self.labels[dim][element]}"
        return where if hour is None else f"{where}, {self.hour(hour)}"

    def at_workload(self, campus: int, workload: int, hour: int | None = None) -> str:
        """Place of a class of a campus."""
        where = f"{self.year}: campus {self.labels['campus'][campus]} {WORKLOADS[workload]}"
        return where if hour is None else f"{where}, {self.hour(hour)}"


def _add_columns(total: FloatArray, bus: IntArray, power: FloatArray) -> None:
    for column, position in enumerate(bus):
        total[:, position] += power[:, column]


def _open(path: Path) -> h5netcdf.File:
    if not path.is_file():
        message = f"file {path.name} is missing"
        raise MissingPartError(message)
    try:
        return h5netcdf.File(path, "r")
    except OSError as error:
        message = f"file {path.name} is not netCDF-4 ({error})"
        raise MissingPartError(message) from None


def _variable(data: h5netcdf.File, file: str, name: str) -> Any:
    if name not in data.variables:
        message = f"{file}: variable {name} is missing"
        raise MissingPartError(message)
    return data.variables[name]


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
