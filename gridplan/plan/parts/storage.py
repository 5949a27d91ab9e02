"""Stores: of a campus behind its meter, or of the grid at a bus of its own.

``e_t = e_{t-1} + sqrt(eta) charge_t - discharge_t / sqrt(eta)``; half full before and after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.plan.compiled import Compiled
from gridplan.plan.ledger import Ledger
from gridplan.solution import WEAR_USD_PER_MWH


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One store at a point of the plan: power [MW], energy [MWh], round-trip efficiency."""

    id: str
    point: str
    p_mw: float
    e_mwh: float
    efficiency_roundtrip_frac: float


def declare_stores(m: Any, stores: Sequence[Store], ledger: Ledger) -> None:
    """Charge, discharge, energy, the recursion, and the MW in the ledger."""
    import pyomo.environ as pyo

    m.store = pyo.Set(initialize=list(range(len(stores))), ordered=True)
    m.p_charge_mw = pyo.Var(m.store, m.time)
    m.p_discharge_mw = pyo.Var(m.store, m.time)
    m.e_storage_mwh = pyo.Var(m.store, m.time)
    for s, store in enumerate(stores):
        one_way = math.sqrt(store.efficiency_roundtrip_frac)
        m.add_component(f"energy_first[{store.id}]", pyo.Constraint(expr=_change(m, s, 0, one_way) == 0))
        m.add_component(f"energy_next[{store.id}]", pyo.Constraint(m.later, rule=_recursion(s, one_way)))
        ledger.withdraw(store.point, _charge(s))
        ledger.withdraw(store.point, _discharge(s), -1.0)


def fill_stores(plan: Compiled, stores: Sequence[Store], n_time: int) -> None:
    """Limits, the half-full ends, and the wear price that keeps a store from cycling for nothing."""
    if not stores:
        return
    power = np.repeat([s.p_mw for s in stores], n_time)
    energy = np.array([s.e_mwh for s in stores])
    lower = np.zeros((len(stores), n_time))
    upper = np.repeat(energy[:, None], n_time, axis=1)
    lower[:, -1] = upper[:, -1] = energy / 2.0
    plan.bound("p_charge_mw", 0.0, power)
    plan.bound("p_discharge_mw", 0.0, power)
    plan.bound("e_storage_mwh", lower, upper)
    plan.price("p_charge_mw", WEAR_USD_PER_MWH)
    plan.price("p_discharge_mw", WEAR_USD_PER_MWH)
    for store in stores:
        plan.side(f"energy_first[{store.id}]", store.e_mwh / 2.0, store.e_mwh / 2.0)


def _change(m: Any, s: int, t: Any, one_way: float) -> Any:
    return m.e_storage_mwh[s, t] - one_way * m.p_charge_mw[s, t] + (1.0 / one_way) * m.p_discharge_mw[s, t]


def _recursion(s: int, one_way: float) -> Any:
    return lambda m, t: _change(m, s, t, one_way) - m.e_storage_mwh[s, t - 1] == 0


def _charge(s: int) -> Any:
    return lambda m, t: m.p_charge_mw[s, t]


def _discharge(s: int) -> Any:
    return lambda m, t: m.p_discharge_mw[s, t]
