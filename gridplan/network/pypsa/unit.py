"""Units of a PyPSA network: limits, Mvar and costs.

Comes in: the component table. Goes out: generators of a case. A unit that PyPSA controls by P and Q gives its ``q_set``
and no other Mvar; one that holds voltage has no limits, unless ``write_pypsa`` wrote them beside.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from gridplan.network.case import CaseGenerators
from gridplan.network.cost import CostCurve, CurveKind
from gridplan.network.model import Labels
from gridplan.network.pypsa.table import Component


def generators(table: Component, bus_ids: Labels) -> CaseGenerators:
    """Units: ``p_nom p_min_pu`` to ``p_nom p_max_pu``, at ``p_set`` and ``q_set``."""
    rows, sign = table.buses("bus", bus_ids), table.floats("sign", 1.0)
    for row in np.flatnonzero(sign != 1):
        message = f"{table.key(int(row), 'sign')} is {sign[row]:g}: a generator that draws power is a load"
        table.faults.error("GP-NET-003", message, "make it a load", table.key(int(row), "sign"))
    p_nom = table.floats("p_nom", 0.0)
    low, high = (table.floats(word, default) for word, default in (("p_min_pu", 0.0), ("p_max_pu", 1.0)))
    q_set = table.floats("q_set", 0.0, empty=0.0)
    fixed = np.array([word == "PQ" for word in table.texts("control", "PQ")], dtype=bool)
    mbase = table.floats("mbase_mva", 0.0)
    return CaseGenerators(
        id=table.id,
        bus=tuple(bus_ids[row] if row >= 0 else "?" for row in rows),
        p_mw=table.floats("p_set", 0.0, empty=0.0),
        q_mvar=q_set,
        p_min_mw=np.where(low == 0, 0.0, p_nom * low),
        p_max_mw=np.where(high == 0, 0.0, p_nom * high),
        q_min_mvar=table.floats("q_min_mvar", 0.0) if table.has("q_min_mvar") else np.where(fixed, q_set, -np.inf),
        q_max_mvar=table.floats("q_max_mvar", 0.0) if table.has("q_max_mvar") else np.where(fixed, q_set, np.inf),
        vm_setpoint_pu=table.floats("vm_setpoint_pu", 1.0),
        mbase_mva=np.where(mbase > 0, mbase, np.where(p_nom > 0, p_nom, 1.0)),
        in_service=table.flags("active", True),
        unit_type=table.texts("type"),
        fuel=table.texts("carrier"),
        cost=_costs(table),
    )


def _costs(table: Component) -> tuple[CostCurve | None, ...]:
    """Curves: those that ``write_pypsa`` wrote beside, else ``marginal_cost p + marginal_cost_quadratic p^2``."""
    linear, quadratic = table.floats("marginal_cost", 0.0), table.floats("marginal_cost_quadratic", 0.0)
    start, stop = table.floats("start_up_cost", 0.0), table.floats("shut_down_cost", 0.0)
    beside = table.texts("cost_curve")
    curves: list[CostCurve | None] = []
    for row, text in enumerate(beside):
        if text == "none":
            curves.append(None)
            continue
        if text:
            curve = curve_of(text)
            if curve is None:
                message = f"{table.key(row, 'cost_curve')} is no cost curve"
                table.faults.error("GP-CST-001", message, "delete the column", table.key(row, "cost_curve"))
            curves.append(curve)
            continue
        curves.append(
            CostCurve(
                kind="polynomial",
                coefficients=(0.0, float(linear[row]), float(quadratic[row])),
                startup_usd=float(start[row]),
                shutdown_usd=float(stop[row]),
            )
        )
    return tuple(curves)


def curve_text(curve: CostCurve | None) -> str:
    """One curve as text, exactly."""
    if curve is None:
        return "none"
    values: list[Any] = list(curve.coefficients) if curve.kind == "polynomial" else [list(p) for p in curve.points]
    return json.dumps({curve.kind: values, "startup": curve.startup_usd, "shutdown": curve.shutdown_usd})


def curve_of(text: str) -> CostCurve | None:
    """Curve of a text of ``curve_text``; None where it is none."""
    try:
        found = json.loads(text)
        start, stop = float(found["startup"]), float(found["shutdown"])
        coefficients = tuple(float(c) for c in found.get("polynomial", ()))
        points = tuple((float(p), float(cost)) for p, cost in found.get("piecewise", ()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if bool(coefficients) == bool(points):
        return None
    kind: CurveKind = "polynomial" if coefficients else "piecewise"
    return CostCurve(kind=kind, coefficients=coefficients, points=points, startup_usd=start, shutdown_usd=stop)
