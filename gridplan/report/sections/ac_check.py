"""Chapter: AC power flow in critical hours, intact and after outages."""

from __future__ import annotations

from collections import Counter

from gridplan.report.ac_result import ac_of_year
from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item
from gridplan.report.file_names import AC_JSON
from gridplan.report.run_folder import NotStudiedError, Object, RunFolder
from gridplan.report.words import binding_words, counted, outage_words

_KINDS = {
    "no_convergence": "no solution",
    "voltage_low": "low voltage",
    "voltage_high": "high voltage",
    "voltage_step": "voltage step",
    "branch_loading": "branch loading",
}
_VERDICT_COLUMNS = (
    Column(head="Campus"),
    Column(head="POI"),
    Column(head="Verdict"),
    Column(head="Failed\ncases", kind="count"),
    Column(head="Largest\nstep", kind="pu", unit="pu"),
    Column(head="Most drawn", kind="mw", unit="Mvar"),
    Column(head="Shunt\nneeded", kind="mw", unit="Mvar"),
    Column(head="Largest\nthat passes", kind="mw", unit="MW"),
    Column(head="Grounds", share=1.0),
)
_VIOLATION_COLUMNS = (
    Column(head="Kind"),
    Column(head="At"),
    Column(head="Outage", share=1.0),
    Column(head="Worst", kind="pu"),
    Column(head="Limit", kind="pu"),
    Column(head="Without\ncampuses", kind="pu"),
    Column(head="Hours", kind="hours"),
    Column(head="Worst hour", kind="local"),
    Column(head="Counts", share=0.7),
)
_MOST_VIOLATIONS = 10


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Verdict of each campus and year, violations, and the assumptions of the check."""
    found = {year: ac for year in run.years if (ac := ac_of_year(run, year))}
    if not found:
        raise NotStudiedError(f"the run has no {AC_JSON}; every MW in this report is thermal (DC) only")
    last = found[max(found)]
    if not any(ac.get("verdicts") for ac in found.values()):
        return (Paragraph(text=f"{str(last.get('text') or 'nothing was checked').capitalize()}."),)
    n_cases, n_hours, n_outages, n_lost = (
        int(last.get(name, 0)) for name in ("n_cases", "n_hours", "n_outages", "n_not_converged")
    )
    scope = (
        f"{counted(n_cases, 'case')} in {max(found)}: {counted(n_hours, 'hour')}, each intact and after "
        f"{counted(n_outages, 'outage')}; {counted(n_lost, 'case')} without a solution. Voltages and loadings that "
        "were already outside without the campuses do not count against them."
    )
    blocks: list[Block] = [Paragraph(text=scope), _verdicts(found)]
    violations = _violations(found)
    blocks += [violations] if violations else []
    blocks += [Paragraph(text=text) for text in (_hours(last), _second_opinion(last)) if text]
    words = " ".join(str(text) if str(text).endswith(".") else f"{text}." for text in last.get("assumptions") or ())
    return (*blocks, Paragraph(text=f"Assumptions of the check: {words}", tone="note")) if words else tuple(blocks)


def _hours(ac: Object) -> str:
    labels = [str(hour.get("label") or "") for hour in ac.get("hours") or ()]
    counted_labels = Counter(label for label in labels if label)
    parts = [label if n == 1 else f"{label} ({n})" for label, n in counted_labels.items()]
    return f"Hours checked and why: {'; '.join(parts)}." if parts else ""


def _second_opinion(ac: Object) -> str:
    found = ac.get("second_opinion") or {}
    if not found:
        return ""
    word = "agrees with" if found.get("is_agreed") else "does not agree with"
    most = found.get("max_dvm_pu")
    by = "" if most is None else f"; the largest difference of voltage is {float(most):.1e} pu"
    return f"A second power flow ({found.get('engine', '')}) of one hour {word} these voltages{by}."


def _verdicts(found: dict[str, Object]) -> Table:
    lines: list[Line] = []
    for year, ac in found.items():
        lines.append(Group(year))
        lines += [_verdict_line(verdict) for verdict in ac.get("verdicts") or ()]
    return build_table("ac_verdicts", "AC check of each campus", _VERDICT_COLUMNS, lines, source=AC_JSON)


def _verdict_line(verdict: Object) -> list[Item]:
    is_passed = bool(verdict["is_passed"])
    campus = str(verdict["campus"])
    return [
        campus,
        verdict.get("bus"),
        Cell("passes", True, "good") if is_passed else Cell("fails", False, "bad"),
        verdict.get("n_failed_cases"),
        verdict.get("largest_step_pu"),
        verdict.get("q_most_mvar"),
        verdict.get("shunt_needed_mvar"),
        verdict.get("largest_passing_mw"),
        binding_words(str(verdict.get("text", ""))),
    ]


def _violations(found: dict[str, Object]) -> Table | None:
    lines: list[Line] = []
    left_out = 0
    for year, ac in found.items():
        own = [(v, "against campuses") for v in ac.get("violations_counted") or ()]
        own += [(v, "no, pre-existing") for v in ac.get("violations_pre_existing") or ()]
        if not own:
            continue
        lines.append(Group(year))
        lines += [_violation_line(violation, word) for violation, word in own[:_MOST_VIOLATIONS]]
        left_out += len(own[_MOST_VIOLATIONS:])
    if not lines:
        return None
    note = "Voltages in pu, loadings in percent of the MVA rating."
    note += f" {counted(left_out, 'more group')} in the file." if left_out else ""
    return build_table("ac_violations", "AC limits exceeded", _VIOLATION_COLUMNS, lines, source=AC_JSON, note=note)


def _violation_line(violation: Object, word: str) -> list[Item]:
    kind = str(violation["kind"])
    is_number = kind != "no_convergence"
    return [
        _KINDS.get(kind, kind),
        str(violation["place"]),
        outage_words(str(violation["outage"])),
        violation["value"] if is_number else None,
        violation["limit"] if is_number else None,
        violation.get("base_value"),
        violation.get("n_hours"),
        violation.get("hour"),
        Cell(word, None, "bad" if word.startswith("against") else ""),
    ]
