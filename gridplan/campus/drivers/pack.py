"""A driver pack: the services, training and parameters of a kind of campus, as a versioned data file.

Comes in: a YAML file, embedded or the user's own. Goes out: ``DriverPack`` with the places of its keys. Names in it are
looked up where the pack is resolved to a campus (``campus_model``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gridplan.study.fields import Part, about
from gridplan.study.quantity import (
    Accelerators,
    Count,
    Fraction,
    Id,
    Line,
    NotNegative,
    Number,
    Positive,
    Text,
    Users,
    Year,
    parse_quantity,
)

PACK_VERSION = 1
"""Version of the format of packs."""

_MOST_RUNS = 365  # one a day


class Spread(Part):
    """Value of a parameter: P10, mode and P90, with where they come from."""

    low: Annotated[Number | None, about("P10; the mode where absent")] = None
    mode: Annotated[Number, about("central value")]
    high: Annotated[Number | None, about("P90; the mode where absent")] = None
    source: Annotated[Text, about("where the numbers come from")] = ""
    status: Annotated[
        Literal["measured", "literature", "derived", "calibrated", "assumption", "choice"], about("how good they are")
    ] = "assumption"

    @model_validator(mode="before")
    @classmethod
    def _a_number_is_a_mode(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"mode": parse_quantity(data)}


class Models(Part):
    """Language models that answer, with the share of each among its kind."""

    small_domain: Annotated[dict[Text, Fraction], about("small domain models; shares sum to 1")] = Field(
        default_factory=dict
    )
    general: Annotated[dict[Text, Fraction], about("all others; shares sum to 1")] = Field(default_factory=dict)


class PackService(Part):
    """One service of a pack; what is absent is the service's own."""

    service: Annotated[Text, about("service of the table of services")]
    name: Annotated[Id, about("label; the service where absent")] = ""
    concurrent_users: Annotated[Users, about("mean users at work at once in the reference year", "1")]
    segment: Annotated[Literal["consumer", "enterprise", "research"], about("whose day it follows")] = "consumer"
    models: Annotated[Models | None, about("models that answer; those of the pack where absent")] = None
    hardware: Annotated[Text, about("accelerators; those of the pack where absent")] = ""
    token_interval_ms: Annotated[Positive | None, about("longest median time between tokens", "ms")] = None
    movable: Annotated[
        Literal["", "interactive", "relaxed", "batch"], about("what of it can move; the service's own where absent")
    ] = ""
    shape_local: Annotated[Text, about("shape of requests in the users' time zone")] = ""
    shape_global: Annotated[Text, about("shape of requests worldwide")] = ""


class PackCampaign(Part):
    """Large training runs on accelerators of their own."""

    name: Annotated[Id, about("label")] = "pretrain"
    accelerators: Annotated[Accelerators, about("accelerators of a run", "1")]
    hardware: Annotated[Text, about("accelerators; those of the pack where absent")] = ""
    campaigns_per_year: Annotated[NotNegative, Field(le=_MOST_RUNS), about("runs begun in a year", "1/year")] = 1.0
    days: Annotated[Positive | None, about("length of a run; absent: one after the other, all year", "d")] = None
    first_day: Annotated[NotNegative, about("day of the year on which a run begins, from 0", "d")] = 0.0
    growth: Annotated[
        Literal["retrain", "incremental"], about("retrain from nothing, or in shorter and more frequent steps")
    ] = "retrain"
    increments: Annotated[
        Count, Field(le=_MOST_RUNS), about("steps in place of one run where it is incremental", "1")
    ] = 4
    data_cap_year: Annotated[Year | None, about("year after which new text is exhausted; absent: never")] = None
    fill_share: Annotated[Fraction, about("accelerators that other work takes between runs", "1")] = 0.0


class PackCluster(Part):
    """Shared cluster of many jobs of all sizes."""

    name: Annotated[Id, about("label")] = "cluster"
    accelerators: Annotated[Accelerators, about("accelerators of the cluster", "1")]
    hardware: Annotated[Text, about("accelerators; those of the pack where absent")] = ""
    movable: Annotated[Literal["batch", "finetune", "pretrain"], about("what of it can move")] = "finetune"


class PackFinetune(Part):
    """Fine-tuning at a cadence."""

    name: Annotated[Id, about("label")] = "finetune"
    accelerators: Annotated[Accelerators, about("accelerators kept for it", "1")]
    users: Annotated[Users, about("users that submit runs in the reference year", "1")]
    accelerators_per_run: Annotated[Accelerators, about("accelerators of one run", "1")] = 8
    hardware: Annotated[Text, about("accelerators; those of the pack where absent")] = ""


class DriverPack(Part):
    """What a kind of campus does, from drivers to campus parameters."""

    pack_version: Annotated[Literal[1], about("version of this format")]
    name: Annotated[Line, about("name of the pack")]
    release: Annotated[Line, about("version of its data, as in 2026.1")]
    title: Annotated[Line, about("what it stands for, in a few words")]
    description: Annotated[Text, about("what it is made from and what it leaves out")] = ""
    reference_year: Annotated[Year, about("year of its users and of its mix")]
    hardware: Annotated[Text, about("accelerators")]
    cooling: Annotated[Literal["liquid", "air"], about("cooling of the halls")] = "liquid"
    models: Annotated[Models | None, about("models that answer where a service names none")] = None
    services: Annotated[tuple[PackService, ...], about("inference")] = ()
    campaigns: Annotated[tuple[PackCampaign, ...], about("training on accelerators of its own")] = ()
    clusters: Annotated[tuple[PackCluster, ...], about("training and development on shared clusters")] = ()
    finetuning: Annotated[tuple[PackFinetune, ...], about("fine-tuning")] = ()
    follows_training_share: Annotated[
        bool, Field(strict=True), about("whether training has the share of the year (train.share_2024 to 2034)")
    ] = False
    parameters: Annotated[dict[Text, Spread], about("parameters it sets otherwise than the tables")] = Field(
        default_factory=dict
    )
    drivers: Annotated[tuple[Text, ...], about("drivers C01 to C66 that the pack exercises")] = ()
