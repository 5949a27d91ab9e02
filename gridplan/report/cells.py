"""Numbers as the report prints them: a cell is a text made here and the raw value behind it.

Comes in: raw values and the kind of a column. Goes out: cells; the template and the page never format a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

Raw = float | int | str | bool | None
Kind = Literal["text", "year", "mw", "mwh", "hours", "count", "percent", "frac", "musd", "usd", "price", "local", "pu"]
Mark = Literal["", "good", "bad", "warn", "strong", "quiet", "code"]

NONE_TEXT = "–"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# kind -> most decimals, whole numbers print without decimals
_DECIMALS: Mapping[str, tuple[int, bool]] = {
    "mw": (1, True),
    "mwh": (0, True),
    "hours": (1, True),
    "count": (0, True),
    "percent": (1, False),
    "frac": (2, False),
    "musd": (2, False),
    "usd": (0, True),
    "price": (2, False),
    "pu": (4, False),
}
_SCALE: Mapping[str, float] = {"frac": 100.0, "musd": 1e-6}


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed value: its text, the raw value, and how it stands out (always beside words)."""

    text: str
    value: Raw = None
    mark: Mark = ""

    def to_json(self) -> dict[str, Any]:
        """Cell as JSON; the mark is left out where there is none."""
        found: dict[str, Any] = {"text": self.text, "value": json_number(self.value)}
        return {**found, "mark": self.mark} if self.mark else found


Item = Cell | Raw


def json_number(value: Raw) -> Raw:
    """Value as JSON can hold it: a number that is not finite becomes null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number_text(value: float, kind: Kind, decimals: int | None = None) -> str:
    """Text of a number with thousands separators; ``frac`` is printed in percent, ``musd`` from USD in millions."""
    if kind == "year":
        return f"{value:.0f}"
    if not math.isfinite(value):
        return "unlimited" if value > 0 else NONE_TEXT
    scaled = value * _SCALE.get(kind, 1.0)
    digits = _decimals([value], kind) if decimals is None else decimals
    text = f"{scaled:,.{digits}f}"
    return f"{0.0:.{digits}f}" if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def cell(value: Item, kind: Kind, *, decimals: int | None = None, mark: Mark = "") -> Cell:
    """Cell of a raw value; a cell stays what it is, nothing prints as a dash."""
    if isinstance(value, Cell):
        return value
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return Cell(NONE_TEXT, None, "quiet")
    if isinstance(value, bool):
        return Cell("yes" if value else "no", value, mark)
    if kind == "local":
        return Cell(hour_text(str(value)), str(value), mark)
    if isinstance(value, str):
        return Cell(value, value, mark)
    return Cell(number_text(float(value), kind, decimals), value, mark)


def column_cells(values: Sequence[Item], kind: Kind) -> list[Cell]:
    """Cells of one column, all with the same count of decimals."""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    decimals = _decimals(numbers, kind)
    return [cell(value, kind, decimals=decimals) for value in values]


def hour_text(stamp: str) -> str:
    """Local hour in words: ``2020-08-26T17:00`` is ``26 Aug 17:00``; other text stays as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {_MONTHS[at.month - 1][:3]} {at:%H:%M}"


def day_text(stamp: str) -> str:
    """Date in words: ``2026-06-01`` is ``1 June 2026``; other text stays as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def weekday_text(at: date) -> str:
    """Day with its weekday: ``Wed 26 Aug``."""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1][:3]}"


def mw_text(value: float | None, *, unit: bool = True) -> str:
    """MW for running text."""
    text = NONE_TEXT if value is None else number_text(value, "mw")
    return f"{text} MW" if unit else text


def percent_text(frac: float, decimals: int = 1) -> str:
    """Share in percent for running text."""
    return f"{number_text(frac, 'frac', decimals)} %"


def _decimals(values: Iterable[float], kind: Kind) -> int:
    most, is_short = _DECIMALS.get(kind, (0, True))
    scale = _SCALE.get(kind, 1.0)
    finite = [abs(v * scale) for v in values if math.isfinite(v)]
    if kind == "mwh" and finite and 0 < max(finite) < 10:
        return 1
    step = 0.5 * 10.0**-most
    is_whole = all(abs(v - round(v)) < step for v in finite)
    return 0 if is_short and is_whole else most
