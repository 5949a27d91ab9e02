"""The verb ``convert``: a grid from one format into another, with an account of what crossed and what did not.

Comes in: a network file, a dataset or the folder of a run. Goes out: files, and the counts and MW of every table
before and after. What was written is read back by gridplan's own reader and compared before anything gets its name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import FileError, Finding, GridplanError, Place, input_error, refuse_errors
from gridplan.handover import findings_of_changes, is_run, run_case
from gridplan.network.case import TABLES, GridCase, NotCarried
from gridplan.network.case_of_network import case_of_network
from gridplan.network.formats import Export, export_case, format_of, read_case
from gridplan.network.open_grid import grid_path, open_grid
from gridplan.network.policy import Policy
from gridplan.network.rules import check_case
from gridplan.network.zero_impedance import merged
from gridplan.solution import SCHEMA_VERSION
from gridplan.store.folder import write_together

#: Column whose sum stands for a table in the account, and its unit.
_AMOUNT: dict[str, tuple[str, str]] = {
    "load": ("p_mw", "MW"),
    "shunt": ("bs_mvar", "Mvar"),
    "generator": ("p_max_mw", "MW"),
    "branch": ("rating_normal_mva", "MVA"),
    "dc_line": ("p_mw", "MW"),
    "storage": ("p_mw", "MW"),
}


@dataclass(frozen=True, kw_only=True)
class _Source:
    case: GridCase
    format: str
    findings: tuple[Finding, ...]


def convert_network(
    source: Path | str,
    target: Path | str,
    *,
    policy: Policy | None = None,
    year: int | None = None,
    hour: int | None = None,
    onto: Path | None = None,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Write a grid in the format of ``target``.

    Parameters
    ----------
    source : path
        Network file, dataset, or folder of a finished run (then with the chosen campuses and reinforcements in it).
    target : path
        File to write; its ending names the format.
    policy : Policy, optional
        What may be assumed of the source.
    year, hour, onto :
        For a run: studied year, studied hour, and the original file that the changes are made in; see ``run_case``.
    overwrite : bool
        Replace files that exist.

    Returns
    -------
    JSON-ready answer of ``gridplan convert``: counts and MW before and after, what was not carried, findings, files.

    Raises
    ------
    InputError
        If the source has errors, or cannot be said in the format.
    FileError
        If a file exists, or cannot be written.
    """
    chosen, path = policy or Policy(), Path(target)
    found = _read(source, chosen, year, hour, onto)
    export = export_case(found.case, path)
    files = [path.with_name(name) for name in export.files]
    _refuse_existing(files, overwrite=overwrite)
    after = _read_back(export, path)
    if after is not None:
        _refuse_different(found.case, after, path)
    try:
        write_together(dict(zip(files, export.files.values(), strict=True)))
    except OSError as reason:
        raise FileError(f"{path} cannot be written: {reason.strerror or reason}") from None
    return _answer(found, export, after, source, files)


def _read(source: Path | str, policy: Policy, year: int | None, hour: int | None, onto: Path | None) -> _Source:
    path = Path(source)
    if is_run(path):
        original = None if onto is None else _checked(read_case(onto), policy)
        handover = run_case(path, year=year, hour=hour, onto=original.case if original else None)
        findings = (*(original.findings if original else ()), *findings_of_changes(handover))
        return _Source(case=handover.case, format="run", findings=findings)
    if year is not None or hour is not None or onto is not None:
        message = f"{source} is no folder of a finished run; a year, an hour and a file to change belong to one"
        raise input_error("GP-CNV-002", message, "leave them out, or give a run", Place(file=path))
    path = grid_path(str(source))
    if path.is_dir():
        grid = open_grid(path, policy)
        return _Source(case=case_of_network(grid.network), format="dataset", findings=grid.findings)
    return _checked(read_case(path), policy)


def _checked(case: GridCase, policy: Policy) -> _Source:
    """Case after the rules; zero-impedance branches are merged where that was asked for."""
    findings = check_case(case, policy)
    refuse_errors(findings)
    if policy.merge_zero_impedance:
        case, notes = merged(case)
        findings = (*findings, *notes)
    return _Source(case=case, format=case.origin.format, findings=findings)


def _refuse_existing(files: list[Path], *, overwrite: bool) -> None:
    there = [str(file) for file in files if file.exists()]
    if there and not overwrite:
        raise FileError(f"{', '.join(there)} exists; give another name, or --overwrite")


def _read_back(export: Export, path: Path) -> GridCase | None:
    """What gridplan's own reader makes of the written bytes; None for a format that is only written."""
    found = format_of(path)
    if found is None or not found.reader:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, data in export.files.items():
            (Path(folder) / name).write_bytes(data)
        return read_case(Path(folder) / path.name)


def _refuse_different(before: GridCase, after: GridCase, path: Path) -> None:
    """Refuse an export that would come back with other MW in service."""
    for table, (column, unit) in _AMOUNT.items():
        if table in ("shunt", "storage"):
            continue  # a format may lump shunts by bus and know no storage; its list of what it lost says so
        was, now = _in_service(before, table, column), _in_service(after, table, column)
        if abs(was - now) > 1e-6 * max(1.0, abs(was)):
            raise GridplanError(
                f"{path} would come back with {now:,.3f} {unit} of {table} in service instead of {was:,.3f}; "
                "nothing was written. This is a fault of gridplan, please report it with the source file"
            )


def _in_service(case: GridCase, table: str, column: str) -> float:
    elements = getattr(case, table)
    values = np.where(elements.in_service, getattr(elements, column), 0.0)
    return float(values[np.isfinite(values)].sum())


def _answer(
    found: _Source, export: Export, after: GridCase | None, source: Path | str, files: list[Path]
) -> dict[str, Any]:
    case = found.case
    target = format_of(files[0])
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "converted",
        "source": str(source),
        "source_format": found.format,
        "target_format": target.name if target else "",
        "files": [str(file) for file in files],
        "tables": [_account(case, after, table) for table in TABLES],
        "not_carried": [_lost(row, "reading") for row in case.not_carried]
        + [_lost(row, "writing") for row in export.not_carried],
        "findings": [finding.to_json() for finding in found.findings],
    }


def _lost(row: NotCarried, when: str) -> dict[str, Any]:
    return {"when": when, "section": row.section, "rows": row.rows, "meaning": row.meaning}


def _account(before: GridCase, after: GridCase | None, table: str) -> dict[str, Any]:
    return {
        "table": table,
        "unit": _AMOUNT[table][1] if table in _AMOUNT else "",
        "before": _counts(before, table),
        "after": _counts(after, table) if after is not None else None,
    }


def _counts(case: GridCase, table: str) -> Mapping[str, Any]:
    elements = getattr(case, table)
    counts: dict[str, Any] = {"rows": len(elements)}
    if table in _AMOUNT:
        counts["in_service"] = int(elements.in_service.sum())
        counts["amount"] = _in_service(case, table, _AMOUNT[table][0])
    return counts
