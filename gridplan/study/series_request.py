"""Hourly files of a study: which file, whose clock, which end of the hour, which unit; nothing of it is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from gridplan.solution import WORKLOADS
from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Name, Text, fault

OFFSET_IN_STAMPS = "offset_in_stamps"
_COLUMNS = "name in the network: column of the file; absent: every column by its own name"
_FILE = "file in the folder of the study: .csv, .csv.gz, .nc, .parquet or .xlsx"
_STAMP = (
    "hour_beginning; hour_ending: the hour from 02:00 to 03:00 is called 3, as markets do; hour_end_instant: the "
    "clock at the end of the hour, which differs at clock changes only"
)

PowerUnit = Literal["MW", "kW", "GW"]


class HourlyFile(Part):
    """One hourly file and what it cannot say of itself."""

    file: Annotated[Text, Field(min_length=1), about(_FILE)]
    timezone: Annotated[Text, about("IANA zone of the stamps, UTC, or offset_in_stamps")]
    stamp: Annotated[Literal["hour_beginning", "hour_ending", "hour_end_instant"], about(_STAMP)]
    time_column: Annotated[Text, about("column of the stamps; absent: the first, or `time` in a netCDF file")] = ""
    time_format: Literal["iso", "MM/DD/YYYY HH:MM", "DD/MM/YYYY HH:MM", "DD.MM.YYYY HH:MM", "MM/DD/YYYY hh:MM AM"] = (
        default("series.load.time_format")
    )
    dst_duplicates: Literal["error", "first_then_second"] = default("series.load.dst_duplicates")
    resample: Literal["error", "mean"] = default("series.load.resample")
    leap_day: Literal["error", "repeat_28_feb", "drop"] = default("series.load.leap_day")
    other_year: Literal["error", "by_calendar"] = default("series.load.other_year")
    sheet: Annotated[Text, about("sheet of an .xlsx file; absent: its only visible one")] = ""


class LoadFile(HourlyFile):
    """Native load by hour, shared among buses in proportion to their load in the network."""

    by: Annotated[Literal["system", "area", "zone", "bus"], about("what a column stands for")]
    unit: Annotated[PowerUnit, about("unit of the values")]
    columns: Annotated[dict[Name, Text], about(_COLUMNS)] = Field(default_factory=dict)


class AvailabilityFile(HourlyFile):
    """Available capacity of units by hour; a unit without hours has its p_max_mw in every hour."""

    by: Annotated[Literal["generator"], about("what a column stands for")]
    unit: Annotated[Literal["MW", "kW", "GW", "frac"], about("unit of the values; frac is a share of p_max_mw")]
    columns: Annotated[dict[Name, Text], about(_COLUMNS)] = Field(default_factory=dict)


class TemperatureFile(HourlyFile):
    """Air temperature by hour, for the cooling of campuses whose load is modelled from drivers."""

    by: Annotated[Literal["system", "area", "zone"], about("what a column stands for")]
    unit: Annotated[Literal["degC", "degF", "K"], about("unit of the values")]
    columns: Annotated[dict[Name, Text], about(_COLUMNS)] = Field(default_factory=dict)


class MeasuredProfile(HourlyFile):
    """Metered load of a campus, of one of its workload classes, or of one like it, in place of its model."""

    column: Annotated[Text, Field(min_length=1), about("column of the profile; campus/workload in a netCDF file")]
    unit: Annotated[PowerUnit, about("unit of the values")]
    scaling: Annotated[
        Literal["as_measured", "scale_to_contract", "clip"],
        about(
            "as_measured: MW as metered, refused above the contract; scale_to_contract: the largest hour becomes the "
            "contract; clip: MW as metered, cut at the contract; for a class, its share of the contract"
        ),
    ]
    scenario: Annotated[Name | None, about("scenario of a netCDF file that holds several")] = None


class MeasuredByClass(Part):
    """Metered load of some workload classes; a class left out stays modelled."""

    interactive: Annotated[MeasuredProfile | None, about("metered load of interactive requests")] = None
    relaxed: Annotated[MeasuredProfile | None, about("metered load of relaxed requests")] = None
    batch: Annotated[MeasuredProfile | None, about("metered load of batch work")] = None
    finetune: Annotated[MeasuredProfile | None, about("metered load of fine-tuning")] = None
    pretrain: Annotated[MeasuredProfile | None, about("metered load of pretraining")] = None

    @model_validator(mode="before")
    @classmethod
    def _is_one_form(cls, data: Any) -> Any:
        own = [str(key) for key in data if key in MeasuredProfile.model_fields] if isinstance(data, Mapping) else []
        if own:
            message = f"{', '.join(own)} {'stands' if len(own) == 1 else 'stand'} beside classes: measured is one "
            message += "profile of the campus, or one for each class"
            raise fault("GP-YML-001", message, "write all keys of a profile below its class, or leave the classes out")
        return data

    @model_validator(mode="after")
    def _holds_a_profile(self) -> Self:
        if not self.profiles():
            raise fault("GP-STU-001", "no class has a profile", "give file and column of a class, or delete measured")
        return self

    def profiles(self) -> dict[str, MeasuredProfile]:
        """Profile of every metered class."""
        found = {workload: getattr(self, workload) for workload in WORKLOADS}
        return {workload: profile for workload, profile in found.items() if profile is not None}


def _measured_kind(value: object) -> str:
    """Name of the model: a group below the name of a class, or nothing but groups, tells of classes."""
    if isinstance(value, BaseModel):
        return type(value).__name__
    if not isinstance(value, Mapping) or not value:
        return MeasuredProfile.__name__
    is_by_class = any(name in value for name in WORKLOADS) or all(isinstance(v, Mapping) for v in value.values())
    return (MeasuredByClass if is_by_class else MeasuredProfile).__name__


Measured = Annotated[
    Annotated[MeasuredProfile, Tag(MeasuredProfile.__name__)]
    | Annotated[MeasuredByClass, Tag(MeasuredByClass.__name__)],
    Discriminator(_measured_kind),
]
"""Metered load of a whole campus, or of workload classes."""


def measured_key(position: int, workload: str) -> str:
    """Dotted key of a metered profile: of the campus at a position, and of a class unless the name is empty."""
    key = f"campuses.{position}.workloads.measured"
    return f"{key}.{workload}" if workload else key


class SeriesRequest(Part):
    """Hours of the grid from files."""

    load: Annotated[LoadFile, about("native load")]
    availability: Annotated[tuple[AvailabilityFile, ...], about("available capacity of units")] = ()
    temperature: Annotated[TemperatureFile | None, about("air temperature")] = None

    def files(self) -> tuple[tuple[str, HourlyFile], ...]:
        """Every file with its dotted key."""
        found: list[tuple[str, HourlyFile]] = [("series.load", self.load)]
        found += [(f"series.availability.{i}", part) for i, part in enumerate(self.availability)]
        if self.temperature is not None:
            found.append(("series.temperature", self.temperature))
        return tuple(found)
