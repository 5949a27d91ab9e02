"""Who does the work: never more processes than processors, and answers in the order of the tasks."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gridplan.dispatch.farm import Farm
from gridplan.errors import NoSolutionError, ResourceError


def square(number: int) -> int:
    return number * number


def scaled(factor: float, number: int) -> float:
    return factor * number


def process_of(shared: list[int], number: int) -> tuple[int, int, int]:
    """Process, the shared value's place in it, and the number."""
    return os.getpid(), id(shared), number


def out_of_memory(number: int) -> int:
    if number == 2:
        raise MemoryError
    return number


def killed(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def unsolved(number: int) -> int:
    if number == 2:
        raise NoSolutionError("siting found no plan")
    return number


def sleeping(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (10**6, os.cpu_count() or 1)])
def test_there_are_no_more_processes_than_processors(asked: int, given: int) -> None:
    assert Farm(asked).workers == given


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_the_order_of_the_tasks(workers: int) -> None:
    heard: list[int] = []
    with Farm(workers) as farm:
        assert farm.map(square, [3, 1, 2], heard.append) == [9, 1, 4]
    assert heard == [0, 1, 2]


def test_what_tasks_share_comes_first() -> None:
    with Farm(2) as farm:
        assert farm.map_shared(scaled, 0.5, [3, 1, 2]) == [1.5, 0.5, 1.0]
    assert Farm(1).map_shared(scaled, 0.5, [3, 1, 2]) == [1.5, 0.5, 1.0]


def test_a_process_reads_what_tasks_share_once() -> None:
    with Farm(2) as farm:
        places = {place[:2] for place in farm.map_shared(process_of, [7], list(range(12)))}
        processes = {process for process, _ in places}
        assert len(places) == len(processes) <= farm.workers
        # Another value replaces the first one.
        assert farm.map_shared(scaled, 2.0, [1]) == [2.0]


def test_shared_values_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Farm(2) as farm:
        farm.map_shared(scaled, 0.5, [1])
        assert not list(tmp_path.glob("*/*"))
    assert not list(tmp_path.iterdir())


def test_any_executor_does_the_work() -> None:
    heard: list[int] = []
    with ThreadPoolExecutor(3) as threads, Farm(3, executor=threads) as farm:
        assert farm.map(square, list(range(20)), heard.append) == [i * i for i in range(20)]
        assert farm.map_shared(scaled, 0.5, [3, 1]) == [1.5, 0.5]
    assert heard == list(range(20))


TROUBLE = [
    (out_of_memory, ResourceError, r"out of memory: use fewer workers \(--workers 1\)"),
    (
        killed,
        ResourceError,
        r"ended by the system, most likely out of memory: use fewer workers \(--workers 1; now 2\)",
    ),
    (unsolved, NoSolutionError, "siting found no plan"),
]


@pytest.mark.parametrize(("work", "error", "text"), TROUBLE, ids=["memory", "killed", "unsolved"])
def test_trouble_of_a_worker_is_told(work: Callable[[int], int], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text), Farm(2) as farm:
        farm.map(work, [1, 2, 3])


def test_an_interrupt_does_not_wait_for_tasks_at_work(tmp_path: Path) -> None:
    def interrupt() -> None:
        with Farm(2) as farm:
            crew = farm._crew
            assert crew is not None
            crew.executor.submit(sleeping, str(tmp_path / "process"))
            while not (tmp_path / "process").is_file() or not (tmp_path / "process").read_text():
                time.sleep(0.05)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    process = int((tmp_path / "process").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
