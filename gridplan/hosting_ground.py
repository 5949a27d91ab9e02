"""What a hosting question is asked of: a study with its grid and hours, or a network as the study of its snapshot.

Comes in: a path and the buses that were asked for. Goes out: the study, the grid, and what the answer rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.inputs import read_inputs
from gridplan.load_only.rule import LoadOnlyRule
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.network.open_grid import DATASET_JSON, is_network_file
from gridplan.network.policy import Policy
from gridplan.series.model import GridSeries
from gridplan.snapshot import SNAPSHOT_BASIS, Security, snapshot
from gridplan.study.schema import Study

Service = Literal["firm", "conditional"]

STUDY_ENDINGS = (".yaml", ".yml", ".json")


def is_study(target: Path) -> bool:
    """Whether a path means a study file rather than a network."""
    is_file = target.is_file() or target.suffix in STUDY_ENDINGS
    return is_file and target.name != DATASET_JSON and not is_network_file(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGrid:
    """What is looked at: a study with its grid, hours, named contingencies, and what was found in its files."""

    study: Study
    network: Network
    series: GridSeries
    sets: tuple[Contingency, ...]
    findings: tuple[Finding, ...]
    title: str
    is_synthetic: bool


def study_grid(path: Path) -> StudyGrid:
    """Study of a file with its grid and hours."""
    inputs = read_inputs(path)
    info = inputs.grid.info
    return StudyGrid(
        study=inputs.file.study,
        network=inputs.network,
        series=inputs.series,
        sets=inputs.contingencies,
        findings=inputs.findings,
        title=info.title if info else inputs.network.name,
        is_synthetic=bool(info and info.is_synthetic),
    )


def snapshot_study(target: Path, policy: Policy | None) -> StudyGrid:
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
    info = hour.grid.info
    return StudyGrid(
        study=study,
        network=network,
        series=series,
        sets=(),
        findings=hour.grid.findings,
        title=info.title if info else network.name,
        is_synthetic=bool(info and info.is_synthetic),
    )


def with_security(study: Study, security: Security | None) -> Study:
    """Study under another security criterion, if one is given."""
    if security is None:
        return study
    return study.model_copy(update={"criteria": study.criteria.model_copy(update={"security": security})})


def buses_of(study: Study, given: Sequence[str]) -> list[str]:
    """Buses to look at, each once."""
    names = list(dict.fromkeys(given or [poi for campus in study.campuses for poi in campus.poi]))
    if not names:
        raise input_error("GP-BUS-003", "the study names no candidate bus", "give --bus BUS or --all")
    return names


def check_known(network: Network, buses: Sequence[str], target: Path) -> None:
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


def sets_basis(study: Study, sets: Sequence[Contingency]) -> dict[str, Any]:
    """Count of contingencies of files that were studied, where there are any."""
    return {"named_contingencies": len(sets) if study.criteria.security == "n-1" else 0} if sets else {}


def basis_of(study: Study, hours: int, service: Service, is_network: bool) -> dict[str, Any]:
    """What an answer rests on, JSON-ready."""
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
        basis = basis_of(self.study, hours, "firm", self.is_network)
        named = {"named_contingencies": len(self.sets) if self.study.criteria.security == "n-1" else 0}
        return basis | (named if self.sets else {})


def hosting_ground(
    target: Path, *, buses: Sequence[str], security: Security | None, policy: Policy | None
) -> HostingGround:
    """Study or network of a hosting question with the buses that were asked for, each once; see ``hosting_study``."""
    is_network = not is_study(target)
    given = snapshot_study(target, policy) if is_network else study_grid(target)
    check_known(given.network, buses, target)
    return HostingGround(
        study=with_security(given.study, security),
        network=given.network,
        series=given.series,
        sets=given.sets,
        buses=tuple(buses_of(given.study, buses)),
        findings=given.findings,
        is_network=is_network,
    )
