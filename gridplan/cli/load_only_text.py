"""Lines that say in words what load-only headroom came out; the object of ``--json`` holds the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridplan.cli.solve_text import table_lines

Row = Mapping[str, Any]

_SHOWN_BASIS = (
    "file", "timezone", "stamp", "unit", "threshold", "summer", "winter", "shoulder_months", "outliers", "averaging",
    "curtailed_hour", "totals",
)  # fmt: skip


def load_only_lines(answer: Row) -> list[str]:
    """Result by area, totals beside the published ones, meaning of each budget, and single years."""
    basis, areas, totals = answer["basis"], answer["areas"], answer["totals"]
    count = f"{len(areas)} areas" if len(areas) > 1 else f"area {areas[0]['area']}"
    first, last = basis["first_hour_utc"][:10], basis["last_hour_utc"][:10]
    return [
        f"load-only headroom of {count}, {basis['hours']:,} hours, {first} to {last}",
        "MW below past peaks of load; no network, unit or outage is looked at, so this is no connection offer",
        *(f"  {name.replace('_', ' ')}: {basis[name]}" for name in _SHOWN_BASIS if len(areas) > 1 or name != "totals"),
        "",
        "MW by curtailed part of the new load's energy",
        *table_lines(_area_rows(areas, totals), _columns(_area_rows(areas, totals))),
        *_comparison_lines(answer["comparison"]),
        "",
        "what a budget means" + (" (mean of the areas; longest of any)" if len(areas) > 1 else ""),
        *table_lines(list(_budget_rows(totals)), list(next(_budget_rows(totals)))),
        *_season_lines(areas),
        "",
        "MW a single year would allow, thresholds as above" + (", sum of areas" if len(areas) > 1 else ""),
        *table_lines(_year_rows(totals), _columns(_year_rows(totals))),
        *_short_years(totals),
    ]


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(rows[0])


def percent(share: float) -> str:
    """Share as a head of a column, ``0.25 %``."""
    return f"{100 * share:.6g} %"


def _area_rows(areas: Sequence[Row], totals: Sequence[Row]) -> list[dict[str, Any]]:
    seasons = list(dict.fromkeys(season for area in areas for season in area["peak_mw"]))
    rows = [
        {
            "area": area["area"],
            **{f"{season} peak": _whole(area["peak_mw"].get(season)) for season in seasons},
            **{percent(b["curtailment_budget_frac"]): _whole(b["load_only_mw"]) for b in area["budgets"]},
        }
        for area in areas
    ]
    if len(areas) > 1:
        rows.append(
            {"area": "total"} | {percent(t["curtailment_budget_frac"]): _whole(t["load_only_mw"]) for t in totals}
        )
    return rows


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _comparison_lines(compared: Row | None) -> Iterator[str]:
    """The other table beside ours, totals first."""
    if compared is None:
        return
    rows = [
        {
            "area": row["area"],
            "budget": percent(row["curtailment_budget_frac"]),
            "MW": _whole(row["load_only_mw"]),
            "theirs MW": _whole(row["published_mw"]),
            "deviation MW": _whole(row["deviation_mw"]),
            "deviation %": None if row["deviation_frac"] is None else round(100 * row["deviation_frac"], 1),
        }
        for row in compared["rows"]
    ]
    yield from ("", f"beside {compared['source']}")
    yield from table_lines(rows, _columns(rows)) if rows else ("it shares no area and budget with this result",)


def _budget_rows(totals: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for total in totals:
        yield {
            "budget": percent(total["curtailment_budget_frac"]),
            "hours/year": round(total["areas_mean_hours_per_year"], 1),
            "longest event h": total["longest_event_h"],
            "mean event h": round(total["areas_mean_mean_event_h"], 1),
            "mean depth %": round(100 * total["areas_mean_mean_depth_frac"]),
            "hours keeping half of the load %": round(100 * total["areas_mean_half_kept_hours_frac"]),
        }


def _season_lines(areas: Sequence[Row]) -> Iterator[str]:
    """Seasons of a single area; of several the JSON object has them."""
    if len(areas) > 1:
        yield "by area, season and year: --json"
        return
    rows = [
        {
            "budget": percent(budget["curtailment_budget_frac"]),
            "season": season,
            "hours": part["hours"],
            "MWh": _whole(part["energy_mwh"]),
            "longest event h": part["longest_event_h"],
            "mean depth %": round(100 * part["mean_depth_frac"]),
        }
        for budget in areas[0]["budgets"]
        for season, part in budget["seasons"].items()
    ]
    yield from ("", "by season, over all years", *table_lines(rows, _columns(rows)))


def _year_rows(totals: Sequence[Row]) -> list[dict[str, Any]]:
    years = [(i, year) for i, year in enumerate(totals[0]["years"]) if year["is_complete"]]
    rows: list[dict[str, Any]] = [
        {"year": str(year["year"])}
        | {percent(t["curtailment_budget_frac"]): _whole(t["years"][i]["load_only_mw"]) for t in totals}
        for i, year in years
    ]
    if years:
        rows.append(
            {"year": "mean"} | {percent(t["curtailment_budget_frac"]): _whole(t["mean_of_years_mw"]) for t in totals}
        )
    rows.append({"year": "all"} | {percent(t["curtailment_budget_frac"]): _whole(t["load_only_mw"]) for t in totals})
    return rows


def _short_years(totals: Sequence[Row]) -> list[str]:
    short = [f"{y['year']} ({y['hours']:,} h)" for y in totals[0]["years"] if not y["is_complete"]]
    return [f"incomplete years, in no row but the last: {', '.join(short)}"] if short else []
