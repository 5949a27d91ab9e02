"""Chapter: what each candidate POI can take with one campus alone on the grid."""

from __future__ import annotations

from collections.abc import Callable

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item, mw_text, number_text
from gridplan.report.file_names import POI_CAPACITY_CSV
from gridplan.report.run_folder import Record, RunFolder
from gridplan.report.words import binding_words

_MOST_LINES = 30
_INTRO = (
    "Each line is one candidate with its campus alone on the grid at its contract in every hour, so lines do not add "
    "up. Firm is with preventive redispatch, headroom without. Flexible shifts work within its deadlines and uses the "
    "store of the campus, without curtailment."
)
_FIRM_COLUMNS = (
    Column(head="POI"),
    Column(head="Headroom", kind="mw", unit="MW"),
    Column(head="Firm N-1", kind="mw", unit="MW"),
    Column(head="Firm N-0", kind="mw", unit="MW"),
    Column(head="Flexible", kind="mw", unit="MW"),
    Column(head="Firm MW is limited by", share=1.0),
    Column(head="Hour", kind="local"),
    Column(head="Headroom is limited by", share=1.0),
)
_CONDITIONAL_COLUMNS = (
    Column(head="POI", share=0.5),
    Column(head="Firm", kind="mw", unit="MW"),
    Column(head="Conditional", kind="mw", unit="MW"),
    Column(head="Total", kind="mw", unit="MW"),
    Column(head="Curtailed", kind="hours", unit="h/year"),
    Column(head="by\nnetwork", kind="hours", unit="h/year"),
    Column(head="by\ngeneration", kind="hours", unit="h/year"),
    Column(head="Longest", kind="hours", unit="h"),
    Column(head="Depth", kind="mw", unit="MW"),
    Column(head="Energy", kind="mwh", unit="MWh/year"),
)
_CONDITIONAL_NUMBERS: tuple[str, ...] = (
    "firm_mw", "conditional_mw", "total_mw", "curtailed_hours", "network_limited_hours", "generation_limited_hours",
    "longest_event_h", "depth_mw", "curtailed_mwh",
)  # fmt: skip


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Tables of firm and of conditional capacity."""
    rows = run.rows(POI_CAPACITY_CSV)
    intro = _INTRO
    if len(rows) > _MOST_LINES:
        last = max(row.text("year") for row in rows)
        rows = [row for row in rows if row.text("year") == last]
        intro += f" Only {last} is printed; all years stand in the file."
    return Paragraph(text=intro), _firm_table(rows), _conditional_table(rows)


def _firm_table(rows: list[Record]) -> Table:
    note = "≥ marks a search that ended at its upper end without meeting a limit."
    has_end = any(_is_at_end(row) for row in rows)
    return build_table(
        "poi_firm",
        "Firm capacity of each candidate POI",
        _FIRM_COLUMNS,
        _grouped(rows, _firm_line),
        source=POI_CAPACITY_CSV,
        note=note if has_end else "",
    )


def _conditional_table(rows: list[Record]) -> Table:
    return build_table(
        "poi_conditional",
        "Conditional capacity of each candidate POI within the curtailment terms",
        _CONDITIONAL_COLUMNS,
        _grouped(rows, _conditional_line),
        source=POI_CAPACITY_CSV,
        note="Hours by generation: generation, not a branch, is what limits the campus.",
    )


def _grouped(rows: list[Record], build_line: Callable[[Record], list[Item]]) -> list[Line]:
    lines: list[Line] = []
    last = ""
    for row in rows:
        title = f"{row.text('year')}, {row.text('campus')}"
        if title != last:
            lines.append(Group(title))
        last = title
        lines.append(build_line(row))
    return lines


def _firm_line(row: Record) -> list[Item]:
    return [
        _poi(row),
        row.number("headroom_mw"),
        _searched(row, "firm_mw"),
        _searched(row, "firm_n0_mw"),
        _searched(row, "flexible_mw"),
        _binding(row),
        None if _is_free(row) else row.text("binding_hour_local") or None,
        binding_words(row.text("headroom_binding")) or None,
    ]


def _binding(row: Record) -> str | None:
    limit = row.number("limit_mw")
    if _is_free(row) and limit is not None:
        return f"nothing up to {mw_text(limit)}"
    return binding_words(row.text("binding")) or None


def _is_free(row: Record) -> bool:
    return row.text("binding").startswith("nothing")


def _conditional_line(row: Record) -> list[Item]:
    return [_poi(row), *(row.number(name) for name in _CONDITIONAL_NUMBERS)]


def _poi(row: Record) -> Item:
    poi = row.text("poi")
    return Cell(f"{poi} (radial)", poi, "warn") if row.flag("is_radial") else poi


def _searched(row: Record, name: str) -> Item:
    value, limit = row.number(name), row.number("limit_mw")
    if value is None or limit is None or value < limit - 1e-6:
        return value
    return Cell(f"≥ {number_text(value, 'mw')}", value)


def _is_at_end(row: Record) -> bool:
    return any(isinstance(_searched(row, name), Cell) for name in ("firm_mw", "firm_n0_mw", "flexible_mw"))
