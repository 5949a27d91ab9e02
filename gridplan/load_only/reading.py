"""An hourly load file of areas, with as little said about it as its header allows.

Comes in: a path, and what the planner says of it. Goes out: hours of every area with their local year and month, and
findings. What neither the planner nor the header says is assumed with a warning, for a load-only number hangs on it
in the few hours at the change of a season alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from gridplan.errors import Finding, Place, did_you_mean, input_error
from gridplan.load_only.rule import SEASONS, LoadOnlyRule, LocalHours, spikes
from gridplan.series.clock import local_clock
from gridplan.series.read import READERS, ending_of, read_hourly_table
from gridplan.series.spec import FloatArray, HourlySpec, Stamp, TimeFormat, Unit
from gridplan.study.local_time import hours_of_year, is_timezone, timezones
from gridplan.study.series_request import OFFSET_IN_STAMPS
from gridplan.text_file import read_text_file, refused

_SHORT_YEAR_H = 24
"""Hours of a calendar year at either end of a file that its clock alone may have cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfFile:
    """What a planner says of an hourly load file; empty: the header says it, or it is assumed with a warning."""

    timezone: str = ""
    stamp: Stamp | None = None
    unit: Unit = "MW"
    time_column: str = ""
    time_format: TimeFormat = "iso"
    dst_first_then_second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLoads:
    """Hourly load of areas.

    Parameters
    ----------
    path : Path
        The file read.
    names : tuple of str
        Areas.
    load_mw : float, dims (time, area) [MW]
    local : LocalHours, dims (time,)
    first, last : str
        Beginning of the first and the last hour, UTC.
    basis : dict
        File, clock, stamp and unit, and where each is known from.
    """

    path: Path
    names: tuple[str, ...]
    load_mw: FloatArray
    local: LocalHours
    first: str
    last: str
    basis: dict[str, str]


def read_area_loads(path: Path, said: SaidOfFile) -> tuple[AreaLoads, tuple[Finding, ...]]:
    """Loads of a file, or of the one hourly file of a folder.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    _refuse_unknown_zone(said.timezone, path)
    path = _file_of(path)
    timezone, stamp, words, assumed = _clock(path, said)
    zone = "UTC" if timezone == OFFSET_IN_STAMPS else timezone
    spec = HourlySpec(
        path=path,
        kind="load",
        timezone=timezone,
        stamp=stamp,
        unit=said.unit,
        time_column=said.time_column,
        time_format=said.time_format,
        dst_duplicates="first_then_second" if said.dst_first_then_second else "error",
        clock=zone,
    )
    table, found = read_hourly_table(spec)
    first, last = (f"{when.astype('datetime64[m]')}Z" for when in (table.time_utc[0], table.time_utc[-1]))
    basis = {"file": path.name, **words, "unit": said.unit, "seasons_on_clock_of": zone}
    loads = AreaLoads(
        path=path,
        names=table.names,
        load_mw=table.values,
        local=LocalHours.of(local_clock(table.time_utc, zone)),
        first=first,
        last=last,
        basis=basis,
    )
    return loads, (*assumed, *found)


def load_findings(loads: AreaLoads, rule: LoadOnlyRule) -> tuple[Finding, ...]:
    """Warnings on years, seasons and peaks that a load-only number should not rest on."""
    return (*_years(loads), *_seasons(loads, rule), *_peaks(loads, rule))


def _refuse_unknown_zone(zone: str, path: Path) -> None:
    if zone in ("", OFFSET_IN_STAMPS) or is_timezone(zone):
        return
    message = f"timezone {zone!r} does not exist.{did_you_mean(zone, [*sorted(timezones()), OFFSET_IN_STAMPS])}"
    remedy = f"write an IANA zone, as in America/Chicago, UTC, or {OFFSET_IN_STAMPS}"
    raise input_error("GP-TIM-005", message, remedy, Place(file=path, key="--timezone"))


def _file_of(path: Path) -> Path:
    """The path, or the only hourly file of a folder."""
    if not path.is_dir():
        return path
    found = sorted(entry for entry in path.iterdir() if entry.is_file() and ending_of(entry) in READERS)
    if len(found) == 1:
        return found[0]
    names = ", ".join(entry.name for entry in found[:10]) or f"no {', '.join(READERS)} file"
    message = f"{path} is a folder that holds {names}"
    raise refused("GP-ENC-002", path, message, "name one hourly load file")


def _clock(path: Path, said: SaidOfFile) -> tuple[str, Stamp, dict[str, str], list[Finding]]:
    """Zone and stamp, the words on where they are known from, and warnings on what is assumed."""
    head = "" if said.timezone and said.stamp else said.time_column or _time_name(path)
    from_head = re.sub(r"[^a-z]+", "_", head.lower())
    zone = "UTC" if "utc" in from_head.split("_") else ""
    stamp = next((word for word in get_args(Stamp) if word in from_head), None)
    named = f"named by column {head}"
    words = {
        "timezone": _known(said.timezone, zone or "UTC", named if zone else "assumed"),
        "stamp": _known(said.stamp, stamp or "hour_beginning", named if stamp else "assumed"),
    }
    open_words = ["--timezone UTC"] if not (said.timezone or zone) else []
    open_words += ["--stamp hour_beginning"] if not (said.stamp or stamp) else []
    assumed = [_assumed(path, open_words)] if open_words and path.is_file() else []
    return said.timezone or zone or "UTC", said.stamp or stamp or "hour_beginning", words, assumed


def _known(said: str | None, other: str, why: str) -> str:
    """What holds, and where it is known from."""
    return f"{said} (as said)" if said else f"{other} ({why})"


def _assumed(path: Path, words: list[str]) -> Finding:
    message = f"neither an option nor the time column says the clock of the stamps; {' and '.join(words)} assumed"
    remedy = "say --timezone and --stamp; they move hours at the change of seasons and years only"
    return Finding(code="GP-TIM-007", severity="warning", message=message, remedy=remedy, place=Place(file=path))


def _time_name(path: Path) -> str:
    """Name of the first column of a text file; empty where the format or the file has none."""
    if ending_of(path) not in (".csv", ".csv.gz"):
        return ""
    text, _ = read_text_file(path, what="CSV file", remedy="give an hourly load file")
    head = next(csv.reader([text.lstrip().split("\n", 1)[0].rstrip("\r")]), [])
    return head[0].strip() if head else ""


def _years(loads: AreaLoads) -> Iterator[Finding]:
    complete = loads.local.complete_years()
    partial = {y: n for y, n in loads.local.years().items() if y not in complete and n > _SHORT_YEAR_H}
    if partial:
        words = ", ".join(
            f"{year} ({hours:,} of {hours_of_year(year, 'UTC'):,} hours)" for year, hours in partial.items()
        )
        message = f"incomplete years: {words}; their hours count, they stand in no mean of years"
        remedy = "give whole calendar years: a season that is cut off may lack its peak"
        yield _warning("GP-TIM-003", message, remedy, Place(file=loads.path))


def _seasons(loads: AreaLoads, rule: LoadOnlyRule) -> Iterator[Finding]:
    is_summer = loads.local.is_summer(rule)
    wanted = {"summer": bool(rule.summer_months), "winter": len(rule.summer_months) < 12}
    for name, has in zip(SEASONS, (is_summer.any(), (~is_summer).any()), strict=True):
        if wanted[name] and not has:
            message = f"the file has no hour of {name}: the result holds for the other season alone"
            yield _warning("GP-TIM-003", message, "give whole calendar years", Place(file=loads.path))


def _peaks(loads: AreaLoads, rule: LoadOnlyRule) -> Iterator[Finding]:
    """A spike that is the peak of a season lifts every number of its area."""
    if rule.outliers == "drop":
        return
    is_summer = loads.local.is_summer(rule)
    for name, load in zip(loads.names, loads.load_mw.T, strict=True):
        is_spike = spikes(load)
        for season, hours in zip(SEASONS, (is_summer, ~is_summer), strict=True):
            if not hours.any():
                continue
            top = int(np.flatnonzero(hours)[np.argmax(load[hours])])
            if is_spike[top]:
                message = f"area {name}: the {season} peak of {load[top]:,.0f} MW stands between hours of "
                message += (
                    f"{load[top - 1]:,.0f} and {load[top + 1]:,.0f} MW; as a faulty value it would lift the result"
                )
                remedy = "correct the hour, or leave such hours out with --outliers drop"
                yield _warning("GP-VAL-007", message, remedy, Place(file=loads.path, key=name))


def _warning(code: str, message: str, remedy: str, place: Place) -> Finding:
    return Finding(code=code, severity="warning", message=message, remedy=remedy, place=place)
