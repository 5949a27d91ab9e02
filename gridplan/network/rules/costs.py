"""Rules on cost curves: dispatch needs costs per MWh that never fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.cost import CostCurve
from gridplan.network.cost_blocks import block_start_mw
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import counted, in_service, named
from gridplan.network.rules.values import MOST

#: Fall of the slope that rounding of corner points explains [share of the slope].
_ROUNDING = 1e-4
#: Imaginary part of a root that counts as real [share].
_REAL = 1e-9
_POWERS = {2: "quadratic", 3: "cubic"}
_CONVEX = "write a convex curve: costs per MWh must never fall with output"


def not_finite_cost(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-001: a coefficient or corner point of a cost that is no finite number."""
    del policy
    for i, curve in _curves(case):
        numbers = (*curve.coefficients, *(value for point in curve.points for value in point))
        wrong = [value for value in numbers if not abs(value) <= MOST]
        if wrong:
            what = "which no cost is" if np.isfinite(wrong[0]) else "not a finite number"
            message = f"unit {case.generator.id[i]}: a cost value is {wrong[0]:g}, {what}"
            yield case.finding("GP-VAL-001", "error", message, "write a finite number", ("generator", i, "cost"))


def falling_polynomial(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-CST-001: a polynomial that is not convex between the limits of its unit."""
    del policy
    unit = case.generator
    start_mw = block_start_mw(unit.p_min_mw)
    for i, curve in _curves(case):
        if curve.kind == "polynomial" and not _is_convex(curve.coefficients, start_mw[i], unit.p_max_mw[i]):
            power = max(k for k, c in enumerate(curve.coefficients) if c)
            word = _POWERS.get(power, f"degree {power}")
            wrong = ", ".join(f"{c:g} p^{k}" for k, c in enumerate(curve.coefficients) if k >= 2 and c)
            message = f"unit {unit.id[i]}: its {word} cost ({wrong}) is not convex from {start_mw[i]:g} to "
            message += f"{unit.p_max_mw[i]:g} MW"
            yield case.finding("GP-CST-001", "error", message, _CONVEX, ("generator", i, "cost"))


def falling_pieces(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-CST-001: corner points that do not ascend, are fewer than two, or whose slope falls."""
    del policy
    for i, curve in _curves(case):
        fault = _piecewise_fault(curve) if curve.kind == "piecewise" else ""
        if fault:
            message = f"unit {case.generator.id[i]}: {fault}"
            yield case.finding("GP-CST-001", "error", message, _CONVEX, ("generator", i, "cost"))


def all_costs_zero(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-CST-003: no unit costs anything, so that the cheapest dispatch is not unique."""
    del policy
    units = case.generator
    rows = np.flatnonzero(in_service(case, "generator"))
    if rows.size and not any(_is_priced(units.cost[i]) for i in rows):
        message = f"the cost of all {counted(rows.size, 'generator')} in service is zero: "
        message += "the dispatch is not unique and prices say nothing"
        yield case.finding("GP-CST-003", "warning", message, "give costs", ("generator", int(rows[0]), "cost"))


def some_costs_missing(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-CST-003: some units have a cost and others none; these are taken as free."""
    del policy
    units = case.generator
    rows = np.flatnonzero(in_service(case, "generator"))
    free = [int(i) for i in rows if units.cost[i] is None]
    if free and any(_is_priced(units.cost[i]) for i in rows):
        message = f"{counted(len(free), 'generator')} without a cost, taken as free: {named(units.id, free)}"
        yield case.finding("GP-CST-003", "warning", message, "give their costs", ("generator", free[0], "cost"))


def _curves(case: GridCase) -> Iterator[tuple[int, CostCurve]]:
    for i in np.flatnonzero(in_service(case, "generator")):
        curve = case.generator.cost[i]
        if curve is not None:
            yield int(i), curve


def _is_priced(curve: CostCurve | None) -> bool:
    if curve is None:
        return False
    return any(curve.coefficients) or any(cost for _, cost in curve.points)


def _is_convex(coefficients: tuple[float, ...], start_mw: float, end_mw: float) -> bool:
    """Whether ``sum_k k (k - 1) c_k p^(k - 2)`` is nowhere below zero between the ends.

    It is looked at where it can be lowest: at the ends and where its own slope is zero.
    """
    if not (np.abs((*coefficients, start_mw, end_mw)) <= MOST).all() or not any(coefficients[2:]) or end_mw <= start_mw:
        return True
    bend = np.polynomial.Polynomial(coefficients).deriv(2)
    roots = np.asarray(bend.deriv().roots(), dtype=np.complex128)
    turns = [r.real for r in roots if abs(r.imag) < _REAL * abs(r) and start_mw < r.real < end_mw]
    values = bend(np.array([start_mw, end_mw, *turns]))
    return bool((values >= -1e-12 * np.abs(values).max()).all())


def _piecewise_fault(curve: CostCurve) -> str:
    if len(curve.points) < 2:
        return f"its piecewise cost has {len(curve.points)} corner points, at least 2 are needed"
    points = np.array(curve.points)
    if not (np.abs(points) <= MOST).all():
        return ""
    width_mw = np.diff(points[:, 0])
    if (width_mw <= 0).any():
        k = int(np.argmax(width_mw <= 0))
        return f"corner point {k + 2} of its cost lies at {points[k + 1, 0]:g} MW, not above {points[k, 0]:g} MW"
    slope = np.diff(points[:, 1]) / width_mw
    falls = np.diff(slope) < -_ROUNDING * np.maximum(np.abs(slope[:-1]), np.abs(slope[1:]))
    if not falls.any():
        return ""
    k = int(np.argmax(falls))
    return (
        f"its cost falls from {slope[k]:g} to {slope[k + 1]:g} USD/MWh at corner point {k + 2}, {points[k + 1, 0]:g} MW"
    )
