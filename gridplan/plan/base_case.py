"""The grid before any campus: what it cannot serve, and which limits it breaks already."""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, Prices
from gridplan.dispatch.parts import evaluate_again, evaluate_year
from gridplan.dispatch.rows import RowKey, RowPool, row_name
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearResult, unserved_mw
from gridplan.errors import InfeasibleError
from gridplan.network.model import FloatArray
from gridplan.network.outage_effects import without_pickup
from gridplan.plan.local_hour import hour_text
from gridplan.study.schema import Study

#: Stands for "set aside": a limit no flow reaches, finite so that every bound stays finite [MW].
SET_ASIDE_MW = 1.0e5
#: Price of unserved load in overloads where the grid's own load is served before limits are kept.
SERVED_FIRST = 100.0
SHOWN_OVERLOADS = 5
#: Name of the stage where its parts are kept.
STAGE = "grid without campuses"


def base_dispatch(
    study: Study, grid: Grid, farm: Farm | None = None
) -> tuple[YearResult, tuple[RowKey, ...], dict[RowKey, FloatArray]]:
    """Secure dispatch without campuses, the rows it needed, and the hourly limits of pairs overloaded in it.

    Hours in which nothing is short or over are dispatched once: other prices or limits would not move them.
    Native load is there already: where it cannot be served within all limits, the least overload that
    serving it takes is pre-existing. Campuses find the prices of the study, overload above unserved load.

    Raises
    ------
    InfeasibleError
        As ``base_violations``.
    """
    nothing = np.zeros((len(grid), 0))
    base, rows = evaluate_year(grid, nothing, farm=farm, name=STAGE)
    short = np.flatnonzero(unserved_mw(grid, base).sum(axis=1) > SLACK_TOLERANCE_MW)
    if short.size:
        overload = grid.prices.overload_usd_per_mwh
        served_first = Prices(unserved_usd_per_mwh=SERVED_FIRST * overload, overload_usd_per_mwh=overload)
        dearer = grid.with_prices(served_first)
        base, rows = evaluate_again(dearer, base, short, rows=rows, farm=farm, name=STAGE)
    raised = base_violations(study, RowPool(grid=grid, keys=list(rows)), base)
    if raised:
        over = np.flatnonzero(base.overload_mw.max(axis=1, initial=0.0) > SLACK_TOLERANCE_MW)
        base, rows = evaluate_again(grid, base, over, rows=rows, raised_mw=raised, farm=farm, name=STAGE)
    return base, rows, raised


def check_pickup(grid: Grid) -> None:
    """Refuse outages whose lost power nobody makes up for: the flows after them would mean nothing.

    Raises
    ------
    InfeasibleError
        If no unit that picks up is left beside what is lost.
    """
    lost = without_pickup(grid.outages)
    if lost:
        names = ", ".join(outage.id for outage in lost[:SHOWN_OVERLOADS])
        more = f" and {len(lost) - SHOWN_OVERLOADS} more" if len(lost) > SHOWN_OVERLOADS else ""
        raise InfeasibleError(
            f"n-1 security cannot be met: no unit is left to make up for the loss of {names}{more}. Let more units "
            f"pick up (is_dispatchable in generator.csv), leave these outages out (criteria.contingencies), or study "
            f"security: n-0."
        )


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
        f"the grid without campuses has no dispatch in {counted(hours, 'hour')}: at {when} the units that must run "
        f"give {surplus[worst]:,.1f} MW more than the {load:,.0f} MW of load. Name fewer units in must_run, or set "
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
    cause = (
        f"{load:,.0f} MW of load meet {available:,.0f} MW of available generation"
        if available < load
        else f"branch limits keep generation from it; most is short at {_largest(grid, short[worst])}"
    )
    hours = int((total > SLACK_TOLERANCE_MW).sum())
    raise InfeasibleError(
        f"the grid without campuses cannot serve its load: {total[worst]:,.1f} MW are short at {when}, because "
        f"{cause}. {counted(hours, 'hour')} of {len(total)} {'is' if hours == 1 else 'are'} short. Lower the load "
        f"growth, take back retirements or committed loads, or study other hours."
    )


def _largest(grid: Grid, short_mw: FloatArray) -> str:
    order = [b for b in np.argsort(-short_mw, kind="stable")[:3] if short_mw[b] > SLACK_TOLERANCE_MW]
    return ", ".join(f"bus {grid.network.bus.id[b]} ({short_mw[b]:,.1f} MW)" for b in order)


def _overload_text(study: Study, pool: RowPool, base: YearResult, keys: list[RowKey]) -> str:
    grid = pool.grid
    worst_mw = {key: base.overload_mw[:, pool.keys.index(key)] for key in keys}
    lines = []
    for key in sorted(keys, key=lambda k: -worst_mw[k].max())[:SHOWN_OVERLOADS]:
        hour = int(worst_mw[key].argmax())
        when = hour_text(grid.series.time_utc[hour], grid.series.timezone)
        lines.append(f"{row_name(grid, key)} by {worst_mw[key][hour]:,.1f} MW at {when}")
    more = f"; and {len(keys) - len(lines)} more" if len(keys) > len(lines) else ""
    return (
        f"pre_existing: {study.criteria.pre_existing} is asked for, but {counted(len(keys), 'limit')} cannot be kept "
        f"without campuses: {'; '.join(lines)}{more}. Raise them by base_case.committed_upgrades, or choose "
        f"pre_existing: no_worsening or set_aside."
    )


def counted(number: int, word: str) -> str:
    """Number with its word, ``1 hour``, ``2 hours``."""
    return f"{number} {word}{'' if number == 1 else 's'}"
