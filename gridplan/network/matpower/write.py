"""A GridCase as a MATPOWER case file of version 2, out-of-service elements included.

Comes in: a case and the name of the file to be. Goes out: bytes, and a NotCarried row for everything the format has
no place for or that is written otherwise than the case says it. Numbers read back exactly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gridplan.errors import Finding, InputError
from gridplan.network.case import BUS_KINDS, GridCase, NotCarried, numbered_ids
from gridplan.network.formats import Export
from gridplan.network.matpower.columns import COLUMNS, position
from gridplan.network.matpower.cost import cost_rows
from gridplan.network.matpower.losses import losses
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels

_NO_LIMIT_DEGREE = 360.0
_KEYWORDS = frozenset(
    (
        "break",
        "case",
        "catch",
        "classdef",
        "continue",
        "else",
        "elseif",
        "end",
        "for",
        "function",
        "global",
        "if",
        "otherwise",
        "parfor",
        "persistent",
        "return",
        "spmd",
        "switch",
        "try",
        "while",
    )
)
_NAME_LENGTH = 63


@dataclass(kw_only=True)
class _Writing:
    """Bus numbers of a case, and what could not be said as it stands."""

    case: GridCase
    numbers: dict[str, int]
    notes: list[NotCarried] = field(default_factory=list)

    def bus_numbers(self, buses: Labels) -> FloatArray:
        return np.array([self.numbers[bus] for bus in buses], dtype=np.float64)

    def known(self, table: str, column: str, fallback: float) -> FloatArray:
        """Column of a table, with ``fallback`` and a note where the case knows nothing."""
        values: FloatArray = getattr(getattr(self.case, table), column)
        unknown = np.isnan(values)
        if unknown.any():
            meaning = f"not stated; written as {number(fallback)}"
            self.notes.append(NotCarried(section=f"{table} {column}", rows=int(unknown.sum()), meaning=meaning))
        return np.where(unknown, fallback, values)


def write_matpower(case: GridCase, name: str) -> Export:
    """MATPOWER case file of a case.

    Parameters
    ----------
    case : GridCase
    name : str
        Name of the file to be; the function in it takes the same name as far as MATLAB allows.

    Returns
    -------
    Export
        One file. ``not_carried`` names elements left out, with their MW, and values written otherwise.

    Raises
    ------
    InputError
        If an element hangs on a bus the case does not have.
    """
    _check_ends(case)
    writing = _Writing(case=case, numbers=bus_numbers(case.bus.id))
    names = _name_lists(writing)
    blocks = [
        _matrix("bus", COLUMNS["bus"][:13], _bus_rows(writing)),
        _matrix("gen", COLUMNS["gen"][:21], _gen_rows(writing)),
        _matrix("branch", COLUMNS["branch"][:13], _branch_rows(writing)),
        *_cost_block(case),
        *_dc_block(writing),
        *(_cells(*row) for row in names),
    ]
    function = function_name(name)
    about = f"{function.upper()}  {_one_line(case.name)}"
    head = [
        f"function mpc = {function}",
        f"%{about}",
        "%   Written by gridplan.",
        "",
        "%% MATPOWER Case Format : Version 2",
        "mpc.version = '2';",
        f"mpc.baseMVA = {number(case.base_mva)};",
    ]
    text = "\n".join([*head, *blocks])
    return Export(files={name: text.encode()}, not_carried=(*writing.notes, *losses(case)))


def function_name(file_name: str) -> str:
    """Name of a MATLAB function for a file: letters, digits and underscores, begun by a letter."""
    stem = file_name.removesuffix(".m")
    name = re.sub(r"[^A-Za-z0-9_]", "_", stem)
    if not re.match(r"[A-Za-z]", name) or name in _KEYWORDS:
        name = f"case_{name}"
    return name[:_NAME_LENGTH]


def bus_numbers(ids: Labels) -> dict[str, int]:
    """Number of every bus: its id where that is a whole number, else the next free number above all of them."""
    numbers = {bus: int(bus) for bus in ids if re.fullmatch(r"[1-9]\d{0,14}", bus)}
    free = max(numbers.values(), default=0)
    for bus in ids:
        if bus not in numbers:
            free += 1
            numbers[bus] = free
    return numbers


def number(value: float) -> str:
    """Shortest text that reads back as the same number."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _check_ends(case: GridCase) -> None:
    findings: list[Finding] = []
    for table in ("load", "shunt", "generator", "branch", "dc_line"):
        elements = getattr(case, table)
        columns = ("from_bus", "to_bus") if table in ("branch", "dc_line") else ("bus",)
        for column in columns:
            for row, bus in enumerate(getattr(elements, column)):
                if bus not in case.bus_row:
                    message = f"{table} {elements.id[row]} hangs on bus {bus}, which the case does not have"
                    remedy = "correct the bus before writing the case"
                    findings.append(case.finding("GP-TOP-005", "error", message, remedy, (table, row, column)))
    if findings:
        raise InputError(findings)


def _bus_rows(writing: _Writing) -> FloatArray:
    case, bus = writing.case, writing.case.bus
    rows = np.zeros((len(bus), 13))
    load, shunt = case.load, case.shunt
    columns = {
        "BUS_I": writing.bus_numbers(bus.id),
        "BUS_TYPE": np.array([BUS_KINDS.index(kind) + 1.0 for kind in bus.kind]),
        "PD": _at_buses(case, load.bus, load.p_mw, load.in_service),
        "QD": _at_buses(case, load.bus, load.q_mvar, load.in_service),
        "GS": _at_buses(case, shunt.bus, shunt.gs_mw, shunt.in_service),
        "BS": _at_buses(case, shunt.bus, shunt.bs_mvar, shunt.in_service),
        "BUS_AREA": _label_numbers(writing, "area", bus.area),
        "VM": writing.known("bus", "vm_pu", 1.0),
        "VA": writing.known("bus", "va_degree", 0.0),
        "BASE_KV": writing.known("bus", "base_kv", 0.0),
        "ZONE": _label_numbers(writing, "zone", bus.zone),
        "VMAX": writing.known("bus", "vm_max_pu", 1.1),
        "VMIN": writing.known("bus", "vm_min_pu", 0.9),
    }
    for name, values in columns.items():
        rows[:, position("bus", name)] = values
    return rows


def _gen_rows(writing: _Writing) -> FloatArray:
    unit = writing.case.generator
    rows = np.zeros((len(unit), 21))
    columns = {
        "GEN_BUS": writing.bus_numbers(unit.bus),
        "PG": writing.known("generator", "p_mw", 0.0),
        "QG": writing.known("generator", "q_mvar", 0.0),
        "QMAX": writing.known("generator", "q_max_mvar", 0.0),
        "QMIN": writing.known("generator", "q_min_mvar", 0.0),
        "VG": writing.known("generator", "vm_setpoint_pu", 1.0),
        "MBASE": writing.known("generator", "mbase_mva", writing.case.base_mva),
        "GEN_STATUS": unit.in_service,
        "PMAX": writing.known("generator", "p_max_mw", 0.0),
        "PMIN": writing.known("generator", "p_min_mw", 0.0),
    }
    for name, values in columns.items():
        rows[:, position("gen", name)] = values
    return rows


def _branch_rows(writing: _Writing) -> FloatArray:
    branch = writing.case.branch
    low, high = _written_angles(writing)
    rows = np.zeros((len(branch), 13))
    columns = {
        "F_BUS": writing.bus_numbers(branch.from_bus),
        "T_BUS": writing.bus_numbers(branch.to_bus),
        "BR_R": writing.known("branch", "r_pu", 0.0),
        "BR_X": branch.x_pu,
        "BR_B": writing.known("branch", "b_pu", 0.0),
        "RATE_A": _written_rating(writing, "rating_normal_mva"),
        "RATE_B": _written_rating(writing, "rating_emergency_mva"),
        "RATE_C": _written_rating(writing, "rating_short_time_mva"),
        "TAP": np.where(branch.is_transformer | (branch.tap_ratio != 1.0), branch.tap_ratio, 0.0),
        "SHIFT": writing.known("branch", "shift_degree", 0.0),
        "BR_STATUS": branch.in_service,
        "ANGMIN": low,
        "ANGMAX": high,
    }
    for name, values in columns.items():
        rows[:, position("branch", name)] = values
    return rows


def _written_rating(writing: _Writing, column: str) -> FloatArray:
    """Rating with 0 for unlimited, MATPOWER's own word for it."""
    values = writing.known("branch", column, 0.0)
    return np.where(np.isinf(values), 0.0, values)


def _written_angles(writing: _Writing) -> tuple[FloatArray, FloatArray]:
    """Angle limits with 360 degrees for unlimited; two zeros would mean unlimited, too, and are noted."""
    branch = writing.case.branch
    low = np.where(np.isnan(branch.angle_min_degree), -np.inf, branch.angle_min_degree)
    high = np.where(np.isnan(branch.angle_max_degree), np.inf, branch.angle_max_degree)
    zero = int(((low == 0) & (high == 0)).sum())
    if zero:
        meaning = "both limits 0 degree, which MATPOWER takes for unlimited"
        writing.notes.append(NotCarried(section="branch angle limits", rows=zero, meaning=meaning))
    return np.maximum(low, -_NO_LIMIT_DEGREE), np.minimum(high, _NO_LIMIT_DEGREE)


def _cost_block(case: GridCase) -> Iterator[str]:
    curves = case.generator.cost
    if any(curve is not None for curve in curves):
        rows = cost_rows(curves)
        yield _matrix("gencost", (*COLUMNS["gencost"], "..."), rows)


def _dc_block(writing: _Writing) -> Iterator[str]:
    line = writing.case.dc_line
    if not len(line):
        return
    rows = np.zeros((len(line), 17))
    p_mw = writing.known("dc_line", "p_mw", 0.0)
    columns = {
        "F_BUS": writing.bus_numbers(line.from_bus),
        "T_BUS": writing.bus_numbers(line.to_bus),
        "BR_STATUS": line.in_service,
        "PF": p_mw,
        "PT": p_mw - line.loss_mw - line.loss_frac * p_mw,
        "VF": writing.known("dc_line", "vm_from_pu", 1.0),
        "VT": writing.known("dc_line", "vm_to_pu", 1.0),
        "PMIN": line.p_min_mw,
        "PMAX": line.p_max_mw,
        "QMINF": writing.known("dc_line", "q_min_from_mvar", 0.0),
        "QMAXF": writing.known("dc_line", "q_max_from_mvar", 0.0),
        "QMINT": writing.known("dc_line", "q_min_to_mvar", 0.0),
        "QMAXT": writing.known("dc_line", "q_max_to_mvar", 0.0),
        "LOSS0": line.loss_mw,
        "LOSS1": line.loss_frac,
    }
    for name, values in columns.items():
        rows[:, position("dcline", name)] = values
    yield _matrix("dcline", COLUMNS["dcline"][:17], rows)


def _name_lists(writing: _Writing) -> Iterator[tuple[str, Labels]]:
    """Name lists that say more than the numbers do."""
    case, bus = writing.case, writing.case.bus
    renamed = [i for i, bus_id in enumerate(bus.id) if str(writing.numbers[bus_id]) != bus_id]
    names = list(bus.name)
    for i in renamed:
        names[i] = bus.id[i]
    if renamed:
        meaning = "bus ids that are no numbers; numbered, and the id kept in bus_name"
        writing.notes.append(NotCarried(section="bus id", rows=len(renamed), meaning=meaning))
    lost = sum(1 for i in renamed if bus.name[i] not in ("", bus.id[i]))
    if lost:
        meaning = "names of buses whose id stands in bus_name"
        writing.notes.append(NotCarried(section="bus name", rows=lost, meaning=meaning))
    if any(own not in ("", bus_id) for own, bus_id in zip(names, bus.id, strict=True)) or renamed:
        yield "bus_name", tuple(names)
    unit, branch, line = case.generator, case.branch, case.dc_line
    if any(unit.unit_type):
        yield "gentype", unit.unit_type
    if any(unit.fuel):
        yield "genfuel", unit.fuel
    for title, ids, ends in (
        ("gen_name", unit.id, (unit.bus,)),
        ("branch_name", branch.id, (branch.from_bus, branch.to_bus)),
        ("dcline_name", line.id, (line.from_bus, line.to_bus)),
    ):
        numbered = numbered_ids(*(tuple(str(writing.numbers[bus]) for bus in column) for column in ends))
        if ids != numbered:
            yield title, ids


def _label_numbers(writing: _Writing, column: str, labels: Labels) -> FloatArray:
    """Numbers of areas or zones; labels that are no numbers are counted on above the highest number."""
    numbers = {label: int(label) for label in labels if re.fullmatch(r"-?\d{1,9}", label)}
    free = max(numbers.values(), default=0)
    renamed = [label for label in dict.fromkeys(labels) if label not in numbers]
    for label in renamed:
        free += 1
        numbers[label] = free
    if renamed:
        pairs = ", ".join(f"{label or 'none'} = {numbers[label]}" for label in renamed[:8])
        more = f" and {len(renamed) - 8} more" if len(renamed) > 8 else ""
        rows = sum(1 for label in labels if label in set(renamed))
        meaning = f"names written as numbers: {pairs}{more}"
        writing.notes.append(NotCarried(section=f"bus {column}", rows=rows, meaning=meaning))
    return np.array([numbers[label] for label in labels], dtype=np.float64)


def _at_buses(case: GridCase, owners: Labels, values: FloatArray, in_service: BoolArray) -> FloatArray:
    at: IntArray = np.array([case.bus_row[bus] for bus in owners], dtype=np.int64)
    return np.bincount(at[in_service], weights=values[in_service], minlength=len(case.bus)).astype(np.float64)


def _matrix(name: str, heading: Sequence[str], rows: FloatArray | Sequence[Sequence[float]]) -> str:
    lines = ["", "%\t" + "\t".join(heading), f"mpc.{name} = ["]
    lines += ["\t" + "\t".join(map(number, row)) + ";" for row in _lists(rows)]
    return "\n".join([*lines, "];"]) + "\n"


def _lists(rows: FloatArray | Sequence[Sequence[float]]) -> Iterable[Sequence[float]]:
    return rows.tolist() if isinstance(rows, np.ndarray) else rows


def _cells(name: str, texts: Labels) -> str:
    lines = ["", f"mpc.{name} = {{"]
    lines += ["\t'" + _one_line(text).replace("'", "''") + "';" for text in texts]
    return "\n".join([*lines, "};"]) + "\n"


def _one_line(text: str) -> str:
    """Text without control characters, which would end the line and begin code."""
    return "".join(char if char.isprintable() else " " for char in text)
