"""Secure dispatch with named sets against one program an hour that holds the angles of the grid after every outage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from scipy.optimize import linprog

from gridplan.dispatch.grid import Grid, Limits, PlanPoint, Prices
from gridplan.dispatch.year import YearDispatch, YearResult
from gridplan.network.contingency import RATINGS, Contingency, Rating, single_outages
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.rebuilt_outage import live_buses
from tests.equality.secure_grid import OVERLOAD_USD_PER_MWH, UNSERVED_USD_PER_MWH, peak_day
from tests.equality.test_outage_table import lost_bus
from tests.oracles.btheta import FloatArray, incidence, susceptance_mw_per_rad

HOURS = (14, 19)
CAMPUS_MW = {"203": 350.0, "120": 450.0}
FACTOR = 0.95


def limits_of(network: Network) -> dict[str, FloatArray]:
    return {name: FACTOR * getattr(network.branch, f"rating_{name}_mva") for name in RATINGS}


def sets_of(network: Network, rating: Rating) -> list[Contingency]:
    """Common towers, a line with a unit, a bus, and three lines that cut a bus off."""
    at = network.branch.id.index
    pairs = [("A25-1", "A25-2"), ("A33-1", "A33-2"), ("B31-1", "B31-2"), ("A18", "A20"), ("B2", "B7")]
    found = [
        Contingency(id=f"{a} {b}", category="P7", branches=(at(a), at(b)), rating=rating, is_set=True) for a, b in pairs
    ]
    unit = network.generator.id.index("123_STEAM_3")
    found.append(
        Contingency(id="A27 and a unit", branches=(at("A27"),), generators=(unit,), rating=rating, is_set=True)
    )
    found.append(Contingency(id="cut off", branches=(at("A2"), at("A6"), at("A7")), rating=rating, is_set=True))
    return [*found, lost_bus(network, "109")]


def dispatched(
    network: Network, day: GridSeries, outages: Sequence[Contingency]
) -> tuple[Grid, YearDispatch, YearResult]:
    limits = limits_of(network)
    points = [PlanPoint(id=bus, bus=network.bus_index(bus)) for bus in CAMPUS_MW]
    grid = Grid(
        network,
        day,
        Limits(normal_mw=limits["normal"], emergency_mw=limits["emergency"], short_time_mw=limits["short_time"]),
        Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH),
        points=points,
        contingencies=outages,
    )
    year = YearDispatch(grid)
    u_mw = np.tile(list(CAMPUS_MW.values()), (len(HOURS), 1))
    return grid, year, year.evaluate(np.array(HOURS), u_mw)


class AnglesAfterOutages:
    """One hour: blocks, dc lines, unserved load, spill; angles, slacks and what is made up for after every outage."""

    def __init__(self, network: Network, series: GridSeries, hour: int, campus_mw: Mapping[str, float]) -> None:
        self.network = network
        self.cost: list[FloatArray] = []
        self.bounds: list[tuple[float, float]] = []
        self.equal: list[tuple[dict[int, sp.csr_array], FloatArray]] = []
        self.below: list[tuple[dict[int, sp.csr_array], FloatArray]] = []
        self.injection, self.owner, self.fixed_mw = self._dispatch(series, hour, campus_mw)

    def columns(self, cost: FloatArray | float, lower: FloatArray, upper: FloatArray) -> int:
        lower, upper, cost = np.broadcast_arrays(lower, upper, cost)
        start = len(self.bounds)
        self.cost.append(np.array(cost, dtype=float))
        self.bounds += list(zip(lower.tolist(), upper.tolist(), strict=True))
        return start

    def _dispatch(
        self, series: GridSeries, hour: int, campus_mw: Mapping[str, float]
    ) -> tuple[sp.csr_array, list[tuple[str, int]], FloatArray]:
        """Columns of the dispatch: what each feeds into every bus, whose it is; and what is fixed at every bus."""
        net, unit, dc = self.network, self.network.generator, self.network.dc_line
        owner, feeds, cost, lower, upper = [], [], [], [], []

        def add(who: tuple[str, int], at: Mapping[int, float], usd: float, least: float, most: float) -> None:
            owner.append(who)
            feeds.append(at)
            cost.append(usd)
            lower.append(least)
            upper.append(most)

        before = np.cumsum(unit.block_width_mw, axis=1) - unit.block_width_mw
        for g in np.flatnonzero(~unit.is_fixed):
            for k, width in enumerate(unit.block_width_mw[g]):
                room = [np.clip(p[hour, g] - before[g, k], 0.0, width) for p in (series.p_min_mw, series.p_max_mw)]
                add(("unit", g), {unit.bus[g]: 1.0}, unit.block_cost_usd_per_mwh[g, k], *room)
        for d in range(len(dc)):
            ends = {dc.from_bus[d]: -1.0, dc.to_bus[d]: 1.0 - dc.loss_frac[d]}
            add(("dc_line", d), ends, 0.0, dc.p_min_mw[d], dc.p_max_mw[d])
        fixed = -series.load_mw[hour] - net.bus.gs_mw
        for g in np.flatnonzero(unit.is_fixed):
            fixed[unit.bus[g]] += series.p_max_mw[hour, g]
            add(("spill", g), {unit.bus[g]: -1.0}, 0.0, 0.0, series.p_max_mw[hour, g])
        for b in np.flatnonzero(series.load_mw[hour] > 0):
            add(("unserved", b), {b: 1.0}, UNSERVED_USD_PER_MWH, 0.0, series.load_mw[hour, b])
        for bus, mw in campus_mw.items():
            fixed[net.bus_index(bus)] -= mw
        matrix = sp.lil_array((len(net.bus), len(owner)))
        for j, at in enumerate(feeds):
            for bus, mw in at.items():
                matrix[bus, j] = mw
        self.columns(np.array(cost), np.array(lower), np.array(upper))
        return sp.csr_array(matrix), owner, fixed

    def secure(self, lost: Contingency, limit_mw: FloatArray, fixed_units_mw: FloatArray) -> None:
        """Flows after an outage within limits, or over them at a price; balance at every bus that is alive."""
        net = self.network
        live = live_buses(net, lost)
        gone = [
            j
            for j, (kind, i) in enumerate(self.owner)
            if i in {"unit": lost.generators, "dc_line": lost.dc_lines}.get(kind, ())
        ]
        keep = np.ones(len(self.owner))
        keep[gone] = 0.0
        injection = sp.diags_array(live.astype(float)) @ self.injection @ sp.diags_array(keep)
        fixed = self.fixed_mw.copy()
        for g in lost.generators:
            fixed[net.generator.bus[g]] -= fixed_units_mw[g]
        fixed = np.where(live, fixed, 0.0)
        weight = np.where(net.generator.is_dispatchable, net.generator.p_max_mw, 0.0) * live[net.generator.bus]
        weight[list(lost.generators)] = 0.0
        share = np.bincount(net.generator.bus, weights=weight / weight.sum(), minlength=len(net.bus))
        b_mw = susceptance_mw_per_rad(net).copy()
        b_mw[list(lost.branches)] = 0.0
        b_mw[~(live[net.branch.from_bus] & live[net.branch.to_bus])] = 0.0
        flow = sp.csr_array(sp.diags_array(b_mw) @ incidence(net))
        reach = np.where(live, np.inf, 0.0)
        reach[np.flatnonzero(live)[0]] = 0.0
        angle = self.columns(0.0, -reach, reach)
        most = 0.0 if lost.id == "intact" else np.inf
        made_up = self.columns(0.0, np.array([-most]), np.array([most]))
        monitored = np.flatnonzero(b_mw > 0)
        slack = self.columns(OVERLOAD_USD_PER_MWH, np.zeros(len(monitored)), np.full(len(monitored), np.inf))
        laplace = sp.csr_array(incidence(net).T @ flow)
        self.equal.append(({0: -injection, angle: laplace, made_up: sp.csr_array(-share[:, None])}, fixed))
        over = -sp.eye_array(len(monitored), format="csr")
        for sign in (1.0, -1.0):
            self.below.append(({angle: sp.csr_array(sign * flow[monitored]), slack: over}, limit_mw[monitored]))

    def cost_usd(self) -> float:
        """Least cost."""
        rows = {"equal": self.equal, "below": self.below}
        sides = {name: np.concatenate([side for _, side in own]) for name, own in rows.items()}
        matrix = {name: sp.vstack([self._wide(parts) for parts, _ in own]).tocsr() for name, own in rows.items()}
        found = linprog(
            np.concatenate(self.cost),
            A_ub=matrix["below"],
            b_ub=sides["below"],
            A_eq=matrix["equal"],
            b_eq=sides["equal"],
            bounds=self.bounds,
            method="highs",
        )
        assert found.status == 0, found.message
        return float(found.fun)

    def _wide(self, parts: dict[int, sp.csr_array]) -> sp.csr_array:
        height = next(iter(parts.values())).shape[0]
        blocks, at = [], 0
        for start in sorted(parts):
            blocks += [sp.csr_array((height, start - at)), parts[start]]
            at = start + parts[start].shape[1]
        return sp.csr_array(sp.hstack([*blocks, sp.csr_array((height, len(self.bounds) - at))]))


@pytest.mark.parametrize("rating", ["normal", "emergency", "short_time"])
def test_hours_equal_the_program_with_every_outage_written_out(
    rts: Network, rts_series: GridSeries, rating: Rating
) -> None:
    day, limits = peak_day(rts_series), limits_of(rts)
    sets = sets_of(rts, rating)
    outages = [*single_outages(rts, units=False)[::6], *sets]
    grid, year, result = dispatched(rts, day, outages)
    assert any(grid.outages.contingencies[key[1]].is_set for key in year.pool.keys if key[1] >= 0)
    for i, hour in enumerate(HOURS):
        program = AnglesAfterOutages(rts, day, hour, CAMPUS_MW)
        program.secure(Contingency(id="intact"), limits["normal"], np.zeros(len(rts.generator)))
        fixed_units = np.where(rts.generator.is_fixed, day.p_max_mw[hour], 0.0)
        for lost in outages:
            program.secure(lost, limits[lost.rating], fixed_units)
        assert_allclose(result.cost_usd[i], program.cost_usd(), rtol=1e-8)


def test_sets_cost_more_than_single_outages_and_a_higher_rating_less(rts: Network, rts_series: GridSeries) -> None:
    day, single = peak_day(rts_series), list(single_outages(rts, units=False))
    plain = dispatched(rts, day, single)[2].total_cost_usd
    by_rating = [
        dispatched(rts, day, [*single, *sets_of(rts, rating)])[2].total_cost_usd
        for rating in ("normal", "emergency", "short_time")
    ]
    assert by_rating[0] > by_rating[1] + 1.0
    assert by_rating[1] >= by_rating[2] >= plain - 1e-6
    assert by_rating[1] > plain + 1.0
