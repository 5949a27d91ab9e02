"""A contingency as a file states it, and how it becomes one that is studied.

Comes in: name, words and elements with their places. Goes out: a Contingency, or findings with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from gridplan.errors import Finding, Place, Severity, did_you_mean
from gridplan.network.contingency import RATINGS, Contingency, Rating
from gridplan.network.element_names import Element, ElementKind
from gridplan.network.load_loss import CategoryRule, ruled
from gridplan.network.model import Network

CATEGORIES = ("P1", "P2", "P3", "P4", "P5", "P6", "P7")
_CATEGORY = re.compile(r"(P[1-7])(?:[.-][0-9])?", re.IGNORECASE)
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
#: What stands behind the name of a contingency that loses buses.
BUS_PROXY = " (bus proxy)"
_SHOWN = 5


@dataclass(slots=True, kw_only=True)
class Draft:
    """One contingency while its file is read; words are as written, empty where nothing is stated."""

    name: str
    place: Place
    category: str = ""
    rating: str = ""
    load_loss: str = ""
    elements: list[Element] = field(default_factory=list)
    is_damaged: bool = False

    def state(self, words: Mapping[str, str]) -> Draft:
        """Take category, rating and load loss as they stand; returns itself."""
        for word, value in words.items():
            setattr(self, word, value)
        return self

    def lose(self, found: Sequence[Element]) -> None:
        """Add elements, each once."""
        self.elements += [e for e in found if e not in self.elements]


def finding(code: str, message: str, remedy: str, place: Place, severity: Severity = "error") -> Finding:
    """Finding at a place."""
    return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)


def unknown_element(
    kind: ElementKind, name: str, known: Sequence[str], draft: Draft, place: Place, near: Sequence[Element] = ()
) -> Finding:
    """Error of a name that means nothing in the grid; ``near`` are elements at the same buses."""
    message = f"contingency {draft.name}: {kind} {name} does not exist in the network."
    message += f" There is {', '.join(e.id for e in near[:_SHOWN])}." if near else did_you_mean(name, known)
    remedy = f"use one of the network's {len(known)} {kind} ids"
    if kind in ("branch", "dc_line"):
        remedy += ", or FROM-TO_CIRCUIT"
    return finding("GP-CON-001", message, remedy, place)


def ambiguous_element(kind: ElementKind, name: str, found: Sequence[Element], draft: Draft, place: Place) -> Finding:
    """Error of a name that may mean several elements."""
    names = ", ".join(e.id for e in found[:_SHOWN])
    message = f"contingency {draft.name}: {kind} {name} may be {len(found)} elements: {names}"
    return finding("GP-CON-002", message, "name the circuit, or the id of one of them", place)


def contingency_of(
    draft: Draft, network: Network, rules: Mapping[str, CategoryRule], category: str
) -> tuple[Contingency | None, list[Finding]]:
    """Contingency of a draft and its findings; None where nothing of it is studied or a word is wrong.

    Parameters
    ----------
    rules : mapping of category to CategoryRule
        Rating and load loss where the file states none.
    category : str
        Category of contingencies that state none; empty for P1 where one element is lost.
    """
    findings = list(_word_findings(draft, category))
    if findings or draft.is_damaged:
        return None, findings
    if not draft.elements:
        message = f"contingency {draft.name} loses nothing"
        return None, [finding("GP-CON-004", message, "name what is lost, or delete it", draft.place)]
    findings += _absent(draft)
    live = [e for e in draft.elements if e.is_studied]
    if not live:
        return None, findings
    name = _category(draft, category)
    findings += _adjustment(draft, name)
    return ruled(network, _lost(draft, name, network, live), rules.get(name)), findings


def _category(draft: Draft, given: str) -> str:
    stated = _CATEGORY.fullmatch(draft.category)
    single = len(draft.elements) == 1 and draft.elements[0].kind != "bus"
    return stated[1].upper() if stated else given or ("P1" if single else "")


def _word_findings(draft: Draft, category: str) -> Iterator[Finding]:
    if draft.category and not _CATEGORY.fullmatch(draft.category):
        message = f"contingency {draft.name}: category {draft.category!r} is none of {', '.join(CATEGORIES)}."
        message += did_you_mean(draft.category.upper(), CATEGORIES)
        yield finding("GP-CON-006", message, "write a category of TPL-001, such as P7 or P2.3", draft.place)
    elif draft.elements and not _category(draft, category):
        count = len(draft.elements)
        message = f"contingency {draft.name} loses {count} elements" if count > 1 else f"{draft.name} loses a bus"
        message += " and states no category"
        remedy = "state it in the file (column category, or a comment '/ category: P7'), or in the study beside path"
        yield finding("GP-CON-006", message, remedy, draft.place)
    if draft.rating and draft.rating.lower() not in RATINGS:
        message = f"contingency {draft.name}: rating {draft.rating!r} is none of {', '.join(RATINGS)}."
        message += did_you_mean(draft.rating.lower(), RATINGS)
        yield finding("GP-CON-007", message, f"write {', '.join(RATINGS)}, or leave it empty", draft.place)
    if draft.load_loss and draft.load_loss.lower() not in _FLAGS:
        message = f"contingency {draft.name}: load_loss {draft.load_loss!r} is neither true nor false"
        yield finding("GP-CON-007", message, "write true, false, or leave it empty", draft.place)


def _absent(draft: Draft) -> Iterator[Finding]:
    absent = [e for e in draft.elements if not e.is_studied]
    if not absent:
        return
    names = ", ".join(f"{e.kind} {e.id}" for e in absent[:_SHOWN]) + (" ..." if len(absent) > _SHOWN else "")
    whole = len(absent) == len(draft.elements)
    rest = "it is not studied" if whole else f"the other {len(draft.elements) - len(absent)} are studied"
    message = f"contingency {draft.name}: {len(absent)} of {len(draft.elements)} elements are out of service or cut "
    message += f"off in the studied network ({names}); {rest}"
    yield finding("GP-CON-008", message, "check that this is meant", draft.place, "warning")


def _adjustment(draft: Draft, category: str) -> Iterator[Finding]:
    if category in ("P3", "P6"):
        message = f"contingency {draft.name}: {category} is studied as one event, without the system adjustment between"
        yield finding(
            "GP-CON-015", f"{message} the two outages", "read it as stricter than the category", draft.place, "warning"
        )


def _lost(draft: Draft, category: str, network: Network, live: Sequence[Element]) -> Contingency:
    at: dict[str, list[int]] = {kind: [e.position for e in live if e.kind == kind] for kind in _TABLES}
    for bus in at["bus"]:
        branch, unit, dc = network.branch, network.generator, network.dc_line
        at["branch"] += np.flatnonzero((branch.from_bus == bus) | (branch.to_bus == bus)).tolist()
        at["generator"] += np.flatnonzero(unit.bus == bus).tolist()
        at["dc_line"] += np.flatnonzero((dc.from_bus == bus) | (dc.to_bus == bus)).tolist()
    unique = {kind: tuple(dict.fromkeys(found)) for kind, found in at.items()}
    stated = [word for word in ("rating", "load_loss") if getattr(draft, word)]
    return Contingency(
        id=draft.name + (BUS_PROXY if unique["bus"] else ""),
        category=category,
        branches=unique["branch"],
        generators=unique["generator"],
        dc_lines=unique["dc_line"],
        buses=unique["bus"],
        rating=cast(Rating, draft.rating.lower() or "emergency"),
        is_load_loss_allowed=_FLAGS.get(draft.load_loss.lower(), True),
        is_set=True,
        stated=tuple(stated),
    )


_TABLES: tuple[ElementKind, ...] = ("branch", "generator", "dc_line", "bus")
