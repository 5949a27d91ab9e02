"""Jobs of a campus on the studied hours: from the study's local clock to positions.

Comes in: a campus of a checked study and the hours. Goes out: jobs with positions, and findings about those left out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from gridplan.campus.model import CampusJob
from gridplan.errors import Finding, Place
from gridplan.study.schema import Campus, Job

TimeArray = npt.NDArray[np.datetime64]
_HOUR = np.timedelta64(3600, "s")


def studied_jobs(
    campus: Campus, timezone: str, time_utc: TimeArray, place: Place, *, is_whole_year: bool
) -> tuple[tuple[CampusJob, ...], tuple[Finding, ...]]:
    """Jobs of a campus whose whole window is studied, and findings about the others.

    A job outside the hours is an error where the whole weather year is studied, and left out with a warning where
    only a part of it is. ``place`` is that of the list of jobs.
    """
    jobs, findings = [], []
    zone = ZoneInfo(timezone)
    for k, job in enumerate(campus.workloads.jobs):
        release, deadline = job_window(job, zone, time_utc)
        if 0 <= release < deadline <= len(time_utc):
            jobs.append(_placed(campus.id, job, release, deadline))
        else:
            findings.append(_outside(job, replace(place, key=f"{place.key}.{k}"), is_whole_year=is_whole_year))
    return tuple(jobs), tuple(findings)


def job_window(job: Job, zone: ZoneInfo, time_utc: TimeArray) -> tuple[int, int]:
    """Positions of release and deadline, outside the hours too; a part of an hour makes the window shorter."""
    release_h, deadline_h = ((_instant(when, zone) - time_utc[0]) / _HOUR for when in (job.release, job.deadline))
    return int(np.ceil(release_h)), int(np.floor(deadline_h))


def _instant(local: datetime, zone: ZoneInfo) -> np.datetime64:
    return np.datetime64(local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None), "s")


def _placed(campus_id: str, job: Job, release_position: int, deadline_position: int) -> CampusJob:
    return CampusJob(
        campus=campus_id,
        id=job.id,
        workload=job.kind,
        energy_mwh=job.energy_mwh,
        p_max_mw=job.p_max_mw,
        release_position=release_position,
        deadline_position=deadline_position,
    )


def _outside(job: Job, place: Place, *, is_whole_year: bool) -> Finding:
    window = f"{job.release:%Y-%m-%dT%H:%M} to {job.deadline:%Y-%m-%dT%H:%M}"
    if is_whole_year:
        message = f"job {job.id}: its window {window} is not inside the hours of the network's series"
        remedy = "give release and deadline inside the weather year"
        return Finding(code="GP-TIM-003", severity="error", message=message, remedy=remedy, place=place)
    message = f"job {job.id} is left out: its window {window} is not inside the studied hours"
    remedy = "study more hours, or move the job"
    return Finding(code="GP-TIM-003", severity="warning", message=message, remedy=remedy, place=place)
