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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Power a class may give up in one piece: its class, width per baseline, and work lost per power given up.

    ``is_curved`` means that a cap slows what runs, so that a class that waits must run to give up power.
    """

    pair: Pair
    width_frac: float
    work_per_power: float
    is_curved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Work of a class that may be done at another campus."""

    label: str
    source: Pair
    target: Pair


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Structure of a schedule.

    ``waiting`` and ``lossy`` are (campus, workload) pairs whose work may wait or be lost, ``cuts`` the pieces of the
    lossy ones, cheapest first; ``shifts`` what may move between campuses;
    ``floored`` campuses whose idle floor can bind; ``budgeted`` those with an energy budget; ``windows`` those whose
    events are limited, with the hours of an event.
    ``points`` are the campuses, then the grid stores: the order of withdrawals.
    """

    campus: tuple[str, ...]
    workload: tuple[str, ...]
    waiting: tuple[Pair, ...]
    least_frac: tuple[float, ...]
    lossy: tuple[Pair, ...]
    cuts: tuple[Cut, ...]
    shifts: tuple[Shift, ...]
    floored: tuple[int, ...]
    budgeted: tuple[int, ...]
    windows: tuple[tuple[int, int], ...]
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

    def cuts_of(self, pair: Pair) -> list[int]:
        """Pieces of power a class may give up."""
        return [k for k, cut in enumerate(self.cuts) if cut.pair == pair]

    def shifts_from(self, pair: Pair) -> list[int]:
        """Shifts that take work of a class away."""
        return [k for k, shift in enumerate(self.shifts) if shift.source == pair]

    def shifts_to(self, pair: Pair) -> list[int]:
        """Shifts that bring work of a class here."""
        return [k for k, shift in enumerate(self.shifts) if shift.target == pair]


def schedule_layout(campuses: Campuses, stores: Sequence[Store]) -> Layout:
    """Structure of the schedule of a year's campuses and stores."""
    asked = campuses.baseline_mw.max(axis=2, initial=0.0) > 0
    can_wait = (campuses.deadline_h > 0) & asked
    may_lose = (campuses.shed_frac > 0) & asked & campuses.is_conditional[:, None]
    waiting, lossy = _pairs(can_wait), _pairs(may_lose)
    shifts = _shifts(campuses, asked)
    certain = certain_power_mw(campuses, can_wait, may_lose, shifts)
    floor = campuses.idle_floor_frac[:, None] * campuses.baseline_mw.sum(axis=1)
    limited = np.isfinite(campuses.max_energy_frac) & may_lose.any(axis=1)
    return Layout(
        campus=campuses.campus,
        workload=campuses.workload,
        waiting=waiting,
        least_frac=tuple(float(campuses.min_power_frac[p]) for p in waiting),
        lossy=lossy,
        cuts=tuple(cut for pair in lossy for cut in _cuts(campuses, pair)),
        shifts=shifts,
        floored=tuple(int(i) for i in np.flatnonzero((certain < floor - 1e-9).any(axis=1))),
        budgeted=tuple(int(i) for i in np.flatnonzero(limited)),
        windows=_windows(campuses, may_lose),
        jobs=tuple((j.campus, j.label) for j in campuses.jobs),
        stores=tuple(stores),
    )


def certain_power_mw(
    campuses: Campuses,
    can_wait: npt.NDArray[np.bool_],
    may_lose: npt.NDArray[np.bool_],
    shifts: Sequence[Shift] = (),
) -> FloatArray:
    """Power that campuses draw whatever the plan decides, dims (campus, time) [MW]."""
    kept = 1.0 - np.where(may_lose, campuses.shed_frac, 0.0)
    share = np.where(can_wait, campuses.min_power_frac, 1.0)
    return np.asarray(
        np.einsum("ic,ict->it", kept * share * (1.0 - _moved_frac(campuses, shifts)), campuses.baseline_mw)
    )


def _moved_frac(campuses: Campuses, shifts: Sequence[Shift]) -> FloatArray:
    """Largest part of a class that may be done elsewhere, dims (campus, workload)."""
    moved = np.zeros_like(campuses.shed_frac)
    most = {shift.label: shift.max_frac for shift in campuses.shifts}
    for shift in shifts:
        moved[shift.source] = max(moved[shift.source], most[shift.label])
    return moved


def _cuts(campuses: Campuses, pair: Pair) -> list[Cut]:
    """Pieces of one class: those of its curve, or one piece that loses work as it gives up power."""
    name = campuses.campus[pair[0]], campuses.workload[pair[1]]
    cap = next((cap for cap in campuses.power_caps if (cap.campus, cap.workload) == name), None)
    if cap is None:
        return [Cut(pair=pair, width_frac=float(campuses.shed_frac[pair]), work_per_power=1.0, is_curved=False)]
    return [
        Cut(pair=pair, width_frac=part.width_frac, work_per_power=part.work_per_power, is_curved=True)
        for part in cap.segments
    ]


def _shifts(campuses: Campuses, asked: npt.NDArray[np.bool_]) -> tuple[Shift, ...]:
    """Shifts that can move something this year: work is asked for, and the target has machines for it."""
    found = []
    for shift in campuses.shifts:
        source = _pair(campuses, shift.campus, shift.workload)
        target = _pair(campuses, shift.to, shift.workload)
        if shift.max_frac > 0 and asked[source] and campuses.installed_mw[target] > 0:
            found.append(Shift(label=shift.label, source=source, target=target))
    return tuple(found)


def _windows(campuses: Campuses, may_lose: npt.NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Campuses that can give up power and whose events are limited, in their order."""
    hours = {rule.campus: rule.max_event_h for rule in campuses.events}
    most = [(i, hours.get(name)) for i, name in enumerate(campuses.campus) if may_lose[i].any()]
    return tuple((i, limit) for i, limit in most if limit is not None)


def _pair(campuses: Campuses, campus: str, workload: str) -> Pair:
    return campuses.campus.index(campus), campuses.workload.index(workload)


def _pairs(mask: npt.NDArray[np.bool_]) -> tuple[Pair, ...]:
    return tuple((int(i), int(c)) for i, c in np.argwhere(mask))
