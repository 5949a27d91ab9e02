"""What a study lets its contingencies do: rating and load loss by category, and the load each outage cuts off.

In: one studied year and the study. Out: names of what plan.json says otherwise, and the load lost. A permission
``hv_only`` is worked out from the voltages of network.json again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.solution import STUDY_JSON, contingency_label
from gridplan.verify.audit_outage import dark_buses
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import Record, read_json
from gridplan.verify.audit_sets import OutageSet, cut_off_load_mw, dark_with_set, outage_sets

_HV_MAX_KV = 300.0
_LEAST_MW = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class LostLoad:
    """Native load an outage cuts off in its worst hour [MW], and whether it may."""

    load_mw: float
    is_allowed: bool


def contingency_differences(year: RunYear, asked: Record) -> Iterator[str]:
    """Names of ratings and permissions that are not those of the study; sets missing where files are named."""
    if "categories" not in asked.data:
        return
    categories = asked.record("categories")
    if year.plan.record("contingencies").data.get("rating", "emergency") != categories.record("P1").text("rating"):
        yield "contingencies.rating"
    sets = outage_sets(year)
    has_files = bool(asked.list("files")) or asked.flag("dataset")
    is_studied = year.plan.text("security") != "n-0"
    if sets and not has_files:
        yield "outage_sets"
    if has_files and is_studied and not sets:
        yield "outage_sets"
    for lost in sets:
        yield from _set_differences(year, lost, categories)


def _set_differences(year: RunYear, lost: OutageSet, categories: Record) -> Iterator[str]:
    if lost.category not in categories.data:
        yield f"{lost.label}.category"
        return
    rule = categories.record(lost.category)
    if "rating" not in lost.stated and lost.rating != rule.text("rating"):
        yield f"{lost.label}.rating"
    allowed = _is_allowed(rule.value("load_loss"), _voltage_kv(year, lost))
    if "load_loss" not in lost.stated and lost.is_load_loss_allowed != allowed:
        yield f"{lost.label}.is_load_loss_allowed"


def lost_load(year: RunYear) -> dict[str, LostLoad]:
    """Load that every listed branch outage and set cuts off at buses it does not lose itself, by label."""
    found: dict[str, LostLoad] = {}
    sets = outage_sets(year)
    named = {lost.single for lost in sets}
    rule = _single_rule(year)
    if year.plan.record("contingencies").flag("branches"):
        for k, is_dead in dark_buses(year).items():
            if ("branch", k) not in named:
                ends_kv = year.grid.base_kv[[year.grid.from_bus[k], year.grid.to_bus[k]]]
                load_mw = float(cut_off_load_mw(year, is_dead).max(initial=0.0))
                allowed = _is_allowed(rule, float(ends_kv.min()))
                found[contingency_label("branch", year.grid.branch[k])] = LostLoad(load_mw=load_mw, is_allowed=allowed)
    for lost in sets:
        load_mw = float(cut_off_load_mw(year, dark_with_set(year, lost), lost.buses).max(initial=0.0))
        found[lost.label] = LostLoad(load_mw=load_mw, is_allowed=lost.is_load_loss_allowed)
    return {label: loss for label, loss in found.items() if loss.load_mw > _LEAST_MW}


def _single_rule(year: RunYear) -> Any:
    asked = read_json(year.run.path / STUDY_JSON).record("criteria").record("contingencies")
    return asked.record("categories").record("P1").value("load_loss") if "categories" in asked.data else True


def _is_allowed(rule: Any, kv: float) -> bool:
    return kv <= _HV_MAX_KV if rule == "hv_only" else bool(rule)


def _voltage_kv(year: RunYear, lost: OutageSet) -> float:
    """Highest voltage among what is lost: a branch by its lower end, a dc line by its higher."""
    grid = year.grid
    is_lost = np.zeros(len(grid.bus), dtype=bool)
    is_lost[list(lost.buses)] = True
    kv = [float(grid.base_kv[b]) for b in lost.buses]
    for k in lost.branches:
        ends = [grid.from_bus[k], grid.to_bus[k]]
        kv += [] if is_lost[ends].any() else [float(grid.base_kv[ends].min())]
    for d in lost.dc_lines:
        ends = [grid.dc_from[d], grid.dc_to[d]]
        kv += [] if is_lost[ends].any() else [float(grid.base_kv[ends].max())]
    kv += [float(grid.base_kv[grid.unit_bus[g]]) for g in lost.units if not is_lost[grid.unit_bus[g]]]
    return max(kv, default=0.0)
