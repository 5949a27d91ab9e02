"""Trends of training from year to year: efficiency of learning, exhausted data, share of training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws

FloatArray = npt.NDArray[np.float64]
SHARE_FROM, SHARE_TO = 2024, 2034
"""Years of the parameters ``train.share_2024`` and ``train.share_2034``."""


def efficiency_factor(draws: Draws, year: int, reference_year: int) -> FloatArray:
    """Work of a campaign over that in the reference year, dims (scenario,): ``(1 - gain)^(year - year0)``."""
    return np.asarray((1 - draws["train.efficiency_gain_per_year"]) ** max(0, year - reference_year))


def data_cap_factor(draws: Draws, year: int, data_cap_year: int | None) -> FloatArray:
    """Training work over that before new data ran out, dims (scenario,): ``(1 - decline)^(year - cap)``, 1 before."""
    years = 0 if data_cap_year is None else max(0, year - data_cap_year)
    return np.asarray((1 - draws["train.decline_after_cap_per_year"]) ** years)


def train_share(draws: Draws, year: int) -> FloatArray:
    """Share of training in AI computing, dims (scenario,): straight between 2024 and 2034, level outside."""
    part = min(1.0, max(0.0, (year - SHARE_FROM) / (SHARE_TO - SHARE_FROM)))
    return np.asarray((1 - part) * draws["train.share_2024"] + part * draws["train.share_2034"])
