"""What ``--fail-on-violation`` looks for: requests left unconnected, failed proofs, points that take nothing.

Comes in: a finished run folder, or a JSON-ready answer of a solve. Goes out: one sentence per violation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gridplan.errors import FileError
from gridplan.solution import CERTIFICATE_JSON, PLAN_JSON

_LEAST_MW = 1e-6


def run_violations(run_dir: Path) -> list[str]:
    """Contracts not connected in full, load lost where it may not be, and a failed audit or AC check of a run."""
    plan = _object(run_dir / PLAN_JSON)
    return [*_unconnected(plan), *_lost_load(plan), *_proofs(run_dir)]


def site_violations(answer: Mapping[str, Any], asked_mw: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Contracts a siting does not connect in full.

    Parameters
    ----------
    answer : mapping
        Answer of ``gridplan site``.
    asked_mw : mapping
        Contract by campus id and year, the year as text.
    """
    chosen = {
        campus["id"]: {str(year): float(mw) for year, mw in campus["mw_by_year"].items()}
        for campus in answer.get("campuses", ())
    }
    return [
        _short_words(campus, year, mw - chosen.get(campus, {}).get(year, 0.0), mw)
        for campus, by_year in asked_mw.items()
        for year, mw in by_year.items()
        if mw - chosen.get(campus, {}).get(year, 0.0) > _LEAST_MW
    ]


def hosting_violations(answer: Mapping[str, Any]) -> list[str]:
    """Buses that can take nothing."""
    return [
        f"bus {row['bus']} can take no MW"
        for row in answer.get("buses", ())
        if not (row.get("hosting_capacity_mw") or 0.0) > _LEAST_MW
    ]


def screen_violations(answer: Mapping[str, Any]) -> list[str]:
    """Overloads of a screen, and pairs of outages that leave an overload or unserved load."""
    single = [
        f"{year['overloaded']:,} pairs of branch and outage are overloaded in {year['year']}"
        for year in answer["years"]
        if year["overloaded"]
    ]
    double = [
        f"{row['first']} and {row['second']} leave {row['hours_over']:,} hours overloaded and "
        f"{row['unserved_mwh']:,.1f} MWh unserved"
        for row in answer["outage_pairs"]
        if row["hours_over"] or row["hours_without_dispatch"] or row["unserved_mwh"] > _LEAST_MW
    ]
    return [*single, *double]


def _unconnected(plan: Mapping[str, Any]) -> Iterator[str]:
    for year, entry in (plan.get("years") or {}).items():
        for campus in entry.get("campuses") or ():
            short_mw = float(campus.get("unconnected_mw") or 0.0)
            if short_mw > _LEAST_MW:
                yield _short_words(campus["id"], year, short_mw, float(campus["contract_mw"]))


def _lost_load(plan: Mapping[str, Any]) -> Iterator[str]:
    for year, entry in (plan.get("years") or {}).items():
        for loss in entry.get("lost_load") or ():
            if not loss["is_allowed"]:
                yield f"{year}: {loss['contingency']} cuts off {loss['load_mw']:,.1f} MW of load it may not lose"


def _proofs(run_dir: Path) -> Iterator[str]:
    if _object(run_dir / CERTIFICATE_JSON).get("status") == "failed":
        yield "the audit failed; see `gridplan audit`"
    found = _object(run_dir / "ac.json")
    by_year = found.get("years") or {"": found}
    for year, certificate in by_year.items():
        if certificate.get("is_passed") is False:
            yield f"the AC check{f' of {year}' if year else ''} failed: {certificate.get('text') or 'see ac.json'}"


def _short_words(campus: str, year: str, short_mw: float, asked_mw: float) -> str:
    return f"campus {campus} in {year}: {short_mw:g} MW of {asked_mw:g} MW are not connected"


def _object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise FileError(f"{path} is not JSON: {reason}") from None
    return found if isinstance(found, dict) else {}
