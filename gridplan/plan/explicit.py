"""Explicit hours of the siting master: their whole dispatch as columns, hard limits, curtailment.

The rows and columns come from ``dispatch.block.HourBlock``; nothing of the dispatch is written
again. A built reinforcement moves the sides of the rows of its branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from gridplan.dispatch.block import HourBlock
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RowKey, RowPool
from gridplan.network.model import FloatArray, IntArray
from gridplan.plan.compiled import Compiled
from gridplan.plan.problems.siting import RatingOption, SitingPlan


def rating_gain_mw(grid: Grid, keys: Sequence[RowKey], options: Sequence[RatingOption]) -> FloatArray:
    """MW that each built option adds to the limit of each row, dims (row, option)."""
    gain = np.zeros((len(keys), len(options)))
    for r, (branch, contingency) in enumerate(keys):
        for o, option in enumerate(options):
            if option.branch == branch:
                gain[r, o] = option.more_mw(grid.rating_of(contingency))
    return gain


def hourly_gain_mw(pool: RowPool, n_row: int, option: RatingOption, hours: IntArray) -> FloatArray:
    """MW that a built option adds to the limits of the first rows in these hours, dims (time, row).

    What a limit raised for a pre-existing overload already allows is not gained again.
    """
    gain = rating_gain_mw(pool.grid, pool.keys[:n_row], [option])[:, 0]
    raised_by = pool.limit_mw[hours, :n_row] - pool.rating_mw[:n_row]
    return np.where(gain > 0, np.maximum(gain - raised_by, 0.0), 0.0)


@dataclass(frozen=True, kw_only=True)
class ExplicitMaster:
    """Siting plan with explicit hours appended.

    ``dispatch_columns`` has dims (hour, grid column), ``curtailed_columns`` dims (hour, site).
    """

    compiled: Compiled
    hours: IntArray
    dispatch_columns: IntArray
    curtailed_columns: IntArray

    def curtailed_mw(self, x: FloatArray, n_site: int) -> FloatArray:
        """Curtailment in the explicit hours, dims (hour, site) [MW]."""
        return np.maximum(x[self.curtailed_columns], 0.0) if len(self.hours) else np.zeros((0, n_site))


def explicit_master(
    plan: SitingPlan, block: HourBlock, hours: IntArray, unserved_limit_mw: FloatArray, n_studied_h: int
) -> ExplicitMaster:
    """Append the given hours to the siting plan.

    Parameters
    ----------
    block : HourBlock
        Elastic block of the grid whose points are the plan's sites.
    unserved_limit_mw : float, dims (hour, column)
        Native load the grid sheds even without campuses; nothing more may be shed.
    n_studied_h : int
        Hours of the study, for the curtailed energy share.
    """
    base = plan.compiled
    n_base, n_grid, n_site, n_hour = len(base.cost), block.n_grid_column, len(plan.sites), len(hours)
    step = n_grid + n_site
    dispatch = n_base + np.arange(n_hour)[:, None] * step + np.arange(n_grid)
    curtailed = n_base + np.arange(n_hour)[:, None] * step + n_grid + np.arange(n_site)
    lower, upper, cost = _column_data(plan, block, hours, unserved_limit_mw)
    rows = [_hour_rows(plan, block, int(h), i, dispatch, curtailed) for i, h in enumerate(hours)]
    rows += _curtailment_rows(plan, curtailed, n_studied_h)
    n_column = n_base + n_hour * step
    own = base.a.copy()
    own.resize(own.shape[0], n_column)
    matrices = [own] + [_matrix(r, n_column) for r, _, _ in rows]
    compiled = Compiled(
        a=sp.csr_matrix(sp.vstack(matrices)),
        row_lower=np.concatenate([base.row_lower, *(low for _, low, _ in rows)]),
        row_upper=np.concatenate([base.row_upper, *(high for _, _, high in rows)]),
        lower=np.concatenate([base.lower, lower.ravel()]),
        upper=np.concatenate([base.upper, upper.ravel()]),
        cost=np.concatenate([base.cost, cost.ravel()]),
        is_integer=np.concatenate([base.is_integer, np.zeros(n_hour * step, dtype=bool)]),
        columns=base.columns,
        rows=base.rows,
    )
    return ExplicitMaster(compiled=compiled, hours=hours, dispatch_columns=dispatch, curtailed_columns=curtailed)


Entries = tuple[IntArray, IntArray, FloatArray, int]
Rows = tuple[Entries, FloatArray, FloatArray]


def _matrix(entries: Entries, n_column: int) -> sp.csr_matrix:
    row, column, value, n_row = entries
    return sp.csr_matrix((value, (row, column)), shape=(n_row, n_column))


def _column_data(
    plan: SitingPlan, block: HourBlock, hours: IntArray, unserved_limit_mw: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    lower, upper = block.grid.column_bounds_mw(hours)
    unserved = block.grid.columns.of("unserved")
    upper[:, unserved] = np.minimum(upper[:, unserved], unserved_limit_mw[:, unserved])
    requests = [plan.requests[i] for i, _ in plan.sites]
    most = np.array([r.shed_frac * r.contract_mw for r in requests])
    price = np.array([r.curtailment_usd_per_mwh for r in requests])
    shape = (len(hours), len(plan.sites))
    return (
        np.hstack([lower, np.zeros(shape)]),
        np.hstack([upper, np.broadcast_to(most, shape)]),
        np.hstack([np.tile(block.grid.columns.cost_usd_per_mwh, (len(hours), 1)), np.broadcast_to(price, shape)]),
    )


def _hour_rows(plan: SitingPlan, block: HourBlock, hour: int, i: int, dispatch: IntArray, curtailed: IntArray) -> Rows:
    """``L <= A x + T (p_site - curtailed) <= U`` of one hour, upper and lower sides apart where a rating may move."""
    own = block.matrix[:, : block.n_grid_column]
    t = block.plan_matrix
    now = np.array([hour])
    of_rows = [hourly_gain_mw(block.pool, block.n_row, option, now)[0] for option in plan.options]
    gain = np.vstack([np.zeros((1, len(plan.options))), np.array(of_rows).reshape(len(plan.options), block.n_row).T])
    low, high = (side[0] for side in block.row_bounds(now))
    site = plan.compiled.column("p_site_mw")
    built = plan.compiled.column("is_built") if plan.options else np.zeros(0, dtype=np.int64)
    columns = np.concatenate([dispatch[i], site, curtailed[i], built])
    moves = gain.any(axis=1)
    upper_side = np.hstack([own, t, -t, -gain])
    lower_side = np.hstack([own, t, -t, gain])[moves]
    values = np.vstack([upper_side, lower_side])
    row, column = np.nonzero(np.abs(values) > 1e-12)
    entries = (row, columns[column], values[row, column], len(values))
    n_second = int(moves.sum())
    return (
        entries,
        np.concatenate([np.where(moves, -np.inf, low), low[moves]]),
        np.concatenate([high, np.full(n_second, np.inf)]),
    )


def _curtailment_rows(plan: SitingPlan, curtailed: IntArray, n_studied_h: int) -> list[Rows]:
    """Curtailment of a site: at most the sheddable share each hour and the energy share over all hours."""
    rows: list[Rows] = []
    site = plan.compiled.column("p_site_mw")
    n_hour = len(curtailed)
    for k, (i, _) in enumerate(plan.sites):
        request = plan.requests[i]
        if request.shed_frac <= 0 or not n_hour:
            continue
        each = np.arange(n_hour)
        entries = (
            np.concatenate([each, each]),
            np.concatenate([curtailed[:, k], np.full(n_hour, site[k])]),
            np.concatenate([np.ones(n_hour), np.full(n_hour, -request.shed_frac)]),
            n_hour,
        )
        rows.append((entries, np.full(n_hour, -np.inf), np.zeros(n_hour)))
        budget = (
            np.zeros(n_hour + 1, dtype=np.int64),
            np.append(curtailed[:, k], site[k]),
            np.append(np.ones(n_hour), -request.max_energy_frac * n_studied_h),
            1,
        )
        rows.append((budget, np.array([-np.inf]), np.zeros(1)))
    return rows
