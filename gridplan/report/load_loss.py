"""Campus load that one fault may trip: the fault zones of a run, what they trip, and what the method leaves out.

Comes in: the run folder. Goes out: blocks for the chapter on security and a line for the studies still required.
"""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, number_text
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.words import counted, joined
from gridplan.solution import PLAN_JSON

METHOD = (
    "Three-phase bolted faults at buses, one at a time, in a flat grid: 1 pu before the fault, nominal taps, "
    "loads, charging and shunts left out, every turbine and hydro unit of the year in service behind its subtransient "
    "reactance, units behind inverters feeding nothing. Neither protection nor its timing is modelled, nor faults one "
    "after another, nor the load of others that trips with the campuses."
)
_COLUMNS = (
    Column(head="Year", kind="year"),
    Column(head="Fault at bus"),
    Column(head="POIs below the\ntrip voltage", share=1.0),
    Column(head="Campuses there", share=1.0),
    Column(head="Trips", kind="mw", unit="MW"),
    Column(head="Limit", kind="mw", unit="MW"),
    Column(head="Stops", share=1.0),
    Column(head="One MW more\nis worth", kind="usd", unit="USD"),
)
_MOST_LINES = 14


def is_studied(run: RunFolder) -> bool:
    """Whether the study limits the load one fault may trip."""
    return any(run.year(year).get("load_loss") for year in run.years)


def load_loss_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of zones with their load and the limits of the method; nothing for a run without the limit."""
    found = [(year, entry) for year in run.years if (entry := run.year(year).get("load_loss"))]
    if not found:
        return ()
    return _zones(run, found), Paragraph(text=METHOD, tone="note")


def _zones(run: RunFolder, found: list[tuple[str, Object]]) -> Table:
    used = [
        (year, float(entry["limit_mw"]), zone)
        for year, entry in found
        for zone in entry["zones"]
        if zone["tripped_mw"] > 0 or zone["stopped"]
    ]
    used.sort(key=lambda item: (not item[2]["is_binding"], item[0], -float(item[2]["tripped_mw"])))
    lines = [_line(run, year, limit_mw, zone) for year, limit_mw, zone in used[:_MOST_LINES]]
    more = f"{counted(len(used) - _MOST_LINES, 'more zone')} in the file. " if len(used) > _MOST_LINES else ""
    trip = joined(dict.fromkeys(number_text(float(entry["voltage_trip_pu"]), "pu", 2) for _, entry in found))
    note = (
        f"{more}A campus below {trip} pu trips all but the share that rides through. Worth: saved over the "
        "studied hours by one more MW of the limit with POIs as chosen and sizes free of blocks; times the MW of a "
        "campus there it is what riding through in full would be worth."
    )
    caption = "Campus load that one fault trips"
    if not lines:
        lines = [[None, "no fault trips any", None, None, None, None, None, None]]
    return build_table("load_loss", caption, _COLUMNS, lines, source=PLAN_JSON, note=note)


def _line(run: RunFolder, year: str, limit_mw: float, zone: Object) -> Line:
    stopped = joined(run.campus_label(str(name)) for name in zone["stopped"])
    return [
        int(year),
        str(zone["faulted_bus"]),
        ", ".join(map(str, zone["pois"])),
        joined(run.campus_label(str(name)) for name in zone["campuses"]) or None,
        float(zone["tripped_mw"]),
        limit_mw,
        Cell(f"next block of {stopped}", None, "warn") if stopped else None,
        float(zone["worth_usd_per_mw"]),
    ]
