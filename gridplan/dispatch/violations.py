"""Which rows an hour lacks: the worst pair of each branch that a solve left above its limit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gridplan.dispatch.rows import INTACT, RowKey, RowPool
from gridplan.dispatch.screen import SCREEN_TOLERANCE_MW, overload_blocks
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: Rows that one hour asks for at a time: far from the optimum hundreds of branches are over for a few causes.
MOST_ROWS = 8


def violated_rows(
    pool: RowPool,
    state: FloatArray,
    raised_mw: Mapping[RowKey, FloatArray],
    *,
    is_looked_at: BoolArray,
    slack_mw: FloatArray,
) -> list[list[RowKey]]:
    """For each hour the worst pair of each branch that is over, beyond what its row was sold as overload.

    Parameters
    ----------
    state : float, dims (time, state)
    is_looked_at : bool, dims (time,)
        False for hours without a solution.
    slack_mw : float, dims (time, row)
        Overload that rows of the pool carry at their price; 0 for a row that was not in the model.

    Returns
    -------
    Keys by hour, branches that are over as they stand first, then by MW; at most ``MOST_ROWS``.
    """
    n_time = len(state)
    best: dict[int, tuple[FloatArray, IntArray]] = {}
    intact: dict[int, BoolArray] = {}
    for block in overload_blocks(pool.grid, state, raised_mw):
        over = block.overload_mw
        for j, contingency in enumerate(map(int, block.contingencies)):
            row = pool.at.get((block.branch, contingency))
            if row is not None and row < slack_mw.shape[1]:
                over[:, j] -= slack_mw[:, row]
        worst = over.argmax(axis=1)
        most = np.where(is_looked_at, over[np.arange(n_time), worst], 0.0)
        if most.max(initial=0.0) <= SCREEN_TOLERANCE_MW:
            continue
        if block.contingencies[0] == INTACT:
            intact[block.branch] = most > SCREEN_TOLERANCE_MW
        overload, which = best.setdefault(block.branch, (np.zeros(n_time), np.full(n_time, INTACT)))
        more = (most > SCREEN_TOLERANCE_MW) & (most > overload)
        overload[more], which[more] = most[more], block.contingencies[worst[more]]
    return _by_hour(best, intact, n_time)


def _by_hour(
    best: Mapping[int, tuple[FloatArray, IntArray]], intact: Mapping[int, BoolArray], n_time: int
) -> list[list[RowKey]]:
    found: list[list[tuple[bool, float, int, int]]] = [[] for _ in range(n_time)]
    nowhere = np.zeros(n_time, dtype=bool)
    for branch, (overload, which) in best.items():
        is_intact = intact.get(branch, nowhere)
        for i in np.flatnonzero(overload > 0):
            found[i].append((not is_intact[i], -float(overload[i]), branch, int(which[i])))
    return [[(branch, contingency) for *_, branch, contingency in sorted(hour)[:MOST_ROWS]] for hour in found]
