"""DC network by B-theta: every outage rebuilds the bus matrix and factorises it again.

In: Network. Out: flows in MW. ``flows_after_outage`` puts a dispatch through an outage number by number;
``outage_effect`` finds the same as coefficients by solving for unit injections, for use in linear programs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from gridplan.network.model import Network

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Convention = Literal["matpower", "powermodels"]
Kind = Literal["branch", "unit", "dc_line", "campus"]

BALANCE_TOLERANCE_MW = 1e-5
RANK_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Outage:
    """One element lost: its table and its position there (a campus: its position in the caller's list)."""

    kind: Kind
    position: int


@dataclass(frozen=True, kw_only=True)
class State:
    """Dispatch of one hour.

    Parameters
    ----------
    p_generator_mw : float, dims (generator,) [MW]
        Output of each unit.
    p_dc_line_mw : float, dims (dc_line,) [MW]
        Flow from -> to at the from end.
    withdrawal_mw : float, dims (bus,) [MW]
        Everything else taken at a bus, campuses excluded: load - unserved + spill + grid storage.
    campus_bus : int, dims (campus,)
        Bus position of each campus.
    campus_mw : float, dims (campus,) [MW]
        Withdrawal of each campus.
    """

    p_generator_mw: FloatArray
    p_dc_line_mw: FloatArray
    withdrawal_mw: FloatArray
    campus_bus: IntArray
    campus_mw: FloatArray


def listed_outages(
    network: Network, n_campus: int = 0, kinds: tuple[Kind, ...] = ("branch", "unit", "dc_line", "campus")
) -> list[Outage]:
    """Single outages: every branch, every unit with ``p_max_mw`` > 0, every dc line, every campus."""
    position = {
        "branch": range(len(network.branch)),
        "unit": np.flatnonzero(network.generator.p_max_mw > 0).tolist(),
        "dc_line": range(len(network.dc_line)),
        "campus": range(n_campus),
    }
    return [Outage(kind=kind, position=int(i)) for kind in kinds for i in position[kind]]


def susceptance_mw_per_rad(network: Network, convention: Convention = "matpower") -> FloatArray:
    """Branch susceptance b = 1 / (x tap), or x / (r^2 + x^2) without taps, times base power."""
    branch = network.branch
    if convention == "matpower":
        return network.base_mva / (branch.x_pu * branch.tap_ratio)
    return network.base_mva * branch.x_pu / (branch.r_pu**2 + branch.x_pu**2)


def incidence(network: Network) -> sparse.csr_array:
    """+1 at the from bus, -1 at the to bus, dims (branch, bus)."""
    branch, n_branch = network.branch, len(network.branch)
    rows = np.tile(np.arange(n_branch), 2)
    columns = np.concatenate([branch.from_bus, branch.to_bus])
    values = np.repeat([1.0, -1.0], n_branch)
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=(n_branch, len(network.bus))))


def flows_mw(
    network: Network, injection_mw: FloatArray, lost_branch: int | None = None, convention: Convention = "matpower"
) -> FloatArray:
    """Branch flows of bus injections, (bus,) or (bus, case), each island in balance; the lost branch carries 0.

    f = b (theta_from - theta_to - shift), incidence^T f = injection; one angle per island is zero.
    """
    b_mw = susceptance_mw_per_rad(network, convention).copy()
    if lost_branch is not None:
        b_mw[lost_branch] = 0.0
    ends = incidence(network)
    injection = np.asarray(injection_mw, dtype=float)
    cases = injection if injection.ndim == 2 else injection[:, None]
    island = island_of_bus(network, lost_branch)
    for number in range(island.max() + 1):
        excess_mw = np.abs(cases[island == number].sum(axis=0)).max()
        if excess_mw > BALANCE_TOLERANCE_MW:
            msg = f"island {number} is out of balance by {excess_mw} MW"
            raise ValueError(msg)
    shift_mw = b_mw * network.branch.shift_rad
    right = cases + (ends.T @ shift_mw)[:, None]
    angle_rad = _angles(sparse.csc_array(ends.T @ sparse.diags_array(b_mw) @ ends), right, island)
    flow = b_mw[:, None] * (ends @ angle_rad) - shift_mw[:, None]
    return flow if injection.ndim == 2 else flow[:, 0]


def _angles(bus_matrix: sparse.csc_array, right: FloatArray, island: IntArray) -> FloatArray:
    reference = np.unique(island, return_index=True)[1]
    free = np.setdiff1d(np.arange(len(island)), reference)
    angle_rad = np.zeros_like(right)
    if free.size:
        angle_rad[free] = splu(sparse.csc_matrix(bus_matrix[free][:, free])).solve(np.ascontiguousarray(right[free]))
    return angle_rad


def island_of_bus(network: Network, lost_branch: int | None = None) -> IntArray:
    """Number of the island each bus stands in, ac branches only, the lost branch left out."""
    keep = np.arange(len(network.branch)) != (-1 if lost_branch is None else lost_branch)
    ends = (network.branch.from_bus[keep], network.branch.to_bus[keep])
    graph = sparse.coo_array((np.ones(keep.sum()), ends), shape=(len(network.bus),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def live_bus(network: Network, lost_branch: int) -> BoolArray:
    """Buses of the island that holds most of the static load after the branch is lost (more buses at a tie)."""
    island = island_of_bus(network, lost_branch)
    load_mw = np.bincount(island, weights=network.bus.p_load_mw)
    order = np.lexsort((np.bincount(island), load_mw))
    return np.asarray(island == order[-1])


def pickup_frac(network: Network, lost_unit: int | None = None, at_bus: BoolArray | None = None) -> FloatArray:
    """Share of each bus in picking up 1 MW: alpha_j = pmax_j / sum pmax over the dispatchable units that remain."""
    generator = network.generator
    weight = np.where(generator.is_dispatchable, generator.p_max_mw, 0.0)
    if lost_unit is not None:
        weight[lost_unit] = 0.0
    if at_bus is not None:
        weight = weight * at_bus[generator.bus]
    if not weight.sum() > 0:
        msg = "no dispatchable unit is left to pick up"
        raise ValueError(msg)
    return np.bincount(generator.bus, weights=weight / weight.sum(), minlength=len(network.bus))


def injections_mw(network: Network, state: State) -> FloatArray:
    """Bus injections of a dispatch: units and dc lines in, withdrawals and campuses out."""
    n_bus, dc = len(network.bus), network.dc_line
    total = np.bincount(network.generator.bus, weights=state.p_generator_mw, minlength=n_bus) - state.withdrawal_mw
    np.add.at(total, dc.from_bus, -state.p_dc_line_mw)
    np.add.at(total, dc.to_bus, (1 - dc.loss_frac) * state.p_dc_line_mw)
    np.add.at(total, np.asarray(state.campus_bus, dtype=np.int64), -np.asarray(state.campus_mw, dtype=float))
    return total


def flows_after_outage(
    network: Network, state: State, outage: Outage, convention: Convention = "matpower"
) -> FloatArray:
    """Branch flows after one outage [MW]; NaN on the lost branch and on every branch of a dead island."""
    injection, k = injections_mw(network, state), outage.position
    if outage.kind == "branch":
        return _flows_after_branch(network, injection, k, convention)
    if outage.kind == "unit":
        lost_mw = state.p_generator_mw[k]
        injection[network.generator.bus[k]] -= lost_mw
        injection += pickup_frac(network, lost_unit=k) * lost_mw
    elif outage.kind == "dc_line":
        dc, p_mw = network.dc_line, state.p_dc_line_mw[k]
        injection[dc.from_bus[k]] += p_mw
        injection[dc.to_bus[k]] -= (1 - dc.loss_frac[k]) * p_mw
        injection -= pickup_frac(network) * dc.loss_frac[k] * p_mw
    else:
        injection[state.campus_bus[k]] += state.campus_mw[k]
        injection -= pickup_frac(network) * state.campus_mw[k]
    return flows_mw(network, injection, convention=convention)


def _flows_after_branch(network: Network, injection: FloatArray, lost: int, convention: Convention) -> FloatArray:
    live = live_bus(network, lost)
    remaining = injection.copy()
    if not live.all():
        remaining[~live] = 0.0
        pickup = pickup_frac(network, at_bus=live)
        remaining += np.multiply.outer(pickup, injection[~live].sum(axis=0))
    flow = flows_mw(network, remaining, lost, convention)
    flow[~limited_branch(network, lost)] = np.nan
    return flow


def limited_branch(network: Network, lost: int) -> BoolArray:
    """Branches that carry a limit after a branch is lost: not itself, nothing of a dead island."""
    live = live_bus(network, lost)
    limited = live[network.branch.from_bus] & live[network.branch.to_bus]
    limited[lost] = False
    return np.asarray(limited)


def response(network: Network, change: FloatArray, convention: Convention = "matpower") -> FloatArray:
    """Flow change of a balanced change of injections, (bus,) or (bus, case), without the shift terms."""
    still = np.zeros(len(network.bus))
    flow = flows_mw(network, change, convention=convention)
    shift_flow = flows_mw(network, still, convention=convention)
    return flow - (shift_flow if flow.ndim == 1 else shift_flow[:, None])


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Flows after an outage as f_after = f + coefficient * driver + constant on the limited branches.

    The driver is the intact flow of the lost branch, the output of the lost unit, the flow of the lost dc
    line or the withdrawal of the lost campus.
    """

    limited: BoolArray
    coefficient: FloatArray
    constant_mw: FloatArray


class EffectBook:
    """Effects of the network asked for last, so that its hours do not factorise the same outage again."""

    def __init__(self) -> None:
        self._network: Network | None = None
        self._known: dict[tuple[object, ...], Effect] = {}

    def effect(
        self,
        network: Network,
        outage: Outage,
        campus_bus: IntArray,
        convention: Convention,
        find: Callable[[Network, Outage, IntArray, Convention], Effect] | None = None,
    ) -> Effect:
        """``outage_effect`` (or another finder) with a memory."""
        find = find or outage_effect
        if self._network is not network:
            self._network, self._known = network, {}
        bus = int(campus_bus[outage.position]) if outage.kind == "campus" else -1
        key = (outage, bus, convention, find)
        if key not in self._known:
            self._known[key] = find(network, outage, campus_bus, convention)
        return self._known[key]


def outage_effect(
    network: Network, outage: Outage, campus_bus: IntArray | None = None, convention: Convention = "matpower"
) -> Effect:
    """Coefficients of one outage from the rebuilt network, proved to reproduce it for every bus injection."""
    if outage.kind == "branch":
        return _branch_effect(network, outage.position, convention)
    n_branch = len(network.branch)
    return Effect(
        limited=np.ones(n_branch, dtype=bool),
        coefficient=response(network, injection_change(network, outage, campus_bus), convention),
        constant_mw=np.zeros(n_branch),
    )


def transfer_effect(
    network: Network, outage: Outage, campus_bus: IntArray | None = None, convention: Convention = "matpower"
) -> Effect:
    """The same as ``outage_effect`` by one solve of the rebuilt network: what the branch carried enters at its ends.

    Where an island goes dark, its branch delivered what the island had to spare; the pickup delivers it instead.
    """
    if outage.kind != "branch":
        return outage_effect(network, outage, campus_bus, convention)
    lost, n_branch = outage.position, len(network.branch)
    ends, live = (network.branch.from_bus[lost], network.branch.to_bus[lost]), live_bus(network, lost)
    change = np.zeros(len(network.bus))
    change[ends[0]], change[ends[1]] = live[ends[0]], -1.0 * live[ends[1]]
    if not live.all():
        change -= change.sum() * pickup_frac(network, at_bus=live)
    limited = limited_branch(network, lost)
    coefficient = np.where(limited, response_after_branch(network, change, lost, convention), 0.0)
    return Effect(limited=limited, coefficient=coefficient, constant_mw=np.zeros(n_branch))


def response_after_branch(
    network: Network, change: FloatArray, lost: int, convention: Convention = "matpower"
) -> FloatArray:
    """Flow change of a balanced change of injections, dims (bus,), with one branch gone."""
    pair = np.stack([change, np.zeros(len(network.bus))], axis=1)
    flow = flows_mw(network, pair, lost, convention)
    return np.asarray(flow[:, 0] - flow[:, 1])


def injection_change(network: Network, outage: Outage, campus_bus: IntArray | None = None) -> FloatArray:
    """Change of bus injections per MW of a lost unit, dc line or campus, pickup included; sums to zero."""
    change, k = np.zeros(len(network.bus)), outage.position
    if outage.kind == "unit":
        change[network.generator.bus[k]] = -1.0
        return change + pickup_frac(network, lost_unit=k)
    if outage.kind == "dc_line":
        dc = network.dc_line
        change[dc.from_bus[k]] += 1.0
        change[dc.to_bus[k]] -= 1 - dc.loss_frac[k]
        return change - pickup_frac(network) * dc.loss_frac[k]
    if outage.kind != "campus" or campus_bus is None:
        msg = "a branch has no injection of its own; the outage of a campus needs campus_bus"
        raise ValueError(msg)
    change[campus_bus[k]] = 1.0
    return change - pickup_frac(network)


def branch_outage_map(
    network: Network, lost: int, convention: Convention = "matpower"
) -> tuple[FloatArray, FloatArray]:
    """Flows after a branch outage as matrix @ injection + constant, dims (branch, bus) and (branch,).

    Column by column: 1 MW at each bus, withdrawn at the first live bus, solved in the rebuilt network after
    the rule for dead islands. Only balanced injections may be put in.
    """
    constant = _flows_after_branch(network, np.zeros(len(network.bus)), lost, convention)
    reference = int(np.flatnonzero(live_bus(network, lost))[0])
    after = _flows_after_branch(network, _unit_injections(network, reference), lost, convention)
    return after - constant[:, None], constant


def _unit_injections(network: Network, reference: int) -> FloatArray:
    units = np.eye(len(network.bus))
    units[reference] -= 1.0
    return units


def _branch_effect(network: Network, lost: int, convention: Convention) -> Effect:
    after, after_constant = branch_outage_map(network, lost, convention)
    limited = limited_branch(network, lost)
    reference = int(np.flatnonzero(live_bus(network, lost))[0])
    intact = response(network, _unit_injections(network, reference), convention)
    intact_constant = flows_mw(network, np.zeros(len(network.bus)), convention=convention)
    difference = np.where(limited[:, None], after - intact, 0.0)
    driver = intact[lost]
    coefficient = difference @ driver / (driver @ driver)
    if np.abs(difference - np.outer(coefficient, driver)).max() > RANK_TOLERANCE:
        msg = f"the outage of branch {network.branch.id[lost]} is not a multiple of its flow"
        raise ArithmeticError(msg)
    constant = np.where(limited, after_constant - intact_constant - coefficient * intact_constant[lost], 0.0)
    return Effect(limited=limited, coefficient=coefficient, constant_mw=constant)
