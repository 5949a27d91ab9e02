"""Damaged RAW files: each is refused with file, line and a way out; none is read as something else."""

from __future__ import annotations

import random
import time
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.case import GridCase
from gridplan.network.psse.read import read_psse
from tests.unit.network.raw_text import BUS_33, DC_LINE, LINE_33, LOAD_33, THREE_WINDING, raw_text, write_raw

GOOD = raw_text(load=(*LOAD_33, LOAD_33[0].replace("'1 '", "'2 '"), LOAD_33[0].replace("'1 '", "'3 '")))
LOAD = "100.0, 50.0"
LINE = "0.01, 0.1, 0.02, 100.0"

#: Name -> what stands in the good file, what in the damaged one, code, words of the message, line.
DAMAGED: dict[str, tuple[str, str, str, str, int]] = {
    "NaN": (LOAD, "NaN, 50.0", "GP-VAL-001", "'NaN' is not a finite number", 9),
    "Inf": (LOAD, "-Inf, 50.0", "GP-VAL-001", "'-Inf' is not a finite number", 9),
    "beyond all numbers": (LOAD, "1e400, 50.0", "GP-VAL-001", "'1e400' is not a finite number", 9),
    "no value": (LOAD, "N/A, 50.0", "GP-VAL-005", "fields", 9),
    "expression": (LOAD, "900/3, 50.0", "GP-VAL-001", "'900/3' is an expression", 9),
    "decimal comma": (LOAD, "100,0, 50.0", "GP-VAL-005", "15 fields", 9),
    "decimal comma in an impedance": (LINE, "0,01, 0.1, 0.02, 100.0", "GP-VAL-001", "decimal comma", 16),
    "two points": (LOAD, "10.0.0, 50.0", "GP-VAL-001", "'10.0.0'", 9),
    "letter O": (LOAD, "1O0.0, 50.0", "GP-VAL-001", "'1O0.0'", 9),
    "text for a number": (LOAD, "'100', 50.0", "GP-VAL-001", "a text, '100'", 9),
    "repeat count": (LOAD, "2*50.0", "GP-VAL-001", "'2*50.0'", 9),
    "unit": (LOAD, "100MW, 50.0", "GP-VAL-001", "'100MW'", 9),
    "status 2": ("'1 ', 1, 1, 1, 100.0", "'1 ', 2, 1, 1, 100.0", "GP-VAL-001", "status '2'", 9),
    "broken status": ("'1 ', 1, 1, 1, 100.0", "'1 ', 0.5, 1, 1, 100.0", "GP-VAL-001", "whole number", 9),
    "open quote": ("'BETA        '", "'BETA        ", "GP-VAL-001", "quote does not close", 5),
    "no comma": ("'1 ', 1, 1, 1, 100.0", "'1 '1, 1, 1, 100.0", "GP-VAL-001", "two fields touch", 9),
    "record cut": (LINE_33[0], LINE_33[0][:40], "GP-VAL-005", "fields; version 33 has", 16),
    "no reactance": ("0.01, 0.1, 0.02", "0.01, , 0.02", "GP-VAL-001", "the field is empty", 16),
    "kind of bus": ("230.0, 3, 1", "230.0, 7, 1", "GP-BUS-001", "IDE of bus 1 is 7", 4),
    "bus number": ("2, 'BETA", "-2, 'BETA", "GP-BUS-001", "bus number -2", 5),
    "winding code": ("'1 ', 1, 1, 1, 0.0, 0.0, 2", "'1 ', 4, 1, 1, 0.0, 0.0, 2", "GP-TRF-001", "CW is 4", 18),
    "no ratio": ("1.0, 0.0, 0.0, 100.0", "0.0, 0.0, 0.0, 100.0", "GP-TRF-001", "WINDV1 is 0", 18),
    "transformer cut": ("1.0, 0.0\n0 /", "0 /", "GP-ENC-002", "ends too early", 18),
    "impedance row gone": ("0.002, 0.08, 100.0\n", "", "GP-ENC-002", "ends too early", 18),
    "version 30": ("0, 100.0, 33", "0, 100.0, 30", "GP-NET-001", "version 30 is not read", 1),
    "version 36": ("0, 100.0, 33", "0, 100.0, 36", "GP-NET-001", "version 36 is not read", 1),
    "no version": ("0, 100.0, 33, 0, 0, 60.0", "0, 100.0", "GP-NET-001", "names no version", 1),
    "version a word": ("0, 100.0, 33", "0, 100.0, v33", "GP-VAL-001", "REV is 'v33'", 1),
    "base 0": ("0, 100.0, 33", "0, 0.0, 33", "GP-PU-001", "SBASE is 0", 1),
    "change case": ("0, 100.0, 33", "1, 100.0, 33", "GP-NET-001", "IC is 1", 1),
    "decimal comma in the head": ("0, 100.0, 33, 0, 0, 60.0", "0, 100,0, 33, 0, 0, 60,0", "GP-NET-001", "version 0", 1),
    "frequency": ("0, 60.0", "0, -60.0", "GP-VAL-001", "BASFRQ is -60", 1),
    "end record gone": ("0 / END OF LOAD DATA\n", "", "GP-ENC-002", "says the end of the fixed shunt section", 12),
    "end record twice": ("0 / END OF LOAD DATA\n", "0 / END OF LOAD DATA\n" * 2, "GP-ENC-002", "section", 13),
    "early Q": ("0 / END OF GENERATOR DATA\n", "Q\n", "GP-ENC-002", "a Q stands before the end", 15),
    "no Q, more data": ("\nQ\n", "\n0 / MORE\n1, 2\n", "GP-ENC-002", "more data than the version has", 36),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, code, says, line = DAMAGED[name]
    assert old in GOOD
    path = write_raw(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as raised:
        read_psse(path)
    assert raised.value.exit_code == 2
    found = [finding for finding in raised.value.findings if finding.code == code and says in finding.message]
    assert found, str(raised.value)
    assert found[0].place.file == path
    assert found[0].remedy
    assert found[0].place.line == line, found[0].render()


def test_there_are_enough_of_them() -> None:
    assert len(DAMAGED) >= 25


def test_the_undamaged_file_is_read(tmp_path: Path) -> None:
    assert read_psse(write_raw(tmp_path, GOOD)).load.p_mw.sum() == 300.0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 50, "binary"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (b'{"network": {"caseid": {"fields": ["ic"]}}}', "RAWX"),
        (b"hello\nworld\n", "IC is 'hello'"),
        (b"0, 100.0, 33, 0, 0, 60.0\n", "ends after its head"),
    ],
)
def test_files_that_are_no_raw(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "north.raw"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_psse(path)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace(LOAD, "abc, 50.0").replace(LINE, "xyz, 0.1, 0.02, 100.0")
    with pytest.raises(InputError) as raised:
        read_psse(write_raw(tmp_path, text))
    assert [finding.place.line for finding in raised.value.findings] == [9, 10, 11, 16]
    assert [finding.place.key for finding in raised.value.findings] == ["load PL"] * 3 + ["branch R"]


def test_place_of_a_damaged_field_is_its_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_psse(write_raw(tmp_path, GOOD.replace(LOAD, "abc, 50.0", 1)))
    place = raised.value.findings[0].place
    line = GOOD.splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith("100.0")


def test_latin_1_words_are_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "north.raw"
    path.write_bytes(GOOD.replace("BETA ", "BÜTA ").encode("latin-1"))
    case = read_psse(path)
    assert case.bus.name[1] == "BÜTA"
    assert case.findings[0].code == "GP-ENC-001"


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD + "\x1a"])
def test_marks_and_line_ends_do_not_matter(text: str, tmp_path: Path) -> None:
    path = tmp_path / "north.raw"
    path.write_bytes(text.encode())
    assert len(read_psse(path).bus) == 4


def test_lines_after_the_end_are_told(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, GOOD + "1, 2, 3\n"))
    assert "1 lines stand after the Q" in case.findings[0].message


def test_early_end_after_the_transformers_is_told(tmp_path: Path) -> None:
    head = GOOD.partition("0 / END OF OWNER DATA")[0]
    case = read_psse(write_raw(tmp_path, head + "Q\n"))
    assert "owner, facts device, switched shunt" in case.findings[0].message


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((DC_LINE[0].replace("1, 5.0", "3, 5.0"), *DC_LINE[1:]), "MDC is 3"),
        ((DC_LINE[0].replace("1, 5.0", "1, -5.0"), *DC_LINE[1:]), "RDC is -5"),
        ((DC_LINE[0].replace("1, 5.0, 100.0, 500.0", "2, 5.0, 100.0, 0.0"), *DC_LINE[1:]), "MW are unknown"),
        ((DC_LINE[0].replace("5.0, 100.0, 500.0, 0.0, 0.0", "5.0, 1e6, 5.0, 0.0, 9.0"), *DC_LINE[1:]), "cannot carry"),
        (DC_LINE[:2], "ends too early"),
    ],
)
def test_dc_lines_that_cannot_be(rows: tuple[str, ...], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        read_psse(write_raw(tmp_path, raw_text(dc=rows)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("'1 ', 1, 1, 1, 0.001", "'1 ', 1, 3, 1, 0.001", "load loss of"),
        ("'1 ', 1, 1, 1, 0.001, -0.002", "'1 ', 1, 1, 2, 90000000, 0.002", "no-load loss of"),
        ("'1 ', 1, 1, 1, 0.001", "'1 ', 2, 1, 1, 0.001", "base of 0 kV"),
        ("THREE       ', 1", "THREE       ', 5", "STAT is 5"),
        ("1, 3, 4, '1 ', 1", "1, 3, 77, '1 ', 2", "bus 77, which is not in the file"),
    ],
)
def test_transformers_that_cannot_be(old: str, new: str, says: str, tmp_path: Path) -> None:
    rows = (THREE_WINDING[0].replace(old, new), *THREE_WINDING[1:])
    if "'1 ', 1, 3" in new:
        rows = (rows[0], rows[1].replace("0.01, 0.10", "9e9, 0.10"), *rows[2:])
    buses = (BUS_33[0].replace("230.0", "0.0"), *BUS_33[1:]) if "0 kV" in says else BUS_33
    assert rows[0] != THREE_WINDING[0]
    with pytest.raises(InputError, match=says):
        read_psse(write_raw(tmp_path, raw_text(bus=buses, transformer=rows)))


def mutants(text: str, chance: random.Random, count: int) -> list[bytes]:
    """Copies with bytes exchanged, lines dropped or doubled, fields exchanged, or the end cut off."""
    found = []
    junk = ("NaN", "", "1e999", "'", "0", "-1", "abc", "1,5", "/", "\x00", "9" * 400)
    for _ in range(count):
        lines = text.splitlines()
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                data = bytearray(text.encode())
                data[chance.randrange(len(data))] = chance.randrange(256)
                found.append(bytes(data))
                continue
            case 1:
                del lines[at]
            case 2:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 3:
                parts = lines[at].split(",")
                parts[chance.randrange(len(parts))] = chance.choice(junk)
                lines[at] = ",".join(parts)
            case _:
                lines = lines[:at]
        found.append("\n".join(lines).encode())
    return found


SPEC = find_spec("powerfulcases")
SAMPLES = () if SPEC is None or SPEC.origin is None else ("case9", "ieee14", "ieee39", "two_bus_transformer")


@pytest.mark.parametrize("stem", ["hand-made", *SAMPLES])
def test_mutants_are_read_or_refused_and_nothing_else(stem: str, tmp_path: Path) -> None:
    text = raw_text(transformer=THREE_WINDING, dc=DC_LINE)
    if stem != "hand-made":
        assert SPEC is not None
        assert SPEC.origin is not None
        text = (Path(SPEC.origin).parent / "cases" / stem / f"{stem}.raw").read_text()
    chance = random.Random(f"{stem} 3")
    path, n_refused = tmp_path / "mutant.raw", 0
    for data in mutants(text, chance, 120):
        path.write_bytes(data)
        try:
            case = read_psse(path)
        except InputError as refused:
            n_refused += all(bool(finding.remedy) for finding in refused.findings)
        else:
            assert_finite(case)
    assert n_refused > 40


def assert_finite(case: GridCase) -> None:
    for table, open_ended in (("load", ()), ("generator", ()), ("branch", ("angle_min_degree", "angle_max_degree"))):
        rows: Any = getattr(case, table)
        for column in fields(rows):
            values = getattr(rows, column.name)
            if isinstance(values, np.ndarray) and column.name not in (*open_ended, "length_km"):
                assert np.isfinite(values).all(), f"{table} {column.name}"


@pytest.mark.parametrize(
    "junk", [" " * 200_000, "'" * 200_001, "1," * 100_000, "/" * 200_000, "' " * 100_000, "\t1" * 99_999]
)
def test_long_lines_take_no_time(junk: str, tmp_path: Path) -> None:
    path = write_raw(tmp_path, GOOD.replace(LOAD_33[0], junk, 1))
    start = time.process_time()
    try:
        case = read_psse(path)
    except InputError as refused:
        found = refused.findings
    else:
        found = case.findings
    assert found
    assert time.process_time() - start < 5


def test_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridplan.network.psse.text.MAX_RAW_BYTES", 100)
    with pytest.raises(InputError, match="GP-SIZ-001"):
        read_psse(write_raw(tmp_path, GOOD))


def test_errors_do_not_drown_in_warnings(tmp_path: Path) -> None:
    row = "1, 3, 0, '{:02d}', 1, 2, 1, 0.0, 0.0, 2, 'TWO', 1, 1, 1.0"
    tail = ("0.002, 0.08, 100.0", "1.0, 235.0, 0.0, 1, 1, 1", "1.0, 0.0")
    many = tuple(line for k in range(99) for line in (row.format(k), *tail))
    many += tuple(line for k in range(99) for line in (row.format(k).replace("1, 3, 0", "2, 3, 0"), *tail))
    many += tuple(line for k in range(99) for line in (row.format(k).replace("1, 3, 0", "3, 2, 0"), *tail))
    text = raw_text(transformer=many, area=("1, 1, abc, 10.0, 'NORTH'",))
    with pytest.raises(InputError, match="'abc' is not a finite number"):
        read_psse(write_raw(tmp_path, text))
