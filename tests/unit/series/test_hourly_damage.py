"""Damaged hourly files: each is refused, or warned about, with code, line and a remedy; none is repaired in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.series.spec import SHOWN_PER_CODE
from tests.unit.series.hourly_files import read_with_findings, refused, text, utc_hours

HOURS = text(utc_hours("2020-03-07T00:00", 96))
ROWS = [f"{when},{100 + k},{50 + k}" for k, when in enumerate(HOURS)]
GOOD = "\n".join(["time,a,b", *ROWS]) + "\n"
Change = Callable[[list[str]], list[str]]


def with_row(k: int, row: str) -> Change:
    return lambda rows: [*rows[:k], row, *rows[k + 1 :]]


def with_cell(token: str) -> Change:
    """Row in line 12 whose first value is the token."""
    return with_row(10, f"{HOURS[10]},{token},60")


def with_stamp(stamp: str) -> Change:
    """Row in line 12 whose stamp is this."""
    return with_row(10, f"{stamp},110,60")


def local(rows: list[str], first: str = "2020-03-07T00:00") -> list[str]:
    """Rows as a clock without summer time would name them."""
    return [
        f"{when.replace('T', ' ')},{row.split(',', 1)[1]}"
        for when, row in zip(text(utc_hours(first, 96)), rows, strict=True)
    ]


def autumn(rows: list[str]) -> list[str]:
    return local(rows, "2020-10-31T00:00")


def slashes(rows: list[str]) -> list[str]:
    return [f"{row[5:7]}/{row[8:10]}/{row[:4]} {row[11:]}" for row in rows]


def every_third_hour(rows: list[str]) -> list[str]:
    return rows[::3]


def half_past(rows: list[str]) -> list[str]:
    return [row.replace(":00,", ":30,") for row in rows]


def step(minutes: int) -> Change:
    times = np.datetime64("2020-03-07T00:00", "m") + np.arange(96) * np.timedelta64(minutes, "m")
    return lambda rows: [f"{when},{row.split(',', 1)[1]}" for when, row in zip(times, rows, strict=True)]


CHICAGO = {"timezone": "America/Chicago", "clock": "America/Chicago"}
CAMPUS = {"kind": "campus"}
UNITS = {"kind": "availability"}
FRAC = {"kind": "availability", "unit": "frac"}
WARM = {"kind": "temperature", "unit": "degC"}

# what was done | change of the rows | what is said | code | line | words of the message or the remedy
DAMAGE: list[tuple[str, Change, dict[str, Any], str, int, str]] = [
    ("not available", with_cell("N/A"), {}, "GP-VAL-001", 12, "column a: 'N/A'"),
    ("empty cell", with_cell(""), {}, "GP-VAL-001", 12, "the value is empty"),
    ("text", with_cell("offline"), {}, "GP-VAL-001", 12, "'offline' is not a finite number"),
    ("NaN", with_cell("NaN"), {}, "GP-VAL-001", 12, "does not invent values"),
    ("infinite", with_cell("inf"), {}, "GP-VAL-001", 12, "'inf' is not a finite number"),
    ("too large for a number", with_cell("1e400"), {}, "GP-VAL-001", 12, "'1e400'"),
    ("expression", with_cell("900/3"), {}, "GP-VAL-001", 12, "'900/3'"),
    ("underscore", with_cell("1_000"), {}, "GP-VAL-001", 12, "'1_000'"),
    ("decimal comma", with_cell("98,61"), {}, "GP-TAB-003", 12, "the line has 4 fields, the header has 3"),
    ("quoted decimal comma", with_cell('"98,61"'), {}, "GP-VAL-001", 12, "decimal comma"),
    ("separators of thousands", with_cell('"1,234,567.5"'), {}, "GP-VAL-001", 12, "thousands separators"),
    ("unit in the cell", with_cell("5 kW"), {}, "GP-VAL-001", 12, "carries a unit"),
    ("per cent sign", with_cell("55%"), {}, "GP-VAL-001", 12, "carries a unit"),
    ("too few fields", with_row(10, f"{HOURS[10]},1"), {}, "GP-TAB-003", 12, "the line has 2 fields"),
    ("cut off", lambda rows: [*rows[:-1], rows[-1][:8]], {}, "GP-TAB-003", 97, "cut off"),
    ("quote not closed", with_cell('"12'), {}, "GP-TAB-003", 97, "quotes"),
    ("gap", lambda rows: [*rows[:10], *rows[12:]], {}, "GP-TIM-002", 12,
     "gap of 2 steps of 1 h: expected 2020-03-07T10:00Z"),
    ("duplicate", lambda rows: [*rows[:11], *rows[10:]], {}, "GP-TIM-002", 13,
     "stands in lines 12 and 13, with the same values"),
    ("other duplicate", lambda rows: [*rows[:11], f"{HOURS[10]},1,2", *rows[11:]], {}, "GP-TIM-002", 13,
     "with other values"),
    ("half hour between", lambda rows: [*rows[:11], "2020-03-07T10:30,1,2", *rows[11:]], {}, "GP-TIM-002", 13,
     "uneven step"),
    ("every third hour", every_third_hour, {}, "GP-TIM-002", 2, "the step is 3 h"),
    ("quarter hours", step(15), {}, "GP-TIM-002", 2, "the step is 15 min"),
    ("25 minutes", step(25), {"resample": "mean"}, "GP-TIM-002", 2, "does not divide an hour"),
    ("quarter hours, one too few", lambda rows: step(15)(rows)[:-1], {"resample": "mean"}, "GP-TIM-002", 96,
     "no whole hours"),
    ("middle of the hour", half_past, {}, "GP-TIM-002", 2, "96 of 96 rows"),
    ("no such day", with_stamp("2020-02-30T10:00"), {}, "GP-TIM-002", 12, "does not exist"),
    ("no such month", with_stamp("2020-13-07T10:00"), {}, "GP-TIM-002", 12, "does not exist"),
    ("hour 25", with_stamp("2020-03-07T25:00"), {}, "GP-TIM-002", 12, "does not exist"),
    ("hour 24 begins nothing", with_stamp("2020-03-07T24:00"), {}, "GP-TIM-002", 12, "hour 24"),
    ("no hour", with_stamp("2020-03-07"), {}, "GP-TIM-002", 12, "has no hour"),
    ("empty stamp", with_stamp(""), {}, "GP-TIM-002", 12, "empty"),
    ("word as stamp", with_stamp("noon"), {}, "GP-TIM-002", 12, "'noon' is not of the form"),
    ("year of two digits", with_stamp("07/03/20 10:00"), {}, "GP-TIM-002", 12, "does not tell day from month"),
    ("serial number of Excel", with_stamp("43897.4166667"), {}, "GP-XLS-001", 12, "2020-03-07 10:00"),
    ("seconds since 1970", with_stamp("1583575200"), {}, "GP-TIM-002", 12, "since 1970"),
    ("day and month not said", slashes, {}, "GP-TIM-002", 2, "time_format: MM/DD/YYYY HH:MM"),
    ("day and month exchanged", lambda rows: slashes([r.replace("-03-0", "-03-2") for r in rows]),
     {"time_format": "DD/MM/YYYY HH:MM"}, "GP-TIM-002", 2, "the other way round"),
    ("day and month exchanged in small numbers", slashes, {"time_format": "DD/MM/YYYY HH:MM"}, "GP-TIM-002", 26,
     "check that DD/MM/YYYY HH:MM is the order"),
    ("one stamp with an offset", with_stamp("2020-03-07T10:00Z"), {}, "GP-TIM-002", 12, "mixed offsets"),
    ("one stamp without", lambda rows: with_stamp(HOURS[10])([r.replace(":00,", ":00Z,", 1) for r in rows]),
     {"timezone": "offset_in_stamps"}, "GP-TIM-002", 12, "carries no offset"),
    ("no offsets", lambda rows: rows, {"timezone": "offset_in_stamps"}, "GP-TIM-001", 2, "carries no offset"),
    ("offsets beside a zone", lambda rows: [r.replace(":00,", ":00-06:00,", 1) for r in rows], CHICAGO, "GP-TIM-002", 2,
     "offset_in_stamps"),
    ("no such offset", with_stamp("2020-03-07T10:00+19:00"), {}, "GP-TIM-002", 12, "does not exist"),
    ("skipped hour", local, CHICAGO, "GP-TIM-001", 28, "2020-03-08 02:00"),
    ("repeated hour stands once", autumn, CHICAGO, "GP-TIM-001", 27,
     "comes twice on the clock of America/Chicago, and once"),
    ("repeated hour without order", lambda rows: [*autumn(rows)[:26], *autumn(rows)[25:-1]], CHICAGO, "GP-TIM-001", 28,
     "first_then_second"),
    ("repeated hour three times", lambda rows: [*autumn(rows)[:26], *autumn(rows)[25:26] * 2, *autumn(rows)[26:]],
     {**CHICAGO, "dst_duplicates": "first_then_second"}, "GP-TIM-001", 29, "3 times in the file"),
    ("repeated hour, newest row first", lambda rows: [*autumn(rows)[:26], *autumn(rows)[25:]][::-1],
     {**CHICAGO, "dst_duplicates": "first_then_second"}, "GP-TIM-001", 72, "not in the order of time"),
    ("repeated quarter, newest row first", lambda _: [f"2020-11-01 {h:02d}:{m:02d},1,2" for h in (4, 3, 2, 1, 1, 0)
     for m in (45, 30, 15, 0)], {**CHICAGO, "dst_duplicates": "first_then_second", "resample": "mean"}, "GP-TIM-001",
     14, "not in the order of time"),
    ("campus below 0", with_cell("-1"), CAMPUS, "GP-VAL-002", 12, "does not feed in"),
    ("availability below 0", with_cell("-0.2"), UNITS, "GP-VAL-002", 12, "write 0"),
    ("per cent as shares", with_cell("98.5"), {**FRAC, "columns": {"a": "a"}}, "GP-VAL-005", 97, "above 1"),
    ("degF as degC", lambda rows: rows, WARM, "GP-VAL-005", 97, "degF"),
    ("campus without load", lambda _: [f"{when},0,0" for when in HOURS], CAMPUS, "GP-VAL-005", 1, "0 in every hour"),
    ("unit of another kind", lambda rows: rows, {"unit": "degC"}, "GP-UNT-001", 0, "write one of MW"),
    ("column not there", lambda rows: rows, {"columns": {"x": "aa"}}, "GP-TAB-001", 1, "Did you mean 'a'"),
    ("time column not there", lambda rows: rows, {"time_column": "tiem"}, "GP-TAB-001", 1, "Did you mean 'time'"),
    ("no row", lambda _: [], {}, "GP-ENC-002", 1, "no row"),
    ("another year", lambda rows: rows, {"weather_year": 2021}, "GP-TIM-003", 0, "the weather year is 2021"),
    ("part of another year", lambda rows: rows, {"weather_year": 2021, "other_year": "by_calendar"}, "GP-TIM-003", 0,
     "only a whole year"),
    ("29 February to be dropped",
     lambda rows: [r.replace("03-07", "02-28").replace("03-08", "02-29") for r in rows[:48]],
     {"leap_day": "drop"}, "GP-TIM-003", 0, "a gap would remain"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "said", "code", "line", "words"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damage_is_refused_at_its_line_with_a_remedy(
    tmp_path: Path, what: str, change: Change, said: dict[str, Any], code: str, line: int, words: str
) -> None:
    del what
    file = tmp_path / "load.csv"
    file.write_text("\n".join(["time,a,b", *change(list(ROWS))]) + "\n")
    found = refused(file, **said)
    told = [f for f in found if (f.code, f.place.line) == (code, line) and words in f"{f.message} {f.remedy}"]
    assert told, [f.render() for f in found]
    assert all(f.remedy and f.place.file == file and f.severity in ("error", "warning") for f in found)


WHOLE: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "GP-ENC-002", "empty"),
    ("blank", b"\n \n", "GP-ENC-002", "empty"),
    ("binary", b"time,a\n\x00\x01\x02\x03", "GP-ENC-002", "binary"),
    ("UTF-16", GOOD.encode("utf-16"), "GP-ENC-001", "UTF-16"),
    ("semicolons", GOOD.replace(",", ";").encode(), "GP-TAB-004", "semicolons"),
    ("tabs", GOOD.replace(",", "\t").encode(), "GP-TAB-004", "tabs"),
    ("no header", GOOD.split("\n", 1)[1].encode(), "GP-TAB-002", "no header"),
    ("column twice", GOOD.replace("time,a,b", "time,a,a").encode(), "GP-TAB-002", "more than once"),
    ("column without name", GOOD.replace("time,a,b", "time,,b").encode(), "GP-TAB-002", "no name"),
    ("one column", "\n".join(["time", *HOURS]).encode(), "GP-TAB-004", "no column of values"),
]


@pytest.mark.parametrize(("what", "data", "code", "words"), WHOLE, ids=[row[0] for row in WHOLE])
def test_file_that_is_no_table_is_refused(tmp_path: Path, what: str, data: bytes, code: str, words: str) -> None:
    del what
    file = tmp_path / "load.csv"
    file.write_bytes(data)
    found = refused(file)
    assert any(f.code == code and words in f.message and f.remedy for f in found), [f.render() for f in found]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("load.xls", "GP-XLS-001"),
        ("load.xlsm", "GP-XLS-001"),
        ("load.pkl", "GP-SEC-002"),
        ("load.txt", "GP-NET-001"),
        ("load", "GP-NET-001"),
    ],
)
def test_other_endings_are_refused_by_name(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / name).write_text(GOOD)
    (found,) = refused(tmp_path / name)
    assert (found.code, bool(found.remedy)) == (code, True)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text(GOOD)
    (found,) = refused(tmp_path / "lode.csv")
    assert (found.code, "Did you mean 'load.csv'" in found.message) == ("GP-ENC-002", True)
    (tmp_path / "folder.csv").mkdir()
    (found,) = refused(tmp_path / "folder.csv")
    assert (found.code, "is a folder" in found.message) == ("GP-ENC-002", True)


def test_all_faults_of_a_file_come_together_and_are_counted(tmp_path: Path) -> None:
    rows = [f"{when},x,{k}" for k, when in enumerate(HOURS)]
    (tmp_path / "load.csv").write_text("\n".join(["time,a,b", *rows[:40], *rows[45:]]) + "\n")
    found = refused(tmp_path / "load.csv")
    assert [f.code for f in found] == ["GP-VAL-001"] * 20 + ["GP-TIM-002"] + ["GP-VAL-001"]
    assert "71 more findings of this kind, the last in line 92" in found[-1].message
    assert SHOWN_PER_CODE == 20


def test_negative_load_is_a_warning_once_a_column(tmp_path: Path) -> None:
    rows = [f"{when},{-1 if k in (3, 5) else k},{k}" for k, when in enumerate(HOURS)]
    (tmp_path / "load.csv").write_text("\n".join(["time,a,b", *rows]) + "\n")
    table, (found,) = read_with_findings(tmp_path / "load.csv")
    assert (found.code, found.severity, found.place.line, found.place.key) == ("GP-VAL-002", "warning", 5, "a")
    assert "2 hours" in found.message
    assert table.values[3, 0] == -1


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), lambda t: f"\ufeff{t}", lambda t: t + "\n\n"])
def test_line_ends_and_marks_change_nothing(tmp_path: Path, change: Callable[[str], str]) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD.encode())
    (tmp_path / "b.csv").write_bytes(change(GOOD).encode())
    (one, _), (two, _) = (read_with_findings(tmp_path / name) for name in ("a.csv", "b.csv"))
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.time_utc, two.time_utc)
    np.testing.assert_array_equal(one.line, two.line)


def test_too_large_files_are_refused_unread(tmp_path: Path) -> None:
    for name in ("load.csv", "load.nc", "load.parquet", "load.xlsx"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate((256 << 20) + 1)
        (found,) = refused(tmp_path / name)
        assert (found.code, bool(found.remedy)) == ("GP-SIZ-001", True)
