"""Three-winding transformers of a pandapower net: a star of three two-ports around a bus of its own.

Comes in: the Source. Goes out: star buses, two-ports (high side -> star, star -> medium side, star -> low side), and
the shunts of transformers whose losses stand at the star point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels
from gridplan.network.pandapower.line import opened
from gridplan.network.pandapower.source import Source, loading_limit
from gridplan.network.pandapower.table import Frame
from gridplan.network.pandapower.trafo import TapChanger, Windings, tap_changer, two_ports
from gridplan.network.two_port import Remainder, TwoPorts

SIDES = ("hv", "mv", "lv")
_PAIRS = (("hv", "mv"), ("mv", "lv"), ("hv", "lv"))


@dataclass(frozen=True, kw_only=True)
class StarBuses:
    """Star points, dims (row,): on the nominal voltage of the high side."""

    id: Labels
    base_kv: FloatArray
    in_service: BoolArray


def star_buses(source: Source) -> StarBuses:
    """Star points of all three-winding transformers."""
    table = source.frame("trafo3w")
    hv = source.bus_rows(table, "hv_bus")
    return StarBuses(id=_star_ids(table), base_kv=source.kv(hv), in_service=table.flags("in_service", True))


def star_branches(source: Source) -> tuple[TwoPorts, ...]:
    """Three two-ports for every transformer: ``trafo3w_0_hv``, ``_mv``, ``_lv``."""
    table = source.frame("trafo3w")
    rows = {side: source.bus_rows(table, f"{side}_bus") for side in SIDES}
    for row in np.flatnonzero(table.flags("tap_dependency_table", False) & table.flags("in_service", True)):
        what = "takes its impedance and ratio from a table over tap positions, which is not read"
        source.refuse(table, int(row), what, "write the values of its tap position into it", "tap_dependency_table")
    impedance = _star_impedance(table)
    return tuple(_branch(source, table, rows, side, impedance[side]) for side in SIDES)


def star_losses(source: Source) -> Iterator[Remainder]:
    """Shunts at the star point where the options put the no-load losses there."""
    table = source.frame("trafo3w")
    if str(source.options["trafo3w_losses"]).lower() != "star" or table.has("loss_side"):
        return
    hv = source.bus_rows(table, "hv_bus")
    p_mw = table.floats("pfe_kw") * 1e-3
    q_mvar = np.sqrt(np.maximum((table.floats("sn_hv_mva") * table.floats("i0_percent") / 100) ** 2 - p_mw**2, 0.0))
    y = (p_mw - 1j * q_mvar) * (source.kv(hv) / table.floats("vn_hv_kv")) ** 2 / source.sn_mva
    for row in np.flatnonzero(y != 0):
        yield Remainder(
            id=f"{table.ids()[row]}_losses",
            bus=_star_ids(table)[row],
            branch=table.ids()[row],
            y_pu=complex(y[row]),
            in_service=bool(table.flags("in_service", True)[row]),
            is_open=False,
        )


def _branch(
    source: Source, table: Frame, rows: dict[str, IntArray], side: str, impedance: tuple[FloatArray, FloatArray]
) -> TwoPorts:
    is_hv = side == "hv"
    own, hv_kv = source.kv(rows[side]), source.kv(rows["hv"])
    nothing, ones = np.zeros(len(table)), np.ones(len(table))
    has_losses = _loss_sides(source, table) == side
    sn = table.floats(f"sn_{side}_mva")
    windings = Windings(
        hv_kv=hv_kv,
        lv_kv=hv_kv if is_hv else own,
        vn_hv_kv=table.floats("vn_hv_kv"),
        vn_lv_kv=table.floats(f"vn_{side}_kv"),
        sn_mva=sn,
        vk_percent=impedance[0],
        vkr_percent=impedance[1],
        pfe_kw=np.where(has_losses, table.floats("pfe_kw"), 0.0),
        i0_percent=np.where(has_losses, table.floats("i0_percent"), 0.0),
        parallel=ones,
        shift_degree=nothing if is_hv else table.floats(f"shift_{side}_degree", 0.0),
        r_share=0.5 * ones,
        x_share=0.5 * ones,
        taps=(_star_tap(table, side),),
    )
    in_service = table.flags("in_service", True)
    all_opened = set(opened(source, "trafo3w"))
    opened_here = np.array([pair in all_opened for pair in _at(table, rows[side])], dtype=bool)
    if source.options["neglect_open_switch_branches"]:
        in_service, opened_here = in_service & ~opened_here, np.zeros_like(opened_here)
    never = np.zeros(len(table), dtype=bool)
    return two_ports(
        source,
        windings,
        id=tuple(f"{name}_{side}" for name in table.ids()),
        from_bus=source.names(rows["hv"]) if is_hv else _star_ids(table),
        to_bus=_star_ids(table) if is_hv else source.names(rows[side]),
        rating_mva=sn * loading_limit(table, in_service),
        in_service=in_service & source.live(rows[side]),
        open_from=opened_here if is_hv else never,
        open_to=never if is_hv else opened_here,
    )


def _at(table: Frame, rows: IntArray) -> list[tuple[int, int]]:
    return [(index, int(row)) for index, row in zip(table.index, rows, strict=True)]


def _star_ids(table: Frame) -> Labels:
    return tuple(f"{name}_star" for name in table.ids())


def _loss_sides(source: Source, table: Frame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    default = str(source.options["trafo3w_losses"]).lower()
    return np.array(table.texts("loss_side", default), dtype=object)


def _star_impedance(table: Frame) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Impedance and resistance of each leg [percent on the power of its winding].

    Delta values between pairs, on the power of the high side: ``z_ab = sn_hv vk_ab / min(sn_a, sn_b)``; legs
    ``z_hv = (z_hm + z_hl - z_ml) / 2`` and so on, times ``sn_leg / sn_hv``; reactances from the delta values.
    """
    sn = {side: table.floats(f"sn_{side}_mva") for side in SIDES}

    def delta(word: str) -> dict[tuple[str, str], FloatArray]:
        values = {"hm": f"{word}_hv_percent", "ml": f"{word}_mv_percent", "hl": f"{word}_lv_percent"}
        columns = dict(zip(_PAIRS, (values["hm"], values["ml"], values["hl"]), strict=True))
        return {
            pair: sn["hv"] * table.floats(column) / np.minimum(sn[pair[0]], sn[pair[1]])
            for pair, column in columns.items()
        }

    vk, vkr = delta("vk"), delta("vkr")
    with np.errstate(invalid="ignore"):
        vki = {pair: np.sqrt(vk[pair] ** 2 - vkr[pair] ** 2) for pair in _PAIRS}
    in_service = table.flags("in_service", True)
    for pair in _PAIRS:
        for row in np.flatnonzero(in_service & np.isnan(vki[pair]) & np.isfinite(vk[pair]) & np.isfinite(vkr[pair])):
            message = f"{table.key(int(row))}: its resistance is above its impedance between {pair[0]} and {pair[1]}"
            table.faults.error("GP-TRF-003", message, "correct vk and vkr of the pair", table.key(int(row)))
    legs = {}
    for side in SIDES:
        r = _leg(vkr, side) * sn[side] / sn["hv"]
        x = _leg(vki, side) * sn[side] / sn["hv"]
        legs[side] = (np.sign(x) * np.hypot(x, r), r)
    return legs


def _leg(delta: dict[tuple[str, str], FloatArray], side: str) -> FloatArray:
    own = sum(value for pair, value in delta.items() if side in pair)
    other = next(value for pair, value in delta.items() if side not in pair)
    return np.asarray(0.5 * (own - other))


def _star_tap(table: Frame, side: str) -> TapChanger:
    """Tap changer of one leg; one at the star point stands on the other side of the leg, with the inverse step."""
    tap = tap_changer(table, "", table.flags("in_service", True))
    here = np.array([word == side for word in tap.side], dtype=bool)
    at_star = table.flags("tap_at_star_point", False) & here
    step = tap.percent * np.exp(1j * np.deg2rad(tap.degree))
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 100.0 * step / (100.0 + step * tap.step)
    near, far = ("hv", "lv") if side == "hv" else ("lv", "hv")
    return TapChanger(
        side=tuple("" if not own else far if star else near for own, star in zip(here, at_star, strict=True)),
        kind=tap.kind,
        step=tap.step,
        percent=np.where(at_star, abs(inverse), tap.percent),
        degree=np.where(at_star, np.degrees(np.angle(inverse)) - 180.0, tap.degree),
    )
