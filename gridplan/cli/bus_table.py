"""Options of ``gridplan hosting``: of all buses voltage and folder of the files; what stands beside the flat MW."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from gridplan.cli import options

_OPTIONS = (
    click.option(
        "--min-kv",
        metavar="KV",
        type=click.FloatRange(min=0.0),
        default=None,
        help="Of all buses only those of this nominal voltage and above. Default: every bus of a network of up to 300 "
        "buses, else 100 kV.",
    ),
    options.out("Of all buses: folder for hosting.csv, hosting.gpkg and the map hosting.svg, hosting.png."),
    click.option("--force", is_flag=True, help="Replace such files in the folder of --out."),
)
_BESIDE = (
    click.option(
        "--shape", metavar="CAMPUS", help="Adds firm MW of a load that follows the hours of this campus of the study."
    ),
    click.option("--units", is_flag=True, help="Names the units that the MW of each bus depend on; takes longer."),
)


def table_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the function receives them together as ``table``."""

    @functools.wraps(function)
    def with_table(*args: Any, min_kv: float | None, out: Path | None, force: bool, **others: Any) -> Any:
        return function(*args, table={"min_kv": min_kv, "folder": out, "is_forced": force}, **others)

    command: Callable[..., Any] = with_table
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def beside_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what may be asked for beside the flat MW; the function receives it together as ``beside``."""

    @functools.wraps(function)
    def with_beside(*args: Any, shape: str | None, units: bool, **others: Any) -> Any:
        given = ({"shape": shape} if shape is not None else {}) | ({"units": True} if units else {})
        return function(*args, beside=given, **others)

    command: Callable[..., Any] = with_beside
    for option in reversed(_BESIDE):
        command = option(command)
    return command


def table_given(table: Mapping[str, Any], *, is_all: bool) -> dict[str, Any]:
    """Keyword of ``hosting_study`` for the options, nothing if none was given.

    Raises
    ------
    click.UsageError
        If they stand beside single buses, or ``--force`` without ``--out``.
    """
    if not is_all and (table["min_kv"] is not None or table["folder"] is not None):
        raise click.UsageError("--min-kv and --out belong to --all")
    if table["is_forced"] and table["folder"] is None:
        raise click.UsageError("--force belongs to --out")
    if table["min_kv"] is None and table["folder"] is None:
        return {}
    from gridplan.bus_table import BusTable

    return {"table": BusTable(**table)}
