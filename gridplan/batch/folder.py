"""The folder of a batch: studies, runs, log and lock; whatever stands under its final name is whole.

Layout: ``studies/KEY.json``, ``runs/KEY/``, ``failures/KEY.txt``, ``runs.jsonl`` (what ended how, appended),
``comparison.csv`` and ``comparison_campus.csv``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplan.solution import CERTIFICATE_JSON, MANIFEST_JSON
from gridplan.store.checkpoint import unfinished_folder
from gridplan.store.lock import FolderLock

_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class BatchFolder:
    """Paths of a batch and what may be done to them."""

    path: Path

    @property
    def runs(self) -> Path:
        """Folder of the runs."""
        return self.path / "runs"

    def run_dir(self, key: str) -> Path:
        """Run folder of a key."""
        return self.runs / key

    @property
    def studies(self) -> Path:
        """Folder of the study files."""
        return self.path / "studies"

    def study_file(self, key: str) -> Path:
        """Study file of a key."""
        return self.studies / f"{key}.json"

    def failure_file(self, key: str) -> Path:
        """Full text of why a study failed."""
        return self.path / "failures" / f"{key}.txt"

    def is_finished(self, key: str) -> bool:
        """Whether the run of a key is whole: its manifest is there and every result has the stated digest."""
        return is_whole(self.run_dir(key))

    def clear_leftovers(self, unfinished: Collection[str] = ()) -> None:
        """Remove what killed studies left in ``runs/``: everything whose name is no key.

        What ``unfinished`` keys had finished stays: they go on from there.
        """
        kept = {unfinished_folder(self.run_dir(key)).name for key in unfinished}
        for entry in self.runs.iterdir() if self.runs.is_dir() else ():
            if not _KEY.fullmatch(entry.name) and entry.name not in kept:
                _remove(entry)

    def discard(self, key: str) -> None:
        """Remove a run that is not whole."""
        if self.run_dir(key).exists():
            _remove(self.run_dir(key))

    def log(self, record: Mapping[str, Any]) -> None:
        """Append a line to ``runs.jsonl``, on disk when this returns."""
        line = json.dumps(record, ensure_ascii=False, sort_keys=True)
        with (self.path / "runs.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")
            stream.flush()
            os.fsync(stream.fileno())


def is_whole(run_dir: Path) -> bool:
    """Whether a run folder holds a manifest and every output it lists, unchanged; the certificate may be newer."""
    try:
        manifest = json.loads((run_dir / MANIFEST_JSON).read_text(encoding="utf-8"))
        outputs = manifest["outputs"]
        return bool(outputs) and all(_is_as_listed(run_dir / name, digest) for name, digest in outputs.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


@contextmanager
def locked(folder: Path) -> Iterator[BatchFolder]:
    """Hold the folder of a batch alone; the lock ends with the process, however it ends.

    Raises
    ------
    FileError
        If another batch holds it; the text names its process, machine and start.
    """
    lock = FolderLock(folder, what=str(folder))
    try:
        yield BatchFolder(folder)
    finally:
        lock.release()


def _is_as_listed(path: Path, digest: object) -> bool:
    if path.name == CERTIFICATE_JSON:
        return path.is_file()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == digest


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
