"""A year of dispatch cut into fixed parts of hours, so that several processes can share it.

The parts do not depend on how many workers there are: each starts from the same rows, and the
rows they add are joined in the order of the parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import RowKey
from gridplan.dispatch.year import YearDispatch, YearResult, merged
from gridplan.network.model import FloatArray, IntArray

#: Hours of one part.
PART_H = 1098


@dataclass(frozen=True, slots=True)
class _Part:
    grid: Grid
    u_mw: FloatArray
    rows: tuple[RowKey, ...]
    raised_mw: dict[RowKey, FloatArray]
    hours: IntArray


def evaluate_year(
    grid: Grid,
    u_mw: FloatArray,
    *,
    rows: Sequence[RowKey] = (),
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
    farm: Farm | None = None,
    name: str = "",
    hours: IntArray | None = None,
) -> tuple[YearResult, tuple[RowKey, ...]]:
    """Exact dispatch at withdrawals ``u_mw``, dims (time, point), and the rows it needed; of all hours or of some.

    The rows given come first in the answer, in their order; duals and overloads follow it. ``name`` is the stage of
    the farm whose answers are worth keeping.
    """
    n_time = len(grid)
    raised = raised_mw or {}
    cuts = [slice(first, min(first + PART_H, n_time)) for first in range(0, n_time, PART_H)]
    tasks = [
        _Part(grid.part(cut), u_mw[cut], tuple(rows), {key: limit[cut] for key, limit in raised.items()}, own)
        for cut in cuts
        if len(own := _inside(hours, cut))
    ]
    cuts = [cut for cut in cuts if len(_inside(hours, cut))]
    found = (farm or Farm()).map(_evaluate, tasks, name=name)
    keys = tuple(dict.fromkeys([*rows, *(key for _, own in found for key in own)]))
    shifted = [
        replace(_spread(result, own, keys), hours=result.hours + cut.start)
        for cut, (result, own) in zip(cuts, found, strict=True)
    ]
    return _joined(shifted), keys


def evaluate_again(
    grid: Grid,
    known: YearResult,
    hours: IntArray,
    *,
    rows: Sequence[RowKey],
    raised_mw: Mapping[RowKey, FloatArray] | None = None,
    farm: Farm | None = None,
    name: str = "",
) -> tuple[YearResult, tuple[RowKey, ...]]:
    """Result of all hours of which some are dispatched again, on a grid that differs only in them."""
    fresh, keys = evaluate_year(grid, known.u_mw, rows=rows, raised_mw=raised_mw, farm=farm, name=name, hours=hours)
    return merged(known, fresh, len(keys)), keys


def _inside(hours: IntArray | None, cut: slice) -> IntArray:
    """Chosen hours of a part, counted from its first."""
    if hours is None:
        return np.arange(cut.stop - cut.start)
    return np.asarray(hours[(hours >= cut.start) & (hours < cut.stop)] - cut.start)


def _evaluate(part: _Part) -> tuple[YearResult, tuple[RowKey, ...]]:
    year = YearDispatch(part.grid, raised_mw=part.raised_mw, rows=list(part.rows))
    result = year.evaluate(part.hours, part.u_mw[part.hours])
    return result, tuple(year.pool.keys)


def _spread(result: YearResult, own: Sequence[RowKey], keys: Sequence[RowKey]) -> YearResult:
    """Result over all rows; rows a part did not need have no dual and no overload."""
    at = {key: r for r, key in enumerate(keys)}
    place = np.array([at[key] for key in own], dtype=np.int64)
    dual = np.zeros((len(result.hours), len(keys) + 1))
    overload = np.zeros((len(result.hours), len(keys)))
    dual[:, 0] = result.row_dual[:, 0]
    dual[:, place + 1] = result.row_dual[:, 1:]
    overload[:, place] = result.overload_mw
    return replace(result, row_dual=dual, overload_mw=overload)


def _joined(parts: Sequence[YearResult]) -> YearResult:
    return YearResult(
        hours=np.concatenate([p.hours for p in parts]),
        u_mw=np.concatenate([p.u_mw for p in parts]),
        cost_usd=np.concatenate([p.cost_usd for p in parts]),
        column_mw=np.concatenate([p.column_mw for p in parts]),
        row_dual=np.concatenate([p.row_dual for p in parts]),
        overload_mw=np.concatenate([p.overload_mw for p in parts]),
        is_feasible=np.concatenate([p.is_feasible for p in parts]),
    )
