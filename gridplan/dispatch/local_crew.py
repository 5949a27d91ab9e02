"""Local processes: they end with the process that started them, and read what tasks share from a file once."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_GRACE_S = 3.0


def local_workers(asked: int) -> int:
    """Processes to start: at least one, never more than processors."""
    return max(1, min(int(asked), os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class _InFile:
    """Stand-in of a shared value: a file of this run, in a folder that only its user can read."""

    path: str


class LocalCrew:
    """Some processes of this machine."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._folder = tempfile.TemporaryDirectory(prefix="gridplan-")
        self._shared = 0
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
        self.executor: Executor = _Loading(self._pool)

    def share(self, value: Any) -> Any:
        """Write the value to a file that every process reads once."""
        self._shared += 1
        path = Path(self._folder.name) / f"{self._shared}.pickle"
        with path.open("wb") as file:
            pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
        return _InFile(str(path))

    def release(self, shared: Any) -> None:
        """Remove the file."""
        Path(shared.path).unlink(missing_ok=True)

    def check(self) -> None:
        """Nothing to do: the pool breaks by itself."""

    def loss(self, error: BaseException) -> str | None:
        """A process that died takes the pool with it."""
        if not isinstance(error, BrokenExecutor):
            return None
        fewer = max(self.count // 2, 1)
        return (
            "a worker process was ended by the system, most likely out of memory: use fewer workers "
            f"(--workers {fewer}; now {self.count})"
        )

    def close(self, *, at_once: bool) -> None:
        """End the processes."""
        if at_once:
            _end(self._pool)
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()


class _Loading(Executor):
    """The pool, with a function of its own around each task that puts shared values in."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task out."""
        return self._pool.submit(_work, work, *args, **kwargs)


def _end(pool: ProcessPoolExecutor) -> None:
    # Until Python 3.14 a pool has no public way to end processes that are at work.
    end_processes(list((getattr(pool, "_processes", None) or {}).values()))


def end_processes(processes: Sequence[BaseProcess]) -> None:
    """Ask processes to end, then make them."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()


def _begin() -> None:
    """Begin a worker: an interrupt is its starter's to handle, and without that there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_starter, daemon=True).start()


def _end_with_starter() -> None:
    starter = multiprocessing.parent_process()
    if starter is not None:
        starter.join()
        os._exit(1)


_LAST: dict[str, Any] = {}
"""The shared value this process read last, by its file."""


def _work(work: Callable[..., Any], *args: Any) -> Any:
    return work(*(_loaded(value) if isinstance(value, _InFile) else value for value in args))


def _loaded(stand_in: _InFile) -> Any:
    if stand_in.path not in _LAST:
        _LAST.clear()
        with Path(stand_in.path).open("rb") as file:
            _LAST[stand_in.path] = pickle.load(file)
    return _LAST[stand_in.path]
