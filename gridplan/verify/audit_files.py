"""A15 and A17: hours and sums of the spreadsheets, and sha256 of every file.

In: a run folder. Out: measures. The CSV files must add up to what the netCDF files hold.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gridplan.solution import (
    MANIFEST_JSON,
    MW_BY_YEAR_COLUMNS,
    MW_BY_YEAR_CSV,
    NETWORK_JSON,
    PLAN_JSON,
    SCHEDULE_CSV_COLUMNS,
    STUDY_JSON,
    schedule_csv,
    schedule_file,
    series_file,
)
from gridplan.verify.audit_campus_year import CampusYear, campus_year
from gridplan.verify.audit_certificate import Measure, single
from gridplan.verify.audit_grid import FloatArray
from gridplan.verify.audit_plan import curtailment
from gridplan.verify.audit_read import RunFolder, RunYear
from gridplan.verify.audit_record import MissingPartError, NotApplicableError, read_json

_ROUNDING = 1e-6
_COUNT = 0.5


def hours_and_sums(year: RunYear) -> Iterator[Measure]:
    """A15: every hour once, in UTC; MWh of the CSV files equal those of the netCDF files."""
    yield from _hours(year)
    if year.campuses:
        data = campus_year(year)
        yield from _schedule_sums(year, data)
        yield from _year_rows(year, data)


def _hours(year: RunYear) -> Iterator[Measure]:
    written = year.times(schedule_file(year.year))
    place = f"{year.year}: {schedule_file(year.year)}"
    count = int(year.plan.number("hours"))
    wrong = max(abs(len(written) - count), abs(len(year) - count))
    yield single("hours missing or too many", "h", wrong, _COUNT, place)
    steps = np.diff(written)
    yield single("steps that are not one hour", "steps", int((steps != 3600).sum()), _COUNT, place)
    first = year.plan.epoch_s("first_hour_utc")
    off = abs(int(written[0]) - first) if len(written) else 1
    off += 0 if np.array_equal(written, year.time_utc) else 1
    yield single("first hour or stamps away from plan.json and the hourly data", "s", off, _COUNT, place)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        message = f"file {path.name} is missing"
        raise MissingPartError(message)
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        missing = [name for name in columns if name not in (rows.fieldnames or ())]
        if missing:
            message = f"{path.name}: column {', '.join(missing)} is missing"
            raise MissingPartError(message)
        return list(rows)


def _number(row: dict[str, str], column: str, file: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        message = f"{file}: {column} {row[column]!r} is not a number"
        raise MissingPartError(message) from None


def _schedule_sums(year: RunYear, data: CampusYear) -> Iterator[Measure]:
    file = schedule_csv(year.year)
    rows = _rows(year.run.path / file, SCHEDULE_CSV_COLUMNS)
    sums = {
        "p_campus_mw": year.array("p_campus_mw").sum(axis=0),
        "p_workload_mw": data.served_mw.sum(axis=(0, 2)),
        "p_baseline_mw": data.asked_mw.sum(axis=(0, 2)),
        "p_curtailed_mw": data.lost_mw.sum(axis=(0, 2)),
        "p_job_mw": data.job_of_campus_mw.sum(axis=0),
    }
    net_store = data.store_power_mw.sum(axis=0)
    for i, campus in enumerate(year.labels["campus"]):
        own = [row for row in rows if row["campus"] == campus]
        place = f"{file}: campus {campus}"
        yield single("rows of a campus less hours", "rows", abs(len(own) - len(year)), _COUNT, place)
        for column, wanted in sums.items():
            total = sum(_number(row, column, file) for row in own)
            yield single(f"sum of {column} in the CSV", "MWh", abs(total - wanted[i]), _tolerance(year), place)
        total = sum(_number(row, "p_charge_mw", file) - _number(row, "p_discharge_mw", file) for row in own)
        yield single(
            "sum of charging less discharging in the CSV", "MWh", abs(total - net_store[i]), 2 * _tolerance(year), place
        )


def _tolerance(year: RunYear) -> float:
    """Half of the last of six decimals in every hour [MWh]."""
    return _ROUNDING * max(len(year), 1)


def _year_rows(year: RunYear, data: CampusYear) -> Iterator[Measure]:
    rows = {
        row["campus"]: row
        for row in _rows(year.run.path / MW_BY_YEAR_CSV, MW_BY_YEAR_COLUMNS)
        if row["year"] == year.year
    }
    energy_mwh: FloatArray = year.array("p_campus_mw").sum(axis=0)
    for i, campus in enumerate(year.campuses):
        name = campus.text("id")
        place = f"{MW_BY_YEAR_CSV}: {year.year} campus {name}"
        if name not in rows:
            yield single("row of a campus", "rows", 1, _COUNT, f"{place} is missing")
            continue
        counted = curtailment(data.lost_mw[:, i].sum(axis=1), campus.number("contract_mw"))
        wanted = {
            key: campus.number(key)
            for key in ("contract_mw", "connected_mw", "firm_mw", "conditional_mw", "unconnected_mw")
        }
        wanted |= {
            "energy_mwh": float(energy_mwh[i]),
            "curtailed_mwh": counted.energy_mwh,
            "curtailed_hours": counted.hours,
            "longest_event_h": counted.longest_event_h,
            "depth_mw": counted.depth_mw,
        }
        for column, value in wanted.items():
            off = abs(_number(rows[name], column, MW_BY_YEAR_CSV) - value)
            yield single(f"{column} in the table by year", "as named", off, _tolerance(year), place)
        other_bus = rows[name]["bus"] != ("" if campus.value("bus") is None else str(campus.value("bus")))
        other_service = rows[name]["service"] != campus.text("service")
        yield single("POI or service in the table by year", "values", other_bus + other_service, _COUNT, place)


def hashes(run: RunFolder) -> Iterator[Measure]:
    """A17: sha256 of every file equals the manifest, and no result stands outside it."""
    if not (run.path / MANIFEST_JSON).is_file():
        message = f"{MANIFEST_JSON} is not written yet"
        raise NotApplicableError(message)
    manifest = read_json(run.path / MANIFEST_JSON)
    inputs, outputs = manifest.record("inputs").data, manifest.record("outputs").data
    inside = {name: digest for name, digest in inputs.items() if (run.path / name).is_file()}
    listed = outputs | inside
    wrong = sorted(name for name, digest in listed.items() if _sha256(run.path / name) != digest)
    note = f"{len(listed)} files hashed; {len(inputs) - len(inside)} inputs lie outside the run folder"
    yield single(
        "files whose sha256 differs from the manifest",
        "files",
        len(wrong),
        _COUNT,
        ", ".join(wrong[:8]) or MANIFEST_JSON,
        note=note,
    )
    unlisted = sorted(set(_results(run)) - set(listed))
    yield single(
        "results the manifest does not list", "files", len(unlisted), _COUNT, ", ".join(unlisted[:8]) or MANIFEST_JSON
    )


def _results(run: RunFolder) -> Iterator[str]:
    """Files the certificate rests on."""
    yield from (NETWORK_JSON, PLAN_JSON, STUDY_JSON, MW_BY_YEAR_CSV)
    for year in run.years:
        yield from (series_file(year.year), schedule_file(year.year), schedule_csv(year.year))


def _sha256(path: Path) -> str:
    if not path.is_file():
        return "missing"
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
