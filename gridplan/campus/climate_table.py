"""Normal daily high and low by month of some places, and the place that stands for a dataset. A new place is a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Months = tuple[float, ...]

_FILE_WINS = "rounded to 1 degC; a file in series.temperature takes their place"
MEMORY = f"climate normals 1991-2020 of NOAA, from memory, {_FILE_WINS}"
READ = f"climate normals of NOAA as quoted on public pages, {_FILE_WINS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """Normal days of a place.

    Parameters
    ----------
    name, title : str
    standard_utc_offset_h : int [h]
        Clock of the place without daylight saving time, near that of the sun.
    high_c, low_c : tuple of 12 float [degC]
        Mean of the days' highest and lowest temperature, January first.
    source : str
    status : {"assumption", "literature"}
    """

    name: str
    title: str
    standard_utc_offset_h: int
    high_c: Months
    low_c: Months
    source: str = MEMORY
    status: Literal["assumption", "literature"] = "assumption"

    def __post_init__(self) -> None:
        if len(self.high_c) != 12 or len(self.low_c) != 12:
            raise ValueError(f"climate {self.name}: a year has 12 months")
        if any(low >= high for low, high in zip(self.low_c, self.high_c, strict=True)):
            raise ValueError(f"climate {self.name}: a day's low lies below its high")


CLIMATES: tuple[Climate, ...] = (
    Climate(
        name="phoenix",
        title="Phoenix, Arizona",
        standard_utc_offset_h=-7,
        high_c=(20, 22, 26, 30, 35, 40, 41, 41, 38, 32, 25, 19),
        low_c=(8, 9, 13, 16, 21, 26, 29, 29, 26, 19, 12, 7),
        source=READ,
        status="literature",
    ),
    Climate(
        name="las_vegas",
        title="Las Vegas, Nevada",
        standard_utc_offset_h=-8,
        high_c=(15, 17, 22, 26, 31, 37, 40, 39, 35, 27, 19, 14),
        low_c=(4, 6, 10, 14, 19, 24, 28, 27, 22, 15, 8, 4),
    ),
    Climate(
        name="los_angeles",
        title="Los Angeles, California",
        standard_utc_offset_h=-8,
        high_c=(20, 20, 21, 22, 23, 25, 28, 29, 28, 26, 23, 20),
        low_c=(10, 10, 11, 13, 14, 16, 18, 18, 18, 15, 12, 10),
    ),
    Climate(
        name="dallas",
        title="Dallas, Texas",
        standard_utc_offset_h=-6,
        high_c=(14, 16, 20, 25, 29, 33, 36, 36, 32, 26, 20, 14),
        low_c=(3, 5, 9, 13, 19, 23, 25, 25, 21, 15, 9, 4),
        source=READ,
        status="literature",
    ),
    Climate(
        name="houston",
        title="Houston, Texas",
        standard_utc_offset_h=-6,
        high_c=(18, 20, 23, 27, 30, 34, 35, 35, 32, 28, 23, 18),
        low_c=(7, 9, 12, 15, 20, 23, 24, 24, 21, 16, 11, 8),
        source=READ,
        status="literature",
    ),
    Climate(
        name="san_antonio",
        title="San Antonio, Texas",
        standard_utc_offset_h=-6,
        high_c=(17, 20, 23, 27, 30, 34, 35, 36, 33, 28, 22, 18),
        low_c=(5, 7, 11, 15, 20, 23, 24, 24, 21, 16, 10, 6),
    ),
    Climate(
        name="austin",
        title="Austin, Texas",
        standard_utc_offset_h=-6,
        high_c=(17, 19, 23, 27, 30, 34, 36, 36, 33, 28, 22, 18),
        low_c=(6, 8, 11, 15, 20, 23, 24, 24, 21, 16, 11, 6),
    ),
    Climate(
        name="ashburn",
        title="Ashburn, Virginia",
        standard_utc_offset_h=-5,
        high_c=(6, 8, 13, 19, 24, 29, 31, 30, 26, 20, 14, 8),
        low_c=(-4, -3, 1, 6, 11, 17, 19, 18, 14, 8, 2, -2),
    ),
)

CLIMATE_OF_DATASET = {"rts_gmlc": "phoenix", "texas2000": "dallas"}
"""Place that stands for a dataset where a campus names none; keys are names of dataset folders."""
