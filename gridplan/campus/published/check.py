"""A published figure and the question put to the load model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws

FloatArray = npt.NDArray[np.float64]
Spread = Literal["parameters", "chance", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a model is evaluated at: parameters by scenario, and the seed of what is left to chance."""

    draws: Draws
    seed: int


Model = Callable[[Case], FloatArray]
"""Value by scenario, dims (scenario,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A figure, a range, or a range with a figure in it.

    Parameters
    ----------
    low, high : float
        Ends of the range; both the figure where there is no range.
    figure : float, optional
        Figure the deviation is told from; absent: the nearest end of the range.
    decimals : int
        Decimals the publication gives.
    words : str
        The figure as published.
    source : str
    year : int
    """

    low: float
    high: float
    figure: float | None = None
    decimals: int
    words: str
    source: str
    year: int

    @property
    def is_range(self) -> bool:
        """Whether a range was published."""
        return self.high > self.low


def figure(value: float, decimals: int, words: str, source: str, year: int) -> Published:
    """A single published figure."""
    return Published(low=value, high=value, figure=value, decimals=decimals, words=words, source=source, year=year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row of the comparison.

    Parameters
    ----------
    key, title, unit : str
    published : Published
    inputs : str
        What the model is asked: service, model, hardware, PUE.
    model : Model
    given : mapping of parameter key to value
        Parameters that state the published case; all others stay as shipped.
    spread : {"parameters", "chance", "none"}
        What the band is over: parameters drawn; chance alone with parameters at their modes; nothing.
    is_input : bool
        Whether the published figure is itself an input of the model, so that meeting it proves nothing.
    incomparable : str
        Why the two are not the same thing; empty where they are.
    note : str
        What explains a deviation, or limits what a row shows.
    """

    key: str
    title: str
    unit: str
    published: Published
    inputs: str
    model: Model
    given: Mapping[str, float] = field(default_factory=dict)
    spread: Spread = "parameters"
    is_input: bool = False
    incomparable: str = ""
    note: str = ""
