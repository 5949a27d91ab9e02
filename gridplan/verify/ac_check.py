"""The AC check that decides the word *firm*.

Critical hours with and without the campuses, their POIs and the outages come in; a certificate with
a verdict for every campus goes out. A state without a solution is a failed check, not an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.network.contingency import Contingency
from gridplan.network.model import FloatArray, Network
from gridplan.network.ybus import ComplexArray
from gridplan.verify.ac_certificate import AcCase, AcCertificate, Violation, campus_verdict
from gridplan.verify.ac_flow import AcGrid
from gridplan.verify.ac_hour import AcCriteria, AcHour, AcPoi, HourFlows, solve_hour
from gridplan.verify.ac_measure import attribute, find_violations, read_cases
from gridplan.verify.ac_state import ASSUMPTIONS, ON_THRESHOLD_MW

LOADED_PERCENT = 70.0
SUPPORT_THRESHOLD_MVAR = 1.0
CHUNKS = 8
"""Parts the hours are cut into, whatever the number of workers."""


def check_ac(
    network: Network,
    hours: Sequence[AcHour],
    pois: Sequence[AcPoi],
    outages: Sequence[Contingency],
    criteria: AcCriteria | None = None,
    farm: Farm | None = None,
) -> AcCertificate:
    """Check every hour intact and after every outage against voltage, step and MVA limits.

    Parameters
    ----------
    network : Network
        The grid with the ratings of the studied year.
    hours : sequence of AcHour
        Critical hours, see ``ac_selection``.
    pois : sequence of AcPoi
        Campuses in the order of ``p_campus_mw`` and of ``Contingency.campuses``.
    outages : sequence of Contingency
        Checked in every hour.
    criteria : AcCriteria, optional
        Limits and rules.
    farm : Farm, optional
        Who solves the hours; they are cut into a fixed number of parts, so the answer is the same.

    Returns
    -------
    AcCertificate
        Passed if no violation counts against any campus.
    """
    criteria = criteria or AcCriteria()
    size = -(-len(hours) // CHUNKS) or 1
    chunks = [tuple(hours[i : i + size]) for i in range(0, len(hours), size)]
    tasks = [HourTask(network, chunk, tuple(pois), tuple(outages), criteria) for chunk in chunks]
    found = (farm or Farm()).map(check_hours, tasks, name="AC check")
    cases = [case for part in found for case in part.cases]
    violations = [violation for part in found for violation in part.violations]
    factor = np.min([np.ones(len(network.branch)), *(part.rating_factor for part in found)], axis=0)
    support: dict[str, float] = {}
    for part in found:
        for unit, mvar in part.support_mvar.items():
            support[unit] = max(support.get(unit, 0.0), mvar)
    verdicts = tuple(
        campus_verdict(poi.campus, network.bus.id[poi.bus], k, violations, cases) for k, poi in enumerate(pois)
    )
    return AcCertificate(
        is_passed=not any(violation.is_counted for violation in violations),
        verdicts=verdicts,
        cases=tuple(cases),
        violations=tuple(violations),
        n_hours=len(hours),
        n_outages=len({case.outage for case in cases}) - 1 if cases else 0,
        dc_rating_factor=factor,
        branch_ids=network.branch.id,
        zero_output_support_mvar=support,
        assumptions=_assumptions(criteria),
        limits=asdict(criteria),
    )


@dataclass(frozen=True, slots=True)
class HourTask:
    """Some hours with everything needed to check them."""

    network: Network
    hours: tuple[AcHour, ...]
    pois: tuple[AcPoi, ...]
    outages: tuple[Contingency, ...]
    criteria: AcCriteria


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFindings:
    """What some hours showed: violations, cases, DC rating factors (branch), Mvar of units at zero MW."""

    violations: list[Violation]
    cases: list[AcCase]
    rating_factor: FloatArray
    support_mvar: dict[str, float]


def check_hours(task: HourTask) -> HourFindings:
    """Solve and read the hours of a task."""
    grid = AcGrid(task.network, task.criteria.options)
    cases: list[AcCase] = []
    violations: list[Violation] = []
    factor = np.ones(len(task.network.branch))
    support: dict[str, float] = {}
    for hour in task.hours:
        solved = solve_hour(grid, hour, task.pois, task.outages, task.criteria)
        found = find_violations(task.network, solved, task.pois, task.criteria)
        violations += attribute(grid, solved, found, task.pois, task.criteria)
        cases += read_cases(grid, solved, task.pois, task.criteria)
        factor = np.minimum(factor, _hour_rating_factor(task.network, solved))
        _note_support(task.network, solved, support)
    return HourFindings(violations=violations, cases=cases, rating_factor=factor, support_mvar=support)


def largest_passing_mw(is_passing: Callable[[float], bool], upper_mw: float, step_mw: float) -> float:
    """Largest multiple of ``step_mw`` up to ``upper_mw``, or ``upper_mw`` itself, that passes; 0 if none does.

    Found by halving, so passing is taken to end once and for all at some MW; ``upper_mw`` is tried first
    and the value returned has been tried (0 excepted).

    Parameters
    ----------
    is_passing : callable
        Check at a campus size [MW].
    upper_mw : float [MW]
        Size wanted.
    step_mw : float [MW]
        Resolution of the answer.
    """
    if upper_mw <= 0 or is_passing(upper_mw):
        return max(upper_mw, 0.0)
    passing, failing = 0, int(np.ceil(upper_mw / step_mw - 1e-9))
    while failing - passing > 1:
        middle = (passing + failing) // 2
        if is_passing(middle * step_mw):
            passing = middle
        else:
            failing = middle
    return passing * step_mw


def dc_rating_factor(s_from_mva: ComplexArray, s_to_mva: ComplexArray, rating_mva: FloatArray) -> FloatArray:
    """Share of each MVA rating that its Mvar leave for MW: ``sqrt(S^2 - Q^2) / S`` with S the rating.

    Q is the larger of both ends in the worst state in which the branch carries at least 70 % of its
    rating; elsewhere Mvar do not bind and the factor is 1. It replaces a study's ``dc_rating_factor``
    where it is lower.

    Parameters
    ----------
    s_from_mva, s_to_mva : array, dims (state, branch) [MVA]
        AC flows.
    rating_mva : array, dims (state, branch) or (branch) [MVA]
        Rating that holds in the state; inf is unlimited.

    Returns
    -------
    array, dims (branch) [1]
    """
    s_mva = np.nan_to_num(np.maximum(np.abs(s_from_mva), np.abs(s_to_mva)))
    q_mvar = np.nan_to_num(np.maximum(np.abs(s_from_mva.imag), np.abs(s_to_mva.imag)))
    is_loaded = s_mva >= LOADED_PERCENT / 100.0 * rating_mva
    share = np.where(is_loaded, q_mvar / rating_mva, 0.0)
    return np.asarray(np.sqrt(np.clip(1.0 - share**2, 0.0, 1.0)).min(axis=0, initial=1.0))


def _hour_rating_factor(network: Network, solved: HourFlows) -> FloatArray:
    flows = solved.flows
    return dc_rating_factor(flows.s_from_mva, flows.s_to_mva, solved.rating_mva(network))


def _note_support(network: Network, solved: HourFlows, support: dict[str, float]) -> None:
    """Keep the most Mvar that every unit dispatched at zero MW gave in any case."""
    unit = network.generator
    is_idle = (solved.hour.injections.p_generator_mw <= ON_THRESHOLD_MW) & (unit.p_max_mw > 0)
    q_most = np.nan_to_num(np.abs(solved.flows.q_generator_mvar)).max(axis=0, initial=0.0)
    for i in np.flatnonzero(is_idle & (q_most > SUPPORT_THRESHOLD_MVAR)):
        support[unit.id[i]] = max(support.get(unit.id[i], 0.0), float(q_most[i]))


def _assumptions(criteria: AcCriteria) -> tuple[str, ...]:
    rules = ["limits", "slack", "islands", "dc lines", "loads"]
    rules += ["losses"] if criteria.is_loss_in_load else ["losses twice"]
    rules += ["schedule"] if criteria.is_schedule_free else ["setpoints"]
    return tuple(ASSUMPTIONS[rule] for rule in [criteria.options.support, *rules])
