"""Workbooks whose stated size is wrong: every row is read, and no more than fits."""

from __future__ import annotations

import random
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from gridplan.errors import InputError
from tests.unit.series.hourly_files import read

HOURS = 24


def workbook(path: Path, change: tuple[bytes, bytes]) -> Path:
    """Workbook of a day, with a text of its sheet changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["time", "system"])
    for hour in range(HOURS):
        sheet.append([datetime(2020, 7, 1, hour), 100 + hour])
    book.save(path.with_name("sound.xlsx"))
    with (
        zipfile.ZipFile(path.with_name("sound.xlsx")) as sound,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sound.namelist():
            data = sound.read(name)
            if name.endswith("sheet1.xml"):
                assert change[0] in data
                data = data.replace(*change)
            new.writestr(name, data)
    return path


def test_rows_beyond_the_stated_size_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "load.xlsx", (b'ref="A1:B25"', b'ref="A1:B13"'))
    table = read(path)
    assert len(table.values) == HOURS


def test_a_sheet_of_millions_of_cells_is_refused(tmp_path: Path) -> None:
    rng = random.Random(1)
    row = b'<row r="30">' + b"".join(b"<c><v>%d</v></c>" % rng.getrandbits(60) for _ in range(2_500_000)) + b"</row>"
    path = workbook(tmp_path / "load.xlsx", (b"</sheetData>", row + b"</sheetData>"))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.findings[0].code == "GP-SIZ-001"
