"""Hourly files of a study: which file, whose clock, which end of the hour, which unit; nothing of it is guessed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Name, Text

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
    """Metered load of a campus, or of one like it, in place of load factor and shape."""

    column: Annotated[Text, Field(min_length=1), about("column of the profile")]
    unit: Annotated[PowerUnit, about("unit of the values")]
    scaling: Annotated[
        Literal["as_measured", "scale_to_contract", "clip"],
        about(
            "as_measured: MW as metered, refused above the contract; scale_to_contract: the largest hour becomes the "
            "contract; clip: MW as metered, cut at the contract"
        ),
    ]


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
