"""What may be assumed of a case where its file leaves a choice; the defaults assume nothing a planner must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unrated = Literal["ignore", "error", "derive"]
Islands = Literal["error", "main"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Choices of whoever reads a case.

    Parameters
    ----------
    unrated : {"ignore", "error", "derive"}
        Branches whose normal rating is 0: unlimited with a warning, refused, or rated from impedance, voltage
        limits and the angle limit (30 degrees where the file gives none).
    islands : {"error", "main"}
        Several parts with load and supply of their own: refused, or all but the one with most load left out by name.
    merge_zero_impedance : bool
        Join the ends of branches without impedance into one bus instead of refusing them.
    accept_odd_units : bool
        Take numbers at face value that look like kW for MW or A for MVA.
    """

    unrated: Unrated = "ignore"
    islands: Islands = "error"
    merge_zero_impedance: bool = False
    accept_odd_units: bool = False
