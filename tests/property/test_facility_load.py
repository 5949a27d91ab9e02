"""Invariants of the load model at the facility: energy, bounds and monotony, whatever the building and the weather."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridplan.campus.climate import normal_temperature_c
from gridplan.campus.climate_table import CLIMATES, Climate
from gridplan.campus.drivers.draws import base_draws, sampled_draws
from gridplan.campus.drivers.rows_facility import FACILITY
from gridplan.campus.facility.delivery import delivered_frac
from gridplan.campus.facility.pue import Cooling, pue
from gridplan.campus.facility.saturation import Served, served
from gridplan.campus.workloads.load import Hours

FloatArray = npt.NDArray[np.float64]
HOURS = 6
KINDS = ("liquid", "air")


@st.composite
def buildings(draw: st.DrawFn, scenarios: int = 3) -> Cooling:
    """Buildings at any probability of their parameters."""
    u = {
        p.key: np.array(draw(st.lists(st.floats(0.001, 0.999), min_size=scenarios, max_size=scenarios)))
        for p in FACILITY
    }
    return Cooling.of(sampled_draws(FACILITY, u), draw(st.sampled_from(KINDS)))


temperatures = arrays(np.float64, HOURS, elements=st.floats(-40, 60))
powers = arrays(np.float64, (3, HOURS), elements=st.floats(0, 2000))


@given(building=buildings(), temperature_c=temperatures)
@settings(max_examples=60, deadline=None)
def test_pue_is_bounded_and_rises_with_temperature(building: Cooling, temperature_c: FloatArray) -> None:
    rising = np.sort(temperature_c)
    got = pue(building, rising)
    least = 1.0 + building.electrical_loss_frac + building.fan_frac
    assert (got >= least[:, None]).all()
    assert (got <= (least + 1.0 / (0.4 * building.cop_35c))[:, None] + 1e-12).all()
    assert (np.diff(got, axis=1) >= -1e-12).all()
    assert got[:, rising <= 5.0] == pytest.approx(np.broadcast_to(least[:, None], got.shape)[:, rising <= 5.0])


@given(building=buildings(scenarios=1))
@settings(max_examples=60, deadline=None)
def test_pue_is_continuous_where_chillers_start_and_where_they_take_all(building: Cooling) -> None:
    for at_c in (building.economizer_below_c[0], building.mechanical_above_c[0]):
        around = pue(building, at_c + np.array([-1e-7, 0.0, 1e-7]))[0]
        assert around == pytest.approx(np.full(3, around[1]), abs=1e-6)
    at_begin = pue(building, building.economizer_below_c)[0, 0]
    assert at_begin == pytest.approx(1.0 + building.electrical_loss_frac[0] + building.fan_frac[0])


@given(
    building=buildings(),
    temperature_c=temperatures,
    p_it_mw=powers,
    name=st.sampled_from(fields(Cooling)).map(lambda f: f.name),
)
@settings(max_examples=80, deadline=None)
def test_load_moves_one_way_with_every_parameter_of_the_building(
    building: Cooling, temperature_c: FloatArray, p_it_mw: FloatArray, name: str
) -> None:
    rises = name in ("electrical_loss_frac", "fan_frac")
    step = {"cop_35c": 0.5, "economizer_below_c": 0.5, "mechanical_above_c": 0.5}.get(name, 0.01)
    moved = replace(building, **{name: getattr(building, name) + step})
    before = p_it_mw * pue(building, temperature_c)
    after = p_it_mw * pue(moved, temperature_c)
    assert ((after >= before - 1e-9) if rises else (after <= before + 1e-9)).all()
    more = 1.5 * p_it_mw * pue(building, temperature_c)
    assert (more >= before).all()


def _served(
    asked: FloatArray, frac: FloatArray, contract: float, servers: float, pue_: float, auxiliary: float
) -> Served:
    return served(
        asked,
        contract_mw=np.full(3, contract),
        delivered_frac=frac,
        servers_mw=np.full(3, servers),
        pue=np.full(asked.shape, pue_),
        auxiliary_mw=np.full(3, auxiliary),
    )


@given(
    asked=powers,
    frac=arrays(np.float64, (3, HOURS), elements=st.floats(0, 1)),
    contract=st.floats(0, 1000),
    servers=st.floats(0, 1500),
    pue_=st.floats(1.0, 2.0),
    auxiliary=st.floats(0, 50),
)
@settings(max_examples=80, deadline=None)
def test_served_load_keeps_to_contract_and_servers(
    asked: FloatArray, frac: FloatArray, contract: float, servers: float, pue_: float, auxiliary: float
) -> None:
    got = _served(asked, frac, contract, servers, pue_, auxiliary)
    site_mw = got.p_it_mw * pue_ + got.auxiliary_mw
    assert (site_mw <= contract * frac * (1 + 1e-12) + 1e-9).all()
    assert (got.p_it_mw <= np.minimum(asked, servers * frac)).all()
    assert (got.p_it_mw >= 0).all()
    assert ((got.unserved_frac >= 0) & (got.unserved_frac <= 1)).all()
    # Served and unserved work are all the work.
    assert got.p_it_mw + got.unserved_frac * asked == pytest.approx(asked, rel=1e-9, abs=1e-9)
    # What is not held back is served, and nothing is held back twice.
    is_held = got.p_it_mw < asked
    at_limit = np.isclose(site_mw, contract * frac, atol=1e-6) | np.isclose(got.p_it_mw, servers * frac, atol=1e-6)
    assert (~is_held | at_limit).all()
    more = _served(asked * 1.3, frac, contract, servers, pue_, auxiliary)
    assert (more.p_it_mw >= got.p_it_mw).all()


@given(
    delay_days=st.floats(0, 900),
    ramp_years=st.floats(0, 8),
    realisation=st.floats(0, 1),
    year=st.integers(2025, 2040),
    start=st.integers(2026, 2032),
)
@settings(max_examples=60, deadline=None)
def test_delivery_rises_from_nothing_to_realisation(
    delay_days: float, ramp_years: float, realisation: float, year: int, start: int
) -> None:
    values = {
        **base_draws(FACILITY),
        "facility.in_service_delay_days": np.array([delay_days, delay_days + 50.0]),
        "facility.deployment_delay_months": np.zeros(2),
        "facility.ramp_years": np.full(2, ramp_years),
        "facility.realisation_frac": np.full(2, realisation),
    }
    time = np.datetime64("2021-01-01T06:00:00") + np.arange(0, 8760, 73) * np.timedelta64(3600, "s")
    begin = np.datetime64(f"{start}-01-01")
    got = delivered_frac(Hours(time_utc=time, timezone="America/Chicago", year=year), begin, values)
    assert ((got >= 0) & (got <= realisation)).all()
    assert (np.diff(got, axis=1) >= 0).all()
    assert (got[1] <= got[0]).all()
    if year < start:
        assert not got.any()
    if year - start - 1 > (delay_days + 50) / 365 + ramp_years:
        assert got == pytest.approx(np.full(got.shape, realisation))
    later = delivered_frac(Hours(time_utc=time, timezone="America/Chicago", year=year + 1), begin, values)
    assert (later >= got).all()


@given(climate=st.sampled_from(CLIMATES), year=st.integers(2000, 2040), hour=st.integers(0, 8759))
@settings(max_examples=100, deadline=None)
def test_normal_temperature_lies_within_the_normals(climate: Climate, year: int, hour: int) -> None:
    time = np.datetime64(f"{year}-01-01T00:00:00") + (hour + np.arange(48)) * np.timedelta64(3600, "s")
    got = normal_temperature_c(climate, time)
    assert got.min() >= min(climate.low_c)
    assert got.max() <= max(climate.high_c)
    assert np.abs(np.diff(got)).max() < 4.0
