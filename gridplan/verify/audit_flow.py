"""A01-A03: balance of every bus, the flow law, and limits of everything that carries power.

In: one studied year of a run folder. Out: measures. Flows are computed twice, from the written angles
and from the auditor's own factorised solve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gridplan.solution import INTACT
from gridplan.verify.audit_certificate import Measure, worst_of
from gridplan.verify.audit_grid import FloatArray, factorise
from gridplan.verify.audit_limits import expected_ratings_mw, limit_after_mw, retired_units
from gridplan.verify.audit_read import RunYear

_FLOW_TOLERANCE_MW = 1e-3
_LIMIT_TOLERANCE_FRAC = 1e-4
_POWER_TOLERANCE_MW = 1e-4
_BLOCK_HOURS = 1024


def nodal_balance(year: RunYear) -> Iterator[Measure]:
    """A01: units + unserved - load - ... - flows out of the bus = 0 in every hour at every bus."""
    flow = year.array("p_branch_mw")
    residual = year.injection_mw - np.asarray((year.grid.incidence.T @ flow.T).T)
    yield worst_of("bus power balance", "MW", np.abs(residual), _FLOW_TOLERANCE_MW, _place(year, "bus"))


def flow_law(year: RunYear) -> Iterator[Measure]:
    """A02: f = b (theta_from - theta_to - shift), from the written angles and from an own solve."""
    grid = year.grid
    flow = year.array("p_branch_mw")
    theta = year.array("va_rad")
    from_angles = (theta[:, grid.from_bus] - theta[:, grid.to_bus] - grid.shift_rad) * grid.susceptance_mw
    yield worst_of(
        "flow against written angles", "MW", np.abs(flow - from_angles), _FLOW_TOLERANCE_MW, _place(year, "branch")
    )
    yield worst_of(
        "flow against an own factorised solve",
        "MW",
        np.abs(flow - own_flow_mw(year)),
        _FLOW_TOLERANCE_MW,
        _place(year, "branch"),
    )


def own_flow_mw(year: RunYear) -> FloatArray:
    """Flows of the intact network solved from the written injections, dims (time, branch) [MW]."""
    if "own_flow_mw" not in year.memory:
        grid = year.grid
        factor = factorise(grid, np.ones(len(grid.branch), dtype=bool))
        push = grid.incidence.T @ grid.shift_flow_mw
        injection = year.injection_mw
        flow = np.empty((len(year), len(grid.branch)))
        for start in range(0, len(year), _BLOCK_HOURS):
            hours = slice(start, start + _BLOCK_HOURS)
            theta = factor.angles(injection[hours].T + push[:, None])
            flow[hours] = (factor.weighted_incidence @ theta).T - grid.shift_flow_mw
        year.memory["own_flow_mw"] = flow
    return np.asarray(year.memory["own_flow_mw"])


def intact_map(year: RunYear) -> FloatArray:
    """Flow of the intact network per MW at each bus, then at zero injection, dims (branch, bus + 1)."""
    if "intact_map" not in year.memory:
        factor = factorise(year.grid, np.ones(len(year.grid.branch), dtype=bool))
        year.memory["intact_map"] = factor.flow_map()
    return np.asarray(year.memory["intact_map"])


def limits(year: RunYear) -> Iterator[Measure]:
    """A03: branch ratings, unit limits, dc lines, unserved load and spill."""
    yield from _branch_limits(year)
    yield from _unit_limits(year)
    yield from _dc_limits(year)
    yield from _bus_limits(year)


def _branch_limits(year: RunYear) -> Iterator[Measure]:
    flow = np.abs(year.array("p_branch_mw"))
    rating = year.array("rating_normal_mw")
    limit = np.broadcast_to(rating, flow.shape).copy()
    for (label, branch), limit_mw in limit_after_mw(year).items():
        if label == INTACT:
            limit[:, branch] = np.maximum(limit[:, branch], limit_mw)
    finite = np.isfinite(limit)
    excess = np.where(finite, flow / np.where(finite, np.maximum(limit, 1e-9), 1.0) - 1.0, -1.0)
    yield worst_of("branch flow above normal rating", "of limit", excess, _LIMIT_TOLERANCE_FRAC, _place(year, "branch"))
    for name, expected in zip(("rating_normal_mw", "rating_emergency_mw"), expected_ratings_mw(year), strict=True):
        excess = _difference(year.array(name), expected)
        yield worst_of(
            f"{name} above network.json and built reinforcements", "MW", excess, 1e-6, lambda i: year.at("branch", i[0])
        )


def _difference(value: FloatArray, limit: FloatArray) -> FloatArray:
    """Value less limit where an infinite limit allows everything."""
    unlimited = np.isinf(limit) & (limit > 0)
    return np.where(unlimited, -np.inf, value - np.where(unlimited, 0.0, limit))


def _unit_limits(year: RunYear) -> Iterator[Measure]:
    grid = year.grid
    p, p_max, p_min = year.array("p_generator_mw"), year.array("p_max_mw"), year.array("p_min_mw")
    tolerance = _POWER_TOLERANCE_MW + 1e-6 * np.abs(p_max)
    place = _place(year, "generator")
    yield worst_of("unit above its available capacity", "MW", p - p_max, tolerance, place)
    yield worst_of("unit below its least output", "MW", p_min - p, tolerance, place)
    has_blocks = (grid.block_width_mw.sum(axis=1) > 0) & ~grid.is_fixed
    blocks = grid.block_width_mw.sum(axis=1) + grid.unit_start_mw
    yield worst_of(
        "unit above the sum of its cost blocks", "MW", np.where(has_blocks, p - blocks, -1.0), tolerance, place
    )
    off = np.where(grid.is_fixed, np.abs(p - p_max), -1.0)
    yield worst_of("fixed unit away from its series", "MW", off, tolerance, place)
    retired = retired_units(year)
    if retired.any():
        yield worst_of("retired unit with output", "MW", np.where(retired, np.abs(p), -1.0), tolerance, place)


def _dc_limits(year: RunYear) -> Iterator[Measure]:
    grid = year.grid
    p = year.array("p_dc_line_mw")
    excess = np.maximum(p - grid.dc_p_max_mw, grid.dc_p_min_mw - p)
    yield worst_of("dc line beyond its limits", "MW", excess, _POWER_TOLERANCE_MW, _place(year, "dc_line"))


def _bus_limits(year: RunYear) -> Iterator[Measure]:
    grid = year.grid
    place = _place(year, "bus")
    unserved, load = year.array("p_unserved_mw"), year.array("load_mw")
    excess = np.maximum(unserved - np.maximum(load, 0.0), -unserved)
    yield worst_of("unserved load outside 0 .. load", "MW", excess, _POWER_TOLERANCE_MW, place)
    fixed_output = np.zeros_like(load)
    p_max = year.array("p_max_mw")
    for unit in np.flatnonzero(grid.is_fixed):
        fixed_output[:, grid.unit_bus[unit]] += p_max[:, unit]
    spill = year.array("p_spill_mw")
    excess = np.maximum(spill - fixed_output, -spill)
    yield worst_of("spill outside 0 .. output of fixed units", "MW", excess, _POWER_TOLERANCE_MW, place)


def _place(year: RunYear, dim: str) -> Callable[[tuple[int, ...]], str]:
    """Place of an entry of an array (time, dim)."""
    return lambda i: year.at(dim, i[1], i[0])
