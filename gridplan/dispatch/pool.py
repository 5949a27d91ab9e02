"""Who solves the blocks of hours: this process or a few local ones, with the same bytes out."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import Any

import numpy as np

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.solver import HourResults, HourSolver
from gridplan.network.model import FloatArray, IntArray

#: Hours in one block; fixed, so that results do not depend on the number of workers.
BLOCK_HOURS = 366
#: Below this many blocks a second process costs more than it saves.
FEW_BLOCKS = 2


class SolverFarm:
    """Solves hours in fixed blocks, each from no basis, in ``workers`` processes.

    Use as a context manager when ``workers`` is above 1.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = max(1, int(workers))
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> SolverFarm:
        if self.workers > 1:
            context = multiprocessing.get_context("forkserver" if hasattr(multiprocessing, "forkserver") else "spawn")
            self._executor = ProcessPoolExecutor(self.workers, mp_context=context)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def solve(self, block: HourBlock, hours: IntArray, u_mw: FloatArray) -> HourResults:
        """Solve the hours; one result in the order asked."""
        parts = [slice(i, min(i + BLOCK_HOURS, len(hours))) for i in range(0, len(hours), BLOCK_HOURS)]
        if self._executor is None or len(parts) < FEW_BLOCKS:
            solver = HourSolver(block)
            return _joined([solver.solve(hours[p], u_mw[p]) for p in parts])
        jobs: list[Any] = [self._executor.submit(_solve_part, block, hours[p], u_mw[p]) for p in parts]
        return _joined([job.result() for job in jobs])


def _solve_part(block: HourBlock, hours: IntArray, u_mw: FloatArray) -> HourResults:
    return HourSolver(block).solve(hours, u_mw)


def _joined(parts: list[HourResults]) -> HourResults:
    return HourResults(
        objective=np.concatenate([p.objective for p in parts]),
        column_mw=np.concatenate([p.column_mw for p in parts]),
        row_dual=np.concatenate([p.row_dual for p in parts]),
        is_feasible=np.concatenate([p.is_feasible for p in parts]),
    )
