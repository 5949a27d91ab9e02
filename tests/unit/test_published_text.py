"""The comparison with published totals as text and as JSON."""

from __future__ import annotations

import json

import pytest

from gridplan.campus.published.rows import PublishedRow, published_rows
from gridplan.cli import published_text


@pytest.fixture(scope="module")
def rows() -> tuple[PublishedRow, ...]:
    return published_rows(16, 1)


def test_table_has_a_line_for_every_row_and_shows_misses(rows: tuple[PublishedRow, ...]) -> None:
    lines = published_text.published_lines(rows)
    table = lines[1 : len(rows) + 2]
    assert table[0].split("  ")[0] == "what"
    session = next(line for line in table if line.startswith("coding-agent session  "))
    assert session.split()[-3:] == ["+39", "%", "miss"]
    assert " 41 " in session
    shipped = next(line for line in table if line.startswith("coding-agent session beside"))
    assert shipped.endswith("not comparable, because a session is many tasks")
    assert next(line for line in table if line.startswith("power of a training")).endswith("by construction: an input")


def test_tally_counts_verdicts(rows: tuple[PublishedRow, ...]) -> None:
    assert published_text.tally(rows) == "39 rows: 26 inside, 8 of them by construction; 10 miss; 3 not comparable"
    assert published_text.tally(rows) in published_text.published_lines(rows)
    assert published_text.tally(()) == "0 rows: 0 inside, 0 of them by construction; 0 miss; 0 not comparable"


def test_every_row_is_explained_once(rows: tuple[PublishedRow, ...]) -> None:
    lines = published_text.published_lines(rows)
    begin = next(k for k, line in enumerate(lines) if line.startswith("what was asked"))
    explained = "\n".join(lines[begin:])
    for row in rows:
        assert f"  {row.check.title}: {row.check.inputs}; published: {row.check.published.source}, " in explained


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.9, "0.900"), (331.4, "331"), (57.17, "57.2"), (0.04, "0.0400"), (0.0, "0.00"), (9.996, "10.0")],
)
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert published_text.number(value) == text


def test_small_deviation_has_no_sign(rows: tuple[PublishedRow, ...]) -> None:
    shown = {published_text.cells(row)["deviation"] for row in rows}
    assert "0 %" in shown
    assert not shown & {"+0 %", "-0 %"}


def test_json_holds_every_number_unrounded(rows: tuple[PublishedRow, ...]) -> None:
    records = json.loads(json.dumps(published_text.published_json(rows)))
    assert [record["check"] for record in records] == [row.check.key for row in rows]
    for record, row in zip(records, rows, strict=True):
        assert (record["base"], record["p10"], record["p90"]) == (row.base, row.p10, row.p90)
        assert record["verdict"] in ("inside", "miss", "not comparable")
        assert (record["because"] != "") == (record["verdict"] == "not comparable")
        assert record["published"]["low"] <= record["published"]["high"]
    assert records[0]["parameters"] == {"serving.edge_offload_frac": 0.0, "serving.reprompt_probability": 0.0}
