"""What a run has finished, kept beside its results until they are whole: a run that was stopped goes on from there.

Comes in: answers of stages. Goes out: the same answers to a later run of the same study, input files and program.
Layout of ``.NAME.unfinished``: ``.lock``, ``checkpoint.json`` (what the answers belong to), and one folder per stage
with files of answers, each on disk as a whole or not there, led by its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from gridplan.errors import NO_MEMORY, FileError, InfeasibleError, InputError, ResourceError
from gridplan.store.codec import CodecError, decode, encode
from gridplan.store.fingerprint import Fingerprints
from gridplan.store.folder import write_whole
from gridplan.store.lock import LOCK, FolderLock

FORMAT = 1
CHECKPOINT_JSON = "checkpoint.json"
ANSWERS = ".answers"
#: Answers that come faster than this are written together: writing them must not cost more than finding them.
PERIOD_S = 1.0
#: A run that needs no folder makes one only if it takes longer than this, or ends before it is done.
EARLY_S = 5.0

log = logging.getLogger(__name__)


def unfinished_folder(final: Path) -> Path:
    """Where the finished parts of a run are kept until its results stand at ``final``."""
    final = final.resolve()
    return final.parent / f".{final.name}.unfinished"


@dataclass(kw_only=True)
class _Progress:
    """How far a stage is."""

    done: int = 0
    total: int = 0


@dataclass(kw_only=True)
class Checkpoint:
    """Keeper of the answers of one run; a context manager around the run.

    Without an error what was kept is removed at the end: the results hold it. After one it stays, and the error
    says what was finished; after wrong input or an infeasible study there is nothing to go on with.

    Parameters
    ----------
    folder : Path
        Hidden folder beside the results.
    belongs_to : mapping of str to str
        Everything the answers depend on, in words, with a digest or version of each.
    is_resumed : bool
        Whether answers found there are used; without it they are discarded.
    what : str
        Name of the run for messages.
    is_needed : bool
        Whether a folder that is locked or cannot be written stops the run. Without it the folder is made when the
        first answers are written, and the run goes on without it if need be.
    tell : callable
        Hears what is used or discarded.
    """

    folder: Path
    belongs_to: Mapping[str, str]
    is_resumed: bool
    what: str
    is_needed: bool = True
    tell: Callable[[str], None] = lambda _: None
    _lock: FolderLock | None = None
    _is_off: bool = False
    _stages: dict[str, _Progress] = field(default_factory=dict)
    _late: list[KeptStage] = field(default_factory=list)
    _born_s: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Checkpoint:
        if self.is_needed or (self.folder / CHECKPOINT_JSON).is_file():
            self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_over = error is None or isinstance(error, (InputError, InfeasibleError))
        if not is_over:
            self._write_late()
        is_over = is_over or not self._stages
        self._end(remove=is_over)
        if error is None or is_over:
            return
        if isinstance(error, MemoryError):
            error = ResourceError(NO_MEMORY)
            error.add_note(self.note())
            raise error from None
        error.add_note(self.note())

    def note(self) -> str:
        """What is finished and how to go on."""
        return f"finished: {self.summary()}; this is kept: run again with --resume to go on from here"

    def summary(self) -> str:
        """Stages that are finished, in whole or in part."""
        return ", ".join(
            name if stage.done == stage.total else f"{name} ({stage.done} of {stage.total})"
            for name, stage in self._stages.items()
        )

    def begin(self) -> None:
        """Lock the folder and clear what must not be used in it."""
        if self._lock is not None or self._is_off:
            return
        try:
            self._lock = FolderLock(self.folder, what=self.what)
            self._clear()
            write_whole(self.folder / CHECKPOINT_JSON, json.dumps(self._label(), indent=1, ensure_ascii=False) + "\n")
        except (FileError, OSError) as error:
            if self.is_needed:
                self._end(remove=False)
                raise
            log.warning("finished parts are not kept: %s", error)
            self._is_off = True

    def stage(self, name: str, work: Callable[..., Any], tasks: Sequence[Any], shared: Any) -> KeptStage:
        """Begin a stage: answers of an earlier run for the same work, task and shared value are found again."""
        fingerprints = Fingerprints()  # one per stage: it holds what it has gone through
        key = fingerprints.of(f"{work.__module__}.{work.__qualname__}", shared)
        digests = [fingerprints.of(key, i, task) for i, task in enumerate(tasks)]
        stage = KeptStage(self, name, digests)
        if stage.found:
            self.record(name, len(tasks), len(stage.found))
            self.tell(f"{name}: {len(stage.found)} of {len(tasks)} kept from the run before")
        return stage

    def record(self, name: str, total: int, done: int) -> None:
        """Count answers of a stage that are on disk."""
        stage = self._stages.setdefault(name, _Progress())
        # A stage of several calls, such as the AC check of several sizes, grows.
        stage.done += done
        stage.total = max(stage.total, stage.done, total)

    def write(self, stage: KeptStage) -> None:
        """Have the waiting answers of a stage on disk; of one that may end soon when it does not."""
        if stage not in self._late:
            self._late.append(stage)
        is_early = time.monotonic() - self._born_s < EARLY_S
        if self.is_needed or self.is_open or not is_early:
            self._write_late()

    def _write_late(self) -> None:
        late, self._late = self._late, []
        if late:
            self.begin()
        for stage in late if self.is_open else ():
            stage.write()

    @property
    def is_open(self) -> bool:
        """Whether answers can be read and written."""
        return self._lock is not None

    def _label(self) -> dict[str, Any]:
        return {"format": FORMAT, "belongs_to": dict(self.belongs_to)}

    def _clear(self) -> None:
        """Discard answers that are not asked for, or belong to something else; say so."""
        label = _read_label(self.folder / CHECKPOINT_JSON)
        has_answers = any(self.folder.glob(f"*/*{ANSWERS}"))
        if label == self._label() and self.is_resumed:
            if not has_answers:
                self.tell("nothing is kept from an earlier run: beginning anew")
            return
        if has_answers and self.is_resumed:
            log.warning("what an earlier run had finished is not used: %s", _differences(label, self._label()))
        elif has_answers:
            self.tell("what an unfinished run had kept is discarded (--resume goes on from it)")
        elif self.is_resumed:
            self.tell("nothing is kept from an earlier run: beginning anew")
        _empty(self.folder)

    def _end(self, *, remove: bool) -> None:
        if self._lock is None:
            return
        if remove:
            _empty(self.folder)
        self._lock.release(remove=remove)
        self._lock = None
        if remove:
            _remove_folder(self.folder)


class KeptStage:
    """Answers of one stage: ``found`` from an earlier run, and those to come."""

    def __init__(self, checkpoint: Checkpoint, name: str, digests: Sequence[str]) -> None:
        self._checkpoint, self._name, self._digests = checkpoint, name, digests
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
        self._folder = checkpoint.folder / f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        self._waiting: dict[int, Any] = {}
        self._written_s = time.monotonic()
        self.found: Mapping[int, Any] = self._read() if checkpoint.is_open else {}

    def keep(self, position: int, answer: Any) -> None:
        """Put an answer away; it is on disk within a second or before ``close`` ends."""
        self._waiting[position] = answer
        if time.monotonic() - self._written_s >= PERIOD_S:
            self.close()

    def close(self) -> None:
        """Have everything put away that was given."""
        if self._waiting:
            self._checkpoint.write(self)
            self._written_s = time.monotonic()

    def write(self) -> None:
        """Write what is waiting to a file of its own."""
        answers, self._waiting = self._waiting, {}
        try:
            body = encode([[i, self._digests[i], answer] for i, answer in answers.items()])
        except CodecError as error:
            log.warning("%s is not kept: %s", self._name, error)
            return
        digest = hashlib.sha256(body).hexdigest()
        path = self._folder / f"{min(answers):05d}-{digest[:12]}{ANSWERS}"
        try:
            write_whole(path, f"{digest}\n".encode() + body)
        except OSError as error:
            raise FileError(
                f"{self._checkpoint.folder} cannot be written: {error.strerror or error}; make room, or give another "
                f"--out"
            ) from None
        self._checkpoint.record(self._name, len(self._digests), len(answers))

    def _read(self) -> dict[int, Any]:
        wanted = {digest: i for i, digest in enumerate(self._digests)}
        found: dict[int, Any] = {}
        for path in sorted(self._folder.glob(f"*{ANSWERS}")):
            for _, digest, answer in _answers(path):
                if digest in wanted:
                    found[wanted[digest]] = answer
        return dict(sorted(found.items()))


def _answers(path: Path) -> list[Any]:
    """Answers of a file; none of a damaged one, which is removed so that its tasks are done again."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != head:
            raise CodecError("its contents do not fit its SHA-256")
        return list(decode(body))
    except (OSError, CodecError) as error:
        log.warning("%s is damaged and is not used: %s; its part is computed again", path, error)
        path.unlink(missing_ok=True)
        return []


def _read_label(path: Path) -> dict[str, Any]:
    try:
        label = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return label if isinstance(label, dict) else {}


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    before, now = old.get("belongs_to"), new["belongs_to"]
    if old.get("format") != FORMAT or not isinstance(before, dict):
        return f"{CHECKPOINT_JSON} is missing, damaged or of another version"
    changed = [name for name in [*now, *(n for n in before if n not in now)] if before.get(name) != now.get(name)]
    return f"it belongs to other inputs (changed: {', '.join(changed)})"


def _empty(folder: Path) -> None:
    """Remove everything but the lock."""
    for entry in folder.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _remove_folder(folder: Path) -> None:
    """Remove an empty folder; one that another run has begun to use stays."""
    try:
        folder.rmdir()
    except OSError:
        log.debug("%s is in use again", folder)
