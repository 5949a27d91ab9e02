"""The first page: three lines that answer the study, what each campus gets, and what weakens the answer.

Comes in: the run folder. Goes out: the cover as JSON values. Every number keeps its raw value beside the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridplan.report.ac_result import ac_cell, ac_of_year, ac_verdict
from gridplan.report.blocks import Column, Line, Paragraph, Table, build_table
from gridplan.report.cells import Raw, day_text, hour_text, json_number, mw_text, number_text
from gridplan.report.contract_service import binding_facts, contract_curtailment
from gridplan.report.outage_sets import forbidden_losses, studied_categories
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.studied_hours import hours_warning, hours_words, weather_words
from gridplan.report.words import binding_words, contingency_counts, counted, joined
from gridplan.solution import CERTIFICATE_JSON, MW_BY_YEAR_CSV, PLAN_JSON

CAVEAT = (
    "Screening study of the steady state. It does not replace short-circuit, stability or facility studies; "
    "those still required stand before the results."
)
_MOST_NAMED = 6
_MOST_QUOTED = 3
_LONG_MESSAGE = 90
#: Findings that the warnings on the base case and the hours say in words of their own.
_SAID_ALREADY = ("GP-BASE", "GP-TIM-003")
_WEIGHTY = ("GP-LIM-001", "GP-LIM-007", "GP-CST-004", "GP-CST-003", "GP-LIM-005")
_GAP_MISSED = ("gap_not_reached", "time_limit_with_solution")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """One of the three lines."""

    label: str
    text: str
    values: Mapping[str, Raw] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Line as JSON."""
        values = {name: json_number(value) for name, value in self.values.items()}
        return {"label": self.label, "text": self.text, "values": values}


def verdict_lines(run: RunFolder) -> tuple[VerdictLine, VerdictLine, VerdictLine]:
    """Verdict, limit and basis."""
    if not run.years:
        message = str(run.plan.get("message") or "the run holds no solved year")
        status = str(run.plan.get("status") or "no result")
        verdict = VerdictLine(label="Verdict", text=f"No MW are printed: the study is {status}. {_sentence(message)}")
        return verdict, _relaxed_line(run), _basis_line(run)
    return _verdict_line(run), _limit_line(run), _basis_line(run)


def campus_table(run: RunFolder) -> Table | None:
    """Table of what each campus gets in the last year; None without campuses."""
    year = run.last_year
    campuses = run.campuses(year)
    is_short = len(campuses) <= _MOST_NAMED
    lines: list[Line] = [_campus_line(run, year, campus, is_named=is_short) for campus in campuses]
    if not lines:
        return None
    columns = (
        Column(head="Campus", share=1.0),
        Column(head="POI"),
        Column(head="Requested", kind="mw", unit="MW"),
        Column(head="Firm", kind="mw", unit="MW"),
        Column(head="Conditional", kind="mw", unit="MW"),
        Column(head="Not\nconnected", kind="mw", unit="MW"),
        Column(head="Curtailed", kind="hours", unit="h/year"),
        Column(head="Limited by", share=1.3),
        Column(head="Hour", kind="local"),
        Column(head="AC check", share=0.8),
    )
    note = "Curtailed: the contract in every hour, within the curtailment terms."
    return build_table(
        "campuses", f"Each request in {year}", columns, lines, source=f"{MW_BY_YEAR_CSV}, {PLAN_JSON}",
        note=note if any(campus["conditional_mw"] > 0 for campus in campuses) else "",
    )  # fmt: skip


def warnings(run: RunFolder) -> list[Paragraph]:
    """Paragraphs on what weakens the answer and belongs on the first page."""
    return [
        Paragraph(text=text, tone="warning")
        for text in (*_base_case_warnings(run), *_data_warnings(run), *_proof_warnings(run))
    ]


def ended_by(run: RunFolder, campus: str) -> str:
    """Reinforcement that ends the conditional service of a campus, with its date; empty if none is named."""
    asked = run.request(campus)
    until = ((asked.get("service") or {}).get("terms") or {}).get("until")
    upgrade = next((r for r in run.study.get("reinforcements") or () if r["id"] == until), None)
    if upgrade is None:
        return ""
    return f"{upgrade.get('name') or until}, from {day_text(str(upgrade['earliest_in_service']))}"


def _verdict_line(run: RunFolder) -> VerdictLine:
    year = run.last_year
    campuses = run.campuses(year)
    if not campuses:
        return VerdictLine(label="Verdict", text="No campus is requested; the run describes the grid alone.")
    sums = _sums(campuses)
    connected = sums["firm_mw"] + sums["conditional_mw"]
    text = (
        f"By {year}, {mw_text(connected, unit=False)} of {mw_text(sums['contract_mw'])} requested can connect: "
        f"{mw_text(sums['firm_mw'])} firm{_thermal_only(run, year)} and {mw_text(sums['conditional_mw'])} conditional"
    )
    rest = f"; {mw_text(sums['unconnected_mw'])} cannot." if sums["unconnected_mw"] > 0 else "."
    values: dict[str, Raw] = {"year": int(year), "connected_mw": connected, **sums}
    return VerdictLine(label="Verdict", text=f"{text}{rest}{_earlier(run)}", values=values)


def _earlier(run: RunFolder) -> str:
    parts = []
    for year in run.years[:-1][-2:]:
        sums = _sums(run.campuses(year))
        got = mw_text(sums["firm_mw"] + sums["conditional_mw"], unit=False)
        firm = ", all firm" if sums["conditional_mw"] == 0 else f", {mw_text(sums['firm_mw'], unit=False)} firm"
        parts.append(f" In {year}: {got} of {mw_text(sums['contract_mw'])}{firm}.")
    return "".join(parts)


def _thermal_only(run: RunFolder, year: str) -> str:
    failed = []
    for campus in run.campuses(year):
        verdict = ac_verdict(run, year, campus["id"])
        if verdict is not None and not verdict.is_passed and campus["firm_mw"] > 0:
            failed.append((campus["id"], float(campus["firm_mw"])))
    if not failed:
        return "" if ac_of_year(run, year) else " (thermal, no AC check)"
    names = joined(name for name, _ in failed)
    if len(failed) == sum(campus["firm_mw"] > 0 for campus in run.campuses(year)):
        return f" (thermal (DC) only, AC fails for {names})"
    return f" ({mw_text(sum(mw for _, mw in failed))} thermal (DC) only, AC fails for {names})"


def _limit_line(run: RunFolder) -> VerdictLine:
    year = run.last_year
    order = sorted(
        run.campuses(year), key=lambda c: (c["connected_mw"] <= 0, -c["conditional_mw"], -c["unconnected_mw"])
    )
    bound = [(c, f) for c in order if _is_bound(f := binding_facts(run, year, c["id"]))]
    if not bound:
        text = "No element binds up to the MW of the contracts." if order else "None: no campus is requested."
        return VerdictLine(label="Limit", text=f"{text}{_curtailment_words(run, year)}")
    parts = [_limit_words(campus, facts) for campus, facts in bound[:_MOST_NAMED]]
    if left_out := len(bound) - len(parts):
        parts.append(f"{counted(left_out, 'more campus', 'more campuses')} in the table")
    text = "; ".join(parts)
    values: dict[str, Raw] = {
        f"{campus['id']}.{name}": facts.get(name)
        for campus, facts in bound
        for name in ("binding", "binding_hour_local", "is_generation_limited", "is_radial")
    }
    return VerdictLine(label="Limit", text=f"{text}.{_curtailment_words(run, year)}", values=values)


def _limit_words(campus: Object, facts: Object) -> str:
    hour = hour_text(str(facts.get("binding_hour_local") or ""))
    where = str(campus["id"]) if campus["bus"] else f"{campus['id']}, not connected"
    short = ", generation runs short" if facts.get("is_generation_limited") else ""
    return f"{binding_words(str(facts['binding']))}{f', {hour}' if hour else ''}{short} ({where})"


def _is_bound(facts: Object) -> bool:
    binding = str(facts.get("binding") or "")
    return bool(binding) and not binding.startswith("nothing")


def _curtailment_words(run: RunFolder, year: str) -> str:
    conditional = [c for c in run.campuses(year) if c["conditional_mw"] > 0]
    found = [used for c in conditional if (used := contract_curtailment(run, year, c))]
    if not found:
        return ""
    hours, longest = max(used.hours for used in found), max(used.longest_event_h for used in found)
    ends = sorted({f"for {c['id']} with {end}" for c in conditional if (end := ended_by(run, str(c["id"])))})
    text = (
        f" Conditional service at the contract in every hour: at most {number_text(hours, 'hours')} h curtailed a "
        f"year, {number_text(longest, 'hours')} h at a time, {mw_text(max(used.depth_mw for used in found))} deep"
    )
    return f"{text}; it ends {joined(ends)}." if ends else f"{text}."


def _relaxed_line(run: RunFolder) -> VerdictLine:
    parts = []
    for item in run.plan.get("relaxed_limits") or ():
        hour = hour_text(str(item.get("hour_local") or ""))
        by = f"{number_text(float(item['by']), 'mw')} {item.get('unit', 'MW')}"
        parts.append(f"{binding_words(str(item['limit']))} relaxed by {by}{f', {hour}' if hour else ''}")
    text = f"Feasible again with {joined(parts)}." if parts else "The run names no smallest set of relaxed limits."
    return VerdictLine(label="Limit", text=text)


def _basis_line(run: RunFolder) -> VerdictLine:
    basis = run.basis
    parts = [_security_words(run)]
    parts.append(_ac_words(run))
    commitment = str(basis.get("commitment", "relaxed")).replace("_", "-")
    parts.append(f"{commitment} commitment")
    if weather := weather_words(run):
        parts.append(weather)
    flat = basis.get("load_basis", "contract") == "contract"
    parts.append(
        "contract MW in every hour" if flat else "contract MW in every hour, the schedule alone on modelled load"
    )
    text = "; ".join(parts)
    return VerdictLine(label="Basis", text=f"{text}.")


def _security_words(run: RunFolder) -> str:
    security = str(run.basis.get("security", "n-1")).upper()
    text = ", ".join(filter(None, (f"DC thermal, {security}", hours_words(run))))
    if security == "N-0":
        return f"{text}, no outage studied"
    counts = run.basis.get("contingency_counts") or {}
    listed = contingency_counts(counts) if counts else "every single branch, unit, dc pole and campus"
    studied = studied_categories(run)
    if studied:
        return f"{text}, every single outage (P1) and named contingencies of {joined(studied)} ({listed})"
    return f"{text}, category P1 only ({listed}, one at a time)"


def _ac_words(run: RunFolder) -> str:
    found = ac_of_year(run, run.last_year) if run.years else {}
    if not found:
        return "no AC check"
    if not found.get("n_hours"):
        return "AC check without a campus to check"
    outcome = "passed" if found.get("is_passed") else "failed"
    return f"{counted(int(found.get('n_hours', 0)), 'hour')} AC-checked ({outcome})"


def _campus_line(run: RunFolder, year: str, campus: Object, *, is_named: bool) -> Line:
    facts = binding_facts(run, year, campus["id"])
    binding = binding_words(str(facts["binding"])) if _is_bound(facts) else "nothing up to the contract"
    if facts.get("is_generation_limited"):
        binding += "; generation runs short"
    used = contract_curtailment(run, year, campus)
    return (
        run.campus_label(campus["id"]) if is_named else campus["id"],
        campus["bus"],
        campus["contract_mw"],
        campus["firm_mw"],
        campus["conditional_mw"],
        campus["unconnected_mw"],
        used.hours if used else None,
        binding,
        (facts.get("binding_hour_local") or None) if _is_bound(facts) else None,
        ac_cell(run, year, campus["id"], float(campus["connected_mw"])),
    )


def _base_case_warnings(run: RunFolder) -> list[str]:
    base = run.study.get("base_case") or {}
    found = []
    if base.get("load_growth_frac_per_year") is None:
        found.append("The study names no growth of native load; every year has the load of the base case.")
    if not base.get("committed_loads"):
        found.append("The study names no prior queue; loads that connect before these campuses would take MW away.")
    if not base.get("source_date"):
        found.append("The base case carries no date.")
    if text := hours_warning(run):
        found.append(text)
    return found if run.study else []


def _data_warnings(run: RunFolder) -> list[str]:
    """One line on the warnings about the grid's data, those first that most often make MW look too large."""
    found = [
        finding
        for finding in run.plan.get("findings") or ()
        if finding.get("severity") == "warning" and not str(finding.get("code")).startswith(_SAID_ALREADY)
    ]
    if not found:
        return []
    weight = {code: k for k, code in enumerate(_WEIGHTY)}
    found.sort(key=lambda finding: weight.get(str(finding.get("code")), len(weight)))
    parts = [_brief(str(finding.get("message", ""))) for finding in found[:_MOST_QUOTED]]
    rest = f"; {len(found) - len(parts)} more" if len(found) > len(parts) else ""
    return [f"{counted(len(found), 'warning')} on the data, in full in the data notes: {'; '.join(parts)}{rest}."]


def _brief(message: str) -> str:
    """Message without the list of names behind its colon where it is long."""
    return message if len(message) <= _LONG_MESSAGE else message.partition(": ")[0]


def _proof_warnings(run: RunFolder) -> list[str]:
    found = forbidden_losses(run)
    certificate = run.optional_json(CERTIFICATE_JSON)
    failed = [c["id"] for c in certificate.get("checks") or () if c.get("verdict") == "fail"]
    if failed:
        found.append(f"The independent audit failed in {joined(failed)}; the results are not proven.")
    if not certificate and run.years:
        found.append("The run was not audited.")
    for year in run.years:
        parts = [s for s in ("siting", "schedule") if (run.year(year).get(s) or {}).get("status") in _GAP_MISSED]
        if parts:
            found.append(f"{year}: {joined(parts)} ended with a gap wider than the study asks for.")
    return found


def _sums(campuses: list[Object]) -> dict[str, float]:
    names = ("contract_mw", "firm_mw", "conditional_mw", "unconnected_mw")
    return {name: float(sum(c[name] for c in campuses)) for name in names}


def _sentence(text: str) -> str:
    clean = text.strip()
    return clean[:1].upper() + clean[1:] + ("" if clean.endswith(".") else ".")
