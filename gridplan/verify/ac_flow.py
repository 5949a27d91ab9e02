"""AC power flow of many injection states and outages.

States come in, voltages, flows, Mvar of the units and the pickup go out, one row per state.
A state without a solution is a row of NaN with a reason, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU, splu

from gridplan.network.model import BoolArray, FloatArray, IntArray, Network
from gridplan.network.sensitivity import incidence, island_labels, main_island, series_susceptance_pu
from gridplan.network.ybus import ComplexArray, branch_flows_mva, ybus
from gridplan.verify.ac_newton import AcOptions, AcStart, Profile, solve_profile
from gridplan.verify.ac_state import UNLIMITED_MVAR, AcState, BusProblem, UnitRoles, bus_problem, unit_roles

_Number = TypeVar("_Number", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class AcFlows:
    """Solutions of many states; NaN where a state has no solution or a bus is de-energised.

    Parameters
    ----------
    is_converged : array, dims (state) [bool]
        False is a failed check; ``reason`` says why.
    vm_pu, va_rad : array, dims (state, bus) [pu, rad]
        Voltage; angles relative to the first energised bus.
    s_from_mva, s_to_mva : array, dims (state, branch) [MVA]
        Complex power into the branch at its ends; 0 where the branch is out.
    p_generator_mw, q_generator_mvar : array, dims (state, generator) [MW, Mvar]
        Output with the pickup, and Mvar; units at one bus share Mvar by their reactive ranges.
    q_holding_mvar : array, dims (state, bus) [Mvar]
        Mvar of everything that holds voltage at the bus.
    at_limit : array, dims (state, bus)
        +1 where the units at the bus give their most Mvar, -1 their least, 0 otherwise.
    slack_mw : array, dims (state) [MW]
        Losses and lost generation picked up in all.
    is_energised : array, dims (state, bus) [bool]
        False in the part that an outage cuts off.
    q_reserve_mvar : array, dims (state) [Mvar]
        Mvar that the units holding voltage could still give.
    frozen : array, dims (state)
        Buses kept at a reactive limit because switching would not settle; 0 in a clean solution.
    """

    is_converged: BoolArray
    reason: tuple[str, ...]
    vm_pu: FloatArray
    va_rad: FloatArray
    s_from_mva: ComplexArray
    s_to_mva: ComplexArray
    p_generator_mw: FloatArray
    q_generator_mvar: FloatArray
    q_holding_mvar: FloatArray
    at_limit: IntArray
    slack_mw: FloatArray
    is_energised: BoolArray
    q_reserve_mvar: FloatArray
    frozen: IntArray

    def v_pu(self, state: int) -> ComplexArray:
        """Complex voltage of one state, dims (bus) [pu]."""
        return np.asarray(self.vm_pu[state] * np.exp(1j * self.va_rad[state]))

    def start(self, state: int) -> AcStart:
        """Hand over one solution as the start of another state."""
        return AcStart(v=self.v_pu(state), at_limit=self.at_limit[state])

    def rows(self, states: Sequence[int]) -> AcFlows:
        """Solutions of some states, in the order given."""
        picked: dict[str, Any] = {}
        for column in fields(self):
            value = getattr(self, column.name)
            is_text = isinstance(value, tuple)
            picked[column.name] = tuple(value[s] for s in states) if is_text else value[list(states)]
        return AcFlows(**picked)


class AcGrid:
    """A network prepared for AC: one island and its matrices for every set of lost branches met so far."""

    def __init__(self, network: Network, options: AcOptions | None = None) -> None:
        """Keep the network; nothing is factorised before it is asked for."""
        self.network = network
        self.options = options or AcOptions()
        self._islands: dict[tuple[tuple[int, ...], tuple[int, ...]], _Island] = {}

    def island(self, branches_out: tuple[int, ...], buses_out: tuple[int, ...] = ()) -> _Island:
        """Return the main island with these branches and buses out."""
        if (branches_out, buses_out) not in self._islands:
            self._islands[branches_out, buses_out] = _Island(self.network, branches_out, buses_out)
        return self._islands[branches_out, buses_out]

    def solve(self, states: Sequence[AcState], starts: Sequence[AcStart | None] | None = None) -> AcFlows:
        """Solve states in their order.

        Parameters
        ----------
        states : sequence of AcState
            Hours with their outages.
        starts : sequence of AcStart, optional
            Where to start from, such as the intact solution; None starts from the DC angles.
        """
        firsts = [None] * len(states) if starts is None else list(starts)
        return _stack([self._solve(state, first) for state, first in zip(states, firsts, strict=True)])

    def problem(self, state: AcState) -> BusProblem:
        """Sum a state at the buses: what the power flow equations need, dims (bus)."""
        energised = self.island(state.branches_out, state.buses_out).energised
        roles = unit_roles(self.network, state, energised, self.options.support)
        return bus_problem(self.network, state, roles, energised)

    def _solve(self, state: AcState, first: AcStart | None) -> _Row:
        island = self.island(state.branches_out, state.buses_out)
        roles = unit_roles(self.network, state, island.energised, self.options.support)
        whole = bus_problem(self.network, state, roles, island.energised)
        problem = island.reduce(whole)
        starts = island.starts(problem, first)
        profile = solve_profile(island.y, problem, starts, self.network.base_mva, self.options)
        return _row(self.network, state, island, roles, whole, profile)


def solve_ac(network: Network, states: Sequence[AcState], options: AcOptions | None = None) -> AcFlows:
    """AC power flow of every state; see AcFlows for what comes back and ac_state for the assumptions."""
    return AcGrid(network, options).solve(states)


class _Island:
    """Main island of one topology: its buses, admittance matrix and DC factorisation."""

    def __init__(self, network: Network, branches_out: tuple[int, ...], buses_out: tuple[int, ...]) -> None:
        self.in_service = np.ones(len(network.branch), dtype=bool)
        self.in_service[list(branches_out)] = False
        self.energised = main_island(network, island_labels(network, branches_out), buses_out)
        self.buses = np.flatnonzero(self.energised)
        y = sp.csc_matrix(ybus(network, self.in_service))
        self.y = y if self.energised.all() else y[self.buses][:, self.buses].tocsc()
        self.y.sort_indices()
        self.network = network

    @cached_property
    def _factor(self) -> SuperLU:
        matrix = incidence(self.network).T @ sp.diags_array(self._weight) @ incidence(self.network)
        return splu(sp.csc_matrix(matrix[self.buses][:, self.buses][1:, 1:]))

    @cached_property
    def _weight(self) -> FloatArray:
        return np.asarray(series_susceptance_pu(self.network) * self.in_service)

    @cached_property
    def _shifted(self) -> FloatArray:
        """MW that phase shifts drive out of the energised buses, as injections, dims (bus) [pu]."""
        drive = incidence(self.network).T @ (self._weight * self.network.branch.shift_rad)
        return np.asarray(drive[self.buses], dtype=np.float64)

    def reduce(self, problem: BusProblem) -> BusProblem:
        """Return the same problem at the energised buses."""
        if self.energised.all():
            return problem
        return BusProblem(**{name: getattr(problem, name)[self.buses] for name in BusProblem.__dataclass_fields__})

    def starts(self, problem: BusProblem, first: AcStart | None) -> Iterator[AcStart]:
        """Yield the start given, if any, then DC angles at setpoint voltage, at the energised buses."""
        if first is not None and np.isfinite(first.v[self.buses]).all():
            yield AcStart(v=first.v[self.buses], at_limit=first.at_limit[self.buses])
        surplus = problem.s_fixed.real.sum()
        p = problem.s_fixed.real - surplus * problem.weight + self._shifted
        angle = np.zeros(len(self.buses))
        if len(self.buses) > 1:
            angle[1:] = self._factor.solve(p[1:])
        vm = np.where(problem.is_holding, problem.vm_set, 1.0)
        yield AcStart(v=vm * np.exp(1j * angle), at_limit=np.zeros(len(self.buses), dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    profile: Profile
    slack_mw: float
    v_pu: ComplexArray
    s_from_mva: ComplexArray
    s_to_mva: ComplexArray
    p_generator_mw: FloatArray
    q_generator_mvar: FloatArray
    q_holding_mvar: FloatArray
    at_limit: IntArray
    energised: BoolArray
    q_reserve_mvar: float


def _row(
    network: Network, state: AcState, island: _Island, roles: UnitRoles, whole: BusProblem, profile: Profile
) -> _Row:
    base = network.base_mva
    v = _spread(profile.v, island, np.nan + 0j)
    q_holding = _spread(profile.q_holding, island, 0.0) * base
    in_service = island.in_service & island.energised[network.branch.from_bus] & island.energised[network.branch.to_bus]
    v_finite = np.where(island.energised, v, 0.0)
    s_from, s_to = branch_flows_mva(network, v_finite, in_service)
    slack_mw = profile.slack_pu * base
    p_unit = np.where(roles.is_live, state.injections.p_generator_mw, 0.0) + roles.share * slack_mw
    return _Row(
        profile=profile,
        slack_mw=slack_mw,
        v_pu=v,
        s_from_mva=s_from,
        s_to_mva=s_to,
        p_generator_mw=p_unit,
        q_generator_mvar=_unit_q_mvar(network, state, roles, whole, q_holding),
        q_holding_mvar=q_holding,
        at_limit=_spread(profile.at_limit, island, 0),
        energised=island.energised,
        q_reserve_mvar=float((whole.q_max * base - q_holding)[whole.is_holding].sum()),
    )


def _spread(values: npt.NDArray[_Number], island: _Island, empty: complex) -> npt.NDArray[_Number]:
    """Values of the energised buses at all buses."""
    full = np.full(len(island.energised), empty, dtype=values.dtype)
    full[island.buses] = values
    return full


def _unit_q_mvar(
    network: Network, state: AcState, roles: UnitRoles, whole: BusProblem, q_holding_mvar: FloatArray
) -> FloatArray:
    """Mvar of every unit: the bus total placed at the same fraction of every range, dims (generator)."""
    unit = network.generator
    low, high = whole.q_min[unit.bus] * network.base_mva, whole.q_max[unit.bus] * network.base_mva
    fraction = np.divide(q_holding_mvar[unit.bus] - low, high - low, out=np.zeros(len(unit)), where=high > low)
    least, most = np.maximum(unit.q_min_mvar, -UNLIMITED_MVAR), np.minimum(unit.q_max_mvar, UNLIMITED_MVAR)
    shared = least + fraction * (most - least)
    is_on = roles.is_live & (state.injections.p_generator_mw > 0)
    fixed = np.where(is_on & (unit.q_min_mvar == unit.q_max_mvar), unit.q_min_mvar, 0.0)
    return np.where(roles.is_holding, shared, fixed)


def _stack(rows: list[_Row]) -> AcFlows:
    v = np.array([row.v_pu for row in rows])
    first = np.array([row.energised.argmax() for row in rows], dtype=np.int64)
    reference = v[np.arange(len(rows)), first]
    return AcFlows(
        is_converged=np.array([row.profile.is_converged for row in rows]),
        reason=tuple(row.profile.reason for row in rows),
        vm_pu=np.abs(v),
        va_rad=np.angle(v * np.conj(reference)[:, None]),
        s_from_mva=np.array([row.s_from_mva for row in rows]),
        s_to_mva=np.array([row.s_to_mva for row in rows]),
        p_generator_mw=np.array([row.p_generator_mw for row in rows]),
        q_generator_mvar=np.array([row.q_generator_mvar for row in rows]),
        q_holding_mvar=np.array([row.q_holding_mvar for row in rows]),
        at_limit=np.array([row.at_limit for row in rows]),
        slack_mw=np.array([row.slack_mw for row in rows]),
        is_energised=np.array([row.energised for row in rows]),
        q_reserve_mvar=np.array([row.q_reserve_mvar for row in rows]),
        frozen=np.array([row.profile.frozen for row in rows], dtype=np.int64),
    )
