"""Chapter: what was found in the input, and what is known about the data."""

from __future__ import annotations

from collections.abc import Iterator

from gridplan.report.blocks import Block, Column, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell
from gridplan.report.dataset_facts import dataset_facts
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import PLAN_JSON

#: Buses named one by one; a large grid has hundreds that hang on one branch.
MOST_NAMES = 40
_COLUMNS = (
    Column(head="Code"),
    Column(head="Kind"),
    Column(head="Finding", share=1.3),
    Column(head="Way out", share=1.0),
    Column(head="Place"),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of findings, notes of the dataset, islanded buses and retired units."""
    blocks: list[Block] = []
    findings = list(run.plan.get("findings") or ())
    if findings:
        blocks.append(_findings(findings))
    facts = dataset_facts(run)
    blocks += [Paragraph(text=text) for text in facts.notes]
    blocks += [Paragraph(text=text) for text in _plan_notes(run)]
    if facts.credit:
        blocks.append(Paragraph(text=f"Data: {facts.credit}.", tone="note"))
    if not blocks:
        raise NotStudiedError("the run holds neither findings nor notes")
    return tuple(blocks)


def _findings(findings: list[dict[str, object]]) -> Table:
    lines: list[Line] = []
    for finding in findings:
        severity = str(finding.get("severity", ""))
        line, file = finding.get("line"), str(finding.get("file") or "").rpartition("/")[2]
        place = f"{file}:{line}" if file and line else file or str(finding.get("key") or "")
        lines.append([
            str(finding.get("code", "")),
            Cell(severity, severity, "warn" if severity == "warning" else ""),
            str(finding.get("message", "")),
            str(finding.get("remedy", "")),
            place,
        ])  # fmt: skip
    return build_table("findings", "Findings in the input", _COLUMNS, lines, source=PLAN_JSON)


def _plan_notes(run: RunFolder) -> Iterator[str]:
    if not run.years:
        return
    year = run.year(run.last_year)
    cut_off = {bus for entry in year.get("islanding") or () for bus in entry.get("buses") or ()}
    if cut_off:
        names = ", ".join(sorted(cut_off)[:MOST_NAMES])
        rest = f", and {len(cut_off) - MOST_NAMES} more ({PLAN_JSON} has them all)" if len(cut_off) > MOST_NAMES else ""
        yield (
            f"{len(cut_off)} buses are cut off by the outage of one branch (their load and any campus there is lost "
            f"with it): {names}{rest}."
        )
    retired = year.get("retired_generators") or ()
    if retired:
        yield f"Units out of service in {run.last_year}: {', '.join(map(str, retired))}."
    unserved = year.get("unserved") or ()
    if unserved:
        mwh = sum(float(entry.get("energy_mwh", 0.0)) for entry in unserved)
        yield f"Native load of {mwh:,.1f} MWh is not served at {', '.join(str(e['bus']) for e in unserved)}."
