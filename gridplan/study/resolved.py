"""A study with every default filled in, and the defaults it relied on.

Comes in: a Study. Goes out: a JSON-ready dict for the run folder, and rows for the report's table of assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gridplan.study.defaults import DEFAULTS, DefaultRow, default_row, has_default_row
from gridplan.study.fields import Part
from gridplan.study.read import StudyFile
from gridplan.study.schema import MeasuredByClass, Study, Workloads

#: Rows that matter only where a study names contingency files.
_OF_SETS = "criteria.contingencies.categories."
#: Row that matters only where a study limits the load one fault may trip.
_OF_LOAD_LOSS = "campuses.ride_through_frac"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultUsed:
    """A row of the defaults table and the campuses or reinforcements that left it at that (none: the study)."""

    row: DefaultRow
    owners: tuple[str, ...]


def resolved(study: Study) -> dict[str, Any]:
    """Every value of the study with all defaults, JSON-ready; itself readable as a study."""
    return study.model_dump(mode="json")


def defaults_used(study: Study | StudyFile) -> tuple[DefaultUsed, ...]:
    """Rows of the defaults table the study left untouched, in the order of the table."""
    owners: dict[str, list[str]] = {}
    asked = study.study if isinstance(study, StudyFile) else study
    for key, owner in _untouched(asked, "", ""):
        if _matters(asked, key):
            owners.setdefault(key, []).append(owner)
    return tuple(
        DefaultUsed(row=row, owners=tuple(dict.fromkeys(filter(None, owners[row.key]))))
        for row in DEFAULTS
        if row.key in owners
    )


def _matters(study: Study, key: str) -> bool:
    """Whether anything in the study depends on the row."""
    if key.startswith(_OF_SETS):
        return study.criteria.contingencies.has_sets
    return study.criteria.load_loss is not None or key != _OF_LOAD_LOSS


def _untouched(part: Part, prefix: str, owner: str) -> Iterator[tuple[str, str]]:
    idle = part.without_effect if isinstance(part, Workloads) else ()
    for name in (name for name in type(part).model_fields if name not in idle):
        value, key = getattr(part, name), f"{prefix}{name}"
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                # The choices of a metered class stand in the table as those of a metered campus.
                below = prefix if isinstance(part, MeasuredByClass) else f"{key}."
                yield from _untouched(inner, below, getattr(inner, "id", owner))
        if name not in part.model_fields_set and has_default_row(key) and value == default_row(key).value:
            yield key, owner
