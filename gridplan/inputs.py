"""What a solve begins with: a study that has been read and checked, its grid and its weather year.

Comes in: a study file. Goes out: ``Inputs``. Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gridplan.errors import Finding, InputError
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from gridplan.study.check_network import check_against_grid
from gridplan.study.read import StudyFile, read_study


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A study that has been read and checked, with its grid and weather year."""

    file: StudyFile
    path: Path
    dataset: Path
    network: Network
    series: GridSeries
    findings: tuple[Finding, ...]


def read_inputs(path: Path) -> Inputs:
    """Read a study and its grid; every finding of the study against the grid is collected.

    Raises
    ------
    InputError, FileError
        If the study, its grid or its weather year is unsound; see ``gridplan.errors``.
    """
    file = read_study(path)
    study = file.study
    folder = _dataset(file, path)
    network = read_network(folder)
    found = check_against_grid(
        study,
        bus_ids=network.bus.id,
        branch_ids=network.branch.id,
        generator_ids=network.generator.id,
        total_p_max_mw=float(network.generator.p_max_mw.sum()),
        branch_rating_normal_mva=network.branch.rating_normal_mva.tolist(),
        positions=file.source,
    )
    if any(finding.severity == "error" for finding in found):
        raise InputError(found)
    must_run: Sequence[str] = study.criteria.must_run
    series = read_series(folder, network, commitment=study.criteria.commitment, must_run=tuple(must_run))
    return Inputs(
        file=file, path=path, dataset=folder, network=network, series=series, findings=(*file.findings, *found)
    )


def _dataset(file: StudyFile, path: Path) -> Path:
    """Folder of the study's network; a path starts at the study file."""
    try:
        return dataset_folder(file.study.network, beside=path.parent)
    except InputError as error:
        place = file.source.place("network")
        raise InputError([replace(finding, place=place) for finding in error.findings]) from None
