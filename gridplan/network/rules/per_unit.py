"""Rules on base values: base power, base voltages, and reactances that may be in ohm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase, TableName
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import counted, in_service

#: Medians of reactances in per unit lie between these.
LEAST_X_PU, MOST_X_PU = 1e-5, 10.0


def base_power(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-PU-001: base power that is not above 0."""
    del policy
    if not (np.isfinite(case.base_mva) and case.base_mva > 0):
        message = f"base power is {case.base_mva:g} MVA, must be above 0"
        yield case.finding("GP-PU-001", "error", message, "give the base power of the per-unit values, often 100 MVA")


def odd_reactances(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-PU-001: the median reactance is no value in per unit."""
    if policy.accept_odd_units:
        return
    x_pu = np.abs(case.branch.x_pu[in_service(case, "branch")])
    x_pu = x_pu[np.isfinite(x_pu) & (x_pu > 0)]
    median = float(np.median(x_pu)) if x_pu.size else 1.0
    if not LEAST_X_PU <= median <= MOST_X_PU:
        message = f"the median reactance of {counted(x_pu.size, 'branch')} is {median:.3g} pu"
        remedy = "check the unit: were ohm given as per unit?" if median > MOST_X_PU else "check the base power"
        yield case.finding("GP-PU-001", "warning", message, remedy, ("branch", 0, "x_pu"))


def no_base_voltage(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-PU-002: buses without a base voltage; currents and voltage classes cannot be told there."""
    del policy
    kv = case.bus.base_kv
    rows = np.flatnonzero(in_service(case, "bus") & (kv == 0))
    if rows.size:
        message = f"{counted(rows.size, 'bus')} without a base voltage: no current in kA and no voltage class is known"
        at: tuple[TableName, int, str] = ("bus", int(rows[0]), "base_kv")
        yield case.finding("GP-PU-002", "note", message, "give the nominal voltages in kV", at)
    for i in np.flatnonzero(in_service(case, "bus") & (kv < 0)):
        message = f"bus {case.bus.id[i]}: base voltage is {kv[i]:g} kV, must be above 0"
        yield case.finding("GP-PU-002", "error", message, "give the nominal voltage in kV", ("bus", int(i), "base_kv"))
