"""``gridplan hosting --joint``: options, and the answer in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridplan.cli import options
from gridplan.cli.console import stages
from gridplan.cli.load_only import refuse_given
from gridplan.cli.reply import Reply, with_demands
from gridplan.cli.solve_text import finding_notes, head_lines, table_lines

if TYPE_CHECKING:
    from gridplan.network.policy import Policy

Answer = Mapping[str, Any]

#: Parameters that mean something to single buses only -> option.
SINGLE_ONLY = {
    "all_buses": "--all",
    "service": "--service",
    "mode": "--curtailment-mode",
    "budgets": "--curtailment-budget",
    "workers": "--workers",
    "scheduler": "--scheduler",
    "resume": "--resume",
}


class BusWeight(click.ParamType[tuple[str, float]]):
    """A weight as ``BUS=WEIGHT``."""

    name = "bus=weight"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Bus and weight."""
        if isinstance(value, tuple):
            return value
        bus, _, word = str(value).rpartition("=")
        try:
            weight = float(word)
        except ValueError:
            weight = math.nan
        if not bus or not 0.0 < weight < math.inf:
            self.fail(
                f"{value!r} is no weight of a bus; write BUS=WEIGHT with a weight above 0, as in 203=2", param, ctx
            )
        return bus, weight


def joint_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of joint capacity."""
    weight = click.option(
        "--weight",
        "weights",
        metavar="BUS=W",
        type=BusWeight(),
        multiple=True,
        help="Joint: what a MW at a bus counts in the total, 1 where not given.",
    )
    joint = click.option("--joint", is_flag=True, help="What the buses take together, at least two of them.")
    return joint(weight(function))


def joint_reply(
    target: Path,
    buses: tuple[str, ...],
    weights: tuple[tuple[str, float], ...],
    security: str | None,
    policy: Policy,
    *,
    fail_on_violation: bool,
) -> Reply:
    """Answer of ``--joint``."""
    refuse_given(SINGLE_ONLY, "single buses, not to --joint")
    from gridplan.pipeline import joint_hosting_study
    from gridplan.study_ground import is_study

    if is_study(target):
        options.refuse_policy(policy)
    with stages() as progress:
        answer = joint_hosting_study(
            target,
            buses=buses,
            weights=dict(weights),
            security=options.SECURITY[security] if security else None,
            progress=progress,
            policy=policy,
        )
    lines = [*head_lines(answer), *(line for year in answer["joint"] for line in _year_lines(year))]
    nothing = [f"buses {', '.join(_names(year))} take no MW together" for year in answer["joint"] if _is_nothing(year)]
    return with_demands(
        Reply(data=answer, lines=lines, notes=finding_notes(answer)),
        violations=nothing if fail_on_violation else (),
        is_gap_missed=False,
    )


def _year_lines(year: Answer) -> Iterator[str]:
    when = f"{year['year']}: " if "year" in year else ""
    yield ""
    yield f"{when}{year['total_mw']:,.2f} MW together, at most {year['gap_mw']:.4f} MW below the largest"
    yield from table_lines(year["buses"], ("bus", "mw", "alone_mw", "weight", "is_radial"))
    if not year["is_firm"]:
        yield "not firm: one outage cuts off a bus with is_radial true"
    yield from (f"held back by {_side_words(side)}" for side in year["binding"])
    if "corners" in year:
        names = _names(year)
        yield ""
        yield f"all secure pairs of {names[0]} and {names[1]}, corner by corner"
        yield from table_lines(
            [{"corner": k} | corner for k, corner in enumerate(year["corners"])], ("corner", *names, "is_efficient")
        )
        yield from (f"{side['from_corner']} to {side['to_corner']}: {_side_words(side)}" for side in year["sides"])


def _side_words(side: Answer) -> str:
    uses = " + ".join(f"{use:.4g} x {bus}" for bus, use in side["uses"].items() if use)
    when = f", {side['hour_local']}" if "hour_local" in side else ""
    return f"{' and '.join(side['binding'])}{when} ({uses} <= {side['room_mw']:,.2f} MW)"


def _names(year: Answer) -> tuple[str, ...]:
    return tuple(row["bus"] for row in year["buses"])


def _is_nothing(year: Answer) -> bool:
    return not year["upper_mw"] > 1e-6
