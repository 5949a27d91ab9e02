"""The result schema against a real run: every field, variable, attribute and column of ``gridplan.solution``."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import pytest

from gridplan import solution
from gridplan.terms import DIMS, Term, netcdf_attrs

YEAR = 2028
UNIT = re.compile(r"(^|_)(mw|mwh|mva|usd|musd|frac|percent)(_|$)")
EMPTY_HERE = {"years.*.pre_existing[].", "years.*.unserved[]."}
"""Lists of plan.json that may be empty: a real grid need not be overloaded before."""


@pytest.fixture(scope="module")
def plan(real_run: Path) -> dict[str, Any]:
    return json.loads((real_run / solution.PLAN_JSON).read_text(encoding="utf-8"))


def values_at(value: Any, path: str) -> Iterator[Any]:
    """Every value at a path of ``PLAN_FIELDS``; a field that is missing is a KeyError."""
    if not path:
        yield value
        return
    step, _, rest = path.partition(".")
    key = step.removesuffix("[]")
    inner = list(value.values()) if key == "*" else [value[key]]
    for one in inner:
        for entry in one if step.endswith("[]") else [one]:
            if entry is not None or not rest:
                yield from values_at(entry, rest)


@pytest.mark.parametrize("field", solution.PLAN_FIELDS, ids=lambda field: field.path)
def test_plan_has_the_field_everywhere(plan: dict[str, Any], field: solution.PlanField) -> None:
    found = list(values_at(plan, field.path))
    assert found or any(field.path.startswith(prefix) for prefix in EMPTY_HERE)
    allowed = {
        "int": int,
        "float": (int, float),
        "str": str,
        "id": str,
        "bool": bool,
        "id | null": (str, type(None)),
        "float | null": (int, float, type(None)),
        "n-1 | n-0": str,
        "firm | conditional": str,
        "linear | measured": str,
    }.get(field.form)
    if allowed is not None:
        assert all(isinstance(value, allowed) for value in found)
        assert allowed is bool or not any(isinstance(value, bool) for value in found)
    if " | " in field.form and allowed is str:
        assert set(found) <= set(field.form.split(" | "))


def test_no_number_of_plan_is_nan_or_infinite(real_run: Path) -> None:
    def refuse(word: str) -> None:
        pytest.fail(f"plan.json holds {word}")

    json.loads((real_run / solution.PLAN_JSON).read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.mark.parametrize(
    ("file", "terms"),
    [
        (solution.series_file(YEAR), solution.SERIES_VARIABLES),
        (solution.schedule_file(YEAR), solution.SCHEDULE_VARIABLES),
    ],
    ids=["series", "schedule"],
)
def test_netcdf_holds_every_variable_with_its_unit(real_run: Path, file: str, terms: tuple[Term, ...]) -> None:
    with h5netcdf.File(real_run / file, "r") as data:
        dims = {dim for term in terms for dim in term.dims}
        assert set(data.variables) == {term.name for term in terms} | (dims - {"time"})
        for term in terms:
            variable = data.variables[term.name]
            assert variable.dimensions == term.dims
            assert {key: variable.attrs[key] for key in netcdf_attrs(term.name)} == netcdf_attrs(term.name)
            values = np.asarray(variable[...])
            assert np.isfinite(values).all() or term.name.startswith("rating_")
        for dim in dims - {"time"}:
            labels = [bytes(label).decode() for label in data.variables[dim][...]]
            assert len(set(labels)) == data.dimensions[dim].size
            assert all(label.strip() == label != "" for label in labels)
        assert dims <= {name for name, _ in DIMS}


def test_schedule_carries_its_proof(real_run: Path, plan: dict[str, Any]) -> None:
    with h5netcdf.File(real_run / solution.schedule_file(YEAR), "r") as data:
        attrs = dict(data.attrs)
    assert set(solution.SCHEDULE_ATTRS) <= set(attrs)
    said = plan["years"][str(YEAR)]["schedule"]
    assert attrs["status"] in ("optimal", "gap_reached", "gap_not_reached")
    assert {key: attrs[key] for key in ("status", "objective_usd", "bound_usd", "base_usd", "gap_frac")} == {
        key: said[key] for key in ("status", "objective_usd", "bound_usd", "base_usd", "gap_frac")
    }
    spread, decided = attrs["objective_usd"] - attrs["bound_usd"], attrs["objective_usd"] - attrs["base_usd"]
    assert attrs["gap_frac"] == pytest.approx(spread / decided, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("file", "columns", "key"),
    [
        (solution.MW_BY_YEAR_CSV, solution.MW_BY_YEAR_COLUMNS, ("year", "campus")),
        (solution.schedule_csv(YEAR), solution.SCHEDULE_CSV_COLUMNS, ("time_utc", "campus")),
    ],
)
def test_csv_has_its_columns(real_run: Path, file: str, columns: tuple[str, ...], key: tuple[str, ...]) -> None:
    with (real_run / file).open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        assert tuple(reader.fieldnames or ()) == columns
        rows = list(reader)
    assert len({tuple(row[k] for k in key) for row in rows}) == len(rows) > 0
    for row in rows:
        assert all(float(row[c]) == pytest.approx(float(row[c])) for c in columns if c.endswith(("_mw", "_mwh", "_h")))


def test_every_csv_is_complete_and_has_units_in_its_heads(real_run: Path) -> None:
    """No ragged row, six decimals, and no number without a unit in the name of its column."""
    for path in sorted(real_run.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as text:
            head, *rows = list(csv.reader(text))
        assert rows, path.name
        assert {len(row) for row in rows} == {len(head)}, path.name
        for name, *column in zip(head, *rows, strict=True):
            if any("." in cell and cell.replace(".", "").replace("-", "").isdigit() for cell in column):
                assert UNIT.search(name), f"{path.name}: {name}"


def test_totals_agree_between_files(real_run: Path, plan: dict[str, Any]) -> None:
    """The central table, plan.json and the hourly file say the same."""
    with (real_run / solution.MW_BY_YEAR_CSV).open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    with h5netcdf.File(real_run / solution.schedule_file(YEAR), "r") as data:
        meter_mwh = np.asarray(data.variables["p_campus_mw"][...]).sum(axis=0)
        lost_mwh = np.asarray(data.variables["p_curtailed_mw"][...]).sum(axis=(0, 2))
    for row, said, energy, lost in zip(rows, plan["years"][str(YEAR)]["campuses"], meter_mwh, lost_mwh, strict=True):
        assert row["campus"] == said["id"]
        for name in ("contract_mw", "connected_mw", "firm_mw", "conditional_mw", "unconnected_mw"):
            assert float(row[name]) == pytest.approx(said[name], abs=1e-6)
        assert float(row["energy_mwh"]) == pytest.approx(energy, abs=1e-5)
        assert float(row["curtailed_mwh"]) == pytest.approx(lost, abs=1e-5)
