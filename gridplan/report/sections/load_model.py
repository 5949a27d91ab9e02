"""Chapter: where the MW of each campus come from, how sure they are, and what they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from gridplan.report.amount_words import amount_words
from gridplan.report.blocks import Block, Column, Figure, Group, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell, Item, Mark, mw_text
from gridplan.report.figures.campus_load import draw_campus_load
from gridplan.report.figures.load_course import draw_total_load
from gridplan.report.load_model import (
    ASSUMPTION,
    CampusLoad,
    Course,
    Driver,
    LoadModels,
    TotalLoad,
    WorkloadLoad,
    read_load_models,
)
from gridplan.report.load_words import (
    SCALED_SPREAD,
    assumed_words,
    campus_sentence,
    figure_alt,
    method_words,
    scaling_sentence,
    total_alt,
    unserved_sentence,
)
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.report.words import joined
from gridplan.solution import load_model_file

_MARKS: Mapping[str, Mark] = {ASSUMPTION: "warn", "study": "strong"}
_WORKLOAD_COLUMNS = (
    Column(head="Workload", share=1.0),
    Column(head="Class"),
    Column(head="Hardware"),
    Column(head="Users"),
    Column(head="Accelerators", kind="count"),
    Column(head="Mean", kind="mw", unit="MW"),
    Column(head="Peak", kind="mw", unit="MW"),
    Column(head="Share", kind="percent", unit="%"),
)
_SPREAD_COLUMNS = (
    Column(head="Over the scenarios", share=1.0),
    Column(head="Peak", kind="mw", unit="MW"),
    Column(head="Energy", kind="mwh", unit="MWh"),
    Column(head="Load factor", kind="percent", unit="%"),
)
_MEDOID_COLUMNS = (
    Column(head="Trajectory"),
    Column(head="Scenario", share=1.0),
    Column(head="Stands for", kind="percent", unit="%"),
    Column(head="Energy of all campuses", kind="mwh", unit="MWh"),
    Column(head="Peak of all campuses", kind="mw", unit="MW"),
)
_DRIVER_COLUMNS = (
    Column(head="Driver", share=1.5),
    Column(head="Value"),
    Column(head="P10 to P90"),
    Column(head="Unit"),
    Column(head="Status"),
    Column(head="Source", share=1.8),
)
_WITHOUT_PACK = "the load of the campuses is given by shares, load factor and shape, not by a driver pack"
_BASIS = (
    "Capacity of POIs, firm MW and siting apply every contract flat, whatever is told here. The load of this chapter "
    "moves the schedule where the study has load_basis: modelled, and explains what a contract is for."
)
_BAND_NOTE = (
    "Each quantile is of one quantity over all scenarios. A band drawn over the hours is pointwise: its edge is the "
    "quantile of every hour by itself, made of different scenarios, and no year runs along it. Studies take a "
    "trajectory instead."
)
_DRIVER_NOTE = (
    "Value: the central one. Assumption: no public value was found, or one was chosen among many; these deserve a "
    "planner's eye first. Study: set by this study. Of a uniform driver the ends of its range stand for P10 and P90."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Figure and tables of the last studied year."""
    if not (run.path / load_model_file(run.last_year)).is_file():
        raise NotStudiedError(_WITHOUT_PACK)
    models = read_load_models(run, run.last_year)
    if not models.campuses:
        raise NotStudiedError("no campus of the last studied year has a driver pack")
    blocks: list[Block] = [Paragraph(text=_BASIS, tone="note")]
    for campus in models.campuses:
        blocks += _campus_blocks(campus)
    if models.total is not None:
        blocks += _total_blocks(models.total)
    return *blocks, *_spread_blocks(models), _driver_table(models)


def _total_blocks(total: TotalLoad) -> list[Block]:
    text = (
        f"Together they draw {mw_text(total.mean_mw)} on average and {mw_text(total.peak_mw)} at most, of contracts "
        f"that sum to {mw_text(total.contract_mw)}: their peaks need not meet in one hour."
    )
    values = {"mean_mw": total.mean_mw, "peak_mw": total.peak_mw, "contract_mw": total.contract_mw}
    figure = Figure(
        id="load_all",
        svg=draw_total_load("load_all", total),
        alt=total_alt(total),
        caption=f"{total.name}, {total.year}",
        source=load_model_file(total.year),
    )
    return [Paragraph(text=text, values=values), figure]


def _campus_blocks(campus: CampusLoad) -> list[Block]:
    values = {"mean_mw": campus.mean_mw, "peak_mw": campus.peak_mw, "contract_mw": campus.contract_mw}
    source = load_model_file(campus.year)
    figure = Figure(
        id=f"load_model_{campus.id}",
        svg=draw_campus_load(f"load_model_{campus.id}", campus),
        alt=figure_alt(campus),
        caption=f"Where the MW of {campus.name} come from, {campus.year}",
        source=source,
    )
    blocks: list[Block] = [Paragraph(text=campus_sentence(campus), values=values), figure, _workload_table(campus)]
    blocks.append(Paragraph(text=scaling_sentence(campus), values={"scale": campus.scale}, tone="note"))
    if campus.assumed:
        text = f"{assumed_words(campus)}; the table of drivers marks each."
        blocks.append(Paragraph(text=text, values={"assumptions": campus.assumed}, tone="warning"))
    if text := unserved_sentence(campus):
        blocks.append(Paragraph(text=text, values={"unserved_frac": campus.unserved_frac}, tone="warning"))
    return blocks


def _workload_table(campus: CampusLoad) -> Table:
    return build_table(
        f"load_workloads_{campus.id}",
        f"Workloads of {campus.name}, {campus.year}",
        _WORKLOAD_COLUMNS,
        [_workload_line(workload) for workload in campus.workloads],
        source=load_model_file(campus.year),
        note="Central run. Peaks fall in different hours and do not add up; share is of the energy at the meter.",
    )


def _workload_line(workload: WorkloadLoad) -> list[Item]:
    users = workload.concurrent_users
    return [
        workload.name.replace("_", " "),
        workload.movable,
        workload.hardware or None,
        Cell(amount_words(users), users) if users > 0 else None,
        round(workload.accelerators) if workload.accelerators > 0 else None,
        workload.mean_mw,
        workload.peak_mw,
        100 * workload.share_frac,
    ]


def _spread_blocks(models: LoadModels) -> tuple[Block, ...]:
    """Quantiles by campus and the trajectories; a sentence where no spread was computed."""
    courses = (*models.campuses, *((models.total,) if models.total else ()))
    found = [course for course in courses if course.spread is not None]
    if not found:
        return (Paragraph(text="The spread was not computed: every driver stands at its central value."),)
    lines = [line for course in found for line in _spread_lines(course)]
    caption = f"Spread over {method_words(models)}, {models.year}"
    source = load_model_file(models.year)
    is_scaled = any(campus.scaling == "scale_to_contract" for campus in models.campuses)
    note = f"{SCALED_SPREAD} {_BAND_NOTE}" if is_scaled else _BAND_NOTE
    spread = build_table("load_spread", caption, _SPREAD_COLUMNS, lines, source=source, note=note)
    return (spread, _medoid_table(models)) if models.medoids else (spread,)


def _spread_lines(course: Course) -> list[Line]:
    lines: list[Line] = [
        Group(course.name),
        ["central run, every driver at its central value", course.peak_mw, course.energy_mwh, 100 * course.load_factor],
    ]
    if course.spread is not None:
        spread = (course.spread.peak_mw, course.spread.energy_mwh, course.spread.load_factor)
        for q, peak, energy, factor in zip(course.quantiles, *spread, strict=True):
            lines.append([f"P{100 * q:g}", float(peak), float(energy), 100 * float(factor)])
    return lines


def _medoid_table(models: LoadModels) -> Table:
    lines: list[Line] = [
        [str(k), str(m.scenario), 100 * m.weight_frac, m.energy_mwh, m.peak_mw] for k, m in enumerate(models.medoids, 1)
    ]
    taken = "the central run" if models.trajectory == 0 else f"trajectory {models.trajectory}"
    note = f"Scenarios that stand for all others, each a year that can happen as a whole. Planned with: {taken}."
    return build_table(
        "load_trajectories", f"Trajectories, {models.year}", _MEDOID_COLUMNS, lines,
        source=load_model_file(models.year), note=note,
    )  # fmt: skip


def _driver_table(models: LoadModels) -> Table:
    """Drivers in force, once where campuses share them; assumptions marked and counted."""
    holders: dict[Driver, list[str]] = {}
    for campus in models.campuses:
        for driver in campus.drivers:
            holders.setdefault(driver, []).append(campus.id)
    names = {campus.id: campus.name for campus in models.campuses}
    by_title: dict[str, list[Driver]] = {}
    for driver, ids in holders.items():
        by_title.setdefault(_group(driver, ids, names), []).append(driver)
    lines: list[Line] = []
    for title, drivers in by_title.items():
        lines += [Group(title), *(_driver_line(driver) for driver in drivers)]
    caption = f"Drivers in force ({_status_words(holders)})"
    source = load_model_file(models.year)
    return build_table("load_drivers", caption, _DRIVER_COLUMNS, lines, source=source, note=_DRIVER_NOTE)


def _status_words(drivers: Iterable[Driver]) -> str:
    """``3 assumption, 2 measured``, the assumptions first."""
    count = Counter(driver.status for driver in drivers)
    order = sorted(count, key=lambda status: (status != ASSUMPTION, status))
    return ", ".join(f"{count[status]} {status}" for status in order)


def _group(driver: Driver, ids: list[str], names: Mapping[str, str]) -> str:
    words = driver.key.partition(".")[0].replace("_", " ").capitalize()
    return words if len(ids) == len(names) else f"{words}, {joined(names[i] for i in ids)}"


def _driver_line(driver: Driver) -> list[Item]:
    is_fixed = driver.low == driver.high
    spread = "fixed" if is_fixed else f"{_value(driver.low)} to {_value(driver.high)}"
    meaning = driver.meaning[:1].upper() + driver.meaning[1:]
    return [
        Cell(meaning, driver.key),
        Cell(_value(driver.value), driver.value),
        Cell(spread, None, "quiet" if is_fixed else ""),
        Cell("" if driver.unit == "1" else driver.unit, driver.unit),
        Cell(driver.status, driver.status, _MARKS.get(driver.status, "")),
        Cell(driver.source, driver.source),
    ]


def _value(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")
