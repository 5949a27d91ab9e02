"""The command ``gridplan``: a table of commands whose modules are loaded when they are asked for."""

from __future__ import annotations

import importlib
import signal
import sys
from types import FrameType
from typing import Any

import click
import rich_click

from gridplan import __version__
from gridplan.cli.console import is_plain, plain_help, plain_usage
from gridplan.errors import did_you_mean

COMMANDS: dict[str, str] = {
    "init": "gridplan.cli.init:init",
    "validate": "gridplan.cli.validate:validate",
    "run": "gridplan.cli.run:run",
    "hosting": "gridplan.cli.hosting:hosting",
    "profile": "gridplan.cli.profile:profile",
    "screen": "gridplan.cli.screen:screen",
    "site": "gridplan.cli.site:site",
    "schedule": "gridplan.cli.schedule:schedule",
    "dispatch": "gridplan.cli.dispatch:dispatch",
    "audit": "gridplan.cli.audit:audit",
    "report": "gridplan.cli.report:report",
    "batch": "gridplan.cli.batch:batch",
    "convert": "gridplan.cli.convert:convert",
    "datasets": "gridplan.cli.datasets:datasets",
    "schema": "gridplan.cli.schema:schema",
}
"""Command -> ``module:function``, in the order of the help."""


class LazyGroup(rich_click.RichGroup):
    """Group that imports the module of a command when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Command of this name; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Command of the first argument; an unknown one is a usage error that offers the nearest names."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"there is no command {args[0]!r}.{did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; usage errors come in boxes on a terminal, as plain text elsewhere."""
        return click.Command.main(self, *args, **kwargs) if is_plain(sys.stderr) else super().main(*args, **kwargs)

    def get_help(self, ctx: click.Context) -> str:
        """Help in boxes on a terminal, as plain text elsewhere."""
        return plain_help(self, ctx) if is_plain(sys.stdout) else super().get_help(ctx)

    def get_usage(self, ctx: click.Context) -> str:
        """Line of usage."""
        return plain_usage(self, ctx) if is_plain(sys.stderr) else super().get_usage(ctx)


@click.group(
    cls=LazyGroup,
    name="gridplan",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with: gridplan init my-study",
)
@click.version_option(__version__, prog_name="gridplan")
def cli() -> None:
    """Interconnection planning of AI data centers: MW by year and point of interconnection, firm and conditional."""


def main() -> None:
    """Run the command line; a polite kill ends as an interrupt does."""
    signal.signal(signal.SIGTERM, _interrupt)
    cli()


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
