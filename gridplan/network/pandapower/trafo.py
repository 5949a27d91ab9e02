"""Two- and three-winding transformers of a pandapower net as two-ports.

Comes in: the Source. Goes out: two-ports from the high to the low side; a three-winding transformer is a star of three
around a bus of its own. Equations as pandapower's power flow states them: impedance on the rated voltage of the low
side, the tap changer written into rated voltage and shift, the T circuit turned into a pi circuit exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, Labels
from gridplan.network.pandapower.line import open_ends
from gridplan.network.pandapower.source import Source, loading_limit, rated
from gridplan.network.pandapower.table import Frame
from gridplan.network.two_port import ComplexArray, TwoPorts, pi_of_t

_TAP_WORDS = ("Ratio", "Symmetrical", "Ideal")


@dataclass(frozen=True, kw_only=True)
class TapChanger:
    """Tap changers of a table, dims (row,): side hv, lv or empty, kind Ratio, Symmetrical, Ideal or empty."""

    side: Labels
    kind: Labels
    step: FloatArray
    percent: FloatArray
    degree: FloatArray


@dataclass(frozen=True, kw_only=True)
class Windings:
    """Pairs of windings, dims (row,): rated values, and what belongs to the bus table for ``hv`` and ``lv``."""

    hv_kv: FloatArray
    lv_kv: FloatArray
    vn_hv_kv: FloatArray
    vn_lv_kv: FloatArray
    sn_mva: FloatArray
    vk_percent: FloatArray
    vkr_percent: FloatArray
    pfe_kw: FloatArray
    i0_percent: FloatArray
    parallel: FloatArray
    shift_degree: FloatArray
    r_share: FloatArray
    x_share: FloatArray
    taps: tuple[TapChanger, ...]


def transformers(source: Source) -> TwoPorts:
    """Two-winding transformers; a tap table of their own is refused by name."""
    table = source.frame("trafo")
    hv, lv = source.bus_rows(table, "hv_bus"), source.bus_rows(table, "lv_bus")
    in_service = table.flags("in_service", True)
    _refuse_tap_tables(source, table, in_service)
    check_impedance(table, ("vk_percent", "vkr_percent"), in_service)
    open_from, open_to = open_ends(source, table, hv, lv)
    sn, parallel = table.floats("sn_mva"), table.floats("parallel", 1.0)
    rating = sn * table.floats("df", 1.0) * parallel * loading_limit(table, in_service)
    windings = Windings(
        hv_kv=source.kv(hv),
        lv_kv=source.kv(lv),
        vn_hv_kv=table.floats("vn_hv_kv"),
        vn_lv_kv=table.floats("vn_lv_kv"),
        sn_mva=sn,
        vk_percent=table.floats("vk_percent"),
        vkr_percent=table.floats("vkr_percent"),
        pfe_kw=table.floats("pfe_kw"),
        i0_percent=table.floats("i0_percent"),
        parallel=parallel,
        shift_degree=table.floats("shift_degree", 0.0),
        r_share=table.floats("leakage_resistance_ratio_hv", 0.5),
        x_share=table.floats("leakage_reactance_ratio_hv", 0.5),
        taps=tuple(tap_changer(table, which, in_service) for which in ("", "2")),
    )
    return two_ports(
        source,
        windings,
        id=table.ids(),
        from_bus=source.names(hv),
        to_bus=source.names(lv),
        rating_mva=rated(table, "sn_mva", rating, in_service),
        in_service=in_service & source.live(hv) & source.live(lv),
        open_from=open_from,
        open_to=open_to,
    )


def tap_changer(table: Frame, which: str, in_service: BoolArray) -> TapChanger:
    """Tap changer columns ``tap_...`` or ``tap2_...``; files before format 3 say ``tap_phase_shifter``."""
    prefix = f"tap{which}_"
    nothing = np.zeros(len(table), dtype=bool)
    position, neutral = (table.floats(prefix + word, 0.0, nothing) for word in ("pos", "neutral"))
    percent, degree = (table.floats(prefix + word, 0.0, nothing) for word in ("step_percent", "step_degree"))
    side = table.texts(prefix + "side")
    if table.has(prefix + "changer_type"):
        kind = table.texts(prefix + "changer_type")
    else:
        ideal = table.flags(prefix + "phase_shifter", False)
        kind = tuple("Ideal" if is_ideal else "Ratio" for is_ideal in ideal)
    for row, word in enumerate(kind):
        if word and word not in (*_TAP_WORDS, "Tabular") and in_service[row]:
            message = f"{table.key(row)} has a tap changer of type {word[:20]!r}, which is none of {_TAP_WORDS}"
            remedy = "name its type, or leave it empty"
            table.faults.error("GP-TRF-003", message, remedy, table.key(row, prefix + "changer_type"))
    is_double = (np.array(kind) == "Ideal") & (percent != 0) & (degree != 0)
    for double in np.flatnonzero(is_double & in_service):
        message = f"{table.key(double)} is an ideal phase shifter with a step in percent and one in degrees"
        table.faults.error("GP-TRF-003", message, "keep one of the two", table.key(double, prefix + "step_percent"))
    return TapChanger(side=side, kind=kind, step=position - neutral, percent=percent, degree=degree)


def two_ports(source: Source, windings: Windings, **columns: Any) -> TwoPorts:
    """Two-ports of pairs of windings on the base of the net; ``columns`` are the other columns of TwoPorts."""
    vn_hv, vn_lv, shift = tapped(windings)
    z = _series(windings, vn_lv, source.sn_mva)
    y = _magnetising(windings, vn_lv, source.sn_mva)
    if source.options["trafo_model"] == "pi":
        y_from, y_to = 0.5 * y, 0.5 * y
    else:
        z, y_from, y_to = pi_of_t(z, y, windings.r_share, windings.x_share)
    if not source.options["calculate_voltage_angles"]:
        shift = shift - windings.shift_degree
    n = len(z)
    return TwoPorts(
        r_pu=z.real,
        x_pu=z.imag,
        y_from_pu=y_from,
        y_to_pu=y_to,
        tap_ratio=(vn_hv / vn_lv) / (windings.hv_kv / windings.lv_kv),
        shift_degree=shift,
        is_transformer=np.ones(n, dtype=bool),
        length_km=np.zeros(n),
        **columns,
    )


def tapped(windings: Windings) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rated voltages [kV] and shift [degree] at the tap positions, dims (row,).

    A step ``d = v step percent / 100`` at the angle ``degree`` makes ``v' = |v + d exp(j degree)|`` and turns by the
    angle of ``v + d exp(j degree)``; an ideal changer turns by ``step degree``, or ``2 asin(step percent / 200)``.
    At the low side the turn counts backwards.
    """
    voltage = {"hv": windings.vn_hv_kv.copy(), "lv": windings.vn_lv_kv.copy()}
    shift = windings.shift_degree.copy()
    for tap in windings.taps:
        kind, side = np.array(tap.kind, dtype=object), np.array(tap.side, dtype=object)
        for name, sign in (("hv", 1.0), ("lv", -1.0)):
            ideal = (kind == "Ideal") & (side == name)
            chord = np.clip(tap.step * tap.percent / 200.0, -1.0, 1.0)
            turn = np.where(tap.degree != 0, tap.step * tap.degree, 2 * np.degrees(np.arcsin(chord)))
            shift = shift + np.where(ideal, sign * turn, 0.0)
            moved = ((kind == "Ratio") | (kind == "Symmetrical")) & (side == name)
            factor = 1.0 + tap.step * tap.percent / 100.0 * np.exp(1j * np.deg2rad(tap.degree))
            voltage[name] = np.where(moved, voltage[name] * abs(factor), voltage[name])
            with np.errstate(divide="ignore", invalid="ignore"):
                angle = np.degrees(np.arctan(factor.imag / factor.real))
            shift = shift + np.where(moved, sign * angle, 0.0)
    return voltage["hv"], voltage["lv"], shift


def _series(windings: Windings, vn_lv: FloatArray, sn_mva: float) -> ComplexArray:
    scale = (vn_lv / windings.lv_kv) ** 2 * sn_mva / windings.sn_mva / windings.parallel
    z = windings.vk_percent / 100.0 * scale
    r = windings.vkr_percent / 100.0 * scale
    return np.asarray(r + 1j * np.sign(z) * np.sqrt(np.maximum(z**2 - r**2, 0.0)))


def _magnetising(windings: Windings, vn_lv: FloatArray, sn_mva: float) -> ComplexArray:
    g_mw = windings.pfe_kw * 1e-3
    b_mvar = np.sqrt(np.maximum((windings.i0_percent / 100.0 * windings.sn_mva) ** 2 - g_mw**2, 0.0))
    scale = (windings.lv_kv / vn_lv) ** 2 / sn_mva * windings.parallel
    return np.asarray((g_mw - 1j * b_mvar) * scale)


def _refuse_tap_tables(source: Source, table: Frame, in_service: BoolArray) -> None:
    for row in np.flatnonzero(table.flags("tap_dependency_table", False) & in_service):
        what = "takes its impedance and ratio from a table over tap positions, which is not read"
        remedy = "write the values of its tap position into the transformer and set tap_dependency_table to false"
        source.refuse(table, int(row), what, remedy, "tap_dependency_table")


def check_impedance(table: Frame, columns: tuple[str, str], in_service: BoolArray) -> None:
    """Findings for windings whose resistance is above their impedance, of which pandapower makes NaN."""
    vk, vkr = (table.floats(column, 0.0) for column in columns)
    for row in np.flatnonzero(in_service & (abs(vkr) > abs(vk))):
        message = f"{table.key(int(row))}: {columns[1]} {vkr[row]:g} is above {columns[0]} {vk[row]:g}"
        remedy = "correct one of them: resistance is a part of impedance"
        table.faults.error("GP-TRF-003", message, remedy, table.key(int(row), columns[1]))
