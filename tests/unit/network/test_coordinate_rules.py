"""Coordinates that cannot be, or hardly, are found with bus, both readings and the way out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridplan.errors import Finding, InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.policy import Policy
from gridplan.network.rules import RULES
from gridplan.network.rules.coordinates import COORDINATE_RULES, middle_of
from tests.unit.network.geography_grid import Places, chain_case


def placed(case: GridCase) -> tuple[Finding, ...]:
    """Findings of the rules on places."""
    assert set(COORDINATE_RULES) <= set(RULES)
    return tuple(finding for rule in COORDINATE_RULES for finding in rule(case, Policy()))


GOOD = [(33.4 + k / 10, -112.1 + k / 10) for k in range(6)]
BAD = (
    ([*GOOD, (-112.0, 33.5)], "GP-GEO-001", "error", "latitude 33.5, longitude -112 the other way round"),
    ([*GOOD, (95.0, -100.0)], "GP-GEO-001", "error", "latitude cannot be beyond 90"),
    ([*GOOD, (0.0, 0.0)], "GP-GEO-001", "warning", "Gulf of Guinea"),
    ([*GOOD, (math.nan, math.nan)], "GP-GEO-004", "warning", "6 buses have them"),
    ([*GOOD, (math.nan, -112.0)], "GP-GEO-004", "warning", "no coordinates"),
    ([*GOOD, (33.5, 112.0)], "GP-GEO-001", "warning", "km from the middle"),
    ([*GOOD, (3_698_115.0, 401_202.0)], "GP-GEO-002", "error", "metres or feet"),
    ([(52.5 + k / 10, 13.4) for k in range(6)] + [(13.4, 52.6)], "GP-GEO-001", "error", "13.4 the other way round"),
)


@pytest.mark.parametrize(("places", "code", "severity", "words"), BAD)
def test_wrong_coordinates_are_found(places: Places, code: str, severity: str, words: str) -> None:
    (found,) = placed(chain_case(places))
    assert (found.code, found.severity) == (code, severity)
    assert words in found.message
    assert f"bus {len(places)}:" in found.message
    assert found.remedy
    assert found.place.key == "bus latitude_degree"


@pytest.mark.parametrize(
    "places",
    [
        GOOD,
        [(math.nan, math.nan)] * 4,
        # Fiji on both sides of the 180th meridian, a station at each pole, a continent
        [(-17.0, 179.9), (-17.1, -179.9), (-17.2, 179.8), (-17.0, -179.8)],
        [(89.9, 0.0), (89.9, 120.0), (89.9, -120.0), (90.0, 0.0)],
        [(30.0 + k, -120.0 + 5 * k) for k in range(12)],
        [(33.4, -112.1)] * 4,
        # a longitude of 248 degrees east is one of 112 west
        [(33.4 + k / 10, 248.0) for k in range(4)],
    ],
)
def test_odd_and_right_coordinates_pass(places: Places) -> None:
    assert placed(chain_case(places)) == ()


def test_impossible_coordinates_stop_a_study_of_the_file() -> None:
    with pytest.raises(InputError, match="GP-GEO-001"):
        build_network(chain_case(BAD[0][0]))


def test_several_faults_come_together() -> None:
    places = [*GOOD, (math.nan, math.nan), (0.0, 0.0), (500_000.0, 3_700_000.0), (120.0, 7.0)]
    found = placed(chain_case(places))
    assert [f.code for f in found] == ["GP-GEO-002", "GP-GEO-001", "GP-GEO-001", "GP-GEO-004"]


def test_middle_of_buses_around_the_180th_meridian_lies_among_them() -> None:
    latitude, longitude = middle_of(np.array([-17.0, -17.0, -17.0]), np.array([179.0, -179.0, 180.0]))
    assert abs(longitude) == pytest.approx(180.0, abs=0.01)
    assert latitude == pytest.approx(-17.0, abs=0.01)
