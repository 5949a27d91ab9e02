"""The grid before any campus: what it cannot serve, and which limits it breaks already."""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RowKey, RowPool, row_name
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearResult, unserved_mw
from gridplan.errors import InfeasibleError
from gridplan.network.model import FloatArray
from gridplan.plan.local_hour import hour_text
from gridplan.study.schema import Study

#: Stands for "set aside": a limit no flow reaches, finite so that every bound stays finite [MW].
SET_ASIDE_MW = 1.0e5


def base_violations(study: Study, pool: RowPool, base: YearResult) -> dict[RowKey, FloatArray]:
    """Hourly limits, dims (time,), of the pairs that are overloaded before any campus.

    ``no_worsening`` keeps the flow of the least-overload dispatch as the limit of those hours,
    ``set_aside`` gives them up, ``fix_first`` refuses the study.

    Raises
    ------
    InfeasibleError
        If native load cannot be served, must-run units give more than is taken, or ``fix_first`` meets an overload.
    """
    _check_taken(pool.grid, base)
    _check_served(pool.grid, base)
    raised: dict[RowKey, FloatArray] = {}
    for r, key in enumerate(pool.keys):
        hours = np.flatnonzero(base.overload_mw[:, r] > SLACK_TOLERANCE_MW)
        if not hours.size:
            continue
        limit = pool.limit_mw[:, r].copy()
        flow = np.abs(pool.fixed_mw[hours, r] + base.column_mw[hours] @ pool.of_columns[r])
        limit[hours] = flow if study.criteria.pre_existing == "no_worsening" else SET_ASIDE_MW
        raised[key] = limit
    if raised and study.criteria.pre_existing == "fix_first":
        raise InfeasibleError(_overload_text(study, pool, base, list(raised)))
    return raised


def _check_taken(grid: Grid, base: YearResult) -> None:
    """Refuse hours without any dispatch: what must run is more than what is taken."""
    hours = int((base.is_feasible == 0).sum())
    if not hours:
        return
    surplus, _ = grid.supply_range_mw()
    worst = int(surplus.argmax())
    when = hour_text(grid.series.time_utc[worst], grid.series.timezone)
    load = grid.series.load_mw[worst].sum()
    raise InfeasibleError(
        f"the grid without campuses has no dispatch in {hours} hours: at {when} the units that must run give "
        f"{surplus[worst]:,.1f} MW more than the {load:,.0f} MW of load. Name fewer units in must_run, or set "
        f"commitment: relaxed."
    )


def _check_served(grid: Grid, base: YearResult) -> None:
    """Refuse a grid that sheds its own load; say when, how much and why."""
    short = unserved_mw(grid, base)
    total = short.sum(axis=1)
    if total.max(initial=0.0) <= SLACK_TOLERANCE_MW:
        return
    worst = int(total.argmax())
    when = hour_text(grid.series.time_utc[worst], grid.series.timezone)
    load = grid.series.load_mw[worst].sum()
    available = grid.series.p_max_mw[worst].sum()
    where = ", ".join(grid.network.bus.id[b] for b in np.argsort(-short[worst])[:3] if short[worst, b] > 0)
    cause = (
        f"{load:,.0f} MW of load meet {available:,.0f} MW of available generation"
        if available < load
        else "branch limits keep generation from the load"
    )
    hours = int((total > SLACK_TOLERANCE_MW).sum())
    raise InfeasibleError(
        f"the grid without campuses cannot be served: {total[worst]:,.1f} MW short at {when} (bus {where}), because "
        f"{cause}; {hours} hours are short in all. Lower the load growth, bring in capacity, or remove retirements."
    )


def _overload_text(study: Study, pool: RowPool, base: YearResult, keys: list[RowKey]) -> str:
    grid = pool.grid
    lines = []
    for key in keys[:5]:
        r = pool.keys.index(key)
        worst = int(base.overload_mw[:, r].argmax())
        when = hour_text(grid.series.time_utc[worst], grid.series.timezone)
        lines.append(f"{row_name(grid, key)} by {base.overload_mw[worst, r]:,.1f} MW at {when}")
    return (
        f"pre_existing: {study.criteria.pre_existing}, and {len(keys)} limits are overloaded without campuses: "
        + "; ".join(lines)
    )
