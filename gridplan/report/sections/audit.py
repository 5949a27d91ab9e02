"""Chapter: the certificate of the independent audit."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, build_table
from gridplan.report.cells import Cell
from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.words import hours_in_words
from gridplan.solution import CERTIFICATE_JSON

_WORDS = {
    "pass": Cell("pass", "pass", "good"),
    "fail": Cell("FAIL", "fail", "bad"),
    "not_applicable": Cell("not applicable", "not_applicable", "quiet"),
}
_COLUMNS = (
    Column(head="Id"),
    Column(head="Check", share=1.3),
    Column(head="Verdict"),
    Column(head="Worst"),
    Column(head="Tolerance"),
    Column(head="Unit"),
    Column(head="Worst place, or reason", share=1.5),
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of checks, and what the certificate does not cover."""
    certificate = run.json(CERTIFICATE_JSON)
    checks = list(certificate.get("checks") or ())
    failed = [str(check["id"]) for check in checks if check["verdict"] == "fail"]
    verdict = f"failed in {', '.join(failed)}" if failed else "passed"
    intro = Paragraph(
        text=f"Code that shares no model code with the optimisation read the result files again and recomputed flows, "
        f"outages, limits, deadlines and cost. The audit {verdict}.",
        tone="warning" if failed else "plain",
    )
    lines: list[Line] = [_line(check) for check in checks]
    table = build_table("audit", "Certificate", _COLUMNS, lines, source=CERTIFICATE_JSON)
    return intro, table, Paragraph(text=f"Scope: {certificate.get('scope', '')}", tone="note")


def _line(check: Object) -> tuple[Cell, ...]:
    verdict = str(check["verdict"])
    is_checked = verdict != "not_applicable"
    is_passed = verdict == "pass"
    place = hours_in_words(str((not is_passed and check.get("reason")) or check.get("place") or ""))
    return (
        Cell(str(check["id"]), str(check["id"])),
        Cell(str(check["title"]), str(check["title"])),
        _WORDS.get(verdict, Cell(verdict, verdict)),
        _short(check.get("worst")) if is_checked else _short(None),
        _short(check.get("tolerance")) if is_checked else _short(None),
        Cell(str(check.get("unit") or "") if is_checked else "", None),
        Cell(place, place),
    )


def _short(value: float | None) -> Cell:
    return Cell("–", None, "quiet") if value is None else Cell(f"{value:.2g}".replace("-", "−"), value)
