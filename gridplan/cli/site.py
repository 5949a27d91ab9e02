"""``gridplan site``: which requests connect where, how large, in which year, with which reinforcements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridplan.cli import options
from gridplan.cli.console import command, stages
from gridplan.cli.reply import GAP_MISSED, Reply, with_demands
from gridplan.cli.solve_text import head_lines, table_lines
from gridplan.cli.violations import site_violations

CAMPUS_COLUMNS = ("id", "bus", "service", "mw_by_year")
REINFORCEMENT_COLUMNS = ("id", "from_bus", "to_bus", "count", "year")
LOAD_LOSS_COLUMNS = ("faulted_bus", "pois", "tripped_mw", "stops", "worth_usd_per_mw")


@command("site")
@options.study
@options.workers
@options.scheduler
@options.fail_on_violation
@options.require_gap
def site(study: Path, workers: int | None, scheduler: str | None, fail_on_violation: bool, require_gap: bool) -> Reply:
    """Choose points of interconnection, sizes, years and reinforcements of a study."""
    from gridplan.pipeline import site_study

    with options.at_work(workers, scheduler) as at_work, stages() as progress:
        answer = site_study(study, progress=progress, **at_work)
    lines = [*head_lines(answer), *_investment_line(answer)]
    for title, rows, columns in (
        ("campuses", answer.get("campuses"), CAMPUS_COLUMNS),
        ("reinforcements", answer.get("reinforcements"), REINFORCEMENT_COLUMNS),
    ):
        table = table_lines(rows or (), columns)
        lines += ["", f"{title}:", *table] if table else ["", f"{title}: none"]
    lines += _load_loss_lines(answer.get("load_loss") or {})
    return with_demands(
        Reply(data=answer, lines=lines),
        violations=site_violations(answer, _asked_mw(study)) if fail_on_violation else (),
        is_gap_missed=require_gap and answer.get("status") in GAP_MISSED,
    )


def _investment_line(answer: dict[str, object]) -> list[str]:
    investment = answer.get("investment")
    return [f"investment: {_words(investment)}"] if investment is not None else []


def _load_loss_lines(by_year: dict[str, dict[str, Any] | None]) -> list[str]:
    """Fault zones with campuses in them, or that stop one; none where no limit is stated."""
    lines = []
    for year, found in by_year.items():
        if found is None:
            continue
        rows = [
            {
                "faulted_bus": zone["faulted_bus"],
                "pois": " ".join(zone["pois"]),
                "tripped_mw": zone["tripped_mw"],
                "stops": " ".join(zone["stopped"]) or "-",
                "worth_usd_per_mw": zone["worth_usd_per_mw"],
            }
            for zone in found["zones"]
            if zone["tripped_mw"] > 0 or zone["stopped"]
        ]
        lines += ["", f"load that one fault may trip in {year}: {found['limit_mw']:g} MW"]
        lines += table_lines(rows, LOAD_LOSS_COLUMNS) or ["no fault trips any"]
    return lines


def _words(value: object) -> str:
    return " ".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)


def _asked_mw(path: Path) -> dict[str, dict[str, float]]:
    from gridplan.study.read import read_study

    study = read_study(path).study
    return {campus.id: {str(year): campus.contract_mw_in(year) for year in study.years} for campus in study.campuses}
