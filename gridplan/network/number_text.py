"""Numbers as files write them: plain, finite, with a decimal point; anything else is no number."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEdD][+-]?[0-9]+)?\Z")


@lru_cache(maxsize=65_536)
def number_of(text: str) -> float | None:
    """Value of a plain finite number, Fortran exponents (``1.0D-3``) included; None for anything else."""
    if not _NUMBER.match(text):
        return None
    value = float(text.replace("d", "e").replace("D", "E"))
    return value if abs(value) < float("inf") else None


def cell_value(text: str) -> float:
    """Value of a CSV cell as Python reads it, spaces around it allowed; NaN for anything else.

    Infinities pass, for the caller to name; underscores and digits of other scripts, which Python reads, do not.
    """
    try:
        return float(text) if "_" not in text and text.isascii() else math.nan
    except ValueError:
        return math.nan
