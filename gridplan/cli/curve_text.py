"""What stands under the table of buses: units and the curve of conditional capacity, a small table per bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridplan.cli.solve_text import table_lines

COLUMNS = (
    "budget", "total_mw", "conditional_mw", "hours", "energy_mwh", "longest_event_h", "depth_mw",
    "summer_h", "winter_h", "load_only_mw",
)  # fmt: skip


def curve_lines(row: Mapping[str, Any]) -> list[str]:
    """Lines of one bus: nothing where it has no curve."""
    curve = row.get("curve") or ()
    if not curve:
        return []
    year = f", {row['year']}" if "year" in row else ""
    beyond = [entry for entry in curve if not entry["is_limit_reached"]]
    note = (
        f"at {float(beyond[0]['total_mw']):,.2f} MW all generation is used: more was not looked for" if beyond else ""
    )
    title = f"bus {row['bus']}{year}: MW over curtailment; summer is May to October; load_only_mw asks no network"
    return ["", title, *table_lines([_line(entry) for entry in curve], COLUMNS), *([note] if note else [])]


def unit_lines(row: Mapping[str, Any]) -> list[str]:
    """Units that the MW of a bus depend on: a line each, nothing where they were not asked for."""
    if "units" not in row:
        return []
    title = f"bus {row['bus']}: MW lost in its tightest hours without a unit"
    found = table_lines(row["units"], ("generator", "fuel", "mw_lost"))
    return ["", title, *(found or ["no unit is worth 0.5 MW"])]


def _line(entry: Mapping[str, Any]) -> dict[str, Any]:
    budget, seasons = entry["budget"], entry["by_season"]
    name = f"{100 * budget['energy_frac']:g} % of energy" if "energy_frac" in budget else f"{budget['hours']} hours"
    return {
        **entry,
        "budget": name,
        "summer_h": seasons["summer"]["hours"],
        "winter_h": seasons["winter"]["hours"],
    }
