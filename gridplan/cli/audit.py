"""``gridplan audit``: the independent check of a finished run."""

from __future__ import annotations

from pathlib import Path

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply
from gridplan.errors import EXIT_NO_SOLUTION


@command("audit")
@options.run_dir
def audit(run_dir: Path) -> Reply:
    """Check a finished run by independent code.

    The exit code is 5 if a check fails: the solution must not be used then.
    """
    from gridplan.verify.audit import audit as certificate_of

    with stages() as progress:
        progress("audit")
        certificate = certificate_of(run_dir)
    return Reply(
        data=certificate.to_json(),
        lines=certificate.to_text().splitlines(),
        exit_code=0 if certificate.is_passed else EXIT_NO_SOLUTION,
    )
