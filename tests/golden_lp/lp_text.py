"""A compiled plan as text: one line per row and bound, in the names of its parts."""

from __future__ import annotations

import numpy as np

from gridplan.plan.compiled import Compiled


def lp_text(plan: Compiled, n_time: int) -> str:
    """Objective, rows and bounds; what is free or has no cost is left out."""
    names = _names(plan.columns, n_time)
    costs = [_term(cost, names[j]) for j, cost in enumerate(plan.cost) if cost]
    lines = ["minimize", *(f"  {cost}" for cost in costs), "subject to"]
    matrix = plan.a.toarray()
    for i, row in _names(plan.rows, n_time).items():
        members = sorted(np.flatnonzero(matrix[i]).tolist(), key=names.__getitem__)
        terms = " ".join(_term(matrix[i, j], names[j]) for j in members)
        lines.append(f"  {row}: {_between(terms, plan.row_lower[i], plan.row_upper[i])}")
    lines.append("bounds")
    lines += [f"  {_between(name, plan.lower[j], plan.upper[j])}" for j, name in names.items()]
    return "\n".join([*lines, "end", ""])


def _names(components: dict[str, np.ndarray], n_time: int) -> dict[int, str]:
    """Position -> ``name[element,hour]``, or ``name #k`` where there is not one for every hour."""
    found = {}
    for name, positions in components.items():
        is_hourly = len(positions) % n_time == 0 and len(positions) > 0
        for k, position in enumerate(positions):
            label = f"{name} [{k // n_time},{k % n_time}]" if is_hourly else f"{name} #{k}"
            found[int(position)] = label.replace(" [", "[") if not name.endswith("]") else label
    return found


def _term(value: float, name: str) -> str:
    sign = "-" if value < 0 else "+"
    return f"{sign} {name}" if abs(value) == 1 else f"{sign} {abs(value):.10g} {name}"


def _between(what: str, lower: float, upper: float) -> str:
    if lower == upper:
        return f"{what} = {lower:.10g}"
    left = "" if np.isneginf(lower) else f"{lower:.10g} <= "
    right = "" if np.isposinf(upper) else f" <= {upper:.10g}"
    return f"{left}{what}{right}"
