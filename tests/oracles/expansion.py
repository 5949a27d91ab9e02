"""Transmission expansion of a snapshot as one mixed-integer program: the disjunctive form, straight from the CSV files.

Shares no code with gridplan: csv, scipy's milp. Column order: angles, units, existing flows, candidate flows, built.
"""

from __future__ import annotations

import csv
import heapq
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

BASE_MVA = 100.0


@dataclass(frozen=True)
class Circuit:
    """Existing circuit, or a candidate with its cost and corridor."""

    start: int
    end: int
    x_pu: float
    rating_mw: float
    cost: float = 0.0
    corridor: str = ""


def least_investment(folder: Path, plan: str | None = None) -> tuple[float, dict[str, int]]:
    """Least cost of candidates that serve all load, and how many of each corridor; plan fixes the units' output."""
    bus, unit = rows(folder / "bus.csv"), rows(folder / "generator.csv")
    at = {row["id"]: i for i, row in enumerate(bus)}
    existing = [
        Circuit(at[r["from_bus"]], at[r["to_bus"]], float(r["x_pu"]), float(r["rating_normal_mva"]))
        for r in rows(folder / "branch.csv")
    ]
    candidates = [
        Circuit(
            at[r["from_bus"]],
            at[r["to_bus"]],
            float(r["x_pu"]),
            float(r["rating_mva"]),
            float(r["capital_cost_musd"]),
            f"{r['from_bus']}-{r['to_bus']}",
        )
        for r in rows(folder / "candidate.csv")
        for _ in range(int(r["max_count"]))
    ]
    least, most = np.zeros(len(unit)), np.array([float(r["p_max_mw"]) for r in unit])
    if plan:
        fixed = {r["generator"]: float(r["p_mw"]) for r in rows(folder / "generation_plan.csv") if r["plan"] == plan}
        least = most = np.array([fixed[r["id"]] for r in unit])
    load = np.array([float(r["p_load_mw"]) for r in bus])
    return _solve(load, [at[r["bus"]] for r in unit], (least, most), existing, candidates)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _solve(
    load: np.ndarray,
    unit_bus: list[int],
    output: tuple[np.ndarray, np.ndarray],
    existing: list[Circuit],
    candidates: list[Circuit],
) -> tuple[float, dict[str, int]]:
    n_bus, n_unit, n_old, n_new = len(load), len(unit_bus), len(existing), len(candidates)
    unit, old, new = n_bus, n_bus + n_unit, n_bus + n_unit + n_old
    built = new + n_new
    entries: list[tuple[int, int, float]] = []
    low: list[float] = []
    high: list[float] = []

    def add(terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        entries.extend((len(low), column, value) for column, value in terms)
        low.append(lower)
        high.append(upper)

    flows = [*zip(range(old, new), existing, strict=True), *zip(range(new, built), candidates, strict=True)]
    for b in range(n_bus):
        terms = [(unit + g, 1.0) for g in range(n_unit) if unit_bus[g] == b]
        terms += [(f, -1.0 if c.start == b else 1.0) for f, c in flows if b in (c.start, c.end)]
        add(terms, load[b], load[b])
    for f, c in flows[:n_old]:
        add([(f, c.x_pu / BASE_MVA), (c.start, -1.0), (c.end, 1.0)], 0.0, 0.0)
    for k, c in enumerate(candidates):
        f, z, reach = new + k, built + k, widest_angle(existing, candidates, c)
        add([(f, 1.0), (z, -c.rating_mw)], -math.inf, 0.0)
        add([(f, 1.0), (z, c.rating_mw)], 0.0, math.inf)
        ohm = [(f, c.x_pu / BASE_MVA), (c.start, -1.0), (c.end, 1.0)]
        add([*ohm, (z, reach)], -math.inf, reach)
        add([*ohm, (z, -reach)], -reach, math.inf)
        if k and candidates[k - 1].corridor == c.corridor:
            add([(z, 1.0), (z - 1, -1.0)], -math.inf, 0.0)
    n_column = built + n_new
    lower, upper, cost = np.full(n_column, -np.inf), np.full(n_column, np.inf), np.zeros(n_column)
    lower[0] = upper[0] = 0.0
    lower[unit:old], upper[unit:old] = output
    upper[old:built] = [c.rating_mw for _, c in flows]
    lower[old:built] = -upper[old:built]
    lower[built:], upper[built:] = 0.0, 1.0
    cost[built:] = [c.cost for c in candidates]
    row, column, value = zip(*entries, strict=True)
    matrix = coo_matrix((value, (row, column)), shape=(len(low), n_column)).tocsr()
    integrality = np.arange(n_column) >= built
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, low, high),
        integrality=integrality.astype(int),
        bounds=Bounds(lower, upper),
        options={"mip_rel_gap": 1e-6},
    )
    assert found.status == 0, found.message
    chosen = [c.corridor for k, c in enumerate(candidates) if found.x[built + k] > 0.5]
    return float(found.fun), dict(Counter(chosen))


def widest_angle(existing: list[Circuit], candidates: list[Circuit], circuit: Circuit) -> float:
    """Largest angle [rad] between the ends: the shortest path of rating times x over existing circuits, else all."""
    links: dict[int, list[tuple[int, float]]] = {}
    for c in existing:
        reach = c.x_pu * c.rating_mw / BASE_MVA
        links.setdefault(c.start, []).append((c.end, reach))
        links.setdefault(c.end, []).append((c.start, reach))
    best, queue = {circuit.start: 0.0}, [(0.0, circuit.start)]
    while queue:
        length, b = heapq.heappop(queue)
        if b == circuit.end:
            return length
        for other, reach in links.get(b, ()):
            if length + reach < best.get(other, math.inf):
                best[other] = length + reach
                heapq.heappush(queue, (length + reach, other))
    return sum(c.x_pu * c.rating_mw / BASE_MVA for c in [*existing, *candidates])
