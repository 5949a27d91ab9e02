"""Supply adequacy beside network-firm: hours in which generation less reserve does not cover the load."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridplan.network.model import FloatArray
from gridplan.plan.case import YearCase
from gridplan.plan.local_hour import hour_stamp
from gridplan.plan.study_year import YearPlan

THERMAL = ("CT", "CC", "STEAM", "NUCLEAR")


def reserve_mw(case: YearCase) -> float:
    """Reserve of the study [MW]; by default the largest unit."""
    given = case.study.criteria.reserve_mw
    return float(case.network.generator.p_max_mw.max(initial=0.0)) if given == "largest_unit" else float(given)


def margin_mw(case: YearCase, campus_mw: FloatArray | float) -> FloatArray:
    """Available capacity less load less reserve, dims (time,) [MW].

    Thermal units count with ``p_max (1 - forced outage rate)``, renewables and hydro as given.
    """
    unit = case.network.generator
    thermal = np.isin(np.array(unit.unit_type), THERMAL)
    derate = np.where(thermal, 1.0 - unit.forced_outage_rate_frac, 1.0)
    available = case.series.p_max_mw @ derate
    return np.asarray(available - case.series.load_mw.sum(axis=1) - campus_mw - reserve_mw(case))


def adequacy(plan: YearPlan) -> dict[str, Any]:
    """Hours short and worst margin, without and with the connected contracts applied flat."""
    case = plan.case
    connected = sum(s.connected_mw for s in plan.sites.sites) if plan.sites else 0.0
    without, with_campus = margin_mw(case, 0.0), margin_mw(case, connected)
    worst = int(with_campus.argmin())
    return {
        "reserve_mw": reserve_mw(case),
        "hours_short_without": int((without < 0).sum()),
        "hours_short_with": int((with_campus < 0).sum()),
        "worst_mw_without": float(without.min()),
        "worst_mw_with": float(with_campus.min()),
        "worst_hour_local_with": hour_stamp(case.series.time_utc[worst], case.study.timezone),
    }
