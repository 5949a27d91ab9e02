"""Rules on tap ratios and phase shifts, which stand in per unit and degrees at the from end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.model import BoolArray, FloatArray
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import base_kv, counted, in_service, named

#: Off-nominal ratios of real transformers.
LEAST_RATIO, MOST_RATIO = 0.5, 2.0
#: Below this all shifts of a case together look like radians [degree].
_RADIANS = 0.6
#: A ratio this near to a power of the voltage ratio is explained by it [share].
_NEAR = 0.15


def odd_ratio(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TRF-001: a tap ratio that no transformer has."""
    del policy
    tap, exchanged = case.branch.tap_ratio, _looks_exchanged(case)
    for k in np.flatnonzero(_is_odd(case) & ~exchanged):
        why = "a ratio must be above 0" if tap[k] <= 0 else f"it should be {LEAST_RATIO:g} to {MOST_RATIO:g} per unit"
        hint = "was kV given as a ratio? " if tap[k] > MOST_RATIO else ""
        message = f"branch {case.branch.id[k]}: tap ratio is {tap[k]:g}, {why}"
        remedy = f"{hint}write it in per unit of the base voltages, 1 where nominal"
        yield case.finding("GP-TRF-001", "error", message, remedy, ("branch", int(k), "tap_ratio"))


def exchanged_windings(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TRF-003: a ratio that is the square of the ratio of the base voltages: high and low side are exchanged."""
    del policy
    a, b = base_kv(case, "from_bus"), base_kv(case, "to_bus")
    for k in np.flatnonzero(_looks_exchanged(case)):
        branch = case.branch
        message = (
            f"branch {branch.id[k]}: tap ratio {branch.tap_ratio[k]:.4g} between {a[k]:g} kV and {b[k]:g} kV "
            "is about the square of their ratio: its high and low side look exchanged"
        )
        remedy = "exchange its ends or its winding voltages"
        yield case.finding("GP-TRF-003", "error", message, remedy, ("branch", int(k), "tap_ratio"))


def large_shift(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TRF-002: a phase shift beyond half a turn."""
    del policy
    shift = case.branch.shift_degree
    for k in np.flatnonzero(in_service(case, "branch") & np.isfinite(shift) & (np.abs(shift) > 180)):
        message = f"branch {case.branch.id[k]}: phase shift of {shift[k]:g} degrees is more than half a turn"
        remedy = "write it between -180 and 180 degrees"
        yield case.finding("GP-TRF-002", "warning", message, remedy, ("branch", int(k), "shift_degree"))


def shift_in_radians(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-TRF-002: every phase shift is so small that it may be in radians."""
    if policy.accept_odd_units:
        return
    shift = case.branch.shift_degree
    rows = np.flatnonzero(in_service(case, "branch") & np.isfinite(shift) & (shift != 0))
    if rows.size and (np.abs(shift[rows]) < _RADIANS).all():
        k = int(rows[np.argmax(np.abs(shift[rows]))])
        message = f"{counted(rows.size, 'branch')} with phase shifts, all below {_RADIANS:g} degrees, the largest "
        message += f"{shift[k]:g} at branch {case.branch.id[k]}: {named(case.branch.id, rows)}"
        remedy = f"check the unit: {shift[k]:g} rad would be {np.rad2deg(shift[k]):.4g} degrees"
        yield case.finding("GP-TRF-002", "warning", message, remedy, ("branch", k, "shift_degree"))


def _is_odd(case: GridCase) -> BoolArray:
    tap: FloatArray = case.branch.tap_ratio
    is_odd = np.isfinite(tap) & ((tap > MOST_RATIO) | (tap < LEAST_RATIO))
    return np.asarray(in_service(case, "branch") & is_odd)


def _looks_exchanged(case: GridCase) -> BoolArray:
    tap, a, b = case.branch.tap_ratio, base_kv(case, "from_bus"), base_kv(case, "to_bus")
    is_known = _is_odd(case) & (tap > 0) & (a > 0) & (b > 0) & (a != b)
    ratio = np.divide(a, b, out=np.ones(len(a)), where=is_known)
    squares = (ratio**2, ratio**-2)
    near = np.any([np.abs(tap - square) <= _NEAR * square for square in squares], axis=0)
    return np.asarray(is_known & near)
