"""Chapter: what one MW more of each branch is worth, and the reinforcements worth studying."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item, number_text
from gridplan.report.file_names import BRANCH_WORTH_CSV, LIMITS_CSV
from gridplan.report.run_folder import NotStudiedError, Record, RunFolder
from gridplan.report.studied_hours import hour_count, is_part_of_a_year
from gridplan.report.words import counted, outage_words

_MOST_LINES = 12
_NONE = "No limit has a price in any hour of the schedule: at the margin, no rating is worth more."
_MEANING = (
    "One MW more of a rating saves at most this much production cost, the campuses keeping their schedule. It is the "
    "value of the first MW: the next ones save at most as much, usually less, and nothing once another limit binds. "
    "A high worth is a reason to study a branch, not a benefit to count on. What a candidate saves is bounded by worth "
    "times the MW it adds; where that bound stands below its annual cost, saved production cost alone does not pay for "
    "it in these hours. MW connected, reliability and later years are not in it."
)
_APART = (
    "Apart: hours in which a limit stands raised above its rating by the pre-existing rule, where more rating alone "
    "saves nothing, and hours in which unserved load or overload sets the price, whose size is the size of the penalty."
)
_RATINGS = {"normal": "Normal", "emergency": "Emer-\ngency", "short_time": "Short-\ntime"}
_WORTH = Column(head="Worth of\n1 MW", kind="usd", unit="USD/year")
_RAISED = Column(head="Raised", kind="hours", unit="h")
_PENALTY = Column(head="Penalty", kind="hours", unit="h")
_CANDIDATE_COLUMNS = (
    Column(head="Candidate", share=0.6),
    Column(head="Adds", kind="mw", unit="MW"),
    Column(head="Cost of\n1 MW", kind="usd", unit="USD/year"),
    Column(head="Saves\nat most", kind="usd", unit="USD/year"),
)
_LIMIT_COLUMNS = (
    Column(head="Branch"),
    Column(head="Outage", share=1.0),
    Column(head="Rating"),
    _WORTH,
    Column(head="Binds", kind="hours", unit="h"),
    Column(head="Dearest", kind="usd", unit="USD/MWh"),
    Column(head="in", kind="local"),
    _RAISED,
    _PENALTY,
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Branches by the worth of one MW more, and the limits behind them."""
    branches, limits = run.table_rows(BRANCH_WORTH_CSV), run.optional_rows(LIMITS_CSV)
    flagged = _penalty_hours(run)
    if not branches:
        return Paragraph(text=_NONE), *flagged
    meaning = Paragraph(text=f"{_MEANING} {_span(run)}".strip())
    return meaning, _branches(branches), *_limits(limits), Paragraph(text=_APART, tone="note"), *flagged


def _span(run: RunFolder) -> str:
    if not is_part_of_a_year(run):
        return ""
    return f"Worth and cost are those of {counted(hour_count(run), 'studied hour')}, not scaled up to a year."


def _branches(rows: list[Record]) -> Table:
    ratings = [r for r in _RATINGS if any(row.number(f"{r}_usd_per_mw_year") for row in rows)]
    return build_table(
        "branch_worth",
        "Reinforcements worth studying: branches by the worth of one MW more",
        (
            Column(head="Branch"),
            Column(head="From – to"),
            _WORTH,
            *(Column(head=_RATINGS[rating], kind="usd", unit="USD/year") for rating in ratings),
            Column(head="Binds", kind="hours", unit="h"),
            Column(head="Dearest", kind="usd", unit="USD/MWh"),
            _RAISED,
            _PENALTY,
            *_CANDIDATE_COLUMNS,
        ),
        _by_year(rows, lambda row: _branch_line(row, ratings)),
        source=BRANCH_WORTH_CSV,
        note=_left_out(rows),
    )


def _limits(rows: list[Record]) -> tuple[Table, ...]:
    if not rows:
        return ()
    table = build_table(
        "limit_worth",
        "Limits by the worth of one MW more",
        _LIMIT_COLUMNS,
        _by_year(rows, _limit_line),
        source=LIMITS_CSV,
        note=_left_out(rows),
    )
    return (table,)


def _by_year(rows: list[Record], line: Callable[[Record], list[Item]]) -> list[Line]:
    lines: list[Line] = []
    for year in _years(rows):
        lines.append(Group(year))
        lines += [line(row) for row in _shown(rows, year)]
    return lines


def _years(rows: list[Record]) -> list[str]:
    return sorted(dict.fromkeys(row.text("year") for row in rows))


def _shown(rows: list[Record], year: str) -> list[Record]:
    """Dearest rows of a year in the order of the file, and every candidate."""
    own = [row for row in rows if row.text("year") == year]
    return [row for k, row in enumerate(own) if k < _MOST_LINES or row.text("candidate")]


def _left_out(rows: list[Record]) -> str:
    count = len(rows) - sum(len(_shown(rows, year)) for year in _years(rows))
    return f"{counted(count, 'more line')} in the file." if count else ""


def _branch_line(row: Record, ratings: list[str]) -> list[Item]:
    return [
        row.text("branch"),
        f"{row.text('from_bus')}\u00a0–\u00a0{row.text('to_bus')}",
        row.number("worth_usd_per_mw_year"),
        *(row.number(f"{rating}_usd_per_mw_year") for rating in ratings),
        *_prices(row),
        _candidate(row),
        row.number("more_mw"),
        row.number("cost_usd_per_mw_year"),
        _bound(row),
    ]


def _limit_line(row: Record) -> list[Item]:
    binds, dearest, raised, penalty = _prices(row)
    return [
        row.text("branch"),
        outage_words(row.text("contingency")),
        row.text("rating").replace("_", "-"),
        row.number("worth_usd_per_mw_year"),
        binds,
        dearest,
        row.text("price_max_hour_local") or None,
        raised,
        penalty,
    ]


def _prices(row: Record) -> list[Item]:
    """Hours and largest price by rating, hours raised, hours of a penalty."""
    penalty = row.number("penalty_hours") or 0.0
    return [
        row.number("binding_hours"),
        row.number("price_max_usd_per_mwh") if row.number("binding_hours") else None,
        row.number("raised_hours"),
        Cell(number_text(penalty, "hours"), penalty, "warn") if penalty else 0.0,
    ]


def _candidate(row: Record) -> Item:
    name = row.text("candidate")
    if not name:
        return None
    return Cell(f"{name}, built", name, "strong") if row.flag("is_built") else name


def _bound(row: Record) -> Item:
    """The most a candidate saves, in words where that is less than it costs."""
    most, cost = row.number("saves_at_most_usd"), row.number("annual_cost_usd")
    if most is None or cost is None or most >= cost:
        return most
    return Cell(f"{number_text(most, 'usd')} < cost", most, "quiet")


def _penalty_hours(run: RunFolder) -> tuple[Paragraph, ...]:
    """Hours in which no price is a price of energy."""
    counts: dict[str, int] = {}
    for year in run.schedule_years():
        try:
            counts[year] = int(np.count_nonzero(run.schedule(year, "is_penalty_priced")))
        except NotStudiedError:
            continue
    parts = [f"{year}: {counted(n, 'hour')}" for year, n in counts.items() if n]
    if not counts:
        return ()
    values = {f"penalty_hours_{year}": n for year, n in counts.items()}
    text = "No price of any hour is set by unserved load or overload."
    if parts:
        text = (
            f"Prices set by unserved load or overload: {'; '.join(parts)}. They are flagged in the hourly results and "
            f"left out of mean prices and of the worth above."
        )
    return (Paragraph(text=text, values=values, tone="warning" if parts else "note"),)
