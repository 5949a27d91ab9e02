"""Conventions of every command: where text goes, what ``--json`` means, how errors end, how progress shows.

stdout carries the answer (one JSON object with ``--json``), stderr everything else. Boxes and colours appear on a
terminal only, and not where NO_COLOR is set.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

import click
import rich_click

from gridplan.cli.reply import Reply, error_reply

if TYPE_CHECKING:
    from rich.progress import Progress

_PLAIN_WIDTH = 100
_CONTROL_OPTIONS = (
    click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object on stdout and nothing else."),
    click.Option(["--verbose"], is_flag=True, help="Show what each step does on stderr."),
    click.Option(["--debug"], is_flag=True, help="Show the traceback of an error."),
)


def is_plain(stream: IO[str]) -> bool:
    """Whether boxes and colours must not be used on a stream."""
    return not stream.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


class PlannerCommand(rich_click.RichCommand):
    """Command whose function returns a Reply; errors of any kind become one, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_CONTROL_OPTIONS)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command, write its answer, and end with its exit code."""
        as_json, is_debug = ctx.params.pop("as_json"), ctx.params.pop("debug")
        _start_logging(is_verbose=ctx.params.pop("verbose"))
        try:
            with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
                reply = cast("Reply", super().invoke(ctx))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if is_debug:
                traceback.print_exc()
            reply = error_reply(error)
        write_reply(reply, as_json=as_json)
        ctx.exit(reply.exit_code)

    def get_help(self, ctx: click.Context) -> str:
        """Help in boxes on a terminal, as plain text elsewhere."""
        return plain_help(self, ctx) if is_plain(sys.stdout) else super().get_help(ctx)

    def get_usage(self, ctx: click.Context) -> str:
        """Line of usage."""
        return plain_usage(self, ctx) if is_plain(sys.stderr) else super().get_usage(ctx)


def command(name: str) -> Callable[[Callable[..., Reply]], PlannerCommand]:
    """Make a command of a function that returns a Reply."""
    return click.command(name=name, cls=PlannerCommand)


def plain_help(of: click.Command, ctx: click.Context) -> str:
    """Help as plain text, for pipes and files."""
    formatter = click.HelpFormatter(width=_PLAIN_WIDTH)
    click.Command.format_usage(of, ctx, formatter)
    click.Command.format_help_text(of, ctx, formatter)
    click.Command.format_options(of, ctx, formatter)
    if isinstance(of, click.Group):
        click.Group.format_commands(of, ctx, formatter)
    click.Command.format_epilog(of, ctx, formatter)
    return formatter.getvalue().rstrip("\n")


def plain_usage(of: click.Command, ctx: click.Context) -> str:
    """Line of usage as plain text."""
    formatter = click.HelpFormatter(width=_PLAIN_WIDTH)
    click.Command.format_usage(of, ctx, formatter)
    return formatter.getvalue().rstrip("\n")


def write_reply(reply: Reply, *, as_json: bool) -> None:
    """Write an answer: notes to stderr; to stdout its lines, or its data as one JSON object."""
    for note in reply.notes:
        click.echo(note, err=True)
    if as_json:
        click.echo(json.dumps(_finite(reply.data), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in reply.lines:
            click.echo(line)


@contextlib.contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Progress of a long computation on stderr: call the result with the name of each stage as it begins."""
    shown = _Stages()
    try:
        yield shown
        shown.end()
    finally:
        shown.clear()


def note(text: str) -> None:
    """Write a line of progress on stderr."""
    click.echo(text, err=True)


class _Stages:
    """Lines ``stage ... 3.2 s`` as stages end; on a terminal the running one turns beside its time."""

    def __init__(self) -> None:
        self._name = ""
        self._begin_s = 0.0
        self._live: Progress | None = None

    def __call__(self, name: str) -> None:
        self.end()
        self._name, self._begin_s = name, time.monotonic()
        if not is_plain(sys.stderr):
            self._live = _live_line(name)
            self._live.start()

    def end(self) -> None:
        """End the running stage with a line."""
        name = self._name
        self.clear()
        if name:
            note(f"{name} ... {time.monotonic() - self._begin_s:.1f} s")

    def clear(self) -> None:
        """End the running stage without a word."""
        self._name = ""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _live_line(name: str) -> Progress:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    live = Progress(*columns, console=Console(stderr=True), transient=True)
    live.add_task(name, total=None)
    return live


def _start_logging(*, is_verbose: bool) -> None:
    level = logging.INFO if is_verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(name)s: %(message)s", force=True)


def _finite(value: Any) -> Any:
    """JSON has no infinity and no NaN: both become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, (list, tuple)) else value
