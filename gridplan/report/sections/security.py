"""Chapter: overloads without the campuses, as requested, and in the chosen plan; load that one fault trips."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item, number_text
from gridplan.report.file_names import VIOLATIONS_CSV
from gridplan.report.load_loss import load_loss_blocks
from gridplan.report.outage_sets import set_blocks
from gridplan.report.run_folder import Record, RunFolder
from gridplan.report.words import counted, outage_words

_STAGES = ("before", "requested", "after")
_MOST_LINES = 14
_INTRO = (
    "Loading in percent of the limit after the outage. Before: no campuses. Requested: every campus at its full "
    "contract at its first candidate POI, outputs of the case before plus pickup, no redispatch, nothing built. After: "
    "the chosen plan. A dash: not among the worst pairs of that stage."
)
_NONE = "No pair of branch and outage comes near its limit in any of the three."
_SUMMARY_COLUMNS = (
    Column(head="Year", kind="year"),
    Column(head="Stage", share=1.0),
    Column(head="Listed pairs\nabove the limit", kind="count"),
    Column(head="Worst loading", kind="percent", unit="%"),
    Column(head="Worst pair", share=2.0),
    Column(head="Hour", kind="local"),
)
_PAIR_COLUMNS = (
    Column(head="Branch"),
    Column(head="Outage", share=1.0),
    Column(head="Limit", kind="mw", unit="MW"),
    Column(head="Before", kind="percent", unit="%"),
    Column(head="h over", kind="hours"),
    Column(head="Requested", kind="percent", unit="%"),
    Column(head="h over", kind="hours"),
    Column(head="After", kind="percent", unit="%"),
    Column(head="h over", kind="hours"),
    Column(head="Worst hour", kind="local"),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Summary by stage, the worst pairs of branch and outage, named contingencies, and load that one fault trips."""
    rows = run.table_rows(VIOLATIONS_CSV)
    last = (_pre_existing(run), *_failovers(run), *set_blocks(run), *load_loss_blocks(run))
    if not rows:
        return Paragraph(text=_INTRO), Paragraph(text=_NONE), *last
    return Paragraph(text=_INTRO), _summary(rows), _pairs(rows), *last


def _summary(rows: list[Record]) -> Table:
    lines: list[Line] = []
    for year in _years(rows):
        for stage in _STAGES:
            own = [row for row in rows if row.text("year") == year and row.text("stage") == stage]
            over = [row for row in own if _percent(row) > 100.0]
            worst = max(own, key=_percent, default=None)
            lines.append([
                int(year),
                stage,
                len(over),
                _loading_cell(worst),
                f"{worst.text('branch')}, {outage_words(worst.text('contingency'))}" if worst else None,
                worst.text("hour_local") if worst else None,
            ])  # fmt: skip
    return build_table("overloads", "Overloads by stage", _SUMMARY_COLUMNS, lines, source=VIOLATIONS_CSV)


def _pairs(rows: list[Record]) -> Table:
    lines: list[Line] = []
    left_out = 0
    for year in _years(rows):
        own: dict[tuple[str, str], dict[str, Record]] = {}
        for row in rows:
            if row.text("year") == year:
                own.setdefault((row.text("branch"), row.text("contingency")), {})[row.text("stage")] = row
        ranked = sorted(own, key=lambda pair: (-max(map(_percent, own[pair].values())), pair))
        left_out += len(ranked[_MOST_LINES:])
        lines.append(Group(year))
        lines += [_pair_line(pair, own[pair]) for pair in ranked[:_MOST_LINES]]
    note = f"{counted(left_out, 'more pair')} in the file." if left_out else ""
    return build_table(
        "pairs",
        "Worst pairs of branch and outage, before and after",
        _PAIR_COLUMNS,
        lines,
        source=VIOLATIONS_CSV,
        note=note,
    )


def _pair_line(pair: tuple[str, str], stages: dict[str, Record]) -> list[Item]:
    worst = max(stages.values(), key=_percent)
    items: list[Item] = [pair[0], outage_words(pair[1]), worst.number("limit_mw")]
    for stage in _STAGES:
        row = stages.get(stage)
        items += [_loading_cell(row), row.number("hours_over") if row else None]
    return [*items, worst.text("hour_local") or None]


def _loading_cell(row: Record | None) -> Item:
    if row is None:
        return None
    percent = _percent(row)
    text = number_text(percent, "percent")
    return Cell(f"{text} over", percent, "bad") if percent > 100.0 + 1e-6 else Cell(text, percent)


def _pre_existing(run: RunFolder) -> Paragraph:
    counts = {year: len(run.year(year).get("pre_existing") or ()) for year in run.years}
    parts = [f"{year}: {counted(n, 'pair')}" for year, n in counts.items() if n]
    if not parts:
        return Paragraph(text="No pair is overloaded without the campuses after redispatch.", tone="note")
    first = next(pair for year in run.years for pair in run.year(year).get("pre_existing") or ())
    name = f"{first['branch']}, {outage_words(str(first['contingency']))}"
    rule = str(run.basis.get("pre_existing", "no_worsening")).replace("_", " ")
    return Paragraph(
        text=f"Overloaded without the campuses even after redispatch, held by the rule “{rule}”: {'; '.join(parts)} "
        f"(such as {name}). All are listed in plan.json.",
        values={f"pre_existing_{year}": n for year, n in counts.items()},
        tone="note",
    )


def _failovers(run: RunFolder) -> tuple[Paragraph, ...]:
    """What losing a campus puts on another, by year; nothing where no campus fails over."""
    parts, values = [], {}
    for year in run.years:
        for pair in run.year(year).get("failovers") or ():
            most_mw = float(pair["raised_max_mw"])
            words = f"up to {number_text(most_mw, 'mw')} MW" if most_mw > 0 else "nothing in any hour"
            parts.append(f"{year}: {pair['campus']} to {pair['to']}, {words}")
            values[f"failover_{year}_{pair['campus']}_mw"] = most_mw
    if not parts:
        return ()
    text = (
        f"Failover: after the loss of a campus another takes over within minutes. In the schedule that outage carries "
        f"the rise as well as the loss ({'; '.join(parts)}). The MW connected need no such outage: they are found with "
        f"every campus at all it is connected with."
    )
    return (Paragraph(text=text, values=values, tone="note"),)


def _years(rows: list[Record]) -> list[str]:
    return sorted(dict.fromkeys(row.text("year") for row in rows))


def _percent(row: Record) -> float:
    return row.number("loading_percent") or 0.0
