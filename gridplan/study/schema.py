"""The Study: everything a planner asks, as one frozen tree of checked values.

Comes in: plain data from a study file. Goes out: ``Study``; every default is a row of ``gridplan.study.defaults``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from gridplan.study.campus_request import (
    Campus,
    CampusStorage,
    Flexibility,
    Job,
    PowerFactor,
    Service,
    Shares,
    Terms,
    Workloads,
)
from gridplan.study.contingency_criteria import Contingencies
from gridplan.study.criteria import (
    BaseCase,
    CommittedLoad,
    CommittedUpgrade,
    ComputingValue,
    Criteria,
    LoadLossCriterion,
    Prices,
    Retirement,
    SubtransientReactance,
    Voltage,
)
from gridplan.study.fields import Part, about, default
from gridplan.study.load_model_request import Correlation, LoadModel, Uncertainty
from gridplan.study.named import Named
from gridplan.study.quantity import (
    BelowOne,
    Count,
    Day,
    Flag,
    Name,
    NotNegative,
    Positive,
    PositiveMva,
    Seed,
    Text,
    Whole,
    Year,
)
from gridplan.study.series_request import (
    AvailabilityFile,
    HourlyFile,
    LoadFile,
    MeasuredByClass,
    MeasuredProfile,
    SeriesRequest,
    TemperatureFile,
)

__all__ = [
    "AvailabilityFile",
    "BaseCase",
    "Campus",
    "CampusStorage",
    "CommittedLoad",
    "CommittedUpgrade",
    "ComputingValue",
    "Contingencies",
    "Correlation",
    "Criteria",
    "Flexibility",
    "HourRange",
    "HourlyFile",
    "Job",
    "LoadFile",
    "LoadLossCriterion",
    "LoadModel",
    "MeasuredByClass",
    "MeasuredProfile",
    "NetworkFile",
    "PowerFactor",
    "Prices",
    "Reinforcement",
    "Report",
    "Retirement",
    "SeriesRequest",
    "Service",
    "Shares",
    "Solve",
    "Study",
    "SubtransientReactance",
    "TemperatureFile",
    "Terms",
    "Uncertainty",
    "Voltage",
    "Workloads",
]


class HourRange(Part):
    """Part of the weather year."""

    first: Whole = default("hours.first")
    count: Annotated[Count, about("count of studied hours", "h")]


def _hours_kind(value: object) -> str:
    return "range" if isinstance(value, (Mapping, BaseModel)) else "all"


Hours = Annotated[
    Annotated[Literal["all"], Tag("all")] | Annotated[HourRange, Tag("range")], Discriminator(_hours_kind)
]


class Reinforcement(Named):
    """Candidate upgrade: a higher rating of one branch, its reactance unchanged."""

    branch: Annotated[Name, about("branch id of the network")]
    rating_normal_mva: Annotated[PositiveMva, about("rating of the intact network", "MVA")]
    rating_emergency_mva: Annotated[PositiveMva, about("rating after an outage", "MVA")]
    capital_cost_musd: Annotated[NotNegative, about("capital cost", "million USD")]
    cost_year: Annotated[Year, about("price year of the cost")]
    life_years: Positive = default("reinforcements.life_years")
    earliest_in_service: Annotated[Day, about("first possible day in service")]


class NetworkFile(Part):
    """What may be assumed where a network file leaves a choice; embedded datasets leave none."""

    unrated: Literal["error", "ignore", "derive"] = default("network_file.unrated")
    islands: Literal["error", "main"] = default("network_file.islands")
    merge_zero_impedance: Flag = default("network_file.merge_zero_impedance")
    accept_odd_units: Flag = default("network_file.accept_odd_units")


class Solve(Part):
    """How far and with what the optimisation runs."""

    gap_schedule_frac: BelowOne = default("solve.gap_schedule_frac")
    gap_siting_frac: BelowOne = default("solve.gap_siting_frac")
    workers: Count = default("solve.workers")
    seed: Seed = default("solve.seed")
    discount_rate_frac: BelowOne = default("solve.discount_rate_frac")


class Report(Part):
    """Cover and paper of the report."""

    paper: Literal["letter", "a4"] = default("report.paper")
    prepared_by: Annotated[Text, about("name on the cover")] = ""
    prepared_for: Annotated[Text, about("name on the cover")] = ""


class Study(Part):
    """Everything one study asks."""

    schema_version: Annotated[Literal[1], about("version of this file format")]
    name: Annotated[Text, Field(min_length=1), about("title of the study")]
    description: Annotated[Text, about("a few sentences for the report")] = ""
    network: Annotated[Name, about("embedded dataset, or path of a dataset folder or a network file")]
    network_file: NetworkFile = Field(default_factory=NetworkFile)
    timezone: Annotated[Text, about("IANA zone of local times, as in America/Phoenix")]
    years: Annotated[tuple[Year, ...], Field(min_length=1), about("studied years, ascending")]
    hours: Hours = default("hours")
    series: Annotated[SeriesRequest | None, about("hours of the grid from files, in place of a dataset's own")] = None
    base_case: BaseCase = Field(default_factory=BaseCase)
    criteria: Criteria = Field(default_factory=Criteria)
    prices: Prices = Field(default_factory=Prices)
    campuses: Annotated[tuple[Campus, ...], about("requests")] = ()
    reinforcements: Annotated[tuple[Reinforcement, ...], about("candidate upgrades")] = ()
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    solve: Solve = Field(default_factory=Solve)
    report: Report = Field(default_factory=Report)

    @property
    def digest(self) -> str:
        """SHA-256 of the resolved study: all values with all defaults, whatever the order of keys."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def work_digest(self) -> str:
        """As ``digest``, whatever the number of workers: no result depends on it."""
        return self.model_copy(update={"solve": self.solve.model_copy(update={"workers": 1})}).digest

    def hour_slice(self, hours_of_year: int) -> slice:
        """Studied part of a series of ``hours_of_year`` hours."""
        if self.hours == "all":
            return slice(0, hours_of_year)
        return slice(self.hours.first, min(self.hours.first + self.hours.count, hours_of_year))
