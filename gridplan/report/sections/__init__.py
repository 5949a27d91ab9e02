"""The chapters of the report, one file each.

A chapter is a title and a function from the run folder to blocks; it raises ``NotStudiedError`` where the run holds
nothing for it. A new chapter is one file and one line of ``CHAPTERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gridplan.report.blocks import Block
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections import (
    ac_check,
    adequacy,
    assumptions,
    audit,
    computing,
    cost,
    curtailment,
    data_notes,
    definitions,
    hours,
    inputs,
    load_model,
    mw_by_year,
    poi_capacity,
    redispatch,
    reinforcements,
    security,
    sites,
    studies_required,
    terms,
    units,
    worth,
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the report."""

    id: str
    title: str
    build_blocks: Callable[[RunFolder], tuple[Block, ...]]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter("studies_required", "Studies still required", studies_required.build_blocks),
    Chapter("definitions", "What the words mean", definitions.build_blocks),
    Chapter("mw_by_year", "MW by year and point of interconnection", mw_by_year.build_blocks),
    Chapter("poi_capacity", "Capacity of each point of interconnection", poi_capacity.build_blocks),
    Chapter("curtailment", "How much conditional MW costs in hours", curtailment.build_blocks),
    Chapter("terms", "Curtailment terms", terms.build_blocks),
    Chapter("sites", "Map", sites.build_blocks),
    Chapter("load_model", "Where the MW come from", load_model.build_blocks),
    Chapter("computing", "What moves and what is lost", computing.build_blocks),
    Chapter("hours", "Hourly operation", hours.build_blocks),
    Chapter("security", "Overloads before and after", security.build_blocks),
    Chapter("reinforcements", "Reinforcements", reinforcements.build_blocks),
    Chapter("worth", "Reinforcements worth studying", worth.build_blocks),
    Chapter("cost", "Cost", cost.build_blocks),
    Chapter("units", "Units each firm MW depends on", units.build_blocks),
    Chapter("redispatch", "Redispatch relied on", redispatch.build_blocks),
    Chapter("adequacy", "Supply adequacy", adequacy.build_blocks),
    Chapter("ac_check", "AC check", ac_check.build_blocks),
    Chapter("audit", "Independent audit", audit.build_blocks),
    Chapter("assumptions", "Assumptions", assumptions.build_blocks),
    Chapter("data_notes", "Data notes", data_notes.build_blocks),
    Chapter("inputs", "Inputs and versions", inputs.build_blocks),
)
