"""The verb ``hosting --method load-only``: load-only headroom of every area of a file.

Comes in: an hourly load file. Goes out: the JSON shape of the command contract: areas, totals, and a comparison.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Place, input_error, refuse_errors
from gridplan.load_only.headroom import (
    curtailed_mw,
    curtailment_facts,
    hour_weight,
    largest_load_mw,
    season_facts,
    season_peak_mw,
)
from gridplan.load_only.published import TOTAL, comparison, reference_for
from gridplan.load_only.reading import AreaLoads, SaidOfFile, load_findings, read_area_loads
from gridplan.load_only.rule import BUDGETS_FRAC, COMPLETE_YEAR_FRAC, SEASONS, LoadOnlyRule, LocalHours
from gridplan.series.spec import FloatArray
from gridplan.solution import SCHEMA_VERSION
from gridplan.study.local_time import hours_of_year

_YEAR_H = 8766.0
"""Hours of a mean calendar year."""


def load_only_hosting(
    path: Path | str,
    *,
    budgets_frac: Sequence[float] = (),
    rule: LoadOnlyRule | None = None,
    said: SaidOfFile | None = None,
    compare: Path | None = None,
) -> dict[str, Any]:
    """Constant load every area can take on its hourly load alone, by budget of curtailed energy.

    Parameters
    ----------
    path : path
        Hourly load file with one column an area, or a folder that holds one such file.
    budgets_frac : sequence of float
        Curtailed energy as part of the energy the new load asks for, each from 0 to below 1; default 0.25, 0.5, 1
        and 5 %.
    rule : LoadOnlyRule, optional
        Seasons, thresholds, averaging and outliers.
    said : SaidOfFile, optional
        Clock, stamp and unit of the file, where its header does not say them.
    compare : Path, optional
        CSV table to stand beside the result; default the published one where the areas are its 22.

    Raises
    ------
    InputError, FileError
        See ``gridplan.errors``.
    """
    rule, budgets = rule or LoadOnlyRule(), tuple(dict.fromkeys(budgets_frac or BUDGETS_FRAC))
    _check_budgets(budgets, Path(path))
    loads, found = read_area_loads(Path(path), said or SaidOfFile())
    findings = (*found, *load_findings(loads, rule))
    refuse_errors(findings)
    _check_years(loads, rule)
    reference = reference_for(loads.names, compare)
    areas = [_area(name, loads.load_mw[:, k], loads.local, rule, budgets) for k, name in enumerate(loads.names)]
    totals = [_total(areas, k) for k in range(len(budgets))]
    ours = {(a["area"], b["curtailment_budget_frac"]): b["load_only_mw"] for a in areas for b in a["budgets"]}
    ours |= {(TOTAL, total["curtailment_budget_frac"]): total["load_only_mw"] for total in totals}
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "optimal",
        "bound": None,
        "gap": 0.0,
        "basis": _basis(loads, rule),
        "areas": areas,
        "totals": totals,
        "comparison": comparison(reference, ours) if reference else None,
        "findings": [finding.to_json() for finding in findings],
    }


def _check_budgets(budgets: Sequence[float], path: Path) -> None:
    wrong = [budget for budget in budgets if not 0.0 <= budget < 1.0]
    if wrong:
        message = f"a budget of {wrong[0]:g} is not from 0 to below 1"
        remedy = "write 0.5 % as 0.005; at a budget of 1 nothing limits the load"
        raise input_error("GP-VAL-005", message, remedy, Place(file=path, key="--curtailment-budget"))


def _check_years(loads: AreaLoads, rule: LoadOnlyRule) -> None:
    if rule.averaging == "yearly_rates" and not loads.local.complete_years():
        message = (
            f"the file has no complete calendar year ({loads.first} to {loads.last}) whose rates could be averaged"
        )
        raise input_error("GP-TIM-003", message, "give whole years, or --averaging all-hours", Place(file=loads.path))


def _basis(loads: AreaLoads, rule: LoadOnlyRule) -> dict[str, Any]:
    return {
        "method": "load-only: no network, no generation, no outage",
        "new_load": "constant in all hours, curtailed only to keep an area within its threshold",
        **loads.basis,
        "hours": len(loads.load_mw),
        "first_hour_utc": loads.first,
        "last_hour_utc": loads.last,
        **rule.words(),
        "totals": "sum of areas, each alone",
    }


def _area(
    name: str, load_mw: FloatArray, local: LocalHours, rule: LoadOnlyRule, budgets: Sequence[float]
) -> dict[str, Any]:
    weight = hour_weight(load_mw, local, rule)
    counts, is_summer = weight > 0, local.is_summer(rule)
    gap = season_peak_mw(load_mw, local, rule, counts) - load_mw
    peaks = {
        season: float(load_mw[hours].max())
        for season, hours in zip(SEASONS, (is_summer & counts, ~is_summer & counts), strict=True)
        if hours.any()
    }
    peak = max(peaks.values())
    return {
        "area": name,
        "peak_mw": peaks,
        "load_factor_frac": float(load_mw[counts].mean()) / peak if peak > 0 else None,
        "hours_left_out": int((~counts).sum()),
        "budgets": [_budget(budget, gap, weight, local, is_summer) for budget in budgets],
    }


def _budget(
    budget: float, gap_mw: FloatArray, weight: FloatArray, local: LocalHours, is_summer: np.ndarray[Any, Any]
) -> dict[str, Any]:
    load = largest_load_mw(gap_mw, budget, weight)
    counts = weight > 0
    cut = curtailed_mw(load, gap_mw)
    facts = curtailment_facts(load, cut, counts)
    years = [_year(year, budget, load, gap_mw, cut, counts & (local.year == year)) for year in local.years()]
    complete = [year["load_only_mw"] for year in years if year["is_complete"]]
    return {
        "curtailment_budget_frac": budget,
        "load_only_mw": load,
        "mean_of_years_mw": float(np.mean(complete)) if complete else None,
        "least_year_mw": min(complete, default=None),
        **dataclasses.asdict(facts),
        "hours_per_year": facts.hours / _years_of(int(counts.sum())),
        "seasons": {
            season: dataclasses.asdict(part) for season, part in season_facts(load, cut, is_summer, counts).items()
        },
        "years": years,
    }


def _year(
    year: int, budget: float, load: float, gap_mw: FloatArray, cut_mw: FloatArray, hours: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """One calendar year: the load it could take on its own, and what the load of all years gives up in it."""
    count = int(hours.sum())
    facts = curtailment_facts(load, cut_mw, hours)
    return {
        "year": year,
        "hours": count,
        "is_complete": count >= COMPLETE_YEAR_FRAC * hours_of_year(year, "UTC"),
        "load_only_mw": largest_load_mw(gap_mw[hours], budget) if count else None,
        "curtailed_hours": facts.hours,
        "energy_frac": facts.energy_frac,
        "longest_event_h": facts.longest_event_h,
    }


def _years_of(hours: int) -> float:
    """Count of years in a count of hours; whole where it is one but for leap days and a few hours."""
    years = hours / _YEAR_H
    whole = round(years)
    return float(whole) if whole and abs(years - whole) < 0.01 * whole else years


def _total(areas: Sequence[Mapping[str, Any]], k: int) -> dict[str, Any]:
    """Sum of MW and mean of the other facts over all areas, for one budget."""
    parts = [area["budgets"][k] for area in areas]
    means = ("hours_per_year", "mean_event_h", "mean_depth_frac", "half_kept_hours_frac")
    return {
        "curtailment_budget_frac": parts[0]["curtailment_budget_frac"],
        "load_only_mw": sum(part["load_only_mw"] for part in parts),
        "mean_of_years_mw": _sum(part["mean_of_years_mw"] for part in parts),
        **{f"areas_mean_{name}": float(np.mean([part[name] for part in parts])) for name in means},
        "longest_event_h": max(part["longest_event_h"] for part in parts),
        "years": [
            {
                "year": year["year"],
                "hours": year["hours"],
                "is_complete": year["is_complete"],
                "load_only_mw": _sum(part["years"][i]["load_only_mw"] for part in parts),
            }
            for i, year in enumerate(parts[0]["years"])
        ],
    }


def _sum(values: Any) -> float | None:
    given = list(values)
    return None if any(value is None for value in given) else float(sum(given))
