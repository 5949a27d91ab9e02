"""A case as PSS/E RAW of version 33, exact to the last digit, and its costs as a CSV beside it.

Comes in: a GridCase. Goes out: bytes, and a list of what RAW cannot hold. Branches with a ratio or a shift are
transformers; charging of a transformer, for which RAW has no field, becomes fixed shunts at its ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from gridplan.errors import InputError
from gridplan.network.case import GridCase, NotCarried, TableName
from gridplan.network.cost_file import ENDING, cost_bytes
from gridplan.network.formats import Export
from gridplan.network.model import BoolArray
from gridplan.network.psse.branches import KM_PER_MILE, MILE_FREQUENCY_HZ
from gridplan.network.psse.ids import bus_numbers, short_ids
from gridplan.network.psse.layout import sections
from gridplan.network.psse.losses import losses
from gridplan.network.psse.names import label_numbers, quoted

_KINDS = {"pq": 1, "pv": 2, "ref": 3, "isolated": 4}
#: What PSS/E writes for a limit that is not there.
_NO_LIMIT = 9999.0
#: Voltage at which a dc line is written; its resistance follows from the loss [kV].
_DC_KV = 500.0

Lines = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Bus numbers of branches, dims (branch,)."""

    from_bus: list[int]
    to_bus: list[int]

    def pairs(self) -> list[tuple[int, ...]]:
        """Both, ascending."""
        return [tuple(sorted(pair)) for pair in zip(self.from_bus, self.to_bus, strict=True)]


def write_psse(case: GridCase, name: str) -> Export:
    """Bytes of a case as RAW 33, of its costs, and what was not carried.

    Parameters
    ----------
    case : GridCase
    name : str
        Name of the file to be, as in ``north.raw``; costs go to ``north.cost.csv``.

    Raises
    ------
    InputError
        GP-TOP-005, if an element hangs on a bus that the case does not have.
    """
    _check_ends(case)
    numbers, changed = bus_numbers(case.bus.id)
    written: dict[str, Lines] = {}
    lost: list[NotCarried] = [*changed, *losses(case)]
    areas, area_loss = label_numbers("area", case.bus.area)
    zones, zone_loss = label_numbers("zone", case.bus.zone)
    lost += [*area_loss, *zone_loss]
    written["bus"] = _buses(case, numbers, areas, zones)
    written["area"] = [f"{n}, 0, 0.0, 10.0, {quoted(label, 12)}" for label, n in areas.items() if str(n) != label]
    written["zone"] = [f"{n}, {quoted(label, 12)}" for label, n in zones.items() if str(n) != label]
    for section, (lines, more) in {
        "load": _loads(case, numbers, areas, zones),
        "fixed shunt": _shunts(case, numbers),
        "generator": _generators(case, numbers),
    }.items():
        written[section], lost = lines, [*lost, *more]
    written["branch"], written["transformer"], more = _branches(case, numbers)
    written["two-terminal dc"], dc_loss = _dc_lines(case, numbers)
    lost += [*more, *dc_loss]
    files = {name: _text(case, written).encode("utf-8")}
    costs = cost_bytes(case, _unit_ids(case, numbers))
    if costs is not None:
        files[PurePath(name).stem + ENDING] = costs
    return Export(files=files, not_carried=tuple(lost))


def _check_ends(case: GridCase) -> None:
    known = set(case.bus.id)
    ends: dict[TableName, tuple[str, ...]] = {table: ("bus",) for table in ("load", "shunt", "generator")}
    ends |= {table: ("from_bus", "to_bus") for table in ("branch", "dc_line")}
    findings = [
        case.finding("GP-TOP-005", "error", f"{table} {name} hangs on bus {bus}, which is not there", "add it", at)
        for table, columns in ends.items()
        for column in columns
        for k, (name, bus) in enumerate(
            zip(getattr(case, table).id, getattr(getattr(case, table), column), strict=True)
        )
        if bus not in known and (at := (table, k, column))
    ]
    if findings:
        raise InputError(findings)


def _text(case: GridCase, written: dict[str, Lines]) -> str:
    head = f"0, {_number(case.base_mva)}, 33, 0, 0, {MILE_FREQUENCY_HZ:.2f} / PSS/E-33 RAW written by gridplan"
    lines = [head, _title(case.name), _title(f"from {case.origin.format}" if case.origin.format else "")]
    order = sections(33)
    for section, following in zip(order, (*order[1:], ""), strict=True):
        begin = f", BEGIN {following.upper()} DATA" if following else ""
        lines += [*written.get(section, []), f"0 / END OF {section.upper()} DATA{begin}"]
    return "\n".join([*lines, "Q", ""])


def _title(text: str) -> str:
    return " ".join(text.split())[:60]


def _number(value: float) -> str:
    """Shortest text that reads back as the same number; a limit that is not there is 9999."""
    if np.isnan(value):
        return "0.0"
    return repr(float(np.clip(value, -_NO_LIMIT, _NO_LIMIT))) if np.isinf(value) else repr(float(value))


def _rating(value: float) -> str:
    """Rating; 0 means unlimited."""
    return _number(value) if np.isfinite(value) else "0.0"


def _joined(*values: float) -> str:
    return ", ".join(map(_number, values))


def _buses(case: GridCase, numbers: dict[str, int], areas: dict[str, int], zones: dict[str, int]) -> Lines:
    bus = case.bus
    lines = []
    for k, name in enumerate(bus.id):
        word = bus.name[k] or ("" if name == str(numbers[name]) else name)
        limits = _joined(bus.vm_max_pu[k], bus.vm_min_pu[k])
        lines.append(
            f"{numbers[name]}, {quoted(word, 12)}, {_number(bus.base_kv[k])}, {_KINDS[bus.kind[k]]},"
            f" {areas[bus.area[k]]}, {zones[bus.zone[k]]}, 1,"
            f" {_joined(bus.vm_pu[k], bus.va_degree[k])}, {limits}, {limits}"
        )
    return lines


def _loads(
    case: GridCase, numbers: dict[str, int], areas: dict[str, int], zones: dict[str, int]
) -> tuple[Lines, tuple[NotCarried, ...]]:
    load, at = case.load, _at(case.load.bus, numbers)
    ids, changed = short_ids("load", load.id, [(bus,) for bus in at])
    rows = [case.bus_row.get(bus, -1) for bus in load.bus]
    lines = [
        f"{at[k]}, '{ids[k]}', {int(load.in_service[k])},"
        f" {areas[case.bus.area[rows[k]]]}, {zones[case.bus.zone[rows[k]]]},"
        f" {_joined(load.p_mw[k], load.q_mvar[k])}, 0.0, 0.0, 0.0, 0.0, 1, 1, 0"
        for k in range(len(load))
    ]
    return lines, changed


def _shunts(case: GridCase, numbers: dict[str, int]) -> tuple[Lines, tuple[NotCarried, ...]]:
    shunt = case.shunt
    rows = [
        (name, numbers[bus], float(g), float(b), bool(live))
        for name, bus, g, b, live in zip(shunt.id, shunt.bus, shunt.gs_mw, shunt.bs_mvar, shunt.in_service, strict=True)
    ]
    rows += _charging(case, numbers)
    ids, changed = short_ids("shunt", [row[0] for row in rows], [(row[1],) for row in rows])
    lines = [
        f"{bus}, '{word}', {int(live)}, {_joined(g, b)}" for word, (_, bus, g, b, live) in zip(ids, rows, strict=True)
    ]
    return lines, changed


def _charging(case: GridCase, numbers: dict[str, int]) -> list[tuple[str, int, float, float, bool]]:
    """Charging of transformers as shunts: half at each end, that of the from end seen through the ratio."""
    branch = case.branch
    found = []
    for k in np.flatnonzero(_as_transformer(case) & (branch.b_pu != 0)):
        half_mvar = branch.b_pu[k] / 2 * case.base_mva
        live, name = bool(branch.in_service[k]), branch.id[k]
        found += [
            (f"{name}_from", numbers[branch.from_bus[k]], 0.0, half_mvar / branch.tap_ratio[k] ** 2, live),
            (f"{name}_to", numbers[branch.to_bus[k]], 0.0, half_mvar, live),
        ]
    return found


def _generators(case: GridCase, numbers: dict[str, int]) -> tuple[Lines, tuple[NotCarried, ...]]:
    unit, at = case.generator, _at(case.generator.bus, numbers)
    ids, changed = short_ids("generator", unit.id, [(bus,) for bus in at])
    lines = [
        f"{at[k]}, '{ids[k]}', {_joined(unit.p_mw[k], unit.q_mvar[k], unit.q_max_mvar[k], unit.q_min_mvar[k])},"
        f" {_number(unit.vm_setpoint_pu[k])}, 0, {_number(unit.mbase_mva[k])}, 0.0, 1.0, 0.0, 0.0, 1.0,"
        f" {int(unit.in_service[k])}, 100.0, {_joined(unit.p_max_mw[k], unit.p_min_mw[k])}, 1, 1.0"
        for k in range(len(unit))
    ]
    return lines, changed


def _unit_ids(case: GridCase, numbers: dict[str, int]) -> list[str]:
    """Id that a reader of the RAW gives each unit, ``BUS_ID``: a name that does not fit is not that of the case."""
    at = _at(case.generator.bus, numbers)
    ids, _ = short_ids("generator", case.generator.id, [(bus,) for bus in at])
    return [f"{bus}_{word}" for bus, word in zip(at, ids, strict=True)]


def _branches(case: GridCase, numbers: dict[str, int]) -> tuple[Lines, Lines, tuple[NotCarried, ...]]:
    branch = case.branch
    ends = _Ends(from_bus=_at(branch.from_bus, numbers), to_bus=_at(branch.to_bus, numbers))
    ids, changed = short_ids("branch", branch.id, ends.pairs())
    is_transformer = _as_transformer(case)
    lines = [_line(case, int(k), ends, ids[k]) for k in np.flatnonzero(~is_transformer)]
    records = [row for k in np.flatnonzero(is_transformer) for row in _transformer(case, int(k), ends, ids[k])]
    return lines, records, (*changed, *_moved(case, is_transformer))


def _moved(case: GridCase, is_transformer: BoolArray) -> Iterator[NotCarried]:
    branch = case.branch
    charged = int((is_transformer & (branch.b_pu != 0)).sum())
    if charged:
        yield NotCarried(section="transformer charging", rows=charged, meaning="written as fixed shunts at both ends")
    changed = int((is_transformer & ~branch.is_transformer).sum())
    if changed:
        meaning = "lines with a ratio or a shift, written as transformers"
        yield NotCarried(section="branch kinds", rows=changed, meaning=meaning)


def _line(case: GridCase, k: int, ends: _Ends, word: str) -> str:
    branch = case.branch
    length = branch.length_km[k] / KM_PER_MILE
    return (
        f"{ends.from_bus[k]}, {ends.to_bus[k]}, '{word}', {_joined(branch.r_pu[k], branch.x_pu[k], branch.b_pu[k])},"
        f" {_ratings(case, k)}, 0.0, 0.0, 0.0, 0.0, {int(branch.in_service[k])}, 1, {_number(length)}, 1, 1.0"
    )


def _transformer(case: GridCase, k: int, ends: _Ends, word: str) -> Lines:
    branch = case.branch
    return [
        f"{ends.from_bus[k]}, {ends.to_bus[k]}, 0, '{word}', 1, 1, 1, 0.0, 0.0, 2, '            ',"
        f" {int(branch.in_service[k])}, 1, 1.0",
        f"{_joined(branch.r_pu[k], branch.x_pu[k])}, {_number(case.base_mva)}",
        f"{_number(branch.tap_ratio[k])}, 0.0, {_number(branch.shift_degree[k])}, {_ratings(case, k)},"
        " 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0",
        "1.0, 0.0",
    ]


def _ratings(case: GridCase, k: int) -> str:
    branch = case.branch
    ratings = (branch.rating_normal_mva[k], branch.rating_emergency_mva[k], branch.rating_short_time_mva[k])
    return ", ".join(map(_rating, ratings))


def _dc_lines(case: GridCase, numbers: dict[str, int]) -> tuple[Lines, tuple[NotCarried, ...]]:
    """Dc lines at their scheduled power; the compounded voltage stands at the rectifier, so that loss is R i^2."""
    dc = case.dc_line
    lines: Lines = []
    for k in range(len(dc)):
        sent_mw = float(dc.p_mw[k])
        loss_mw = float(dc.loss_mw[k] + dc.loss_frac[k] * sent_mw)
        rectifier, inverter = numbers[dc.from_bus[k]], numbers[dc.to_bus[k]]
        if sent_mw < 0:
            sent_mw, rectifier, inverter = loss_mw - sent_mw, inverter, rectifier
        ohm = loss_mw / (sent_mw / _DC_KV) ** 2 if sent_mw else 0.0
        mode = int(dc.in_service[k])
        lines += [
            f"'DC{k + 1}', {mode}, {_joined(ohm, sent_mw, _DC_KV, 0.0, ohm, 0.0)}, 'I', 0.0, 20, 1.0",
            *(
                f"{bus}, 1, 90.0, 5.0, 0.0, 0.0, 230.0, 1.0, 1.0, 1.5, 0.51, 0.00625, 0, 0, 0, '1', 0.0"
                for bus in (rectifier, inverter)
            ),
        ]
    return lines, tuple(_dc_losses(case))


def _dc_losses(case: GridCase) -> Iterator[NotCarried]:
    dc = case.dc_line
    movable = int((dc.p_min_mw != dc.p_max_mw).sum())
    if movable:
        meaning = "limits of power between which a study may choose; the scheduled power is written"
        yield NotCarried(section="dc line limits", rows=movable, meaning=meaning)
    backward = int((dc.p_mw < 0).sum())
    if backward:
        yield NotCarried(section="dc line ends", rows=backward, meaning="exchanged, so that power flows from rectifier")
    idle = int(((dc.p_mw == 0) & (dc.loss_mw != 0)).sum())
    if idle:
        yield NotCarried(section="dc line loss", rows=idle, meaning="loss of lines that carry nothing")
    blocked = int((~dc.in_service & (dc.p_mw != 0)).sum())
    if blocked:
        yield NotCarried(section="dc line power", rows=blocked, meaning="power of lines out of service; read back as 0")
    controlled = int(_reactive(case).sum())
    if controlled:
        meaning = "voltages and Mvar limits of their ends; RAW states converters instead"
        yield NotCarried(section="dc line voltage control", rows=controlled, meaning=meaning)


def _reactive(case: GridCase) -> BoolArray:
    dc = case.dc_line
    limits = (dc.q_min_from_mvar, dc.q_max_from_mvar, dc.q_min_to_mvar, dc.q_max_to_mvar)
    return np.asarray(np.any([np.nan_to_num(limit) != 0 for limit in limits], axis=0), dtype=bool)


def _as_transformer(case: GridCase) -> BoolArray:
    branch = case.branch
    return np.asarray(branch.is_transformer | (branch.tap_ratio != 1) | (branch.shift_degree != 0), dtype=bool)


def _at(buses: Sequence[str], numbers: dict[str, int]) -> list[int]:
    return [numbers[bus] for bus in buses]
