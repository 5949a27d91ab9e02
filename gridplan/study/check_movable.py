"""Rules of movable computing: targets that exist and may hold the data, caps no deeper than was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridplan.errors import Finding, did_you_mean
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

CAP_ONLY = ("interactive", "relaxed")
"""Classes that are slowed but never paused."""
DEEPEST_CAP_FRAC = 0.5
"""Deepest cap with measured throughput, per power at full speed."""


def targets_exist(study: Study, at: StudySource) -> Iterator[Finding]:
    """Every target is another campus of the study, named once."""
    known = [campus.id for campus in study.campuses]
    for i, campus in enumerate(study.campuses):
        shift, key = campus.workloads.flexibility.geo_shift, f"campuses.{i}.workloads.flexibility.geo_shift.to"
        for k, target in enumerate(shift.to if shift else ()):
            others = [name for name in known if name != campus.id]
            why = _why_no_target(target, campus.id, others, shift.to[:k] if shift else ())
            if why:
                message = f"campus {campus.id}: work cannot move to {target!r}, {why}"
                yield at.error("GP-MOV-001", f"{key}.{k}", message, "name other campuses of the study, each once")


def _why_no_target(target: str, campus: str, others: Sequence[str], before: Sequence[str]) -> str:
    """Reason why a name is no target; empty where it is one."""
    if target == campus:
        return "which is the campus itself"
    if target not in others:
        return f"which is no campus of the study.{did_you_mean(target, others)}"
    return "which is named twice" if target in before else ""


def something_may_move(study: Study, at: StudySource) -> Iterator[Finding]:
    """Shares of 0 alone move nothing."""
    for i, campus in enumerate(study.campuses):
        shift = campus.workloads.flexibility.geo_shift
        if shift is not None and not any(dict(shift.max_frac).values()):
            message = f"campus {campus.id}: geo_shift moves nothing, because no class has a share above 0"
            key = f"campuses.{i}.workloads.flexibility.geo_shift.max_frac"
            yield at.warning("GP-STU-009", key, message, "write max_frac: {batch: 0.5}, or delete geo_shift")


def data_may_follow(study: Study, at: StudySource) -> Iterator[Finding]:
    """A target outside the residency set of the campus never gets its work."""
    residency = {campus.id: campus.residency for campus in study.campuses}
    for i, campus in enumerate(study.campuses):
        shift, key = campus.workloads.flexibility.geo_shift, f"campuses.{i}.workloads.flexibility.geo_shift.to"
        for k, target in enumerate(shift.to if shift else ()):
            if residency.get(target, campus.residency) != campus.residency:
                message = (
                    f"campus {campus.id}: its data stay in {_set_name(campus.residency)} and {target} stands in "
                    f"{_set_name(residency[target])}, so nothing moves there"
                )
                yield at.warning("GP-MOV-002", f"{key}.{k}", message, "correct residency, or leave the target out")


def _set_name(residency: str | None) -> str:
    return "no residency set" if residency is None else f"residency set {residency!r}"


def caps_were_measured(study: Study, at: StudySource) -> Iterator[Finding]:
    """A class that may not pause is not capped below the power at which throughput was measured."""
    for i, campus in enumerate(study.campuses):
        flexibility = campus.workloads.flexibility
        for workload in CAP_ONLY if flexibility.power_cap == "measured" else ():
            shed = getattr(flexibility.shed_frac, workload)
            if shed > DEEPEST_CAP_FRAC:
                message = (
                    f"campus {campus.id}: {workload} work may give up {shed:.0%} of its power, and throughput was "
                    f"measured down to {1 - DEEPEST_CAP_FRAC:.0%} of the power"
                )
                key = f"campuses.{i}.workloads.flexibility.shed_frac.{workload}"
                remedy = f"give at most {DEEPEST_CAP_FRAC:g}, or write power_cap: linear"
                yield at.error("GP-MOV-003", key, message, remedy)


MOVABLE_RULES = (targets_exist, something_may_move, data_may_follow, caps_were_measured)
