"""A Pyomo model compiled once to labelled arrays.

Parts declare structure (variables, constraints without data) in Pyomo; data (bounds, sides,
costs) are then set on arrays by the names the parts gave. Nothing here knows the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Stands for "no bound" on a column that is finite by its rows.
WIDE = 1.0e9


@dataclass(kw_only=True)
class Compiled:
    """``row_lower <= A x <= row_upper``, ``lower <= x <= upper``, least ``cost x``, with names.

    ``columns`` and ``rows`` map the name of a component to positions, in the order of its index set.
    """

    a: sp.csr_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    cost: FloatArray
    is_integer: npt.NDArray[np.bool_]
    columns: dict[str, IntArray]
    rows: dict[str, IntArray]

    def copy(self) -> Compiled:
        """Copy whose data can be set without touching this one; the structure is shared."""
        return replace(
            self,
            row_lower=self.row_lower.copy(),
            row_upper=self.row_upper.copy(),
            lower=self.lower.copy(),
            upper=self.upper.copy(),
            cost=self.cost.copy(),
        )

    def column(self, name: str, shape: Sequence[int] | None = None) -> IntArray:
        """Positions of a variable, reshaped to the sizes of its index sets."""
        positions = self.columns[name]
        return positions if shape is None else positions.reshape(tuple(shape))

    def bound(self, name: str, lower: Any, upper: Any) -> None:
        """Set bounds of a variable; arrays are taken in the order of its index set."""
        positions = self.columns[name]
        self.lower[positions] = np.broadcast_to(np.asarray(lower, dtype=float).ravel(), positions.shape)
        self.upper[positions] = np.broadcast_to(np.asarray(upper, dtype=float).ravel(), positions.shape)

    def side(self, name: str, lower: Any, upper: Any) -> None:
        """Set both sides of a constraint; arrays are taken in the order of its index set."""
        positions = self.rows[name]
        self.row_lower[positions] = np.broadcast_to(np.asarray(lower, dtype=float).ravel(), positions.shape)
        self.row_upper[positions] = np.broadcast_to(np.asarray(upper, dtype=float).ravel(), positions.shape)

    def price(self, name: str, cost: Any) -> None:
        """Set the cost per unit of a variable."""
        positions = self.columns[name]
        self.cost[positions] = np.broadcast_to(np.asarray(cost, dtype=float).ravel(), positions.shape)

    def value(self, x: FloatArray, name: str, shape: Sequence[int] | None = None) -> FloatArray:
        """Values of a variable in a solution vector."""
        return np.asarray(x[self.column(name, shape)])


def compile_model(declare: Any) -> Compiled:
    """Build a Pyomo model with ``declare(model)`` and compile it to arrays.

    Constraints are templatized: one expression per constraint, not one per hour, which makes the
    build five times faster at 8,784 hours.
    """
    import pyomo.environ as pyo
    from pyomo.core.base import constraint as templates
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    before = templates.TEMPLATIZE_CONSTRAINTS
    templates.TEMPLATIZE_CONSTRAINTS = True
    try:
        model = pyo.ConcreteModel()
        declare(model)
        model.nothing = pyo.Objective(expr=0)
        form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    finally:
        templates.TEMPLATIZE_CONSTRAINTS = before
    return _labelled(model, form)


def _labelled(model: Any, form: Any) -> Compiled:
    import pyomo.environ as pyo

    place = {id(v): i for i, v in enumerate(form.columns)}
    columns: dict[str, IntArray] = {}
    integer: list[int] = []
    extra = len(form.columns)
    for variable in model.component_objects(pyo.Var, descend_into=False):
        positions = []
        for data in variable.values():
            position = place.get(id(data))
            if position is None:
                position, extra = extra, extra + 1
            positions.append(position)
            if data.is_integer() or data.is_binary():
                integer.append(position)
        columns[variable.local_name] = np.array(positions, dtype=np.int64)
    constraints = model.component_objects(pyo.Constraint, descend_into=False)
    rows: dict[str, list[int]] = {c.local_name: [] for c in constraints if len(c) == 0}
    for i, row in enumerate(form.rows):
        rows.setdefault(row.constraint.parent_component().local_name, []).append(i)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int64)
    sides = np.asarray(form.rhs, dtype=float)
    a = sp.csr_matrix(form.A)
    a.resize(a.shape[0], extra)
    is_integer = np.zeros(extra, dtype=bool)
    is_integer[integer] = True
    return Compiled(
        a=a,
        row_lower=np.where(kind == 1, -np.inf, sides),
        row_upper=np.where(kind == -1, np.inf, sides),
        lower=np.full(extra, -WIDE),
        upper=np.full(extra, WIDE),
        cost=np.zeros(extra),
        is_integer=is_integer,
        columns=columns,
        rows={name: np.array(positions, dtype=np.int64) for name, positions in rows.items()},
    )
