"""Values of the parameters by scenario.

Comes in: parameters, and a point of the unit cube per scenario. Goes out: ``Draws``, a frozen look-up of arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.parameter import Parameter, value_at
from gridplan.errors import did_you_mean

FloatArray = npt.NDArray[np.float64]


class Draws(Mapping[str, FloatArray]):
    """Parameter key -> value by scenario, dims (scenario,) [unit of the parameter]."""

    def __init__(self, values: Mapping[str, FloatArray]) -> None:
        sizes = {np.shape(value) for value in values.values()}
        if len(sizes) > 1 or any(len(size) != 1 for size in sizes):
            raise ValueError(f"draws have shapes {sorted(sizes)}; all must be (scenario,)")
        self._values = dict(values)
        self.scenarios = next(iter(sizes))[0] if sizes else 0

    def __getitem__(self, key: str) -> FloatArray:
        try:
            return self._values[key]
        except KeyError:
            raise KeyError(f"no parameter {key!r}.{did_you_mean(key, self._values)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def part(self, scenarios: slice) -> Draws:
        """Draws of some scenarios."""
        return Draws({key: value[scenarios] for key, value in self._values.items()})


class NotedDraws(Draws):
    """Draws that note in ``read`` which parameters were asked for."""

    def __init__(self, values: Mapping[str, FloatArray]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> FloatArray:
        self.read.add(key)
        return super().__getitem__(key)


def base_draws(parameters: Iterable[Parameter]) -> Draws:
    """One scenario with every parameter at its mode."""
    return Draws({p.key: np.array([p.mode]) for p in parameters})


def sampled_draws(parameters: Iterable[Parameter], u: Mapping[str, FloatArray], scenarios: int | None = None) -> Draws:
    """Scenarios at the given probabilities, dims (scenario,) each; a parameter without any stays at its mode.

    ``scenarios`` is needed where no parameter has a probability.
    """
    count = next((len(value) for value in u.values()), 1) if scenarios is None else scenarios
    return Draws({p.key: value_at(p, u[p.key]) if p.key in u else np.full(count, p.mode) for p in parameters})
