"""A folder held by one process: the lock ends with the process, however it ends."""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from gridplan.errors import FileError

LOCK = ".lock"


class FolderLock:
    """Lock of a folder, which is made if need be.

    Raises
    ------
    FileError
        If the folder cannot be written, or another process holds it: the text names its process, machine and start.
    """

    def __init__(self, folder: Path, *, what: str) -> None:
        self.path = folder / LOCK
        while True:
            self._stream = _opened(folder)
            if not _take(self._stream):
                holder = _holder(self._stream)
                self._stream.close()
                raise FileError(f"{what} is in use by {holder}; wait until it ends, or give another --out")
            if _is_same(self._stream, self.path):
                break
            # The holder before us ended and removed the file between our opening it and our taking it.
            self._stream.close()
        self._stream.truncate(0)
        now = datetime.now(UTC)
        self._stream.write(f"process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%dT%H:%M:%SZ}")
        self._stream.flush()

    def release(self, *, remove: bool = False) -> None:
        """Let go; ``remove`` takes the file away, too, so that the folder can go."""
        left = remove and not _removed(self.path)
        if not remove:
            self._stream.truncate(0)
        self._stream.close()
        if left:
            _removed(self.path)


def _opened(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as reason:
        raise FileError(f"{folder} cannot be written: {reason.strerror or reason}") from None


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read().strip() or "another process"


def _is_same(stream: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except OSError:
        return False


def _removed(path: Path) -> bool:
    """Remove while the lock is held; Windows wants the file closed first."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _take(stream: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # A byte beyond the text, so that the text stays readable.
            stream.seek(1 << 20)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
