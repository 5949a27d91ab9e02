"""Checkpoints: what was finished is used again, and nothing that is damaged, foreign or not asked for."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.dispatch.farm import Farm
from gridplan.errors import FileError, InfeasibleError, InputError, NoSolutionError, ResourceError
from gridplan.store import checkpoint as module
from gridplan.store.checkpoint import ANSWERS, CHECKPOINT_JSON, Checkpoint, unfinished_folder
from gridplan.store.lock import FolderLock

CALLS: list[int] = []
TROUBLE: dict[int, BaseException] = {}


def halved(number: int) -> np.ndarray[Any, Any]:
    CALLS.append(number)
    if number in TROUBLE:
        raise TROUBLE[number]
    return np.full(3, number / 2)


@pytest.fixture(autouse=True)
def fresh() -> None:
    CALLS.clear()
    TROUBLE.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return unfinished_folder(tmp_path / "run")


def run(folder: Path, tasks: list[int], *, resume: bool = True, **options: Any) -> list[float]:
    heard = options.pop("heard", [])
    options = {"belongs_to": {"the study": "1"}, "tell": heard.append, **options}
    with Checkpoint(folder=folder, is_resumed=resume, what="run", **options) as kept:
        answers = Farm(keeper=kept).named("2028 ").map(halved, tasks, name="halves")
    return [float(a[0]) for a in answers]


def stop(folder: Path, tasks: list[int], error: BaseException, at: int, **options: Any) -> BaseException:
    """Run that ends with this error at a task; the error as it came out."""
    TROUBLE[at] = error
    with pytest.raises(type(error)) as caught:
        run(folder, tasks, **options)
    TROUBLE.clear()
    CALLS.clear()
    return caught.value


ERRORS = [KeyboardInterrupt(), NoSolutionError("no plan"), RuntimeError("a fault"), OSError(errno.ENOSPC, "full")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_a_run_that_ends_early_says_what_is_finished_and_goes_on(folder: Path, error: BaseException) -> None:
    ended = stop(folder, [1, 2, 3, 4], error, at=3)
    assert ended.__notes__ == [
        "finished: 2028 halves (2 of 4); this is kept: run again with --resume to go on from here"
    ]
    heard: list[str] = []
    assert run(folder, [1, 2, 3, 4], heard=heard) == [0.5, 1.0, 1.5, 2.0]
    assert CALLS == [3, 4]
    assert heard == ["2028 halves: 2 of 4 kept from the run before"]
    assert not folder.exists()


def test_memory_that_runs_out_says_how_to_use_less(folder: Path) -> None:
    TROUBLE[3] = MemoryError()
    with pytest.raises(ResourceError, match=r"out of memory: use fewer workers \(--workers 1\)") as caught:
        run(folder, [1, 2, 3])
    assert caught.value.__notes__[0].startswith("finished: 2028 halves (2 of 3);")
    assert caught.value.exit_code == 4


def test_memory_that_runs_out_between_stages_does_so_too(folder: Path) -> None:
    def between() -> None:
        with Checkpoint(folder=folder, belongs_to={}, is_resumed=False, what="run") as kept:
            Farm(keeper=kept).map(halved, [1], name="halves")
            raise MemoryError

    with pytest.raises(ResourceError, match="out of memory") as caught:
        between()
    assert caught.value.__notes__[0].startswith("finished: halves;")


def test_without_being_asked_nothing_old_is_used(folder: Path) -> None:
    stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3)
    heard: list[str] = []
    assert run(folder, [1, 2, 3], resume=False, heard=heard) == [0.5, 1.0, 1.5]
    assert CALLS == [1, 2, 3]
    assert heard == ["what an unfinished run had kept is discarded (--resume goes on from it)"]


def test_nothing_to_resume_is_said(folder: Path) -> None:
    heard: list[str] = []
    assert run(folder, [1], heard=heard) == [0.5]
    assert heard == ["nothing is kept from an earlier run: beginning anew"]


@pytest.mark.parametrize(
    ("belongs_to", "changed"),
    [
        ({"the study": "2", "hours.csv": "a"}, "the study"),
        ({"the study": "1", "hours.csv": "b", "numpy": "3"}, "hours.csv, numpy"),
        ({"the study": "1"}, "hours.csv"),
    ],
)
def test_other_inputs_begin_anew_and_say_why(
    folder: Path, belongs_to: dict[str, str], changed: str, caplog: pytest.LogCaptureFixture
) -> None:
    stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3, belongs_to={"the study": "1", "hours.csv": "a"})
    assert run(folder, [1, 2, 3], belongs_to=belongs_to) == [0.5, 1.0, 1.5]
    assert CALLS == [1, 2, 3]
    assert f"is not used: it belongs to other inputs (changed: {changed})" in caplog.text


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "head"])
def test_a_damaged_file_is_named_and_its_part_done_again(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PERIOD_S", 0.0)
    stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3)
    first, _ = sorted(folder.glob(f"*/*{ANSWERS}"))
    data = first.read_bytes()
    middle = len(data) // 2
    first.write_bytes(
        {
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "cut": data[:middle],
            "empty": b"",
            "head": b"0" + data[1:],
        }[damage]
    )
    assert run(folder, [1, 2, 3]) == [0.5, 1.0, 1.5]
    assert CALLS == [1, 3]
    assert f"{first} is damaged and is not used" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99, "belongs_to": {"the study": "1"}}', '{"format": 1}'])
def test_a_damaged_label_begins_anew(folder: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    stop(folder, [1, 2], KeyboardInterrupt(), at=2)
    (folder / CHECKPOINT_JSON).write_text(text)
    assert run(folder, [1, 2]) == [0.5, 1.0]
    assert CALLS == [1, 2]
    assert "missing, damaged or of another version" in caplog.text


def test_answers_of_other_tasks_are_not_used(folder: Path) -> None:
    stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3)
    assert run(folder, [2, 2, 3]) == [1.0, 1.0, 1.5]
    assert CALLS == [2, 3]  # the second task is the same at the same place


@pytest.mark.parametrize("error", [InputError([]), InfeasibleError("too much load")])
def test_a_study_that_must_change_leaves_nothing(folder: Path, error: BaseException) -> None:
    ended = stop(folder, [1, 2], error, at=2)
    assert not getattr(ended, "__notes__", [])
    assert not folder.exists()


def test_a_run_that_finished_nothing_leaves_nothing(folder: Path) -> None:
    ended = stop(folder, [1, 2], KeyboardInterrupt(), at=1)
    assert not getattr(ended, "__notes__", [])
    assert not folder.exists()


def test_a_full_disk_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = module.write_whole

    def on_a_full_disk(path: Path, data: Any) -> None:
        if path.suffix == ANSWERS and "00001" in path.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, data)

    monkeypatch.setattr(module, "PERIOD_S", 0.0)
    monkeypatch.setattr(module, "write_whole", on_a_full_disk)
    with pytest.raises(FileError, match=r"cannot be written: No space left on device; make room") as caught:
        run(folder, [1, 2, 3])
    assert caught.value.__notes__[0].startswith("finished: 2028 halves (1 of 3);")
    monkeypatch.undo()
    CALLS.clear()
    assert run(folder, [1, 2, 3]) == [0.5, 1.0, 1.5]
    assert CALLS == [2, 3]


def test_an_answer_that_cannot_be_kept_is_computed_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Checkpoint(folder=folder, belongs_to={}, is_resumed=False, what="run") as kept:
        assert Farm(keeper=kept).once("odd", lambda: {1, 2}, about=1) == {1, 2}
        assert not list(folder.glob(f"*/*{ANSWERS}"))
    assert "odd is not kept: a value of type builtins.set" in caplog.text


def test_two_runs_of_one_name_do_not_mix(folder: Path) -> None:
    lock = FolderLock(folder, what="the other")
    with pytest.raises(FileError, match=rf"run is in use by process {os.getpid()} on .* since .*; wait until it ends"):
        run(folder, [1])
    lock.release(remove=True)
    assert run(folder, [1]) == [0.5]


def test_a_lock_ends_with_its_process(folder: Path) -> None:
    code = "import os, sys; from pathlib import Path; from gridplan.store.lock import FolderLock\n"
    code += "lock = FolderLock(Path(sys.argv[1]), what='x'); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert done.returncode == -9
    assert (folder / ".lock").is_file()
    assert run(folder, [1]) == [0.5]


class TestWhereNoFolderIsNeeded:
    def test_a_short_call_writes_nothing(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def never(*_: Any) -> None:
            raise AssertionError

        monkeypatch.setattr(module, "write_whole", never)
        assert run(folder, [1, 2], resume=False, is_needed=False) == [0.5, 1.0]
        assert not folder.exists()

    def test_one_that_is_stopped_keeps_what_it_has(self, folder: Path) -> None:
        ended = stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3, resume=False, is_needed=False)
        assert ended.__notes__[0].startswith("finished: 2028 halves (2 of 3);")
        assert run(folder, [1, 2, 3], is_needed=False) == [0.5, 1.0, 1.5]
        assert CALLS == [3]
        assert not folder.exists()

    def test_a_long_one_writes_as_it_goes(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "EARLY_S", 0.0)
        monkeypatch.setattr(module, "PERIOD_S", 0.0)
        seen: list[int] = []

        def count(_: int) -> None:
            seen.append(len(list(folder.glob(f"*/*{ANSWERS}"))))

        with Checkpoint(folder=folder, belongs_to={}, is_resumed=False, what="run", is_needed=False) as kept:
            Farm(keeper=kept).map(halved, [1, 2, 3], count, name="halves")
        assert seen == [1, 2, 3]

    def test_a_folder_in_use_or_not_writable_is_done_without(
        self, folder: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("a file stands in the way")
        with caplog.at_level(logging.WARNING):
            ended = stop(folder, [1, 2, 3], KeyboardInterrupt(), at=3, is_needed=False)
        assert not getattr(ended, "__notes__", [])
        assert "finished parts are not kept" in caplog.text
