"""``gridplan init``: a ready, commented study to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from gridplan.cli import options
from gridplan.cli.console import command
from gridplan.cli.reply import Reply
from gridplan.errors import FileError, input_error
from gridplan.solution import SCHEMA_VERSION


@command("init")
@click.argument("folder", metavar="DIR", type=options.ANY_PATH)
@click.option(
    "--from", "case", metavar="CASE", default="rts_gmlc", show_default=True, help="Ready study; see gridplan datasets."
)
def init(folder: Path, case: str) -> Reply:
    """Copy a ready, commented study into DIR, a new or empty folder."""
    from gridplan.cli.cases import case_files

    files = case_files(case)
    _refuse_used(folder)
    copies = [folder / path.name for path in files]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, copy in zip(files, copies, strict=True):
            shutil.copyfile(path, copy)
    except OSError as reason:
        raise FileError(f"{folder} cannot be written: {reason.strerror or reason}") from None
    verb = "run" if len(files) == 1 else "batch"
    command_line = f"gridplan {verb} {copies[0]}"
    data = {
        "schema_version": SCHEMA_VERSION,
        "status": "created",
        "files": [str(copy) for copy in copies],
        "next": command_line,
    }
    return Reply(data=data, lines=[*(f"created {copy}" for copy in copies), f"next: {command_line}"])


def _refuse_used(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise input_error("GP-CASE-002", f"{folder} is not empty", "give a new or empty folder; nothing was written")
    if folder.exists() and not folder.is_dir():
        raise input_error("GP-CASE-002", f"{folder} is a file", "give a new or empty folder; nothing was written")
