"""Formats a grid is read from and written to, one row each; a new format is one file and one row.

A reader turns a path into a GridCase, a writer a GridCase into named bytes. Modules are loaded when asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gridplan.errors import Place, did_you_mean, input_error
from gridplan.network.case import GridCase, NotCarried


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Files of an export and what the format cannot hold.

    Parameters
    ----------
    files : mapping of str to bytes
        File name -> content; the first is the case itself, others stand beside it.
    not_carried : tuple of NotCarried
        Elements and columns of the case that the format has no place for.
    """

    files: Mapping[str, bytes]
    not_carried: tuple[NotCarried, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: endings of its files, and ``module:function`` of reader and writer; empty where there is none.

    A reader is called with the path, a writer with the case and the name of the file to be.
    """

    name: str
    endings: tuple[str, ...]
    reader: str = ""
    writer: str = ""
    words: str = field(default="")


FORMATS: tuple[Format, ...] = (
    Format(
        name="MATPOWER",
        endings=(".m",),
        reader="gridplan.network.matpower.read:read_matpower",
        writer="gridplan.network.matpower.write:write_matpower",
        words="case struct of version 2",
    ),
    Format(
        name="PSS/E RAW",
        endings=(".raw",),
        reader="gridplan.network.psse.read:read_psse",
        writer="gridplan.network.psse.write:write_psse",
        words="versions 32 to 35, written as 33; costs stand in a .cost.csv file beside it",
    ),
    Format(
        name="PowerWorld AUX",
        endings=(".aux",),
        reader="gridplan.network.powerworld.read:read_powerworld",
        words="read only",
    ),
    Format(
        name="pandapower",
        endings=(".json",),
        reader="gridplan.network.pandapower.read:read_pandapower",
        words="JSON, read only, as data and never as code",
    ),
    Format(
        name="PyPSA",
        endings=(".nc",),
        reader="gridplan.network.pypsa.read:read_pypsa",
        writer="gridplan.network.pypsa.write:write_pypsa",
        words="netCDF",
    ),
    Format(
        name="GeoPackage",
        endings=(".gpkg",),
        writer="gridplan.network.geography.export:write_geopackage",
        words="written only: buses, branches, POIs, campuses",
    ),
)


def format_of(path: Path) -> Format | None:
    """Format of a file by its ending, upper or lower case; None where no format has it."""
    return next((row for row in FORMATS if path.suffix.lower() in row.endings), None)


def read_case(path: Path) -> GridCase:
    """Grid of a file as it states it, whatever the format.

    Raises
    ------
    InputError
        If no reader knows the ending, or the file is not what its ending says; every fault is listed.
    """
    case: GridCase = _function(path, "reader", "give the file the ending of its format")(path)
    return case


def export_case(case: GridCase, path: Path) -> Export:
    """Bytes of a case in the format of ``path``; nothing is written.

    Raises
    ------
    InputError
        If no writer knows the ending, or the case cannot be said in the format.
    """
    export: Export = _function(path, "writer", "name a file with one of these endings")(case, path.name)
    return export


def _function(path: Path, role: Literal["reader", "writer"], remedy: str) -> Any:
    """Reader or writer of the format of a path; an ending that has none is refused with those that have one."""
    found = format_of(path)
    name: str = getattr(found, role) if found else ""
    if not name:
        known = [ending for row in FORMATS if getattr(row, role) for ending in row.endings]
        message = f"no {role} for {path.name}: its ending {path.suffix!r} is none of {', '.join(known)}."
        message += did_you_mean(path.suffix.lower(), known)
        raise input_error("GP-NET-001", message, remedy, Place(file=path))
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
