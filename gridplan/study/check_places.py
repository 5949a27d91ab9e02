"""Rules of the places in a study: times, voltages and files of a campus, without the grid."""

from __future__ import annotations

from collections.abc import Iterator

from gridplan.errors import Finding
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

_SLOWEST_MS = 200.0
_NOWHERE = (0.0, 0.0)


def one_latency_time(study: Study, at: StudySource) -> Iterator[Finding]:
    """One time for one way or for a round trip; a long one asks for nothing."""
    for i, campus in enumerate(study.campuses):
        limit, key = campus.latency, f"campuses.{i}.latency"
        if limit is None:
            continue
        if (limit.max_round_trip_ms is None) == (limit.max_one_way_ms is None):
            message = f"campus {campus.id}: latency needs either max_round_trip_ms or max_one_way_ms"
            yield at.error("GP-STU-009", key, message, "keep one of the two; a round trip is twice one way")
        elif limit.one_way_ms > _SLOWEST_MS:
            message = f"campus {campus.id}: {limit.one_way_ms:g} ms one way reaches every place on Earth"
            yield at.warning("GP-VAL-005", key, message, "check the unit: milliseconds, not microseconds")


def voltages_in_order(study: Study, at: StudySource) -> Iterator[Finding]:
    """Least voltage not above the highest."""
    for i, campus in enumerate(study.campuses):
        near = campus.near
        if near is not None and near.max_kv is not None and near.max_kv < near.min_kv:
            message = f"campus {campus.id}: max_kv {near.max_kv:g} is below min_kv {near.min_kv:g}"
            yield at.error("GP-LIM-004", f"campuses.{i}.near.max_kv", message, "raise max_kv, or lower min_kv")


def places_are_meant(study: Study, at: StudySource) -> Iterator[Finding]:
    """Latitude 0, longitude 0 is an empty cell more often than a place in the Gulf of Guinea."""
    for i, campus in enumerate(study.campuses):
        for name in ("near", "latency"):
            place = getattr(campus, name)
            if place is not None and (place.latitude, place.longitude) == _NOWHERE:
                message = f"campus {campus.id}: {name} is at latitude 0, longitude 0, in the Gulf of Guinea"
                yield at.warning("GP-GEO-001", f"campuses.{i}.{name}", message, "write the coordinates of the place")


PLACE_RULES = (one_latency_time, voltages_in_order, places_are_meant)
