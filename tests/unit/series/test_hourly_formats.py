"""The same hours from CSV, netCDF, Parquet and Excel; and what such files can hide is refused by name."""

from __future__ import annotations

import builtins
import gzip
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import openpyxl
import pytest

from gridplan.series.read import READERS
from tests.unit.series.hourly_files import read, read_with_findings, refused, text, utc_hours, write_csv

TIMES = utc_hours("2020-01-01T07:00", 48)
VALUES = np.round(np.random.default_rng(5).uniform(10, 90, (48, 2)), 3)


@pytest.fixture
def as_csv(tmp_path: Path) -> Any:
    return read(write_text(tmp_path / "given.csv"))


def write_netcdf(path: Path, *, units: str = "hours since 2020-01-01 00:00:00", **attrs: Any) -> Path:
    hours = (TIMES - np.datetime64("2020-01-01T00:00", "s")) / np.timedelta64(1, "h")
    with h5netcdf.File(path, "w") as data:
        data.dimensions = {"time": 48}
        time = data.create_variable("time", ("time",), float, data=hours)
        time.attrs["units"] = units
        time.attrs["calendar"] = attrs.get("calendar", "standard")
        for k, name in enumerate(("x", "y")):
            data.create_variable(name, ("time",), float, data=attrs.get("values", VALUES)[:, k])
    return path


def write_excel(path: Path, change: Callable[[Any], None] = lambda _: None, *, head: Any = ("time", "x", "y")) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(head))
    for k, row in enumerate(VALUES.tolist()):
        sheet.append([datetime(2020, 1, 1, 7) + timedelta(hours=k), *row])
    change(book)
    book.save(path)
    return path


def write_parquet(path: Path) -> Path:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = {"x": VALUES[:, 0], "y": VALUES[:, 1]}
    pq.write_table(pa.table({"time": pa.array(TIMES.astype("datetime64[us]")), **columns}), path)
    return path


def write_text(path: Path) -> Path:
    rows = [f"{when},{a!r},{b!r}" for when, (a, b) in zip(text(TIMES), VALUES.tolist(), strict=True)]
    path.write_text("\n".join(["time,x,y", *rows]))
    return path


def write_packed(path: Path) -> Path:
    plain = write_text(path.with_name("plain.csv"))
    path.write_bytes(gzip.compress(plain.read_bytes()))
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    ".csv": write_text,
    ".csv.gz": write_packed,
    ".nc": write_netcdf,
    ".parquet": write_parquet,
    ".xlsx": write_excel,
}


@pytest.mark.parametrize("ending", READERS)
def test_every_reader_gives_the_same_hours(tmp_path: Path, as_csv: Any, ending: str) -> None:
    same(read(WRITERS[ending](tmp_path / f"f{ending}")), as_csv)


def same(table: Any, other: Any) -> None:
    assert table.names == other.names
    np.testing.assert_array_equal(table.time_utc, other.time_utc)
    np.testing.assert_array_equal(table.values, other.values)


@pytest.mark.parametrize(
    "units", ["hours since 2020-01-01 00:00:00", "hours since 2020-1-1", "hours since 2020-01-01T00:00Z"]
)
def test_netcdf_gives_the_same_hours(tmp_path: Path, as_csv: Any, units: str) -> None:
    same(read(write_netcdf(tmp_path / "f.nc", units=units)), as_csv)


def test_netcdf_of_xarray_gives_the_same_hours(tmp_path: Path, as_csv: Any) -> None:
    import xarray as xr

    labels = {"time": TIMES.astype("datetime64[ns]"), "unit": ["x", "y"]}
    xr.DataArray(VALUES, coords=labels, dims=("time", "unit"), name="p_mw").to_netcdf(
        tmp_path / "f.nc", engine="h5netcdf"
    )
    same(read(tmp_path / "f.nc"), as_csv)


def test_netcdf_clock_is_the_zone_that_was_said(tmp_path: Path) -> None:
    table = read(write_netcdf(tmp_path / "f.nc"), timezone="America/Phoenix", clock="America/Phoenix")
    np.testing.assert_array_equal(table.time_utc, TIMES + np.timedelta64(7, "h"))


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"units": "months since 2020-01-01"}, "GP-TIM-002", "no CF time units"),
        ({"units": "hours since 2020-13-01"}, "GP-TIM-002", "name no date"),
        ({"units": "hours since 2020-01-01 00:00 -06:00"}, "GP-TIM-002", "carry an offset"),
        ({"calendar": "noleap"}, "GP-TIM-003", "calendar 'noleap'"),
        ({"values": np.where(VALUES[4] == VALUES, np.nan, VALUES)}, "GP-VAL-001", "row 5 holds no finite number"),
    ],
)
def test_damaged_netcdf_is_refused(tmp_path: Path, said: dict[str, Any], code: str, words: str) -> None:
    (found, *_) = refused(write_netcdf(tmp_path / "f.nc", **said))
    assert (found.code, words in found.message, bool(found.remedy)) == (code, True, True)


def test_netcdf_opens_no_other_file(tmp_path: Path) -> None:
    write_netcdf(tmp_path / "secret.nc")
    with h5py.File(write_netcdf(tmp_path / "link.nc"), "a") as data:
        del data["x"]
        data["x"] = h5py.ExternalLink("secret.nc", "/x")
    with h5py.File(write_netcdf(tmp_path / "raw.nc"), "a") as data:
        del data["x"]
        data.create_dataset("x", (48,), float, external=[(str(tmp_path / "secret.nc"), 0, h5py.h5f.UNLIMITED)])
    with h5py.File(write_netcdf(tmp_path / "virtual.nc"), "a") as data:
        del data["x"]
        layout = h5py.VirtualLayout((48,), float)
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.nc"), "x", (48,))
        data.create_virtual_dataset("x", layout)
    for name in ("link", "raw", "virtual"):
        (found,) = refused(tmp_path / f"{name}.nc")
        assert (found.code, "'x'" in found.message) == ("GP-SEC-002", True), name


@pytest.mark.parametrize("ending", [".nc", ".parquet", ".xlsx"])
def test_bytes_that_are_no_such_file_are_refused(tmp_path: Path, ending: str) -> None:
    for data in (b"", b"time,x\n2020-01-01,1\n", b"PK\x03\x04 broken", b"\x89HDF\r\n\x1a\n broken", b"PAR1brokenPAR1"):
        (tmp_path / f"f{ending}").write_bytes(data)
        (found,) = refused(tmp_path / f"f{ending}")
        assert (found.code, bool(found.remedy)) == ("GP-ENC-002", True), data
    (found,) = refused(tmp_path / f"g{ending}")
    assert (found.code, "does not exist" in found.message) == ("GP-ENC-002", True)


def test_parquet_gives_the_same_hours(tmp_path: Path, as_csv: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = {"x": VALUES[:, 0], "y": VALUES[:, 1]}
    times = {
        "naive": (pa.array(TIMES.astype("datetime64[us]")), "UTC"),
        "text": (pa.array(text(TIMES)), "UTC"),
        "instant": (
            pa.array(TIMES.astype("datetime64[ns]"), pa.timestamp("ns", "America/Phoenix")),
            "offset_in_stamps",
        ),
    }
    for name, (stamps, timezone) in times.items():
        pq.write_table(pa.table({"time": stamps, **columns}), tmp_path / f"{name}.parquet")
        same(read(tmp_path / f"{name}.parquet", timezone=timezone), as_csv)
    (found,) = refused(tmp_path / "instant.parquet", timezone="America/Phoenix")
    assert (found.code, "offset_in_stamps" in found.remedy) == ("GP-TIM-002", True)


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    given = {"time": pa.array(TIMES.astype("datetime64[us]")), "x": VALUES[:, 0], "y": VALUES[:, 1]}
    wrong = {
        "GP-VAL-001": {"x": pa.array([None, *VALUES[1:, 0]])},
        "GP-TIM-002": {"time": pa.array([None, *TIMES[1:].astype("datetime64[us]").tolist()], pa.timestamp("us"))},
    }
    for code, change in wrong.items():
        pq.write_table(pa.table({**given, **change}), tmp_path / "f.parquet")
        (found,) = refused(tmp_path / "f.parquet")
        assert (found.code, bool(found.remedy)) == (code, True)
    pq.write_table(pa.table({**given, "x": pa.array(["a"] * 48)}), tmp_path / "f.parquet")
    (found,) = refused(tmp_path / "f.parquet")
    assert (found.code, "not numbers" in found.message) == ("GP-VAL-001", True)


def test_parquet_without_its_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = builtins.__import__

    def without_pyarrow(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return given(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    (found,) = refused(tmp_path / "f.parquet")
    assert (found.code, "gridplan-dc[parquet]" in found.remedy) == ("GP-ENC-003", True)


def test_excel_stamps_may_be_text_and_names_numbers(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for k, when in enumerate(text(TIMES)):
            book.active.cell(k + 2, 1).value = when

    file = write_excel(tmp_path / "f.xlsx", change, head=("time", 12, 13.0))
    assert read(file).names == ("12", "13")


def second_sheet(book: Any) -> None:
    book.create_sheet("notes").append(["time", "x"])


def hidden(book: Any) -> None:
    second_sheet(book)
    book.worksheets[0].sheet_state = "hidden"


def cell(place: str, value: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book.active[place] = value

    return change


def serial(book: Any) -> None:
    book.active["A5"] = 43831.4166667
    book.active["A5"].number_format = "General"


def merged(book: Any) -> None:
    book.active.merge_cells("B1:C1")


@pytest.mark.parametrize(
    ("change", "said", "code", "words"),
    [
        (serial, {}, "GP-XLS-001", "Sheet!A5: the time stamp is the serial number"),
        (merged, {}, "GP-XLS-001", "Sheet!B1: cells of the header are merged"),
        (cell("C1", None), {}, "GP-TAB-003", ""),
        (cell("B7", "=SUM(C7:C8)"), {}, "GP-XLS-001", "Sheet!B7: formula '=SUM(C7:C8)' has no stored value"),
        (cell("B7", "n/a"), {}, "GP-VAL-001", "'n/a'"),
        (cell("B7", None), {}, "GP-VAL-001", "the value is empty"),
        (cell("B7", True), {}, "GP-VAL-001", "Sheet!B7"),
        (cell("A7", None), {}, "GP-TIM-002", "Sheet!A7: the time stamp is empty"),
        (cell("C1", "x"), {}, "GP-TAB-002", "more than once"),
        (second_sheet, {}, "GP-XLS-001", "2 visible sheets: Sheet, notes"),
        (second_sheet, {"sheet": "Shet"}, "GP-XLS-001", "Did you mean 'Sheet'"),
    ],
)
def test_what_a_sheet_hides_is_named_with_its_cell(
    tmp_path: Path, change: Callable[[Any], None], said: dict[str, Any], code: str, words: str
) -> None:
    found = refused(write_excel(tmp_path / "f.xlsx", change), **said) if words else ()
    if not words:
        # A column without a name at the end of the header is no column.
        assert read(write_excel(tmp_path / "f.xlsx", change)).names == ("x",)
        return
    assert any(f.code == code and words in f.message and f.remedy for f in found), [f.render() for f in found]


def test_hidden_sheet_is_used_by_name_with_a_warning(tmp_path: Path, as_csv: Any) -> None:
    table, (found,) = read_with_findings(write_excel(tmp_path / "f.xlsx", hidden), sheet="Sheet")
    same(table, as_csv)
    assert (found.code, found.severity, "hidden" in found.message) == ("GP-XLS-001", "warning", True)


def test_zip_bombs_and_members_outside_are_refused(tmp_path: Path) -> None:
    for name, members in {
        "bomb": {"xl/worksheets/sheet1.xml": b"0" * (8 << 20)},
        "outside": {"../evil.txt": b"x"},
        "entities": {"xl/extra.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"},
    }.items():
        file = write_excel(tmp_path / f"{name}.xlsx")
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                if member not in archive.namelist():
                    archive.writestr(member, data)
                else:
                    archive.writestr(f"{member}.copy.xml", data)
        (found,) = refused(file)
        assert (found.code, bool(found.remedy)) == ("GP-SEC-002", True), name
    file = write_excel(tmp_path / "macro.xlsx")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    (found,) = refused(file)
    assert (found.code, "macros" in found.message) == ("GP-XLS-001", True)


def test_csv_may_have_its_time_anywhere(tmp_path: Path, as_csv: Any) -> None:
    rows = [f"{a!r},{when},{b!r}" for when, (a, b) in zip(text(TIMES), VALUES.tolist(), strict=True)]
    (tmp_path / "f.csv").write_text("\n".join(["x,time,y", *rows]))
    same(read(tmp_path / "f.csv", time_column="time"), as_csv)
    one = read(tmp_path / "f.csv", time_column="time", columns={"y": "y"})
    np.testing.assert_array_equal(one.values[:, 0], VALUES[:, 1])
    quoted = [f'"{a!r}","{when}",{b!r}' for when, (a, b) in zip(text(TIMES), VALUES.tolist(), strict=True)]
    (tmp_path / "q.csv").write_text("\n".join(["x,time,y", *quoted]))
    same(read(tmp_path / "q.csv", time_column="time"), as_csv)
    assert write_csv(tmp_path / "w.csv", ["2020-01-01T00:00"]).is_file()
