"""Where the embedded data lie, in a checkout and in an installed wheel.

Comes in: a dataset's name or folder. Goes out: a path that exists. Nothing is read here but dataset.json.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.errors import FileError, did_you_mean, input_error
from gridplan.network.dataset import DatasetInfo, read_dataset_info

_PACKAGE = Path(__file__).resolve().parent.parent


def dataset_folder(name: str, *, beside: Path | None = None) -> Path:
    """Folder of an embedded dataset, or of the dataset at the path ``name``.

    Parameters
    ----------
    name : str
        Name of an embedded dataset, or a path to a folder of the same shape.
    beside : Path, optional
        Folder that a relative path starts from (the study file's); default the working folder.

    Raises
    ------
    InputError
        GP-NET-001, if neither exists.
    """
    known = {path.name: path for path in _embedded_folders()}
    if name in known:
        return known[name]
    folder = (beside or Path()) / name
    if (folder / "dataset.json").is_file():
        return folder
    raise input_error(
        "GP-NET-001",
        f"network {name} is neither an embedded dataset nor a dataset folder.{did_you_mean(name, known)}",
        f"use one of {', '.join(sorted(known))}, or a folder that holds dataset.json",
    )


def embedded_names() -> tuple[str, ...]:
    """Names of the embedded datasets."""
    return tuple(folder.name for folder in _embedded_folders())


def embedded_datasets() -> tuple[DatasetInfo, ...]:
    """Facts of every embedded dataset, by name."""
    return tuple(read_dataset_info(folder) for folder in _embedded_folders())


def background_states() -> Path:
    """TopoJSON file of the state borders behind maps (EPSG:4326)."""
    return embedded_root("datasets") / "background" / "states-10m.json"


def embedded_root(kind: str) -> Path:
    """Folder of the embedded ``datasets`` or ``cases``.

    Raises
    ------
    FileError
        If the installation does not hold it.
    """
    beside_package = _PACKAGE.parent / kind
    is_checkout = (_PACKAGE.parent / "pyproject.toml").is_file()
    for folder in (_PACKAGE / f"_{kind}", beside_package) if not is_checkout else (beside_package,):
        if folder.is_dir():
            return folder
    raise FileError(f"this installation of gridplan holds no {kind}; install it again from the checkout")


def _embedded_folders() -> list[Path]:
    return sorted(path.parent for path in embedded_root("datasets").glob("*/dataset.json"))
