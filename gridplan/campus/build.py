"""Campuses of one studied year from the study: baseline, flexibility, jobs and stores.

Comes in: Study, year, connected MW and the studied hours. Goes out: Campuses. On ``load_basis: contract`` every class
asks for its share of the connected MW in every hour; on ``modelled`` for its share times load factor and shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gridplan.campus.failover import FailoverPair
from gridplan.campus.job_window import studied_jobs
from gridplan.campus.measured import Profile, metered_frac
from gridplan.campus.model import Campuses, CampusJob, CampusStore
from gridplan.campus.modelled import Modelled
from gridplan.campus.movable import event_rule, power_caps
from gridplan.campus.shape import find_shape, shape_rel, shaped_demand_mw
from gridplan.errors import Finding, InputError, Place, refuse_errors
from gridplan.solution import WORKLOADS
from gridplan.study.campus_request import SHAPED_WORKLOADS
from gridplan.study.schema import Campus, Study

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.datetime64]

_ROOM_TOLERANCE_MWH = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One campus of the study beside what it is given: the connected MW and the hours."""

    position: int
    campus: Campus
    connected_mw: float
    time_utc: TimeArray
    is_modelled: bool
    contract_mw: float = 0.0
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    modelled: Modelled | None = None

    @property
    def share_frac(self) -> FloatArray:
        return np.array(self.campus.workloads.shares.values(), dtype=np.float64)

    @property
    def installed_mw(self) -> FloatArray:
        return self.share_frac * self.connected_mw

    @property
    def is_conditional(self) -> bool:
        return self.campus.service.kind == "conditional"

    def place(self, key: str) -> Place:
        return Place(key=f"campuses.{self.position}.{key}")


def build_campuses(
    study: Study,
    year: int,
    connected_mw: Mapping[str, float],
    time_utc: TimeArray,
    measured: Sequence[Profile] = (),
    modelled: Sequence[Modelled] = (),
) -> Campuses:
    """Campuses of a studied year on the load basis of the study.

    Parameters
    ----------
    study : Study
        Campuses, criteria and prices.
    year : int
        Studied year; named in messages.
    connected_mw : mapping of campus id to MW
        Power each campus is connected with; a campus that is not named has none.
    time_utc : datetime64[s], dims (time,)
        Beginning of each studied hour, without gaps.
    measured : sequence of Profile
        Metered profiles on these hours; every one the study names, of a campus or of a class, is needed here.
    modelled : sequence of Modelled
        Load of the campuses with a driver pack on these hours; needed where the load basis is ``modelled``.

    Raises
    ------
    InputError
        If a shape is unknown, a job's window is not in the weather year, or the energy of jobs does not fit.
    """
    unknown_shapes = unknown_shape_findings(study)
    if unknown_shapes:
        raise InputError(unknown_shapes)
    unknown = sorted(set(connected_mw) - {campus.id for campus in study.campuses})
    if unknown:
        raise ValueError(f"connected_mw names campuses the study does not have: {', '.join(unknown)}")
    profiles: dict[str, dict[str, Profile]] = {}
    for profile in measured:
        profiles.setdefault(profile.campus, {})[profile.workload] = profile
    requests = [
        _Request(
            position=i,
            campus=campus,
            connected_mw=float(connected_mw.get(campus.id, 0.0)),
            time_utc=time_utc,
            is_modelled=study.criteria.load_basis == "modelled",
            contract_mw=campus.contract_mw_in(year),
            profiles=profiles.get(campus.id, {}),
            modelled=next((load for load in modelled if load.campus == campus.id and load.year == year), None),
        )
        for i, campus in enumerate(study.campuses)
    ]
    demands = [_baseline(request) for request in requests]
    jobs, job_findings = _jobs(study, requests)
    findings = [*(finding for _, found in demands for finding in found), *job_findings]
    for request, (baseline_mw, _) in zip(requests, demands, strict=True):
        findings += _room_findings(request, year, baseline_mw, [j for j in jobs if j.campus == request.campus.id])
    refuse_errors(findings)
    built = _assemble(study, time_utc, requests, [mw for mw, _ in demands])
    return _with_stores_and_failovers(replace(built, jobs=jobs, findings=tuple(findings)), requests, year)


def _assemble(study: Study, time_utc: TimeArray, requests: list[_Request], baselines_mw: list[FloatArray]) -> Campuses:
    flexibility = [request.campus.workloads.flexibility for request in requests]
    value = study.prices.computing_value_usd_per_mwh.values()
    terms = [request.campus.service.terms.max_energy_frac if request.is_conditional else 0.0 for request in requests]
    return Campuses(
        campus=tuple(request.campus.id for request in requests),
        time_utc=time_utc,
        connected_mw=np.array([request.connected_mw for request in requests], dtype=np.float64),
        baseline_mw=np.array(baselines_mw, dtype=np.float64).reshape(len(requests), len(WORKLOADS), len(time_utc)),
        installed_mw=_installed(requests, baselines_mw),
        deadline_h=_table(f.deadline_h.values() for f in flexibility).astype(np.int64),
        shed_frac=_table(f.shed_frac.values() for f in flexibility),
        min_power_frac=_table(f.min_power_frac.values() for f in flexibility),
        value_usd_per_mwh=_table(value for _ in requests),
        idle_floor_frac=np.array([f.idle_floor_frac for f in flexibility], dtype=np.float64),
        is_conditional=np.array([request.is_conditional for request in requests], dtype=np.bool_),
        max_energy_frac=np.array(terms, dtype=np.float64),
        events=tuple(event_rule(request.campus, request.contract_mw) for request in requests),
        power_caps=tuple(cap for request in requests for cap in power_caps(request.campus)),
    )


def _installed(requests: list[_Request], baselines_mw: list[FloatArray]) -> FloatArray:
    """Most power of each class: its share of the connected MW, or its own peak where that comes at another hour."""
    share = _table(request.installed_mw for request in requests)
    return np.maximum(share, _table(mw.max(axis=1, initial=0.0) for mw in baselines_mw))


def _table(rows: Iterable[tuple[float, ...] | FloatArray]) -> FloatArray:
    """Values dims (campus, workload), also without any campus."""
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, len(WORKLOADS))


def _stores(requests: list[_Request]) -> Iterable[CampusStore]:
    for request in requests:
        store = request.campus.storage
        if store is not None and request.connected_mw > 0:
            yield CampusStore(
                campus=request.campus.id,
                p_mw=store.p_mw,
                e_mwh=store.e_mwh,
                efficiency_roundtrip_frac=store.efficiency_roundtrip_frac,
            )


def _with_stores_and_failovers(built: Campuses, requests: list[_Request], year: int) -> Campuses:
    """Campuses with their stores, and with what losing each puts on another."""
    paired = replace(built, storage=tuple(_stores(requests)), failover=tuple(_failovers(requests)))
    return replace(paired, findings=(*built.findings, *_failover_findings(paired, requests, year)))


def _failovers(requests: list[_Request]) -> Iterable[FailoverPair]:
    """Failovers between campuses that are here: a request studied alone has nobody to take over."""
    here = {request.campus.id for request in requests}
    for request in requests:
        wanted = request.campus.failover
        if wanted is not None and wanted.to in here:
            yield FailoverPair(campus=request.campus.id, to=wanted.to, share_frac=wanted.share_frac)


def _failover_findings(built: Campuses, requests: list[_Request], year: int) -> Iterable[Finding]:
    """A note for every failover that raises nothing, with the reason."""
    by_id = {request.campus.id: request for request in requests}
    for pair, raised_mw in zip(built.failover, built.failover_mw, strict=True):
        if raised_mw.any() or pair.share_frac == 0:
            continue
        lost, to = by_id[pair.campus], by_id[pair.to]
        absent = next((r.campus.id for r in (lost, to) if r.connected_mw <= 0), None)
        reason = f"{pair.to} draws all {to.connected_mw:g} MW it is connected with in every hour"
        if absent is not None:
            reason = f"{absent} is not connected"
        yield Finding(
            code="GP-CAM-005",
            severity="note",
            message=f"failover of campus {pair.campus} to {pair.to} raises nothing in {year}: {reason}",
            remedy="load_basis: modelled leaves room between what a campus draws and what it is connected with",
            place=lost.place("failover"),
        )


def _baseline(request: _Request) -> tuple[FloatArray, list[Finding]]:
    """Power asked for, dims (workload, time) [MW], and what was cut or scaled: the meter's, else the model's."""
    installed_mw = request.installed_mw
    flat = np.ones(len(request.time_utc))
    if not request.is_modelled:
        return installed_mw[:, None] * flat, []
    workloads = request.campus.workloads
    share_frac = dict(zip(WORKLOADS, request.share_frac.tolist(), strict=True))
    metered, findings = metered_frac(
        request.campus, request.position, request.contract_mw, share_frac, request.profiles
    )
    if workloads.has_pack:
        return _pack_baseline(request, metered), findings
    rel = shape_rel(find_shape(workloads.shape), request.time_utc)
    rows = []
    for workload, most_mw in zip(WORKLOADS, installed_mw, strict=True):
        if workload in metered:
            rows.append(most_mw * metered[workload])
            continue
        mean_mw = workloads.load_factor * most_mw
        follows = rel if workload in SHAPED_WORKLOADS else flat
        rows.append(shaped_demand_mw(follows, mean_mw, most_mw))
        is_cut = mean_mw * follows > most_mw
        if is_cut.any():
            findings.append(_cut_finding(request, workload, mean_mw, int(is_cut.sum()), float(mean_mw * follows.max())))
    return np.array(rows), findings


def _pack_baseline(request: _Request, metered: Mapping[str, FloatArray]) -> FloatArray:
    """Power asked for by a campus with a driver pack; a metered class has its meter."""
    if request.modelled is None:
        if request.contract_mw <= 0:
            return np.zeros((len(WORKLOADS), len(request.time_utc)))
        raise ValueError(f"the modelled load of campus {request.campus.id} is not given")
    rows = request.modelled.demand_frac * request.connected_mw
    for k, workload in enumerate(WORKLOADS):
        if workload in metered:
            rows[k] = request.installed_mw[k] * metered[workload]
    return np.asarray(rows)


def _cut_finding(request: _Request, workload: str, mean_mw: float, hours: int, peak_mw: float) -> Finding:
    message = (
        f"campus {request.campus.id}, {workload}: the shape would reach {peak_mw:.1f} MW; it is cut at the installed "
        f"{mean_mw / request.campus.workloads.load_factor:.1f} MW in {hours} hours, and the other hours rise so that "
        f"the mean stays {mean_mw:.1f} MW"
    )
    return Finding(
        code="GP-CAM-002",
        severity="note",
        message=message,
        remedy="lower load_factor, or choose a flatter shape, if the peaks must stay",
        place=request.place("workloads.shape"),
    )


def _jobs(study: Study, requests: list[_Request]) -> tuple[tuple[CampusJob, ...], list[Finding]]:
    jobs: list[CampusJob] = []
    findings: list[Finding] = []
    for request in requests:
        if request.connected_mw > 0:
            place = request.place("workloads.jobs")
            is_whole_year = study.hours == "all"
            own, found = studied_jobs(
                request.campus, study.timezone, request.time_utc, place, is_whole_year=is_whole_year
            )
            jobs += own
            findings += found
    return tuple(jobs), findings


def _room_findings(request: _Request, year: int, baseline_mw: FloatArray, jobs: list[CampusJob]) -> Iterable[Finding]:
    """Jobs whose energy exceeds what the meter leaves them: a necessary condition, before any solve."""
    if not jobs:
        return
    kept_frac = 1.0 - request.campus.service.terms.max_energy_frac if request.is_conditional else 1.0
    free_mw = np.maximum(request.connected_mw - _firm_mw(request, baseline_mw), 0.0)
    for job in jobs:
        most_mwh = float(np.minimum(free_mw[job.window], job.p_max_mw).sum())
        if job.energy_mwh > most_mwh + _ROOM_TOLERANCE_MWH:
            yield _room_finding(request, year, f"job {job.id} needs {job.energy_mwh:,.0f} MWh", most_mwh)
    asked_mwh = sum(job.energy_mwh for job in jobs)
    left_mwh = request.connected_mw * baseline_mw.shape[1] - kept_frac * float(baseline_mw.sum())
    if asked_mwh > left_mwh + _ROOM_TOLERANCE_MWH:
        yield _room_finding(request, year, f"its jobs need {asked_mwh:,.0f} MWh together", max(left_mwh, 0.0))


def _firm_mw(request: _Request, baseline_mw: FloatArray) -> FloatArray:
    """Power that can neither wait nor be lost, dims (time,) [MW]."""
    flexibility = request.campus.workloads.flexibility
    cannot_wait = np.array(flexibility.deadline_h.values()) == 0
    lost_frac = np.array(flexibility.shed_frac.values()) if request.is_conditional else np.zeros(len(WORKLOADS))
    return np.asarray(((1.0 - lost_frac) * cannot_wait) @ baseline_mw)


def _room_finding(request: _Request, year: int, need: str, most_mwh: float) -> Finding:
    message = (
        f"campus {request.campus.id} in {year}: {need}, and its {request.connected_mw:g} MW meter leaves "
        f"{most_mwh:,.0f} MWh beside the other computing"
    )
    remedy = "give the job less energy or more time; with load_basis: modelled a load_factor below 1 leaves room"
    if request.campus.workloads.has_pack:
        remedy = (
            "give the job less energy or more time, or leave it out where the driver pack computes that work already"
        )
    place = request.place("workloads.jobs")
    return Finding(code="GP-TIM-004", severity="error", message=message, remedy=remedy, place=place)


def unknown_shape_findings(study: Study) -> tuple[Finding, ...]:
    """One error for every campus whose shape does not exist; for `gridplan validate`."""
    findings: list[Finding] = []
    for i, campus in enumerate(study.campuses):
        try:
            find_shape(campus.workloads.shape, Place(key=f"campuses.{i}.workloads.shape"))
        except InputError as error:
            findings += error.findings
    return tuple(findings)
