"""Seeded mutations of good hourly files: every one is read or refused with a finding; nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import openpyxl
import pytest

from gridplan.errors import InputError
from gridplan.series.read import read_hourly_table
from gridplan.series.spec import HourlySpec
from tests.unit.series.hourly_files import SAID, text, utc_hours

TIMES = utc_hours("2020-03-07T06:00", 72)
VALUES = np.round(np.random.default_rng(1).uniform(5, 95, (72, 2)), 2)
TOKENS = ("", "N/A", "nan", "-1", "1e999", "1,5", ";", '"', "\x00", "2020-02-30", "9" * 400, "\u0661", " ", "1_0", "=1")


def csv_bytes() -> bytes:
    rows = [f"{when},{a},{b}" for when, (a, b) in zip(text(TIMES), VALUES.tolist(), strict=True)]
    return "\n".join(["time,x,y", *rows, ""]).encode()


def netcdf(path: Path) -> None:
    with h5netcdf.File(path, "w") as data:
        data.dimensions = {"time": 72}
        time = data.create_variable("time", ("time",), float, data=np.arange(72.0))
        time.attrs["units"] = "hours since 2020-03-07 06:00"
        for k, name in enumerate(("x", "y")):
            data.create_variable(name, ("time",), float, data=VALUES[:, k])


def excel(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["time", "x", "y"])
    for k, row in enumerate(VALUES.tolist()):
        sheet.append([datetime(2020, 3, 7, 6) + timedelta(hours=k), *row])
    book.save(path)


def parquet(path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = {"time": pa.array(TIMES.astype("datetime64[us]")), "x": VALUES[:, 0], "y": VALUES[:, 1]}
    pq.write_table(pa.table(columns), path)


def is_read(path: Path, **said: Any) -> bool:
    """Whether the file is read; a refusal must carry findings, and anything but an InputError fails the test."""
    try:
        table, _ = read_hourly_table(HourlySpec(path=path, **{**SAID, **said}))
    except InputError as error:
        sound = [f.code.startswith("GP-") and f.message and f.remedy and f.place.file for f in error.findings]
        if not sound or not all(sound):
            raise
        return False
    assert np.isfinite(table.values).all()
    assert (np.diff(table.time_utc) == np.timedelta64(3600, "s")).all()
    return True


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    at = int(random.integers(len(data)))
    match random.integers(4):
        case 0:
            return data[:at] + bytes([int(random.integers(256))]) + data[at + 1 :]
        case 1:
            return data[:at] + data[at + int(random.integers(1, 40)) :]
        case 2:
            return data[:at] + bytes(random.integers(256, size=5).tolist()) + data[at:]
        case _:
            return data[:at]


def test_bytes_of_csv(tmp_path: Path) -> None:
    random, good = np.random.default_rng(7), csv_bytes()
    outcomes = []
    for seed in range(150):
        (tmp_path / "f.csv").write_bytes(mutated(good, random))
        said = {"timezone": "America/Chicago", "clock": "America/Chicago"} if seed % 2 else {}
        outcomes.append(is_read(tmp_path / "f.csv", **said))
    assert not all(outcomes)


def test_fields_of_csv(tmp_path: Path) -> None:
    """A field that becomes another token is refused, unless the token is a number."""
    random = np.random.default_rng(8)
    rows = [line.split(",") for line in csv_bytes().decode().splitlines()]
    for token in TOKENS:
        for _ in range(12):
            row, column = int(random.integers(1, len(rows))), int(random.integers(3))
            changed = [list(fields) for fields in rows]
            changed[row][column] = token
            (tmp_path / "f.csv").write_text("\n".join(",".join(fields) for fields in changed))
            is_number = column > 0 and token == "-1"
            assert is_read(tmp_path / "f.csv") == is_number, (token, row, column)


@pytest.mark.parametrize(("ending", "write"), [("nc", netcdf), ("xlsx", excel), ("parquet", parquet)])
def test_bytes_of_binary_files(tmp_path: Path, ending: str, write: Callable[[Path], None]) -> None:
    write(tmp_path / f"good.{ending}")
    good, random = (tmp_path / f"good.{ending}").read_bytes(), np.random.default_rng(9)
    assert is_read(tmp_path / f"good.{ending}")
    outcomes = []
    for _ in range(60):
        (tmp_path / f"f.{ending}").write_bytes(mutated(good, random))
        outcomes.append(is_read(tmp_path / f"f.{ending}"))
    assert not all(outcomes)
