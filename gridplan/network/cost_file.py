"""Cost curves in a CSV beside a file whose format has none: NAME.cost.csv for NAME.raw.

Columns are ``generator, kind, startup_usd, shutdown_usd, value_1, value_2, ...``: of a polynomial its coefficients,
constant first [USD/h over MW]; of a piecewise curve its corners, MW and USD/h in turn. Units without cost have no row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gridplan.errors import Finding, InputError, Place, did_you_mean
from gridplan.network.case import GridCase
from gridplan.network.cost import CostCurve, CurveKind
from gridplan.network.number_text import number_of
from gridplan.text_file import own_member, read_text_file

ENDING = ".cost.csv"
_MAX_BYTES, _MAX_LINES, _MAX_FAULTS = 16 * 1024 * 1024, 100_000, 100
_HEAD = ("generator", "kind", "startup_usd", "shutdown_usd")
_REMEDY = f"columns are {', '.join(_HEAD)}, value_1, value_2, ..."


def cost_path(path: Path) -> Path:
    """Path of the cost file that belongs to a case file."""
    return path.with_name(path.stem + ENDING)


def cost_bytes(case: GridCase, unit_ids: Sequence[str]) -> bytes | None:
    """Cost file of a case; None where no unit has a cost.

    Parameters
    ----------
    case : GridCase
    unit_ids : sequence of str, dims (generator,)
        Id of each unit in the file that the costs stand beside.
    """
    rows = [
        (name, curve.kind, repr(curve.startup_usd), repr(curve.shutdown_usd), *map(repr, _values(curve)))
        for name, curve in zip(unit_ids, case.generator.cost, strict=True)
        if curve is not None
    ]
    if not rows:
        return None
    n_value = max(len(row) for row in rows) - len(_HEAD)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*_HEAD, *(f"value_{k}" for k in range(1, n_value + 1))))
    writer.writerows(rows)
    return text.getvalue().encode()


def with_costs(case: GridCase, path: Path) -> GridCase:
    """Case with the costs of the file beside it, and a finding that says so, or that there is none.

    Raises
    ------
    InputError
        If the cost file is damaged or names a unit that the case does not have.
    """
    at = cost_path(path)
    if not (at.exists() or at.is_symlink()):
        message = f"{case.origin.format} has no costs and there is no {at.name} beside it: energy costs 0 USD/MWh"
        remedy = f"write {at.name}: {_REMEDY}"
        finding = case.finding("GP-CST-004", "warning", message, remedy)
        return replace(case, findings=(*case.findings, finding))
    curves, findings = _read(at, case)
    message = f"{len(curves)} of {len(case.generator)} units have a cost in {at.name}"
    note = Finding(code="GP-CST-005", severity="note", message=message, remedy="nothing to do", place=Place(file=at))
    costs = tuple(curves.get(name) for name in case.generator.id)
    return replace(case.with_table("generator", cost=costs), findings=(*case.findings, *findings, note))


def _values(curve: CostCurve) -> tuple[float, ...]:
    return curve.coefficients if curve.kind == "polynomial" else tuple(x for point in curve.points for x in point)


def _read(path: Path, case: GridCase) -> tuple[dict[str, CostCurve], tuple[Finding, ...]]:
    text, findings = read_text_file(
        own_member(path), what="cost file", remedy=_REMEDY, max_bytes=_MAX_BYTES, max_lines=_MAX_LINES
    )
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as reason:
        raise InputError([_fault(path, 0, f"the file is no CSV: {reason}")]) from None
    if tuple(cell.strip() for cell in lines[0][:4]) != _HEAD:
        raise InputError([_fault(path, 1, f"the columns are {', '.join(lines[0])[:200]}")])
    curves: dict[str, CostCurve] = {}
    faults: list[Finding] = []
    known = set(case.generator.id)
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        faults += [_fault(path, number, message) for message in _row_faults(cells, known, curves)]
        if len(faults) >= _MAX_FAULTS:
            break
        if not faults:
            curves[cells[0].strip()] = _curve(cells)
    if faults:
        raise InputError(faults)
    return curves, findings


def _row_faults(cells: list[str], known: set[str], curves: dict[str, CostCurve]) -> Iterator[str]:
    name, kind = cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
    if name not in known:
        yield f"there is no unit {name!r} in the case.{did_you_mean(name, known)}"
    if name in curves:
        yield f"unit {name!r} has two rows"
    if kind not in ("polynomial", "piecewise"):
        yield f"kind is {kind!r}, neither polynomial nor piecewise"
    wrong = [cell for cell in _numbers(cells) if number_of(cell) is None]
    if wrong:
        yield f"{wrong[0]!r} of unit {name!r} is not a finite number"
    n_value = len(_numbers(cells)) - 2
    if n_value < 1 or (kind == "piecewise" and (n_value % 2 or n_value < 4)):
        yield f"unit {name!r} has {max(n_value, 0)} values; a polynomial needs one, a piecewise curve two corners"


def _curve(cells: list[str]) -> CostCurve:
    startup, shutdown, *values = [number_of(cell) or 0.0 for cell in _numbers(cells)]
    kind: CurveKind = "polynomial" if cells[1].strip() == "polynomial" else "piecewise"
    points = tuple(zip(values[::2], values[1::2], strict=True)) if kind == "piecewise" else ()
    coefficients = tuple(values) if kind == "polynomial" else ()
    return CostCurve(kind=kind, coefficients=coefficients, points=points, startup_usd=startup, shutdown_usd=shutdown)


def _numbers(cells: list[str]) -> list[str]:
    """Cells with numbers, those left empty at the end of the row dropped."""
    cells = [cell.strip() for cell in cells[2:]]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _fault(path: Path, line: int, message: str) -> Finding:
    place = Place(file=path, line=line, column=1 if line else 0, key="cost")
    return Finding(code="GP-CST-006", severity="error", message=message, remedy=_REMEDY, place=place)
