"""Newton's method on one energised island, with reactive limits and distributed slack.

A BusProblem and an admittance matrix come in, a voltage profile goes out. The Newton steps are
done by lightsim2grid from our own matrix; the switching between held voltage and held Mvar is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from gridplan.network.model import BoolArray, FloatArray, IntArray
from gridplan.network.ybus import ComplexArray
from gridplan.verify.ac_state import BusProblem, VoltageSupport

LOWEST_OPERABLE_PU = 0.5
Q_TOLERANCE_PU = 1e-6
VM_TOLERANCE_PU = 1e-7
MOST_RETURNS = 3
LOADING_STEPS = (0.5, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.985, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcOptions:
    """How a power flow is solved.

    Parameters
    ----------
    tolerance_mva : float [MVA]
        Largest mismatch at any bus.
    iterations : int
        Newton iterations per solve.
    rounds : int
        Rounds of switching at reactive limits and of sharing the pickup.
    enforce_q_limits : bool
        False lets every holding unit give any Mvar.
    support : "available" or "dispatched"
        Which units hold voltage, see ``ac_state.ASSUMPTIONS``.
    """

    tolerance_mva: float = 1e-6
    iterations: int = 20
    rounds: int = 60
    enforce_q_limits: bool = True
    support: VoltageSupport = "available"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcStart:
    """Where to start from, dims (bus): voltages [pu] and the buses already at a reactive limit (+1, -1, 0)."""

    v: ComplexArray
    at_limit: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Voltages of one island, dims (bus), or the reason why there are none.

    ``at_limit`` is +1 where units give their most Mvar, -1 where their least; ``slack_pu`` is the MW
    picked up in all; ``frozen`` counts buses kept at a limit because switching would not settle.
    """

    v: ComplexArray
    q_holding: FloatArray
    at_limit: IntArray
    slack_pu: float
    frozen: int = 0
    reason: str = ""

    @property
    def is_converged(self) -> bool:
        """True if there is a solution."""
        return not self.reason


def solve_profile(
    y: sp.csc_matrix, problem: BusProblem, starts: Iterable[AcStart], base_mva: float, options: AcOptions
) -> Profile:
    """Voltage profile of an island, tried from each start, one switch at a time, and by loading up in steps.

    Parameters
    ----------
    y : csc_matrix, dims (bus, bus) [pu]
        Admittance matrix of the island.
    problem : BusProblem
        Injections, setpoints and limits.
    starts : iterable of AcStart
        Where to start from, best first; the next is drawn only if the one before fails.
    base_mva : float [MVA]
        Base power, for the tolerance.
    options : AcOptions
        Limits of the iteration.

    Returns
    -------
    Profile
        ``reason`` is empty if converged; otherwise it names the failure of the last attempt.
    """
    if not problem.is_holding.any():
        return _failed(problem, "no unit holds voltage")
    nowhere = np.zeros(len(problem.weight), dtype=np.int64)
    start = AcStart(v=problem.vm_set.astype(np.complex128), at_limit=nowhere)
    for start in starts:
        profile = _LimitLoop(y, problem, base_mva, options, one_at_a_time=False).run(start)
        if profile.is_converged:
            return profile
    profile = _LimitLoop(y, problem, base_mva, options, one_at_a_time=True).run(start)
    return profile if profile.is_converged else _loaded_up(y, problem, start, base_mva, options)


def _loaded_up(y: sp.csc_matrix, problem: BusProblem, start: AcStart, base_mva: float, options: AcOptions) -> Profile:
    """Last attempt: raise all injections step by step, each step from the voltages of the one before."""
    profile, reached = _failed(problem, "no AC solution"), 0.0
    for share in LOADING_STEPS:
        part = replace(problem, s_fixed=problem.s_fixed * share)
        profile = _LimitLoop(y, part, base_mva, options, one_at_a_time=False).run(start)
        if not profile.is_converged:
            return replace(profile, reason=f"{profile.reason}; a solution exists up to {reached:.0%} of the injections")
        start, reached = AcStart(v=profile.v, at_limit=profile.at_limit), share
    return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    v: ComplexArray
    q_holding: FloatArray
    slack: float


class _LimitLoop:
    """Alternates Newton solves with switching at limits until neither changes anything.

    A bus at its limit returns to its setpoint when its voltage crosses the setpoint again, at most
    ``MOST_RETURNS`` times. MW shares of buses whose voltage is not held lag one round behind.
    """

    def __init__(
        self, y: sp.csc_matrix, problem: BusProblem, base_mva: float, options: AcOptions, *, one_at_a_time: bool
    ) -> None:
        self.y = y
        self.problem = problem
        self.options = options
        self.tolerance_pu = options.tolerance_mva / base_mva
        self.one_at_a_time = one_at_a_time
        self.at_limit = np.zeros(len(problem.weight), dtype=np.int64)
        self.returns = np.zeros(len(problem.weight), dtype=np.int64)
        self.slack = -float(problem.s_fixed.real.sum())

    def run(self, start: AcStart) -> Profile:
        """Iterate from a start to the profile."""
        v = start.v
        if self.options.enforce_q_limits:
            self.at_limit = np.where(self.problem.is_holding, start.at_limit, 0)
        for _ in range(self.options.rounds):
            if not (self.problem.is_holding & (self.at_limit == 0)).any():
                return _failed(self.problem, "every unit is at a reactive limit, nothing holds voltage")
            step = self._newton(v)
            if step is None:
                return _failed(self.problem, "Newton's method does not converge")
            v = step.v
            is_switched = self.options.enforce_q_limits and self._switch(step)
            error, self.slack = abs(step.slack - self.slack), step.slack
            if not is_switched and error * self._lagging().sum() <= self.tolerance_pu:
                return self._finish(step)
        return _failed(self.problem, f"reactive limits do not settle in {self.options.rounds} rounds")

    def _lagging(self) -> FloatArray:
        is_held = self.problem.is_holding & (self.at_limit == 0)
        return np.where(is_held, 0.0, self.problem.weight)

    def _newton(self, start: ComplexArray) -> _Step | None:
        problem = self.problem
        is_held = problem.is_holding & (self.at_limit == 0)
        q_limit = np.select([self.at_limit > 0, self.at_limit < 0], [problem.q_max, problem.q_min], 0.0)
        lagging = self._lagging()
        s = np.asarray(problem.s_fixed + 1j * q_limit + self.slack * lagging, dtype=np.complex128)
        share = np.where(is_held, problem.weight, 0.0)
        reference = int(np.argmax(np.where(is_held, problem.weight, -1.0)))
        if share.sum() <= 0:
            share[reference] = 1.0
        v = np.where(is_held, problem.vm_set * np.exp(1j * np.angle(start)), start)
        v_new = newton_voltages(
            self.y, v, s, is_held, share / share.sum(), reference, self.options.iterations, self.tolerance_pu
        )
        if v_new is None or np.abs(v_new).min() < LOWEST_OPERABLE_PU:
            return None
        mismatch = v_new * np.conj(self.y @ v_new) - s
        slack = float(mismatch.real[is_held].sum())
        if problem.weight.sum() > 0:
            slack += self.slack * float(lagging.sum())
        return _Step(v=v_new, q_holding=np.where(is_held, mismatch.imag, q_limit), slack=slack)

    def _switch(self, step: _Step) -> bool:
        """Switch buses to or from their limits; True if any was switched."""
        problem, vm = self.problem, np.abs(step.v)
        is_held = problem.is_holding & (self.at_limit == 0)
        over = np.where(is_held, step.q_holding - problem.q_max, -np.inf)
        under = np.where(is_held, problem.q_min - step.q_holding, -np.inf)
        back = ((self.at_limit > 0) & (vm > problem.vm_set + VM_TOLERANCE_PU)) | (
            (self.at_limit < 0) & (vm < problem.vm_set - VM_TOLERANCE_PU)
        )
        back &= self.returns < MOST_RETURNS
        to_max, to_min = over > Q_TOLERANCE_PU, under > Q_TOLERANCE_PU
        if self.one_at_a_time and (to_max | to_min).any():
            worst = np.arange(len(vm)) == int(np.argmax(np.maximum(over, under)))
            to_max, to_min = to_max & worst, to_min & worst
        self.returns[back] += 1
        self.at_limit[back] = 0
        self.at_limit[to_max], self.at_limit[to_min] = 1, -1
        return bool((back | to_max | to_min).any())

    def _finish(self, step: _Step) -> Profile:
        return Profile(
            v=step.v,
            q_holding=step.q_holding,
            at_limit=self.at_limit.copy(),
            slack_pu=step.slack,
            frozen=int(((self.returns >= MOST_RETURNS) & (self.at_limit != 0)).sum()),
        )


def newton_voltages(
    y: sp.csc_matrix,
    start: ComplexArray,
    s: ComplexArray,
    is_held: BoolArray,
    share: FloatArray,
    reference: int,
    iterations: int,
    tolerance_pu: float,
) -> ComplexArray | None:
    """Voltages at which every bus balances, or None.

    Parameters
    ----------
    y : csc_matrix, dims (bus, bus) [pu]
        Admittance matrix.
    start, s : array, dims (bus) [pu]
        First voltages (magnitude is kept where held) and injections.
    is_held, share : array, dims (bus)
        Buses whose magnitude is held, and their shares of the pickup, which sum to 1.
    reference : int
        Held bus whose angle is kept.
    iterations, tolerance_pu : int, float
        When to stop.
    """
    slack = np.flatnonzero(share > 0)
    slack = np.concatenate([[reference], slack[slack != reference]])
    is_slack = np.zeros(len(share), dtype=bool)
    is_slack[slack] = True
    solver = _engine()
    solver.reset()
    is_done = solver.solve(
        y,
        start.astype(np.complex128),
        s.astype(np.complex128),
        slack.astype(np.int32),
        share,
        np.flatnonzero(is_held & ~is_slack).astype(np.int32),
        np.flatnonzero(~is_held).astype(np.int32),
        iterations,
        tolerance_pu,
    )
    if not is_done:
        return None
    v = np.array(solver.get_V(), dtype=np.complex128)
    return v if np.isfinite(v).all() else None


_ENGINES: list[Any] = []


def _engine() -> Any:
    """Newton solver with sparse LU of this process; made at first use because the import is heavy."""
    if not _ENGINES:
        from lightsim2grid.algorithm import NR_KLU

        _ENGINES.append(NR_KLU())
    return _ENGINES[0]


def _failed(problem: BusProblem, reason: str) -> Profile:
    n_bus = len(problem.weight)
    nothing = np.full(n_bus, np.nan)
    return Profile(
        v=nothing.astype(np.complex128),
        q_holding=nothing,
        at_limit=np.zeros(n_bus, dtype=np.int64),
        slack_pu=np.nan,
        reason=reason,
    )
