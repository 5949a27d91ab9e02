"""What a study says of the load model: the dozen parameters of a campus, and the spread that is asked for.

The sixty drivers behind them live in driver packs (``gridplan.campus.drivers``); a value given here wins over the pack.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Count, Day, Fraction, NotNegative, Text, Whole

_MODEL = "campuses.workloads.model"
_PACK = "the pack's where absent"


class LoadModel(Part):
    """Parameters of a campus that a study sets itself; every other one is its driver pack's."""

    concurrent_users: Annotated[
        NotNegative | None, about(f"mean users at work at once, over all services; {_PACK}", "1")
    ] = None
    accelerators: Annotated[
        NotNegative | None, about(f"accelerators of training and fine-tuning together; {_PACK}", "1")
    ] = None
    hardware: Annotated[Text, about(f"accelerators, as in h100; {_PACK}")] = ""
    cooling: Annotated[Literal["", "liquid", "air"], about(f"cooling of the halls; {_PACK}")] = ""
    timezone: Annotated[Text, about("IANA zone of the users nearby; the study's where absent")] = ""
    local_share: Annotated[Fraction | None, about(f"requests of users nearby; {_PACK}", "1")] = None
    autoscale_frac: Annotated[Fraction | None, about(f"part of the fleet that follows demand; {_PACK}", "1")] = None
    small_domain_frac: Annotated[Fraction | None, about(f"calls of small domain models; {_PACK}", "1")] = None
    edge_offload_frac: Annotated[Fraction | None, about(f"calls answered on devices; {_PACK}", "1")] = None
    reprompt_probability: Annotated[Fraction | None, about(f"answers asked for again; {_PACK}", "1")] = None
    prefix_cache_frac: Annotated[Fraction | None, about(f"input found in the cache; {_PACK}", "1")] = None
    efficiency_trend_per_year: Annotated[
        NotNegative | None, about(f"yearly factor on the energy of a token; {_PACK}", "1")
    ] = None
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

    samples: Annotated[Count, Field(ge=2, le=65536)] = default("uncertainty.samples")
    method: Literal["latin_hypercube", "sobol"] = default("uncertainty.method")
    quantiles: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=9)] = default("uncertainty.quantiles")
    trajectories: Annotated[Count, Field(ge=3, le=5)] = default("uncertainty.trajectories")
    trajectory: Annotated[Whole, Field(le=5)] = default("uncertainty.trajectory")
    hourly_noise: Literal["on", "off"] = default("uncertainty.hourly_noise")
    correlation: Correlation = Field(default_factory=Correlation)
