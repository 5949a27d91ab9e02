"""Lines, impedances and switches of a pandapower net as two-ports.

Comes in: the Source. Goes out: two-ports in per unit on the base of the net, with the ends that switches open.
Equations as pandapower's power flow states them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, IntArray
from gridplan.network.pandapower.source import Source, loading_limit, rated
from gridplan.network.pandapower.table import Frame
from gridplan.network.two_port import TwoPorts

#: Kinds of switches at a branch: letter, table.
BRANCH_SWITCHES = {"l": "line", "t": "trafo", "t3": "trafo3w"}


def lines(source: Source) -> TwoPorts:
    """Overhead lines and cables: ohm and nF per km on the nominal voltage of the from bus.

    A line whose bus at one end is out of service stays on the other bus, open at that end.
    """
    table = source.frame("line")
    start, end = source.bus_rows(table, "from_bus"), source.bus_rows(table, "to_bus")
    length, parallel = table.floats("length_km"), table.floats("parallel", 1.0)
    kv = source.kv(start)
    base_ohm = kv**2 / source.sn_mva
    in_service = table.flags("in_service", True)
    open_from, open_to = open_ends(source, table, start, end)
    live_from, live_to = source.live(start), source.live(end)
    b_pu = 2 * np.pi * source.f_hz * table.floats("c_nf_per_km") * 1e-9 * base_ohm * length * parallel
    g_pu = table.floats("g_us_per_km", 0.0) * 1e-6 * base_ohm * length * parallel
    r_ohm = table.floats("r_ohm_per_km") * length / parallel * _temperature_factor(source, table)
    half = np.asarray(0.5 * (g_pu + 1j * b_pu), dtype=np.complex128)
    rating = table.floats("max_i_ka", 0.0) * table.floats("df", 1.0) * parallel * np.sqrt(3) * kv
    return TwoPorts(
        id=table.ids(),
        from_bus=source.names(start),
        to_bus=source.names(end),
        r_pu=r_ohm / base_ohm,
        x_pu=table.floats("x_ohm_per_km") * length / parallel / base_ohm,
        y_from_pu=half,
        y_to_pu=half,
        tap_ratio=np.ones(len(table)),
        shift_degree=np.zeros(len(table)),
        rating_mva=rated(table, "max_i_ka", rating * loading_limit(table, in_service), in_service),
        in_service=in_service & (live_from | live_to) & (live_from | ~open_to) & (live_to | ~open_from),
        open_from=open_from | ~live_from,
        open_to=open_to | ~live_to,
        is_transformer=np.zeros(len(table), dtype=bool),
        length_km=length,
    )


def impedances(source: Source) -> TwoPorts:
    """Impedances in per unit on their own power; one that differs by direction is refused."""
    table = source.frame("impedance")
    start, end = source.bus_rows(table, "from_bus"), source.bus_rows(table, "to_bus")
    in_service = table.flags("in_service", True)
    sn = table.floats("sn_mva")
    scale = source.sn_mva / sn
    forth = table.floats("rft_pu") + 1j * table.floats("xft_pu")
    back = table.floats("rtf_pu") + 1j * table.floats("xtf_pu")
    for row in np.flatnonzero(in_service & (forth != back) & np.isfinite(forth) & np.isfinite(back)):
        what = "has another impedance from -> to than to -> from, which no branch model holds"
        source.refuse(table, row, what, "give both directions the same impedance", "rft_pu")
    ends = [
        np.asarray((table.floats(f"g{e}_pu", 0.0) + 1j * table.floats(f"b{e}_pu", 0.0)) / scale, dtype=np.complex128)
        for e in "ft"
    ]
    nothing = np.zeros(len(table))
    closed = np.zeros(len(table), dtype=bool)
    return TwoPorts(
        id=table.ids(),
        from_bus=source.names(start),
        to_bus=source.names(end),
        r_pu=forth.real * scale,
        x_pu=forth.imag * scale,
        y_from_pu=ends[0],
        y_to_pu=ends[1],
        tap_ratio=nothing + 1,
        shift_degree=nothing,
        rating_mva=sn,
        in_service=in_service & source.live(start) & source.live(end),
        open_from=closed,
        open_to=closed,
        is_transformer=closed,
        length_km=nothing,
    )


def bus_switches(source: Source) -> TwoPorts:
    """Switches between two buses: without impedance, or ``z_ohm`` split by the option ``switch_rx_ratio``.

    An open switch is a branch out of service.
    """
    table = _picked(source.frame("switch"), "b")
    start, end = source.bus_rows(table, "bus"), source.bus_rows(table, "element")
    ratio = float(source.options["switch_rx_ratio"])
    closed = table.flags("closed", True)
    z_pu = np.maximum(table.floats("z_ohm", 0.0, closed), 0.0) / (source.kv(start) ** 2 / source.sn_mva)
    x_pu = z_pu / np.sqrt(1 + ratio**2)
    nothing, no = np.zeros(len(table)), np.zeros(len(table), dtype=bool)
    nowhere = nothing.astype(np.complex128)
    return TwoPorts(
        id=table.ids(),
        from_bus=source.names(start),
        to_bus=source.names(end),
        r_pu=ratio * x_pu,
        x_pu=x_pu,
        y_from_pu=nowhere,
        y_to_pu=nowhere,
        tap_ratio=nothing + 1,
        shift_degree=nothing,
        rating_mva=table.floats("in_ka", 0.0, no) * np.sqrt(3) * source.kv(start),
        in_service=closed & source.live(start) & source.live(end),
        open_from=no,
        open_to=no,
        is_transformer=no,
        length_km=nothing,
    )


def open_ends(source: Source, table: Frame, start: IntArray, end: IntArray) -> tuple[BoolArray, BoolArray]:
    """Ends of a two-ended element that a switch opens, dims (row,); all closed where the option says so."""
    open_from, open_to = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    rows = {index: row for row, index in enumerate(table.index)}
    for index, bus in opened(source, table.name):
        at = rows.get(index, -1)
        if at >= 0 and bus == end[at]:
            open_to[at] = True
        elif at >= 0 and bus == start[at]:
            open_from[at] = True
    if source.options["neglect_open_switch_branches"]:
        either = open_from | open_to
        return either, either.copy()
    return open_from, open_to


def opened(source: Source, name: str) -> Iterator[tuple[int, int]]:
    """Open switches at the branches of a table: index of the branch, row of the bus."""
    letter = next(letter for letter, table in BRANCH_SWITCHES.items() if table == name)
    switches = _picked(source.frame("switch"), letter)
    buses = source.bus_rows(switches, "bus")
    elements = switches.numbers("element")
    for row in np.flatnonzero(~switches.flags("closed", True)):
        yield int(elements[row]), int(buses[row])


def check_switches(source: Source) -> None:
    """Findings for switches of unknown kind, at branches that do not exist, or at a bus that is no end of theirs."""
    table = source.frame("switch")
    ends = {name: _ends_by_index(source, name) for name in BRANCH_SWITCHES.values()}
    elements, buses = table.numbers("element"), table.numbers("bus")
    for row, kind in enumerate(table.texts("et")):
        if kind == "b":
            continue
        name = BRANCH_SWITCHES.get(kind)
        if name is None:
            message = f"switch {table.index[row]} is of kind {kind[:20]!r}, not one of b, l, t, t3"
            source.faults.error("GP-NET-003", message, "correct the kind, or delete the switch", table.key(row, "et"))
            continue
        known = ends[name].get(int(elements[row]))
        if known is None:
            message = f"switch {table.index[row]} stands at {name} {elements[row]}, which does not exist"
            source.faults.error("GP-TOP-005", message, "delete the switch", table.key(row, "element"))
        elif int(buses[row]) not in known:
            message = f"switch {table.index[row]} stands at bus {buses[row]}, no end of {name} {elements[row]}"
            source.faults.error("GP-TOP-005", message, f"name one of {sorted(known)}", table.key(row, "bus"))


def _ends_by_index(source: Source, name: str) -> dict[int, set[int]]:
    table = source.frame(name)
    columns = ("from_bus", "to_bus") if name == "line" else ("hv_bus", "mv_bus", "lv_bus")
    found: dict[int, set[int]] = {index: set() for index in table.index}
    for column in columns:
        if table.has(column):
            for index, bus in zip(table.index, table.columns[column], strict=True):
                if isinstance(bus, (int, float)):
                    found[index].add(int(bus))
    return found


def _picked(table: Frame, kind: str) -> Frame:
    keep = [row for row, word in enumerate(table.texts("et")) if word == kind]
    return Frame(
        name=table.name,
        index=tuple(table.index[row] for row in keep),
        columns={column: [cells[row] for row in keep] for column, cells in table.columns.items()},
        faults=table.faults,
    )


def _temperature_factor(source: Source, table: Frame) -> FloatArray:
    """Rise of resistance over 20 degrees where the options of the file ask for it, dims (line,)."""
    if not source.options["consider_line_temperature"]:
        return np.ones(len(table))
    alpha = table.floats("alpha", 0.0) if table.has("alpha") else np.full(len(table), 4.0e-3)
    return 1 + alpha * (table.floats("temperature_degree_celsius") - 20.0)
