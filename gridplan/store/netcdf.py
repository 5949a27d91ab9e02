"""netCDF files of a studied year through h5netcdf; units and meanings come from the nomenclature."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.network.model import FloatArray
from gridplan.plan.study_year import YearPlan
from gridplan.solution import SCHEDULE_VARIABLES, SERIES_VARIABLES, schedule_file, series_file
from gridplan.store.hourly import Hourly
from gridplan.terms import Term, netcdf_attrs


def write_series(folder: Path, plan: YearPlan) -> None:
    """``series_Y.nc``: load, availability and limits as the plan used them."""
    case = plan.case
    network, limits = case.network, plan.grid.limits
    values = {
        "time_utc": seconds(case.series.time_utc),
        "load_mw": case.series.load_mw,
        "p_max_mw": case.series.p_max_mw,
        "p_min_mw": case.series.p_min_mw,
        "rating_normal_mw": limits.normal_mw,
        "rating_emergency_mw": limits.emergency_mw,
    }
    labels = {"bus": network.bus.id, "generator": network.generator.id, "branch": network.branch.id}
    _write(folder / series_file(case.year), SERIES_VARIABLES, values, labels, {})


def write_schedule(folder: Path, plan: YearPlan, hourly: Hourly) -> None:
    """``schedule_Y.nc``: every hourly result with the proof of its optimum."""
    schedule = plan.schedule
    attrs = {
        "status": schedule.status,
        "objective_usd": schedule.upper_usd,
        "bound_usd": schedule.lower_usd,
        "base_usd": schedule.base_usd,
        "gap_frac": schedule.gap_frac,
        "seed": plan.case.study.solve.seed,
    }
    values = {"time_utc": seconds(plan.case.series.time_utc), **hourly.values}
    _write(folder / schedule_file(plan.case.year), SCHEDULE_VARIABLES, values, hourly.labels, attrs)


def seconds(time_utc: Any) -> Any:
    """Whole seconds since 1970, dims (time,)."""
    return time_utc.astype("datetime64[s]").astype(np.int64)


def _write(
    path: Path,
    variables: tuple[Term, ...],
    values: Mapping[str, FloatArray],
    labels: Mapping[str, tuple[str, ...]],
    attrs: Mapping[str, Any],
) -> None:
    import h5netcdf

    sizes = {dim: len(names) for dim, names in labels.items()}
    sizes["time"] = len(values["time_utc"])
    with h5netcdf.File(path, "w", track_order=False) as file:
        file.dimensions = {dim: size for dim, size in sizes.items() if size}
        for dim, names in labels.items():
            if names:
                label = np.array([name.encode() for name in names])
                file.create_variable(dim, (dim,), data=label.astype(f"S{max(len(n) for n in label)}"))
        for term in variables:
            data = np.asarray(values[term.name])
            if data.size:
                _write_variable(file, term, data)
        for name, value in attrs.items():
            file.attrs[name] = value


def _write_variable(file: Any, term: Term, data: Any) -> None:
    packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True} if data.size > 10_000 else {}
    variable = file.create_variable(term.name, term.dims, data=data, **packed)
    for key, text in netcdf_attrs(term.name).items():
        variable.attrs[key] = text
