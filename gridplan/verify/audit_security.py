"""A04: loading of every branch after every listed outage in every hour.

In: one studied year. Out: the worst pair and the pairs near their limit. Up to ``FULL_BRANCHES`` branches
every branch outage is re-factorised and re-solved for all hours; above that see ``audit_large``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.verify.audit_certificate import Measure, single
from gridplan.verify.audit_failover import raised_flow_mw, stated_raises
from gridplan.verify.audit_flow import intact_map, own_flow_mw
from gridplan.verify.audit_large import bounded_pairs
from gridplan.verify.audit_outage import Outage, branch_loss, listed_outages, power_loss
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import NotApplicableError
from gridplan.verify.audit_screen import NEAR_FRAC, Screen, with_constant
from gridplan.verify.audit_sets import OutageSet, outage_sets, set_loss, set_outage

FULL_BRANCHES = 200
_TOLERANCE_FRAC = 1e-3
_BLOCK_HOURS = 1024


def secure_flows(year: RunYear) -> Iterator[Measure]:
    """A04: flows after every listed outage stay within the rating it asks for, or the listed higher limit."""
    if year.plan.text("security") == "n-0":
        message = "the study asks for the intact network only (n-0)"
        raise NotApplicableError(message)
    screen = outage_screen(year)
    excess = screen.worst_frac - 1.0
    worst = "branch flow after an outage above its limit"
    yield single(worst, "of limit", excess, _TOLERANCE_FRAC, screen.worst_place, note=screen.coverage)
    nobody = ", ".join(screen.unbalanced) or f"{year.year}: none"
    yield single("outages nobody makes up for", "outages", len(screen.unbalanced), 0.5, nobody)
    yield from stated_raises(year)
    yield single("response substituted in the grid after the outage", "MW/MW", screen.residual, 1e-6, year.year)


def outage_screen(year: RunYear) -> Screen:
    """Screen of all listed outages of a year, done once."""
    if "screen" not in year.memory:
        screen = Screen(year=year, limit_mw=np.maximum(year.array("rating_emergency_mw"), 1e-9))
        sets = outage_sets(year)
        named = {lost.single for lost in sets}
        outages = [o for o in listed_outages(year) if (o.kind, o.element) not in named]
        outages += [set_outage(lost) for lost in sets if lost.single]
        lost_branches = [o for o in outages if o.kind == "branch"]
        is_full = len(year.grid.branch) <= FULL_BRANCHES
        (_all_pairs if is_full else bounded_pairs)(screen, lost_branches)
        _power_outages(screen, [o for o in outages if o.kind != "branch"])
        screen.coverage += f", {len(outages) - len(lost_branches)} outages of units, dc lines and campuses x all hours"
        _sets(screen, [lost for lost in sets if not lost.single], is_full=is_full)
        year.memory["screen"] = screen
    found = year.memory["screen"]
    assert isinstance(found, Screen)
    return found


def _all_pairs(screen: Screen, outages: list[Outage]) -> None:
    """Every branch outage re-factorised and solved for every hour."""
    year = screen.year
    injection = with_constant(year.injection_mw)
    everything = np.arange(len(year.grid.branch))
    flow = np.empty((len(year), len(everything)))
    for outage in outages:
        loss = branch_loss(year, outage.element)
        screen.note_loss(outage, loss)
        flow_map = loss.flow_map()
        weights = np.ascontiguousarray(flow_map.T)
        for start in range(0, len(year), _BLOCK_HOURS):
            np.matmul(injection[start : start + _BLOCK_HOURS], weights, out=flow[start : start + _BLOCK_HOURS])
        screen.add(outage, everything, flow, flow_map=flow_map)
    screen.coverage = f"{year.year}: {len(outages)} branch outages re-factorised and re-solved x {len(year)} hours"


def _power_outages(screen: Screen, outages: list[Outage]) -> None:
    """Losses of units, dc lines and campuses, failover included: exact in every hour where 95 % could be passed."""
    year = screen.year
    if not outages:
        return
    flow = own_flow_mw(year)
    largest = np.abs(flow).max(axis=0)
    per_bus = intact_map(year)[:, :-1]
    for outage in outages:
        loss = power_loss(year, outage)
        biggest = float(np.abs(loss.lost_mw).max(initial=0.0))
        if biggest > 0 and not loss.is_balanced:
            screen.unbalanced.append(outage.label)
        effect = per_bus @ loss.moved
        raised = raised_flow_mw(year, outage, per_bus)
        most_raised = 0.0 if raised is None else np.abs(raised).max(axis=0)
        bound = (largest + np.abs(effect) * biggest + most_raised) / screen.rating_mw(outage)
        columns = np.flatnonzero(~(bound <= NEAR_FRAC))
        after = flow[:, columns] + loss.lost_mw[:, None] * effect[columns]
        screen.add(outage, columns, after if raised is None else after + raised[:, columns])


def _sets(screen: Screen, sets: list[OutageSet], *, is_full: bool) -> None:
    """Sets re-factorised one by one: every branch in every hour, on large grids those whose bound passes 95 %."""
    year = screen.year
    if not sets:
        return
    injection = with_constant(year.injection_mw)
    for lost in sets:
        loss, outage = set_loss(year, lost), set_outage(lost)
        if not loss.is_balanced:
            screen.unbalanced.append(outage.label)
        columns = np.arange(len(year.grid.branch))
        if not is_full:
            columns = np.flatnonzero(~(loss.bound_mw() / screen.rating_mw(outage) <= NEAR_FRAC))
        if not columns.size:
            continue
        weights, per_power = loss.flow_map(columns)
        flow = injection @ weights.T + loss.lost_mw() @ per_power.T
        screen.add(outage, columns, flow, flow_map=weights, powers=loss.powers, per_power=per_power)
    screen.coverage += f", {len(sets)} named sets re-factorised and re-solved x all hours"
