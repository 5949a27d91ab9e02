"""Movable classes against fixed prices of power, written from their equations as one small linear program.

Machines of a class are shared out over the corners of its throughput curve instead of giving up power in pieces:
``machines = sum l_k``, ``power = sum l_k p_k``, ``work = sum l_k y_k``. In: campuses, prices by campus and hour.
Out: the least cost and what moves, waits and is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

FloatArray = npt.NDArray[np.float64]
Corners = Sequence[tuple[float, float]]
LINEAR: Corners = ((1.0, 1.0), (0.0, 0.0))
Row = dict[int, float]


@dataclass(frozen=True, kw_only=True)
class MovableClass:
    """One class of one campus; ``corners`` are (power, throughput) from full power down, None where work and power
    are lost one to one, running or not."""

    campus: str
    name: str
    baseline_mw: FloatArray
    installed_mw: float
    deadline_h: int = 0
    shed_frac: float = 0.0
    min_power_frac: float = 0.0
    value_usd_per_mwh: float = 0.0
    corners: Corners | None = None
    rebound_frac: float | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """Pair of campuses between which a class may move."""

    source: str
    target: str
    name: str
    max_frac: float
    cost_usd_per_mwh: float


@dataclass
class _Program:
    cost: list[float] = field(default_factory=list)
    upper: list[float | None] = field(default_factory=list)
    equal: list[tuple[Row, float]] = field(default_factory=list)
    most: list[tuple[Row, float]] = field(default_factory=list)

    def column(self, cost: float = 0.0, upper: float | None = None) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def matrix(self, rows: list[tuple[Row, float]]) -> tuple[FloatArray | None, FloatArray | None]:
        if not rows:
            return None, None
        found = np.zeros((len(rows), len(self.cost)))
        for i, (row, _) in enumerate(rows):
            for j, value in row.items():
                found[i, j] += value
        return found, np.array([side for _, side in rows])


@dataclass(frozen=True, kw_only=True)
class Movable:
    """Least cost [USD], power at each meter, dims (campus, time) [MW], and moved power of each move, dims (time,)."""

    is_feasible: bool
    cost_usd: float
    p_campus_mw: FloatArray
    moved_mw: FloatArray
    work_mwh: Mapping[str, FloatArray]  # class -> work done, lost and moved away, dims (3,)


def solve_movable(
    connected_mw: Mapping[str, float],
    price_usd_per_mwh: FloatArray,
    classes: Sequence[MovableClass],
    moves: Sequence[Move] = (),
    *,
    floor_frac: float = 0.0,
    budget_frac: Mapping[str, float] | None = None,
    events: Mapping[str, tuple[int, float]] | None = None,
) -> Movable:
    """Least cost of power, lost work and moves.

    ``budget_frac`` limits power given up per campus; ``events`` the hours of full depth in any longer window, and MW
    free of the limit.
    """
    names, hours = list(connected_mw), price_usd_per_mwh.shape[1]
    lp = _Program()
    moved = [
        [
            lp.column(m.cost_usd_per_mwh, m.max_frac * _of(classes, m.source, m.name).baseline_mw[t])
            for t in range(hours)
        ]
        for m in moves
    ]
    for source, name in {(m.source, m.name) for m in moves}:
        own = [k for k, m in enumerate(moves) if (m.source, m.name) == (source, name)]
        most = max(moves[k].max_frac for k in own)
        for t in range(hours):
            lp.most.append(({moved[k][t]: 1.0 for k in own}, most * _of(classes, source, name).baseline_mw[t]))
    power: list[list[Row]] = [[{} for _ in range(hours)] for _ in names]
    given_up: dict[str, Row] = {name: {} for name in names}
    work = {}
    for one in classes:
        out = [k for k, m in enumerate(moves) if (m.source, m.name) == (one.campus, one.name)]
        into = [k for k, m in enumerate(moves) if (m.target, m.name) == (one.campus, one.name)]
        own = _add_class(lp, one, [[moved[k][t] for k in out] for t in range(hours)],
                         [[moved[k][t] for k in into] for t in range(hours)])  # fmt: skip
        work[f"{one.campus}:{one.name}"] = own
        for t in range(hours):
            _add(power[names.index(one.campus)][t], own.power[t])
            for k in into:
                _add(power[names.index(one.campus)][t], {moved[k][t]: 1.0})
            _add(given_up[one.campus], own.given_up[t])
    for name, (event_h, free_mw) in (events or {}).items():
        _limit_events(lp, [c for c in classes if c.campus == name], work, event_h, free_mw)
    meter = [
        [lp.column(price_usd_per_mwh[i, t], connected_mw[name]) for t in range(hours)] for i, name in enumerate(names)
    ]
    for i, name in enumerate(names):
        asked = sum(c.baseline_mw for c in classes if c.campus == name)
        for t in range(hours):
            lp.equal.append(({**power[i][t], meter[i][t]: -1.0}, 0.0))
            lp.most.append(({j: -v for j, v in power[i][t].items()}, -floor_frac * float(asked[t])))
        if budget_frac and name in budget_frac:
            lp.most.append((given_up[name], budget_frac[name] * float(asked.sum())))
    return _solved(lp, meter, moved, work)


@dataclass
class _Class:
    power: list[Row]
    given_up: list[Row]
    lost: list[Row]
    done: list[Row]
    out: list[list[int]]


def _add_class(lp: _Program, one: MovableClass, out: list[list[int]], into: list[list[int]]) -> _Class:
    hours = len(one.baseline_mw)
    found = _Class([], [], [], [], out)
    before: int | None = None
    arrived = np.cumsum(one.baseline_mw)
    for t, asked in enumerate(one.baseline_mw):
        leaves = dict.fromkeys(out[t], 1.0)
        full = lp.column()  # machines at full power
        corners = LINEAR if one.corners is None else one.corners
        slowed = [(lp.column(one.value_usd_per_mwh * (1.0 - y)), p, y) for p, y in corners]
        cappable = dict.fromkeys((j for j, _, _ in slowed), 1.0)
        _limit_cut(lp, one, t, cappable, {j: 1.0 - p for j, p, _ in slowed}, out[t])
        found.power.append({full: 1.0, **{j: p for j, p, _ in slowed}})
        found.done.append({full: 1.0, **{j: y for j, _, y in slowed}})
        found.lost.append({j: 1.0 - y for j, _, y in slowed})
        found.given_up.append({j: 1.0 - p for j, p, _ in slowed})
        machines = {full: 1.0, **(cappable if one.corners is not None else {j: p for j, p, _ in slowed})}
        handled = {full: 1.0, **cappable, **leaves}
        if one.deadline_h == 0:
            lp.equal.append((handled, float(asked)))
            room = max(one.installed_mw, float(asked)) - float(asked)
            if into[t]:
                lp.most.append(({**dict.fromkeys(into[t], 1.0), **{j: -1.0 for j in out[t]}}, room))
            continue
        due = arrived[t] - (arrived[t - one.deadline_h] if t >= one.deadline_h else 0.0)
        waits = lp.column(upper=0.0 if t == hours - 1 else float(due))
        lp.equal.append(({waits: 1.0, **handled, **({} if before is None else {before: -1.0})}, float(asked)))
        before = waits
        lp.most.append(({**machines, **dict.fromkeys(into[t], 1.0)}, max(one.installed_mw, float(asked))))
        if one.rebound_frac is not None:
            running = {full: 1.0, **{j: p for j, p, _ in slowed}}
            lp.most.append((running, one.rebound_frac * float(asked)))
        least = one.min_power_frac
        row = {full: -1.0, **{j: -p - least * (1.0 - p) for j, p, _ in slowed}, **{j: -least for j in out[t]}}
        lp.most.append((row, -least * float(asked)))
    return found


def _limit_cut(lp: _Program, one: MovableClass, t: int, cappable: Row, cut: Row, out: list[int]) -> None:
    """Machines that may be slowed are those of the hour's own work; their power falls by the shed share at most."""
    asked = float(one.baseline_mw[t])
    stay = {j: 1.0 for j in out} if one.deadline_h == 0 else {}
    if one.corners is None:
        lp.most.append((_joined(cut, {j: one.shed_frac * v for j, v in stay.items()}), one.shed_frac * asked))
    else:
        lp.most.append((_joined(cappable, stay), asked))
        lp.most.append((_joined(cut, {j: -one.shed_frac * v for j, v in cappable.items()}), 0.0))


def _limit_events(
    lp: _Program, classes: Sequence[MovableClass], work: Mapping[str, _Class], event_h: int, free_mw: float
) -> None:
    """In any ``event_h + 1`` hours at most ``event_h`` times the greatest depth of them, and what is free."""
    hours = len(classes[0].baseline_mw)
    depth = sum(c.shed_frac * c.baseline_mw for c in classes)
    for start in range(hours - event_h):
        window = range(start, start + event_h + 1)
        total: Row = {}
        for one in classes:
            for t in window:
                _add(total, work[f"{one.campus}:{one.name}"].given_up[t])
        lp.most.append((total, event_h * max(float(depth[t]) for t in window) + free_mw))


def _joined(first: Row, second: Row) -> Row:
    total = dict(first)
    _add(total, second)
    return total


def _add(total: Row, more: Row) -> None:
    for j, value in more.items():
        total[j] = total.get(j, 0.0) + value


def _of(classes: Sequence[MovableClass], campus: str, name: str) -> MovableClass:
    return next(c for c in classes if (c.campus, c.name) == (campus, name))


def _solved(lp: _Program, meter: list[list[int]], moved: list[list[int]], work: Mapping[str, _Class]) -> Movable:
    equal, sides = lp.matrix(lp.equal)
    most, limits = lp.matrix(lp.most)
    found = linprog(lp.cost, most, limits, equal, sides, [(0.0, upper) for upper in lp.upper], method="highs")
    x = found.x if found.status == 0 else np.full(len(lp.cost), np.nan)

    def total(rows: list[Row]) -> float:
        return float(sum(value * x[j] for row in rows for j, value in row.items()))

    return Movable(
        is_feasible=found.status == 0,
        cost_usd=float(found.fun) if found.status == 0 else np.inf,
        p_campus_mw=x[np.array(meter)],
        moved_mw=x[np.array(moved, dtype=np.int64)],
        work_mwh={
            name: np.array([total(own.done), total(own.lost), float(sum(x[j] for hour in own.out for j in hour))])
            for name, own in work.items()
        },
    )
