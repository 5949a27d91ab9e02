"""Readings and violations of one solved hour.

HourFlows come in; the figures of every case and the violations go out, each compared with the same
place without the campuses. What counts against whom is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.verify.ac_certificate import AcCase, Violation, ViolationKind
from gridplan.verify.ac_flow import AcFlows, AcGrid
from gridplan.verify.ac_hour import AcCriteria, AcHour, AcPoi, HourFlows, without_campus

EXACT_PU = 1e-5
EXACT_PERCENT = 1e-2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One kind of quantity: ``value(flows)`` has dims (state, place), ``limit`` dims (state); sign +1 = upper limit."""

    kind: ViolationKind
    places: tuple[str, ...]
    value: Callable[[AcFlows], FloatArray]
    limit: FloatArray
    sign: int
    exact: float
    tolerance: float


def find_violations(
    network: Network, solved: HourFlows, pois: Sequence[AcPoi], criteria: AcCriteria
) -> list[Violation]:
    """Every violation of an hour, counted or pre-existing; ``campuses`` still empty.

    Parameters
    ----------
    network : Network
        Holds ratings and bus ids.
    solved : HourFlows
        The hour with and without campuses.
    pois : sequence of AcPoi
        Buses whose voltage step is limited.
    criteria : AcCriteria
        Limits and the rule for pre-existing violations.
    """
    found = _not_converged(solved, criteria)
    for reading in _readings(network, solved, pois, criteria):
        found += _exceeded(solved, reading, criteria)
    return found


def attribute(
    grid: AcGrid, solved: HourFlows, violations: Sequence[Violation], pois: Sequence[AcPoi], criteria: AcCriteria
) -> list[Violation]:
    """Violations of one hour with the campuses they count against.

    A campus is answerable if the violation no longer counts when this campus alone is taken away; if
    no single one cures it, those without which it shrinks by more than the tolerance; if there is
    none either, all that draw power. A voltage step belongs to the campus at its POI.
    """
    row_of = {outage.id: row for row, outage in enumerate(solved.outages)}
    rows = sorted({row_of[v.outage] for v in violations if v.is_counted and v.kind != "voltage_step"})
    drawing = [c for c in range(len(pois)) if solved.hour.p_campus_mw[c] > 0]
    answerable: dict[_Key, tuple[str, ...]] = {}
    if len(drawing) > 1 and rows:
        answerable = _answerable(grid, solved, rows, drawing, pois, criteria)
    everyone = tuple(pois[c].campus for c in drawing)
    result = []
    for violation in violations:
        campuses: tuple[str, ...] = ()
        if violation.is_counted and violation.kind == "voltage_step":
            campuses = tuple(p.campus for p in pois if grid.network.bus.id[p.bus] == violation.place)
        elif violation.is_counted:
            campuses = answerable.get(_key(violation), ()) or everyone
        result.append(replace(violation, campuses=campuses))
    return result


def read_cases(grid: AcGrid, solved: HourFlows, pois: Sequence[AcPoi], criteria: AcCriteria) -> list[AcCase]:
    """Figures of every case of an hour."""
    network, flows = grid.network, solved.flows
    loading = loading_percent(flows, solved.rating_mva(network))
    buses = np.array([poi.bus for poi in pois], dtype=np.int64)
    steps = _steps(flows, buses)
    shunts = shunt_needed_mvar(grid, solved, pois, criteria)
    cases = []
    for row, outage in enumerate(solved.outages):
        vm_min, min_bus = _extreme_vm(network, flows.vm_pu[row], np.nanargmin)
        vm_max, max_bus = _extreme_vm(network, flows.vm_pu[row], np.nanargmax)
        case = AcCase(
            hour=solved.hour.label,
            time=solved.hour.time,
            outage=outage.id,
            is_converged=bool(flows.is_converged[row]),
            reason=flows.reason[row],
            vm_min_pu=vm_min,
            vm_min_bus=min_bus,
            vm_max_pu=vm_max,
            vm_max_bus=max_bus,
            loading_max_percent=float(loading[row].max(initial=0.0)),
            loading_max_branch=network.branch.id[int(loading[row].argmax())] if len(network.branch) else "",
            slack_mw=float(flows.slack_mw[row]),
            n_frozen=int(flows.frozen[row]),
            q_reserve_mvar=float(flows.q_reserve_mvar[row]),
            poi_vm_pu=tuple(flows.vm_pu[row, buses].tolist()),
            poi_step_pu=tuple(steps[row].tolist()),
            campus_q_mvar=tuple(solved.states[row].q_campus_mvar[buses].tolist()),
            shunt_needed_mvar=tuple(shunts[row].tolist()),
            is_supply_lost=tuple((~flows.is_energised[row, buses]).tolist()),
        )
        cases.append(case)
    return cases


def loading_percent(flows: AcFlows, rating_mva: FloatArray) -> FloatArray:
    """Larger end's MVA in percent of the rating, dims (state, branch); without a solution 0."""
    s_mva = np.maximum(np.abs(flows.s_from_mva), np.abs(flows.s_to_mva))
    return np.asarray(100.0 * np.nan_to_num(s_mva) / rating_mva)


def shunt_needed_mvar(grid: AcGrid, solved: HourFlows, pois: Sequence[AcPoi], criteria: AcCriteria) -> FloatArray:
    """Shunt at each POI that brings it up to the lower voltage limit of the case, dims (state, poi) [Mvar at 1 pu].

    All POIs below the limit are supported together; in a case without a solution every POI is. NaN
    where even that gives no solution.
    """
    flows = solved.flows
    needed = np.zeros((len(solved.states), len(pois)))
    for row, state in enumerate(solved.states):
        low = criteria.limits_pu(is_intact=bool(solved.is_intact[row]))[0]
        weak = {
            poi.bus
            for poi in pois
            if flows.is_energised[row, poi.bus]
            and (not flows.is_converged[row] or flows.vm_pu[row, poi.bus] < low - EXACT_PU)
        }
        if not weak:
            continue
        supported = replace(state, support_vm_pu=tuple((bus, low) for bus in sorted(weak)))
        q_most = grid.problem(state).q_max * grid.network.base_mva
        shunt = np.maximum(grid.solve([supported]).q_holding_mvar[0] - q_most, 0.0) / low**2
        for k, poi in enumerate(pois):
            needed[row, k] = shunt[poi.bus] if poi.bus in weak else 0.0
    return needed


def _readings(network: Network, solved: HourFlows, pois: Sequence[AcPoi], criteria: AcCriteria) -> list[_Reading]:
    buses = np.array([poi.bus for poi in pois], dtype=np.int64)
    is_intact, rating_mva = solved.is_intact, solved.rating_mva(network)
    low, high = np.array([criteria.limits_pu(is_intact=bool(intact)) for intact in is_intact]).T
    highest = _Reading(
        kind="voltage_high",
        places=network.bus.id,
        value=lambda f: f.vm_pu,
        limit=high,
        sign=1,
        exact=EXACT_PU,
        tolerance=criteria.tolerance_vm_pu,
    )
    return [
        highest,
        replace(highest, kind="voltage_low", limit=low, sign=-1),
        _Reading(
            kind="voltage_step",
            places=tuple(network.bus.id[bus] for bus in buses),
            value=lambda f: _steps(f, buses),
            limit=np.full(len(is_intact), criteria.step_max_pu),
            sign=1,
            exact=EXACT_PU,
            tolerance=criteria.tolerance_vm_pu,
        ),
        _Reading(
            kind="branch_loading",
            places=network.branch.id,
            value=lambda f: loading_percent(f, rating_mva),
            limit=np.full(len(is_intact), 100.0),
            sign=1,
            exact=EXACT_PERCENT,
            tolerance=criteria.tolerance_loading_percent,
        ),
    ]


def _exceeded(solved: HourFlows, reading: _Reading, criteria: AcCriteria) -> list[Violation]:
    value = reading.value(solved.flows)
    base = None if solved.base is None else reading.value(solved.base)
    excess = reading.sign * (value - reading.limit[:, None])
    found = []
    for row, place in np.argwhere(excess > reading.exact):
        base_value = None if base is None else float(base[row, place])
        base_excess = np.nan if base_value is None else reading.sign * (base_value - float(reading.limit[row]))
        is_unsolved = solved.base is not None and not solved.base.is_converged[row]
        found.append(
            _violation(
                solved.hour,
                solved.outages[row].id,
                reading.kind,
                reading.places[place],
                value=float(value[row, place]),
                limit=float(reading.limit[row]),
                base_value=base_value,
                is_counted=_is_counted(
                    criteria,
                    is_pre_existing=bool(base_excess > reading.exact) or is_unsolved,
                    is_worse=bool(excess[row, place] - base_excess > reading.tolerance),
                ),
            )
        )
    return found


def _not_converged(solved: HourFlows, criteria: AcCriteria) -> list[Violation]:
    found = []
    for row in np.flatnonzero(~solved.flows.is_converged):
        is_base_failed = solved.base is not None and not solved.base.is_converged[row]
        found.append(
            _violation(
                solved.hour,
                solved.outages[row].id,
                "no_convergence",
                solved.flows.reason[row],
                value=1.0,
                limit=0.0,
                base_value=None if solved.base is None else float(is_base_failed),
                is_counted=_is_counted(criteria, is_pre_existing=is_base_failed, is_worse=False),
            )
        )
    return found


def _is_counted(criteria: AcCriteria, *, is_pre_existing: bool, is_worse: bool) -> bool:
    if not is_pre_existing or criteria.pre_existing == "fix_first":
        return True
    return criteria.pre_existing == "no_worsening" and is_worse


def _violation(
    hour: AcHour,
    outage: str,
    kind: ViolationKind,
    place: str,
    *,
    value: float,
    limit: float,
    base_value: float | None,
    is_counted: bool,
) -> Violation:
    solved_base = base_value if base_value is not None and np.isfinite(base_value) else None
    return Violation(
        hour=hour.label,
        time=hour.time,
        outage=outage,
        kind=kind,
        place=place,
        value=value,
        limit=limit,
        base_value=solved_base,
        is_counted=is_counted,
    )


_Key = tuple[str, str, str]


def _key(violation: Violation) -> _Key:
    place = "" if violation.kind == "no_convergence" else violation.place
    return violation.outage, violation.kind, place


def _answerable(
    grid: AcGrid,
    solved: HourFlows,
    rows: Sequence[int],
    drawing: Sequence[int],
    pois: Sequence[AcPoi],
    criteria: AcCriteria,
) -> dict[_Key, tuple[str, ...]]:
    """Campuses that each violation of these rows counts against, each taken away alone."""
    starts = [solved.flows.start(row) for row in rows]
    picked = replace(
        solved,
        outages=tuple(solved.outages[row] for row in rows),
        flows=solved.flows.rows(rows),
        base=None if solved.base is None else solved.base.rows(rows),
    )
    counted = _counted_keys(grid.network, picked, criteria)
    cured: dict[_Key, tuple[str, ...]] = {}
    eased: dict[_Key, tuple[str, ...]] = {}
    for campus in drawing:
        relieved = grid.solve([without_campus(solved.states[row], solved.hour, pois, campus) for row in rows], starts)
        remaining = _counted_keys(grid.network, replace(picked, flows=relieved), criteria)
        worse = _counted_keys(
            grid.network, replace(picked, base=relieved), replace(criteria, pre_existing="no_worsening")
        )
        for key in counted - remaining:
            cured[key] = (*cured.get(key, ()), pois[campus].campus)
        for key in counted & worse:
            eased[key] = (*eased.get(key, ()), pois[campus].campus)
    return eased | cured


def _counted_keys(network: Network, solved: HourFlows, criteria: AcCriteria) -> set[_Key]:
    """Violations that count, voltage steps left out."""
    return {_key(v) for v in find_violations(network, solved, (), criteria) if v.is_counted}


def _steps(flows: AcFlows, buses: IntArray) -> FloatArray:
    """Change of voltage by the outage at some buses, dims (state, bus) [pu]."""
    return np.asarray(np.abs(flows.vm_pu[:, buses] - flows.vm_pu[0, buses]))


def _extreme_vm(network: Network, vm_pu: FloatArray, pick: Callable[[FloatArray], np.int64]) -> tuple[float, str]:
    """Lowest or highest voltage of a case and its bus."""
    if np.isnan(vm_pu).all():
        return np.nan, ""
    bus = int(pick(vm_pu))
    return float(vm_pu[bus]), network.bus.id[bus]
