"""A finished run as the report reads it: JSON, CSV and netCDF files, each optional.

Comes in: a folder. Goes out: plain values; what is absent raises ``NotStudiedError``, which becomes a line.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from gridplan.errors import FileError, GridplanError
from gridplan.solution import MANIFEST_JSON, NETWORK_JSON, PLAN_JSON, STUDY_JSON, schedule_file, series_file

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.datetime64]
Object = Mapping[str, Any]


class NotStudiedError(GridplanError):
    """The run does not hold what a section needs; the text says what."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a CSV file."""

    data: Mapping[str, str]

    def text(self, column: str) -> str:
        """Text of a column; empty where there is none."""
        return (self.data.get(column) or "").strip()

    def number(self, column: str) -> float | None:
        """Value of a column as a number; None where it is empty or no number."""
        try:
            value = float(self.text(column))
        except ValueError:
            return None
        return None if math.isnan(value) else value

    def flag(self, column: str) -> bool:
        """Whether the column says yes."""
        return self.text(column).lower() in ("true", "1", "yes")


@dataclass(frozen=True)
class RunFolder:
    """Files of one run; nothing outside the folder is read."""

    path: Path

    def json(self, name: str) -> Object:
        """Object of a JSON file."""
        path = self.path / name
        if not path.is_file():
            raise NotStudiedError(f"the run has no {name}")
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as reason:
            raise FileError(f"{path} cannot be read: {reason}") from None
        if not isinstance(found, dict):
            raise FileError(f"{path} holds no object; run the study again")
        return found

    def optional_json(self, name: str) -> Object:
        """Object of a JSON file, empty where there is none."""
        return self.json(name) if (self.path / name).is_file() else {}

    def rows(self, name: str) -> list[Record]:
        """Rows of a CSV file; a file without rows counts as not studied."""
        found = self.table_rows(name)
        if not found:
            raise NotStudiedError(f"{name} holds no row")
        return found

    def table_rows(self, name: str) -> list[Record]:
        """Rows of a CSV file; none where it holds its head alone."""
        path = self.path / name
        if not path.is_file():
            raise NotStudiedError(f"the run has no {name}")
        with path.open(encoding="utf-8", newline="") as file:
            return [Record(row) for row in csv.DictReader(file)]

    def optional_rows(self, name: str) -> list[Record]:
        """Rows of a CSV file, none where there is no file."""
        try:
            return self.rows(name)
        except NotStudiedError:
            return []

    @cached_property
    def study(self) -> Object:
        """The study with every default."""
        return self.optional_json(STUDY_JSON)

    @cached_property
    def plan(self) -> Object:
        """plan.json."""
        return self.optional_json(PLAN_JSON)

    @cached_property
    def network(self) -> Object:
        """network.json."""
        return self.optional_json(NETWORK_JSON)

    @cached_property
    def provenance(self) -> Object:
        """Versions, seed and hashes of the inputs: of plan.json, else of the manifest."""
        return cast("Object", self.plan.get("provenance")) or self.optional_json(MANIFEST_JSON)

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Studied years of plan.json, ascending."""
        return tuple(sorted(self.plan.get("years") or {}))

    def year(self, year: str) -> Object:
        """Entry of plan.json for a year."""
        return cast("Object", self.plan["years"][year])

    @property
    def last_year(self) -> str:
        """Last studied year.

        Raises
        ------
        NotStudiedError
            If the plan has no year.
        """
        if not self.years:
            raise NotStudiedError("the run has no solved year")
        return self.years[-1]

    def campuses(self, year: str) -> list[Object]:
        """Campus entries of plan.json for a year."""
        return list(self.year(year).get("campuses") or [])

    @cached_property
    def campus_names(self) -> dict[str, str]:
        """Campus id -> name of the study."""
        return {c["id"]: c.get("name") or c["id"] for c in self.study.get("campuses") or []}

    def request(self, campus: str) -> Object:
        """Entry of the study for a campus; empty where it has none."""
        found: Object = next((c for c in self.study.get("campuses") or () if c["id"] == campus), {})
        return found

    def campus_label(self, campus: str) -> str:
        """Name of a campus, with its id behind it where they differ in more than case."""
        name = self.campus_names.get(campus, campus)
        return name if name.lower() == campus.lower() else f"{name} ({campus})"

    @cached_property
    def basis(self) -> Object:
        """What the results rest on: plan.json first, criteria of the study where it is silent."""
        return {**(self.study.get("criteria") or {}), **(self.plan.get("basis") or {})}

    def schedule_years(self) -> tuple[str, ...]:
        """Years that have hourly results."""
        return tuple(year for year in self.years if (self.path / schedule_file(year)).is_file())

    def series(self, year: str, name: str) -> FloatArray:
        """Variable of the hourly data of a year."""
        return _variable(self.path / series_file(year), name)

    def schedule(self, year: str, name: str) -> FloatArray:
        """Variable of the hourly results of a year."""
        return _variable(self.path / schedule_file(year), name)

    def schedule_labels(self, year: str, dim: str) -> tuple[str, ...]:
        """Labels of a dimension of the hourly results."""
        values = _variable(self.path / schedule_file(year), dim)
        return tuple(v.decode() if isinstance(v, bytes) else str(v) for v in values)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Zone of local times."""
        return ZoneInfo(str(self.plan.get("timezone") or self.study.get("timezone") or "UTC"))

    def local_time(self, year: str) -> TimeArray:
        """Beginning of each hour on the local clock, dims (time,)."""
        seconds = self.schedule(year, "time_utc").astype(np.int64)
        local = [datetime.fromtimestamp(int(s), tz=UTC).astimezone(self.zone).replace(tzinfo=None) for s in seconds]
        return np.array(local, dtype="datetime64[s]")

    def digest(self, name: str) -> str:
        """SHA-256 of a file."""
        with (self.path / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def table_column(table: Object, name: str, *, missing: float = math.nan) -> FloatArray:
    """Numeric column of a table of network.json; null and absent values become ``missing``."""
    values: Sequence[float | None] = table.get(name) or [None] * len(table.get("id") or ())
    return np.array([missing if value is None else float(value) for value in values], dtype=np.float64)


def _variable(path: Path, name: str) -> FloatArray:
    import h5netcdf

    if not path.is_file():
        raise NotStudiedError(f"the run has no {path.name}")
    with h5netcdf.File(path, "r") as file:
        if name not in file.variables:
            raise NotStudiedError(f"{path.name} holds no {name}")
        return cast("FloatArray", np.asarray(file.variables[name][...]))
