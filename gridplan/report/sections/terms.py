"""Chapter: the curtailment each conditional campus accepts, and what the plan uses of it."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, build_table
from gridplan.report.cells import Cell, Item, number_text
from gridplan.report.contract_service import ContractCurtailment, contract_curtailment
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.verdict import ended_by
from gridplan.report.words import joined
from gridplan.solution import PLAN_JSON

_COLUMNS = (
    Column(head="Campus"),
    Column(head="Energy\nused", kind="frac", unit="%"),
    Column(head="allowed", kind="frac", unit="%"),
    Column(head="Hours\nused", kind="hours", unit="h"),
    Column(head="allowed", kind="hours", unit="h"),
    Column(head="Longest\nevent", kind="hours", unit="h"),
    Column(head="allowed", kind="hours", unit="h"),
    Column(head="Notice", kind="count", unit="min"),
    Column(head="Terms", share=0.8),
    Column(head="Ended by", share=1.2),
)
_SLACK = 1e-6


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of terms allowed and used, by year and campus."""
    lines: list[Line] = []
    for year in run.years:
        own = [c for c in run.campuses(year) if c.get("terms") and c["conditional_mw"] > 0]
        if own:
            lines.append(Group(year))
            lines += [_line(run, campus, contract_curtailment(run, year, campus)) for campus in own]
    if not lines:
        return (Paragraph(text="No campus has conditional service in this plan."),)
    note = "Used: the contract in every hour, curtailed with knowledge of all hours."
    return (build_table("terms", "Curtailment allowed and used", _COLUMNS, lines, source=PLAN_JSON, note=note),)


def _line(run: RunFolder, campus: Object, curtailment: ContractCurtailment | None) -> list[Item]:
    terms, name = campus["terms"], str(campus["id"])
    used = _used(curtailment)
    allowed = {key: terms.get(key) for key in ("max_energy_frac", "max_hours", "max_event_h")}
    broken = [
        word
        for word, key in (("energy", "max_energy_frac"), ("hours", "max_hours"), ("event", "max_event_h"))
        if (have := used[key]) is not None and (limit := allowed[key]) is not None and have > limit + _SLACK
    ]
    kept = Cell(f"exceeded: {joined(broken)}", False, "bad") if broken else Cell("kept", True, "good")
    return [
        name,
        used["max_energy_frac"], _limit(allowed["max_energy_frac"], is_frac=True),
        used["max_hours"], _limit(allowed["max_hours"]),
        used["max_event_h"], _limit(allowed["max_event_h"]),
        _notice_min(run, name),
        kept if curtailment else None,
        ended_by(run, name) or None,
    ]  # fmt: skip


def _used(found: ContractCurtailment | None) -> dict[str, float | None]:
    return {
        "max_energy_frac": found.energy_frac if found else None,
        "max_hours": found.hours if found else None,
        "max_event_h": found.longest_event_h if found else None,
    }


def _limit(value: float | None, *, is_frac: bool = False) -> Item:
    if value is None:
        return Cell("any", None, "quiet")
    return value if is_frac else Cell(number_text(value, "hours"), value)


def _notice_min(run: RunFolder, campus: str) -> float | None:
    asked = run.request(campus)
    found = ((asked.get("service") or {}).get("terms") or {}).get("notice_min")
    return None if found is None else float(found)
