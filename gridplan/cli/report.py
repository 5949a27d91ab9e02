"""``gridplan report``: the same report again, from the results on disk."""

from __future__ import annotations

from pathlib import Path

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply
from gridplan.errors import FileError
from gridplan.solution import PLAN_JSON, SCHEMA_VERSION


@command("report")
@options.run_dir
def report(run_dir: Path) -> Reply:
    """Build the PDF and HTML of a finished run again, to the same bytes."""
    if not (run_dir / PLAN_JSON).is_file():
        raise FileError(f"{run_dir} is no finished run: it holds no {PLAN_JSON}; give the folder `gridplan run` wrote")
    from gridplan.report.document import build_report_apart

    with stages() as progress:
        progress("report")
        written = [str(run_dir / name) for name in build_report_apart(run_dir)]
    data = {"schema_version": SCHEMA_VERSION, "status": "built", "run_dir": str(run_dir), "files": written}
    return Reply(data=data, lines=[f"wrote {path}" for path in written])
