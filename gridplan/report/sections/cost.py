"""Chapter: what the plan costs a year, by cause, and what it changes for production."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, Table, Total, build_table
from gridplan.report.cells import Item, number_text, percent_text
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.report.studied_hours import hour_count, is_part_of_a_year
from gridplan.report.words import counted
from gridplan.solution import PLAN_JSON

_PARTS: tuple[tuple[str, str], ...] = (
    ("production_usd", "Production, campuses included"),
    ("unserved_usd", "Unserved native load, at its price"),
    ("overload_usd", "Overload, at its price"),
    ("curtailment_usd", "Lost computing work, at its value"),
    ("moved_usd", "Work done at another campus"),
    ("wear_usd", "Wear of stores"),
    ("reinforcement_usd", "Reinforcements, yearly share"),
    ("unconnected_usd", "Contract left unconnected, at its price"),
)
_NOTE = (
    "Production cost comes from the cost blocks of the units. Unserved load, overload, lost work and unconnected "
    "contract carry planning prices, which are weights of the optimisation and not payments."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Cost parts by year, production without and with campuses, and how far the plan is proven."""
    years = [year for year in run.years if run.year(year).get("objective")]
    if not years:
        raise NotStudiedError("plan.json holds no cost")
    found: list[Block] = [_parts(run, years)]
    found += [block for block in (_production(run, years), _proof(run)) if block is not None]
    return tuple(found)


def _parts(run: RunFolder, years: list[str]) -> Table:
    hours = hour_count(run)
    span = f"Cost of {counted(hours, 'studied hour')}" if is_part_of_a_year(run) else "Cost of one year"
    columns = (Column(head=span, share=1.0), *(Column(head=y, kind="musd", unit="M USD") for y in years))
    objective = {year: run.year(year)["objective"] for year in years}
    lines: list[Line] = [[words, *(objective[y].get(name) for y in years)] for name, words in _PARTS]
    lines.append(Total(["Sum", *(objective[y].get("total_usd") for y in years)]))
    return build_table("cost", "Cost of the plan", columns, lines, source=PLAN_JSON, note=_NOTE)


def _production(run: RunFolder, years: list[str]) -> Paragraph | None:
    parts, values = [], {}
    for year in years:
        entry, found = run.year(year), run.year(year).get("cost") or {}
        before, after = found.get("production_base_usd"), found.get("production_usd")
        energy = _energy_mwh(run, year)
        if before is None or after is None:
            continue
        text = f"{year}: {number_text(before, 'musd')} to {number_text(after, 'musd')} M USD"
        if energy:
            per_mwh = (after - before) / energy
            values[f"added_usd_per_mwh_{year}"] = per_mwh
            text += f", {number_text(per_mwh, 'price')} USD per MWh the campuses take"
        flexible = entry.get("flexibility") or {}
        with_flex, without = flexible.get("total_cost_flexible_usd"), flexible.get("total_cost_inflexible_usd")
        if with_flex is not None and without:
            share = (without - with_flex) / without
            values[f"saving_frac_{year}"] = share
            saved = number_text(without - with_flex, "musd")
            text += f"; moving work and storing saves {saved} M USD ({percent_text(share, 2)})"
        parts.append(text)
    if not parts:
        return None
    return Paragraph(
        text=f"Production cost of the whole grid without and with campuses. {'. '.join(parts)}.", values=values
    )


def _energy_mwh(run: RunFolder, year: str) -> float:
    rows = [row for row in run.optional_rows("mw_by_year.csv") if row.text("year") == year]
    return sum(row.number("energy_mwh") or 0.0 for row in rows)


def _proof(run: RunFolder) -> Table | None:
    columns = (
        Column(head="Year", kind="year"),
        Column(head="Problem", share=1.0),
        Column(head="Status", share=1.0),
        Column(head="Cost", kind="musd", unit="M USD"),
        Column(head="Proven bound", kind="musd", unit="M USD"),
        Column(head="Open", kind="musd", unit="M USD"),
        Column(head="Gap", kind="frac", unit="%"),
        Column(head="Rounds", kind="count"),
    )
    lines: list[Line] = []
    for year in run.years:
        for name in ("siting", "schedule"):
            found = run.year(year).get(name)
            if found:
                lines.append([int(year), name, *_solve_items(found)])
    note = (
        "Gap: open part of what the campuses add to the cost. No decision worth less than the open amount is decided."
    )
    return (
        build_table("proof", "How far the plan is proven", columns, lines, source=PLAN_JSON, note=note)
        if lines
        else None
    )


def _solve_items(found: dict[str, float | str | None]) -> list[Item]:
    objective, bound = found.get("objective_usd"), found.get("bound_usd")
    is_known = isinstance(objective, int | float) and isinstance(bound, int | float)
    gap = found.get("gap_frac")
    return [
        str(found.get("status", "")).replace("_", " "),
        objective,
        bound,
        objective - bound if is_known else None,  # type: ignore[operator]
        gap,
        found.get("rounds"),
    ]
