"""Cost blocks of units: convex curves cut into segments of constant USD/MWh.

Comes in: cost curves and output limits. Goes out: block widths and costs, dims (generator, block). The blocks of a
unit begin at ``min(p_min_mw, 0)`` and end at ``p_max_mw``; a segment's cost is the slope of its chord, so the cost at
every breakpoint is exact and between breakpoints it is at or above the curve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplan.network.cost import CostCurve
from gridplan.network.model import BoolArray, FloatArray, Labels

#: Segments of a curved cost in a study.
DEFAULT_BLOCKS = 8
#: Words in unit type or fuel of units that do not make up for lost generation: they follow the weather or run flat.
NO_PICKUP_WORDS = frozenset(
    ("wind", "solar", "pv", "rtpv", "csp", "nuclear", "w2", "wt", "ws", "pvs", "ror", "sync_cond", "nuc", "wnd", "sun")
)


def block_start_mw(p_min_mw: FloatArray) -> FloatArray:
    """Output at which the first block of each unit begins, dims (generator,): ``min(p_min_mw, 0)``."""
    return np.minimum(p_min_mw, 0.0)


def breakpoints_mw(curve: CostCurve | None, start_mw: float, end_mw: float, n_block: int) -> FloatArray:
    """Ends of the segments of one curve from ``start_mw`` to ``end_mw``, ascending, both included [MW]."""
    if curve is not None and curve.kind == "piecewise":
        inner = [p for p, _ in curve.points[1:-1] if start_mw < p < end_mw]
        return np.array([start_mw, *inner, end_mw])
    is_curved = curve is not None and any(c != 0.0 for c in curve.coefficients[2:])
    return np.linspace(start_mw, end_mw, (n_block if is_curved and end_mw > start_mw else 1) + 1)


def segments(curve: CostCurve | None, points_mw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Widths [MW] and costs [USD/MWh] of the segments between ``points_mw``."""
    width = np.diff(points_mw)
    if curve is None:
        return width, np.zeros(len(width))
    if curve.kind == "polynomial":
        return width, _chord_slopes(curve.coefficients, points_mw)
    cost = np.array([curve.usd_per_hour(p) for p in points_mw])
    slope = np.divide(np.diff(cost), width, out=np.zeros(len(width)), where=width > 0)
    if (width <= 0).any():
        slope = np.where(width > 0, slope, _slope_at(curve, float(points_mw[0])))
    return width, slope


def cost_blocks(
    curves: Sequence[CostCurve | None], p_min_mw: FloatArray, p_max_mw: FloatArray, n_block: int = DEFAULT_BLOCKS
) -> tuple[FloatArray, FloatArray]:
    """Blocks of every unit.

    Parameters
    ----------
    curves : sequence of CostCurve or None, dims (generator,)
        None costs nothing.
    p_min_mw, p_max_mw : float, dims (generator,) [MW]
    n_block : int
        Segments of a curved cost, of equal width.

    Returns
    -------
    block_width_mw, block_cost_usd_per_mwh : float, dims (generator, block)
        Rows with fewer blocks end in blocks of zero width that repeat the last cost.
    """
    start = block_start_mw(p_min_mw)
    return stacked_blocks(
        [
            segments(curve, breakpoints_mw(curve, float(a), float(b), n_block))
            for curve, a, b in zip(curves, start, p_max_mw, strict=True)
        ]
    )


def stacked_blocks(rows: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Blocks of single units as two arrays, dims (generator, block)."""
    count = max((len(width) for width, _ in rows), default=1)
    block_width_mw, block_cost = np.zeros((len(rows), count)), np.zeros((len(rows), count))
    for g, (width, cost) in enumerate(rows):
        block_width_mw[g, : len(width)] = width
        block_cost[g, : len(cost)] = cost
        block_cost[g, len(cost) :] = cost[-1]
    return block_width_mw, block_cost


def picks_up(unit_type: Labels, fuel: Labels, p_max_mw: FloatArray) -> BoolArray:
    """Whether each unit makes up for lost generation: capacity, and neither weather nor reactor behind it."""
    words = [
        {*kind.lower().replace("-", " ").split(), *burnt.lower().replace("-", " ").split()}
        for kind, burnt in zip(unit_type, fuel, strict=True)
    ]
    follows = np.array([bool(own & NO_PICKUP_WORDS) for own in words], dtype=bool)
    return np.asarray((p_max_mw > 0) & ~follows)


def _chord_slopes(coefficients: tuple[float, ...], points_mw: FloatArray) -> FloatArray:
    """Slopes ``sum_k c_k (a^(k-1) + a^(k-2) b + ... + b^(k-1))`` of the chords: exact where a = b, too."""
    a, b = points_mw[:-1], points_mw[1:]
    slope = np.zeros(len(a))
    for k, c in enumerate(coefficients[1:], start=1):
        slope += c * sum(a ** (k - 1 - j) * b**j for j in range(k))
    return slope


def _slope_at(curve: CostCurve, p_mw: float) -> float:
    (x0, y0), (x1, y1) = next(
        (pair for pair in zip(curve.points, curve.points[1:], strict=False) if p_mw <= pair[1][0]), curve.points[-2:]
    )
    return (y1 - y0) / (x1 - x0)
