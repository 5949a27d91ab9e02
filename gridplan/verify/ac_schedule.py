"""Voltage schedule of one hour: setpoints that keep the intact network within its voltage limits.

Intact states of one hour come in (with and without campuses, say), one set of setpoints for all of
them goes out. Taps and shunts are not moved, and setpoints stay where they are after an outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from gridplan.network.model import FloatArray, IntArray
from gridplan.network.ybus import ComplexArray
from gridplan.verify.ac_flow import AcFlows, AcGrid
from gridplan.verify.ac_state import AcState, BusProblem, setpoints_pu, unit_roles

ROUNDS = 5
HIGH_MARGIN_PU = 0.01
LOW_MARGIN_PU = 0.01
LONGEST_MOVE_PU = 0.05
COST_OUTSIDE_LIMITS = 1000.0
COST_BEYOND_RANGE = 100.0
COST_NEAR_HIGH = 10.0
COST_BELOW_MIDDLE = 1.0
COST_OF_MOVING = 0.1
MISSED_WITHOUT_SOLUTION_PU = 100.0


def voltage_schedule(grid: AcGrid, states: Sequence[AcState], limits_pu: tuple[float, float]) -> FloatArray:
    """Setpoints that serve all intact states of an hour at once.

    Where the setpoints of the data leave a bus outside the limits (or within a margin of them), they
    are moved as little as it takes to bring every bus of every state inside, and up towards the
    middle of the band, with every unit inside its reactive range: successive linear programs on
    ``dQ/dV``. A limit that cannot be kept is missed by as little as possible; the data's setpoints
    come back where nothing is gained.

    Parameters
    ----------
    grid : AcGrid
        The network.
    states : sequence of AcState
        Intact states of one hour.
    limits_pu : tuple of float [pu]
        Lowest and highest voltage of the intact network.

    Returns
    -------
    array, dims (bus) [pu]
    """
    data = _data_setpoints(grid, states)
    free = AcGrid(grid.network, replace(grid.options, enforce_q_limits=False))
    best, least, current = data, np.inf, data
    for _ in range(ROUNDS):
        trial = [replace(state, vm_setpoint_pu=current) for state in states]
        missed = missed_pu(grid.solve(trial), limits_pu)
        if missed < least:
            best, least = current, missed
        if missed == 0:
            break
        linear = _linear_states(free, trial)
        if not linear:
            break
        current = _improved(linear, current, data, limits_pu)
    return best


def missed_pu(flows: AcFlows, limits_pu: tuple[float, float]) -> float:
    """How far intact states are outside the limits, summed over states and buses [pu].

    A voltage inside the limits but within the margin of the lower one counts a hundredth.
    """
    low, high = limits_pu
    outside = np.maximum(low - flows.vm_pu, 0.0) + np.maximum(flows.vm_pu - high - 1e-6, 0.0)
    short = 0.01 * np.maximum(low + LOW_MARGIN_PU - 1e-6 - flows.vm_pu, 0.0)
    missed = np.nan_to_num(outside + short).sum(axis=1)
    return float(np.where(flows.is_converged, missed, MISSED_WITHOUT_SOLUTION_PU).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinearState:
    """One solved state and its slopes: ``vm + dvm d`` and ``q + dq d`` for moves ``d`` of the held buses.

    ``vm`` holds the buses whose voltage follows, then the held ones.
    """

    held: IntArray
    vm: FloatArray
    dvm: FloatArray
    q: FloatArray
    dq: FloatArray
    q_min: FloatArray
    q_max: FloatArray


def _data_setpoints(grid: AcGrid, states: Sequence[AcState]) -> FloatArray:
    energised = grid.island(()).energised
    holding = [unit_roles(grid.network, state, energised, grid.options.support).is_holding for state in states]
    return setpoints_pu(grid.network, np.logical_or.reduce(holding))


def _linear_states(free: AcGrid, states: Sequence[AcState]) -> list[_LinearState]:
    flows = free.solve(states)
    solved = [k for k in range(len(states)) if flows.is_converged[k]]
    base = free.network.base_mva
    return [_linear(free, flows.v_pu(k), flows.q_holding_mvar[k] / base, free.problem(states[k])) for k in solved]


def _linear(free: AcGrid, v: ComplexArray, q: FloatArray, problem: BusProblem) -> _LinearState:
    """Slopes of voltages and Mvar against the setpoints; the coupling through angles is left out."""
    island = free.island(())
    v, q = v[island.buses], q[island.buses]
    is_held = problem.is_holding[island.buses]
    held, pq = np.flatnonzero(is_held), np.flatnonzero(~is_held)
    direction = v / np.abs(v)
    y = island.y.toarray()
    slope = (np.diag(np.conj(y @ v) * direction) + v[:, None] * np.conj(y * direction[None, :])).imag
    dvm = -np.linalg.solve(slope[np.ix_(pq, pq)], slope[np.ix_(pq, held)])
    return _LinearState(
        held=island.buses[held],
        vm=np.abs(np.concatenate([v[pq], v[held]])),
        dvm=np.vstack([dvm, np.eye(len(held))]),
        q=q[held],
        dq=slope[np.ix_(held, held)] + slope[np.ix_(held, pq)] @ dvm,
        q_min=problem.q_min[island.buses[held]],
        q_max=problem.q_max[island.buses[held]],
    )


def _improved(
    linear: list[_LinearState], current: FloatArray, data: FloatArray, limits_pu: tuple[float, float]
) -> FloatArray:
    """Setpoints of the next round: variables are the moves up and down from the data, then slacks of each state."""
    low, high = limits_pu
    held = np.unique(np.concatenate([state.held for state in linear]))
    blocks = [_rows(state, held, (current - data)[held], limits_pu) for state in linear]
    up = np.clip(np.minimum(current + LONGEST_MOVE_PU, high) - data, 0.0, None)[held]
    down = np.clip(data - np.maximum(current - LONGEST_MOVE_PU, low), 0.0, None)[held]
    slack_most = np.concatenate([block.slack_most for block in blocks])
    most = np.concatenate([up, down, slack_most])
    cost = np.concatenate([np.full(2 * len(held), COST_OF_MOVING), *[block.slack_cost for block in blocks]])
    moves = sp.csr_array(np.vstack([block.moves for block in blocks]))
    slacks = sp.block_diag([block.slacks for block in blocks], format="csr")
    result = linprog(
        cost,
        A_ub=sp.hstack([moves, -moves, -slacks], format="csr"),
        b_ub=np.concatenate([block.limit for block in blocks]),
        bounds=np.column_stack([np.zeros(len(most)), most]),
    )
    if result.x is None:
        return current
    improved = data.copy()
    improved[held] += result.x[: len(held)] - result.x[len(held) : 2 * len(held)]
    return improved


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Elastic rows of one state: ``moves d - slacks s <= limit`` with ``0 <= s <= slack_most``."""

    moves: FloatArray
    slacks: sp.csr_array
    limit: FloatArray
    slack_most: FloatArray
    slack_cost: FloatArray


def _rows(state: _LinearState, held: IntArray, moved: FloatArray, limits_pu: tuple[float, float]) -> _Rows:
    """Rows of one state: voltage from below and from above, each with a cheap and a dear slack, and Mvar ranges."""
    low, high = limits_pu
    n_vm, n_q = len(state.vm), len(state.q)
    at = np.searchsorted(held, state.held)
    dvm, dq = np.zeros((n_vm, len(held))), np.zeros((n_q, len(held)))
    dvm[:, at], dq[:, at] = state.dvm, state.dq
    vm, q = state.vm - dvm @ moved, state.q - dq @ moved
    middle = 0.5 * (low + high)
    margin = np.where(np.arange(n_vm) < n_vm - n_q, HIGH_MARGIN_PU, 0.0)
    pair = sp.hstack([sp.eye_array(n_vm)] * 2)
    return _Rows(
        moves=np.vstack([-dvm, dvm, -dq, dq]),
        slacks=sp.block_diag([pair, pair, sp.vstack([sp.eye_array(n_q)] * 2)], format="csr"),
        limit=np.concatenate([vm - middle, high - margin - vm, q - state.q_min, state.q_max - q]),
        slack_most=np.concatenate(
            [np.full(n_vm, middle - low), np.full(n_vm, np.inf), margin, np.full(n_vm + n_q, np.inf)]
        ),
        slack_cost=np.repeat(
            [COST_BELOW_MIDDLE, COST_OUTSIDE_LIMITS, COST_NEAR_HIGH, COST_OUTSIDE_LIMITS, COST_BEYOND_RANGE],
            [n_vm, n_vm, n_vm, n_vm, n_q],
        ),
    )
