"""What of the campuses is a variable: the structure of a schedule, the same in every cycle of hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.model import Campuses
from gridplan.plan.parts.storage import Store

FloatArray = npt.NDArray[np.float64]
Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Structure of a schedule.

    ``waiting`` and ``lossy`` are (campus, workload) pairs whose work may wait or be lost;
    ``floored`` campuses whose idle floor can bind; ``budgeted`` those with an energy budget.
    ``points`` are the campuses, then the grid stores: the order of withdrawals.
    """

    campus: tuple[str, ...]
    workload: tuple[str, ...]
    waiting: tuple[Pair, ...]
    least_frac: tuple[float, ...]
    lossy: tuple[Pair, ...]
    floored: tuple[int, ...]
    budgeted: tuple[int, ...]
    jobs: tuple[tuple[str, str], ...]
    stores: tuple[Store, ...]

    @property
    def points(self) -> tuple[str, ...]:
        """Names of the points where the plan withdraws."""
        return self.campus + tuple(s.point for s in self.stores if s.point not in self.campus)

    def label(self, pair: Pair) -> str:
        """Name of a class of a campus, ``mesa:batch``."""
        return f"{self.campus[pair[0]]}:{self.workload[pair[1]]}"

    def served_now(self, i: int) -> list[int]:
        """Workloads of a campus that are served in their hour."""
        return [c for c in range(len(self.workload)) if (i, c) not in self.waiting]


def schedule_layout(campuses: Campuses, stores: Sequence[Store]) -> Layout:
    """Structure of the schedule of a year's campuses and stores."""
    asked = campuses.baseline_mw.max(axis=2, initial=0.0) > 0
    can_wait = (campuses.deadline_h > 0) & asked
    may_lose = (campuses.shed_frac > 0) & asked & campuses.is_conditional[:, None]
    waiting, lossy = _pairs(can_wait), _pairs(may_lose)
    certain = certain_power_mw(campuses, can_wait, may_lose)
    floor = campuses.idle_floor_frac[:, None] * campuses.baseline_mw.sum(axis=1)
    limited = np.isfinite(campuses.max_energy_frac) & may_lose.any(axis=1)
    return Layout(
        campus=campuses.campus,
        workload=campuses.workload,
        waiting=waiting,
        least_frac=tuple(float(campuses.min_power_frac[p]) for p in waiting),
        lossy=lossy,
        floored=tuple(int(i) for i in np.flatnonzero((certain < floor - 1e-9).any(axis=1))),
        budgeted=tuple(int(i) for i in np.flatnonzero(limited)),
        jobs=tuple((j.campus, j.label) for j in campuses.jobs),
        stores=tuple(stores),
    )


def certain_power_mw(
    campuses: Campuses, can_wait: npt.NDArray[np.bool_], may_lose: npt.NDArray[np.bool_]
) -> FloatArray:
    """Power that campuses draw whatever the plan decides, dims (campus, time) [MW]."""
    kept = 1.0 - np.where(may_lose, campuses.shed_frac, 0.0)
    share = np.where(can_wait, campuses.min_power_frac, 1.0)
    return np.asarray(np.einsum("ic,ict->it", kept * share, campuses.baseline_mw))


def _pairs(mask: npt.NDArray[np.bool_]) -> tuple[Pair, ...]:
    return tuple((int(i), int(c)) for i, c in np.argwhere(mask))
