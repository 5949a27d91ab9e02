"""The comparison with published totals as rows: base run, band, deviation, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws, base_draws, sampled_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.published.capping import CAPPING
from gridplan.campus.published.check import Case, Check, Published
from gridplan.campus.published.demand import GROWTH, SHAPES
from gridplan.campus.published.serving import PROMPTS, SERVICES
from gridplan.campus.published.training import TRAINING
from gridplan.campus.uncertainty.sample import unit_sample

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["inside", "miss", "not comparable"]

CHECKS: tuple[Check, ...] = (*PROMPTS, *SERVICES, *TRAINING, *CAPPING, *SHAPES, *GROWTH)
SINGLE_FIGURE_FRAC = 0.10
"""How far the base run may lie from a published figure that has no range."""
SAMPLES = 256
BAND = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """A published figure beside the load model's.

    Parameters
    ----------
    check : Check
        What was published, and what the model was asked.
    base : float [check.unit]
        Every parameter at its mode; of years at random, the first one.
    p10, p50, p90 : float, optional [check.unit]
        Over the scenarios; absent where nothing varies.
    deviation_frac : float [1]
        Base run against the published figure, or against the nearest end of the range; 0 within it.
    verdict : {"inside", "miss", "not comparable"}
    holds_figure : bool, optional
        Whether P10 to P90 holds the published figure or part of the range; absent without a band.
    """

    check: Check
    base: float
    p10: float | None
    p50: float | None
    p90: float | None
    deviation_frac: float
    verdict: Verdict
    holds_figure: bool | None


def published_rows(samples: int = SAMPLES, seed: int = 0) -> tuple[PublishedRow, ...]:
    """Every published figure beside the load model's.

    Parameters
    ----------
    samples : int
        Scenarios of the bands.
    seed : int
    """
    u = unit_sample([p.key for p in PARAMETERS if p.is_spread], samples, seed, "latin_hypercube")
    return tuple(published_row(check, u, samples, seed) for check in CHECKS)


def published_row(check: Check, u: Mapping[str, FloatArray], samples: int, seed: int) -> PublishedRow:
    """One row; ``u`` are the probabilities of the parameters by scenario."""
    base = float(check.model(Case(draws=_given(base_draws(PARAMETERS), check), seed=seed))[0])
    low, middle, high = _band(check, u, samples, seed)
    return PublishedRow(
        check=check,
        base=base,
        p10=low,
        p50=middle,
        p90=high,
        deviation_frac=deviation_frac(check.published, base),
        verdict="not comparable" if check.incomparable else verdict(check.published, base),
        holds_figure=None if low is None or high is None else holds_figure(check.published, low, high),
    )


def verdict(published: Published, value: float) -> Verdict:
    """Whether a value is what was published, at the decimals published.

    ``inside``: within the published range; of a figure without a range, within a tenth of it.
    """
    if published.is_range:
        is_inside = published.low <= round(value, published.decimals) <= published.high
    else:
        is_inside = abs(value / published.low - 1.0) <= SINGLE_FIGURE_FRAC
    return "inside" if is_inside else "miss"


def deviation_frac(published: Published, value: float) -> float:
    """Deviation from the figure, or from the nearest end of the range and 0 within it [1]."""
    against = published.figure
    if against is None:
        rounded = round(value, published.decimals)
        if published.low <= rounded <= published.high:
            return 0.0
        against = published.low if rounded < published.low else published.high
    return value / against - 1.0


def holds_figure(published: Published, low: float, high: float) -> bool:
    """Whether a band holds the published figure, or touches the range where no figure was published."""
    if published.figure is None:
        return low <= published.high and high >= published.low
    return low <= published.figure <= high


def _given(draws: Draws, check: Check) -> Draws:
    stated = {key: np.full(draws.scenarios, value) for key, value in check.given.items()}
    unknown = stated.keys() - draws.keys()
    if unknown:
        raise KeyError(f"{check.key}: no parameters {', '.join(sorted(unknown))}")
    return Draws({**draws, **stated})


def _band(
    check: Check, u: Mapping[str, FloatArray], samples: int, seed: int
) -> tuple[float | None, float | None, float | None]:
    """P10, P50 and P90; none where the scenarios do not differ."""
    if check.spread == "none":
        return None, None, None
    still = {"": np.full(samples, 0.5)}
    draws = sampled_draws(PARAMETERS, u if check.spread == "parameters" else still)
    values = check.model(Case(draws=_given(draws, check), seed=seed))
    if np.ptp(values) == 0:
        return None, None, None
    low, middle, high = (float(q) for q in np.quantile(values, BAND))
    return low, middle, high
