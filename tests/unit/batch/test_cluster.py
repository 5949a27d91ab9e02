"""A Dask cluster in this process: the same answers as one worker, and clear words when something is wrong with it."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from gridplan.batch import cluster
from gridplan.batch.cluster import open_crew
from gridplan.cli.main import cli
from gridplan.dispatch import farm as farm_module
from gridplan.dispatch.farm import Farm
from gridplan.errors import FileError, NoSolutionError, ResourceError
from gridplan.hosting import hosting_study
from tests.real_run import digests
from tests.small_run import run, write_study

distributed = pytest.importorskip("distributed", reason="the cluster is an extra")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as local:
        yield local.scheduler_address


def square(number: int) -> int:
    return number * number


def total(shared: np.ndarray[Any, Any], own: np.ndarray[Any, Any]) -> float:
    return float(shared.sum() + own.sum())


def unsolved(_: int) -> int:
    raise NoSolutionError("siting found no plan")


def out_of_memory(_: int) -> int:
    raise MemoryError


def killed(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_answers_come_in_the_order_of_the_tasks(address: str) -> None:
    heard: list[int] = []
    with open_crew(address) as crew, Farm(crew=crew) as farm:
        assert farm.workers == 2
        assert farm.map(square, [3, 1, 2], heard.append) == [9, 1, 4]
    assert heard == [0, 1, 2]


def test_large_values_travel_beside_the_tasks(address: str) -> None:
    """Warnings are errors here: Dask warns of large tasks."""
    shared, tasks = np.arange(3e6), [np.full(2_000_000, i) for i in range(4)]
    with open_crew(address) as crew, Farm(crew=crew) as farm:
        found = farm.map_shared(total, shared, tasks)
    assert found == [total(shared, task) for task in tasks]


def test_the_same_task_twice_is_done_twice(address: str) -> None:
    with open_crew(address) as crew, Farm(crew=crew) as farm:
        assert farm.map(square, [2] * 5) == [4] * 5


def test_a_run_has_the_same_bytes_as_with_one_and_two_workers(address: str, tmp_path: Path) -> None:
    study = write_study(tmp_path)
    with open_crew(address) as crew:
        found = digests(run(study, tmp_path / "cluster", crew=crew))
    assert found == digests(run(study, tmp_path / "one", workers=1)) == digests(run(study, tmp_path / "two", workers=2))


def test_the_command_hosting_gives_the_same_answer(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = write_study(tmp_path)
    done = CliRunner().invoke(cli, ["hosting", str(study), "--scheduler", address, "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(json.dumps(hosting_study(study)))


@pytest.mark.parametrize(
    ("work", "error", "text"),
    [
        (unsolved, NoSolutionError, "siting found no plan"),
        (out_of_memory, ResourceError, "out of memory"),
    ],
)
def test_trouble_of_a_worker_is_told(address: str, work: Any, error: type[Exception], text: str) -> None:
    with open_crew(address) as crew, Farm(crew=crew) as farm, pytest.raises(error, match=text):
        farm.map(work, [1, 2])


def test_a_scheduler_that_is_gone_is_told(address: str) -> None:
    from distributed.comm.core import CommClosedError

    with open_crew(address) as crew:
        for error in (CommClosedError("closed"), CancelledError()):
            assert crew.loss(error) == f"the scheduler {address} is gone; start it again"
        assert crew.loss(NoSolutionError("siting found no plan")) is None


def test_workers_that_are_gone_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm_module, "CHECK_S", 0.2)
    monkeypatch.setattr(cluster, "ALONE_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as local,
        open_crew(local.scheduler_address) as crew,
        Farm(crew=crew) as farm,
    ):
        local.scale(0)
        with pytest.raises(ResourceError, match=r"all workers of .* are gone, perhaps out of memory"):
            farm.map(square, [1, 2])


@pytest.mark.slow
def test_workers_that_die_over_a_task_are_told() -> None:
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as local,
        open_crew(local.scheduler_address) as crew,
        Farm(crew=crew) as farm,
        pytest.raises(ResourceError, match="were lost over the same task, most likely out of memory"),
    ):
        farm.map(killed, [1])


def test_workers_with_another_program_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = cluster.makers()
    monkeypatch.setattr(cluster, "_program", lambda: {**here, "numpy": "1.26.0"})
    text = rf"another program, so results could differ: .*numpy 1\.26\.0 instead of {here['numpy']}"
    with pytest.raises(ResourceError, match=text) as caught, open_crew(address):
        pass
    assert caught.value.exit_code == 4


def test_workers_without_gridplan_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> dict[str, str]:
        raise ModuleNotFoundError("No module named 'gridplan'")

    monkeypatch.setattr(cluster, "_program", absent)
    with (
        pytest.raises(ResourceError, match=r"gridplan does not run there .No module named 'gridplan'"),
        open_crew(address),
    ):
        pass


def test_a_worker_that_joins_later_is_checked() -> None:
    with pytest.raises(ResourceError, match=r"joined the cluster .*gridplan .* instead of 0\.0 other"):
        cluster._work({**cluster.makers(), "gridplan": "0.0 other"}, square, 2)
    assert cluster._work(cluster.makers(), square, 2) == 4


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        addresses = [f"tcp://127.0.0.1:{unused_port()}", f"127.0.0.1:{silent.getsockname()[1]}", "nonsense", "foo://x"]
        for address in addresses:
            begin_s = time.monotonic()
            with (
                pytest.raises(FileError, match=f"{address} cannot be reached within 1 s .*dask scheduler") as caught,
                open_crew(address),
            ):
                pass
            assert caught.value.exit_code == 4
            assert time.monotonic() - begin_s < 5


def test_a_scheduler_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as local,
        pytest.raises(ResourceError, match="has no workers; start some with 'dask worker"),
        open_crew(local.scheduler_address),
    ):
        pass


def test_without_distributed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(FileError, match=r"needs the package distributed: .*\.\[scale\]"), open_crew("tcp://a:1"):
        pass


@pytest.mark.parametrize("command", ["run", "site", "schedule", "hosting", "batch"])
def test_workers_and_scheduler_exclude_each_other(command: str, tmp_path: Path) -> None:
    study = write_study(tmp_path)
    done = CliRunner().invoke(cli, [command, str(study), "--workers", "2", "--scheduler", "tcp://a:1"])
    assert done.exit_code == 2
    assert "give --workers or --scheduler, not both" in done.stderr
