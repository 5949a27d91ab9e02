"""Counted hours and events of curtailment: the terms that need binaries, added only when broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from gridplan.network.model import FloatArray, IntArray
from gridplan.plan.compiled import Compiled
from gridplan.plan.explicit import ExplicitMaster
from gridplan.plan.problems.siting import SitingPlan
from gridplan.solution import counted_threshold_mw


def event_figures(curtailed_mw: FloatArray, threshold_mw: float) -> tuple[int, int]:
    """Counted hours and longest run of them; an hour counts above ``threshold_mw``."""
    counted = curtailed_mw > threshold_mw + 1e-9
    edges = np.flatnonzero(np.diff(np.concatenate([[0], counted.astype(np.int64), [0]])))
    runs = edges[1::2] - edges[::2]
    return int(counted.sum()), int(runs.max(initial=0))


def broken_terms(plan: SitingPlan, curtailed_mw: FloatArray) -> set[int]:
    """Requests whose counted hours or longest event exceed their terms."""
    broken = set()
    for i, request in enumerate(plan.requests):
        own = [k for k, (j, _) in enumerate(plan.sites) if j == i]
        hours, longest = event_figures(curtailed_mw[:, own].sum(axis=1), counted_threshold_mw(request.contract_mw))
        if hours > request.max_hours or longest > request.max_event_h:
            broken.add(i)
    return broken


def add_event_rows(compiled: Compiled, plan: SitingPlan, master: ExplicitMaster, requests: Sequence[int]) -> Compiled:
    """Append one binary per request and explicit hour: counted or not; limit their sum and runs."""
    n_hour = len(master.hours)
    for i in requests:
        first = len(compiled.cost)
        binary = first + np.arange(n_hour)
        compiled = _with_binaries(compiled, n_hour)
        own = [k for k, (j, _) in enumerate(plan.sites) if j == i]
        rows = _counting_rows(plan, master, i, own, binary)
        rows += _window_rows(plan, master.hours, i, binary)
        compiled = _with_rows(compiled, rows)
    return compiled


Row = tuple[list[int], list[float], float]


def _counting_rows(plan: SitingPlan, master: ExplicitMaster, i: int, own: list[int], binary: IntArray) -> list[Row]:
    request = plan.requests[i]
    threshold = counted_threshold_mw(request.contract_mw)
    most = request.shed_frac * request.contract_mw
    rows: list[Row] = []
    for t in range(len(master.hours)):
        columns = [int(master.curtailed_columns[t, k]) for k in own]
        rows.append(([*columns, int(binary[t])], [*[1.0] * len(columns), -most], threshold))
    if np.isfinite(request.max_hours):
        rows.append(([int(b) for b in binary], [1.0] * len(binary), float(request.max_hours)))
    return rows


def _window_rows(plan: SitingPlan, hours: IntArray, i: int, binary: IntArray) -> list[Row]:
    longest = plan.requests[i].max_event_h
    if not np.isfinite(longest):
        return []
    at = {int(h): int(b) for h, b in zip(hours, binary, strict=True)}
    length = int(longest) + 1
    windows = [[h + d for d in range(length)] for h in at]
    return [
        ([at[h] for h in window], [1.0] * length, float(int(longest)))
        for window in windows
        if all(h in at for h in window)
    ]


def _with_binaries(compiled: Compiled, count: int) -> Compiled:
    a = compiled.a.copy()
    a.resize(a.shape[0], a.shape[1] + count)
    return replace(
        compiled,
        a=a,
        lower=np.append(compiled.lower, np.zeros(count)),
        upper=np.append(compiled.upper, np.ones(count)),
        cost=np.append(compiled.cost, np.zeros(count)),
        is_integer=np.append(compiled.is_integer, np.ones(count, dtype=bool)),
    )


def _with_rows(compiled: Compiled, rows: Sequence[Row]) -> Compiled:
    if not rows:
        return compiled
    row = np.repeat(np.arange(len(rows)), [len(c) for c, _, _ in rows])
    column = np.array([c for columns, _, _ in rows for c in columns])
    value = np.array([v for _, values, _ in rows for v in values])
    matrix = sp.csr_matrix((value, (row, column)), shape=(len(rows), len(compiled.cost)))
    return replace(
        compiled,
        a=sp.csr_matrix(sp.vstack([compiled.a, matrix])),
        row_lower=np.append(compiled.row_lower, np.full(len(rows), -np.inf)),
        row_upper=np.append(compiled.row_upper, np.array([side for _, _, side in rows])),
    )
