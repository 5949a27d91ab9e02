"""Text of a MATPOWER case cut into statements, as MATLAB would cut it, and sorted; nothing is ever evaluated.

Comes in: text. Goes out: what is assigned to the fields of the case struct, with lines and columns, the statements
that would have to be run, and findings where brackets or quotes do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from gridplan.errors import Finding, Place
from gridplan.text_file import refused

FieldKind = Literal["matrix", "cell", "text", "number", "expression"]

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MARK = re.compile(r"[\[\]{}();,'\"%]|\.\.\.")
_SPECIAL = re.compile(r"[\[\]{}()'\"]|\.\.\.")
_PAIRS = {"]": "[", "}": "{", ")": "("}
_FIELD = re.compile(r"\s*([A-Za-z]\w*)\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)\s*=(?!=)\s*")
_BEGINS = re.compile(r"\s*(?:function\b|[A-Za-z]\w*\.[A-Za-z][\w.]*\s*=(?!=))")
_FUNCTION = re.compile(r"function\b\s*(?:\[([^\]]*)\]\s*=|(\w+)\s*=)?\s*(\w*)")
_TEXT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_HARMLESS = re.compile(
    rf"\[[\w\s,~]*\]\s*=\s*idx_\w+(?:\(\s*\))?|define_constants|end|endfunction|"
    rf"(?P<local>[A-Za-z]\w*)\s*=\s*(?:{NUMBER.pattern}|{_TEXT.pattern})"
)
_OLD_TABLE = re.compile(r"(?:bus|gen|branch)\s*=\s*\[")
_MARK_INSIDE = re.compile(r"[\[\]{}()'\"%]|\.\.\.")
_SHOWN = 60
#: Lines, brackets and separators of a file; the largest grid published has about 450,000.
MOST_STEPS = 2_000_000
_MOST_OPEN = 64
_MOST_FINDINGS = 50
_TOO_DEEP = (f"more than {_MOST_OPEN} brackets stand open", "close the brackets; a case needs one a table")


class Piece(NamedTuple):
    """Code of one line without its comment; ``is_continued`` where the line ends in ``...``."""

    line: int
    column: int
    text: str
    is_continued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Code up to a separator outside of brackets.

    ``groups`` counts the outermost brackets; ``is_closed`` is False where the file or the next table begins before
    the last bracket closes.
    """

    pieces: tuple[Piece, ...]
    groups: int = 0
    is_closed: bool = True

    def flat(self, limit: int = 2000) -> str:
        """Begin of the code on one line, ``limit`` characters at most."""
        words: list[str] = []
        left = limit
        for piece in self.pieces:
            words.append(piece.text.lstrip()[:left].rstrip())
            left -= len(words[-1]) + 1
            if left <= 0:
                break
        return " ".join(words)[:limit].strip()

    def shown(self) -> str:
        """Begin of the code, for a message."""
        text = self.flat(_SHOWN + 1)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Assignment to a field of the case struct.

    ``pieces`` is the inside of a matrix or cell array; ``text`` a literal or expression as written.
    """

    path: str
    kind: FieldKind
    line: int
    column: int
    pieces: tuple[Piece, ...] = ()
    text: str = ""

    @property
    def name(self) -> str:
        """First part of the path: ``reserves`` of ``reserves.zones``."""
        return self.path.partition(".")[0]


@dataclass(kw_only=True)
class CaseSource:
    """A case file, sorted: fields, statements that would have to be run, and findings."""

    struct: str = ""
    outputs: tuple[str, ...] = ()
    fields: list[Field] = field(default_factory=list)
    programs: list[Statement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    has_old_tables: bool = False

    @property
    def is_version_1(self) -> bool:
        """Whether the function returns single tables instead of one struct."""
        return not self.fields and (self.has_old_tables or "bus" in self.outputs)


def scan_case(text: str, path: Path) -> CaseSource:
    """Sort the statements of a case file."""
    source = CaseSource()
    splitter = _Splitter(path, source.findings)
    has_function = False
    for statement in splitter.statements(text):
        head = statement.flat()
        if not has_function and (found := _FUNCTION.match(head)):
            has_function = True
            source.outputs = tuple((found[1] or found[2] or "").replace(",", " ").split())
            source.struct = source.outputs[0] if len(source.outputs) == 1 else ""
        else:
            _sort(statement, head, source)
    return source


def _sort(statement: Statement, head: str, source: CaseSource) -> None:
    found = _FIELD.match(head)
    if found and (not source.struct or found[1] == source.struct):
        source.struct = found[1]
        source.fields.append(_field(statement, found[2], head[found.end() :]))
        return
    if _OLD_TABLE.match(head):
        source.has_old_tables = True
    harmless = _HARMLESS.fullmatch(head)
    if not harmless or harmless["local"] in (source.struct, "baseMVA", "bus", "gen", "branch"):
        source.programs.append(statement)


def _field(statement: Statement, path: str, right: str) -> Field:
    first, last = statement.pieces[0], statement.pieces[-1]
    at = first.column + len(first.text) - len(first.text.lstrip())
    bracket = right[:1]
    is_block = bracket in ("[", "{") and statement.groups <= 1
    if is_block and (not statement.is_closed or last.text.rstrip().endswith("]" if bracket == "[" else "}")):
        kind: FieldKind = "matrix" if bracket == "[" else "cell"
        return Field(path=path, kind=kind, line=first.line, column=at, pieces=_inside(statement, bracket))
    kind = "number" if NUMBER.fullmatch(right) else "text" if _TEXT.fullmatch(right) else "expression"
    begin = first.text.find("=") + 1
    begin += len(first.text[begin:]) - len(first.text[begin:].lstrip())
    return Field(path=path, kind=kind, line=first.line, column=first.column + begin, text=right)


def _inside(statement: Statement, bracket: str) -> tuple[Piece, ...]:
    """Pieces between the outer brackets; the opening one may stand on a later line."""
    pieces = list(statement.pieces)
    while bracket not in pieces[0].text:
        pieces.pop(0)
    cut = pieces[0].text.index(bracket) + 1
    pieces[0] = pieces[0]._replace(column=pieces[0].column + cut, text=pieces[0].text[cut:])
    if statement.is_closed:
        pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip()[:-1])
    return tuple(pieces)


class _Splitter:
    """Cuts lines into statements; remembers which brackets are open."""

    def __init__(self, path: Path, findings: list[Finding]) -> None:
        self._path = path
        self._findings = findings
        self._open: list[tuple[str, int, int]] = []
        self._pieces: list[Piece] = []
        self._groups = 0
        self._steps = 0

    def statements(self, text: str) -> Iterator[Statement]:
        for line, raw in self._code_lines(text):
            yield from self._fed(line, raw)
        yield from self._cut("the file ends")

    def _code_lines(self, text: str) -> Iterator[tuple[int, str]]:
        """Lines outside of block comments."""
        comment: list[int] = []
        for number, raw in enumerate(_lines(text), start=1):
            self._step()
            mark = raw.strip() if "%" in raw else ""
            if mark == "%{":
                comment.append(number)
            elif mark == "%}" and comment:
                comment.pop()
            elif not comment:
                yield number, raw
        if comment:
            remedy = "close it with %} on a line of its own"
            self._fault("the comment opened with %{ is never closed", remedy, comment[0], 1)

    def _fed(self, line: int, raw: str) -> Iterator[Statement]:
        if self._open:
            if _BEGINS.match(raw):
                yield from self._cut(f"line {line} begins something else")
            else:
                head = raw.partition("%")[0]
                if not _SPECIAL.search(head):
                    self._pieces.append(Piece(line, 1, head))
                    return
        start, end, is_continued = 0, len(raw), False
        for at, mark in self._marks(line, raw):
            if mark in ("%", "..."):
                end, is_continued = at, mark == "..."
                break
            if mark in ";,":
                if not self._open:
                    yield from self._ended(Piece(line, start + 1, raw[start:at]))
                    start = at + 1
            else:
                self._bracket(mark, line, at + 1)
        rest = Piece(line, start + 1, raw[start:end], is_continued)
        if self._open or is_continued:
            self._pieces.append(rest)
        else:
            yield from self._ended(rest)

    def _marks(self, line: int, raw: str) -> Iterator[tuple[int, str]]:
        """Brackets, separators, comment and continuation marks outside of quotes."""
        at = 0
        while found := (_MARK_INSIDE if self._open else _MARK).search(raw, at):
            self._step()
            begin, mark = found.start(), found[0]
            at = found.end()
            if mark not in ("'", '"'):
                yield begin, mark
            elif mark == '"' or not _is_transpose(raw, begin):
                string = _TEXT.match(raw, begin)
                if not string:
                    self._fault(f"the text begun with {mark} is not closed", "close the quote", line, begin + 1)
                at = string.end() if string else len(raw)

    def _bracket(self, mark: str, line: int, column: int) -> None:
        if mark not in _PAIRS:
            self._open.append((mark, line, column))
            if len(self._open) > _MOST_OPEN:
                raise refused("GP-SIZ-001", self._path, *_TOO_DEEP, Place(file=self._path, line=line, column=column))
        elif self._open and self._open[-1][0] == _PAIRS[mark]:
            self._open.pop()
            self._groups += not self._open
        else:
            opened = f"; {self._open[-1][0]} stands open since line {self._open[-1][1]}" if self._open else ""
            self._fault(f"bracket {mark} closes nothing{opened}", "add or remove the bracket", line, column)

    def _ended(self, piece: Piece) -> Iterator[Statement]:
        self._pieces.append(piece)
        pieces = tuple(part for part in self._pieces if part.text.strip())
        if pieces:
            yield Statement(pieces=pieces, groups=self._groups)
        self._pieces, self._groups = [], 0

    def _cut(self, why: str) -> Iterator[Statement]:
        """What is left where the code stops; its brackets may still be open."""
        is_closed = not self._open
        if not is_closed:
            bracket, line, column = self._open[0]
            message = f"bracket {bracket} is not closed before {why}; the file is cut off or a bracket is missing"
            self._fault(message, "close the bracket, or copy the file again", line, column)
        pieces = tuple(part for part in self._pieces if part.text.strip())
        self._pieces, self._open, groups, self._groups = [], [], self._groups, 0
        if pieces:
            yield Statement(pieces=pieces, groups=groups, is_closed=is_closed)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            message = f"the file has more than {MOST_STEPS:,} lines, brackets and separators"
            raise refused("GP-SIZ-001", self._path, message, "give a smaller case")

    def _fault(self, message: str, remedy: str, line: int, column: int) -> None:
        place = Place(file=self._path, line=line, column=column)
        self._findings.append(Finding(code="GP-ENC-002", severity="error", message=message, remedy=remedy, place=place))


def _lines(text: str) -> Iterator[str]:
    """Lines of a text, whatever ends them, one at a time."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = 0
    while (end := text.find("\n", at)) >= 0:
        yield text[at:end]
        at = end + 1
    yield text[at:]


def _is_transpose(raw: str, at: int) -> bool:
    before = raw[at - 1] if at else " "
    return before.isalnum() or before in "_)]}'."
