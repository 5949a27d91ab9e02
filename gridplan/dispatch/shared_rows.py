"""Security rows shared by all buses: what one MW at any bus and of any unit does to each.

Between buses only one column of the program changes, that of the free MW: ``-of_buses[row, bus]``. The one row that
a campus brings itself, its own loss, is the same for every bus, too: with the campus gone and its MW taken off the
units that pick up, a branch carries ``PTDF x`` less the pickup's flow, wherever the campus stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT, RowKey, RowPool
from gridplan.network.model import FloatArray, IntArray

#: Rows there is room for at first; the room doubles.
FIRST_ROOM = 256


class SharedRows:
    """Rows of a grid without plan points, by key; the contingency after the grid's last is the loss of the campus.

    Parameters
    ----------
    raised_mw : mapping of row key to (time,) limits
    columns : int
        First column of each group of columns that are one; see ``HostingProgram``.
    campus_limit_mw : float, dims (branch,), optional
        Limits after the loss of the campus, where that is studied.
    """

    def __init__(
        self,
        grid: Grid,
        raised_mw: Mapping[RowKey, FloatArray],
        columns: IntArray,
        campus_limit_mw: FloatArray | None = None,
    ) -> None:
        self.grid, self.raised_mw, self.columns = grid, raised_mw, columns
        self.campus_limit_mw = campus_limit_mw
        self.campus = len(grid.outages.contingencies)
        self.keys: list[RowKey] = []
        self.at: dict[RowKey, int] = {}
        self._of_buses = np.zeros((FIRST_ROOM, len(grid.network.bus)))
        self._of_columns = np.zeros((FIRST_ROOM, len(columns)))
        self._fixed_mw = np.zeros((FIRST_ROOM, len(grid)))
        self._limit_mw = np.zeros((FIRST_ROOM, len(grid)))

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def of_columns(self) -> FloatArray:
        """MW of each row per MW of each group of columns, dims (row, column)."""
        return self._of_columns[: len(self)]

    @property
    def fixed_mw(self) -> FloatArray:
        """Part of each row that no column moves, dims (row, time) [MW]."""
        return self._fixed_mw[: len(self)]

    @property
    def limit_mw(self) -> FloatArray:
        """Limit of each row, raised ones included, dims (row, time) [MW]."""
        return self._limit_mw[: len(self)]

    def of_bus(self, bus: int) -> FloatArray:
        """MW of each row per MW withdrawn at a bus, dims (row,)."""
        return -self._of_buses[: len(self), bus]

    def add(self, keys: Iterable[RowKey]) -> int:
        """Append the keys that are new; returns how many were."""
        new = [key for key in dict.fromkeys(keys) if key not in self.at]
        self._make_room(len(self) + len(new))
        for is_campus in (False, True):
            part = [key for key in new if (key[1] == self.campus) == is_campus]
            if part:
                self._append(part, is_campus=is_campus)
        return len(new)

    def _append(self, keys: Sequence[RowKey], *, is_campus: bool) -> None:
        flows = [(branch, INTACT) for branch, _ in keys] if is_campus else list(keys)
        pool = RowPool(grid=self.grid, raised_mw={} if is_campus else self.raised_mw, keys=flows)
        rows = slice(len(self), len(self) + len(keys))
        branches = [branch for branch, _ in keys]
        if is_campus and self.campus_limit_mw is not None:
            self._of_buses[rows] = self.grid.outages.share_flow[branches, None]
            self._limit_mw[rows] = self.campus_limit_mw[branches, None]
        else:
            self._of_buses[rows] = pool.of_buses
            self._limit_mw[rows] = pool.limit_mw.T
        self._of_columns[rows] = pool.of_columns[:, self.columns]
        self._fixed_mw[rows] = pool.fixed_mw.T
        self.at.update({key: len(self.keys) + i for i, key in enumerate(keys)})
        self.keys += keys

    def _make_room(self, count: int) -> None:
        room = len(self._of_buses)
        if count <= room:
            return
        more = max(count, 2 * room) - room
        for name in ("_of_buses", "_of_columns", "_fixed_mw", "_limit_mw"):
            old = getattr(self, name)
            setattr(self, name, np.vstack([old, np.zeros((more, old.shape[1]))]))
