"""One hour of the AC check: the same outages with and without the campuses.

An AcHour and its outages come in, two stacks of power flows go out, row 0 intact. Load that contains
losses is reduced and the voltage schedule is set on the intact states, before any outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from gridplan.network.contingency import RATINGS, Contingency
from gridplan.network.model import BoolArray, FloatArray, Network
from gridplan.verify.ac_flow import AcFlows, AcGrid
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_schedule import voltage_schedule
from gridplan.verify.ac_state import AcInjections, AcState, campus_q_mvar

PreExisting = Literal["no_worsening", "set_aside", "fix_first"]
INTACT = Contingency(id="intact", category="P0", rating="normal")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcPoi:
    """A campus at its POI: id, bus position, operating power factor (lagging)."""

    campus: str
    bus: int
    power_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AcHour:
    """One hour to check.

    Parameters
    ----------
    label : str
        Why and when, as the report shows it.
    time : int
        Position in the series.
    injections : AcInjections
        Dispatch with the campuses connected.
    base : AcInjections or None
        Dispatch of the same hour without them; without it every violation counts.
    p_campus_mw : array, dims (campus) [MW]
        Withdrawals in the order of the POIs.
    extra_outages : tuple of Contingency
        Checked in this hour only, such as the worst DC pairs.
    """

    label: str
    time: int
    injections: AcInjections
    base: AcInjections | None
    p_campus_mw: FloatArray
    extra_outages: tuple[Contingency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcCriteria:
    """Limits and rules of the AC check.

    Parameters
    ----------
    intact_pu, after_outage_pu : tuple of float [pu]
        Lowest and highest voltage.
    step_max_pu : float [pu]
        Largest change of the voltage at a POI by an outage.
    pre_existing : str
        ``no_worsening``: a violation that exists without the campuses counts if the campuses make it
        worse by more than the tolerance; ``set_aside``: it never counts; ``fix_first``: it always counts.
    tolerance_vm_pu, tolerance_loading_percent : float
        What is not called worse.
    is_loss_in_load : bool
        The load of the hour contains losses: native load is reduced until the intact AC losses fit in.
    is_schedule_free : bool
        Setpoints are chosen per hour for the intact network; False keeps those of the data.
    options : AcOptions
        How power flows are solved and which units hold voltage.
    """

    intact_pu: tuple[float, float] = (0.95, 1.05)
    after_outage_pu: tuple[float, float] = (0.90, 1.05)
    step_max_pu: float = 0.03
    pre_existing: PreExisting = "no_worsening"
    tolerance_vm_pu: float = 1e-3
    tolerance_loading_percent: float = 0.5
    is_loss_in_load: bool = False
    is_schedule_free: bool = True
    options: AcOptions = field(default_factory=AcOptions)

    def limits_pu(self, *, is_intact: bool) -> tuple[float, float]:
        """Return the voltage limits with everything in service or after an outage."""
        return self.intact_pu if is_intact else self.after_outage_pu


@dataclass(frozen=True, kw_only=True)
class HourFlows:
    """Power flows of one hour, row 0 intact, then one row per outage; ``base`` without campuses."""

    hour: AcHour
    outages: tuple[Contingency, ...]
    states: tuple[AcState, ...]
    flows: AcFlows
    base: AcFlows | None

    def rating_mva(self, network: Network) -> FloatArray:
        """Rating that holds in each row, dims (state, branch) [MVA]."""
        by_rating = {name: getattr(network.branch, f"rating_{name}_mva") for name in RATINGS}
        return np.array([by_rating[outage.rating] for outage in self.outages])

    @property
    def is_intact(self) -> BoolArray:
        """Rows without an outage, dims (state)."""
        return np.array([outage.id == INTACT.id for outage in self.outages])


def solve_hour(
    grid: AcGrid, hour: AcHour, pois: Sequence[AcPoi], outages: Sequence[Contingency], criteria: AcCriteria
) -> HourFlows:
    """Solve an hour intact and after every outage, with and without the campuses.

    Parameters
    ----------
    grid : AcGrid
        The network, its topologies shared by all hours.
    hour : AcHour
        The hour.
    pois : sequence of AcPoi
        Campuses in the order of ``hour.p_campus_mw``.
    outages : sequence of Contingency
        Checked in every hour; those of the hour itself are added.
    criteria : AcCriteria
        Limits and rules.
    """
    listed = (INTACT, *{outage.id: outage for outage in (*outages, *hour.extra_outages)}.values())
    intact = _without_losses(grid, _intact_states(grid.network, hour, pois), criteria)
    if criteria.is_schedule_free:
        schedule = voltage_schedule(grid, intact, criteria.intact_pu)
        intact = _without_losses(grid, [replace(state, vm_setpoint_pu=schedule) for state in intact], criteria)
    states = tuple(after_outage(intact[0], outage, hour, pois) for outage in listed)
    base = None
    if hour.base is not None:
        base = _solve_from_intact(grid, [_network_part(intact[1], outage) for outage in listed])
    return HourFlows(hour=hour, outages=listed, states=states, flows=_solve_from_intact(grid, states), base=base)


def after_outage(intact: AcState, outage: Contingency, hour: AcHour, pois: Sequence[AcPoi]) -> AcState:
    """Intact state with the elements of an outage, campuses included, out."""
    state = _network_part(intact, outage)
    for campus in outage.campuses:
        state = without_campus(state, hour, pois, campus)
    return state


def without_campus(state: AcState, hour: AcHour, pois: Sequence[AcPoi], campus: int) -> AcState:
    """State without one campus; the units go down by their shares of the pickup."""
    poi, p_mw = pois[campus], hour.p_campus_mw[campus]
    p, q = state.p_campus_mw.copy(), state.q_campus_mvar.copy()
    p[poi.bus] -= p_mw
    q[poi.bus] -= campus_q_mvar(p_mw, poi.power_factor)
    return replace(state, p_campus_mw=p, q_campus_mvar=q)


def campus_q(hour: AcHour, pois: Sequence[AcPoi]) -> FloatArray:
    """Mvar drawn by every campus, dims (campus) [Mvar]."""
    factor = np.array([poi.power_factor for poi in pois])
    return np.asarray(hour.p_campus_mw * np.tan(np.arccos(factor)))


def _intact_states(network: Network, hour: AcHour, pois: Sequence[AcPoi]) -> list[AcState]:
    """Build the intact state with campuses and, if given, the one without."""
    nothing = np.zeros(len(network.bus))
    p, q = nothing.copy(), nothing.copy()
    buses = np.array([poi.bus for poi in pois], dtype=np.int64)
    np.add.at(p, buses, hour.p_campus_mw)
    np.add.at(q, buses, campus_q(hour, pois))
    states = [AcState(injections=hour.injections, p_campus_mw=p, q_campus_mvar=q)]
    if hour.base is not None:
        states.append(AcState(injections=hour.base, p_campus_mw=nothing, q_campus_mvar=nothing))
    return states


def _without_losses(grid: AcGrid, states: list[AcState], criteria: AcCriteria) -> list[AcState]:
    """Take the losses out of a load that contains them: load and losses together are what was dispatched."""
    if not criteria.is_loss_in_load:
        return states
    for _ in range(2):
        flows = grid.solve(states)
        states = [_with_less_load(state, float(flows.slack_mw[k])) for k, state in enumerate(states)]
    return states


def _with_less_load(state: AcState, less_mw: float) -> AcState:
    load_mw = float(state.injections.p_load_mw.sum())
    if not np.isfinite(less_mw) or load_mw <= 0:
        return state
    p_load_mw = state.injections.p_load_mw * (1.0 - less_mw / load_mw)
    return replace(state, injections=replace(state.injections, p_load_mw=p_load_mw))


def _network_part(intact: AcState, outage: Contingency) -> AcState:
    return replace(
        intact,
        branches_out=tuple(outage.branches),
        generators_out=tuple(outage.generators),
        dc_lines_out=tuple(outage.dc_lines),
        buses_out=tuple(outage.buses),
    )


def _solve_from_intact(grid: AcGrid, states: Sequence[AcState]) -> AcFlows:
    """Solve the intact state, then all of them from there."""
    start = grid.solve(states[:1]).start(0)
    return grid.solve(states, [start] * len(states))
