"""Pairs of outages for N-1-1: from words of the command line, or from a file.

Comes in: names of elements, or a path, and the grid. Goes out: pairs of Contingency, each of one element; every fault
is told at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gridplan.errors import Finding, Place, did_you_mean, refuse_errors
from gridplan.network.case import GridCase
from gridplan.network.contingency import Contingency
from gridplan.network.contingency_files.draft import finding
from gridplan.network.contingency_files.read import read_contingencies
from gridplan.network.csv_table import read_text
from gridplan.network.element_names import Element, ElementKind, ElementNames
from gridplan.network.model import Network

COLUMNS = ("first", "second")
#: Kinds of an element that may be one of a pair, as a name may say before a colon.
PAIR_KINDS: tuple[ElementKind, ...] = ("branch", "generator", "dc_line")
_FIELDS = {"branch": "branches", "generator": "generators", "dc_line": "dc_lines"}
_REMEDY = f"give a table with the columns {', '.join(COLUMNS)}, or a contingency file whose sets lose two elements each"

Pair = tuple[Contingency, Contingency]


@dataclass(frozen=True, slots=True)
class _Words:
    """Names of two elements, and where they stand."""

    first: str
    second: str
    place: Place


def pairs_of_words(
    words: Sequence[tuple[str, str]], network: Network, case: GridCase | None = None, target: Path | None = None
) -> list[Pair]:
    """Pairs named on the command line, which names ``target`` as the study or network.

    Raises
    ------
    InputError
        GP-CON-001 or GP-CON-002 where a name means nothing or several elements, GP-SCR-003 where it is one element.
    """
    place = Place(file=target, key="--pair")
    return _pairs([_Words(first, second, place) for first, second in words], ElementNames(network, case))


def read_pairs(path: Path, network: Network, case: GridCase | None = None) -> list[Pair]:
    """Pairs of a file: columns ``first`` and ``second``, or a contingency file whose sets lose two elements.

    Raises
    ------
    InputError
        As ``pairs_of_words`` with file and line, and GP-SCR-004 where the file is neither.
    """
    if path.suffix.lower() != ".con":
        rows = list(_rows(read_text(path)))
        head = [value.lower() for value in rows[0][1]] if rows else []
        if "contingency" not in head:
            return _pairs(list(_words_of(path, head, rows)), ElementNames(network, case))
    sets, _ = read_contingencies(path, network, category="P6", case=case)
    return _split(sets, path, network)


def of_branches(network: Network, branches: Sequence[int]) -> list[Pair]:
    """Every two of some branches."""
    one = [_outage(network, "branch", k) for k in branches]
    return [(first, second) for i, first in enumerate(one) for second in one[i + 1 :]]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text))
    for raw in reader:
        values = [value.strip() for value in raw]
        if any(values) and not values[0].startswith("#"):
            yield reader.line_num, values


def _words_of(path: Path, head: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Iterator[_Words]:
    findings: list[Finding] = []
    missing = [column for column in COLUMNS if column not in head]
    if missing or len(rows) < 2:
        message = f"{path.name} has no column {missing[0]}" if missing else f"{path.name} holds no pair"
        refuse_errors([finding("GP-SCR-004", message, _REMEDY, Place(file=path, line=rows[0][0] if rows else 1))])
    for line, values in rows[1:]:
        place = Place(file=path, line=line, column=1)
        fields = dict(zip(head, values, strict=False))
        if len(values) != len(head) or not (fields["first"] and fields["second"]):
            message = f"a row has {len([v for v in values if v])} values, the header names {len(head)} columns"
            findings.append(finding("GP-SCR-004", message, "give both elements of every pair", place))
            continue
        yield _Words(fields["first"], fields["second"], place)
    refuse_errors(findings)


def _pairs(words: Sequence[_Words], names: ElementNames) -> list[Pair]:
    findings: list[Finding] = []
    found: dict[frozenset[tuple[str, int]], Pair] = {}
    for pair in words:
        ends = [_element(name, names, pair.place) for name in (pair.first, pair.second)]
        findings += [end for end in ends if isinstance(end, Finding)]
        one, other = ends
        if isinstance(one, Finding) or isinstance(other, Finding):
            continue
        if one == other:
            message = f"the pair {pair.first}, {pair.second} is one element, {one.kind} {one.id}, twice"
            findings.append(finding("GP-SCR-003", message, "name two elements", pair.place))
            continue
        key = frozenset({(one.kind, one.position), (other.kind, other.position)})
        found.setdefault(key, (_of(names.network, one), _of(names.network, other)))
    refuse_errors(findings)
    return list(found.values())


def _element(name: str, names: ElementNames, place: Place) -> Element | Finding:
    kind, _, rest = name.partition(":")
    kinds = [k for k in PAIR_KINDS if k == kind] if rest else []
    found = [e for k in kinds or PAIR_KINDS for e in names.find(k, rest if kinds else name)]
    if len(found) > 1:
        shown = ", ".join(f"{e.kind}:{e.id}" for e in found[:5])
        message = f"{name} may be {len(found)} elements: {shown}"
        return finding("GP-CON-002", message, "name one of them, with its kind if need be", place)
    if found and found[0].is_studied:
        return found[0]
    if found:
        message = f"{found[0].kind} {found[0].id} is not in service in the studied network"
        return finding("GP-CON-001", message, "name an element in service", place)
    known = [id_ for k in PAIR_KINDS for id_ in names.ids(k)]
    message = f"no branch, unit or dc line {name} exists in the network.{did_you_mean(name, known)}"
    return finding("GP-CON-001", message, "use an id of the network, or FROM-TO_CIRCUIT of a branch", place)


def _of(network: Network, element: Element) -> Contingency:
    return _outage(network, element.kind, element.position)


def _outage(network: Network, kind: ElementKind, position: int) -> Contingency:
    table = {"branch": network.branch.id, "generator": network.generator.id, "dc_line": network.dc_line.id}[kind]
    lost = {_FIELDS[kind]: (int(position),)}
    return Contingency(id=table[position], **lost)  # type: ignore[arg-type]


def _split(sets: Sequence[Contingency], path: Path, network: Network) -> list[Pair]:
    findings, found = [], []
    for lost in sets:
        kinds = (("branch", lost.branches), ("generator", lost.generators), ("dc_line", lost.dc_lines))
        one = [_outage(network, cast("ElementKind", kind), k) for kind, members in kinds for k in members]
        if len(one) == 2 and not lost.buses:
            found.append((one[0], one[1]))
            continue
        message = f"contingency {lost.id} loses {len(one)} elements, a pair has two"
        findings.append(finding("GP-SCR-004", message, _REMEDY, Place(file=path)))
    refuse_errors(findings)
    return found
