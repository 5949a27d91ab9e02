"""A table without rows is a result, and not the same as a table that was never written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.report.contents import build_section
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections import CHAPTERS


@pytest.mark.parametrize(
    ("chapter", "table", "words"),
    [
        ("units", "unit_dependence.csv", "No single unit lowers the firm MW"),
        ("reinforcements", "reinforcements.csv", "names no reinforcement"),
        ("worth", "branch_worth.csv", "No limit has a price"),
        ("security", "violations.csv", "No pair of branch and outage comes near its limit"),
    ],
)
def test_table_without_rows_is_said_in_words(tmp_path: Path, chapter: str, table: str, words: str) -> None:
    (row,) = [row for row in CHAPTERS if row.id == chapter]
    assert f"Not studied: the run has no {table}." in str(build_section(RunFolder(tmp_path), row).to_json())
    (tmp_path / table).write_text("year,bus\n")
    section = build_section(RunFolder(tmp_path), row)
    assert section.is_studied
    assert words in str(section.to_json())
