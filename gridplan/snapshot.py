"""The verb ``dispatch``: one snapshot of a grid at least cost, as its tables stand.

Comes in: a network. Goes out: the JSON shape of the command contract. Ratings are taken in full, angle limits of a
network file hold, all load is served, and every unit is free between ``p_min_mw`` and ``p_max_mw``. Curved costs are
solved as curves, not as the segments of a study.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gridplan.dispatch.columns import unit_start_mw
from gridplan.dispatch.curved_cost import solve_curved
from gridplan.dispatch.grid import Grid, Prices
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.price import bus_prices
from gridplan.dispatch.rows import RowKey, RowPool, middle_mw, row_name
from gridplan.dispatch.screen import limit_mw, pair_flow_mw
from gridplan.dispatch.year import SLACK_TOLERANCE_MW, YearDispatch, YearResult, generator_mw, state_mw, unserved_mw
from gridplan.errors import Finding, InfeasibleError
from gridplan.network.contingency import outage_label, single_outages
from gridplan.network.cost import CostCurve
from gridplan.network.model import FloatArray, Network
from gridplan.network.open_grid import OpenGrid, grid_path, open_grid
from gridplan.network.policy import Policy
from gridplan.network.sensitivity import series_susceptance_pu
from gridplan.series.model import GridSeries
from gridplan.series.snapshot_hour import snapshot_series
from gridplan.solution import INTACT, SCHEMA_VERSION

Security = Literal["n-0", "n-1"]
Convention = Literal["matpower", "powermodels"]

#: Prices of a snapshot that must serve everything: far above what redispatch around any limit can cost,
#: so that unserved load or overload is left only where nothing else is possible [USD/MWh].
HARD_PRICES = Prices(unserved_usd_per_mwh=1.0e6, overload_usd_per_mwh=2.0e6)
#: Distance of a flow from its limit below which the limit binds [MW].
BINDING_TOLERANCE_MW = 1.0e-4
#: Price of a limit from which on it stands for unserved load, not for dearer units [USD/MWh].
CAUSE_PRICE_USD_PER_MWH = 0.01 * HARD_PRICES.unserved_usd_per_mwh
SHOWN_CAUSES = 3
#: Angle from which on a limit is none [degree]: a hundred turns.
FAR_DEGREE = 36_000.0


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A grid and its one hour; ``network`` is that of ``grid`` with every unit free."""

    grid: OpenGrid
    network: Network
    series: GridSeries

    @property
    def curves(self) -> tuple[CostCurve | None, ...] | None:
        """Cost curve of every unit as its file states it; None for a dataset, which has blocks."""
        built = self.grid.built
        return None if built is None else tuple(built.case.generator.cost[g] for g in built.rows["generator"])


SNAPSHOT_BASIS = {
    "dc_rating_factor": 1.0,
    "load": "p_load_mw of the bus table",
    "generation": "static p_max_mw, renewables included",
    "storage": "idle",
}
"""What a bare network is taken for."""


def snapshot(target: Path | str, load_scale: float = 1.0, policy: Policy | None = None) -> Snapshot:
    """Grid of a dataset or file as one hour; every unit is free between its limits."""
    grid = open_grid(grid_path(str(target)), policy)
    unit = replace(grid.network.generator, is_fixed=np.zeros(len(grid.network.generator), dtype=bool))
    network = replace(grid.network, generator=unit)
    timezone = grid.info.timezone if grid.info else "UTC"
    series = snapshot_series(network, timezone=timezone, load_scale=load_scale)
    return Snapshot(grid=grid, network=network, series=series)


def dispatch_network(
    network: Path | str,
    *,
    security: Security = "n-0",
    convention: Convention = "matpower",
    load_scale: float = 1.0,
    policy: Policy | None = None,
) -> dict[str, Any]:
    """Least-cost dispatch of one snapshot: all load served, all limits kept, generator minima respected.

    Parameters
    ----------
    network : path
        Network file, dataset folder, or name of an embedded dataset.
    security : {"n-0", "n-1"}
        ``n-1``: every branch, unit and dc line outage, too.
    convention : {"matpower", "powermodels"}
        Susceptance of a branch in the DC model.
    load_scale : float
        Factor on ``p_load_mw``.
    policy : Policy, optional
        What may be assumed where a network file leaves a choice.

    Returns
    -------
    JSON-ready answer of ``gridplan dispatch``.

    Raises
    ------
    InputError
        If the network is unsound or unknown.
    InfeasibleError
        If load stays unserved or a limit is broken; MW and cause are named.
    """
    hour = snapshot(network, load_scale, policy)
    net = hour.network
    outages = single_outages(net) if security == "n-1" else ()
    grid = Grid(net, hour.series, _limits(hour, convention), HARD_PRICES, contingencies=outages, convention=convention)
    _check_minima(grid)
    curves = hour.curves
    if curves is None:
        dispatch = YearDispatch(grid)
        result = dispatch.evaluate(np.array([0]), np.zeros((1, 0)))
        cost = bound = float(result.cost_usd[0])
    else:
        solved = solve_curved(grid, curves)
        dispatch, result, cost, bound = solved.dispatch, solved.result, solved.cost_usd, solved.bound_usd
    _check_secure(dispatch, result)
    basis = {"security": security, "dc_convention": convention, "load_scale": load_scale, **SNAPSHOT_BASIS}
    answer = _answer(dispatch.pool, result, {"commitment": "p_min_mw respected, every unit on", **basis})
    findings = [finding.to_json() for finding in (*hour.grid.findings, *_unkept_angles(hour, convention))]
    gap = (cost - bound) / max(abs(cost), 1.0)
    return {**answer, "objective_usd_per_hour": cost, "bound": bound, "gap": gap, "findings": findings}


def _unkept_angles(hour: Snapshot, convention: Convention) -> Iterator[Finding]:
    """Angle limits of branches that carry nothing in this convention: no flow stands for their angle."""
    built = hour.grid.built
    if built is None:
        return
    rows = built.rows["branch"]
    table = built.case.branch
    is_limited = np.isfinite(table.angle_min_degree[rows]) | np.isfinite(table.angle_max_degree[rows])
    without = np.flatnonzero((series_susceptance_pu(hour.network, convention) == 0) & is_limited)
    if without.size:
        names = ", ".join(hour.network.branch.id[k] for k in without[:SHOWN_CAUSES])
        message = f"angle limits of {without.size} branches without reactance are not kept ({names})"
        yield built.case.finding("GP-TOP-004", "warning", message, "give the branches their reactance")


def _limits(hour: Snapshot, convention: Convention) -> Limits:
    """Ratings, and angle limits of a file as limits of the flow ``b (theta_from - theta_to - shift)``."""
    branch = hour.network.branch
    normal, emergency = branch.rating_normal_mva, branch.rating_emergency_mva
    built = hour.grid.built
    if built is None:
        return Limits(normal_mw=normal, emergency_mw=emergency)
    b_mw = series_susceptance_pu(hour.network, convention) * hour.network.base_mva
    shift = np.zeros(len(branch)) if convention == "powermodels" else branch.shift_rad
    rows = built.rows["branch"]
    angles = built.case.branch.angle_min_degree[rows], built.case.branch.angle_max_degree[rows]
    # A far angle stands for none, and a branch without susceptance carries nothing whatever its angle.
    ends = [b_mw * (np.deg2rad(np.clip(angle, -FAR_DEGREE, FAR_DEGREE)) - shift) for angle in angles]
    is_far = [np.abs(angle) >= FAR_DEGREE for angle in angles]
    low, high = np.maximum(np.minimum(*ends), -normal), np.minimum(np.maximum(*ends), normal)
    is_open = is_far[0] & is_far[1]
    middle = np.where(is_open, 0.0, (low + high) / 2)
    half = np.where(is_open, normal, (high - low) / 2)
    return Limits(normal_mw=half, emergency_mw=emergency, middle_mw=middle if middle.any() else None)


def _answer(pool: RowPool, result: YearResult, basis: dict[str, Any]) -> dict[str, Any]:
    grid, net = pool.grid, pool.grid.network
    state = state_mw(grid, result)
    layout = grid.outages.layout
    prices = bus_prices(pool, result)
    energy = np.repeat(prices.energy_usd_per_mwh, len(net.bus))
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "optimal",
        "objective_usd_per_hour": float(result.cost_usd[0]),
        "bound": float(result.cost_usd[0]),
        "gap": 0.0,
        "load_mw": float(grid.series.load_mw[0].sum()),
        "p_gen_mw": _by_id(net.generator.id, generator_mw(grid, result)[0]),
        "p_branch_mw": _by_id(net.branch.id, state[0, : layout.n_branch]),
        "p_dc_line_mw": _by_id(net.dc_line.id, state[0, layout.dc_line : layout.campus]),
        "lmp_usd_per_mwh": _by_id(net.bus.id, prices.lmp_usd_per_mwh[0]),
        "lmp_energy_usd_per_mwh": _by_id(net.bus.id, energy),
        "lmp_congestion_usd_per_mwh": _by_id(net.bus.id, prices.congestion_usd_per_mwh[0]),
        "is_penalty_priced": bool(prices.is_penalty[0]),
        "binding": _binding(pool, result, state),
        "basis": basis,
    }


def _by_id(names: Sequence[str], values: FloatArray) -> dict[str, float]:
    return {name: float(value) + 0.0 for name, value in zip(names, values, strict=True)}


def _binding(pool: RowPool, result: YearResult, state: FloatArray) -> list[dict[str, Any]]:
    """Limits that are reached, dearest first; the price is what one MW more of the limit saves."""
    found = []
    for r, key in enumerate(pool.keys):
        flow = float(pair_flow_mw(pool.grid, state, key)[0])
        price = abs(float(result.row_dual[0, r + 1]))
        middle = middle_mw(pool.grid, key)
        if limit_mw(pool.grid, key) - abs(flow - middle) <= BINDING_TOLERANCE_MW:
            found.append(
                {
                    "branch": pool.grid.network.branch.id[key[0]],
                    "contingency": _label(pool.grid, key[1]),
                    "flow_mw": flow,
                    "limit_mw": abs(middle + np.sign(flow - middle) * limit_mw(pool.grid, key)) + 0.0,
                    "kind": _limit_kind(pool.grid, key),
                    "price_usd_per_mwh": price,
                }
            )
    return sorted(found, key=lambda row: (-row["price_usd_per_mwh"], row["branch"], row["contingency"]))


def _limit_kind(grid: Grid, key: RowKey) -> Literal["rating", "angle"]:
    """Whether the rating of a branch or an angle limit of its file is what holds its flow."""
    branch, contingency = key
    rating = float(grid.network.branch.rating_normal_mva[branch])
    is_angle = contingency < 0 and (middle_mw(grid, key) != 0.0 or limit_mw(grid, key) < rating)
    return "angle" if is_angle else "rating"


def _limit_name(grid: Grid, key: RowKey) -> str:
    return f"{row_name(grid, key)} (its angle limit)" if _limit_kind(grid, key) == "angle" else row_name(grid, key)


def _label(grid: Grid, contingency: int) -> str:
    if contingency < 0:
        return INTACT
    return outage_label(grid.network, grid.outages.contingencies[contingency])


def _check_minima(grid: Grid) -> None:
    """Refuse a snapshot whose units cannot go down to its load."""
    start = float(unit_start_mw(grid.network).sum())
    least, load = float(grid.series.p_min_mw.sum()), float(grid.balance_mw[0]) + start + 0.0
    if least > load + SLACK_TOLERANCE_MW:
        raise InfeasibleError(
            f"the units cannot go down to the load: their p_min_mw add up to {least:,.1f} MW, the load is "
            f"{load:,.1f} MW, {least - load:,.1f} MW too much. Set p_min_mw of units that may be off to 0."
        )


def _check_secure(dispatch: YearDispatch, result: YearResult) -> None:
    """Refuse a snapshot that leaves load unserved or a limit broken, with MW and cause."""
    grid = dispatch.grid
    short, over = unserved_mw(grid, result)[0], result.overload_mw[0]
    if max(short.sum(), over.max(initial=0.0)) <= SLACK_TOLERANCE_MW:
        return
    names = grid.network.bus.id
    parts = []
    if short.sum() > SLACK_TOLERANCE_MW:
        worst = [b for b in np.argsort(-short, kind="stable")[:SHOWN_CAUSES] if short[b] > SLACK_TOLERANCE_MW]
        where = ", ".join(f"{short[b]:,.1f} MW at bus {names[b]}" for b in worst)
        parts.append(f"{short.sum():,.1f} MW of load cannot be served ({where})")
    broken = [r for r in np.argsort(-over, kind="stable")[:SHOWN_CAUSES] if over[r] > SLACK_TOLERANCE_MW]
    parts += [f"{_limit_name(grid, dispatch.pool.keys[r])} is {over[r]:,.1f} MW above its limit" for r in broken]
    raise InfeasibleError(f"the snapshot cannot be dispatched: {'; '.join(parts)}. Cause: {_cause(dispatch, result)}.")


def _cause(dispatch: YearDispatch, result: YearResult) -> str:
    grid = dispatch.grid
    start = float(unit_start_mw(grid.network).sum())
    load, capable = float(grid.balance_mw[0]) + start, float(grid.series.p_max_mw.sum())
    if capable < load:
        return f"{load:,.1f} MW of load meet {capable:,.1f} MW of generation"
    if unserved_mw(grid, result).sum() <= SLACK_TOLERANCE_MW:
        return "no output between p_min_mw and p_max_mw of the units avoids it"
    dual = np.abs(result.row_dual[0, 1:])
    order = [r for r in np.argsort(-dual, kind="stable")[:SHOWN_CAUSES] if dual[r] > CAUSE_PRICE_USD_PER_MWH]
    limits = ", ".join(_limit_name(grid, dispatch.pool.keys[r]) for r in order)
    return f"branch limits keep generation from load{f': {limits}' if limits else ''}"
