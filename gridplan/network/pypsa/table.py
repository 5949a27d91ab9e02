"""Component tables of a PyPSA netCDF file: static columns by name, every fault kept with its variable.

Comes in: a guarded file. Goes out: columns of numbers, flags or texts; a column PyPSA left out because all of it is
default takes PyPSA's default. Series over snapshots are counted and not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.errors import did_you_mean
from gridplan.network.faults import Faults
from gridplan.network.hdf5_guard import GuardedFile
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, positions

_REMEDY = "correct the value in PyPSA and export the network again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One list of components, such as ``lines``; ``name`` is what PyPSA calls it in the file."""

    name: str
    id: Labels
    file: GuardedFile
    faults: Faults

    def __len__(self) -> int:
        return len(self.id)

    def has(self, column: str) -> bool:
        """Whether the file holds the static column."""
        return f"{self.name}_{column}" in self.file.sets

    def key(self, row: int, column: str) -> str:
        """Variable and component of a value."""
        return f"{self.name}_{column}[{self.id[row][:60]}]"

    def floats(self, column: str, default: float | None, *, empty: float | None = None) -> FloatArray:
        """Numbers of a column.

        Parameters
        ----------
        column : str
        default : float or None
            What a column that is not in the file holds; None makes that an error.
        empty : float, optional
            What NaN stands for; without it NaN is an error.
        """
        name = f"{self.name}_{column}"
        if name not in self.file.sets:
            if default is None and len(self):
                self.faults.error("GP-TAB-001", f"the file has no variable {name}", "export the network again", name)
            return np.full(len(self), np.nan if default is None else default)
        values = self._fitting(name, self.file.numbers(name).astype(np.float64))
        for row in np.flatnonzero(np.isnan(values)):
            if empty is None:
                message = f"{self.key(int(row), column)} is NaN"
                self.faults.error("GP-VAL-001", message, _REMEDY, self.key(int(row), column))
        return values if empty is None else np.where(np.isnan(values), empty, values)

    def flags(self, column: str, default: bool) -> BoolArray:
        """Truth values of a column."""
        values = self.floats(column, float(default))
        return np.asarray(values != 0)

    def texts(self, column: str, default: str = "") -> Labels:
        """Texts of a column; ``nan`` and ``None``, which PyPSA writes for nothing, are the default."""
        name = f"{self.name}_{column}"
        if name not in self.file.sets:
            return (default,) * len(self)
        cells = self.file.texts(name)
        if len(cells) != len(self):
            self._misfit(name, len(cells))
            return (default,) * len(self)
        return tuple(default if cell in ("", "nan", "None") else cell for cell in cells)

    def buses(self, column: str, known: Labels) -> IntArray:
        """Row of the bus that a column names; an unknown one is an error, and -1."""
        names = self.texts(column)
        rows = positions(names, known)
        for row in np.flatnonzero(rows < 0):
            name = names[int(row)]
            message = f"{self.key(int(row), column)} is bus {name[:60]!r}, which does not exist."
            message += did_you_mean(name[:60], known)
            self.faults.error("GP-TOP-005", message, "name a bus of the file", self.key(int(row), column))
        return rows

    def _fitting(self, name: str, values: FloatArray) -> FloatArray:
        if len(values) == len(self):
            return values
        self._misfit(name, len(values))
        return np.zeros(len(self))

    def _misfit(self, name: str, count: int) -> None:
        message = f"{name} holds {count} values for {len(self)} {self.name}"
        self.faults.error("GP-TAB-003", message, "export the network again", name)


def component(file: GuardedFile, name: str, faults: Faults) -> Component:
    """Component list of a name, empty where the file has none."""
    index = f"{name}_i"
    ids = file.texts(index) if index in file.sets else ()
    for row, label in enumerate(ids):
        if label in ("", "nan"):
            faults.error("GP-VAL-001", f"{index} row {row} has no name", "name every component", index)
    return Component(name=name, id=ids, file=file, faults=faults)


def series(file: GuardedFile, name: str) -> Iterator[tuple[str, int]]:
    """Columns over snapshots of a component list, and how many components have one; outputs included."""
    start = f"{name}_t_"
    for variable, found in file.sets.items():
        if variable.startswith(start) and not variable.endswith("_i") and len(found.shape) == 2:
            yield variable.removeprefix(start), int(found.shape[1])
