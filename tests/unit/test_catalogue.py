"""The catalogue of findings against the code: every code has a row, every row is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import gridplan
from gridplan.findings import CATALOGUE, THEMES

PACKAGE = Path(gridplan.__file__).resolve().parent
CODE = re.compile(r"\bGP-[A-Z]+-\d{3}\b")


def codes_in_code() -> dict[str, list[str]]:
    """Code -> files whose text holds it as a string; docstrings count, for a rule may say what it judges there."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] == "findings":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for code in CODE.findall(node.value):
                    found.setdefault(code, []).append(path.relative_to(PACKAGE).as_posix())
    return found


def test_every_code_has_a_row() -> None:
    missing = {code: sorted(set(files)) for code, files in codes_in_code().items() if code not in CATALOGUE}
    assert not missing, f"give these codes a row in gridplan/findings: {missing}"


def test_every_row_is_used() -> None:
    assert not sorted(set(CATALOGUE) - set(codes_in_code())), "no code shows these findings; delete their rows"


def test_a_code_has_one_row() -> None:
    assert sum(len(rows) for rows in THEMES.values()) == len(CATALOGUE)


def test_rows_are_complete_sentences() -> None:
    for kind in CATALOGUE.values():
        assert CODE.fullmatch(kind.code)
        assert set(kind.severities) <= {"error", "warning", "note"}, kind.code
        assert kind.meaning.endswith("."), kind.code
        assert kind.remedy.endswith("."), kind.code
        assert not kind.title.endswith("."), kind.code
