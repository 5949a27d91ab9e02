"""Chapter: candidate reinforcements, which are built, and what connects without them."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, build_table
from gridplan.report.cells import Cell, Item, cell, day_text, number_text
from gridplan.report.file_names import REINFORCEMENTS_CSV
from gridplan.report.run_folder import Record, RunFolder
from gridplan.report.words import joined

_INTRO = (
    "But-for test: the plan is solved again without the reinforcement; what then connects stands beside it, and the "
    "campuses that lose MW need it. This is an allocation of cause, not a rate or a cost-sharing decision."
)
_COLUMNS = (
    Column(head="Reinforcement", share=1.2),
    Column(head="Branch"),
    Column(head="Normal", unit="MVA"),
    Column(head="Emergency", unit="MVA"),
    Column(head="Earliest"),
    Column(head="Built"),
    Column(head="Capital", kind="price", unit="M USD"),
    Column(head="per year", kind="musd", unit="M USD"),
    Column(head="Connected\nwithout it", kind="mw", unit="MW"),
    Column(head="Needed for", share=0.8),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of every candidate and year."""
    rows = run.table_rows(REINFORCEMENTS_CSV)
    if not rows:
        return (Paragraph(text="The study names no reinforcement."),)
    lines: list[Line] = []
    for year in sorted(dict.fromkeys(row.text("year") for row in rows)):
        lines.append(Group(year))
        lines += [_line(row) for row in rows if row.text("year") == year]
    table = build_table("reinforcements", "Candidate reinforcements", _COLUMNS, lines, source=REINFORCEMENTS_CSV)
    return Paragraph(text=_INTRO), table


def _line(row: Record) -> list[Item]:
    is_built = row.flag("built")
    return [
        row.text("name") or row.text("id"),
        row.text("branch"),
        _change(row, "rating_normal_mva"),
        _change(row, "rating_emergency_mva"),
        day_text(row.text("in_service_from")) or None,
        Cell("built" if is_built else "no", is_built, "strong" if is_built else "quiet"),
        row.number("capital_cost_musd"),
        row.number("annual_cost_usd") if is_built else None,
        row.number("mw_without_it"),
        joined(name for name in row.text("needed_for").split(";") if name) or None,
    ]


def _change(row: Record, name: str) -> Cell:
    before, after = row.number(f"{name}_before"), row.number(f"{name}_after")
    if before is None or after is None:
        return cell(after, "mw")
    return Cell(f"{number_text(before, 'mw')} → {number_text(after, 'mw')}", after)
