"""Security rows: one limited branch, intact or after one outage, shared by all hours.

A row is a sparse vector over the state of an hour; it knows its coefficients on the
columns and plan points and its limit in every hour. Rows are appended, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gridplan.dispatch.columns import unit_start_mw
from gridplan.dispatch.grid import Grid, chunks
from gridplan.network.model import FloatArray

INTACT = -1
#: In place of a branch: the row that keeps a runback within what the campus can give back after a contingency.
RUNBACK = -1
#: What a runback row may leave unused, far more than any campus has [MW].
RUNBACK_ROOM_MW = 1.0e5
RowKey = tuple[int, int]


@dataclass(kw_only=True)
class RowPool:
    """Append-only list of (branch, contingency) rows; contingency ``INTACT`` is the network as it stands.

    ``raised_mw`` holds hourly limits (time,) of pairs that are overloaded before any campus comes; a pair
    whose limit the grid has above them, after a reinforcement, keeps the grid's.
    """

    grid: Grid
    raised_mw: Mapping[RowKey, FloatArray] = field(default_factory=dict)
    keys: list[RowKey] = field(default_factory=list)
    at: dict[RowKey, int] = field(init=False)
    of_buses: FloatArray = field(init=False)
    of_columns: FloatArray = field(init=False)
    of_points: FloatArray = field(init=False)
    fixed_mw: FloatArray = field(init=False)
    limit_mw: FloatArray = field(init=False)
    rating_mw: FloatArray = field(init=False)
    of_runbacks: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        n_time = len(self.grid)
        self.of_buses = np.zeros((0, len(self.grid.network.bus)))
        self.of_columns = np.zeros((0, len(self.grid.columns.kind)))
        self.of_points = np.zeros((0, self.grid.n_point))
        self.fixed_mw = np.zeros((n_time, 0))
        self.limit_mw = np.zeros((n_time, 0))
        self.rating_mw = np.zeros(0)
        self.of_runbacks = np.zeros((0, len(self.grid.runback.of_contingency) if self.grid.runback else 0))
        keys, self.keys, self.at = self.keys, [], {}
        self.add(keys)

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, keys: Iterable[RowKey]) -> int:
        """Append the keys that are new, in the order given; returns how many were new."""
        new = [k for k in dict.fromkeys(k for key in keys for k in self.needed(key)) if k not in self.at]
        if not new:
            return 0
        states = [row_weights(self.grid, key) for key in new]
        buses = np.array([bus_weights(self.grid, weights) for weights in states])
        weights = np.array(states)
        ratings = np.array([self._rating(key) for key in new])
        limits = np.array([self._limit(key, rating) for key, rating in zip(new, ratings, strict=True)])
        self.of_buses = np.vstack([self.of_buses, buses])
        self.of_columns = np.vstack([self.of_columns, _of_columns(self.grid, weights, buses)])
        self.of_points = np.vstack([self.of_points, _of_points(self.grid, weights, buses)])
        first = self.grid.outages.layout.campus + len(self.grid.campus_points)
        self.of_runbacks = np.vstack([self.of_runbacks, weights[:, first : first + self.of_runbacks.shape[1]]])
        middle = np.array([middle_mw(self.grid, key) for key in new])
        self.fixed_mw = np.hstack([self.fixed_mw, _fixed_mw(self.grid, weights, buses) - middle])
        self.limit_mw = np.hstack([self.limit_mw, limits.T])
        self.rating_mw = np.append(self.rating_mw, ratings)
        self.at.update({key: len(self.keys) + i for i, key in enumerate(new)})
        self.keys += new
        return len(new)

    def needed(self, key: RowKey) -> tuple[RowKey, ...]:
        """A key after those without which it means nothing: a runback is held within its depth."""
        runback = self.grid.runback
        return (key,) if runback is None or key[1] not in runback.of_contingency else ((RUNBACK, key[1]), key)

    def _rating(self, key: RowKey) -> float:
        if key[0] == RUNBACK:
            return 0.5 * RUNBACK_ROOM_MW
        return float(self.grid.limits.of(self.grid.rating_of(key[1]))[key[0]])

    def _limit(self, key: RowKey, rating_mw: float) -> FloatArray:
        return np.asarray(np.maximum(self.raised_mw.get(key, -np.inf), np.full(len(self.grid), rating_mw)))


def row_weights(grid: Grid, key: RowKey) -> FloatArray:
    """Weights of a row over the state, dims (state,): flow_l + sum effect[l, s] state[source[s]]."""
    branch, contingency = key
    weights = np.zeros(len(grid.outages.layout))
    if branch == RUNBACK:
        return _runback_weights(grid, contingency, weights)
    weights[branch] = 1.0
    if contingency != INTACT:
        sources = grid.outages.sources(contingency)
        np.add.at(weights, grid.outages.source[sources], grid.outages.effect([branch], sources)[0])
    return weights


def _runback_weights(grid: Grid, contingency: int, weights: FloatArray) -> FloatArray:
    """What the campus can give back less what it gives back: from 0 to as much as there is room for."""
    assert grid.runback is not None
    layout, campuses = grid.outages.layout, grid.campus_points
    weights[layout.campus + campuses.index(grid.runback.point)] = grid.runback.depth_frac
    weights[layout.campus + len(campuses) + grid.runback.of_contingency[contingency]] = -1.0
    return weights


def bus_weights(grid: Grid, weights: FloatArray) -> FloatArray:
    """MW of a row per MW injected at each bus, dims (bus,), by the branches among its weights (state,)."""
    branches = np.flatnonzero(weights[: grid.outages.layout.n_branch])
    return np.asarray(weights[branches] @ grid.factors.rows(branches))


def _of_columns(grid: Grid, weights: FloatArray, buses: FloatArray) -> FloatArray:
    """Row per MW of each column, dims (row, column): by its injection, and as a state that an outage takes away."""
    layout, columns = grid.outages.layout, grid.columns
    of_columns = np.asarray((grid.injection_of_columns @ buses.T).T)
    for kind, offset in (("generator", layout.generator), ("dc_line", layout.dc_line)):
        at = columns.of(kind)
        of_columns[:, at] += weights[:, offset + columns.owner[at]]
    return of_columns


def _of_points(grid: Grid, weights: FloatArray, buses: FloatArray) -> FloatArray:
    """Row per MW withdrawn at each plan point, dims (row, point)."""
    of_points = -buses[:, grid.point_bus]
    first, campuses = grid.outages.layout.campus, list(grid.campus_points)
    of_points[:, campuses] += weights[:, first : first + len(campuses)]
    return of_points


def _fixed_mw(grid: Grid, weights: FloatArray, buses: FloatArray) -> FloatArray:
    """Row by data alone, dims (time, row) [MW]: fixed injections, phase shifters, what units always give, failovers."""
    layout, unit = grid.outages.layout, grid.network.generator
    of_units = weights[:, layout.generator : layout.dc_line]
    fixed = np.flatnonzero(unit.is_fixed)
    always = weights[:, : layout.n_branch] @ grid.factors.shift_mw + of_units @ unit_start_mw(grid.network)
    hourly = [
        grid.fixed_injection_mw(part) @ buses.T + grid.series.p_max_mw[part][:, fixed] @ of_units[:, fixed].T
        for part in chunks(len(grid))
    ]
    fixed_mw = np.concatenate([np.zeros((0, len(weights))), *hourly]) + always
    return fixed_mw + grid.failover_mw @ weights[:, layout.failover :].T if layout.n_failover else fixed_mw


def middle_mw(grid: Grid, key: RowKey) -> float:
    """Middle of the limits of a row [MW]: 0 but for intact limits that differ between the directions."""
    branch, contingency = key
    if branch == RUNBACK:
        return 0.5 * RUNBACK_ROOM_MW
    middle = grid.limits.middle_mw
    return 0.0 if middle is None or contingency != INTACT else float(middle[branch])


def row_name(grid: Grid, key: RowKey) -> str:
    """Planner's name of a row: ``A27`` or ``A27 after loss of A25-1``."""
    branch, contingency = key
    if branch == RUNBACK:
        return f"what can be given back after loss of {grid.outages.contingencies[contingency].id}"
    name = grid.network.branch.id[branch]
    return name if contingency == INTACT else f"{name} after loss of {grid.outages.contingencies[contingency].id}"
