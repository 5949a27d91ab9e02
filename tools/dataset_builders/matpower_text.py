"""Tables of MATPOWER's case and change-table files as text, for building datasets."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

CHANGE_COLUMNS = ["label", "probability", "table", "row", "column", "kind", "value"]


def matrix(text: str, name: str) -> npt.NDArray[np.float64]:
    """Numbers of ``mpc.name = [ ... ];``."""
    return np.array([[float(word) for word in line.split()] for line in _lines(text, name, "[", "]")])


def words(text: str, name: str) -> list[str]:
    """Text of ``mpc.name = { ... };``."""
    return [line.strip("'") for line in _lines(text, name, "{", "}")]


def change_table(path: Path) -> pd.DataFrame:
    """Rows of a change table (``chgtab``) as written."""
    rows = [line.split() for line in _lines(path.read_text(encoding="utf-8"), "chgtab", "[", "]")]
    table = pd.DataFrame(rows, columns=CHANGE_COLUMNS)
    return table.astype({"label": int, "row": int, "value": float})


def _lines(text: str, name: str, left: str, right: str) -> list[str]:
    found = re.search(rf"^(?:mpc\.)?{name} = \{left}\n(.*?)^\{right};", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"no table {name}")
    return [line.strip().rstrip(";") for line in found[1].splitlines()]
