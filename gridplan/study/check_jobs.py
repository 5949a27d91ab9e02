"""Rules on the jobs of campuses: their windows on the study's clock, and the energy that fits.

Comes in: a Study whose timezone may still be wrong (then these rules stay silent). Goes out: findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gridplan.errors import Finding
from gridplan.study.campus_request import Job
from gridplan.study.local_time import hour_of_year, is_local_hour, is_timezone
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

_ENERGY_TOLERANCE_MWH = 1e-6


def _windows_run_forward(study: Study, at: StudySource) -> Iterator[Finding]:
    for key, job in _jobs(study):
        if job.deadline <= job.release:
            message = f"job {job.id}: deadline {_clock(job.deadline)} is not after release {_clock(job.release)}"
            yield at.error("GP-TIM-004", f"{key}.deadline", message, "give a deadline after the release")


def _windows_in_the_weather_year(study: Study, at: StudySource) -> Iterator[Finding]:
    year = study.base_case.weather_years[0]
    for key, job in _jobs(study):
        for name in ("release", "deadline"):
            when = getattr(job, name)
            is_end = name == "deadline" and (when.year, when.month, when.day, when.hour) == (year + 1, 1, 1, 0)
            if when.year != year and not is_end:
                message = f"job {job.id}: {name} {_clock(when)} is not in weather year {year}"
                remedy = f"give the date in {year}: jobs recur in every studied year"
                yield at.error("GP-TIM-003", f"{key}.{name}", message, remedy)


def _hours_on_the_clock(study: Study, at: StudySource) -> Iterator[Finding]:
    if not is_timezone(study.timezone):
        return
    for key, job in _jobs(study):
        for name in ("release", "deadline"):
            when = getattr(job, name)
            if not is_local_hour(when, study.timezone):
                message = f"job {job.id}: {name} {_clock(when)} is skipped or repeated by the clock of {study.timezone}"
                yield at.error("GP-TIM-001", f"{key}.{name}", message, "choose an hour before or after the change")


def _energy_fits_the_window(study: Study, at: StudySource) -> Iterator[Finding]:
    if not is_timezone(study.timezone):
        return
    for key, job in _jobs(study):
        hours = _window_hours(study, job)
        possible_mwh = hours * job.p_max_mw
        if job.deadline > job.release and job.energy_mwh > possible_mwh + _ENERGY_TOLERANCE_MWH:
            message = (
                f"job {job.id} asks for {job.energy_mwh:g} MWh, but its window holds {hours} hours: "
                f"{possible_mwh:g} MWh are possible at {job.p_max_mw:g} MW"
            )
            yield at.error("GP-TIM-004", f"{key}.energy_mwh", message, "lengthen the window or ask for less")


JOB_RULES: tuple[Callable[[Study, StudySource], Iterator[Finding]], ...] = (
    _windows_run_forward,
    _windows_in_the_weather_year,
    _hours_on_the_clock,
    _energy_fits_the_window,
)


def _jobs(study: Study) -> Iterator[tuple[str, Job]]:
    for i, campus in enumerate(study.campuses):
        for j, job in enumerate(campus.workloads.jobs):
            yield f"campuses.{i}.workloads.jobs.{j}", job


def _window_hours(study: Study, job: Job) -> int:
    year = job.release.year
    return hour_of_year(job.deadline, year, study.timezone) - hour_of_year(job.release, year, study.timezone)


def _clock(when: object) -> str:
    return str(when)[:16]
