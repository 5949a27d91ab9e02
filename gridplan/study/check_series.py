"""Rules on the hourly files a study names, before any of them is opened.

Comes in: a Study. Goes out: findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gridplan.errors import Finding, did_you_mean
from gridplan.study.campus_request import FOLLOWED_BY
from gridplan.study.local_time import is_timezone, timezones
from gridplan.study.named_files import hourly_files
from gridplan.study.schema import Study
from gridplan.study.series_request import OFFSET_IN_STAMPS, MeasuredProfile, measured_key
from gridplan.study.source import StudySource


def _zones_exist(study: Study, at: StudySource) -> Iterator[Finding]:
    for key, part in hourly_files(study):
        if part.timezone != OFFSET_IN_STAMPS and not is_timezone(part.timezone):
            known = [*sorted(timezones()), OFFSET_IN_STAMPS]
            message = f"timezone {part.timezone!r} does not exist.{did_you_mean(part.timezone, known)}"
            remedy = f"write an IANA zone, as in America/Chicago, UTC, or {OFFSET_IN_STAMPS}"
            yield at.error("GP-TIM-005", f"{key}.timezone", message, remedy)


def _measured_is_used(study: Study, at: StudySource) -> Iterator[Finding]:
    for i, campus in enumerate(study.campuses):
        workloads, key = campus.workloads, f"campuses.{i}.workloads"
        if workloads.measured is None:
            continue
        if study.criteria.load_basis == "contract":
            message = f"campus {campus.id}: the measured profile has no effect, because load_basis is contract"
            yield at.warning("GP-STU-009", f"{key}.measured", message, "write criteria.load_basis: modelled")
        for name in workloads.without_effect:
            if name in workloads.model_fields_set:
                message = f"campus {campus.id}: {name} has no effect beside a measured profile"
                if "" not in workloads.metered:
                    message += f": {', '.join(FOLLOWED_BY[name])} have one of their own, or no share"
                yield at.warning("GP-STU-009", f"{key}.{name}", message, f"delete {name}, or the measured profile")


def _metered_classes_have_a_share(study: Study, at: StudySource) -> Iterator[Finding]:
    for i, campus in enumerate(study.campuses):
        if campus.workloads.has_pack:
            # Its shares follow from its services, which are not known here.
            continue
        for workload in campus.workloads.metered:
            if workload and getattr(campus.workloads.shares, workload) == 0:
                message = f"campus {campus.id}: {workload} has a measured profile and share 0, so it may ask for no MW"
                remedy = f"give workloads.shares.{workload} its share of the contract, or delete the profile"
                yield at.error("GP-CAM-003", measured_key(i, workload), message, remedy)


def _scenario_is_of_netcdf(study: Study, at: StudySource) -> Iterator[Finding]:
    for key, part in hourly_files(study):
        if isinstance(part, MeasuredProfile) and part.scenario is not None and not part.file.lower().endswith(".nc"):
            message = f"scenario {part.scenario} has no effect: {part.file} is no netCDF file"
            yield at.warning("GP-STU-009", f"{key}.scenario", message, "delete scenario; choose with column")


SERIES_RULES: tuple[Callable[[Study, StudySource], Iterator[Finding]], ...] = (
    _zones_exist,
    _measured_is_used,
    _metered_classes_have_a_share,
    _scenario_is_of_netcdf,
)
