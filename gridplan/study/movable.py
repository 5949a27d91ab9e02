"""What of a campus's computing may be done elsewhere, as the study says it."""

from __future__ import annotations

from typing import Annotated

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Fraction, Names, NotNegative, Positive

_SHIFT = "campuses.workloads.flexibility.geo_shift"


class MovedShares(Part):
    """Largest part of what a class asks for that may be done at other campuses in the same hour."""

    interactive: Fraction = default(f"{_SHIFT}.max_frac.interactive")
    relaxed: Fraction = default(f"{_SHIFT}.max_frac.relaxed")
    batch: Fraction = default(f"{_SHIFT}.max_frac.batch")


class GeoShift(Part):
    """Campuses that may do work of this one, how much of it, how far away, and at which price."""

    to: Annotated[Names, about("campuses of the study that may do the work")]
    max_frac: Annotated[MovedShares, about("part of each class that may move; a class left out stays")]
    max_round_trip_ms: Positive | None = default(f"{_SHIFT}.max_round_trip_ms")
    cost_usd_per_mwh: NotNegative = default(f"{_SHIFT}.cost_usd_per_mwh")
