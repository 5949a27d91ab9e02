"""Costs of a pandapower net: polynomials and piecewise linear curves of active power, by table and index of the unit.

Comes in: the Source. Goes out: curves, and lines for what is not carried. The numbers are taken as they stand; a
currency is not converted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gridplan.network.case import NotCarried
from gridplan.network.cost import CostCurve
from gridplan.network.pandapower.source import Source
from gridplan.network.pandapower.table import Frame

#: Tables whose rows become units with a cost.
PRICED = ("ext_grid", "gen", "sgen")
_REMEDY = "correct the cost in pandapower and save the network again"


def costs(source: Source) -> dict[tuple[str, int], CostCurve]:
    """Cost curve of every unit that has one; a second one for the same unit is an error."""
    found: dict[tuple[str, int], CostCurve] = {}
    known = {name: set(source.frame(name).index) for name in PRICED}
    for table, row, unit, curve in (*_polynomials(source), *_piecewise(source)):
        if unit in found:
            message = f"{table.key(row)} is a second cost of {unit[0]} {unit[1]}; pandapower ignores one of them"
            source.faults.error("GP-CST-002", message, "keep one cost per unit", table.key(row, "element"))
        elif unit[1] not in known[unit[0]]:
            message = f"{table.key(row)} is the cost of {unit[0]} {unit[1]}, which does not exist"
            source.faults.error("GP-CST-002", message, "delete the cost", table.key(row, "element"))
        else:
            found[unit] = curve
    return found


def costs_not_carried(source: Source) -> Iterator[NotCarried]:
    """Costs of Mvar, of loads, of storage, of dc lines, and of redispatch."""
    for name in ("poly_cost", "pwl_cost"):
        table = source.frame(name)
        others = sum(word not in PRICED for word in table.texts("et"))
        if others:
            meaning = "costs of loads, storage or dc lines; only units have costs here"
            yield NotCarried(section=name, rows=others, meaning=meaning)
    poly, piecewise = source.frame("poly_cost"), source.frame("pwl_cost")
    reactive = sum(word == "q" for word in piecewise.texts("power_type", "p"))
    none = np.zeros(len(poly), dtype=bool)
    words = ("cq0_eur", "cq1_eur_per_mvar", "cq2_eur_per_mvar2")
    reactive += int(np.any([poly.floats(word, 0.0, none) != 0 for word in words], axis=0).sum()) if len(poly) else 0
    if reactive:
        yield NotCarried(section="poly_cost cq, pwl_cost q", rows=reactive, meaning="costs of reactive power")
    moves = ("redispatch_up_eur_per_mw", "redispatch_down_eur_per_mw")
    moved = int(np.any([poly.floats(word, 0.0, none) != 0 for word in moves], axis=0).sum()) if len(poly) else 0
    if moved:
        yield NotCarried(section="poly_cost redispatch", rows=moved, meaning="costs of redispatch")


def _polynomials(source: Source) -> Iterator[tuple[Frame, int, tuple[str, int], CostCurve]]:
    table = source.frame("poly_cost")
    all_rows = np.ones(len(table), dtype=bool)
    c0, c2 = table.floats("cp0_eur", 0.0, all_rows), table.floats("cp2_eur_per_mw2", 0.0, all_rows)
    c1 = table.floats("cp1_eur_per_mw", None, all_rows)
    elements = table.numbers("element")
    for row, kind in enumerate(table.texts("et")):
        if kind in PRICED:
            coefficients = (float(c0[row]), float(c1[row]), float(c2[row]))
            yield table, row, (kind, int(elements[row])), CostCurve(kind="polynomial", coefficients=coefficients)


def _piecewise(source: Source) -> Iterator[tuple[Frame, int, tuple[str, int], CostCurve]]:
    table = source.frame("pwl_cost")
    powers, elements = table.texts("power_type", "p"), table.numbers("element")
    for row, kind in enumerate(table.texts("et")):
        if kind not in PRICED or powers[row] != "p":
            continue
        points = _points(table.columns.get("points", [None] * len(table))[row])
        if points is None:
            message = (
                f"{table.key(row, 'points')} is not a list of [from MW, to MW, cost per MW] that follow each other"
            )
            source.faults.error("GP-CST-001", message, _REMEDY, table.key(row, "points"))
        else:
            yield table, row, (kind, int(elements[row])), CostCurve(kind="piecewise", points=points)


def _points(areas: Any) -> tuple[tuple[float, float], ...] | None:
    """Corner points of areas [from, to, slope]; the first stands at ``from slope``, as pandapower counts."""
    if not isinstance(areas, list) or not areas:
        return None
    points: list[tuple[float, float]] = []
    for area in areas:
        if not isinstance(area, list) or len(area) != 3 or not all(_is_number(value) for value in area):
            return None
        low, high, slope = (float(value) for value in area)
        if not points:
            points.append((low, low * slope))
        if points[-1][0] != low or not high > low:
            return None
        points.append((high, points[-1][1] + (high - low) * slope))
    return tuple(points)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))
