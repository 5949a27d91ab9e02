"""A19: campus load that one three-phase fault trips, by an impedance matrix of the auditor's own.

In: one studied year. Out: measures. Every bus is faulted, not only those the plan lists; the voltage left at a POI is
``|1 - Z_if / Z_ff|`` with taps, charging, shunts and loads left out and the machines' X'' of the study.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from gridplan.solution import (
    HYDRO_WORDS,
    INVERTER_WORDS,
    NETWORK_JSON,
    RATED_POWER_FACTOR,
    STUDY_JSON,
    THERMAL_SOLAR_WORD,
)
from gridplan.verify.audit_certificate import Measure, single, worst_of
from gridplan.verify.audit_grid import BoolArray, FloatArray
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, NotApplicableError, Record, read_json

_TOLERANCE_MW = 1e-6
_VOLTAGE_TOLERANCE_PU = 1e-6
_AT_THE_EDGE_PU = 1e-9
"""Voltages this near the trip voltage count as either side of it."""
_COUNT = 0.5
_BLOCK = 256


@dataclass(frozen=True, kw_only=True)
class _Faults:
    """Voltage at each candidate POI for a fault at each bus, dims (poi, bus) [pu], and the terms of the study."""

    poi: tuple[str, ...]
    voltage_pu: FloatArray
    limit_mw: float
    trip_pu: float
    ride_through_frac: dict[str, float]

    @property
    def is_surely_low(self) -> BoolArray:
        """Below the trip voltage whatever the rounding, dims (poi, bus)."""
        return np.asarray(self.voltage_pu < self.trip_pu - _AT_THE_EDGE_PU)

    @property
    def is_maybe_low(self) -> BoolArray:
        """Below the trip voltage or at its edge, dims (poi, bus)."""
        return np.asarray(self.voltage_pu < self.trip_pu + _AT_THE_EDGE_PU)


def load_loss(year: RunYear) -> Iterator[Measure]:
    """A19: no fault trips more than the limit, and the plan lists zones, MW and terms as they are."""
    asked = read_json(year.run.path / STUDY_JSON)
    stated = asked.record("criteria").data.get("load_loss")
    if stated is None and year.plan.data.get("load_loss") is None:
        message = f"{year.year}: the study limits no load that one fault may trip"
        raise NotApplicableError(message)
    if stated is None:
        message = f"{year.year}: plan.json limits load loss, the study does not"
        raise MissingPartError(message)
    faults = _faults(year, asked)
    yield _above_the_limit(year, faults)
    plan = year.plan.record("load_loss")
    yield from _terms(year, plan, faults)
    yield from _listed(year, plan.records("zones"), faults)


def _above_the_limit(year: RunYear, faults: _Faults) -> Measure:
    tripped_mw = _tripped_mw(year, faults) @ faults.is_surely_low
    return worst_of(
        "load that one fault trips above its limit",
        "MW",
        tripped_mw - faults.limit_mw,
        _TOLERANCE_MW,
        lambda i: f"{year.year}: three-phase fault at bus {year.grid.bus[i[0]]}",
    )


def _tripped_mw(year: RunYear, faults: _Faults) -> FloatArray:
    """MW at each POI that do not ride through, dims (poi,)."""
    found = np.zeros(len(faults.poi))
    for campus in year.campuses:
        if campus.value("bus") is not None:
            at = faults.poi.index(campus.text("bus"))
            found[at] += (1.0 - faults.ride_through_frac[campus.text("id")]) * campus.number("connected_mw")
    return found


def _terms(year: RunYear, plan: Record, faults: _Faults) -> Iterator[Measure]:
    wrong = [
        name
        for name, wanted in (("limit_mw", faults.limit_mw), ("voltage_trip_pu", faults.trip_pu))
        if plan.number(name) != wanted
    ]
    wrong += [
        f"{campus.text('id')}.ride_through_frac"
        for campus in year.campuses
        if campus.number("ride_through_frac") != faults.ride_through_frac[campus.text("id")]
    ]
    place = f"{year.year}: {', '.join(wrong[:8]) or 'none'}"
    yield single("terms of load loss that differ from the study", "values", len(wrong), _COUNT, place)


def _listed(year: RunYear, zones: list[Record], faults: _Faults) -> Iterator[Measure]:
    """Every listed zone is one, and every set of POIs that a fault takes down lies in a listed one."""
    tripped_mw = _tripped_mw(year, faults)
    covered = np.zeros(len(year.grid.bus), dtype=bool)
    wrong: list[str] = []
    for zone in zones:
        name = zone.text("faulted_bus")
        bus = year.grid.bus_position(name)
        inside = np.isin(faults.poi, zone.labels("pois"))
        covered |= ~(faults.is_surely_low & ~inside[:, None]).any(axis=0)
        if bus < 0 or not _is_zone(zone, bus, inside, faults, float(tripped_mw[inside].sum())):
            wrong.append(name)
    place = f"{year.year}: {', '.join(wrong[:8]) or 'none'}"
    yield single("fault zones that are not as listed", "zones", len(wrong), _COUNT, place)
    left = [year.grid.bus[f] for f in np.flatnonzero(~covered & faults.is_surely_low.any(axis=0))]
    place = f"{year.year}: {', '.join(left[:8]) or 'none'}"
    yield single("faults whose POIs lie in no listed zone", "faults", len(left), _COUNT, place)


def _is_zone(zone: Record, bus: int, inside: BoolArray, faults: _Faults, tripped_mw: float) -> bool:
    is_set = bool((faults.is_surely_low[:, bus] <= inside).all() and (inside <= faults.is_maybe_low[:, bus]).all())
    at = [faults.poi.index(poi) for poi in zone.labels("pois") if poi in faults.poi]
    told = zone.column("voltage_pu")
    if not is_set or len(told) != len(at) or abs(zone.number("tripped_mw") - tripped_mw) > _TOLERANCE_MW:
        return False
    return bool((np.abs(told - faults.voltage_pu[at, bus]) <= _VOLTAGE_TOLERANCE_PU).all())


# -- voltages --------------------------------------------------------------------------------------
def _faults(year: RunYear, asked: Record) -> _Faults:
    terms = asked.record("criteria").record("load_loss")
    poi = tuple(dict.fromkeys(name for campus in year.campuses for name in campus.labels("candidates")))
    rides = {campus.text("id"): campus.number("ride_through_frac") for campus in asked.records("campuses")}
    return _Faults(
        poi=poi,
        voltage_pu=_voltage_pu(year, poi, terms.record("x_subtransient_pu")),
        limit_mw=terms.number("limit_mw"),
        trip_pu=terms.number("voltage_trip_pu"),
        ride_through_frac=rides,
    )


def _voltage_pu(year: RunYear, poi: tuple[str, ...], reactance: Record) -> FloatArray:
    """Voltage at each POI for a fault at each bus, dims (poi, bus); 0 at a POI that no machine feeds."""
    grid, tables = year.grid, read_json(year.run.path / NETWORK_JSON).record("tables")
    machine_pu = _machine_pu(year, tables.record("generator"), reactance)
    fed = np.isin(grid.part_of_bus, grid.part_of_bus[machine_pu > 0])
    branch = tables.record("branch")
    y = sp.diags_array(1.0 / (branch.column("r_pu") + 1j * branch.column("x_pu")))
    matrix = grid.incidence.T @ y @ grid.incidence - 1j * sp.diags_array(machine_pu)
    live = np.flatnonzero(fed)
    lu = splu(sp.csc_matrix(sp.csr_array(matrix)[live][:, live]))
    at = np.array([grid.bus_position(name) for name in poi], dtype=np.int64)
    voltage = np.where(fed[at][:, None], np.ones((len(poi), len(grid.bus))), 0.0)
    known = np.flatnonzero(fed[at])
    rows = np.searchsorted(live, at[known])
    for first in range(0, len(live), _BLOCK):
        block = np.arange(first, min(first + _BLOCK, len(live)))
        current = np.zeros((len(live), len(block)), dtype=np.complex128)
        current[block, np.arange(len(block))] = 1.0
        z = lu.solve(current)
        left = np.abs(1.0 - z[rows] / z[block, np.arange(len(block))])
        voltage[np.ix_(known, live[block])] = left
    return voltage


def _machine_pu(year: RunYear, unit: Record, reactance: Record) -> FloatArray:
    """Susceptance of the machines in service at each bus, dims (bus,) [pu]."""
    retired = set(year.plan.labels("retired_generators"))
    found = np.zeros(len(year.grid.bus))
    rows = zip(unit.labels("id"), unit.labels("unit_type"), unit.labels("fuel"), strict=True)
    for g, (name, kind, fuel) in enumerate(rows):
        words = set(f"{kind} {fuel}".lower().replace("-", " ").replace("_", " ").split())
        is_inverter = bool(words & INVERTER_WORDS) and THERMAL_SOLAR_WORD not in words
        is_hydro = bool(words & HYDRO_WORDS)
        if name in retired or (is_inverter and not is_hydro):
            continue
        x_pu = reactance.number("hydro" if is_hydro else "turbine")
        rated_mva = max(float(year.grid.unit_p_max_mw[g]), 0.0) / RATED_POWER_FACTOR
        found[year.grid.unit_bus[g]] += rated_mva / (x_pu * year.grid.base_mva)
    return found
