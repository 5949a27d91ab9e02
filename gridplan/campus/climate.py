"""Outdoor temperature of a campus by hour: from the study's file, or from the normal days of a place.

Comes in: columns of ``series.temperature`` with the region of the campus, or a place, and the hours. Goes out: degC by
hour. Normal days have no heat waves, no cold spells and no clouds: a real year asks for more
cooling in its hottest hours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gridplan.campus.climate_table import CLIMATE_OF_DATASET, CLIMATES, Climate
from gridplan.errors import Finding, InputError, Place, find_by_name, input_error
from gridplan.study.schema import Study

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.datetime64]

NO_CLIMATE_C = 25.0
"""Temperature of a campus of which nothing is known [degC]."""

_BY_NAME = {climate.name: climate for climate in CLIMATES}
_COLDEST_H, _WARMEST_H = 6.0, 15.0  # near sunrise, and three hours after noon, by standard time
_HALF_HOUR_S, _SECONDS_OF_HOUR, _HOURS_OF_DAY, _MONTHS = 1800, 3600, 24.0, 12


def climate_names() -> tuple[str, ...]:
    """Names a study may give as ``climate``."""
    return tuple(_BY_NAME)


def find_climate(name: str, place: Place | None = None) -> Climate:
    """Place of this name.

    Raises
    ------
    InputError
        GP-CAM-021, if there is none; the text offers the nearest names.
    """
    remedy = f"use one of {', '.join(climate_names())}, or give a file in series.temperature"
    return find_by_name(_BY_NAME, name, code="GP-CAM-021", what="climate", place=place, remedy=remedy)


def unknown_climate_findings(study: Study) -> tuple[Finding, ...]:
    """One error for every campus whose climate does not exist; for `gridplan validate`."""
    findings: list[Finding] = []
    for i, campus in enumerate(study.campuses):
        try:
            climate_name(campus.climate, "", Place(key=f"campuses.{i}.climate"))
        except InputError as error:
            findings += error.findings
    return tuple(findings)


def climate_name(given: str | None, dataset: str, place: Place | None = None) -> str | None:
    """Place of a campus: the given one, else that of the dataset of this name, else None.

    Raises
    ------
    InputError
        GP-CAM-021, if the given one does not exist.
    """
    return find_climate(given, place).name if given is not None else CLIMATE_OF_DATASET.get(dataset)


def normal_temperature_c(climate: Climate, time_utc: TimeArray) -> FloatArray:
    """Temperature of normal days in the middle of each hour, dims (time,) [degC].

    ``T = (high + low)/2 - (high - low)/2 cos(pi x)``, with ``x`` rising from 0 at 6 h to 1 at 15 h and falling back
    to 0 at 6 h of the next day, by standard time; ``high`` and ``low`` run straight from the middle of a month to that
    of the next.
    """
    ahead_s = climate.standard_utc_offset_h * _SECONDS_OF_HOUR + _HALF_HOUR_S
    middle: TimeArray = np.asarray(
        time_utc.astype("datetime64[s]") + np.timedelta64(ahead_s, "s"), dtype="datetime64[s]"
    )
    hour = (middle - middle.astype("datetime64[D]")).astype(np.int64) / _SECONDS_OF_HOUR
    rise_h = _WARMEST_H - _COLDEST_H
    since_coldest_h = (hour - _COLDEST_H) % _HOURS_OF_DAY
    is_rising = since_coldest_h < rise_h
    x = np.where(is_rising, since_coldest_h / rise_h, (_HOURS_OF_DAY - since_coldest_h) / (_HOURS_OF_DAY - rise_h))
    high_c, low_c = _by_month(climate.high_c, middle), _by_month(climate.low_c, middle)
    return np.asarray((high_c + low_c) / 2 - (high_c - low_c) / 2 * np.cos(np.pi * x))


def _by_month(values: Sequence[float], time: TimeArray) -> FloatArray:
    """Values of the middle of the months between which each moment lies, dims (time,)."""
    month = time.astype("datetime64[M]")
    begin, end = month.astype("datetime64[s]"), (month + 1).astype("datetime64[s]")
    passed = (time - begin).astype(np.int64) / (end - begin).astype(np.int64)
    at = month.astype(np.int64) % _MONTHS + passed
    return np.asarray(np.interp(at, np.arange(_MONTHS) + 0.5, np.array(values, dtype=np.float64), period=_MONTHS))


def region_column(names: Sequence[str], by: str, *, area: str, zone: str | None, place: Place | None = None) -> int:
    """Column of ``series.temperature`` that holds the region of a campus.

    Parameters
    ----------
    names : sequence of str
        Columns of the file.
    by : {"system", "area", "zone"}
        What a column stands for.
    area, zone : str
        Region of the bus where the campus connects; None where the grid has no zones.

    Raises
    ------
    InputError
        GP-CAM-023, if no column holds that region.
    """
    wanted = {"area": area, "zone": zone}.get(by)
    if by == "system" and len(names) == 1:
        return 0
    if wanted is not None and wanted in names:
        return list(names).index(wanted)
    what = f"{by} {wanted}" if wanted is not None else f"one {by}"
    raise input_error(
        "GP-CAM-023",
        f"series.temperature has no column for {what}, where the campus connects; it has {', '.join(names[:20])}",
        "add the column, or say by: system with one column",
        place,
    )


def campus_temperature_c(
    measured_c: FloatArray | None, climate: str | None, time_utc: TimeArray, *, campus: str, place: Place | None = None
) -> tuple[FloatArray, list[Finding]]:
    """Outdoor temperature of a campus, dims (time,) [degC], and a warning where nothing is known.

    Parameters
    ----------
    measured_c : float, dims (time,) [degC]
        Column of ``series.temperature``; it takes the place of the climate.
    climate : str
        Result of ``climate_name``.
    """
    if measured_c is not None:
        return np.asarray(measured_c), []
    if climate is not None:
        return normal_temperature_c(find_climate(climate, place), time_utc), []
    message = f"campus {campus}: no temperature is known; {NO_CLIMATE_C:g} degC in every hour, without a summer peak"
    remedy = f"name a climate ({', '.join(climate_names())}), or give a file in series.temperature"
    finding = Finding(code="GP-CAM-022", severity="warning", message=message, remedy=remedy, place=place or Place())
    return np.full(len(time_utc), NO_CLIMATE_C), [finding]
