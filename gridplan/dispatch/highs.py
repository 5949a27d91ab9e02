"""The door to HiGHS: options, what is tried where a solve does not end well, and arrays in its form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.network.model import FloatArray

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
#: Entries smaller than this are none.
NOTHING = 1.0e-12


def new_highs() -> Any:
    """Silent, single-threaded, deterministic HiGHS instance."""
    import highspy

    highs = highspy.Highs()
    for option, value in USUAL.items():
        highs.setOptionValue(option, value)
    return highs


def pass_balance(highs: Any, balance: FloatArray, cost: FloatArray) -> None:
    """Give HiGHS a model of one row, dims (column,), whose bounds and sides are still to come."""
    import highspy

    count, at = len(balance), np.flatnonzero(balance)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = 1, count
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.zeros(count)
    lp.row_lower_, lp.row_upper_ = np.zeros(1), np.zeros(1)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([0, len(at)])
    lp.a_matrix_.index_, lp.a_matrix_.value_ = at, balance[at]
    highs.passModel(lp)


def sparse_lines(values: FloatArray) -> tuple[int, npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray]:
    """Count of entries, start of each line, places and values, for ``addRows`` and ``addCols``; dims (line, place)."""
    line, place = np.nonzero(np.abs(values) > NOTHING)
    start = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(values)))[:-1]])
    return len(place), start.astype(np.int32), place.astype(np.int32), values[line, place]


def add_free_rows(highs: Any, values: FloatArray) -> None:
    """Append rows, dims (row, column), that limit nothing until their sides are set."""
    free = np.full(len(values), np.inf)
    highs.addRows(len(values), -free, free, *sparse_lines(values))


def tried_again(highs: Any) -> Any:
    """Status of a solve that did not end optimal, confirmed from scratch with standard tolerances or other ways."""
    import highspy

    settled = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    status = highs.getModelStatus()
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
