"""``gridplan validate``: every fault of a study, a sweep or a dataset folder, with its place and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridplan.cli import options
from gridplan.cli.console import command
from gridplan.cli.reply import Reply, findings_text
from gridplan.errors import EXIT_INPUT, Finding, InputError
from gridplan.solution import SCHEMA_VERSION

if TYPE_CHECKING:
    from gridplan.network.policy import Policy
    from gridplan.study.read import StudyFile


@command("validate")
@click.argument("file", metavar="FILE", type=options.ANY_PATH)
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@options.network_policy
def validate(file: Path, strict: bool, policy: Policy) -> Reply:
    """List all findings of a study, a sweep, a network file or a dataset folder.

    The exit code is 2 if there is an error. The first 20 findings are shown; --json lists them all.
    """
    from gridplan.network.open_grid import is_network_file

    if not is_network_file(file):
        options.refuse_policy(policy)
    findings = file_findings(file, policy)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = sum(finding.severity == "warning" for finding in findings)
    is_sound = not (errors or (strict and warnings))
    data = {
        "schema_version": SCHEMA_VERSION,
        "status": "sound" if is_sound else "invalid_input",
        "file": str(file),
        "errors": errors,
        "warnings": warnings,
        "findings": [finding.to_json() for finding in findings],
    }
    count = f"{file}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"
    lines = [*findings_text(findings).splitlines(), count]
    return Reply(data=data, lines=lines, exit_code=0 if is_sound else EXIT_INPUT)


def file_findings(path: Path, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Findings of a study, a sweep, a network file or a dataset folder, by what the path is."""
    from gridplan.network.open_grid import is_network_file

    try:
        if path.is_dir() or path.name == "dataset.json":
            return _dataset_findings(path if path.is_dir() else path.parent, policy)
        if is_network_file(path):
            return _case_findings(path, policy)
        from gridplan.batch.sweep import is_sweep

        return _sweep_findings(path) if is_sweep(path) else _study_findings(path)
    except InputError as error:
        return error.findings


def _study_findings(path: Path) -> tuple[Finding, ...]:
    from gridplan.study.read import read_study

    return _input_findings(read_study(path), path)


def _sweep_findings(path: Path) -> tuple[Finding, ...]:
    from gridplan.batch.member import build_members
    from gridplan.batch.sweep import read_sweep

    sweep = read_sweep(path)
    build_members(sweep)
    return tuple(dict.fromkeys([*sweep.findings, *_input_findings(sweep.base, sweep.base_path)]))


def _input_findings(file: StudyFile, path: Path) -> tuple[Finding, ...]:
    """Findings of the study and of everything it names."""
    from gridplan.inputs import load_inputs

    try:
        return load_inputs(file, path).findings
    except InputError as error:
        return error.findings


def _dataset_findings(folder: Path, policy: Policy | None) -> tuple[Finding, ...]:
    from gridplan.network.open_grid import open_grid
    from gridplan.series.dataset import read_series

    grid = open_grid(folder, policy)
    read_series(folder, grid.network, commitment="relaxed")
    return grid.findings


def _case_findings(path: Path, policy: Policy | None) -> tuple[Finding, ...]:
    from gridplan.network.build import build_network
    from gridplan.network.formats import read_case

    return build_network(read_case(path), policy).findings


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
