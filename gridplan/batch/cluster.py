"""The workers of a Dask cluster as a crew, through the optional library distributed (extra ``scale``).

Comes in: the address of a scheduler. Goes out: a crew for a ``Farm``, once every worker has been found to have the
same program. A scheduler runs whatever it is sent: connect only to one on a network you trust.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gridplan.errors import FileError, ResourceError
from gridplan.store.versions import makers

#: Longest wait for the scheduler, and for the first worker [s].
CONNECT_S = 5
#: Longest wait for workers to come back once all are gone [s].
ALONE_S = 15.0
#: Pickles above this size reach a worker beside the task rather than through the scheduler [bytes].
LARGE_BYTES = 200_000
SHOWN = 3
#: Parts of Dask that log tracebacks about what is told here in words.
_LOUD = ("distributed.client", "distributed.core", "distributed.comm", "distributed.utils")


@contextmanager
def open_crew(address: str) -> Iterator[ClusterCrew]:
    """Connect to a scheduler for as long as the context lasts.

    Raises
    ------
    FileError
        If distributed is not installed or the scheduler does not answer.
    ResourceError
        If it has no workers, or workers whose program differs from this one.
    """
    if importlib.util.find_spec("distributed") is None:
        raise FileError(
            "--scheduler needs the package distributed: install it with pip install -e '.[scale]' in the checkout, "
            "here and on every worker; or use --workers"
        )
    with _quiet():
        client = _connected(address)
        try:
            count = _threads(client, address)
            _check_programs(client, address)
            yield ClusterCrew(client, address, count)
        finally:
            client.close(timeout=CONNECT_S)


@contextmanager
def _quiet() -> Iterator[None]:
    import distributed  # it sets the levels of its loggers as it is imported

    del distributed
    loggers = [logging.getLogger(name) for name in _LOUD]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


class ClusterCrew:
    """Workers of a Dask cluster."""

    def __init__(self, client: Any, address: str, count: int) -> None:
        self._client, self._address, self.count = client, address, count
        self._alone_since_s: float | None = None
        self.executor: Executor = _Sending(client)

    def share(self, value: Any) -> Any:
        """Send a value to every worker once."""
        return self._client.scatter(value, broadcast=True, hash=False)

    def release(self, shared: Any) -> None:
        """Let the workers forget the value."""
        shared.release()

    def check(self) -> None:
        """Give up once all workers have been gone for a while; others, or the same again, take over until then."""
        if self._client.nthreads():
            self._alone_since_s = None
            return
        now_s = time.monotonic()
        if self._alone_since_s is None:
            self._alone_since_s = now_s
        if now_s - self._alone_since_s >= ALONE_S:
            raise ResourceError(
                f"all workers of {self._address} are gone, perhaps out of memory: look at what they wrote last, and "
                "start them again"
            )

    def loss(self, error: BaseException) -> str | None:
        """Workers that died over a task, or a scheduler that is gone."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        if isinstance(error, KilledWorker):
            return (
                f"workers of {self._address} were lost over the same task, most likely out of memory: give the workers "
                "more memory, or run fewer of them on a machine"
            )
        if isinstance(error, (CancelledError, CommClosedError)):
            return f"the scheduler {self._address} is gone; start it again"
        return None

    def close(self, *, at_once: bool) -> None:
        """Leave the workers to whoever started them."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A large argument as its pickle."""

    data: bytes


class _Sending(Executor):
    """Submits to a client; every task is done only by the program that sent it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._pool = client.get_executor(pure=False)

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task out; large arguments go straight to a worker."""
        del kwargs
        future: Future[Any] = self._pool.submit(_work, makers(), work, *(self._sent(value) for value in args))
        return future

    def _sent(self, value: Any) -> Any:
        if type(value).__module__.split(".")[0] == "distributed":
            return value
        data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        packed = _Packed(data)
        return packed if len(data) < LARGE_BYTES else self._client.scatter(packed, hash=False)


def _work(sender: Mapping[str, str], work: Callable[..., Any], *args: Any) -> Any:
    """Do a task on a worker; one that joined later may have another program."""
    if different := _differences(sender, makers()):
        raise ResourceError(f"a worker that joined the cluster has another program ({different}): results could differ")
    return work(*(pickle.loads(value.data) if isinstance(value, _Packed) else value for value in args))


def _connected(address: str) -> Any:
    import distributed

    connect: Any = distributed.Client
    try:
        if not address.startswith("inproc://"):
            # A client that never came to be complains when it is cleared away, so who answers is asked first.
            with ThreadPoolExecutor(1) as apart:
                apart.submit(asyncio.run, _ask_scheduler(address)).result()
        return connect(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or "it does not answer"
        raise FileError(
            f"the Dask scheduler {address} cannot be reached within {CONNECT_S} s ({reason[:200]}); start one with "
            "'dask scheduler' and give the address it prints, such as tcp://host:8786"
        ) from None


async def _ask_scheduler(address: str) -> None:
    from distributed.core import rpc

    ask: Any = rpc
    async with ask(address, timeout=CONNECT_S) as there:
        identity = await asyncio.wait_for(there.identity(), CONNECT_S)
    if identity.get("type") != "Scheduler":
        raise ValueError(f"a {str(identity.get('type')).lower()} answers there, not a scheduler")


def _threads(client: Any, address: str) -> int:
    """Tasks that the workers can do at a time."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError:
        raise ResourceError(
            f"the Dask scheduler {address} has no workers; start some with 'dask worker {address} --nthreads 1'"
        ) from None
    threads: Mapping[str, int] = client.nthreads()
    return max(sum(threads.values()), 1)


def _check_programs(client: Any, address: str) -> None:
    """Refuse workers without gridplan, or with another version of what computes."""
    answers: Mapping[str, Any] = client.run(_program, on_error="return")
    wrong = []
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            wrong.append(f"{worker}: gridplan does not run there ({' '.join(str(answer).split())[:200]})")
        elif different := _differences(makers(), answer):
            wrong.append(f"{worker}: {different}")
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ResourceError(
            f"workers of {address} have another program, so results could differ: {'; '.join(wrong[:SHOWN])}{more}. "
            "Install the same gridplan and libraries on every worker"
        )


def _program() -> dict[str, str]:
    return makers()


def _differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    names = [name for name in here if there.get(name) != here[name]]
    return ", ".join(f"{name} {there.get(name, 'missing')} instead of {here[name]}" for name in names)
