"""N-1 loadings before, with the requests as asked, and after; redispatch relied on."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.dispatch.grid import Grid, PlanPoint, unit_output_mw
from gridplan.dispatch.headroom import transfer
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.screen import limit_mw, pair_flow_mw, suspicious_pairs
from gridplan.dispatch.year import state_mw
from gridplan.network.contingency import outage_label
from gridplan.network.model import FloatArray
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.study_year import YearPlan
from gridplan.solution import INTACT

#: Loading from which a pair is worth a row, and how many rows a stage gets.
WORTH_FRAC, ROWS_PER_STAGE = 0.9, 25
OVER_FRAC = 1.0 + 1.0e-6

Row = dict[str, Any]


def violation_rows(plan: YearPlan) -> list[Row]:
    """Worst (branch, outage) pairs of three stages: before, requested, after."""
    case = plan.case
    campuses = [c for c in case.study.campuses if c.contract_mw_in(case.year) > 0]
    points = [PlanPoint(id=c.id, bus=case.network.bus_index(c.poi[0])) for c in campuses]
    asked = case.grid(points)
    base = state_mw(asked, case.base_at(len(points)))
    mw = np.array([c.contract_mw_in(case.year) for c in campuses])
    requested = base + sum((mw[i] * transfer(asked, i) for i in range(len(points))), np.zeros(base.shape[1]))
    after = state_mw(plan.grid, plan.final)
    rows = _stage(plan, "before", asked, base)
    rows += _stage(plan, "requested", asked, requested)
    return rows + _stage(plan, "after", plan.grid, after)


def _stage(plan: YearPlan, stage: str, grid: Grid, state: FloatArray) -> list[Row]:
    case = plan.case
    found = []
    for key in suspicious_pairs(grid, state, WORTH_FRAC):
        limit = limit_mw(grid, key)
        flow = np.abs(pair_flow_mw(grid, state, key))
        worst = int(flow.argmax())
        if flow[worst] >= WORTH_FRAC * limit:
            found.append((flow[worst] / limit, key, worst, flow[worst], limit, int((flow > OVER_FRAC * limit).sum())))
    found.sort(key=lambda item: (-round(item[0], 9), item[1]))
    return [
        {
            "year": case.year,
            "stage": stage,
            "branch": case.network.branch.id[key[0]],
            "contingency": pair_label(grid, key),
            "loading_mw": flow,
            "limit_mw": limit,
            "loading_percent": 100.0 * ratio,
            "hour_local": hour_stamp(case.series.time_utc[worst], case.study.timezone),
            "hours_over": over,
        }
        for ratio, key, worst, flow, limit, over in found[:ROWS_PER_STAGE]
    ]


def pair_label(grid: Grid, key: RowKey) -> str:
    """Label of the contingency of a row in result files."""
    if key[1] < 0:
        return INTACT
    campuses = [grid.points[i].id for i in grid.campus_points]
    return outage_label(grid.network, grid.outages.contingencies[key[1]], campuses)


def redispatch_rows(plan: YearPlan) -> list[Row]:
    """Units turned down for security in the chosen plan, against merit order without any network.

    The reference is the cheapest way to serve the same load and campuses from one bus.
    """
    case, final = plan.case, plan.final
    output = unit_output_mw(plan.grid, final.column_mw, final.hours)
    merit, merit_cost = _merit_order(plan)
    down = np.maximum(merit - output, 0.0)
    energy = float(down.sum())
    cost = float(plan.schedule.cost_usd.sum() - merit_cost.sum())
    hours = int((down.sum(axis=1) > 1.0).sum())
    most = np.argsort(-down.sum(axis=0), kind="stable")[:6]
    units = [case.network.generator.id[g] for g in most if down[:, g].sum() > 1.0]
    return [
        {
            "year": case.year,
            "campus": "all",
            "energy_mwh": energy,
            "cost_usd": cost,
            "hours": hours,
            "units": ";".join(units),
        }
    ]


def _merit_order(plan: YearPlan) -> tuple[FloatArray, FloatArray]:
    """Merit order on one bus, closed form: blocks by cost until the balance is met; output and cost."""
    grid = plan.grid
    blocks = grid.columns.of("generator")
    cost = grid.columns.cost_usd_per_mwh[blocks]
    lower, upper = (b[:, blocks] for b in grid.column_bounds_mw(slice(None)))
    need = grid.balance_mw + plan.final.u_mw.sum(axis=1) - lower.sum(axis=1)
    order = np.argsort(cost, kind="stable")
    room = (upper - lower)[:, order]
    before = np.cumsum(room, axis=1) - room
    taken = np.clip(need[:, None] - before, 0.0, room)
    output = np.zeros((len(need), len(grid.network.generator)))
    np.add.at(output.T, grid.columns.owner[blocks][order], taken.T)
    np.add.at(output.T, grid.columns.owner[blocks], lower.T)
    fixed = np.flatnonzero(grid.network.generator.is_fixed)
    output[:, fixed] = grid.series.p_max_mw[:, fixed]
    return output, np.asarray(taken @ cost[order] + lower @ cost)
