"""Lines and transformers of a PyPSA network as two-ports in per unit.

Comes in: component tables. Goes out: two-ports. Lines stand in ohm and siemens on the nominal voltage of bus0,
transformers in per unit on their own power; equations as PyPSA's power flow states them.
"""

from __future__ import annotations

import numpy as np

from gridplan.network.model import FloatArray, Labels
from gridplan.network.pypsa.table import Component
from gridplan.network.two_port import TwoPorts, pi_of_t

_TYPE_REMEDY = "call n.calculate_dependent_values() in PyPSA before exporting, so that the values stand in the file"


def lines(table: Component, bus_ids: Labels, v_nom: FloatArray, base_mva: float) -> TwoPorts:
    """Lines: ``r v_nom^-2``, ``x v_nom^-2``, ``b v_nom^2`` and ``g v_nom^2`` on 1 MVA, rating ``s_nom s_max_pu``."""
    start, end = table.buses("bus0", bus_ids), table.buses("bus1", bus_ids)
    base_ohm = _at(v_nom, start) ** 2 / base_mva
    half = 0.5 * (table.floats("g", 0.0) + 1j * table.floats("b", 0.0)) * base_ohm
    _check_types(table)
    ones, no = np.ones(len(table)), np.zeros(len(table), dtype=bool)
    return TwoPorts(
        id=table.id,
        from_bus=_names(bus_ids, start),
        to_bus=_names(bus_ids, end),
        r_pu=table.floats("r", 0.0) / base_ohm,
        x_pu=table.floats("x", 0.0) / base_ohm,
        y_from_pu=np.asarray(half, dtype=np.complex128),
        y_to_pu=np.asarray(half, dtype=np.complex128),
        tap_ratio=ones,
        shift_degree=0.0 * ones,
        rating_mva=rating_mva(table),
        in_service=table.flags("active", True),
        open_from=no,
        open_to=no,
        is_transformer=no,
        length_km=table.floats("length", 0.0, empty=np.nan),
    )


def transformers(table: Component, bus_ids: Labels, base_mva: float) -> TwoPorts:
    """Transformers; a T circuit becomes a pi circuit exactly, a tap at bus1 moves to bus0.

    With the tap ``t`` at bus1: ``tap_ratio = 1 / t``, ``z`` times ``t^2``, admittances over ``t^2``.
    """
    start, end = table.buses("bus0", bus_ids), table.buses("bus1", bus_ids)
    s_nom = table.floats("s_nom", 0.0)
    _check_types(table)
    for row in np.flatnonzero(~(s_nom > 0) | np.isinf(s_nom)):
        message = f"{table.key(int(row), 's_nom')} is {s_nom[row]:g}, and its impedance stands on it"
        table.faults.error("GP-TRF-004", message, "give the transformer its rated power", table.key(int(row), "s_nom"))
    z = np.asarray((table.floats("r", 0.0) + 1j * table.floats("x", 0.0)) * base_mva / s_nom, dtype=np.complex128)
    y = np.asarray((table.floats("g", 0.0) + 1j * table.floats("b", 0.0)) * s_nom / base_mva, dtype=np.complex128)
    is_t = np.array([word != "pi" for word in table.texts("model", "t")], dtype=bool)
    half = np.full(len(table), 0.5)
    z_t, from_t, to_t = pi_of_t(z, y, half, half)
    z, y_from, y_to = np.where(is_t, z_t, z), np.where(is_t, from_t, 0.5 * y), np.where(is_t, to_t, 0.5 * y)
    tap = table.floats("tap_ratio", 1.0, empty=1.0)
    tap = np.where(tap == 0, 1.0, tap)
    at_end = table.floats("tap_side", 0.0) == 1
    scale = np.where(at_end, tap**2, 1.0)
    no = np.zeros(len(table), dtype=bool)
    return TwoPorts(
        id=table.id,
        from_bus=_names(bus_ids, start),
        to_bus=_names(bus_ids, end),
        r_pu=z.real * scale,
        x_pu=z.imag * scale,
        y_from_pu=np.asarray(y_from / scale, dtype=np.complex128),
        y_to_pu=np.asarray(y_to / scale, dtype=np.complex128),
        tap_ratio=np.where(at_end, 1.0 / tap, tap),
        shift_degree=table.floats("phase_shift", 0.0, empty=0.0),
        rating_mva=rating_mva(table),
        in_service=table.flags("active", True),
        open_from=no,
        open_to=no,
        is_transformer=~no,
        length_km=table.floats("length", 0.0, empty=np.nan),
    )


def rating_mva(table: Component) -> FloatArray:
    """``s_nom s_max_pu`` of every branch [MVA]; an infinite one is 0, which means unlimited, and so is one of 0."""
    rating = table.floats("s_nom", 0.0) * table.floats("s_max_pu", 1.0)
    nothing = np.flatnonzero((rating == 0) & table.flags("active", True))
    if nothing.size:
        message = (
            f"{nothing.size} of {len(table)} {table.name} have s_nom 0, which lets nothing through in PyPSA's "
            "optimisation; they are read as unrated"
        )
        table.faults.add("GP-LIM-001", "warning", message, "give them a rating", table.key(int(nothing[0]), "s_nom"))
    return np.where(np.isinf(rating), 0.0, rating)


def _check_types(table: Component) -> None:
    """Refuse branches that name a type whose values are not in the file; PyPSA computes them when it needs them."""
    x = table.floats("x", 0.0, empty=0.0)
    for row, word in enumerate(table.texts("type")):
        if word and x[row] == 0:
            message = f"{table.key(row, 'type')} takes its impedance from a type, and the file holds no values for it"
            table.faults.error("GP-NET-003", message, _TYPE_REMEDY, table.key(row, "x"))


def _at(v_nom: FloatArray, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray:
    return np.where(rows >= 0, v_nom[rows], np.nan) if len(v_nom) else np.full(len(rows), np.nan)


def _names(bus_ids: Labels, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Labels:
    return tuple(bus_ids[row] if row >= 0 else "?" for row in rows)
