"""Joint capacity: the corner points of what two points take, the largest weighted total of many.

Sizes are proposed by the sides known so far and tried in the hours that come nearest to a side, then in every hour;
an hour that does not carry a size gives a new side. What is left in the end is carried by every hour, so the
outer description is the set itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gridplan.errors import NoSolutionError
from gridplan.network.model import FloatArray
from gridplan.plan.joint.polygon import Polygon, polygon
from gridplan.plan.joint.secure_set import SAME_SIDE, TOLERANCE_MW, SecureSet, Side

#: Rounds of proposing and trying after which the answer is given with the gap it has.
MOST_ROUNDS = 500
#: Total given away at most to spread it evenly [MW].
EVEN_MW = 1.0e-7
#: Room up to which a side holds a size back [MW].
HOLDING_MW = 1.0e-4


@dataclass(frozen=True, kw_only=True)
class JointCapacity:
    """Largest weighted total of several points.

    Parameters
    ----------
    u_mw : float, dims (point,)
        Sizes that every hour carries; of equal totals the one whose smallest size is largest.
    value_mw, upper_mw : float
        Their weighted total, and what no sizes exceed.
    sides : tuple of Side
        Sides that hold the total back, the tightest first.
    programs : int
        Hourly programs solved.
    """

    u_mw: FloatArray
    value_mw: float
    upper_mw: float
    sides: tuple[Side, ...]
    programs: int

    @property
    def gap_mw(self) -> float:
        """What may be missing to the largest [MW]."""
        return max(self.upper_mw - self.value_mw, 0.0)


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """Secure sizes of two points.

    Parameters
    ----------
    area : Polygon
    is_efficient : bool, dims (corner,)
        Neither size can grow without the other shrinking.
    gap_mw : float
        Largest distance, in MW of a point, between a corner and what every hour carries.
    """

    area: Polygon
    is_efficient: tuple[bool, ...]
    gap_mw: float
    programs: int


@dataclass(kw_only=True)
class _Trials:
    """Which sizes have been tried near their sides, and which in every hour, with the part that was carried."""

    secure: SecureSet
    near: set[bytes] = field(default_factory=set)
    proven: dict[bytes, float] = field(default_factory=dict)

    def try_near(self, u_mw: FloatArray) -> bool:
        """Whether the hours nearest to their sides carry a size."""
        if _key(u_mw) in self.near:
            return True
        self.near.add(_key(u_mw))
        return self.secure.reached_frac(u_mw, self.secure.near_hours(u_mw)) >= 1.0

    def prove(self, u_mw: FloatArray) -> float:
        """Part of a size that every hour carries."""
        key = _key(u_mw)
        if key not in self.proven:
            self.proven[key] = self.secure.reached_frac(u_mw, np.arange(len(self.secure.grid)))
        return self.proven[key]


def frontier(secure: SecureSet, progress: Callable[[str], None]) -> Frontier:
    """Corner points of the secure sizes of two points."""
    trials = _Trials(secure=secure)
    trials.prove(np.zeros(2))
    for _ in range(MOST_ROUNDS):
        area = polygon(secure.sides(), secure.most_mw)
        if not all([trials.try_near(u) for u in area.corners]):
            continue
        progress(f"joint capacity: {len(area.corners)} corners in every hour")
        carried = [trials.prove(u) for u in area.corners]
        left = polygon(secure.sides(), secure.most_mw)
        if np.array_equal(left.corners, area.corners):
            gap = max((1.0 - part) * float(u.max()) for part, u in zip(carried, area.corners, strict=True))
            efficient = tuple(_is_efficient(area, u, secure.most_mw) for u in area.corners)
            return Frontier(area=area, is_efficient=efficient, gap_mw=gap, programs=secure.programs)
    raise NoSolutionError(f"the frontier is not complete after {MOST_ROUNDS} rounds of cutting corners")


def largest_total(secure: SecureSet, weights: FloatArray, progress: Callable[[str], None]) -> JointCapacity:
    """Largest weighted total of the points of a grid, dims of weights (point,)."""
    trials = _Trials(secure=secure)
    trials.prove(np.zeros(len(weights)))
    best_u, best = np.zeros(len(weights)), 0.0
    for round_ in range(MOST_ROUNDS):
        sides = secure.sides()
        u_mw, upper = _proposed(sides, weights)
        if not trials.try_near(u_mw):
            continue
        progress(f"joint capacity: {upper:.1f} MW in every hour (round {round_ + 1})")
        carried = u_mw * trials.prove(u_mw)
        if carried @ weights > best:
            best_u, best = carried, float(carried @ weights)
        if upper - best <= len(weights) * TOLERANCE_MW or len(secure.sides()) == len(sides):
            break
    holding = sorted((s for s in secure.sides() if s.margin_mw(best_u) <= HOLDING_MW and s.hour >= 0), key=_by_hour)
    return JointCapacity(u_mw=best_u, value_mw=best, upper_mw=upper, sides=tuple(holding), programs=secure.programs)


def alone_mw(secure: SecureSet, point: int) -> float:
    """Largest MW of one point while the others take nothing."""
    trials, alone = _Trials(secure=secure), np.eye(secure.grid.n_point)[point]
    for _ in range(MOST_ROUNDS):
        u_mw = _most_along(secure, point) * alone
        if not trials.try_near(u_mw):
            continue
        carried = trials.prove(u_mw)
        if carried >= 1.0 or _most_along(secure, point) >= u_mw[point]:
            return float(carried * u_mw[point])
    raise NoSolutionError(f"what one point takes alone is not settled after {MOST_ROUNDS} rounds")


def _most_along(secure: SecureSet, point: int) -> float:
    """MW of one point that all known sides allow."""
    room = min(s.room_mw / float(s.normal[point]) for s in secure.sides() if s.normal[point] > SAME_SIDE)
    return max(room, 0.0)


def pair_total(pair: Frontier, weights: FloatArray) -> JointCapacity:
    """Largest weighted total of two points, whose corners are known; between equal ones the most even sizes."""
    corners, value = pair.area.corners, pair.area.corners @ weights
    best = np.flatnonzero(value >= value.max() - TOLERANCE_MW)
    ends = corners[best]
    if len(ends) == 2 and np.ptp(ends - ends[:, ::-1], axis=0).max() > 0.0:
        lean = ends[:, 0] - ends[:, 1]
        share = np.clip(lean[0] / (lean[0] - lean[1]), 0.0, 1.0)
        u_mw = (1.0 - share) * ends[0] + share * ends[1]
    else:
        u_mw = ends[0]
    holding = [s for s in pair.area.sides if s.hour >= 0 and s.margin_mw(u_mw) <= HOLDING_MW]
    upper = float(value.max())
    return JointCapacity(
        u_mw=u_mw,
        value_mw=upper - pair.gap_mw * float(weights.sum()),
        upper_mw=upper,
        sides=tuple(holding),
        programs=pair.programs,
    )


def pair_alone_mw(pair: Frontier) -> tuple[float, float]:
    """Largest MW of each of two points while the other takes nothing."""
    corners = pair.area.corners
    on_axis = [corners[np.abs(corners[:, 1 - k]) <= TOLERANCE_MW, k] for k in range(2)]
    return float(on_axis[0].max()), float(on_axis[1].max())


def _proposed(sides: Sequence[Side], weights: FloatArray) -> tuple[FloatArray, float]:
    """Largest weighted total the sides allow, with its smallest size as large as may be, and that total."""
    from scipy.optimize import linprog

    normals, rooms = np.array([s.normal for s in sides]), np.array([s.room_mw for s in sides])
    found = linprog(-weights, A_ub=normals, b_ub=rooms, bounds=(0, None), method="highs")
    if found.status != 0:
        raise NoSolutionError(f"the sizes that the known limits leave could not be found: {found.message}")
    upper = float(-found.fun)
    wide = np.column_stack([normals, np.zeros(len(rooms))])
    even = np.column_stack([-np.eye(len(weights)), np.ones(len(weights))])
    least = np.append(-weights, 0.0)
    spread = linprog(
        np.append(np.zeros(len(weights)), -1.0),
        A_ub=np.vstack([wide, even, least]),
        b_ub=np.concatenate([rooms, np.zeros(len(weights)), [EVEN_MW - upper]]),
        bounds=(0, None),
        method="highs",
    )
    return np.maximum((spread if spread.status == 0 else found).x[: len(weights)], 0.0), upper


def _is_efficient(area: Polygon, u_mw: FloatArray, most_mw: float) -> bool:
    """Whether no secure pair is at least as large in both and larger in one."""
    above = [Side(normal=-e, room_mw=float(-mw) + 1e-6) for e, mw in zip(np.eye(2), u_mw, strict=True)]
    left = polygon([*area.sides, *above], most_mw)
    return not len(left.corners) or float(left.corners.sum(axis=1).max()) <= float(u_mw.sum()) + 1e-4


def _by_hour(side: Side) -> tuple[int, tuple[str, ...]]:
    return side.hour, side.binding


def _key(u_mw: FloatArray) -> bytes:
    return np.asarray(np.round(u_mw, 7) + 0.0).tobytes()
