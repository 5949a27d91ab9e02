"""What a run says on the terminal: verdict lines and the JSON summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridplan.solution import SCHEMA_VERSION
from gridplan.study.schema import Study

ORDER = ("optimal", "gap_reached", "gap_not_reached")


def run_status(document: Mapping[str, Any]) -> str:
    """Weakest status of all years and problems."""
    found = [year[p]["status"] for year in document["years"].values() for p in ("siting", "schedule")]
    known = [s for s in found if s in ORDER]
    return max(known, key=ORDER.index) if known else "optimal"


def run_summary(
    study: Study, document: Mapping[str, Any], ac: Mapping[str, Any], certificate: Mapping[str, Any], status: str
) -> dict[str, Any]:
    """JSON-ready summary of a run."""
    years = document["years"]
    last = years[max(years)]
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study.name,
        "status": status,
        "objective_usd": sum(y["objective"]["total_usd"] for y in years.values()),
        "bound": sum(y["schedule"]["bound_usd"] for y in years.values()),
        "gap": max(y["schedule"]["gap_frac"] for y in years.values()),
        "gap_siting": max(y["siting"]["gap_frac"] for y in years.values()),
        "basis": document["basis"],
        "years": {name: _year(y, ac["years"].get(name, {})) for name, y in years.items()},
        "audit": certificate.get("status", certificate.get("is_passed")),
        "hours": last["hours"],
    }


def _year(year: Mapping[str, Any], ac: Mapping[str, Any]) -> dict[str, Any]:
    verdicts = {v["campus"]: v for v in ac.get("verdicts", ())}
    campuses = []
    for c in year["campuses"]:
        verdict = verdicts.get(c["id"])
        campuses.append(
            {
                "id": c["id"],
                "bus": c["bus"],
                "service": c["service"],
                "contract_mw": c["contract_mw"],
                "firm_mw": c["firm_mw"],
                "conditional_mw": c["conditional_mw"],
                "unconnected_mw": c["unconnected_mw"],
                "binding": c["binding"],
                "binding_hour_local": c["binding_hour_local"],
                "ac_passed": None if verdict is None else verdict["is_passed"],
                "ac_largest_passing_mw": None if verdict is None else verdict.get("largest_passing_mw"),
            }
        )
    built = [r["id"] for r in year["reinforcements"] if r["built"]]
    forbidden = [
        {"contingency": loss["contingency"], "load_mw": loss["load_mw"]}
        for loss in year.get("lost_load", ())
        if not loss["is_allowed"]
    ]
    return {"campuses": campuses, "reinforcements_built": built, "load_loss_violations": forbidden}


def verdict_lines(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """One line per campus and year, then what was built and checked."""
    lines = [str(summary["study"])]
    for year, found in summary["years"].items():
        lines += [f"{year}  {_campus_line(c)}" for c in found["campuses"]]
        built = ", ".join(found["reinforcements_built"]) or "none"
        lines.append(f"{year}  reinforcements: {built}")
        for loss in found.get("load_loss_violations", ()):
            name = loss["contingency"].removeprefix("set:")
            lines.append(f"{year}  violation: {name} cuts off {_mw(loss['load_mw'])} of load it may not lose")
    is_passed = summary["audit"] == "passed"
    lines.append("audit: passed" if is_passed else "audit: FAILED, do not use these results; `gridplan audit` says why")
    return tuple(lines)


def _campus_line(campus: Mapping[str, Any]) -> str:
    where = f"at {campus['bus']}" if campus["bus"] else "not connected"
    asked = _mw(campus["contract_mw"])
    is_thermal = campus["ac_passed"] is False and campus["firm_mw"] > 0
    firm = f"{_mw(campus['firm_mw'])} {'thermal (DC) only' if is_thermal else 'firm'}"
    parts = [f"{campus['id']} ({asked} asked) {where}: {firm}"]
    if campus["ac_passed"] is False:
        parts.append(_ac_words(campus["ac_largest_passing_mw"]))
    if campus["conditional_mw"] > 0:
        parts.append(f"{_mw(campus['conditional_mw'])} conditional")
    if campus["unconnected_mw"] > 0:
        parts.append(f"{_mw(campus['unconnected_mw'])} not connected")
    when = f", {campus['binding_hour_local'].replace('T', ' ')}" if campus["binding_hour_local"] else ""
    limit = f"; limit: {campus['binding']}{when}" if campus["binding"] else ""
    return ", ".join(parts) + limit


def _ac_words(passing_mw: float | None) -> str:
    if passing_mw is None:
        return "AC check fails"
    return f"AC check passes up to {_mw(passing_mw)}" if passing_mw > 0 else "AC check fails at every size"


def _mw(mw: float) -> str:
    """Whole MW; one digit more where a contract is as small as that."""
    return f"{mw:,.0f} MW" if mw >= 10 or mw == round(mw) else f"{mw:,.1f} MW"
