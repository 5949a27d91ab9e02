"""Results of a benchmark: rows of quantity, value and unit, printed as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Row:
    """One measured quantity; ``note`` says what it rests on."""

    quantity: str
    value: float
    unit: str
    note: str = ""


def parser(text: str | None) -> argparse.ArgumentParser:
    """Argument parser with the switch every benchmark has."""
    found = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--json", action="store_true", help="print the rows as JSON")
    return found


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print the rows."""
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    width = max(len(row.quantity) for row in rows)
    for row in rows:
        print(f"{row.quantity:<{width}}  {number(row.value):>12} {row.unit:<8} {row.note}".rstrip())


def number(value: float) -> str:
    """Value with three or four significant digits, whole numbers in full."""
    if 0 < abs(value) < 1e-3:
        return f"{value:.1e}"
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4
    return f"{value:,.{digits}f}"


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Wall time [s] of a call, and its answer."""
    begin = time.perf_counter()
    answer = work()
    return time.perf_counter() - begin, answer


def median_s(work: Callable[[], Any], repetitions: int) -> float:
    """Median wall time of several calls [s]."""
    return median(timed(work)[0] for _ in range(repetitions))
