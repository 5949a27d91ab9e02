"""The three ratings of every branch, from what its file states and the policy for what it does not.

Comes in: a GridCase. Goes out: ratings in MVA, infinite where unlimited. A missing emergency or short-time rating is
the normal one; the rules have warned of it.
"""

from __future__ import annotations

import numpy as np

from gridplan.network.case import GridCase
from gridplan.network.model import FloatArray, positions
from gridplan.network.policy import Policy

#: Angle across a branch that a derived rating allows where the file states no limit [degree].
DERIVED_ANGLE_DEGREE = 30.0
#: Highest voltage taken where the file states none [pu].
DERIVED_VM_PU = 1.1
#: An upper voltage limit from here on means none [pu].
ABSURD_VM_PU = 10.0


def ratings_mva(case: GridCase, policy: Policy) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Normal, emergency and short-time rating, each dims (branch,) [MVA]; infinite where unlimited."""
    table = case.branch
    normal = np.where(table.rating_normal_mva > 0, table.rating_normal_mva, np.inf)
    if policy.unrated == "derive":
        normal = np.where(np.isinf(normal), derived_rating_mva(case), normal)
    emergency = np.where(table.rating_emergency_mva > 0, table.rating_emergency_mva, normal)
    short_time = np.where(table.rating_short_time_mva > 0, table.rating_short_time_mva, emergency)
    return normal, emergency, short_time


def derived_rating_mva(case: GridCase) -> FloatArray:
    """Largest power that the angle limit lets through, dims (branch,) [MVA].

    ``rating = base |y| v_max sqrt(v_f^2 + v_t^2 - 2 v_f v_t cos theta)`` with ``y = 1 / (r + j x)``, the upper
    voltage limits of the ends, ``v_max`` the larger of them, and ``theta`` the angle limit or 30 degrees.
    Source: Coffrin2014, as PowerModels derives missing thermal limits.
    """
    table = case.branch
    theta = np.deg2rad(_angle_limit_degree(table.angle_min_degree, table.angle_max_degree))
    v_from, v_to = _vm_max(case, table.from_bus), _vm_max(case, table.to_bus)
    across = np.sqrt(v_from**2 + v_to**2 - 2 * v_from * v_to * np.cos(theta))
    impedance = np.hypot(table.r_pu, table.x_pu)
    with np.errstate(divide="ignore"):
        return np.asarray(case.base_mva * np.maximum(v_from, v_to) * across / impedance)


def _angle_limit_degree(low: FloatArray, high: FloatArray) -> FloatArray:
    widest = np.maximum(np.abs(low), np.abs(high))
    return np.where(np.isfinite(widest) & (widest > 0), widest, DERIVED_ANGLE_DEGREE)


def _vm_max(case: GridCase, ends: tuple[str, ...]) -> FloatArray:
    at = positions(ends, case.bus.id)
    vm = np.append(case.bus.vm_max_pu, np.nan)[at]
    return np.where((vm > 0) & (vm < ABSURD_VM_PU), vm, DERIVED_VM_PU)
