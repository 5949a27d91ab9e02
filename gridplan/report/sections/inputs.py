"""Chapter: hashes of the inputs and versions of the programs, so that others get the same numbers."""

from __future__ import annotations

from gridplan.report.blocks import Block, Column, Line, Paragraph, Table, build_table
from gridplan.report.cells import Cell
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.solution import NETWORK_JSON, STUDY_JSON, STUDY_YAML, series_file

_INTRO = (
    "The same study, data and versions give the same numbers; “gridplan report” rebuilds this document from the run "
    "folder to the same bytes. The edition at the foot of each page is the beginning of the hash of plan.json; hashes "
    "of all results stand in the manifest."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Files as written in the run folder, sources as read, versions and seed."""
    files = [STUDY_YAML, STUDY_JSON, NETWORK_JSON, *(series_file(year) for year in run.years)]
    present = [name for name in files if (run.path / name).is_file()]
    if not present:
        raise NotStudiedError("the run holds no input")
    blocks: list[Block] = [Paragraph(text=_INTRO), _files(run, present)]
    versions = run.provenance.get("versions") or {}
    if versions:
        words = ", ".join(f"{name} {version}" for name, version in versions.items())
        seed = run.provenance.get("seed")
        blocks.append(Paragraph(text=f"Versions: {words}.{'' if seed is None else f' Seed {seed}.'}"))
    return tuple(blocks)


def _files(run: RunFolder, present: list[str]) -> Table:
    lines: list[Line] = [["run folder", name, _digest(run.digest(name))] for name in present]
    for name, digest in (run.provenance.get("inputs") or {}).items():
        lines.append(["as read", str(name), _digest(str(digest))])
    columns = (Column(head="From"), Column(head="File", share=1.0), Column(head="SHA-256"))
    return build_table("inputs", "Inputs", columns, lines)


def _digest(text: str) -> Cell:
    return Cell(text, text, "code")
