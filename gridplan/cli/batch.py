"""``gridplan batch``: every study of a sweep, resumed and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridplan.cli import options
from gridplan.cli.console import command, note
from gridplan.cli.reply import Reply
from gridplan.errors import EXIT_BATCH_FAILED, EXIT_INTERRUPTED

if TYPE_CHECKING:
    from gridplan.batch.run import BatchResult

_EXIT_CODES = {"finished": 0, "failed": EXIT_BATCH_FAILED, "interrupted": EXIT_INTERRUPTED}


@command("batch")
@click.argument("sweep", metavar="SWEEP", type=options.ANY_PATH)
@options.out("DIR of runs and tables; default reports/<name of the sweep file>.")
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Studies at a time. Default: 1.")
@options.scheduler
@click.option("--resume", is_flag=True, help="Continue an earlier batch. Always so: nothing finished is run again.")
def batch(sweep: Path, out: Path | None, workers: int | None, scheduler: str | None, resume: bool) -> Reply:
    """Run every study of a sweep that is not finished yet, and compare them all.

    A study that fails does not stop the others; the exit code is then 6. After an interrupt the same command goes on
    where it ended. With a scheduler the studies run one by one, the parts of each on its workers.
    """
    del resume
    from gridplan.batch.run import run_batch

    with options.at_work(workers, scheduler) as at_work:
        result = run_batch(sweep, out, progress=note, **{**at_work, "workers": workers or 1})
    return Reply(
        data=result.to_json(), lines=_lines(result), notes=_notes(result), exit_code=_EXIT_CODES[result.status]
    )


def _lines(result: BatchResult) -> list[str]:
    reused = sum(outcome.is_reused for outcome in result.outcomes.values())
    words = f"{result.count('finished')} of {len(result.members)} studies finished"
    return [f"{words} ({reused} of them before)" if reused else words, f"comparison: {result.comparison}"]


def _notes(result: BatchResult) -> list[str]:
    failed = [
        f"failed: {', '.join(f'{axis} = {value}' for axis, value in result.named_values(member).items())}: "
        f"{result.outcomes[member.key].reason}"
        for member in result.members
        if result.outcomes[member.key].status == "failed"
    ]
    done = len(result.members) - result.count("not_run")
    rest = [f"interrupted: {done} of {len(result.members)} done; the same command goes on from here"]
    return failed + (rest if result.is_interrupted else [])
