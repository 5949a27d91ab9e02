"""The grid as labelled, immutable arrays.

A Network is born checked (unique ids, ends that exist, no zero reactance) and is
never written to again: every change is a new Network. Units stand in the names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Labels = tuple[str, ...]


class Table:
    """Columns of one kind of element; every array is made read-only at birth."""

    def __post_init__(self) -> None:
        for column in fields(self):  # type: ignore[arg-type]
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.setflags(write=False)
                object.__setattr__(self, column.name, value)

    def __len__(self) -> int:
        return len(self.id)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class Buses(Table):
    """Buses, dim ``bus``."""

    id: Labels
    name: Labels
    base_kv: FloatArray
    area: Labels
    latitude_degree: FloatArray
    longitude_degree: FloatArray
    p_load_mw: FloatArray
    q_load_mvar: FloatArray
    gs_mw: FloatArray
    bs_mvar: FloatArray
    vm_pu: FloatArray


@dataclass(frozen=True, kw_only=True)
class Branches(Table):
    """Lines and transformers, dim ``branch``; the tap stands at the from end (MATPOWER's branch model).

    ``tap_ratio`` is 1.0 where none is given; flow is positive from -> to.
    """

    id: Labels
    from_bus: IntArray
    to_bus: IntArray
    r_pu: FloatArray
    x_pu: FloatArray
    b_pu: FloatArray
    tap_ratio: FloatArray
    shift_rad: FloatArray
    rating_normal_mva: FloatArray
    rating_emergency_mva: FloatArray
    rating_short_time_mva: FloatArray
    is_transformer: BoolArray
    length_km: FloatArray


@dataclass(frozen=True, kw_only=True)
class Generators(Table):
    """Units, dim ``generator``, with convex cost blocks, dims (generator, block).

    Blocks begin at ``min(p_min_mw, 0)``: ``block_width_mw`` sums to ``p_max_mw`` less that, and
    ``block_cost_usd_per_mwh`` never falls along a row. A unit with ``p_min_mw`` below 0 can draw power.
    ``is_dispatchable`` units take part in the pickup after an outage.
    ``is_fixed`` units produce exactly their hourly availability (rooftop solar).
    """

    id: Labels
    bus: IntArray
    unit_type: Labels
    fuel: Labels
    p_min_mw: FloatArray
    p_max_mw: FloatArray
    q_min_mvar: FloatArray
    q_max_mvar: FloatArray
    vm_setpoint_pu: FloatArray
    forced_outage_rate_frac: FloatArray
    block_width_mw: FloatArray
    block_cost_usd_per_mwh: FloatArray
    is_dispatchable: BoolArray
    is_fixed: BoolArray


@dataclass(frozen=True, kw_only=True)
class DcLines(Table):
    """Two-terminal dc lines, dim ``dc_line``; flow is positive from -> to, lossless unless stated."""

    id: Labels
    from_bus: IntArray
    to_bus: IntArray
    p_min_mw: FloatArray
    p_max_mw: FloatArray
    loss_frac: FloatArray


@dataclass(frozen=True, kw_only=True)
class Storages(Table):
    """Grid storage, dim ``storage``; a device of the plan, never of one hour."""

    id: Labels
    bus: IntArray
    p_mw: FloatArray
    e_mwh: FloatArray
    efficiency_roundtrip_frac: FloatArray


@dataclass(frozen=True, kw_only=True)
class Network:
    """The whole grid: tables that refer to buses by position, plus base power and name.

    Raises
    ------
    InputError
        If an id is repeated, an end does not exist, or an impedance is zero; every fault is listed.
    """

    name: str
    base_mva: float
    bus: Buses
    branch: Branches
    generator: Generators
    dc_line: DcLines
    storage: Storages
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        findings = list(_network_findings(self))
        if findings:
            raise InputError(findings)

    @cached_property
    def bus_position(self) -> dict[str, int]:
        """Bus id -> position."""
        return {bus: i for i, bus in enumerate(self.bus.id)}

    def bus_index(self, bus_id: str) -> int:
        """Position of a bus; an unknown id is an InputError that offers the nearest names."""
        position = self.bus_position.get(str(bus_id))
        if position is None:
            raise input_error(
                "GP-BUS-001",
                f"bus {bus_id} does not exist in network {self.name}.{did_you_mean(bus_id, self.bus.id)}",
                "use one of the network's bus ids",
            )
        return position

    def with_branch(self, **columns: Any) -> Network:
        """New Network whose branch table has these columns replaced."""
        return replace(self, branch=replace(self.branch, **columns))


def positions(names: Sequence[str], known: Sequence[str]) -> IntArray:
    """Position of each name in ``known``; -1 where it is missing."""
    index = {name: i for i, name in enumerate(known)}
    return np.array([index.get(str(name), -1) for name in names], dtype=np.int64)


def _network_findings(network: Network) -> list[Finding]:
    findings = []
    for kind in ("bus", "branch", "generator", "dc_line", "storage"):
        findings += _duplicate_findings(kind, getattr(network, kind).id)
    n_bus = len(network.bus)
    ends = {
        "branch": (network.branch.from_bus, network.branch.to_bus),
        "generator": (network.generator.bus,),
        "dc_line": (network.dc_line.from_bus, network.dc_line.to_bus),
        "storage": (network.storage.bus,),
    }
    for kind, columns in ends.items():
        labels = getattr(network, kind).id
        for column in columns:
            for i in np.flatnonzero((column < 0) | (column >= n_bus)):
                findings.append(
                    _fault("GP-TOP-005", f"{kind} {labels[i]} ends at a bus that does not exist", f"{kind} {labels[i]}")
                )
    for i in np.flatnonzero((network.branch.x_pu == 0) & (network.branch.r_pu == 0)):
        name = f"branch {network.branch.id[i]}"
        findings.append(_fault("GP-TOP-004", f"{name} has neither resistance nor reactance", name))
    for i in np.flatnonzero(network.branch.from_bus == network.branch.to_bus):
        name = f"branch {network.branch.id[i]}"
        findings.append(_fault("GP-TOP-005", f"{name} joins a bus to itself", name))
    if not network.base_mva > 0:
        findings.append(_fault("GP-PU-001", f"base power is {network.base_mva} MVA, must be above 0", "base_mva"))
    return findings


def _duplicate_findings(kind: str, labels: Labels) -> list[Finding]:
    seen: set[str] = set()
    twice = {label for label in labels if label in seen or seen.add(label)}  # type: ignore[func-returns-value]
    return [_fault("GP-BUS-002", f"duplicate {kind} id {label}", f"{kind} {label}") for label in sorted(twice)]


def _fault(code: str, message: str, key: str) -> Finding:
    place = Place(key=key)
    return Finding(code=code, severity="error", message=message, remedy="correct the network table", place=place)
