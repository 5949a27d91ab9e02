"""``gridplan dispatch``: one snapshot of a network file as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import click

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import Reply
from gridplan.cli.solve_text import finding_notes, table_lines

if TYPE_CHECKING:
    from gridplan.network.policy import Policy

#: Output from which on a unit counts as running [MW].
RUNNING_MW = 1e-6


@command("dispatch")
@click.argument("network", metavar="NETWORK")
@options.security
@options.network_policy
@click.option(
    "--dc-convention",
    type=click.Choice(["matpower", "powermodels"]),
    default="matpower",
    show_default=True,
    help="Susceptance of a branch: 1/(x tap), or x/(r^2 + x^2) without taps and shifts.",
)
@click.option(
    "--load-scale", metavar="X", type=click.FloatRange(min=0.0), default=1.0, show_default=True, help="Load times X."
)
def dispatch(
    network: str,
    security: str | None,
    dc_convention: Literal["matpower", "powermodels"],
    load_scale: float,
    policy: Policy,
) -> Reply:
    """Dispatch one snapshot of NETWORK, a file or an embedded dataset, at least cost.

    Every unit runs between its minimum and maximum, ratings are taken in full, and all load is served; where that
    is impossible the exit code is 3. Angle limits of a network file hold; a dataset has none.
    """
    from gridplan.pipeline import dispatch_network

    with stages() as progress:
        progress("dispatch")
        answer = dispatch_network(
            network,
            security=options.SECURITY[security or "n0"],
            convention=dc_convention,
            load_scale=load_scale,
            policy=policy,
        )
    return Reply(data=answer, lines=_lines(answer), notes=finding_notes(answer))


def _lines(answer: Mapping[str, Any]) -> list[str]:
    cost = answer.get("objective_usd_per_hour")
    lines = [f"{answer.get('status')}, {cost:,.4f} USD/h" if cost is not None else str(answer.get("status"))]
    output = list(_values(answer.get("p_gen_mw")))
    if output and answer.get("load_mw") is not None:
        running = sum(abs(p_mw) > RUNNING_MW for p_mw in output)
        lines.append(
            f"load {answer['load_mw']:,.1f} MW, generation {sum(output):,.1f} MW of {running} of {len(output)} units"
        )
    prices = list(_values(answer.get("lmp_usd_per_mwh")))
    if prices:
        lines.append(f"price {min(prices):,.2f} to {max(prices):,.2f} USD/MWh at {len(prices)} buses")
    binding = answer.get("binding") or ()
    rows = [row if isinstance(row, Mapping) else {"binding": row} for row in binding]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [*lines, *(["binding:", *table_lines(rows, columns)] if rows else ["no limit binds"])]


def _values(numbers: Any) -> list[float]:
    found = numbers.values() if isinstance(numbers, Mapping) else numbers or ()
    return [float(value) for value in found]
