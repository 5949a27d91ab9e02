"""PowerWorld AUX text: its DATA blocks, with the line and column of every value.

Comes in: a path. Goes out: blocks of fields and rows, and a finding for everything that is not plain data: scripts,
other separators, the newer short headers, rows that do not fit their fields. Nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gridplan.network.psse.text import Faults, Token
from gridplan.text_file import read_text_file

REMEDY = "save the case as AUX with legacy field names, separated by blanks"
#: A file this large takes ten times its room while it is read.
_MAX_BYTES, _MAX_LINES = 16 * 1024 * 1024, 200_000
_HEAD = re.compile(
    r"DATA\s*(?P<name>\w*)\s*\(\s*(?P<object>\w+)\s*,\s*\[(?P<fields>[^\]]*)\](?P<rest>[^)]*)\)\s*\Z", re.I
)
_SHORT_HEAD = re.compile(r"(?P<object>\w+)\s*\([\w\s,:]+\)\s*\{?\s*\Z")
_PIECE = re.compile(r'[ \t]*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)|(?P<open>"))')


class Row(NamedTuple):
    """One row of a block."""

    number: int
    tokens: tuple[Token, ...]


@dataclass(kw_only=True)
class Block:
    """One DATA block: what it holds, its fields, and its rows."""

    kind: str
    fields: tuple[str, ...]
    line: int
    rows: list[Row] = field(default_factory=list)

    def column(self, name: str) -> int:
        """Position of a field, -1 where the block does not have it."""
        return self.fields.index(name) if name in self.fields else -1


@dataclass(frozen=True, kw_only=True)
class AuxText:
    """Blocks of a file in its order, and whether a comment names the base power."""

    blocks: tuple[Block, ...]
    names_base: bool


def scan_aux(path: Path) -> tuple[AuxText, Faults]:
    """Blocks of an AUX file and what was found in cutting it.

    Raises
    ------
    InputError
        If the file is no text.
    """
    text, findings = read_text_file(
        path, what="PowerWorld AUX file", remedy=REMEDY, max_bytes=_MAX_BYTES, max_lines=_MAX_LINES
    )
    faults = Faults(file=path, found=list(findings))
    blocks = _Cutter(text.splitlines(), faults).cut()
    if not blocks and not faults.has_errors():
        faults.error("GP-ENC-002", "the file has no DATA block", REMEDY)
    return AuxText(blocks=tuple(blocks), names_base="basemva" in text.lower()), faults


class _Cutter:
    """Walks the lines once; a head may run over several of them."""

    def __init__(self, lines: list[str], faults: Faults) -> None:
        self.lines, self.faults, self.at = lines, faults, 0

    def cut(self) -> list[Block]:
        """Blocks of the file."""
        blocks: list[Block] = []
        while (text := self._next()) is not None:
            start = self.at
            if text.upper().startswith("DATA"):
                block = self._block(text, start)
                if block is None:
                    return blocks
                blocks.append(block)
            else:
                self._refuse(text, start)
                return blocks
        return blocks

    def _next(self) -> str | None:
        """Next line that is neither blank nor a comment."""
        while self.at < len(self.lines):
            text = self.lines[self.at].partition("//")[0].strip()
            self.at += 1
            if text:
                return text
        return None

    def _refuse(self, text: str, number: int) -> None:
        if text.upper().startswith("SCRIPT"):
            message = "the file holds a SCRIPT; gridplan runs nothing, and what it would change is unknown"
            self.faults.error("GP-SEC-003", message, "save the case itself as AUX, without scripts", number)
        elif _SHORT_HEAD.match(text):
            message = f"the header {text[:60]!r} is in the short form of newer versions, which is not read"
            self.faults.error("GP-NET-001", message, REMEDY, number)
        else:
            self.faults.error("GP-ENC-002", f"{text[:60]!r} begins neither a DATA block nor a comment", REMEDY, number)

    def _block(self, text: str, start: int) -> Block | None:
        while "]" not in text or ")" not in text.partition("]")[2]:
            more = self._next()
            if more is None or "{" in more:
                self.faults.error("GP-ENC-002", "the head of the DATA block does not end", REMEDY, start)
                return None
            text += " " + more
        opened = text.endswith("{")
        found = _HEAD.match(text.rstrip("{ \t"))
        if found is None or "CSV" in found["rest"].upper():
            self.faults.error("GP-NET-001", f"the head {text[:80]!r} is not read", REMEDY, start)
            return None
        fields = tuple(word.strip() for word in found["fields"].split(","))
        block = Block(kind=found["object"], fields=fields, line=start)
        if not opened and self._next() != "{":
            self.faults.error("GP-ENC-002", f"the {block.kind} block has no {{ after its head", REMEDY, start)
            return None
        return block if self._rows(block) else None

    def _rows(self, block: Block) -> bool:
        skipping = False
        while self.at < len(self.lines):
            raw = self.lines[self.at]
            self.at += 1
            text = raw.strip()
            if text.upper().startswith(("<SUBDATA", "</SUBDATA")):
                skipping = not text.upper().startswith("</")
            elif text == "}" and not skipping:
                return True
            elif text and not text.startswith("//") and not skipping:
                row = Row(self.at, self._tokens(raw))
                if len(row.tokens) != len(block.fields):
                    message = f"the {block.kind} row has {len(row.tokens)} values for {len(block.fields)} fields"
                    self.faults.error("GP-VAL-005", message, "write one value for every field", self.at)
                else:
                    block.rows.append(row)
        message = f"the {block.kind} block is cut off: its }} is missing"
        self.faults.error("GP-ENC-002", message, "copy the whole file again", block.line)
        return False

    def _tokens(self, raw: str) -> tuple[Token, ...]:
        found = []
        for piece in _PIECE.finditer(raw.rstrip()):
            if piece["open"]:
                self.faults.error("GP-VAL-001", "a quote does not close", "close the quote", self.at, piece.end())
                break
            kind = str(piece.lastgroup)
            if kind == "bare" and piece[kind].startswith("//"):
                break
            found.append(Token(piece[kind], piece.start(kind) + 1, kind == "quoted"))
        return tuple(found)
