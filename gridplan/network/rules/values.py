"""Rules on numbers: those that are none, negative load, kW for MW, too little generation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding, Severity
from gridplan.network.case import GridCase, TableName
from gridplan.network.model import BoolArray, FloatArray
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import WORDS, counted, in_service, named

#: Columns that must be finite.
_FINITE: dict[TableName, tuple[str, ...]] = {
    "bus": ("base_kv", "vm_pu", "va_degree"),
    "load": ("p_mw", "q_mvar"),
    "shunt": ("gs_mw", "bs_mvar"),
    "generator": ("p_mw", "q_mvar", "p_min_mw", "p_max_mw", "vm_setpoint_pu", "mbase_mva"),
    "branch": ("r_pu", "x_pu", "b_pu", "tap_ratio", "shift_degree"),
    "dc_line": ("p_mw", "p_min_mw", "p_max_mw", "loss_mw", "loss_frac", "vm_from_pu", "vm_to_pu"),
    "storage": ("p_mw", "e_mwh", "efficiency_roundtrip_frac"),
}
#: Columns in which infinity means no limit, so that only NaN is wrong.
_LIMITS: dict[TableName, tuple[str, ...]] = {
    "bus": ("vm_min_pu", "vm_max_pu"),
    "generator": ("q_min_mvar", "q_max_mvar"),
    "branch": ("angle_min_degree", "angle_max_degree"),
    "dc_line": ("q_min_from_mvar", "q_max_from_mvar", "q_min_to_mvar", "q_max_to_mvar"),
}
#: Numbers beyond are no quantity of a grid, and their squares would overflow.
MOST = 1e15
#: One load above this share of all generation is looked at ...
LARGE_SHARE = 0.2
#: ... and doubted if it is this many times the median of the other loads.
ODD_RATIO = 100.0
#: A grid whose load is this many times its generation is refused.
ODD_DEMAND = 10.0
_ENOUGH_LOADS = 3


def not_a_number(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-001: NaN, infinity or a number beyond any grid where one belongs, in elements in service."""
    del policy
    for columns, is_wrong in ((_FINITE, _is_no_number), (_LIMITS, _is_no_limit)):
        for table, names in columns.items():
            for column in names:
                values = getattr(getattr(case, table), column)
                for i in np.flatnonzero(in_service(case, table) & is_wrong(values)):
                    element = f"{WORDS[table][0]} {getattr(case, table).id[i]}"
                    what = "which no grid holds" if np.isfinite(values[i]) else "not a finite number"
                    message = f"{element}: {column} is {values[i]:g}, {what}"
                    at: tuple[TableName, int, str] = (table, int(i), column)
                    yield case.finding("GP-VAL-001", "error", message, "write a finite number", at)


def _is_no_number(values: FloatArray) -> BoolArray:
    return ~(np.abs(values) <= MOST)


def _is_no_limit(values: FloatArray) -> BoolArray:
    return np.isnan(values) | (np.isfinite(values) & (np.abs(values) > MOST))


def negative_load(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-002: load below zero is taken as it stands, with a warning."""
    del policy
    rows = np.flatnonzero(in_service(case, "load") & (case.load.p_mw < 0))
    if rows.size:
        total_mw = -float(case.load.p_mw[rows].sum())
        message = f"{counted(rows.size, 'load')} below zero, {total_mw:,.1f} MW fed in: {named(case.load.id, rows)}"
        remedy = "if it is generation, write it as units; load below zero cannot be dispatched"
        yield case.finding("GP-VAL-002", "warning", message, remedy, ("load", int(rows[0]), "p_mw"))


def one_load_in_kw(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-003: one load that looks like kW written as MW.

    It is above a fifth of all generation and a hundred times the median of the other loads: a warning; above all
    generation together: an error. The share alone would refuse sound small cases: in case5 one load of 400 MW is
    26 % of 1,530 MW of generation.
    """
    p_mw, total_mw = case.load.p_mw, _supply_mw(case)
    is_load = in_service(case, "load") & np.isfinite(p_mw) & (p_mw > 0)
    if policy.accept_odd_units or is_load.sum() < _ENOUGH_LOADS or not total_mw > 0:
        return
    for i in np.flatnonzero(is_load & (p_mw > LARGE_SHARE * total_mw)):
        others = is_load.copy()
        others[i] = False
        ratio = float(p_mw[i] / np.median(p_mw[others]))
        if ratio < ODD_RATIO:
            continue
        share = float(p_mw[i] / total_mw)
        message = f"load {case.load.id[i]} of {p_mw[i]:,.1f} MW is {_share_words(share)} all generation and "
        message += f"{ratio:,.0f} times the median of the others"
        remedy = f"check the unit: {p_mw[i]:,.1f} kW would be {p_mw[i] / 1000:,.4g} MW; --accept-odd-units takes it"
        severity: Severity = "error" if share > 1 else "warning"
        yield case.finding("GP-VAL-003", severity, message, remedy, ("load", int(i), "p_mw"))


def all_loads_in_kw(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-003: all load together is ten times all generation, as where kW are written as MW."""
    demand_mw, supply_mw = _demand_mw(case), _supply_mw(case)
    if policy.accept_odd_units or not demand_mw > ODD_DEMAND * supply_mw or not supply_mw > 0:
        return
    message = f"load of {demand_mw:,.1f} MW is {demand_mw / supply_mw:,.0f} times all generation, {supply_mw:,.1f} MW"
    remedy = f"check the unit: {demand_mw:,.1f} kW would be {demand_mw / 1000:,.4g} MW; --accept-odd-units takes it"
    at: tuple[TableName, int, str] = ("load", int(np.nanargmax(case.load.p_mw)), "p_mw")
    yield case.finding("GP-VAL-003", "error", message, remedy, at)


def too_little_generation(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-004: load above the sum of all units.

    A warning: the file is sound, the snapshot has no solution, and a command that dispatches it ends with exit code 3
    (infeasible), which an error here would turn into 2 (bad input).
    """
    del policy
    demand_mw, supply_mw = _demand_mw(case), _supply_mw(case)
    if demand_mw > supply_mw and in_service(case, "generator").any():
        message = f"load of {demand_mw:,.1f} MW is above all units in service together, {supply_mw:,.1f} MW: "
        message += f"{demand_mw - supply_mw:,.1f} MW short"
        remedy = "scale the load down, or put more units in service"
        yield case.finding("GP-VAL-004", "warning", message, remedy)


def odd_storage(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-005: power or energy of a store below 0, or an efficiency outside 0 to 1."""
    del policy
    store, is_on = case.storage, in_service(case, "storage")
    rules = (
        ("p_mw", "MW", store.p_mw < 0, "0 or more"),
        ("e_mwh", "MWh", store.e_mwh < 0, "0 or more"),
        (
            "efficiency_roundtrip_frac",
            "",
            (store.efficiency_roundtrip_frac <= 0) | (store.efficiency_roundtrip_frac > 1),
            "above 0 and at most 1",
        ),
    )
    for column, unit, is_wrong, wanted in rules:
        for i in np.flatnonzero(is_on & is_wrong):
            value = f"{getattr(store, column)[i]:g} {unit}".strip()
            message = f"storage {store.id[i]}: {column} is {value}, must be {wanted}"
            yield case.finding("GP-VAL-005", "error", message, "correct the value", ("storage", int(i), column))


def _share_words(share: float) -> str:
    return f"{share:.0%} of" if share < 2 else f"{share:,.0f} times"


def _demand_mw(case: GridCase) -> float:
    return float(np.nansum(np.where(in_service(case, "load"), case.load.p_mw, 0.0)))


def _supply_mw(case: GridCase) -> float:
    p_max_mw = case.generator.p_max_mw
    return float(np.nansum(np.where(in_service(case, "generator") & (p_max_mw > 0), p_max_mw, 0.0)))
