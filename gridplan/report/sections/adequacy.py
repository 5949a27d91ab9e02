"""Chapter: hours in which available capacity falls short of load and reserve."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, build_table
from gridplan.report.cells import Cell
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import PLAN_JSON

_INTRO = (
    "Margin of an hour: available capacity (thermal units less their forced outage rate, renewables and hydro as "
    "given, storage at its energy limit) less load less reserve. Negative hours are short. Loss-of-load expectation is "
    "not computed."
)
_COLUMNS = (
    Column(head="Year", kind="year"),
    Column(head="Reserve", kind="mw", unit="MW"),
    Column(head="Short without\ncampuses", kind="hours", unit="h"),
    Column(head="Short with\ncampuses", kind="hours", unit="h"),
    Column(head="Worst margin\nwithout", kind="mw", unit="MW"),
    Column(head="Worst margin\nwith", kind="mw", unit="MW"),
    Column(head="In hour", kind="local"),
    Column(head="Change", share=1.0),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of short hours by year."""
    found = {year: run.year(year)["adequacy"] for year in run.years if run.year(year).get("adequacy")}
    if not found:
        raise NotStudiedError("plan.json holds no adequacy")
    lines: list[Line] = []
    for year, entry in found.items():
        more = float(entry["hours_short_with"]) - float(entry["hours_short_without"])
        word = Cell("more short hours", more, "bad") if more > 0 else Cell("no more short hours", more, "good")
        lines.append([
            int(year), entry["reserve_mw"], entry["hours_short_without"], entry["hours_short_with"],
            entry["worst_mw_without"], entry["worst_mw_with"], entry.get("worst_hour_local_with"), word,
        ])  # fmt: skip
    table = build_table("adequacy", "Capacity margin without and with campuses", _COLUMNS, lines, source=PLAN_JSON)
    return Paragraph(text=_INTRO), table
