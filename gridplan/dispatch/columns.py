"""Columns of one hour of dispatch: cost blocks of units, dc lines, unserved load, spill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gridplan.network.cost_blocks import block_start_mw
from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.series.model import GridSeries


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Columns of one hour: generator blocks, dc lines, unserved load, spill; slacks follow the rows.

    ``owner`` is the position of the unit, dc line or bus a column belongs to; ``block`` its cost block.
    """

    kind: tuple[str, ...]
    owner: IntArray
    block: IntArray
    cost_usd_per_mwh: FloatArray

    @cached_property
    def _positions(self) -> dict[str, IntArray]:
        kinds = np.array(self.kind)
        return {kind: np.flatnonzero(kinds == kind) for kind in ("generator", "dc_line", "unserved", "spill")}

    def of(self, kind: str) -> IntArray:
        """Positions of the columns of a kind."""
        return self._positions[kind]


def columns_of(network: Network, series: GridSeries, unserved_usd_per_mwh: float) -> Columns:
    """Columns of every hour of the series; one that is nothing in all hours is left out."""
    kind: list[str] = []
    owner: list[int] = []
    block: list[int] = []
    cost: list[float] = []

    def add(what: str, who: int | np.integer[Any], part: int, usd: float) -> None:
        kind.append(what)
        owner.append(int(who))
        block.append(part)
        cost.append(float(usd))

    unit = network.generator
    most_mw = series.p_max_mw.max(axis=0, initial=-np.inf)
    for g in np.flatnonzero(~unit.is_fixed & (most_mw > unit_start_mw(network))):
        for k in np.flatnonzero(unit.block_width_mw[g] > 0):
            add("generator", g, int(k), unit.block_cost_usd_per_mwh[g, k])
    for d in range(len(network.dc_line)):
        add("dc_line", d, 0, 0.0)
    for b in np.flatnonzero(series.load_mw.max(axis=0, initial=0.0) > 0):
        add("unserved", b, 0, unserved_usd_per_mwh)
    fixed = np.flatnonzero(unit.is_fixed & (series.p_max_mw.max(axis=0, initial=0.0) > 0))
    for b in np.unique(unit.bus[fixed]):
        add("spill", b, 0, 0.0)
    return Columns(
        kind=tuple(kind), owner=np.array(owner, dtype=np.int64), block=np.array(block), cost_usd_per_mwh=np.array(cost)
    )


def bounds_mw(
    network: Network, series: GridSeries, columns: Columns, hours: IntArray | slice
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds of the columns in some hours, each dims (time, column) [MW]."""
    p_max, p_min, load = series.p_max_mw[hours], series.p_min_mw[hours], series.load_mw[hours]
    lower = np.zeros((len(load), len(columns.kind)))
    upper = np.zeros_like(lower)
    unit = network.generator
    before = np.cumsum(unit.block_width_mw, axis=1) - unit.block_width_mw + unit_start_mw(network)[:, None]
    blocks = columns.of("generator")
    g, k = columns.owner[blocks], columns.block[blocks]
    upper[:, blocks] = np.clip(p_max[:, g] - before[g, k], 0.0, unit.block_width_mw[g, k])
    lower[:, blocks] = np.clip(p_min[:, g] - before[g, k], 0.0, upper[:, blocks])
    dc, unserved = columns.of("dc_line"), columns.of("unserved")
    lower[:, dc] = network.dc_line.p_min_mw[columns.owner[dc]]
    upper[:, dc] = network.dc_line.p_max_mw[columns.owner[dc]]
    upper[:, unserved] = np.maximum(load[:, columns.owner[unserved]], 0.0)
    for j in columns.of("spill"):
        at_bus = unit.is_fixed & (unit.bus == columns.owner[j])
        upper[:, j] = p_max[:, at_bus].sum(axis=1)
    return lower, upper


def unit_start_mw(network: Network) -> FloatArray:
    """Output at which the blocks of each unit begin, dims (generator,): below 0 where a unit can draw power."""
    return np.where(network.generator.is_fixed, 0.0, block_start_mw(network.generator.p_min_mw))


def balance_of(columns: Columns, network: Network) -> FloatArray:
    """Net injection per MW of each column, dims (column,)."""
    sign = {"generator": 1.0, "unserved": 1.0, "spill": -1.0, "dc_line": 0.0}
    total = np.array([sign[kind] for kind in columns.kind])
    dc = columns.of("dc_line")
    total[dc] = -network.dc_line.loss_frac[columns.owner[dc]]
    return total
