"""Files a study names beside its network: one line for every key that may hold a path.

Comes in: a Study. Goes out: dotted keys and paths as written. Whoever reads, hashes or moves a study asks here.
"""

from __future__ import annotations

from collections.abc import Iterator

from gridplan.study.schema import Study
from gridplan.study.series_request import HourlyFile, measured_key


def named_files(study: Study) -> Iterator[tuple[str, str]]:
    """Dotted key and relative path of every file the study names; the network is not among them."""
    for i, campus in enumerate(study.campuses):
        for k, name in enumerate(campus.exclude):
            yield f"campuses.{i}.exclude.{k}", name
        if campus.workloads.pack:
            yield f"campuses.{i}.workloads.pack", campus.workloads.pack
    for i, stated in enumerate(study.criteria.contingencies.files):
        yield f"criteria.contingencies.files.{i}.path", stated.path
    yield from ((f"{key}.file", part.file) for key, part in hourly_files(study))


def hourly_files(study: Study) -> Iterator[tuple[str, HourlyFile]]:
    """Every hourly file of a study with its dotted key: those of its series, then the measured profiles."""
    if study.series is not None:
        yield from study.series.files()
    for i, campus in enumerate(study.campuses):
        yield from ((measured_key(i, workload), part) for workload, part in campus.workloads.metered.items())
