"""The choices behind a load-only number; every one is printed beside it.

Comes in: months and years of hours. Goes out: which season an hour belongs to, and the words of the choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.series.spec import FloatArray, IntArray, TimeArray
from gridplan.study.local_time import hours_of_year

BoolArray = npt.NDArray[np.bool_]

#: Budgets of the published study, shares of energy.
BUDGETS_FRAC = (0.0025, 0.005, 0.01, 0.05)
SEASONS = ("summer", "winter")
SPIKE_RATIO = 1.1
"""An hour this many times above both hours beside it is a spike: the load of an area does not jump and fall back so."""
COMPLETE_YEAR_FRAC = 0.99
"""A calendar year with this share of its hours counts as complete; the clock of a file may cut a few hours off."""

Averaging = Literal["all_hours", "yearly_rates"]
Thresholds = Literal["all_years", "each_year"]
Outliers = Literal["keep", "drop"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ALL_MONTHS = frozenset(range(1, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOnlyRule:
    """How load-only headroom is counted.

    Parameters
    ----------
    summer_months : frozenset of int
        Months 1 to 12 of the summer season; the others are winter.
    averaging : {"all_hours", "yearly_rates"}
        The budget holds over all hours alike, or for the mean of the rates of the complete calendar years.
    thresholds : {"all_years", "each_year"}
        The peak of a season is that of all years, or of each year its own.
    outliers : {"keep", "drop"}
        Spikes stay, or their hours are left out of the count.
    """

    summer_months: frozenset[int] = frozenset(range(5, 11))
    averaging: Averaging = "all_hours"
    thresholds: Thresholds = "all_years"
    outliers: Outliers = "keep"

    def words(self) -> dict[str, str]:
        """Every choice in words, as the basis of an answer names it."""
        years = "in each year apart" if self.thresholds == "each_year" else "over all years"
        spikes = f"hours more than {100 * (SPIKE_RATIO - 1):.0f} % above both hours beside them are"
        return {
            "threshold": f"peak load of each season {years}",
            "summer": month_words(self.summer_months),
            "winter": month_words(_ALL_MONTHS - self.summer_months),
            "shoulder_months": "belong to the season they are listed in; the peak is taken over all months of it",
            "outliers": f"{spikes} {'kept' if self.outliers == 'keep' else 'left out'}",
            "averaging": "one rate over all hours of the file"
            if self.averaging == "all_hours"
            else "mean of the rates of the complete calendar years",
            "complete_year": f"a calendar year with at least {100 * COMPLETE_YEAR_FRAC:.0f} % of its hours",
            "curtailed_hour": "every hour with any curtailment",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHours:
    """Calendar year and month of every hour on the clock of the seasons, dims (time,)."""

    year: IntArray
    month: IntArray

    @classmethod
    def of(cls, clock: TimeArray) -> LocalHours:
        """From what the clock shows at the beginning of each hour."""
        months = clock.astype("datetime64[M]").astype(np.int64)
        return cls(year=1970 + months // 12, month=1 + months % 12)

    def __getitem__(self, chosen: BoolArray) -> LocalHours:
        """Chosen hours."""
        return LocalHours(year=self.year[chosen], month=self.month[chosen])

    def is_summer(self, rule: LoadOnlyRule) -> BoolArray:
        """Which hours belong to the summer season."""
        return np.isin(self.month, sorted(rule.summer_months))

    def years(self) -> dict[int, int]:
        """Calendar year -> hours of it."""
        years, counts = np.unique(self.year, return_counts=True)
        return {int(year): int(count) for year, count in zip(years, counts, strict=True)}

    def complete_years(self) -> tuple[int, ...]:
        """Calendar years with nearly all of their hours."""
        return tuple(y for y, hours in self.years().items() if hours >= COMPLETE_YEAR_FRAC * hours_of_year(y, "UTC"))


def month_words(months: frozenset[int]) -> str:
    """Months as runs, ``May-Oct``; a run through December is one."""
    if not months:
        return "no month"
    if months == _ALL_MONTHS:
        return "all months"
    begins = [m for m in sorted(months) if (m - 2) % 12 + 1 not in months]
    return ", ".join(_run_words(first, months) for first in begins)


def _run_words(first: int, months: frozenset[int]) -> str:
    last = first
    while last % 12 + 1 in months:
        last = last % 12 + 1
    return _MONTHS[first - 1] if first == last else f"{_MONTHS[first - 1]}-{_MONTHS[last - 1]}"


def spikes(load_mw: FloatArray) -> BoolArray:
    """Hours far above both hours beside them, dims (time,)."""
    found = np.zeros(len(load_mw), dtype=np.bool_)
    if len(load_mw) > 2:
        beside = np.maximum(load_mw[:-2], load_mw[2:])
        found[1:-1] = (load_mw[1:-1] > SPIKE_RATIO * beside) & (beside > 0)
    return found
