"""Branches as two-ports with an admittance at each end, brought into MATPOWER's branch model without loss.

Comes in: series impedance, an admittance at each end, an ideal transformer at the from end, and which ends are open.
Goes out: branch columns, and shunts for what the branch model has no place for: conductance at an end, susceptance
that differs between the ends, and the charging of a branch that hangs on one end only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.network.case import CaseBranches, CaseShunts
from gridplan.network.model import BoolArray, FloatArray, Labels, Table

ComplexArray = npt.NDArray[np.complex128]
#: Part of a branch's admittance below which a remainder is rounding.
_ROUNDING = 1e-13


@dataclass(frozen=True, kw_only=True)
class TwoPorts(Table):
    """Branches, dims (branch,); ``i_from = (y + y_from) / |a|^2 v_from - y / conj(a) v_to``, and so on.

    ``y_from_pu`` and ``y_to_pu`` are whole admittances of an end, seen from the side without the ideal transformer.
    """

    id: Labels
    from_bus: Labels
    to_bus: Labels
    r_pu: FloatArray
    x_pu: FloatArray
    y_from_pu: ComplexArray
    y_to_pu: ComplexArray
    tap_ratio: FloatArray
    shift_degree: FloatArray
    rating_mva: FloatArray
    in_service: BoolArray
    open_from: BoolArray
    open_to: BoolArray
    is_transformer: BoolArray
    length_km: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """Shunts that stand for a part of a branch.

    ``is_open`` tells the charging of a branch open at one end from the admittances of a closed one.
    """

    id: str
    bus: str
    branch: str
    y_pu: complex
    in_service: bool
    is_open: bool


def joined(parts: Sequence[TwoPorts]) -> TwoPorts:
    """All branches of several tables, in order."""
    columns: dict[str, Any] = {}
    for column in fields(TwoPorts):
        values = [getattr(part, column.name) for part in parts]
        is_text = column.type == "Labels"
        columns[column.name] = tuple(v for part in values for v in part) if is_text else np.concatenate(values)
    return TwoPorts(**columns)


def case_branches(ports: TwoPorts) -> CaseBranches:
    """Branch table: ``b_pu`` is what both ends have in common, doubled; a branch with an open end is out."""
    n = len(ports)
    nothing = np.zeros(n)
    return CaseBranches(
        id=ports.id,
        from_bus=ports.from_bus,
        to_bus=ports.to_bus,
        r_pu=ports.r_pu,
        x_pu=ports.x_pu,
        b_pu=ports.y_from_pu.imag + ports.y_to_pu.imag,
        tap_ratio=ports.tap_ratio,
        shift_degree=ports.shift_degree,
        rating_normal_mva=ports.rating_mva,
        rating_emergency_mva=nothing,
        rating_short_time_mva=nothing,
        angle_min_degree=np.full(n, -np.inf),
        angle_max_degree=np.full(n, np.inf),
        in_service=ports.in_service & ~ports.open_from & ~ports.open_to,
        is_transformer=ports.is_transformer,
        length_km=ports.length_km,
    )


def remainders(ports: TwoPorts) -> Iterator[Remainder]:
    """Shunts of every branch, those at the from end first."""
    tap: ComplexArray = np.asarray(ports.tap_ratio * np.exp(1j * np.deg2rad(ports.shift_degree)), dtype=np.complex128)
    half_b = 0.5j * (ports.y_from_pu.imag + ports.y_to_pu.imag)
    at_from, at_to = (ports.y_from_pu - half_b) / abs(tap) ** 2, ports.y_to_pu - half_b
    hanging_from, hanging_to = _hanging(ports, tap)
    for k, name in enumerate(ports.id):
        is_live = bool(ports.in_service[k])
        if ports.open_from[k] != ports.open_to[k]:
            y = hanging_from[k] if ports.open_to[k] else hanging_to[k]
            bus = ports.from_bus[k] if ports.open_to[k] else ports.to_bus[k]
            if y != 0 and is_live:
                yield Remainder(id=f"{name}_open", bus=bus, branch=name, y_pu=y, in_service=True, is_open=True)
            continue
        closed = is_live and not ports.open_from[k]
        for end, bus, y in (("from", ports.from_bus[k], at_from[k]), ("to", ports.to_bus[k], at_to[k])):
            if y != 0:
                yield Remainder(
                    id=f"{name}_{end}", bus=bus, branch=name, y_pu=complex(y), in_service=closed, is_open=False
                )


def case_shunts(rows: Sequence[Remainder], base_mva: float) -> CaseShunts:
    """Shunt table of the remainders."""
    y_mva = np.array([row.y_pu for row in rows], dtype=np.complex128) * base_mva
    return CaseShunts(
        id=tuple(row.id for row in rows),
        bus=tuple(row.bus for row in rows),
        gs_mw=y_mva.real,
        bs_mvar=y_mva.imag,
        in_service=np.array([row.in_service for row in rows], dtype=bool),
    )


def _hanging(ports: TwoPorts, tap: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
    """Admittance seen from the from end with the to end open, and the other way round, dims (branch,) [pu]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y = 1.0 / (ports.r_pu + 1j * ports.x_pu)
        from_end = ports.y_from_pu + y * ports.y_to_pu / (y + ports.y_to_pu)
        to_end = ports.y_to_pu + y * ports.y_from_pu / (y + ports.y_from_pu)
    seen = []
    for value in (from_end / abs(tap) ** 2, to_end):
        small = ~np.isfinite(value) | (abs(value) < _ROUNDING * abs(y))
        seen.append(np.where(small, 0.0, value))
    return seen[0], seen[1]


def pi_of_t(
    z_pu: ComplexArray, y_pu: ComplexArray, r_share: FloatArray, x_share: FloatArray
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """Pi circuit with the terminal behaviour of a T circuit (wye to delta).

    With ``z_a = r_share r + j x_share x``, ``z_b = z - z_a`` and ``s = z_a + z_b + z_a z_b y``: series ``z = s``,
    ends ``y_from = z_b y / s`` and ``y_to = z_a y / s``.

    Parameters
    ----------
    z_pu, y_pu : array, dims (branch,) [pu]
        Series impedance, and the admittance in the middle.
    r_share, x_share : array, dims (branch,)
        Parts of resistance and reactance on the from side.

    Returns
    -------
    z_pu, y_from_pu, y_to_pu : array, dims (branch,) [pu]
    """
    z_a = r_share * z_pu.real + 1j * x_share * z_pu.imag
    z_b = z_pu - z_a
    total = z_a + z_b + z_a * z_b * y_pu
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [np.where(y_pu == 0, 0.0, z * y_pu / total) for z in (z_b, z_a)]
    return np.where(y_pu == 0, z_pu, total), ends[0], ends[1]
