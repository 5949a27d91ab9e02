"""Runs stopped from outside or by a failure: what is finished is kept, and going on gives the same bytes."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gridplan import pipeline
from gridplan.cli.reply import error_reply
from gridplan.errors import FileError, NoSolutionError, ResourceError
from gridplan.hosting import hosting_study
from gridplan.plan import siting_loop, study_year
from gridplan.store.checkpoint import ANSWERS, unfinished_folder
from gridplan.store.lock import FolderLock
from tests.real_run import SETS, digests
from tests.real_run import STUDY as WHOLE_STUDY
from tests.small_run import STUDY, run, write_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hashes of an uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    return digests(run(write_study(folder), folder / "run"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def gridplan(study: Path, *arguments: str, module: str = "tests.small_run") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, "run", str(study), "--out", str(study.parent / "run"), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stopped(process: subprocess.Popen[str], after: str, number: int) -> str:
    """Send the signal as soon as a stage has ended; what was written to stderr."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith(after):
            process.send_signal(number)
            break
    return "".join([*lines, process.communicate()[1]])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_killed_run_goes_on_with_the_same_bytes(study: Path, expected: dict[str, str]) -> None:
    process = gridplan(study, "--workers", "2")
    stopped(process, "units each POI depends on", signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert {re.sub(r"[0-9]+$", "N", name) for name in names(study.parent)} == {
        "study.yaml", ".run.part-N", ".run.unfinished",
    }  # fmt: skip
    again = gridplan(study, "--resume")
    errors = again.communicate()[1]
    assert again.returncode == 0, errors
    for stage in ("grid without campuses", "capacity of POIs", "units POIs depend on"):
        assert f"2028 {stage}: " in errors, errors
    assert digests(study.parent / "run") == expected
    assert names(study.parent) == {"study.yaml", "run"}


def test_an_interrupted_run_says_how_to_go_on(study: Path) -> None:
    process = gridplan(study)
    errors = stopped(process, "2028: grid without campuses", signal.SIGINT)
    assert process.returncode == 130
    assert re.search(
        r"^interrupted\nfinished: 2028 grid without campuses.*; this is kept: run again with --resume to go on",
        errors,
        re.M,
    )
    assert names(study.parent) == {"study.yaml", ".run.unfinished"}


def failing(*_: Any, **__: Any) -> Any:
    raise NoSolutionError("the solver ended with status Unknown")


def test_a_solver_failure_keeps_what_is_finished(
    study: Path, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    out = study.parent / "run"
    with monkeypatch.context() as patch:
        patch.setattr(siting_loop.SitingLoop, "_solve_master", failing)
        with pytest.raises(NoSolutionError) as caught:
            run(study, out)
    reply = error_reply(caught.value)
    assert reply.exit_code == 5
    assert reply.notes == (
        "error: the solver ended with status Unknown",
        "finished: 2028 grid without campuses, 2028 capacity of POIs, 2028 flexible MW, 2028 units POIs depend on; "
        "this is kept: run again with --resume to go on from here",
    )
    assert reply.data["notes"] == [reply.notes[1]]
    assert not out.exists()
    with monkeypatch.context() as patch:
        patch.setattr(study_year, "campus_capacities", failing)
        patch.setattr(study_year, "unit_dependence", failing)
        with caplog.at_level(logging.WARNING):
            assert digests(run(study, out, resume=True)) == expected
    assert not [record for record in caplog.records if record.name.startswith("gridplan.store")]


def stop_before_writing(study: Path, out: Path, error: BaseException) -> None:
    """Run until everything is solved and nothing is written."""

    def stop(*_: Any) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "write_results", stop)
        with pytest.raises(type(error)):
            run(study, out)


def test_every_stage_is_kept_and_read_again(
    study: Path, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = study.parent / "run"
    stop_before_writing(study, out, OSError(28, "No space left on device"))
    kept = names(unfinished_folder(out))
    assert len(kept) == 8, kept  # the lock, the label and six stages
    monkeypatch.setattr(study_year, "site_year", failing)
    heard: list[str] = []
    assert digests(run(study, out, resume=True, progress=heard.append)) == expected
    assert "2028 siting: 1 of 1 kept from the run before" in heard
    assert "2028 schedule: 1 of 1 kept from the run before" in heard


def test_damage_and_a_finished_run_do_not_change_a_byte(
    study: Path, expected: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    out = study.parent / "run"
    run(study, out)
    stop_before_writing(study, out, KeyboardInterrupt())
    assert digests(out) == expected  # the older results stay until new ones are whole
    for path in unfinished_folder(out).glob(f"2028-siting*/*{ANSWERS}"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    assert digests(run(study, out, resume=True)) == expected
    assert "is damaged and is not used" in caplog.text


def test_a_changed_study_begins_anew(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = study.parent / "run"
    stop_before_writing(study, out, KeyboardInterrupt())
    write_study(study.parent, STUDY.replace("425", "400"))
    heard: list[str] = []
    run(study, out, resume=True, progress=heard.append)
    assert "is not used: it belongs to other inputs (changed: the study)" in caplog.text
    assert not [line for line in heard if "kept from the run before" in line]


def test_fewer_workers_in_the_study_go_on(study: Path, expected: dict[str, str]) -> None:
    """Whoever runs out of memory asks for fewer workers: that is no other study."""
    out = study.parent / "run"
    write_study(study.parent, STUDY + "solve: {workers: 2}\n")
    stop_before_writing(study, out, KeyboardInterrupt())
    write_study(study.parent)
    heard: list[str] = []
    assert digests(run(study, out, resume=True, progress=heard.append)) == expected
    assert "2028 siting: 1 of 1 kept from the run before" in heard


def test_two_runs_of_a_study_do_not_mix(study: Path) -> None:
    out = study.parent / "run"
    lock = FolderLock(unfinished_folder(out), what="the other")
    with pytest.raises(FileError, match=rf"{out} is in use by process {os.getpid()} on") as caught:
        run(study, out)
    assert error_reply(caught.value).exit_code == 4
    lock.release(remove=True)


def lost(*_: Any, **__: Any) -> Any:
    raise ResourceError("a worker process was ended by the system")


def test_hosting_goes_on(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study.parent)
    whole = hosting_study(study)
    assert names(study.parent) == {"study.yaml"}
    from gridplan.plan import poi

    calls: list[str] = []
    capacity = poi.poi_capacity

    def counted(case: Any, name: str, most_mw: float) -> Any:
        calls.append(name)
        return capacity(case, name, most_mw) if name != "308" or len(calls) > 3 else lost()

    monkeypatch.setattr(poi, "poi_capacity", counted)
    with pytest.raises(ResourceError) as caught:
        hosting_study(study)
    assert caught.value.__notes__ == [
        "finished: 2028 grid without campuses, 2028 capacity of buses (2 of 3); this is kept: run again with --resume "
        "to go on from here"
    ]
    assert hosting_study(study, resume=True) == whole
    assert calls == ["113", "118", "308", "308"]
    assert names(study.parent / "reports") == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "number"),
    [
        ("capacity: 2 of", signal.SIGKILL),
        ("siting round 2", signal.SIGTERM),
        ("AC check: 25 hours", signal.SIGKILL),
        ("AC check: largest MW", signal.SIGINT),
    ],
)
def test_a_whole_run_goes_on_from_anywhere(after: str, number: int, tmp_path: Path, whole: dict[str, str]) -> None:
    """With store, job, reinforcement, contingency sets, AC check and report."""
    study = write_study(tmp_path, WHOLE_STUDY)
    (tmp_path / "sets.csv").write_text(SETS, encoding="utf-8")
    process = gridplan(study, "--workers", "2", module="gridplan.cli.main")
    stopped(process, after, number)
    assert process.returncode == (-number if number == signal.SIGKILL else 130)
    again = gridplan(study, "--resume", module="gridplan.cli.main")
    errors = again.communicate()[1]
    assert again.returncode == 0, errors
    assert "kept from the run before" in errors
    assert digests(tmp_path / "run") == whole
    assert names(tmp_path) == {"study.yaml", "sets.csv", "run"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "sets.csv").write_text(SETS, encoding="utf-8")
    return digests(pipeline.run_study(write_study(folder, WHOLE_STUDY), folder / "run").run_dir)
