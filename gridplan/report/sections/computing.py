"""Chapter: the energy of each campus, what is done later, elsewhere or lost, and the price it meets."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item
from gridplan.report.hourly import Hourly, read_hourly
from gridplan.report.run_folder import NotStudiedError, Record, RunFolder
from gridplan.report.words import joined
from gridplan.solution import MW_BY_YEAR_CSV, PLAN_JSON, WORKLOADS, schedule_csv

_COLUMNS = (
    Column(head="Campus", share=1.0),
    Column(head="POI"),
    Column(head="Asked", kind="mwh", unit="MWh"),
    Column(head="At the meter", kind="mwh", unit="MWh"),
    Column(head="Later", kind="mwh", unit="MWh"),
    Column(head="Lost", kind="mwh", unit="MWh"),
    Column(head="of asked", kind="frac", unit="%"),
    Column(head="Most", kind="mw", unit="MW"),
    Column(head="Load factor", kind="frac", unit="%"),
    Column(head="Mean price", kind="price", unit="USD/MWh"),
)
_LOST_COLUMNS = (Column(head="Campus", share=1.0), *(Column(head=w, kind="mwh", unit="MWh") for w in WORKLOADS))
_EVENT_COLUMNS = (
    Column(head="Campus", share=1.0),
    Column(head="POI"),
    Column(head="Conditional", kind="mw", unit="MW"),
    Column(head="Curtailed", kind="hours", unit="h/year"),
    Column(head="Longest", kind="hours", unit="h"),
    Column(head="Depth", kind="mw", unit="MW"),
    Column(head="Curtailed", kind="mwh", unit="MWh"),
)
_MOVED_COLUMNS = (
    Column(head="Campus", share=1.0),
    Column(head="Done at"),
    Column(head="Class"),
    Column(head="At most", kind="frac", unit="%"),
    Column(head="Done there", kind="mwh", unit="MWh"),
    Column(head="Price", kind="price", unit="USD/MWh"),
)
_MOVED_KEYS = ("campus", "to", "workload", "max_frac", "energy_mwh", "cost_usd_per_mwh")
_AWAY = (
    "Energy at the meter of the campus that does the work, in the hour it was asked for at the other. It counts as "
    "neither curtailed nor lost."
)
_EVENT_NUMBERS = ("conditional_mw", "curtailed_hours", "longest_event_h", "depth_mw", "curtailed_mwh")
_NOTE = (
    "Later: work not done in the hour it arrived and done before its deadline. Lost: work given up by curtailment. "
    "Mean price: locational marginal price at the POI weighted with the power of the campus, without the hours "
    "whose price unserved load or overload sets."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Energy of each campus in every year with hourly results, and lost work by class."""
    found = [read_hourly(run, year) for year in run.schedule_years()]
    found = [hourly for hourly in found if hourly.campuses]
    if not found:
        raise NotStudiedError("the run holds no hourly results of a campus")
    energy = _energy_table(found)
    lost = [hourly for hourly in found if float(hourly.lost_mwh.sum()) > 0]
    return energy, *_moved(run), *_events(run), *((_lost_table(lost),) if lost else ())


def _moved(run: RunFolder) -> tuple[Block, ...]:
    """MWh of each class done at another campus, and pairs that were asked for and cannot be."""
    years = {year: run.year(year) for year in run.schedule_years()}
    lines: list[Line] = []
    for year, entry in years.items():
        if entry.get("shifts"):
            lines.append(Group(year))
            lines += [[shift[key] for key in _MOVED_KEYS] for shift in entry["shifts"]]
    notes = dict.fromkeys(note for entry in years.values() for note in entry.get("shift_notes") or [])
    blocks: list[Block] = []
    if lines:
        blocks.append(
            build_table(
                "moved_work", "Work done at another campus", _MOVED_COLUMNS, lines, source=PLAN_JSON, note=_AWAY
            )
        )
    if notes:
        text = "; ".join(notes)
        blocks.append(Paragraph(text=f"{text[0].upper()}{text[1:]}."))
    return tuple(blocks)


def _events(run: RunFolder) -> tuple[Block, ...]:
    rows = [row for row in run.optional_rows(MW_BY_YEAR_CSV) if (row.number("conditional_mw") or 0.0) > 0]
    if not rows:
        return ()
    if not any(row.number("curtailed_mwh") for row in rows):
        names = joined(dict.fromkeys(row.text("campus") for row in rows))
        text = f"In the modelled schedule nothing of {names} is curtailed; the table of terms has the flat contract."
        return (Paragraph(text=text),)
    lines: list[Line] = []
    for year in dict.fromkeys(row.text("year") for row in rows):
        lines.append(Group(year))
        lines += [_event_line(row) for row in rows if row.text("year") == year]
    title = "Curtailment in the modelled schedule"
    note = "The load is the modelled one, not the contract in every hour."
    return (build_table("modelled_curtailment", title, _EVENT_COLUMNS, lines, source=MW_BY_YEAR_CSV, note=note),)


def _event_line(row: Record) -> list[Item]:
    return [row.text("campus"), row.text("bus") or None, *(row.number(name) for name in _EVENT_NUMBERS)]


def _energy_table(found: list[Hourly]) -> Table:
    lines: list[Line] = []
    for hourly in found:
        lines.append(Group(hourly.year))
        lines += [_energy_line(hourly, k) for k in range(len(hourly.campuses))]
    return build_table(
        "campus_energy", "Energy of each campus", _COLUMNS, lines, source=schedule_csv(found[-1].year), note=_NOTE
    )


def _energy_line(hourly: Hourly, k: int) -> list[Item]:
    campus = hourly.campuses[k]
    asked, met = float(hourly.asked_mwh[k].sum()), float(hourly.campus_mw[:, k].sum())
    most = float(hourly.campus_mw[:, k].max(initial=0.0))
    lost = float(hourly.lost_mwh[k].sum())
    price = hourly.mean_price_usd_per_mwh[k]
    return [
        campus,
        hourly.pois[k] or None,
        asked,
        met,
        float(hourly.moved_mwh[k].sum()),
        lost,
        lost / asked if asked > 0 else None,
        most,
        met / (most * len(hourly.native_mw)) if most > 0 else None,
        Cell("–", None, "quiet") if price is None else price,
    ]


def _lost_table(found: list[Hourly]) -> Table:
    lines: list[Line] = []
    for hourly in found:
        lines.append(Group(hourly.year))
        for k, campus in enumerate(hourly.campuses):
            lines.append([campus, *(float(v) for v in hourly.lost_mwh[k])])
    return build_table(
        "lost_work", "Lost work by computing class", _LOST_COLUMNS, lines, source=schedule_csv(found[-1].year)
    )
