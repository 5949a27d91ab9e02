"""``gridplan screen``: what single outages, and pairs of them, would overload in a year of flows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply, with_demands
from gridplan.cli.solve_text import finding_notes, table_lines
from gridplan.cli.violations import screen_violations

if TYPE_CHECKING:
    from gridplan.network.policy import Policy

#: Rows printed of each table; the files of --out hold all of them.
SHOWN_ROWS = 20
COLUMNS = (
    "year", "branch", "contingency", "loading_percent", "loading_mw", "limit_mw", "hour_local", "hours_over",
    "mwh_at_risk",
)  # fmt: skip
PAIR_COLUMNS = (
    "year", "first", "second", "adjusted", "branch", "loading_percent", "stage", "hour_local", "hours_over",
    "mwh_at_risk", "unserved_mwh",
)  # fmt: skip


@command("screen")
@click.argument("target", metavar="STUDY|NETWORK", type=options.ANY_PATH)
@click.option(
    "--dispatch",
    type=click.Choice(["unsecured", "secure", "requested"]),
    default="secure",
    show_default=True,
    help="Whose flows: least cost with no outage thought of, secure against every outage, or that with the requests.",
)
@click.option(
    "--above",
    metavar="PCT",
    type=click.FloatRange(min=1.0),
    default=100.0,
    show_default=True,
    help="Loading from which on a pair of branch and outage is listed.",
)
@click.option("--pair", "words", metavar="A B", nargs=2, multiple=True, help="Pair of outages, by element id.")
@click.option(
    "--pairs", "file", metavar="FILE", type=options.ANY_PATH, default=None, help="Pairs of outages: CSV first,second."
)
@click.option(
    "--worst", metavar="N", type=click.IntRange(2, 50), default=None, help="Pairs of the N most loaded branches."
)
@click.option("--no-adjustment", is_flag=True, help="Of pairs: only both lost at once, no dispatch between them.")
@click.option(
    "--between",
    type=click.Choice(["normal", "emergency", "short_time"]),
    default="normal",
    show_default=True,
    help="Rating every branch keeps between the outages of a pair.",
)
@options.out("Folder for screen.csv and outage_pairs.csv.")
@options.workers
@click.option(
    "--memory-mb", metavar="M", type=click.FloatRange(min=1.0), default=None, help="Memory of the screen. Default: 512."
)
@options.network_policy
@click.option("--fail-on-violation", is_flag=True, help="Exit with 3 if anything is overloaded or unserved.")
def screen(
    target: Path,
    dispatch: Literal["unsecured", "secure", "requested"],
    above: float,
    words: tuple[tuple[str, str], ...],
    file: Path | None,
    worst: int | None,
    no_adjustment: bool,
    between: Literal["normal", "emergency", "short_time"],
    out: Path | None,
    workers: int | None,
    memory_mb: float | None,
    fail_on_violation: bool,
    policy: Policy,
) -> Reply:
    """Find what every single outage would overload, hour by hour.

    Of each branch and outage: worst loading, its hour, hours overloaded and MWh at risk. With --pair, --pairs or
    --worst also two outages, at once and one after the other with dispatch between them (N-1-1).
    """
    if worst and (words or file):
        raise click.UsageError("give --worst, or --pair and --pairs, not both")
    from gridplan.pipeline import PairChoice, screen_target
    from gridplan.study_ground import is_study

    if is_study(target):
        options.refuse_policy(policy)
    elif dispatch == "requested":
        raise click.UsageError("--dispatch requested belongs to a study; a network has no requests")
    with stages() as progress:
        answer = screen_target(
            target,
            dispatch=dispatch,
            above_percent=above,
            pairs=PairChoice(
                words=words, file=file, worst=worst or 0, is_adjusted=not no_adjustment, rating_between=between
            ),
            out=out,
            workers=workers,
            progress=progress,
            policy=policy,
            **({"memory_mb": memory_mb} if memory_mb else {}),
        )
    return with_demands(
        Reply(data=answer, lines=_lines(answer), notes=finding_notes(answer)),
        violations=screen_violations(answer) if fail_on_violation else (),
        is_gap_missed=False,
    )


def _lines(answer: Mapping[str, Any]) -> list[str]:
    lines = [f"flows: {answer['basis']['dispatch']}"]
    for year in answer["years"]:
        lines += _year_lines(year)
    lines += _table(answer["pairs"], COLUMNS, answer["n_listed"])
    if answer["outage_pairs"]:
        lines += ["", "pairs of outages:", *_table(answer["outage_pairs"], PAIR_COLUMNS, len(answer["outage_pairs"]))]
        lines += _dark_lines(answer["outage_pairs"])
    return [*lines, *(f"written: {path}" for path in answer["files"])]


def _year_lines(year: Mapping[str, Any]) -> list[str]:
    hours = "1 hour" if year["hours"] == 1 else f"{year['year']}: {year['hours']:,} hours"
    lines = [
        f"{hours}, {year['outages']:,} outages: {year['pairs']:,} pairs of branch and outage, "
        f"{year['ruled_out']:,} ruled out by bounds, {year['looked_at']:,} looked at, {year['listed']:,} listed",
        f"overloaded: {year['overloaded']:,} pairs, {year['overloaded_intact']:,} of them with everything in service; "
        f"{year['mwh_at_risk']:,.1f} MWh at risk",
    ]
    names = year["not_screened"]
    if names:
        lines.append(f"not screened, as no unit is left to make up for the loss: {', '.join(names)}")
    if year["not_looked_at"]:
        lines.append(f"no unit is left beside most of the load after: {'; '.join(year['not_looked_at'])}")
    return lines


def _table(rows: list[Mapping[str, Any]], columns: tuple[str, ...], count: int) -> list[str]:
    lines = table_lines(rows[:SHOWN_ROWS], columns)
    more = count - SHOWN_ROWS
    return [*lines, *([f"... and {more:,} more; --out writes them all"] if more > 0 else [])]


def _dark_lines(rows: list[Mapping[str, Any]]) -> list[str]:
    dark = {(*sorted((r["first"], r["second"])),): r for r in rows if r["dark_buses"]}
    return [
        f"{r['first']} and {r['second']} leave dark: {r['dark_buses'].replace(';', ', ')} "
        f"(up to {r['dark_mw']:,.1f} MW of load)"
        for r in dark.values()
    ]
