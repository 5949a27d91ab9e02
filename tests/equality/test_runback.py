"""Curtailment after the outage against one program per hour with two sets of rows, and sizes worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid, PlanPoint, Prices
from gridplan.dispatch.hosting import hosting_year
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.runback import post_contingency_year, runback_grid
from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.network.outage_effects import with_runbacks
from gridplan.plan.problems.capacity import curtailment
from gridplan.plan.runback import RunbackCapacity, runback_fields
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import OVERLOAD_USD_PER_MWH, UNSERVED_USD_PER_MWH, limits_of, oracle_rules
from tests.oracles import post_contingency as oracle
from tests.oracles.btheta import FloatArray, listed_outages
from tests.oracles.grid_block import GridRules
from tests.oracles.lp import INF
from tests.oracles.small_grids import branch, grid, hours_of, unit
from tests.property.random_grids import grids, random_grid

MOST_MW = 2000.0
PRICES = Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)
SOME = settings(max_examples=15, deadline=None, derandomize=True)


def secured(
    network: Network, series: GridSeries, bus: str, limits: Limits, outages: Sequence[Contingency] | None = None
) -> Grid:
    points = (PlanPoint(id="0", bus=network.bus_index(bus)),)
    lost = single_outages(network, campus_ids=("0",)) if outages is None else outages
    return Grid(network, series, limits, PRICES, points=points, contingencies=lost)


def both_mw(plain: Grid, depth_frac: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """Preventive and post-contingency capacity of the only point in every hour."""
    nothing = np.zeros((len(plain), 1))
    preventive = hosting_year(plain, 0, u_mw=nothing, most_mw=MOST_MW)
    return preventive.capacity_mw, post_contingency_year(plain, 0, preventive, depth_frac=depth_frac, u_mw=nothing)


def with_short_time(network: Network, factor: float = 1.2) -> Limits:
    limits = limits_of(network)
    return replace(limits, short_time_mw=limits.emergency_mw * factor)


# -- by hand ---------------------------------------------------------------------------------------
def twin(normal_mw: float, far_unit_mw: float, load_mw: float, short_time_mw: float) -> Grid:
    """Two lines (after an outage 70 MW) from the unit at 1 to the campus at 2; the unit at 2 is off in the hour."""
    line = branch(("1", "2"), normal_mw=normal_mw, emergency_mw=70)
    units = [unit("1", [(300, 10)]), *([unit("2", [(far_unit_mw, 10)])] if far_unit_mw else [])]
    network = grid({"1": 0, "2": load_mw}, [line, line], units)
    series = hours_of(network, p_max_mw=[[300.0, *([0.0] if far_unit_mw else [])]])
    limits = Limits(
        normal_mw=np.full(2, normal_mw), emergency_mw=np.full(2, 70.0), short_time_mw=np.full(2, short_time_mw)
    )
    return secured(network, series, "2", limits, single_outages(network, units=False))


@pytest.mark.parametrize(
    ("case", "depth_frac", "expected"),
    [
        (twin(60, 0, 0, 70), 1.0, 70),  # no time to run back: as preventive
        (twin(60, 0, 0, 40), 1.0, 70),  # the emergency rating holds right after the outage, too
        (twin(60, 0, 0, 90), 1.0, 90),  # what one line carries at once
        (twin(60, 0, 0, 500), 1.0, 120),  # the intact lines
        (twin(60, 0, 30, 90), 1.0, 60),
        (twin(80, 0, 30, 500), 1.0, 130),
        (twin(60, 300, 0, 500), 1.0, 120),
        (twin(100, 300, 0, 500), 1.0, 140),  # each MW given back takes half a MW off the line
        (twin(100, 300, 20, 500), 1.0, 100),
        (twin(60, 0, 0, 500), 0.0, 70),  # nothing to give back: as preventive
        (twin(60, 0, 0, 500), 0.2, 70 / 0.8),
        (twin(100, 300, 0, 500), 0.5, 70 / 0.75),
    ],
)
def test_largest_size_without_curtailment_before_the_outage(case: Grid, depth_frac: float, expected: float) -> None:
    _, found = both_mw(case, depth_frac)
    assert_allclose(found, [expected], atol=1e-6)


def test_outage_that_allows_short_time_ratings_for_good_needs_no_runback() -> None:
    case = twin(60, 0, 0, 90)
    lasting = [replace(lost, rating="short_time") for lost in single_outages(case.network, units=False)]
    network, limits = case.network, case.limits
    plain = secured(network, case.series, "2", limits, lasting)
    assert_allclose(both_mw(plain), [[90], [90]])
    assert runback_grid(plain, 0, 1.0).after == ()


def test_campus_cut_off_or_lost_has_nothing_to_run_back() -> None:
    network = grid({"1": 20, "2": 10}, [branch(("1", "2"), normal_mw=100)], [unit("1", [(300, 10)])])
    lost = (*single_outages(network, units=False), Contingency(id="campus 0", campuses=(0,)))
    limits = Limits(normal_mw=np.array([100.0]), emergency_mw=np.array([100.0]))
    plain = secured(network, hours_of(network), "2", limits, lost)
    assert runback_grid(plain, 0, 1.0).after == ()
    assert_allclose(both_mw(plain)[1], [90])


def test_limits_raised_before_any_campus_hold_after_the_runback() -> None:
    """110 MW of load at 2 leave the other line at 110 MW after an outage; nothing more fits, then or later."""
    line = branch(("1", "2"), normal_mw=100, emergency_mw=100)
    network = grid({"1": 0, "2": 110}, [line, line], [unit("1", [(400, 10)])])
    limits = Limits(normal_mw=np.full(2, 100.0), emergency_mw=np.full(2, 100.0), short_time_mw=np.full(2, 150.0))
    plain = secured(network, hours_of(network), "2", limits, single_outages(network, units=False))
    raised, nothing = {(0, 1): np.array([110.0]), (1, 0): np.array([110.0])}, np.zeros((1, 1))
    preventive = hosting_year(plain, 0, u_mw=nothing, most_mw=MOST_MW, raised_mw=raised)
    found = post_contingency_year(plain, 0, preventive, depth_frac=1.0, u_mw=nothing, raised_mw=raised)
    assert_allclose(preventive.capacity_mw, [0.0], atol=1e-6)
    assert_allclose(found, [40.0], atol=1e-6)


# -- what one MW given back moves ------------------------------------------------------------------
@pytest.mark.parametrize("seed", [1, 2, 5, 9])
def test_what_a_runback_moves_is_the_outage_solved_anew(seed: int) -> None:
    network, series = random_grid(seed)
    plain = secured(network, series, "2", limits_of(network))
    bus = network.bus_index("2")
    table, after = with_runbacks(plain.outages, network, [bus], 0)
    outages = listed_outages(network, 1)
    n_plain, every = len(outages), np.arange(len(network.branch))
    moved = {c: oracle.runback_response(network, outage, bus) for c, outage in enumerate(outages[:-1])}
    assert set(after) == {c for c, flows in moved.items() if flows is not None}
    for j, c in enumerate(after):
        assert table.contingencies[c].rating == "short_time"
        assert table.contingencies[n_plain + j].rating == "emergency"
        effect = table.effect(every, table.sources(n_plain + j))
        there = table.is_monitored(every)[:, n_plain + j]
        assert_allclose(effect[there, -1], moved[c][there], atol=1e-9)  # type: ignore[index]
        assert_allclose(effect[:, :-1], table.effect(every, table.sources(c)), atol=1e-12)


# -- against the program with two sets of rows -----------------------------------------------------
class _Shallow(oracle._Model):
    """The oracle's hour in which the campus gives back a part of its MW at most."""

    def __init__(self, *given: object, depth_frac: float) -> None:
        super().__init__(*given, None)  # type: ignore[arg-type]
        for column in self.r.values():
            at = np.array([column])
            self.lp.add_rows(-INF, 0.0, [(at, 1.0), (self.columns.campus[0, :1], -depth_frac)])


def exact_mw(network: Network, series: GridSeries, bus: str, rules: GridRules, depth_frac: float) -> FloatArray:
    short_time_mw = with_short_time(network).short_time_mw
    found = []
    for hour in range(len(series)):
        one = series.hours(slice(hour, hour + 1))
        model = _Shallow(network, one, bus, rules, short_time_mw, depth_frac=depth_frac)
        served = int(model.columns.campus[0, 0])
        result = model.lp_with({served: -1.0}).solve()
        found.append(float(result.value[served]) if result.is_optimal else np.nan)
    return np.array(found)


@SOME
@given(case=grids(), bus=st.integers(0, 7), depth_frac=st.sampled_from([1.0, 0.5, 0.15]))
def test_random_grids(case: tuple[Network, GridSeries], bus: int, depth_frac: float) -> None:
    network, series = case
    name = network.bus.id[bus % len(network.bus)]
    preventive, found = both_mw(secured(network, series, name, with_short_time(network)), depth_frac)
    exact = exact_mw(network, series, name, oracle_rules(network, 1), depth_frac)
    served = preventive > 0.0
    assert_allclose(found[served], np.minimum(exact[served], MOST_MW), atol=1e-5)
    assert (found >= preventive - 1e-6).all()


@SOME
@given(case=grids(), bus=st.integers(0, 7), factor=st.floats(1.0, 1.5), size=st.floats(0.2, 3.0))
def test_never_more_curtailed_before_the_outage(
    case: tuple[Network, GridSeries], bus: int, factor: float, size: float
) -> None:
    """Nor armed without need: what is connected above preventive capacity and what is curtailed make the rest."""
    network, series = case
    name = network.bus.id[bus % len(network.bus)]
    preventive, found = both_mw(secured(network, series, name, with_short_time(network, factor)))
    u_mw, supply = size * float(preventive.max()) + 1.0, np.zeros(2, dtype=bool)
    before, after = curtailment(u_mw, preventive, supply), curtailment(u_mw, found, supply)
    assert after.energy_mwh <= before.energy_mwh + 1e-6
    assert after.hours <= before.hours
    armed = runback_fields(u_mw, preventive, RunbackCapacity(capacity_mw=found, depth_frac=1.0))
    assert armed["armed_energy_mwh"] == pytest.approx(before.energy_mwh - after.energy_mwh, abs=1e-6)
    assert armed["preventive_energy_mwh"] == pytest.approx(before.energy_mwh)


@pytest.mark.parametrize("bus", ["203", "107"])
def test_hours_of_rts(rts: Network, rts_series: GridSeries, bus: str) -> None:
    """Hours drawn by seed beside the peak, against the oracle, with the short-time ratings of the data."""
    peak = int(rts_series.load_mw.sum(axis=1).argmax())
    hours = sorted({peak, *np.random.default_rng(11).choice(len(rts_series), 2, replace=False).tolist()})
    limits = replace(limits_of(rts), short_time_mw=0.95 * rts.branch.rating_short_time_mva)
    plain = secured(rts, rts_series, bus, limits)
    nothing = np.zeros((len(rts_series), 1))
    preventive = hosting_year(plain, 0, u_mw=nothing, most_mw=MOST_MW, hours=np.array(hours))
    year = replace(preventive, capacity_mw=np.full(len(rts_series), MOST_MW), is_servable=np.ones(8784, dtype=bool))
    year.capacity_mw[hours] = preventive.capacity_mw
    found = post_contingency_year(plain, 0, year, depth_frac=1.0, u_mw=nothing)[hours]
    exact = oracle.post_contingency_capacity_mw(
        rts, rts_series, bus, hours, oracle_rules(rts, 1), limits.of("short_time")
    )
    assert_allclose(found, np.minimum(exact, MOST_MW), atol=1e-4)
    assert (found > preventive.capacity_mw + 1.0).any()
