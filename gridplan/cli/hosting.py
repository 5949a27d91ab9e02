"""``gridplan hosting``: MW each point of interconnection can take, and what limits it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from gridplan.cli import options
from gridplan.cli.bus_table import beside_options, table_given, table_options
from gridplan.cli.console import command, stages
from gridplan.cli.curve_text import curve_lines, unit_lines
from gridplan.cli.joint import joint_options, joint_reply
from gridplan.cli.load_only import LOAD_ONLY, load_only_options, load_only_reply, refuse_given
from gridplan.cli.reply import Reply, with_demands
from gridplan.cli.solve_text import finding_notes, head_lines, table_lines
from gridplan.cli.violations import hosting_violations

if TYPE_CHECKING:
    from gridplan.network.policy import Policy

COLUMNS = (
    "year", "bus", "hosting_capacity_mw", "shaped_mw", "shaped_peak_mw", "total_mw", "hours", "energy_mwh",
    "longest_event_h", "depth_mw",
    "curtailment_mode", "armed_hours", "armed_energy_mwh", "load_only_mw", "binding",
)  # fmt: skip


@command("hosting")
@click.argument("target", metavar="STUDY|NETWORK|SERIES", type=options.ANY_PATH)
@click.option(
    "--method",
    type=click.Choice(["network", "load-only"]),
    default="network",
    show_default=True,
    help="network: what single buses can take; load-only: what areas can take on an hourly load file alone.",
)
@click.option("--bus", "buses", metavar="BUS", multiple=True, help="Bus to look at; may be given more than once.")
@click.option("--all", "all_buses", is_flag=True, help="Every bus of the network.")
@joint_options
@table_options
@beside_options
@options.security
@click.option("--service", type=click.Choice(["firm", "conditional"]), default="firm", show_default=True)
@click.option(
    "--curtailment-budget",
    "budgets",
    metavar="F",
    type=click.FloatRange(0.0, 1.0),
    multiple=True,
    help="Curtailed energy allowed to a conditional connection, as part of its energy: 0.005 is 0.5 %. "
    "With load-only it may be given more than once.",
)
@click.option(
    "--curtailment-hours",
    "budget_hours",
    metavar="H",
    type=click.IntRange(min=1),
    multiple=True,
    help="Adds to the curve of a conditional connection the MW that so many curtailed hours allow; may be repeated.",
)
@click.option(
    "--curtailment-mode",
    "mode",
    type=click.Choice(["preventive", "post-contingency"]),
    default=None,
    help="A conditional campus is down before the outage, or stays connected and runs back after it. Default: what the "
    "requests at the bus ask for, else preventive.",
)
@options.workers
@options.scheduler
@options.resume
@options.network_policy
@load_only_options
@click.option("--fail-on-violation", is_flag=True, help="Exit with 3 if a bus can take nothing.")
def hosting(
    target: Path,
    method: str,
    buses: tuple[str, ...],
    all_buses: bool,
    joint: bool,
    weights: tuple[tuple[str, float], ...],
    table: dict[str, Any],
    beside: dict[str, Any],
    security: str | None,
    service: Literal["firm", "conditional"],
    budgets: tuple[float, ...],
    budget_hours: tuple[int, ...],
    mode: str | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    fail_on_violation: bool,
    policy: Policy,
    **load_only: Any,
) -> Reply:
    """Find the MW each bus can take, with the binding element.

    With --joint the MW that several buses take together are looked for, and of two the corners of all secure pairs.
    Without --bus or --all the candidates of the study's campuses are looked at. With --method load-only SERIES is an
    hourly load file with one column an area, and the MW are those each area can take below its seasonal peaks.
    """
    if method == "load-only":
        refuse_given({"budget_hours": "--curtailment-hours"}, "--method network")
        return load_only_reply(target, budgets, load_only)
    refuse_given(LOAD_ONLY, "--method load-only")
    if joint:
        return joint_reply(target, buses, weights, security, policy, fail_on_violation=fail_on_violation)
    refuse_given({"weights": "--weight"}, "--joint")
    _refuse_contradictions(buses, all_buses, service, budgets, budget_hours, mode)
    from gridplan.pipeline import hosting_study
    from gridplan.study_ground import is_study

    if is_study(target):
        options.refuse_policy(policy)
    given = table_given(table, is_all=all_buses or not (buses or is_study(target)))
    with options.at_work(workers, scheduler) as at_work, stages() as progress:
        answer = hosting_study(
            target,
            buses=buses,
            all_buses=all_buses,
            security=options.SECURITY[security] if security else None,
            service=service,
            budget_frac=budgets[0] if budgets else None,
            **beside,
            progress=progress,
            policy=policy,
            **given,
            **at_work,
            **options.resumed(resume),
            **_mode(mode, budget_hours),
        )
    return _reply(answer, fail_on_violation=fail_on_violation)


def _reply(answer: dict[str, Any], *, fail_on_violation: bool) -> Reply:
    written = [f"wrote {name}" for name in answer.get("files") or ()]
    lines = [*head_lines(answer), *written, "", *table_lines(answer.get("buses") or (), COLUMNS)]
    lines += [line for row in answer.get("buses") or () for line in (*unit_lines(row), *curve_lines(row))]
    return with_demands(
        Reply(data=answer, lines=lines, notes=finding_notes(answer)),
        violations=hosting_violations(answer) if fail_on_violation else (),
        is_gap_missed=False,
    )


def _refuse_contradictions(
    buses: tuple[str, ...],
    all_buses: bool,
    service: str,
    budgets: tuple[float, ...],
    budget_hours: tuple[int, ...],
    mode: str | None,
) -> None:
    if buses and all_buses:
        raise click.UsageError("give --bus or --all, not both")
    if budgets and service == "firm":
        raise click.UsageError("--curtailment-budget belongs to --service conditional")
    if budget_hours and service == "firm":
        raise click.UsageError("--curtailment-hours belongs to --service conditional")
    if mode and service == "firm":
        raise click.UsageError("--curtailment-mode belongs to --service conditional")
    if len(budgets) > 1:
        raise click.UsageError("--curtailment-budget may be given more than once with --method load-only alone")


def _mode(mode: str | None, budget_hours: tuple[int, ...]) -> dict[str, Any]:
    """Keywords of ``hosting_study`` for what was given."""
    hours = {"budget_hours": budget_hours} if budget_hours else {}
    return {"curtailment_mode": mode.replace("-", "_"), **hours} if mode else hours
