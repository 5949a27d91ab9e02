"""Tables of a screen: single outages, and pairs of outages; rows as dictionaries in the order of their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.dispatch.rows import INTACT
from gridplan.dispatch.screen_year import PairTable
from gridplan.network.contingency import outage_label
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.pair_outages import PairYear
from gridplan.solution import INTACT as INTACT_LABEL
from gridplan.store.folder import cell

Row = dict[str, Any]

SCREEN_CSV, PAIRS_CSV = "screen.csv", "outage_pairs.csv"
SCREEN_COLUMNS = (
    "year", "branch", "contingency", "loading_mw", "limit_mw", "loading_percent", "hour_local", "hours_over",
    "mwh_at_risk",
)  # fmt: skip
PAIR_COLUMNS = (
    "year", "first", "second", "adjusted", "branch", "stage", "loading_mw", "limit_mw", "loading_percent", "hour_local",
    "hours_over", "mwh_at_risk", "unserved_mwh", "hours_dispatched", "hours_without_dispatch", "dark_mw", "dark_buses",
)  # fmt: skip
_SHOWN_BUSES = 8


def screen_rows(grid: Grid, pairs: PairTable, year: int, timezone: str | None) -> list[Row]:
    """A row for each pair of branch and outage; without a timezone hours have no name."""
    campuses = [grid.points[i].id for i in grid.campus_points]
    listed = grid.outages.contingencies
    label = {
        c: outage_label(grid.network, listed[c], campuses) for c in map(int, np.unique(pairs.contingency)) if c >= 0
    }
    label[INTACT] = INTACT_LABEL
    rows = []
    for i in range(len(pairs)):
        flow, limit = float(pairs.worst_mw[i]), float(pairs.limit_mw[i])
        values = (
            year, grid.network.branch.id[int(pairs.branch[i])], label[int(pairs.contingency[i])], flow, limit,
            100.0 * flow / limit if limit > 0 else float("inf"), _hour(grid, int(pairs.hour[i]), timezone),
            int(pairs.hours_over[i]), float(pairs.over_mwh[i]),
        )  # fmt: skip
        rows.append(dict(zip(SCREEN_COLUMNS, values, strict=True)))
    return rows


def pair_row(grid: Grid, one: PairYear, year: int, timezone: str | None) -> Row:
    """Row of a pair of outages; where no branch has a limit there is none that is loaded most."""
    network, worst = grid.network, one.worst
    is_known = worst.branch >= 0
    dark = [network.bus.id[b] for b in np.flatnonzero(one.dark)]
    more = f" and {len(dark) - _SHOWN_BUSES} more" if len(dark) > _SHOWN_BUSES else ""
    values = (
        year, outage_label(network, one.first), outage_label(network, one.second), one.is_adjusted,
        network.branch.id[worst.branch] if is_known else "", "after both" if one.is_after_second else "between",
        worst.flow_mw, worst.limit_mw if is_known else 0.0, 100.0 * worst.loading_frac,
        _hour(grid, worst.hour, timezone) if is_known else "", one.hours_over, one.over_mwh, one.unserved_mwh,
        one.hours_dispatched, one.hours_without_dispatch, one.dark_mw, ";".join(dark[:_SHOWN_BUSES]) + more,
    )  # fmt: skip
    return dict(zip(PAIR_COLUMNS, values, strict=True))


def table_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as the text of a CSV file; numbers with six decimals."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def _hour(grid: Grid, hour: int, timezone: str | None) -> str:
    return hour_stamp(grid.series.time_utc[hour], timezone) if timezone else ""
