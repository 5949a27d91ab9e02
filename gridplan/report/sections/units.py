"""Chapter: units whose loss takes firm MW away."""

from __future__ import annotations

from collections import Counter

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, build_table
from gridplan.report.file_names import UNIT_DEPENDENCE_CSV
from gridplan.report.run_folder import Record, RunFolder
from gridplan.report.words import fuel_words

_MOST_LINES = 40
_MOST_UNITS = 4
_INTRO = (
    "Each unit is taken out and the MW of the POI in its tightest hours solved again. A retirement, a long outage or a "
    "unit that is not committed takes away the MW beside it."
)
_COLUMNS = (
    Column(head="POI"),
    Column(head="Unit", share=1.0),
    Column(head="Fuel", share=0.6),
    Column(head="Firm lost\nwithout it", kind="mw", unit="MW"),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of units by campus and POI, largest loss first; a long list is cut to the last year and the largest."""
    rows = run.table_rows(UNIT_DEPENDENCE_CSV)
    if not rows:
        return Paragraph(text=_INTRO), Paragraph(text="No single unit lowers the firm MW of a candidate.")
    printed = _largest(rows) if len(rows) > _MOST_LINES else rows
    lines: list[Line] = []
    last = ""
    for row in sorted(printed, key=_order):
        title = f"{row.text('year')}, {row.text('campus')}"
        if title != last:
            lines.append(Group(title))
        last = title
        lines.append([row.text("poi"), row.text("generator"), fuel_words(row.text("fuel")), row.number("mw_lost")])
    note = "" if len(printed) == len(rows) else f"Last year, {_MOST_UNITS} largest of each POI; all stand in the file."
    table = build_table("units", "Firm MW lost without a unit", _COLUMNS, lines, source=UNIT_DEPENDENCE_CSV, note=note)
    return Paragraph(text=_INTRO), table


def _largest(rows: list[Record]) -> list[Record]:
    last = max(row.text("year") for row in rows)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for row in sorted((row for row in rows if row.text("year") == last), key=_order):
        place = (row.text("campus"), row.text("poi"))
        seen[place] += 1
        if seen[place] <= _MOST_UNITS:
            found.append(row)
    return found


def _order(row: Record) -> tuple[str, str, str, float]:
    return row.text("year"), row.text("campus"), row.text("poi"), -(row.number("mw_lost") or 0.0)
