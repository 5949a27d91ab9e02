"""One hour of secure dispatch as one linear program with every (branch, outage) row in it.

In: Network, GridSeries, campus MW. Out: cost, outputs, flows, prices, unserved load and overloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray, Outage
from tests.oracles.grid_block import GridColumns, GridRules, add_grid
from tests.oracles.lp import LinearProgram


@dataclass(frozen=True, kw_only=True)
class HourResult:
    """Dispatch of one hour; when it is infeasible only ``status`` means anything.

    ``overload_mw`` maps (outage or None, branch position) to MW, entries above 1e-9 only.
    ``lmp_usd_per_mwh`` is one dual solution; degenerate hours have several.
    """

    status: str
    objective_usd_per_hour: float
    production_usd_per_hour: float
    p_generator_mw: FloatArray
    p_dc_line_mw: FloatArray
    flow_mw: FloatArray
    unserved_mw: FloatArray
    spill_mw: FloatArray
    lmp_usd_per_mwh: FloatArray
    overload_mw: Mapping[tuple[Outage | None, int], float]


def solve_hour(
    network: Network,
    series: GridSeries,
    hour: int,
    campus_mw: Mapping[str, float] | None = None,
    rules: GridRules | None = None,
    *,
    solver: str = "simplex",
) -> HourResult:
    """Least cost of one hour.

    Parameters
    ----------
    hour : int
        Position in ``series``.
    campus_mw : mapping bus id -> MW
        Withdrawal of each campus; campus outage k in ``rules.outages`` is the k-th entry.
    rules : GridRules
        Prices, ratings, outages; default elastic N-0.
    """
    rules = rules if rules is not None else GridRules()
    campus_mw = campus_mw or {}
    bus = np.array([network.bus_index(b) for b in campus_mw], dtype=np.int64)
    taken = np.array([list(campus_mw.values())], dtype=float).reshape(1, len(bus))
    lp = LinearProgram()
    campus = lp.add_columns(taken.shape, taken, taken)
    columns = add_grid(lp, network, series.hours(slice(hour, hour + 1)), rules, (bus, campus))
    result = lp.solve(solver)
    value, unserved = result.value, result.value[columns.unserved[0]]
    overload = _overloads(columns, value) if result.is_optimal else {}
    penalty = rules.unserved_usd_per_mwh * unserved.sum() + rules.overload_usd_per_mwh * sum(overload.values())
    return HourResult(
        status=result.status,
        objective_usd_per_hour=result.objective,
        production_usd_per_hour=result.objective - penalty,
        p_generator_mw=value[columns.p_generator[0]],
        p_dc_line_mw=value[columns.p_dc_line[0]],
        flow_mw=value[columns.flow[0]],
        unserved_mw=unserved,
        spill_mw=value[columns.spill[0]],
        lmp_usd_per_mwh=result.row_dual[columns.balance[0]],
        overload_mw=overload,
    )


def _overloads(columns: GridColumns, value: FloatArray) -> dict[tuple[Outage | None, int], float]:
    found = {}
    for outage, branches, slack in columns.overload:
        over = value[slack[0]].sum(axis=1)
        for i in np.flatnonzero(over > 1e-9):
            found[outage, int(branches[i])] = float(over[i])
    return found
