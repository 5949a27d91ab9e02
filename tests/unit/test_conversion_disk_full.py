"""A disk that fills up while a case and its cost file are written: neither gets its name."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gridplan.conversion import convert_network
from gridplan.errors import FileError
from tests.corpus.damage import GOOD


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """No file grows beyond a size: writing ends with an error as on a full disk."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("target", ["out.raw", "out.m"])
def test_a_file_that_does_not_fit_leaves_nothing(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Files are read back from a folder for temporary files before they are written; only the writing is to fail.
    from gridplan import conversion

    write = conversion.write_together

    def on_a_full_disk(files: dict[Path, bytes]) -> None:
        with files_of_at_most(1000):
            write(files)

    monkeypatch.setattr(conversion, "write_together", on_a_full_disk)
    with pytest.raises(FileError, match="cannot be written"):
        convert_network(GOOD / "north.m", tmp_path / target)
    assert not list(tmp_path.iterdir())


def test_a_cost_file_that_does_not_fit_leaves_the_old_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case alone would be read as one without costs."""
    fsync, written = os.fsync, []

    def full_at_the_second_file(number: int) -> None:
        written.append(number)
        if len(written) > 1:
            raise OSError(28, "No space left on device")
        fsync(number)

    (tmp_path / "out.raw").write_text("the planner's own")
    monkeypatch.setattr(os, "fsync", full_at_the_second_file)
    with pytest.raises(FileError, match="No space left"):
        convert_network(GOOD / "north.m", tmp_path / "out.raw", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.raw"]
    assert (tmp_path / "out.raw").read_text() == "the planner's own"
