"""A grid by its name: an embedded dataset, a dataset folder, or a file of any format that is read.

Comes in: the name as a study or a command gives it. Goes out: the Network, the case behind it where a file gave one,
the facts of a dataset, and every finding of reading. Nothing outside the given folder is read for a study.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridplan.errors import Finding, Place, did_you_mean, input_error
from gridplan.network.build import BuiltNetwork, build_network
from gridplan.network.dataset import DatasetInfo, read_dataset_info, read_network
from gridplan.network.dataset_rules import dataset_findings
from gridplan.network.embedded import dataset_folder, embedded_names
from gridplan.network.formats import format_of, read_case
from gridplan.network.model import Network
from gridplan.network.policy import Policy
from gridplan.text_file import missing_file, path_inside

DATASET_JSON = "dataset.json"
_PANDAPOWER_MARK, _HEAD_BYTES = b'"_module"', 4096


@dataclass(frozen=True, kw_only=True)
class OpenGrid:
    """A grid that has been read and checked.

    Parameters
    ----------
    path : Path
        Folder of the dataset, or the file.
    network : Network
    info : DatasetInfo, optional
        Facts of a dataset; None for a file.
    built : BuiltNetwork, optional
        The case behind the Network; None for a dataset.
    findings : tuple of Finding
        Warnings and notes.
    """

    path: Path
    network: Network
    info: DatasetInfo | None = None
    built: BuiltNetwork | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that were or may be read: those of the dataset folder, or the one file."""
        if self.info is None:
            return (self.path,)
        return tuple(sorted(path for path in self.path.iterdir() if path.is_file()))


def is_network_file(path: Path) -> bool:
    """Whether a path means a network file: by its ending, and where studies share the ending by how it begins."""
    found = format_of(path)
    if found is None or not found.reader:
        return False
    if path.suffix.lower() != ".json":
        return True
    try:
        with path.open("rb") as stream:
            return _PANDAPOWER_MARK in stream.read(_HEAD_BYTES)
    except OSError:
        return False


def grid_path(name: str, *, inside: Path | None = None, place: Place | None = None) -> Path:
    """Folder or file that a grid's name means; it exists.

    Parameters
    ----------
    name : str
        Name of an embedded dataset, or path of a dataset folder, its dataset.json, or a file with a known ending.
    inside : Path, optional
        Folder of the study that gives the name: a path starts there and may not leave it.
    place : Place, optional
        Where the study gives it.

    Raises
    ------
    InputError
        GP-NET-001 if there is none of that name, GP-SEC-001 if it leads out of ``inside``.
    """
    if name in embedded_names():
        return dataset_folder(name)
    path = Path(name) if inside is None else path_inside(inside, name, place)
    if path.name == DATASET_JSON:
        path = path.parent
    if path.is_dir() and (path / DATASET_JSON).is_file():
        return path
    if format_of(path) is not None:
        if not path.exists():
            raise missing_file(path, "check the name of the network file")
        return path
    raise input_error(
        "GP-NET-001",
        f"network {name} is neither an embedded dataset nor a dataset folder nor a file that can be read."
        f"{did_you_mean(name, embedded_names())}",
        f"use one of {', '.join(embedded_names())}, a folder that holds dataset.json, or a network file",
        place,
    )


def open_grid(path: Path, policy: Policy | None = None) -> OpenGrid:
    """Read and check the grid at a path that ``grid_path`` gave.

    Raises
    ------
    InputError
        If the grid is unsound; all its findings stand in the error.
    """
    if path.is_dir():
        network = read_network(path)
        findings = dataset_findings(path, network, policy)
        return OpenGrid(path=path, network=network, info=read_dataset_info(path), findings=findings)
    built = build_network(read_case(path), policy)
    return OpenGrid(path=path, network=built.network, built=built, findings=built.findings)
