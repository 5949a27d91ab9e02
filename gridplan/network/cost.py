"""Cost curve of a unit as a file states it: a polynomial or a piecewise linear curve of USD per hour over MW."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CurveKind = Literal["polynomial", "piecewise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """Production cost over output.

    Parameters
    ----------
    kind : {"polynomial", "piecewise"}
    coefficients : tuple of float
        Of a polynomial, constant first: ``cost = sum_k coefficients[k] p^k`` [USD/h over MW]; else empty.
    points : tuple of (float, float)
        Corner points (MW, USD/h) of a piecewise linear curve, ascending; else empty.
    startup_usd, shutdown_usd : float [USD]
        Carried to exports; commitment is not modelled.
    """

    kind: CurveKind
    coefficients: tuple[float, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    startup_usd: float = 0.0
    shutdown_usd: float = 0.0

    def usd_per_hour(self, p_mw: float) -> float:
        """Cost at an output; a piecewise curve is continued beyond its ends with the slope there."""
        if self.kind == "polynomial":
            return float(sum(c * p_mw**k for k, c in enumerate(self.coefficients)))
        pieces = list(zip(self.points, self.points[1:], strict=False))
        if not pieces:
            return self.points[0][1] if self.points else 0.0
        (x0, y0), (x1, y1) = next((piece for piece in pieces if p_mw <= piece[1][0]), pieces[-1])
        return float(y0 + (y1 - y0) / (x1 - x0) * (p_mw - x0))
