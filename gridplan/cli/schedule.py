"""``gridplan schedule``: when the flexible computing of the campuses runs, hour by hour."""

from __future__ import annotations

from pathlib import Path

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import GAP_MISSED, Reply, with_demands
from gridplan.cli.solve_text import head_lines, table_lines

COLUMNS = ("year", "id", "bus", "energy_mwh", "curtailed_mwh", "hours", "longest_event_h", "depth_mw")


@command("schedule")
@options.study
@options.workers
@options.scheduler
@options.require_gap
def schedule(study: Path, workers: int | None, scheduler: str | None, require_gap: bool) -> Reply:
    """Schedule the campuses of a study through its hours, secure in each of them."""
    from gridplan.pipeline import schedule_study

    with options.at_work(workers, scheduler) as at_work, stages() as progress:
        answer = schedule_study(study, progress=progress, **at_work)
    table = table_lines(answer.get("campuses") or (), COLUMNS)
    lines = [*head_lines(answer), "", *(table or ["no campuses"])]
    return with_demands(
        Reply(data=answer, lines=lines),
        violations=(),
        is_gap_missed=require_gap and answer.get("status") in GAP_MISSED,
    )
