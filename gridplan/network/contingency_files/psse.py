"""PSS/E contingency descriptions (.con) as drafts: every line a command, understood in full or refused by name.

Comes in: the text. Goes out: drafts and findings. Comments begin with ``/``; ``/ category: P7``, ``/ rating:
short_time`` and ``/ load_loss: false`` before a contingency hold until they are stated again, within one for it alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gridplan.errors import Finding, Place
from gridplan.network.contingency_files.draft import Draft, ambiguous_element, finding, unknown_element
from gridplan.network.element_names import Element, ElementKind, ElementNames

_TOKEN = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^\s,'\"]+)")
_REMARK = re.compile(r"\s*(category|rating|load_loss)\s*[:=]\s*(\S*)\s*", re.IGNORECASE)
_OPENING = ("OPEN", "TRIP", "DISCONNECT")
_BRANCH = ("BRANCH", "LINE")
_UNIT = ("MACHINE", "UNIT")
_CIRCUIT = ("CKT", "CIRCUIT")
_DC = ("TWOTERMDC", "TWODC", "DCLINE", "VSCDC")
#: Commands of the format that are not studied, by their first word.
_REFUSED = (
    "ADD", "ALTER", "CHANGE", "CLOSE", "CONNECT", "DECREASE", "DISPATCH", "DOUBLE", "INCLUDE", "INCREASE", "INSERT",
    "JOIN", "MODIFY", "MOVE", "RECONNECT", "RELOCATE", "RESTORE", "SET", "SHED", "SKIP", "SPLIT", "SUBSYSTEM", "TIE",
    "UNBLOCK",
)  # fmt: skip
_SINGLE = "SINGLE BRANCH|UNIT IN SYSTEM, IN AREA n, IN KV n or FROM BUS n"
_REMEDY_REFUSED = "delete it, or state what is lost by OPEN BRANCH, REMOVE UNIT and DISCONNECT BUS"


class _FaultError(Exception):
    """A command that cannot be taken, as a finding."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.message)
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Words of a line, those in quotes marked, its comment and place."""

    words: tuple[str, ...]
    quoted: tuple[bool, ...]
    remark: str
    place: Place

    def key(self, i: int) -> str:
        """Keyword at a position in capitals; empty for quoted text and beyond the end."""
        return self.words[i].upper() if i < len(self.words) and not self.quoted[i] else ""

    @property
    def text(self) -> str:
        """The command as written, spaces made single."""
        return " ".join(self.words)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """State while a file is read line by line."""

    names: ElementNames
    drafts: list[Draft] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    standing: dict[str, str] = field(default_factory=dict)
    current: Draft | None = None
    is_ended: bool = False

    def take(self, line: _Line) -> None:
        """One line; a fault of it marks the contingency it stands in."""
        self._take_remark(line)
        if not line.words or self.is_ended:
            self._after_end(line)
            return
        try:
            if self.current is None:
                self._outside(line)
            else:
                self._inside(self.current, line)
        except _FaultError as fault:
            self.findings.append(fault.found)
            if self.current:
                self.current.is_damaged = True

    def close(self, place: Place) -> None:
        """End of the file."""
        if self.current is not None:
            message = f"contingency {self.current.name} has no END"
            self.findings.append(finding("GP-CON-005", message, "write END after its last line", self.current.place))
            self._keep(self.current)
        elif not self.is_ended and self.drafts:
            message = "the file has no END after its last contingency"
            self.findings.append(finding("GP-CON-005", message, "check that the file is whole", place, "warning"))

    def _after_end(self, line: _Line) -> None:
        if line.words and not any(f.code == "GP-CON-017" for f in self.findings):
            message = f"{line.text!r} stands after the END of the file and is not read, nor is what follows"
            self.findings.append(
                finding("GP-CON-017", message, "delete it, or the END before it", line.place, "warning")
            )

    def _take_remark(self, line: _Line) -> None:
        remark = _REMARK.fullmatch(line.remark)
        if remark is None or self.is_ended:
            return
        word, value = remark[1].lower(), remark[2]
        if self.current is not None:
            setattr(self.current, word, value)
        elif line.key(0) != "CONTINGENCY":
            self.standing[word] = value

    def _outside(self, line: _Line) -> None:
        first = line.key(0)
        if first == "CONTINGENCY":
            self._begin(line)
        elif first == "END":
            self.is_ended = True
        elif first in ("SINGLE", "BUSDOUBLE", "PARALLEL"):
            self._automatic(line)
        else:
            raise _FaultError(_not_understood(line, "between contingencies"))

    def _begin(self, line: _Line) -> None:
        if len(line.words) < 2 or not line.words[1].strip():
            raise _FaultError(
                finding("GP-CON-005", "CONTINGENCY without a name", "write CONTINGENCY 'name'", line.place)
            )
        name = " ".join(word.strip() for word in line.words[1:])
        self.current = Draft(name=name, place=line.place).state(self.standing)
        self._take_remark(line)

    def _inside(self, draft: Draft, line: _Line) -> None:
        first = line.key(0)
        if first == "END":
            self._keep(draft)
        elif first == "CONTINGENCY":
            self._keep(draft)
            self.findings.append(
                finding(
                    "GP-CON-005", f"contingency {draft.name} has no END", "write END after its last line", draft.place
                )
            )
            self._begin(line)
        else:
            draft.lose(_command(line, draft, self.names))

    def _keep(self, draft: Draft) -> None:
        self.drafts.append(draft)
        self.current = None

    def _automatic(self, line: _Line) -> None:
        groups = _expanded(line, self.names)
        for label, elements in groups:
            draft = Draft(name=label, place=line.place).state(self.standing)
            draft.lose(elements)
            self.drafts.append(draft)
        if not groups:
            raise _FaultError(
                finding("GP-CON-004", f"{line.text} means no element", "check area, kV or bus", line.place)
            )


def psse_drafts(text: str, path: Path, names: ElementNames) -> tuple[list[Draft], list[Finding]]:
    """Drafts of a .con file and what is wrong with its lines."""
    reader = _Reader(names=names)
    lines = text.splitlines()
    for number, raw in enumerate(lines, start=1):
        place = Place(file=path, line=number, column=len(raw) - len(raw.lstrip()) + 1)
        parsed = _line(raw, place)
        if isinstance(parsed, Finding):
            reader.findings.append(parsed)
            if reader.current:
                reader.current.is_damaged = True
        else:
            reader.take(parsed)
    reader.close(Place(file=path, line=len(lines), column=1))
    return reader.drafts, reader.findings


def _line(raw: str, place: Place) -> _Line | Finding:
    """Words up to the first ``/`` outside quotes."""
    quote, end = "", len(raw)
    for i, letter in enumerate(raw):
        if letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
        elif not quote and letter == "/":
            end = i
            break
    if quote:
        return finding("GP-CON-005", f"a quote is not closed: {raw.strip()[:60]}", "close the quote", place)
    found = list(_TOKEN.finditer(raw[:end]))
    words = tuple(m[1] if m[1] is not None else m[2] if m[2] is not None else m[3] for m in found)
    quoted = tuple(m[3] is None for m in found)
    return _Line(words=words, quoted=quoted, remark=raw[end + 1 :], place=place)


# -- commands of one contingency -------------------------------------------------------------------
def _command(line: _Line, draft: Draft, names: ElementNames) -> Sequence[Element]:
    """Elements a command takes out of service."""
    first, second = line.key(0), line.key(1)
    if first in _OPENING and second in (*_BRANCH, "THREEWINDING", "TRANSFORMER"):
        return _branches(line, draft, names)
    if first in _OPENING and second == "BUS":
        return _one("bus", _bus(line, 2, draft, names, is_last=True), draft, line, names)
    if first == "REMOVE" and second in _UNIT:
        return _unit(line, draft, names)
    if first == "BLOCK" and second in _DC:
        return _dc_line(line, draft, names)
    raise _FaultError(_not_understood(line, f"in contingency {draft.name}"))


def _branches(line: _Line, draft: Draft, names: ElementNames) -> Sequence[Element]:
    """``BRANCH FROM BUS i TO BUS j [TO BUS k] [CKT c]``."""
    ends: list[str] = []
    at = 2
    for word in ("FROM", "TO", "TO"):
        if word == "TO" and len(ends) == 2 and line.key(at) != "TO":
            break
        if line.key(at) not in (word, "AT") or line.key(at + 1) != "BUS":
            raise _FaultError(_malformed(line, draft, "OPEN BRANCH FROM BUS i TO BUS j [TO BUS k] CKT c"))
        ends.append(_bus(line, at + 2, draft, names))
        at += 3
    circuit = _tail(line, at, _CIRCUIT, draft)
    name = "-".join(ends) + (f"_{circuit}" if circuit else "")
    if len(ends) == 3:
        return _three_winding(ends, name, draft, line, names)
    found = names.between("branch", ends[0], ends[1], circuit)
    if len(found) > 1:
        found = names.between("branch", ends[0], ends[1], "1") or found
    return _checked("branch", name, found, draft, line, names, near=names.between("branch", ends[0], ends[1]))


def _three_winding(ends: list[str], name: str, draft: Draft, line: _Line, names: ElementNames) -> Sequence[Element]:
    stars = names.star_branches(ends)
    if len(stars) == 1:
        return stars[0]
    if not stars:
        message = f"contingency {draft.name}: no three-winding transformer joins buses {name}"
        raise _FaultError(finding("GP-CON-001", message, "check the three buses", line.place))
    message = f"contingency {draft.name}: {len(stars)} three-winding transformers join buses {name}"
    raise _FaultError(
        finding("GP-CON-002", message, "open their windings one by one, FROM BUS to the star bus", line.place)
    )


def _unit(line: _Line, draft: Draft, names: ElementNames) -> Sequence[Element]:
    """``REMOVE UNIT id FROM BUS i``; without an id the only unit of the bus."""
    form = "REMOVE UNIT id FROM BUS i"
    has_id = line.key(2) not in ("FROM", "AT") or line.key(3) != "BUS"
    machine, at = (line.words[2].strip(), 3) if has_id and len(line.words) > 2 else ("", 2)
    if line.key(at) not in ("FROM", "AT") or line.key(at + 1) != "BUS":
        raise _FaultError(_malformed(line, draft, form))
    bus = _bus(line, at + 2, draft, names, is_last=True)
    found = names.at_bus("generator", bus, machine)
    name = f"{bus}_{machine}" if machine else f"at bus {bus}"
    return _checked("generator", name, found, draft, line, names, near=names.at_bus("generator", bus))


def _dc_line(line: _Line, draft: Draft, names: ElementNames) -> Sequence[Element]:
    if len(line.words) != 3:
        raise _FaultError(_malformed(line, draft, "BLOCK TWOTERMDC 'name'"))
    return _one("dc_line", line.words[2].strip(), draft, line, names)


def _bus(line: _Line, at: int, draft: Draft, names: ElementNames, *, is_last: bool = False) -> str:
    """Id of the bus a word names."""
    if at >= len(line.words) or (is_last and len(line.words) > at + 1):
        raise _FaultError(_malformed(line, draft, "one bus number or quoted name after BUS"))
    name = line.words[at]
    found = names.find_buses(name)
    if not found:
        raise _FaultError(unknown_element("bus", name, names.ids("bus"), draft, line.place))
    if len(found) > 1:
        elements = [e for bus in found for e in names.find("bus", bus)]
        raise _FaultError(ambiguous_element("bus", name, elements, draft, line.place))
    return found[0]


def _tail(line: _Line, at: int, words: Sequence[str], draft: Draft) -> str:
    """Word after an optional keyword, which must be the last."""
    rest = len(line.words) - at
    if rest == 0:
        return ""
    if rest != 2 or line.key(at) not in words:
        raise _FaultError(_malformed(line, draft, "CKT c at its end"))
    return line.words[at + 1].strip()


def _one(kind: ElementKind, name: str, draft: Draft, line: _Line, names: ElementNames) -> Sequence[Element]:
    return _checked(kind, name, names.find(kind, name), draft, line, names)


def _checked(
    kind: ElementKind,
    name: str,
    found: Sequence[Element],
    draft: Draft,
    line: _Line,
    names: ElementNames,
    *,
    near: Sequence[Element] = (),
) -> Sequence[Element]:
    if not found:
        raise _FaultError(unknown_element(kind, name, names.ids(kind), draft, line.place, near))
    if len(found) > 1:
        raise _FaultError(ambiguous_element(kind, name, found, draft, line.place))
    return found


def _not_understood(line: _Line, where: str) -> Finding:
    words = " ".join(line.words[:2]).upper()
    if line.key(0) in _REFUSED or line.key(0) in ("REMOVE", "BLOCK", *_OPENING):
        message = f"command {words} {where} is not studied: {line.text[:80]}"
        return finding("GP-CON-018", message, _REMEDY_REFUSED, line.place)
    message = f"command {words} {where} is not understood: {line.text[:80]}"
    return finding("GP-CON-005", message, _REMEDY_REFUSED, line.place)


def _malformed(line: _Line, draft: Draft, form: str) -> Finding:
    return finding(
        "GP-CON-005", f"contingency {draft.name}: {line.text[:80]!r} is not {form}", f"write {form}", line.place
    )


# -- automatic commands ----------------------------------------------------------------------------
def _expanded(line: _Line, names: ElementNames) -> list[tuple[str, list[Element]]]:
    """Contingencies of an automatic command, each with its name."""
    first, what = line.key(0), line.key(1)
    if first == "SINGLE" and what in _BRANCH:
        return [(e.id, [e]) for e in _studied("branch", names) if _selected(line, names)(e)]
    if first == "SINGLE" and what in _UNIT:
        return [(e.id, [e]) for e in _studied("generator", names) if _selected(line, names)(e)]
    if first == "BUSDOUBLE" and what in _BRANCH:
        return _bus_doubles(line, names)
    if first == "PARALLEL" and what in _BRANCH:
        return _parallels(line, names)
    raise _FaultError(_not_understood(line, "between contingencies"))


def _studied(kind: ElementKind, names: ElementNames) -> Iterator[Element]:
    table = getattr(names.network, kind)
    return (Element(kind=kind, position=i, id=name) for i, name in enumerate(table.id))


def _selected(line: _Line, names: ElementNames) -> Callable[[Element], bool]:
    """Whether an element is meant by ``IN SYSTEM``, ``IN AREA a``, ``IN KV k`` or ``FROM BUS i``."""
    relation, scope = line.key(2), line.key(3)
    draft = Draft(name=line.text, place=line.place)
    network = names.network
    if relation == "IN" and scope == "SYSTEM" and len(line.words) == 4:
        return lambda _: True
    if relation == "IN" and scope == "AREA" and len(line.words) == 5:
        area = line.words[4]
        return lambda e: all(network.bus.area[b] == area for b in _ends(e, names))
    if relation == "IN" and scope == "KV" and len(line.words) == 5 and line.words[4].replace(".", "", 1).isdigit():
        kv = float(line.words[4])
        return lambda e: all(abs(network.bus.base_kv[b] - kv) < 0.05 for b in _ends(e, names))
    if relation in ("FROM", "AT") and scope == "BUS":
        bus = network.bus_position.get(_bus(line, 4, draft, names, is_last=True), -1)
        return lambda e: bus in _ends(e, names)
    message = f"{line.text[:80]!r} asks for a part of the grid that is not understood"
    raise _FaultError(
        finding("GP-CON-018", message, f"write {_SINGLE}; named subsystems (.sub) are not read", line.place)
    )


def _ends(element: Element, names: ElementNames) -> tuple[int, ...]:
    table = getattr(names.network, element.kind)
    if element.kind == "generator":
        return (int(table.bus[element.position]),)
    return int(table.from_bus[element.position]), int(table.to_bus[element.position])


def _bus_doubles(line: _Line, names: ElementNames) -> list[tuple[str, list[Element]]]:
    """Every pair of branches that meet at a bus."""
    own = [e for e in _studied("branch", names) if _selected(line, names)(e)]
    met = {}
    for j, one in enumerate(own):
        for other in own[j + 1 :]:
            if set(_ends(one, names)) & set(_ends(other, names)):
                met[f"{one.id} + {other.id}"] = [one, other]
    return list(met.items())


def _parallels(line: _Line, names: ElementNames) -> list[tuple[str, list[Element]]]:
    """All circuits between two buses that are joined by more than one."""
    groups: dict[tuple[int, ...], list[Element]] = {}
    for e in _studied("branch", names):
        if _selected(line, names)(e):
            groups.setdefault(tuple(sorted(_ends(e, names))), []).append(e)
    return [(" + ".join(e.id for e in own), own) for own in groups.values() if len(own) > 1]
