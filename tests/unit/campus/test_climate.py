from __future__ import annotations

import numpy as np
import pytest

from gridplan.campus.climate import (
    campus_temperature_c,
    climate_name,
    climate_names,
    find_climate,
    normal_temperature_c,
    region_column,
)
from gridplan.campus.climate_table import CLIMATE_OF_DATASET, CLIMATES, Climate
from gridplan.errors import InputError
from gridplan.network.embedded import embedded_names

YEAR = np.datetime64("2021-01-01T00:00:00") + np.arange(8760) * np.timedelta64(3600, "s")
each_climate = pytest.mark.parametrize("climate", CLIMATES, ids=climate_names())


def local(climate: Climate) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Standard time of the hours of the year."""
    return YEAR + np.timedelta64(climate.standard_utc_offset_h, "h")


@each_climate
def test_months_have_their_normal_high_and_low(climate: Climate) -> None:
    got = normal_temperature_c(climate, YEAR)
    for month in range(12):
        middle = np.datetime64(f"2021-{month + 1:02d}-15")
        of_day = got[local(climate).astype("datetime64[D]") == middle]
        assert len(of_day) == 24
        # An hour's middle is at most half an hour from the extremes; those of the day's hours are a little inside.
        assert of_day.max() == pytest.approx(climate.high_c[month], abs=0.4)
        assert of_day.min() == pytest.approx(climate.low_c[month], abs=0.4)


@each_climate
def test_day_is_coldest_near_sunrise_and_warmest_in_the_afternoon(climate: Climate) -> None:
    july = local(climate).astype("datetime64[M]") == np.datetime64("2021-07")
    hour = (local(climate)[july].astype("datetime64[h]").astype(int)) % 24
    by_hour = [normal_temperature_c(climate, YEAR)[july][hour == h].mean() for h in range(24)]
    assert int(np.argmin(by_hour)) in (5, 6)
    assert int(np.argmax(by_hour)) in (14, 15)


def test_phoenix_in_july_is_known() -> None:
    # Public normal of July: 41 degC by day, 29 degC by night, mean 35.5 degC (95.5 degF, NOAA 1991-2020).
    climate = find_climate("phoenix")
    july = local(climate).astype("datetime64[M]") == np.datetime64("2021-07")
    assert normal_temperature_c(climate, YEAR)[july].mean() == pytest.approx(35.5, abs=1.0)


def test_daylight_saving_time_does_not_move_the_sun() -> None:
    got = normal_temperature_c(find_climate("dallas"), YEAR)
    of_day = YEAR.astype("datetime64[D]")
    assert {int(got[of_day == np.datetime64(day)].argmax()) for day in ("2021-03-12", "2021-03-16")} <= {20, 21}


def test_leap_year_and_new_year_are_without_a_step() -> None:
    time = np.datetime64("2019-12-25T00:00:00") + np.arange(24 * 80) * np.timedelta64(3600, "s")
    got = normal_temperature_c(find_climate("ashburn"), time)
    assert np.abs(got[24:] - got[:-24]).max() < 0.3


def test_climates_are_sound() -> None:
    assert len(set(climate_names())) == len(CLIMATES)
    assert set(CLIMATE_OF_DATASET) <= set(embedded_names())
    assert set(CLIMATE_OF_DATASET.values()) <= set(climate_names())
    with pytest.raises(ValueError, match="12 months"):
        Climate(name="x", title="", standard_utc_offset_h=0, high_c=(1.0,), low_c=(0.0,))
    with pytest.raises(ValueError, match="lies below its high"):
        Climate(name="x", title="", standard_utc_offset_h=0, high_c=(1.0,) * 12, low_c=(1.0,) * 12)


def test_unknown_climate_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r"GP-CAM-021.*'phenix'. Did you mean 'phoenix'"):
        find_climate("phenix")


def test_place_of_a_campus_is_its_own_or_that_of_the_dataset() -> None:
    assert climate_name("ashburn", "rts_gmlc") == "ashburn"
    assert climate_name(None, "rts_gmlc") == "phoenix"
    assert climate_name(None, "texas2000") == "dallas"
    assert climate_name(None, "north") is None


def test_measured_temperature_wins_over_the_climate() -> None:
    measured = np.linspace(0, 30, 24)
    got, findings = campus_temperature_c(measured, "phoenix", YEAR[:24], campus="mesa")
    assert (got == measured).all()
    assert findings == []


def test_climate_wins_over_nothing_and_nothing_is_told() -> None:
    got, findings = campus_temperature_c(None, "phoenix", YEAR, campus="mesa")
    assert got == pytest.approx(normal_temperature_c(find_climate("phoenix"), YEAR))
    assert findings == []
    got, (finding,) = campus_temperature_c(None, None, YEAR, campus="mesa")
    assert set(got) == {25.0}
    assert (finding.code, finding.severity) == ("GP-CAM-022", "warning")
    assert "campus mesa" in finding.message
    assert "series.temperature" in finding.remedy


def test_region_of_a_campus_is_looked_up() -> None:
    assert region_column(["air"], "system", area="2", zone=None) == 0
    assert region_column(["1", "2", "3"], "area", area="2", zone="9") == 1
    assert region_column(["9", "8"], "zone", area="8", zone="9") == 0


@pytest.mark.parametrize(
    ("names", "by", "zone", "text"),
    [
        (["1", "3"], "area", None, "no column for area 2"),
        (["1", "3"], "zone", None, "no column for one zone"),
        (["a", "b"], "system", None, "no column for one system"),
    ],
)
def test_region_without_a_column_is_an_error(names: list[str], by: str, zone: str | None, text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        region_column(names, by, area="2", zone=zone)
    assert caught.value.findings[0].code == "GP-CAM-023"
