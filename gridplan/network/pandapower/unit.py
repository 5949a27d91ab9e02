"""What feeds a pandapower net: ext_grid, gen, sgen, the inner sources of xwards, storage and dc lines.

Comes in: the Source and the cost curves. Goes out: units, stores and dc lines of a case. Limits the file does not state
are told with the value taken instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.case import CaseDcLines, CaseGenerators, CaseStorages
from gridplan.network.cost import CostCurve
from gridplan.network.model import BoolArray, FloatArray, Labels
from gridplan.network.pandapower.load import phase_sum, scaled_power
from gridplan.network.pandapower.source import Source
from gridplan.network.pandapower.table import Frame

Costs = Mapping[tuple[str, int], CostCurve]


@dataclass(frozen=True, kw_only=True)
class Units:
    """Units of one table, dims (row,)."""

    table: Frame
    bus: Labels
    p_mw: FloatArray
    q_mvar: FloatArray
    p_min_mw: FloatArray
    p_max_mw: FloatArray
    q_min_mvar: FloatArray
    q_max_mvar: FloatArray
    vm_setpoint_pu: FloatArray
    mbase_mva: FloatArray
    in_service: BoolArray
    unit_type: Labels


def generators(source: Source, costs: Costs, load_mw: float) -> CaseGenerators:
    """All units; ``load_mw`` is what an external grid without limit is taken to give at most."""
    parts = [
        _external_grids(source, load_mw),
        _generators(source),
        _static(source, "sgen"),
        _static(source, "asymmetric_sgen"),
        _xward_sources(source),
    ]

    def column(name: str) -> FloatArray:
        return np.concatenate([getattr(part, name) for part in parts])

    return CaseGenerators(
        id=tuple(name for part in parts for name in part.table.ids()),
        bus=_chained([part.bus for part in parts]),
        p_mw=column("p_mw"),
        q_mvar=column("q_mvar"),
        p_min_mw=column("p_min_mw"),
        p_max_mw=column("p_max_mw"),
        q_min_mvar=column("q_min_mvar"),
        q_max_mvar=column("q_max_mvar"),
        vm_setpoint_pu=column("vm_setpoint_pu"),
        mbase_mva=column("mbase_mva"),
        in_service=np.concatenate([part.in_service for part in parts]),
        unit_type=_chained([part.unit_type for part in parts]),
        fuel=("",) * sum(len(part.table) for part in parts),
        cost=tuple(costs.get((part.table.name, index)) for part in parts for index in part.table.index),
    )


def storages(source: Source) -> CaseStorages:
    """Stores: MW is the larger of its limits, or its rated power; no table of pandapower states an efficiency."""
    table = source.frame("storage")
    bus, in_service = source.bus_rows(table), table.flags("in_service", True)
    scaling = table.floats("scaling", 1.0)
    p_now = table.floats("p_mw", 0.0) * scaling
    limits = [abs(table.floats(word, 0.0)) for word in ("min_p_mw", "max_p_mw")]
    stated = np.maximum(*limits)
    p_mw = np.where(stated > 0, stated, np.maximum(table.floats("sn_mva", 0.0), abs(p_now)))
    for row in np.flatnonzero(in_service):
        message = (
            f"{table.key(row)}: its {p_now[row]:g} MW are its state in the file and not carried; "
            f"{p_mw[row]:g} MW is taken as its power and 1 as its round-trip efficiency"
        )
        remedy = "state the efficiency in the study if it matters"
        source.faults.add("GP-STO-001", "warning", message, remedy, table.key(row, "p_mw"))
    return CaseStorages(
        id=table.ids(),
        bus=source.names(bus),
        p_mw=p_mw,
        e_mwh=table.floats("max_e_mwh", 0.0),
        efficiency_roundtrip_frac=np.ones(len(table)),
        in_service=in_service & source.live(bus),
    )


def dc_lines(source: Source) -> CaseDcLines:
    """Two-terminal dc lines; ``loss_percent`` and ``loss_mw`` as ``p_to = p_from (1 - loss) - loss_mw``.

    pandapower lets a line carry from 0 to ``max_p_mw`` in the direction of its ``p_mw``. One whose MW go from the
    ``to`` bus to the ``from`` bus is read with its ends exchanged, because losses belong to the sending end.
    """
    table = source.frame("dcline")
    ends = [source.names(source.bus_rows(table, column)) for column in ("from_bus", "to_bus")]
    live = [source.live(source.bus_rows(table, column)) for column in ("from_bus", "to_bus")]
    p_mw = table.floats("p_mw")
    back = p_mw < 0
    nothing = np.zeros(len(table), dtype=bool)
    q_limits = {
        (bound, end): table.floats(f"{bound}_q_{end}_mvar", sign * np.inf, nothing)
        for bound, sign in (("min", -1), ("max", 1))
        for end in ("from", "to")
    }
    vm = {end: table.floats(f"vm_{end}_pu") for end in ("from", "to")}
    limit = table.floats("max_p_mw", np.inf)
    limit = np.where(np.isfinite(limit), abs(limit), abs(p_mw))

    def at(end: str, values: Mapping[str, FloatArray]) -> FloatArray:
        other = "to" if end == "from" else "from"
        return np.where(back, values[other], values[end])

    _tell_dc(source, table, back)
    q_min = {end: q_limits["min", end] for end in ("from", "to")}
    q_max = {end: q_limits["max", end] for end in ("from", "to")}
    return CaseDcLines(
        id=table.ids(),
        from_bus=tuple(b if swap else a for a, b, swap in zip(*ends, back, strict=True)),
        to_bus=tuple(a if swap else b for a, b, swap in zip(*ends, back, strict=True)),
        p_mw=abs(p_mw),
        p_min_mw=np.zeros(len(table)),
        p_max_mw=limit,
        loss_mw=table.floats("loss_mw", 0.0),
        loss_frac=table.floats("loss_percent", 0.0) / 100.0,
        vm_from_pu=at("from", vm),
        vm_to_pu=at("to", vm),
        q_min_from_mvar=at("from", q_min),
        q_max_from_mvar=at("from", q_max),
        q_min_to_mvar=at("to", q_min),
        q_max_to_mvar=at("to", q_max),
        in_service=table.flags("in_service", True) & live[0] & live[1],
    )


def _external_grids(source: Source, load_mw: float) -> Units:
    table = source.frame("ext_grid")
    p_max = _limit(table, "max_p_mw", np.full(len(table), load_mw), "the whole load of the net")
    return _units(source, table, p_mw=np.zeros(len(table)), p_max_mw=p_max, vm=table.floats("vm_pu"))


def _generators(source: Source) -> Units:
    table = source.frame("gen")
    p_mw = table.floats("p_mw") * table.floats("scaling", 1.0)
    p_max = _limit(table, "max_p_mw", np.maximum(p_mw, 0.0), "its p_mw")
    return _units(source, table, p_mw=p_mw, p_max_mw=p_max, vm=table.floats("vm_pu"))


def _static(source: Source, name: str) -> Units:
    """Static generators: fixed at their MW unless ``controllable`` with limits; their Mvar are always fixed."""
    table = source.frame(name)
    s_mva = phase_sum(table) if name == "asymmetric_sgen" else scaled_power(table)
    free = table.flags("controllable", False)
    no = np.zeros(len(table), dtype=bool)
    p_min = np.where(free, table.floats("min_p_mw", 0.0, no), s_mva.real)
    p_max = np.where(free, _stated(table, "max_p_mw", s_mva.real), s_mva.real)
    units = _units(source, table, p_mw=s_mva.real, p_max_mw=p_max, vm=np.ones(len(table)))
    q_mvar = s_mva.imag
    return replace(units, q_mvar=q_mvar, p_min_mw=p_min, q_min_mvar=q_mvar, q_max_mvar=q_mvar)


def _xward_sources(source: Source) -> Units:
    """Sources behind the impedance of an xward: no MW, any Mvar, voltage held."""
    table = source.frame("xward")
    units = _units(source, table, p_mw=np.zeros(len(table)), p_max_mw=np.zeros(len(table)), vm=table.floats("vm_pu"))
    return replace(units, bus=tuple(f"{name}_internal" for name in table.ids()))


def _units(source: Source, table: Frame, *, p_mw: FloatArray, p_max_mw: FloatArray, vm: FloatArray) -> Units:
    bus = source.bus_rows(table)
    no = np.zeros(len(table), dtype=bool)
    sn = table.floats("sn_mva", 0.0, no)
    return Units(
        table=table,
        bus=source.names(bus),
        p_mw=p_mw,
        q_mvar=np.zeros(len(table)),
        p_min_mw=table.floats("min_p_mw", 0.0, no),
        p_max_mw=p_max_mw,
        q_min_mvar=table.floats("min_q_mvar", -np.inf, no),
        q_max_mvar=table.floats("max_q_mvar", np.inf, no),
        vm_setpoint_pu=vm,
        mbase_mva=np.where(sn > 0, sn, source.sn_mva),
        in_service=table.flags("in_service", True) & source.live(bus),
        unit_type=table.texts("type", table.name),
    )


def _limit(table: Frame, column: str, otherwise: FloatArray, words: str) -> FloatArray:
    """Limit as stated; where it is not, the other value and a warning that counts the units."""
    values = _stated(table, column, np.full(len(table), np.nan))
    missing = np.isnan(values)
    told = np.flatnonzero(missing & table.flags("in_service", True))
    if told.size:
        message = (
            f"{told.size} of {len(table)} rows of {table.name} state no {column}; {words} is taken "
            f"({otherwise[told].sum():,.1f} MW in all)"
        )
        remedy = f"state {column} in pandapower: how much a unit can give decides every result"
        table.faults.add("GP-LIM-007", "warning", message, remedy, table.key(int(told[0]), column))
    return np.where(missing, otherwise, values)


def _stated(table: Frame, column: str, otherwise: FloatArray) -> FloatArray:
    values = table.floats(column, np.inf, np.zeros(len(table), dtype=bool))
    return np.where(np.isfinite(values), values, otherwise)


def _tell_dc(source: Source, table: Frame, back: BoolArray) -> None:
    for row in np.flatnonzero(back):
        message = f"{table.key(row)} carries its MW from its to bus to its from bus; its ends are exchanged"
        source.faults.add("GP-DCL-002", "note", message, "nothing to do", table.key(row, "p_mw"))


def _chained(parts: Sequence[Labels]) -> Labels:
    return tuple(word for part in parts for word in part)
