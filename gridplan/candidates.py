"""Candidate buses of campuses that say where they want to be instead of which bus they mean.

Comes in: a checked study and its network. Goes out: the same study with ``poi`` filled, named buses first and found
ones behind them, nearest first, and findings that say which buses were chosen and why others fell out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridplan.errors import Finding, InputError, Place, Severity, refuse_errors
from gridplan.network.geography.area import both_readings
from gridplan.network.geography.file import read_exclusion
from gridplan.network.geography.places import (
    EXCLUDED,
    FAR,
    REASONS,
    SURPLUS,
    Candidate,
    Exclusion,
    Near,
    Reach,
    SiteRequest,
    bounds_of,
    candidates_named,
    candidates_near,
    exclusion_bounds,
    latency_radius_km,
)
from gridplan.network.model import Network
from gridplan.study.place import LatencyLimit, NearPlace
from gridplan.study.read import StudyFile
from gridplan.study.schema import Campus, Study
from gridplan.text_file import path_inside

_SHOWN = 12
_SHOWN_LEFT_OUT = 3
_BESIDE_DEGREE = 2.0
_FAR_OFF_KM = 1500.0


@dataclass(frozen=True, kw_only=True)
class Places:
    """A study whose campuses name their buses, and what was found on the way."""

    study: Study
    findings: tuple[Finding, ...] = ()


def find_candidates(file: StudyFile, network: Network, folder: Path) -> Places:
    """Study with the candidate buses of every campus.

    Finding them again in the result changes nothing: found buses are then named ones.

    Parameters
    ----------
    file : StudyFile
    network : Network
    folder : Path
        Folder of the study; area files lie in it.

    Raises
    ------
    InputError
        GP-GEO-004 where the network has no coordinates, GP-GEO-005 where a campus is left without a bus, GP-GEO-001
        where latitude and longitude are exchanged, and the faults of area files.
    """
    if not any(campus.asks_for_a_place for campus in file.study.campuses):
        return Places(study=file.study)
    findings = list(_without_coordinates(file, network))
    refuse_errors(findings)
    areas, notes = _exclusions(file, network, folder)
    findings += notes
    refuse_errors(findings)
    campuses = []
    for i, campus in enumerate(file.study.campuses):
        found, told = _campus_candidates(file, network, i, [areas[name] for name in campus.exclude])
        findings += told
        campuses.append(campus.model_copy(update={"poi": found}) if campus.asks_for_a_place else campus)
    refuse_errors(findings)
    study = file.study.model_copy(update={"campuses": tuple(campuses)})
    return Places(study=study, findings=tuple(dict.fromkeys(findings)))


def site_request(campus: Campus) -> SiteRequest:
    """What a campus asks of the place of its bus, latency turned into a radius."""
    near, latency = campus.near, campus.latency
    return SiteRequest(near=_circle(near) if near else None, reach=_reach(latency) if latency else None)


def _circle(near: NearPlace) -> Near:
    return Near(
        latitude_degree=near.latitude,
        longitude_degree=near.longitude,
        radius_km=near.radius_km,
        min_kv=near.min_kv,
        max_kv=math.inf if near.max_kv is None else near.max_kv,
        max_count=near.max_count,
    )


def _reach(limit: LatencyLimit) -> Reach:
    radius = latency_radius_km(limit.one_way_ms, group_index=limit.group_index, route_factor=limit.route_factor)
    return Reach(latitude_degree=limit.latitude, longitude_degree=limit.longitude, radius_km=radius)


def _without_coordinates(file: StudyFile, network: Network) -> Iterator[Finding]:
    if bounds_of(network.bus.latitude_degree, network.bus.longitude_degree) is not None:
        return
    for i, campus in enumerate(file.study.campuses):
        asked = [name for name in ("near", "latency", "exclude") if getattr(campus, name)]
        if asked:
            message = f"campus {campus.id} asks by place ({', '.join(asked)}), but network {network.name} has no "
            message += "coordinates of its buses"
            remedy = "name buses in poi, or give latitude and longitude in the bus table of the network"
            yield file.source.error("GP-GEO-004", f"campuses.{i}.{asked[0]}", message, remedy)


def _exclusions(file: StudyFile, network: Network, folder: Path) -> tuple[dict[str, Exclusion], list[Finding]]:
    """Area files of all campuses by name, each read once, and what they have to say."""
    areas: dict[str, Exclusion] = {}
    findings: list[Finding] = []
    read: set[str] = set()
    for i, campus in enumerate(file.study.campuses):
        for k, name in enumerate(campus.exclude):
            if name in read:
                continue
            read.add(name)
            place = file.source.place(f"campuses.{i}.exclude.{k}")
            try:
                areas[name] = read_exclusion(path_inside(folder, name, place))
            except InputError as error:
                findings += error.findings
            else:
                findings += areas[name].findings
                findings += _areas_beside_the_grid(areas[name], network)
    return areas, findings


def _areas_beside_the_grid(exclusion: Exclusion, network: Network) -> Iterator[Finding]:
    grid = bounds_of(network.bus.latitude_degree, network.bus.longitude_degree)
    drawn = exclusion_bounds(exclusion)
    if grid is None or drawn.meets(grid):
        return
    name = exclusion.file.name
    if drawn.swapped().meets(grid):
        message = f"{name}: its areas begin at {both_readings(drawn.south, drawn.west)}; only the other way round "
        message += f"they meet network {network.name}"
        yield _about(exclusion, "GP-GEO-001", "error", message, "write longitude first, then latitude")
    else:
        message = f"{name}: its areas lie between latitude {drawn.south:.5g} and {drawn.north:.5g}, longitude "
        message += f"{drawn.west:.6g} and {drawn.east:.6g}, beside network {network.name}; they exclude no bus"
        yield _about(exclusion, "GP-GEO-005", "warning", message, "check the file, or take it out of the study")


def _about(exclusion: Exclusion, code: str, severity: Severity, message: str, remedy: str) -> Finding:
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=Place(file=exclusion.file))


def _campus_candidates(
    file: StudyFile, network: Network, i: int, exclusions: Sequence[Exclusion]
) -> tuple[tuple[str, ...], list[Finding]]:
    """Buses of one campus and the findings about them."""
    campus = file.study.campuses[i]
    if not campus.asks_for_a_place:
        return campus.poi, []
    request = site_request(campus)
    named = candidates_named(network, campus.poi, request, exclusions)
    near = candidates_near(network, request, exclusions) if campus.near else ()
    found = tuple(dict.fromkeys(c.bus for c in (*named, *near) if c.is_chosen))
    findings = [_named_falls_out(file, i, c) for c in named if not c.is_chosen]
    if not found:
        return found, [*findings, _nothing_left(file, network, i, near or named)]
    if near:
        findings.append(_near_words(file, i, near))
    return found, findings


def _named_falls_out(file: StudyFile, i: int, candidate: Candidate) -> Finding:
    campus = file.study.campuses[i]
    message = f"campus {campus.id}: bus {candidate.bus} named in poi falls out: {_why(candidate)}"
    key = f"campuses.{i}.poi.{campus.poi.index(candidate.bus)}"
    return file.source.warning("GP-GEO-005", key, message, "take it out of poi, or change latency and exclude")


def _near_words(file: StudyFile, i: int, near: Sequence[Candidate]) -> Finding:
    chosen = [c for c in near if c.is_chosen]
    campus, key = file.study.campuses[i], f"campuses.{i}.near"
    names = ", ".join(_where(c) for c in chosen[:_SHOWN])
    more = f" and {len(chosen) - _SHOWN} more" if len(chosen) > _SHOWN else ""
    message = f"campus {campus.id}: {len(chosen)} candidates by place, nearest first: "
    message += f"{names or 'none'}{more}. {_left_out_words(near)}"
    place = file.source.place(key)
    remedy = "nothing; change near, latency or exclude for other candidates"
    return Finding(code="GP-GEO-005", severity="note", message=message, remedy=remedy, place=place)


def _nothing_left(file: StudyFile, network: Network, i: int, judged: Sequence[Candidate]) -> Finding:
    """Error of a campus without candidates; exchanged numbers are told before anything else."""
    campus = file.study.campuses[i]
    box = bounds_of(network.bus.latitude_degree, network.bus.longitude_degree)
    grid = box.padded(_BESIDE_DEGREE) if box else None
    for name in ("near", "latency"):
        place = getattr(campus, name)
        if place is None or grid is None or grid.holds(place.latitude, place.longitude):
            continue
        if grid.holds(place.longitude, place.latitude):
            message = f"campus {campus.id}: {name} is at {both_readings(place.latitude, place.longitude)}; only the "
            message += f"other way round it lies in network {network.name}"
            return file.source.error("GP-GEO-001", f"campuses.{i}.{name}", message, "exchange latitude and longitude")
        if grid.holds(place.latitude, -place.longitude):
            message = f"campus {campus.id}: {name} is at latitude {place.latitude:g}, longitude {place.longitude:g}; "
            message += f"with longitude {-place.longitude:g} it would lie in network {network.name}"
            remedy = "check the sign: west of Greenwich is negative"
            return file.source.error("GP-GEO-001", f"campuses.{i}.{name}", message, remedy)
    key = next(name for name in ("near", "latency", "exclude") if getattr(campus, name))
    nearest = f"The nearest bus is {_where(judged[0])}: {_why(judged[0])}. " if campus.near else ""
    message = f"campus {campus.id}: no bus is left. {nearest}{_count_words(judged)}"
    return file.source.error("GP-GEO-005", f"campuses.{i}.{key}", message, _way_out(judged))


def _way_out(judged: Sequence[Candidate]) -> str:
    if math.isfinite(judged[0].distance_km) and judged[0].distance_km > _FAR_OFF_KM:
        return f"check latitude and longitude: no bus of this network is within {_FAR_OFF_KM:,.0f} km"
    reachable = [c for c in judged if c.reasons == (FAR,)]
    if reachable:
        least = math.ceil(reachable[0].distance_km * 10 + 1e-6) / 10
        return f"give radius_km of at least {least:g}, which takes in bus {reachable[0].bus}"
    common = Counter(reason for c in judged for reason in c.reasons if reason != FAR).most_common(1)
    return f"most buses are {common[0][0]}; change that, or name buses in poi" if common else "name buses in poi"


def _left_out_words(judged: Sequence[Candidate]) -> str:
    """Counts of buses by their first reason, and the nearest of them by name."""
    left_out = [c for c in judged if c.reasons and c.reasons[0] != SURPLUS and math.isfinite(c.distance_km)]
    nearest = "; ".join(f"{_where(c)}: {_why(c)}" for c in left_out[:_SHOWN_LEFT_OUT])
    return _count_words(judged) + (f" Nearest of them: {nearest}." if nearest else "")


def _count_words(judged: Sequence[Candidate]) -> str:
    left_out = [c for c in judged if not c.is_chosen]
    counts = Counter(c.reasons[0] for c in left_out)
    words = ", ".join(f"{counts[reason]} {reason}" for reason in REASONS if counts[reason])
    return f"{len(left_out)} of {len(judged)} buses fall out: {words or 'none'}."


def _where(candidate: Candidate) -> str:
    distance = f"{candidate.distance_km:,.1f} km, " if math.isfinite(candidate.distance_km) else ""
    return f"{candidate.bus} ({distance}{candidate.base_kv:g} kV)"


def _why(candidate: Candidate) -> str:
    words = [f"{reason} ({candidate.area})" if reason == EXCLUDED else reason for reason in candidate.reasons]
    return " and ".join(words)
