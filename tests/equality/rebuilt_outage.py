"""Any set of lost elements by rebuilding the grid without them: nothing is derived from the intact grid's factors."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from gridplan.network.contingency import Contingency
from gridplan.network.model import Branches, Network
from gridplan.network.outage_table import OutageTable
from tests.oracles.btheta import FloatArray, State, flows_mw, injections_mw, island_of_bus


def without_branches(network: Network, lost: tuple[int, ...]) -> Network:
    """Network whose branch table has fewer rows."""
    kept = np.setdiff1d(np.arange(len(network.branch)), lost)
    columns = {}
    for column in fields(Branches):
        value = getattr(network.branch, column.name)
        columns[column.name] = value[kept] if isinstance(value, np.ndarray) else tuple(value[k] for k in kept)
    return replace(network, branch=Branches(**columns))


def live_buses(network: Network, lost: Contingency) -> np.ndarray:
    """Buses of the part with most load that holds no lost bus, dims (bus,)."""
    label = island_of_bus(without_branches(network, lost.branches))
    load_mw = np.bincount(label, weights=network.bus.p_load_mw)
    load_mw[label[list(lost.buses)]] = -np.inf
    return label == np.lexsort((np.bincount(label), load_mw))[-1]


def flows_after(network: Network, state: State, lost: Contingency) -> FloatArray:
    """Branch flows after everything in ``lost`` is gone [MW]; NaN on lost branches and where it is dark.

    The part with most load among those without a lost bus stays alive; what its lost units delivered and what the
    dark parts gave or took is made up by its other dispatchable units in proportion to their greatest output.
    """
    rest = without_branches(network, lost.branches)
    live = live_buses(network, lost)
    injection_mw = injections_mw(network, _without_elements(state, lost)) * live
    weight = np.where(network.generator.is_dispatchable, network.generator.p_max_mw, 0.0) * live[network.generator.bus]
    weight[list(lost.generators)] = 0.0
    pickup = np.bincount(network.generator.bus, weights=weight / weight.sum(), minlength=len(network.bus))
    flow = flows_mw(rest, injection_mw - pickup * injection_mw.sum())
    after = np.full(len(network.branch), np.nan)
    after[np.setdiff1d(np.arange(len(network.branch)), lost.branches)] = flow
    dark = ~(live[network.branch.from_bus] & live[network.branch.to_bus])
    return np.where(dark, np.nan, after)


def _without_elements(state: State, lost: Contingency) -> State:
    def zeroed(values: FloatArray, at: tuple[int, ...]) -> FloatArray:
        left = np.array(values, dtype=float)
        left[list(at)] = 0.0
        return left

    return replace(
        state,
        p_generator_mw=zeroed(state.p_generator_mw, lost.generators),
        p_dc_line_mw=zeroed(state.p_dc_line_mw, lost.dc_lines),
        campus_mw=zeroed(state.campus_mw, lost.campuses),
    )


def state_vector(network: Network, state: State) -> FloatArray:
    """State in the order of an outage table: intact flows, units, dc lines, campuses."""
    flow = flows_mw(network, injections_mw(network, state))
    return np.concatenate([flow, state.p_generator_mw, state.p_dc_line_mw, state.campus_mw])


def table_flows(table: OutageTable, vector: FloatArray, contingency: int) -> FloatArray:
    """Flows after a contingency from its linear effect [MW]; NaN where the branch is not monitored."""
    every, sources = range(table.layout.n_branch), table.sources(contingency)
    flow = vector[: table.layout.n_branch] + table.effect(every, sources) @ vector[table.source[sources]]
    return np.where(table.is_monitored(every)[:, contingency], flow, np.nan)


def random_state(network: Network, seed: int, campus_bus: tuple[int, ...] = ()) -> State:
    """Balanced state: random outputs, dc flows and campuses; the load is what balances it."""
    rng = np.random.default_rng(seed)
    n_bus, dc = len(network.bus), network.dc_line
    p_generator = rng.uniform(0.1, 1.0, len(network.generator)) * np.maximum(network.generator.p_max_mw, 1.0)
    p_dc_line = rng.uniform(-1.0, 1.0, len(dc)) * dc.p_max_mw
    campus_mw = rng.uniform(50.0, 300.0, len(campus_bus))
    delivered = p_generator.sum() - campus_mw.sum() - (dc.loss_frac * p_dc_line).sum()
    share = rng.uniform(0.0, 1.0, n_bus)
    return State(
        p_generator_mw=p_generator,
        p_dc_line_mw=p_dc_line,
        withdrawal_mw=share / share.sum() * delivered,
        campus_bus=np.array(campus_bus, dtype=np.int64),
        campus_mw=campus_mw,
    )
