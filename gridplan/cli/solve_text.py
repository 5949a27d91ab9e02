"""Lines that say in words what a solve answered; the object of ``--json`` holds the rest.

Comes in: a JSON-ready answer. Goes out: text lines. A field that is missing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridplan.cli.reply import SHOWN_FINDINGS

Answer = Mapping[str, Any]


def head_lines(answer: Answer, *, unit: str = "USD") -> list[str]:
    """Status, objective, bound and gap, and what the answer rests on."""
    parts = [str(answer.get("status", ""))]
    if answer.get("objective") is not None:
        parts.append(f"objective {answer['objective']:,.2f} {unit}")
    if answer.get("bound") is not None:
        parts.append(f"bound {answer['bound']:,.2f}")
    if answer.get("gap") is not None:
        parts.append(f"gap {answer['gap']:.3%}")
    basis = answer.get("basis") or {}
    words = [f"{key.replace('_', ' ')} {_basis_word(value)}" for key, value in basis.items()]
    rests = [f"basis: {', '.join(words)}"] if words else []
    return [", ".join(filter(None, parts)), *rests]


def _basis_word(value: object) -> str:
    """Value of a basis entry: flags as yes and no, and no brackets of Python."""
    return ("yes" if value else "no") if isinstance(value, bool) else _cell(value)


def table_lines(rows: Iterable[Answer], columns: Sequence[str]) -> list[str]:
    """Rows as a table of text; numbers to the right, columns no row has are left out."""
    given = [row for row in rows if row]
    kept = [column for column in columns if any(row.get(column) is not None for row in given)]
    if not given or not kept:
        return []
    cells = [kept, *([_cell(row.get(column)) for column in kept] for row in given)]
    is_number = [all(_is_number(row.get(column)) for row in given) for column in kept]
    return aligned_lines(cells, is_number)


def aligned_lines(cells: Sequence[Sequence[str]], is_number: Sequence[bool]) -> list[str]:
    """Rows of text, the head first, as lines of a table; columns of numbers to the right."""
    widths = [max(len(row[k]) for row in cells) for k in range(len(is_number))]
    return [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in cells
    ]


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_cell(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(inner) for inner in value)
    return str(value)


def finding_notes(answer: Mapping[str, Any]) -> list[str]:
    """Warnings of the network behind an answer, a line each, at most as many as findings are shown."""
    found = [f for f in answer.get("findings") or () if f["severity"] == "warning"]
    lines = [f"warning[{f['code']}]: {f['message']}" for f in found[:SHOWN_FINDINGS]]
    return [*lines, f"... and {len(found) - SHOWN_FINDINGS} more warnings"] if len(found) > SHOWN_FINDINGS else lines
