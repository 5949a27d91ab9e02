"""Which rows of a pool stand in the model at the moment: called in when violated, sent out when long unused."""

from __future__ import annotations

import numpy as np

from gridplan.network.model import FloatArray, IntArray

#: Solves in a row without a price after which a row may leave.
IDLE_SOLVES = 200
#: Rows leave together, at least this many, because every change of the model costs a factorisation.
LEAST_LEAVING = 16
#: A dual this large means that the row holds something back.
HOLDING = 1.0e-9

BALANCE = -1


class ModelRows:
    """Rows of the model by their position in the pool, the balance (-1) first."""

    def __init__(self) -> None:
        self.in_model: IntArray = np.array([BALANCE], dtype=np.int64)
        self.idle: IntArray = np.zeros(1, dtype=np.int64)
        self.largest: FloatArray = np.ones(1)
        self._calls: list[int] = []

    def wake(self, rows: IntArray) -> None:
        """Call rows for the next solve."""
        self._calls += [int(r) for r in rows]

    def called(self) -> IntArray:
        """Rows that were called and are not in the model, each once, in order of their calls."""
        if not self._calls:
            return np.zeros(0, dtype=np.int64)
        there = set(self.in_model.tolist())
        rows = [r for r in dict.fromkeys(self._calls) if r not in there]
        self._calls = []
        return np.array(rows, dtype=np.int64)

    def enter(self, rows: IntArray, largest: FloatArray) -> None:
        """Note rows that were appended to the model, with their largest coefficients on the grid's columns."""
        self.largest = np.append(self.largest, largest)
        self.in_model = np.append(self.in_model, rows)
        self.idle = np.append(self.idle, np.zeros(len(rows), dtype=np.int64))

    def note(self, dual: FloatArray) -> None:
        """Count the solves without a price of every row."""
        self.idle += 1
        self.idle[np.abs(dual) > HOLDING] = 0
        self.idle[0] = 0

    def tired(self) -> IntArray:
        """Places in the model of rows that may leave; none while there are only a few."""
        if len(self.idle) <= LEAST_LEAVING:
            return np.zeros(0, dtype=np.int64)
        tired = np.flatnonzero(self.idle > IDLE_SOLVES)
        return tired if len(tired) >= LEAST_LEAVING else np.zeros(0, dtype=np.int64)

    def leave(self, places: IntArray) -> None:
        """Note rows that were taken out of the model."""
        self.in_model = np.delete(self.in_model, places)
        self.idle = np.delete(self.idle, places)
        self.largest = np.delete(self.largest, places)
