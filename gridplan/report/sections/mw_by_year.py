"""Chapter: the central result, MW by year and POI, firm and conditional."""

from __future__ import annotations

from gridplan.report.ac_result import ac_cell, ac_verdict
from gridplan.report.blocks import Block, Column, Figure, Group, Line, Paragraph, Total, build_table
from gridplan.report.cells import Cell, Item, mw_text
from gridplan.report.contract_service import ContractCurtailment, contract_curtailment
from gridplan.report.figures.mw_bars import MwBar, draw_mw_bars
from gridplan.report.run_folder import Record, RunFolder
from gridplan.solution import MW_BY_YEAR_CSV, PLAN_JSON

_MOST_BARS = 14
_SUMMED = ("contract_mw", "firm_mw", "conditional_mw", "connected_mw", "unconnected_mw")
_COLUMNS = (
    Column(head="Campus", share=1.0),
    Column(head="POI"),
    Column(head="Contract", kind="mw", unit="MW"),
    Column(head="Firm", kind="mw", unit="MW"),
    Column(head="Conditional", kind="mw", unit="MW"),
    Column(head="Total", kind="mw", unit="MW"),
    Column(head="Not\nconnected", kind="mw", unit="MW"),
    Column(head="Curtailed", kind="hours", unit="h/year"),
    Column(head="Longest", kind="hours", unit="h"),
    Column(head="Depth", kind="mw", unit="MW"),
    Column(head="Curtailed", kind="mwh", unit="MWh"),
    Column(head="of the\ncontract", kind="frac", unit="%"),
    Column(head="AC check", share=0.9),
)
_NOTE = (
    "Total = firm + conditional. Curtailed hours, longest event, depth and energy: the contract in every hour, within "
    "the curtailment terms. What moves and what is lost shows the modelled schedule."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table and bars of every year and campus."""
    rows = run.rows(MW_BY_YEAR_CSV)
    lines: list[Line] = []
    for year in dict.fromkeys(row.text("year") for row in rows):
        own = [row for row in rows if row.text("year") == year]
        lines.append(Group(year))
        lines += [_line(run, row) for row in own]
        if len(own) > 1:
            lines.append(_total(run, own))
    source = f"{MW_BY_YEAR_CSV}, {PLAN_JSON}"
    table = build_table(
        "mw_by_year", "Firm and conditional MW of each request", _COLUMNS, lines, source=source, note=_NOTE
    )
    return table, *_qualifications(run, rows), _bars(run, rows)


def _line(run: RunFolder, row: Record) -> list[Item]:
    campus = row.text("campus")
    connected = row.number("connected_mw") or 0.0
    used = _used(run, row)
    return [
        campus,
        row.text("bus") or None,
        row.number("contract_mw"),
        row.number("firm_mw"),
        row.number("conditional_mw"),
        Cell("", None) if row.number("connected_mw") is None else row.number("connected_mw"),
        row.number("unconnected_mw"),
        used.hours if used else None,
        used.longest_event_h if used else None,
        used.depth_mw if used else None,
        used.energy_mwh if used else None,
        used.energy_frac if used else None,
        ac_cell(run, row.text("year"), campus, connected),
    ]


def _used(run: RunFolder, row: Record) -> ContractCurtailment | None:
    year, name = row.text("year"), row.text("campus")
    own = run.campuses(year) if year in run.years else []
    campus = next((c for c in own if c["id"] == name), None)
    return contract_curtailment(run, year, campus) if campus else None


def _total(run: RunFolder, rows: list[Record]) -> Total:
    sums = {name: sum(row.number(name) or 0.0 for row in rows) for name in _SUMMED}
    lost = sum(used.energy_mwh for row in rows if (used := _used(run, row)))
    blank = Cell("", None)
    return Total(["Sum", blank, *sums.values(), blank, blank, blank, lost, blank, blank])


def _qualifications(run: RunFolder, rows: list[Record]) -> list[Block]:
    found: list[Block] = []
    for row in rows:
        year, campus, firm = row.text("year"), row.text("campus"), row.number("firm_mw") or 0.0
        verdict = ac_verdict(run, year, campus)
        words = verdict.qualified(firm) if verdict else ""
        if words:
            text = f"{campus}, {year}: {mw_text(firm)} {words}."
            found.append(Paragraph(text=text, values={"firm_mw": firm}, tone="warning"))
    return found


def _bars(run: RunFolder, rows: list[Record]) -> Figure:
    bars = [
        MwBar(
            label=f"{row.text('campus')}, {row.text('year')}",
            poi=row.text("bus"),
            firm_mw=row.number("firm_mw") or 0.0,
            conditional_mw=row.number("conditional_mw") or 0.0,
            unconnected_mw=row.number("unconnected_mw") or 0.0,
        )
        for row in _by_campus(run, rows)
    ]
    shown = "" if len(bars) == len(rows) else " (last year, largest contracts)"
    parts = [
        f"{bar.label}: {mw_text(bar.firm_mw)} firm, {mw_text(bar.conditional_mw)} conditional, "
        f"{mw_text(bar.unconnected_mw)} not connected"
        for bar in bars
    ]
    return Figure(
        id="mw_bars",
        svg=draw_mw_bars(bars),
        alt=f"Horizontal bars of MW by campus and year. {'. '.join(parts)}.",
        caption=f"The same MW as bars{shown}",
        source=MW_BY_YEAR_CSV,
    )


def _by_campus(run: RunFolder, rows: list[Record]) -> list[Record]:
    order = {campus: k for k, campus in enumerate(run.campus_names)}
    if len(rows) > _MOST_BARS:
        last = max(row.text("year") for row in rows)
        rows = [row for row in rows if row.text("year") == last]
        rows = sorted(rows, key=lambda row: -(row.number("contract_mw") or 0.0))[:_MOST_BARS]
    return sorted(rows, key=lambda row: (order.get(row.text("campus"), len(order)), row.text("year")))
