"""The grid as the auditor rebuilds it from network.json: B-theta, islands, flows by factorisation.

In: the JSON object of the normalised network. Out: a Grid, connected parts, and maps from bus
injections to branch flows with any branch or bus out. It shares no code with the planner's own model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu

from gridplan.verify.audit_record import MissingPartError, Record

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Labels = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Columns of network.json the constraints need; ends are bus positions."""

    base_mva: float
    dc_convention: str
    dc_rating_factor: FloatArray
    bus: Labels
    p_load_mw: FloatArray
    gs_mw: FloatArray
    branch: Labels
    from_bus: IntArray
    to_bus: IntArray
    susceptance_mw: FloatArray
    shift_rad: FloatArray
    rating_normal_mva: FloatArray
    rating_emergency_mva: FloatArray
    rating_short_time_mva: FloatArray
    base_kv: FloatArray
    generator: Labels
    unit_bus: IntArray
    unit_p_max_mw: FloatArray
    unit_start_mw: FloatArray
    block_width_mw: FloatArray
    block_cost_usd_per_mwh: FloatArray
    is_dispatchable: BoolArray
    is_fixed: BoolArray
    dc_line: Labels
    dc_from: IntArray
    dc_to: IntArray
    dc_p_min_mw: FloatArray
    dc_p_max_mw: FloatArray
    dc_loss_frac: FloatArray
    storage: Labels
    storage_bus: IntArray
    storage_p_mw: FloatArray
    storage_e_mwh: FloatArray
    storage_efficiency_frac: FloatArray

    @cached_property
    def incidence(self) -> sp.csr_array:
        """+1 at the from end, -1 at the to end, dims (branch, bus)."""
        rows = np.arange(len(self.branch))
        shape = (len(self.branch), len(self.bus))
        ends = np.concatenate([self.from_bus, self.to_bus])
        signs = np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
        return sp.csr_array((signs, (np.concatenate([rows, rows]), ends)), shape=shape)

    @cached_property
    def shift_flow_mw(self) -> FloatArray:
        """Flow a phase shift takes off a branch at equal angles, dims (branch,) [MW]."""
        return self.susceptance_mw * self.shift_rad

    @cached_property
    def part_of_bus(self) -> IntArray:
        """Part each bus lies in, by number, dims (bus,)."""
        return parts(self, np.ones(len(self.branch), dtype=bool))

    def bus_position(self, bus_id: str) -> int:
        """Position of a bus id; -1 where it is unknown."""
        return self.bus.index(bus_id) if bus_id in self.bus else -1


def parts(grid: Grid, in_service: BoolArray) -> IntArray:
    """Part each bus is connected to when only these branches are in, dims (bus,)."""
    n_bus = len(grid.bus)
    ends = (grid.from_bus[in_service], grid.to_bus[in_service])
    links = sp.coo_array((np.ones(len(ends[0])), ends), shape=(n_bus, n_bus))
    return np.asarray(connected_components(links.tocsr(), directed=False)[1], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Factor:
    """LU factors of the susceptance matrix of a part of the grid, one bus of each part held at angle 0.

    Equation: ``B theta = injection + A' (b shift)``, ``flow = b (A theta - shift)``.
    """

    grid: Grid
    in_service: BoolArray
    free: IntArray
    lu: SuperLU

    def angles(self, injection_mw: FloatArray) -> FloatArray:
        """Angles of all buses for many right-hand sides, dims (bus, column) [rad]; 0 at held and dead buses."""
        theta = np.zeros((len(self.grid.bus), injection_mw.shape[1]))
        theta[self.free] = self.lu.solve(np.ascontiguousarray(injection_mw[self.free]))
        return theta

    @cached_property
    def weighted_incidence(self) -> sp.csr_array:
        """Susceptance times incidence, rows of branches out of service zero, dims (branch, bus) [MW]."""
        weight = np.where(self.in_service, self.grid.susceptance_mw, 0.0)
        return sp.csr_array(sp.diags_array(weight) @ self.grid.incidence)

    def flow_map(self, columns: IntArray | None = None) -> FloatArray:
        """Flow of each branch per MW at each bus, then the flow at zero injection, dims (branch, bus + 1).

        Parameters
        ----------
        columns : int, dims (k,), optional
            Only these branches; the adjoint is solved for them.
        """
        rows = self.weighted_incidence if columns is None else self.weighted_incidence[columns]
        if columns is None or len(columns) > len(self.free):
            sensitivity = rows @ self.angles(np.eye(len(self.grid.bus)))
        else:
            sensitivity = self.angles(rows.toarray().T).T
        alive = self.in_service if columns is None else self.in_service[columns]
        shift_flow = self.grid.shift_flow_mw * self.in_service
        own = shift_flow if columns is None else shift_flow[columns]
        constant = sensitivity @ (self.grid.incidence.T @ shift_flow) - np.where(alive, own, 0.0)
        return np.hstack([sensitivity, constant[:, None]])


def factorise(grid: Grid, in_service: BoolArray, live_bus: BoolArray | None = None) -> Factor:
    """LU factors with these branches and buses in service."""
    live = np.ones(len(grid.bus), dtype=bool) if live_bus is None else live_bus
    usable = in_service & live[grid.from_bus] & live[grid.to_bus]
    part = parts(grid, usable)
    held = np.unique(part, return_index=True)[1]
    is_free = live.copy()
    is_free[held] = False
    free = np.flatnonzero(is_free)
    incidence = grid.incidence[usable][:, free]
    matrix = incidence.T @ sp.diags_array(grid.susceptance_mw[usable]) @ incidence
    return Factor(grid=grid, in_service=usable, free=free, lu=splu(sp.csc_matrix(matrix)))


def _rating_factor(network: Record, branches: tuple[str, ...]) -> FloatArray:
    """MW limit per MVA of every branch: the common factor, or its own."""
    common = network.number("dc_rating_factor")
    own = network.data.get("dc_rating_factor_by_branch") or {}
    return np.array([float(own.get(name, common)) for name in branches])


def read_grid(network: Record) -> Grid:
    """Grid from the JSON object of network.json."""
    tables = network.record("tables")
    bus, branch = tables.record("bus"), tables.record("branch")
    unit, dc_line, store = tables.record("generator"), tables.record("dc_line"), tables.record("storage")
    base_mva = network.number("base_mva")
    convention = network.text("dc_convention")
    return Grid(
        base_mva=base_mva,
        dc_convention=convention,
        dc_rating_factor=_rating_factor(network, branch.labels("id")),
        bus=bus.labels("id"),
        p_load_mw=bus.column("p_load_mw"),
        gs_mw=bus.column("gs_mw"),
        branch=branch.labels("id"),
        from_bus=branch.positions("from_bus"),
        to_bus=branch.positions("to_bus"),
        susceptance_mw=base_mva * _susceptance_pu(branch, convention),
        shift_rad=branch.column("shift_rad") * (1.0 if convention == "matpower" else 0.0),
        rating_normal_mva=branch.column("rating_normal_mva"),
        rating_emergency_mva=branch.column("rating_emergency_mva"),
        rating_short_time_mva=branch.column(
            "rating_short_time_mva" if "rating_short_time_mva" in branch.data else "rating_emergency_mva"
        ),
        base_kv=bus.column("base_kv") if "base_kv" in bus.data else np.zeros(len(bus.labels("id"))),
        **_unit_columns(unit),
        dc_line=dc_line.labels("id"),
        dc_from=dc_line.positions("from_bus"),
        dc_to=dc_line.positions("to_bus"),
        dc_p_min_mw=dc_line.column("p_min_mw"),
        dc_p_max_mw=dc_line.column("p_max_mw"),
        dc_loss_frac=dc_line.column("loss_frac"),
        storage=store.labels("id"),
        storage_bus=store.positions("bus"),
        storage_p_mw=store.column("p_mw"),
        storage_e_mwh=store.column("e_mwh"),
        storage_efficiency_frac=store.column("efficiency_roundtrip_frac"),
    )


def _susceptance_pu(branch: Record, convention: str) -> FloatArray:
    x_pu = branch.column("x_pu")
    if convention == "matpower":
        return 1.0 / (x_pu * branch.column("tap_ratio"))
    if convention == "powermodels":
        return x_pu / (branch.column("r_pu") ** 2 + x_pu**2)
    message = f"network.json: dc_convention {convention!r} is neither matpower nor powermodels"
    raise MissingPartError(message)


def _unit_columns(unit: Record) -> dict[str, Any]:
    count = len(unit.labels("id"))
    width = unit.matrix("block_width_mw", count)
    return {
        "generator": unit.labels("id"),
        "unit_bus": unit.positions("bus"),
        "unit_p_max_mw": unit.column("p_max_mw"),
        "unit_start_mw": np.where(unit.column("is_fixed") > 0, 0.0, np.minimum(unit.column("p_min_mw"), 0.0)),
        "block_width_mw": width,
        "block_cost_usd_per_mwh": np.where(width > 0, unit.matrix("block_cost_usd_per_mwh", count), 0.0),
        "is_dispatchable": unit.column("is_dispatchable") > 0,
        "is_fixed": unit.column("is_fixed") > 0,
    }
