"""How files of a finished run are damaged: reading, changing and writing them back.

``Run`` opens the first studied year of any run folder; ``fault`` enters a change in ``FAULTS``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np

from gridplan import solution
from tests.defects.make_run import write_manifest

Change = Callable[["Run"], None]


class NotThere(Exception):  # noqa: N818 - says what the run lacks
    """The run has nothing this fault could change."""


class Run:
    """A run folder that is being damaged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = self.json(solution.PLAN_JSON)
        self.year = min(self.plan["years"])
        self.entry: dict[str, Any] = self.plan["years"][self.year]

    def json(self, name: str) -> dict[str, Any]:
        """JSON file of the folder."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def save_plan(self) -> None:
        """Write the changed plan."""
        (self.folder / solution.PLAN_JSON).write_text(json.dumps(self.plan), encoding="utf-8")

    @property
    def campus(self) -> tuple[int, dict[str, Any]]:
        """First connected campus: position and plan entry."""
        for i, campus in enumerate(self.entry["campuses"]):
            if campus["bus"] is not None and campus["connected_mw"] > 0:
                return i, campus
        raise NotThere("a connected campus")

    def file_of(self, name: str) -> Path:
        """netCDF file that holds a variable."""
        in_series = {variable.name for variable in solution.SERIES_VARIABLES} - {"time_utc"}
        named = solution.series_file if name in in_series else solution.schedule_file
        return self.folder / named(self.year)

    def get(self, name: str) -> np.ndarray:
        """Variable as it stands."""
        with h5netcdf.File(self.file_of(name), "r") as data:
            if name not in data.variables:
                raise NotThere(name)
            return np.array(data.variables[name][...])

    def put(self, name: str, values: np.ndarray) -> None:
        """Overwrite a variable."""
        with h5netcdf.File(self.file_of(name), "a") as data:
            data.variables[name][...] = values

    def add(self, name: str, index: tuple[int, ...], amount: float) -> None:
        """Add to one entry of a variable."""
        values = self.get(name)
        values[index] += amount
        self.put(name, values)

    def attr(self, name: str, change: Callable[[float], float]) -> None:
        """Change an attribute of the schedule."""
        with h5netcdf.File(self.folder / solution.schedule_file(self.year), "a") as data:
            data.attrs[name] = change(float(data.attrs[name]))

    def csv(self, name: str, column: str, change: Callable[[float], float]) -> None:
        """Change a column in the row where it is largest."""
        path = self.folder / name
        with path.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            columns, rows = list(reader.fieldnames or ()), list(reader)
        row = max(rows, key=lambda r: float(r[column]))
        row[column] = f"{change(float(row[column])):.6f}"
        with path.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@dataclass(frozen=True)
class Fault:
    """A change of result files and the check that must catch it."""

    check: str
    change: Change
    is_rehashed: bool = True

    def seed(self, run_dir: Path) -> None:
        """Damage a run folder."""
        self.change(Run(run_dir))
        if self.is_rehashed and (run_dir / solution.MANIFEST_JSON).is_file():
            write_manifest(run_dir)


FAULTS: dict[str, Fault] = {}


def fault(check: str, *, is_rehashed: bool = True) -> Callable[[Change], Change]:
    """Enter a change under its own name."""

    def enter(change: Change) -> Change:
        FAULTS[change.__name__] = Fault(check, change, is_rehashed)
        return change

    return enter


def busiest(run: Run, name: str) -> tuple[int, ...]:
    values = run.get(name)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(values))), values.shape))
