"""What every builder of a dataset writes with: CSV, gzip, dataset.json and SOURCE.md; same inputs, same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def write_source(out: Path, text: str, root: Path, inputs: Sequence[Path]) -> None:
    """Write SOURCE.md with the digest of every file read and written."""
    outputs = sorted(path for path in out.iterdir() if path.name != "SOURCE.md")
    read = [f"| {path.relative_to(root).as_posix()} | {digest(path)} |" for path in inputs]
    rows = ["", "## Files read", "", "| file | sha256 |", "|---|---|", *read] if read else []
    rows += ["", "## Files written", "", "| file | sha256 |", "|---|---|"]
    rows += [f"| {path.name} | {digest(path)} |" for path in outputs]
    (out / "SOURCE.md").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")


def write_words(out: Path, words: Mapping[str, Any]) -> None:
    """Write dataset.json."""
    (out / "dataset.json").write_text(json.dumps(words, indent=2) + "\n", encoding="utf-8")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Table as UTF-8 CSV: shortest number that keeps ten digits, true/false, LF."""
    text = io.StringIO()
    columns = [[csv_cell(value) for value in table[name]] for name in table.columns]
    text.write(",".join(table.columns) + "\n")
    text.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))
    return text.getvalue().encode()


def csv_cell(value: object) -> str:
    """One value as text."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return format(float(value) + 0.0, ".10g") if isinstance(value, int | float | np.number) else str(value)


def write_gzip(path: Path, data: bytes) -> None:
    """Compress without a time stamp or a name, so that the bytes depend on the data alone."""
    path.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def digest(path: Path) -> str:
    """sha256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
