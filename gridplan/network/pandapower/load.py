"""What draws power in a pandapower net: loads, motors, wards, shunts, as loads and shunts of a case.

Comes in: the Source. Goes out: rows of loads and shunts; an element at a bus out of service is out of service, as it is
for pandapower. Voltage-dependent shares are told, not modelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridplan.network.case import CaseLoads, CaseShunts
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels
from gridplan.network.pandapower.source import Source
from gridplan.network.pandapower.table import Frame
from gridplan.network.two_port import ComplexArray

_PHASES = ("a", "b", "c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Elements of one table that draw power, dims (row,): complex MVA as stated."""

    id: Labels
    bus: IntArray
    s_mva: ComplexArray
    in_service: BoolArray


def loads(source: Source) -> CaseLoads:
    """Constant-power loads of all tables that have them."""
    parts = [read(source) for read in _LOADS]
    s_mva = np.concatenate([part.s_mva for part in parts])
    return CaseLoads(
        id=tuple(name for part in parts for name in part.id),
        bus=tuple(bus for part in parts for bus in source.names(part.bus)),
        p_mw=s_mva.real,
        q_mvar=s_mva.imag,
        in_service=np.concatenate([part.in_service & source.live(part.bus) for part in parts]),
    )


def shunts(source: Source) -> CaseShunts:
    """Shunts, and the constant impedances of wards: MW drawn and Mvar injected at 1 pu.

    A shunt's values hold at its own ``vn_kv``: ``p step (vn_bus / vn_kv)^2``.
    """
    table = source.frame("shunt")
    own = _drawing(source, table)
    for row in np.flatnonzero(table.flags("step_dependency_table", False) & own):
        what = "takes its Mvar from a table over steps, which is not read"
        remedy = "write the values of its step into the shunt and set step_dependency_table to false"
        source.refuse(table, int(row), what, remedy, "step_dependency_table")
    bus = source.bus_rows(table)
    kv = source.kv(bus)
    vn_kv = table.floats("vn_kv", 0.0)
    scale = table.floats("step", 1.0) * (kv / np.where(vn_kv > 0, vn_kv, kv)) ** 2
    parts = [(table.ids(), bus, table.floats("p_mw") * scale, table.floats("q_mvar") * scale, own)]
    for name in ("ward", "xward"):
        ward = source.frame(name)
        p_mw, q_mvar = ward.floats("pz_mw"), ward.floats("qz_mvar")
        parts.append((ward.ids(), source.bus_rows(ward), p_mw, q_mvar, _drawing(source, ward)))
    return CaseShunts(
        id=tuple(name for part in parts for name in part[0]),
        bus=tuple(name for part in parts for name in source.names(part[1])),
        gs_mw=np.concatenate([part[2] for part in parts]),
        bs_mvar=-np.concatenate([part[3] for part in parts]),
        in_service=np.concatenate([part[4] for part in parts]),
    )


def _plain_loads(source: Source) -> Draws:
    table = source.frame("load")
    s_mva = scaled_power(table)
    _tell_voltage_dependence(source, table, s_mva.real)
    return _draws(source, table, s_mva)


def _motors(source: Source) -> Draws:
    """Motors: ``p = pn_mech / efficiency loading scaling``, ``q = sqrt((p / cos_phi)^2 - p^2)``."""
    table = source.frame("motor")
    p_mw = table.floats("pn_mech_mw") / table.floats("efficiency_percent") * table.floats("loading_percent")
    p_mw = p_mw * table.floats("scaling", 1.0)
    cos_phi = table.floats("cos_phi")
    with np.errstate(divide="ignore", invalid="ignore"):
        q_mvar = np.sqrt((p_mw / cos_phi) ** 2 - p_mw**2)
    return _draws(source, table, p_mw + 1j * q_mvar)


def _asymmetric(source: Source) -> Draws:
    table = source.frame("asymmetric_load")
    return _draws(source, table, phase_sum(table))


def _wards(name: str) -> Callable[[Source], Draws]:
    def read(source: Source) -> Draws:
        table = source.frame(name)
        return _draws(source, table, table.floats("ps_mw") + 1j * table.floats("qs_mvar"))

    return read


_LOADS: tuple[Callable[[Source], Draws], ...] = (
    _plain_loads,
    _motors,
    _asymmetric,
    _wards("ward"),
    _wards("xward"),
)


def scaled_power(table: Frame) -> ComplexArray:
    """Power of every element as stated, times its scaling, dims (row,) [MVA]."""
    s_mva = (table.floats("p_mw") + 1j * table.floats("q_mvar")) * table.floats("scaling", 1.0)
    return np.asarray(s_mva, dtype=np.complex128)


def phase_sum(table: Frame) -> ComplexArray:
    """Power of three phases together, scaled, dims (row,) [MVA]."""
    p_mw = sum((table.floats(f"p_{phase}_mw") for phase in _PHASES), np.zeros(len(table)))
    q_mvar = sum((table.floats(f"q_{phase}_mvar") for phase in _PHASES), np.zeros(len(table)))
    return np.asarray((p_mw + 1j * q_mvar) * table.floats("scaling", 1.0), dtype=np.complex128)


def _draws(source: Source, table: Frame, s_mva: FloatArray | ComplexArray) -> Draws:
    bus = source.bus_rows(table)
    return Draws(
        id=table.ids(),
        bus=bus,
        s_mva=np.asarray(s_mva, dtype=np.complex128),
        in_service=table.flags("in_service", True),
    )


def _drawing(source: Source, table: Frame) -> BoolArray:
    return np.asarray(table.flags("in_service", True) & source.live(source.bus_rows(table)))


def _tell_voltage_dependence(source: Source, table: Frame, p_mw: FloatArray) -> None:
    words = ("const_z_p", "const_i_p", "const_z_q", "const_i_q", "const_z", "const_i")
    share = np.zeros(len(table))
    for word in words:
        if table.has(f"{word}_percent"):
            share = np.maximum(share, abs(table.floats(f"{word}_percent", 0.0)))
    dependent = (share > 0) & table.flags("in_service", True)
    if dependent.any():
        rows = np.flatnonzero(dependent)
        message = (
            f"{len(rows)} loads of {p_mw[rows].sum():,.1f} MW depend on voltage (const_z, const_i) by up to "
            f"{share[rows].max():g} %; they are read as constant power"
        )
        source.faults.add(
            "GP-LOD-001",
            "warning",
            message,
            "compare voltages with voltage_depend_loads=False; constant power is the safe side",
            table.key(int(rows[0])),
        )
