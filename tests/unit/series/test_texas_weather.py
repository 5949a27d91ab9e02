"""The synthetic weather of Texas 2000: dark nights, shared winds, the same bytes from the same seed."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import FloatArray, Network
from gridplan.series.dataset import AVAILABILITY_FILE, read_series
from gridplan.series.model import GridSeries
from tools.dataset_builders.files import csv_bytes, write_gzip
from tools.dataset_builders.solar_model import clear_irradiance_w_per_m2, solar_capacity_frac
from tools.dataset_builders.weather_field import Layer, distance_km, normal_field, solar_hour
from tools.dataset_builders.wind_model import power_curve

FOLDER = dataset_folder("texas2000")


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(FOLDER)


@pytest.fixture(scope="module")
def series(network: Network) -> GridSeries:
    return read_series(FOLDER, network, commitment="relaxed")


def output_frac(network: Network, series: GridSeries, fuel: str) -> tuple[FloatArray, FloatArray]:
    """Output per MW of capacity, dims (time, unit), and the position of each unit's bus."""
    at = np.flatnonzero(np.array(network.generator.fuel) == fuel)
    return series.p_max_mw[:, at] / network.generator.p_max_mw[at], network.generator.bus[at]


def test_capacity_factors_lie_in_the_stated_ranges(network: Network, series: GridSeries) -> None:
    wind, at = output_frac(network, series, "wind")
    is_coastal = np.isin(np.array(network.bus.area)[at], ["Coast", "South"])
    factor = wind.mean(axis=0)
    assert 0 < is_coastal.sum() < len(at)
    np.testing.assert_allclose(factor[is_coastal], 0.33, atol=5e-4)
    assert factor[~is_coastal].min() >= 0.3495
    assert factor[~is_coastal].max() <= 0.4505
    solar, at = output_frac(network, series, "solar")
    assert 0.22 <= solar.mean(axis=0).min() <= solar.mean(axis=0).max() <= 0.30
    assert np.corrcoef(solar.mean(axis=0), network.bus.longitude_degree[at])[0, 1] < -0.8  # clearer in the west


def test_no_sun_at_night(network: Network, series: GridSeries) -> None:
    solar, at = output_frac(network, series, "solar")
    noon = solar_hour(series.time_utc + np.timedelta64(1800, "s"), network.bus.longitude_degree[at])
    assert not solar[(noon < 4.0) | (noon > 20.0)].any()
    assert (solar.reshape(366, 24, -1).max(axis=1) > 0.05).all()  # and some light every day
    december = np.abs(np.arange(8784) // 24 - 355) < 10
    evening = (noon > 18.0) & december[:, None]
    assert not solar[evening].any()


def test_sun_stands_highest_at_solar_noon_and_in_june() -> None:
    time_utc = np.datetime64("2016-01-01T00:00", "s") + np.arange(8784) * np.timedelta64(3600, "s")
    light = clear_irradiance_w_per_m2(time_utc, np.array([31.0]), np.array([-97.5]))[:, 0].reshape(366, 24)
    local = np.roll(light, -6, axis=1)
    centre = (local * np.arange(24)).sum(axis=1) / local.sum(axis=1)
    assert centre.mean() == pytest.approx(12.5, abs=0.1)  # 97.5 degrees west at UTC-6
    assert centre.max() - centre.min() == pytest.approx(0.51, abs=0.08)  # equation of time: -14 to +16 minutes
    by_month = [light[first : first + 30].sum() for first in range(0, 360, 30)]
    assert np.argmax(by_month) in (4, 5, 6)
    assert 1.5 < max(by_month) / min(by_month) < 2.5


def test_neighbours_share_their_weather_and_distance_ends_it(network: Network, series: GridSeries) -> None:
    for fuel in ("wind", "solar"):
        output, at = output_frac(network, series, fuel)
        away_km = distance_km(network.bus.latitude_degree[at], network.bus.longitude_degree[at])
        hour = np.arange(len(output)) % 24
        anomaly = output - np.array([output[hour == h].mean(axis=0) for h in range(24)])[hour]
        alike = np.corrcoef(anomaly.T)
        pairs = np.triu_indices(len(at), 1)
        means = [
            alike[pairs][(away_km[pairs] >= low) & (away_km[pairs] < high)].mean()
            for low, high in ((0, 30), (100, 200), (300, 400), (500, 900))
        ]
        assert means == sorted(means, reverse=True)
        assert means[0] > means[-1] + 0.3


def test_wind_is_steady_from_hour_to_hour_and_blows_at_night_inland(network: Network, series: GridSeries) -> None:
    wind, at = output_frac(network, series, "wind")
    capacity = network.generator.p_max_mw[np.array(network.generator.fuel) == "wind"]
    fleet = wind @ capacity / capacity.sum()
    assert np.diff(fleet).std() < 0.05
    assert np.abs(np.diff(fleet)).max() < 0.30
    is_coastal = np.isin(np.array(network.bus.area)[at], ["Coast", "South"])
    day = wind.reshape(366, 24, -1).mean(axis=0)
    assert day[[0, 1, 2, 23]][:, ~is_coastal].mean() > day[11:15][:, ~is_coastal].mean() + 0.05
    assert day[15:19][:, is_coastal].mean() > day[3:7][:, is_coastal].mean() + 0.05


def test_thermal_units_are_flat(network: Network, series: GridSeries) -> None:
    flat = np.isin(np.array(network.generator.fuel), ["coal", "ng", "nuclear", "hydro"])
    assert (series.p_max_mw[:, flat] == network.generator.p_max_mw[flat]).all()


def test_power_curve_has_its_corners() -> None:
    np.testing.assert_allclose(power_curve(np.array([0.0, 3.0, 11.5, 20.0, 24.0, 26.0, 40.0])), [0, 0, 1, 1, 0.5, 0, 0])


def test_field_is_standard_normal_with_the_stated_correlations() -> None:
    layers = (
        Layer(variance_frac=0.8, length_km=300.0, time_h=5.0),
        Layer(variance_frac=0.2, length_km=50.0, time_h=2.0),
    )
    latitude, longitude = np.array([31.0, 31.0, 33.0]), np.array([-100.0, -99.0, -97.0])
    field = normal_field(latitude, longitude, 60_000, layers, 7)
    away_km = distance_km(latitude, longitude)
    wanted = 0.8 * np.exp(-away_km / 300.0) + 0.2 * np.exp(-away_km / 50.0)
    np.testing.assert_allclose(np.cov(field.T), wanted, atol=0.05)
    phi = np.exp(-1 / np.array([5.0, 2.0]))
    lag_one = (np.array([0.8, 0.2]) * 2 * phi / (1 + phi**2)).sum()
    assert np.mean(field[1:] * field[:-1]) == pytest.approx(lag_one, abs=0.03)


def test_units_at_one_place_share_their_weather() -> None:
    layers = (Layer(variance_frac=1.0, length_km=100.0, time_h=3.0),)
    field = normal_field(np.array([31.0, 31.0]), np.array([-99.0, -99.0]), 100, layers, 1)
    np.testing.assert_array_equal(field[:, 0], field[:, 1])


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    import pandas as pd

    time_utc = np.datetime64("2016-01-01T06:00", "s") + np.arange(240) * np.timedelta64(3600, "s")
    place = (np.array([31.0, 30.0]), np.array([-102.0, -97.0]))

    def written(name: str, **seed: int) -> bytes:
        frac = solar_capacity_frac(time_utc, *place, **seed)
        write_gzip(tmp_path / name, csv_bytes(pd.DataFrame(frac.round(4), columns=["a", "b"])))
        return (tmp_path / name).read_bytes()

    assert written("one") == written("two")
    assert written("one") != written("three", seed=1)
    assert (FOLDER / AVAILABILITY_FILE).read_bytes()[4:8] == bytes(4)  # gzip carries no time of day


def test_committed_availability_is_the_model_s(network: Network) -> None:
    import pandas as pd

    from tools.dataset_builders.texas2000 import availability_table

    generator = pd.read_csv(FOLDER / "generator.csv", dtype={"bus": str})
    rebuilt = availability_table(generator, pd.read_csv(FOLDER / "bus.csv", dtype={"id": str}))
    committed = pd.read_csv(FOLDER / AVAILABILITY_FILE)
    assert list(rebuilt.columns) == list(committed.columns)
    # Another linear algebra library may move the last digit across a rounding step.
    assert (np.abs(rebuilt.to_numpy() - committed.to_numpy()) <= 0.1 + 1e-9).all()
    assert gzip.decompress((FOLDER / AVAILABILITY_FILE).read_bytes()).count(b"\n") == 8785
    assert len(network.generator) == 544
