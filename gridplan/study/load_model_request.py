"""What a study says of the load model: the dozen parameters of a campus, and the spread that is asked for.

The sixty drivers behind them live in driver packs (``gridplan.campus.drivers``); a value given here wins over the pack.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Count, Day, Fraction, NotNegative, Positive, Text, Users, Whole

MOST_SAMPLES = 4096
"""Most scenarios: the hours of all are in memory together, 0.6 GB of a year."""
_MODEL = "campuses.workloads.model"
ON_OFF_KEYS = ("uncertainty.hourly_noise",)
"""Keys whose choices are the words on and off, which older YAML took for true and false."""


class LoadModel(Part):
    """Parameters of a campus that a study sets itself; every other one is its driver pack's."""

    concurrent_users: Users | None = default(f"{_MODEL}.concurrent_users")
    accelerators: Annotated[NotNegative, Field(le=1e7)] | None = default(f"{_MODEL}.accelerators")
    hardware: Annotated[Text, about("accelerators, as in h100; those of the pack where absent")] = ""
    cooling: Literal["", "liquid", "air"] = default(f"{_MODEL}.cooling")
    timezone: Annotated[Text, about("IANA zone of the users nearby; the study's where absent")] = ""
    local_share: Fraction | None = default(f"{_MODEL}.local_share")
    autoscale_frac: Fraction | None = default(f"{_MODEL}.autoscale_frac")
    small_domain_frac: Fraction | None = default(f"{_MODEL}.small_domain_frac")
    edge_offload_frac: Fraction | None = default(f"{_MODEL}.edge_offload_frac")
    reprompt_probability: Fraction | None = default(f"{_MODEL}.reprompt_probability")
    prefix_cache_frac: Fraction | None = default(f"{_MODEL}.prefix_cache_frac")
    efficiency_trend_per_year: Annotated[Positive, Field(ge=0.01, le=2)] | None = default(
        f"{_MODEL}.efficiency_trend_per_year"
    )
    scaling: Literal["scale_to_contract", "as_stated", "clip"] = default(f"{_MODEL}.scaling")
    delivery: Literal["contract", "expected"] = default(f"{_MODEL}.delivery")
    in_service: Annotated[
        Day | None, about("day of first energisation for delivery: expected; 1 January of the first contract if absent")
    ] = None


class Correlation(Part):
    """How much campuses have in common."""

    service: Fraction = default("uncertainty.correlation.service")
    users: Fraction = default("uncertainty.correlation.users")


class Uncertainty(Part):
    """Scenarios of the modelled load."""

    samples: Annotated[Count, Field(ge=2, le=MOST_SAMPLES)] = default("uncertainty.samples")
    method: Literal["latin_hypercube", "sobol"] = default("uncertainty.method")
    quantiles: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=9)] = default("uncertainty.quantiles")
    trajectories: Annotated[Count, Field(ge=3, le=5)] = default("uncertainty.trajectories")
    trajectory: Annotated[Whole, Field(le=5)] = default("uncertainty.trajectory")
    hourly_noise: Literal["on", "off"] = default("uncertainty.hourly_noise")
    correlation: Correlation = Field(default_factory=Correlation)
