"""One hour as a linear program in voltage angles, written down anew for the price check.

Columns: angles, cost blocks, dc lines, unserved load, spill, overload slacks. Rows: balance of every bus,
and the flows that stand within 5 % of their limit, intact or after an outage; a row further away has no
price, so leaving it out keeps every optimal price optimal. What the plan withdraws is fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from gridplan.solution import INTACT, ContingencyKind
from gridplan.verify.audit_failover import raised_flow_mw
from gridplan.verify.audit_flow import intact_map
from gridplan.verify.audit_grid import FloatArray, IntArray
from gridplan.verify.audit_limits import limit_after_mw
from gridplan.verify.audit_outage import power_loss
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_screen import NEAR_FRAC, NearPair
from gridplan.verify.audit_security import outage_screen


@dataclass(frozen=True, kw_only=True)
class LimitedFlow:
    """One limited flow: ``per_bus @ injection + constant + sum per_mw * (power of a lost element) + raised``.

    ``raised_mw`` is what a failover adds, dims (time,) [MW].
    """

    per_bus: FloatArray
    constant_mw: float
    limit_mw: float
    lost: tuple[tuple[ContingencyKind, int, float], ...] = ()
    raised_mw: FloatArray | None = None

    def raised_at(self, hour: int) -> float:
        """What a failover adds in an hour [MW]."""
        return 0.0 if self.raised_mw is None else float(self.raised_mw[hour])


@dataclass(frozen=True, kw_only=True)
class Part:
    """Columns of one kind: what one MW feeds into each bus, cost, bounds, and whose they are."""

    injection: sp.csr_array
    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    owner: IntArray


@dataclass(frozen=True, kw_only=True)
class HourProgram:
    """The program of one hour; ``optimum_usd`` is its cost as the hour stands."""

    cost: FloatArray
    bounds: FloatArray
    balance: sp.csr_array
    balance_mw: FloatArray
    rows: sp.csr_array
    sides_mw: FloatArray
    optimum_usd: float = math.nan

    @classmethod
    def of(cls, year: RunYear, hour: int) -> HourProgram:
        """Program of an hour of a studied year, solved once."""
        program = _program(year, hour)
        return replace(program, optimum_usd=program.value_usd())

    def value_usd(self, bus: int = 0, withdrawn_mw: float = 0.0) -> float:
        """Least cost with so many MW more withdrawn at a bus; infinite where nothing can deliver them."""
        side = self.balance_mw.copy()
        side[bus] += withdrawn_mw
        found = linprog(
            self.cost,
            A_ub=self.rows,
            b_ub=self.sides_mw,
            A_eq=self.balance,
            b_eq=side,
            bounds=self.bounds,
            method="highs",
        )
        return float(found.fun) if found.status == 0 else math.inf

    def slopes_usd_per_mwh(self, bus: int) -> tuple[float, float]:
        """Cost saved by one MW less, and cost of one MW more at a bus [USD/MWh]."""
        return self.optimum_usd - self.value_usd(bus, -1.0), self.value_usd(bus, 1.0) - self.optimum_usd


def _program(year: RunYear, hour: int) -> HourProgram:
    grid = year.grid
    n_bus = len(grid.bus)
    susceptance = sp.csr_array(grid.incidence.T @ sp.diags_array(grid.susceptance_mw) @ grid.incidence)
    push = grid.incidence.T @ grid.shift_flow_mw
    parts = {"unit": _units(year, hour), "dc_line": _dc_lines(year), "bus": _buses(year, hour)}
    flows = _near_flows(year, hour)
    columns = sp.hstack([part.injection for part in parts.values()], format="csr")
    n_slack, n_own = len(flows), columns.shape[1]
    overload = year.plan.record("prices").number("overload_usd_per_mwh")
    held = np.full(n_bus, np.inf)
    held[np.unique(grid.part_of_bus, return_index=True)[1]] = 0.0
    rows, sides = _limit_rows(year, hour, flows, parts, susceptance, push)
    return HourProgram(
        cost=np.concatenate([np.zeros(n_bus), *(p.cost for p in parts.values()), np.full(n_slack, overload)]),
        bounds=np.stack(
            [
                np.concatenate([-held, *(p.lower for p in parts.values()), np.zeros(n_slack)]),
                np.concatenate([held, *(p.upper for p in parts.values()), np.full(n_slack, np.inf)]),
            ],
            axis=1,
        ),
        balance=sp.hstack([-susceptance, columns, sp.csr_array((n_bus, n_slack))], format="csr"),
        balance_mw=-_fixed_injection(year, hour) - push,
        rows=_with_slacks(rows, n_bus + n_own),
        sides_mw=sides,
    )


def _with_slacks(rows: sp.csr_array, width: int) -> sp.csr_array:
    """Each flow from above and from below, less its slack."""
    slack = -sp.eye_array(rows.shape[0], format="csr")
    if rows.shape[0] == 0:
        return sp.csr_array((0, width))
    return sp.csr_array(sp.vstack([sp.hstack([rows, slack]), sp.hstack([-rows, slack])]))


def _fixed_injection(year: RunYear, hour: int) -> FloatArray:
    """Everything the dispatch cannot move: load, shunts, plan withdrawals, fixed units, dims (bus,) [MW]."""
    grid = year.grid
    movable = year.at_hour("p_unserved_mw", hour) - year.at_hour("p_spill_mw", hour)
    np.add.at(
        movable, grid.unit_bus, np.where(grid.is_fixed, 0.0, year.at_hour("p_generator_mw", hour) - grid.unit_start_mw)
    )
    dc_mw = year.at_hour("p_dc_line_mw", hour)
    np.add.at(movable, grid.dc_from, -dc_mw)
    np.add.at(movable, grid.dc_to, dc_mw * (1.0 - grid.dc_loss_frac))
    return np.asarray(year.injection_mw[hour] - movable)


def _units(year: RunYear, hour: int) -> Part:
    grid = year.grid
    width = np.where(grid.is_fixed[:, None], 0.0, grid.block_width_mw)
    unit, block = np.nonzero(width > 0)
    earlier = (np.cumsum(width, axis=1) - width + grid.unit_start_mw[:, None])[unit, block]
    fill = {
        name: np.clip(year.at_hour(name, hour)[unit] - earlier, 0.0, width[unit, block])
        for name in ("p_min_mw", "p_max_mw")
    }
    return Part(
        injection=_at(grid.unit_bus[unit], len(grid.bus)),
        cost=grid.block_cost_usd_per_mwh[unit, block],
        lower=np.minimum(fill["p_min_mw"], fill["p_max_mw"]),
        upper=fill["p_max_mw"],
        owner=unit,
    )


def _dc_lines(year: RunYear) -> Part:
    grid = year.grid
    delivered = sp.csr_array(_at(grid.dc_to, len(grid.bus)) @ sp.diags_array(1.0 - grid.dc_loss_frac))
    return Part(
        injection=delivered - _at(grid.dc_from, len(grid.bus)),
        cost=np.zeros(len(grid.dc_line)),
        lower=grid.dc_p_min_mw,
        upper=grid.dc_p_max_mw,
        owner=np.arange(len(grid.dc_line)),
    )


def _buses(year: RunYear, hour: int) -> Part:
    """Unserved load, then spill, each one column per bus."""
    grid = year.grid
    n_bus = len(grid.bus)
    fixed = np.where(grid.is_fixed, year.at_hour("p_max_mw", hour), 0.0)
    spill = np.bincount(grid.unit_bus, weights=fixed, minlength=n_bus)
    price = year.plan.record("prices").number("unserved_usd_per_mwh")
    return Part(
        injection=sp.hstack([sp.eye_array(n_bus), -sp.eye_array(n_bus)], format="csr"),
        cost=np.concatenate([np.full(n_bus, price), np.zeros(n_bus)]),
        lower=np.zeros(2 * n_bus),
        upper=np.concatenate([np.maximum(year.at_hour("load_mw", hour), 0.0), spill]),
        owner=np.tile(np.arange(n_bus), 2),
    )


def _at(bus: IntArray, n_bus: int) -> sp.csr_array:
    count = len(bus)
    return sp.csr_array((np.ones(count), (bus, np.arange(count))), shape=(n_bus, count))


def _limit_rows(
    year: RunYear,
    hour: int,
    flows: list[LimitedFlow],
    parts: dict[str, Part],
    susceptance: sp.csr_array,
    push: FloatArray,
) -> tuple[sp.csr_array, FloatArray]:
    """Coefficients over angles and columns (slacks left out), and the sides of both directions."""
    starts = np.cumsum([0] + [part.injection.shape[1] for part in parts.values()])
    own = np.zeros((len(flows), int(starts[-1])))
    constant = np.zeros(len(flows))
    for i, flow in enumerate(flows):
        constant[i] = flow.constant_mw + flow.raised_at(hour) - float(flow.per_bus @ push)
        names = {"unit": 0, "dc_line": 1}
        for kind, element, per_mw in flow.lost:
            if kind in names and not (kind == "unit" and year.grid.is_fixed[element]):
                column = starts[names[kind]] + np.flatnonzero(parts[kind].owner == element)
                own[i, column] += per_mw
            else:
                constant[i] += per_mw * _power_mw(year, kind, element, hour)
    per_bus = np.array([flow.per_bus for flow in flows]).reshape(len(flows), len(year.grid.bus))
    rows = sp.hstack([sp.csr_array(per_bus) @ susceptance, sp.csr_array(own)], format="csr")
    limit = np.array([flow.limit_mw for flow in flows])
    return rows, np.concatenate([limit - constant, limit + constant])


def _near_flows(year: RunYear, hour: int) -> list[LimitedFlow]:
    """Flows of the hour within 5 % of their limit, intact and after listed outages."""
    injection = np.append(year.injection_mw[hour], 1.0)
    flows = _intact_flows(year, hour)
    if year.plan.text("security") != "n-0":
        screen = outage_screen(year)
        flows += [
            flow_after(year, pair, float(screen.pair_limit_mw(pair.outage, pair.branch)[hour])) for pair in screen.near
        ]
    return [flow for flow in flows if abs(_flow_mw(year, flow, injection, hour)) > NEAR_FRAC * flow.limit_mw]


def _flow_mw(year: RunYear, flow: LimitedFlow, injection: FloatArray, hour: int) -> float:
    lost_mw = sum(per_mw * _power_mw(year, kind, element, hour) for kind, element, per_mw in flow.lost)
    return float(flow.per_bus @ injection[:-1]) + flow.constant_mw + flow.raised_at(hour) + lost_mw


def _power_mw(year: RunYear, kind: ContingencyKind, element: int, hour: int) -> float:
    names = {"unit": "p_generator_mw", "dc_line": "p_dc_line_mw", "campus": "p_campus_mw"}
    return float(year.array(names[kind])[hour, element])


def _intact_flows(year: RunYear, hour: int) -> list[LimitedFlow]:
    limit = year.array("rating_normal_mw").copy()
    for (label, branch), listed in limit_after_mw(year).items():
        if label == INTACT:
            limit[branch] = max(limit[branch], listed[hour])
    return [
        LimitedFlow(per_bus=row[:-1], constant_mw=float(row[-1]), limit_mw=float(limit_mw))
        for row, limit_mw in zip(intact_map(year), limit, strict=True)
    ]


def flow_after(year: RunYear, pair: NearPair, limit_mw: float) -> LimitedFlow:
    """The limited flow of a pair of branch and outage."""
    if pair.flow_map is not None:
        lost = tuple((power.kind, power.element, per_mw) for power, per_mw in pair.powers)
        return LimitedFlow(
            per_bus=pair.flow_map[:-1], constant_mw=float(pair.flow_map[-1]), limit_mw=limit_mw, lost=lost
        )
    row = intact_map(year)[pair.branch]
    per_lost_mw = float(row[:-1] @ power_loss(year, pair.outage).moved)
    raised = raised_flow_mw(year, pair.outage, row[None, :-1])
    return LimitedFlow(
        per_bus=row[:-1],
        constant_mw=float(row[-1]),
        limit_mw=limit_mw,
        lost=((pair.outage.kind, pair.outage.element, per_lost_mw),),
        raised_mw=None if raised is None else raised[:, 0],
    )
