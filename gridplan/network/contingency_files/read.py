"""Contingencies from files: a CSV of named sets, or a PSS/E contingency description (.con).

Comes in: a path and the grid. Goes out: contingencies by position in the Network's tables and what is worth knowing;
every fault of a file is told at once, with its line. Nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridplan.errors import Finding, Place, did_you_mean, refuse_errors
from gridplan.network.case import GridCase
from gridplan.network.contingency import Contingency
from gridplan.network.contingency_files.draft import (
    Draft,
    ambiguous_element,
    contingency_of,
    finding,
    unknown_element,
)
from gridplan.network.contingency_files.psse import psse_drafts
from gridplan.network.csv_table import read_text
from gridplan.network.element_names import KINDS, ElementKind, ElementNames
from gridplan.network.load_loss import CategoryRule
from gridplan.network.model import Network
from gridplan.text_file import read_text_file

COLUMNS = ("contingency", "category", "element_kind", "element")
OPTIONAL_COLUMNS = ("rating", "load_loss")
ENDINGS = (".csv", ".csv.gz", ".con")
#: Longest name of a contingency [characters].
LONGEST_NAME = 80
#: Largest file; PSS/E takes three lines for each of the 50,000 outages of the largest studies.
_MAX_BYTES, _MAX_LINES = 16 * 1024 * 1024, 200_000
_WORDS = ("category", "rating", "load_loss")
_REMEDY = f"give a table with the columns {', '.join(COLUMNS)}, or a PSS/E .con file"


def read_contingencies(
    path: Path,
    network: Network,
    *,
    rules: Mapping[str, CategoryRule] | None = None,
    category: str = "",
    case: GridCase | None = None,
) -> tuple[tuple[Contingency, ...], tuple[Finding, ...]]:
    """Contingencies of a file and the warnings of reading it.

    Parameters
    ----------
    path : Path
        ``.csv`` (one row per element, columns ``COLUMNS`` and ``OPTIONAL_COLUMNS``) or ``.con``.
    network : Network
        What is studied.
    rules : mapping of category to CategoryRule, optional
        Rating and load loss where the file states none; without one the emergency rating holds and load may be lost.
    category : str
        Category of contingencies that state none; empty for P1 where one element is lost, else an error.
    case : GridCase, optional
        What the grid's file states: its elements that are not studied are then known as such.

    Raises
    ------
    InputError
        If the file is no text, a name or command means nothing, or a word is wrong; every fault is listed.
    """
    names = ElementNames(network, case)
    drafts, findings = _drafts(path, names)
    findings += _name_findings(drafts, network)
    found = []
    for draft in drafts:
        contingency, more = contingency_of(draft, network, rules or {}, category)
        findings += more
        if contingency is not None:
            found.append(contingency)
    if not drafts and not any(f.severity == "error" for f in findings):
        findings.append(finding("GP-CON-004", f"{path.name} holds no contingency", _REMEDY, Place(file=path)))
    refuse_errors(findings)
    return tuple(found), tuple(findings)


def merged(files: Sequence[tuple[Path, Sequence[Contingency]]]) -> tuple[tuple[Contingency, ...], tuple[Finding, ...]]:
    """Contingencies of several files: what is lost twice under the same rules is kept once, under its first name.

    Raises
    ------
    InputError
        GP-CON-003, where one name means two things in two files.
    """
    kept: dict[str, Contingency] = {}
    twins: dict[tuple[object, ...], Contingency] = {}
    findings: list[Finding] = []
    for path, contingencies in files:
        for lost in contingencies:
            twin = twins.setdefault((lost.content, lost.category, lost.rating, lost.is_load_loss_allowed), lost)
            if twin is lost and lost.id in kept:
                message = f"contingency {lost.id} stands in two files and does not lose the same"
                findings.append(finding("GP-CON-003", message, "give one of them another name", Place(file=path)))
            elif twin is lost:
                kept[lost.id] = lost
            elif twin.id != lost.id:
                message = f"contingency {lost.id} loses what {twin.id} loses; it is studied once, as {twin.id}"
                findings.append(finding("GP-CON-013", message, "delete one of them", Place(file=path), "warning"))
    refuse_errors(findings)
    return tuple(kept.values()), tuple(findings)


def _drafts(path: Path, names: ElementNames) -> tuple[list[Draft], list[Finding]]:
    ending = next((e for e in ENDINGS if path.name.lower().endswith(e)), "")
    if ending == ".csv.gz":
        return _csv_drafts(read_text(path), path, names)
    if not ending:
        message = f"{path.name} is no contingency file: its ending {path.suffix!r} is none of {', '.join(ENDINGS)}"
        return [], [finding("GP-CON-014", message, _REMEDY, Place(file=path))]
    text, findings = read_text_file(
        path, what="contingency file", remedy=_REMEDY, max_bytes=_MAX_BYTES, max_lines=_MAX_LINES
    )
    drafts, more = (psse_drafts if ending == ".con" else _csv_drafts)(text, path, names)
    return drafts, [*findings, *more]


def _name_findings(drafts: Sequence[Draft], network: Network) -> Iterator[Finding]:
    """Names that are too long, repeated, or those of an element that is not what is lost alone."""
    seen: dict[str, Draft] = {}
    elements = {e for table in (network.branch, network.generator, network.dc_line) for e in table.id}
    for draft in drafts:
        first = seen.setdefault(draft.name, draft)
        if first is not draft:
            message = f"contingency {draft.name} is named a second time; first at line {first.place.line}"
            yield finding("GP-CON-003", message, "give it a name of its own, or put its elements together", draft.place)
        if len(draft.name) > LONGEST_NAME:
            message = f"the name {draft.name[:20]}... has {len(draft.name)} characters, at most {LONGEST_NAME} are read"
            yield finding("GP-CON-009", message, "give a shorter name", draft.place)
        is_element = draft.name in elements and [e.id for e in draft.elements] != [draft.name]
        if is_element and not draft.is_damaged:
            message = f"contingency {draft.name} has the name of an element of the network and loses something else"
            yield finding("GP-CON-009", message, "give it another name", draft.place)


# -- CSV -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Fields of a row by column, and its line."""

    fields: dict[str, str]
    place: Place


def _csv_drafts(text: str, path: Path, names: ElementNames) -> tuple[list[Draft], list[Finding]]:
    rows, findings = _csv_rows(text, path)
    drafts: list[Draft] = []
    for row in rows:
        name = row.fields["contingency"]
        if not name:
            findings.append(finding("GP-CON-004", "a row names no contingency", "fill column contingency", row.place))
            continue
        if not drafts or drafts[-1].name != name:
            drafts.append(Draft(name=name, place=row.place))
        findings += _take_words(drafts[-1], row)
        more = list(_take_element(drafts[-1], row, names))
        drafts[-1].is_damaged |= any(f.severity == "error" for f in more)
        findings += more
    return drafts, findings


def _csv_rows(text: str, path: Path) -> tuple[list[_Row], list[Finding]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[_Row] = []
    findings: list[Finding] = []
    head: list[str] = []
    try:
        for raw in reader:
            place = Place(file=path, line=reader.line_num, column=1)
            values = [value.strip() for value in raw]
            if not any(values) or values[0].startswith("#"):
                continue
            if not head:
                head = [value.lower() for value in values]
                findings += _head_findings(head, place)
                if any(f.severity == "error" for f in findings):
                    break
            elif len(values) != len(head):
                message = f"row has {len(values)} fields, the header has {len(head)}"
                remedy = "give one value a column; put names with commas in quotes"
                findings.append(
                    Finding(code="GP-TAB-003", severity="error", message=message, remedy=remedy, place=place)
                )
            else:
                rows.append(_Row(fields=dict(zip(head, values, strict=True)), place=place))
    except csv.Error as reason:
        place = Place(file=path, line=reader.line_num, column=1)
        findings.append(finding("GP-CON-005", f"the table cannot be read: {reason}", "close every quote", place))
    return rows, findings


def _head_findings(head: Sequence[str], place: Place) -> Iterator[Finding]:
    for name in COLUMNS:
        if name not in head:
            message = f"the table has no column {name}.{did_you_mean(name, head)}"
            remedy = f"the columns are {', '.join(COLUMNS)}, and if needed {', '.join(OPTIONAL_COLUMNS)}"
            yield Finding(code="GP-TAB-001", severity="error", message=message, remedy=remedy, place=place)
    for name in sorted({name for name in head if name and head.count(name) > 1}):
        message = f"column {name} stands more than once"
        remedy = "keep one column of each name"
        yield Finding(code="GP-TAB-002", severity="error", message=message, remedy=remedy, place=place)
    for name in head:
        if name and name not in (*COLUMNS, *OPTIONAL_COLUMNS):
            message = f"column {name} means nothing here and is not read.{did_you_mean(name, OPTIONAL_COLUMNS)}"
            yield finding("GP-CON-012", message, "delete it, or correct its name", place, "warning")


def _take_words(draft: Draft, row: _Row) -> Iterator[Finding]:
    """Category, rating and load loss of a row; rows of one contingency must not contradict each other."""
    for word in _WORDS:
        stated, before = row.fields.get(word, ""), getattr(draft, word)
        if stated and before and stated.lower() != before.lower():
            message = f"contingency {draft.name}: {word} is {stated} here and {before} in an earlier row"
            yield finding("GP-CON-010", message, "state it the same in every row, or once", row.place)
        elif stated:
            setattr(draft, word, stated)


def _take_element(draft: Draft, row: _Row, names: ElementNames) -> Iterator[Finding]:
    kind, name = row.fields["element_kind"].lower(), row.fields["element"]
    if kind not in KINDS:
        message = f"contingency {draft.name}: element_kind {kind or '(empty)'} is none of {', '.join(KINDS)}."
        yield finding("GP-CON-011", f"{message}{did_you_mean(kind, KINDS)}", f"write {', '.join(KINDS)}", row.place)
        return
    known: ElementKind = kind
    found = names.find(known, name)
    if not found:
        yield unknown_element(known, name or "(empty)", names.ids(known), draft, row.place)
    elif len(found) > 1:
        yield ambiguous_element(known, name, found, draft, row.place)
    elif found[0] in draft.elements:
        message = f"contingency {draft.name}: {kind} {found[0].id} is named twice"
        yield finding("GP-CON-016", message, "delete one of the rows", row.place, "warning")
    else:
        draft.lose(found)
