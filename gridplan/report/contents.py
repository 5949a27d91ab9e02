"""The whole report as one value: cover, verdict and chapters.

Comes in: a run folder. Goes out: a Document whose JSON is report.json and feeds the PDF and the HTML page alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridplan.report.blocks import Figure, Paragraph, Section, Table
from gridplan.report.cells import day_text
from gridplan.report.dataset_facts import dataset_facts
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.report.sections import CHAPTERS, Chapter
from gridplan.report.verdict import CAVEAT, VerdictLine, campus_table, verdict_lines, warnings
from gridplan.report.words import joined
from gridplan.solution import PLAN_JSON, SCHEMA_VERSION

_PAPERS = {"letter": "us-letter", "a4": "a4"}
_BASIS = ("commitment", "security", "pre_existing", "dc_convention", "dc_rating_factor", "load_basis", "weather_years")
_UNDATED = date(2000, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Document:
    """Everything the report says, in order."""

    title: str
    description: str
    dataset: str
    paper: str
    day: date
    edition: str
    status: str
    basis: dict[str, Any]
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[Paragraph, ...]
    verdict: tuple[VerdictLine, ...]
    campus_table: Table | None
    sections: tuple[Section, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every drawing of the report."""
        return tuple(figure for section in self.sections for figure in section.figures)

    def to_json(self) -> dict[str, Any]:
        """Document as JSON, drawings by name only."""
        return {
            "schema_version": SCHEMA_VERSION,
            "status": self.status,
            "basis": self.basis,
            "title": self.title,
            "description": self.description,
            "dataset": self.dataset,
            "paper": self.paper,
            "date": self.day.isoformat(),
            "edition": self.edition,
            "caveat": CAVEAT,
            "facts": [{"label": label, "text": text} for label, text in self.facts],
            "warnings": [warning.to_json() for warning in self.warnings],
            "verdict": [line.to_json() for line in self.verdict],
            "campuses": self.campus_table.to_json() if self.campus_table else None,
            "sections": [section.to_json() for section in self.sections],
        }


def build_document(run: RunFolder) -> Document:
    """Document of a run; what the run does not hold is named, not left out."""
    report = run.study.get("report") or {}
    edition = run.digest(PLAN_JSON)[:12] if (run.path / PLAN_JSON).is_file() else "none"
    return Document(
        title=str(run.study.get("name") or run.path.name),
        description=str(run.study.get("description") or ""),
        dataset=dataset_facts(run).label,
        paper=_PAPERS.get(str(report.get("paper")), "us-letter"),
        day=_day(run),
        edition=edition,
        status=_status(run),
        basis={name: run.basis[name] for name in _BASIS if name in run.basis},
        facts=_facts(run),
        warnings=tuple(warnings(run)),
        verdict=verdict_lines(run),
        campus_table=campus_table(run) if run.years else None,
        sections=tuple(build_section(run, chapter) for chapter in CHAPTERS),
    )


def build_section(run: RunFolder, chapter: Chapter) -> Section:
    """Section of a chapter, or the line that says why it was not studied."""
    try:
        return Section(id=chapter.id, title=chapter.title, blocks=chapter.build_blocks(run))
    except NotStudiedError as missing:
        line = Paragraph(text=f"Not studied: {missing}.", tone="missing")
        return Section(id=chapter.id, title=chapter.title, blocks=(line,), is_studied=False)


def _status(run: RunFolder) -> str:
    if not run.years:
        return str(run.plan.get("status") or "no_result")
    found = (run.year(run.last_year).get("schedule") or {}).get("status")
    return str(run.plan.get("status") or found or "solved")


def _facts(run: RunFolder) -> tuple[tuple[str, str], ...]:
    report, base = run.study.get("report") or {}, run.study.get("base_case") or {}
    years = run.study.get("years") or run.years
    source = base.get("source_date")
    facts = (
        ("Grid", dataset_facts(run).label),
        ("Studied years", joined(str(year) for year in years)),
        ("Base case", day_text(str(source)) if source else "no date given"),
        ("Prepared for", str(report.get("prepared_for") or "")),
        ("Prepared by", str(report.get("prepared_by") or "")),
    )
    return tuple((label, text) for label, text in facts if text)


def _day(run: RunFolder) -> date:
    """Date of the document: of the run, else of the base case; never today, so that the bytes stay the same."""
    given = run.provenance.get("date") or (run.study.get("base_case") or {}).get("source_date")
    try:
        return datetime.fromisoformat(str(given)).date()
    except ValueError:
        return _UNDATED
