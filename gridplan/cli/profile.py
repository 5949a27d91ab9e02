"""``gridplan profile``: the load of every campus by hour and scenario, from its driver pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply
from gridplan.cli.solve_text import finding_notes, table_lines

COLUMNS = ("campus", "pack", "contract_mw", "peak_mw", "mean_mw", "load_factor", "users", "accelerators")
SPREAD_COLUMNS = ("campus", "of", "low", "middle", "high")


@command("profile")
@click.argument("study", metavar="STUDY", type=options.ANY_PATH)
@options.out("Folder of the files. Default: profiles/<name of the study>.")
@click.option("--year", "years", metavar="Y", type=int, multiple=True, help="Studied year; may be given several times.")
@click.option(
    "--samples", metavar="N", type=click.IntRange(2, 65536), default=None, help="Scenarios. Default: the study's."
)
@click.option("--seed", metavar="N", type=click.IntRange(0, 2**31 - 1), default=None, help="Seed; default the study's.")
def profile(study: Path, out: Path | None, years: tuple[int, ...], samples: int | None, seed: int | None) -> Reply:
    """Explain the MW of every campus: from users, steps and tokens to its load by hour, with the spread.

    Writes all scenarios by hour as netCDF, the drivers in force with source and status, and a figure of each campus.
    """
    from gridplan.pipeline import ProfileChoice, profile_study

    with stages() as progress:
        answer = profile_study(
            study, out, choice=ProfileChoice(years=years, samples=samples, seed=seed), progress=progress
        )
    return Reply(data=answer, lines=list(_lines(answer)), notes=finding_notes(answer))


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    for record in answer["years"]:
        yield f"{record['year']}: central values, and {record['samples']} scenarios"
        yield from table_lines([_row(campus) for campus in record["campuses"]], COLUMNS)
        yield ""
        yield "quantiles " + ", ".join(f"{q:g}" for q in record["quantiles"]) + " over the scenarios:"
        yield from table_lines([row for campus in record["campuses"] for row in _spread(campus)], SPREAD_COLUMNS)
        yield ""
        assumed = sorted({row["key"] for c in record["campuses"] for row in c["parameters"] if _is_assumed(row)})
        yield f"{len(assumed)} drivers in force are assumptions without a public value; drivers.csv marks them"
    yield from (f"written: {path}" for path in answer["files"])


def _row(campus: Mapping[str, Any]) -> dict[str, Any]:
    counts = campus["counts"]
    return {
        "campus": campus["id"],
        "pack": campus["pack"],
        "contract_mw": campus["contract_mw"],
        "peak_mw": campus["peak_mw"],
        "mean_mw": campus["mean_mw"],
        "load_factor": campus["load_factor"],
        "users": counts["concurrent_users"],
        "accelerators": counts["inference_accelerators"] + counts["training_accelerators"],
    }


def _spread(campus: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, values in campus["spread"].items():
        middle = values[len(values) // 2]
        yield {"campus": campus["id"], "of": name, "low": values[0], "middle": middle, "high": values[-1]}


def _is_assumed(row: Mapping[str, Any]) -> bool:
    return bool(row["status"] == "assumption")
