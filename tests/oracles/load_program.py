"""Least cost of moving a day of computing work between hours and sites: one linear program, written row by row.

In: a few sites and classes of work, at most 24 hours. Out: cost, MW by site and hour, work done, sent and waiting.
Work w is in GPU-hours at full power. A GPU that runs draws at least the power of the first point of its cap curve;
what it draws above is split over the concave segments. A GPU that does not run draws idle power.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import linprog

Name = tuple[Any, ...]
Row = dict[Name, float]
Cap = tuple[tuple[float, float], ...]
INFERENCE: Cap = ((0.5285, 0.7808), (0.6564, 0.8709), (0.7844, 0.9309), (0.9037, 0.9760), (1.0, 1.0))
FINE_TUNE: Cap = ((0.5682, 0.7956), (0.7024, 0.8910), (0.8329, 0.9441), (0.9255, 0.9738), (1.0, 1.0))
PRETRAIN: Cap = ((0.5147, 0.6291), (0.6415, 0.7837), (0.7623, 0.8667), (0.8821, 0.9226), (1.0, 1.0))
"""(power, throughput) as shares of the uncapped GPU, measured on A100 (Emerald, Phoenix 2025).

Only the first is concave as measured.
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One class. ``arriving_gpu_h`` by site and hour; work of hour t must be done by the end of hour t + deadline_h.

    ``sent_frac`` of what arrives may be sent to another site in its hour, ``lost_frac`` of it may be given up.
    ``cap`` is a concave curve; one point (1, 1) = no capping.
    """

    arriving_gpu_h: Sequence[Sequence[float]]
    deadline_h: int = 0
    cap: Cap = ((1.0, 1.0),)
    sent_frac: float = 0.0
    send_usd_per_gpu_h: float = 0.0
    lost_frac: float = 0.0
    lost_usd_per_gpu_h: float = 0.0

    def __post_init__(self) -> None:
        assert self.cap == concave(self.cap), "the cap curve is not concave"


@dataclass(frozen=True, kw_only=True)
class Site:
    """GPUs with their power, hourly PUE and price, and what the grid asks of the meter.

    ``baseline_mw`` and ``budget_frac`` go together: energy below the baseline <= budget_frac of the baseline's; in any
    window of ``longest_h`` + 1 hours at most ``longest_h`` hours' worth of the greatest reduction ``shed_frac``;
    never above ``rebound`` times the baseline.
    """

    gpus: float
    idle_mw: float
    full_mw: float
    pue: Sequence[float]
    price_usd_per_mwh: Sequence[float]
    auxiliary_mw: float = 0.0
    limit_mw: Sequence[float] | None = None
    ramp_mw: float | None = None
    baseline_mw: Sequence[float] | None = None
    budget_frac: float = 1.0
    shed_frac: float = 1.0
    longest_h: int | None = None
    rebound: float | None = None


@dataclass(frozen=True)
class Answer:
    """Status and optimum; ``value`` holds every column by its name, ``p_mw`` the meter by site and hour."""

    status: str
    cost_usd: float = float("nan")
    p_mw: tuple[tuple[float, ...], ...] = ()
    value: Mapping[Name, float] = field(default_factory=dict)

    def total(self, kind: str, *place: Any) -> float:
        """Sum of the columns of a kind, of a class (and a site) where given."""
        head = (kind, *place)
        return sum(v for name, v in self.value.items() if name[: len(head)] == head)


class Rows:
    """Columns by name, rows as dictionaries, in the form ``linprog`` asks for."""

    def __init__(self) -> None:
        self.columns: dict[Name, tuple[float, float]] = {}
        self.equal: list[tuple[Row, float]] = []
        self.at_most: list[tuple[Row, float]] = []

    def column(self, name: Name, cost: float = 0.0, most: float = np.inf) -> Name:
        self.columns[name] = (cost, most)
        return name

    def solve(self) -> tuple[str, float, dict[Name, float]]:
        number = {name: i for i, name in enumerate(self.columns)}

        def dense(rows: list[tuple[Row, float]]) -> tuple[Any, Any]:
            matrix = np.zeros((len(rows), len(number)))
            for r, (row, _) in enumerate(rows):
                for name, coefficient in row.items():
                    matrix[r, number[name]] += coefficient
            return matrix, [bound for _, bound in rows]

        a_ub, b_ub = dense(self.at_most)
        a_eq, b_eq = dense(self.equal)
        cost = [c for c, _ in self.columns.values()]
        bounds = [(0, most) for _, most in self.columns.values()]
        done = linprog(cost, a_ub, b_ub, a_eq, b_eq, bounds, method="highs")
        if done.status != 0:
            return ("infeasible" if done.status == 2 else str(done.message)), float("nan"), {}
        return "optimal", float(done.fun), dict(zip(number, map(float, done.x), strict=True))


def concave(cap: Cap) -> Cap:
    """Upper concave hull: every point that lies on no chord's underside.

    A program that fills segments by slope needs it: with a steeper segment behind a flatter one it would fill the
    later one first and serve work that no GPU does.
    """
    kept = list(cap)
    bent = True
    while bent:
        bent = False
        for n in range(1, len(kept) - 1):
            (p0, y0), (p, y), (p1, y1) = kept[n - 1 : n + 2]
            if y < y0 + (y1 - y0) * (p - p0) / (p1 - p0):
                del kept[n]
                bent = True
                break
    return tuple(kept)


def segments(cap: Cap) -> Iterator[tuple[float, float]]:
    """Width in power and slope in throughput of each segment of the curve."""
    for (p0, y0), (p1, y1) in pairwise(cap):
        yield p1 - p0, (y1 - y0) / (p1 - p0)


def work_row(work: Work, c: int, i: int, t: int) -> Row:
    """W = y_1 n + sum of slope_k s_k, with n GPUs running and s_k their power in segment k."""
    row: Row = {("on", c, i, t): work.cap[0][1]}
    row |= {("segment", c, i, t, k): slope for k, (_, slope) in enumerate(segments(work.cap))}
    return row


def meter_row(site: Site, works: Sequence[Work], i: int, t: int) -> tuple[Row, float]:
    """P = PUE (idle (G - sum n) + full (p_1 n + sum s_k)) + aux, as a row and its constant."""
    row: Row = {}
    for c, work in enumerate(works):
        row[("on", c, i, t)] = site.pue[t] * (site.full_mw * work.cap[0][0] - site.idle_mw)
        for k, _ in enumerate(segments(work.cap)):
            row[("segment", c, i, t, k)] = site.pue[t] * site.full_mw
    return row, site.pue[t] * site.idle_mw * site.gpus + site.auxiliary_mw


def plus(row: Row, other: Row, factor: float = 1.0) -> Row:
    """Sum of a row and a multiple of another."""
    return row | {name: row.get(name, 0.0) + factor * value for name, value in other.items()}


def kept_row(c: int, i: int, t: int, sites: int) -> Row:
    """Arrivals of a site change by what it receives less what it sends and gives up."""
    row: Row = {("lost", c, i, t): -1.0}
    for j in range(sites):
        if j != i:
            row = plus(plus(row, {("send", c, j, i, t): 1.0}), {("send", c, i, j, t): -1.0})
    return row


def add_work(rows: Rows, works: Sequence[Work], c: int, sites: Sequence[Site], hours: int) -> None:
    """Columns and rows of one class: segments, sending, loss, backlog, deadline, nothing left at the end."""
    work, count = works[c], len(sites)
    for i in range(count):
        for t in range(hours):
            arriving = work.arriving_gpu_h[i][t]
            rows.column(("on", c, i, t))
            rows.column(("backlog", c, i, t), most=0.0 if t == hours - 1 else np.inf)
            rows.column(("lost", c, i, t), work.lost_usd_per_gpu_h, work.lost_frac * arriving)
            for j in range(count):
                if j != i:
                    rows.column(("send", c, i, j, t), work.send_usd_per_gpu_h)
            away: Row = {("send", c, i, j, t): 1.0 for j in range(count) if j != i}
            rows.at_most.append((away, work.sent_frac * arriving))
            for k, (width, _) in enumerate(segments(work.cap)):
                name = rows.column(("segment", c, i, t, k))
                rows.at_most.append(({name: 1.0, ("on", c, i, t): -width}, 0.0))
    for i in range(count):
        for t in range(hours):
            _add_backlog_and_deadline(rows, work, (c, i, t), count)


def _add_backlog_and_deadline(rows: Rows, work: Work, place: tuple[int, int, int], sites: int) -> None:
    """B_t = B_(t-1) + a + received - sent - lost - w; sum of w to t >= sum of arrivals kept to t - D."""
    c, i, t = place
    balance = plus(work_row(work, c, i, t), kept_row(c, i, t, sites), -1.0) | {("backlog", c, i, t): 1.0}
    if t > 0:
        balance[("backlog", c, i, t - 1)] = -1.0
    rows.equal.append((balance, work.arriving_gpu_h[i][t]))
    row: Row = {}
    due = 0.0
    for past in range(t + 1):
        row = plus(row, work_row(work, c, i, past), -1.0)
        if past <= t - work.deadline_h:
            row = plus(row, kept_row(c, i, past, sites))
            due += work.arriving_gpu_h[i][past]
    rows.at_most.append((row, -due))


def add_site(rows: Rows, site: Site, works: Sequence[Work], i: int, hours: int) -> None:
    """Room for the GPUs that run, limit and ramp of the meter, rules of curtailment events."""
    for t in range(hours):
        rows.at_most.append(({("on", c, i, t): 1.0 for c in range(len(works))}, site.gpus))
        meter, constant = meter_row(site, works, i, t)
        if site.limit_mw is not None:
            rows.at_most.append((meter, site.limit_mw[t] - constant))
        if site.ramp_mw is not None and t > 0:
            before, constant_before = meter_row(site, works, i, t - 1)
            step = constant - constant_before
            rows.at_most.append((plus(meter, before, -1.0), site.ramp_mw - step))
            rows.at_most.append((plus(before, meter, -1.0), site.ramp_mw + step))
    if site.baseline_mw is not None:
        _add_events(rows, site, works, i, hours)


def _add_events(rows: Rows, site: Site, works: Sequence[Work], i: int, hours: int) -> None:
    """R_t >= baseline - P; sum of r <= beta sum of baseline; windows; P <= rebound baseline."""
    assert site.baseline_mw is not None
    for t in range(hours):
        meter, constant = meter_row(site, works, i, t)
        name = rows.column(("reduced", i, t), most=site.shed_frac * site.baseline_mw[t])
        rows.at_most.append((plus({name: -1.0}, meter, -1.0), constant - site.baseline_mw[t]))
        if site.rebound is not None:
            rows.at_most.append((meter, site.rebound * site.baseline_mw[t] - constant))
    year: Row = {("reduced", i, t): 1.0 for t in range(hours)}
    rows.at_most.append((year, site.budget_frac * sum(site.baseline_mw)))
    if site.longest_h is not None:
        for start in range(hours - site.longest_h):
            window = range(start, start + site.longest_h + 1)
            most = site.longest_h * site.shed_frac * max(site.baseline_mw[t] for t in window)
            rows.at_most.append(({("reduced", i, t): 1.0 for t in window}, most))


def solve_program(sites: Sequence[Site], works: Sequence[Work]) -> Answer:
    """Least cost of energy at the meters, of sending and of lost work."""
    hours = len(sites[0].pue)
    assert hours <= 24
    rows = Rows()
    for c in range(len(works)):
        add_work(rows, works, c, sites, hours)
    fixed_usd = 0.0
    for i, site in enumerate(sites):
        add_site(rows, site, works, i, hours)
        for t, price in enumerate(site.price_usd_per_mwh):
            meter, constant = meter_row(site, works, i, t)
            fixed_usd += price * constant
            for name, mw in meter.items():
                cost, most = rows.columns[name]
                rows.columns[name] = (cost + price * mw, most)
    status, variable_usd, value = rows.solve()
    if status != "optimal":
        return Answer(status)
    p_mw = [[_value(*meter_row(site, works, i, t), value) for t in range(hours)] for i, site in enumerate(sites)]
    return Answer(status, variable_usd + fixed_usd, tuple(map(tuple, p_mw)), value)


def _value(row: Row, constant: float, value: Mapping[Name, float]) -> float:
    return constant + sum(mw * value[name] for name, mw in row.items())
