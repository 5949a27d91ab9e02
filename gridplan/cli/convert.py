"""``gridplan convert``: a grid in another format, with an account of what crossed and what did not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridplan.cli import options
from gridplan.cli.console import command
from gridplan.cli.reply import Reply
from gridplan.cli.solve_text import finding_notes, table_lines

if TYPE_CHECKING:
    from gridplan.network.policy import Policy


#: Length from which on a list of ids is cut.
SHOWN_CHARACTERS = 240


@command("convert")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=options.ANY_PATH)
@options.network_policy
@click.option("--year", type=int, default=None, help="Of a run: studied year. Default: the last.")
@click.option("--hour", type=int, default=None, help="Of a run: studied hour, from 0. Default: that of highest load.")
@click.option(
    "--onto", metavar="FILE", type=options.ANY_PATH, default=None, help="Of a run: original file to put the changes in."
)
@click.option("--overwrite", is_flag=True, help="Replace OUT if it exists.")
def convert(
    source: str,
    target: Path,
    policy: Policy,
    year: int | None,
    hour: int | None,
    onto: Path | None,
    overwrite: bool,
) -> Reply:
    """Write the grid of IN as OUT; the ending of OUT names the format.

    IN is a network file, a dataset, or the folder of a finished run: then the chosen campuses and reinforcements
    are in the grid. Counts and MW are shown before and after, and everything that was not carried.
    """
    from gridplan.pipeline import convert_network

    answer = convert_network(source, target, policy=policy, year=year, hour=hour, onto=onto, overwrite=overwrite)
    return Reply(data=answer, lines=_lines(answer), notes=finding_notes(answer))


def _lines(answer: Mapping[str, Any]) -> list[str]:
    head = f"{answer['source']} ({answer['source_format']}) -> {', '.join(answer['files'])} ({answer['target_format']})"
    rows = [_row(entry) for entry in answer["tables"]]
    lines = [head, "", *table_lines(rows, list(rows[0]))]
    notes = [f["message"] for f in answer["findings"] if f["severity"] == "note"]
    if notes:
        lines += ["", "notes:", *(f"  {words}" for words in notes)]
    lost = answer["not_carried"]
    lines += ["", "not carried:" if lost else "everything was carried"]
    return [*lines, *(f"  {row['section']}: {row['rows']} ({_shown(row['meaning'])})" for row in lost)]


def _shown(meaning: str) -> str:
    """Meaning with the end of a long list of ids cut off, which ``--json`` holds in full."""
    if len(meaning) <= SHOWN_CHARACTERS:
        return meaning
    return f"{meaning[:SHOWN_CHARACTERS].rpartition(', ')[0]}, ...; --json lists them all"


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    before, after = entry["before"], entry["after"] or {}
    return {
        "table": entry["table"],
        "rows": before["rows"],
        "in service": before.get("in_service", ""),
        "sum in service": _amount(before, entry["unit"]),
        "rows after": after.get("rows", ""),
        "in service after": after.get("in_service", ""),
        "sum after": _amount(after, entry["unit"]),
    }


def _amount(counts: Mapping[str, Any], unit: str) -> str:
    return f"{counts['amount']:,.2f} {unit}" if "amount" in counts else ""
