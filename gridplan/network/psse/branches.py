"""Lines, switching devices, transformers and dc lines of a PSS/E RAW file.

Comes in: the tables to fill, with their buses. Goes out: rows of branches, dc lines, the shunts inside lines and
transformers, and a star bus for every transformer of three windings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gridplan.network.case import numbered_ids
from gridplan.network.psse.dc import DcLine, scheduled_dc_lines
from gridplan.network.psse.injections import MAX_BUS
from gridplan.network.psse.tables import DEFAULT_VM_PU, Tables
from gridplan.network.psse.transformers import Transformer, TransformerReader

KM_PER_MILE = 1.609344
#: Base frequency from which lengths are miles: RAW leaves the unit open, and such grids are North American.
MILE_FREQUENCY_HZ = 60.0


def read_lines(tables: Tables) -> None:
    """Fill the lines and switching devices; their end shunts become shunts."""
    unit_km = KM_PER_MILE if tables.raw.frequency_hz == MILE_FREQUENCY_HZ else 1.0
    for line, v in tables.rows("branch"):
        name = _add_branch(tables, line.number, v, v["B"], v["ST"] == 1, (v.get("LEN") or np.nan) * unit_km)
        for end, bus in (("I", v["I"]), ("J", abs(v["J"]))):
            g, b = v[f"G{end}"] * tables.raw.base_mva, v[f"B{end}"] * tables.raw.base_mva
            if g or b:
                tables.add_shunt(line.number, f"{bus}_{name}_{end}", bus, g, b, v["ST"] == 1)
    for line, v in tables.rows("switching device"):
        _add_branch(tables, line.number, v | {"R": 0.0}, 0.0, v["STAT"] == 1, np.nan)


def _add_branch(tables: Tables, line: int, v: dict[str, Any], b_pu: float, in_service: bool, length_km: float) -> str:
    # A minus before J marks the metered end.
    ends = (str(v["I"]), str(abs(v["J"])))
    name = f"{ends[0]}-{ends[1]}_{v['CKT'] or '1'}"
    tables.branch.add(
        line,
        id=name,
        from_bus=ends[0],
        to_bus=ends[1],
        r_pu=v["R"],
        x_pu=v["X"],
        b_pu=b_pu,
        tap_ratio=1.0,
        shift_degree=0.0,
        rating_normal_mva=v["RATE1"],
        rating_emergency_mva=v["RATE2"],
        rating_short_time_mva=v["RATE3"],
        angle_min_degree=-np.inf,
        angle_max_degree=np.inf,
        in_service=in_service,
        is_transformer=False,
        length_km=length_km,
    )
    return name


def read_transformers(tables: Tables) -> None:
    """Fill transformers of two windings, and those of three as star bus and three branches."""
    reader = TransformerReader(tables.values, tables.raw.base_mva, tables.base_kv)
    found = reader.read(tables.raw.records["transformer"])
    numbers = _star_numbers(tables.base_kv, sum(not each.to_bus for each in found))
    for each in found:
        star = "" if each.to_bus else str(numbers.pop(0))
        if star:
            _star(tables, each, star)
        names = [_winding(tables, each, k, each.to_bus or star) for k in range(len(each.windings))]
        if each.g_pu or each.b_pu:
            bus, base = each.windings[0].bus, tables.raw.base_mva
            tables.add_shunt(
                each.line, f"{bus}_{names[0]}_M", bus, each.g_pu * base, each.b_pu * base, each.is_magnetised
            )
    controls, corrections = sum(each.has_control for each in found), sum(each.has_correction for each in found)
    if controls:
        tables.drop("transformer COD", controls, "tap and angle control; ratios and angles stay as written")
    if corrections:
        message = f"{corrections} transformers have an impedance that follows their tap; it is taken as written"
        first = next(each.line for each in found if each.has_correction)
        tables.faults.warning("GP-TRF-004", message, "state the impedance at the tap in use", first, "transformer TAB1")


def _star(tables: Tables, each: Transformer, star: str) -> None:
    first = each.windings[0].bus
    row = tables.bus["id"].index(first) if first in tables.vm_pu else -1
    tables.add_bus(
        each.line,
        id=star,
        name=f"STAR {each.name}".strip(),
        kind="pq" if any(winding.in_service for winding in each.windings) else "isolated",
        base_kv=tables.bus["base_kv"][row],
        area=tables.bus["area"][row],
        zone=tables.bus["zone"][row],
        vm_pu=each.star_vm_pu,
        va_degree=each.star_va_degree,
        vm_min_pu=DEFAULT_VM_PU[0],
        vm_max_pu=DEFAULT_VM_PU[1],
    )
    buses = ", ".join(winding.bus for winding in each.windings)
    message = f"transformer {each.name} of buses {buses} became star bus {star} and three branches"
    tables.faults.note("GP-TRF-003", message.replace("  ", " "), "nothing to do", each.line, "transformer K")


def _winding(tables: Tables, each: Transformer, k: int, to_bus: str) -> str:
    winding = each.windings[k]
    name = f"{winding.bus}-{to_bus}_{each.circuit}"
    tables.branch.add(
        each.line,
        id=name,
        from_bus=winding.bus,
        to_bus=to_bus,
        r_pu=winding.r_pu,
        x_pu=winding.x_pu,
        b_pu=0.0,
        tap_ratio=winding.tap_ratio,
        shift_degree=winding.shift_degree,
        rating_normal_mva=winding.ratings_mva[0],
        rating_emergency_mva=winding.ratings_mva[1],
        rating_short_time_mva=winding.ratings_mva[2],
        angle_min_degree=-np.inf,
        angle_max_degree=np.inf,
        in_service=winding.in_service,
        is_transformer=True,
        length_km=np.nan,
    )
    return name


def read_dc_lines(tables: Tables) -> None:
    """Fill the two-terminal dc lines at their scheduled power."""
    lines = scheduled_dc_lines(tables.raw.records["two-terminal dc"], tables.values)
    ids = numbered_ids(tuple(each.from_bus for each in lines), tuple(each.to_bus for each in lines))
    for name, each in zip(ids, lines, strict=True):
        _add_dc_line(tables, name, each)
    live = [each for each in lines if each.in_service]
    if live:
        message = (
            f"{len(live)} dc lines are fixed at their scheduled {sum(each.p_mw for each in live):,.6g} MW, of which"
            f" {sum(each.loss_mw for each in live):,.6g} MW are lost; their converters draw no Mvar here"
        )
        tables.faults.note(
            "GP-DCL-003", message, "add the Mvar as loads for an AC study", live[0].line, "two-terminal dc"
        )


def _add_dc_line(tables: Tables, name: str, each: DcLine) -> None:
    tables.dc_line.add(
        each.line,
        id=name,
        from_bus=each.from_bus,
        to_bus=each.to_bus,
        p_mw=each.p_mw,
        p_min_mw=each.p_mw,
        p_max_mw=each.p_mw,
        loss_mw=each.loss_mw,
        loss_frac=0.0,
        vm_from_pu=tables.vm_pu.get(each.from_bus, 1.0),
        vm_to_pu=tables.vm_pu.get(each.to_bus, 1.0),
        q_min_from_mvar=0.0,
        q_max_from_mvar=0.0,
        q_min_to_mvar=0.0,
        q_max_to_mvar=0.0,
        in_service=each.in_service,
    )


def _star_numbers(taken: Iterable[int], count: int) -> list[int]:
    """Free bus numbers for star buses: from the next power of ten on, or the highest free ones."""
    used = set(taken)
    start = 10 ** len(str(max(used, default=1)))
    if start + count <= MAX_BUS:
        return list(range(start + 1, start + count + 1))
    free = (number for number in range(MAX_BUS, 0, -1) if number not in used)
    return [next(free) for _ in range(count)]
