"""Least cost with curved cost curves: linear programs on ever finer segments, to a proven gap.

Comes in: a grid of one hour and the cost curve of every unit. Goes out: the optimum of the curves themselves, with a
bound that the last program's prices prove. The segments of a unit are fine around its output and coarse elsewhere, so
a few rounds reach what a quadratic solver would, and no solver of quadratic programs is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.columns import unit_start_mw
from gridplan.dispatch.grid import Grid, unit_output_mw
from gridplan.dispatch.rows import RowKey, row_weights
from gridplan.dispatch.year import YearDispatch, YearResult
from gridplan.network.cost import CostCurve
from gridplan.network.cost_blocks import breakpoints_mw, segments, stacked_blocks
from gridplan.network.model import FloatArray

#: Relative distance of cost and bound at which the curves count as solved.
CURVED_GAP = 1.0e-10
#: Segments of a curved cost before the first program, and of the fine part afterwards.
COARSE_BLOCKS, FINE_BLOCKS = 12, 8
MOST_ROUNDS = 40
#: Width below which a segment is not divided any more [MW].
LEAST_WIDTH_MW = 1.0e-7


@dataclass(frozen=True, kw_only=True)
class CurvedResult:
    """Solved hour: the dispatch object, its result, and cost and bound of the curves [USD/h]."""

    dispatch: YearDispatch
    result: YearResult
    cost_usd: float
    bound_usd: float


def solve_curved(grid: Grid, curves: Sequence[CostCurve | None]) -> CurvedResult:
    """Least cost of the first hour of ``grid`` under these curves, dims (generator,).

    The prices of unserved load and overload stay in the cost, as in the linear dispatch.
    """
    zone = _first_zone(grid, curves)
    keys: list[RowKey] = []
    best: CurvedResult | None = None
    bound = -np.inf
    for _ in range(MOST_ROUNDS):
        dispatch = _dispatch(grid, curves, zone, keys)
        result = dispatch.evaluate(np.array([0]), np.zeros((1, grid.n_point)))
        keys = list(dispatch.pool.keys)
        p_mw = unit_output_mw(dispatch.grid, result.column_mw, slice(0, 1))[0]
        linear_usd, exact_usd = _linear_cost(dispatch.grid, result), _curve_cost(curves, p_mw)
        cost = float(result.cost_usd[0]) - linear_usd + exact_usd
        bound = max(bound, _bound(dispatch, result, curves, cost - exact_usd))
        if best is None or cost <= best.cost_usd:
            best = CurvedResult(dispatch=dispatch, result=result, cost_usd=cost, bound_usd=bound)
        if best.cost_usd - bound <= CURVED_GAP * max(abs(best.cost_usd), 1.0) or zone.is_finest:
            break
        zone = zone.around(p_mw)
    assert best is not None
    return replace(best, bound_usd=min(bound, best.cost_usd))


@dataclass(frozen=True, kw_only=True)
class _Zone:
    """Where the segments of each unit are fine: ``middle_mw`` -+ ``half_mw``, dims (generator,)."""

    low_mw: FloatArray
    high_mw: FloatArray
    start_mw: FloatArray
    middle_mw: FloatArray
    half_mw: FloatArray
    is_curved: tuple[bool, ...]

    @property
    def is_finest(self) -> bool:
        curved = np.array(self.is_curved, dtype=bool)
        return not curved.any() or bool(self.half_mw[curved].max() <= LEAST_WIDTH_MW)

    def around(self, p_mw: FloatArray) -> _Zone:
        """Next zone: narrower around an output well inside this one, as wide around one at its edge."""
        edge = np.abs(p_mw - self.middle_mw) >= self.half_mw * (1.0 - 1.0 / FINE_BLOCKS)
        at_limit = (p_mw <= self.low_mw) | (p_mw >= self.high_mw)
        half = np.where(edge & ~at_limit, self.half_mw, self.half_mw * 3.0 / FINE_BLOCKS)
        return replace(self, middle_mw=p_mw, half_mw=half)

    def points_mw(self, g: int, curve: CostCurve | None) -> FloatArray:
        """Ends of the segments of one unit [MW]."""
        low, high, start = float(self.low_mw[g]), float(self.high_mw[g]), float(self.start_mw[g])
        if not self.is_curved[g]:
            return breakpoints_mw(curve, start, high, 1)
        coarse = np.linspace(low, high, COARSE_BLOCKS + 1)
        middle, half = self.middle_mw[g], self.half_mw[g]
        fine = np.linspace(max(low, middle - half), min(high, middle + half), FINE_BLOCKS + 1)
        inside = (coarse > fine[0]) & (coarse < fine[-1])
        return np.unique(np.concatenate([[start], coarse[~inside], fine]))


def _first_zone(grid: Grid, curves: Sequence[CostCurve | None]) -> _Zone:
    low, high = grid.series.p_min_mw[0], grid.series.p_max_mw[0]
    return _Zone(
        low_mw=low,
        high_mw=high,
        start_mw=unit_start_mw(grid.network),
        middle_mw=(low + high) / 2,
        half_mw=(high - low) / 2,
        is_curved=tuple(
            curve is not None and curve.kind == "polynomial" and any(c != 0.0 for c in curve.coefficients[2:]) and b > a
            for curve, a, b in zip(curves, low, high, strict=True)
        ),
    )


def _dispatch(grid: Grid, curves: Sequence[CostCurve | None], zone: _Zone, keys: Sequence[RowKey]) -> YearDispatch:
    blocks = [segments(curve, zone.points_mw(g, curve)) for g, curve in enumerate(curves)]
    return YearDispatch(grid.with_cost_blocks(*stacked_blocks(blocks)), rows=list(keys))


def _linear_cost(grid: Grid, result: YearResult) -> float:
    """Cost of the units' blocks in the linear program [USD/h]."""
    blocks = grid.columns.of("generator")
    return float(result.column_mw[0, blocks] @ grid.columns.cost_usd_per_mwh[blocks])


def _curve_cost(curves: Sequence[CostCurve | None], p_mw: FloatArray) -> float:
    return sum(curve.usd_per_hour(float(p)) for curve, p in zip(curves, p_mw, strict=True) if curve is not None)


def _bound(dispatch: YearDispatch, result: YearResult, curves: Sequence[CostCurve | None], other_usd: float) -> float:
    """Lower bound of the curves' optimum by the prices of the linear program.

    The Lagrangian of the linear program splits into units: ``min_p linear_g(p) - price_g p``. Putting each unit's
    own curve in its place, ``min_p cost_g(p) - price_g p``, gives a bound of the curved program; both minima are
    taken exactly. ``other_usd`` is what unserved load and overload cost, which is linear in both.
    """
    grid = dispatch.grid
    price = _unit_prices(dispatch, result)
    p_mw = unit_output_mw(grid, result.column_mw, slice(0, 1))[0]
    low, high = grid.series.p_min_mw[0], grid.series.p_max_mw[0]
    bound = other_usd
    for g, curve in enumerate(curves):
        if curve is not None:
            bound += _least(curve, float(price[g]), float(low[g]), float(high[g])) + float(price[g]) * float(p_mw[g])
    return bound


def _unit_prices(dispatch: YearDispatch, result: YearResult) -> FloatArray:
    """Worth of one more MW of each unit, dims (generator,) [USD/MWh]."""
    grid, layout = dispatch.grid, dispatch.grid.outages.layout
    weights = np.zeros(len(layout))
    for key, dual in zip(dispatch.pool.keys, result.row_dual[0, 1:], strict=True):
        if dual != 0.0:
            weights += dual * row_weights(grid, key)
    at_bus = result.row_dual[0, 1:] @ dispatch.pool.of_buses
    own = weights[layout.generator : layout.dc_line]
    return np.asarray(result.row_dual[0, 0] + at_bus[grid.network.generator.bus] + own)


def _least(curve: CostCurve, price: float, low: float, high: float) -> float:
    """Least of ``cost(p) - price p`` over ``low <= p <= high`` [USD/h]."""
    if curve.kind == "piecewise":
        corners = [low, high, *(p for p, _ in curve.points if low < p < high)]
    else:
        # The rules let no power above the second through.
        c1, c2 = ([*curve.coefficients, 0.0, 0.0, 0.0])[1:3]
        turn = (price - c1) / (2.0 * c2) if c2 > 0 else low
        corners = [low, high, min(max(turn, low), high)]
    return min(curve.usd_per_hour(p) - price * p for p in corners)
