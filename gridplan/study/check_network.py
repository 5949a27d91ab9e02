"""Rules of a study against a grid, given as plain sequences of ids and MW.

Comes in: a Study, the places of its keys, and what the grid holds. Goes out: findings with file, line and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridplan.errors import Finding, did_you_mean
from gridplan.study.check import rated_upgrades
from gridplan.study.schema import Study
from gridplan.study.source import StudySource


@dataclass(frozen=True, slots=True)
class _Grid:
    """What the rules need to know of the grid."""

    bus_ids: Sequence[str]
    branch_ids: Sequence[str]
    generator_ids: Sequence[str]
    total_p_max_mw: float
    rating_normal_mva: dict[str, float]


def check_against_grid(
    study: Study,
    *,
    bus_ids: Sequence[str],
    branch_ids: Sequence[str],
    generator_ids: Sequence[str],
    total_p_max_mw: float,
    branch_rating_normal_mva: Sequence[float],
    positions: StudySource | None = None,
) -> tuple[Finding, ...]:
    """Apply every rule that compares the study with its grid.

    Parameters
    ----------
    study : Study
        The study.
    bus_ids, branch_ids, generator_ids : str, dims (bus,), (branch,), (generator,)
        Names the study may refer to.
    total_p_max_mw : float [MW]
        Capability of all units together.
    branch_rating_normal_mva : float, dims (branch,) [MVA]
        Present rating of each branch.
    positions : StudySource
        Places of the study's keys.
    """
    grid = _Grid(
        bus_ids=bus_ids,
        branch_ids=branch_ids,
        generator_ids=generator_ids,
        total_p_max_mw=float(total_p_max_mw),
        rating_normal_mva=dict(zip(branch_ids, map(float, branch_rating_normal_mva), strict=True)),
    )
    at = positions or StudySource()
    rules = (_unknown_names, _requests_against_generation, _upgrades_against_ratings)
    return tuple(finding for rule in rules for finding in rule(study, grid, at))


def _unknown_names(study: Study, grid: _Grid, at: StudySource) -> Iterator[Finding]:
    known = {
        "bus": ("GP-BUS-001", grid.bus_ids),
        "branch": ("GP-BRA-001", grid.branch_ids),
        "generator": ("GP-GEN-001", grid.generator_ids),
    }
    sets = {kind: set(names) for kind, (_, names) in known.items()}
    for kind, name, key in _references(study):
        if name not in sets[kind]:
            code, names = known[kind]
            message = f"{kind} {name} does not exist in network {study.network}.{did_you_mean(name, names)}"
            yield at.error(code, key, message, f"use one of the network's {len(names)} {kind} ids")


def _references(study: Study) -> Iterator[tuple[str, str, str]]:
    base = study.base_case
    for i, load in enumerate(base.committed_loads):
        yield "bus", load.bus, f"base_case.committed_loads.{i}.bus"
    for i, retirement in enumerate(base.retirements):
        yield "generator", retirement.generator, f"base_case.retirements.{i}.generator"
    for i, upgrade in enumerate(base.committed_upgrades):
        yield "branch", upgrade.branch, f"base_case.committed_upgrades.{i}.branch"
    for name in study.criteria.dc_rating_factor_by_branch:
        yield "branch", name, f"criteria.dc_rating_factor_by_branch.{name}"
    for i, unit in enumerate(study.criteria.must_run):
        yield "generator", unit, f"criteria.must_run.{i}"
    for i, campus in enumerate(study.campuses):
        for k, poi in enumerate(campus.poi):
            yield "bus", poi, f"campuses.{i}.poi.{k}"
    for i, reinforcement in enumerate(study.reinforcements):
        yield "branch", reinforcement.branch, f"reinforcements.{i}.branch"


def _requests_against_generation(study: Study, grid: _Grid, at: StudySource) -> Iterator[Finding]:
    total = grid.total_p_max_mw
    for i, campus in enumerate(study.campuses):
        asked = campus.largest_contract_mw
        if asked > total:
            message = f"campus {campus.id} asks for {asked:g} MW, all generation together is {total:g} MW"
            remedy = f"check the unit: {asked:g} kW would be {asked / 1000:g} MW"
            yield at.error("GP-VAL-003", f"campuses.{i}.contract_mw", message, remedy)
    together = [sum(campus.contract_mw_in(year) for campus in study.campuses) for year in study.years]
    asked, year = max(zip(together, study.years, strict=True))
    if asked > total:
        message = f"all campuses together ask for {asked:g} MW in {year}, all generation together is {total:g} MW"
        remedy = "expect most of it to stay unconnected, or study fewer requests"
        yield at.warning("GP-VAL-004", "campuses", message, remedy)


def _upgrades_against_ratings(study: Study, grid: _Grid, at: StudySource) -> Iterator[Finding]:
    for key, upgrade in rated_upgrades(study):
        present, new = grid.rating_normal_mva.get(upgrade.branch), upgrade.rating_normal_mva
        if present is not None and new <= present:
            message = f"branch {upgrade.branch}: new rating {new:g} MVA is not above the present {present:g} MVA"
            yield at.warning("GP-LIM-006", f"{key}.rating_normal_mva", message, "check the rating and the branch")
