"""Real studies of a batch that were stopped go on from what they had finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gridplan import pipeline
from gridplan.batch.run import run_batch
from gridplan.errors import NoSolutionError
from gridplan.plan import siting_loop, study_year
from tests.real_run import digests
from tests.small_run import STUDY, without_slow_parts

SWEEP = """\
schema_version: 1
base: study.yaml
axes:
  - {name: mesa_mw, path: campuses.mesa.contract_mw, values: [425, 400]}
"""


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    without_slow_parts(monkeypatch)
    (tmp_path / "study.yaml").write_text(STUDY)
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP)
    return path


def failing(*_: Any, **__: Any) -> Any:
    raise NoSolutionError("the solver ended with status Unknown")


def runs(out: Path) -> dict[str, dict[str, str]]:
    return {path.name: digests(path) for path in sorted((out / "runs").iterdir())}


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(NoSolutionError("no plan"), id="failure"),
        pytest.param(KeyboardInterrupt(), id="interrupt", marks=pytest.mark.slow),
    ],
)
def test_a_stopped_study_goes_on(error: BaseException, sweep: Path, tmp_path: Path) -> None:
    def stop(*_: Any) -> None:
        raise error

    out = tmp_path / "batch"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "write_results", stop)
        first = run_batch(sweep, out)
    assert first.count("finished") == 0
    (out / "runs" / ".0123456789abcdef.unfinished").mkdir()  # of a study that is no longer in the sweep
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(error, NoSolutionError):  # an interrupt ends the batch at its first study
            patch.setattr(siting_loop.SitingLoop, "run", failing)
            patch.setattr(study_year, "unit_dependence", failing)
        second = run_batch(sweep, out)
    assert second.status == "finished"
    run_batch(sweep, tmp_path / "whole")
    assert runs(out) == runs(tmp_path / "whole")


@pytest.mark.slow
def test_a_cluster_does_the_work_of_each_study(sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the cluster is an extra")
    from gridplan.batch.cluster import ClusterCrew, open_crew

    shared: list[Any] = []
    share = ClusterCrew.share
    monkeypatch.setattr(ClusterCrew, "share", lambda crew, value: shared.append(value) or share(crew, value))
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as local,
        open_crew(local.scheduler_address) as crew,
    ):
        assert run_batch(sweep, tmp_path / "cluster", crew=crew).status == "finished"
    assert len(shared) == 2
    run_batch(sweep, tmp_path / "whole")
    assert runs(tmp_path / "cluster") == runs(tmp_path / "whole")
