"""The verb ``hosting``: MW that single buses can take, and what limits them.

Comes in: a study file or a network. Goes out: the JSON shape of the command contract. A bare network is
one snapshot: ``p_load_mw`` of its buses, every unit free between ``p_min_mw`` and ``p_max_mw``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gridplan.dispatch.farm import Crew, Farm
from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.inputs import read_inputs
from gridplan.load_only.headroom import load_only_mw
from gridplan.load_only.rule import LoadOnlyRule, LocalHours
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.network.open_grid import DATASET_JSON, is_network_file
from gridplan.network.policy import Policy
from gridplan.plan.case import YearCase, year_case
from gridplan.plan.local_hour import hour_text
from gridplan.plan.poi import PoiCapacity, binding_text, firm_mw, poi_capacity_of
from gridplan.plan.problems.capacity import CurtailmentTerms, conditional_total_mw, curtailment
from gridplan.plan.runback import RunbackCapacity, runback_capacities, runback_fields, runs_back
from gridplan.series.clock import local_clock
from gridplan.series.model import GridSeries
from gridplan.snapshot import SNAPSHOT_BASIS, Security, snapshot
from gridplan.solution import SCHEMA_VERSION
from gridplan.store.checkpoint import Checkpoint, unfinished_folder
from gridplan.store.fingerprint import Fingerprints
from gridplan.store.versions import makers
from gridplan.study.schema import Study, Terms

Progress = Callable[[str], None]
Service = Literal["firm", "conditional"]
CurtailmentMode = Literal["preventive", "post_contingency"]

STUDY_ENDINGS = (".yaml", ".yml", ".json")
RADIAL = "radial supply: one outage cuts the bus off"


def hosting_study(
    target: Path | str,
    *,
    buses: Sequence[str] = (),
    all_buses: bool = False,
    security: Security | None = None,
    service: Service = "firm",
    budget_frac: float | None = None,
    curtailment_mode: CurtailmentMode | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    policy: Policy | None = None,
    crew: Crew | None = None,
    resume: bool = False,
) -> dict[str, Any]:
    """Largest MW of single buses, each alone on the grid, flat in every studied hour, before any reinforcement.

    Parameters
    ----------
    target : path
        Study file, network file, dataset folder, or name of an embedded dataset. A network without a study is one
        snapshot with ratings in full and without the outage of the new load itself.
    buses : sequence of str
        Buses to look at; default the candidates of the study, or every bus of a network.
    all_buses : bool
        Every bus.
    security : {"n-0", "n-1"}, optional
        Default what the study says; ``n-1`` for a network.
    service : {"firm", "conditional"}
        ``conditional`` adds the MW above firm that an energy budget of curtailment allows.
    budget_frac, curtailment_mode : optional
        Of a conditional service: curtailed energy per asked energy, and how; default by the requests at the bus.
    workers, progress :
        Local processes; called with the name of each stage.
    policy : Policy, optional
        What may be assumed where a network file leaves a choice; a study says that itself.
    crew, resume :
        Who works instead of local processes; go on from the buses that an earlier, equal call had finished.

    Raises
    ------
    InputError, FileError, InfeasibleError, ResourceError
        See ``gridplan.errors``.
    """
    tell = progress or (lambda _: None)
    tell("reading the grid")
    target = Path(target)
    is_network = not is_study(target)
    given = _snapshot_study(target, policy) if is_network else _study_grid(target)
    study = _with_security(given.study, security)
    _check_known(given.network, buses, target)
    names = _buses(study, given.network, buses, is_all=all_buses or (is_network and not buses))
    asked = _Asked(names, service, budget_frac, curtailment_mode, is_network)
    with (
        _checkpoint(target, given, study, resume, tell) as checkpoint,
        Farm(workers or study.solve.workers, crew=crew, keeper=checkpoint) as farm,
    ):
        rows, hours = _rows(study, given, asked, farm, tell)
    basis = _basis(study, hours, service, is_network) | _sets_basis(study, given.sets)
    return _answer(rows, basis, is_network) | {"findings": [finding.to_json() for finding in given.findings]}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of each bus."""

    names: Sequence[str]
    service: Service
    budget_frac: float | None
    curtailment_mode: CurtailmentMode | None
    is_network: bool


def _rows(
    study: Study, given: _StudyGrid, asked: _Asked, farm: Farm, tell: Progress
) -> tuple[list[dict[str, Any]], int]:
    """Rows of all years and buses, and the count of hours."""
    rows: list[dict[str, Any]] = []
    hours = 0
    for year in study.years:
        own = farm if asked.is_network else farm.named(f"{year} ")
        tell("grid without campuses" if asked.is_network else f"{year}: grid without campuses")
        case = year_case(study, year, given.network, given.series, own, sets=given.sets)
        hours = case.hours
        found = _capacities(case, asked.names, own, tell)
        asking = [
            f for f in found if asked.service == "conditional" and runs_back(study, f.poi, asked.curtailment_mode)
        ]
        back = runback_capacities(case, asking, own, tell)
        local = LocalHours.of(local_clock(case.series.time_utc, study.timezone))
        budgets = [_budget_frac(study, f.poi, asked.budget_frac) for f in found]
        rows += [_row(case, local, f, asked.service, b, back.get(f.poi)) for f, b in zip(found, budgets, strict=True)]
    return rows, hours


def _checkpoint(target: Path, given: _StudyGrid, study: Study, resume: bool, tell: Progress) -> Checkpoint:
    """What is kept of an unfinished call, under ``reports``: nothing stands there unless it takes long."""
    fingerprints = Fingerprints()
    belongs_to = {
        "the study": study.work_digest,
        "the grid": fingerprints.of(given.network, given.sets),
        "its hours": fingerprints.of(given.series),
        **makers(),
    }
    return Checkpoint(
        folder=unfinished_folder(Path("reports") / f"{target.stem}.hosting"),
        belongs_to=belongs_to,
        is_resumed=resume,
        what=f"hosting of {target}",
        is_needed=False,
        tell=tell,
    )


def _answer(rows: Sequence[Mapping[str, Any]], basis: Mapping[str, Any], is_network: bool) -> dict[str, Any]:
    hidden = ("year", "binding_hour_local") if is_network else ()
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "optimal",
        "bound": None,
        "gap": 0.0,
        "basis": dict(basis),
        "buses": [{name: value for name, value in row.items() if name not in hidden} for row in rows],
    }


def is_study(target: Path) -> bool:
    """Whether a path means a study file rather than a network."""
    is_file = target.is_file() or target.suffix in STUDY_ENDINGS
    return is_file and target.name != DATASET_JSON and not is_network_file(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class _StudyGrid:
    """What is looked at: a study with its grid, hours, named contingencies, and what was found in its files."""

    study: Study
    network: Network
    series: GridSeries
    sets: tuple[Contingency, ...]
    findings: tuple[Finding, ...]


def _study_grid(path: Path) -> _StudyGrid:
    inputs = read_inputs(path)
    return _StudyGrid(
        study=inputs.file.study,
        network=inputs.network,
        series=inputs.series,
        sets=inputs.contingencies,
        findings=inputs.findings,
    )


def _snapshot_study(target: Path, policy: Policy | None) -> _StudyGrid:
    """A network as the study of its one snapshot: full ratings, no outage of the new load itself."""
    hour = snapshot(target, policy=policy)
    network, series = hour.network, hour.series
    study = Study.model_validate(
        {
            "schema_version": 1,
            "name": network.name,
            "network": network.name,
            "timezone": series.timezone,
            "years": [2026],
            "criteria": {"contingencies": {"campuses": False}, "dc_rating_factor": 1.0, "accept_radial_supply": True},
        }
    )
    return _StudyGrid(study=study, network=network, series=series, sets=(), findings=hour.grid.findings)


def _with_security(study: Study, security: Security | None) -> Study:
    if security is None:
        return study
    return study.model_copy(update={"criteria": study.criteria.model_copy(update={"security": security})})


def _buses(study: Study, network: Network, given: Sequence[str], *, is_all: bool) -> list[str]:
    """Buses to look at, each once."""
    if is_all:
        return list(network.bus.id)
    names = list(dict.fromkeys(given or [poi for campus in study.campuses for poi in campus.poi]))
    if not names:
        raise input_error("GP-BUS-003", "the study names no candidate bus", "give --bus BUS or --all")
    return names


def _check_known(network: Network, buses: Sequence[str], target: Path) -> None:
    """Refuse buses that were asked for and are not in the network, all at once."""
    place = Place(file=target, key="--bus")
    findings = [
        Finding(
            code="GP-BUS-001",
            severity="error",
            message=f"bus {name} does not exist in network {network.name}.{did_you_mean(name, network.bus.id)}",
            remedy="use one of the network's bus ids",
            place=place,
        )
        for name in buses
        if name not in network.bus_position
    ]
    if findings:
        raise InputError(findings)


def _capacities(case: YearCase, names: Sequence[str], farm: Farm, progress: Progress) -> list[PoiCapacity]:
    series = case.series
    most = float((series.p_max_mw.sum(axis=1) - series.load_mw.sum(axis=1)).max()) + 1.0
    tasks = [(name, max(most, 1.0)) for name in names]
    progress(f"capacity of {len(tasks)} buses" if len(tasks) > 1 else f"capacity of bus {names[0]}")
    return farm.map_shared(
        poi_capacity_of,
        case,
        tasks,
        lambda i: progress(f"capacity: {i + 1} of {len(tasks)} buses done"),
        name="capacity of buses",
    )


def _budget_frac(study: Study, bus: str, given: float | None) -> float:
    """Curtailed energy per asked energy: as given, else the least that a request at the bus accepts."""
    if given is not None:
        return given
    accepted = [campus.service.terms.max_energy_frac for campus in study.campuses if bus in campus.poi]
    return min(accepted, default=Terms().max_energy_frac)


def _row(
    case: YearCase,
    local: LocalHours,
    found: PoiCapacity,
    service: Service,
    budget_frac: float,
    back: RunbackCapacity | None,
) -> dict[str, Any]:
    hosting = found.hosting
    firm = firm_mw(case, found)
    is_refused = found.is_radial and not case.study.criteria.accept_radial_supply
    row: dict[str, Any] = {
        "year": case.year,
        "bus": found.poi,
        "hosting_capacity_mw": firm + 0.0,
        "binding": RADIAL if is_refused else binding_text(hosting),
        "binding_hour_local": hour_text(case.series.time_utc[hosting.firm_hour], case.study.timezone),
        "is_radial": found.is_radial,
        "secure_mw": hosting.firm_mw,
        "intact_mw": found.firm_n0_mw,
        "headroom_mw": found.headroom_mw,
        "headroom_binding": found.headroom_binding,
        "generation_limited_hours": int(hosting.is_generation_limited.sum()),
    }
    if service == "firm":
        return row
    terms = CurtailmentTerms(
        max_energy_frac=budget_frac, max_hours=math.inf, max_event_h=math.inf, max_depth_frac=math.inf
    )
    capacity_mw = hosting.capacity_mw if back is None else back.capacity_mw
    total = curtailment(
        conditional_total_mw(capacity_mw, terms, hosting.most_mw), capacity_mw, hosting.is_generation_limited
    )
    return row | {
        "curtailment_budget_frac": budget_frac,
        "total_mw": total.total_mw,
        "conditional_mw": max(total.total_mw - firm, 0.0),
        "hours": total.hours,
        "energy_mwh": total.energy_mwh,
        "longest_event_h": total.longest_event_h,
        "depth_mw": total.depth_mw,
        "load_only_mw": _load_only_mw(case, local, budget_frac),
        **(runback_fields(total.total_mw, hosting.capacity_mw, back) if back else {"curtailment_mode": "preventive"}),
    }


def _load_only_mw(case: YearCase, local: LocalHours, budget_frac: float) -> float | None:
    """MW the whole grid could take on its native load alone, within the same budget; no number for a snapshot."""
    if case.hours < 2 or budget_frac >= 1.0:
        return None
    return load_only_mw(case.series.load_mw.sum(axis=1), local, budget_frac)


def _sets_basis(study: Study, sets: Sequence[Contingency]) -> dict[str, Any]:
    """Count of contingencies of files that were studied, where there are any."""
    return {"named_contingencies": len(sets) if study.criteria.security == "n-1" else 0} if sets else {}


def _basis(study: Study, hours: int, service: Service, is_network: bool) -> dict[str, Any]:
    criteria = study.criteria
    basis: dict[str, Any] = {
        "commitment": "p_min_mw to p_max_mw of every unit" if is_network else criteria.commitment,
        "security": criteria.security,
        "pre_existing": criteria.pre_existing,
        "dc_convention": criteria.dc_convention,
        "dc_rating_factor": criteria.dc_rating_factor,
        "campus_outage": criteria.contingencies.campuses and criteria.security == "n-1",
        "hours": hours,
        "each_bus": "alone, flat MW, before any reinforcement",
    }
    if is_network:
        basis |= SNAPSHOT_BASIS
    if service == "conditional":
        basis["curtailment"] = "energy budget only, no shifting"
        if not is_network:
            basis["load_only"] = _load_only_words()
    return basis


def _load_only_words() -> str:
    words = LoadOnlyRule().words()
    return f"native load of the whole grid below its peak of {words['summer']} and of {words['winter']}, no network"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostingGround:
    """What several buses are looked at on: study, grid, hours, buses, and what was found in the files."""

    study: Study
    network: Network
    series: GridSeries
    sets: tuple[Contingency, ...]
    buses: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_network: bool

    def basis(self, hours: int) -> dict[str, Any]:
        """What the answer rests on."""
        basis = _basis(self.study, hours, "firm", self.is_network)
        named = {"named_contingencies": len(self.sets) if self.study.criteria.security == "n-1" else 0}
        return basis | (named if self.sets else {})


def hosting_ground(
    target: Path, *, buses: Sequence[str], security: Security | None, policy: Policy | None
) -> HostingGround:
    """Study or network of a hosting question with the buses that were asked for, each once; see ``hosting_study``."""
    is_network = not is_study(target)
    given = _snapshot_study(target, policy) if is_network else _study_grid(target)
    _check_known(given.network, buses, target)
    return HostingGround(
        study=_with_security(given.study, security),
        network=given.network,
        series=given.series,
        sets=given.sets,
        buses=tuple(_buses(given.study, given.network, buses, is_all=False)),
        findings=given.findings,
        is_network=is_network,
    )
