"""The grid of some hours as rows of a linear program: units, B-theta, ratings and every listed outage.

In: Network, GridSeries, withdrawals as columns. Out: the numbers of the columns and rows that were added.
No row is left out and none is added later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy import sparse

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import (
    Convention,
    Effect,
    EffectBook,
    FloatArray,
    IntArray,
    Outage,
    incidence,
    injection_change,
    island_of_bus,
    limited_branch,
    live_bus,
    outage_effect,
    pickup_frac,
    susceptance_mw_per_rad,
    transfer_effect,
)
from tests.oracles.lp import INF, LinearProgram

OutageForm = Literal["rows", "transfers", "angles"]
EFFECTS = EffectBook()


@dataclass(frozen=True, kw_only=True)
class GridRules:
    """Prices, ratings and outages of the hours.

    Parameters
    ----------
    unserved_usd_per_mwh, overload_usd_per_mwh : float [USD/MWh]
        Prices of unserved native load and of each MW over each limited row.
    has_unserved, has_overload : bool
        Whether load may stay unserved, and whether rows carry a priced overload; without the latter the
        ratings are hard.
    rating_factor : float
        Factor on the MVA ratings, not applied to the two ratings given in MW.
    rating_normal_mw, rating_emergency_mw : float, dims (branch,) [MW], or None
        Replace the network's ratings.
    outages : list of Outage
        The security criterion; empty for N-0. Campus outages count in the order of the campuses given.
    outage_form : {"rows", "transfers", "angles"}
        One row per branch from the rebuilt network, all of its columns solved ("rows") or one ("transfers", for larger
        grids); or angles of its own for every outage.
    failovers : tuple of (lost campus, campus that takes over, MW by hour (time,))
        What the loss of a campus brings with it; only with ``outage_form`` "angles".
    """

    unserved_usd_per_mwh: float = 10_000.0
    overload_usd_per_mwh: float = 20_000.0
    has_unserved: bool = True
    has_overload: bool = True
    rating_factor: float = 0.95
    rating_normal_mw: FloatArray | None = None
    rating_emergency_mw: FloatArray | None = None
    convention: Convention = "matpower"
    outages: tuple[Outage, ...] = ()
    outage_form: OutageForm = "rows"
    failovers: tuple[tuple[int, int, FloatArray], ...] = ()

    def normal_mw(self, network: Network) -> FloatArray:
        """Limit of each branch with everything in service [MW]."""
        given = self.rating_normal_mw
        return network.branch.rating_normal_mva * self.rating_factor if given is None else np.asarray(given)

    def emergency_mw(self, network: Network) -> FloatArray:
        """Limit of each branch after an outage [MW]."""
        given = self.rating_emergency_mw
        return network.branch.rating_emergency_mva * self.rating_factor if given is None else np.asarray(given)


@dataclass(kw_only=True)
class GridColumns:
    """Numbers of the columns, dims (time, element), and of the balance rows, dims (time, bus).

    ``overload`` holds per outage (None = intact) the branches and their slack columns (time, branch, 2).
    """

    angle: IntArray
    flow: IntArray
    p_generator: IntArray
    p_dc_line: IntArray
    unserved: IntArray
    spill: IntArray
    campus: IntArray
    balance: IntArray
    overload: list[tuple[Outage | None, IntArray, IntArray]] = field(default_factory=list)

    def overload_mw(self, value: FloatArray) -> list[tuple[Outage | None, FloatArray]]:
        """Overload of every limited row as (outage, (time, limited branch)) [MW]."""
        return [(outage, value[columns].sum(axis=2)) for outage, _, columns in self.overload]


def block_capacity_mw(network: Network, p_max_mw: FloatArray) -> FloatArray:
    """What each cost block may hold, blocks filled from the first, dims (time, generator, block) [MW]."""
    width = network.generator.block_width_mw
    earlier = np.cumsum(width, axis=1) - width
    return np.maximum(0.0, np.minimum(width[None], p_max_mw[:, :, None] - earlier[None]))


def add_grid(
    lp: LinearProgram,
    network: Network,
    series: GridSeries,
    rules: GridRules,
    campus: tuple[IntArray, IntArray],
    withdrawals: tuple[tuple[IntArray, IntArray, float], ...] = (),
    *,
    has_cost: bool = True,
) -> GridColumns:
    """Add all hours of ``series``.

    Parameters
    ----------
    campus : (bus positions (campus,), columns (time, campus))
        Withdrawals that are outages of their own.
    withdrawals : tuples of (bus positions (n,), columns (time, n), sign)
        Further columns that withdraw (+1) or inject (-1) at a bus, such as grid storage.
    has_cost : bool
        Whether production has its cost (False for questions about capacity).
    """
    if island_of_bus(network).any():
        msg = "the network is not one island"
        raise ValueError(msg)
    columns = _add_columns(lp, network, series, rules, campus[1], has_cost=has_cost)
    columns.balance = _add_balance(lp, network, series, columns, ((*campus, 1.0), *withdrawals))
    _add_ohm(lp, network, rules, columns)
    normal = rules.normal_mw(network)
    _add_limits(lp, rules, columns, None, np.arange(len(normal)), normal, [(columns.flow, 1.0)])
    for outage in rules.outages:
        if rules.outage_form == "angles":
            _add_outage_angles(lp, network, rules, columns, outage, campus[0])
        else:
            _add_outage_rows(lp, network, rules, columns, outage, campus[0])
    return columns


def _add_columns(
    lp: LinearProgram, network: Network, series: GridSeries, rules: GridRules, campus: IntArray, *, has_cost: bool
) -> GridColumns:
    generator, dc, hours, n_bus = network.generator, network.dc_line, len(series), len(network.bus)
    fixed = generator.is_fixed[None, :]
    lower = np.where(fixed, series.p_max_mw, series.p_min_mw)
    p_generator = lp.add_columns(lower.shape, lower, series.p_max_mw)
    capacity = block_capacity_mw(network, series.p_max_mw)
    block = lp.add_columns(capacity.shape, 0.0, capacity, generator.block_cost_usd_per_mwh[None] if has_cost else 0.0)
    block_terms = [(block[:, :, k], -1.0) for k in range(block.shape[2])]
    lp.add_rows(0.0, 0.0, [(p_generator, 1.0), *block_terms])
    fixed_at_bus = sparse.csr_array(
        (np.ones(len(generator)), (np.arange(len(generator)), generator.bus)), shape=(len(generator), n_bus)
    )
    spill_max = np.where(fixed, series.p_max_mw, 0.0) @ fixed_at_bus
    free = np.full(n_bus, INF)
    free[0] = 0.0
    unserved_max = np.maximum(series.load_mw, 0.0) if rules.has_unserved else 0.0
    return GridColumns(
        angle=lp.add_columns((hours, n_bus), -free, free),
        flow=lp.add_columns((hours, len(network.branch)), -INF, INF),
        p_generator=p_generator,
        p_dc_line=lp.add_columns((hours, len(dc)), dc.p_min_mw, dc.p_max_mw),
        unserved=lp.add_columns((hours, n_bus), 0.0, unserved_max, rules.unserved_usd_per_mwh),
        spill=lp.add_columns((hours, n_bus), 0.0, spill_max),
        campus=campus,
        balance=np.zeros((hours, n_bus), dtype=np.int64),
    )


def _add_balance(
    lp: LinearProgram,
    network: Network,
    series: GridSeries,
    columns: GridColumns,
    withdrawals: tuple[tuple[IntArray, IntArray, float], ...],
) -> IntArray:
    hours, dc = len(series), network.dc_line
    leaving = -incidence(network).T
    matrices = [
        (_every_hour(hours, leaving), columns.flow),
        (_every_hour(hours, _at_bus(network, network.generator.bus, 1.0)), columns.p_generator),
        (_every_hour(hours, _at_bus(network, dc.from_bus, -1.0)), columns.p_dc_line),
        (_every_hour(hours, _at_bus(network, dc.to_bus, 1 - dc.loss_frac)), columns.p_dc_line),
    ]
    for bus, taken, sign in withdrawals:
        matrices.append((_every_hour(hours, _at_bus(network, bus, -sign)), taken))
    return lp.add_rows(series.load_mw, series.load_mw, [(columns.unserved, 1.0), (columns.spill, -1.0)], matrices)


def _every_hour(hours: int, matrix: sparse.sparray) -> sparse.sparray:
    return sparse.kron(sparse.eye_array(hours), matrix, format="coo")


def _at_bus(network: Network, bus: IntArray, value: float | FloatArray) -> sparse.sparray:
    bus = np.asarray(bus, dtype=np.int64)
    entries = (np.broadcast_to(value, bus.shape), (bus, np.arange(len(bus))))
    return sparse.coo_array(entries, shape=(len(network.bus), len(bus)))


def _add_ohm(lp: LinearProgram, network: Network, rules: GridRules, columns: GridColumns) -> None:
    """f = b (theta_from - theta_to - shift)."""
    branch, b_mw = network.branch, susceptance_mw_per_rad(network, rules.convention)
    right = -b_mw * branch.shift_rad
    terms = [(columns.flow, 1.0), (columns.angle[:, branch.from_bus], -b_mw), (columns.angle[:, branch.to_bus], b_mw)]
    lp.add_rows(right, right, terms)


def _add_limits(
    lp: LinearProgram,
    rules: GridRules,
    columns: GridColumns,
    outage: Outage | None,
    branches: IntArray,
    rating_mw: FloatArray,
    terms: list[tuple[IntArray, object]],
    constant_mw: FloatArray | float = 0.0,
) -> None:
    """-rating <= terms + constant - over + under <= rating, with both slacks priced in elastic mode."""
    if rules.has_overload:
        shape = (*np.shape(terms[0][0]), 2)
        slack = lp.add_columns(shape, 0.0, INF, rules.overload_usd_per_mwh)
        terms = [*terms, (slack[:, :, 0], -1.0), (slack[:, :, 1], 1.0)]
        columns.overload.append((outage, branches, slack))
    lp.add_rows(-rating_mw - constant_mw, rating_mw - constant_mw, terms)


def driver_columns(columns: GridColumns, outage: Outage) -> IntArray:
    """Columns (time,) whose value is what the outage takes away."""
    of_kind = {
        "branch": columns.flow,
        "unit": columns.p_generator,
        "dc_line": columns.p_dc_line,
        "campus": columns.campus,
    }
    return of_kind[outage.kind][:, outage.position]


def effect_of(network: Network, rules: GridRules, outage: Outage, campus_bus: IntArray) -> Effect:
    """Coefficients of an outage in the form that the rules ask for."""
    find = transfer_effect if rules.outage_form == "transfers" else outage_effect
    return EFFECTS.effect(network, outage, campus_bus, rules.convention, find)


def _add_outage_rows(
    lp: LinearProgram, network: Network, rules: GridRules, columns: GridColumns, outage: Outage, campus_bus: IntArray
) -> None:
    effect = effect_of(network, rules, outage, campus_bus)
    limited = np.flatnonzero(effect.limited)
    driver = np.broadcast_to(driver_columns(columns, outage)[:, None], (len(columns.flow), len(limited)))
    terms = [(columns.flow[:, limited], 1.0), (driver, effect.coefficient[limited])]
    rating = rules.emergency_mw(network)[limited]
    _add_limits(lp, rules, columns, outage, limited, rating, terms, effect.constant_mw[limited])


def _add_outage_angles(
    lp: LinearProgram, network: Network, rules: GridRules, columns: GridColumns, outage: Outage, campus_bus: IntArray
) -> None:
    """B_k theta_k = M_k injection + change driver + shift terms, where injection = incidence^T flow (intact)."""
    hours, n_bus, branch = len(columns.flow), len(network.bus), network.branch
    b_mw = susceptance_mw_per_rad(network, rules.convention).copy()
    live, limited = np.ones(n_bus, dtype=bool), np.ones(len(branch), dtype=bool)
    change = np.zeros(n_bus)
    if outage.kind == "branch":
        b_mw[outage.position] = 0.0
        live, limited = live_bus(network, outage.position), limited_branch(network, outage.position)
    else:
        change = injection_change(network, outage, campus_bus)
    carried = sparse.diags_array(live.astype(float))
    if not live.all():
        carried = carried + sparse.csr_array(np.outer(pickup_frac(network, at_bus=live), ~live))
    solved = np.flatnonzero(live)[1:]
    bound = np.zeros(n_bus)
    bound[solved] = INF
    angle = lp.add_columns((hours, n_bus), -bound, bound)
    ends = incidence(network)
    bus_matrix = sparse.csr_array(ends.T @ sparse.diags_array(b_mw) @ ends)[solved]
    intact = sparse.csr_array(carried @ ends.T)[solved]
    driver = np.broadcast_to(driver_columns(columns, outage)[:, None], (hours, len(solved)))
    right = np.tile(ends.T @ (b_mw * branch.shift_rad), (hours, 1))
    for lost, to, raised_mw in rules.failovers:
        if outage == Outage("campus", lost):
            right -= np.outer(raised_mw, injection_change(network, Outage("campus", to), campus_bus))
    right = right[:, solved]
    matrices = [(_every_hour(hours, bus_matrix), angle), (_every_hour(hours, -intact), columns.flow)]
    lp.add_rows(right, right, [(driver, -change[solved])], matrices)
    kept = np.flatnonzero(limited)
    terms = [(angle[:, branch.from_bus[kept]], b_mw[kept]), (angle[:, branch.to_bus[kept]], -b_mw[kept])]
    rating = rules.emergency_mw(network)[kept]
    _add_limits(lp, rules, columns, outage, kept, rating, terms, -(b_mw * branch.shift_rad)[kept])
