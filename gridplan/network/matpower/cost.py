"""Cost rows of a MATPOWER case to cost curves and back.

A row is MODEL STARTUP SHUTDOWN NCOST and parameters: 1 is piecewise linear (p1 f1 p2 f2 ...), 2 a polynomial, highest
power first. Values behind the NCOST announced are padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gridplan.errors import Finding
from gridplan.network.cost import CostCurve
from gridplan.network.matpower.checks import finding
from gridplan.network.matpower.rows import NumericTable

PIECEWISE, POLYNOMIAL = 1.0, 2.0
_FIRST = 4


def check_cost_table(table: NumericTable, n_unit: int, path: Path) -> Iterator[Finding]:
    """Count of rows against units, model numbers, and whether each row holds what it announces."""
    n_row = len(table.values)
    if n_row not in (0, n_unit, 2 * n_unit):
        message = f"gencost has {n_row} rows and gen has {n_unit}; MATPOWER takes {n_unit} or {2 * n_unit} rows"
        remedy = "give one cost row a unit, in the order of gen, or delete gencost"
        yield finding("GP-CST-002", message, remedy, path, (table.line, 1, "gencost"))
    for row, line in zip(table.values, table.lines, strict=True):
        model, count = row[0], row[3]
        if not np.isfinite(row[[0, 3]]).all():
            continue  # told by the check for finite numbers
        if model not in (PIECEWISE, POLYNOMIAL):
            message = f"cost model {model:g} is neither 1 (piecewise linear) nor 2 (polynomial)"
            yield finding("GP-CST-001", message, "write 1 or 2", path, (int(line), 1, "gencost MODEL"))
        elif count < 0 or count != np.floor(count) or _FIRST + _width(model, count) > len(row):
            message = f"the row announces {count:g} {'points' if model == PIECEWISE else 'coefficients'}"
            message += f" and has {len(row) - _FIRST} values for them"
            yield finding("GP-CST-001", message, "correct NCOST or add values", path, (int(line), 1, "gencost NCOST"))


def cost_curves(table: NumericTable, n_unit: int) -> tuple[CostCurve | None, ...]:
    """Curves of the units' active power; None throughout for an empty table."""
    if not len(table.values):
        return (None,) * n_unit
    return tuple(_curve(row) for row in table.values[:n_unit].tolist())


def rows_with_values_behind(table: NumericTable) -> int:
    """Rows in which numbers other than 0 stand behind the parameters announced."""
    return sum(1 for row in table.values if np.any(row[_FIRST + _width(row[0], row[3]) :]))


def cost_rows(curves: Sequence[CostCurve | None]) -> list[list[float]]:
    """Rows of gencost, all of one width; a unit without a curve costs nothing."""
    rows = [_row(curve or CostCurve(kind="polynomial", coefficients=(0.0,))) for curve in curves]
    width = max((len(row) for row in rows), default=_FIRST)
    return [row + [0.0] * (width - len(row)) for row in rows]


def _curve(row: list[float]) -> CostCurve:
    model, startup, shutdown, count = row[:_FIRST]
    values = row[_FIRST : _FIRST + _width(model, count)]
    if model == POLYNOMIAL:
        return CostCurve(
            kind="polynomial", coefficients=tuple(reversed(values)), startup_usd=startup, shutdown_usd=shutdown
        )
    points = tuple(zip(values[::2], values[1::2], strict=True))
    return CostCurve(kind="piecewise", points=points, startup_usd=startup, shutdown_usd=shutdown)


def _row(curve: CostCurve) -> list[float]:
    is_polynomial = curve.kind == "polynomial"
    values = list(reversed(curve.coefficients)) if is_polynomial else [v for point in curve.points for v in point]
    count = len(curve.coefficients) if is_polynomial else len(curve.points)
    return [POLYNOMIAL if is_polynomial else PIECEWISE, curve.startup_usd, curve.shutdown_usd, float(count), *values]


def _width(model: float, count: float) -> int:
    return int(count) * (2 if model == PIECEWISE else 1)
