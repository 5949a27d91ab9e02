"""What a question is asked of: a study with its grid and hours, or a network as the study of its snapshot.

Comes in: a path. Goes out: the study, the grid, its hours, and what an answer rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from gridplan.errors import Finding, InputError, Place, did_you_mean, input_error
from gridplan.inputs import read_inputs
from gridplan.load_only.rule import LoadOnlyRule
from gridplan.network.case import GridCase
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.network.open_grid import DATASET_JSON, OpenGrid, is_network_file
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
class StudyGround:
    """A study with its grid and hours, or a network as the study of its one snapshot.

    ``sets`` are the contingencies of its files, ``case`` the grid as a network file states it, ``findings`` what was
    found in the files.
    """

    study: Study
    network: Network
    series: GridSeries
    sets: tuple[Contingency, ...]
    findings: tuple[Finding, ...]
    title: str
    is_synthetic: bool
    is_network: bool
    case: GridCase | None

    @property
    def timezone(self) -> str | None:
        """Clock of the hours; None for a snapshot, which has none."""
        return None if self.is_network else self.study.timezone

    def basis(self, hours: int, service: Service = "firm") -> dict[str, Any]:
        """What an answer about MW rests on, JSON-ready."""
        named = {"named_contingencies": len(self.sets) if self.study.criteria.security == "n-1" else 0}
        return _basis(self.study, hours, service, self.is_network) | (named if self.sets else {})


def open_ground(target: Path, policy: Policy | None, security: Security | None = None) -> StudyGround:
    """Study or network at a path; ``security`` replaces the study's.

    Raises
    ------
    InputError, FileError
        See ``read_inputs`` and ``snapshot``.
    """
    ground = _of_study(target) if is_study(target) else snapshot_ground(target, policy)
    if security is None:
        return ground
    criteria = ground.study.criteria.model_copy(update={"security": security})
    return replace(ground, study=ground.study.model_copy(update={"criteria": criteria}))


def _of_study(path: Path) -> StudyGround:
    inputs = read_inputs(path)
    return StudyGround(
        study=inputs.file.study,
        network=inputs.network,
        series=inputs.series,
        sets=inputs.contingencies,
        findings=inputs.findings,
        is_network=False,
        **_grid_facts(inputs.grid, inputs.network),
    )


def snapshot_ground(target: Path, policy: Policy | None) -> StudyGround:
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
    return StudyGround(
        study=study,
        network=network,
        series=series,
        sets=(),
        findings=hour.grid.findings,
        is_network=True,
        **_grid_facts(hour.grid, network),
    )


def _grid_facts(grid: OpenGrid, network: Network) -> dict[str, Any]:
    return {
        "title": grid.info.title if grid.info else network.name,
        "is_synthetic": bool(grid.info and grid.info.is_synthetic),
        "case": grid.built.case if grid.built else None,
    }


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
