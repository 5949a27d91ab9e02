from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from gridplan.campus.drivers.draws import Draws, base_draws, sampled_draws
from gridplan.campus.drivers.rows_facility import FACILITY
from gridplan.campus.facility.delivery import contract_frac, delivered_frac, elapsed_days, refreshed_contract_mw
from gridplan.campus.facility.pue import COOLING_KINDS, Cooling, CoolingKind, pue
from gridplan.campus.facility.saturation import served
from gridplan.campus.workloads.load import Hours

BASE = base_draws(FACILITY)
YEAR = np.datetime64("2020-01-01T07:00:00") + np.arange(8784) * np.timedelta64(3600, "s")


def hours(year: int, count: int = 8784) -> Hours:
    return Hours(time_utc=YEAR[:count], timezone="America/Phoenix", year=year)


def draws(**values: float) -> Draws:
    """Base draws with some of the facility's parameters set."""
    return Draws({**BASE, **{f"facility.{key}": np.array([value]) for key, value in values.items()}})


def test_parameters_are_unique_and_sourced() -> None:
    assert max(Counter(p.key for p in FACILITY).values()) == 1
    assert all(p.source and p.meaning for p in FACILITY)


@pytest.mark.parametrize("kind", COOLING_KINDS)
def test_free_cooling_ends_below_full_cooling_wherever_one_draws(kind: str) -> None:
    by_key = {p.key: p for p in FACILITY}
    assert by_key[f"facility.{kind}.economizer_below_c"].most < by_key[f"facility.{kind}.mechanical_above_c"].least


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("liquid", {20.0: 1.08, 25.0: 1.08, 35.0: 1.25, 43.0: 1.28}),
        ("air", {5.0: 1.13, 12.0: 1.13, 35.0: 1.35, 43.0: 1.40}),
    ],
)
def test_presets_have_the_published_pue(kind: CoolingKind, values: dict[float, float]) -> None:
    # load-model.md, section 4, two decimals; 1.13 + 1/(4.5 * 0.84) = 1.3946 is printed there as 1.40.
    got = pue(Cooling.of(BASE, kind), np.array(list(values)))
    assert got[0] == pytest.approx(list(values.values()), abs=0.006)


def test_pue_of_one_hour_by_hand() -> None:
    cooling = Cooling(
        electrical_loss_frac=np.array([0.04]),
        fan_frac=np.array([0.02]),
        economizer_below_c=np.array([20.0]),
        mechanical_above_c=np.array([30.0]),
        cop_35c=np.array([5.0]),
    )
    # Half of the heat by chillers at 25 degC, where the COP is 5 (1 + 0.02 * 10) = 6.
    assert pue(cooling, np.array([25.0]))[0, 0] == pytest.approx(1.06 + 0.5 / 6.0)
    # The COP neither rises above 1.3 nor falls below 0.4 of its value.
    assert pue(cooling, np.array([90.0]))[0, 0] == pytest.approx(1.06 + 1 / 2.0)


def test_cooling_that_cannot_be_is_refused() -> None:
    one = np.array([1.0])
    sound = {"electrical_loss_frac": one, "fan_frac": one}
    with pytest.raises(ValueError, match="free cooling must end below"):
        Cooling(**sound, economizer_below_c=30 * one, mechanical_above_c=30 * one, cop_35c=one)
    with pytest.raises(ValueError, match="must be above 0"):
        Cooling(**sound, economizer_below_c=20 * one, mechanical_above_c=30 * one, cop_35c=0 * one)


def test_days_count_from_the_beginning_of_the_studied_year() -> None:
    # 2020-01-01T07:00 UTC is midnight in Phoenix.
    assert elapsed_days(hours(2030, 49), np.datetime64("2030-01-01"))[[0, 24, 48]] == pytest.approx([0.0, 1.0, 2.0])
    assert elapsed_days(hours(2031, 2), np.datetime64("2030-01-01"))[0] == 365.0
    assert elapsed_days(hours(2029, 2), np.datetime64("2030-03-01"))[0] == -(365.0 + 59.0)


def test_delivery_by_hand() -> None:
    day = 24
    got = delivered_frac(
        hours(2030), np.datetime64("2030-01-01"), draws(in_service_delay_days=100, ramp_years=1, realisation_frac=0.5)
    )[0]
    assert not got[: 100 * day + 1].any()
    assert got[200 * day] == pytest.approx(0.5 * 100 / 365.25)
    years = [
        delivered_frac(
            hours(year, 1),
            np.datetime64("2030-01-01"),
            draws(in_service_delay_days=0, ramp_years=2, realisation_frac=0.6),
        )[0, 0]
        for year in (2029, 2030, 2031, 2032, 2033, 2040)
    ]
    assert years == pytest.approx([0.0, 0.0, 0.3 * 365 / 365.25, 0.6 * 730 / 730.5, 0.6, 0.6])


def test_deployment_delay_adds_to_the_delay_in_service() -> None:
    start = np.datetime64("2030-01-01")
    by_months = delivered_frac(hours(2031), start, draws(in_service_delay_days=0, deployment_delay_months=12))
    by_days = delivered_frac(hours(2031), start, draws(in_service_delay_days=365.25, deployment_delay_months=0))
    assert by_months == pytest.approx(by_days)
    assert (by_months <= delivered_frac(hours(2031), start, draws(in_service_delay_days=0))).all()


def test_no_ramp_is_a_step() -> None:
    got = delivered_frac(
        hours(2030, 49), np.datetime64("2030-01-02"), draws(in_service_delay_days=0, ramp_years=0, realisation_frac=1)
    )[0]
    assert got.tolist() == [0.0] * 25 + [1.0] * 24


def test_contract_basis_is_the_whole_contract() -> None:
    assert (contract_frac(hours(2030, 5), 3) == np.ones((3, 5))).all()


def test_refresh_raises_the_contract_from_its_year_on() -> None:
    renewed = draws(refresh_year=2031, refresh_density_gain=1.6)
    assert [refreshed_contract_mw(100.0, year, renewed)[0] for year in (2030, 2031, 2032)] == [100.0, 160.0, 160.0]
    assert refreshed_contract_mw(100.0, 2060, BASE)[0] == 100.0


def test_saturated_efficiency_changes_work_and_not_mw() -> None:
    asked = np.full((1, 4), 300.0)
    wide = {
        "contract_mw": np.array([100.0]),
        "delivered_frac": np.ones((1, 4)),
        "servers_mw": np.array([90.0]),
        "pue": np.full((1, 4), 1.2),
        "auxiliary_mw": np.array([1.0]),
    }
    before, after = served(asked, **wide), served(asked / 2, **wide)
    assert after.p_it_mw == pytest.approx(before.p_it_mw)
    assert before.p_it_mw[0] * 1.2 + 1.0 == pytest.approx(np.full(4, 100.0))
    # At half the energy per unit of work, twice the work is done.
    assert 1 - after.unserved_frac == pytest.approx(2 * (1 - before.unserved_frac))


def test_servers_hold_the_load_below_the_contract() -> None:
    got = served(
        np.array([[10.0, 80.0]]),
        contract_mw=np.array([100.0]),
        delivered_frac=np.ones((1, 2)),
        servers_mw=np.array([50.0]),
        pue=np.full((1, 2), 1.2),
        auxiliary_mw=np.array([2.0]),
    )
    assert got.p_it_mw.tolist() == [[10.0, 50.0]]
    assert got.unserved_frac[0] == pytest.approx([0.0, 30.0 / 80.0])


def test_every_scenario_of_a_sample_has_a_sound_building() -> None:
    rng = np.random.default_rng(7)
    sample = sampled_draws(FACILITY, {p.key: rng.random(4000) for p in FACILITY})
    for kind in ("liquid", "air"):
        Cooling.of(sample, kind)
    assert sample["facility.realisation_frac"].max() <= 1.0
