"""Who does the work: this process, a few local ones or those of a cluster, with the same bytes out.

Tasks are cut before they are handed out and never depend on one another, so their results do not
depend on how many workers there are or which of them does what. What all tasks need is sent to a
worker once. A keeper, if there is one, puts every answer away as soon as it is there, and knows
those of a run that was stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TypeVar

from gridplan.dispatch.local_crew import LocalCrew, local_workers
from gridplan.errors import NO_MEMORY, ResourceError

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Shared = TypeVar("Shared")
Progress = Callable[[int], None]

#: Tasks handed out per worker: one at work, one waiting beside it.
AHEAD = 2
#: Longest time without an answer before it is asked whether anybody is left to give one [s].
CHECK_S = 5.0


class Stage(Protocol):
    """Answers of one stage: those known already by position, and a place for the others."""

    @property
    def found(self) -> Mapping[int, Any]:
        """Answers of an earlier run, by position of the task."""

    def keep(self, position: int, answer: Any) -> None:
        """Put an answer away."""

    def close(self) -> None:
        """Have everything put away that was given."""


class Keeper(Protocol):
    """Puts away the answers of named stages."""

    def stage(self, name: str, work: Callable[..., Any], tasks: Sequence[Any], shared: Any) -> Stage:
        """Begin a stage; an answer is known again only for the same work, task and shared value."""


class Crew(Protocol):
    """Workers: an executor, how many there are, and how a value is sent to all of them once."""

    @property
    def executor(self) -> Executor:
        """Takes the tasks."""

    @property
    def count(self) -> int:
        """Tasks at a time."""

    def share(self, value: Any) -> Any:
        """Stand-in that tasks carry instead of the value."""

    def release(self, shared: Any) -> None:
        """No task carries this stand-in any more."""

    def check(self) -> None:
        """Raise a ResourceError if nobody is left to do what was handed out; called while nothing ends."""

    def loss(self, error: BaseException) -> str | None:
        """What happened, in a planner's words, if the error means that workers were lost."""

    def close(self, *, at_once: bool) -> None:
        """Send the workers home; ``at_once`` does not wait for the tasks they are at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Any executor as a crew; what tasks share goes along with each of them."""

    executor: Executor
    count: int

    def share(self, value: Any) -> Any:
        """Return the value itself."""
        return value

    def release(self, shared: Any) -> None:
        """Nothing to do."""

    def check(self) -> None:
        """Nothing to do: an executor breaks by itself."""

    def loss(self, error: BaseException) -> str | None:
        """Broken executors of any kind."""
        return f"the workers are gone: {error}" if isinstance(error, BrokenExecutor) else None

    def close(self, *, at_once: bool) -> None:
        """Leave the executor to whoever made it."""


class Farm:
    """Maps tasks over ``workers`` processes; with one worker, in this process.

    Use as a context manager when ``workers`` is above 1. There are never more processes than processors: more
    would be slower and hold the grid in memory as often.

    Parameters
    ----------
    workers : int
        Local processes.
    executor : concurrent.futures.Executor, optional
        Whoever is to do the work instead; it is not shut down here.
    crew : Crew, optional
        The same with a way to share values, for instance ``batch.cluster.open_crew``.
    keeper : Keeper, optional
        Puts away the answers of named stages.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        executor: Executor | None = None,
        crew: Crew | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.workers = crew.count if crew else max(1, int(workers)) if executor else local_workers(workers)
        self._crew: Crew | None = Hands(executor=executor, count=self.workers) if executor else crew
        self._is_own = self._crew is None
        self._keeper = keeper
        self._prefix = ""

    def __enter__(self) -> Farm:
        if self._is_own and self.workers > 1:
            self._crew = LocalCrew(self.workers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_own and self._crew is not None:
            self._crew.close(at_once=error is not None)
            self._crew = None

    def named(self, prefix: str) -> Farm:
        """Same workers, for a part of the work: ``prefix`` stands before the names of its stages."""
        other = copy(self)
        other._prefix, other._is_own = self._prefix + prefix, False
        return other

    def map(
        self,
        work: Callable[[Task], Answer],
        tasks: Sequence[Task],
        progress: Progress = lambda _: None,
        *,
        name: str = "",
    ) -> list[Answer]:
        """Answers in the order of the tasks.

        Parameters
        ----------
        work : callable
            A function of a module, so that other processes find it.
        progress : callable
            Hears 0, 1, 2, ... as tasks end, in whatever order they do; those known before count first.
        name : str
            Stage, in a planner's words; answers of a stage without a name are not kept.

        Raises
        ------
        ResourceError
            If memory ran out or a worker was lost.
        """
        return self._run(_Job(work, self._prefix + name if name else ""), tasks, progress)

    def map_shared(
        self,
        work: Callable[[Shared, Task], Answer],
        shared: Shared,
        tasks: Sequence[Task],
        progress: Progress = lambda _: None,
        *,
        name: str = "",
    ) -> list[Answer]:
        """As ``map``, with a value that all tasks need: it reaches each worker once."""
        return self._run(_Job(work, self._prefix + name if name else "", (shared,)), tasks, progress)

    def once(self, name: str, work: Callable[[], Answer], about: Any) -> Answer:
        """Answer of a stage done in this process; ``about`` is all it depends on."""
        if self._keeper is None:
            return work()
        stage = self._keeper.stage(self._prefix + name, Farm.once, [about], None)
        if 0 in stage.found:
            known: Answer = stage.found[0]
            return known
        answer = work()
        stage.keep(0, answer)
        stage.close()
        return answer

    def _run(self, job: _Job, tasks: Sequence[Any], progress: Progress) -> list[Any]:
        stage = self._stage(job, tasks)
        answers = dict(stage.found) if stage else {}
        if answers:
            progress(len(answers) - 1)
        left = {i: task for i, task in enumerate(tasks) if i not in answers}
        try:
            for i, answer in self._each(job, left):
                answers[i] = answer
                if stage:
                    stage.keep(i, answer)
                progress(len(answers) - 1)
        except MemoryError:
            raise ResourceError(NO_MEMORY) from None
        finally:
            if stage:
                stage.close()
        return [answers[i] for i in range(len(tasks))]

    def _stage(self, job: _Job, tasks: Sequence[Any]) -> Stage | None:
        if self._keeper is None or not job.name:
            return None
        return self._keeper.stage(job.name, job.work, tasks, job.shared)

    def _each(self, job: _Job, tasks: Mapping[int, Any]) -> Iterator[tuple[int, Any]]:
        """Answers as they come, with the position of their task."""
        if self._crew is None or not tasks:
            for i, task in tasks.items():
                yield i, job.work(*job.shared, task)
            return
        shared = [self._crew.share(value) for value in job.shared]
        try:
            yield from _handed_out(self._crew, job.work, shared, tasks)
        except Exception as error:
            if text := self._crew.loss(error):
                raise ResourceError(text) from error
            raise
        finally:
            for value in shared:
                self._crew.release(value)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is done with every task of a stage; ``shared`` holds none or one value."""

    work: Callable[..., Any]
    name: str
    shared: tuple[Any, ...] = ()


def _handed_out(
    crew: Crew, work: Callable[..., Any], shared: Sequence[Any], tasks: Mapping[int, Any]
) -> Iterator[tuple[int, Any]]:
    """Answers as they come; only some tasks are on their way at a time, for each may be large."""
    waiting = deque(tasks.items())
    running: dict[Future[Any], int] = {}
    try:
        while waiting or running:
            while waiting and len(running) < AHEAD * crew.count:
                i, task = waiting.popleft()
                running[crew.executor.submit(work, *shared, task)] = i
            ended, _ = wait(running, timeout=CHECK_S, return_when=FIRST_COMPLETED)
            if not ended:
                crew.check()
            # What went well comes before what failed: it may be kept.
            for future in sorted(ended, key=lambda f: (f.exception() is not None, running[f])):
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()
