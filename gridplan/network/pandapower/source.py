"""A pandapower net as its file states it: tables by name, base power, frequency, options, and buses by their number.

Comes in: the guarded document. Goes out: a ``Source`` that the converters of single tables ask. Unknown buses are
findings with the nearest numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, SupportsIndex

import numpy as np

from gridplan.errors import did_you_mean
from gridplan.network.faults import Faults
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels
from gridplan.network.pandapower.table import Frame, frame

#: What pandapower's power flow does where the file says nothing.
DEFAULT_OPTIONS: Mapping[str, Any] = {
    "trafo_model": "t",
    "trafo3w_losses": "hv",
    "calculate_voltage_angles": True,
    "switch_rx_ratio": 2.0,
    "neglect_open_switch_branches": False,
    "consider_line_temperature": False,
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Tables and facts of one net.

    Parameters
    ----------
    document : mapping
        The net: table name -> table, and single values.
    faults : Faults
        Where findings go.
    sn_mva : float [MVA]
        Base power.
    f_hz : float [Hz]
    options : mapping
        Options of the power flow: pandapower's defaults, or ``user_pf_options`` of the file.
    """

    document: Mapping[str, Any]
    faults: Faults
    sn_mva: float
    f_hz: float
    options: Mapping[str, Any]
    _frames: dict[str, Frame] = field(default_factory=dict)

    def frame(self, name: str) -> Frame:
        """Table of a name, empty where the file has none."""
        if name not in self._frames:
            self._frames[name] = frame(dict(self.document), name, self.faults)
        return self._frames[name]

    @cached_property
    def bus_ids(self) -> Labels:
        """Bus ids: the numbers pandapower gives them."""
        return tuple(str(i) for i in self.frame("bus").index)

    @cached_property
    def base_kv(self) -> FloatArray:
        """Nominal voltage of every bus, dims (bus,) [kV]."""
        return self.frame("bus").floats("vn_kv", needed=np.ones(len(self.bus_ids), dtype=bool))

    @cached_property
    def is_live(self) -> BoolArray:
        """Buses in service, dims (bus,)."""
        return self.frame("bus").flags("in_service", True)

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {number: row for row, number in enumerate(self.frame("bus").index)}

    def bus_rows(self, table: Frame, column: str = "bus") -> IntArray:
        """Row in the bus table of every element's bus; an unknown bus is an error, and -1."""
        numbers = table.numbers(column)
        rows = np.array([self._row_of.get(int(number), -1) for number in numbers], dtype=np.int64)
        for row in np.flatnonzero((rows < 0) & (numbers >= 0)):
            number = numbers[row]
            near = did_you_mean(str(number), self.bus_ids)
            message = f"{table.key(row, column)} is bus {number}, which the bus table does not have.{near}"
            self.faults.error("GP-TOP-005", message, "name a bus of the bus table", table.key(row, column))
        return rows

    def names(self, rows: IntArray) -> Labels:
        """Ids of buses by row; an unknown bus has the id ``?``, which is an error already."""
        return tuple(self.bus_ids[row] if row >= 0 else "?" for row in rows)

    def kv(self, rows: IntArray) -> FloatArray:
        """Nominal voltage by row, NaN where the bus is unknown [kV]."""
        if not len(self.bus_ids):
            return np.full(len(rows), np.nan)
        return np.where(rows >= 0, self.base_kv[rows], np.nan)

    def live(self, rows: IntArray) -> BoolArray:
        """Whether the bus of every element is in service."""
        if not len(self.bus_ids):
            return np.zeros(len(rows), dtype=bool)
        return np.asarray((rows >= 0) & self.is_live[rows])

    def refuse(self, table: Frame, row: SupportsIndex, what: str, remedy: str, column: str = "") -> None:
        """Error for an element that gridplan has no model for."""
        message = f"{table.name} {table.index[row]} {what}"
        self.faults.error("GP-NET-003", message, remedy, table.key(row, column))


#: kA of a line and MVA of a transformer by which pandapower's converters say that there is no rating.
UNRATED = 99999.0


def rated(table: Frame, column: str, rating_mva: FloatArray, in_service: BoolArray) -> FloatArray:
    """Ratings, 0 (unlimited) where the column holds pandapower's number for no rating, which is told."""
    unrated = table.floats(column, 0.0) >= UNRATED
    told = np.flatnonzero(unrated & in_service)
    if told.size:
        message = f"{told.size} of {len(table)} rows of {table.name} have {column} 99999, pandapower's word for unrated"
        remedy = "state their ratings, or say how unrated branches are to be taken"
        table.faults.add("GP-LIM-001", "note", message, remedy, table.key(told[0], column))
    return np.where(unrated, 0.0, rating_mva)


def loading_limit(table: Frame, needed: BoolArray) -> FloatArray:
    """Share of the rating that ``max_loading_percent`` allows, 1 where the file says nothing, dims (row,)."""
    if not table.has("max_loading_percent"):
        return np.ones(len(table))
    return table.floats("max_loading_percent", 100.0, needed) / 100.0
