"""The plan's door to HiGHS: compiled arrays in, solution with its proof out, rows appended warm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from gridplan.errors import InfeasibleError, NoSolutionError
from gridplan.plan.compiled import Compiled

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSolution:
    """Columns, objective, proved bound and row duals (none for integer plans) of a master solve."""

    x: FloatArray
    objective: float
    bound: float
    row_dual: FloatArray | None
    status: str


class PlanSolver:
    """A compiled plan in HiGHS; rows and columns can be appended between solves.

    Parameters
    ----------
    plan : Compiled
    mip_gap_usd : float
        Absolute gap asked of an integer solve [USD].
    """

    def __init__(self, plan: Compiled, *, mip_gap_usd: float = 1e-6, seed: int = 0, method: str = "choose") -> None:
        import highspy

        self.highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", seed),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", mip_gap_usd),
            ("solver", method),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            self.highs.setOptionValue(option, value)
        self.is_integer = bool(plan.is_integer.any())
        self.highs.passModel(_model(plan))

    def add_rows(self, rows: sp.csr_matrix, lower: FloatArray, upper: FloatArray) -> None:
        """Append ``lower <= rows x <= upper``."""
        if rows.shape[0]:
            starts = rows.indptr[:-1].astype(np.int32)
            self.highs.addRows(
                rows.shape[0], lower, upper, rows.nnz, starts, rows.indices.astype(np.int32), rows.data.astype(float)
            )

    def add_columns(self, cost: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        """Append columns that stand in no row yet."""
        empty = np.zeros(0, dtype=np.int32)
        self.highs.addCols(len(cost), cost, lower, upper, 0, np.zeros(len(cost), dtype=np.int32), empty, np.zeros(0))

    def set_bounds(self, columns: npt.NDArray[np.int64], lower: FloatArray, upper: FloatArray) -> None:
        """Move bounds of columns."""
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def set_costs(self, columns: npt.NDArray[np.int64], cost: FloatArray) -> None:
        """Change costs of columns."""
        self.highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def solve(self) -> PlanSolution:
        """Solve; an infeasible plan is an InfeasibleError, anything else but optimal a NoSolutionError."""
        import highspy

        self.highs.run()
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise InfeasibleError("the plan has no feasible solution")
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoSolutionError(f"the plan ended with {self.highs.modelStatusToString(status)}")
        info, solution = self.highs.getInfo(), self.highs.getSolution()
        objective = float(info.objective_function_value)
        return PlanSolution(
            x=np.array(solution.col_value),
            objective=objective,
            bound=float(info.mip_dual_bound) if self.is_integer else objective,
            row_dual=None if self.is_integer else np.array(solution.row_dual),
            status="optimal",
        )


def _model(plan: Compiled) -> Any:
    import highspy

    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = plan.a.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = plan.cost, plan.lower, plan.upper
    lp.row_lower_, lp.row_upper_ = plan.row_lower, plan.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = plan.a.indptr
    lp.a_matrix_.index_ = plan.a.indices
    lp.a_matrix_.value_ = plan.a.data
    if plan.is_integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(i)] for i in plan.is_integer]
    return lp
