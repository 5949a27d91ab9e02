"""Values of RAW records: every field a number, a flag or a text by its layout, or a finding with line and column.

Comes in: the lines of a record. Goes out: values by field name. An empty field becomes the default that PSS/E
documents for it, and is counted; a damaged one never does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridplan.network.number_text import number_of
from gridplan.network.psse.layout import Field, layout
from gridplan.network.psse.text import Faults, Line, Token

_LEADING_ZERO = re.compile(r"0\d+\Z")
#: Records whose absent fields come in pairs: owners and their shares, upper and lower voltage limit.
_IN_PAIRS = ("bus", "generator", "branch", "transformer")


@dataclass(kw_only=True)
class ValueReader:
    """Reads lines of one file by the layouts of its version.

    ``defaults`` counts empty fields by record and field name, with the first line they stand in.
    """

    version: int
    faults: Faults
    defaults: Counter[str] = field(default_factory=Counter)
    first_line: dict[str, int] = field(default_factory=dict)

    def read(self, kind: str, line: Line) -> dict[str, Any] | None:
        """Values of one line, or None where it has a fault; fields that are absent or empty are None or default."""
        fields, n_required = layout(kind, self.version)
        tokens, n_found = line.tokens, self.faults.count
        n_token = len(tokens)
        if n_token > len(fields) or n_token < n_required or (kind == "bus" and n_token % 2 == 0):
            self._count_fault(kind, line, n_required, len(fields))
            return None
        values: dict[str, Any] = {each.name: None for each in fields}
        for k, (each, token) in enumerate(zip(fields, tokens, strict=False)):
            value = number_of(token.text) if each.kind == "f" and not token.is_quoted else None
            if value is not None and not _LEADING_ZERO.match(token.text):
                values[each.name] = value
            elif token.text == "" and not token.is_quoted:
                values[each.name] = self._default(kind, each, token, line.number) if k < n_required else None
            else:
                values[each.name] = self._value(kind, each, token, line.number)
        return values if self.faults.count == n_found else None

    def read_all(self, kind: str, lines: Sequence[Line]) -> Iterator[tuple[Line, dict[str, Any]]]:
        """Lines of one kind that have no fault, with their values."""
        odd = self._odd_counts(kind, lines)
        for line in lines:
            values = None if line.number in odd else self.read(kind, line)
            if values is not None:
                yield line, values

    def _odd_counts(self, kind: str, lines: Sequence[Line]) -> set[int]:
        """Numbers of lines with a field too many against their neighbours, as a decimal comma makes it."""
        n_tokens = [len(line.tokens) for line in lines]
        counts = Counter(n_tokens)
        usual, often = counts.most_common(1)[0] if counts else (0, 0)
        if 2 * often <= len(lines):
            return set()
        odd = set()
        for line, n_token in zip(lines, n_tokens, strict=True):
            more = n_token - usual
            if more % 2 if kind in _IN_PAIRS else more > 0:
                message = f"the {kind} record has {n_token} fields where the others have {usual}"
                remedy = "write every field; decimal points, not decimal commas"
                self.faults.error("GP-VAL-005", message, remedy, line.number, 1, kind)
                odd.add(line.number)
        return odd

    def tell_defaults(self) -> None:
        """Warn of empty fields, one finding for each kind of field."""
        for key, count in self.defaults.items():
            message = f"{count} records leave {key} empty; the default of PSS/E was taken"
            self.faults.warning("GP-VAL-006", message, "write the value", self.first_line[key], key.partition(" = ")[0])

    def _value(self, kind: str, each: Field, token: Token, number: int) -> Any:
        if each.kind == "s":
            return token.text.strip()
        value = None if token.is_quoted else number_of(token.text)
        key = f"{kind} {each.name}"
        if value is None:
            self.faults.error("GP-VAL-001", _not_a_number(token), "write a number", number, token.column, key)
        elif each.kind == "f" and _LEADING_ZERO.match(token.text):
            message = f"{token.text!r} looks like the digits after a decimal comma"
            self.faults.error("GP-VAL-001", message, "write a decimal point", number, token.column, key)
        elif each.kind in "ib" and not token.text.lstrip("+-").isdigit():
            message = f"{token.text!r} is not a whole number"
            self.faults.error("GP-VAL-001", message, "write a whole number", number, token.column, key)
        elif each.kind == "b" and value not in (0, 1):
            message = f"status {token.text!r} is neither 0 nor 1"
            self.faults.error("GP-VAL-001", message, "write 1 (in service) or 0", number, token.column, key)
        elif each.kind != "f":
            return int(value)
        return value

    def _default(self, kind: str, each: Field, token: Token, number: int) -> Any:
        key = f"{kind} {each.name}"
        if each.default is None:
            self.faults.error("GP-VAL-001", "the field is empty", "write its value", number, token.column, key)
            return None
        if each.kind == "s":
            return each.default
        told = f"{key} = {each.default}"
        self.defaults[told] += 1
        self.first_line.setdefault(told, number)
        return int(each.default) if each.kind in "ib" else float(each.default)

    def _count_fault(self, kind: str, line: Line, least: int, most: int) -> None:
        tokens = line.tokens
        message = f"the {kind} record has {len(tokens)} fields; version {self.version} has {least} to {most}"
        remedy = "write every field; decimal points, not decimal commas"
        column = tokens[-1].column if tokens else 1
        self.faults.error("GP-VAL-005", message, remedy, line.number, column, kind)


def _not_a_number(token: Token) -> str:
    if token.is_quoted:
        return f"a text, {token.text!r}, stands where a number should be"
    return f"{token.text!r} is not a finite number"
