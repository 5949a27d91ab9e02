"""Second opinion: the same AC state solved by pandapower from its own element tables.

A Network and a state go out as a pandapower net whose transformers stay transformers; the largest
voltage difference to our own solution comes back. Used on an intact hour, not in bulk.

Ratings go out in MVA beside kA. ``loading_percent`` of a transformer is the MVA at its ends over its
rating, its charging left out, which stands at its buses; that of a line is pandapower's ratio of currents:
MVA over rating and voltage in per unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.verify.ac_flow import AcFlows, AcGrid
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_state import AcState, BusProblem, bus_problem, unit_roles

FREQUENCY_HZ = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """How far pandapower is from our own solution of one state.

    Parameters
    ----------
    max_dvm_pu, max_dva_rad : float [pu, rad]
        Largest difference of any bus, angles relative to the same bus; NaN if one of them found no solution.
    n_at_limit : int
        Buses at a reactive limit in our solution; pandapower finds its own.
    is_agreed : bool
        Both found a solution and the voltages agree within 1e-6 pu.
    """

    max_dvm_pu: float
    max_dva_rad: float
    n_at_limit: int
    is_agreed: bool


def second_opinion(network: Network, state: AcState, options: AcOptions | None = None) -> SecondOpinion:
    """Solve one state with pandapower's own Newton and Q limits and compare voltages.

    Our MW with their shares of the pickup are handed over, so pandapower's single slack has next to
    nothing to do and its enforcement of reactive limits decides by itself which buses leave their setpoint.
    """
    grid = AcGrid(network, options)
    flows = grid.solve([state])
    nothing = SecondOpinion(max_dvm_pu=np.nan, max_dva_rad=np.nan, n_at_limit=0, is_agreed=False)
    if not flows.is_converged[0]:
        return nothing
    net = to_pandapower(network, state, flows, options)
    if not run_pandapower(net, enforce_q_limits=grid.options.enforce_q_limits):
        return nothing
    energised = np.flatnonzero(flows.is_energised[0])
    vm_pu, va_rad = pandapower_voltages(net)
    dvm = np.abs(vm_pu - flows.vm_pu[0])[energised].max()
    dva = (va_rad - flows.va_rad[0])[energised]
    return SecondOpinion(
        max_dvm_pu=float(dvm),
        max_dva_rad=float(np.abs(dva - dva[0]).max()),
        n_at_limit=int((flows.at_limit[0] != 0).sum()),
        is_agreed=bool(dvm <= 1e-6),
    )


def to_pandapower(
    network: Network, state: AcState, flows: AcFlows | None = None, options: AcOptions | None = None
) -> Any:
    """Pandapower net of a state; index of every table = position in ours, islands left out of service.

    Parameters
    ----------
    network : Network
        The grid.
    state : AcState
        Hour and outage.
    flows : AcFlows, optional
        One-row solution of the state: its MW with pickup are handed over and the slack stands where
        voltage is held. Without it the dispatched MW and the shares of the pickup as slack weights.
    options : AcOptions, optional
        Which units hold voltage.
    """
    import pandapower as pp

    grid = AcGrid(network, options)
    branch = network.branch
    energised = grid.island(state.branches_out, state.buses_out).energised
    roles = unit_roles(network, state, energised, grid.options.support)
    problem = bus_problem(network, state, roles, energised)
    net = pp.create_empty_network(sn_mva=network.base_mva, f_hz=FREQUENCY_HZ)
    pp.create_buses(net, len(network.bus), vn_kv=network.bus.base_kv, in_service=energised)
    in_service = energised[branch.from_bus] & energised[branch.to_bus]
    in_service[list(state.branches_out)] = False
    is_line = ~branch.is_transformer & (network.bus.base_kv[branch.from_bus] == network.bus.base_kv[branch.to_bus])
    is_line &= (branch.tap_ratio == 1.0) & (branch.shift_rad == 0.0)
    _add_lines(pp, net, network, np.flatnonzero(is_line & in_service))
    _add_transformers(pp, net, network, np.flatnonzero(~is_line & in_service))
    _add_shunts(pp, net, network, np.flatnonzero(~is_line & in_service), energised)
    _add_injections(pp, net, network, problem, flows)
    return net


def run_pandapower(net: Any, *, enforce_q_limits: bool, distributed_slack: bool = False) -> bool:
    """Solve in place with pandapower's Newton (not lightsim2grid); False if it does not converge."""
    import pandapower as pp

    try:
        pp.runpp(
            net,
            calculate_voltage_angles=True,
            init="dc",
            trafo_model="pi",
            trafo_loading="power",
            tolerance_mva=1e-8,
            max_iteration=30,
            enforce_q_lims=enforce_q_limits,
            distributed_slack=distributed_slack,
            lightsim2grid=False,
            numba=False,
        )
    except pp.LoadflowNotConverged:
        return False
    return bool(net.converged)


def pandapower_voltages(net: Any) -> tuple[FloatArray, FloatArray]:
    """Voltage magnitudes and angles of a solved net, dims (bus) [pu, rad]."""
    return net.res_bus.vm_pu.to_numpy(), np.deg2rad(net.res_bus.va_degree.to_numpy())


def _add_lines(pp: Any, net: Any, network: Network, lines: IntArray) -> None:
    """Add lines; their kA are the normal rating at the nominal voltage, infinite where unlimited."""
    branch = network.branch
    rating_mva = branch.rating_normal_mva[lines]
    base_ohm = network.bus.base_kv[branch.from_bus[lines]] ** 2 / network.base_mva
    pp.create_lines_from_parameters(
        net,
        branch.from_bus[lines],
        branch.to_bus[lines],
        length_km=1.0,
        r_ohm_per_km=branch.r_pu[lines] * base_ohm,
        x_ohm_per_km=branch.x_pu[lines] * base_ohm,
        c_nf_per_km=branch.b_pu[lines] / base_ohm / (2 * np.pi * FREQUENCY_HZ) * 1e9,
        max_i_ka=rating_mva / (np.sqrt(3) * network.bus.base_kv[branch.from_bus[lines]]),
        max_loading_percent=100.0,
        index=lines,
    )
    _add_ratings(net.line, network, lines)


def _add_transformers(pp: Any, net: Any, network: Network, transformers: IntArray) -> None:
    """Add transformers with the higher nominal voltage at pandapower's hv side.

    A tap at the low side moves to the high side as 1/tap with r, x multiplied by tap^2 and the shift
    reversed; the ratio is written into the rated voltage, so no tap changer is involved. Rated power is the
    normal rating, or the base power where that is unlimited; per cent values stand on it.
    """
    branch, kv = network.branch, network.bus.base_kv
    f, t = branch.from_bus[transformers], branch.to_bus[transformers]
    tap, shift = branch.tap_ratio[transformers], np.degrees(branch.shift_rad[transformers])
    swap = kv[f] < kv[t]
    scale = np.where(swap, tap**2, 1.0)
    rating_mva = branch.rating_normal_mva[transformers]
    is_rated = np.isfinite(rating_mva) & (rating_mva > 0)
    sn_mva = np.where(is_rated, rating_mva, network.base_mva)
    scale = scale * sn_mva / network.base_mva
    r, x = branch.r_pu[transformers] * scale, branch.x_pu[transformers] * scale
    pp.create_transformers_from_parameters(
        net,
        hv_buses=np.where(swap, t, f),
        lv_buses=np.where(swap, f, t),
        sn_mva=sn_mva,
        vn_hv_kv=np.where(swap, kv[t] / tap, kv[f] * tap),
        vn_lv_kv=np.where(swap, kv[f], kv[t]),
        vkr_percent=100.0 * r,
        vk_percent=100.0 * np.hypot(r, x) * np.sign(x),
        pfe_kw=0.0,
        i0_percent=0.0,
        shift_degree=np.where(swap, -shift, shift),
        max_loading_percent=np.where(is_rated, 100.0, np.inf),
        index=transformers,
    )
    _add_ratings(net.trafo, network, transformers)


def _add_ratings(table: Any, network: Network, branches: IntArray) -> None:
    """Columns of MVA beside pandapower's own, of which it has one only."""
    table["rating_normal_mva"] = network.branch.rating_normal_mva[branches]
    table["rating_emergency_mva"] = network.branch.rating_emergency_mva[branches]


def _add_shunts(pp: Any, net: Any, network: Network, transformers: IntArray, energised: Any) -> None:
    """Bus shunts, and the charging of transformers, which a pandapower transformer cannot carry with its sign."""
    branch = network.branch
    bs_mvar = network.bus.bs_mvar.copy()
    half = 0.5 * branch.b_pu[transformers] * network.base_mva
    np.add.at(bs_mvar, branch.from_bus[transformers], half / branch.tap_ratio[transformers] ** 2)
    np.add.at(bs_mvar, branch.to_bus[transformers], half)
    buses = np.flatnonzero(energised & ((bs_mvar != 0) | (network.bus.gs_mw != 0)))
    pp.create_shunts(net, buses, q_mvar=-bs_mvar[buses], p_mw=network.bus.gs_mw[buses])


def _add_injections(pp: Any, net: Any, network: Network, problem: BusProblem, flows: AcFlows | None) -> None:
    """Add fixed injections as one load per bus, and one generator per bus that holds voltage."""
    base = network.base_mva
    s_fixed = problem.s_fixed * base
    pickup = np.zeros(len(network.bus)) if flows is None else problem.weight * flows.slack_mw[0]
    at_limit = np.zeros(len(network.bus), dtype=np.int64) if flows is None else flows.at_limit[0]
    holding = np.flatnonzero(problem.is_holding)
    others = np.flatnonzero((s_fixed != 0) | (pickup != 0))
    p_load = -(s_fixed.real + pickup)
    p_load[holding] = 0.0
    pp.create_loads(net, others, p_mw=p_load[others], q_mvar=-s_fixed.imag[others])
    reference = int(np.argmax(np.where(problem.is_holding & (at_limit == 0), problem.weight, -1.0)))
    pp.create_gens(
        net,
        holding,
        p_mw=(s_fixed.real + pickup)[holding],
        vm_pu=problem.vm_set[holding],
        min_q_mvar=problem.q_min[holding] * base,
        max_q_mvar=problem.q_max[holding] * base,
        slack=holding == reference if flows is not None else problem.weight[holding] > 0,
        slack_weight=problem.weight[holding],
    )
