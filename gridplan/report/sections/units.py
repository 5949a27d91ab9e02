"""Chapter: units whose loss takes firm MW away."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, build_table
from gridplan.report.file_names import UNIT_DEPENDENCE_CSV
from gridplan.report.run_folder import RunFolder
from gridplan.report.words import fuel_words

_INTRO = (
    "Each unit is taken out and the firm MW at the POI solved again. A retirement, a long outage or a unit that is not "
    "committed takes away the MW beside it."
)
_COLUMNS = (
    Column(head="POI"),
    Column(head="Unit", share=1.0),
    Column(head="Fuel", share=0.6),
    Column(head="Firm lost\nwithout it", kind="mw", unit="MW"),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of units by campus, largest loss first."""
    rows = run.rows(UNIT_DEPENDENCE_CSV)
    ranked = sorted(
        rows, key=lambda r: (r.text("year"), r.text("campus"), r.text("poi"), -(r.number("mw_lost") or 0.0))
    )
    lines: list[Line] = []
    last = ""
    for row in ranked:
        title = f"{row.text('year')}, {row.text('campus')}"
        if title != last:
            lines.append(Group(title))
        last = title
        lines.append([row.text("poi"), row.text("generator"), fuel_words(row.text("fuel")), row.number("mw_lost")])
    table = build_table("units", "Firm MW lost without a unit", _COLUMNS, lines, source=UNIT_DEPENDENCE_CSV)
    return Paragraph(text=_INTRO), table
