"""Arguments and options several commands share, so that each has one name, one meaning and one help text."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import click

from gridplan.network.policy import Islands, Policy, Unrated

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

#: A path that the command itself looks for: its own words are better than click's.
ANY_PATH = click.Path(path_type=Path)

SECURITY: dict[str, Literal["n-0", "n-1"]] = {"n0": "n-0", "n1": "n-1", "n-0": "n-0", "n-1": "n-1"}
"""What may be written for a security set, and the word of a study."""


def study(function: F) -> F:
    """Add the argument STUDY."""
    return click.argument("study", metavar="STUDY", type=ANY_PATH)(function)


def run_dir(function: F) -> F:
    """Add the argument RUN_DIR."""
    return click.argument("run_dir", metavar="RUN_DIR", type=ANY_PATH)(function)


def out(meaning: str) -> Decorator:
    """Add the option ``--out``."""
    return click.option("--out", metavar="DIR", type=ANY_PATH, default=None, help=meaning)


def workers(function: F) -> F:
    """Add the option ``--workers``."""
    meaning = "Processes at work; results do not depend on it. Default: what the study says."
    return click.option("--workers", type=click.IntRange(min=1), default=None, help=meaning)(function)


def scheduler(function: F) -> F:
    """Add the option ``--scheduler``."""
    meaning = "Dask scheduler, such as tcp://host:8786, whose workers do the work instead of local processes."
    return click.option("--scheduler", metavar="ADDRESS", default=None, help=meaning)(function)


@contextlib.contextmanager
def at_work(workers: int | None, scheduler: str | None) -> Iterator[dict[str, Any]]:
    """Arguments that say who does the work: ``workers``, and ``crew`` where a scheduler is given."""
    if scheduler is None:
        yield {"workers": workers}
        return
    if workers is not None:
        raise click.UsageError("give --workers or --scheduler, not both")
    from gridplan.batch.cluster import open_crew

    with open_crew(scheduler) as crew:
        yield {"workers": None, "crew": crew}


def resume(function: F) -> F:
    """Add the flag ``--resume``."""
    meaning = "Go on from what a run of the same study that was stopped had finished."
    return click.option("--resume", is_flag=True, help=meaning)(function)


def resumed(resume: bool) -> dict[str, Any]:
    """Argument that says that a run goes on."""
    return {"resume": True} if resume else {}


def fail_on_violation(function: F) -> F:
    """Add the flag ``--fail-on-violation``."""
    meaning = "Exit with 3 if a request is not connected in full or a proof fails."
    return click.option("--fail-on-violation", is_flag=True, help=meaning)(function)


def require_gap(function: F) -> F:
    """Add the flag ``--require-gap``."""
    meaning = "Exit with 5 if the gap the study asks for is not proven."
    return click.option("--require-gap", is_flag=True, help=meaning)(function)


def security(function: F) -> F:
    """Add the option ``--security``."""
    meaning = "n0: intact network only; n1: every single outage, too."
    return click.option("--security", type=click.Choice(list(SECURITY)), default=None, metavar="n0|n1", help=meaning)(
        function
    )


def network_policy(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options on what a network file leaves open; the function receives them as ``policy``, a Policy."""

    @functools.wraps(function)
    def with_policy(
        *args: Any,
        unrated: Unrated,
        islands: Islands,
        merge_zero_impedance: bool,
        accept_odd_units: bool,
        **others: Any,
    ) -> Any:
        policy = Policy(
            unrated=unrated,
            islands=islands,
            merge_zero_impedance=merge_zero_impedance,
            accept_odd_units=accept_odd_units,
        )
        return function(*args, policy=policy, **others)

    command: Callable[..., Any] = with_policy
    for option in reversed(_POLICY_OPTIONS):
        command = option(command)
    return command


def refuse_policy(policy: Policy) -> None:
    """Refuse options on network files beside a study, which states them itself; without this they would be ignored."""
    if policy != _DEFAULT:
        names = "--unrated, --islands, --merge-zero-impedance and --accept-odd-units"
        raise click.UsageError(f"{names} belong to a network file; a study states them in its section network_file")


_DEFAULT = Policy()
_POLICY_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--unrated",
        type=click.Choice(get_args(Unrated)),
        default=_DEFAULT.unrated,
        show_default=True,
        help="Branches rated 0: unlimited with a warning, refused, or rated by impedance and angle limit.",
    ),
    click.option(
        "--islands",
        type=click.Choice(get_args(Islands)),
        default=_DEFAULT.islands,
        show_default=True,
        help="Parts of a network file with load or supply of their own: refused, or only the main one is taken.",
    ),
    click.option(
        "--merge-zero-impedance",
        is_flag=True,
        help="Join the ends of branches with r = x = 0 into one bus instead of refusing them.",
    ),
    click.option(
        "--accept-odd-units",
        is_flag=True,
        help="Take numbers at face value that look like kW for MW or A for MVA.",
    ),
)
