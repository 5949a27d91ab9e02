"""Every problem and every part of the plan is held against something that is not itself."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS = sorted(p.stem for p in (ROOT / "gridplan/plan/problems").glob("[a-z]*.py"))
PARTS = sorted(p.stem for p in (ROOT / "gridplan/plan/parts").glob("[a-z]*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Modules a test file imports, and those of the test modules it imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found.update(names)
    for name in [name for name in found if name.startswith("tests.")]:
        other = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if other.is_file() and other != path:
            found |= imported(other)
    return frozenset(found)


def uses_an_oracle(path: Path) -> bool:
    return any(name.startswith("tests.oracles.") for name in imported(path))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_problem_equals_an_oracle(problem: str) -> None:
    """``tests/equality/test_<problem>.py`` compares it with brute force."""
    path = ROOT / "tests" / "equality" / f"test_{problem}.py"
    assert path.is_file(), f"problem {problem} has no {path.relative_to(ROOT)}"
    assert uses_an_oracle(path), f"{path.relative_to(ROOT)} uses no oracle"


@pytest.mark.parametrize("problem", PROBLEMS)
def test_problem_is_used_by_a_test_or_what_it_tests(problem: str) -> None:
    name = f"gridplan.plan.problems.{problem}"
    reaches = {name} | ({"gridplan.plan.cycles"} if problem == "schedule" else set())
    assert reaches & imported(ROOT / "tests" / "equality" / f"test_{problem}.py")


@pytest.mark.parametrize("part", PARTS)
def test_part_is_declared_by_a_problem(part: str) -> None:
    texts = [(ROOT / "gridplan/plan/problems" / f"{p}.py").read_text(encoding="utf-8") for p in PROBLEMS]
    imports = re.compile(rf"gridplan\.plan\.parts\.{part} import [^\n]*\bdeclare_")
    assert any(imports.search(text) for text in texts)
