"""The door to HiGHS: one warm model whose bounds move from hour to hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.errors import NoSolutionError
from gridplan.network.model import FloatArray, IntArray

#: Relative accuracy asked of the simplex method.
FEASIBILITY_TOLERANCE = 1.0e-9
_LOOSE = {"primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7}
#: Options of every solve but those that did not end well.
USUAL: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "solver": "simplex",
    "presolve": "off",
    "simplex_strategy": 1,
    "primal_feasibility_tolerance": FEASIBILITY_TOLERANCE,
    "dual_feasibility_tolerance": FEASIBILITY_TOLERANCE,
}
#: What is tried one after another where a solve does not end well; every way ends in a basic solution.
LADDER: tuple[dict[str, Any], ...] = (
    _LOOSE,
    {**_LOOSE, "presolve": "on"},
    {**_LOOSE, "presolve": "on", "simplex_strategy": 4},
    {**_LOOSE, "presolve": "on", "solver": "ipm"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourResults:
    """Solved hours: objective (time,), columns (time, column) [MW], row duals (time, row), feasibility (time,)."""

    objective: FloatArray
    column_mw: FloatArray
    row_dual: FloatArray
    is_feasible: IntArray


def new_highs() -> Any:
    """Silent, single-threaded, deterministic HiGHS instance."""
    import highspy

    highs = highspy.Highs()
    for option, value in USUAL.items():
        highs.setOptionValue(option, value)
    return highs


class HourSolver:
    """Solves hours of one HourBlock one after another, each from the basis of the one before."""

    def __init__(self, block: HourBlock) -> None:
        self.block = block
        self.highs = new_highs()
        lower, upper = block.column_bounds(np.array([0]))
        self._pass_model(lower[0], upper[0])
        self.varying = block.grid.varying_columns

    def _pass_model(self, lower: FloatArray, upper: FloatArray) -> None:
        import highspy

        a = self.block.matrix
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = a.shape
        lp.col_cost_ = self.block.cost
        lp.col_lower_, lp.col_upper_ = lower, upper
        lp.row_lower_ = np.zeros(a.shape[0])
        lp.row_upper_ = np.zeros(a.shape[0])
        rows, cols = np.nonzero(np.abs(a) > 1e-12)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=a.shape[0]))])
        lp.a_matrix_.index_ = cols
        lp.a_matrix_.value_ = a[rows, cols]
        self.highs.passModel(lp)

    def solve(self, hours: IntArray, u_mw: FloatArray) -> HourResults:
        """Solve these hours at withdrawals ``u_mw``, dims (time, point); the first starts from no basis."""
        block, highs = self.block, self.highs
        highs.clearSolver()
        lower, upper = block.column_bounds(hours)
        side_lower, side_upper = block.row_bounds(hours)
        shift = u_mw @ block.plan_matrix.T
        side_lower, side_upper = side_lower - shift, side_upper - shift
        n_row, n_col = block.matrix.shape
        rows = np.arange(n_row, dtype=np.int32)
        changed = self._all_columns(n_col) if not block.is_elastic else self.varying
        out = HourResults(
            objective=np.zeros(len(hours)),
            column_mw=np.zeros((len(hours), n_col)),
            row_dual=np.zeros((len(hours), n_row)),
            is_feasible=np.ones(len(hours), dtype=np.int64),
        )
        for i in range(len(hours)):
            highs.changeColsBounds(len(changed), changed, lower[i, changed], upper[i, changed])
            highs.changeRowsBounds(n_row, rows, side_lower[i], side_upper[i])
            self._run(i, out)
        return out

    def _all_columns(self, n_col: int) -> Any:
        return np.arange(n_col, dtype=np.int32)

    def _run(self, i: int, out: HourResults) -> None:
        import highspy

        highs = self.highs
        highs.run()
        status = highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            status = self._try_again()
        if status == highspy.HighsModelStatus.kInfeasible:
            out.is_feasible[i] = 0
            out.objective[i] = np.inf
            highs.clearSolver()
            return
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoSolutionError(f"the hourly dispatch ended with {highs.modelStatusToString(status)}")
        solution = highs.getSolution()
        out.column_mw[i] = solution.col_value
        out.row_dual[i] = solution.row_dual
        out.objective[i] = self.block.cost @ out.column_mw[i]

    def _try_again(self) -> Any:
        """Anything but optimal is confirmed from scratch with standard tolerances, then tried in other ways."""
        import highspy

        settled = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
        highs = self.highs
        for ways in LADDER:
            highs.clearSolver()
            for name, value in ways.items():
                highs.setOptionValue(name, value)
            highs.run()
            status = highs.getModelStatus()
            for name in ways:
                highs.setOptionValue(name, USUAL[name])
            if status in settled:
                break
        return status
