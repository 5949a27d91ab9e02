"""Who does the work: this process or a few local ones, with the same bytes out.

Tasks are cut before they are handed out and never depend on one another, so their results do not
depend on how many workers there are or which of them does what.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Farm:
    """Maps tasks over ``workers`` processes; with one worker, in this process.

    Use as a context manager when ``workers`` is above 1. There are never more processes than processors: more
    would be slower and hold the grid in memory as often.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = max(1, min(int(workers), os.cpu_count() or 1))
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Farm:
        if self.workers > 1:
            self._executor = ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def map(
        self, work: Callable[[Task], Answer], tasks: Sequence[Task], progress: Callable[[int], None] = lambda _: None
    ) -> list[Answer]:
        """Answers in the order of the tasks; ``progress`` hears the position of each that is done."""
        done = []
        answers = map(work, tasks) if self._executor is None else self._executor.map(work, tasks)
        for i, answer in enumerate(answers):
            done.append(answer)
            progress(i)
        return done
