"""Prices at buses: cost of one more MW of load, from the duals of the hour, in an energy and a congestion part.

The energy part is the price of one more MW of load spread over the grid as the native load is: it is one number an
hour and does not depend on a reference bus. The congestion part is what the place of a bus adds or saves. Losses are
not modelled, so there is no third part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.rows import RowPool
from gridplan.dispatch.year import YearResult
from gridplan.network.model import BoolArray, FloatArray

#: Distance to a penalty from which on a price counts as set by it, per price of the penalty.
PENALTY_TOLERANCE_FRAC = 1.0e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class BusPrices:
    """Prices of some hours; their sum, to the last bit, is the LMP.

    Parameters
    ----------
    energy_usd_per_mwh : float, dims (time,)
        Average LMP of the hour, weighted by native load.
    congestion_usd_per_mwh : float, dims (time, bus)
        LMP less the energy part.
    is_penalty : bool, dims (time,)
        Whether the price of unserved load or of overload enters; if not, no price of the hour depends on them.
    """

    energy_usd_per_mwh: FloatArray
    congestion_usd_per_mwh: FloatArray
    is_penalty: BoolArray

    @property
    def lmp_usd_per_mwh(self) -> FloatArray:
        """Locational marginal price, dims (time, bus)."""
        return np.asarray(self.energy_usd_per_mwh[:, None] + self.congestion_usd_per_mwh)


def bus_prices(pool: RowPool, result: YearResult) -> BusPrices:
    """Prices of solved hours.

    ``lmp_b = pi_balance + sum_r pi_r (w_r PTDF)_b``: one MW more load at b moves the rows' flows by -PTDF.
    ``energy = sum_b d_b lmp_b / sum_b d_b`` with the native load d; ``congestion_b = lmp_b - energy``.
    """
    balance = result.row_dual[:, 0]
    of_rows = _of_rows(pool, result)
    shift = (_load_shares(pool, result) * of_rows).sum(axis=1)
    energy, congestion = balance + shift, of_rows - shift[:, None]
    return BusPrices(
        energy_usd_per_mwh=energy,
        congestion_usd_per_mwh=congestion,
        is_penalty=_is_penalty(pool, result, energy[:, None] + congestion),
    )


def lmp_usd_per_mwh(pool: RowPool, result: YearResult) -> FloatArray:
    """LMP, dims (time, bus) [USD/MWh]: energy part + congestion part."""
    return bus_prices(pool, result).lmp_usd_per_mwh


def _of_rows(pool: RowPool, result: YearResult) -> FloatArray:
    """What the limits of the hour make a bus dearer than the bus the PTDF refers to, dims (time, bus)."""
    n_row = result.row_dual.shape[1] - 1
    return np.asarray(result.row_dual[:, 1:] @ pool.of_buses[:n_row])


def _load_shares(pool: RowPool, result: YearResult) -> FloatArray:
    """Share of each bus in the native load of the hour, dims (time, bus); equal shares where there is none."""
    load_mw = np.maximum(pool.grid.series.load_mw[result.hours], 0.0)
    total = load_mw.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, load_mw / np.where(total > 0, total, 1.0), 1.0 / load_mw.shape[1]))


def _is_penalty(pool: RowPool, result: YearResult, lmp: FloatArray) -> BoolArray:
    """Hours in which an unserved or overload column costs no more than what it replaces, dims (time,).

    Every dual is a combination of the costs of the columns without reduced cost: if none of them is a penalty, no
    penalty enters any price. This finds an hour on the brink, too, with nothing unserved yet.
    """
    grid, nearly = pool.grid, 1.0 - PENALTY_TOLERANCE_FRAC
    overload = np.abs(result.row_dual[:, 1:]).max(axis=1, initial=0.0) >= nearly * grid.prices.overload_usd_per_mwh
    columns = grid.columns.of("unserved")
    buses = grid.columns.owner[columns]
    has_load = grid.series.load_mw[result.hours][:, buses] > 0
    short = lmp[:, buses] >= nearly * grid.prices.unserved_usd_per_mwh
    return np.asarray(overload | (short & has_load).any(axis=1))
