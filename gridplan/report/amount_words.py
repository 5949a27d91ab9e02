"""Large counts in words a reader takes in at a glance: 79 million, 1.04 billion."""

from __future__ import annotations

_NAMES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_MOST = 1e18


def amount_words(value: float) -> str:
    """Count rounded for running text: ``850``, ``9,984``, ``24,600``, ``79 million``, ``1.04 billion``.

    Whole below 10,000, three digits above; with a name, decimals below 10 alone.
    """
    rounded = _rounded(value)
    for size, name in _NAMES:
        if rounded >= size:
            return f"{_short(rounded / size)} {name}" if rounded < _MOST else f"{rounded:.1e}"
    if value < 10 and not float(value).is_integer():
        return f"{value:.2g}"
    return f"{rounded:,.0f}"


def _rounded(value: float) -> float:
    """Value with the digits that are shown, so that 999,900 becomes 1 million and not 1,000,000."""
    if value < 1e4:
        return round(value)
    return float(f"{value:.2e}")


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 10 else f"{value:,.0f}"
