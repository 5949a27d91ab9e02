"""The hours of a grid from files a study names, and the measured profiles of its campuses.

Comes in: the request of the study, its folder and the Network. Goes out: a GridSeries whose parts share their hours,
and every finding of every file at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from gridplan.errors import Finding, InputError, Place, Severity, refuse_errors
from gridplan.network.model import Network
from gridplan.series.clock import local_clock
from gridplan.series.dataset import least_mw
from gridplan.series.element_hours import available_mw, bus_load_mw, region_values
from gridplan.series.model import CampusProfile, GridSeries, HourlyColumns
from gridplan.series.read import read_hourly_table
from gridplan.series.spec import FloatArray, HourlySpec, HourlyTable, Kind, TimeArray
from gridplan.study.schema import Campus
from gridplan.study.series_request import HourlyFile, MeasuredProfile, SeriesRequest, measured_key
from gridplan.text_file import path_inside

_HOURS_OF_A_YEAR = (8760, 8784)
_UNIT_RATIO = 20.0
"""A profile this many times its contract was probably written in another unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all files of a study share: its folder, its clock and its weather year."""

    folder: Path
    timezone: str
    weather_year: int


def read_file_series(
    request: SeriesRequest,
    network: Network,
    setting: Setting,
    *,
    commitment: Literal["relaxed", "must_run"],
    must_run: tuple[str, ...] = (),
    zone_of_bus: Mapping[str, str] | None = None,
) -> tuple[GridSeries, tuple[Finding, ...]]:
    """Hours of a grid from files.

    Parameters
    ----------
    request : SeriesRequest
        Section ``series`` of a study.
    network : Network
        Its grid; load of an area, a zone or the system is shared in proportion to ``p_load_mw``.
    setting : Setting
        Folder of the study, clock of its labels, and weather year.
    commitment, must_run
        As ``gridplan.series.dataset.read_series``.
    zone_of_bus : mapping of bus id to str, optional
        Zones, where the network file has them.

    Returns
    -------
    series : GridSeries
        On the hours of the load file.
    findings : tuple of Finding
        Warnings and notes.

    Raises
    ------
    InputError
        With the faults of all files; one without a file stands at its key in the study.
    """
    reader = _Reader(setting)
    load, units, warm = _tables(request, reader)
    zones = [(zone_of_bus or {}).get(bus, "") for bus in network.bus.id]
    load_mw, found = bus_load_mw(load, request.load.by, network, zones)
    p_max_mw, more = available_mw(units, network, len(load.time_utc))
    reader.findings += [*found, *more, *_part_of_a_year(load)]
    if warm is not None and request.temperature is not None:
        reader.findings += region_values(warm, request.temperature.by, network, zones)
    reader.refuse()
    series = GridSeries(
        time_utc=load.time_utc,
        timezone=setting.timezone,
        load_mw=load_mw,
        p_max_mw=p_max_mw,
        p_min_mw=least_mw(network, p_max_mw, must_run if commitment == "must_run" else ()),
        temperature_degc=HourlyColumns(names=warm.names, values=warm.values) if warm else None,
    )
    return series, tuple(reader.findings)


def _tables(
    request: SeriesRequest, reader: _Reader
) -> tuple[HourlyTable, list[tuple[str, HourlyTable]], HourlyTable | None]:
    """Load, availability with its unit, and temperature; the files other than the load are of the load's year."""
    setting, temperature = reader.setting, request.temperature
    moves = request.load.other_year == "by_calendar"
    load = reader.read(request.load, "load", "series.load", setting.weather_year if moves else 0)
    year = _year(load.time_utc, setting) if load is not None else 0
    units: list[tuple[str, HourlyTable]] = []
    for i, part in enumerate(request.availability):
        table = reader.read(part, "availability", f"series.availability.{i}", year)
        units += [(part.unit, table)] if table is not None else []
    warm = reader.read(temperature, "temperature", "series.temperature", year) if temperature is not None else None
    if load is None or len(units) < len(request.availability) or (warm is None) != (temperature is None):
        raise InputError(reader.findings)
    for table in (*(table for _, table in units), *([warm] if warm is not None else [])):
        reader.findings += _other_hours(table, load.time_utc, f"the load of {load.path.name}")
    return load, units, warm


def read_measured(
    campuses: Sequence[Campus], time_utc: TimeArray, setting: Setting
) -> tuple[tuple[CampusProfile, ...], tuple[Finding, ...]]:
    """Measured profiles of campuses on the hours of a grid.

    Raises
    ------
    InputError
        With the faults of all files.
    """
    reader = _Reader(setting)
    profiles: list[CampusProfile] = []
    year = _year(time_utc, setting)
    for meters in _by_file(campuses):
        columns = {meter.wanted.column: meter.wanted.column for meter in meters}
        table = reader.read(meters[0].wanted, "campus", meters[0].key, year, columns)
        if table is None:
            continue
        other = _other_hours(table, time_utc, "the load of the grid")
        reader.findings += other
        for meter in meters:
            p_mw = table.values[:, table.names.index(meter.wanted.column)]
            reader.findings += _against_contract(table, p_mw, meter)
            if not other:
                peak_mw, campus = float(p_mw.max()), meter.campus.id
                profiles.append(CampusProfile(campus=campus, workload=meter.workload, p_mw=p_mw, peak_mw=peak_mw))
    reader.refuse()
    return tuple(profiles), tuple(reader.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """One measured profile of the study: of a campus, or of a class of it."""

    key: str
    campus: Campus
    workload: str
    wanted: MeasuredProfile

    @property
    def share_frac(self) -> float:
        """Share of the contract; all of it where a driver pack decides."""
        workloads = self.campus.workloads
        return getattr(workloads.shares, self.workload) if self.workload and not workloads.has_pack else 1.0


def _by_file(campuses: Sequence[Campus]) -> Iterable[list[_Meter]]:
    """Profiles of one file that are meant in the same way, together: what is wrong with the file is told once."""
    files: dict[MeasuredProfile, list[_Meter]] = {}
    for i, campus in enumerate(campuses):
        for workload, wanted in campus.workloads.metered.items():
            said = wanted.model_copy(update={"column": "", "scaling": "clip"})
            meter = _Meter(key=measured_key(i, workload), campus=campus, workload=workload, wanted=wanted)
            files.setdefault(said, []).append(meter)
    return files.values()


class _Reader:
    """Reads one file after another and keeps the findings of all."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.findings: list[Finding] = []

    def read(
        self, part: HourlyFile, kind: Kind, key: str, weather_year: int, columns: Mapping[str, str] | None = None
    ) -> HourlyTable | None:
        try:
            spec = _spec(part, kind, key, self.setting, weather_year)
            table, found = read_hourly_table(spec if columns is None else replace(spec, columns=columns))
        except InputError as error:
            self.findings += error.findings
            return None
        self.findings += found
        return table

    def refuse(self) -> None:
        refuse_errors(self.findings)


def _spec(part: HourlyFile, kind: Kind, key: str, setting: Setting, weather_year: int) -> HourlySpec:
    return HourlySpec(
        path=path_inside(setting.folder, part.file, Place(key=f"{key}.file")),
        kind=kind,
        timezone=part.timezone,
        stamp=part.stamp,
        unit=part.unit,  # type: ignore[attr-defined]
        columns=dict(getattr(part, "columns", {})),
        time_column=part.time_column,
        time_format=part.time_format,
        dst_duplicates=part.dst_duplicates,
        resample=part.resample,
        leap_day=part.leap_day,
        other_year=part.other_year,
        sheet=part.sheet,
        scenario=getattr(part, "scenario", None) or "",
        clock=setting.timezone,
        weather_year=weather_year,
    )


def _year(time_utc: TimeArray, setting: Setting) -> int:
    """Year of the first hour on the study's clock."""
    return int(str(local_clock(time_utc[:1], setting.timezone)[0])[:4])


def _other_hours(table: HourlyTable, time_utc: TimeArray, whose: str) -> list[Finding]:
    if np.array_equal(table.time_utc, time_utc):
        return []
    message = (
        f"{table.path.name} has {_range(table.time_utc)}, {whose} has {_range(time_utc)}: the hours must be the same"
    )
    remedy = "give all series on the same hours"
    missing = np.setdiff1d(time_utc, table.time_utc)
    if 0 < missing.size < len(time_utc):
        remedy += f"; {missing.size:,} are missing here, the first is {missing[0].astype('datetime64[m]')}Z"
        is_leap_year = (len(table.time_utc), len(time_utc)) == _HOURS_OF_A_YEAR
        remedy += f" ({str(time_utc[len(time_utc) // 2])[:4]} is a leap year)" if is_leap_year else ""
    return [_fault("GP-TIM-003", message, remedy, Place(file=table.path))]


def _range(time_utc: TimeArray) -> str:
    first, last = (str(when.astype("datetime64[m]")) for when in (time_utc[0], time_utc[-1]))
    return f"{len(time_utc):,} hours from {first}Z to {last}Z"


def _part_of_a_year(load: HourlyTable) -> Iterator[Finding]:
    if len(load.time_utc) not in _HOURS_OF_A_YEAR:
        message = f"{load.path.name} has {_range(load.time_utc)}; a year has 8,760 or 8,784"
        remedy = "give a whole year, or read the results as those of these hours alone"
        yield _fault("GP-TIM-003", message, remedy, Place(file=load.path), severity="warning")


def _against_contract(table: HourlyTable, p_mw: FloatArray, meter: _Meter) -> Iterator[Finding]:
    """A profile in another unit than it says, seen from the contract; scaling hides the unit, so it is not asked."""
    campus, wanted = meter.campus, meter.wanted
    contract_mw, peak_mw = meter.share_frac * campus.largest_contract_mw, float(p_mw.max())
    if wanted.scaling == "scale_to_contract" or contract_mw <= 0:
        return
    row = int(np.argmax(p_mw))
    place = Place(file=table.path, line=max(int(table.line[row]), 0), column=1, key=wanted.column)
    whose, limit = f"campus {campus.id}", "its contract"
    if meter.workload:
        whose = f"campus {campus.id}, {meter.workload}"
        limit = "its contract" if campus.workloads.has_pack else "its share of the contract"
    message = f"the measured profile of {whose} reaches {peak_mw:,.6g} MW, {limit} is {contract_mw:g} MW"
    if peak_mw > _UNIT_RATIO * contract_mw:
        remedy = f"if the file is in kW, write unit: kW ({peak_mw / 1000:g} MW)"
        yield _fault("GP-VAL-003", f"{message}, {peak_mw / contract_mw:,.0f} times less", remedy, place)
    elif peak_mw < contract_mw / (_UNIT_RATIO * 10):
        remedy = f"check the unit; GW would be {peak_mw * 1000:g} MW"
        yield _fault("GP-VAL-003", message, remedy, place, severity="warning")


def _fault(code: str, message: str, remedy: str, place: Place, *, severity: Severity = "error") -> Finding:
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)
