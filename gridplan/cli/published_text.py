"""The comparison with published totals as lines for people and as one object for machines.

Comes in: rows of ``campus.published.rows``. Goes out: text lines, or JSON-ready records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gridplan.campus.published.rows import SINGLE_FIGURE_FRAC, PublishedRow
from gridplan.cli.solve_text import table_lines

COLUMNS = ("what", "unit", "published", "model", "P10", "P50", "P90", "deviation", "verdict")
RULE = (
    "inside: the base run lies in the published range at the decimals published, or within "
    f"{100 * SINGLE_FIGURE_FRAC:.0f} % of a figure without a range; deviation from the figure, or from the nearest end "
    "of the range"
)
"""What the words of the verdict mean."""


def published_lines(rows: Sequence[PublishedRow]) -> list[str]:
    """Table, verdicts counted, what each row asks of the model, and sources."""
    return [
        "published totals beside the load model: base run with every parameter at its mode, P10 to P90 over scenarios",
        *table_lines([cells(row) for row in rows], COLUMNS),
        "",
        tally(rows),
        RULE,
        "",
        "what was asked of the model, and where the published figure comes from",
        *(line for row in rows for line in _explained(row)),
    ]


def published_json(rows: Sequence[PublishedRow]) -> list[dict[str, Any]]:
    """Records of all rows, numbers unrounded."""
    return [_record(row) for row in rows]


def cells(row: PublishedRow) -> dict[str, str]:
    """A row as text by COLUMNS, three digits a number."""
    check = row.check
    return {
        "what": check.title,
        "unit": check.unit if check.unit != "1" else "",
        "published": check.published.words,
        "model": number(row.base),
        "P10": number(row.p10),
        "P50": number(row.p50),
        "P90": number(row.p90),
        "deviation": _percent(row.deviation_frac),
        "verdict": verdict_words(row),
    }


def verdict_words(row: PublishedRow) -> str:
    """Verdict, with the reason where two things cannot be compared, and what an input proves."""
    if row.check.incomparable:
        return f"not comparable, because {row.check.incomparable}"
    return f"{row.verdict}, by construction: an input" if row.check.is_input else row.verdict


def tally(rows: Sequence[PublishedRow]) -> str:
    """How many rows have which verdict."""
    inside = [row for row in rows if row.verdict == "inside"]
    inputs = sum(row.check.is_input for row in inside)
    missed = sum(row.verdict == "miss" for row in rows)
    rest = len(rows) - len(inside) - missed
    words = f"{len(inside)} inside, {inputs} of them by construction; {missed} miss; {rest} not comparable"
    return f"{len(rows)} rows: {words}"


def number(value: float | None) -> str:
    """Three digits; empty where there is no number."""
    return "" if value is None else f"{value:#.3g}".rstrip(".")


def _percent(frac: float) -> str:
    percent = round(100 * frac)
    return f"{percent:+d} %" if percent else "0 %"


def _explained(row: PublishedRow) -> Iterator[str]:
    check = row.check
    yield f"  {check.title}: {check.inputs}; published: {check.published.source}, {check.published.year}"
    if check.note:
        yield f"    {check.note}"


def _record(row: PublishedRow) -> dict[str, Any]:
    check, published = row.check, row.check.published
    return {
        "check": check.key,
        "title": check.title,
        "unit": check.unit,
        "published": {
            "low": published.low,
            "high": published.high,
            "figure": published.figure,
            "words": published.words,
            "source": published.source,
            "year": published.year,
        },
        "inputs": check.inputs,
        "parameters": dict(check.given),
        "base": row.base,
        "p10": row.p10,
        "p50": row.p50,
        "p90": row.p90,
        "deviation_frac": row.deviation_frac,
        "verdict": row.verdict,
        "because": check.incomparable,
        "is_input": check.is_input,
        "is_published_in_band": row.holds_figure,
        "note": check.note,
    }
