"""Which hours a run rests on, in words: a whole weather year, a part of one, or the one snapshot of a grid.

Comes in: a run folder. Goes out: text, and whether a figure over time has anything to show.
"""

from __future__ import annotations

from datetime import datetime

from gridplan.report.run_folder import RunFolder
from gridplan.report.words import counted, joined

#: Hours of the shorter kind of year [h].
_YEAR_H = 8760


def hour_count(run: RunFolder) -> int:
    """Studied hours of a year; 0 where the run solved none."""
    return int(run.year(run.last_year).get("hours") or 0) if run.years else 0


def is_snapshot(run: RunFolder) -> bool:
    """Whether the run is the one hour of a grid without series, and so of no date."""
    study = run.study
    return hour_count(run) == 1 and not study.get("series") and study.get("hours", "all") == "all"


def is_part_of_a_year(run: RunFolder) -> bool:
    """Whether fewer hours than those of a year were studied."""
    return 0 < hour_count(run) < _YEAR_H


def hours_words(run: RunFolder) -> str:
    """``8,784 hours of each year``, or ``one snapshot of the grid``; empty without a solved year."""
    if is_snapshot(run):
        return "one snapshot of the grid"
    count = hour_count(run)
    return f"{counted(count, 'hour')} of each year" if count else ""


def weather_words(run: RunFolder) -> str:
    """Weather year of the hours as they are, else as the study states it; empty for a snapshot."""
    if is_snapshot(run):
        return ""
    first = run.year(run.last_year).get("first_hour_utc") if run.years else None
    if first:
        years = [str(datetime.fromisoformat(str(first)).astimezone(run.zone).year)]
    else:
        stated = (run.study.get("base_case") or {}).get("weather_years") or run.basis.get("weather_years") or ()
        years = [str(year) for year in stated]
    if not years:
        return ""
    count = "one weather year" if len(years) == 1 else f"{len(years)} weather years"
    return f"{count} ({joined(years)})"


def hours_warning(run: RunFolder) -> str:
    """Sentence for the first page where the MW hold for less than a year; else empty."""
    asked, count = run.study.get("hours", "all"), hour_count(run)
    if isinstance(asked, dict):
        given = int(asked["count"])
        is_or_are, them = ("is", "it") if given == 1 else ("are", "them")
        return f"Only {counted(given, 'hour')} of the weather year {is_or_are} studied; MW hold for {them} alone."
    if is_snapshot(run):
        return (
            "The grid has no hours: MW hold for the one snapshot of its files, with the load and the available units "
            "of that snapshot, and say nothing on other hours."
        )
    if is_part_of_a_year(run):
        return f"The hourly files hold {counted(count, 'hour')}; MW hold for {'it' if count == 1 else 'them'} alone."
    return ""
