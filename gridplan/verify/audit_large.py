"""The N-1 screen of branch outages on grids too large to re-solve every outage in every hour.

In: a Screen and the outages. Out: the same Screen, filled. Three steps: (1) the response to each outage,
confirmed by substitution in the matrix without the branch, bounds every pair over all hours; (2) pairs whose
bound exceeds 95 % are re-solved for all hours from new factors; (3) a seeded sample of outages is re-factorised
and solved for all branches in the worst and in sampled hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from gridplan.verify.audit_flow import own_flow_mw
from gridplan.verify.audit_grid import FloatArray, IntArray, factorise
from gridplan.verify.audit_outage import Outage, branch_loss
from gridplan.verify.audit_screen import NEAR_FRAC, Screen, with_constant

WORST_HOURS = 50
SAMPLE_HOURS = 50
SAMPLE_OUTAGES = 100
_SEED = 20
_PAIRS_AT_ONCE = 256


def bounded_pairs(screen: Screen, outages: list[Outage]) -> None:
    """Pairs above the bound for all hours, and sampled outages in full for the worst and the sampled hours."""
    year = screen.year
    near = _near_by_bound(screen, outages)
    pending: list[tuple[Outage, int]] = []
    rows: list[FloatArray] = []
    for k in np.flatnonzero(near.any(axis=0)):
        columns = np.flatnonzero(near[:, k])
        rows.append(branch_loss(year, outages[k].element).flow_map(columns))
        pending += [(outages[k], int(branch)) for branch in columns]
    _solve_pairs(screen, pending, rows)
    hours = _hours_in_full(screen)
    sample = np.random.default_rng(_SEED).permutation(len(outages))[:SAMPLE_OUTAGES]
    for k in sample:
        flow = branch_loss(year, outages[k].element).flows_mw(year.injection_mw[hours])
        screen.add(outages[k], np.arange(flow.shape[1]), flow, hours=hours)
    all_pairs = len(outages) * len(year.grid.branch)
    screen.coverage = (
        f"{year.year}: {len(outages)} branch outages x {len(year)} hours bounded; {len(pending)} of {all_pairs} pairs "
        f"above {NEAR_FRAC:.0%} by bound re-factorised and re-solved in every hour; {len(sample)} sampled outages "
        f"re-solved in full in {len(hours)} hours (the {WORST_HOURS} worst and a sample, seed {_SEED})"
    )


@dataclass(frozen=True, kw_only=True)
class _Response:
    """Flow change of each branch per MW the lost branch carried, dims (branch, outage), and its proof."""

    effect: FloatArray
    residual: float


def _near_by_bound(screen: Screen, outages: list[Outage]) -> np.ndarray:
    """Pairs that could pass 95 %: ``max_h |f_l| + |effect_lk| max_h |f_k|``, dims (branch, outage)."""
    largest = np.abs(own_flow_mw(screen.year)).max(axis=0)
    lost = np.array([outage.element for outage in outages], dtype=np.int64)
    response = _responses(screen, outages, lost)
    screen.residual = response.residual
    bound = np.abs(response.effect, out=response.effect)
    bound *= largest[lost]
    bound += largest[:, None]
    for k, outage in enumerate(outages):
        bound[:, k] /= screen.rating_mw(outage)
    bound[lost, np.arange(len(lost))] = 0.0
    return np.asarray(~(bound <= NEAR_FRAC))


def _responses(screen: Screen, outages: list[Outage], lost: IntArray) -> _Response:
    """Angles y_k with ``(B - b_k a_k a_k') y_k = a_k``; for a split, of the pickup and the lost inflow.

    The first kind is found from the intact factors and proved by substituting it in the matrix
    without the branch.
    """
    year, grid = screen.year, screen.year.grid
    ends = grid.incidence[lost].toarray().T
    push = ends.copy()
    is_split = np.zeros(len(lost), dtype=bool)
    for k, outage in enumerate(outages):
        loss = branch_loss(year, outage.element)
        screen.note_loss(outage, loss)
        if loss.is_splitting:
            is_split[k] = True
            from_bus, to_bus = grid.from_bus[outage.element], grid.to_bus[outage.element]
            push[:, k] = loss.pickup
            push[to_bus if loss.is_dead[from_bus] else from_bus, k] -= 1.0
    angle = factorise(grid, np.ones(len(grid.branch), dtype=bool)).angles(push)
    b_lost = grid.susceptance_mw[lost]
    across = np.einsum("nk,nk->k", ends, angle)
    angle /= np.where(is_split, 1.0, 1.0 - np.where(is_split, 0.0, b_lost * across))
    flow = np.asarray(sp.diags_array(grid.susceptance_mw) @ (grid.incidence @ angle))
    own = np.where(is_split, 0.0, b_lost * np.einsum("nk,nk->k", ends, angle))
    error = grid.incidence.T @ flow - ends * own - push
    return _Response(effect=flow, residual=float(np.abs(error).max(initial=0.0)))


def _solve_pairs(screen: Screen, pending: list[tuple[Outage, int]], rows: list[FloatArray]) -> None:
    if not pending:
        return
    weights, injection = np.vstack(rows), with_constant(screen.year.injection_mw)
    for start in range(0, len(pending), _PAIRS_AT_ONCE):
        part = weights[start : start + _PAIRS_AT_ONCE]
        flow = injection @ part.T
        for k, (outage, branch) in enumerate(pending[start : start + _PAIRS_AT_ONCE]):
            screen.add(outage, np.array([branch]), flow[:, [k]], flow_map=part[[k]])


def _hours_in_full(screen: Screen) -> IntArray:
    loading = (np.abs(own_flow_mw(screen.year)) / screen.limit_mw).max(axis=1)
    worst = np.argsort(-loading, kind="stable")[:WORST_HOURS]
    sample = np.random.default_rng(_SEED).permutation(len(loading))[:SAMPLE_HOURS]
    return np.unique(np.concatenate([worst, sample])).astype(np.int64)
