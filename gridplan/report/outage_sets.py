"""Named contingencies of a run: what was studied of each category, and the load they cut off.

Comes in: the run folder. Goes out: blocks for the chapter on security and sentences for other pages.
"""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, number_text
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.words import contingency_counts, counted, joined, outage_words
from gridplan.solution import PLAN_JSON

#: Categories of TPL-001 that hold several elements lost at once, as the report names them.
MULTIPLE = ("P2", "P4", "P5", "P7")
_RATING_WORDS = {"normal": "normal", "emergency": "emergency", "short_time": "short-time"}
_CATEGORY_COLUMNS = (
    Column(head="Category"),
    Column(head="Contingencies", kind="count"),
    Column(head="Rating after it", share=1.0),
    Column(head="May cut off load", kind="count"),
    Column(head="Bus proxies", kind="count"),
)
_LOSS_COLUMNS = (
    Column(head="Year", kind="year"),
    Column(head="Outage", share=1.0),
    Column(head="Load cut off", kind="mw", unit="MW"),
    Column(head="Allowed"),
)
_PROXY = (
    "Bus proxy: the loss of a whole bus stands for a bus or breaker fault, since the model has no breakers; a real "
    "substation may lose less, or more."
)
_MOST_LINES = 14


def sets_of(run: RunFolder, year: str) -> list[Object]:
    """Named contingencies of a year."""
    return list(run.year(year).get("outage_sets") or ())


def studied_categories(run: RunFolder) -> tuple[str, ...]:
    """Categories of the named contingencies of the last year, ascending."""
    if not run.years:
        return ()
    return tuple(sorted({str(entry["category"]) for entry in sets_of(run, run.last_year)}))


def absent_words(run: RunFolder) -> str:
    """Categories of multiple outages of which nothing was studied: ``P2, P4 and P5``; empty if none is absent."""
    return joined(name for name in MULTIPLE if name not in studied_categories(run))


def studied_words(run: RunFolder) -> str:
    """Count of named contingencies by category: ``2 P7 sets and 1 P2 set``; empty if there is none."""
    counts: dict[str, int] = {}
    for entry in sets_of(run, run.last_year) if run.years else ():
        counts[str(entry["category"])] = counts.get(str(entry["category"]), 0) + 1
    return contingency_counts(dict(sorted(counts.items())))


def forbidden_losses(run: RunFolder) -> list[str]:
    """One sentence for every contingency that cuts off load it may not lose."""
    return [
        f"{year}: {outage_words(str(entry['contingency']))} cuts off {number_text(float(entry['load_mw']), 'mw')} MW "
        f"of load, which its category does not allow."
        for year in run.years
        for entry in run.year(year).get("lost_load") or ()
        if not entry["is_allowed"]
    ]


def set_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Tables of categories and of load cut off; nothing for a run without named contingencies or forbidden losses."""
    blocks: list[Block] = []
    sets = sets_of(run, run.last_year) if run.years else []
    if sets:
        blocks.append(_categories(run, sets))
    if any(entry["buses"] for entry in sets):
        blocks.append(Paragraph(text=_PROXY, tone="note"))
    if sets or forbidden_losses(run):
        blocks += _losses(run)
    return tuple(blocks)


def _categories(run: RunFolder, sets: list[Object]) -> Table:
    lines: list[Line] = []
    for category in studied_categories(run):
        own = [entry for entry in sets if entry["category"] == category]
        ratings = joined(dict.fromkeys(_RATING_WORDS[str(entry["rating"])] for entry in own))
        allowed = sum(bool(entry["is_load_loss_allowed"]) for entry in own)
        lines.append([category, len(own), ratings, allowed, sum(bool(entry["buses"]) for entry in own)])
    absent = absent_words(run)
    note = f"Beside every single outage (P1). Not studied: {absent}." if absent else "Beside every single outage (P1)."
    caption = "Named contingencies studied, by category of NERC TPL-001"
    return build_table("categories", caption, _CATEGORY_COLUMNS, lines, source=PLAN_JSON, note=note)


def _losses(run: RunFolder) -> list[Block]:
    found = [(year, entry) for year in run.years for entry in run.year(year).get("lost_load") or ()]
    if not found:
        return [Paragraph(text="No listed outage cuts off load beside that at a lost bus.", tone="note")]
    found.sort(key=lambda item: (bool(item[1]["is_allowed"]), item[0], -float(item[1]["load_mw"])))
    lines: list[Line] = [
        [
            int(year),
            outage_words(str(entry["contingency"])),
            float(entry["load_mw"]),
            Cell("yes", None) if entry["is_allowed"] else Cell("no: violation", None, "bad"),
        ]
        for year, entry in found[:_MOST_LINES]
    ]
    more = f"{counted(len(found) - _MOST_LINES, 'more outage')} in the file. " if len(found) > _MOST_LINES else ""
    note = f"{more}Largest native load of any studied hour at buses without supply that are not lost themselves."
    caption = "Load that outages cut off"
    return [build_table("lost_load", caption, _LOSS_COLUMNS, lines, source=PLAN_JSON, note=note)]
