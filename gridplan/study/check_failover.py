"""Rules of failover in a study: the campus that takes over exists, is another one, and has something to take."""

from __future__ import annotations

from collections.abc import Iterator

from gridplan.errors import Finding, did_you_mean
from gridplan.study.schema import Study
from gridplan.study.source import StudySource


def failover_leads_somewhere(study: Study, at: StudySource) -> Iterator[Finding]:
    """The campus that takes over is another one of the study; chains and mutual failover are fine."""
    known = [campus.id for campus in study.campuses]
    for i, campus in enumerate(study.campuses):
        if campus.failover is None:
            continue
        to, key = campus.failover.to, f"campuses.{i}.failover.to"
        if to == campus.id:
            message = f"campus {campus.id}: the failover leads to the campus that is lost"
            yield at.error("GP-CAM-005", key, message, "name another campus, or delete failover")
        elif to not in known:
            others = [name for name in known if name != campus.id]
            message = f"campus {campus.id}: the failover leads to {to!r}, no campus of this study."
            message += did_you_mean(to, others)
            yield at.error("GP-CAM-005", key, message, "give the id of another campus of this study")


def failover_has_effect(study: Study, at: StudySource) -> Iterator[Finding]:
    """A share of 0 moves nothing, and without outages of campuses no campus is lost."""
    criteria = study.criteria
    is_lost = criteria.security == "n-1" and criteria.contingencies.campuses
    for i, campus in enumerate(study.campuses):
        if campus.failover is None:
            continue
        key = f"campuses.{i}.failover"
        if campus.failover.share_frac == 0:
            message = f"campus {campus.id}: a failover of share 0 moves nothing"
            yield at.warning("GP-STU-009", f"{key}.share_frac", message, "give a share above 0, or delete failover")
        elif not is_lost:
            message = f"campus {campus.id}: outages of campuses are not studied, so failover has no effect"
            remedy = "write security: n-1 and contingencies: {campuses: true}, or delete failover"
            yield at.warning("GP-STU-009", key, message, remedy)


FAILOVER_RULES = (failover_leads_somewhere, failover_has_effect)
