"""``gridplan hosting``: MW each point of interconnection can take, and what limits it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply, with_demands
from gridplan.cli.solve_text import finding_notes, head_lines, table_lines
from gridplan.cli.violations import hosting_violations

if TYPE_CHECKING:
    from gridplan.network.policy import Policy

COLUMNS = (
    "year", "bus", "hosting_capacity_mw", "total_mw", "hours", "energy_mwh", "longest_event_h", "depth_mw", "binding",
)  # fmt: skip


@command("hosting")
@click.argument("target", metavar="STUDY|NETWORK", type=options.ANY_PATH)
@click.option("--bus", "buses", metavar="BUS", multiple=True, help="Bus to look at; may be given more than once.")
@click.option("--all", "all_buses", is_flag=True, help="Every bus of the network.")
@options.security
@click.option("--service", type=click.Choice(["firm", "conditional"]), default="firm", show_default=True)
@click.option(
    "--curtailment-budget",
    metavar="F",
    type=click.FloatRange(0.0, 1.0),
    default=None,
    help="Curtailed energy allowed to a conditional connection, as part of its energy (0 to 1).",
)
@options.workers
@options.network_policy
@click.option("--fail-on-violation", is_flag=True, help="Exit with 3 if a bus can take nothing.")
def hosting(
    target: Path,
    buses: tuple[str, ...],
    all_buses: bool,
    security: str | None,
    service: Literal["firm", "conditional"],
    curtailment_budget: float | None,
    workers: int | None,
    fail_on_violation: bool,
    policy: Policy,
) -> Reply:
    """Find the MW each bus can take, with the binding element.

    Without --bus or --all the candidates of the study's campuses are looked at.
    """
    if buses and all_buses:
        raise click.UsageError("give --bus or --all, not both")
    if curtailment_budget is not None and service == "firm":
        raise click.UsageError("--curtailment-budget belongs to --service conditional")
    from gridplan.hosting import is_study
    from gridplan.pipeline import hosting_study

    if is_study(target):
        options.refuse_policy(policy)
    with stages() as progress:
        answer = hosting_study(
            target,
            buses=buses,
            all_buses=all_buses,
            security=options.SECURITY[security] if security else None,
            service=service,
            budget_frac=curtailment_budget,
            workers=workers,
            progress=progress,
            policy=policy,
        )
    lines = [*head_lines(answer), "", *table_lines(answer.get("buses") or (), COLUMNS)]
    return with_demands(
        Reply(data=answer, lines=lines, notes=finding_notes(answer)),
        violations=hosting_violations(answer) if fail_on_violation else (),
        is_gap_missed=False,
    )
