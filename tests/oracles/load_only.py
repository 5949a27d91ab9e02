"""Load-only headroom by bisection on plain sums, hour by hour; shares no code with gridplan."""

from __future__ import annotations

from collections.abc import Sequence


def season_thresholds(load_mw: Sequence[float], months: Sequence[int], summer: Sequence[int]) -> list[float]:
    """Peak of the season of every hour."""
    peak: dict[bool, float] = {}
    for load, month in zip(load_mw, months, strict=True):
        is_summer = month in summer
        peak[is_summer] = max(load, peak.get(is_summer, load))
    return [peak[month in summer] for month in months]


def curtailed_mwh(load_mw: Sequence[float], threshold_mw: Sequence[float], new_mw: float) -> float:
    return sum(max(0.0, load + new_mw - limit) for load, limit in zip(load_mw, threshold_mw, strict=True))


def largest_new_load_mw(load_mw: Sequence[float], threshold_mw: Sequence[float], budget_frac: float) -> float:
    """Largest constant load whose curtailed energy is within the budget."""
    low, high = 0.0, 1.0
    while curtailed_mwh(load_mw, threshold_mw, high) <= budget_frac * high * len(load_mw):
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if curtailed_mwh(load_mw, threshold_mw, middle) <= budget_frac * middle * len(load_mw):
            low = middle
        else:
            high = middle
    return low
