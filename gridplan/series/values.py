"""Values in MW, share or degC, and the rules on what they can be: one rule, one function.

Comes in: an HourlyTable in the file's unit. Goes out: the same in gridplan's unit, and findings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from gridplan.series.spec import FileFindings, FloatArray, HourlySpec, HourlyTable

_SCALE: dict[str, float] = {"MW": 1.0, "kW": 1e-3, "GW": 1e3, "frac": 1.0, "degC": 1.0}
_KELVIN_AT_0_DEGC = 273.15
_LEAST_DEGC, _MOST_DEGC = -70.0, 60.0
_FRAC_TOLERANCE = 1e-9


def in_own_unit(table: HourlyTable, spec: HourlySpec) -> HourlyTable:
    """Table in MW, share or degC."""
    return replace(table, values=_converted(table.values, spec.unit))


def check_values(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    """Apply the rules of the table's kind."""
    for rule in _RULES[spec.kind]:
        rule(table, spec, findings)


def _converted(values: FloatArray, unit: str) -> FloatArray:
    if unit == "K":
        return values - _KELVIN_AT_0_DEGC
    if unit == "degF":
        return (values - 32.0) / 1.8
    # Values that need no conversion keep their bits.
    return values if _SCALE[unit] == 1.0 else values * _SCALE[unit]


Rule = Callable[[HourlyTable, HourlySpec, FileFindings], None]


def _negative_profile(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    del spec
    for row, k in np.argwhere(table.values < 0):
        message = f"{_cell(table, row, k)} is below 0 MW: a campus does not feed in"
        remedy = "correct the meter's sign; state generation and storage of their own"
        findings.error("GP-VAL-002", message, remedy, line=int(table.line[row]), column=table.names[k])


def _negative_load(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    """Net load below zero is possible, and told once a column."""
    del spec
    for k in np.flatnonzero((table.values < 0).any(axis=0)):
        below = np.flatnonzero(table.values[:, k] < 0)
        row = int(below[np.argmin(table.values[below, k])])
        message = f"{_cell(table, row, k)} is below 0 MW; {below.size:,} hours of the column are"
        findings.warning(
            "GP-VAL-002", message, "state generation as units", line=int(table.line[row]), column=table.names[k]
        )


def _negative_availability(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    del spec
    for row, k in np.argwhere(table.values < 0):
        message = f"{_cell(table, row, k)} is below 0: a unit cannot have less than nothing available"
        remedy = "write 0; what a plant draws at night is load"
        findings.error("GP-VAL-002", message, remedy, line=int(table.line[row]), column=table.names[k])


def _share_above_one(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    if spec.unit != "frac":
        return
    for k in np.flatnonzero((table.values > 1 + _FRAC_TOLERANCE).any(axis=0)):
        row = int(np.argmax(table.values[:, k]))
        most = float(table.values[row, k])
        remedy = "give shares of p_max_mw from 0 to 1"
        remedy += "; the values look like per cent" if most <= 100 * (1 + _FRAC_TOLERANCE) and most > 2 else ""
        message = f"{_cell(table, row, k)} is above 1, as the largest of the column; unit: frac is said"
        findings.error("GP-VAL-005", message, remedy, line=int(table.line[row]), column=table.names[k])


def _temperature_range(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    for k, name in enumerate(table.names):
        column = table.values[:, k]
        for row in {int(np.argmin(column)), int(np.argmax(column))}:
            if not _LEAST_DEGC <= column[row] <= _MOST_DEGC:
                message = f"{_cell(table, row, k)} degC is outside {_LEAST_DEGC:g} to {_MOST_DEGC:g} degC"
                message += f" ({spec.unit} is said)"
                remedy = "check unit: degC, degF or K"
                findings.error("GP-VAL-005", message, remedy, line=int(table.line[row]), column=name)


def _always_zero(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    del spec
    for k in np.flatnonzero(~table.values.any(axis=0)):
        message = f"column {table.names[k]} is 0 in every hour"
        findings.error("GP-VAL-005", message, "name the column that holds the load", line=1, column=table.names[k])


def _stuck(table: HourlyTable, spec: HourlySpec, findings: FileFindings) -> None:
    del spec
    for k in np.flatnonzero(~table.values.any(axis=0)):
        message = f"column {table.names[k]} is 0 in every hour"
        findings.warning("GP-VAL-005", message, "check the column", line=1, column=table.names[k])


def _cell(table: HourlyTable, row: int | np.integer[Any], k: int | np.integer[Any]) -> str:
    when = table.time_utc[row].astype("datetime64[m]")
    return f"column {table.names[k]}, {when}Z: {table.values[row, k]:g}"


_RULES: dict[str, tuple[Rule, ...]] = {
    "load": (_negative_load, _stuck),
    "availability": (_negative_availability, _share_above_one),
    "temperature": (_temperature_range,),
    "campus": (_negative_profile, _always_zero),
}
