"""Which columns a netCDF file has: every variable along time, one column for each place on its other dims.

Comes in: an open file, the dim of time and what the study says. Goes out: the columns that are wanted, by name, and
their numbers. ``p_mw(campus, workload, scenario, time)`` has the columns ``mesa/interactive`` and, where another
variable has that too, ``p_mw/mesa/interactive``; the scenario is chosen by a key of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from gridplan.errors import InputError, did_you_mean
from gridplan.series.spec import FileFindings, FloatArray, HourlySpec

SCENARIO = "scenario"
MAX_VALUES = 20_000_000
_MAX_COLUMNS = 20_000
_NAMED = 20

Columns = dict[str, list["NetcdfColumn"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetcdfColumn:
    """One column: its variable, and the position on each of its dims; the dim of time, and an open one, have none."""

    variable: str
    at: tuple[int | None, ...]


def netcdf_values(
    data: Any, time_name: str, spec: HourlySpec, findings: FileFindings
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and values of the columns that are wanted, dims (time, column); all of them where none is named.

    Raises
    ------
    InputError
        If a column does not exist, is in several variables or in a scenario that is not chosen, or holds no numbers.
    """
    by_scenario = spec.kind == "campus"
    short, full = _columns(data, time_name, findings, by_scenario=by_scenario)
    wanted = dict(spec.columns) or {name: name for name in short}
    if spec.scenario and by_scenario:
        short = {label: _with_scenario(data, columns) for label, columns in short.items()}
    picked = [_picked(name, short, full, findings) for name in wanted.values()]
    if by_scenario:
        picked = [_in_scenario(data, column, spec, findings) for column in picked]
    if not wanted:
        message = "the file has no variable along time"
        findings.error("GP-TAB-004", message, "give a variable (time), or (label, time) with its labels")
    if data.variables[time_name].shape[0] * len(wanted) > MAX_VALUES:
        findings.error("GP-SIZ-001", f"the file holds more than {MAX_VALUES:,} values", "give fewer data")
    if findings.has_errors:
        raise InputError(findings)
    return tuple(wanted), _read(data, [column for column in picked if column is not None], findings)


def _columns(data: Any, time_name: str, findings: FileFindings, *, by_scenario: bool) -> tuple[Columns, Columns]:
    """Columns by their labels (the variable's name where it has none), and by variable and labels."""
    short: Columns = {}
    full: Columns = {}
    time_dim = data.variables[time_name].dimensions[0]
    for name, variable in data.variables.items():
        dims = tuple(variable.dimensions)
        if name in (time_name, time_dim) or dims.count(time_dim) != 1:
            continue
        open_dims = (time_dim, SCENARIO) if by_scenario else (time_dim,)
        labels = [[None] if dim in open_dims else _labels(data, dim) for dim in dims]
        if math.prod(len(of_dim) for of_dim in labels) > _MAX_COLUMNS:
            message = f"variable {name} has more than {_MAX_COLUMNS:,} columns along {time_dim}"
            raise findings.refusal("GP-SIZ-001", message, "give fewer data")
        for at in product(*(range(len(of_dim)) for of_dim in labels)):
            words = [of_dim[k] for of_dim, k in zip(labels, at, strict=True)]
            place = tuple(None if dim in open_dims else k for dim, k in zip(dims, at, strict=True))
            column = NetcdfColumn(variable=name, at=place)
            label = "/".join(word for word in words if word is not None)
            short.setdefault(label or name, []).append(column)
            if label:
                full.setdefault(f"{name}/{label}", []).append(column)
    return short, full


def _labels(data: Any, dim: str) -> list[str | None]:
    """Labels of a dim; a dim without any has no column."""
    variable = data.variables.get(dim)
    if variable is None or len(variable.dimensions) != 1 or variable.shape[0] > _MAX_COLUMNS:
        return []
    return [_label(value) for value in np.asarray(variable[...])]


def _label(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _with_scenario(data: Any, columns: list[NetcdfColumn]) -> list[NetcdfColumn]:
    """Of several columns of one label those that have scenarios, where one is chosen."""
    having = [column for column in columns if SCENARIO in data.variables[column.variable].dimensions]
    return having or columns


def _picked(name: str, short: Columns, full: Columns, findings: FileFindings) -> NetcdfColumn | None:
    """Column of a name; one that stands in several variables needs the name of its variable."""
    found = short.get(name) or full.get(name) or []
    labels = [label for label, columns in short.items() if any(column.variable == name for column in columns)]
    if not found and labels:
        message = f"variable {name!r} holds {len(labels)} columns, one a label"
        findings.error("GP-TAB-001", message, f"name one of {_some(labels)}", column=name)
    elif not found:
        near = did_you_mean(name, short) or did_you_mean(name, full)
        message = f"the file has no variable or label {name!r} along time.{near}"
        findings.error("GP-TAB-001", message, f"name one of {_some(list(short))}", column=name)
    elif len(found) > 1:
        message = f"column {name!r} stands in {len(found)} variables: {_some([column.variable for column in found])}"
        remedy = f"name the variable, too, as in {found[0].variable}/{name}"
        findings.error("GP-TAB-002", message, remedy, column=name)
    return found[0] if len(found) == 1 else None


def _in_scenario(
    data: Any, column: NetcdfColumn | None, spec: HourlySpec, findings: FileFindings
) -> NetcdfColumn | None:
    """Column in the scenario that the study chooses, or in the only one."""
    if column is None:
        return None
    dims = tuple(data.variables[column.variable].dimensions)
    if SCENARIO not in dims:
        if spec.scenario:
            message = f"scenario {spec.scenario} has no effect: variable {column.variable} has no dim {SCENARIO}"
            findings.warning("GP-STU-009", message, "delete scenario", column=column.variable)
        return column
    where = dims.index(SCENARIO)
    size = data.variables[column.variable].shape[where]
    known = [str(label) for label in _labels(data, SCENARIO)] or [str(k) for k in range(size)]
    if size == 1 and not spec.scenario:
        chosen = 0
    elif spec.scenario in known:
        chosen = known.index(spec.scenario)
    else:
        _refuse_scenario(column, known, spec, findings)
        return None
    return NetcdfColumn(variable=column.variable, at=(*column.at[:where], chosen, *column.at[where + 1 :]))


def _refuse_scenario(column: NetcdfColumn, known: list[str], spec: HourlySpec, findings: FileFindings) -> None:
    if spec.scenario:
        message = f"variable {column.variable} has no scenario {spec.scenario!r}.{did_you_mean(spec.scenario, known)}"
        findings.error("GP-TAB-001", message, f"write one of {_some(known)}", column=SCENARIO)
        return
    message = f"variable {column.variable} holds {len(known):,} scenarios, and the study does not choose one"
    remedy = f"write scenario: with one of {_some(known)}"
    findings.error("GP-TAB-001", message, remedy, column=SCENARIO)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _read(data: Any, columns: list[NetcdfColumn], findings: FileFindings) -> FloatArray:
    """Values, dims (time, column); a variable with one column that is wanted is read there alone."""
    count = Counter(column.variable for column in columns)
    whole: dict[str, FloatArray] = {}
    for name, wanted in count.items():
        variable = data.variables[name]
        if wanted > 1 and math.prod(variable.shape) <= MAX_VALUES:
            whole[name] = _numbers(variable, ..., findings)
    return np.column_stack(list(_each(data, columns, whole, findings)))


def _each(
    data: Any, columns: list[NetcdfColumn], whole: dict[str, FloatArray], findings: FileFindings
) -> Iterator[FloatArray]:
    for column in columns:
        at = tuple(slice(None) if k is None else k for k in column.at)
        held = whole.get(column.variable)
        yield _numbers(data.variables[column.variable], at, findings) if held is None else held[at]


def _numbers(variable: Any, at: Any, findings: FileFindings) -> FloatArray:
    """Numbers at a place of a variable, with its missing values and its scale."""
    if variable.dtype.kind not in "iuf":
        message = f"variable {variable.name} holds no numbers"
        raise findings.refusal("GP-VAL-001", message, "name a variable of numbers", column=variable.name)
    raw = np.asarray(variable[at])
    values = raw.astype(np.float64)
    for key in ("_FillValue", "missing_value"):
        if key in variable.attrs:
            values[raw == np.asarray(variable.attrs[key]).ravel()[0]] = np.nan
    scale, offset = (float(variable.attrs.get(key, none)) for key, none in (("scale_factor", 1.0), ("add_offset", 0.0)))
    return values * scale + offset if (scale, offset) != (1.0, 0.0) else values
