"""A run folder that appears all at once: written beside its final name, synced, renamed, manifest last."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridplan.errors import FileError
from gridplan.solution import MANIFEST_JSON

DIGITS = 6


class RunWriter:
    """Writes into a hidden sibling of ``final``; ``publish`` gives it its name, ``abandon`` removes it."""

    def __init__(self, final: Path) -> None:
        self.final = final = final.resolve()
        self.folder = final.parent / f".{final.name}.part-{os.getpid()}"
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        except OSError as error:
            raise FileError(f"{final} cannot be written: {_reason(final, error)}; give another folder") from None

    def text(self, name: str, text: str) -> None:
        """Write a text file."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")

    def json(self, name: str, value: Any) -> None:
        """Write a JSON file; numbers that are not finite become null."""
        self.text(name, json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    def csv(self, name: str, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> None:
        """Write a CSV file with these columns, its head alone where there are no rows; numbers with six decimals."""
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: cell(v) for k, v in row.items()} for row in rows)

    def write_manifest(self, manifest: dict[str, Any]) -> list[str]:
        """Write the manifest with the hashes of all files there are now; returns their names."""
        names = sorted(p.name for p in self.folder.iterdir() if p.name != MANIFEST_JSON)
        self.json(MANIFEST_JSON, {**manifest, "outputs": {n: sha256(self.folder / n) for n in names}})
        return names

    def publish(self, manifest: dict[str, Any]) -> Path:
        """Hash what was written, write the manifest last, rename; an older folder of that name is replaced."""
        for name in [*self.write_manifest(manifest), MANIFEST_JSON]:
            _sync(self.folder / name)
        old = self.final.parent / f".{self.final.name}.old-{os.getpid()}"
        try:
            if self.final.exists():
                self.final.rename(old)
            self.folder.rename(self.final)
        except OSError as error:
            raise FileError(f"cannot put the results at {self.final}: {error.strerror or error}") from None
        shutil.rmtree(old, ignore_errors=True)
        return self.final

    def abandon(self) -> None:
        """Remove what was written so far."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _reason(final: Path, error: OSError) -> str:
    file = next((folder for folder in final.parents if folder.is_file()), None)
    return f"{file} is a file" if file else str(error.strerror or error)


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file under a temporary name, on disk before it gets its own."""
    write_together({path: data})


def write_together(files: Mapping[Path, str | bytes]) -> None:
    """Write files that mean nothing without each other: all are on disk before the first gets its name."""
    staged = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in files}
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with staged[path].open("wb") as stream:
                stream.write(data.encode() if isinstance(data, str) else data)
                stream.flush()
                os.fsync(stream.fileno())
        for path, temporary in staged.items():
            put_in_place(temporary, path)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, path: Path) -> None:
    """Give a file its name; the error names that one, not the temporary one nobody knows."""
    try:
        temporary.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}") from None


def remove_stale(final: Path) -> None:
    """Remove what killed runs of this name left beside it; call it only while holding the lock of the name.

    A run killed between its last two steps had moved the older results away: they get their name back.
    """
    final = final.resolve()
    pattern = re.compile(rf"\.{re.escape(final.name)}\.(?P<kind>part|old)-(?P<process>[0-9]+)")
    for entry in sorted(final.parent.iterdir()) if final.parent.is_dir() else ():
        match = pattern.fullmatch(entry.name)
        if not match or entry.is_symlink() or _is_alive(int(match["process"])):
            continue
        if match["kind"] == "old" and not final.exists() and (entry / MANIFEST_JSON).is_file():
            entry.rename(final)
        else:
            shutil.rmtree(entry, ignore_errors=True)


def _is_alive(process: int) -> bool:
    """Whether a process of this number runs: this one does not count, for it has begun nothing yet."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def check_target(final: Path) -> None:
    """Refuse a target that holds something other than a run.

    Raises
    ------
    FileError
        If the path is a file, or a folder with content but no manifest of a run.
    """
    if final.is_file():
        raise FileError(f"{final} is a file; give a folder for the results")
    if final.is_dir() and any(final.iterdir()) and not (final / MANIFEST_JSON).is_file():
        raise FileError(f"{final} holds files that are not a gridplan run; give an empty or new folder with --out")


def sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cell(value: Any) -> Any:
    """CSV cell: floats with six decimals, booleans in lower case."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, float) or type(value).__name__.startswith("float"):
        return f"{float(value) + 0.0:.{DIGITS}f}"
    return value


def finite(value: Any) -> Any:
    """JSON value without numpy types and without numbers that are not finite."""
    if isinstance(value, dict):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return value


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
