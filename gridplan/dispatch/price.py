"""Locational marginal prices: cost of one more MW of load at a bus, from the duals of the hour."""

from __future__ import annotations

import numpy as np

from gridplan.dispatch.rows import RowPool
from gridplan.dispatch.year import YearResult
from gridplan.network.model import FloatArray


def lmp_usd_per_mwh(pool: RowPool, result: YearResult) -> FloatArray:
    """LMP, dims (time, bus) [USD/MWh] = energy part + congestion part.

    ``lmp_b = pi_balance + sum_r pi_r (w_r PTDF)_b``: one MW more load at b moves the rows' flows by -PTDF.
    """
    grid = pool.grid
    energy = np.repeat(result.row_dual[:, :1], len(grid.network.bus), axis=1)
    n_row = result.row_dual.shape[1] - 1
    return np.asarray(energy + result.row_dual[:, 1:] @ pool.of_buses[:n_row])
