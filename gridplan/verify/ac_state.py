"""What an AC power flow is asked: the injections of one hour, what is out, who holds voltage.

Injections come in as the dispatch left them (MW per unit, load per bus); AC adds reactive power,
voltage setpoints and the pickup of losses. Nothing is solved here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridplan.network.contingency import pickup_share
from gridplan.network.model import BoolArray, FloatArray, Network

VoltageSupport = Literal["available", "dispatched"]

ON_THRESHOLD_MW = 1e-3
UNLIMITED_MVAR = 1e6

ASSUMPTIONS = {
    "available": "Every unit with available capacity in the hour and a reactive range is synchronised and holds "
    "voltage, also at zero output: the reactive side of relaxed commitment, in which every available unit answers "
    "an outage. Units needed at zero output are listed. Synchronous condensers hold voltage.",
    "dispatched": f"Only units that produce more than {ON_THRESHOLD_MW:g} MW and synchronous condensers hold voltage.",
    "limits": "Units hold their voltage setpoint within their reactive limits; a unit at a limit gives the limit. "
    "A unit without reactive range (wind and solar where the data say so) runs at unity power factor.",
    "slack": "Losses and lost generation are picked up by the dispatchable units in proportion to p_max, as in the "
    "DC screen, also beyond p_max.",
    "losses": "The load contains losses: native load is reduced so that load and intact AC losses match the dispatch.",
    "losses twice": "AC losses come on top of the dispatched load; if that load contains losses they count twice, on "
    "the safe side.",
    "schedule": "Voltage setpoints are chosen per hour for the intact network, the same with and without campuses and "
    "before and after an outage; taps and shunts stay as in the network data.",
    "setpoints": "Voltage setpoints, taps and shunts stay as in the network data, before and after an outage.",
    "islands": "What is cut off from the island that holds most of the load is de-energised, its injections are lost.",
    "dc lines": "A dc line moves its MW at unity power factor at both ends.",
    "loads": "Load and campus draw constant power.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AcInjections:
    """Injections of one hour as the dispatch left them.

    Parameters
    ----------
    p_generator_mw : array, dims (generator) [MW]
        Output before losses and before any outage.
    p_dc_line_mw : array, dims (dc_line) [MW]
        Withdrawn at the from end, + from -> to.
    p_load_mw, q_load_mvar : array, dims (bus) [MW, Mvar]
        Native load served, withdrawals positive; grid storage and spilled output are netted in.
    p_available_mw : array, dims (generator) [MW], optional
        Available capacity of the hour; default the units' ``p_max_mw``.
    """

    p_generator_mw: FloatArray
    p_dc_line_mw: FloatArray
    p_load_mw: FloatArray
    q_load_mvar: FloatArray
    p_available_mw: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcState:
    """One power flow to solve: injections, campuses, and the elements that are out.

    Parameters
    ----------
    injections : AcInjections
        Hour as dispatched, with every element in service.
    p_campus_mw, q_campus_mvar : array, dims (bus) [MW, Mvar]
        Campus withdrawals by bus, positive.
    branches_out, generators_out, dc_lines_out, buses_out : tuple of int
        Positions of the elements that are out; all branches at a lost bus are among them.
    support_vm_pu : tuple of (bus position, voltage) [pu]
        Buses held at a voltage by an unlimited reactive source; used to size a shunt.
    vm_setpoint_pu : array, dims (bus) [pu], optional
        Voltage schedule of the hour; default the setpoints of the units.
    """

    injections: AcInjections
    p_campus_mw: FloatArray
    q_campus_mvar: FloatArray
    branches_out: tuple[int, ...] = ()
    generators_out: tuple[int, ...] = ()
    dc_lines_out: tuple[int, ...] = ()
    buses_out: tuple[int, ...] = ()
    support_vm_pu: tuple[tuple[int, float], ...] = ()
    vm_setpoint_pu: FloatArray | None = None


def load_q_mvar(network: Network, p_load_mw: FloatArray) -> FloatArray:
    """Reactive load that keeps each bus at the power factor of its snapshot load.

    ``q = p q_load / p_load``; a bus without snapshot load keeps its snapshot Mvar.

    Parameters
    ----------
    network : Network
        Holds the snapshot load of every bus.
    p_load_mw : array, dims (..., bus) [MW]
        Load of the hour or hours.

    Returns
    -------
    array, dims (..., bus) [Mvar]
    """
    bus = network.bus
    has_load = bus.p_load_mw != 0
    ratio = np.divide(bus.q_load_mvar, bus.p_load_mw, out=np.zeros(len(bus)), where=has_load)
    return np.where(has_load, p_load_mw * ratio, bus.q_load_mvar)


def served_injections(
    network: Network,
    *,
    p_generator_mw: FloatArray,
    p_dc_line_mw: FloatArray,
    load_mw: FloatArray,
    p_unserved_mw: FloatArray | None = None,
    p_spill_mw: FloatArray | None = None,
    p_store_mw: FloatArray | None = None,
    p_available_mw: FloatArray | None = None,
) -> AcInjections:
    """Injections of one dispatched hour; Mvar follow the load that is served.

    Parameters
    ----------
    network : Network
        Holds the power factor of every bus.
    p_generator_mw, p_dc_line_mw : array, dims (generator), (dc_line) [MW]
        Dispatch.
    load_mw, p_unserved_mw, p_spill_mw : array, dims (bus) [MW]
        Native load, the part not served, and output thrown away.
    p_store_mw : array, dims (bus) [MW]
        Net charging of grid storage.
    p_available_mw : array, dims (generator) [MW]
        Available capacity of the hour.
    """
    nothing = np.zeros(len(network.bus))
    served_mw = load_mw - (nothing if p_unserved_mw is None else p_unserved_mw)
    spill_mw = nothing if p_spill_mw is None else p_spill_mw
    store_mw = nothing if p_store_mw is None else p_store_mw
    return AcInjections(
        p_generator_mw=p_generator_mw,
        p_dc_line_mw=p_dc_line_mw,
        p_load_mw=served_mw + spill_mw + store_mw,
        q_load_mvar=load_q_mvar(network, served_mw),
        p_available_mw=p_available_mw,
    )


def campus_q_mvar(p_mw: FloatArray, power_factor: float) -> FloatArray:
    """Mvar drawn by a lagging campus: ``q = p tan(acos(power_factor))``, dims of ``p_mw`` [Mvar]."""
    return np.asarray(p_mw * np.tan(np.arccos(power_factor)))


def holds_voltage(network: Network, injections: AcInjections, support: VoltageSupport) -> BoolArray:
    """Units that hold voltage in an hour, dims (generator) [bool]; the rules stand in ``ASSUMPTIONS``."""
    unit = network.generator
    available_mw = unit.p_max_mw if injections.p_available_mw is None else injections.p_available_mw
    answering_mw = available_mw if support == "available" else injections.p_generator_mw
    is_condenser = unit.p_max_mw <= 0
    return np.asarray((unit.q_max_mvar > unit.q_min_mvar) & (is_condenser | (answering_mw > ON_THRESHOLD_MW)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BusProblem:
    """A state at the buses [pu], dims (bus): what the power flow equations need.

    ``weight`` sums to 1 over the energised buses, or is 0 everywhere if no dispatchable unit is left.
    """

    s_fixed: np.ndarray[tuple[int], np.dtype[np.complex128]]
    is_holding: BoolArray
    vm_set: FloatArray
    q_min: FloatArray
    q_max: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRoles:
    """What every unit does in a state, dims (generator): in service, holding voltage, share of the pickup."""

    is_live: BoolArray
    is_holding: BoolArray
    share: FloatArray


def unit_roles(network: Network, state: AcState, energised: BoolArray, support: VoltageSupport) -> UnitRoles:
    """Roles of the units after the outage of a state; ``energised`` has dims (bus)."""
    is_live = energised[network.generator.bus]
    is_live[list(state.generators_out)] = False
    holding = is_live & holds_voltage(network, state.injections, support)
    share = pickup_share(network, without=state.generators_out, inside=energised)
    return UnitRoles(is_live=is_live, is_holding=holding, share=share)


def bus_problem(network: Network, state: AcState, roles: UnitRoles, energised: BoolArray) -> BusProblem:
    """Injections, setpoints and limits of a state summed at the buses."""
    unit, n_bus, base = network.generator, len(network.bus), network.base_mva
    q_min, q_max = np.zeros(n_bus), np.zeros(n_bus)
    holding = np.flatnonzero(roles.is_holding)
    np.add.at(q_min, unit.bus[holding], np.maximum(unit.q_min_mvar[holding], -UNLIMITED_MVAR) / base)
    np.add.at(q_max, unit.bus[holding], np.minimum(unit.q_max_mvar[holding], UNLIMITED_MVAR) / base)
    vm_set = setpoints_pu(network, roles.is_holding) if state.vm_setpoint_pu is None else state.vm_setpoint_pu.copy()
    is_holding = np.zeros(n_bus, dtype=bool)
    is_holding[unit.bus[holding]] = True
    for bus, vm_pu in state.support_vm_pu:
        is_holding[bus], vm_set[bus] = True, vm_pu
        q_min[bus], q_max[bus] = -UNLIMITED_MVAR / base, UNLIMITED_MVAR / base
    weight = np.zeros(n_bus)
    np.add.at(weight, unit.bus, roles.share)
    return BusProblem(
        s_fixed=_fixed_injection(network, state, roles, energised) / base,
        is_holding=is_holding & energised,
        vm_set=vm_set,
        q_min=q_min,
        q_max=q_max,
        weight=weight,
    )


def setpoints_pu(network: Network, is_holding: BoolArray) -> FloatArray:
    """Voltage setpoint at every bus, dims (bus) [pu]: that of its first holding unit, else the snapshot voltage."""
    holding = np.flatnonzero(is_holding)[::-1]
    vm_pu = network.bus.vm_pu.copy()
    vm_pu[network.generator.bus[holding]] = network.generator.vm_setpoint_pu[holding]
    return vm_pu


def _fixed_injection(
    network: Network, state: AcState, roles: UnitRoles, energised: BoolArray
) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    """Injections that do not depend on voltage [MVA], dims (bus): all MW, and the Mvar of units without range."""
    unit, line, given = network.generator, network.dc_line, state.injections
    s = -(given.p_load_mw + state.p_campus_mw) - 1j * (given.q_load_mvar + state.q_campus_mvar)
    live = np.flatnonzero(roles.is_live)
    np.add.at(s, unit.bus[live], given.p_generator_mw[live])
    fixed_q = np.flatnonzero(roles.is_live & (unit.q_min_mvar == unit.q_max_mvar))
    fixed_q = fixed_q[given.p_generator_mw[fixed_q] > ON_THRESHOLD_MW]
    np.add.at(s, unit.bus[fixed_q], 1j * unit.q_min_mvar[fixed_q])
    feeding = energised[line.from_bus] & energised[line.to_bus]
    feeding[list(state.dc_lines_out)] = False
    for i in np.flatnonzero(feeding):
        s[line.from_bus[i]] -= given.p_dc_line_mw[i]
        s[line.to_bus[i]] += given.p_dc_line_mw[i] * (1.0 - line.loss_frac[i])
    return np.asarray(np.where(energised, s, 0.0))
