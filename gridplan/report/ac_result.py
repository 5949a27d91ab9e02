"""What ac.json says about one campus in one year.

Comes in: the run folder. Goes out: a verdict in words; a run without an AC check has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from gridplan.report.cells import Cell, mw_text
from gridplan.report.file_names import AC_JSON
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.words import binding_words

NO_SOLUTION = "no AC solution"
_REMARK = re.compile(rf"{NO_SOLUTION} \([^()]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcVerdict:
    """AC verdict of one campus: whether it passes, the sentence, and the largest MW that passes."""

    is_passed: bool
    text: str
    largest_passing_mw: float | None

    def qualified(self, firm_mw: float) -> str:
        """Words that replace *firm* where the AC check fails; empty where it passes or nothing is firm."""
        if self.is_passed or firm_mw <= 0:
            return ""
        passing = self.largest_passing_mw
        extra = "" if passing is None else f"; {passing_words(passing)}"
        return f"thermal (DC) only: {self.text}{extra}"


def ac_of_year(run: RunFolder, year: str) -> Object:
    """AC certificate of a year; empty where there is none.

    A file with ``years`` holds one certificate for each; a bare certificate is that of the last year.
    """
    found = run.optional_json(AC_JSON)
    if "years" in found:
        return cast("Object", found["years"].get(year) or {})
    return found if year == run.last_year else {}


def ac_verdict(run: RunFolder, year: str, campus: str) -> AcVerdict | None:
    """Verdict of one campus; None where the AC check did not look at it."""
    for verdict in ac_of_year(run, year).get("verdicts") or ():
        if verdict.get("campus") == campus:
            passing = verdict.get("largest_passing_mw")
            return AcVerdict(
                is_passed=bool(verdict["is_passed"]),
                text=short_words(str(verdict.get("text") or "AC fails")),
                largest_passing_mw=None if passing is None else float(passing),
            )
    return None


def ac_cell(run: RunFolder, year: str, campus: str, connected_mw: float) -> Cell:
    """Short verdict for a table."""
    if connected_mw <= 0:
        return Cell("–", None, "quiet")
    verdict = ac_verdict(run, year, campus)
    if verdict is None:
        return Cell("not studied", None, "warn")
    if verdict.is_passed:
        return Cell("passes", True, "good")
    passing = verdict.largest_passing_mw
    return Cell("fails: thermal only" if passing is None else f"fails; {passing_words(passing)}", False, "bad")


def passing_words(passing_mw: float) -> str:
    """What still passes in words: ``100 MW passes``, ``no MW passes``."""
    return f"{mw_text(passing_mw)} passes" if passing_mw > 0 else "no MW passes"


def short_words(text: str) -> str:
    """Sentence of the AC check without the power flow's remark on a case that has no solution."""
    return binding_words(_REMARK.sub(NO_SOLUTION, text))
