"""Small hourly CSV files and the specs that read them, written out by hand or by the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Finding, InputError
from gridplan.series.read import read_hourly_table
from gridplan.series.spec import HourlySpec, HourlyTable

SAID: dict[str, Any] = {"kind": "load", "timezone": "UTC", "stamp": "hour_beginning", "unit": "MW"}


def write_csv(path: Path, stamps: Sequence[str], values: Sequence[Any] | None = None, head: str = "time,p") -> Path:
    """CSV of one column; values count from 1 where none are given."""
    given = range(1, len(stamps) + 1) if values is None else values
    path.write_text("\n".join([head, *(f"{s},{v}" for s, v in zip(stamps, given, strict=True))]) + "\n")
    return path


def read(path: Path, **said: Any) -> HourlyTable:
    """Table of a file whose findings are warnings at most."""
    return read_with_findings(path, **said)[0]


def read_with_findings(path: Path, **said: Any) -> tuple[HourlyTable, tuple[Finding, ...]]:
    return read_hourly_table(HourlySpec(path=path, **{**SAID, **said}))


def refused(path: Path, **said: Any) -> tuple[Finding, ...]:
    """Findings of a file that is refused."""
    try:
        read_hourly_table(HourlySpec(path=path, **{**SAID, **said}))
    except InputError as error:
        return error.findings
    raise AssertionError(f"{path.name} was accepted")


def utc_hours(first: str, count: int) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    return np.datetime64(first, "s") + np.arange(count) * np.timedelta64(3600, "s")


def text(times: np.ndarray[Any, np.dtype[np.datetime64]], end: str = "") -> list[str]:
    return [str(when.astype("datetime64[m]")) + end for when in times]
