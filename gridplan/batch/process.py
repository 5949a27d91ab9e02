"""Studies run by processes: each in one of its own with one thread, or here where there is one worker.

Comes in: tasks. Goes out: how each ended, in the order they end. A process that dies takes nothing with it: its study
is tried once more, then counted as failed; the others go on.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from gridplan.dispatch.farm import Crew
from gridplan.dispatch.local_crew import end_processes
from gridplan.errors import GridplanError, InputError
from gridplan.store.checkpoint import unfinished_folder

TRIES = 2
_MOST_LETTERS = 10_000  # of a detail: it must fit into a pipe that is read after the process has ended
_MOST_WORDS = 500  # letters of a reason
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One study to run."""

    key: str
    study: Path
    run_dir: Path
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a study ended: an empty reason is success; ``detail`` is for the file of failures."""

    reason: str = ""
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class _Running:
    task: Task
    process: SpawnProcess
    messages: Connection
    tries: int


def run_tasks(
    tasks: Sequence[Task], *, workers: int, runner: str, crew: Crew | None = None
) -> Generator[tuple[Task, Ending], None, None]:
    """Run every task; closing the iterator ends the processes still at work.

    Parameters
    ----------
    tasks : sequence of Task
        Studies.
    workers : int
        Processes at a time; 1 = no process of its own.
    runner : str
        ``module:function``, called with study path, run folder, ``workers=1``, ``progress=None`` and ``folder``; with
        ``resume=True`` where an earlier try kept what it had finished.
    crew : Crew, optional
        Who does the work of each study, one study at a time.
    """
    if workers == 1 or crew is not None:
        for task in tasks:
            yield task, _attempt(runner, task, crew)
    else:
        yield from _run_in_processes(tasks, workers, runner)


def _run_in_processes(tasks: Sequence[Task], workers: int, runner: str) -> Generator[tuple[Task, Ending], None, None]:
    waiting = deque((task, 1) for task in tasks)
    running: dict[int, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                started = _start(runner, *waiting.popleft())
                running[started.process.sentinel] = started
            for sentinel in wait(list(running)):
                ended = running.pop(int(sentinel))  # type: ignore[arg-type]
                ending = _ending(ended)
                if ending is None and ended.tries < TRIES:
                    waiting.appendleft((ended.task, ended.tries + 1))
                else:
                    yield ended.task, ending or Ending(reason=_death(ended.process))
    finally:
        end_processes([entry.process for entry in running.values()])


def _start(runner: str, task: Task, tries: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(runner, task, sender), name=f"study {task.key}")
    with _one_thread():
        process.start()
    sender.close()
    return _Running(task=task, process=process, messages=receiver, tries=tries)


def _work(runner: str, task: Task, sender: Connection) -> None:
    """Body of a process: an interrupt is the coordinator's to handle, and without it there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_coordinator, daemon=True).start()
    sender.send(_attempt(runner, task))
    sender.close()


def _end_with_coordinator() -> None:
    coordinator = multiprocessing.parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)


def _attempt(runner: str, task: Task, crew: Crew | None = None) -> Ending:
    more: dict[str, Any] = {"crew": crew} if crew is not None else {}
    if unfinished_folder(task.run_dir).is_dir():
        more["resume"] = True
    try:
        _function(runner)(task.study, task.run_dir, workers=1, progress=None, folder=task.folder, **more)
    except GridplanError as error:
        return Ending(reason=_reason(error), detail=str(error)[:_MOST_LETTERS])
    except Exception as error:
        words = " ".join(str(error).split())[:_MOST_WORDS]
        detail = traceback.format_exc()[-_MOST_LETTERS:]
        return Ending(reason=f"unexpected {type(error).__name__}: {words}", detail=detail)
    return Ending()


def _function(runner: str) -> Callable[..., Any]:
    module, _, name = runner.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _reason(error: GridplanError) -> str:
    if isinstance(error, InputError) and error.findings:
        faults = [finding for finding in error.findings if finding.severity == "error"] or list(error.findings)
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return f"{faults[0].code}: {faults[0].message}{more}"
    return " ".join(str(error).split())[:_MOST_WORDS]


def _ending(ended: _Running) -> Ending | None:
    """Last word of a process; None where it died without one."""
    ended.process.join()
    try:
        ending: Ending | None = ended.messages.recv() if ended.messages.poll() else None
    except (EOFError, OSError):
        ending = None
    ended.messages.close()
    return ending


def _death(process: SpawnProcess) -> str:
    code = process.exitcode or 0
    if code >= 0:
        return f"its process ended with code {code} and no result, {TRIES} times"
    name = signal.Signals(-code).name if -code in {s.value for s in signal.Signals} else str(-code)
    hint = "; this is often a lack of memory" if name == "SIGKILL" else ""
    return f"its process was killed by {name}, {TRIES} times{hint}"


@contextmanager
def _one_thread() -> Iterator[None]:
    """Variables that hold numerical libraries to one thread, for the processes started meanwhile."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
