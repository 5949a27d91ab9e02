"""One linear program as growing lists of columns and rows, handed to HiGHS in one piece.

In: bounds, costs and row terms as numpy arrays. Out: column values, row duals, the objective.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Term = tuple[IntArray, npt.ArrayLike]
MatrixTerm = tuple[sparse.spmatrix, IntArray]

INF = float("inf")
TOLERANCE = 1e-9
_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}


@dataclass(frozen=True)
class LpResult:
    """Status, objective, value of every column, dual of every row (cost of one more unit of its bound)."""

    status: str
    objective: float
    value: FloatArray
    row_dual: FloatArray

    @property
    def is_optimal(self) -> bool:
        """Whether HiGHS proved the optimum."""
        return self.status == "optimal"


@dataclass
class LinearProgram:
    """min cost x, lower <= x <= upper, row_lower <= rows x <= row_upper."""

    _columns: list[tuple[FloatArray, FloatArray, FloatArray]] = field(default_factory=list)
    _rows: list[tuple[FloatArray, FloatArray]] = field(default_factory=list)
    _entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)
    n_column: int = 0
    n_row: int = 0

    def add_columns(
        self, shape: tuple[int, ...], lower: npt.ArrayLike, upper: npt.ArrayLike, cost: npt.ArrayLike = 0.0
    ) -> IntArray:
        """Numbers of new columns in an array of ``shape``; bounds and cost are broadcast to it."""
        spread = [np.broadcast_to(np.asarray(v, dtype=float), shape).ravel() for v in (lower, upper, cost)]
        self._columns.append((spread[0], spread[1], spread[2]))
        count = int(np.prod(shape))
        numbers = np.arange(self.n_column, self.n_column + count).reshape(shape)
        self.n_column += count
        return numbers

    def add_rows(
        self,
        lower: npt.ArrayLike,
        upper: npt.ArrayLike,
        terms: list[Term],
        matrices: list[MatrixTerm] | None = None,
        *,
        shape: tuple[int, ...] | None = None,
    ) -> IntArray:
        """Numbers of new rows.

        Each term (columns, coefficient) adds one column to each row and is broadcast to the shape of the
        rows; each matrix term (matrix, columns) adds ``matrix @ x[columns]`` to the rows in flat order.
        """
        shape = shape if shape is not None else np.broadcast_shapes(*(np.shape(t[0]) for t in terms))
        count = int(np.prod(shape))
        numbers = np.arange(self.n_row, self.n_row + count).reshape(shape)
        bounds = [np.broadcast_to(np.asarray(v, dtype=float), shape).ravel() for v in (lower, upper)]
        self._rows.append((bounds[0], bounds[1]))
        for columns, coefficient in terms:
            self._add_entries(numbers, np.broadcast_to(columns, shape), np.broadcast_to(coefficient, shape))
        for matrix, columns in matrices or []:
            entry = sparse.coo_array(matrix)
            self._add_entries(numbers.ravel()[entry.row], np.ravel(columns)[entry.col], entry.data)
        self.n_row += count
        return numbers

    def _add_entries(self, rows: IntArray, columns: IntArray, values: FloatArray) -> None:
        keep = np.ravel(values) != 0.0
        self._entries.append((np.ravel(rows)[keep], np.ravel(columns)[keep], np.ravel(values)[keep].astype(float)))

    def matrix(self) -> sparse.csc_array:
        """All rows as one sparse matrix; entries of the same row and column are summed."""
        parts = [np.concatenate([e[k] for e in self._entries]) for k in range(3)]
        return sparse.csc_array(sparse.coo_array((parts[2], (parts[0], parts[1])), shape=(self.n_row, self.n_column)))

    def bounds(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Lower and upper bounds of the columns, then of the rows."""
        columns = [np.concatenate([c[k] for c in self._columns]) for k in range(2)]
        rows = [np.concatenate([r[k] for r in self._rows]) for k in range(2)]
        return columns[0], columns[1], rows[0], rows[1]

    def loaded(self, solver: str = "simplex", *, maximise: bool = False) -> highspy.Highs:
        """HiGHS holding this program, not yet run; the sign of the cost is turned to maximise."""
        matrix, cost = self.matrix(), self._cost()
        highs = _new_highs(solver)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.n_column, self.n_row
        lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = self.bounds()
        lp.col_cost_ = -cost if maximise else cost
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        highs.passModel(lp)
        return highs

    def _cost(self) -> FloatArray:
        return np.concatenate([c[2] for c in self._columns])

    def solve(self, solver: str = "simplex", *, maximise: bool = False) -> LpResult:
        """Optimum by HiGHS at tolerance 1e-9; ``solver`` is simplex or ipm (with crossover) or ipx, hipo."""
        return result_of(self.loaded(solver, maximise=maximise), self._cost())


def result_of(highs: highspy.Highs, cost: FloatArray) -> LpResult:
    """Run what HiGHS holds; the objective is that of ``cost``."""
    highs.run()
    status = _STATUS.get(highs.getModelStatus(), str(highs.getModelStatus()))
    solution = highs.getSolution()
    value, row_dual = np.array(solution.col_value), np.array(solution.row_dual)
    objective = float(cost @ value) if status == "optimal" else float("nan")
    return LpResult(status=status, objective=objective, value=value, row_dual=row_dual)


def _new_highs(solver: str) -> highspy.Highs:
    highs = highspy.Highs()
    options = {
        "output_flag": False,
        "solver": solver,
        "run_crossover": "on",
        "threads": 1,
        "random_seed": 0,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
    }
    for name, setting in options.items():
        highs.setOptionValue(name, setting)
    return highs
