"""All hours of the tiny case as one linear program in angles, solved by HiGHS through scipy.

Outages stand in it as rows from a matrix inverted again without the lost element. Nothing of the program
under test is imported: the result is true by this statement alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from tests.defects import tiny_case as case

BRANCH, UNIT, DC = case.TABLES["branch"], case.TABLES["generator"], case.TABLES["dc_line"]
FROM, TO = np.array(BRANCH["from_bus"]), np.array(BRANCH["to_bus"])
UNIT_BUS = np.array(UNIT["bus"])
N_BUS, N_BRANCH, N_UNIT, N_CLASS = len(case.BUS), len(FROM), len(UNIT_BUS), len(case.WORKLOADS)
B_MW = 100.0 / (np.array(BRANCH["x_pu"]) * np.array(BRANCH["tap_ratio"]))
SHIFT_MW = B_MW * np.array(BRANCH["shift_rad"])
CAMPUS_BUS, GRID_STORE_BUS = 2, 1
DARK = {"tower": (1,), "south (bus proxy)": (3, 4)}
"""Buses that go dark with a set: nothing else feeds bus 2, and bus 5 hangs on bus 4."""


def incidence() -> np.ndarray:
    """Branch-bus incidence, dims (branch, bus)."""
    matrix = np.zeros((N_BRANCH, N_BUS))
    matrix[np.arange(N_BRANCH), FROM] = 1.0
    matrix[np.arange(N_BRANCH), TO] = -1.0
    return matrix


def flow_map(lost: Sequence[int] = (), dead: tuple[int, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Flow per MW at each bus and flow at zero injection with branches and buses out."""
    b = B_MW.copy()
    b[list(lost)] = 0.0
    c = incidence()
    live = [i for i in range(1, N_BUS) if i not in dead]
    inverse = np.zeros((N_BUS, N_BUS))
    inverse[np.ix_(live, live)] = np.linalg.inv((c.T @ np.diag(b) @ c)[np.ix_(live, live)])
    per_bus = np.diag(b) @ c @ inverse
    shift = b * np.array(BRANCH["shift_rad"])
    return per_bus, per_bus @ c.T @ shift - shift


def pickup(*, without: Sequence[int] = (), dead: tuple[int, ...] = ()) -> np.ndarray:
    """Share of a loss each bus makes up for, dims (bus,)."""
    weight = np.where(np.array(UNIT["is_dispatchable"]), np.array(UNIT["p_max_mw"]), 0.0)
    weight[list(without)] = 0.0
    weight[np.isin(UNIT_BUS, dead)] = 0.0
    return np.bincount(UNIT_BUS, weights=weight / weight.sum(), minlength=N_BUS)


@dataclass(frozen=True)
class After:
    """Flows after an outage: ``per_bus @ injection + constant + sum per_power * power of a lost element``.

    ``powers`` holds kind, position and flow per MW of each; ``rating`` is the one that holds.
    """

    label: str

    per_bus: np.ndarray
    constant: np.ndarray
    powers: tuple[tuple[str, int, np.ndarray], ...] = ()
    rating: str = "emergency"


def outages() -> list[After]:
    """Every outage of the list: branches, units, the dc line, the campus."""
    found = []
    for k in range(N_BRANCH):
        dead = (4,) if BRANCH["id"][k] == "L45" else ()
        per_bus, constant = flow_map((k,), dead)
        for bus in dead:
            per_bus[:, bus] = per_bus @ pickup(dead=dead)
        found.append(After(f"branch:{BRANCH['id'][k]}", per_bus, constant))
    per_bus, constant = flow_map()
    unit_bus = np.eye(N_BUS)[UNIT_BUS]
    for g in range(N_UNIT):
        effect = per_bus @ (pickup(without=(g,)) - unit_bus[g])
        found.append(After(f"unit:{UNIT['id'][g]}", per_bus, constant, (("unit", g, effect),)))
    loss = DC["loss_frac"][0]
    ends = np.eye(N_BUS)[DC["from_bus"][0]] - (1 - loss) * np.eye(N_BUS)[DC["to_bus"][0]]
    found.append(
        After(f"dc_line:{DC['id'][0]}", per_bus, constant, (("dc_line", 0, per_bus @ (ends - loss * pickup())),))
    )
    found.append(
        After("campus:mesa", per_bus, constant, (("campus", 0, per_bus @ (np.eye(N_BUS)[CAMPUS_BUS] - pickup())),))
    )
    return [*found, *(_after_set(lost) for lost in case.SETS)]


def _after_set(lost: dict[str, Any]) -> After:
    """Everything of a set gone at once."""
    dead = DARK.get(str(lost["name"]), ())
    branches = [BRANCH["id"].index(name) for name in lost["branches"]]
    units = [UNIT["id"].index(name) for name in lost["generators"]]
    per_bus, constant = flow_map(branches, dead)
    per_bus[:, list(dead)] = 0.0
    share = pickup(without=units, dead=dead)
    gone = [("unit", g, np.eye(N_BUS)[UNIT_BUS[g]]) for g in units]
    if lost["dc_lines"]:
        ends = (1 - DC["loss_frac"][0]) * np.eye(N_BUS)[DC["to_bus"][0]] - np.eye(N_BUS)[DC["from_bus"][0]]
        ends[list(dead)] = 0.0
        gone.append(("dc_line", 0, ends))
    powers = tuple((kind, i, per_bus @ (moved.sum() * share - moved)) for kind, i, moved in gone)
    made_up = per_bus @ share
    for bus in dead:
        per_bus[:, bus] = made_up
    return After(f"set:{lost['name']}", per_bus, constant, powers, str(lost["rating"]))


class Program:
    """Columns by name and hour, rows as triplets."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.bounds: list[tuple[float, float]] = []
        self.entries: dict[str, list[tuple[int, int, float]]] = {"eq": [], "ub": []}
        self.sides: dict[str, list[float]] = {"eq": [], "ub": []}
        self.flows: list[tuple[int, str, str, int]] = []
        self.limit_prices = np.zeros(0)

    def columns(self, lower: np.ndarray, upper: np.ndarray, cost: float | np.ndarray = 0.0) -> np.ndarray:
        """Positions of new columns in the shape of their bounds."""
        lower, upper, price = np.broadcast_arrays(lower, upper, cost)
        start = len(self.cost)
        self.cost += [float(v) for v in price.ravel()]
        self.bounds += [(float(a), float(b)) for a, b in zip(lower.ravel(), upper.ravel(), strict=True)]
        return np.arange(start, len(self.cost)).reshape(lower.shape)

    def row(self, kind: str, terms: list[tuple[int, float]], side: float) -> int:
        """Add ``sum terms = side`` (eq) or ``<= side`` (ub)."""
        row = len(self.sides[kind])
        self.entries[kind] += [(row, int(column), float(value)) for column, value in terms if value != 0.0]
        self.sides[kind].append(float(side))
        return row

    def solve(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Values of the columns, prices of the equations, objective."""
        matrix = {}
        for kind, entries in self.entries.items():
            rows, columns, values = (np.array(v) for v in zip(*entries, strict=True))
            shape = (len(self.sides[kind]), len(self.cost))
            matrix[kind] = sp.csr_array((values, (rows, columns)), shape=shape)
        found = linprog(
            self.cost, matrix["ub"], self.sides["ub"], matrix["eq"], self.sides["eq"], self.bounds, method="highs"
        )
        assert found.status == 0, found.message
        self.limit_prices = -found.ineqlin.marginals
        return found.x, found.eqlin.marginals, float(found.fun)


@dataclass(frozen=True)
class Columns:
    """Positions of the columns, first axis time; all kinds of one hour."""

    theta: np.ndarray
    block: np.ndarray
    dc: np.ndarray
    unserved: np.ndarray
    spill: np.ndarray
    served: np.ndarray
    lost: np.ndarray
    backlog: np.ndarray
    job: np.ndarray
    charge: np.ndarray
    discharge: np.ndarray
    energy: np.ndarray

    def meter(self, t: int) -> list[tuple[int, float]]:
        """Power at the campus meter."""
        store = [(self.charge[t, 0], 1.0), (self.discharge[t, 0], -1.0)]
        return [*((c, 1.0) for c in self.served[t]), (self.job[t], 1.0), *store]


def add_columns(lp: Program, *, with_plan: bool) -> Columns:
    """Columns of all hours; without a plan the campus and the stores stand still."""
    hours, on = case.HOURS, 1.0 if with_plan else 0.0
    asked = case.asked_mw()[:, 0] * on
    installed = np.array(case.CLASSES["share_frac"]) * case.CONNECTED_MW["mesa"] * on
    width, price = np.array(UNIT["block_width_mw"])[:3], np.array(UNIT["block_cost_usd_per_mwh"])[:3]
    free = np.full((hours, N_BUS), 1e3)
    free[:, 0] = 0.0
    inside = (np.arange(hours) >= case.JOB["first"]) & (np.arange(hours) < case.JOB["end"])
    p_store = np.array([case.STORE["p_mw"], case.TABLES["storage"]["p_mw"][0]]) * on
    e_store = np.array([case.STORE["e_mwh"], case.TABLES["storage"]["e_mwh"][0]])
    has_wait = np.array(case.CLASSES["deadline_h"]) > 0
    wear = case.PRICES["wear_usd_per_mwh"]
    return Columns(
        theta=lp.columns(-free, free),
        block=lp.columns(0.0, np.broadcast_to(width, (hours, 3, 2)), price),
        dc=lp.columns(np.full((hours, 1), DC["p_min_mw"][0]), DC["p_max_mw"][0]),
        unserved=lp.columns(0.0, case.load_mw(), case.PRICES["unserved_usd_per_mwh"]),
        spill=lp.columns(0.0, case.p_max_mw()[:, 3]),
        served=lp.columns(0.0, np.maximum(asked, installed)),
        lost=lp.columns(0.0, asked * np.array(case.CLASSES["shed_frac"]), np.array(case.CLASSES["value_usd_per_mwh"])),
        backlog=lp.columns(0.0, np.where(has_wait, 1e4, 0.0) * np.ones((hours, 1))),
        job=lp.columns(0.0, np.where(inside, case.JOB["p_max_mw"] * on, 0.0)),
        charge=lp.columns(np.zeros((hours, 2)), p_store, wear),
        discharge=lp.columns(np.zeros((hours, 2)), p_store, wear),
        energy=lp.columns(np.zeros((hours, 2)), e_store),
    )


def add_grid(lp: Program, col: Columns) -> np.ndarray:
    """Balance of every bus and limits intact and after outages; positions of the balance rows."""
    susceptance = incidence().T @ np.diag(B_MW) @ incidence()
    push = incidence().T @ SHIFT_MW
    balance = np.zeros((case.HOURS, N_BUS), dtype=int)
    fixed = -case.load_mw() - np.array(case.TABLES["bus"]["gs_mw"])
    fixed[:, UNIT_BUS[3]] += case.p_max_mw()[:, 3]
    per_bus, constant = flow_map()
    after = [(o, case.limit_mw(o.rating)) for o in (After("intact", per_bus, constant, rating="normal"), *outages())]
    for t in range(case.HOURS):
        for bus in range(N_BUS):
            terms = [(col.theta[t, j], -susceptance[bus, j]) for j in range(N_BUS)] + _feed(col, t, bus)
            balance[t, bus] = lp.row("eq", terms, -fixed[t, bus] - push[bus])
        for outage, limit in after:
            _add_flows(lp, col, t, outage, limit, outage.per_bus @ susceptance, outage.constant - outage.per_bus @ push)
        for sign in (1.0, -1.0):
            lp.row("ub", [(c, sign * v) for c, v in col.meter(t)], case.CONNECTED_MW["mesa"] if sign > 0 else 0.0)
    return balance


def _feed(col: Columns, t: int, bus: int) -> list[tuple[int, float]]:
    terms = [(c, 1.0) for g in range(3) if UNIT_BUS[g] == bus for c in col.block[t, g]]
    terms.append((col.unserved[t, bus], 1.0))
    if bus == UNIT_BUS[3]:
        terms.append((col.spill[t], -1.0))
    if bus == CAMPUS_BUS:
        terms += [(c, -v) for c, v in col.meter(t)]
    if bus == GRID_STORE_BUS:
        terms += [(col.discharge[t, 1], 1.0), (col.charge[t, 1], -1.0)]
    if bus == DC["from_bus"][0]:
        terms.append((col.dc[t, 0], -1.0))
    if bus == DC["to_bus"][0]:
        terms.append((col.dc[t, 0], 1.0 - DC["loss_frac"][0]))
    return terms


def _add_flows(
    lp: Program, col: Columns, t: int, outage: After, limit: np.ndarray, per_theta: np.ndarray, constant: np.ndarray
) -> None:
    for branch in np.flatnonzero(np.isfinite(limit)):
        terms = [(col.theta[t, j], per_theta[branch, j]) for j in range(N_BUS)]
        at_rest = constant[branch]
        for kind, element, effect in outage.powers:
            terms += [(c, effect[branch] * v) for c, v in _power(col, t, kind, element)]
            at_rest += effect[branch] * (case.p_max_mw()[t, 3] if (kind, element) == ("unit", 3) else 0.0)
        rows = [
            lp.row("ub", terms, limit[branch] - at_rest),
            lp.row("ub", [(c, -v) for c, v in terms], limit[branch] + at_rest),
        ]
        lp.flows += [(row, BRANCH["id"][branch], outage.label, t) for row in rows]


def _power(col: Columns, t: int, kind: str, element: int) -> list[tuple[int, float]]:
    """Columns that make up the power of an element."""
    if kind == "unit":
        return [(c, 1.0) for c in col.block[t, element]] if element < 3 else []
    return [(col.dc[t, 0], 1.0)] if kind == "dc_line" else col.meter(t)


def add_plan(lp: Program, col: Columns) -> None:
    """Work, deadlines, idle floor, budget, job and stores of the connected campus."""
    asked = case.asked_mw()[:, 0]
    waits, least = case.CLASSES["deadline_h"], case.CLASSES["min_power_frac"]
    for t in range(case.HOURS):
        for c in range(N_CLASS):
            before = [(col.backlog[t - 1, c], 1.0)] if t else []
            done = [(col.served[t, c], -1.0), (col.lost[t, c], -1.0), (col.backlog[t, c], -1.0)]
            lp.row("eq", [*before, *done], -asked[t, c])
            if waits[c] > 0:
                lp.row("ub", [(col.served[t, c], -1.0), (col.lost[t, c], -least[c])], -least[c] * asked[t, c])
            if 0 < waits[c] <= t:
                due = asked[: t - waits[c] + 1, c].sum()
                lp.row("ub", [(v, -1.0) for v in [*col.served[: t + 1, c], *col.lost[: t + 1, c]]], -due)
        floor = case.IDLE_FLOOR_FRAC * asked[t].sum()
        lp.row("ub", [*((v, -1.0) for v in col.served[t]), (col.job[t], -1.0)], -floor)
    lp.row("eq", [(v, 1.0) for v in col.job], case.JOB["energy_mwh"])
    lp.row("ub", [(v, 1.0) for v in col.lost.ravel()], case.TERMS["max_energy_frac"] * asked.sum())
    for c in range(N_CLASS):
        lp.row("eq", [(col.backlog[-1, c], 1.0)], 0.0)
    _add_stores(lp, col)


def _add_stores(lp: Program, col: Columns) -> None:
    sizes = [case.STORE["e_mwh"], case.TABLES["storage"]["e_mwh"][0]]
    efficiency = [case.STORE["efficiency_roundtrip_frac"], case.TABLES["storage"]["efficiency_roundtrip_frac"][0]]
    for s in range(2):
        one_way = efficiency[s] ** 0.5
        for t in range(case.HOURS):
            terms = [(col.energy[t, s], 1.0), (col.charge[t, s], -one_way), (col.discharge[t, s], 1.0 / one_way)]
            side = sizes[s] / 2.0 if t == 0 else 0.0
            lp.row("eq", terms if t == 0 else [*terms, (col.energy[t - 1, s], -1.0)], side)
        lp.row("eq", [(col.energy[-1, s], 1.0)], sizes[s] / 2.0)


@dataclass(frozen=True)
class Optimum:
    """Values by column kind, prices of the balance, and the objective."""

    value: dict[str, np.ndarray]
    lmp_usd_per_mwh: np.ndarray
    objective_usd: float
    limit_prices: tuple[tuple[int, str, str, float], ...]
    """Hour, branch, outage and price of every limit that has one [USD/MWh]."""


def solve(*, with_plan: bool = True) -> Optimum:
    """True optimum of the tiny case, or of its base case."""
    lp = Program()
    columns = add_columns(lp, with_plan=with_plan)
    balance = add_grid(lp, columns)
    if with_plan:
        add_plan(lp, columns)
    x, price, objective = lp.solve()
    value = {name: x[getattr(columns, name)] for name in columns.__dataclass_fields__}
    priced = sorted((t, branch, label, float(lp.limit_prices[row])) for row, branch, label, t in lp.flows)
    return Optimum(value, price[balance], objective, tuple(entry for entry in priced if entry[3] > 1e-9))
