"""The verb ``hosting --joint``: MW that several buses take together, and what limits them.

Comes in: a study file or a network, the buses. Goes out: the JSON shape of the command contract, for two buses with
the corner points of all secure pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.dispatch.grid import PlanPoint
from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.network.model import FloatArray
from gridplan.network.policy import Policy
from gridplan.plan.all_buses import most_mw_of
from gridplan.plan.case import YearCase, year_case
from gridplan.plan.joint.capacity import (
    Frontier,
    JointCapacity,
    alone_mw,
    frontier,
    largest_total,
    pair_alone_mw,
    pair_total,
)
from gridplan.plan.joint.secure_set import SecureSet, Side
from gridplan.plan.local_hour import hour_text
from gridplan.snapshot import Security
from gridplan.solution import SCHEMA_VERSION
from gridplan.study_ground import buses_of, check_known, open_ground

Progress = Callable[[str], None]

#: Gap up to which a total is called the largest [MW].
GAP_MW = 0.01
TOGETHER = "flat MW at all buses at once, before any reinforcement"


def joint_hosting_study(
    target: Path | str,
    *,
    buses: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    security: Security | None = None,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> dict[str, Any]:
    """Largest MW of several buses together, flat in every studied hour; of two, the corners of all secure pairs.

    Parameters
    ----------
    target : path
        As in ``hosting_study``.
    buses : sequence of str
        At least two; default the candidates of the study.
    weights : mapping of bus to weight
        What a MW at a bus counts in the total; 1 where not given.
    security, progress, policy :
        As in ``hosting_study``.

    Raises
    ------
    InputError, FileError, InfeasibleError, NoSolutionError
        See ``gridplan.errors``.
    """
    tell = progress or (lambda _: None)
    tell("reading the grid")
    target = Path(target)
    ground = open_ground(target, policy, security)
    check_known(ground.network, buses, target)
    together = tuple(buses_of(ground.study, buses))
    if len(together) < 2:
        raise input_error(
            "GP-BUS-005",
            f"joint capacity is asked for with one bus, {together[0]}",
            "give --bus at least twice, with different buses",
            Place(file=target, key="--bus"),
        )
    weight = _weights(together, weights or {}, target)
    years = []
    for year in ground.study.years:
        tell("grid without campuses" if ground.is_network else f"{year}: grid without campuses")
        case = year_case(ground.study, year, ground.network, ground.series, sets=ground.sets)
        when = {} if ground.is_network else {"year": year}
        years.append(when | _joint_year(case, together, weight, ground.timezone, tell))
    gap_mw = max(found["gap_mw"] for found in years)
    basis = ground.basis(case.hours)
    basis.pop("each_bus")
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "optimal" if gap_mw <= GAP_MW else "gap_not_reached",
        "bound": None,
        "gap": max((found["gap_mw"] / max(found["upper_mw"], 1.0) for found in years), default=0.0),
        "basis": basis | {"together": TOGETHER},
        "joint": years,
        "findings": [finding.to_json() for finding in ground.findings],
    }


def _weights(buses: Sequence[str], given: Mapping[str, float], target: Path) -> FloatArray:
    unknown = [bus for bus in given if bus not in buses]
    if unknown:
        place = Place(file=target, key="--weight")
        remedy = "give weights to buses of --bus only"
        raise InputError(
            Finding(
                code="GP-BUS-001",
                severity="error",
                message=f"bus {bus} has a weight and is not among the buses.{did_you_mean(bus, buses)}",
                remedy=remedy,
                place=place,
            )
            for bus in unknown
        )
    return np.array([given.get(bus, 1.0) for bus in buses])


def _joint_year(
    case: YearCase, buses: Sequence[str], weights: FloatArray, timezone: str | None, progress: Progress
) -> dict[str, Any]:
    grid = case.grid([PlanPoint(id=bus, bus=case.network.bus_index(bus)) for bus in buses])
    secure = SecureSet(grid, most_mw=most_mw_of(case), rows=case.rows, raised_mw=case.raised_mw)
    pair = frontier(secure, progress) if len(buses) == 2 else None
    total = pair_total(pair, weights) if pair else largest_total(secure, weights, progress)
    alone = pair_alone_mw(pair) if pair else [alone_mw(secure, point) for point in range(len(buses))]
    sides = [_side_fields(case, buses, side, timezone) for side in total.sides]
    found = _total_fields(case, buses, total, weights, alone) | {"binding": sides}
    return found | (_pair_fields(case, buses, pair, timezone) if pair else {}) | {"programs": secure.programs}


def _total_fields(
    case: YearCase, buses: Sequence[str], total: JointCapacity, weights: FloatArray, alone: Sequence[float]
) -> dict[str, Any]:
    rows = [
        {
            "bus": bus,
            "mw": float(total.u_mw[k]) + 0.0,
            "alone_mw": alone[k] + 0.0,
            "weight": float(weights[k]),
            "is_radial": bool(case.is_radial[case.network.bus_index(bus)]),
        }
        for k, bus in enumerate(buses)
    ]
    is_firm = case.study.criteria.accept_radial_supply or not any(row["is_radial"] for row in rows)
    return {
        "total_mw": float(total.u_mw.sum()),
        "weighted_total_mw": total.value_mw,
        "upper_mw": total.upper_mw,
        "gap_mw": total.gap_mw,
        "is_firm": is_firm,
        "buses": rows,
    }


def _pair_fields(case: YearCase, buses: Sequence[str], pair: Frontier, timezone: str | None) -> dict[str, Any]:
    first, second = buses
    corners = [
        {first: float(u[0]) + 0.0, second: float(u[1]) + 0.0, "is_efficient": efficient}
        for u, efficient in zip(pair.area.corners, pair.is_efficient, strict=True)
    ]
    sides = [
        {"from_corner": k, "to_corner": (k + 1) % len(corners)} | _side_fields(case, buses, side, timezone)
        for k, side in enumerate(pair.area.sides)
    ]
    return {"corners": corners, "sides": sides, "frontier_gap_mw": pair.gap_mw}


def _side_fields(case: YearCase, buses: Sequence[str], side: Side, timezone: str | None) -> dict[str, Any]:
    """A side as planners read it: what a MW at each bus uses, of how many MW, what binds and when."""
    fields: dict[str, Any] = {
        "uses": {bus: float(use) + 0.0 for bus, use in zip(buses, np.round(side.normal, 12), strict=True)},
        "room_mw": side.room_mw + 0.0,
        "binding": list(side.binding)
        or ["no MW below 0" if side.room_mw <= 0.0 else "nothing up to the MW looked for"],
    }
    if side.hour >= 0 and timezone is not None:
        fields["hour_local"] = hour_text(case.series.time_utc[side.hour], timezone)
    return fields
