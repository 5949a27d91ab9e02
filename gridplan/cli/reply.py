"""What a command answers: lines for people, one object for machines, and an exit code.

Comes in: results, or an exception. Goes out: a ``Reply``; the words and exit codes of every error stand here.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gridplan.errors import (
    EXIT_INFEASIBLE,
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_IO,
    EXIT_NO_SOLUTION,
    EXIT_UNEXPECTED,
    NO_MEMORY,
    Finding,
    GridplanError,
    InputError,
)
from gridplan.solution import SCHEMA_VERSION

SHOWN_FINDINGS = 20
GAP_MISSED = ("gap_not_reached", "time_limit_with_solution")
"""Status of a usable solution whose gap is wider than asked for."""

_STATUS = {
    EXIT_INPUT: "invalid_input",
    EXIT_INFEASIBLE: "infeasible",
    EXIT_IO: "io_error",
    EXIT_NO_SOLUTION: "no_solution",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Answer of a command: ``lines`` go to stdout, ``notes`` to stderr, ``data`` to stdout with ``--json``."""

    data: Mapping[str, Any]
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    exit_code: int = 0


def error_reply(error: BaseException) -> Reply:
    """Answer to an exception, with the exit code of the command contract and without a traceback.

    Notes of the exception, such as what a run had finished, stand below its text.
    """
    reply = _bare_reply(error)
    notes = [str(note) for note in getattr(error, "__notes__", ())]
    if not notes:
        return reply
    return replace(reply, notes=(*reply.notes, *notes), data={**reply.data, "notes": notes})


def _bare_reply(error: BaseException) -> Reply:
    if isinstance(error, InputError):
        return _reply("invalid_input", EXIT_INPUT, findings_text(error.findings), error.findings)
    if isinstance(error, GridplanError):
        return _reply(_STATUS.get(error.exit_code, "failed"), error.exit_code, f"error: {error}")
    if isinstance(error, KeyboardInterrupt):
        return _reply("interrupted", EXIT_INTERRUPTED, "interrupted")
    if isinstance(error, MemoryError):
        return _reply("io_error", EXIT_IO, f"error: {NO_MEMORY}")
    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        return _reply("io_error", EXIT_IO, f"error: {_file_words(error)}")
    words = " ".join(f"{type(error).__name__}: {error}".split())
    text = f"unexpected error: {words} (run with --debug for the traceback)"
    return _reply("unexpected_error", EXIT_UNEXPECTED, text)


def findings_text(findings: Sequence[Finding]) -> str:
    """Show findings as planners read them, at most 20, with a count of the rest."""
    shown = [finding.render() for finding in findings[:SHOWN_FINDINGS]]
    more = len(findings) - len(shown)
    rest = [f"... and {more} more; --json lists them all"] if more > 0 else []
    return "\n".join([*shown, *rest])


def with_demands(reply: Reply, *, violations: Sequence[str], is_gap_missed: bool) -> Reply:
    """Answer of a solve after ``--fail-on-violation`` and ``--require-gap``: both turn a result into an exit code.

    Parameters
    ----------
    reply : Reply
        Answer of the solve.
    violations : sequence of str
        What is not as demanded; empty where it was not asked.
    is_gap_missed : bool
        Whether a gap was required and not reached.
    """
    notes = [*reply.notes, *(f"violation: {violation}" for violation in violations)]
    code = EXIT_INFEASIBLE if violations else reply.exit_code
    if is_gap_missed:
        notes.append("the required gap was not reached")
        code = EXIT_NO_SOLUTION
    return replace(reply, notes=notes, exit_code=code)


def _reply(status: str, exit_code: int, text: str, findings: Sequence[Finding] = ()) -> Reply:
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "status": status,
        "exit_code": exit_code,
        "message": text,
        "findings": [finding.to_json() for finding in findings],
    }
    return Reply(data=data, notes=(text,), exit_code=exit_code)


def _file_words(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename is not None else ""
    return f"{name}{error.strerror or error}"
