"""``gridplan profile``: the load of every campus by hour and scenario, from its driver pack."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply
from gridplan.cli.solve_text import aligned_lines, finding_notes
from gridplan.solution import SCHEMA_VERSION

COLUMNS = ("campus", "pack", "contract MW", "peak MW", "mean MW", "load factor", "users", "accelerators")
_MOST_SAMPLES = 4096
_MILLION = 1e6
_SHOWN_IN_GWH = 10_000.0
_WIDTH = 120


@command("profile")
@click.argument("study", metavar="STUDY", type=options.ANY_PATH, required=False)
@click.option("--published", is_flag=True, help="Compare the load model with published totals; takes no study.")
@options.out("Folder of the files. Default: profiles/<name of the study>.")
@click.option(
    "--year",
    "years",
    metavar="Y",
    type=int,
    multiple=True,
    help="Studied year; may be given several times. Default: all.",
)
@click.option(
    "--samples",
    metavar="N",
    type=click.IntRange(2, _MOST_SAMPLES),
    default=None,
    help="Scenarios, a power of two for method sobol. Default: the study's.",
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0, 2**31 - 1),
    default=None,
    help="Seed of all random numbers. Default: the study's.",
)
def profile(
    study: Path | None, published: bool, out: Path | None, years: tuple[int, ...], samples: int | None, seed: int | None
) -> Reply:
    """Explain the MW of every campus by hour, and their spread.

    From users, steps and tokens, or training runs, to the load at the meter. Writes all scenarios by hour as netCDF,
    the drivers in force with source and status, and a figure of each campus.
    """
    if published:
        if study is not None or out is not None or years:
            raise click.UsageError("--published compares the model itself; leave out the study, --out and --year")
        return _published(samples, seed)
    if study is None:
        raise click.UsageError("give a study, or --published for the comparison with published totals")
    from gridplan.pipeline import ProfileChoice, profile_study

    with stages() as progress:
        answer = profile_study(
            study, out, choice=ProfileChoice(years=years, samples=samples, seed=seed), progress=progress
        )
    return Reply(data=answer, lines=list(_lines(answer)), notes=finding_notes(answer))


def _published(samples: int | None, seed: int | None) -> Reply:
    from gridplan.campus.published.rows import SAMPLES, published_rows
    from gridplan.cli.published_text import published_json, published_lines

    rows = published_rows(samples or SAMPLES, seed or 0)
    data = {"schema_version": SCHEMA_VERSION, "status": "solved", "rows": published_json(rows)}
    return Reply(data=data, lines=published_lines(rows))


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    from gridplan.report.load_words import SCALED_SPREAD

    for record in answer["years"]:
        yield f"{record['year']}: central values"
        yield from _aligned([_row(campus) for campus in record["campuses"]], COLUMNS, texts=2)
        yield ""
        spread = ("campus", "quantity", *(_quantile(q) for q in record["quantiles"]))
        yield f"{record['year']}: spread over {record['samples']:,} scenarios"
        yield from _aligned([row for campus in record["campuses"] for row in _spread(campus)], spread, texts=2)
        yield ""
        if any(campus["scaling"] == "scale_to_contract" for campus in record["campuses"]):
            yield from textwrap.wrap(SCALED_SPREAD, _WIDTH)
            yield ""
        yield _assumed(record["campuses"])
        yield ""
    yield from (f"written: {path}" for path in answer["files"])


def _assumed(campuses: Sequence[Mapping[str, Any]]) -> str:
    """How many drivers are assumptions at one campus at least."""
    rows = [row for campus in campuses for row in campus["parameters"]]
    in_force = {row["key"] for row in rows}
    assumed = {row["key"] for row in rows if row["status"] == "assumption"}
    count = f"{len(assumed)} of {len(in_force)}"
    return f"{count} drivers in force are assumptions without a public value; drivers.csv marks them"


def _row(campus: Mapping[str, Any]) -> tuple[str, ...]:
    counts = campus["counts"]
    return (
        campus["id"],
        f"{campus['pack']} {campus['release']}",
        _mw(campus["contract_mw"]),
        _mw(campus["peak_mw"]),
        _mw(campus["mean_mw"]),
        f"{campus['load_factor']:.2f}",
        _people(counts["concurrent_users"]),
        f"{counts['inference_accelerators'] + counts['training_accelerators']:,.0f}",
    )


def _spread(campus: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    values = campus["spread"]
    yield (campus["id"], "peak MW", *(_mw(value) for value in values["peak_mw"]))
    unit, of_mwh = ("GWh", 1e3) if max(values["energy_mwh"]) >= _SHOWN_IN_GWH else ("MWh", 1.0)
    yield (campus["id"], f"energy {unit}", *(f"{value / of_mwh:,.1f}" for value in values["energy_mwh"]))
    yield (campus["id"], "load factor", *(f"{value:.2f}" for value in values["load_factor"]))
    left_out = [f"{100 * frac:.1f}" for frac in campus["unserved_spread_frac"]]
    if any(float(text) > 0 for text in left_out):
        yield (campus["id"], "left out %", *left_out)


def _mw(value: float) -> str:
    return f"{value:,.1f}"


def _people(count: float) -> str:
    """Count of users as people say it."""
    return f"{count / _MILLION:,.1f} million" if count >= _MILLION else f"{count:,.0f}"


def _quantile(q: float) -> str:
    return f"P{100 * q:g}"


def _aligned(rows: Sequence[Sequence[str]], head: Sequence[str], *, texts: int) -> list[str]:
    """Table of text: the first ``texts`` columns to the left, numbers to the right."""
    return aligned_lines([head, *rows], [k >= texts for k in range(len(head))])
