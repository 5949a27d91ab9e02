"""What must not change the capacity of a point, and what may change it one way only."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid, PlanPoint, Prices
from gridplan.dispatch.hosting import Hosting, hosting_year
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.network.contingency import single_outages
from gridplan.network.model import Network
from gridplan.plan.problems.capacity import CurtailmentTerms, conditional_total_mw
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import (
    OVERLOAD_USD_PER_MWH,
    UNSERVED_USD_PER_MWH,
    dispatch_grid,
    limits_of,
    oracle_rules,
    peak_day,
)
from tests.oracles.btheta import limited_branch
from tests.oracles.capacity import hosting_capacity_mw
from tests.property.changed_grids import SAME_COST, Study, study_of
from tests.property.random_grids import grids

FEW = settings(max_examples=10, deadline=None, derandomize=True)
SOME = settings(FEW, max_examples=25)
MOST_MW = 2000.0
SAME_CAPACITY = [name for name in SAME_COST if name != "other reference bus"]
PRICES = Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)


def hosted(
    study: Study,
    *,
    scale: float | np.ndarray = 1.0,
    is_secure: bool = True,
    other_mw: float = 0.0,
    raised_mw: dict[RowKey, np.ndarray] | None = None,
) -> Hosting:
    """Capacity of the first campus; the second, if there is one, takes ``other_mw``."""
    points = [PlanPoint(id=str(k), bus=bus) for k, bus in enumerate(study.campus_bus)]
    limits = limits_of(study.network, scale)
    outages = study.outages if is_secure else ()
    grid = Grid(study.network, study.series, limits, PRICES, points=points, contingencies=outages)
    u_mw = np.zeros((len(study.series), len(points)))
    u_mw[:, 1:] = other_mw
    return hosting_year(grid, 0, u_mw=u_mw, most_mw=MOST_MW, raised_mw=raised_mw)


@pytest.fixture(scope="module")
def rts_study(rts: Network, rts_series: GridSeries) -> Study:
    """Six hours around the yearly peak, capacity at 203 beside 200 MW at 113."""
    series = peak_day(rts_series).hours(slice(10, 16))
    return study_of(rts, series, [rts.bus_index("203"), rts.bus_index("113")])


def small_study(case: tuple[Network, GridSeries], bus: int = 0) -> Study:
    return study_of(*case, [bus % len(case[0].bus)])


# -- the same grid said another way ----------------------------------------------------------------
@pytest.mark.parametrize("name", SAME_CAPACITY)
def test_rts_takes_the_same(rts_study: Study, name: str) -> None:
    before, after = (hosted(s, other_mw=200.0) for s in (rts_study, SAME_COST[name](rts_study, 3)))
    assert np.ptp(before.capacity_mw) > 1.0
    assert_allclose(after.capacity_mw, before.capacity_mw, atol=1e-5)
    assert after.firm_hour == before.firm_hour


@pytest.mark.parametrize("name", SAME_CAPACITY)
@FEW
@given(case=grids(), seed=st.integers(0, 99))
def test_small_grids_take_the_same(name: str, case: tuple[Network, GridSeries], seed: int) -> None:
    study = small_study(case, seed)
    before, after = hosted(study), hosted(SAME_COST[name](study, seed))
    assert (after.is_servable == before.is_servable).all()
    assert_allclose(after.capacity_mw, before.capacity_mw, atol=1e-5)


# -- one way only ----------------------------------------------------------------------------------
def assert_ordered(*found: Hosting) -> None:
    """Each hour of one takes at most what the next takes."""
    for less, more in pairwise(found):
        assert (less.is_servable <= more.is_servable).all()
        assert (less.capacity_mw <= more.capacity_mw + 1e-5).all()


def by_security(study: Study, other_mw: float = 0.0) -> tuple[Hosting, Hosting, Hosting]:
    return (
        hosted(study, other_mw=other_mw),
        hosted(study, is_secure=False, other_mw=other_mw),
        hosted(study, scale=np.inf, is_secure=False, other_mw=other_mw),
    )


def test_security_network_and_copper_plate_of_rts(rts_study: Study) -> None:
    secure, intact, copper = by_security(rts_study, 200.0)
    assert_ordered(secure, intact, copper)
    assert (secure.capacity_mw < intact.capacity_mw - 1.0).all()
    assert (intact.capacity_mw < copper.capacity_mw - 1.0).any()
    spare_mw = rts_study.series.p_max_mw.sum(axis=1) - rts_study.series.load_mw.sum(axis=1) - 200.0
    assert_allclose(copper.capacity_mw, np.minimum(spare_mw, MOST_MW), atol=1e-6)


@SOME
@given(case=grids(), bus=st.integers(0, 7))
def test_security_network_and_copper_plate(case: tuple[Network, GridSeries], bus: int) -> None:
    assert_ordered(*by_security(small_study(case, bus)))


def test_wider_ratings_never_take_away_on_rts(rts_study: Study) -> None:
    found = [hosted(rts_study, scale=scale) for scale in (0.9, 1.0, 1.1)]
    assert_ordered(*found)
    assert (found[0].capacity_mw < found[-1].capacity_mw).all()


@SOME
@given(case=grids(), bus=st.integers(0, 7), seed=st.integers(0, 99))
def test_wider_ratings_never_take_away(case: tuple[Network, GridSeries], bus: int, seed: int) -> None:
    """One branch, then all of them."""
    study, rng, n = small_study(case, bus), np.random.default_rng(seed), len(case[0].branch)
    one = np.ones(n)
    one[rng.integers(n)] = 1.5
    assert_ordered(*(hosted(study, scale=scale) for scale in (1.0, one, one * rng.uniform(1.0, 1.4, n))))


def some_raised_mw(network: Network, bus: int) -> dict[RowKey, np.ndarray]:
    """One branch raised intact and, if there is another, after its outage (the outage of branch k is contingency k)."""
    limits, branch = limits_of(network), bus % len(network.branch)
    raised = {(branch, INTACT): np.full(2, limits.normal_mw[branch] + 10.0)}
    return raised | {
        (branch, k): np.full(2, limits.emergency_mw[branch] + 15.0)
        for k in range(len(network.branch))
        if k != branch and limited_branch(network, k)[branch]
    }


@SOME
@given(case=grids(), bus=st.integers(0, 7), load_mw=st.floats(0.5, 40), is_secure=st.booleans())
def test_load_at_the_point_takes_its_own_mw(
    case: tuple[Network, GridSeries], bus: int, load_mw: float, is_secure: bool
) -> None:
    """Without the outage of the campus and with the limits of the first grid held, some of them raised.

    Pickup and live islands follow static figures, which stay.
    """
    network, series = case
    study = replace(small_study(case, bus), outages=single_outages(network))
    more = series.load_mw.copy()
    more[:, study.campus_bus[0]] += load_mw
    raised = some_raised_mw(network, bus) if is_secure else {}
    free = hosted(study, is_secure=is_secure, raised_mw=raised)
    loaded = replace(study, series=replace(series, load_mw=more))
    less = hosted(loaded, is_secure=is_secure, raised_mw=raised)
    fits = free.capacity_mw >= load_mw + 1e-6
    assert_allclose(less.capacity_mw[fits], free.capacity_mw[fits] - load_mw, atol=1e-5)
    assert (less.capacity_mw[~fits] <= 1e-5).all()


@settings(FEW, max_examples=15)
@given(case=grids(), bus=st.integers(0, 7))
def test_random_grids_equal_the_program_with_all_rows(case: tuple[Network, GridSeries], bus: int) -> None:
    """Hours that cannot be served at any size included."""
    network, series = case
    name = network.bus.id[bus % len(network.bus)]
    grid = dispatch_grid(network, series, {name: name})
    found = hosting_year(grid, 0, u_mw=np.zeros((2, 1)), most_mw=MOST_MW)
    exact = hosting_capacity_mw(network, series, name, [0, 1], oracle_rules(network, 1))
    with np.errstate(invalid="ignore"):
        assert_allclose(found.capacity_mw, np.nan_to_num(exact), atol=1e-5)


# -- curtailment budget ----------------------------------------------------------------------------
@settings(FEW, max_examples=60)
@given(
    capacity_mw=st.lists(st.floats(0, 500), min_size=1, max_size=60),
    budget=st.floats(0, 0.2),
    more=st.floats(0, 0.2),
    max_hours=st.integers(0, 60),
)
def test_more_budget_never_lowers_the_conditional_mw(
    capacity_mw: list[float], budget: float, more: float, max_hours: int
) -> None:
    hourly = np.array(capacity_mw)
    terms = CurtailmentTerms(max_energy_frac=budget, max_hours=float(max_hours), max_event_h=np.inf, max_depth_frac=1.0)
    found = conditional_total_mw(hourly, terms, MOST_MW)
    richer = conditional_total_mw(hourly, replace(terms, max_energy_frac=budget + more), MOST_MW)
    longer = conditional_total_mw(hourly, replace(terms, max_hours=max_hours + 1.0), MOST_MW)
    assert found >= hourly.min() - 0.01 - 1e-9
    assert richer >= found - 1e-9
    assert longer >= found - 1e-9


def test_more_budget_takes_more_on_rts(rts_study: Study) -> None:
    hourly = hosted(rts_study, other_mw=200.0).capacity_mw
    terms = CurtailmentTerms(max_energy_frac=0.0, max_hours=np.inf, max_event_h=np.inf, max_depth_frac=1.0)
    found = [conditional_total_mw(hourly, replace(terms, max_energy_frac=f), MOST_MW) for f in (0, 0.001, 0.01, 0.1)]
    assert found == sorted(set(found))
    assert_allclose(found[0], hourly.min(), atol=0.01 + 1e-6)
