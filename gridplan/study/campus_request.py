"""The request side of a study: campuses with their service, workloads, jobs and storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gridplan.solution import WORKLOADS
from gridplan.study.fields import Part, PerClass, about, default
from gridplan.study.load_model_request import LoadModel
from gridplan.study.movable import GeoShift
from gridplan.study.named import Named
from gridplan.study.place import LatencyLimit, NearPlace
from gridplan.study.quantity import (
    AnyNames,
    AtLeastOne,
    Fraction,
    Id,
    LocalHour,
    Mw,
    NotNegative,
    PositiveFraction,
    PositiveMw,
    PositiveMwh,
    Text,
    Whole,
    Year,
)
from gridplan.study.series_request import Measured, MeasuredByClass, MeasuredProfile

SHAPED_WORKLOADS = ("interactive", "relaxed")
"""Classes that follow their users' day; the others compute at an even rate."""
FOLLOWED_BY: Mapping[str, tuple[str, ...]] = {"load_factor": WORKLOADS, "shape": SHAPED_WORKLOADS}
"""Key of the load model -> classes that follow it unless they are metered."""

_SHARES = "campuses.workloads.shares"
_FLEX = "campuses.workloads.flexibility"


class PowerFactor(Part):
    """Lagging power factors at the meter."""

    operating: PositiveFraction = default("campuses.power_factor.operating")
    min_lag: PositiveFraction = default("campuses.power_factor.min_lag")


class Terms(Part):
    """Curtailment a conditional campus accepts."""

    max_energy_frac: Fraction = default("campuses.service.terms.max_energy_frac")
    max_hours: NotNegative = default("campuses.service.terms.max_hours")
    max_event_h: NotNegative = default("campuses.service.terms.max_event_h")
    notice_min: NotNegative = default("campuses.service.terms.notice_min")
    until: Annotated[Id | None, about("id of the reinforcement that ends the terms")] = None


class Service(Part):
    """Service asked for."""

    kind: Literal["firm", "conditional"] = default("campuses.service.kind")
    curtailment_mode: Literal["preventive", "post_contingency"] = default("campuses.service.curtailment_mode")
    runback_min: NotNegative = default("campuses.service.runback_min")
    terms: Terms = Field(default_factory=Terms)


class Shares(PerClass):
    """Share of campus energy by workload class; a class left out of a given mix has none."""

    interactive: Fraction = default(f"{_SHARES}.interactive")
    relaxed: Fraction = default(f"{_SHARES}.relaxed")
    batch: Fraction = default(f"{_SHARES}.batch")
    finetune: Fraction = default(f"{_SHARES}.finetune")
    pretrain: Fraction = default(f"{_SHARES}.pretrain")

    @model_validator(mode="before")
    @classmethod
    def _rest_of_a_given_mix_is_zero(cls, data: Any) -> Any:
        return {**dict.fromkeys(WORKLOADS, 0.0), **data} if isinstance(data, Mapping) and data else data


_LongestWait = Annotated[Whole, Field(le=8784)]


class Deadlines(PerClass):
    """Longest wait of arrived work by workload class [h]."""

    interactive: _LongestWait = default(f"{_FLEX}.deadline_h.interactive")
    relaxed: _LongestWait = default(f"{_FLEX}.deadline_h.relaxed")
    batch: _LongestWait = default(f"{_FLEX}.deadline_h.batch")
    finetune: _LongestWait = default(f"{_FLEX}.deadline_h.finetune")
    pretrain: _LongestWait = default(f"{_FLEX}.deadline_h.pretrain")


class ShedShares(PerClass):
    """Largest part of the asked power that may be lost, by workload class."""

    interactive: Fraction = default(f"{_FLEX}.shed_frac.interactive")
    relaxed: Fraction = default(f"{_FLEX}.shed_frac.relaxed")
    batch: Fraction = default(f"{_FLEX}.shed_frac.batch")
    finetune: Fraction = default(f"{_FLEX}.shed_frac.finetune")
    pretrain: Fraction = default(f"{_FLEX}.shed_frac.pretrain")


class MinPowers(PerClass):
    """Least power as part of what is asked for less lost work, by workload class."""

    interactive: Fraction = default(f"{_FLEX}.min_power_frac.interactive")
    relaxed: Fraction = default(f"{_FLEX}.min_power_frac.relaxed")
    batch: Fraction = default(f"{_FLEX}.min_power_frac.batch")
    finetune: Fraction = default(f"{_FLEX}.min_power_frac.finetune")
    pretrain: Fraction = default(f"{_FLEX}.min_power_frac.pretrain")


class Flexibility(Part):
    """What the workload classes of a campus can do."""

    idle_floor_frac: Fraction = default(f"{_FLEX}.idle_floor_frac")
    power_cap: Literal["linear", "measured"] = default(f"{_FLEX}.power_cap")
    deadline_h: Deadlines = Field(default_factory=Deadlines)
    shed_frac: ShedShares = Field(default_factory=ShedShares)
    min_power_frac: MinPowers = Field(default_factory=MinPowers)
    rebound_frac: AtLeastOne | None = default(f"{_FLEX}.rebound_frac")
    geo_shift: Annotated[GeoShift | None, about("work that may be done at other campuses in the same hour")] = None


class Job(Part):
    """One computing job; it runs at the meter between release and deadline."""

    id: Annotated[Id, about("name of the job")]
    kind: Annotated[Literal["finetune", "batch", "pretrain"], about("workload class of the job")]
    energy_mwh: Annotated[PositiveMwh, about("energy of the whole job at the meter", "MWh")]
    p_max_mw: Annotated[PositiveMw, about("largest power of the job at the meter", "MW")]
    release: Annotated[LocalHour, about("first hour, local clock in the weather year")]
    deadline: Annotated[LocalHour, about("end of the job, local clock in the weather year")]


class Workloads(Part):
    """Computing behind the meter."""

    shares: Shares = Field(default_factory=Shares)
    load_factor: PositiveFraction = default("campuses.workloads.load_factor")
    shape: Text = default("campuses.workloads.shape")
    preset: Annotated[Text, about("embedded driver pack: shares and load by hour follow from its services")] = ""
    pack: Annotated[Text, about("driver pack of your own, a file in the folder of the study")] = ""
    model: Annotated[LoadModel, about("parameters of the driver pack that this study sets itself")] = Field(
        default_factory=LoadModel
    )
    measured: Annotated[
        Measured | None, about("metered load, of the campus or by class, in place of load_factor and shape")
    ] = None
    flexibility: Flexibility = Field(default_factory=Flexibility)
    jobs: Annotated[tuple[Job, ...], about("jobs with their own release and deadline")] = ()

    @property
    def has_pack(self) -> bool:
        """Whether the load follows from a driver pack."""
        return bool(self.preset or self.pack)

    @property
    def metered(self) -> dict[str, MeasuredProfile]:
        """Metered profile by workload class; the empty name stands for the whole campus."""
        if self.measured is None:
            return {}
        return self.measured.profiles() if isinstance(self.measured, MeasuredByClass) else {"": self.measured}

    @property
    def without_effect(self) -> tuple[str, ...]:
        """Keys of the load model that no class follows any more, because a meter tells what it asks for."""
        metered = self.metered
        if not metered or self.has_pack:
            return ()
        if "" in metered:
            return tuple(FOLLOWED_BY)
        left = {name for name in WORKLOADS if getattr(self.shares, name) > 0 and name not in metered}
        return tuple(key for key, classes in FOLLOWED_BY.items() if left.isdisjoint(classes))


class CampusStorage(Part):
    """Store behind the meter."""

    p_mw: Annotated[PositiveMw, about("charging and discharging power", "MW")]
    e_mwh: Annotated[PositiveMwh, about("energy it holds", "MWh")]
    efficiency_roundtrip_frac: PositiveFraction = default("campuses.storage.efficiency_roundtrip_frac")


class Failover(Part):
    """Another campus that takes over within minutes when this one is lost."""

    to: Annotated[Id, about("id of the campus that takes over")]
    share_frac: Fraction = default("campuses.failover.share_frac")


def _contract_kind(value: object) -> str:
    return "by_year" if isinstance(value, Mapping) else "mw"


Contract = Annotated[
    Annotated[Mw, Tag("mw")] | Annotated[dict[Year, Mw], Field(min_length=1), Tag("by_year")],
    Discriminator(_contract_kind),
]


class Campus(Named):
    """One request: where it may connect, how many MW in which year, under which service."""

    near: Annotated[NearPlace | None, about("candidate buses around a coordinate, beside those of poi")] = None
    poi: Annotated[AnyNames, about("candidate buses; or look for them with near"), Field(validate_default=True)] = ()
    latency: Annotated[LatencyLimit | None, about("place every candidate must reach in time")] = None
    residency: Annotated[
        Text | None, about("set of places that data may not leave; work moves within it alone; absent: that of none")
    ] = None
    exclude: Annotated[AnyNames, about("area files beside the study; no candidate lies in them")] = ()
    contract_mw: Annotated[Contract, about("maximum demand at the meter, one number or one per year", "MW")]
    block_mw: PositiveMw = default("campuses.block_mw")
    power_factor: PowerFactor = Field(default_factory=PowerFactor)
    service: Service = Field(default_factory=Service)
    ride_through_frac: Fraction = default("campuses.ride_through_frac")
    workloads: Workloads = Field(default_factory=Workloads)
    storage: Annotated[CampusStorage | None, about("store behind the meter")] = None
    climate: Annotated[Text | None, about("place whose normal temperature drives cooling; absent: the dataset's")] = (
        None
    )
    failover: Annotated[Failover | None, about("campus that takes over when this one is lost")] = None

    @field_validator("poi", mode="before")
    @classmethod
    def _poi_or_near(cls, value: object, info: ValidationInfo) -> object:
        is_given = value != ()
        if info.data.get("near") is not None or "near" not in info.data or (is_given and value != []):
            return value
        if is_given:
            raise PydanticCustomError("too_short", "too few", {"min_length": 1, "actual_length": 0})
        raise PydanticCustomError("missing", "missing")

    @property
    def asks_for_a_place(self) -> bool:
        """Whether candidates are found, or judged, by where they lie."""
        return self.near is not None or self.latency is not None or bool(self.exclude)

    def contract_mw_in(self, year: int) -> float:
        """Contract in a year [MW]: the value of the latest given year up to it, 0 before the first."""
        if not isinstance(self.contract_mw, dict):
            return self.contract_mw
        begun = [given for given in self.contract_mw if given <= year]
        return self.contract_mw[max(begun)] if begun else 0.0

    @property
    def largest_contract_mw(self) -> float:
        """Largest contract of any given year [MW]."""
        return max(self.contract_mw.values()) if isinstance(self.contract_mw, dict) else self.contract_mw
