"""Tables of a batch: one row per study, and one per study, year and campus.

Comes in: members, how they ended, and their run folders. Goes out: CSV text in the order of the axes, the same bytes
for the same results. A value a run does not state stays empty.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplan.batch.sweep import value_text
from gridplan.solution import CERTIFICATE_JSON, MW_BY_YEAR_COLUMNS, MW_BY_YEAR_CSV, PLAN_JSON

AC_JSON = "ac.json"
TOTALS = ("contract_mw", "firm_mw", "conditional_mw", "unconnected_mw", "curtailed_mwh", "curtailed_hours")
"""Columns of mw_by_year.csv that are summed over campuses, one column per studied year."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One study of the tables: its key, axis values, ending, and run folder (None = no results)."""

    key: str
    values: tuple[Any, ...]
    status: str
    reason: str
    run_dir: Path | None


def comparison_csv(axes: Sequence[str], studies: Sequence[Compared]) -> str:
    """One row per study: axis values, ending, costs, gap, verdicts, and MW of all campuses by year."""
    rows = [
        {"key": s.key, **_values(axes, s), "status": s.status, "reason": s.reason, **_facts(s.run_dir)} for s in studies
    ]
    head = ("key", *axes, "status", "reason", "solve_status", "objective_usd", "gap_frac", "audit", "ac")
    by_year = sorted({column for row in rows for column in row} - set(head), key=_year_then_column)
    return _csv((*head, *by_year), rows)


def comparison_campus_csv(axes: Sequence[str], studies: Sequence[Compared]) -> str:
    """One row per study, year and campus: the table of MW by year with key and axis values in front."""
    rows = [{"key": study.key, **_values(axes, study), **row} for study in studies for row in _mw_rows(study.run_dir)]
    return _csv(("key", *axes, *MW_BY_YEAR_COLUMNS), rows)


def _values(axes: Sequence[str], study: Compared) -> Row:
    return dict(zip(axes, map(value_text, study.values), strict=True))


def _facts(run_dir: Path | None) -> Row:
    if run_dir is None:
        return {}
    years = _object(run_dir / PLAN_JSON).get("years") or {}
    schedules = [year.get("schedule") or {} for year in years.values()]
    row: Row = {
        "solve_status": ";".join(sorted({str(s["status"]) for s in schedules if s.get("status")})),
        "objective_usd": _sum(_objective(year, "total_usd") for year in years.values()),
        "gap_frac": _largest(s.get("gap_frac") for s in schedules),
        "audit": str(_object(run_dir / CERTIFICATE_JSON).get("status") or ""),
        "ac": _ac(_object(run_dir / AC_JSON)),
    }
    row |= {f"reinforcement_usd_{name}": _sum([_objective(year, "reinforcement_usd")]) for name, year in years.items()}
    return row | _totals(_mw_rows(run_dir))


def _objective(year: Mapping[str, Any], part: str) -> Any:
    return (year.get("objective") or {}).get(part)


def _totals(rows: Sequence[Mapping[str, str]]) -> Row:
    return {
        f"{column}_{year}": _sum(row.get(column) for row in rows if row.get("year") == year)
        for year in dict.fromkeys(row.get("year") or "" for row in rows)
        for column in TOTALS
    }


def _ac(found: Mapping[str, Any]) -> str:
    """Verdict of the AC check over all years."""
    certificates = list((found.get("years") or {}).values()) if "years" in found else [found]
    verdicts = [certificate["is_passed"] for certificate in certificates if "is_passed" in certificate]
    if not verdicts:
        return ""
    return "passed" if all(verdicts) else "failed"


def _mw_rows(run_dir: Path | None) -> list[Row]:
    path = run_dir / MW_BY_YEAR_CSV if run_dir else None
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [{name: row.get(name) or "" for name in MW_BY_YEAR_COLUMNS} for row in csv.DictReader(stream)]


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _numbers(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values if value not in (None, "")]


def _sum(values: Iterable[Any]) -> str:
    numbers = _numbers(values)
    return f"{sum(numbers):.12g}" if numbers else ""


def _largest(values: Iterable[Any]) -> str:
    numbers = _numbers(values)
    return f"{max(numbers):.12g}" if numbers else ""


def _year_then_column(column: str) -> tuple[str, int]:
    name, _, year = column.rpartition("_")
    order = (*TOTALS, "reinforcement_usd")
    return year, order.index(name) if name in order else len(order)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
