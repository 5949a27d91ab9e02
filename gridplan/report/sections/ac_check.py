"""Chapter: AC power flow in critical hours, intact and after outages."""

from __future__ import annotations

from collections import Counter

from gridplan.report.ac_result import NO_SOLUTION, ac_of_year, short_words
from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item
from gridplan.report.file_names import AC_JSON
from gridplan.report.run_folder import NotStudiedError, Object, RunFolder
from gridplan.report.words import counted, outage_words

_KINDS = {
    "no_convergence": NO_SOLUTION,
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
    Column(head="Power\nfactor"),
    Column(head="Needed\nat POI", kind="mw", unit="Mvar"),
    Column(head="Shunt\nneeded", kind="mw", unit="Mvar"),
    Column(head="Largest\nthat passes", kind="mw", unit="MW"),
    Column(head="Grounds", share=1.0),
)
_VIOLATION_COLUMNS = (
    Column(head="Kind"),
    Column(head="At"),
    Column(head="Outage", share=1.1),
    Column(head="Worst", kind="pu"),
    Column(head="Limit", kind="pu"),
    Column(head="Without\ncampuses", kind="pu"),
    Column(head="Hours", kind="hours"),
    Column(head="Worst hour", kind="local", share=1.2),
    Column(head="Counts", share=0.6),
)
_MOST_VIOLATIONS = 20
_VERDICT_NOTE = (
    "Needed at POI: the most reactive power the campus draws at its operating power factor. Shunt: what brings the POI "
    "to the lower voltage limit; a dash where a case has no AC solution with any shunt at the POI."
)


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
    blocks: list[Block] = [Paragraph(text=scope), _verdicts(run, found)]
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


def _verdicts(run: RunFolder, found: dict[str, Object]) -> Table:
    lines: list[Line] = []
    for year, ac in found.items():
        lines.append(Group(year))
        lines += [_verdict_line(run, verdict) for verdict in ac.get("verdicts") or ()]
    return build_table(
        "ac_verdicts", "AC check of each campus", _VERDICT_COLUMNS, lines, source=AC_JSON, note=_VERDICT_NOTE
    )


def _verdict_line(run: RunFolder, verdict: Object) -> list[Item]:
    is_passed = bool(verdict["is_passed"])
    campus = str(verdict["campus"])
    return [
        campus,
        verdict.get("bus"),
        Cell("passes", True, "good") if is_passed else Cell("fails", False, "bad"),
        verdict.get("n_failed_cases"),
        verdict.get("largest_step_pu"),
        _power_factor(run, campus),
        verdict.get("q_most_mvar"),
        verdict.get("shunt_needed_mvar"),
        verdict.get("largest_passing_mw"),
        short_words(str(verdict.get("text", ""))).removeprefix("AC fails: "),
    ]


def _power_factor(run: RunFolder, campus: str) -> Cell | None:
    found = (run.request(campus).get("power_factor") or {}).get("operating")
    return None if found is None else Cell(f"{float(found):.2f}", float(found))


def _violations(found: dict[str, Object]) -> Table | None:
    lines: list[Line] = []
    left_out = 0
    for year, ac in found.items():
        own = [(v, Cell("yes", True, "bad")) for v in ac.get("violations_counted") or ()]
        own += [(v, Cell("pre-existing", False)) for v in ac.get("violations_pre_existing") or ()]
        if not own:
            continue
        lines.append(Group(year))
        room = max(_MOST_VIOLATIONS - sum(not isinstance(line, Group) for line in lines[:-1]), 0)
        lines += [_violation_line(violation, counts) for violation, counts in own[:room]]
        left_out += len(own[room:])
    if not lines:
        return None
    note = "Voltages in pu, loadings in percent of the MVA rating."
    note += f" {counted(left_out, 'more pair')} of place and outage in the file." if left_out else ""
    return build_table("ac_violations", "AC limits exceeded", _VIOLATION_COLUMNS, lines, source=AC_JSON, note=note)


def _violation_line(violation: Object, counts: Cell) -> list[Item]:
    kind = str(violation["kind"])
    is_number = kind != "no_convergence"
    return [
        _KINDS.get(kind, kind),
        str(violation["place"]) if is_number else None,
        outage_words(str(violation["outage"])),
        violation["value"] if is_number else None,
        violation["limit"] if is_number else None,
        violation.get("base_value") if is_number else None,
        violation.get("n_hours"),
        violation.get("hour"),
        counts,
    ]
