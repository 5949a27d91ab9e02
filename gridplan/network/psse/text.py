"""PSS/E RAW text: version, sections and records, with the line and column of every token.

Comes in: a path. Goes out: the records of every section, unread, and a finding for everything that is no RAW of
versions 32 to 35: another version, a section that does not end, a quote that does not close. Nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gridplan.errors import Finding, InputError, Place, Severity
from gridplan.network.number_text import number_of
from gridplan.network.psse.layout import LABEL_WORDS, VERSIONS, sections
from gridplan.text_file import read_text_file

#: Larger files hold more than 200,000 buses and do not fit into the memory of a planner's machine as a case.
MAX_RAW_BYTES = 64 * 1024 * 1024
#: Most lines; a model of a whole interconnection has about 400,000.
_MAX_LINES = 500_000
#: A file with more faults than this is not what it says it is; the rest would be echoes.
MAX_FINDINGS = 200
_PIECE = re.compile(r"""[ \t]*(?:(?P<quoted>'[^']*'|"[^"]*")|(?P<bare>[^\s,'"/]+)|(?P<mark>[,/'"]))""")
#: A field and the comma behind it, or the end of the line: nearly all lines are made of these alone.
_FIELD = re.compile(r"""[ \t]*+(?:'([^']*+)'|([^\s,'"/]*+))[ \t]*+(?:,|\Z)""")
_PLAIN = re.compile(r"""(?:[ \t]*+(?:'[^']*+'|[^\s,'"/]*+)[ \t]*+,)*+[ \t]*+(?:'[^']*+'|[^\s,'"/]*+)[ \t]*+\Z""")
_REMEDY = "save the case again as RAW of version 33, 34 or 35"


class Token(NamedTuple):
    """One field as written: text without quotes, column counted from 1."""

    text: str
    column: int
    is_quoted: bool


class Line(NamedTuple):
    """One line of a record; its fields are cut anew when asked for, for they take far more memory than the text."""

    number: int
    text: str

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Fields of the line; its faults were told when the file was cut."""
        return tokens_of(self.text, self.number, Faults(file=Path()))


Record = tuple[Line, ...]
"""Lines of one record: one for most, three for a dc line, four or five for a transformer."""


@dataclass(kw_only=True)
class Faults:
    """Findings of a file, gathered while it is read; ``count`` goes on where the list has become long enough."""

    file: Path
    found: list[Finding] = field(default_factory=list)
    count: int = 0
    n_error: int = 0

    def error(self, code: str, message: str, remedy: str, line: int = 0, column: int = 1, key: str = "") -> None:
        """Add an error at a line."""
        self._add(
            "error", code, message, remedy, Place(file=self.file, line=line, column=column if line else 0, key=key)
        )

    def warning(self, code: str, message: str, remedy: str, line: int = 0, key: str = "") -> None:
        """Add a warning at a line."""
        self._add("warning", code, message, remedy, Place(file=self.file, line=line, column=1 if line else 0, key=key))

    def note(self, code: str, message: str, remedy: str, line: int = 0, key: str = "") -> None:
        """Add a note at a line."""
        self._add("note", code, message, remedy, Place(file=self.file, line=line, column=1 if line else 0, key=key))

    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return self.n_error > 0

    def stop_on_errors(self) -> None:
        """Raise what was found if any of it is an error."""
        if self.has_errors():
            # Errors first: they must not drown in notes.
            raise InputError(sorted(self.found, key=lambda finding: finding.severity != "error")[:MAX_FINDINGS])

    def _add(self, severity: Severity, code: str, message: str, remedy: str, place: Place) -> None:
        self.count += 1
        self.n_error += severity == "error"
        if severity != "error" or self.n_error <= MAX_FINDINGS:
            self.found.append(Finding(code=code, severity=severity, message=message, remedy=remedy, place=place))


@dataclass(frozen=True, kw_only=True)
class RawText:
    """A RAW file cut into records.

    Parameters
    ----------
    version : int
    base_mva, frequency_hz : float
    ratings_are_current : tuple of bool
        Whether transformer and line ratings are stated as current (XFRRAT, NXFRAT above 0).
    titles : tuple of str
        The two lines of words of the head.
    records : mapping of section to records
    """

    version: int
    base_mva: float
    frequency_hz: float
    ratings_are_current: tuple[bool, bool]
    titles: tuple[str, str]
    records: dict[str, list[Record]]


def scan_raw(path: Path) -> tuple[RawText, Faults]:
    """Records of a RAW file and what was found in cutting it.

    Raises
    ------
    InputError
        If the file is no text, or its head is not that of a RAW file of versions 32 to 35.
    """
    text, findings = read_text_file(
        path, what="PSS/E RAW file", remedy=_REMEDY, max_bytes=MAX_RAW_BYTES, max_lines=_MAX_LINES
    )
    faults = Faults(file=path, found=list(findings))
    lines = text.replace("\x1a", " ").splitlines()
    start = next((i for i, line in enumerate(lines) if not line.startswith("@!")), 0)
    head = _head(lines[start], start + 1, faults) if start < len(lines) else {}
    faults.stop_on_errors()
    if len(lines) < start + 4:
        faults.error("GP-ENC-002", "the file ends after its head", _REMEDY, line=len(lines))
        faults.stop_on_errors()
    records = _Cutter(lines, start + 3, sections(int(head["REV"])), faults).cut()
    return RawText(
        version=int(head["REV"]),
        base_mva=head["SBASE"],
        frequency_hz=head["BASFRQ"],
        ratings_are_current=(head["XFRRAT"] > 0, head["NXFRAT"] > 0),
        titles=(lines[start + 1].strip(), lines[start + 2].strip()),
        records=records,
    ), faults


def tokens_of(line: str, number: int, faults: Faults) -> tuple[Token, ...]:
    """Fields of a line; commas and blanks part them, a slash ends them, two commas hold an empty one."""
    line = line.rstrip()
    plain = _comma_separated(line)
    if plain is not None:
        return plain
    found: list[Token] = []
    is_open, end, at = True, 0, 0
    while at < len(line):
        piece = _PIECE.match(line, at)
        if piece is None:
            break
        kind, start, at = piece.lastgroup, piece.start(str(piece.lastgroup)), piece.end()
        if kind == "mark" and line[start] == "/":
            _check_slash(line, start, number, faults)
            break
        if kind == "mark" and line[start] == ",":
            if is_open:
                found.append(Token("", start + 1, False))
            is_open, end = True, at
        elif kind == "mark":
            faults.error("GP-VAL-001", "a quote does not close", "close the quote", number, start + 1)
            break
        else:
            if start == end and not is_open:
                faults.error("GP-VAL-001", "two fields touch", "part them by a comma", number, start + 1)
                break
            text = line[start + 1 : at - 1] if kind == "quoted" else line[start:at]
            found.append(Token(text, start + 1, kind == "quoted"))
            is_open, end = False, at
    return tuple(found)


def _comma_separated(line: str) -> tuple[Token, ...] | None:
    """Fields of a line without blanks between them, comments or other oddities; None for any other line."""
    found, at = [], 0
    for piece in _FIELD.finditer(line):
        if piece.start() != at:
            return None
        quoted, at = piece[1], piece.end()
        if quoted is None:
            found.append(Token(piece[2], piece.start(2) + 1, False))
        else:
            found.append(Token(quoted, piece.start(1), True))
        if at == len(line):
            return tuple(found)
    return None


def _check_slash(line: str, start: int, number: int, faults: Faults) -> None:
    if 0 < start < len(line) - 1 and line[start - 1].isdigit() and line[start + 1].isdigit():
        word = re.split(r"[\s,]", line[:start])[-1] + re.split(r"[\s,]", line[start:])[0]
        message = f"{word!r} is an expression, not a number"
        faults.error("GP-VAL-001", message, "write the value", number, start - len(word.split("/")[0]) + 1)


def _head(line: str, number: int, faults: Faults) -> dict[str, float]:
    """Values of the first line; the version is checked here."""
    if "{" in line[:200]:
        faults.error("GP-NET-001", "the file is JSON, as RAWX is, and not RAW", _REMEDY, number)
        return {}
    tokens = tokens_of(line, number, faults)
    names = ("IC", "SBASE", "REV", "XFRRAT", "NXFRAT", "BASFRQ")
    values = {"XFRRAT": 0.0, "NXFRAT": 0.0, "BASFRQ": 60.0}
    for name, token in zip(names, tokens, strict=False):
        value = number_of(token.text)
        if value is None and (token.text or name in names[:3]):
            message = f"{name} is {token.text!r}, not a number"
            faults.error("GP-VAL-001", message, "write the number", number, token.column, f"head {name}")
        elif value is not None:
            values[name] = value
    if not faults.has_errors():
        _check_head(values, len(tokens), number, faults)
    return values


def _check_head(values: dict[str, float], n_token: int, number: int, faults: Faults) -> None:
    if n_token < 3:
        message = f"the first line has {n_token} fields and names no version; versions 32 to 35 name it in the third"
        faults.error("GP-NET-001", message, _REMEDY, number, 1, "head REV")
        return
    if n_token > 6:
        message = f"the first line has {n_token} fields; IC, SBASE, REV, XFRRAT, NXFRAT and BASFRQ are 6"
        faults.error("GP-VAL-005", message, "write decimal points, not decimal commas", number)
    if values["REV"] not in VERSIONS:
        message = f"RAW version {values['REV']:g} is not read; versions 32, 33, 34 and 35 are"
        faults.error("GP-NET-001", message, _REMEDY, number, 1, "head REV")
    if values["IC"] != 0:
        message = f"IC is {values['IC']:g}: the file adds to another case and is no case by itself"
        faults.error("GP-NET-001", message, "save the whole case", number, 1, "head IC")
    if values["SBASE"] <= 0:
        message = f"SBASE is {values['SBASE']:g} MVA"
        faults.error("GP-PU-001", message, "state a base power above 0, mostly 100", number, 1, "head SBASE")
    if values["BASFRQ"] <= 0:
        faults.error("GP-VAL-001", f"BASFRQ is {values['BASFRQ']:g} Hz", "state 50 or 60", number, 1, "head BASFRQ")


class _Cutter:
    """Walks the lines once and cuts them into records of sections."""

    def __init__(self, lines: list[str], at: int, order: tuple[str, ...], faults: Faults) -> None:
        self.lines, self.at, self.order, self.faults = lines, at, order, faults
        self.records: dict[str, list[Record]] = {name: [] for name in order}

    def cut(self) -> dict[str, list[Record]]:
        """Records of every section."""
        for k, name in enumerate(self.order):
            ended = self._section(name)
            if ended == "end":
                continue
            self._unfinished(k, ended)
            return self.records
        self._after_the_end()
        return self.records

    def _section(self, name: str) -> str:
        """Read one section; how it ended: ``end`` (its 0), ``quit`` (a Q), ``file`` (no more lines)."""
        while (line := self._next()) is not None:
            if _is_quit(line):
                return "quit"
            if name == "substation":
                # Substations hold sections of their own, each with an end record.
                if not _is_end(line):
                    self.records[name].append((line,))
            elif _is_end(line):
                self._check_label(name, line.number)
                return "end"
            else:
                self.records[name].append(self._record(name, line))
        return "file"

    def _record(self, name: str, first: Line) -> Record:
        record = [first]
        for _ in range(_n_lines(name, first) - 1):
            line = self._next()
            if line is None or _is_quit(line) or _is_end(line):
                message = f"the {name} record of line {first.number} has {len(record)} lines and ends too early"
                self.faults.error("GP-ENC-002", message, "write all its lines", first.number, key=name)
                self.at -= 0 if line is None else 1
                return ()
            record.append(line)
        return tuple(record)

    def _next(self) -> Line | None:
        """Tokens of the next line that is neither blank nor a comment."""
        while self.at < len(self.lines):
            text = self.lines[self.at]
            self.at += 1
            if text.strip() and not text.startswith("@!"):
                if not _PLAIN.match(text):
                    tokens_of(text, self.at, self.faults)
                return Line(self.at, text)
        return None

    def _check_label(self, name: str, number: int) -> None:
        label = self.lines[number - 1].upper().partition("END OF")[2].partition("BEGIN")[0]
        said = next((section for word, section in LABEL_WORDS if word in label), "")
        if said and said != name and said in self.order:
            message = f"the {name} section ends with a line that says the end of the {said} section"
            remedy = "give every section its end record, in the order of the version; an empty one has it, too"
            self.faults.error("GP-ENC-002", message, remedy, number, key=f"{name} section")

    def _unfinished(self, k: int, ended: str) -> None:
        name, missing = self.order[k], self.order[k:]
        if name == "substation":
            if ended == "file":
                self.faults.error("GP-ENC-002", "the file ends without a Q", "copy the whole file", len(self.lines))
            self._after_quit()
            return
        is_small = k > self.order.index("transformer") and ended == "quit" and not self.records[name]
        what = f"sections without an end record: {', '.join(missing)}"
        if is_small:
            self.faults.warning("GP-ENC-002", f"the file ends early; {what}", "check that it is whole", self.at)
            self._after_quit()
        else:
            why = "a Q stands before the end" if ended == "quit" else "the file is cut off"
            self.faults.error("GP-ENC-002", f"{why}; {what}", "copy the whole file again", self.at, key=name)

    def _after_the_end(self) -> None:
        line = self._next()
        if line is None:
            self.faults.note(
                "GP-ENC-002", "the file ends without a Q; every section has its end", "nothing to do", self.at
            )
        elif _is_quit(line):
            self._after_quit()
        else:
            message = f"after the {self.order[-1]} section stands more data than the version has"
            self.faults.error("GP-ENC-002", message, "check the version in the first line", line.number)

    def _after_quit(self) -> None:
        number = self.at + 1
        rest = [text for text in self.lines[self.at :] if text.strip()]
        if rest:
            message = f"{len(rest)} lines stand after the Q that ends the file; they are not read"
            self.faults.warning("GP-ENC-002", message, "delete them, or move the Q to the end", number)


def _is_end(line: Line) -> bool:
    return _only_word(line) == "0"


def _is_quit(line: Line) -> bool:
    return _only_word(line) in ("Q", "q")


def _only_word(line: Line) -> str:
    """The field of a line that has but one, where it may end a section or the file; else nothing."""
    if line.text.lstrip()[:1] not in ("0", "Q", "q"):
        return ""
    tokens = line.tokens
    return tokens[0].text if len(tokens) == 1 and not tokens[0].is_quoted else ""


def _n_lines(name: str, first: Line) -> int:
    if name == "transformer":
        tokens = first.tokens
        third = tokens[2].text if len(tokens) > 2 else "0"
        return 4 if third in ("", "0") else 5
    return 3 if name in ("two-terminal dc", "vsc dc line") else 1
