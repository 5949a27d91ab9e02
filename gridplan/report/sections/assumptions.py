"""Chapter: every value the results rest on, with unit, source and status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridplan.network.formats import format_of
from gridplan.report.blocks import Block, Column, Group, Line, Paragraph, build_table
from gridplan.report.cells import Cell, Mark
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import STUDY_JSON, WORKLOADS
from gridplan.study.campus_request import FOLLOWED_BY
from gridplan.study.defaults import DEFAULTS, DefaultRow

_GROUPS: tuple[tuple[str, str], ...] = (
    ("base_case", "Base case"),
    ("hours", "Base case"),
    ("network_file", "Network file"),
    ("series.load", "Load file"),
    ("series.availability", "Availability files"),
    ("series.temperature", "Temperature file"),
    ("campuses.workloads.measured", "Measured profiles"),
    ("campuses.workloads.model", "Load model"),
    ("uncertainty", "Load model"),
    ("criteria", "Criteria"),
    ("prices", "Prices"),
    ("campuses", "Campuses"),
    ("reinforcements", "Reinforcements and money"),
    ("uncertainty", "Uncertainty of the load"),
    ("solve.discount", "Reinforcements and money"),
    ("solve", "Solution"),
    ("report", ""),
)
_OF_PACKS = ("uncertainty.", "campuses.workloads.model.")
_FOLLOWED_BY = {f"campuses.workloads.{key}": classes for key, classes in FOLLOWED_BY.items()}
_MARKS: Mapping[str, Mark] = {"assumption": "warn", "given": "strong"}
_COLUMNS = (
    Column(head="Quantity", share=1.7),
    Column(head="Value", share=0.85),
    Column(head="Unit"),
    Column(head="Status"),
    Column(head="Source", share=1.9),
)
_INTRO = (
    "Status given: set by the study, other than the default. Assumption: no public value was found, or one was chosen "
    "among many; these deserve a planner's eye first. Values by class stand in the order interactive, relaxed, batch, "
    "finetune, pretrain."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of all defaults in force and all values given instead."""
    if not run.study:
        raise NotStudiedError(f"the run has no {STUDY_JSON}")
    lines: list[Line] = []
    last = ""
    count: Counter[str] = Counter()
    for title, (rows, values) in sorted(_entries(run.study), key=lambda entry: _order(entry[0])):
        if title != last:
            lines.append(Group(title))
        last = title
        line, status = _line(rows, values)
        count[status] += 1
        lines.append(line)
    words = ", ".join(f"{n} {status}" for status, n in sorted(count.items()))
    table = build_table("assumptions", f"Assumptions in force ({words})", _COLUMNS, lines, source=STUDY_JSON)
    return Paragraph(text=_INTRO), table


def _entries(study: Mapping[str, Any]) -> Iterator[tuple[str, tuple[list[DefaultRow], list[list[Any]]]]]:
    """Rows of the defaults table that this study has, the five classes of one quantity together."""
    together: dict[str, list[DefaultRow]] = {}
    for row in DEFAULTS:
        stem, _, last = row.key.rpartition(".")
        together.setdefault(stem if last in WORKLOADS else row.key, []).append(row)
    for key, rows in together.items():
        title = next(words for prefix, words in _GROUPS if key.startswith(prefix))
        values = [list(_values(study, row.key.split("."))) for row in rows]
        if title and all(values) and not _is_idle(study, key):
            yield title, (rows, values)


def _is_idle(study: Mapping[str, Any], key: str) -> bool:
    """Whether a default touches nothing.

    Categories without named contingencies, choices on files without a file, the load model without a driver pack, a
    share that rides through a fault without a limit of load loss.
    """
    if key == "campuses.ride_through_frac":
        return study["criteria"].get("load_loss") is None
    if key.startswith("criteria.contingencies.categories."):
        asked = study["criteria"]["contingencies"]
        return not (asked.get("files") or asked.get("dataset"))
    if key.startswith(_OF_PACKS):
        workloads = [campus.get("workloads") or {} for campus in study.get("campuses") or ()]
        return not any(given.get("preset") or given.get("pack") for given in workloads)
    if key in _FOLLOWED_BY:
        return all(_is_metered(campus["workloads"], _FOLLOWED_BY[key]) for campus in study["campuses"])
    return key.startswith("network_file.") and format_of(Path(str(study.get("network", "")))) is None


def _is_metered(workloads: Mapping[str, Any], classes: Sequence[str]) -> bool:
    """Whether those of the classes that have a share have a meter, each its own or that of the campus."""
    metered = workloads.get("measured") or {}
    without = (name for name in classes if workloads["shares"][name] > 0 and not metered.get(name))
    return bool(metered) and ("file" in metered or not any(without))


def _order(title: str) -> int:
    return [words for _, words in _GROUPS].index(title)


def _values(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """Every value at a dotted path; lists are walked, an absent key gives nothing."""
    if isinstance(node, list) and path:
        for item in node:
            yield from _values(item, path)
    elif not path:
        yield node
    elif isinstance(node, Mapping) and path[0] in node:
        yield from _values(node[path[0]], path[1:])
    elif isinstance(node, Mapping) and set(node) == set(WORKLOADS):
        # Measured profiles by class: the choices of each, as those of one profile of the whole campus.
        for profile in node.values():
            yield from _values(profile, path)


def _line(rows: list[DefaultRow], values: list[list[Any]]) -> tuple[list[Cell], str]:
    columns = list(zip(*values, strict=True))
    distinct = list(dict.fromkeys(tuple(_hashable(v) for v in column) for column in columns))
    is_default = distinct == [tuple(_hashable(row.value) for row in rows)]
    status = rows[0].status if is_default else "given"
    text = "; ".join(" / ".join(_value_text(v) for v in column) for column in distinct)
    raw = text if len(rows) > 1 or len(distinct) > 1 else distinct[0][0]
    value = raw if isinstance(raw, int | float | str) else text
    cells = [
        Cell(_capital(rows[0].meaning), rows[0].key),
        Cell(text, value),
        Cell("" if rows[0].unit == "1" else rows[0].unit, rows[0].unit),
        Cell(status, status, _MARKS.get(status, "")),
        Cell(rows[0].source if is_default else "study", None),
    ]
    return cells, status


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value_text(item)}" for key, item in value.items())
    return tuple(value) if isinstance(value, list | tuple) else value


def _value_text(value: Any) -> str:
    if value is None:
        return "none given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " to ".join(_value_text(v) for v in value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 and float(value).is_integer() else f"{value:.6g}"
    return str(value).replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
