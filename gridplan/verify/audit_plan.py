"""A09, A10, A12, A14: sizes and places, curtailment budgets, bound and gap, unserved load and islands.

In: one studied year. Out: measures. Curtailed hours are counted here again by the stated rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.solution import contingency_label, counted_threshold_mw
from gridplan.verify.audit_campus_year import campus_year
from gridplan.verify.audit_certificate import Measure, single, worst_of
from gridplan.verify.audit_grid import BoolArray, FloatArray
from gridplan.verify.audit_outage import dark_buses
from gridplan.verify.audit_permission import lost_load
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import NotApplicableError, Record
from gridplan.verify.audit_sets import dark_with_set, outage_sets
from gridplan.verify.audit_study import differences

_SIZE_TOLERANCE_MW = 1e-6
_SLACK_TOLERANCE_MW = 1e-4
_UNSERVED_TOLERANCE_MWH = 1e-3
_COUNT = 0.5


def sizes(year: RunYear) -> Iterator[Measure]:
    """A09: whole blocks, one POI among the candidates, and the terms the study asked for."""
    for campus in year.campuses:
        yield from _size(year, campus)
    names = [campus.text("id") for campus in year.campuses]
    yield single("campuses listed twice", "campuses", len(names) - len(set(names)), _COUNT, f"{year.year}: plan.json")
    moved = [name for name in names if len(_pois_of(year, name)) > 1]
    yield single(
        "campuses with more than one POI over the years",
        "campuses",
        len(moved),
        _COUNT,
        ", ".join(moved) or f"{year.year}: none",
    )
    changed = differences(year)
    yield single(
        "values of plan.json that differ from the study",
        "values",
        len(changed),
        _COUNT,
        f"{year.year}: {', '.join(changed[:8]) or 'none'}",
    )


def _pois_of(year: RunYear, name: str) -> set[str]:
    entries = [campus for other in year.run.years for campus in other.campuses if campus.text("id") == name]
    return {str(campus.value("bus")) for campus in entries if campus.value("bus") is not None}


def _size(year: RunYear, campus: Record) -> Iterator[Measure]:
    place = f"{year.year}: campus {campus.text('id')}"
    connected, contract = campus.number("connected_mw"), campus.number("contract_mw")
    block = campus.number("block_mw")
    away = min(abs(connected - block * round(connected / block)), abs(connected - contract)) if block > 0 else math.nan
    yield single("connected MW away from whole blocks", "MW", away, _SIZE_TOLERANCE_MW, place)
    outside = max(connected - contract, -connected)
    yield single("connected MW outside 0 .. contract", "MW", outside, _SIZE_TOLERANCE_MW, place)
    split = abs(campus.number("firm_mw") + campus.number("conditional_mw") - connected)
    yield single("firm + conditional - connected", "MW", split, _SIZE_TOLERANCE_MW, place)
    rest = abs(contract - connected - campus.number("unconnected_mw"))
    yield single("contract - connected - unconnected", "MW", rest, _SIZE_TOLERANCE_MW, place)
    bus = campus.value("bus")
    is_placed = str(bus) in campus.labels("candidates") if bus is not None else connected <= _SIZE_TOLERANCE_MW
    yield single(
        "POI that is no candidate of the study", "POI", 0.0 if is_placed else 1.0, _COUNT, f"{place} bus {bus}"
    )


# -- budgets ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailment:
    """Lost work of a campus in a year, counted by the stated rule."""

    energy_mwh: float
    hours: int
    longest_event_h: int
    depth_mw: float


def curtailment(lost_mw: FloatArray, contract_mw: float) -> Curtailment:
    """Lost work counted: hours above max(1 MW, 0.5 % of the contract), their longest run, MWh, depth.

    Parameters
    ----------
    lost_mw : float, dims (time,) [MW]
        Lost work of all classes.
    """
    counts = lost_mw > counted_threshold_mw(contract_mw)
    return Curtailment(
        energy_mwh=float(lost_mw.sum()),
        hours=int(counts.sum()),
        longest_event_h=_longest_run(counts),
        depth_mw=float(lost_mw.max(initial=0.0)),
    )


def _longest_run(flags: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def budgets(year: RunYear) -> Iterator[Measure]:
    """A10: lost work within the energy budget, the hours and the longest event of the terms."""
    data = campus_year(year)
    limited = [(i, campus) for i, campus in enumerate(year.campuses) if campus.optional_record("terms") is not None]
    if not limited:
        message = f"{year.year}: no campus has curtailment terms"
        raise NotApplicableError(message)
    for i, campus in limited:
        terms = campus.record("terms")
        counted = curtailment(data.lost_mw[:, i].sum(axis=1), campus.number("contract_mw"))
        asked_mwh = float(data.asked_mw[:, i].sum())
        place = f"{year.year}: campus {campus.text('id')}"
        budget_mwh = terms.limit("max_energy_frac") * max(asked_mwh, 1e-9)
        tolerance = 1e-6 * max(asked_mwh, 1.0) * min(1.0, terms.limit("max_energy_frac"))
        excess = counted.energy_mwh - budget_mwh
        yield single("lost work above its energy budget", "MWh", max(excess, -1e9), max(tolerance, 1e-6), place)
        over = counted.hours - terms.limit("max_hours")
        yield single("curtailed hours above their limit", "h", max(over, -1e9), _COUNT, place)
        longer = counted.longest_event_h - terms.limit("max_event_h")
        yield single("longest event above its limit", "h", max(longer, -1e9), _COUNT, place)


# -- bound -----------------------------------------------------------------------------------------
def bound_and_gap(year: RunYear) -> Iterator[Measure]:
    """A12: the bound lies below the objective and the gap is the one printed."""
    objective, bound, base = (year.attr(name) for name in ("objective_usd", "bound_usd", "base_usd"))
    place, scale = f"{year.year}: schedule", max(abs(objective), 1.0)
    yield single("bound above objective", "of objective", (bound - objective) / scale, 1e-9, place)
    gap, printed = _gap(objective, bound, base), year.attr("gap_frac")
    off = 0.0 if printed == gap else abs(printed - gap)
    tolerance = 1e-9 * max(1.0, abs(gap)) if math.isfinite(gap) else 1e-9
    yield single("printed gap - (objective - bound) / (objective - base)", "1", off, tolerance, place)


def _gap(objective: float, bound: float, base: float) -> float:
    """Gap against what is decided; 0 where bound and objective agree to rounding, infinite where nothing is decided."""
    spread, decided = max(objective - bound, 0.0), objective - base
    if spread <= 1e-9 * max(abs(objective), 1.0):
        return 0.0
    return spread / decided if decided > 0 else math.inf


# -- unserved load and islands ---------------------------------------------------------------------
def unserved(year: RunYear) -> Iterator[Measure]:
    """A14: unserved load and overload are zero or listed; no part of the grid goes dark in silence."""
    listed = np.zeros(len(year.grid.bus))
    for entry in year.plan.records("unserved"):
        listed[year.grid.bus_position(str(entry.value("bus")))] += entry.number("energy_mwh")
    found = year.array("p_unserved_mw").sum(axis=0)
    yield worst_of(
        "unserved energy that is not listed",
        "MWh",
        np.abs(found - listed),
        _UNSERVED_TOLERANCE_MWH,
        lambda i: year.at("bus", i[0]),
    )
    yield single(
        "overload slack",
        "MW",
        year.plan.number("overload_slack_max_mw"),
        _SLACK_TOLERANCE_MW,
        f"{year.year}: plan.json overload_slack_max_mw",
    )
    yield _sourceless(year)
    yield from _dark_parts(year)
    yield from _lost_load(year)


def _sourceless(year: RunYear) -> Measure:
    """Load served in a part of the intact grid that has neither a unit nor a dc line."""
    grid = year.grid
    fed = np.zeros(grid.part_of_bus.max() + 1, dtype=bool)
    for bus in (grid.unit_bus[grid.unit_p_max_mw > 0], grid.dc_from, grid.dc_to):
        fed[grid.part_of_bus[bus]] = True
    served = year.array("load_mw") - year.array("p_unserved_mw")
    excess = np.where(fed[grid.part_of_bus], 0.0, served)
    return worst_of(
        "load served without any source", "MW", excess, _SLACK_TOLERANCE_MW, lambda i: year.at("bus", i[1], i[0])
    )


def _dark_parts(year: RunYear) -> Iterator[Measure]:
    sets = outage_sets(year)
    has_branches = year.plan.record("contingencies").flag("branches")
    if year.plan.text("security") == "n-0" or not (has_branches or sets):
        return
    dark = dark_buses(year)
    by_label = {contingency_label("branch", year.grid.branch[k]): buses for k, buses in dark.items()}
    by_label |= {lost.label: dark_with_set(year, lost) for lost in sets}
    found = {label: _bus_names(year, buses) for label, buses in by_label.items() if buses.any()}
    listed = {e.text("contingency"): frozenset(e.labels("buses")) for e in year.plan.records("islanding")}
    wrong = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
    yield single(
        "outages that cut buses off and are not listed so",
        "outages",
        len(wrong),
        _COUNT,
        f"{year.year}: {', '.join(wrong[:8]) or 'none'}",
    )
    if not year.plan.flag("accept_radial_supply"):
        is_radial = np.zeros(len(year.grid.bus), dtype=bool)
        for buses in dark.values():
            is_radial |= buses
        for lost in sets:
            if not lost.is_load_loss_allowed:
                is_radial[[b for b in np.flatnonzero(dark_with_set(year, lost)) if b not in lost.buses]] = True
        firm = [c.number("firm_mw") for c in year.campuses]
        at_risk = np.where((year.campus_bus >= 0) & is_radial[year.campus_bus], firm, 0.0)
        yield worst_of(
            "firm MW at a POI one branch outage cuts off",
            "MW",
            at_risk,
            _SIZE_TOLERANCE_MW,
            lambda i: year.at("campus", i[0]),
        )


def _lost_load(year: RunYear) -> Iterator[Measure]:
    """Native load that listed outages cut off: its MW as listed, and every loss that is not allowed listed."""
    if year.plan.text("security") == "n-0" or not (outage_sets(year) or "lost_load" in year.plan.data):
        return
    found = lost_load(year)
    entries = year.plan.records("lost_load") if "lost_load" in year.plan.data else []
    listed = {e.text("contingency"): (e.number("load_mw"), e.flag("is_allowed")) for e in entries}
    wrong = [
        label
        for label in sorted(found.keys() | listed.keys())
        if label not in found
        or label not in listed
        or found[label].is_allowed != listed[label][1]
        or abs(found[label].load_mw - listed[label][0]) > _UNSERVED_TOLERANCE_MWH
    ]
    place = f"{year.year}: {', '.join(wrong[:8]) or 'none'}"
    yield single("outages whose lost load is not listed as it is", "outages", len(wrong), _COUNT, place)


def _bus_names(year: RunYear, is_dead: BoolArray) -> frozenset[str]:
    return frozenset(year.grid.bus[b] for b in np.flatnonzero(is_dead))
