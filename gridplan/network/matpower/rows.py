"""Rows of the matrices and cell arrays of a MATPOWER case, as numbers and texts; nothing is evaluated.

Comes in: the pieces of one block. Goes out: values with the line of every row, and a finding for every token that is
no number, with line, column and the token as written.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridplan.errors import Finding, Place
from gridplan.network.matpower.columns import column_word
from gridplan.network.matpower.text import NUMBER, Field, Piece
from gridplan.network.model import FloatArray, IntArray

_PLAIN = re.compile(r"[0-9eE+\-.\s]*")
_TOKEN = re.compile(r"[^\s,]+")
_SPECIAL = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan}
_CELL = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([;,])|([^\s;,'\"]+|['\"])")
_ONE_TEXT = re.compile(r"\s*'([^']*)'\s*;?\s*")
_EMPTY_ELEMENT = re.compile(r"(?:^|,)\s*,")
_MIXED = re.compile(r"[^\s,]\s+[^\s,]|,\s")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"\S+")
#: Rows of one table; the largest grids published have about 100,000 branches.
MOST_ROWS = 1_000_000
_MOST_ROW_TEXT = 1_000_000
_MOST_FINDINGS = 50
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericTable:
    """Matrix of a case, dims (row, column), and the line of every row, dims (row,)."""

    name: str
    line: int
    values: FloatArray
    lines: IntArray

    def column(self, index: int) -> FloatArray:
        """One column, by position."""
        return self.values[:, index]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """Cell array of texts: rows, and the line of each."""

    name: str
    line: int
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def count_rows(field: Field) -> int:
    """Rows of a block nobody looks into; 1 for a literal or an expression."""
    if field.kind not in ("matrix", "cell"):
        return 1
    ends = (piece.text.rstrip() for piece in field.pieces)
    return sum(text.count(";") + (text[-1:] not in ("", ";")) for text in ends)


def numeric_table(field: Field, path: Path) -> tuple[NumericTable | None, list[Finding]]:
    """Matrix of a field; None, with every reason, where a token is no number or rows differ in length."""
    rows = _Rows(field.name, path)
    for row in _split_rows(field.pieces):
        if not rows.add(row):
            break
    findings = rows.findings or list(_ragged(rows, path))
    if findings:
        return None, findings
    width = rows.widths[0] if rows.widths else 0
    values = np.array(rows.values, dtype=np.float64).reshape(len(rows.widths), width)
    lines = np.array(rows.lines, dtype=np.int64)
    return NumericTable(name=field.name, line=field.line, values=values, lines=lines), []


def text_table(field: Field, path: Path) -> tuple[TextTable | None, list[Finding]]:
    """Cell array of texts; None, with every reason, where an element is no text."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    findings: list[Finding] = []
    for row in _split_cells(field.pieces):
        texts, bad = _cell_texts(row)
        for column, token in bad[:_MOST_FINDINGS]:
            message = f"{_shown(token)} stands where a text in quotes is expected"
            place = Place(file=path, line=row[0].line, column=column, key=field.name)
            findings.append(_value_finding(message, "write the name in single quotes", place))
        if texts:
            rows.append(tuple(texts))
            lines.append(row[0].line)
        if len(findings) >= _MOST_FINDINGS:
            break
    if findings:
        return None, findings[:_MOST_FINDINGS]
    return TextTable(name=field.name, line=field.line, rows=tuple(rows), lines=tuple(lines)), []


class _Rows:
    """Numbers of a matrix as they are read, flat, with width and line of each row."""

    def __init__(self, table: str, path: Path) -> None:
        self.table = table
        self.values = array("d")
        self.widths: list[int] = []
        self.lines: list[int] = []
        self.findings: list[Finding] = []
        self._path = path

    def add(self, row: Sequence[Piece]) -> bool:
        """Add one row; False where the rest of the table is not worth reading."""
        if len(self.widths) >= MOST_ROWS or sum(len(piece.text) for piece in row) > _MOST_ROW_TEXT:
            message = f"table {self.table} has more than {MOST_ROWS:,} rows, or a row of {_MOST_ROW_TEXT:,} characters"
            self._stop("GP-SIZ-001", message, "give a smaller case", row[0].line)
            return False
        numbers = _plain_numbers(row)
        if numbers is None:
            numbers = self._careful_numbers(row)
        if numbers:
            self.values.extend(numbers)
            self.widths.append(len(numbers))
            self.lines.append(row[0].line)
        if len(self.findings) < _MOST_FINDINGS:
            return True
        message = f"{_MOST_FINDINGS} values of table {self.table} are no numbers; the rest of it was not looked at"
        self._stop("GP-VAL-001", message, "correct those shown and read the file again", row[0].line)
        return False

    def _stop(self, code: str, message: str, remedy: str, line: int) -> None:
        place = Place(file=self._path, line=line, column=1, key=self.table)
        self.findings.append(Finding(code=code, severity="error", message=message, remedy=remedy, place=place))

    def _careful_numbers(self, row: Sequence[Piece]) -> list[float]:
        """Numbers of a row that holds more than digits; NaN, with a finding, for what is none."""
        numbers: list[float] = []
        for piece in row:
            if _EMPTY_ELEMENT.search(piece.text):
                at = piece.text.index(",")
                self._bad(piece.line, piece.column + at, ",", len(numbers), "nothing stands before this comma")
            for at, word in _tokens(piece.text):
                number = _number(word)
                if number is None:
                    self._bad(piece.line, piece.column + at, word, len(numbers))
                    number = math.nan
                numbers.append(number)
        return numbers

    def _bad(self, line: int, column: int, token: str, index: int, message: str = "") -> None:
        if len(self.findings) >= _MOST_FINDINGS:
            return
        text, remedy = _diagnosis(token)
        place = Place(file=self._path, line=line, column=column, key=column_word(self.table, index))
        self.findings.append(_value_finding(message or text, remedy, place))


def _split_rows(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Rows of a matrix: they end at ``;`` and at the end of a line that is not continued."""
    row: list[Piece] = []
    for piece in pieces:
        if ";" not in piece.text:
            row.append(piece)
        else:
            start = 0
            while (end := piece.text.find(";", start)) >= 0:
                row.append(Piece(piece.line, piece.column + start, piece.text[start:end]))
                yield row
                row = []
                start = end + 1
            row.append(Piece(piece.line, piece.column + start, piece.text[start:], piece.is_continued))
        if not piece.is_continued and row:
            yield row
            row = []
    if row:
        yield row


def _plain_numbers(row: Sequence[Piece]) -> list[float] | None:
    """Numbers of a row written with digits and blanks alone; None where it needs a closer look."""
    numbers: list[float] = []
    for piece in row:
        text = piece.text
        if not _PLAIN.fullmatch(text):
            return None
        try:
            numbers += map(float, text.split())
        except ValueError:
            return None
    return numbers if math.isfinite(sum(numbers)) else None


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Elements of a row with their offsets; a decimal comma among elements that blanks separate stays in its token."""
    if not _MIXED.search(text.strip()):
        yield from ((found.start(), found[0]) for found in _TOKEN.finditer(text))
        return
    for word in _WORD.finditer(text):
        bare = word[0].strip(",")
        if _DECIMAL_COMMA.fullmatch(bare):
            yield word.start(), bare
        else:
            yield from ((word.start() + found.start(), found[0]) for found in _TOKEN.finditer(word[0]))


def _number(token: str) -> float | None:
    if NUMBER.fullmatch(token):
        value = float(token)
        return value if math.isfinite(value) else None
    return _SPECIAL.get(token.lower())


def _diagnosis(token: str) -> tuple[str, str]:
    """Message and remedy for a token that is no number."""
    shown = _shown(token)
    if NUMBER.fullmatch(token):
        return f"{shown} is beyond the largest number", "write a finite number"
    if _DECIMAL_COMMA.fullmatch(token):
        meant = token.replace(",", ".")
        return f"{shown} has a decimal comma", f"write {meant}, or a blank between two values"
    if re.search(r"[\[\]{}]", token):
        return f"{shown} is a bracket inside a table", "write the rows of a table side by side, in one pair of brackets"
    if re.search(r"[\d)][-+*/^]|[a-zA-Z_]\w*\(", token):
        remedy = "write the number it stands for; gridplan calculates nothing in a case file"
        return f"{shown} is an expression, not a number", remedy
    return f"{shown} is not a number", "write a number with a decimal point"


def _ragged(rows: _Rows, path: Path) -> Iterator[Finding]:
    """Rows whose length differs from that of most rows."""
    if len(set(rows.widths)) <= 1:
        return
    usual = Counter(rows.widths).most_common(1)[0][0]
    odd = [i for i, width in enumerate(rows.widths) if width != usual]
    for i in odd[:_MOST_FINDINGS]:
        more = f"; {len(odd) - 1} more rows of this table differ" if i == odd[0] and len(odd) > 1 else ""
        message = f"this row of table {rows.table} has {rows.widths[i]} values, most rows have {usual}{more}"
        place = Place(file=path, line=rows.lines[i], column=1, key=rows.table)
        remedy = f"write {usual} values; look for a missing value, a decimal comma or a missing semicolon"
        yield Finding(code="GP-ENC-005", severity="error", message=message, remedy=remedy, place=place)


def _split_cells(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    row: list[Piece] = []
    for piece in pieces:
        row.append(piece)
        if not piece.is_continued:
            yield from _cell_rows(row)
            row = []
    if row:
        yield from _cell_rows(row)


def _cell_rows(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Rows of the cells of one line; only a line with several rows is cut further."""
    if len(pieces) == 1 and ";" in pieces[0].text.rstrip()[:-1]:
        piece, start = pieces[0], 0
        for found in _CELL.finditer(piece.text):
            if found[3] == ";":
                yield [Piece(piece.line, piece.column + start, piece.text[start : found.start()])]
                start = found.end()
        yield [Piece(piece.line, piece.column + start, piece.text[start:])]
    else:
        yield pieces


def _cell_texts(row: Sequence[Piece]) -> tuple[list[str], list[tuple[int, str]]]:
    """Texts of one row of cells, and (column, token) of what is none."""
    if len(row) == 1 and (one := _ONE_TEXT.fullmatch(row[0].text)):
        return [one[1]], []
    texts: list[str] = []
    bad: list[tuple[int, str]] = []
    for piece in row:
        for found in _CELL.finditer(piece.text):
            if found[4]:
                bad.append((piece.column + found.start(), found[4]))
            elif found[1] is not None:
                texts.append(found[1].replace("''", "'"))
            elif found[2] is not None:
                texts.append(found[2].replace('""', '"'))
    return texts, bad


def _value_finding(message: str, remedy: str, place: Place) -> Finding:
    return Finding(code="GP-VAL-001", severity="error", message=message, remedy=remedy, place=place)


def _shown(token: str) -> str:
    return repr(token if len(token) <= _SHOWN else f"{token[:_SHOWN]}...")
