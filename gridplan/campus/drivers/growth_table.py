"""Growth of data-center energy in low, middle and high scenarios, from published totals; a new one is a row.

Comes in: totals of two years. Goes out: yearly growth of energy, and of the requests that make it against a trend of
energy per token. Nothing here knows a campus: a contract caps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Scenario = Literal["low", "middle", "high"]

_LBNL = "Lawrence Berkeley National Laboratory, 2024 United States Data Center Energy Usage Report, December 2024"
_IEA = "International Energy Agency, Energy and AI, April 2025"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Growth between two published totals.

    Parameters
    ----------
    scenario : {"low", "middle", "high"}
    area : str
    first_year, last_year : int
    first_twh, last_twh : float [TWh]
        Electricity of data centers in these years.
    source : str
    """

    scenario: Scenario
    area: str
    first_year: int
    last_year: int
    first_twh: float
    last_twh: float
    source: str

    @property
    def per_year(self) -> float:
        """Yearly growth of energy [1/y]: ``(E1 / E0)^(1 / (y1 - y0)) - 1``."""
        return float((self.last_twh / self.first_twh) ** (1.0 / (self.last_year - self.first_year)) - 1.0)

    def requests_per_year(self, trend_per_year: FloatArray | float) -> FloatArray:
        """Yearly growth of requests that gives this growth of energy, dims of the trend [1/y]: ``(1 + g) / q - 1``.

        The value of ``demand.growth_per_year``, where ``q`` is ``energy.trend_per_year``, the factor on J/token.
        """
        return np.asarray((1.0 + self.per_year) / np.asarray(trend_per_year) - 1.0)


GROWTH: tuple[Growth, ...] = (
    Growth(scenario="low", area="United States", first_year=2023, last_year=2028, first_twh=176.0, last_twh=325.0,
           source=f"{_LBNL}, lower end"),
    Growth(scenario="middle", area="world", first_year=2024, last_year=2030, first_twh=415.0, last_twh=945.0,
           source=f"{_IEA}, base case"),
    Growth(scenario="high", area="United States", first_year=2023, last_year=2028, first_twh=176.0, last_twh=580.0,
           source=f"{_LBNL}, upper end"),
)  # fmt: skip
_BY_SCENARIO = {growth.scenario: growth for growth in GROWTH}


def growth_of(scenario: Scenario) -> Growth:
    """Growth of a scenario."""
    return _BY_SCENARIO[scenario]


def growth_factor(growth: Growth, first_year: int, year: int) -> float:
    """``g(year)``, energy of a year against that of ``first_year`` [1]: ``(1 + g)^(year - first_year)``."""
    return float((1.0 + growth.per_year) ** (year - first_year))
