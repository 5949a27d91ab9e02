"""What a page is made of: paragraphs, lists, tables, figures and sections, as plain values.

Sections build blocks; report.json holds them; the PDF template and the HTML page only lay them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from gridplan.report.cells import Cell, Item, Kind, Raw, column_cells, json_number

RowStyle = Literal["", "total", "group"]
_TEXT_KINDS = ("text", "local")


class Block(Protocol):
    """Anything a section may hold."""

    def to_json(self) -> dict[str, Any]:
        """Block as JSON, with its ``kind``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; ``values`` holds the raw numbers behind it, ``tone`` how it is set."""

    text: str
    values: Mapping[str, Raw] = field(default_factory=dict)
    tone: Literal["plain", "note", "missing", "warning"] = "plain"

    def to_json(self) -> dict[str, Any]:
        """Paragraph as JSON."""
        values = {name: json_number(value) for name, value in self.values.items()}
        return {"kind": "paragraph", "text": self.text, "tone": self.tone, "values": values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Words and what they mean here."""

    entries: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Terms as JSON."""
        return {"kind": "terms", "entries": [{"term": term, "text": text} for term, text in self.entries]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: heading, unit, kind of value, and its share of the free width (0 = as narrow as it can be)."""

    head: str
    kind: Kind = "text"
    unit: str = ""
    share: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Column as JSON."""
        align = "left" if self.kind in _TEXT_KINDS or self.kind == "year" else "right"
        return {"head": self.head, "unit": self.unit, "align": align, "share": self.share}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table; a ``group`` line holds one cell over the whole width."""

    cells: tuple[Cell, ...]
    style: RowStyle = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with caption and the file that holds the same numbers."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    source: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Table as JSON."""
        rows = [{"style": row.style, "cells": [c.to_json() for c in row.cells]} for row in self.rows]
        return {
            "kind": "table",
            "id": self.id,
            "caption": self.caption,
            "columns": [column.to_json() for column in self.columns],
            "rows": rows,
            "source": self.source,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing as SVG text, with the words that replace it for who cannot see it."""

    id: str
    svg: str
    alt: str
    caption: str
    source: str = ""

    @property
    def file(self) -> str:
        """Name the template knows the drawing by."""
        return f"{self.id}.svg"

    def to_json(self) -> dict[str, Any]:
        """Figure as JSON; the drawing itself stands beside it."""
        return {
            "kind": "figure",
            "id": self.id,
            "file": self.file,
            "alt": self.alt,
            "caption": self.caption,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One chapter: title, blocks, and whether the run studied it at all."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    is_studied: bool = True

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Drawings of the section."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))

    def to_json(self) -> dict[str, Any]:
        """Section as JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "status": "studied" if self.is_studied else "not studied",
            "blocks": [block.to_json() for block in self.blocks],
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Heading line inside a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Total:
    """Line of sums inside a table."""

    items: Sequence[Item]


Line = Sequence[Item] | Group | Total


def build_table(
    id_: str, caption: str, columns: Sequence[Column], lines: Sequence[Line], *, source: str = "", note: str = ""
) -> Table:
    """Table whose numbers have one count of decimals per column.

    Parameters
    ----------
    id_, caption, source, note : str
        Name, heading, the file with the same numbers, and a remark below.
    columns : sequence of Column
        Columns from left to right.
    lines : sequence
        Raw values or cells in the order of the columns, a ``Group`` heading or a ``Total``.
    """
    data = [line.items if isinstance(line, Total) else line for line in lines if not isinstance(line, Group)]
    by_column = [column_cells([items[k] for items in data], column.kind) for k, column in enumerate(columns)]
    rows: list[Row] = []
    position = 0
    for line in lines:
        if isinstance(line, Group):
            rows.append(Row(cells=(Cell(line.text, line.text),), style="group"))
            continue
        cells = tuple(cells[position] for cells in by_column)
        rows.append(Row(cells=cells, style="total" if isinstance(line, Total) else ""))
        position += 1
    return Table(id=id_, caption=caption, columns=tuple(columns), rows=tuple(rows), source=source, note=note)
