"""Published shapes of requests, and totals that growth scenarios meet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.drivers.growth_table import Growth, Scenario, growth_factor, growth_of
from gridplan.campus.published.check import Case, Check, Model, Published, figure
from gridplan.campus.published.serving import user_mw
from gridplan.campus.shape import find_shape, week_rel

FloatArray = npt.NDArray[np.float64]

_AZURE = "Azure LLM inference trace 2024 (Azure/AzurePublicDataset, CC BY 4.0)"
_SERVEGEN = "ServeGen (arXiv 2505.09999): two weeks of three model pools of another provider, by hour"
_LBNL = "LBNL, United States Data Center Energy Usage Report, December 2024"
_IEA = "IEA, Energy and AI, April 2025"
_EPRI = "EPRI, February 2026"
_US_2028_TWH = 4840.0  # 325 TWh are 6.7 % and 580 TWh 12.0 % of it (LBNL)


def _load_factor(shape: str) -> Model:
    return lambda case: np.full(case.draws.scenarios, 1.0 / week_rel(find_shape(shape)).max())


def _of_growth(scenario: Scenario, value: Callable[[Growth], float]) -> Model:
    return lambda case: np.full(case.draws.scenarios, value(growth_of(scenario)))


def _twh(scenario: Scenario) -> Model:
    """Total of the last year: that of the first one times energy by energy of a chat service that grows so [TWh].

    Requests grow by ``(1 + g) / q - 1`` a year, J/token by ``q``.
    """

    def model(case: Case) -> FloatArray:
        growth = growth_of(scenario)
        requests = growth.requests_per_year(case.draws["energy.trend_per_year"])
        draws = Draws({**case.draws, "demand.growth_per_year": requests})
        first, last = (user_mw("chat", draws, year) for year in (growth.first_year, growth.last_year))
        return np.asarray(growth.first_twh * last / first)

    return model


def _percent_per_year(growth: Growth) -> float:
    return 100.0 * growth.per_year


def _percent_of_2030(growth: Growth) -> float:
    """Share of United States electricity, the total held at that of 2028 [%]."""
    return 100.0 * growth_of("low").first_twh * growth_factor(growth, 2023, 2030) / _US_2028_TWH


def _noise_sd(case: Case) -> FloatArray:
    return case.draws["noise.hourly_sd"]


def _epri(scenario: Scenario) -> Check:
    return Check(
        key=f"epri_2030_{scenario}",
        title=f"share of United States electricity in 2030, {scenario} growth",
        unit="%",
        published=Published(low=9.0, high=17.0, decimals=0, words="9 to 17", source=_EPRI, year=2026),
        inputs=f"176 TWh of 2023 with {scenario} growth, over {_US_2028_TWH:,.0f} TWh, the total LBNL implies for 2028",
        model=_of_growth(scenario, _percent_of_2030),
        spread="none",
        note="growth of five or six years carried on, the total held",
    )


SHAPES: tuple[Check, ...] = (
    Check(
        key="load_factor_chat",
        title="load factor of chat requests, a week by hour",
        unit="1",
        published=figure(0.604, 3, "0.604", _AZURE, 2024),
        inputs="shape azure_conversation",
        model=_load_factor("azure_conversation"),
        spread="none",
        is_input=True,
    ),
    Check(
        key="load_factor_code",
        title="load factor of code requests, a week by hour",
        unit="1",
        published=figure(0.331, 3, "0.331", _AZURE, 2024),
        inputs="shape azure_code",
        model=_load_factor("azure_code"),
        spread="none",
        is_input=True,
    ),
    Check(
        key="load_factor_servegen",
        title="load factor of a second provider beside chat",
        unit="1",
        published=Published(low=0.508, high=0.616, decimals=3, words="0.508 to 0.616", source=_SERVEGEN, year=2025),
        inputs="shape azure_conversation",
        model=_load_factor("azure_conversation"),
        spread="none",
    ),
    Check(
        key="load_factor_servegen_code",
        title="load factor of a second provider beside code",
        unit="1",
        published=Published(low=0.508, high=0.616, decimals=3, words="0.508 to 0.616", source=_SERVEGEN, year=2025),
        inputs="shape azure_code",
        model=_load_factor("azure_code"),
        spread="none",
        incomparable="the pools are not told by service",
    ),
    Check(
        key="irregular_servegen",
        title="what does not repeat from week to week, over the mean",
        unit="1",
        published=Published(low=0.193, high=0.338, decimals=3, words="0.193 to 0.338", source=_SERVEGEN, year=2025),
        inputs="noise.hourly_sd as shipped",
        model=_noise_sd,
        note="the noise is that of a large site of many services; one model pool is five to eight times as irregular",
    ),
)

GROWTH: tuple[Check, ...] = (
    Check(
        key="lbnl_2028_low",
        title="United States data centers 2028, low growth",
        unit="TWh",
        published=figure(325.0, 0, "325", _LBNL, 2024),
        inputs="176 TWh of 2023 with low growth",
        model=_twh("low"),
        spread="none",
        is_input=True,
    ),
    Check(
        key="lbnl_2028_high",
        title="United States data centers 2028, high growth",
        unit="TWh",
        published=figure(580.0, 0, "580", _LBNL, 2024),
        inputs="176 TWh of 2023 with high growth",
        model=_twh("high"),
        spread="none",
        is_input=True,
    ),
    Check(
        key="iea_2030",
        title="data centers of the world 2030, middle growth",
        unit="TWh",
        published=figure(945.0, 0, "945", _IEA, 2025),
        inputs="415 TWh of 2024 with middle growth",
        model=_twh("middle"),
        spread="none",
        is_input=True,
    ),
    Check(
        key="lbnl_growth_low",
        title="yearly growth, low",
        unit="%",
        published=figure(13.0, 0, "13", _LBNL, 2024),
        inputs="growth that takes 176 TWh in 2023 to 325 in 2028",
        model=_of_growth("low", _percent_per_year),
        spread="none",
    ),
    Check(
        key="lbnl_growth_high",
        title="yearly growth, high",
        unit="%",
        published=figure(27.0, 0, "27", _LBNL, 2024),
        inputs="growth that takes 176 TWh in 2023 to 580 in 2028",
        model=_of_growth("high", _percent_per_year),
        spread="none",
    ),
    Check(
        key="iea_growth_2025",
        title="yearly growth 2025 beside middle",
        unit="%",
        published=figure(17.0, 0, "17", "IEA: growth of the world's data centers in 2025", 2026),
        inputs="growth that takes 415 TWh in 2024 to 945 in 2030",
        model=_of_growth("middle", _percent_per_year),
        spread="none",
        note="one year against six",
    ),
    _epri("low"),
    _epri("middle"),
    _epri("high"),
)
