"""Chapter: the energy of each campus, what is moved and what is lost, and the price it meets."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Group, Line, Table, build_table
from gridplan.report.cells import Cell, Item
from gridplan.report.hourly import Hourly, read_hourly
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import WORKLOADS, schedule_csv

_COLUMNS = (
    Column(head="Campus", share=1.0),
    Column(head="POI"),
    Column(head="Asked", kind="mwh", unit="MWh"),
    Column(head="At the meter", kind="mwh", unit="MWh"),
    Column(head="Moved", kind="mwh", unit="MWh"),
    Column(head="Lost", kind="mwh", unit="MWh"),
    Column(head="of asked", kind="frac", unit="%"),
    Column(head="Most", kind="mw", unit="MW"),
    Column(head="Load factor", kind="frac", unit="%"),
    Column(head="Mean price", kind="price", unit="USD/MWh"),
)
_LOST_COLUMNS = (Column(head="Campus", share=1.0), *(Column(head=w, kind="mwh", unit="MWh") for w in WORKLOADS))
_NOTE = (
    "Moved: work not done in the hour it arrived and done before its deadline. Lost: work given up by curtailment. "
    "Mean price: locational marginal price at the POI weighted with the power of the campus."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Energy of each campus in every year with hourly results, and lost work by class."""
    found = [read_hourly(run, year) for year in run.schedule_years()]
    found = [hourly for hourly in found if hourly.campuses]
    if not found:
        raise NotStudiedError("the run holds no hourly results of a campus")
    energy = _energy_table(found)
    lost = [hourly for hourly in found if float(hourly.lost_mwh.sum()) > 0]
    return (energy, _lost_table(lost)) if lost else (energy,)


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
