"""Which campuses may do each other's work: named by the study, in one residency set, within a round trip.

Comes in: a Study and where its campuses stand. Goes out: the pairs as data of ``Campuses``, and a note for each pair
that was asked for and cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gridplan.campus.model import SHIFTING, Campuses, CampusShift
from gridplan.errors import Finding, Place
from gridplan.network.geography.places import latency_radius_km, point_distance_km
from gridplan.study.place import LatencyLimit
from gridplan.study.schema import Campus, Study

#: Latitude and longitude [degree], NaN where unknown.
Coordinates = tuple[float, float]


def with_shifts(campuses: Campuses, study: Study, places: Mapping[str, Coordinates]) -> Campuses:
    """Campuses with the pairs of classes that may move; the same ones where the study asks for none.

    Parameters
    ----------
    campuses : Campuses
        As built.
    study : Study
        Targets, shares, times and prices.
    places : mapping of campus id to (latitude, longitude) [degree]
        Where each campus is connected; a campus that is not named has no place.
    """
    shifts: list[CampusShift] = []
    notes: list[Finding] = []
    by_id = {campus.id: campus for campus in study.campuses}
    for i, campus in enumerate(study.campuses):
        asked = campus.workloads.flexibility.geo_shift
        for target in asked.to if asked else ():
            reason = why_not(campus, by_id[target], places)
            if reason:
                notes.append(_note(i, campus, target, reason))
            else:
                shifts += _of_pair(campus, target)
    if not (shifts or notes):
        return campuses
    return replace(campuses, shifts=tuple(shifts), findings=(*campuses.findings, *notes))


def why_not(campus: Campus, target: Campus, places: Mapping[str, Coordinates]) -> str:
    """Reason why no work of a campus may move to a target; empty where it may."""
    asked = campus.workloads.flexibility.geo_shift
    if campus.residency != target.residency:
        return "it stands in another residency set"
    if asked is None or asked.max_round_trip_ms is None:
        return ""
    distance_km = pair_distance_km(places.get(campus.id), places.get(target.id))
    if not np.isfinite(distance_km):
        return "the buses have no coordinates, so that the round trip is unknown"
    radius_km = radius_of_round_trip_km(asked.max_round_trip_ms)
    if distance_km > radius_km:
        return (
            f"it stands {distance_km:.0f} km away, and {asked.max_round_trip_ms:g} ms there and back reach "
            f"{radius_km:.0f} km"
        )
    return ""


def pair_distance_km(first: Coordinates | None, second: Coordinates | None) -> float:
    """Geodesic distance of two campuses [km], NaN where one has no place."""
    if first is None or second is None:
        return np.nan
    if not np.isfinite(first).all():
        return np.nan
    return float(point_distance_km(np.array(second[:1]), np.array(second[1:]), *first)[0])


def radius_of_round_trip_km(round_trip_ms: float) -> float:
    """Geodesic distance light in fibre covers there and back [km]; fibre and route as for places of latency."""
    fibre = LatencyLimit(latitude=0.0, longitude=0.0, max_round_trip_ms=round_trip_ms)
    return latency_radius_km(fibre.one_way_ms, group_index=fibre.group_index, route_factor=fibre.route_factor)


def _of_pair(campus: Campus, target: str) -> list[CampusShift]:
    asked = campus.workloads.flexibility.geo_shift
    if asked is None:
        return []
    return [
        CampusShift(
            campus=campus.id,
            to=target,
            workload=workload,
            max_frac=getattr(asked.max_frac, workload),
            cost_usd_per_mwh=asked.cost_usd_per_mwh,
        )
        for workload in SHIFTING
        if getattr(asked.max_frac, workload) > 0
    ]


def _note(position: int, campus: Campus, target: str, reason: str) -> Finding:
    return Finding(
        code="GP-MOV-004",
        severity="note",
        message=f"campus {campus.id}: no work moves to {target}; {reason}",
        remedy="correct the target, its coordinates or the limit",
        place=Place(key=f"campuses.{position}.workloads.flexibility.geo_shift"),
    )
