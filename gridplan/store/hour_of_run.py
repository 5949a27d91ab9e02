"""One hour of a finished run, from its hourly files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gridplan.errors import Place, input_error
from gridplan.network.model import FloatArray
from gridplan.solution import PLAN_JSON, schedule_file, series_file


@dataclass(frozen=True, kw_only=True)
class RunHour:
    """Load by bus (dims (bus,) of network.json) and outputs by id in one hour [MW]; ``local`` is its clock."""

    hour: int
    local: str
    p_load_mw: FloatArray
    p_generator_mw: Mapping[str, float]
    p_dc_line_mw: Mapping[str, float]
    p_campus_mw: Mapping[str, float]


def read_hour(run_dir: Path, year: int, hour: int | None) -> RunHour | None:
    """Return an hour of a studied year, the one of highest load by default; None where the run keeps no hourly files.

    Raises
    ------
    InputError
        GP-CNV-002, if the year has no such hour.
    """
    import h5netcdf

    paths = run_dir / series_file(year), run_dir / schedule_file(year)
    if not all(path.is_file() for path in paths):
        return None
    with h5netcdf.File(paths[0]) as series, h5netcdf.File(paths[1]) as schedule:
        load_mw = np.asarray(series.variables["load_mw"][:])
        chosen = int(load_mw.sum(axis=1).argmax()) if hour is None else hour
        if not 0 <= chosen < len(load_mw):
            message = f"hour {chosen} was not studied in {year}"
            raise input_error("GP-CNV-002", message, f"give 0 to {len(load_mw) - 1}", Place(file=run_dir))
        unserved = (
            np.asarray(schedule.variables["p_unserved_mw"][chosen]) if "p_unserved_mw" in schedule.variables else 0
        )
        return RunHour(
            hour=chosen,
            local=_local(run_dir, int(series.variables["time_utc"][chosen])),
            p_load_mw=load_mw[chosen] - unserved,
            p_generator_mw=_by_id(schedule, "generator", "p_generator_mw", chosen),
            p_dc_line_mw=_by_id(schedule, "dc_line", "p_dc_line_mw", chosen),
            p_campus_mw=_by_id(schedule, "campus", "p_campus_mw", chosen),
        )


def _by_id(data: object, dim: str, variable: str, hour: int) -> dict[str, float]:
    variables = data.variables  # type: ignore[attr-defined]
    if variable not in variables:
        return {}
    names = [n.decode() if isinstance(n, bytes) else str(n) for n in np.asarray(variables[dim][:])]
    return dict(zip(names, np.asarray(variables[variable][hour]).tolist(), strict=True))


def _local(run_dir: Path, seconds: int) -> str:
    zone = json.loads((run_dir / PLAN_JSON).read_text(encoding="utf-8"))["timezone"]
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).strftime("%d %b %Y %H:%M")
