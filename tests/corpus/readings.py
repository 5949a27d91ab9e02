"""Independent readings of the corpus formats: what the text says, by code that shares nothing with the readers.

A reading is a mapping of words to numbers and texts, or None where the text is not plainly what its format asks: then
whoever accepts it must say so. ``case_reading`` puts a GridCase into the same form.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from gridplan.network.case import GridCase

Reading = dict[str, Any]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(Inf|inf|NaN|nan)")
TABLE = re.compile(r"^\s*mpc\.(\w+)\s*=\s*\[(.*?)\]", re.DOTALL | re.MULTILINE)
BASE = re.compile(r"^\s*mpc\.baseMVA\s*=\s*([^;\n]*);?", re.MULTILINE)
NAMES = re.compile(r"^\s*mpc\.bus_name\s*=\s*\{(.*?)\}", re.DOTALL | re.MULTILINE)


def matpower_reading(text: str) -> Reading | None:
    """Numbers of every table of a MATPOWER case, row by row."""
    text = "\n".join(line.partition("%")[0] for line in text.splitlines())
    base = BASE.findall(text)
    tables: Reading = {}
    for name, body in TABLE.findall(text):
        rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", body) if row.strip()]
        if name in tables or not all(NUMBER.fullmatch(token) for row in rows for token in row):
            return None
        tables[name] = [[float(token) for token in row] for row in rows]
    if len(base) != 1 or not NUMBER.fullmatch(base[0].strip()):
        return None
    tables["baseMVA"] = float(base[0])
    names = NAMES.findall(text)
    tables["bus_name"] = re.findall(r"'((?:[^'\n]|'')*)'", names[0]) if names else []
    return tables


def matpower_rows(reading: Reading) -> Reading:
    """What a case must hold by a reading: elements with their columns, loads and shunts where they are not zero."""
    bus, gen, branch = reading["bus"], reading["gen"], reading["branch"]
    return {
        "base_mva": reading["baseMVA"],
        "bus": [(_name(r[0]), _KINDS.get(int(r[1]), "?"), r[7], r[8], r[9], r[11], r[12]) for r in bus],
        "load": [(_name(r[0]), r[2], r[3]) for r in bus if r[2] or r[3]],
        "shunt": [(_name(r[0]), r[4], r[5]) for r in bus if r[4] or r[5]],
        "generator": [(_name(r[0]), r[1], r[2], r[3], r[4], r[5], r[6], r[7] > 0, r[8], r[9]) for r in gen],
        "branch": [
            (_name(r[0]), _name(r[1]), *r[2:8], r[8] if r[8] else 1.0, r[9], r[10] != 0, *_angles(r)) for r in branch
        ],
        "dc_line": [(_name(r[0]), _name(r[1]), r[2] != 0, r[3], *r[7:17]) for r in reading.get("dcline", [])],
        "cost": [_cost(r) for r in reading.get("gencost", [])[: len(gen)]] or [None] * len(gen),
        "name": reading["bus_name"] or None,
    }


_KINDS = {1: "pq", 2: "pv", 3: "ref", 4: "isolated"}


def _name(number: float) -> str:
    return f"{number:.0f}"


def _angles(row: list[float]) -> tuple[float, float]:
    low, high = (row[11], row[12]) if len(row) > 12 else (0.0, 0.0)
    if low == high == 0:
        return float("-inf"), float("inf")
    return (low if low > -360 else float("-inf")), (high if high < 360 else float("inf"))


def _cost(row: list[float]) -> tuple[Any, ...]:
    count = int(row[3])
    values = row[4:]
    if row[0] == 1:
        return (
            "piecewise",
            tuple(zip(values[0 : 2 * count : 2], values[1 : 2 * count : 2], strict=True)),
            row[1],
            row[2],
        )
    return "polynomial", tuple(reversed(values[:count])), row[1], row[2]


def case_rows(case: GridCase) -> Reading:
    """The same of a GridCase."""
    b, g, r, d = case.bus, case.generator, case.branch, case.dc_line
    load, shunt = case.load, case.shunt
    return {
        "base_mva": case.base_mva,
        "bus": _rows(b.id, b.kind, b.vm_pu, b.va_degree, b.base_kv, b.vm_max_pu, b.vm_min_pu),
        "load": _rows(load.bus, load.p_mw, load.q_mvar),
        "shunt": _rows(shunt.bus, shunt.gs_mw, shunt.bs_mvar),
        "generator": _rows(
            g.bus,
            g.p_mw,
            g.q_mvar,
            g.q_max_mvar,
            g.q_min_mvar,
            g.vm_setpoint_pu,
            g.mbase_mva,
            g.in_service,
            g.p_max_mw,
            g.p_min_mw,
        ),
        "branch": _rows(
            r.from_bus,
            r.to_bus,
            r.r_pu,
            r.x_pu,
            r.b_pu,
            r.rating_normal_mva,
            r.rating_emergency_mva,
            r.rating_short_time_mva,
            r.tap_ratio,
            r.shift_degree,
            r.in_service,
            r.angle_min_degree,
            r.angle_max_degree,
        ),
        "dc_line": _rows(
            d.from_bus,
            d.to_bus,
            d.in_service,
            d.p_mw,
            d.vm_from_pu,
            d.vm_to_pu,
            d.p_min_mw,
            d.p_max_mw,
            d.q_min_from_mvar,
            d.q_max_from_mvar,
            d.q_min_to_mvar,
            d.q_max_to_mvar,
            d.loss_mw,
            d.loss_frac,
        ),
        "cost": [
            None if c is None else (c.kind, c.points or c.coefficients, c.startup_usd, c.shutdown_usd) for c in g.cost
        ],
        "name": list(b.name) if b.name != b.id else None,
    }


def _rows(*columns: Any) -> list[tuple[Any, ...]]:
    return [tuple(v if isinstance(v, str) else v.item() for v in row) for row in zip(*columns, strict=True)]


def csv_reading(text: str) -> list[list[str]] | None:
    """Fields of a CSV table, row by row; None where a row has another count than the header."""
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return rows if rows and all(len(row) == len(rows[0]) for row in rows) else None


def json_reading(text: str) -> Any:
    """Value of a JSON text; None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
