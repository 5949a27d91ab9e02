"""``gridplan run``: everything, from the study to its report."""

from __future__ import annotations

from pathlib import Path

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import GAP_MISSED, Reply, with_demands
from gridplan.cli.violations import run_violations


@command("run")
@options.study
@options.out("DIR of the results; default reports/<name of the study file>.")
@options.workers
@options.scheduler
@options.resume
@options.fail_on_violation
@options.require_gap
def run(
    study: Path,
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    fail_on_violation: bool,
    require_gap: bool,
) -> Reply:
    """Run a whole study: capacity, siting, schedule, audit, AC check and report.

    A run that is stopped keeps what it has finished beside the results; with --resume the same command goes on.
    """
    from gridplan.pipeline import run_study

    with options.at_work(workers, scheduler) as at_work, stages() as progress:
        result = run_study(study, out, progress=progress, **at_work, **options.resumed(resume))
    report = result.run_dir / "report.pdf"
    lines = [*result.verdict, "", f"results: {result.run_dir}"]
    lines += [f"report: {report}"] if report.is_file() else []
    return with_demands(
        Reply(data=result.summary, lines=lines),
        violations=run_violations(result.run_dir) if fail_on_violation else (),
        is_gap_missed=require_gap and result.status in GAP_MISSED,
    )
