"""Failover restated: what the loss of a campus puts on another, from the asked power and the connected MW of the run.

In: one studied year. Out: MW by hour, the flow they bring after the loss, and what plan.json says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.verify.audit_certificate import Measure, worst_of
from gridplan.verify.audit_grid import FloatArray
from gridplan.verify.audit_outage import Outage, pickup_share
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, Record

_STATED_TOLERANCE_MW = 1e-3
_NOTHING_MW = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class TakenOver:
    """What one campus takes over from another once that is lost, dims (time,) [MW]; campuses by position."""

    lost: int
    to: int
    raised_mw: FloatArray


def entries(year: RunYear) -> list[Record]:
    """Failovers of plan.json; a plan written before there were any has none."""
    return year.plan.records("failovers") if "failovers" in year.plan.data else []


def taken_over(year: RunYear) -> tuple[TakenOver, ...]:
    """Every failover with its MW by hour: the share of the lost campus, as far as the other has room at its meter."""
    if "failovers" not in year.memory:
        year.memory["failovers"] = tuple(_taken_over(year, entry) for entry in entries(year))
    found: tuple[TakenOver, ...] = year.memory["failovers"]
    return found


def _taken_over(year: RunYear, entry: Record) -> TakenOver:
    lost, to = (_campus(year, entry, key) for key in ("campus", "to"))
    asked_mw = year.array("p_baseline_mw").sum(axis=2)
    room_mw = year.campuses[to].number("connected_mw") - asked_mw[:, to]
    moved_mw = entry.number("share_frac") * asked_mw[:, lost]
    raised_mw = np.where(moved_mw < room_mw, moved_mw, room_mw)
    return TakenOver(lost=lost, to=to, raised_mw=np.where(raised_mw > _NOTHING_MW, raised_mw, 0.0))


def _campus(year: RunYear, entry: Record, key: str) -> int:
    names, wanted = year.labels["campus"], entry.text(key)
    if wanted not in names:
        raise MissingPartError(f"{entry.where}.{key} {wanted} is no campus of plan.json")
    return names.index(wanted)


def raised_flow_mw(year: RunYear, outage: Outage, per_bus: FloatArray) -> FloatArray | None:
    """Flow that failovers bring after an outage, dims (time, flow) [MW]; nothing without any.

    Parameters
    ----------
    per_bus : float, dims (flow, bus)
        Flow per MW injected at each bus.
    """
    grid = year.grid
    total = None
    for found in taken_over(year):
        bus = year.campus_bus[found.to]
        is_followed = outage.kind == "campus" and found.lost == outage.element
        if not is_followed or bus < 0 or not found.raised_mw.any():
            continue
        injected = pickup_share(year, np.asarray(grid.part_of_bus == grid.part_of_bus[bus]))
        injected[bus] -= 1.0
        flow = np.outer(found.raised_mw, per_bus @ injected)
        total = flow if total is None else total + flow
    return total


def stated_raises(year: RunYear) -> Iterator[Measure]:
    """Largest MW of each failover as plan.json states it, against its hours."""
    found = taken_over(year)
    if found:
        own = np.array([f.raised_mw.max(initial=0.0) for f in found])
        stated = np.array([entry.number("raised_max_mw") for entry in entries(year)])
        names = year.labels["campus"]
        place = [f"{year.year}: failover of {names[f.lost]} to {names[f.to]}" for f in found]
        quantity = "largest MW of a failover, stated against its hours"
        yield worst_of(quantity, "MW", np.abs(stated - own), _STATED_TOLERANCE_MW, lambda i: place[i[0]])


def is_as_asked(year: RunYear, asked: list[Record]) -> bool:
    """Whether plan.json holds the failovers of the campuses of the study, each with its share, and no others."""
    wanted = []
    for campus in asked:
        failover = campus.data.get("failover")
        if failover is not None:
            wanted.append((campus.text("id"), failover.get("to"), failover.get("share_frac")))
    return wanted == [(e.text("campus"), e.text("to"), e.number("share_frac")) for e in entries(year)]
