"""Options of ``gridplan hosting --method load-only``, and what is refused beside either method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from gridplan.cli import options
from gridplan.cli.load_only_text import load_only_lines
from gridplan.cli.reply import Reply
from gridplan.cli.solve_text import finding_notes

if TYPE_CHECKING:
    from gridplan.load_only.rule import LoadOnlyRule

#: Parameters of one method -> option. The others belong to both.
NETWORK_ONLY = {
    "buses": "--bus",
    "all_buses": "--all",
    "joint": "--joint",
    "weights": "--weight",
    "security": "--security",
    "service": "--service",
    "mode": "--curtailment-mode",
    "workers": "--workers",
    "scheduler": "--scheduler",
    "resume": "--resume",
    "unrated": "--unrated",
    "islands": "--islands",
    "merge_zero_impedance": "--merge-zero-impedance",
    "accept_odd_units": "--accept-odd-units",
    "fail_on_violation": "--fail-on-violation",
}
LOAD_ONLY = {
    "timezone": "--timezone",
    "stamp": "--stamp",
    "unit": "--unit",
    "time_column": "--time-column",
    "time_format": "--time-format",
    "dst_duplicates": "--dst-duplicates",
    "summer_months": "--summer-months",
    "averaging": "--averaging",
    "thresholds": "--thresholds",
    "outliers": "--outliers",
    "compare": "--compare",
}
_TIME_FORMATS = ("iso", "MM/DD/YYYY HH:MM", "DD/MM/YYYY HH:MM", "DD.MM.YYYY HH:MM", "MM/DD/YYYY hh:MM AM")


class Months(click.ParamType[frozenset[int]]):
    """Months as ``5-10`` or ``4,5,6``; a run may pass December."""

    name = "months"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[int]:
        """Set of months."""
        if isinstance(value, frozenset):
            return value
        months: set[int] = set()
        for part in str(value).split(","):
            first, _, last = part.strip().partition("-")
            ends = [int(word) if word.isdecimal() else 0 for word in (first, last or first)]
            if not all(1 <= month <= 12 for month in ends):
                self.fail(f"{value!r} is no list of months; write 5-10 or 4,5,6,7,8,9,10", param, ctx)
            months |= {(ends[0] - 1 + k) % 12 + 1 for k in range((ends[1] - ends[0]) % 12 + 1)}
        return frozenset(months)


_OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option("--timezone", metavar="ZONE", default="", help="Load file: clock of the stamps; an IANA zone, UTC, or "
                 "offset_in_stamps. Default: what the header of the time column says, else UTC with a warning."),
    click.option("--stamp", type=click.Choice(["hour_beginning", "hour_ending", "hour_end_instant"]), default=None,
                 help="Load file: end of the hour the stamps stand at. Default: what the header says, else "
                 "hour_beginning with a warning."),
    click.option("--unit", type=click.Choice(["MW", "kW", "GW"]), default="MW", show_default=True,
                 help="Load file: unit of the values."),
    click.option("--time-column", metavar="NAME", default="", help="Load file: column of stamps. Default: the first."),
    click.option("--time-format", type=click.Choice(_TIME_FORMATS), default="iso", show_default=True,
                 help="Load file: order of day and month."),
    click.option("--dst-duplicates", type=click.Choice(["error", "first_then_second"]), default="error",
                 show_default=True, help="Load file: hour a clock shows twice, refused or in the order of time."),
    click.option("--summer-months", metavar="MONTHS", type=Months(), default="5-10", show_default=True,
                 help="Load only: months of the summer threshold, the others are winter; 4-10 as published."),
    click.option("--averaging", type=click.Choice(["all-hours", "yearly-rates"]), default="all-hours",
                 show_default=True, help="Load only: the budget holds over all hours, or for the mean yearly rate."),
    click.option("--thresholds", type=click.Choice(["all-years", "each-year"]), default="all-years",
                 show_default=True, help="Load only: peak of a season over all years, or of each year its own."),
    click.option("--outliers", type=click.Choice(["keep", "drop"]), default="keep", show_default=True,
                 help="Load only: hours more than 10 % above both hours beside them stay, or are left out."),
    click.option("--compare", metavar="TABLE", type=options.ANY_PATH, default=None,
                 help="Load only: CSV with area, curtailment_budget_frac and load_only_mw to stand beside the result."),
)  # fmt: skip


def load_only_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a load file and of the load-only count."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def refuse_given(names: Mapping[str, str], words: str) -> None:
    """Refuse options that were written and say nothing to the method asked for."""
    given = [option for name, option in names.items() if _is_given(name)]
    if given:
        raise click.UsageError(f"{_joined(given)} {'belongs' if len(given) == 1 else 'belong'} to {words}")


def load_only_reply(target: Path, budgets_frac: tuple[float, ...], given: Mapping[str, Any]) -> Reply:
    """Answer of the load-only method."""
    from gridplan.load_only.reading import SaidOfFile
    from gridplan.pipeline import load_only_hosting

    refuse_given(NETWORK_ONLY, "--method network; load-only knows no bus, outage or grid")
    answer = load_only_hosting(
        target,
        budgets_frac=budgets_frac,
        rule=_rule(given),
        said=SaidOfFile(
            timezone=given["timezone"],
            stamp=given["stamp"],
            unit=given["unit"],
            time_column=given["time_column"],
            time_format=given["time_format"],
            dst_first_then_second=given["dst_duplicates"] == "first_then_second",
        ),
        compare=given["compare"],
    )
    return Reply(data=answer, lines=load_only_lines(answer), notes=finding_notes(answer))


def _rule(given: Mapping[str, Any]) -> LoadOnlyRule:
    from gridplan.load_only.rule import LoadOnlyRule

    return LoadOnlyRule(
        summer_months=given["summer_months"],
        averaging=given["averaging"].replace("-", "_"),
        thresholds=given["thresholds"].replace("-", "_"),
        outliers=given["outliers"],
    )


def _is_given(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _joined(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
