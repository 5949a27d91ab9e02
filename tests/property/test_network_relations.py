"""What must not change the cost of an hour, and what may change it one way only."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.dispatch.grid import Grid, PlanPoint, Prices
from gridplan.dispatch.year import YearDispatch
from gridplan.network.factors import Factors
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.equality.secure_grid import OVERLOAD_USD_PER_MWH, UNSERVED_USD_PER_MWH, limits_of, peak_day
from tests.property.changed_grids import SAME_COST, Study, study_of
from tests.property.random_grids import grids

RTOL = 1e-7
FEW = settings(max_examples=8, deadline=None, derandomize=True)
CAMPUS_MW = (350.0, 400.0)
PRICES = Prices(unserved_usd_per_mwh=UNSERVED_USD_PER_MWH, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH)


def cost_usd(
    study: Study,
    campus_mw: tuple[float, ...],
    *,
    scale: float | np.ndarray = 1.0,
    is_secure: bool = True,
    prices: Prices = PRICES,
) -> np.ndarray:
    """Cost of every hour; infinite ``scale`` is a copper plate."""
    points = [PlanPoint(id=str(k), bus=bus) for k, bus in enumerate(study.campus_bus)]
    grid = Grid(
        study.network,
        study.series,
        limits_of(study.network, scale),
        prices,
        points=points,
        contingencies=study.outages if is_secure else (),
        factors=Factors(study.network, reference_bus=study.reference_bus),
    )
    hours = np.arange(len(study.series))
    return YearDispatch(grid).evaluate(hours, np.tile(campus_mw, (len(hours), 1))).cost_usd


@pytest.fixture(scope="module")
def rts_study(rts: Network, rts_series: GridSeries) -> Study:
    """Six hours around the yearly peak with two campuses."""
    series = peak_day(rts_series).hours(slice(10, 16))
    return study_of(rts, series, [rts.bus_index("203"), rts.bus_index("113")])


def small_study(case: tuple[Network, GridSeries]) -> Study:
    return study_of(*case, [0, len(case[0].bus) - 1])


@pytest.mark.parametrize("name", SAME_COST)
def test_rts_costs_the_same(rts_study: Study, name: str) -> None:
    changed = SAME_COST[name](rts_study, 1)
    assert_allclose(cost_usd(changed, CAMPUS_MW), cost_usd(rts_study, CAMPUS_MW), rtol=RTOL)


@pytest.mark.parametrize("name", SAME_COST)
@FEW
@given(case=grids(), seed=st.integers(0, 99))
def test_small_grids_cost_the_same(name: str, case: tuple[Network, GridSeries], seed: int) -> None:
    study = small_study(case)
    changed = SAME_COST[name](study, seed)
    assert_allclose(cost_usd(changed, (10.0, 20.0)), cost_usd(study, (10.0, 20.0)), rtol=RTOL, atol=1e-4)


def assert_ordered(*costs: np.ndarray) -> None:
    """Each hour of one is at most that of the next."""
    for less, more in pairwise(costs):
        assert (less <= more * (1 + 1e-9) + 1e-6).all()


def compare_security(study: Study, campus_mw: tuple[float, ...]) -> list[np.ndarray]:
    copper = cost_usd(study, campus_mw, scale=np.inf)
    intact, secure = (cost_usd(study, campus_mw, is_secure=is_secure) for is_secure in (False, True))
    assert_ordered(copper, intact, secure)
    return [copper, intact, secure]


def test_copper_plate_network_and_security_of_rts(rts_study: Study) -> None:
    copper, intact, secure = compare_security(rts_study, CAMPUS_MW)
    assert (copper < intact - 1.0).any()
    assert (intact < secure - 1.0).any()


@settings(FEW, max_examples=20)
@given(case=grids())
def test_copper_plate_network_and_security(case: tuple[Network, GridSeries]) -> None:
    compare_security(small_study(case), (10.0, 20.0))


@settings(FEW, max_examples=20)
@given(case=grids(), scale=st.floats(0.5, 1.0))
def test_tighter_limits_never_cost_less(case: tuple[Network, GridSeries], scale: float) -> None:
    study = small_study(case)
    factor = np.random.default_rng(0).uniform(scale, 1.0, len(case[0].branch))
    assert_ordered(cost_usd(study, (10.0, 20.0)), cost_usd(study, (10.0, 20.0), scale=factor))


def test_tighter_limits_never_cost_less_on_rts(rts_study: Study) -> None:
    costs = [cost_usd(rts_study, CAMPUS_MW, scale=scale) for scale in (1.1, 1.0, 0.9, 0.8)]
    assert_ordered(*costs)
    assert (costs[0] < costs[-1]).all()


@FEW
@given(case=grids(), factor=st.floats(0.1, 20.0))
def test_all_prices_times_a_factor(case: tuple[Network, GridSeries], factor: float) -> None:
    study = small_study(case)
    unit = study.network.generator
    dearer = replace(unit, block_cost_usd_per_mwh=unit.block_cost_usd_per_mwh * factor)
    prices = Prices(
        unserved_usd_per_mwh=UNSERVED_USD_PER_MWH * factor, overload_usd_per_mwh=OVERLOAD_USD_PER_MWH * factor
    )
    found = cost_usd(replace(study, network=replace(study.network, generator=dearer)), (10.0, 20.0), prices=prices)
    assert_allclose(found, factor * cost_usd(study, (10.0, 20.0)), rtol=RTOL, atol=1e-4)


@settings(FEW, max_examples=20)
@given(case=grids(), more_mw=st.floats(0, 30))
def test_more_available_power_never_costs_more(case: tuple[Network, GridSeries], more_mw: float) -> None:
    """Pickup follows static greatest outputs, so more of what is there in the hour only widens the choice."""
    network, series = case
    study = small_study(case)
    able = np.flatnonzero(~network.generator.is_fixed)
    p_max_mw = series.p_max_mw.copy()
    p_max_mw[:, able] = np.minimum(p_max_mw[:, able] + more_mw, network.generator.p_max_mw[able])
    richer = replace(study, series=replace(series, p_max_mw=p_max_mw))
    assert_ordered(cost_usd(richer, (10.0, 20.0)), cost_usd(study, (10.0, 20.0)))
