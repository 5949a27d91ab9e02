"""Chapter: the redispatch on which firm MW rely."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, build_table
from gridplan.report.file_names import REDISPATCH_CSV
from gridplan.report.run_folder import RunFolder
from gridplan.report.words import joined

_INTRO = (
    "Firm MW above the headroom exist because units move away from the cheapest dispatch before any outage. This is "
    "what that takes; other customers bear its cost unless a tariff says otherwise."
)
_COLUMNS = (
    Column(head="Year", kind="year"),
    Column(head="Campus", share=1.0),
    Column(head="Hours", kind="hours", unit="h/year"),
    Column(head="Energy", kind="mwh", unit="MWh/year"),
    Column(head="Cost", kind="musd", unit="M USD/year"),
    Column(head="Units moved", share=1.6),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of redispatch by campus."""
    rows = run.rows(REDISPATCH_CSV)
    lines: list[Line] = [
        [
            row.number("year"),
            row.text("campus"),
            row.number("hours"),
            row.number("energy_mwh"),
            row.number("cost_usd"),
            joined(unit for unit in row.text("units").split(";") if unit) or None,
        ]
        for row in rows
    ]
    table = build_table("redispatch", "Preventive redispatch of a year", _COLUMNS, lines, source=REDISPATCH_CSV)
    return Paragraph(text=_INTRO), table
