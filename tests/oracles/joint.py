"""What several points take together: one linear program over all hours with one size per point.

In: Network, GridSeries, buses. Out: sizes [MW] that every hour can carry, no load unserved, no rating exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray
from tests.oracles.grid_block import GridRules, add_grid
from tests.oracles.lp import INF, LinearProgram


@dataclass(frozen=True, kw_only=True)
class Joint:
    """Sizes of the points, dims (point,) [MW]; NaN where no sizes are secure in every hour."""

    status: str
    u_mw: FloatArray

    @property
    def total_mw(self) -> float:
        """Sum over the points."""
        return float(self.u_mw.sum())


def joint_capacity(
    network: Network,
    series: GridSeries,
    buses: Sequence[str],
    rules: GridRules,
    *,
    weight: Sequence[float] | None = None,
    fixed_mw: Mapping[int, float] | None = None,
    most_mw: float | Sequence[float] = INF,
    other_campus_mw: Mapping[str, float] | None = None,
) -> Joint:
    """Largest weighted sum of flat withdrawals that are secure in all hours of ``series`` at once.

    Parameters
    ----------
    buses : sequence of str
        Bus of each point, a bus may stand twice; ``Outage("campus", k)`` in ``rules.outages`` is the loss of point k.
    weight : sequence of float, dims (point,)
        Default 1 each: the largest total.
    fixed_mw : mapping of position in ``buses`` to MW
        Points whose size is given.
    most_mw : float or dims (point,) [MW]
        Largest size.
    other_campus_mw : mapping bus id -> MW
        Campuses that already withdraw; the k-th is campus ``len(buses) + k``.
    """
    other = other_campus_mw or {}
    lower, upper = np.zeros(len(buses)), np.array(np.broadcast_to(np.asarray(most_mw, dtype=float), len(buses)))
    for point, mw in (fixed_mw or {}).items():
        lower[point] = upper[point] = mw
    given = np.array(list(other.values()), dtype=float)
    value = np.append(np.ones(len(buses)) if weight is None else np.asarray(weight, dtype=float), np.zeros(len(given)))
    lp = LinearProgram()
    size = lp.add_columns((len(value),), np.append(lower, given), np.append(upper, given), value)
    bus = np.array([network.bus_index(b) for b in (*buses, *other)], dtype=np.int64)
    hard = replace(rules, has_unserved=False, has_overload=False)
    add_grid(lp, network, series, hard, (bus, np.tile(size, (len(series), 1))), has_cost=False)
    result = lp.solve(maximise=True)
    if not result.is_optimal:
        return Joint(status=result.status, u_mw=np.full(len(buses), np.nan))
    return Joint(status=result.status, u_mw=result.value[size[: len(buses)]])


def frontier_mw(
    network: Network,
    series: GridSeries,
    buses: tuple[str, str],
    rules: GridRules,
    first_mw: Sequence[float],
    *,
    most_mw: float = INF,
) -> FloatArray:
    """Largest second size for each given first size, dims (first,) [MW]; NaN where the first size alone is too much.

    The set of secure pairs is convex, not always a staircase: a second campus may make room for the first.
    """
    return np.array(
        [
            joint_capacity(network, series, buses, rules, fixed_mw={0: float(mw)}, most_mw=most_mw).u_mw[1]
            for mw in first_mw
        ]
    )


def supported_mw(
    network: Network,
    series: GridSeries,
    buses: tuple[str, str],
    rules: GridRules,
    weights: Sequence[float],
    *,
    most_mw: float = INF,
) -> FloatArray:
    """Largest u1 + weight u2 of each weight, dims (weight,) [MW]: the value, since the sizes need not be unique."""
    found = []
    for weight in weights:
        joint = joint_capacity(network, series, buses, rules, weight=(1.0, float(weight)), most_mw=most_mw)
        found.append(joint.u_mw @ np.array([1.0, weight]))
    return np.array(found)
